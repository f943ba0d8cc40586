/* The life of domains through the C functions: conventions, numbers, ownership. */
#include "check.h"

#include <stddef.h>

static void layout(void)
{
    if (sizeof(void *) == 8) {
        CHECK(sizeof(vwRecord) == 152);
        CHECK(offsetof(vwRecord, kind) == 0);
        CHECK(offsetof(vwRecord, origin) == 4);
        CHECK(offsetof(vwRecord, epoch) == 8);
        CHECK(offsetof(vwRecord, uuid) == 24);
        CHECK(offsetof(vwRecord, seq) == 40);
        CHECK(offsetof(vwRecord, from_seq) == 48);
        CHECK(offsetof(vwRecord, count) == 56);
        CHECK(offsetof(vwRecord, incarnation) == 64);
        CHECK(offsetof(vwRecord, definition) == 72);
        CHECK(offsetof(vwRecord, realtime_ns) == 80);
        CHECK(offsetof(vwRecord, type) == 88);
        CHECK(offsetof(vwRecord, detail) == 92);
        CHECK(offsetof(vwRecord, id) == 96);
        CHECK(offsetof(vwRecord, state_before) == 100);
        CHECK(offsetof(vwRecord, reason_before) == 104);
        CHECK(offsetof(vwRecord, state_after) == 108);
        CHECK(offsetof(vwRecord, reason_after) == 112);
        CHECK(offsetof(vwRecord, flags) == 116);
        CHECK(offsetof(vwRecord, name) == 120);
        CHECK(offsetof(vwRecord, old_name) == 128);
        CHECK(offsetof(vwRecord, source) == 136);
        CHECK(offsetof(vwRecord, message) == 144);

        CHECK(sizeof(vwWatchOptions) == 32);
        CHECK(offsetof(vwWatchOptions, flags) == 0);
        CHECK(offsetof(vwWatchOptions, max_lag) == 4);
        CHECK(offsetof(vwWatchOptions, types) == 8);
        CHECK(offsetof(vwWatchOptions, uuid) == 16);
        CHECK(offsetof(vwWatchOptions, resume) == 24);

        CHECK(sizeof(vwError) == 80);
        CHECK(offsetof(vwError, code) == 0);
        CHECK(offsetof(vwError, domain) == 4);
        CHECK(offsetof(vwError, message) == 8);
        CHECK(offsetof(vwError, level) == 16);
        CHECK(offsetof(vwError, conn) == 24);
        CHECK(offsetof(vwError, dom) == 32);
        CHECK(offsetof(vwError, str1) == 40);
        CHECK(offsetof(vwError, str2) == 48);
        CHECK(offsetof(vwError, str3) == 56);
        CHECK(offsetof(vwError, int1) == 64);
        CHECK(offsetof(vwError, int2) == 68);
        CHECK(offsetof(vwError, net) == 72);

        CHECK(sizeof(vwDomainInfo) == 40);
        CHECK(offsetof(vwDomainInfo, state) == 0);
        CHECK(offsetof(vwDomainInfo, maxMem) == 8);
        CHECK(offsetof(vwDomainInfo, memory) == 16);
        CHECK(offsetof(vwDomainInfo, nrVirtCpu) == 24);
        CHECK(offsetof(vwDomainInfo, cpuTime) == 32);

        CHECK(sizeof(vwConnectAuth) == 32);
        CHECK(offsetof(vwConnectAuth, ncredtype) == 8);
        CHECK(offsetof(vwConnectAuth, cb) == 16);
        CHECK(offsetof(vwConnectAuth, cbdata) == 24);
        CHECK(sizeof(vwConnectCredential) == 48);
        CHECK(offsetof(vwConnectCredential, result) == 32);
        CHECK(offsetof(vwConnectCredential, resultlen) == 40);
    }
    CHECK(offsetof(vwCursor, epoch) == 0 && offsetof(vwCursor, seq) == 16);
    CHECK(sizeof(vwCursor) == 24);
    CHECK(sizeof(vwStats) == 72);
    CHECK(sizeof(vwWatchStats) == 56);
}

