/* Whatever is wrong with an argument: an error with a code and a text that names it, and nothing
 * has changed. */
#include "check.h"

static vwConnectPtr conn;
static vwDomainPtr vm;

static uint64_t events(void)
{
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    return stats.events;
}

/* A call that is refused with that code and that text. */
#define REFUSED(call, failed, code, text)                                      \
    do {                                                                       \
        CHECK((call) == (failed));                                             \
        CHECK_ERROR(code, text);                                               \
    } while (0)

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    return 0;
}

static void on_record(vwConnectPtr c, const vwRecord *record, void *opaque)
{
    (void)c, (void)record, (void)opaque;
}

#define CB VW_DOMAIN_EVENT_CALLBACK(on_event)

/* Every function that takes a connection refuses what is none. */
static void no_connection(vwConnectPtr bad)
{
    unsigned long number;
    int ids[1];
    char *names[1];
    vwDomainPtr *list;
    vwStats stats;
    unsigned char uuid[16] = { 0 };
#define BAD(call, failed)                                                      \
    REFUSED(call, failed, VW_ERR_INVALID_CONN, "invalid connection pointer in vw")
    BAD(vwConnectRef(bad), -1);
    BAD(vwConnectClose(bad), -1);
    BAD(vwConnectGetURI(bad), NULL);
    BAD(vwConnectGetType(bad), NULL);
    BAD(vwConnectGetHostname(bad), NULL);
    BAD(vwConnectGetLibVersion(bad, &number), -1);
    BAD(vwConnectIsAlive(bad), -1);
    BAD(vwConnectNumOfDomains(bad), -1);
    BAD(vwConnectListDomains(bad, ids, 1), -1);
    BAD(vwConnectNumOfDefinedDomains(bad), -1);
    BAD(vwConnectListDefinedDomains(bad, names, 1), -1);
    BAD(vwConnectListAllDomains(bad, &list, 0), -1);
    BAD(vwDomainLookupByID(bad, 1), NULL);
    BAD(vwDomainLookupByUUID(bad, uuid), NULL);
    BAD(vwDomainLookupByUUIDString(bad, UUID_A), NULL);
    BAD(vwDomainLookupByName(bad, "vm"), NULL);
    BAD(vwDomainDefineXML(bad, document("x", NULL)), NULL);
    BAD(vwDomainDefineXMLFlags(bad, document("x", NULL), 0), NULL);
    BAD(vwDomainCreateXML(bad, document("x", NULL), 0), NULL);
    BAD(vwDomainRestore(bad, path("x")), -1);
    BAD(vwDomainRestoreFlags(bad, path("x"), NULL, 0), -1);
    BAD(vwConnectDomainEventRegisterAny(bad, NULL, 0, CB, NULL, NULL), -1);
    BAD(vwConnectDomainEventDeregisterAny(bad, 0), -1);
    BAD(vwConnectDomainEventDeregisterAnyFlags(bad, 0, 0), -1);
    BAD(vwConnectDomainRecordRegister(bad, NULL, 0, on_record, NULL, NULL), -1);
    BAD(vwWatchNew(bad, NULL, 0), NULL);
    BAD(vwConnectGetEventSupport(bad, 0), -1);
    BAD(vwConnectAudit(bad, 0), -1);
    BAD(vwConnectGetStats(bad, &stats, sizeof stats), -1);
#undef BAD
}

