/* Watches: snapshot, filters, cursors, lag, cancelling, the file descriptor. */
#include "check.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

static vwRecord record;

static int next(vwWatchPtr watch)
{
    memset(&record, 0xee, sizeof record);
    return vwWatchNext(watch, &record, sizeof record, 0);
}

static void expect_event(vwWatchPtr watch, int type, int detail, const char *name)
{
    CHECK(next(watch) == 1);
    CHECK(record.kind == VW_RECORD_EVENT);
    CHECK(record.type == type && record.detail == detail);
    CHECK_TEXT(record.name, name);
}

static void expect_synced(vwWatchPtr watch, uint64_t seq)
{
    CHECK(next(watch) == 1);
    CHECK(record.kind == VW_RECORD_SYNCED && record.seq == seq);
    CHECK(next(watch) == 0);
}

static void expect_catchup(vwWatchPtr watch, uint32_t origin)
{
    CHECK(next(watch) == 1);
    CHECK(record.kind == VW_RECORD_CATCHUP && record.origin == origin);
}

/* A snapshot and then every change; the numbers are without a gap. */
static void snapshot(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
    vwWatchPtr late = vwWatchNew(conn, NULL, 0);
    CHECK(watch != NULL && late != NULL);
    CHECK(next(late) == 0);
    expect_catchup(watch, VW_ORIGIN_SNAPSHOT);
    expect_event(watch, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "test");
    expect_event(watch, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "test");
    expect_event(watch, VW_DOMAIN_EVENT_STARTED, VW_DOMAIN_EVENT_STARTED_BOOTED, "test");
    CHECK(record.id == 1);
    expect_synced(watch, 0);
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    CHECK(vwDomainSuspend(test) == 0 && vwDomainResume(test) == 0);
    expect_event(watch, VW_DOMAIN_EVENT_SUSPENDED, VW_DOMAIN_EVENT_SUSPENDED_PAUSED, "test");
    CHECK(record.seq == 1);
    CHECK_TEXT(record.source, "test:///default");
    CHECK(record.message == NULL && record.old_name == NULL);
    expect_event(watch, VW_DOMAIN_EVENT_RESUMED, VW_DOMAIN_EVENT_RESUMED_UNPAUSED, "test");
    CHECK(record.seq == 2);
    expect_event(late, VW_DOMAIN_EVENT_SUSPENDED, VW_DOMAIN_EVENT_SUSPENDED_PAUSED, "test");
    vwWatchStats stats;
    memset(&stats, 0xee, sizeof stats);
    CHECK(vwWatchGetStats(late, &stats, sizeof stats) == 0);
    CHECK(stats.delivered == 1 && stats.pending == 1 && stats.events == 2 && stats.catchups == 0);
    vwStats registry;
    CHECK(vwConnectGetStats(conn, &registry, sizeof registry) == 0);
    CHECK(registry.domains == 1 && registry.active == 1 && registry.events == 2);
    CHECK(registry.readers == 2);

    /* A watch holds its connection. */
    CHECK(vwDomainFree(test) == 0 && vwWatchFree(late) == 0);
    CHECK(vwConnectClose(conn) == 1);
    CHECK(vwWatchFree(watch) == 0);
    CHECK(vwConnectRef(conn) == -1);
}

static void filters(void)
{
    unsigned char uuid[VW_UUID_BUFLEN];
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    CHECK(vwUUIDParse(UUID_B, uuid) == 0);
    vwWatchOptions options = { .uuid = uuid };
    vwWatchPtr one = vwWatchNew(conn, &options, sizeof options); /* not there yet */
    options = (vwWatchOptions){ .types = UINT64_C(1) << VW_DOMAIN_EVENT_REMOVED };
    vwWatchPtr removals = vwWatchNew(conn, &options, sizeof options);
    CHECK(one != NULL && removals != NULL);
    vwDomainPtr a = vwDomainDefineXML(conn, document("a", UUID_A));
    vwDomainPtr b = vwDomainDefineXML(conn, document("b", UUID_B));
    CHECK(vwDomainUndefine(a) == 0);
    expect_event(one, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "b");
    expect_event(one, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "b");
    CHECK(next(one) == 0);
    expect_event(removals, VW_DOMAIN_EVENT_REMOVED, VW_DOMAIN_EVENT_REMOVED_UNDEFINED, "a");
    CHECK(record.seq == 6 && next(removals) == 0);
    CHECK(vwWatchFree(one) == 0 && vwWatchFree(removals) == 0);
    CHECK(vwDomainFree(a) == 0 && vwDomainFree(b) == 0 && vwConnectClose(conn) == 0);
}

