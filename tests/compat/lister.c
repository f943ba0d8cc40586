/* Lists, looks up and asks, in every way there is. */
#include "ported.h"

static int by_name(const void *left, const void *right)
{
    return strcmp(virDomainGetName(*(virDomainPtr *)left), virDomainGetName(*(virDomainPtr *)right));
}

static void show(virDomainPtr domain)
{
    char uuid[VIR_UUID_STRING_BUFLEN];
    int state, reason;
    virDomainInfo info;

    MUST(virDomainGetUUIDString(domain, uuid) == 0);
    MUST(virDomainGetState(domain, &state, &reason, 0) == 0);
    MUST(virDomainGetInfo(domain, &info) == 0);
    printf("  %-6s %s id %d state %d persistent %d active %d updated %d\n",
           virDomainGetName(domain), uuid, (int)virDomainGetID(domain), state,
           virDomainIsPersistent(domain), virDomainIsActive(domain), virDomainIsUpdated(domain));
    printf("  memory %lu of %lu, %d CPUs, state %d\n", info.memory, info.maxMem, info.nrVirtCpu,
           info.state);
    printf("  at most %lu, managed save %d\n", virDomainGetMaxMemory(domain),
           virDomainHasManagedSaveImage(domain, 0));
    if (info.state == VIR_DOMAIN_RUNNING)
        printf("  at most %d CPUs\n", virDomainGetMaxVcpus(domain));
}

static int by_number(const void *left, const void *right)
{
    return *(const int *)left - *(const int *)right;
}

static void list(virConnectPtr conn, unsigned int flags)
{
    virDomainPtr *domains;
    int count = virConnectListAllDomains(conn, &domains, flags);

    MUST(count >= 0 && count == virConnectListAllDomains(conn, NULL, flags));
    qsort(domains, (size_t)count, sizeof *domains, by_name);
    printf("flags %u: %d\n", flags, count);
    for (int i = 0; i < count; i++) {
        if (flags == 0)
            show(domains[i]);
        else
            printf("  %s\n", virDomainGetName(domains[i]));
        virDomainFree(domains[i]);
    }
    MUST(domains[count] == NULL);
    free(domains);
}

static void count(virConnectPtr conn)
{
    int ids[8];
    char *names[8];
    int active = virConnectListDomains(conn, ids, 8);
    int inactive = virConnectListDefinedDomains(conn, names, 8);

    printf("%d active, %d inactive\n", virConnectNumOfDomains(conn),
           virConnectNumOfDefinedDomains(conn));
    printf("%d ids, %d names\n", active, inactive);
    qsort(ids, (size_t)active, sizeof *ids, by_number);
    for (int i = 0; i < active; i++)
        SHOW_DOMAIN(virDomainLookupByID(conn, ids[i]));
    for (int i = 0; i < inactive; i++) {
        printf("%s\n", names[i]);
        free(names[i]);
    }
}

static void look_up(virConnectPtr conn)
{
    unsigned char uuid[VIR_UUID_BUFLEN];
    virDomainPtr domain = virDomainLookupByName(conn, "test");

    MUST(domain != NULL && virDomainGetUUID(domain, uuid) == 0);
    MUST(virDomainGetConnect(domain) == conn);
    SHOW_DOMAIN(virDomainLookupByUUID(conn, uuid));
    SHOW_DOMAIN(virDomainLookupByUUIDString(conn, "6695eb01-f6a4-8304-79aa-97f2502e193f"));
    SHOW_DOMAIN(virDomainLookupByID(conn, 1));
    SHOW(virDomainRef(domain));
    SHOW(virDomainFree(domain));
    SHOW(virDomainFree(domain));

    SHOW_DOMAIN(virDomainLookupByName(conn, "nobody"));
    SHOW_DOMAIN(virDomainLookupByID(conn, 4711));
    SHOW_DOMAIN(virDomainLookupByID(conn, -1));
    SHOW_DOMAIN(virDomainLookupByUUIDString(conn, UUID_B));
    SHOW_DOMAIN(virDomainLookupByUUIDString(conn, "not a uuid"));
    SHOW_DOMAIN(virDomainLookupByName(conn, NULL));
    SHOW_DOMAIN(virDomainLookupByName(NULL, "test"));
    SHOW(virConnectListAllDomains(conn, NULL, 1u << 25));
}

int main(void)
{
    static const unsigned int flags[] = {
        0,
        VIR_CONNECT_LIST_DOMAINS_ACTIVE,
        VIR_CONNECT_LIST_DOMAINS_INACTIVE,
        VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
        VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
        VIR_CONNECT_LIST_DOMAINS_ACTIVE | VIR_CONNECT_LIST_DOMAINS_PERSISTENT,
        VIR_CONNECT_LIST_DOMAINS_INACTIVE | VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
        VIR_CONNECT_LIST_DOMAINS_RUNNING,
        VIR_CONNECT_LIST_DOMAINS_PAUSED,
        VIR_CONNECT_LIST_DOMAINS_SHUTOFF,
        VIR_CONNECT_LIST_DOMAINS_RUNNING | VIR_CONNECT_LIST_DOMAINS_PAUSED,
        VIR_CONNECT_LIST_DOMAINS_OTHER,
        VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
        VIR_CONNECT_LIST_DOMAINS_NO_MANAGEDSAVE,
        VIR_CONNECT_LIST_DOMAINS_AUTOSTART,
        VIR_CONNECT_LIST_DOMAINS_NO_AUTOSTART,
        VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT,
        VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT,
        VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT,
        VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT,
    };
    virDomainPtr idle, brief;
    virConnectPtr conn;
    char *uri;

    watchdog();
    MUST(virInitialize() == 0);
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    uri = virConnectGetURI(conn);
    printf("%s %s alive %d\n", uri, virConnectGetType(conn), virConnectIsAlive(conn));
    free(uri);
    look_up(conn);

    idle = virDomainDefineXML(conn, document("idle", UUID_A));
    brief = virDomainCreateXML(conn, document("brief", UUID_B), 0);
    MUST(idle != NULL && brief != NULL && virDomainSuspend(brief) == 0);
    count(conn);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        list(conn, flags[i]);

    virDomainFree(idle);
    virDomainFree(brief);
    SHOW(virConnectClose(conn));
    return 0;
}
