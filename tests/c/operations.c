/* What can be done with domains beyond starting and stopping them. */
#include "check.h"

#include <pthread.h>

static vwConnectPtr conn;

static void state_is(vwDomainPtr domain, int state, int reason)
{
    int now_state = -1, now_reason = -1;
    CHECK(vwDomainGetState(domain, &now_state, &now_reason, 0) == 0);
    CHECK(now_state == state && now_reason == reason);
}

static uint64_t events(void)
{
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    return stats.events;
}

/* A document with something more in it. */
static const char *with(const char *name, const char *uuid, const char *more)
{
    static char text[2048];
    snprintf(text, sizeof text,
             "<domain type='test'><name>%s</name><uuid>%s</uuid><memory>1</memory>"
             "<os><type>hvm</type></os>%s</domain>",
             name, uuid, more);
    return text;
}

static void power_management(void)
{
    vwDomainPtr vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL);
    CHECK(vwDomainPMWakeup(vm, 0) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "");
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_MEM, 1, 0) == -1);
    CHECK_ERROR(VW_ERR_ARGUMENT_UNSUPPORTED, "Duration not supported");
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_MEM, 0, 0) == 0);
    state_is(vm, VW_DOMAIN_PMSUSPENDED, VW_DOMAIN_PMSUSPENDED_UNKNOWN);
    CHECK(vwDomainIsActive(vm) == 1);
    CHECK(vwDomainSuspend(vm) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "pmsuspended");
    CHECK(vwDomainResume(vm) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "");
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_MEM, 0, 0) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "");
    CHECK(vwDomainPMWakeup(vm, 0) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_WAKEUP);
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_HYBRID, 0, 0) == 0);
    state_is(vm, VW_DOMAIN_PMSUSPENDED, VW_DOMAIN_PMSUSPENDED_UNKNOWN);
    CHECK(vwDomainPMWakeup(vm, 0) == 0);
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_DISK, 0, 0) == 0);
    CHECK(vwDomainIsActive(vm) == -1); /* it was transient */
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_A);
    CHECK(vwDomainFree(vm) == 0);

    /* The configuration may forbid it, each kind by itself. */
    vm = vwDomainCreateXML(
        conn, with("vm", UUID_A, "<pm><suspend-to-mem enabled='no'/></pm>"), 0);
    CHECK(vm != NULL);
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_MEM, 0, 0) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "S3 state is disabled for this domain");
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_DISK, 0, 0) == 0);
    CHECK(vwDomainFree(vm) == 0);
    vm = vwDomainCreateXML(
        conn, with("vm", UUID_A, "<pm><suspend-to-disk enabled='no'/></pm>"), 0);
    CHECK(vm != NULL);
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_DISK, 0, 0) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "S4 state is disabled for this domain");
    CHECK(vwDomainPMSuspendForDuration(vm, VW_NODE_SUSPEND_TARGET_MEM, 0, 0) == 0);
    CHECK(vwDomainDestroy(vm) == 0 && vwDomainFree(vm) == 0);
}

static void autostart(void)
{
    int set = -1;
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    uint64_t before = events();
    CHECK(vwDomainGetAutostart(vm, &set) == 0 && set == 0);
    CHECK(vwConnectListAllDomains(conn, NULL, VW_CONNECT_LIST_DOMAINS_AUTOSTART) == 0);
    CHECK(vwDomainSetAutostart(vm, 2) == 0);
    CHECK(vwDomainGetAutostart(vm, &set) == 0 && set == 1);
    CHECK(vwConnectListAllDomains(conn, NULL, VW_CONNECT_LIST_DOMAINS_AUTOSTART) == 1);
    CHECK(vwConnectListAllDomains(conn, NULL, VW_CONNECT_LIST_DOMAINS_NO_AUTOSTART) == 0);
    CHECK(events() == before);
    CHECK(vwDomainCreate(vm) == 0 && vwDomainUndefine(vm) == 0);
    CHECK(vwDomainGetAutostart(vm, &set) == 0 && set == 0);
    CHECK(vwDomainSetAutostart(vm, 1) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "cannot set autostart for transient domain");
    CHECK(vwDomainDestroy(vm) == 0);
    CHECK(vwDomainSetAutostart(vm, 1) == -1);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_A);
    CHECK(vwDomainFree(vm) == 0);
}

static void metadata_is(vwDomainPtr domain, int type, const char *uri, unsigned int flags,
                        const char *wanted)
{
    char *text = vwDomainGetMetadata(domain, type, uri, flags);
    if (wanted == NULL)
        CHECK_ERROR(VW_ERR_NO_DOMAIN_METADATA,
                    "metadata not found: Requested metadata element is not present");
    else
        CHECK_TEXT(text, wanted);
    free(text);
}

