/* Leads domains through their lives, and meets every refusal on the way. */
#include "ported.h"

static const char *image;

/* Shows how the domain is now, whatever a handle remembers of it. */
static void show_state(virConnectPtr conn, const char *uuid)
{
    virDomainPtr domain = virDomainLookupByUUIDString(conn, uuid);
    int state, reason;

    if (domain == NULL) {
        printf("    gone");
        show_error(1);
        return;
    }
    MUST(virDomainGetState(domain, &state, &reason, 0) == 0);
    printf("    %s: state %d reason %d persistent %d id %d\n", virDomainGetName(domain), state,
           reason, virDomainIsPersistent(domain), (int)virDomainGetID(domain));
    virDomainFree(domain);
}

#define STEP(call)                                                             \
    do {                                                                       \
        int result_ = (call);                                                  \
        char uuid_[VIR_UUID_STRING_BUFLEN];                                    \
        printf("%s = %d", #call, result_);                                     \
        show_error(result_ < 0);                                               \
        MUST(virDomainGetUUIDString(domain, uuid_) == 0);                      \
        show_state(conn, uuid_);                                               \
    } while (0)

static void persistent(virConnectPtr conn)
{
    virDomainPtr domain = virDomainDefineXML(conn, document("vm", UUID_A));

    MUST(domain != NULL);
    show_state(conn, UUID_A);
    STEP(virDomainReboot(domain, 0));
    STEP(virDomainDestroy(domain));
    STEP(virDomainSave(domain, image));
    STEP(virDomainManagedSave(domain, 0));
    STEP(virDomainCreate(domain));
    STEP(virDomainReboot(domain, 0));
    STEP(virDomainReset(domain, 0));
    STEP(virDomainSuspend(domain));
    STEP(virDomainResume(domain));
    STEP(virDomainRename(domain, "other", 0));
    STEP(virDomainShutdown(domain));
    STEP(virDomainCreateWithFlags(domain, 0));
    STEP(virDomainDestroyFlags(domain, VIR_DOMAIN_DESTROY_GRACEFUL));
    STEP(virDomainCreate(domain));
    STEP(virDomainSave(domain, image));
    STEP(virDomainRestore(conn, image));
    STEP(virDomainRestore(conn, image));
    STEP(virDomainManagedSave(domain, 0));
    SHOW(virDomainHasManagedSaveImage(domain, 0));
    STEP(virDomainUndefine(domain));
    STEP(virDomainManagedSaveRemove(domain, 0));
    STEP(virDomainRename(domain, "test", 0));
    STEP(virDomainRename(domain, "vm", 0));
    STEP(virDomainRename(domain, "vm/2", 0));
    STEP(virDomainRename(domain, "renamed", 0));
    SHOW_DOMAIN(virDomainLookupByName(conn, "vm"));
    SHOW_DOMAIN(virDomainLookupByName(conn, "renamed"));
    STEP(virDomainCreate(domain));
    STEP(virDomainUndefine(domain));
    SHOW_DOMAIN(virDomainDefineXML(conn, document("renamed", UUID_A)));
    show_state(conn, UUID_A);
    STEP(virDomainDestroy(domain));
    STEP(virDomainUndefineFlags(domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE));
    STEP(virDomainCreate(domain));
    STEP(virDomainUndefine(domain));
    virDomainFree(domain);
}

static void transient(virConnectPtr conn)
{
    virDomainPtr domain = virDomainCreateXML(conn, document("job", UUID_B), 0);

    MUST(domain != NULL);
    show_state(conn, UUID_B);
    STEP(virDomainSuspend(domain));
    STEP(virDomainResume(domain));
    SHOW_DOMAIN(virDomainCreateXML(conn, document("job", UUID_B), 0));
    SHOW_DOMAIN(virDomainCreateXML(conn, document("job", UUID_A), 0));
    SHOW_DOMAIN(virDomainCreateXML(conn, document("other", UUID_B), 0));
    SHOW_DOMAIN(virDomainDefineXML(conn, document("test", UUID_B)));
    STEP(virDomainDestroy(domain));
    STEP(virDomainDestroy(domain));
    virDomainFree(domain);
}

static void bad_documents(virConnectPtr conn)
{
    SHOW_DOMAIN(virDomainDefineXML(conn, ""));
    SHOW_DOMAIN(virDomainDefineXML(conn, NULL));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<network/>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain/>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain type='test'><name>a/b</name></domain>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain type='test'><name>a</name></domain>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain type='zorg'><name>a</name><memory>1</memory>"
                                         "<os><type>hvm</type></os></domain>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain type='test'><name>a</name>"
                                         "<os><type>hvm</type></os></domain>"));
    SHOW_DOMAIN(virDomainDefineXML(conn, "<domain type='test'><name>a</name><uuid>1</uuid>"
                                         "<os><type>hvm</type></os></domain>"));
}

static void read_only(void)
{
    virConnectPtr conn = virConnectOpenReadOnly("test:///default");
    virDomainPtr domain = virDomainLookupByName(conn, "test");

    MUST(domain != NULL);
    SHOW_DOMAIN(virDomainDefineXML(conn, document("vm", UUID_A)));
    STEP(virDomainSuspend(domain));
    STEP(virDomainDestroy(domain));
    virDomainFree(domain);
    SHOW(virConnectClose(conn));
}

int main(int argc, char **argv)
{
    virConnectPtr conn;

    watchdog();
    MUST(argc == 2 && virInitialize() == 0);
    image = argv[1];
    SHOW(virConnectClose(NULL));
    SHOW(virDomainCreate(NULL));
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    persistent(conn);
    transient(conn);
    bad_documents(conn);
    read_only();
    SHOW(virConnectClose(conn));
    return 0;
}
