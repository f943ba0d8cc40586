/* A small `virsh event`: waits for lifecycle events and prints them as virsh does.
 *
 *     cc examples/c/event.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o event
 *     ./event --connect test:///default --loop
 */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <virtwatch/virtwatch.h>

static const char usage[] =
    "usage: event [--connect URI] [--domain NAME] [--loop] [--timeout SECONDS]\n"
    "\n"
    "  --domain NAME      hear of this domain alone\n"
    "  --loop             go on until Ctrl-C or the timeout, instead of to the first event\n"
    "  --timeout SECONDS  end then\n";

static int loop;
static long received;
static const char *interruption; /* what ended it, if not an event */
static int pipe_ends[2];

static int is_over(void)
{
    return interruption != NULL || (!loop && received > 0);
}

/* Prints a name as virsh does, with a capital. */
static void print_name(const char *before, const char *name, const char *after)
{
    printf("%s%c%s%s", before, toupper((unsigned char)name[0]), name + 1, after);
}

static int on_event(vwConnectPtr conn, vwDomainPtr dom, int event, int detail, void *opaque)
{
    (void)conn;
    (void)opaque;
    if (!loop && received > 0) /* one iteration of the loop delivers all that there is */
        return 0;
    printf("event 'lifecycle' for domain '%s':", vwDomainGetName(dom));
    print_name(" ", vwDomainEventTypeToString(event), "");
    print_name(" ", vwDomainEventDetailToString(event, detail), "\n");
    received++;
    return 0;
}

static void on_timeout(int timer, void *opaque)
{
    (void)timer;
    (void)opaque;
    interruption = "event loop timed out";
}

/* A signal handler may do next to nothing; it writes to a pipe, which the loop watches. */
static void on_signal(int number)
{
    (void)number;
    if (write(pipe_ends[1], "", 1) < 0)
        _exit(1);
}

static void on_pipe(int watch, int fd, int events, void *opaque)
{
    (void)watch;
    (void)fd;
    (void)events;
    (void)opaque;
    interruption = "event loop interrupted";
}

static int fail(void)
{
    fprintf(stderr, "error: %s\n", vwGetLastErrorMessage());
    return 1;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "connect", required_argument, NULL, 'c' }, { "domain", required_argument, NULL, 'd' },
        { "loop", no_argument, NULL, 'l' },          { "timeout", required_argument, NULL, 't' },
        { NULL, 0, NULL, 0 },
    };
    const char *uri = NULL, *name = NULL;
    int timeout = 0, option;
    while ((option = getopt_long(argc, argv, "c:d:lt:", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            uri = optarg;
            break;
        case 'd':
            name = optarg;
            break;
        case 'l':
            loop = 1;
            break;
        case 't':
            timeout = atoi(optarg);
            break;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    setvbuf(stdout, NULL, _IOLBF, 0);

    /* The loop first: what is opened after it has its callbacks there. */
    if (vwEventRegisterDefaultImpl() < 0 || pipe(pipe_ends) < 0)
        return 1;
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, NULL);
    if (vwEventAddHandle(pipe_ends[0], VW_EVENT_HANDLE_READABLE, on_pipe, NULL, NULL) < 0)
        return fail();
    if (timeout > 0 && vwEventAddTimeout(timeout * 1000, on_timeout, NULL, NULL) < 0)
        return fail();

    vwConnectPtr conn = vwConnectOpenReadOnly(uri);
    if (conn == NULL)
        return fail();
    vwDomainPtr domain = NULL;
    if (name != NULL && (domain = vwDomainLookupByName(conn, name)) == NULL)
        return fail();
    int id = vwConnectDomainEventRegisterAny(conn, domain, VW_DOMAIN_EVENT_ID_FULL_LIFECYCLE,
                                             VW_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
    if (id < 0)
        return fail();

    while (!is_over() && vwEventRunDefaultImpl() == 0)
        ;
    if (interruption != NULL)
        printf("%s\n", interruption);
    printf("events received: %ld\n", received);

    vwConnectDomainEventDeregisterAny(conn, id);
    if (domain != NULL)
        vwDomainFree(domain);
    vwConnectClose(conn);
    return 0;
}
