/* Registered callbacks: what they are told, whom they hold, and when they are freed. */
#include "check.h"

#include <pthread.h>

/* What a callback has seen. */
typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int events[256], details[256], ids[256];
    char names[256][64];
    int count, freed;
    vwConnectPtr conn;
    vwDomainPtr kept;
} Seen;

static void seen_init(Seen *seen)
{
    memset(seen, 0, sizeof *seen);
    pthread_mutex_init(&seen->lock, NULL);
    pthread_cond_init(&seen->changed, NULL);
}

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    Seen *seen = opaque;
    CHECK(conn == seen->conn && vwDomainGetConnect(domain) == conn);
    pthread_mutex_lock(&seen->lock);
    CHECK(seen->count < 256);
    seen->events[seen->count] = event;
    seen->details[seen->count] = detail;
    seen->ids[seen->count] = (int)vwDomainGetID(domain);
    snprintf(seen->names[seen->count], 64, "%s", vwDomainGetName(domain));
    if (event == VW_DOMAIN_EVENT_STOPPED && seen->kept == NULL) {
        CHECK(vwDomainRef(domain) == 0);
        seen->kept = domain;
    }
    seen->count++;
    pthread_cond_broadcast(&seen->changed);
    pthread_mutex_unlock(&seen->lock);
    return 77; /* ignored */
}

static void on_free(void *opaque)
{
    Seen *seen = opaque;
    pthread_mutex_lock(&seen->lock);
    seen->freed++;
    pthread_cond_broadcast(&seen->changed);
    pthread_mutex_unlock(&seen->lock);
}

static void wait_for(Seen *seen, int count)
{
    pthread_mutex_lock(&seen->lock);
    while (seen->count < count)
        pthread_cond_wait(&seen->changed, &seen->lock);
    pthread_mutex_unlock(&seen->lock);
}

static void expect(Seen *seen, int at, int event, int detail, const char *name)
{
    CHECK(seen->events[at] == event);
    CHECK(seen->details[at] == detail);
    CHECK_TEXT(seen->names[at], name);
}

static int listen_to(vwConnectPtr conn, vwDomainPtr domain, int id, Seen *seen)
{
    seen->conn = conn;
    return vwConnectDomainEventRegisterAny(conn, domain, id, VW_DOMAIN_EVENT_CALLBACK(on_event),
                                           seen, on_free);
}

