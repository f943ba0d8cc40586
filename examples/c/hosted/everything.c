/*
 * A hypervisor that reports everything: whatever happens to a domain, it tells. So
 * it needs no list, and no operation has anything left for the library to add.
 */
#include "hypervisors.h"
#include "toy.h"

#include <virtwatch/virtwatch.h>

static const unsigned int changes[] = {
    [TOY_DEFINED] = VW_CHANGE_DEFINED,     [TOY_UNDEFINED] = VW_CHANGE_UNDEFINED,
    [TOY_STARTED] = VW_CHANGE_STARTED,     [TOY_STOPPED] = VW_CHANGE_STOPPED,
    [TOY_PAUSED] = VW_CHANGE_SUSPENDED,    [TOY_RESUMED] = VW_CHANGE_RESUMED,
    [TOY_ASLEEP] = VW_CHANGE_PMSUSPENDED,  [TOY_AWAKE] = VW_CHANGE_WOKEN,
    [TOY_SHUT_DOWN] = VW_CHANGE_SHUTDOWN,  [TOY_PANICKED] = VW_CHANGE_PANICKED,
};

/* Called in the order in which things happen, with the toy's lock held: that is the
 * order in which they are reported. */
static void told(const ToyDomain *domain, ToyChange change, void *host)
{
    const vwChange report = {
        .change = changes[change],
        .flags = change == TOY_STARTED ? VW_CHANGE_ID : 0,
        .id = domain->id,
        .uuid = domain->uuid,
        .name = domain->name,
    };
    vwHostReport(host, &report, sizeof report);
}

static int tell_one(const ToyDomain *domain, void *host)
{
    if (domain->persistent)
        told(domain, TOY_DEFINED, host);
    if (domain->state != TOY_OFF)
        told(domain, TOY_STARTED, host);
    return 0;
}

/* The toy begins without domains that sleep or have panicked, so that this is all
 * there is to say of one. */
static int open_host(vwHostPtr host, const char *uri, void *opaque)
{
    (void)uri;
    (void)opaque;
    if (toy_list(tell_one, host) != 0)
        return -1;
    toy_tell(told, host);
    return 0;
}

static void close_host(vwHostPtr host, void *opaque)
{
    (void)host;
    (void)opaque;
    toy_tell(NULL, NULL);
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
    case VW_OPERATION_SHUTDOWN: /* the guest takes its time: what comes of it will be reported */
        return toy_change(op->uuid, op->name, TOY_SHUT_DOWN) == 0 ? 1 : -1;
    case VW_OPERATION_DESTROY:
        return toy_change(op->uuid, op->name, TOY_STOPPED);
    case VW_OPERATION_PM_SUSPEND:
        return toy_change(op->uuid, op->name, TOY_ASLEEP);
    case VW_OPERATION_PM_WAKEUP:
        return toy_change(op->uuid, op->name, TOY_AWAKE);
    default:
        return -1;
    }
}

int register_everything(void)
{
    const vwDriver driver = {
        .native = 0x1ff, /* libvirt's nine types; ADDED and REMOVED follow from them */
        .open = open_host,
        .close = close_host,
        .operate = operate,
    };
    return vwDriverRegister("everything", &driver, sizeof driver, NULL, NULL);
}