static void version(void)
{
    unsigned long library = 0, driver = 0;
    CHECK(vwInitialize() == 0);
    CHECK(vwGetVersion(&library, NULL, NULL) == 0);
    CHECK(library == VW_VERSION_NUMBER);
    CHECK(VW_CHECK_VERSION(0, 1, 0));
    CHECK(!VW_CHECK_VERSION(99, 0, 0));
    CHECK(vwGetVersion(&library, "TEST", &driver) == 0);
    CHECK(driver == library);
    CHECK(vwGetVersion(NULL, NULL, NULL) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "libVer in vwGetVersion must not be NULL");
}

static void default_connection(void)
{
    unsigned long library = 0, hypervisor = 0;
    int ids[4] = { 0 };
    vwConnectPtr conn = vwConnectOpen("test:///default");
    CHECK(conn != NULL);
    char *uri = vwConnectGetURI(conn);
    CHECK_TEXT(uri, "test:///default");
    free(uri);
    CHECK_TEXT(vwConnectGetType(conn), "TEST");
    char *host = vwConnectGetHostname(conn);
    CHECK(host != NULL && host[0] != '\0');
    free(host);
    CHECK(vwConnectGetLibVersion(conn, &library) == 0 && library == VW_VERSION_NUMBER);
    CHECK(vwConnectIsAlive(conn) == 1);
    CHECK(vwConnectGetVersion(conn, &hypervisor) == 0 && hypervisor == 2);
    CHECK(vwConnectIsSecure(conn) == 1 && vwConnectIsEncrypted(conn) == 0);
    CHECK(vwConnectSetKeepAlive(conn, 5, 3) == -1);
    CHECK_ERROR(VW_ERR_NO_SUPPORT, "connectSetKeepAlive");
    CHECK(vwConnectSetKeepAlive(conn, -1, 3) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "interval in vwConnectSetKeepAlive");
    char *capabilities = vwConnectGetCapabilities(conn);
    CHECK(capabilities != NULL && strstr(capabilities, "<domain type='test'/>") != NULL);
    free(capabilities);
    CHECK(vwConnectNumOfDomains(conn) == 1);
    CHECK(vwConnectNumOfDefinedDomains(conn) == 0);
    CHECK(vwConnectListDomains(conn, ids, 4) == 1 && ids[0] == 1);
    CHECK(vwConnectListDomains(conn, NULL, 0) == 0);

    vwDomainPtr test = vwDomainLookupByID(conn, 1);
    CHECK(test != NULL);
    CHECK_TEXT(vwDomainGetName(test), "test");
    CHECK(vwDomainGetConnect(test) == conn);
    CHECK(vwConnectClose(conn) == 1); /* the domain holds it */
    CHECK(vwDomainIsActive(test) == 1);
    CHECK(vwConnectRef(conn) == 0);
    CHECK(vwDomainFree(test) == 0);
    CHECK(vwConnectClose(conn) == 0);

    /* The default connection is asked of the environment. */
    unsetenv("VIRTWATCH_DEFAULT_URI");
    unsetenv("LIBVIRT_DEFAULT_URI");
    CHECK(vwConnectOpen(NULL) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "VIRTWATCH_DEFAULT_URI");
    setenv("VIRTWATCH_DEFAULT_URI", "test:///default", 1);
    conn = vwConnectOpen(NULL);
    CHECK(conn != NULL);
    CHECK(vwConnectClose(conn) == 0);
    CHECK(vwConnectOpen("nobody:///system") == NULL);
    CHECK_ERROR(VW_ERR_NO_CONNECT, "nobody:///system");
}

static void state_is(vwDomainPtr domain, int state, int reason)
{
    int got_state = -1, got_reason = -1;
    CHECK(vwDomainGetState(domain, &got_state, &got_reason, 0) == 0);
    CHECK(got_state == state);
    CHECK(got_reason == reason);
    CHECK(vwDomainGetState(domain, &got_state, NULL, 0) == 0);
}