/* Event ids 0 and 1000: libvirt's nine types, and all eleven. */
static void ids(void)
{
    static Seen nine, all, one;
    seen_init(&nine);
    seen_init(&all);
    seen_init(&one);
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    int nine_id = listen_to(conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE, &nine);
    int all_id = listen_to(conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE, &all);
    CHECK(nine_id >= 0 && all_id >= 0 && nine_id != all_id);

    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    int one_id = listen_to(conn, vm, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE, &one);
    CHECK(one_id >= 0);
    vwDomainPtr other = vwDomainDefineXML(conn, document("other", UUID_B));
    CHECK(vwDomainRename(vm, "new", 0) == 0);
    CHECK(vwDomainCreateWithFlags(vm, VW_DOMAIN_START_PAUSED) == 0);
    int id = (int)vwDomainGetID(vm);
    CHECK(vwDomainDestroy(vm) == 0);
    CHECK(vwDomainUndefine(vm) == 0);
    wait_for(&all, 11);
    wait_for(&nine, 8);
    wait_for(&one, 7);

    expect(&all, 0, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "vm");
    expect(&all, 1, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "vm");
    expect(&all, 2, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_DEFINED, "other");
    expect(&all, 4, VW_DOMAIN_EVENT_UNDEFINED, VW_DOMAIN_EVENT_UNDEFINED_RENAMED, "vm");
    expect(&all, 5, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_RENAMED, "new");
    expect(&all, 10, VW_DOMAIN_EVENT_REMOVED, VW_DOMAIN_EVENT_REMOVED_UNDEFINED, "new");
    expect(&one, 0, VW_DOMAIN_EVENT_UNDEFINED, VW_DOMAIN_EVENT_UNDEFINED_RENAMED, "vm");

    expect(&nine, 0, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "vm");
    expect(&nine, 4, VW_DOMAIN_EVENT_STARTED, VW_DOMAIN_EVENT_STARTED_BOOTED, "new");
    expect(&nine, 5, VW_DOMAIN_EVENT_SUSPENDED, VW_DOMAIN_EVENT_SUSPENDED_PAUSED, "new");
    expect(&nine, 6, VW_DOMAIN_EVENT_STOPPED, VW_DOMAIN_EVENT_STOPPED_DESTROYED, "new");
    expect(&nine, 7, VW_DOMAIN_EVENT_UNDEFINED, VW_DOMAIN_EVENT_UNDEFINED_REMOVED, "new");
    /* A handle answers with the id of its event: after STOPPED that of the run that ended. */
    CHECK(nine.ids[0] == -1 && nine.ids[4] == id && nine.ids[5] == id && nine.ids[6] == id);
    CHECK(nine.ids[7] == -1);
    CHECK(vwDomainGetID(vm) == (unsigned int)-1);
    CHECK((int)vwDomainGetID(nine.kept) == id); /* kept by a reference */
    CHECK_TEXT(vwDomainGetName(nine.kept), "new");

    CHECK(vwConnectDomainEventDeregisterAny(conn, nine_id) == 0 && nine.freed == 1);
    CHECK(vwConnectDomainEventDeregisterAny(conn, nine_id) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "could not find event callback");
    CHECK(nine.freed == 1);
    CHECK(vwConnectDomainEventDeregisterAny(conn, one_id) == 0 && one.freed == 1);
    CHECK(vwConnectDomainEventDeregisterAnyFlags(conn, all_id, 2) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x2)");
    CHECK(vwConnectDomainEventDeregisterAnyFlags(conn, all_id,
                                                 VW_DOMAIN_EVENT_DEREGISTER_NOWAIT) == 0);
    pthread_mutex_lock(&all.lock);
    while (all.freed == 0)
        pthread_cond_wait(&all.changed, &all.lock);
    pthread_mutex_unlock(&all.lock);

    CHECK(vwDomainFree(nine.kept) == 0 && vwDomainFree(one.kept) == 0);
    CHECK(vwDomainFree(all.kept) == 0);
    CHECK(vwDomainFree(vm) == 0 && vwDomainFree(other) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

/* Ids that libvirt has are accepted; others, and what else is wrong, are not, and then the free
 * callback never runs. */
static void registering(void)
{
    static Seen seen;
    seen_init(&seen);
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwConnectPtr stranger = vwConnectOpen("test:///default");
    vwDomainPtr theirs = vwDomainLookupByName(stranger, "test");
    for (int id = 1; id <= 26; id++) {
        int registration = listen_to(conn, NULL, id, &seen);
        CHECK(registration >= 0);
        CHECK(vwConnectDomainEventDeregisterAny(conn, registration) == 0 && seen.freed == id);
    }
    seen.freed = 0;
    CHECK(listen_to(conn, NULL, 27, &seen) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "eventID in vwConnectDomainEventRegisterAny must be less than");
    CHECK(listen_to(conn, NULL, 1001, &seen) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "eventID");
    CHECK(listen_to(conn, NULL, -1, &seen) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "must be zero or greater");
    CHECK(listen_to(conn, theirs, 0, &seen) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "domain 'test' in vwConnectDomainEventRegisterAny must match");
    CHECK(vwConnectDomainEventRegisterAny(conn, NULL, 0, NULL, &seen, on_free) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwConnectDomainEventRegisterAny must not be NULL");
    CHECK(vwConnectDomainRecordRegister(conn, NULL, 0, NULL, &seen, on_free) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwConnectDomainRecordRegister must not be NULL");
    CHECK(vwConnectDomainEventDeregisterAny(conn, -1) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "callbackID in vwConnectDomainEventDeregisterAny must be zero");
    CHECK(seen.freed == 0);
    /* The ids of another connection are not this one's. */
    int registration = listen_to(conn, NULL, 0, &seen);
    CHECK(vwConnectDomainEventDeregisterAny(stranger, registration) == -1);
    CHECK(vwConnectDomainEventDeregisterAny(conn, registration) == 0);
    CHECK(vwDomainFree(theirs) == 0);
    CHECK(vwConnectClose(stranger) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

/* What a record callback has seen. */
typedef struct {
    Seen seen;
    vwRecord records[64];
    char names[64][32];
} Records;

static void on_record(vwConnectPtr conn, const vwRecord *record, void *opaque)
{
    Records *records = opaque;
    Seen *seen = &records->seen;
    CHECK(conn == seen->conn);
    CHECK_TEXT(record->source, "test:///empty");
    pthread_mutex_lock(&seen->lock);
    CHECK(seen->count < 64);
    records->records[seen->count] = *record;
    snprintf(records->names[seen->count], 32, "%s%s%s", record->name ? record->name : "-",
             record->old_name ? "<" : "", record->old_name ? record->old_name : "");
    seen->count++;
    pthread_cond_broadcast(&seen->changed);
    pthread_mutex_unlock(&seen->lock);
}

/* The records of a callback are those of a watch; the registration holds the connection. */
static void records(void)
{
    static Records got;
    seen_init(&got.seen);
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    got.seen.conn = conn;
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    int id = vwConnectDomainRecordRegister(conn, &options, sizeof options, on_record, &got,
                                           on_free);
    CHECK(id >= 0);
    CHECK(vwDomainRename(vm, "new", 0) == 0);
    CHECK(vwDomainCreate(vm) == 0);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 1); /* callbacks go on */
    wait_for(&got.seen, 7);

    const vwRecord *r = got.records;
    CHECK(r[0].kind == VW_RECORD_CATCHUP && r[0].origin == VW_ORIGIN_SNAPSHOT);
    CHECK(r[0].type == -1 && r[0].id == -1 && r[0].name == NULL);
    CHECK(r[1].type == VW_DOMAIN_EVENT_ADDED && r[2].type == VW_DOMAIN_EVENT_DEFINED);
    CHECK(r[1].flags == (VW_EVENT_MORE | VW_EVENT_IN_CATCHUP));
    CHECK(r[2].flags == (VW_EVENT_PERSISTENT_AFTER | VW_EVENT_IN_CATCHUP));
    CHECK(r[2].definition == 1 && r[2].incarnation == r[1].incarnation && r[2].realtime_ns > 0);
    CHECK(r[3].kind == VW_RECORD_SYNCED && r[3].seq == 2);
    CHECK(r[4].type == VW_DOMAIN_EVENT_UNDEFINED && r[4].seq == 3 && r[5].seq == 4);
    CHECK(r[4].detail == VW_DOMAIN_EVENT_UNDEFINED_RENAMED);
    CHECK_TEXT(got.names[4], "new<vm");
    CHECK_TEXT(got.names[5], "new<vm");
    CHECK_TEXT(got.names[6], "new");
    CHECK(r[6].type == VW_DOMAIN_EVENT_STARTED && r[6].id > 0);
    CHECK(r[6].origin == VW_ORIGIN_NATIVE);
    CHECK(r[6].state_before == VW_DOMAIN_SHUTOFF && r[6].state_after == VW_DOMAIN_RUNNING);
    CHECK(r[6].reason_after == VW_DOMAIN_RUNNING_BOOTED);
    CHECK(r[6].flags == (VW_EVENT_PERSISTENT_BEFORE | VW_EVENT_PERSISTENT_AFTER |
                         VW_EVENT_ACTIVE_AFTER));
    CHECK(memcmp(r[0].epoch, r[6].epoch, 16) == 0 && memcmp(r[1].uuid, r[6].uuid, 16) == 0);

    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    CHECK(got.seen.freed == 1);
    CHECK(vwConnectRef(conn) == -1); /* the registration held the last reference */
    CHECK_ERROR(VW_ERR_INVALID_CONN, "invalid connection pointer in vwConnectRef");
}

/* What a free callback does leaves the last error of its thread alone. */
static void on_free_failing(void *opaque)
{
    *(int *)opaque += 1;
    CHECK(vwConnectOpen("nobody:///") == NULL);
    CHECK_ERROR(VW_ERR_NO_CONNECT, "nobody");
}

static void last_error(void)
{
    int freed = 0;
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    int id = vwConnectDomainEventRegisterAny(conn, NULL, 0, VW_DOMAIN_EVENT_CALLBACK(on_event),
                                             &freed, on_free_failing);
    CHECK(id >= 0);
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0 && freed == 1);
    CHECK(vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(vwConnectClose(conn) == 0);
}

/* By function: libvirt's nine types, as often as it was registered; the oldest goes first. */
static void by_function(void)
{
    static Seen first, second;
    seen_init(&first);
    seen_init(&second);
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    first.conn = second.conn = conn;
    CHECK(vwConnectDomainEventRegister(conn, on_event, &first, on_free) == 0);
    CHECK(vwConnectDomainEventRegister(conn, on_event, &second, on_free) == 0);
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    wait_for(&first, 1);
    wait_for(&second, 1);
    expect(&first, 0, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_ADDED, "vm");
    CHECK(vwConnectDomainEventDeregister(conn, on_event) == 0);
    CHECK(first.freed == 1 && second.freed == 0);
    CHECK(vwDomainCreate(vm) == 0);
    wait_for(&second, 2);
    CHECK(first.count == 1);
    CHECK(vwConnectClose(conn) == 1); /* the registration holds it */
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectDomainEventDeregister(conn, on_event) == 0 && second.freed == 1);

    conn = vwConnectOpen("test:///empty");
    CHECK(vwConnectDomainEventDeregister(conn, on_event) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "event callback function 0x");
    CHECK(vwConnectDomainEventRegister(conn, NULL, &first, on_free) == -1 && first.freed == 1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwConnectDomainEventRegister must not be NULL");
    /* One that was ended by its number is over. */
    CHECK(vwConnectDomainEventRegister(conn, on_event, &first, on_free) == 0);
    CHECK(vwConnectDomainEventRegister(conn, on_event, &second, on_free) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(conn, 0) == 0 && first.freed == 2);
    CHECK(vwConnectDomainEventDeregister(conn, on_event) == 0 && second.freed == 2);
    CHECK(vwConnectDomainEventDeregister(conn, on_event) == -1);
    CHECK(vwConnectClose(conn) == 0);
}

/* Who listens to one domain listens to its UUID: through a renaming, an end and another life. */
static void one_domain(void)
{
    static Seen seen;
    seen_init(&seen);
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    int id = listen_to(conn, vm, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE, &seen);
    CHECK(vwDomainRename(vm, "new", 0) == 0);
    CHECK(vwDomainUndefine(vm) == 0);
    CHECK(vwDomainFree(vm) == 0);
    vwDomainPtr other = vwDomainCreateXML(conn, document("vm", UUID_B), 0);
    CHECK(other != NULL && vwDomainDestroy(other) == 0 && vwDomainFree(other) == 0);
    vm = vwDomainCreateXML(conn, document("again", UUID_A), 0);
    CHECK(vm != NULL && vwDomainDestroy(vm) == 0 && vwDomainFree(vm) == 0);
    wait_for(&seen, 8);
    expect(&seen, 0, VW_DOMAIN_EVENT_UNDEFINED, VW_DOMAIN_EVENT_UNDEFINED_RENAMED, "vm");
    expect(&seen, 1, VW_DOMAIN_EVENT_DEFINED, VW_DOMAIN_EVENT_DEFINED_RENAMED, "new");
    expect(&seen, 2, VW_DOMAIN_EVENT_UNDEFINED, VW_DOMAIN_EVENT_UNDEFINED_REMOVED, "new");
    expect(&seen, 3, VW_DOMAIN_EVENT_REMOVED, VW_DOMAIN_EVENT_REMOVED_UNDEFINED, "new");
    expect(&seen, 4, VW_DOMAIN_EVENT_ADDED, VW_DOMAIN_EVENT_ADDED_STARTED, "again");
    expect(&seen, 5, VW_DOMAIN_EVENT_STARTED, VW_DOMAIN_EVENT_STARTED_BOOTED, "again");
    expect(&seen, 6, VW_DOMAIN_EVENT_STOPPED, VW_DOMAIN_EVENT_STOPPED_DESTROYED, "again");
    expect(&seen, 7, VW_DOMAIN_EVENT_REMOVED, VW_DOMAIN_EVENT_REMOVED_STOPPED, "again");
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0 && seen.count == 8);
    CHECK(vwDomainFree(seen.kept) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

/* Registrations are numbered from 0 on over all connections of a registry; no number is used twice,
 * none for a registration that failed. */
static void numbers(void)
{
    static Seen seen;
    seen_init(&seen);
    vwConnectPtr one = vwConnectOpen("test:///default"), two = vwConnectOpen("test:///default");
    CHECK(listen_to(one, NULL, 0, &seen) == 0);
    CHECK(listen_to(one, NULL, 27, &seen) == -1);
    CHECK(vwConnectDomainEventRegisterAny(one, NULL, 0, NULL, NULL, NULL) == -1);
    CHECK(listen_to(two, NULL, VW_DOMAIN_EVENT_ID_REBOOT, &seen) == 1);
    CHECK(vwConnectDomainEventDeregisterAny(one, 0) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(two, 1) == 0);
    CHECK(listen_to(one, NULL, 0, &seen) == 2);
    CHECK(vwConnectDomainEventRegister(one, on_event, &seen, on_free) == 0);
    CHECK(vwConnectDomainRecordRegister(two, NULL, 0, (vwDomainRecordCallback)(void (*)(void))on_event,
                                        &seen, on_free) == 4);
    CHECK(vwConnectDomainEventDeregisterAny(two, 4) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(one, 3) == 0);
    CHECK(vwConnectDomainEventDeregisterAny(one, 2) == 0 && seen.freed == 5);
    CHECK(vwConnectClose(one) == 0 && vwConnectClose(two) == 0);
}

static void on_close(vwConnectPtr conn, int reason, void *opaque)
{
    (void)conn, (void)reason, (void)opaque;
    CHECK(!"the source is in this process");
}

static void on_close_other(vwConnectPtr conn, int reason, void *opaque)
{
    on_close(conn, reason, opaque);
}

/* A connection has one close callback, which holds it. */
static void close_callback(void)
{
    static Seen seen;
    seen_init(&seen);
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "close callback");
    CHECK(vwConnectRegisterCloseCallback(conn, NULL, &seen, on_free) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "cb in vwConnectRegisterCloseCallback must not be NULL");
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &seen, on_free) == 0);
    CHECK(vwConnectRegisterCloseCallback(conn, on_close, &seen, on_free) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "has a close callback already");
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close_other) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "does not have that close callback");
    CHECK(seen.freed == 0);
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close) == 0 && seen.freed == 1);
    CHECK(vwConnectRegisterCloseCallback(conn, on_close_other, &seen, on_free) == 0);
    CHECK(vwConnectClose(conn) == 1);
    CHECK(vwConnectUnregisterCloseCallback(conn, on_close_other) == 0 && seen.freed == 2);
    CHECK(vwConnectRef(conn) == -1);
}

static void support(void)
{
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    CHECK(vwConnectGetEventSupport(conn, VW_DOMAIN_EVENT_ADDED) == VW_EVENT_SUPPORT_NATIVE);
    CHECK(vwConnectGetEventSupport(conn, VW_DOMAIN_EVENT_REMOVED) == VW_EVENT_SUPPORT_NATIVE);
    CHECK(vwConnectGetEventSupport(conn, VW_DOMAIN_EVENT_CRASHED) == VW_EVENT_SUPPORT_NEVER);
    CHECK(vwConnectGetEventSupport(conn, 9) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "type in vwConnectGetEventSupport");
    CHECK(vwConnectClose(conn) == 0);
}

int main(void)
{
    watchdog();
    ids();
    by_function();
    one_domain();
    numbers();
    close_callback();
    registering();
    records();
    last_error();
    support();
    return 0;
}
