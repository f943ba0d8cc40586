/* The default event loop: handles, timers, and what frees them; then callbacks of connections. */
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

/* What happened to one handle or timer. */
typedef struct {
    atomic_int calls, freed;
    int id, fd, events;
    int inside;
    void (*act)(void *self);
    void *other;
} Source;

static void on_handle(int watch, int fd, int events, void *opaque)
{
    Source *source = opaque;
    CHECK(watch == source->id && fd == source->fd && !source->freed && !source->inside);
    source->inside = 1;
    source->events = events;
    source->calls++;
    if (source->act != NULL)
        source->act(source);
    source->inside = 0;
}

static void on_timeout(int timer, void *opaque)
{
    Source *source = opaque;
    CHECK(timer == source->id && !source->freed && !source->inside);
    source->inside = 1;
    source->calls++;
    if (source->act != NULL)
        source->act(source);
    source->inside = 0;
}

static void on_freed(void *opaque)
{
    Source *source = opaque;
    CHECK(!source->inside); /* from a clean stack */
    CHECK(source->freed == 0);
    source->freed++;
}

static void add_handle(Source *source, int fd, int events)
{
    source->fd = fd;
    source->id = vwEventAddHandle(fd, events, on_handle, source, on_freed);
    CHECK(source->id > 0);
}

static void add_timeout(Source *source, int frequency)
{
    source->id = vwEventAddTimeout(frequency, on_timeout, source, on_freed);
    CHECK(source->id > 0);
}

static void run(void)
{
    CHECK(vwEventRunDefaultImpl() == 0);
}

static void run_until(const atomic_int *what, int wanted)
{
    while (*what < wanted)
        run();
    CHECK(*what == wanted);
}

/* One iteration that ends at once. */
static void run_idle(void)
{
    Source now = { 0 };
    add_timeout(&now, 0);
    run();
    CHECK(now.calls == 1);
    CHECK(vwEventRemoveTimeout(now.id) == 0);
    run();
    CHECK(now.freed == 1 && now.calls == 1);
}

static void unregistered(void)
{
    Source source = { 0 };
    CHECK(vwEventAddHandle(0, VW_EVENT_HANDLE_READABLE, on_handle, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "no event loop implementation is registered");
    CHECK(vwEventAddTimeout(0, on_timeout, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "no event loop implementation is registered");
    vwEventUpdateHandle(1, 0);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "no event loop implementation is registered");
    vwEventUpdateTimeout(1, 0);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "no event loop implementation is registered");
    CHECK(vwEventRemoveHandle(1) == -1 && vwEventRemoveTimeout(1) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "no event loop implementation is registered");
    CHECK(vwEventRunDefaultImpl() == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "the default event loop is not registered");
    vwEventRegisterImpl(NULL, NULL, NULL, NULL, NULL, NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "addHandle in vwEventRegisterImpl must not be NULL");
    CHECK(source.freed == 0);
}

