/* What the library holds is not the program's to free: one reference too many is refused, and
 * whatever stands on the object goes on (G12). */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

#define NOT_YOURS(call, code)                                                  \
    do {                                                                       \
        CHECK((call) == -1);                                                   \
        CHECK_ERROR(code, "the program has no reference to it");               \
    } while (0)

static void close_too_often(vwConnectPtr conn)
{
    NOT_YOURS(vwConnectClose(conn), VW_ERR_INVALID_CONN);
    NOT_YOURS(vwConnectClose(conn), VW_ERR_INVALID_CONN);
}

/* Pushes whatever was freed so far out of quarantine. */
static void flush(vwConnectPtr conn)
{
    for (int i = 0; i < 5000; i++) {
        vwDomainPtr domain = vwDomainLookupByName(conn, "test");
        CHECK(domain != NULL && vwDomainFree(domain) == 0);
    }
}

static void a_watch_holds_its_connection(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
    vwRecord record;
    int records = 0;
    CHECK(watch != NULL && vwConnectClose(conn) == 1);
    close_too_often(conn);
    flush(conn);
    while (vwWatchNext(watch, &record, sizeof record, 0) == 1) {
        CHECK_TEXT(record.source, "test:///default");
        records++;
    }
    CHECK(records > 2);
    CHECK(vwWatchFree(watch) == 0 && vwWatchFree(watch) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "watch");
    CHECK(vwConnectClose(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "vwConnectClose");
}

static void a_domain_holds_its_connection(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr domain = vwDomainLookupByName(conn, "test");
    CHECK(domain != NULL && vwConnectClose(conn) == 1);
    close_too_often(conn);
    close_too_often(vwDomainGetConnect(domain));
    CHECK(vwDomainSuspend(domain) == 0 && vwDomainResume(domain) == 0);
    /* A reference can be taken again, and given back. */
    CHECK(vwConnectRef(conn) == 0 && vwConnectClose(conn) == 1);
    close_too_often(conn);
    CHECK(vwDomainFree(domain) == 0 && vwDomainFree(domain) == -1);
    CHECK_ERROR(VW_ERR_INVALID_DOMAIN, "vwDomainFree");
}

static vwDomainPtr kept;
static atomic_int calls, freed;

/* What it is given is lent. */
static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)event, (void)detail, (void)opaque;
    NOT_YOURS(vwDomainFree(domain), VW_ERR_INVALID_DOMAIN);
    close_too_often(conn);
    CHECK_TEXT(vwDomainGetName(domain), "test");
    CHECK(vwDomainRef(domain) == 0);
    if (calls == 0) {
        kept = domain;
    } else {
        CHECK(vwDomainFree(domain) == 0);
        NOT_YOURS(vwDomainFree(domain), VW_ERR_INVALID_DOMAIN);
    }
    CHECK(vwConnectRef(conn) == 0 && vwConnectClose(conn) == 1);
    calls++;
    return 0;
}

static void on_free(void *opaque)
{
    (void)opaque;
    freed++;
}

static void callbacks_are_lent_what_they_get(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwConnectPtr other = vwConnectOpen("test:///default");
    vwDomainPtr domain = vwDomainLookupByName(other, "test");
    int id = vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                             VW_DOMAIN_EVENT_CALLBACK(on_event), NULL, on_free);
    CHECK(id >= 0 && vwConnectClose(conn) == 1);
    close_too_often(conn);
    for (int i = 0; i < 10; i++) {
        CHECK(vwDomainSuspend(domain) == 0 && vwDomainResume(domain) == 0);
        while (calls < 2 * i + 2)
            usleep(1000);
        flush(other);
    }
    /* Through the pointer that was closed, as in libvirt. */
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0 && freed == 1);
    CHECK(calls == 20);
    /* What the callback kept is its own, and holds the connection. */
    CHECK_TEXT(vwDomainGetName(kept), "test");
    CHECK(vwDomainGetConnect(kept) == conn && vwDomainIsActive(kept) == 1);
    close_too_often(conn);
    CHECK(vwDomainFree(kept) == 0 && vwDomainFree(kept) == -1);
    CHECK(vwDomainFree(domain) == 0 && vwConnectClose(other) == 0);
}

#define THREADS 4
#define REFERENCES 400

static atomic_int closed;

static void *closer(void *conn)
{
    for (int i = 0; i < REFERENCES; i++)
        closed += vwConnectClose(conn) == 1;
    return NULL;
}

/* However many threads close at once: as many succeed as there were references. */
static void threads_close_too_often(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr domain = vwDomainLookupByName(conn, "test");
    pthread_t threads[THREADS];
    for (int i = 1; i < REFERENCES; i++)
        CHECK(vwConnectRef(conn) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, closer, conn) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(closed == REFERENCES);
    CHECK(vwDomainIsActive(domain) == 1 && vwDomainFree(domain) == 0);
}

int main(void)
{
    watchdog();
    a_watch_holds_its_connection();
    a_domain_holds_its_connection();
    callbacks_are_lent_what_they_get();
    threads_close_too_often();
    return 0;
}
