/* Four threads register and deregister callbacks in a storm of events: after a deregistration there
 * is no call, and everything is freed once (G8).
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

static void on_free(void *opaque)
{
    Registration *registration = opaque;
    CHECK(!registration->inside);
    CHECK(registration->freed++ == 0);
}

static void *come_and_go(void *opaque)
{
    Registration *registration = opaque, *end = registration + per_thread;
    for (long i = 0; registration < end; registration++, i++) {
        registration->id = -1;
        registration->ends_itself = i % 16 == 7;
        /* One in four hears of one domain alone. */
        int id = vwConnectDomainEventRegisterAny(conn, i % 4 == 1 ? vm : NULL,
                                                 VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                                 VW_DOMAIN_EVENT_CALLBACK(on_event), registration,
                                                 on_free);
        CHECK(id >= 0);
        registration->id = id;
        if (registration->ends_itself) {
            while (!registration->freed)
                sched_yield();
            continue;
        }
        if (i % 16 == 3)
            while (!registration->calls)
                sched_yield();
        CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
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