static void refused(void)
{
    Source source = { 0 };
    CHECK(vwEventAddHandle(-1, 1, on_handle, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "fd in vwEventAddHandle must be zero or greater");
    CHECK(vwEventAddHandle(0, 16, on_handle, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "events in vwEventAddHandle");
    CHECK(vwEventAddHandle(0, 1, NULL, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwEventAddHandle must not be NULL");
    CHECK(vwEventAddTimeout(0, NULL, &source, on_freed) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwEventAddTimeout must not be NULL");
    CHECK(vwEventRemoveHandle(99) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "watch in vwEventRemoveHandle");
    CHECK(vwEventRemoveTimeout(99) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "timer in vwEventRemoveTimeout");
    vwEventUpdateHandle(99, 1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "watch in vwEventUpdateHandle");
    vwEventUpdateTimeout(99, 1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "timer in vwEventUpdateTimeout");
    CHECK(source.freed == 0);
}

/* 0: in every iteration; -1: never; else: again and again. */
static void timers(void)
{
    Source always = { 0 }, never = { 0 }, periodic = { 0 };
    add_timeout(&always, 0);
    CHECK(always.id == 1);
    add_timeout(&never, -1);
    CHECK(never.id == 2);
    for (int i = 1; i <= 5; i++) {
        run();
        CHECK(always.calls == i);
    }
    vwEventUpdateTimeout(always.id, -1);
    add_timeout(&periodic, 5);
    run_until(&periodic.calls, 3);
    CHECK(always.calls == 5);
    vwEventUpdateTimeout(periodic.id, -1);
    vwEventUpdateTimeout(never.id, 1);
    run_until(&never.calls, 2);
    CHECK(periodic.calls == 3);
    CHECK(vwEventRemoveTimeout(always.id) == 0 && vwEventRemoveTimeout(never.id) == 0);
    CHECK(vwEventRemoveTimeout(periodic.id) == 0);
    CHECK(vwEventRemoveTimeout(periodic.id) == -1);
    CHECK(always.freed == 0); /* later, in the loop */
    run();
    CHECK(always.freed == 1 && never.freed == 1 && periodic.freed == 1);
}

static void drain(void *self)
{
    char byte;
    CHECK(read(((Source *)self)->fd, &byte, 1) == 1);
}

static void handles(void)
{
    int ends[2];
    Source reader = { .act = drain }, writer = { 0 }, closed = { 0 };
    CHECK(pipe(ends) == 0);
    add_handle(&reader, ends[0], VW_EVENT_HANDLE_READABLE);
    CHECK(reader.id == 1); /* numbers of its own */
    run_idle();
    CHECK(reader.calls == 0);
    CHECK(write(ends[1], "ab", 2) == 2);
    run();
    CHECK(reader.calls == 1 && reader.events == VW_EVENT_HANDLE_READABLE);
    run(); /* it is still readable */
    CHECK(reader.calls == 2);

    add_handle(&writer, ends[1], 0);
    run_idle();
    CHECK(writer.calls == 0);
    vwEventUpdateHandle(writer.id, VW_EVENT_HANDLE_WRITABLE);
    run();
    CHECK(writer.calls == 1 && writer.events == VW_EVENT_HANDLE_WRITABLE);
    vwEventUpdateHandle(writer.id, 0);
    run_idle();
    CHECK(writer.calls == 1);
    CHECK(vwEventRemoveHandle(writer.id) == 0 && vwEventRemoveHandle(writer.id) == -1);
    run();
    CHECK(writer.freed == 1);

    /* A hang-up is told unasked; a closed descriptor is an error. */
    reader.act = NULL;
    vwEventUpdateHandle(reader.id, VW_EVENT_HANDLE_WRITABLE);
    close(ends[1]);
    run();
    CHECK(reader.events == VW_EVENT_HANDLE_HANGUP);
    CHECK(vwEventRemoveHandle(reader.id) == 0);
    close(ends[0]);
    add_handle(&closed, ends[0], VW_EVENT_HANDLE_READABLE);
    run();
    CHECK(closed.events == VW_EVENT_HANDLE_ERROR && reader.freed == 1);
    CHECK(vwEventRemoveHandle(closed.id) == 0);
    run();
}

static void remove_both(void *self)
{
    Source *source = self, *other = source->other;
    CHECK(vwEventRemoveTimeout(source->id) == 0 && vwEventRemoveTimeout(other->id) == 0);
    CHECK(source->freed == 0 && other->freed == 0);
}

static void disable_other(void *self)
{
    vwEventUpdateTimeout(((Source *)((Source *)self)->other)->id, -1);
}

static void run_again(void *self)
{
    (void)self;
    run_idle();
}

/* What one callback removes or disables is not called any more, though it is ready too. */
static void from_inside(void)
{
    Source first = { .act = remove_both }, second = { .act = remove_both };
    first.other = &second, second.other = &first;
    add_timeout(&first, 0);
    add_timeout(&second, 0);
    run();
    CHECK(first.calls + second.calls == 1);
    run_idle();
    CHECK(first.calls + second.calls == 1 && first.freed == 1 && second.freed == 1);

    Source disables = { .act = disable_other }, disabled = { .act = disable_other };
    disables.other = &disabled, disabled.other = &disables;
    add_timeout(&disables, 0);
    add_timeout(&disabled, 0);
    run();
    CHECK(disables.calls + disabled.calls == 1);

    /* Inside a callback the loop runs without that callback. */
    Source nested = { .act = run_again };
    add_timeout(&nested, 0);
    run();
    CHECK(nested.calls == 1);
    CHECK(vwEventRemoveTimeout(nested.id) == 0);
    CHECK(vwEventRemoveTimeout(disables.id) == 0 && vwEventRemoveTimeout(disabled.id) == 0);
    run();
    CHECK(nested.freed == 1);
}

static void on_signal(int number)
{
    (void)number;
}

static void *interrupt(void *thread)
{
    for (;;) {
        usleep(1000);
        pthread_kill(*(pthread_t *)thread, SIGUSR1);
        pthread_testcancel();
    }
    return NULL;
}

/* As with poll(2): a program may look then whether it is to end. */
static void a_signal_ends_the_wait(void)
{
    pthread_t self = pthread_self(), thread;
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGUSR1, &action, NULL);
    CHECK(pthread_create(&thread, NULL, interrupt, &self) == 0);
    run();
    run();
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}

static Source late, ends_run;
static atomic_int ended;

static void *change_from_outside(void *opaque)
{
    (void)opaque;
    usleep(2000);
    add_timeout(&late, -1); /* nothing is ready yet */
    usleep(2000);
    vwEventUpdateTimeout(late.id, 0);
    return NULL;
}

static void *remove_from_outside(void *opaque)
{
    (void)opaque;
    usleep(2000);
    CHECK(vwEventRemoveTimeout(late.id) == 0);
    return NULL;
}

/* Adding, changing and removing wakes a loop that waits. */
static void from_other_threads(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, change_from_outside, NULL) == 0);
    run();
    CHECK(late.calls == 1);
    pthread_join(thread, NULL);
    vwEventUpdateTimeout(late.id, -1);
    CHECK(pthread_create(&thread, NULL, remove_from_outside, NULL) == 0);
    run();
    CHECK(late.freed == 1 && late.calls == 1);
    pthread_join(thread, NULL);
}

static void *run_beside(void *opaque)
{
    (void)opaque;
    while (!ended)
        run();
    return NULL;
}

/* Any number of threads may run it: each callback still runs in one at a time. */
static void run_by_many(void)
{
    pthread_t threads[3];
    add_timeout(&ends_run, 0);
    for (int i = 0; i < 3; i++)
        CHECK(pthread_create(&threads[i], NULL, run_beside, NULL) == 0);
    while (ends_run.calls < 300)
        usleep(100);
    ended = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    CHECK(vwEventRemoveTimeout(ends_run.id) == 0);
    run();
    CHECK(ends_run.freed == 1);
}

/* ---- callbacks of connections -------------------------------------------- */

typedef struct {
    atomic_long calls;
    atomic_int freed;
    pthread_t thread;
    vwDomainPtr change; /* what the callback suspends and resumes */
    int id, deregister;
} Listener;

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)detail, (void)event;
    Listener *listener = opaque;
    CHECK(domain != NULL && !listener->freed);
    listener->thread = pthread_self();
    listener->calls++;
    if (listener->change != NULL)
        CHECK(vwDomainSuspend(listener->change) == 0 && vwDomainResume(listener->change) == 0);
    if (listener->deregister)
        CHECK(vwConnectDomainEventDeregisterAny(conn, listener->id) == 0 && !listener->freed);
    CHECK(vwDomainLookupByName(conn, "nobody") == NULL); /* leaves an error here */
    return 0;
}