/* A cursor resumes; one of another journal leads to a reset. */
static void cursors(void)
{
    vwCursor cursor;
    char text[VW_CURSOR_STRING_BUFLEN];
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    CHECK(vwDomainSuspend(test) == 0 && vwDomainResume(test) == 0);
    CHECK(next(watch) == 1 && vwWatchGetCursor(watch, &cursor) == 0 && cursor.seq == 1);
    CHECK(memcmp(cursor.epoch, record.epoch, sizeof cursor.epoch) == 0);
    CHECK(vwCursorFormat(&cursor, text, sizeof text) == 0);
    CHECK(vwWatchFree(watch) == 0);

    CHECK(vwCursorParse(text, &cursor) == 0);
    vwWatchOptions options = { .resume = &cursor, .flags = VW_WATCH_SNAPSHOT };
    watch = vwWatchNew(conn, &options, sizeof options);
    expect_event(watch, VW_DOMAIN_EVENT_RESUMED, VW_DOMAIN_EVENT_RESUMED_UNPAUSED, "test");
    CHECK(record.seq == 2 && (record.flags & VW_EVENT_IN_CATCHUP) == 0 && next(watch) == 0);
    CHECK(vwWatchFree(watch) == 0);

    cursor.seq = 1000; /* from the future */
    watch = vwWatchNew(conn, &options, sizeof options);
    expect_catchup(watch, VW_ORIGIN_RESET);
    vwCursor before;
    CHECK(vwWatchGetCursor(watch, &before) == 0 && before.seq == 0); /* not before SYNCED */
    CHECK(memcmp(before.epoch, (unsigned char[16]){ 0 }, 16) == 0);
    expect_event(watch, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "test");
    expect_event(watch, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "test");
    expect_event(watch, VW_DOMAIN_EVENT_STARTED, VW_DOMAIN_EVENT_STARTED_BOOTED, "test");
    CHECK(next(watch) == 1 && record.type == VW_DOMAIN_EVENT_SUSPENDED);
    CHECK(next(watch) == 1 && record.type == VW_DOMAIN_EVENT_RESUMED); /* as it runs now */
    expect_synced(watch, 2);
    CHECK(vwWatchGetCursor(watch, &before) == 0 && before.seq == 2);
    CHECK(vwWatchFree(watch) == 0);
    cursor.epoch[0] ^= 1; /* of another journal */
    cursor.seq = 1;
    watch = vwWatchNew(conn, &options, sizeof options);
    expect_catchup(watch, VW_ORIGIN_RESET);
    CHECK(vwWatchFree(watch) == 0);
    CHECK(vwDomainFree(test) == 0 && vwConnectClose(conn) == 0);
}

/* Too far behind: brought to now by the shortest way. */
static void lag(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwWatchOptions options = { .max_lag = 10 };
    vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    CHECK(vwDomainCreate(vm) == 0);
    for (int i = 0; i < 10; i++)
        CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0);
    expect_catchup(watch, VW_ORIGIN_LAG);
    CHECK(record.from_seq == 0 && record.count == 23);
    expect_event(watch, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "vm");
    expect_event(watch, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "vm");
    CHECK(next(watch) == 1 && record.type == VW_DOMAIN_EVENT_STARTED);
    while (record.kind == VW_RECORD_EVENT)
        CHECK(next(watch) == 1);
    CHECK(record.kind == VW_RECORD_SYNCED && record.seq == 23 && next(watch) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(vm) == 0 && vwConnectClose(conn) == 0);
}

static vwWatchPtr to_cancel;

static void on_alarm(int signal)
{
    (void)signal;
    errno = 12345;
    vwWatchCancel(to_cancel);
    if (errno != 12345)
        _exit(3);
}

static void *cancel(void *opaque)
{
    CHECK(vwWatchCancel(opaque) == 0);
    return NULL;
}

static void cancelling(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, cancel, watch) == 0);
    CHECK(vwWatchNext(watch, &record, sizeof record, -1) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_ABORTED, "cancelled");
    CHECK(next(watch) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_ABORTED, "cancelled");
    pthread_join(thread, NULL);
    CHECK(vwWatchFree(watch) == 0);

    /* From a signal handler, while this thread waits. */
    to_cancel = vwWatchNew(conn, NULL, 0);
    struct sigaction action = { .sa_handler = on_alarm }, before;
    CHECK(sigaction(SIGALRM, &action, &before) == 0);
    alarm(1);
    int result = vwWatchNext(to_cancel, &record, sizeof record, -1);
    CHECK(sigaction(SIGALRM, &before, NULL) == 0);
    watchdog();
    CHECK(result == -1);
    CHECK_ERROR(VW_ERR_OPERATION_ABORTED, "cancelled");
    CHECK(vwWatchFree(to_cancel) == 0);
    CHECK(vwWatchCancel(to_cancel) == -1 && vwWatchCancel(NULL) == -1);
    CHECK(vwConnectClose(conn) == 0);
}

static void on_signal(int signal)
{
    (void)signal;
}

/* A Unix signal ends a wait without an error. */
static void interrupted(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    struct sigaction action = { .sa_handler = on_signal }, before;
    CHECK(sigaction(SIGALRM, &action, &before) == 0);
    alarm(1);
    CHECK(vwWatchNext(watch, &record, sizeof record, -1) == 0);
    CHECK(sigaction(SIGALRM, &before, NULL) == 0);
    watchdog();
    CHECK(vwWatchNext(watch, &record, sizeof record, 1) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwConnectClose(conn) == 0);
}

