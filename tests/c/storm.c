/* Four threads register and deregister callbacks of every kind in a storm of events: after a
 * deregistration there is no call, and everything is freed once (G8).
 *
 *     storm thread|loop REGISTRATIONS
 */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { THREADS = 4 };

/* One registration. None is used again, so that a late call is noticed. */
typedef struct {
    atomic_int id; /* -1 until it is known */
    atomic_uint calls;
    atomic_uchar inside, ended, freed;
    unsigned char ends_itself;
} Registration;

static vwConnectPtr conn;
static vwDomainPtr vm;
static Registration *registrations;
static long per_thread;
static atomic_int stop;

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)domain, (void)event, (void)detail;
    Registration *registration = opaque;
    CHECK(!registration->ended && !registration->freed && !registration->inside);
    registration->inside = 1;
    registration->calls++;
    if (registration->ends_itself && registration->id >= 0 && !registration->ended) {
        CHECK(vwConnectDomainEventDeregisterAny(c, registration->id) == 0);
        registration->ended = 1; /* this is its last call */
        CHECK(!registration->freed);
    }
    registration->inside = 0;
    return 0;
}

static void on_record(vwConnectPtr c, const vwRecord *record, void *opaque)
{
    (void)record;
    on_event(c, NULL, 0, 0, opaque);
}

static void on_metadata(vwConnectPtr c, vwDomainPtr domain, int type, const char *nsuri, void *opaque)
{
    (void)type, (void)nsuri;
    on_event(c, domain, 0, 0, opaque);
}

static void on_close(vwConnectPtr c, int reason, void *opaque)
{
    (void)c, (void)reason, (void)opaque;
    CHECK(!"the test driver is never lost");
}

/* A callback that is known by its function, for each thread: the oldest of a function is ended. */
#define KNOWN(name)                                                                              \
    static int name(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)     \
    {                                                                                            \
        return on_event(c, domain, event, detail, opaque);                                       \
    }
KNOWN(known_0)
KNOWN(known_1)
KNOWN(known_2)
KNOWN(known_3)
static const vwConnectDomainEventCallback known[THREADS] = { known_0, known_1, known_2, known_3 };

static void on_free(void *opaque)
{
    Registration *registration = opaque;
    CHECK(!registration->inside);
    CHECK(registration->freed++ == 0);
}

/* Registers a callback of another kind. Returns its id, 0 if it has none; -1: error. */
static int come(long kind, long thread, Registration *registration)
{
    switch (kind) {
    case 2:
        return vwConnectDomainRecordRegister(conn, NULL, 0, on_record, registration, on_free);
    case 4:
        return vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                               VW_DOMAIN_EVENT_CALLBACK(on_metadata), registration,
                                               on_free);
    case 6:
        return vwConnectDomainEventRegister(conn, known[thread], registration, on_free);
    case 8: /* a connection has one */
        if (thread == 0)
            return vwConnectRegisterCloseCallback(conn, on_close, registration, on_free);
        /* fall through */
    default: /* one in four hears of one domain alone */
        return vwConnectDomainEventRegisterAny(conn, kind % 4 == 1 ? vm : NULL,
                                               VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                               VW_DOMAIN_EVENT_CALLBACK(on_event), registration,
                                               on_free);
    }
}

/* Ends it. */
static int go(long kind, long thread, Registration *registration)
{
    switch (kind) {
    case 6:
        return vwConnectDomainEventDeregister(conn, known[thread]);
    case 8:
        if (thread == 0)
            return vwConnectUnregisterCloseCallback(conn, on_close);
        break;
    case 10: /* a call may be under way then, and frees it */
        CHECK(vwConnectDomainEventDeregisterAnyFlags(conn, registration->id,
                                                     VW_DOMAIN_EVENT_DEREGISTER_NOWAIT) == 0);
        while (!registration->freed)
            sched_yield();
        return 0;
    default:
        break;
    }
    return vwConnectDomainEventDeregisterAny(conn, registration->id);
}

static void *come_and_go(void *opaque)
{
    Registration *registration = opaque, *end = registration + per_thread;
    long thread = (registration - registrations) / per_thread;
    for (long i = 0; registration < end; registration++, i++) {
        registration->id = -1;
        registration->ends_itself = i % 16 == 7;
        int id = come(i % 16, thread, registration);
        CHECK(id >= 0);
        registration->id = id;
        if (registration->ends_itself) {
            while (!registration->freed)
                sched_yield();
            continue;
        }
        if (i % 16 >= 2 && i % 16 <= 4)
            while (!registration->calls)
                sched_yield();
        CHECK(go(i % 16, thread, registration) == 0);
        registration->ended = 1;
        CHECK(registration->freed && !registration->inside);
    }
    return NULL;
}

/* The storm: in gusts, between which the others get at the registry too. */
static void *change(void *opaque)
{
    (void)opaque;
    while (!stop) {
        for (int i = 0; i < 8; i++)
            CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0);
        CHECK(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "vm", NULL, NULL, 0) == 0);
        sched_yield();
    }
    return NULL;
}

static void *run_loop(void *opaque)
{
    (void)opaque;
    while (!stop)
        CHECK(vwEventRunDefaultImpl() == 0);
    return NULL;
}

static void on_timeout(int timer, void *opaque)
{
    (void)timer, (void)opaque;
}

int main(int argc, char **argv)
{
    watchdog();
    CHECK(argc == 3);
    int in_loop = strcmp(argv[1], "loop") == 0;
    per_thread = atol(argv[2]) / THREADS;
    registrations = calloc(THREADS * per_thread, sizeof *registrations);
    if (in_loop)
        CHECK(vwEventRegisterDefaultImpl() == 0);
    conn = vwConnectOpen("test:///empty");
    vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(registrations != NULL && vm != NULL);

    pthread_t driver, loop, threads[THREADS];
    CHECK(pthread_create(&driver, NULL, change, NULL) == 0);
    if (in_loop)
        CHECK(pthread_create(&loop, NULL, run_loop, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, come_and_go, registrations + i * per_thread) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    stop = 1;
    pthread_join(driver, NULL);
    if (in_loop) {
        CHECK(vwEventAddTimeout(0, on_timeout, NULL, NULL) > 0); /* it may be waiting */
        pthread_join(loop, NULL);
    }

    long calls = 0;
    for (long i = 0; i < THREADS * per_thread; i++) {
        CHECK(registrations[i].freed == 1 && registrations[i].ended);
        calls += registrations[i].calls;
    }
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0 && stats.readers == 0);
    CHECK(calls >= THREADS * per_thread / 8); /* those that wait for one have had one */
    printf("%ld registrations, %ld calls, %llu events\n", THREADS * per_thread, calls,
           (unsigned long long)stats.events);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    free(registrations);
    return 0;
}