static void lookups(vwConnectPtr conn, vwDomainPtr domain)
{
    unsigned char uuid[VW_UUID_BUFLEN], parsed[VW_UUID_BUFLEN];
    char text[VW_UUID_STRING_BUFLEN];
    CHECK(vwDomainGetUUID(domain, uuid) == 0);
    CHECK(vwDomainGetUUIDString(domain, text) == 0);
    CHECK_TEXT(text, UUID_A);
    CHECK(vwUUIDParse(text, parsed) == 0 && memcmp(uuid, parsed, sizeof uuid) == 0);
    memset(parsed, 0, sizeof parsed);
    CHECK(vwUUIDParse("\n C7A5FDBD edaf--9455926ad65c16db1809 ", parsed) == 0);
    CHECK(memcmp(uuid, parsed, sizeof uuid) == 0);
    memset(text, 0, sizeof text);
    CHECK(vwUUIDFormat(uuid, text) == 0);
    CHECK_TEXT(text, UUID_A);

    vwDomainPtr found = vwDomainLookupByUUID(conn, uuid);
    CHECK(found != NULL && found != domain);
    CHECK_TEXT(vwDomainGetName(found), "vm");
    CHECK(vwDomainFree(found) == 0);
    found = vwDomainLookupByUUIDString(conn, UUID_A);
    CHECK(found != NULL && vwDomainFree(found) == 0);
    found = vwDomainLookupByName(conn, "vm");
    CHECK(found != NULL && vwDomainRef(found) == 0);
    CHECK(vwDomainFree(found) == 0);
    CHECK_TEXT(vwDomainGetName(found), "vm");
    CHECK(vwDomainFree(found) == 0);

    CHECK(vwDomainLookupByName(conn, "nobody") == NULL);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, "no domain with matching name 'nobody'");
    CHECK(vwGetLastErrorDomain() == VW_FROM_TEST);
    CHECK(vwDomainLookupByUUIDString(conn, UUID_B) == NULL);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_B);
    CHECK(vwDomainLookupByID(conn, 77) == NULL);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, "77");
}

static int count(vwConnectPtr conn, unsigned int flags)
{
    vwDomainPtr *domains = NULL;
    int n = vwConnectListAllDomains(conn, &domains, flags);
    CHECK(n >= 0 && domains != NULL && domains[n] == NULL);
    CHECK(vwConnectListAllDomains(conn, NULL, flags) == n);
    for (int i = 0; i < n; i++)
        CHECK(vwDomainFree(domains[i]) == 0);
    free(domains);
    return n;
}

static void listing(vwConnectPtr conn)
{
    char *names[4] = { NULL };
    vwDomainPtr other = vwDomainDefineXML(conn, document("other", UUID_B));
    CHECK(other != NULL);
    vwDomainPtr transient = vwDomainCreateXML(conn, document("transient", NULL), 0);
    CHECK(transient != NULL);
    CHECK(count(conn, 0) == 3);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_ACTIVE) == 1);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_INACTIVE) == 2);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_TRANSIENT) == 1);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_PERSISTENT) == 2);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_RUNNING | VW_CONNECT_LIST_DOMAINS_SHUTOFF) == 3);
    CHECK(count(conn, VW_CONNECT_LIST_DOMAINS_INACTIVE | VW_CONNECT_LIST_DOMAINS_TRANSIENT) == 0);
    CHECK(vwConnectNumOfDefinedDomains(conn) == 2);
    CHECK(vwConnectListDefinedDomains(conn, names, 1) == 1);
    free(names[0]);
    CHECK(vwConnectListDefinedDomains(conn, names, 4) == 2);
    free(names[0]);
    free(names[1]);
    CHECK(vwConnectListAllDomains(conn, NULL, 0x2000000) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG,
                "unsupported flags (0x2000000) in function vwConnectListAllDomains");
    CHECK(vwDomainUndefine(other) == 0);
    CHECK(vwDomainDestroy(transient) == 0);
    CHECK(vwDomainIsActive(transient) == -1);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, "no domain with matching uuid");
    CHECK(vwDomainFree(other) == 0);
    CHECK(vwDomainFree(transient) == 0);
}