static void metadata(void)
{
    const int title = VW_DOMAIN_METADATA_TITLE, element = VW_DOMAIN_METADATA_ELEMENT;
    const char *uri = "http://example.org/app";
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    CHECK(vm != NULL && vwDomainCreate(vm) == 0);
    uint64_t before = events();
    metadata_is(vm, title, NULL, 0, NULL);
    CHECK(vwDomainSetMetadata(vm, title, "live", NULL, NULL, 0) == 0);
    metadata_is(vm, title, NULL, VW_DOMAIN_AFFECT_LIVE, "live");
    metadata_is(vm, title, NULL, VW_DOMAIN_AFFECT_CONFIG, NULL);
    CHECK(events() == before);
    CHECK(vwDomainSetMetadata(vm, title, "a\nb", NULL, NULL, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "metadata title can't contain newlines");
    CHECK(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_DESCRIPTION, "a\nb", NULL, NULL,
                              VW_DOMAIN_AFFECT_CONFIG) == 0);
    CHECK(events() == before + 1);
    metadata_is(vm, VW_DOMAIN_METADATA_DESCRIPTION, NULL, VW_DOMAIN_AFFECT_CONFIG, "a\nb");

    const unsigned int both = VW_DOMAIN_AFFECT_LIVE | VW_DOMAIN_AFFECT_CONFIG;
    CHECK(vwDomainSetMetadata(vm, element, "<app><b/></app>", "k", uri, both) == 0);
    CHECK(events() == before + 2);
    metadata_is(vm, element, uri, 0, "<app><b/></app>");
    metadata_is(vm, element, "http://example.org/other", 0, NULL);
    char *xml = vwDomainGetXMLDesc(vm, 0);
    CHECK(strstr(xml, "<k:app xmlns:k=\"http://example.org/app\"><k:b/></k:app>") != NULL);
    free(xml);
    CHECK(vwDomainSetMetadata(vm, element, "<app", "k", uri, both) == -1);
    CHECK_ERROR(VW_ERR_XML_DETAIL, "(metadata_xml):1:");
    metadata_is(vm, element, uri, VW_DOMAIN_AFFECT_CONFIG, "<app><b/></app>");
    CHECK(vwDomainSetMetadata(vm, element, NULL, NULL, uri, VW_DOMAIN_AFFECT_LIVE) == 0);
    metadata_is(vm, element, uri, VW_DOMAIN_AFFECT_LIVE, NULL);
    metadata_is(vm, element, uri, VW_DOMAIN_AFFECT_CONFIG, "<app><b/></app>");

    CHECK(vwDomainDestroy(vm) == 0);
    CHECK(vwDomainSetMetadata(vm, title, "x", NULL, NULL, VW_DOMAIN_AFFECT_LIVE) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "domain is not running");
    CHECK(vwDomainUndefine(vm) == 0 && vwDomainFree(vm) == 0);
    vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL);
    CHECK(vwDomainSetMetadata(vm, title, "x", NULL, NULL, VW_DOMAIN_AFFECT_CONFIG) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID,
                "transient domains do not have any persistent config");
    CHECK(vwDomainDestroy(vm) == 0 && vwDomainFree(vm) == 0);
}

