/* An event loop that the program brings: what it is asked for, and when. */
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

enum { ROOM = 8 };

/* A handle of the loop; it is free while cb is NULL. */
typedef struct {
    int fd, events;
    vwEventHandleCallback cb;
    void *opaque;
    vwFreeCallback ff;
} Handle;

static Handle handles[ROOM];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int added, removed, refuse, last_timeout, last_timer;

static int add_handle(int fd, int events, vwEventHandleCallback cb, void *opaque, vwFreeCallback ff)
{
    vwConnectClose(NULL); /* leaves an error, which is the loop's own */
    if (refuse)
        return -1;
    CHECK(fd >= 0 && cb != NULL);
    pthread_mutex_lock(&lock);
    int watch = 0;
    while (handles[watch].cb != NULL)
        CHECK(++watch < ROOM);
    handles[watch] = (Handle){ fd, events, cb, opaque, ff };
    added++;
    pthread_mutex_unlock(&lock);
    return watch;
}

static void update_handle(int watch, int events)
{
    handles[watch].events = events;
}

/* Frees at once, even inside the handle's own callback: libvirt could not bear that. */
static int remove_handle(int watch)
{
    pthread_mutex_lock(&lock);
    Handle handle = handles[watch];
    handles[watch] = (Handle){ 0 };
    removed += handle.cb != NULL;
    pthread_mutex_unlock(&lock);
    if (handle.cb == NULL)
        return -1;
    if (handle.ff != NULL)
        handle.ff(handle.opaque);
    return 0;
}

static int add_timeout(int timeout, vwEventTimeoutCallback cb, void *opaque, vwFreeCallback ff)
{
    CHECK(cb != NULL && opaque == handles && ff == NULL);
    last_timeout = timeout;
    return refuse ? -1 : 7;
}

static void update_timeout(int timer, int timeout)
{
    last_timer = timer, last_timeout = timeout;
}

static int remove_timeout(int timer)
{
    return timer == 7 ? 0 : -1;
}

/* One iteration, which does not wait. Returns how many were called. */
static int run(void)
{
    int called = 0;
    for (int watch = 0; watch < ROOM; watch++) {
        pthread_mutex_lock(&lock);
        Handle handle = handles[watch];
        pthread_mutex_unlock(&lock);
        struct pollfd fd = { .fd = handle.fd, .events = POLLIN };
        if (handle.cb == NULL || poll(&fd, 1, 0) < 1)
            continue;
        CHECK(handle.events == VW_EVENT_HANDLE_READABLE);
        handle.cb(watch, handle.fd, VW_EVENT_HANDLE_READABLE, handle.opaque);
        called++;
    }
    return called;
}

typedef struct {
    vwConnectPtr conn;
    atomic_int calls, freed, inside, stay, deregister;
    int id;
} Listener;

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)domain, (void)event, (void)detail;
    Listener *listener = opaque;
    CHECK(!listener->freed);
    listener->inside = 1;
    listener->calls++;
    CHECK(run() == 0); /* the loop is entered again: nothing of this connection is called */
    if (listener->deregister)
        CHECK(vwConnectDomainEventDeregisterAny(conn, listener->id) == 0 && !listener->freed);
    while (listener->stay)
        usleep(100);
    listener->inside = 0;
    return 0;
}

static void on_freed(void *opaque)
{
    Listener *listener = opaque;
    CHECK(!listener->inside && listener->freed++ == 0);
}

static int listen_to(vwConnectPtr conn, Listener *listener)
{
    return listener->id = vwConnectDomainEventRegisterAny(
               conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE, VW_DOMAIN_EVENT_CALLBACK(on_event),
               listener, on_freed);
}

/* What the program asks of its loop through the library comes there as it was given. */
static void on_handle(int watch, int fd, int events, void *opaque)
{
    (void)watch, (void)fd, (void)events, (void)opaque;
}

static void on_timeout(int timer, void *opaque)
{
    (void)timer, (void)opaque;
}

