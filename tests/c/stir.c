/* Linked to an example, it makes something happen: as soon as somebody listens to test:///default,
 * the domain there is suspended and resumed. With INTERRUPT the program then gets a SIGINT. */
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static pthread_t thread;
static atomic_int stop;

static void *stir(void *opaque)
{
    vwConnectPtr conn = opaque;
    vwStats stats = { 0 };
    while (stats.readers == 0 && !stop) {
        CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
        usleep(1000);
    }
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    CHECK(test != NULL && vwDomainSuspend(test) == 0 && vwDomainResume(test) == 0);
    CHECK(vwDomainFree(test) == 0 && vwConnectClose(conn) >= 0);
#ifdef INTERRUPT
    kill(getpid(), SIGINT);
#endif
    return NULL;
}

__attribute__((constructor)) static void begin(void)
{
    watchdog();
    vwConnectPtr conn = vwConnectOpen("test:///default");
    CHECK(conn != NULL && pthread_create(&thread, NULL, stir, conn) == 0);
}

__attribute__((destructor)) static void end(void)
{
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
}
