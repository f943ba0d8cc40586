/* Drivers that the program brings: what is checked, what goes to whom, what may be called where
 * (G6, G9, G12). */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>

static vwHostPtr host;
static int opened, closed, freed, listed;
static int (*answer)(const vwOperation *op);
static int (*listing)(vwDriverEach each, void *data);

static int open_host(vwHostPtr new_host, const char *uri, void *opaque)
{
    CHECK(strncmp(uri, "mine:///", 8) == 0 && opaque == &opened);
    host = new_host;
    opened++;
    return 0;
}

static void close_host(vwHostPtr old_host, void *opaque)
{
    CHECK(old_host == host && opaque == &opened);
    closed++;
}

static int operate(vwHostPtr asked, const vwOperation *op, void *opaque)
{
    CHECK(asked == host && opaque == &opened);
    return answer ? answer(op) : 0;
}

static int list(vwHostPtr asked, vwDriverEach each, void *data, void *opaque)
{
    CHECK(asked == host && opaque == &opened);
    listed++;
    return listing ? listing(each, data) : 0;
}

static void free_it(void *opaque)
{
    CHECK(opaque == &opened);
    freed++;
}

static const vwDriver complete = {
    .native = 0x1ff, .open = open_host, .close = close_host, .operate = operate
};
static const vwDriver lists = {
    .native = 0x1ff, .open = open_host, .close = close_host, .operate = operate, .list = list
};

static void begin(const vwDriver *driver)
{
    opened = closed = freed = listed = 0;
    answer = NULL;
    listing = NULL;
    CHECK(vwDriverRegister("mine", driver, sizeof *driver, &opened, free_it) == 0);
}

static void end(void)
{
    CHECK(vwDriverUnregister("mine") == 0);
    CHECK(freed == 1 && closed == opened);
}

static int error_is(int code, const char *text)
{
    if (vwGetLastErrorCode() != code || strstr(vwGetLastErrorMessage(), text) == NULL) {
        fprintf(stderr, "%d %s\n", vwGetLastErrorCode(), vwGetLastErrorMessage());
        return 0;
    }
    return 1;
}

static const unsigned char *uuid(void)
{
    static unsigned char id[VW_UUID_BUFLEN];
    CHECK(vwUUIDParse(UUID_A, id) == 0);
    return id;
}

static int report(vwChange change)
{
    change.uuid = uuid();
    return vwHostReport(host, &change, sizeof change);
}

/* What is refused is not kept, and not freed. */
static void registering(void)
{
    CHECK(sizeof(void *) != 8 || (sizeof(vwChange) == 48 && sizeof(vwOperation) == 40 &&
                                  sizeof(vwDriver) == 40));
    vwDriver bad = complete;
    bad.native = 1u << 9;
    CHECK(vwDriverRegister("mine", &bad, sizeof bad, &opened, free_it) == -1);
    CHECK(error_is(VW_ERR_INVALID_ARG, "driver->native"));
    bad.native = 1u << VW_DOMAIN_EVENT_STARTED;
    CHECK(vwDriverRegister("mine", &bad, sizeof bad, &opened, free_it) == -1);
    CHECK(error_is(VW_ERR_INVALID_ARG, "stopped"));
    CHECK(vwDriverRegister("test", &complete, sizeof complete, &opened, free_it) == -1);
    CHECK(error_is(VW_ERR_INVALID_ARG, "scheme"));
    begin(&complete);
    CHECK(vwDriverRegister("mine", &complete, sizeof complete, &opened, free_it) == -1);
    CHECK(error_is(VW_ERR_OPERATION_INVALID, "mine"));
    CHECK(freed == 0);
    CHECK(vwConnectOpen("mine:///?poll=soon") == NULL && error_is(VW_ERR_INVALID_ARG, "'poll'"));
    vwConnectPtr conn = vwConnectOpen("mine:///"), other = vwConnectOpen("mine:///");
    CHECK(conn != NULL && other != NULL && opened == 1);
    CHECK(strcmp(vwConnectGetType(conn), "MINE") == 0);
    CHECK(vwConnectClose(conn) == 0 && closed == 0);
    CHECK(vwConnectClose(other) == 0 && closed == 1);
    end();
    CHECK(vwDriverUnregister("mine") == -1 && error_is(VW_ERR_INVALID_ARG, "scheme"));
    CHECK(vwConnectOpen("mine:///") == NULL && vwGetLastErrorCode() == VW_ERR_NO_CONNECT);
}

