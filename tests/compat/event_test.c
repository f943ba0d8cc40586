/* Listens to everything that happens to domains, in libvirt's default loop: in the manner of the
 * event-test that comes with libvirt. A timer of the same loop makes things happen. */
#include "ported.h"

static int step, freed, heard;
static virDomainPtr domain;

/* Deleted registrations and timers are freed by the loop, from a clean stack. */
static void on_free(void *opaque)
{
    (void)opaque;
    freed++;
}

static int show_event(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    char uuid[VIR_UUID_STRING_BUFLEN];

    MUST(virDomainGetConnect(dom) == conn && virDomainGetUUIDString(dom, uuid) == 0);
    printf("%s: %s %.8s event %d detail %d\n", (const char *)opaque, virDomainGetName(dom), uuid,
           event, detail);
    heard++;
    return 0;
}

/* Another function: libvirt takes each only once. */
static int show_legacy(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    return show_event(conn, dom, event, detail, opaque);
}

static void on_reboot(virConnectPtr conn, virDomainPtr dom, void *opaque)
{
    (void)conn, (void)dom, (void)opaque;
    printf("reboot\n");
}

/* The next thing that happens; 0 in the end. */
static int act(virConnectPtr conn)
{
    printf("- %d\n", step);
    switch (step++) {
    case 0:
        domain = virDomainDefineXML(conn, document("vm", UUID_A));
        return domain != NULL;
    case 1:
        return virDomainFree(virDomainDefineXML(conn, document("vm", UUID_A))) == 0;
    case 2:
        return virDomainCreate(domain) == 0;
    case 3:
        return virDomainSuspend(domain) == 0 && virDomainResume(domain) == 0;
    case 4:
        return virDomainDestroy(domain) == 0;
    case 5:
        return virDomainRename(domain, "renamed", 0) == 0;
    case 6:
        return virDomainUndefine(domain) == 0;
    case 7:
        MUST(virDomainFree(domain) == 0);
        domain = virDomainCreateXML(conn, document("job", UUID_B), 0);
        return domain != NULL;
    case 8:
        return virDomainDestroy(domain) == 0 && virDomainFree(domain) == 0;
    default:
        return 0;
    }
}

static void on_timer(int timer, void *opaque)
{
    if (!act(opaque))
        virEventUpdateTimeout(timer, -1);
}

int main(void)
{
    static char any[] = "any", legacy[] = "legacy";
    virConnectPtr conn;
    int lifecycle, reboot, timer;

    watchdog();
    MUST(virInitialize() == 0 && virEventRegisterDefaultImpl() == 0);
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    lifecycle = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                                 VIR_DOMAIN_EVENT_CALLBACK(show_event), any, on_free);
    reboot = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_REBOOT,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_reboot), NULL, on_free);
    printf("registered as %d and %d\n", lifecycle, reboot);
    SHOW(virConnectDomainEventRegister(conn, show_legacy, legacy, on_free));
    timer = virEventAddTimeout(1, on_timer, conn, on_free);
    MUST(timer > 0);

    while (step < 10)
        MUST(virEventRunDefaultImpl() == 0);
    printf("heard %d\n", heard);

    SHOW(virConnectDomainEventDeregisterAny(conn, reboot));
    SHOW(virConnectDomainEventDeregisterAny(conn, lifecycle));
    SHOW(virConnectDomainEventDeregisterAny(conn, lifecycle));
    SHOW(virConnectDomainEventDeregister(conn, show_legacy));
    SHOW(virConnectDomainEventDeregister(conn, show_legacy));
    SHOW(virEventRemoveTimeout(timer));
    while (freed < 4)
        MUST(virEventRunDefaultImpl() == 0);
    SHOW(virConnectClose(conn));
    return 0;
}
