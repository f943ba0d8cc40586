/* Handlers of errors, and the last error of each thread. */
#include "ported.h"

#include <pthread.h>

static void on_error(void *opaque, virErrorPtr error)
{
    printf("  %s: code %d level %d\n", (const char *)opaque, error->code, error->level);
}

static void *in_another_thread(void *conn)
{
    printf("another thread: %d %s\n", virGetLastErrorCode(), virGetLastErrorMessage());
    MUST(virDomainLookupByID(conn, -1) == NULL);
    printf("another thread: %d\n", virGetLastErrorCode());
    return NULL;
}

int main(void)
{
    static char everywhere[] = "global handler", here[] = "handler of the connection";
    virConnectPtr conn;
    virErrorPtr saved;
    virError copy = { 0 };
    pthread_t thread;

    watchdog();
    MUST(virInitialize() == 0);
    virSetErrorFunc(everywhere, on_error);
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    printf("%d %d %s\n", virGetLastErrorCode(), virGetLastErrorDomain(), virGetLastErrorMessage());
    MUST(virGetLastError() == NULL);

    SHOW_DOMAIN(virDomainLookupByName(conn, "nobody"));
    virConnSetErrorFunc(conn, here, on_error);
    SHOW_DOMAIN(virDomainLookupByName(conn, "nobody"));
    SHOW_DOMAIN(virDomainLookupByName(NULL, "nobody"));
    virConnSetErrorFunc(conn, NULL, NULL);
    SHOW_DOMAIN(virDomainLookupByName(conn, "nobody"));

    MUST(pthread_create(&thread, NULL, in_another_thread, conn) == 0);
    MUST(pthread_join(thread, NULL) == 0);
    printf("this thread: %d\n", virGetLastErrorCode());

    saved = virSaveLastError();
    MUST(saved != NULL);
    printf("copy = %d\n", virCopyLastError(&copy));
    MUST(copy.code == saved->code && strcmp(copy.message, saved->message) == 0);
    virResetError(&copy);
    MUST(copy.code == 0 && copy.message == NULL);
    /* A call that succeeds forgets what was before. */
    MUST(virConnectNumOfDomains(conn) == 1);
    printf("saved %d level %d, last %d\n", saved->code, saved->level, virGetLastErrorCode());
    virFreeError(saved);
    printf("nothing = %d\n", virCopyLastError(&copy));
    SHOW(virConnectClose(conn));
    return 0;
}