static void life(void)
{
    vwDomainInfo info;
    vwConnectPtr conn = vwConnectOpen("test:///empty");
    CHECK(conn != NULL);
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    CHECK(vm != NULL);
    state_is(vm, VW_DOMAIN_SHUTOFF, VW_DOMAIN_SHUTOFF_UNKNOWN);
    CHECK(vwDomainGetID(vm) == (unsigned int)-1 && vwGetLastErrorCode() == VW_ERR_OK);
    CHECK(vwDomainIsPersistent(vm) == 1 && vwDomainIsActive(vm) == 0);
    CHECK(vwDomainIsUpdated(vm) == 0);
    lookups(conn, vm);
    listing(conn);

    CHECK(vwDomainCreate(vm) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_BOOTED);
    CHECK((int)vwDomainGetID(vm) > 0);
    CHECK(vwDomainCreate(vm) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "Requested operation is not valid");
    CHECK(vwDomainSuspend(vm) == 0);
    state_is(vm, VW_DOMAIN_PAUSED, VW_DOMAIN_PAUSED_USER);
    CHECK(vwDomainResume(vm) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_UNPAUSED);
    CHECK(vwDomainReboot(vm, 0) == 0);
    CHECK(vwDomainReset(vm, 0) == 0);
    CHECK(vwDomainGetInfo(vm, &info) == 0);
    CHECK(info.state == VW_DOMAIN_RUNNING && info.maxMem == 512 * 1024);
    CHECK(info.memory == 256 * 1024 && info.nrVirtCpu == 2 && info.cpuTime == 0);
    CHECK(vwDomainGetMaxMemory(vm) == 512 * 1024 && vwDomainGetMaxVcpus(vm) == 4);
    char *os = vwDomainGetOSType(vm);
    CHECK_TEXT(os, "hvm");
    free(os);
    char *xml = vwDomainGetXMLDesc(vm, 0);
    CHECK(xml != NULL && strstr(xml, " id='") != NULL && strstr(xml, UUID_A) != NULL);
    free(xml);
    xml = vwDomainGetXMLDesc(vm, VW_DOMAIN_XML_INACTIVE);
    CHECK(xml != NULL && strstr(xml, " id='") == NULL);
    free(xml);
    CHECK(vwDomainShutdown(vm) == 0);
    state_is(vm, VW_DOMAIN_SHUTOFF, VW_DOMAIN_SHUTOFF_SHUTDOWN);
    CHECK(vwDomainDestroy(vm) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "");

    CHECK(vwDomainCreateWithFlags(vm, VW_DOMAIN_START_PAUSED) == 0);
    state_is(vm, VW_DOMAIN_PAUSED, VW_DOMAIN_PAUSED_USER);
    CHECK(vwDomainDestroyFlags(vm, VW_DOMAIN_DESTROY_GRACEFUL) == 0);
    state_is(vm, VW_DOMAIN_SHUTOFF, VW_DOMAIN_SHUTOFF_DESTROYED);
    CHECK(vwDomainCreate(vm) == 0);
    CHECK(vwDomainShutdownFlags(vm, VW_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) == 0);

    CHECK(vwDomainCreate(vm) == 0);
    CHECK(vwDomainSave(vm, path("vm.save")) == 0);
    state_is(vm, VW_DOMAIN_SHUTOFF, VW_DOMAIN_SHUTOFF_SAVED);
    CHECK(vwDomainRestore(conn, path("vm.save")) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_RESTORED);
    CHECK(vwDomainSaveFlags(vm, path("vm.save"), "<domain/>", 0) == -1);
    CHECK_ERROR(VW_ERR_ARGUMENT_UNSUPPORTED, "dxml in vwDomainSaveFlags");
    CHECK(vwDomainSaveFlags(vm, path("vm.save"), NULL, VW_DOMAIN_SAVE_PAUSED) == 0);
    CHECK(vwDomainRestoreFlags(conn, path("vm.save"), NULL, 0) == 0);
    state_is(vm, VW_DOMAIN_PAUSED, VW_DOMAIN_PAUSED_USER);
    CHECK(vwDomainRestoreFlags(conn, path("vm.save"), NULL,
                               VW_DOMAIN_SAVE_RUNNING | VW_DOMAIN_SAVE_PAUSED) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "mutually exclusive");

    CHECK(vwDomainHasManagedSaveImage(vm, 0) == 0);
    CHECK(vwDomainManagedSave(vm, VW_DOMAIN_SAVE_RUNNING) == 0);
    CHECK(vwDomainHasManagedSaveImage(vm, 0) == 1);
    CHECK(vwDomainUndefine(vm) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_INVALID, "managed save");
    CHECK(vwDomainCreate(vm) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_RESTORED);
    CHECK(vwDomainManagedSave(vm, 0) == 0);
    CHECK(vwDomainCreateWithFlags(vm, VW_DOMAIN_START_FORCE_BOOT) == 0);
    state_is(vm, VW_DOMAIN_RUNNING, VW_DOMAIN_RUNNING_BOOTED);
    CHECK(vwDomainManagedSave(vm, 0) == 0);
    CHECK(vwDomainManagedSaveRemove(vm, 0) == 0);
    CHECK(vwDomainHasManagedSaveImage(vm, 0) == 0);

    CHECK(vwDomainRename(vm, "renamed", 0) == 0);
    CHECK_TEXT(vwDomainGetName(vm), "vm"); /* as it was looked up */
    vwDomainPtr renamed = vwDomainLookupByName(conn, "renamed");
    CHECK(renamed != NULL && vwDomainFree(renamed) == 0);
    CHECK(vwDomainLookupByName(conn, "vm") == NULL);

    vwDomainPtr again = vwDomainDefineXMLFlags(conn, document("renamed", UUID_A), 0);
    CHECK(again != NULL && vwDomainFree(again) == 0);
    CHECK(vwDomainDefineXMLFlags(conn, document("renamed", UUID_A), 2) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x2) in function vwDomainDefineXMLFlags");
    CHECK(vwDomainDefineXML(conn, document("renamed", UUID_B)) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_FAILED, "renamed");

    CHECK(vwDomainCreate(vm) == 0 && vwDomainManagedSave(vm, 0) == 0);
    CHECK(vwDomainUndefineFlags(vm, VW_DOMAIN_UNDEFINE_MANAGED_SAVE) == 0);
    CHECK(vwDomainUndefineFlags(vm, 0) == -1);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_A);
    CHECK(vwConnectAudit(conn, 0) == 0);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

