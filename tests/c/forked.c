/* What a process inherits by a fork it can free, and nothing else; opening anew works, and the
 * parent is unharmed. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { THREADS = 4 };

static vwConnectPtr conn;
static vwDomainPtr vm;
static vwWatchPtr watch;
static atomic_int stop;
static atomic_long heard;

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    atomic_fetch_add(&heard, 1);
    return 0;
}

/* Changes domains of its own, and registers and deregisters, until it is told to stop. */
static void *change(void *opaque)
{
    long thread = (long)opaque;
    char name[32];
    snprintf(name, sizeof name, "thread-%ld", thread);
    while (!atomic_load(&stop)) {
        vwDomainPtr own = vwDomainCreateXML(conn, document(name, NULL), 0);
        CHECK(own != NULL);
        int id = vwConnectDomainEventRegisterAny(conn, own, 0, VW_DOMAIN_EVENT_CALLBACK(on_event),
                                                 NULL, NULL);
        CHECK(id >= 0 && vwDomainSuspend(own) == 0 && vwDomainResume(own) == 0);
        vwWatchPtr reader = vwWatchNew(conn, NULL, 0);
        CHECK(vwDomainDestroy(own) == 0 && vwDomainFree(own) == 0);
        vwRecord record;
        CHECK(vwWatchNext(reader, &record, sizeof record, -1) == 1);
        CHECK(vwWatchFree(reader) == 0);
        CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    }
    return NULL;
}

static void child(void)
{
    vwRecord record;
    alarm(120);
    CHECK(vwConnectIsAlive(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "before a fork");
    CHECK(vwDomainDestroy(vm) == -1);
    CHECK_ERROR(VW_ERR_INVALID_DOMAIN, "before a fork");
    CHECK(vwWatchNext(watch, &record, sizeof record, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "before a fork");
    CHECK(vwDomainRef(vm) == -1 && vwConnectRef(conn) == -1);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwDomainFree(vm) == -1);
    CHECK(vwWatchFree(watch) == 0);
    CHECK(vwConnectClose(conn) == 1 && vwConnectClose(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "the program has no reference to it");

    vwConnectPtr own = vwConnectOpen("test:///empty");
    CHECK(own != NULL);
    atomic_long before = atomic_load(&heard);
    int id = vwConnectDomainEventRegisterAny(own, NULL, 0, VW_DOMAIN_EVENT_CALLBACK(on_event), NULL,
                                             NULL);
    vwDomainPtr domain = vwDomainCreateXML(own, document("vm", UUID_A), 0);
    CHECK(id == 0 && domain != NULL && vwDomainIsActive(domain) == 1);
    CHECK(vwDomainDestroy(domain) == 0 && vwDomainFree(domain) == 0);
    while (atomic_load(&heard) < before + 2)
        usleep(100);
    CHECK(vwConnectDomainEventDeregisterAny(own, id) == 0);
    CHECK(vwConnectClose(own) == 0);
    /* The shared registry is another one here: nothing of the parent's is in it. */
    own = vwConnectOpen("test:///default");
    CHECK(own != NULL && vwConnectNumOfDomains(own) == 1 && vwConnectNumOfDefinedDomains(own) == 0);
    CHECK(vwConnectClose(own) == 0);
    /* Not by exit(): what cannot be freed here would be called a leak. */
    execl("/bin/sh", "sh", "-c", "exit 42", (char *)NULL);
    _exit(1);
}

/* Forks; the child finds what it should, and its end harms nothing here. */
static void fork_once(void)
{
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        child();
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0 && vwConnectIsAlive(conn) == 1);
}

int main(int argc, char **argv)
{
    int forks = argc > 1 && strcmp(argv[1], "small") == 0 ? 3 : 50;
    watchdog();
    conn = vwConnectOpen("test:///default");
    vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    watch = vwWatchNew(conn, NULL, 0);
    int id = vwConnectDomainEventRegisterAny(conn, NULL, 0, VW_DOMAIN_EVENT_CALLBACK(on_event),
                                             NULL, NULL);
    CHECK(vm != NULL && watch != NULL && id >= 0);
    fork_once();
    /* The same while threads change domains: what they hold at that moment is held for ever in the
     * child. */
    pthread_t threads[THREADS];
    for (long i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, change, (void *)i) == 0);
    for (int i = 0; i < forks; i++)
        fork_once();
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    long last = atomic_load(&heard);
    CHECK(vwDomainSuspend(vm) == 0);
    while (atomic_load(&heard) == last)
        usleep(100);
    CHECK(vwConnectAudit(conn, 0) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