/* What a callback for changes of metadata has heard. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char heard[16][64];
    int count, freed;
} listener = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static void on_metadata(vwConnectPtr c, vwDomainPtr domain, int type, const char *nsuri,
                        void *opaque)
{
    CHECK(c == conn && opaque == &listener);
    pthread_mutex_lock(&listener.lock);
    CHECK(listener.count < 16);
    snprintf(listener.heard[listener.count++], sizeof listener.heard[0], "%s %d %d %s",
             vwDomainGetName(domain), (int)vwDomainGetID(domain), type, nsuri ? nsuri : "-");
    pthread_cond_broadcast(&listener.changed);
    pthread_mutex_unlock(&listener.lock);
}

static void on_metadata_freed(void *opaque)
{
    CHECK(opaque == &listener);
    listener.freed++;
}

static void heard(int number, const char *wanted)
{
    pthread_mutex_lock(&listener.lock);
    while (listener.count <= number)
        pthread_cond_wait(&listener.changed, &listener.lock);
    CHECK_TEXT(listener.heard[number], wanted);
    pthread_mutex_unlock(&listener.lock);
}

/* VW_DOMAIN_EVENT_ID_METADATA_CHANGE: every call that succeeded, with libvirt's arguments (G8). */
static void metadata_events(void)
{
    const int element = VW_DOMAIN_METADATA_ELEMENT, title = VW_DOMAIN_METADATA_TITLE;
    char wanted[64];
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    vwDomainPtr other = vwDomainDefineXML(conn, document("other", UUID_B));
    CHECK(vwDomainSetMetadata(vm, title, "before", NULL, NULL, 0) == 0);
    int id = vwConnectDomainEventRegisterAny(conn, vm, VW_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                             VW_DOMAIN_EVENT_CALLBACK(on_metadata), &listener,
                                             on_metadata_freed);
    CHECK(id >= 0);
    CHECK(vwDomainSetMetadata(other, title, "t", NULL, NULL, 0) == 0);
    CHECK(vwDomainSetMetadata(vm, element, "<a", "k", "http://a", 0) == -1);
    CHECK(vwDomainSetMetadata(vm, element, "<a/>", "k", "http://a", 0) == 0);
    heard(0, "vm -1 2 http://a");
    CHECK(vwDomainCreate(vm) == 0);
    snprintf(wanted, sizeof wanted, "vm %d 1 -", (int)vwDomainGetID(vm));
    CHECK(vwDomainSetMetadata(vm, title, NULL, NULL, NULL, VW_DOMAIN_AFFECT_LIVE) == 0);
    heard(1, wanted);
    CHECK(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_DESCRIPTION, "d", NULL, NULL, 0) == 0);
    wanted[strlen(wanted) - 3] = '0';
    heard(2, wanted);
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0 && listener.freed == 1);
    CHECK(vwDomainSetMetadata(vm, title, "after", NULL, NULL, 0) == 0);
    CHECK(listener.count == 3 && listener.freed == 1);
    CHECK(vwDomainDestroy(vm) == 0 && vwDomainUndefine(vm) == 0 && vwDomainFree(vm) == 0);
    CHECK(vwDomainUndefine(other) == 0 && vwDomainFree(other) == 0);
}

static void migration(void)
{
    vwConnectPtr there = vwConnectOpen("test:///empty");
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    CHECK(vm != NULL && there != NULL);
    CHECK(vwDomainMigrate(vm, there, VW_MIGRATE_LIVE, NULL, NULL, 0) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "domain is not running");
    CHECK(vwDomainMigrate(vm, there, VW_MIGRATE_OFFLINE, NULL, NULL, 0) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "persistent flag");
    CHECK(vwDomainCreate(vm) == 0);
    vwDomainPtr moved = vwDomainMigrate(
        vm, there, VW_MIGRATE_LIVE | VW_MIGRATE_PAUSED | VW_MIGRATE_PERSIST_DEST, "other", NULL, 9);
    CHECK(moved != NULL && vwDomainGetConnect(moved) == there);
    CHECK_TEXT(vwDomainGetName(moved), "other");
    state_is(vm, VW_DOMAIN_SHUTOFF, VW_DOMAIN_SHUTOFF_MIGRATED);
    state_is(moved, VW_DOMAIN_PAUSED, VW_DOMAIN_PAUSED_USER);
    CHECK(vwDomainIsPersistent(moved) == 1);
    CHECK(vwDomainMigrate(moved, conn, 0, NULL, NULL, 0) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "is already defined with uuid");
    vwDomainPtr back = vwDomainMigrate(moved, conn, VW_MIGRATE_UNDEFINE_SOURCE, "vm", NULL, 0);
    CHECK(back != NULL && vwDomainIsPersistent(back) == 1); /* it was there still */
    CHECK(vwDomainIsActive(moved) == -1);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_A);
    CHECK(vwDomainDestroy(back) == 0 && vwDomainUndefine(back) == 0);
    CHECK(vwDomainFree(vm) == 0 && vwDomainFree(moved) == 0 && vwDomainFree(back) == 0);
    CHECK(vwConnectClose(there) == 0);
}

/* A connection and what it heard; the last reference to the other one goes in the callback. */
struct ending {
    vwConnectPtr conn;
    int id;
};

static int end_here(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    struct ending *ending = opaque;
    (void)domain, (void)event, (void)detail;
    CHECK(c == ending->conn);
    CHECK(vwConnectDomainEventDeregisterAny(c, ending->id) == 0);
    CHECK(vwConnectClose(c) == 1); /* this callback holds it */
    return 0;
}

