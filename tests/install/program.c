/* A program that knows virtwatch by its installation only. */
#include <stdio.h>
#include <virtwatch/virtwatch.h>

int main(void)
{
    unsigned long version;
    vwConnectPtr conn = vwConnectOpen("test:///default");
    vwDomainPtr domain = conn ? vwDomainLookupByName(conn, "test") : NULL;

    if (domain == NULL || vwDomainSuspend(domain) < 0 || vwGetVersion(&version, NULL, NULL) < 0) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }
    printf("%s of %lu\n", vwDomainGetName(domain), version);
    vwDomainFree(domain);
    vwConnectClose(conn);
    return version == VW_VERSION_NUMBER ? 0 : 1;
}
