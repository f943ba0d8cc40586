/*
 * A hypervisor that reports only what starts and what stops: the case that the RFC
 * of 2008 is about. All else, also what is defined and undefined behind its back,
 * the library finds by listing the domains; operations that went through it are
 * known at once.
 */
#include "hypervisors.h"
#include "toy.h"

#include <virtwatch/virtwatch.h>

static void told(const ToyDomain *domain, ToyChange change, void *host)
{
    if (change != TOY_STARTED && change != TOY_STOPPED)
        return;
    const vwChange report = {
        .change = change == TOY_STARTED ? VW_CHANGE_STARTED : VW_CHANGE_STOPPED,
        .flags = change == TOY_STARTED ? VW_CHANGE_ID : 0,
        .id = domain->id,
        .uuid = domain->uuid,
        .name = domain->name,
    };
    vwHostReport(host, &report, sizeof report);
}

static int open_host(vwHostPtr host, const char *uri, void *opaque)
{
    (void)uri;
    (void)opaque;
    toy_tell(told, host);
    return 0;
}

static void close_host(vwHostPtr host, void *opaque)
{
    (void)host;
    (void)opaque;
    toy_tell(NULL, NULL);
}

/* What the list function was given, for the toy's own. */
typedef struct {
    vwDriverEach each;
    void *data;
} Each;

static int list_one(const ToyDomain *domain, void *data)
{
    static const int states[] = {
        [TOY_OFF] = VW_DOMAIN_SHUTOFF,       [TOY_ON] = VW_DOMAIN_RUNNING,
        [TOY_IS_PAUSED] = VW_DOMAIN_PAUSED,  [TOY_SLEEPS] = VW_DOMAIN_PMSUSPENDED,
        [TOY_IS_DOWN] = VW_DOMAIN_SHUTDOWN,  [TOY_HAS_PANICKED] = VW_DOMAIN_CRASHED,
    };
    const Each *each = data;
    const vwChange listed = {
        .change = VW_CHANGE_OBSERVED,
        .flags = (domain->persistent ? VW_CHANGE_PERSISTENT : 0) |
                 (domain->state != TOY_OFF ? VW_CHANGE_ID : 0),
        .id = domain->id,
        .uuid = domain->uuid,
        .name = domain->name,
        .state = states[domain->state],
    };
    return each->each(&listed, each->data);
}

static int list(vwHostPtr host, vwDriverEach each, void *data, void *opaque)
{
    (void)host;
    (void)opaque;
    Each wanted = { each, data };
    return toy_list(list_one, &wanted);
}

static int operate(vwHostPtr host, const vwOperation *op, void *opaque)
{
    (void)host;
    (void)opaque;
    switch (op->operation) {
    case VW_OPERATION_DEFINE:
        return toy_change(op->uuid, op->name, TOY_DEFINED);
    case VW_OPERATION_UNDEFINE:
        return toy_change(op->uuid, op->name, TOY_UNDEFINED);
    case VW_OPERATION_CREATE:
    case VW_OPERATION_CREATE_XML:
        return toy_change(op->uuid, op->name, TOY_STARTED);
    case VW_OPERATION_SUSPEND:
        return toy_change(op->uuid, op->name, TOY_PAUSED);
    case VW_OPERATION_RESUME:
        return toy_change(op->uuid, op->name, TOY_RESUMED);
    case VW_OPERATION_SHUTDOWN:
        return toy_change(op->uuid, op->name, TOY_SHUT_DOWN) == 0 ? 1 : -1;
    case VW_OPERATION_DESTROY:
        return toy_change(op->uuid, op->name, TOY_STOPPED);
    default:
        return -1;
    }
}

int register_life(void)
{
    const vwDriver driver = {
        .native = 1u << VW_DOMAIN_EVENT_STARTED | 1u << VW_DOMAIN_EVENT_STOPPED,
        .open = open_host,
        .close = close_host,
        .operate = operate,
        .list = list,
    };
    return vwDriverRegister("life", &driver, sizeof driver, NULL, NULL);
}