static void read_only(void)
{
    vwConnectPtr conn = vwConnectOpenReadOnly("test:///default");
    CHECK(conn != NULL);
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    CHECK(test != NULL);
    CHECK(vwDomainDestroy(test) == -1);
    CHECK_ERROR(VW_ERR_OPERATION_DENIED,
                "operation forbidden: read only access prevents vwDomainDestroy");
    CHECK(vwDomainDefineXML(conn, document("vm", NULL)) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_DENIED, "vwDomainDefineXML");
    CHECK(vwDomainRestore(conn, "/nowhere") == -1);
    CHECK_ERROR(VW_ERR_OPERATION_DENIED, "vwDomainRestore");
    CHECK(vwDomainFree(test) == 0);
    CHECK(vwConnectClose(conn) == 0);
}

static void last_error(void)
{
    vwError copy;
    CHECK(vwConnectOpen("nobody:///") == NULL);
    vwErrorPtr error = vwGetLastError();
    CHECK(error != NULL && error->code == VW_ERR_NO_CONNECT && error->level == VW_ERR_ERROR);
    CHECK_TEXT(error->message, vwGetLastErrorMessage());
    CHECK(error->conn == NULL && error->dom == NULL);
    vwErrorPtr saved = vwSaveLastError();
    CHECK(vwCopyLastError(&copy) == VW_ERR_NO_CONNECT);
    CHECK(vwInitialize() == 0); /* a success forgets the error */
    CHECK(vwGetLastError() == NULL && vwGetLastErrorCode() == VW_ERR_OK);
    CHECK_TEXT(vwGetLastErrorMessage(), "no error");
    CHECK(saved != NULL && saved->code == VW_ERR_NO_CONNECT);
    CHECK_TEXT(saved->message, copy.message);
    vwFreeError(saved);
    vwResetError(&copy);
    CHECK(copy.code == VW_ERR_OK && copy.message == NULL);
    CHECK(vwConnectOpen("nobody:///") == NULL);
    vwResetLastError();
    CHECK(vwGetLastErrorCode() == VW_ERR_OK && vwGetLastErrorDomain() == VW_FROM_NONE);
    saved = vwSaveLastError();
    CHECK(saved != NULL && saved->code == VW_ERR_OK);
    vwFreeError(saved);
    vwFreeError(NULL);
    vwResetError(NULL);
    CHECK(vwCopyLastError(NULL) == -1);
}