static void on_listener_freed(void *opaque)
{
    CHECK(((Listener *)opaque)->freed++ == 0);
}

static void listen_to(vwConnectPtr conn, Listener *listener)
{
    listener->id = vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                                   VW_DOMAIN_EVENT_CALLBACK(on_event), listener,
                                                   on_listener_freed);
    CHECK(listener->id >= 0);
}

static void deregister(vwConnectPtr conn, Listener *listener)
{
    CHECK(vwConnectDomainEventDeregisterAny(conn, listener->id) == 0);
    CHECK(listener->freed == 1);
}

static void change(vwDomainPtr domain, int times)
{
    for (int i = 0; i < times; i++)
        CHECK(vwDomainSuspend(domain) == 0 && vwDomainResume(domain) == 0);
}

/* A connection that was opened before the loop was registered keeps its thread. */
static void opened_before(vwConnectPtr conn)
{
    Listener listener = { 0 };
    listen_to(conn, &listener);
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL);
    while (listener.calls < 1)
        usleep(100);
    CHECK(!pthread_equal(listener.thread, pthread_self()));
    deregister(conn, &listener);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conn) == 0);
}

/* Two connections in one loop. It runs late, once, and delivers everything. */
static void run_late(int events)
{
    vwConnectPtr conns[2] = { vwConnectOpen("test:///default"), vwConnectOpen("test:///default") };
    vwDomainPtr vm = vwDomainLookupByName(conns[0], "test");
    /* A callback may fall behind by four events a domain, and by 65,536 in any case. */
    for (int i = 0; events > 65536 && i < events / 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "vm%d", i);
        CHECK(vwDomainFree(vwDomainDefineXML(conns[0], document(name, NULL))) == 0);
    }
    Listener listeners[3] = { 0 };
    vwWatchOptions everything = { .max_lag = UINT32_MAX };
    vwWatchPtr watch = vwWatchNew(conns[0], &everything, sizeof everything);
    CHECK(vm != NULL && watch != NULL);
    listen_to(conns[0], &listeners[0]);
    listen_to(conns[0], &listeners[1]);
    listen_to(conns[1], &listeners[2]);
    run(); /* a new registration is looked at */
    change(vm, events / 2);
    for (int i = 0; i < 3; i++)
        CHECK(listeners[i].calls == 0);
    run();
    for (int i = 0; i < 3; i++) {
        CHECK(listeners[i].calls == events);
        CHECK(pthread_equal(listeners[i].thread, pthread_self()));
    }
    CHECK(vwGetLastError() == NULL); /* the callbacks' errors are their own */
    run_idle();
    CHECK(listeners[0].calls == events);

    /* What a callback brings about comes in the next iteration: the others have their turn. */
    listeners[0].change = vm;
    change(vm, 1);
    run();
    CHECK(listeners[0].calls == events + 2 && listeners[1].calls == events + 2);
    listeners[0].change = NULL;
    run();
    CHECK(listeners[1].calls == events + 6 && listeners[2].calls == events + 6);

    deregister(conns[0], &listeners[0]);
    listeners[1].deregister = 1;
    change(vm, 1);
    run();
    CHECK(listeners[1].calls == events + 7 && listeners[1].freed == 1);
    CHECK(listeners[2].calls == events + 8);
    deregister(conns[1], &listeners[2]);

    /* A loop that does not run is nobody else's matter. */
    vwRecord record;
    for (int i = 0; i < events + 8; i++)
        CHECK(vwWatchNext(watch, &record, sizeof record, -1) == 1);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conns[0]) == 0 && vwConnectClose(conns[1]) == 0);
}