/* Every function that takes a domain refuses what is none. */
static void no_domain(vwDomainPtr bad)
{
    unsigned char uuid[16];
    char text[VW_UUID_STRING_BUFLEN];
    int state;
    vwDomainInfo info;
#define BAD(call, failed)                                                      \
    REFUSED(call, failed, VW_ERR_INVALID_DOMAIN, "invalid domain pointer in vwDomain")
    BAD(vwDomainRef(bad), -1);
    BAD(vwDomainFree(bad), -1);
    BAD(vwDomainGetConnect(bad), NULL);
    BAD(vwDomainGetName(bad), NULL);
    BAD(vwDomainGetUUID(bad, uuid), -1);
    BAD(vwDomainGetUUIDString(bad, text), -1);
    BAD(vwDomainGetID(bad), (unsigned int)-1);
    BAD(vwDomainGetState(bad, &state, NULL, 0), -1);
    BAD(vwDomainGetInfo(bad, &info), -1);
    BAD(vwDomainGetXMLDesc(bad, 0), NULL);
    BAD(vwDomainGetOSType(bad), NULL);
    BAD(vwDomainGetMaxMemory(bad), 0);
    BAD(vwDomainGetMaxVcpus(bad), -1);
    BAD(vwDomainIsActive(bad), -1);
    BAD(vwDomainIsPersistent(bad), -1);
    BAD(vwDomainIsUpdated(bad), -1);
    BAD(vwDomainUndefine(bad), -1);
    BAD(vwDomainUndefineFlags(bad, 0), -1);
    BAD(vwDomainCreate(bad), -1);
    BAD(vwDomainCreateWithFlags(bad, 0), -1);
    BAD(vwDomainSuspend(bad), -1);
    BAD(vwDomainResume(bad), -1);
    BAD(vwDomainShutdown(bad), -1);
    BAD(vwDomainShutdownFlags(bad, 0), -1);
    BAD(vwDomainReboot(bad, 0), -1);
    BAD(vwDomainReset(bad, 0), -1);
    BAD(vwDomainDestroy(bad), -1);
    BAD(vwDomainDestroyFlags(bad, 0), -1);
    BAD(vwDomainSave(bad, path("x")), -1);
    BAD(vwDomainSaveFlags(bad, path("x"), NULL, 0), -1);
    BAD(vwDomainManagedSave(bad, 0), -1);
    BAD(vwDomainHasManagedSaveImage(bad, 0), -1);
    BAD(vwDomainManagedSaveRemove(bad, 0), -1);
    BAD(vwDomainPMSuspendForDuration(bad, 0, 0, 0), -1);
    BAD(vwDomainPMWakeup(bad, 0), -1);
    BAD(vwDomainSetMetadata(bad, VW_DOMAIN_METADATA_TITLE, "t", NULL, NULL, 0), -1);
    BAD(vwDomainGetMetadata(bad, VW_DOMAIN_METADATA_TITLE, NULL, 0), NULL);
    BAD(vwDomainGetAutostart(bad, &state), -1);
    BAD(vwDomainSetAutostart(bad, 1), -1);
    BAD(vwDomainRename(bad, "x", 0), -1);
#undef BAD
    if (bad != NULL)
        REFUSED(vwConnectDomainEventRegisterAny(conn, bad, 0, CB, NULL, NULL), -1,
                VW_ERR_INVALID_DOMAIN, "vwConnectDomainEventRegisterAny");
}

static void no_watch(vwWatchPtr bad)
{
    vwRecord record;
    vwCursor cursor;
    vwWatchStats stats;
#define BAD(call) REFUSED(call, -1, VW_ERR_INVALID_ARG, "invalid watch pointer in vwWatch")
    BAD(vwWatchNext(bad, &record, sizeof record, 0));
    BAD(vwWatchGetFD(bad));
    BAD(vwWatchGetCursor(bad, &cursor));
    BAD(vwWatchGetStats(bad, &stats, sizeof stats));
    BAD(vwWatchFree(bad));
#undef BAD
    CHECK(vwWatchCancel(bad) == -1);
}

static void pointers(void)
{
    static uint64_t garbage[64];
    memset(garbage, 0x5a, sizeof garbage);
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    vwConnectPtr gone_conn = vwConnectOpen("test:///empty");
    vwDomainPtr gone_domain = vwDomainLookupByName(conn, "vm");
    vwWatchPtr gone_watch = vwWatchNew(conn, NULL, 0);
    CHECK(vwConnectClose(gone_conn) == 0 && vwDomainFree(gone_domain) == 0);
    CHECK(vwWatchFree(gone_watch) == 0);
    /* The quarantine is deep. */
    for (int i = 0; i < 4000; i++) {
        vwDomainPtr domain = vwDomainLookupByName(conn, "vm");
        CHECK(domain != NULL && vwDomainFree(domain) == 0);
    }
    void *connections[] = { NULL, gone_conn, vm, watch, (char *)conn + 1, garbage, (void *)64 };
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++)
        no_connection(connections[i]);
    void *domains[] = { NULL, gone_domain, conn, watch, (char *)vm + 4, garbage, (void *)64 };
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        no_domain(domains[i]);
    void *watches[] = { NULL, gone_watch, vm, conn, (char *)watch + 2, garbage, (void *)64 };
    for (size_t i = 0; i < sizeof watches / sizeof *watches; i++)
        no_watch(watches[i]);
    CHECK(vwWatchFree(watch) == 0);
}

