/* Everything may be called inside a callback, and inside what frees it: each action in each place,
 * under a watchdog; on the threads of connections, or with "loop" in the default event loop. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

typedef enum {
    REGISTER,
    DEREGISTER_SELF,
    DEREGISTER_OTHER,
    LOOK_UP,
    CHANGE,
    CLOSE,
    FREE_LAST,
    WATCH,
    ACTIONS
} Action;

typedef enum {
    IN_CALLBACK,
    IN_FREE_ON_CALLER,     /* the thread that deregisters frees */
    IN_FREE_ON_DISPATCHER, /* deregistered by the callback itself, freed behind it */
    PLACES
} Place;

typedef struct {
    Action action;
    Place place;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    vwConnectPtr conn;
    vwDomainPtr foreign; /* holds the last reference to a connection of its own */
    int id, other, more;
    int called, acted, freed, others_freed, deregistered, closed;
} Case;

static int in_loop;
static atomic_int stop, turns;

static void on_turn(int timer, void *opaque)
{
    (void)timer, (void)opaque;
    turns++;
}

static void *run_loop(void *opaque)
{
    (void)opaque;
    while (!stop)
        CHECK(vwEventRunDefaultImpl() == 0);
    return NULL;
}

/* Waits until whatever a callback has left behind is gone. */
static void settle(void)
{
    if (in_loop) {
        int timer = vwEventAddTimeout(0, on_turn, NULL, NULL);
        CHECK(timer > 0);
        for (int seen = turns; turns < seen + 2;)
            usleep(100);
        CHECK(vwEventRemoveTimeout(timer) == 0);
    }
    wait_for_threads(in_loop);
}

static int on_nothing(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)conn, (void)domain, (void)event, (void)detail, (void)opaque;
    return 0;
}

static void on_other_freed(void *opaque)
{
    Case *test = opaque;
    pthread_mutex_lock(&test->lock);
    test->others_freed++;
    pthread_cond_broadcast(&test->changed);
    pthread_mutex_unlock(&test->lock);
}

static int listen_idly(Case *test, vwConnectPtr conn)
{
    int id = vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                             VW_DOMAIN_EVENT_CALLBACK(on_nothing), test,
                                             on_other_freed);
    CHECK(id >= 0);
    return id;
}

static void act(Case *test)
{
    vwConnectPtr conn = test->conn;
    int is_registered = test->place == IN_CALLBACK;
    switch (test->action) {
    case REGISTER:
        test->more = listen_idly(test, conn);
        break;
    case DEREGISTER_SELF:
        CHECK(vwConnectDomainEventDeregisterAny(conn, test->id) == (is_registered ? 0 : -1));
        CHECK(vwConnectDomainEventDeregisterAny(conn, test->id) == -1);
        CHECK_ERROR(VW_ERR_INVALID_ARG, "could not find event callback");
        CHECK(test->freed == 0);
        test->deregistered = 1;
        break;
    case DEREGISTER_OTHER:
        CHECK(vwConnectDomainEventDeregisterAny(conn, test->other) == 0);
        test->other = -1;
        break;
    case LOOK_UP: {
        vwDomainPtr domain = vwDomainLookupByName(conn, "vm");
        CHECK(domain != NULL && vwDomainIsPersistent(domain) == 1);
        CHECK(vwDomainFree(domain) == 0);
        CHECK(vwConnectListAllDomains(conn, NULL, 0) == 1);
        break;
    }
    case CHANGE: {
        vwDomainPtr domain = vwDomainDefineXML(conn, document("another", NULL));
        CHECK(domain != NULL && vwDomainCreate(domain) == 0);
        CHECK(vwDomainDestroy(domain) == 0 && vwDomainUndefine(domain) == 0);
        CHECK(vwDomainFree(domain) == 0);
        break;
    }
    case CLOSE:
        CHECK(vwConnectClose(conn) == 1); /* the registration still holds it */
        test->closed = 1;
        break;
    case FREE_LAST:
        CHECK(vwDomainFree(test->foreign) == 0);
        test->foreign = NULL;
        break;
    case WATCH: {
        vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
        vwRecord record;
        vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
        CHECK(watch != NULL);
        while (vwWatchNext(watch, &record, sizeof record, 0) == 1)
            ;
        CHECK(vwWatchFree(watch) == 0);
        break;
    }
    case ACTIONS:
        break;
    }
}

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    Case *test = opaque;
    (void)domain, (void)event, (void)detail;
    CHECK(conn == test->conn);
    pthread_mutex_lock(&test->lock);
    while (test->id < 0)
        pthread_cond_wait(&test->changed, &test->lock);
    int first = !test->called;
    test->called = 1;
    pthread_mutex_unlock(&test->lock);
    CHECK(test->freed == 0);
    if (!first)
        return 0;
    if (test->place == IN_CALLBACK)
        act(test);
    if (test->place == IN_FREE_ON_DISPATCHER) {
        CHECK(vwConnectDomainEventDeregisterAny(conn, test->id) == 0);
        test->deregistered = 1;
        CHECK(test->freed == 0);
    }
    pthread_mutex_lock(&test->lock);
    test->acted = 1;
    pthread_cond_broadcast(&test->changed);
    pthread_mutex_unlock(&test->lock);
    return 0;
}

