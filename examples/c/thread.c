/* Callbacks on a thread of the connection: no event loop at all.
 *
 *     cc examples/c/thread.c -pthread -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o thread
 *     ./thread test:///default
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <virtwatch/virtwatch.h>

/* What the two threads share. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int left; /* how many events to wait for; -1 = for ever */
} Shared;

static int on_event(vwConnectPtr conn, vwDomainPtr dom, int event, int detail, void *opaque)
{
    Shared *shared = opaque;
    (void)conn;
    printf("%s: %s (%s)\n", vwDomainGetName(dom), vwDomainEventTypeToString(event),
           vwDomainEventDetailToString(event, detail));
    pthread_mutex_lock(&shared->lock);
    if (shared->left > 0)
        shared->left--;
    pthread_cond_signal(&shared->changed);
    pthread_mutex_unlock(&shared->lock);
    return 0;
}

int main(int argc, char **argv)
{
    Shared shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    shared.left = argc > 2 ? atoi(argv[2]) : -1;

    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    int id = conn == NULL ? -1
                          : vwConnectDomainEventRegisterAny(
                                conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                VW_DOMAIN_EVENT_CALLBACK(on_event), &shared, NULL);
    if (id < 0) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }

    /* This thread may do anything; here it waits. */
    pthread_mutex_lock(&shared.lock);
    while (shared.left != 0)
        pthread_cond_wait(&shared.changed, &shared.lock);
    pthread_mutex_unlock(&shared.lock);

    /* On return the callback neither runs nor will: what it used can go. It takes the lock, so the
     * lock must not be held here. */
    vwConnectDomainEventDeregisterAny(conn, id);
    vwConnectClose(conn);
    return 0;
}
