/* Listens to one domain: the UUID is what it is known by, under any name and in any life. */
#include "ported.h"

static int on_one(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    (void)conn, (void)opaque;
    printf("  one: %s event %d detail %d\n", virDomainGetName(dom), event, detail);
    return 0;
}

static int on_all(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    int *awaited = opaque;

    (void)conn;
    printf("  all: %s event %d detail %d\n", virDomainGetName(dom), event, detail);
    --*awaited;
    return 0;
}

/* Runs the loop until `count` more events have come. */
static void hear(int *awaited, int count)
{
    *awaited += count;
    while (*awaited > 0)
        MUST(virEventRunDefaultImpl() == 0);
    printf("\n");
}

int main(void)
{
    virConnectPtr conn, other;
    virDomainPtr domain, neighbour;
    int awaited = 0, one, all;

    watchdog();
    MUST(virEventRegisterDefaultImpl() == 0);
    conn = virConnectOpen("test:///default");
    other = virConnectOpen("test:///default");
    MUST(conn != NULL && other != NULL);
    domain = virDomainDefineXML(conn, document("vm", UUID_A));
    neighbour = virDomainDefineXML(conn, document("neighbour", UUID_B));
    MUST(domain != NULL && neighbour != NULL);

    one = virConnectDomainEventRegisterAny(conn, domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                           VIR_DOMAIN_EVENT_CALLBACK(on_one), NULL, NULL);
    all = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                           VIR_DOMAIN_EVENT_CALLBACK(on_all), &awaited, NULL);
    printf("%d %d\n", one, all);
    SHOW(virConnectDomainEventRegisterAny(other, domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_one), NULL, NULL));
    SHOW(virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, NULL, NULL,
                                          NULL));
    SHOW(virConnectDomainEventRegisterAny(conn, NULL, -1, VIR_DOMAIN_EVENT_CALLBACK(on_one), NULL,
                                          NULL));

    MUST(virDomainCreate(neighbour) == 0 && virDomainCreate(domain) == 0);
    hear(&awaited, 2);
    MUST(virDomainDestroy(domain) == 0 && virDomainDestroy(neighbour) == 0);
    hear(&awaited, 2);
    MUST(virDomainRename(domain, "renamed", 0) == 0);
    hear(&awaited, 2);
    MUST(virDomainUndefine(domain) == 0 && virDomainFree(domain) == 0);
    hear(&awaited, 1);
    /* Through another connection of the same host. */
    domain = virDomainCreateXML(other, document("again", UUID_A), 0);
    MUST(domain != NULL && virDomainDestroy(domain) == 0 && virDomainFree(domain) == 0);
    hear(&awaited, 2);

    SHOW(virConnectDomainEventDeregisterAny(conn, one));
    MUST(virDomainUndefine(neighbour) == 0 && virDomainFree(neighbour) == 0);
    hear(&awaited, 1);
    /* A registration holds its connection. */
    SHOW(virConnectClose(conn));
    SHOW(virConnectDomainEventDeregisterAny(conn, all));
    SHOW(virConnectClose(other));
    return 0;
}
