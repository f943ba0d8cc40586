/* Shows, a line each, where both libraries differ on purpose. */
#include "../ported.h"

static char heard[256];

/* Events as type(detail), with the id of a domain that stopped. */
static int on_event(virConnectPtr conn, virDomainPtr domain, int event, int detail, void *opaque)
{
    size_t used = strlen(heard);

    (void)conn, (void)opaque;
    snprintf(heard + used, sizeof heard - used, " %d(%d)", event, detail);
    if (event == VIR_DOMAIN_EVENT_STOPPED) {
        used = strlen(heard);
        snprintf(heard + used, sizeof heard - used, " id %d", (int)virDomainGetID(domain));
    }
    return 0;
}

static void on_metadata(virConnectPtr conn, virDomainPtr domain, int type, const char *nsuri,
                        void *opaque)
{
    (void)conn, (void)domain, (void)type, (void)nsuri, (void)opaque;
    strcat(heard, " metadata");
}

static int stop;

static void on_timer(int timer, void *opaque)
{
    (void)opaque;
    stop = 1;
    virEventUpdateTimeout(timer, -1);
}

/* Runs the loop until nothing is left to be told. */
static void hear(void)
{
    int timer = virEventAddTimeout(20, on_timer, NULL, NULL);

    MUST(timer > 0);
    for (stop = 0; !stop;)
        MUST(virEventRunDefaultImpl() == 0);
    MUST(virEventRemoveTimeout(timer) == 0);
}

/* Forgets what was told so far. */
static void forget(void)
{
    hear();
    heard[0] = '\0';
}

static void value(const char *what, int value)
{
    printf("%s: %d\n", what, value);
    forget();
}

static void returned(const char *what, int result)
{
    printf("%s: %d", what, result);
    show_error(result < 0);
    forget();
}

static void told(const char *what)
{
    hear();
    printf("%s:%s\n", what, heard);
    heard[0] = '\0';
}

static int reason(virDomainPtr domain)
{
    int state, reason;

    MUST(virDomainGetState(domain, &state, &reason, 0) == 0);
    return reason;
}

int main(void)
{
    virConnectPtr conn;
    virDomainPtr domain, other;

    watchdog();
    MUST(virEventRegisterDefaultImpl() == 0);
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    MUST(virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL) == 0);
    MUST(virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_metadata), NULL, NULL) == 1);
    domain = virDomainDefineXML(conn, document("vm", UUID_A));
    other = virDomainLookupByName(conn, "vm");
    MUST(domain != NULL && other != NULL);

    returned("CPUs of an inactive domain", virDomainGetMaxVcpus(domain));
    returned("resume an inactive domain", virDomainResume(domain));
    MUST(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_TITLE, "t", NULL, NULL,
                              VIR_DOMAIN_AFFECT_CONFIG) == 0);
    told("title");
    MUST(virDomainCreate(domain) == 0);
    value("id of another handle", (int)virDomainGetID(other));
    returned("start a running domain", virDomainCreate(domain));
    MUST(virDomainSuspend(domain) == 0);
    returned("suspend a paused domain", virDomainSuspend(domain));
    MUST(virDomainResume(domain) == 0 && virDomainReboot(domain, 0) == 0);
    value("reason after reboot", reason(domain));
    MUST(virDomainDestroy(domain) == 0);
    told("destroy");
    MUST(virDomainCreate(domain) == 0 && virDomainShutdown(domain) == 0);
    told("start, shutdown");
    MUST(virDomainCreate(domain) == 0 && virDomainManagedSave(domain, 0) == 0);
    forget();
    MUST(virDomainCreate(domain) == 0);
    told("start from a managed-save image");
    MUST(virDomainUndefine(domain) == 0);
    forget();
    MUST(virDomainFree(virDomainDefineXML(conn, document("vm", UUID_A))) == 0);
    told("define what was undefined while it ran");
    MUST(virDomainDestroy(domain) == 0);
    returned("start paused", virDomainCreateWithFlags(domain, VIR_DOMAIN_START_PAUSED));
    virDomainFree(domain);
    virDomainFree(other);

    domain = virDomainCreateXML(conn, document("job", UUID_B), 0);
    MUST(domain != NULL);
    returned("undefine a transient domain", virDomainUndefine(domain));
    virDomainFree(domain);
    returned("register a function again",
             virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL));
    virResetLastError();
    returned("remove a timer that is none", virEventRemoveTimeout(4711));
    return 0;
}
