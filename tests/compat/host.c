/* What is told of a connection, and what comes with its end. */
#include "ported.h"

static void on_close(virConnectPtr conn, int reason, void *opaque)
{
    (void)conn, (void)opaque;
    printf("closed: %d\n", reason);
}

int main(void)
{
    unsigned long version = 0, library = 0;
    virConnectPtr conn;
    char *text;

    watchdog();
    MUST(virInitialize() == 0 && virEventRegisterDefaultImpl() == 0);
    MUST(virGetVersion(&library, NULL, NULL) == 0 && library > 0);
    conn = virConnectOpenAuth("test:///default", virConnectAuthPtrDefault, 0);
    MUST(conn != NULL);

    printf("%s\n", virConnectGetType(conn));
    SHOW(virConnectGetVersion(conn, &version));
    printf("  %lu\n", version);
    MUST(virConnectGetLibVersion(conn, &version) == 0 && version == library);
    text = virConnectGetHostname(conn);
    MUST(text != NULL && text[0] != '\0');
    free(text);
    text = virConnectGetCapabilities(conn);
    MUST(text != NULL && strstr(text, "<capabilities>") != NULL);
    free(text);
    SHOW(virConnectIsAlive(conn));
    SHOW(virConnectIsSecure(conn));
    SHOW(virConnectIsEncrypted(conn));
    SHOW(virConnectSetKeepAlive(conn, 5, 3));

    SHOW(virConnectRegisterCloseCallback(conn, on_close, NULL, NULL));
    SHOW(virConnectUnregisterCloseCallback(conn, on_close));
    SHOW(virConnectRef(conn));
    SHOW(virConnectClose(conn));
    SHOW(virConnectIsAlive(conn));
    SHOW(virConnectClose(conn));

    conn = virConnectOpenAuth("test:///default", NULL, VIR_CONNECT_RO);
    MUST(conn != NULL);
    SHOW_DOMAIN(virDomainDefineXML(conn, document("vm", UUID_A)));
    SHOW(virConnectClose(conn));
    SHOW_DOMAIN(virDomainLookupByName(NULL, "test"));
    MUST(virConnectOpenAuth("test:///default", NULL, 1u << 30) == NULL);
    printf("unknown flag: %d\n", virGetLastErrorCode());
    return 0;
}
