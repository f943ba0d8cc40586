/* What a process inherits by a fork it can free, and nothing else; opening anew works, and the
 * parent is unharmed. */
#include "check.h"

#include <sys/wait.h>

static vwConnectPtr conn;
static vwDomainPtr vm;
static vwWatchPtr watch;

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    return 0;
}

static void child(void)
{
    vwRecord record;
    watchdog();
    CHECK(vwConnectIsAlive(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "before a fork");
    CHECK(vwDomainDestroy(vm) == -1);
    CHECK_ERROR(VW_ERR_INVALID_DOMAIN, "before a fork");
    CHECK(vwWatchNext(watch, &record, sizeof record, 0) == -1);
    CHECK_ERROR(VW_ERR_INVALID_ARG, "before a fork");
    CHECK(vwDomainRef(vm) == -1 && vwConnectRef(conn) == -1);
    CHECK(vwDomainFree(vm) == 0);
    CHECK(vwDomainFree(vm) == -1);
    CHECK(vwWatchFree(watch) == 0);
    CHECK(vwConnectClose(conn) == 1 && vwConnectClose(conn) == -1);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "the program has no reference to it");

    vwConnectPtr own = vwConnectOpen("test:///empty");
    CHECK(own != NULL);
    vwDomainPtr domain = vwDomainCreateXML(own, document("vm", UUID_A), 0);
    CHECK(domain != NULL && vwDomainIsActive(domain) == 1);
    CHECK(vwDomainDestroy(domain) == 0 && vwDomainFree(domain) == 0);
    CHECK(vwConnectClose(own) == 0);
    /* The shared registry is another one here: nothing of the parent's is in it. */
    own = vwConnectOpen("test:///default");
    CHECK(own != NULL && vwConnectNumOfDomains(own) == 1 && vwConnectNumOfDefinedDomains(own) == 0);
    CHECK(vwConnectClose(own) == 0);
    /* Not by exit(): what cannot be freed here would be called a leak. */
    execl("/bin/sh", "sh", "-c", "exit 42", (char *)NULL);
    _exit(1);
}

int main(void)
{
    watchdog();
    conn = vwConnectOpen("test:///default");
    vm = vwDomainCreateXML(conn, document("vm", UUID_A), 0);
    watch = vwWatchNew(conn, NULL, 0);
    int id = vwConnectDomainEventRegisterAny(conn, NULL, 0, VW_DOMAIN_EVENT_CALLBACK(on_event),
                                             NULL, NULL);
    CHECK(vm != NULL && watch != NULL && id >= 0);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        child();
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    CHECK(vwDomainSuspend(vm) == 0 && vwConnectIsAlive(conn) == 1);
    CHECK(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
