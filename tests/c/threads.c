/* Threads that register and deregister while events come: after Deregister returned there is no
 * call, and each registration is freed exactly once. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 6 };

static vwConnectPtr conn;
static vwDomainPtr vm;
static atomic_int stop;
static atomic_long calls;
static int rounds = 400;

/* One registration. */
typedef struct {
    atomic_int ended; /* Deregister has returned */
    atomic_int inside;
    atomic_int freed;
} Registration;

static void enter(Registration *registration)
{
    CHECK(!atomic_load(&registration->ended));
    CHECK(!atomic_load(&registration->freed));
    atomic_fetch_add(&registration->inside, 1);
    atomic_fetch_add(&calls, 1);
    if (atomic_load(&calls) % 7 == 0)
        usleep(50);
    CHECK(!atomic_load(&registration->ended));
    atomic_fetch_sub(&registration->inside, 1);
}

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)event, (void)detail;
    CHECK(c == conn && vwDomainGetName(domain) != NULL);
    enter(opaque);
    return 0;
}

static void on_record(vwConnectPtr c, const vwRecord *record, void *opaque)
{
    CHECK(c == conn && (record->kind != VW_RECORD_EVENT || record->name != NULL));
    enter(opaque);
}

static void on_free(void *opaque)
{
    Registration *registration = opaque;
    CHECK(atomic_load(&registration->inside) == 0);
    CHECK(atomic_fetch_add(&registration->freed, 1) == 0);
}

static void *storm(void *opaque)
{
    long thread = (long)opaque;
    vwWatchOptions options = { .flags = thread % 2 ? VW_WATCH_SNAPSHOT : 0 };
    for (int i = 0; i < rounds; i++) {
        Registration *registration = calloc(1, sizeof *registration);
        int id = thread % 3 == 0
                     ? vwConnectDomainRecordRegister(conn, &options, sizeof options, on_record,
                                                     registration, on_free)
                     : vwConnectDomainEventRegisterAny(conn, thread % 3 == 1 ? vm : NULL,
                                                       VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                                       VW_DOMAIN_EVENT_CALLBACK(on_event),
                                                       registration, on_free);
        CHECK(id >= 0);
        if (i % 4 == 0)
            usleep(200);
        CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
        atomic_store(&registration->ended, 1);
        CHECK(atomic_load(&registration->freed) == 1);
        CHECK(atomic_load(&registration->inside) == 0);
        CHECK(vwConnectDomainEventDeregisterAny(conn, id) == -1);
        free(registration);
    }
    return NULL;
}

static void *drive(void *opaque)
{
    (void)opaque;
    while (!atomic_load(&stop)) {
        CHECK(vwDomainSuspend(vm) == 0);
        CHECK(vwDomainResume(vm) == 0);
    }
    return NULL;
}

/* Handles are shared by threads; each takes and drops references. */
static void *share(void *opaque)
{
    (void)opaque;
    for (int i = 0; i < rounds * 10; i++) {
        CHECK(vwDomainRef(vm) == 0);
        CHECK(vwDomainGetName(vm) != NULL && vwDomainIsActive(vm) == 1);
        CHECK(vwDomainFree(vm) == 0);
        CHECK(vwConnectRef(conn) == 0 && vwConnectClose(conn) == 1);
        vwDomainPtr found = vwDomainLookupByName(conn, "vm");
        CHECK(found != NULL && vwDomainFree(found) == 0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    watchdog();
    if (argc > 1 && strcmp(argv[1], "small") == 0)
        rounds = 25;
    conn = vwConnectOpen("test:///empty");
    vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(conn != NULL && vm != NULL);
    pthread_t driver, threads[THREADS], sharers[2];
    CHECK(pthread_create(&driver, NULL, drive, NULL) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&sharers[i], NULL, share, NULL) == 0);
    for (long i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, storm, (void *)i) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(sharers[i], NULL);
    atomic_store(&stop, 1);
    pthread_join(driver, NULL);
    CHECK(atomic_load(&calls) > 0);
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0 && stats.readers == 0);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