/* Arguments that must not be NULL. */
static void nulls(void)
{
    unsigned char uuid[16] = { 0 };
    char text[64];
    vwCursor cursor = { .seq = 0 };
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
#define BAD(call, failed, argument)                                            \
    REFUSED(call, failed, VW_ERR_INVALID_ARG, argument " must not be NULL")
    BAD(vwDomainDefineXML(conn, NULL), NULL, "xml in vwDomainDefineXML");
    BAD(vwDomainDefineXMLFlags(conn, NULL, 0), NULL, "xml in vwDomainDefineXMLFlags");
    BAD(vwDomainCreateXML(conn, NULL, 0), NULL, "xmlDesc in vwDomainCreateXML");
    BAD(vwDomainRestore(conn, NULL), -1, "from in vwDomainRestore");
    BAD(vwDomainRestoreFlags(conn, NULL, NULL, 0), -1, "from in vwDomainRestoreFlags");
    BAD(vwDomainSave(vm, NULL), -1, "to in vwDomainSave");
    BAD(vwDomainSaveFlags(vm, NULL, NULL, 0), -1, "to in vwDomainSaveFlags");
    BAD(vwDomainRename(vm, NULL, 0), -1, "new_name in vwDomainRename");
    BAD(vwDomainLookupByName(conn, NULL), NULL, "name in vwDomainLookupByName");
    BAD(vwDomainLookupByUUID(conn, NULL), NULL, "uuid in vwDomainLookupByUUID");
    BAD(vwDomainLookupByUUIDString(conn, NULL), NULL, "uuidstr in vwDomainLookupByUUIDString");
    BAD(vwDomainGetState(vm, NULL, NULL, 0), -1, "state in vwDomainGetState");
    BAD(vwDomainGetInfo(vm, NULL), -1, "info in vwDomainGetInfo");
    BAD(vwDomainGetAutostart(vm, NULL), -1, "autostart in vwDomainGetAutostart");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, "<a/>", "k", NULL, 0), -1,
        "uri in vwDomainSetMetadata");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, "<a/>", NULL, "u", 0), -1,
        "key in vwDomainSetMetadata");
    BAD(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, NULL, 0), NULL,
        "uri in vwDomainGetMetadata");
    BAD(vwDomainGetUUID(vm, NULL), -1, "uuid in vwDomainGetUUID");
    BAD(vwDomainGetUUIDString(vm, NULL), -1, "buf in vwDomainGetUUIDString");
    BAD(vwConnectGetLibVersion(conn, NULL), -1, "libVer in vwConnectGetLibVersion");
    BAD(vwConnectListDomains(conn, NULL, 1), -1, "ids in vwConnectListDomains");
    BAD(vwConnectListDefinedDomains(conn, NULL, 1), -1, "names in vwConnectListDefinedDomains");
    BAD(vwConnectGetStats(conn, NULL, sizeof(vwStats)), -1, "stats in vwConnectGetStats");
    BAD(vwWatchGetCursor(watch, NULL), -1, "cursor in vwWatchGetCursor");
    BAD(vwWatchGetStats(watch, NULL, sizeof(vwWatchStats)), -1, "stats in vwWatchGetStats");
    BAD(vwUUIDGenerate(NULL), -1, "uuid in vwUUIDGenerate");
    BAD(vwUUIDParse(NULL, uuid), -1, "text in vwUUIDParse");
    BAD(vwUUIDParse(UUID_A, NULL), -1, "uuid in vwUUIDParse");
    BAD(vwUUIDFormat(NULL, text), -1, "uuid in vwUUIDFormat");
    BAD(vwUUIDFormat(uuid, NULL), -1, "buf in vwUUIDFormat");
    BAD(vwCursorParse(NULL, &cursor), -1, "text in vwCursorParse");
    BAD(vwCursorParse(UUID_A ":1", NULL), -1, "cursor in vwCursorParse");
    BAD(vwCursorFormat(NULL, text, sizeof text), -1, "cursor in vwCursorFormat");
    BAD(vwCursorFormat(&cursor, NULL, sizeof text), -1, "buf in vwCursorFormat");