/* G12: a report that makes no sense names what is wrong; nothing changes. */
static void bad_reports(void)
{
    static const struct {
        vwChange change;
        const char *text;
    } bad[] = {
        { { .change = 17 }, "change->change" },
        { { .change = UINT32_MAX }, "change->change" },
        { { .change = VW_CHANGE_STARTED, .detail = 4 }, "change->detail" },
        { { .change = VW_CHANGE_STARTED, .detail = -1 }, "change->detail" },
        { { .change = VW_CHANGE_SUSPENDED, .detail = 9 }, "change->detail" },
        { { .change = VW_CHANGE_RESUMED, .detail = 5 }, "change->detail" },
        { { .change = VW_CHANGE_PMSUSPENDED, .detail = 2 }, "change->detail" },
        { { .change = VW_CHANGE_SHUTDOWN, .detail = 3 }, "change->detail" },
        { { .change = VW_CHANGE_STOPPED, .detail = 7 }, "change->detail" },
        { { .change = VW_CHANGE_UNDEFINED, .detail = 1 }, "change->detail" },
        { { .change = VW_CHANGE_STARTED, .flags = VW_CHANGE_KILLED }, "change->flags" },
        { { .change = VW_CHANGE_STOPPED, .flags = VW_CHANGE_PAUSED }, "change->flags" },
        { { .change = VW_CHANGE_STARTED, .flags = 16 }, "change->flags" },
        { { .change = VW_CHANGE_STARTED, .flags = VW_CHANGE_ID, .id = -1 }, "change->id" },
        { { .change = VW_CHANGE_RENAMED }, "change->name" },
        { { .change = VW_CHANGE_DEFINED, .name = "\xff" }, "change->name" },
        { { .change = VW_CHANGE_DEFINED, .xml = "\xff" }, "change->xml" },
        { { .change = VW_CHANGE_DEFINED }, "xml" },
    };
    begin(&complete);
    vwConnectPtr conn = vwConnectOpen("mine:///");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(report(bad[i].change) == -1);
        CHECK(error_is(VW_ERR_INVALID_ARG, bad[i].text));
    }
    const vwChange nobody = { .change = VW_CHANGE_STARTED, .name = "vm" };
    CHECK(vwHostReport(host, &nobody, sizeof nobody) == -1);
    CHECK(error_is(VW_ERR_INVALID_ARG, "change->uuid in vwHostReport must not be NULL"));
    CHECK(report((vwChange){ .change = VW_CHANGE_STOPPED }) == -1);
    CHECK(vwGetLastErrorCode() == VW_ERR_NO_DOMAIN);
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    CHECK(stats.events == 0 && stats.doubts == 1);
    CHECK(vwConnectClose(conn) == 0);
    end();
}

/* A program with one thread: what it accepts it does in its own loop. */
static vwChange queue[16];
static int queued;

static int accept_it(const vwOperation *op)
{
    switch (op->operation) {
    case VW_OPERATION_CREATE_XML:
        CHECK(strstr(op->xml, "<name>vm</name>") != NULL && op->path == NULL);
        queue[queued++] = (vwChange){ .change = VW_CHANGE_STARTED };
        return 1;
    case VW_OPERATION_SHUTDOWN:
        queue[queued++] = (vwChange){ .change = VW_CHANGE_SHUTDOWN, .detail = 1 };
        queue[queued++] = (vwChange){ .change = VW_CHANGE_STOPPED };
        return 1;
    default:
        return -1;
    }
}

