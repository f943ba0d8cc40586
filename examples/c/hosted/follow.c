/*
 * A program that follows the domains of a hypervisor: its list is kept from records
 * alone. It does not know how much the hypervisor reports; for it that is the same.
 *
 *     follow everything:///
 *     follow 'life:///?poll=10ms'
 *
 * While it follows, the guests of the toy hypervisor behind both live as they like.
 * In the end every kind of event that the source says it has has occurred, and the
 * list is the hypervisor's.
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <virtwatch/virtwatch.h>

#include "../fold.h"
#include "hypervisors.h"
#include "toy.h"

static const char document[] =
    "<domain type='test'><name>mine</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>"
    "<memory unit='MiB'>512</memory><os><type>hvm</type></os></domain>";

static const int types[] = {
    VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_UNDEFINED,   VW_DOMAIN_EVENT_STARTED,
    VW_DOMAIN_EVENT_SUSPENDED, VW_DOMAIN_EVENT_RESUMED,   VW_DOMAIN_EVENT_STOPPED,
    VW_DOMAIN_EVENT_SHUTDOWN, VW_DOMAIN_EVENT_PMSUSPENDED, VW_DOMAIN_EVENT_CRASHED,
    VW_DOMAIN_EVENT_ADDED,   VW_DOMAIN_EVENT_REMOVED,
};
enum { TYPES = sizeof types / sizeof *types };

static Fold domains;
static uint64_t seen; /* bit n = an event of type n has come */
static unsigned long events, downs, ups;

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s: %s\n", what, vwGetLastErrorMessage());
        exit(1);
    }
}

/* Reads one record, after so many milliseconds at most. 0 when there is none. */
static int follow(vwWatchPtr watch, int timeout)
{
    vwRecord rec;
    int read = vwWatchNext(watch, &rec, sizeof rec, timeout);
    must(read >= 0, "next");
    if (read == 0)
        return 0;
    must(fold(&domains, &rec) == 0, "memory");
    downs += rec.kind == VW_RECORD_SOURCE_DOWN;
    ups += rec.kind == VW_RECORD_SOURCE_UP;
    if (rec.kind == VW_RECORD_EVENT) {
        events++;
        seen |= (uint64_t)1 << rec.type;
    }
    return 1;
}

/* The life of the guests, on a thread of their own. */
static atomic_int living = 1;

static void *live(void *pause)
{
    unsigned int random = 1;
    while (atomic_load(&living)) {
        random = random * 1664525u + 1013904223u;
        toy_live(random >> 8);
        nanosleep(&(struct timespec){ .tv_nsec = *(long *)pause }, NULL);
    }
    return NULL;
}

/* What an operation did is known when it returns. */
static void operate(vwConnectPtr conn, vwWatchPtr watch)
{
    vwDomainPtr mine = vwDomainDefineXML(conn, document);
    must(mine != NULL, "define");
    must(vwDomainCreate(mine) == 0, "create");
    must(vwDomainSuspend(mine) == 0 && vwDomainResume(mine) == 0, "suspend");
    while (follow(watch, 0))
        ;
    unsigned char uuid[VW_UUID_BUFLEN];
    must(vwDomainGetUUID(mine, uuid) == 0, "uuid");
    const Known *known = fold_find(&domains, uuid);
    must(known != NULL && known->state == VW_DOMAIN_RUNNING && known->persistent, "it is known");
    must(vwDomainDestroy(mine) == 0 && vwDomainUndefine(mine) == 0, "destroy");
    while (follow(watch, 0))
        ;
    must(fold_find(&domains, uuid) == NULL, "it is gone");
    vwDomainFree(mine);
}

/* A hypervisor that is lost is not gone: its domains stay, and what happened meanwhile is told when
 * it is back. */
static void lose(vwConnectPtr conn, vwWatchPtr watch)
{
    size_t count = domains.count;
    toy_unplug(1);
    while (downs == 0)
        follow(watch, -1);
    must(vwConnectIsAlive(conn) == 0 && domains.count >= count, "it is stale");
    toy_live(0);
    toy_unplug(0);
    while (ups == 0)
        follow(watch, -1);
    must(vwConnectIsAlive(conn) == 1, "it is back");
}

static int is_known(const ToyDomain *domain, void *data)
{
    static const int states[] = {
        [TOY_OFF] = VW_DOMAIN_SHUTOFF,       [TOY_ON] = VW_DOMAIN_RUNNING,
        [TOY_IS_PAUSED] = VW_DOMAIN_PAUSED,  [TOY_SLEEPS] = VW_DOMAIN_PMSUSPENDED,
        [TOY_IS_DOWN] = VW_DOMAIN_SHUTDOWN,  [TOY_HAS_PANICKED] = VW_DOMAIN_CRASHED,
    };
    const Known *known = fold_find(&domains, domain->uuid);
    if (known == NULL || known->persistent != domain->persistent ||
        known->state != states[domain->state] ||
        known->id != (domain->state == TOY_OFF ? -1 : domain->id)) {
        fprintf(stderr, "%s is not as it is known\n", domain->name);
        return -1;
    }
    ++*(size_t *)data;
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const words[] = { "never", "polled", "derived", "native" };
    const char *uri = argc > 1 ? argv[1] : "everything:///";
    must(register_everything() == 0 && register_life() == 0, "register");
    vwConnectPtr conn = vwConnectOpen(uri);
    must(conn != NULL, uri);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
    must(watch != NULL, "watch");

    operate(conn, watch);

    /* Guests that are listed at intervals take longer to do something than that. */
    int is_polled = vwConnectGetEventSupport(conn, VW_DOMAIN_EVENT_DEFINED) == VW_EVENT_SUPPORT_POLLED;
    long pause = is_polled ? 15000000 : 100000;
    uint64_t wanted = 0;
    for (int i = 0; i < TYPES; i++)
        if (vwConnectGetEventSupport(conn, types[i]) != VW_EVENT_SUPPORT_NEVER)
            wanted |= (uint64_t)1 << types[i];
    seen = 0;
    pthread_t guests;
    must(pthread_create(&guests, NULL, live, &pause) == 0, "thread");
    while ((seen & wanted) != wanted)
        follow(watch, -1);
    atomic_store(&living, 0);
    pthread_join(guests, NULL);
    must((seen & ~wanted) == 0, "an event that never occurs");

    if (is_polled) {
        lose(conn, watch);
        must(vwConnectAudit(conn, 0) >= 0, "audit");
    }
    while (follow(watch, 0))
        ;
    size_t count = 0;
    must(toy_list(is_known, &count) == 0 && count == domains.count, "the list");

    for (int i = 0; i < TYPES; i++)
        printf("%-12s %s\n", vwDomainEventTypeToString(types[i]),
               words[vwConnectGetEventSupport(conn, types[i])]);
    printf("%lu events; the list kept from them is the hypervisor's: %zu domains\n", events, count);

    fold_clear(&domains);
    vwWatchFree(watch);
    vwConnectClose(conn);
    must(vwDriverUnregister("everything") == 0 && vwDriverUnregister("life") == 0, "unregister");
    toy_clear();
    return 0;
}