/* G5: a loop that runs too late has its callbacks catch up. */
static void on_record(vwConnectPtr conn, const vwRecord *record, void *opaque)
{
    (void)conn;
    if (record->kind == VW_RECORD_EVENT)
        ++*(int *)opaque;
}

static void lag_behind(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr vm = vwDomainLookupByName(conn, "test");
    vwWatchOptions options = { .max_lag = 10 };
    int told = 0;
    int id = vwConnectDomainRecordRegister(conn, &options, sizeof options, on_record, &told, NULL);
    CHECK(id >= 0);
    change(vm, 1);
    run();
    CHECK(told == 2);
    change(vm, 5000);
    run();
    CHECK(told == 2); /* it is as it was */
    CHECK(vwDomainSuspend(vm) == 0);
    run();
    CHECK(told == 3);
    CHECK(vwDomainResume(vm) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conn) == 0);
}

/* What a callback of libvirt's form heard of each of two domains, in order. */
typedef struct {
    char test[256], vm[256], others[256];
} Heard;

static int hear(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)conn;
    Heard *heard = opaque;
    const char *name = vwDomainGetName(domain);
    char *to = strcmp(name, "test") == 0 ? heard->test : heard->others;
    to = strcmp(name, "vm") == 0 ? heard->vm : to;
    size_t length = strlen(to);
    CHECK(length < 200);
    snprintf(to + length, sizeof heard->vm - length, "%s(%s) ", vwDomainEventTypeToString(event),
             vwDomainEventDetailToString(event, detail));
    return 0;
}