static void asked_by_the_program(void)
{
    int watch = vwEventAddHandle(0, VW_EVENT_HANDLE_WRITABLE, on_handle, handles, NULL);
    CHECK(watch == 0 && vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(handles[0].cb == on_handle && handles[0].opaque == handles && handles[0].ff == NULL);
    CHECK(handles[0].events == VW_EVENT_HANDLE_WRITABLE);
    vwEventUpdateHandle(0, VW_EVENT_HANDLE_READABLE | VW_EVENT_HANDLE_HANGUP);
    CHECK(handles[0].events == 9);
    CHECK(vwEventRemoveHandle(0) == 0);
    CHECK(vwEventRemoveHandle(0) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "removeHandle of the event loop returned -1");
    CHECK(vwEventAddTimeout(5, on_timeout, handles, NULL) == 7 && last_timeout == 5);
    vwEventUpdateTimeout(7, -1);
    CHECK(last_timer == 7 && last_timeout == -1);
    CHECK(vwEventRemoveTimeout(7) == 0 && vwEventRemoveTimeout(8) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "removeTimeout of the event loop returned -1");
    refuse = 1;
    CHECK(vwEventAddHandle(0, 1, on_handle, handles, NULL) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "addHandle of the event loop returned -1");
    CHECK(vwEventAddTimeout(0, on_timeout, handles, NULL) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "addTimeout of the event loop returned -1");
    refuse = 0;
    added = removed = 0;
}

/* A loop that refuses: the registration fails, takes no number, and frees nothing. */
static void refused(vwConnectPtr conn, Listener *listener)
{
    refuse = 1;
    CHECK(listen_to(conn, listener) == -1);
    CHECK_ERROR(VW_ERR_INTERNAL_ERROR, "could not initialize domain event timer");
    CHECK(vwConnectDomainRecordRegister(conn, NULL, 0, NULL, NULL, NULL) == -1);
    refuse = 0;
    CHECK(listener->freed == 0);
    CHECK(listen_to(conn, listener) == 0);
    CHECK(vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(vwConnectDomainEventDeregisterAny(conn, 0) == 0);
    CHECK(vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(listener->freed == 1 && added == 1 && removed == 0);
}

/* One handle for all registrations of a connection, from the first until the connection is gone. */
static void handles_of_connections(void)
{
    vwConnectPtr conns[2] = { vwConnectOpen("test:///empty"), vwConnectOpen("test:///empty") };
    Listener listeners[4] = { 0 };
    added = removed = 0;
    for (int i = 0; i < 4; i++)
        CHECK(listen_to(conns[i % 2], &listeners[i]) >= 0);
    CHECK(added == 2 && removed == 0);
    CHECK(run() == 2 && run() == 0);
    vwDomainPtr vm = vwDomainCreateXML(conns[0], document("vm", UUID_A), 0);
    CHECK(vm != NULL && listeners[0].calls == 0);
    CHECK(run() == 1 && run() == 0);
    CHECK(listeners[0].calls == 1 && listeners[2].calls == 1 && listeners[1].calls == 0);
    for (int i = 0; i < 4; i++) {
        CHECK(vwConnectDomainEventDeregisterAny(conns[i % 2], listeners[i].id) == 0);
        CHECK(listeners[i].freed == 1);
    }
    CHECK(removed == 0);

    /* However often callbacks come and go while the loop does not run. */
    for (int i = 0; i < 100; i++) {
        Listener brief = { 0 };
        CHECK(listen_to(conns[0], &brief) >= 0);
        CHECK(vwConnectDomainEventDeregisterAny(conns[0], brief.id) == 0 && brief.freed == 1);
    }
    CHECK(added == 2 && removed == 0);

    /* The last one ends inside its callback, and then the connection, where the loop frees what it was
     * given at once. */
    Listener last = { .deregister = 1 };
    CHECK(listen_to(conns[0], &last) >= 0 && added == 2);
    CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conns[0]) == 1 && removed == 0);
    CHECK(run() == 1 && run() == 0);
    CHECK(last.calls == 1 && last.freed == 1 && removed == 1);
    CHECK(vwConnectClose(conns[1]) == 0 && removed == 2);
}

static atomic_int stop;

static void *run_loop(void *opaque)
{
    (void)opaque;
    while (!stop) {
        run();
        usleep(100);
    }
    return NULL;
}

static void *deregister(void *opaque)
{
    Listener *listener = opaque;
    CHECK(vwConnectDomainEventDeregisterAny(listener->conn, listener->id) == 0);
    CHECK(!listener->inside && listener->freed == 1);
    return NULL;
}

/* G8: whoever deregisters waits for the loop's thread, inside or not. */
static void deregister_from_outside(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    pthread_t loop, other;
    CHECK(pthread_create(&loop, NULL, run_loop, NULL) == 0);
    for (int i = 0; i < 50; i++) {
        Listener listener = { .conn = conn, .stay = 1 };
        CHECK(listen_to(conn, &listener) >= 0);
        CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0);
        while (!listener.inside)
            usleep(100);
        CHECK(pthread_create(&other, NULL, deregister, &listener) == 0);
        usleep(i % 2 ? 1000 : 0);
        CHECK(listener.freed == 0);
        listener.stay = 0;
        pthread_join(other, NULL);
        CHECK(listener.calls <= 2);
    }
    stop = 1;
    pthread_join(loop, NULL);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conn) == 0);
}

int main(void)
{
    watchdog();
    vwEventRegisterImpl(add_handle, update_handle, remove_handle, add_timeout, update_timeout,
                        remove_timeout);
    CHECK(vwGetLastErrorCode() == VW_ERR_OK);
    /* Once in a process: what comes later is ignored. */
    vwEventRegisterImpl(add_handle, update_handle, remove_handle, add_timeout, update_timeout,
                        remove_timeout);
    CHECK(vwEventRegisterDefaultImpl() == 0);
    CHECK(vwEventRunDefaultImpl() == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "the default event loop is not registered");
    asked_by_the_program();

    vwConnectPtr conn = vwConnectOpen("test:///empty");
    Listener listener = { 0 };
    refused(conn, &listener);
    CHECK(vwConnectClose(conn) == 0);
    handles_of_connections();
    deregister_from_outside();
    return 0;
}