static void one_thread(void)
{
    begin(&complete);
    answer = accept_it;
    vwConnectPtr conn = vwConnectOpen("mine:///");
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    vwRecord rec;
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL && vwDomainIsActive(vm) == -1 && queued == 1);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 0);
    CHECK(report(queue[0]) == 0);
    CHECK(vwDomainIsActive(vm) == 1);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 1 && rec.type == VW_DOMAIN_EVENT_ADDED);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 1 && rec.type == VW_DOMAIN_EVENT_STARTED);
    CHECK(rec.origin == VW_ORIGIN_NATIVE);
    CHECK(vwDomainShutdown(vm) == 0 && vwDomainIsActive(vm) == 1 && queued == 3);
    CHECK(report(queue[1]) == 0 && report(queue[2]) == 0 && vwDomainIsActive(vm) == -1);
    for (int events = 0; events < 3; events++)
        CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 1);
    CHECK(rec.type == VW_DOMAIN_EVENT_REMOVED);
    CHECK(vwDomainFree(vm) == 0 && vwWatchFree(watch) == 0 && vwConnectClose(conn) == 0);
    end();
}

/* The error of the driver goes to the caller. */
static int refuse(const vwOperation *op)
{
    if (op->operation == VW_OPERATION_SUSPEND)
        CHECK(vwUUIDParse("no uuid", (unsigned char[VW_UUID_BUFLEN]){ 0 }) == -1);
    return op->operation == VW_OPERATION_CREATE_XML ? 0 : -1;
}

static void errors(void)
{
    begin(&complete);
    answer = refuse;
    vwConnectPtr conn = vwConnectOpen("mine:///");
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL && vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(vwDomainSuspend(vm) == -1 && error_is(VW_ERR_INVALID_ARG, "vwUUIDParse"));
    CHECK(vwDomainDestroy(vm) == -1);
    CHECK(error_is(VW_ERR_OPERATION_FAILED, "the driver 'mine' failed to destroy"));
    CHECK(vwDomainIsActive(vm) == 1);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(conn) == 0);
    end();

    /* Without functions it can only be watched. */
    const vwDriver bare = { .native = 0x1ff };
    CHECK(vwDriverRegister("mine", &bare, sizeof bare, &opened, free_it) == 0);
    conn = vwConnectOpen("mine:///");
    CHECK(conn != NULL && vwDomainCreateXML(conn, document("vm", UUID_A), 0) == NULL);
    CHECK(vwGetLastErrorCode() == VW_ERR_NO_SUPPORT);
    CHECK(vwConnectClose(conn) == 0);
    CHECK(vwDriverUnregister("mine") == 0 && freed == 2);
}

/* G9: inside every function of a driver every function of the library works. */
static vwConnectPtr inner;

static void on_record(vwConnectPtr conn, const vwRecord *rec, void *opaque)
{
    (void)conn;
    (void)rec;
    (void)opaque;
}

static void use_everything(void)
{
    vwDomainPtr *domains;
    vwStats stats;
    int count = vwConnectListAllDomains(inner, &domains, 0);
    CHECK(count >= 0);
    for (int i = 0; i < count; i++) {
        CHECK(vwDomainIsActive(domains[i]) >= -1);
        CHECK(vwDomainFree(domains[i]) == 0);
    }
    free(domains);
    vwDomainPtr vm = vwDomainLookupByUUID(inner, uuid());
    if (vm != NULL)
        CHECK(vwDomainFree(vm) == 0);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = vwWatchNew(inner, &options, sizeof options);
    CHECK(watch != NULL && vwWatchFree(watch) == 0);
    int id = vwConnectDomainRecordRegister(inner, NULL, 0, on_record, NULL, NULL);
    CHECK(id >= 0 && vwConnectDomainEventDeregisterAny(inner, id) == 0);
    CHECK(vwConnectGetStats(inner, &stats, sizeof stats) == 0);
    vwConnectPtr test = vwConnectOpen("test:///default");
    CHECK(test != NULL && vwConnectClose(test) == 0);
    vwConnectPtr again = vwConnectOpen("mine:///");
    CHECK(again != NULL && vwConnectClose(again) == 0);
}

