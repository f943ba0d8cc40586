/* The close callback: told once when the source is lost, and over then; what may be done in it, and
 * when what belongs to it is freed. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_int lost;

/* A hypervisor without domains, and at times without an answer. */
static int list(vwHostPtr host, vwDriverEach each, void *data, void *opaque)
{
    (void)host, (void)each, (void)data, (void)opaque;
    return atomic_load(&lost) ? -1 : 0;
}

static const vwDriver driver = { .list = list };

typedef struct {
    vwConnectPtr conn;
    int again; /* registers itself again */
    atomic_int calls, freed, reason;
} Told;

static void on_free(void *opaque)
{
    Told *told = opaque;
    CHECK(atomic_load(&told->freed) < atomic_load(&told->calls) || !atomic_load(&lost));
    atomic_fetch_add(&told->freed, 1);
}

static void on_close(vwConnectPtr conn, int reason, void *opaque)
{
    Told *told = opaque;
    CHECK(conn == told->conn && vwConnectIsAlive(conn) == 0);
    CHECK(vwConnectListAllDomains(conn, NULL, 0) == 0);
    /* It is no longer registered, so that it can be registered again. */
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "does not have that close callback");
    if (told->again)
        CHECK(vwConnectRegisterCloseCallback(conn, on_close, told, on_free) == 0);
    told->again = 0;
    atomic_store(&told->reason, reason);
    atomic_fetch_add(&told->calls, 1);
}

static atomic_int inside, returned;

static void on_slow_close(vwConnectPtr conn, int reason, void *opaque)
{
    (void)conn, (void)reason, (void)opaque;
    atomic_store(&inside, 1);
    usleep(100000);
    atomic_store(&returned, 1);
}

static void on_slow_free(void *opaque)
{
    CHECK(atomic_load(&returned));
    atomic_fetch_add((atomic_int *)opaque, 1);
}

static void wait_for(atomic_int *number, int wanted)
{
    while (atomic_load(number) < wanted)
        usleep(1000);
}

static void wait_until_alive(vwConnectPtr conn, int alive)
{
    while (vwConnectIsAlive(conn) != alive)
        usleep(1000);
}

int main(void)
{
    static Told told, other;
    watchdog();
    CHECK(vwDriverRegister("lost", &driver, sizeof driver, NULL, NULL) == 0);
    vwConnectPtr conn = vwConnectOpen("lost:///?poll=0.01");
    CHECK(conn != NULL && vwConnectIsAlive(conn) == 1);
    told.conn = conn;
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &told, on_free) == 0);

    atomic_store(&lost, 1);
    wait_for(&told.freed, 1);
    CHECK(told.calls == 1 && told.reason == VW_CONNECT_CLOSE_REASON_ERROR);
    /* One that is registered while there is no source is told at once, and this one again and again. */
    told.again = 1;
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &told, on_free) == 0);
    wait_for(&told.freed, 3);
    CHECK(told.calls == 3);

    /* The connection returns by itself; the next loss is another. */
    atomic_store(&lost, 0);
    wait_until_alive(conn, 1);
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &told, on_free) == 0);
    atomic_store(&lost, 1);
    wait_for(&told.freed, 4);
    CHECK(told.calls == 4);
    atomic_store(&lost, 0);
    wait_until_alive(conn, 1);

    /* Who has deregistered is not told. */
    other.conn = conn;
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &other, on_free) == 0);
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close) == 0 && other.freed == 1);
    atomic_store(&lost, 1);
    wait_until_alive(conn, 0);
    CHECK(other.calls == 0 && other.freed == 1);

    /* G8: who deregisters while it is called in another thread is back when that has returned. */
    atomic_int freed = 0;
    CHECK(vwConnectRegisterCloseCallback(conn, on_slow_close, &freed, on_slow_free) == 0);
    wait_for(&inside, 1);
    CHECK(vwConnectUnregisterCloseCallback(conn, on_slow_close) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "does not have that close callback");
    CHECK(returned);
    wait_for(&freed, 1);
    CHECK(vwConnectClose(conn) == 0);
    CHECK(vwDriverUnregister("lost") == 0);
    CHECK(freed == 1);
    return 0;
}