#undef BAD
    int ids[1];
    REFUSED(vwConnectListDomains(conn, ids, -1), -1, VW_ERR_INVALID_ARG,
            "maxids in vwConnectListDomains must be zero or greater");
    REFUSED(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "t", NULL, "u", 0), -1,
            VW_ERR_INVALID_ARG, "uri in vwDomainSetMetadata must be NULL");
    REFUSED(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_DESCRIPTION, "t", "k", NULL, 0), -1,
            VW_ERR_INVALID_ARG, "key in vwDomainSetMetadata must be NULL");
    REFUSED(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "u", 0), NULL, VW_ERR_INVALID_ARG,
            "uri in vwDomainGetMetadata must be NULL");
    REFUSED(vwDomainSetMetadata(vm, 99, "t", NULL, NULL, 0), -1, VW_ERR_INVALID_ARG,
            "unknown metadata type '99'");
    REFUSED(vwDomainGetMetadata(vm, -1, NULL, 0), NULL, VW_ERR_INVALID_ARG,
            "unknown metadata type '-1'");
    REFUSED(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_TITLE, NULL,
                                VW_DOMAIN_AFFECT_LIVE | VW_DOMAIN_AFFECT_CONFIG),
            NULL, VW_ERR_INVALID_ARG, "mutually exclusive");
    REFUSED(vwDomainPMSuspendForDuration(vm, 3, 0, 0), -1, VW_ERR_INVALID_ARG,
            "target in vwDomainPMSuspendForDuration must be a vwNodeSuspendTarget");
    REFUSED(vwDomainLookupByID(conn, -1), NULL, VW_ERR_INVALID_ARG,
            "id in vwDomainLookupByID must be zero or greater");
    REFUSED(vwDomainLookupByUUIDString(conn, "x"), NULL, VW_ERR_INVALID_ARG,
            "uuidstr in vwDomainLookupByUUIDString must be a valid UUID");
    CHECK(vwWatchFree(watch) == 0);
}

static void flags(void)
{
    int state;
    const unsigned int bad = 0x40000000;
#define BAD(call, failed, function)                                            \
    REFUSED(call, failed, VW_ERR_INVALID_ARG,                                  \
            "unsupported flags (0x40000000) in function " function)
    BAD(vwConnectListAllDomains(conn, NULL, bad), -1, "vwConnectListAllDomains");
    BAD(vwConnectAudit(conn, bad), -1, "vwConnectAudit");
    BAD(vwDomainDefineXMLFlags(conn, document("x", NULL), bad), NULL, "vwDomainDefineXMLFlags");
    BAD(vwDomainCreateXML(conn, document("x", NULL), bad), NULL, "vwDomainCreateXML");
    BAD(vwDomainRestoreFlags(conn, path("x"), NULL, bad), -1, "vwDomainRestoreFlags");
    BAD(vwDomainUndefineFlags(vm, bad), -1, "vwDomainUndefineFlags");
    BAD(vwDomainCreateWithFlags(vm, bad), -1, "vwDomainCreateWithFlags");
    BAD(vwDomainShutdownFlags(vm, bad), -1, "vwDomainShutdownFlags");
    BAD(vwDomainReboot(vm, bad), -1, "vwDomainReboot");
    BAD(vwDomainReset(vm, bad), -1, "vwDomainReset");
    BAD(vwDomainDestroyFlags(vm, bad), -1, "vwDomainDestroyFlags");
    BAD(vwDomainSaveFlags(vm, path("x"), NULL, bad), -1, "vwDomainSaveFlags");
    BAD(vwDomainManagedSave(vm, bad), -1, "vwDomainManagedSave");
    BAD(vwDomainHasManagedSaveImage(vm, bad), -1, "vwDomainHasManagedSaveImage");
    BAD(vwDomainManagedSaveRemove(vm, bad), -1, "vwDomainManagedSaveRemove");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "t", NULL, NULL, bad), -1,
        "vwDomainSetMetadata");
    BAD(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_TITLE, NULL, bad), NULL,
        "vwDomainGetMetadata");
    BAD(vwDomainPMSuspendForDuration(vm, 0, 0, bad), -1, "vwDomainPMSuspendForDuration");
    BAD(vwDomainPMWakeup(vm, bad), -1, "vwDomainPMWakeup");
    BAD(vwDomainRename(vm, "x", bad), -1, "vwDomainRename");
    BAD(vwDomainGetState(vm, &state, NULL, bad), -1, "vwDomainGetState");
    BAD(vwDomainGetXMLDesc(vm, bad), NULL, "vwDomainGetXMLDesc");
#undef BAD
}

static void not_utf8(void)
{
    const char *bad = "a\xff\xfe";
#define BAD(call, failed, argument)                                            \
    REFUSED(call, failed, VW_ERR_INVALID_ARG, argument " must be UTF-8")
    BAD(vwConnectOpen(bad), NULL, "name in vwConnectOpen");
    BAD(vwDomainLookupByName(conn, bad), NULL, "name in vwDomainLookupByName");
    BAD(vwDomainLookupByUUIDString(conn, bad), NULL, "uuidstr in vwDomainLookupByUUIDString");
    BAD(vwDomainDefineXML(conn, bad), NULL, "xml in vwDomainDefineXML");
    BAD(vwDomainCreateXML(conn, bad, 0), NULL, "xmlDesc in vwDomainCreateXML");
    BAD(vwDomainRename(vm, bad, 0), -1, "new_name in vwDomainRename");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, bad, NULL, NULL, 0), -1,
        "metadata in vwDomainSetMetadata");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, "<a/>", bad, "u", 0), -1,
        "key in vwDomainSetMetadata");
    BAD(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, bad, 0), NULL,
        "uri in vwDomainGetMetadata");
    BAD(vwUUIDParse(bad, (unsigned char[16]){ 0 }), -1, "text in vwUUIDParse");