static int use_in_operation(const vwOperation *op)
{
    use_everything();
    if (op->operation == VW_OPERATION_REBOOT) { /* an operation made of others, and an audit */
        vwDomainPtr vm = vwDomainLookupByUUID(inner, op->uuid);
        CHECK(vwDomainSuspend(vm) == 0 && vwDomainResume(vm) == 0 && vwDomainFree(vm) == 0);
        CHECK(vwConnectAudit(inner, 0) >= 0);
    }
    return 0;
}

static int use_in_listing(vwDriverEach each, void *data)
{
    if (inner == NULL)
        return 0;
    use_everything();
    CHECK(vwConnectAudit(inner, 0) == -1 && vwGetLastErrorCode() == VW_ERR_OPERATION_INVALID);
    const vwChange running = { .uuid = uuid(), .name = "vm", .state = VW_DOMAIN_RUNNING };
    vwChange bad = running;
    bad.change = VW_CHANGE_STARTED;
    CHECK(each(&bad, data) == -1 && error_is(VW_ERR_INVALID_ARG, "change->change"));
    bad = running;
    bad.state = 8;
    CHECK(each(&bad, data) == -1 && error_is(VW_ERR_INVALID_ARG, "change->state"));
    CHECK(each(NULL, data) == -1 && each(&running, NULL) == -1);
    CHECK(each(&running, data) == 0);
    CHECK(each(&running, data) == -1 && error_is(VW_ERR_INVALID_ARG, "twice"));
    return 0;
}

static void reentrance(void)
{
    begin(&lists);
    answer = use_in_operation;
    listing = use_in_listing;
    inner = NULL;
    vwConnectPtr conn = vwConnectOpen("mine:///");
    inner = conn;
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL && vwDomainReboot(vm, 0) == 0);
    CHECK(vwConnectAudit(conn, 0) == 0 && listed >= 3);
    CHECK(vwDomainFree(vm) == 0);
    listing = NULL;
    CHECK(vwConnectAudit(conn, 0) == 1); /* it is no longer there */
    CHECK(vwConnectClose(conn) == 0);
    end();
}

/* G6: a listing that fails loses the source, and nothing else. */
static int unreachable(vwDriverEach each, void *data)
{
    (void)each;
    (void)data;
    return -1;
}

static void lost(void)
{
    vwRecord rec;
    begin(&lists);
    vwConnectPtr conn = vwConnectOpen("mine:///?poll=1m");
    CHECK(report((vwChange){ .change = VW_CHANGE_DEFINED, .name = "vm" }) == 0);
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    listing = unreachable;
    CHECK(vwConnectIsAlive(conn) == 1);
    CHECK(vwConnectAudit(conn, 0) == -1 && error_is(VW_ERR_OPERATION_FAILED, "failed to list"));
    CHECK(vwConnectIsAlive(conn) == 0 && vwConnectListAllDomains(conn, NULL, 0) == 1);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, -1) == 1 && rec.kind == VW_RECORD_SOURCE_DOWN);
    CHECK(strstr(rec.message, "failed to list") != NULL);
    listing = NULL;
    CHECK(vwConnectAudit(conn, 0) == 1 && vwConnectIsAlive(conn) == 1);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 1 && rec.kind == VW_RECORD_SOURCE_UP);
    for (int events = 0; events < 2; events++) {
        CHECK(vwWatchNext(watch, &rec, sizeof rec, 0) == 1 && rec.kind == VW_RECORD_EVENT);
        CHECK(rec.origin == VW_ORIGIN_RESYNC);
    }
    CHECK(rec.type == VW_DOMAIN_EVENT_REMOVED);
    CHECK(vwDriverUnregister("mine") == 0 && freed == 1 && closed == 1);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, -1) == 1 && rec.kind == VW_RECORD_CLOSED);
    CHECK(vwWatchNext(watch, &rec, sizeof rec, -1) == -1);
    CHECK(vwGetLastErrorCode() == VW_ERR_OPERATION_ABORTED && vwConnectIsAlive(conn) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwConnectClose(conn) == 0);
}

/* A driver may end itself: its functions return first. */
static int end_it(const vwOperation *op)
{
    (void)op;
    CHECK(vwDriverUnregister("mine") == 0 && freed == 0 && closed == 0);
    return -1;
}

