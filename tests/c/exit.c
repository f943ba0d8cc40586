/* A program that ends with everything alive: connections, watches that are waited on, callbacks that
 * run, threads that change domains. Its exit is clean all the same. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CONNECTIONS = 3 };

static atomic_int inside;

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)opaque, (void)event, (void)detail;
    atomic_fetch_add(&inside, 1);
    CHECK(vwDomainGetName(domain) != NULL && vwConnectIsAlive(conn) == 1);
    vwDomainPtr found = vwDomainLookupByName(conn, "vm");
    if (found != NULL)
        vwDomainFree(found);
    else
        CHECK_ERROR(VW_ERR_NO_DOMAIN, "vm");
    usleep(100);
    return 0;
}

static void on_free(void *opaque)
{
    (void)opaque;
    CHECK(!"nobody has deregistered");
}

static void *change(void *conn)
{
    for (;;) {
        vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
        CHECK(vm != NULL && vwDomainSuspend(vm) == 0);
        CHECK(vwDomainDestroy(vm) == 0 && vwDomainFree(vm) == 0);
    }
    return NULL;
}

static void *wait(void *watch)
{
    vwRecord record;
    for (;;)
        CHECK(vwWatchNext(watch, &record, sizeof record, -1) == 1);
    return NULL;
}

static void start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, run, argument) == 0);
    pthread_detach(thread);
}

int main(int argc, char **argv)
{
    watchdog();
    for (int i = 0; i < CONNECTIONS; i++) {
        vwConnectPtr conn = vwConnectOpen("test:///empty");
        CHECK(vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                              VW_DOMAIN_EVENT_CALLBACK(on_event), NULL,
                                              on_free) >= 0);
        start(wait, vwWatchNew(conn, NULL, 0));
        start(change, conn);
        if (i % 2 == 0)
            CHECK(vwConnectClose(conn) == 1);
    }
    while (atomic_load(&inside) < 10)
        usleep(100);
    if (argc > 1 && strcmp(argv[1], "exit") == 0)
        exit(0);
    return 0;
}