#undef BAD
}

/* A text of `size` bytes, between two others. */
static char *filled(const char *before, const char *unit, size_t times, const char *after)
{
    size_t length = strlen(unit);
    char *text = malloc(strlen(before) + length * times + strlen(after) + 1);
    CHECK(text != NULL);
    char *at = text + sprintf(text, "%s", before);
    for (size_t i = 0; i < times; i++, at += length)
        memcpy(at, unit, length);
    strcpy(at, after);
    return text;
}

static void refuse_document(char *xml, int code, const char *text)
{
    REFUSED(vwDomainDefineXML(conn, xml), NULL, code, text);
    REFUSED(vwDomainCreateXML(conn, xml, 0), NULL, code, text);
    free(xml);
}

/* Long names and hostile documents. */
static void hostile(void)
{
    char *name = filled("", "n", 10 << 20, "");
    REFUSED(vwDomainLookupByName(conn, name), NULL, VW_ERR_NO_DOMAIN, "no domain with matching");
    CHECK(strlen(vwGetLastErrorMessage()) < 2048);
    REFUSED(vwDomainRename(vm, name, 0), -1, VW_ERR_XML_ERROR, "name");
    CHECK(strlen(vwGetLastErrorMessage()) < 2048);
    REFUSED(vwDomainLookupByUUIDString(conn, name), NULL, VW_ERR_INVALID_ARG, "uuidstr");
    REFUSED(vwConnectOpen(name), NULL, VW_ERR_NO_CONNECT, "no connection driver available");
    REFUSED(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, name, NULL, NULL, 0), -1,
            VW_ERR_XML_DETAIL, "longer than 4 MiB");
    REFUSED(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, "<a/>", "k", name, 0), -1,
            VW_ERR_XML_DETAIL, "longer than 4 MiB");
    REFUSED(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_ELEMENT, "<a xmlns='b'/>", "k", name, 0),
            -1, VW_ERR_XML_ERROR, "element is in the namespace 'b'");
    CHECK(strlen(vwGetLastErrorMessage()) < 2048);
    free(name);

    const char *tail = "</name><memory>1</memory><os><type>hvm</type></os></domain>";
    refuse_document(filled("<domain type='test'><name>", "n", 10 << 20, tail), VW_ERR_XML_DETAIL,
                    "longer than 4 MiB");
    refuse_document(filled("<domain type='test'><name>", "n", 2000, tail), VW_ERR_XML_ERROR,
                    "name");
    refuse_document(filled("<domain type='test'>", "<a>", 100000, ""), VW_ERR_XML_DETAIL, "128");
    refuse_document(filled("<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '", "&a;", 100,
                           "'>]><domain type='test'><name>&b;</name></domain>"),
                    VW_ERR_XML_DETAIL, "");
    refuse_document(filled("<!DOCTYPE d [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
                           "<domain type='test'><name>&a;</name></domain>", "", 0, ""),
                    VW_ERR_XML_DETAIL, "");
    refuse_document(filled("", "<", 1000, ""), VW_ERR_XML_DETAIL, "");
    refuse_document(filled("", "", 0, ""), VW_ERR_XML_DETAIL, "");
    refuse_document(filled("<node/>", "", 0, ""), VW_ERR_XML_ERROR, "");
    refuse_document(filled("<domain type='test'/>", "", 0, ""), VW_ERR_NO_NAME, "name");
}

static void files(void)
{
    REFUSED(vwDomainRestore(conn, path("not-there")), -1, VW_ERR_SYSTEM_ERROR, "not-there");
    FILE *file = fopen(path("no-image"), "w");
    CHECK(file != NULL && fputs("something else", file) >= 0 && fclose(file) == 0);
    REFUSED(vwDomainRestore(conn, path("no-image")), -1, VW_ERR_OPERATION_FAILED, "no-image");
}

int main(void)
{
    watchdog();
    conn = vwConnectOpen("test:///empty");
    vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    CHECK(vm != NULL);
    uint64_t before = events();
    pointers();
    nulls();
    flags();
    not_utf8();
    hostile();
    files();
    CHECK(events() == before);
    CHECK(vwConnectListAllDomains(conn, NULL, 0) == 1);
    CHECK(vwDomainGetConnect(vm) == conn && vwConnectAudit(conn, 0) == 0);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