static void ends_itself(void)
{
    begin(&complete);
    answer = end_it;
    vwConnectPtr conn = vwConnectOpen("mine:///");
    CHECK(vwDomainCreateXML(conn, document("vm", UUID_A), 0) == NULL);
    CHECK(freed == 1 && closed == 1);
    CHECK(vwConnectClose(conn) == 0);
}

/* G12: a driver may let go of the last that the program has, in the very call that it is asked by. */
static vwDomainPtr last;

static int let_go(const vwOperation *op)
{
    if (op->operation == VW_OPERATION_SUSPEND)
        CHECK(vwDomainFree(last) == 0 && vwConnectClose(inner) >= 0 && closed == 0);
    return 0;
}

static int let_go_in_listing(vwDriverEach each, void *data)
{
    (void)each;
    (void)data;
    if (inner != NULL)
        CHECK(vwConnectClose(inner) >= 0 && closed == 0);
    inner = NULL;
    return 0;
}

static void lets_go(void)
{
    begin(&complete);
    answer = let_go;
    inner = vwConnectOpen("mine:///");
    last = vwDomainCreateXML(inner, document("vm", UUID_A), 0);
    CHECK(last != NULL && vwDomainSuspend(last) == 0 && closed == 1);
    end();

    begin(&lists);
    inner = NULL;
    listing = let_go_in_listing;
    vwConnectPtr conn = vwConnectOpen("mine:///?poll=1m");
    CHECK(conn != NULL);
    inner = conn;
    CHECK(vwConnectAudit(conn, 0) == 0 && closed == 1);
    end();
}

/* Threads report while others look, until the driver is taken away. */
static void *storm(void *number)
{
    char name[32];
    unsigned char id[VW_UUID_BUFLEN] = { 0 };
    id[0] = (unsigned char)(1 + *(int *)number);
    snprintf(name, sizeof name, "vm%d", *(int *)number);
    const vwChange start = { .change = VW_CHANGE_STARTED, .uuid = id, .name = name };
    const vwChange stop = { .change = VW_CHANGE_STOPPED, .uuid = id };
    vwHostPtr here = host;
    while (vwHostReport(here, &start, sizeof start) == 0)
        if (vwHostReport(here, &stop, sizeof stop) != 0)
            break;
    return NULL;
}

static void taken_away(int events)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    int numbers[THREADS];
    vwStats stats;
    begin(&complete);
    vwConnectPtr conn = vwConnectOpen("mine:///");
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, storm, &numbers[i]) == 0);
    }
    do
        CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    while (stats.events < (uint64_t)events);
    end();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(vwConnectAudit(conn, 0) == -1 || stats.domains <= THREADS);
    CHECK(vwConnectClose(conn) == 0);
}

/* A child begins without drivers, and brings its own. */
static void forked(void)
{
    begin(&complete);
    vwConnectPtr conn = vwConnectOpen("mine:///");
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(vwConnectIsAlive(conn) == -1);
        CHECK(report((vwChange){ .change = VW_CHANGE_STARTED, .name = "vm" }) == -1);
        CHECK(vwConnectOpen("mine:///") == NULL && vwGetLastErrorCode() == VW_ERR_NO_CONNECT);
        vwHostPtr old = host;
        begin(&complete);
        vwConnectPtr own = vwConnectOpen("mine:///");
        CHECK(own != NULL && host != old);
        CHECK(report((vwChange){ .change = VW_CHANGE_STARTED, .name = "vm" }) == 0);
        CHECK(vwConnectClose(own) == 0);
        end();
        /* What belongs to the parent is not freed: nobody is to look for it. */
        execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
        _exit(1);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(vwConnectClose(conn) == 0);
    end();
}

int main(int argc, char **argv)
{
    int small = argc > 1 && strcmp(argv[1], "small") == 0;
    watchdog();
    if (argc > 1 && strcmp(argv[1], "forked") == 0) {
        forked();
        return 0;
    }
    registering();
    bad_reports();
    one_thread();
    errors();
    reentrance();
    lost();
    ends_itself();
    lets_go();
    taken_away(small ? 500 : 200000);
    return 0;
}
