/* Callbacks in GLib's main loop: the six functions that make it an event loop of this library.
 *
 *     cc examples/c/glib-loop.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release $(pkg-config --cflags --libs glib-2.0) -o glib-loop
 *     ./glib-loop test:///default
 */
#include <stdio.h>
#include <stdlib.h>

#include <glib.h>

#include <virtwatch/virtwatch.h>

/* ---- the event loop -------------------------------------------------------- */

/* A handle or a timer: its number is the one that GLib gives the source. */
typedef struct {
    GSource base;
    int fd; /* -1 for a timer */
    void *tag;
    int frequency;
    vwEventHandleCallback on_handle;
    vwEventTimeoutCallback on_timeout;
    void *opaque;
    vwFreeCallback ff;
} Source;

static GIOCondition to_glib(int events)
{
    GIOCondition condition = (events & VW_EVENT_HANDLE_READABLE ? G_IO_IN : 0) |
                             (events & VW_EVENT_HANDLE_WRITABLE ? G_IO_OUT : 0);
    return events != 0 ? condition | G_IO_ERR | G_IO_HUP : 0;
}

static int from_glib(GIOCondition condition)
{
    return (condition & G_IO_IN ? VW_EVENT_HANDLE_READABLE : 0) |
           (condition & G_IO_OUT ? VW_EVENT_HANDLE_WRITABLE : 0) |
           (condition & (G_IO_ERR | G_IO_NVAL) ? VW_EVENT_HANDLE_ERROR : 0) |
           (condition & G_IO_HUP ? VW_EVENT_HANDLE_HANGUP : 0);
}

static void begin(GSource *source, int frequency)
{
    gint64 ready = frequency > 0 ? g_get_monotonic_time() + frequency * G_GINT64_CONSTANT(1000)
                                 : frequency; /* 0: now, -1: never */
    g_source_set_ready_time(source, ready);
}

static gboolean dispatch(GSource *base, GSourceFunc callback, void *data)
{
    Source *source = (Source *)base;
    int id = (int)g_source_get_id(base);
    (void)callback;
    (void)data;
    if (source->fd >= 0) {
        int events = from_glib(g_source_query_unix_fd(base, source->tag));
        source->on_handle(id, source->fd, events, source->opaque);
    } else {
        begin(base, g_atomic_int_get(&source->frequency));
        source->on_timeout(id, source->opaque);
    }
    return G_SOURCE_CONTINUE;
}

static void finalize(GSource *base)
{
    Source *source = (Source *)base;
    if (source->ff != NULL)
        source->ff(source->opaque);
}

static Source *new_source(void *opaque, vwFreeCallback ff)
{
    static GSourceFuncs functions = { .dispatch = dispatch, .finalize = finalize };
    Source *source = (Source *)g_source_new(&functions, sizeof *source);
    source->fd = -1;
    source->opaque = opaque;
    source->ff = ff;
    return source;
}

static int add_handle(int fd, int events, vwEventHandleCallback cb, void *opaque, vwFreeCallback ff)
{
    Source *source = new_source(opaque, ff);
    source->fd = fd;
    source->on_handle = cb;
    source->tag = g_source_add_unix_fd(&source->base, fd, to_glib(events));
    return (int)g_source_attach(&source->base, NULL);
}

static void update_handle(int watch, int events)
{
    GSource *source = g_main_context_find_source_by_id(NULL, (guint)watch);
    if (source != NULL)
        g_source_modify_unix_fd(source, ((Source *)source)->tag, to_glib(events));
}

static int add_timeout(int timeout, vwEventTimeoutCallback cb, void *opaque, vwFreeCallback ff)
{
    Source *source = new_source(opaque, ff);
    source->on_timeout = cb;
    source->frequency = timeout;
    begin(&source->base, timeout);
    return (int)g_source_attach(&source->base, NULL);
}

static void update_timeout(int timer, int timeout)
{
    GSource *source = g_main_context_find_source_by_id(NULL, (guint)timer);
    if (source != NULL) {
        g_atomic_int_set(&((Source *)source)->frequency, timeout);
        begin(source, timeout);
    }
}

static gboolean unref(void *source)
{
    g_source_unref(source);
    return G_SOURCE_REMOVE;
}

/* It is not called any more; the loop frees it when it comes to that, from a clean stack. */
static int remove_source(int id)
{
    GSource *source = g_main_context_find_source_by_id(NULL, (guint)id);
    if (source == NULL)
        return -1;
    g_source_destroy(source);
    g_idle_add(unref, source);
    return 0;
}

/* ---- the program ----------------------------------------------------------- */

static int left = -1; /* how many events to wait for; -1 = for ever */

static void on_record(vwConnectPtr conn, const vwRecord *rec, void *opaque)
{
    (void)conn;
    if (rec->kind != VW_RECORD_EVENT)
        return;
    printf("%s: %s (%s), now %s\n", rec->name, vwDomainEventTypeToString(rec->type),
           vwDomainEventDetailToString(rec->type, rec->detail),
           vwDomainStateToString(rec->state_after));
    if (left > 0 && --left == 0)
        g_main_loop_quit(opaque);
}

int main(int argc, char **argv)
{
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    if (argc > 2)
        left = atoi(argv[2]);

    vwEventRegisterImpl(add_handle, update_handle, remove_source, add_timeout, update_timeout,
                        remove_source);
    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    int id = conn == NULL ? -1
                          : vwConnectDomainRecordRegister(conn, &options, sizeof options,
                                                          on_record, loop, NULL);
    if (id < 0) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }

    g_main_loop_run(loop);

    vwConnectDomainEventDeregisterAny(conn, id);
    vwConnectClose(conn);
    while (g_main_context_iteration(NULL, FALSE)) /* what was removed is freed in the loop */
        ;
    g_main_loop_unref(loop);
    return 0;
}
