/* Title, description and elements of a program's own, in the running and the stored configuration;
 * autostart. */
#include "ported.h"

#define SPACE "http://example.org/ns"

static void get(virDomainPtr domain, int type, const char *uri, unsigned int flags)
{
    char *text = virDomainGetMetadata(domain, type, uri, flags);

    printf("  type %d flags %u: %s", type, flags, text ? text : "-");
    show_error(text == NULL);
    free(text);
}

static void get_all(virDomainPtr domain)
{
    for (unsigned int flags = 0; flags <= 2; flags++) {
        get(domain, VIR_DOMAIN_METADATA_TITLE, NULL, flags);
        get(domain, VIR_DOMAIN_METADATA_DESCRIPTION, NULL, flags);
        get(domain, VIR_DOMAIN_METADATA_ELEMENT, SPACE, flags);
    }
}

static void set(virDomainPtr domain)
{
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_TITLE, "now", NULL, NULL,
                              VIR_DOMAIN_AFFECT_CURRENT));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_DESCRIPTION, "live", NULL, NULL,
                              VIR_DOMAIN_AFFECT_LIVE));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_DESCRIPTION, "stored", NULL, NULL,
                              VIR_DOMAIN_AFFECT_CONFIG));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, "<note/>", "n", SPACE,
                              VIR_DOMAIN_AFFECT_CURRENT));
    get_all(domain);
}

static void refused(virDomainPtr domain)
{
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_TITLE, "two\nlines", NULL, NULL, 0));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, "<a/>", NULL, SPACE, 0));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, "<a/>", "n", NULL, 0));
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, "<a", "n", SPACE, 0));
    get(domain, VIR_DOMAIN_METADATA_ELEMENT, NULL, 0);
    get(domain, VIR_DOMAIN_METADATA_ELEMENT, "http://example.org/other", 0);
}

static void autostart(virDomainPtr domain)
{
    int on = -1;

    SHOW(virDomainGetAutostart(domain, &on));
    printf("  %d\n", on);
    SHOW(virDomainSetAutostart(domain, 1));
    SHOW(virDomainGetAutostart(domain, &on));
    printf("  %d\n", on);
}

int main(void)
{
    virConnectPtr conn;
    virDomainPtr domain;

    watchdog();
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    domain = virDomainDefineXML(conn, document("vm", UUID_A));
    MUST(domain != NULL);

    printf("inactive\n");
    get_all(domain);
    set(domain);
    refused(domain);
    autostart(domain);
    MUST(virDomainCreate(domain) == 0);
    printf("active\n");
    set(domain);
    MUST(virDomainDestroy(domain) == 0);
    printf("inactive again\n");
    get_all(domain);
    SHOW(virDomainSetMetadata(domain, VIR_DOMAIN_METADATA_TITLE, NULL, NULL, NULL, 0));
    get(domain, VIR_DOMAIN_METADATA_TITLE, NULL, 0);
    SHOW(virDomainFree(domain));
    SHOW(virConnectClose(conn));
    return 0;
}