/* G5: libvirt's form has no place for a mark, but what leads from what it was told to what is. */
static void lag_behind_unmarked(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    Heard heard = { .test = "" };
    int id = vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                             VW_DOMAIN_EVENT_CALLBACK(hear), &heard, NULL);
    CHECK(id >= 0);
    run();
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    vwDomainPtr unseen = vwDomainCreateXML(conn, document("unseen", UUID_B), 0);
    CHECK(vwDomainCreate(vm) == 0 && vwDomainDestroy(unseen) == 0);
    change(test, 33000); /* more than the 65,536 events that it may be behind */
    CHECK(vwDomainSuspend(test) == 0);
    run();
    CHECK_TEXT(heard.vm, "added(defined) defined(added) started(booted) ");
    CHECK_TEXT(heard.test, "suspended(paused) ");
    CHECK_TEXT(heard.others, "");
    CHECK(vwDomainResume(test) == 0 && vwDomainDestroy(vm) == 0);
    run();
    CHECK_TEXT(heard.vm, "added(defined) defined(added) started(booted) stopped(destroyed) ");
    CHECK_TEXT(heard.test, "suspended(paused) resumed(unpaused) ");
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    CHECK(vwDomainFree(vm) == 0 && vwDomainFree(unseen) == 0 && vwDomainFree(test) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

/* The registration is all that holds the connection, and ends inside its callback. */
static void closed_while_inside(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    Listener listener = { .deregister = 1 };
    listen_to(conn, &listener);
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conn) == 1);
    run();
    CHECK(listener.calls == 1 && listener.freed == 1);
    CHECK(vwConnectRef(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "vwConnectRef");
    run_idle();
}

/* G12: the child of a fork has no event loop, until it registers one. */
static void forked(void)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        watchdog();
        CHECK(vwEventRunDefaultImpl() == -1);
        CHECK_ERROR(VW_ERR_OPERATION_INVALID, "the default event loop is not registered");
        CHECK(vwEventRegisterDefaultImpl() == 0);
        closed_while_inside();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv)
{
    watchdog();
    int small = argc > 1 && strcmp(argv[1], "small") == 0;
    unregistered();
    vwConnectPtr before = vwConnectOpen("test:///empty");
    CHECK(vwEventRegisterDefaultImpl() == 0);
    CHECK(vwEventRegisterDefaultImpl() == 0); /* it stays */
    opened_before(before);
    refused();
    timers();
    handles();
    from_inside();
    a_signal_ends_the_wait();
    from_other_threads();
    run_by_many();
    run_late(small ? 4000 : 100000);
    lag_behind();
    lag_behind_unmarked();
    closed_while_inside();
    if (!small) /* valgrind takes what a child inherits for lost */
        forked();
    closed_while_inside();
    return 0;
}
