/* Uses libvirt's default loop for timers and file descriptors of its own. */
#include "ported.h"

/* libvirt gives no reason where there is no such timer or watch; virtwatch does. */
#define RESULT(call) printf("%s = %d\n", #call, call)

static int freed;

static void on_free(void *opaque)
{
    printf("%s is freed\n", (const char *)opaque);
    freed++;
}

static void on_timer(int timer, void *opaque)
{
    static int times;

    printf("%s, the %d. time\n", (const char *)opaque, ++times);
    if (times == 3)
        virEventUpdateTimeout(timer, -1);
}

static void on_once(int timer, void *opaque)
{
    printf("%s: removed by itself, %d\n", (const char *)opaque, virEventRemoveTimeout(timer));
}

static void on_never(int timer, void *opaque)
{
    (void)timer;
    printf("%s: should not run\n", (const char *)opaque);
}

static void on_readable(int watch, int fd, int events, void *opaque)
{
    char byte;

    MUST(watch > 0 && read(fd, &byte, 1) == 1);
    printf("%s: '%c', events %d\n", (const char *)opaque, byte, events);
}

static void on_writable(int watch, int fd, int events, void *opaque)
{
    printf("%s: events %d\n", (const char *)opaque, events);
    MUST(write(fd, "x", 1) == 1);
    virEventUpdateHandle(watch, 0);
}

static void on_hangup(int watch, int fd, int events, void *opaque)
{
    printf("%s: events %d, removed by itself, %d\n", (const char *)opaque,
           events & VIR_EVENT_HANDLE_HANGUP, virEventRemoveHandle(watch));
    (void)fd;
    freed += 100;
}

static void run(int until)
{
    while (freed < until)
        MUST(virEventRunDefaultImpl() == 0);
}

int main(void)
{
    static char often[] = "often", once[] = "once", never[] = "never";
    static char reader[] = "reader", writer[] = "writer", hangup[] = "hangup";
    int ends[2], timer, idle, out, in;

    watchdog();
    MUST(virEventRegisterDefaultImpl() == 0 && pipe(ends) == 0);

    timer = virEventAddTimeout(1, on_timer, often, on_free);
    idle = virEventAddTimeout(-1, on_never, never, on_free);
    MUST(timer > 0 && idle > 0 && timer != idle);
    /* Much later than the other has run three times. */
    MUST(virEventAddTimeout(500, on_once, once, on_free) > 0);
    run(1);
    RESULT(virEventRemoveTimeout(timer));
    RESULT(virEventRemoveTimeout(timer));
    RESULT(virEventRemoveTimeout(4711));
    run(2);
    virEventUpdateTimeout(4711, 0);
    RESULT(virEventRemoveTimeout(idle));
    run(3);

    in = virEventAddHandle(ends[0], VIR_EVENT_HANDLE_READABLE, on_readable, reader, on_free);
    out = virEventAddHandle(ends[1], VIR_EVENT_HANDLE_WRITABLE, on_writable, writer, on_free);
    MUST(in > 0 && out > 0);
    MUST(virEventRunDefaultImpl() == 0);
    MUST(virEventRunDefaultImpl() == 0);
    RESULT(virEventRemoveHandle(out));
    RESULT(virEventRemoveHandle(out));
    run(4);
    RESULT(virEventRemoveHandle(in));
    run(5);
    in = virEventAddHandle(ends[0], VIR_EVENT_HANDLE_HANGUP, on_hangup, hangup, on_free);
    close(ends[1]);
    run(106);
    return 0;
}