static int is_readable(int fd, int timeout)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    int ready = poll(&poll_fd, 1, timeout);
    CHECK(ready >= 0);
    return ready;
}

/* The file descriptor is readable while there is something to read, and quiet when drained. */
static void descriptor(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = vwWatchNew(conn, &options, sizeof options);
    int fd = vwWatchGetFD(watch);
    CHECK(fd >= 0 && vwWatchGetFD(watch) == fd);
    CHECK(is_readable(fd, -1));
    while (next(watch) == 1)
        ;
    for (int i = 0; i < 3; i++) {
        CHECK(!is_readable(fd, 0));
        CHECK(next(watch) == 0);
        CHECK(!is_readable(fd, 0));
        CHECK(vwDomainSuspend(test) == 0 && vwDomainResume(test) == 0);
        CHECK(is_readable(fd, -1));
        CHECK(next(watch) == 1);
        CHECK(is_readable(fd, 0)); /* one more */
        CHECK(next(watch) == 1);
    }
    CHECK(!is_readable(fd, 0));
    CHECK(vwWatchCancel(watch) == 0);
    CHECK(is_readable(fd, 0));
    CHECK(next(watch) == -1);
    CHECK(vwWatchFree(watch) == 0);
    CHECK(vwDomainFree(test) == 0 && vwConnectClose(conn) == 0);
}

static void *wait_for_ever(void *opaque)
{
    vwRecord mine;
    while (vwWatchNext(opaque, &mine, sizeof mine, -1) != -1 ||
           vwGetLastErrorCode() == VW_ERR_OPERATION_INVALID)
        ;
    CHECK_ERROR(VW_ERR_OPERATION_ABORTED, "cancelled");
    return NULL;
}

/* A watch that another thread reads is refused, not raced for. */
static void one_thread_at_a_time(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_for_ever, watch) == 0);
    for (;;) {
        int result = next(watch);
        CHECK(result != 1);
        if (result == -1)
            break;
        usleep(1000);
    }
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "in use by another thread");
    CHECK(vwWatchFree(watch) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "in use by another thread");
    CHECK(vwWatchCancel(watch) == 0);
    pthread_join(thread, NULL);
    CHECK(vwWatchFree(watch) == 0 && vwConnectClose(conn) == 0);
}

/* Structures travel with their size. */
static void sizes(void)
{
    struct { vwWatchOptions known; uint64_t later; } options = { .later = 0 };
    struct { vwRecord known; uint64_t later; } larger = { .later = 7 };
    vwConnectPtr conn = vwConnectOpen("test:///default");
    options.known.flags = VW_WATCH_SNAPSHOT;
    vwWatchPtr watch = vwWatchNew(conn, &options.known, sizeof options);
    CHECK(watch != NULL);
    CHECK(vwWatchNext(watch, &larger.known, sizeof larger, 0) == 1);
    CHECK(larger.later == 0 && larger.known.kind == VW_RECORD_CATCHUP);
    CHECK(vwWatchNext(watch, &record, sizeof record - 1, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "recSize in vwWatchNext");
    CHECK(vwWatchNext(watch, NULL, sizeof record, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "rec in vwWatchNext must not be NULL");
    CHECK(vwWatchNext(watch, &record, sizeof record, -2) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "timeoutMs in vwWatchNext must be -1 or more");
    CHECK(next(watch) == 1 && record.type == VW_DOMAIN_EVENT_ADDED); /* none was lost */

    options.later = 1;
    CHECK(vwWatchNew(conn, &options.known, sizeof options) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "opts in vwWatchNew has members");
    options.later = 0;
    CHECK(vwWatchNew(conn, &options.known, sizeof options.known - 1) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "optsSize in vwWatchNew");
    CHECK(vwWatchNew(conn, &options.known, SIZE_MAX) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "optsSize in vwWatchNew");
    options.known.flags = 2;
    CHECK(vwWatchNew(conn, &options.known, sizeof options) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x2) in function vwWatchNew");
    options.known.flags = 0;
    options.known.types = UINT64_C(1) << 9;
    CHECK(vwWatchNew(conn, &options.known, sizeof options) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "opts->types in vwWatchNew has a bit without an event type");
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats - 1) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "size in vwConnectGetStats");
    vwWatchStats watch_stats;
    CHECK(vwWatchGetStats(watch, &watch_stats, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "size in vwWatchGetStats");
    CHECK(vwWatchFree(watch) == 0 && vwConnectClose(conn) == 0);
}

int main(void)
{
    watchdog();
    snapshot();
    filters();
    cursors();
    lag();
    cancelling();
    interrupted();
    descriptor();
    one_thread_at_a_time();
    sizes();
    return 0;
}
