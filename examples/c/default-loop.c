/* Callbacks in the event loop of this library, beside a timer.
 *
 *     cc examples/c/default-loop.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o default-loop
 *     ./default-loop test:///default
 */
#include <stdio.h>
#include <stdlib.h>

#include <virtwatch/virtwatch.h>

static int left = -1; /* how many events to wait for; -1 = for ever */

static int on_event(vwConnectPtr conn, vwDomainPtr dom, int event, int detail, void *opaque)
{
    (void)conn;
    (void)opaque;
    printf("%s: %s (%s)\n", vwDomainGetName(dom), vwDomainEventTypeToString(event),
           vwDomainEventDetailToString(event, detail));
    if (left > 0)
        left--;
    return 0;
}

static void on_timeout(int timer, void *opaque)
{
    (void)timer;
    (void)opaque;
    printf("still here\n");
}

int main(int argc, char **argv)
{
    /* Before the connection is opened: its callbacks run where this says. */
    if (vwEventRegisterDefaultImpl() < 0)
        return 1;
    if (argc > 2)
        left = atoi(argv[2]);

    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    int timer = vwEventAddTimeout(5000, on_timeout, NULL, NULL);
    int id = conn == NULL ? -1
                          : vwConnectDomainEventRegisterAny(
                                conn, NULL, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                VW_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
    if (id < 0 || timer < 0) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }

    /* One iteration waits, then calls everything that is ready. */
    while (left != 0 && vwEventRunDefaultImpl() == 0)
        ;

    vwConnectDomainEventDeregisterAny(conn, id);
    vwEventRemoveTimeout(timer);
    vwEventRunDefaultImpl(); /* what was removed is freed in the loop */
    vwConnectClose(conn);
    return 0;
}