/* Programs that are written for libvirt open with somebody who answers questions. */
static void opened_with_auth(void)
{
    CHECK(vwConnectAuthPtrDefault != NULL && vwConnectAuthPtrDefault->cb == NULL);
    vwConnectPtr conn = vwConnectOpenAuth("test:///empty", vwConnectAuthPtrDefault, 0);
    CHECK(conn != NULL);
    vwDomainPtr vm = vwDomainDefineXML(conn, document("vm", NULL));
    CHECK(vm != NULL && vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    conn = vwConnectOpenAuth("test:///empty", NULL, VW_CONNECT_RO | VW_CONNECT_NO_ALIASES);
    CHECK(conn != NULL && vwDomainDefineXML(conn, document("vm", NULL)) == NULL);
    CHECK_ERROR(VW_ERR_OPERATION_DENIED, "vwDomainDefineXML");
    CHECK(vwConnectClose(conn) == 0);
    CHECK(vwConnectOpenAuth("test:///empty", NULL, 4) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "unsupported flags (0x4) in function vwConnectOpenAuth");
}

static void helpers(void)
{
    unsigned char one[VW_UUID_BUFLEN], two[VW_UUID_BUFLEN];
    char text[VW_CURSOR_STRING_BUFLEN];
    vwCursor cursor, parsed;
    CHECK(vwUUIDGenerate(one) == 0 && vwUUIDGenerate(two) == 0);
    CHECK(memcmp(one, two, sizeof one) != 0);
    memcpy(cursor.epoch, one, sizeof one);
    cursor.seq = UINT64_MAX;
    CHECK(vwCursorFormat(&cursor, text, sizeof text) == 0);
    CHECK(strlen(text) == VW_CURSOR_STRING_BUFLEN - 1);
    CHECK(vwCursorParse(text, &parsed) == 0);
    CHECK(parsed.seq == cursor.seq && memcmp(parsed.epoch, one, sizeof one) == 0);
    CHECK(vwCursorFormat(&cursor, text, sizeof text - 1) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "size in vwCursorFormat must be at least 58");
    CHECK(vwCursorParse("there", &parsed) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "text in vwCursorParse");

    CHECK_TEXT(vwDomainEventTypeToString(VW_DOMAIN_EVENT_REMOVED), "removed");
    CHECK_TEXT(vwDomainEventDetailToString(VW_DOMAIN_EVENT_STARTED, VW_DOMAIN_EVENT_STARTED_BOOTED),
               "booted");
    CHECK_TEXT(vwDomainStateToString(VW_DOMAIN_PAUSED), "paused");
    CHECK_TEXT(vwDomainReasonToString(VW_DOMAIN_PAUSED, VW_DOMAIN_PAUSED_STARTING_UP),
               "starting up");
    CHECK(vwDomainEventTypeToString(9) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "type in vwDomainEventTypeToString");
    CHECK(vwDomainEventDetailToString(VW_DOMAIN_EVENT_RESUMED, 5) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "detail in vwDomainEventDetailToString");
    CHECK(vwDomainStateToString(8) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "state in vwDomainStateToString");
    CHECK(vwDomainReasonToString(VW_DOMAIN_RUNNING, 12) == NULL);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "reason in vwDomainReasonToString");
}

int main(void)
{
    watchdog();
    layout();
    version();
    default_connection();
    life();
    read_only();
    last_error();
    opened_with_auth();
    helpers();
    return 0;
}