static void autodestroy(void)
{
    vwRecord record;
    vwConnectPtr watching = vwConnectOpen("test:///default");
    vwWatchPtr watch = vwWatchNew(watching, NULL, 0);
    vwConnectPtr goes = vwConnectOpen("test:///default");
    vwDomainPtr run = vwDomainCreateXML(goes, document("run", UUID_A), VW_DOMAIN_START_AUTODESTROY);
    CHECK(watch != NULL && run != NULL);
    CHECK(vwDomainMigrate(run, conn, 0, NULL, NULL, 0) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "domain is marked for auto destroy");
    CHECK(vwConnectClose(goes) == 1); /* the domain holds it */
    CHECK(vwDomainIsActive(run) == 1);
    CHECK(vwDomainFree(run) == 0);
    CHECK(vwDomainLookupByName(watching, "run") == NULL);
    int stopped = 0;
    while (vwWatchNext(watch, &record, sizeof record, 0) == 1)
        stopped += record.type == VW_DOMAIN_EVENT_STOPPED &&
                   record.detail == VW_DOMAIN_EVENT_STOPPED_DESTROYED;
    CHECK(stopped == 1);

    /* In a callback of its own. */
    struct ending ending = { vwConnectOpen("test:///default"), 0 };
    run = vwDomainCreateXML(ending.conn, document("run", UUID_A), VW_DOMAIN_START_AUTODESTROY);
    CHECK(run != NULL && vwDomainFree(run) == 0);
    ending.id = vwConnectDomainEventRegisterAny(ending.conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                                VW_DOMAIN_EVENT_CALLBACK(end_here), &ending, NULL);
    CHECK(ending.id >= 0);
    vwDomainPtr test = vwDomainLookupByName(watching, "test");
    CHECK(test != NULL && vwDomainSuspend(test) == 0);
    do
        CHECK(vwWatchNext(watch, &record, sizeof record, -1) == 1);
    while (record.type != VW_DOMAIN_EVENT_REMOVED);
    CHECK_TEXT(record.name, "run");
    CHECK(vwDomainFree(test) == 0 && vwWatchFree(watch) == 0 && vwConnectClose(watching) == 0);
    wait_for_threads(1); /* that of the other connection */
}

/* Flags are accepted where libvirt's QEMU driver accepts them, and nowhere else. */
static void flags(void)
{
    vwDomainPtr vm = vwDomainDefineXMLFlags(conn, document("vm", UUID_A),
                                            VW_DOMAIN_DEFINE_VALIDATE);
    CHECK(vm != NULL);
    CHECK(vwDomainCreateWithFlags(vm, VW_DOMAIN_START_VALIDATE) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x10) in function vwDomainCreateWithFlags");
    CHECK(vwDomainCreateWithFlags(vm, VW_DOMAIN_START_BYPASS_CACHE |
                                          VW_DOMAIN_START_RESET_NVRAM) == 0);
    CHECK(vwDomainShutdownFlags(vm, VW_DOMAIN_SHUTDOWN_INITCTL) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x4) in function");
    CHECK(vwDomainReboot(vm, VW_DOMAIN_REBOOT_SIGNAL | VW_DOMAIN_REBOOT_GUEST_AGENT) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x8) in function");
    CHECK(vwDomainReboot(vm, VW_DOMAIN_REBOOT_GUEST_AGENT) == 0);
    CHECK(vwDomainSaveFlags(vm, path("vm.save"), NULL, VW_DOMAIN_SAVE_RESET_NVRAM) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x8) in function vwDomainSaveFlags");
    CHECK(vwDomainManagedSave(vm, VW_DOMAIN_SAVE_RESET_NVRAM) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x8) in function vwDomainManagedSave");
    CHECK(vwDomainSaveFlags(vm, path("vm.save"), NULL, VW_DOMAIN_SAVE_BYPASS_CACHE) == 0);
    CHECK(vwDomainRestoreFlags(conn, path("vm.save"), NULL,
                               VW_DOMAIN_SAVE_BYPASS_CACHE | VW_DOMAIN_SAVE_RESET_NVRAM) == 0);
    CHECK(vwDomainDestroy(vm) == 0 && vwDomainUndefine(vm) == 0 && vwDomainFree(vm) == 0);

    for (unsigned int bad = VW_DOMAIN_START_BYPASS_CACHE; bad <= VW_DOMAIN_START_FORCE_BOOT;
         bad *= 2) {
        CHECK(vwDomainCreateXML(conn, document("vm", UUID_A), bad) == NULL);
        CHECK_ERROR(VW_ERR_INVALID_ARG, "in function vwDomainCreateXML");
    }
    vm = vwDomainCreateXML(conn, document("vm", UUID_A),
                           VW_DOMAIN_START_VALIDATE | VW_DOMAIN_START_RESET_NVRAM);
    CHECK(vm != NULL);
    CHECK(vwDomainDestroy(vm) == 0 && vwDomainFree(vm) == 0);
}

int main(void)
{
    watchdog();
    conn = vwConnectOpen("test:///empty");
    CHECK(conn != NULL);
    power_management();
    autostart();
    metadata();
    metadata_events();
    migration();
    autodestroy();
    flags();
    CHECK(vwConnectAudit(conn, 0) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