static void on_freed(void *opaque)
{
    Case *test = opaque;
    CHECK(test->freed == 0);
    if (test->place != IN_CALLBACK)
        act(test);
    pthread_mutex_lock(&test->lock);
    test->freed++;
    pthread_cond_broadcast(&test->changed);
    pthread_mutex_unlock(&test->lock);
}

static void wait_until(Case *test, const int *what)
{
    pthread_mutex_lock(&test->lock);
    while (!*what)
        pthread_cond_wait(&test->changed, &test->lock);
    pthread_mutex_unlock(&test->lock);
}

static void run(Action action, Place place)
{
    Case test = { .action = action, .place = place, .id = -1, .other = -1, .more = -1 };
    pthread_mutex_init(&test.lock, NULL);
    pthread_cond_init(&test.changed, NULL);
    test.conn = vwConnectOpen("test:///empty");
    CHECK(test.conn != NULL);
    test.other = listen_idly(&test, test.conn);

    /* A connection with a thread that nothing but a domain holds. */
    vwConnectPtr foreign = vwConnectOpen("test:///default");
    CHECK(foreign != NULL);
    test.foreign = vwDomainLookupByName(foreign, "test");
    CHECK(vwConnectDomainEventDeregisterAny(foreign, listen_idly(&test, foreign)) == 0);
    CHECK(vwConnectClose(foreign) == 1);
    test.others_freed = 0;

    int id = vwConnectDomainEventRegisterAny(test.conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                             VW_DOMAIN_EVENT_CALLBACK(on_event), &test, on_freed);
    CHECK(id >= 0);
    vwDomainPtr domain = vwDomainDefineXML(test.conn, document("vm", UUID_A));
    CHECK(domain != NULL && vwDomainFree(domain) == 0);
    pthread_mutex_lock(&test.lock);
    test.id = id;
    pthread_cond_broadcast(&test.changed);
    pthread_mutex_unlock(&test.lock);
    wait_until(&test, &test.acted);

    if (!test.deregistered)
        CHECK(vwConnectDomainEventDeregisterAny(test.conn, id) == 0);
    wait_until(&test, &test.freed);
    CHECK(test.freed == 1);

    int others = 0;
    if (test.other >= 0)
        CHECK(vwConnectDomainEventDeregisterAny(test.conn, test.other) == 0);
    others++;
    if (test.more >= 0) {
        CHECK(vwConnectDomainEventDeregisterAny(test.conn, test.more) == 0);
        others++;
    }
    CHECK(test.others_freed == others);
    if (test.foreign != NULL)
        CHECK(vwDomainFree(test.foreign) == 0);
    if (!test.closed)
        CHECK(vwConnectClose(test.conn) >= 0);
    settle();
    CHECK(vwConnectRef(test.conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "vwConnectRef");
}

/* The callback gives up all that holds its connection, itself included. */
static int on_last_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)domain, (void)event, (void)detail;
    Case *test = opaque;
    if (test->closed)
        return 0;
    wait_until(test, &test->more);
    CHECK(vwConnectClose(conn) == 1);
    CHECK(vwConnectDomainEventDeregisterAny(conn, test->id) == 0);
    test->closed = 1;
    return 0;
}

static void give_up_everything(void)
{
    Case test = { .place = IN_CALLBACK, .more = 0 };
    pthread_mutex_init(&test.lock, NULL);
    pthread_cond_init(&test.changed, NULL);
    test.conn = vwConnectOpen("test:///empty");
    test.id = vwConnectDomainEventRegisterAny(test.conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                              VW_DOMAIN_EVENT_CALLBACK(on_last_event), &test,
                                              on_freed);
    CHECK(test.id >= 0);
    vwDomainPtr domain = vwDomainDefineXML(test.conn, document("vm", UUID_A));
    CHECK(domain != NULL && vwDomainFree(domain) == 0);
    pthread_mutex_lock(&test.lock);
    test.more = 1;
    pthread_cond_broadcast(&test.changed);
    pthread_mutex_unlock(&test.lock);
    wait_until(&test, &test.freed);
    settle();
    CHECK(vwConnectRef(test.conn) == -1);
}

int main(int argc, char **argv)
{
    pthread_t loop;
    watchdog();
    in_loop = argc > 1 && strcmp(argv[1], "loop") == 0;
    if (in_loop) {
        CHECK(vwEventRegisterDefaultImpl() == 0);
        CHECK(pthread_create(&loop, NULL, run_loop, NULL) == 0);
    }
    for (int action = 0; action < ACTIONS; action++)
        for (int place = 0; place < PLACES; place++)
            run((Action)action, (Place)place);
    give_up_everything();
    if (in_loop) {
        stop = 1;
        CHECK(vwEventAddTimeout(0, on_turn, NULL, NULL) > 0);
        pthread_join(loop, NULL);
    }
    return 0;
}
