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

static void on_record(vwConnectPtr c, const vwRecord *record, void *opaque)
{
    (void)c, (void)record, (void)opaque;
}

/* Arguments of which each is right, but not beside the others; and what is behind a pointer. What is
 * wrong with one argument alone is for table.c. */
static void combinations(void)
{
#define BAD(call, failed, text) REFUSED(call, failed, VW_ERR_INVALID_ARG, text)
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "t", NULL, "u", 0), -1,
        "uri in vwDomainSetMetadata must be NULL");
    BAD(vwDomainSetMetadata(vm, VW_DOMAIN_METADATA_DESCRIPTION, "t", "k", NULL, 0), -1,
        "key in vwDomainSetMetadata must be NULL");
    BAD(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_TITLE, "u", 0), NULL,
        "uri in vwDomainGetMetadata must be NULL");
    BAD(vwDomainGetMetadata(vm, VW_DOMAIN_METADATA_TITLE, NULL,
                            VW_DOMAIN_AFFECT_LIVE | VW_DOMAIN_AFFECT_CONFIG),
        NULL, "mutually exclusive");
    BAD(vwDomainMigrateToURI3(vm, NULL, NULL, 1, 0), -1,
        "params in vwDomainMigrateToURI3 must not be NULL");
    REFUSED(vwDomainMigrateToURI3(vm, "test:///empty", NULL, 0, 0), -1, VW_ERR_NO_SUPPORT,
            "this function is not supported by the connection driver: vwDomainMigrateToURI3");
    BAD(vwDomainMigrate(vm, conn, 1ul << 40, NULL, NULL, 0), NULL,
        "unsupported flags (0x10000000000) in function vwDomainMigrate");
    REFUSED(vwDomainMigrate(vm, conn, 0, NULL, NULL, 0), NULL, VW_ERR_INTERNAL_ERROR,
            "Attempt to migrate guest to the same host");
    BAD(vwDomainUndefineFlags(vm, VW_DOMAIN_UNDEFINE_NVRAM | VW_DOMAIN_UNDEFINE_KEEP_NVRAM), -1,
        "mutually exclusive");
    BAD(vwDomainSaveFlags(vm, path("x"), NULL, VW_DOMAIN_SAVE_RUNNING | VW_DOMAIN_SAVE_PAUSED), -1,
        "mutually exclusive");
    BAD(vwDomainLookupByUUIDString(conn, "x"), NULL,
        "uuidstr in vwDomainLookupByUUIDString must be a valid UUID");
    BAD(vwUUIDParse(UUID_A "0", (unsigned char[16]){ 0 }), -1, "text in vwUUIDParse");
    BAD(vwUUIDParse("{" UUID_A "}", (unsigned char[16]){ 0 }), -1, "text in vwUUIDParse");
    BAD(vwUUIDParse("urn:uuid:" UUID_A, (unsigned char[16]){ 0 }), -1, "text in vwUUIDParse");
    BAD(vwCursorParse(UUID_A, &(vwCursor){ .seq = 0 }), -1, "text in vwCursorParse");
    vwWatchOptions options = { .flags = 2 };
    BAD(vwWatchNew(conn, &options, sizeof options), NULL, "unsupported flags (0x2)");
    options = (vwWatchOptions){ .types = 1u << 9 };
    BAD(vwWatchNew(conn, &options, sizeof options), NULL, "opts->types in vwWatchNew");
    CHECK(vwConnectDomainRecordRegister(conn, &options, sizeof options, on_record, NULL, NULL) ==
          -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "opts->types in vwConnectDomainRecordRegister");
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
    refuse_document(filled("<domain type='test'><name>a", "\n", 1, tail), VW_ERR_XML_DETAIL,
                    "invalid char in name");
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
    combinations();
    hostile();
    files();
    CHECK(events() == before);
    CHECK(vwConnectListAllDomains(conn, NULL, 0) == 1);
    CHECK(vwDomainGetConnect(vm) == conn && vwConnectAudit(conn, 0) == 0);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
