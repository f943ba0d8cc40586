/*
 * What has no counterpart in libvirt: a million domains, and readers that wait or have stopped
 * reading. Prints a row a line: its name, what it costs, and what that is compared with.
 */
#include <virtwatch/virtwatch.h>

#define LAST_ERROR vwGetLastErrorMessage()
#include "measure.h"

enum { FEW = 20000, MILLION = 1000000 };

/* What one unit costs, in nanoseconds. */
typedef struct {
    double define, longest, create, deliver, suspend, name, uuid, id, list;
} Costs;

static vwConnectPtr conn;
static vwDomainPtr *domains;
static long heard;

static int count_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    heard++;
    return 0;
}

static double drain(long count)
{
    double begun = worked();

    while (heard < count)
        MUST(vwEventRunDefaultImpl() == 0);
    heard = 0;
    return worked() - begun;
}

/* A place among `count` that is far from the last one. */
static int place(int i, int count)
{
    return (int)((long)i * 7919 % count);
}

static void document(char *text, size_t size, int number)
{
    snprintf(text, size,
             "<domain type='test'><name>vm-%07d</name><memory>1</memory>"
             "<os><type>hvm</type></os></domain>",
             number);
}

/* In pieces, whose documents are written before. */
static void define(int count, Costs *costs)
{
    enum { PIECE = 1000 };
    static char texts[PIECE][128];

    domains = calloc((size_t)count, sizeof *domains);
    MUST(domains != NULL);
    for (int first = 0; first < count; first += PIECE) {
        double begun, last;

        for (int i = 0; i < PIECE; i++)
            document(texts[i], sizeof texts[i], first + i);
        begun = worked();
        last = read_clock(CLOCK_MONOTONIC);
        for (int i = 0; i < PIECE; i++) {
            double next;

            domains[first + i] = vwDomainDefineXML(conn, texts[i]);
            MUST(domains[first + i] != NULL);
            next = read_clock(CLOCK_MONOTONIC);
            if (next - last > costs->longest)
                costs->longest = next - last;
            last = next;
        }
        costs->define += (worked() - begun) / count;
    }
}

#define TIMED(cost, times, work)                                               \
    do {                                                                       \
        double begun = worked();                                                  \
        for (int i = 0; i < (times); i++)                                      \
            work;                                                              \
        (cost) = (worked() - begun) / (times);                                    \
    } while (0)

static void look_up(int count, Costs *costs)
{
    enum { TIMES = 200000 };
    static char names[TIMES][16];
    static unsigned char uuids[TIMES][VW_UUID_BUFLEN];
    static int ids[TIMES];

    for (int i = 0; i < TIMES; i++) {
        vwDomainPtr domain = domains[place(i, count)];

        snprintf(names[i], sizeof names[i], "%s", vwDomainGetName(domain));
        MUST(vwDomainGetUUID(domain, uuids[i]) == 0);
        ids[i] = (int)vwDomainGetID(domain);
    }
    TIMED(costs->name, TIMES, MUST(vwDomainFree(vwDomainLookupByName(conn, names[i])) == 0));
    TIMED(costs->uuid, TIMES, MUST(vwDomainFree(vwDomainLookupByUUID(conn, uuids[i])) == 0));
    TIMED(costs->id, TIMES, MUST(vwDomainFree(vwDomainLookupByID(conn, ids[i])) == 0));
}

static void list(int count, Costs *costs)
{
    double begun = worked();
    vwDomainPtr *all;

    MUST(vwConnectListAllDomains(conn, &all, 0) == count);
    for (int i = 0; i < count; i++)
        MUST(vwDomainFree(all[i]) == 0);
    free(all);
    costs->list = (worked() - begun) / count;
}

/* Suspends and resumes in batches that a reader can keep; a callback hears of it in the loop. */
static void suspend(int count, Costs *costs)
{
    enum { BATCHES = 40, BATCH = 20000 };

    for (int batch = 0; batch < BATCHES; batch++) {
        double cost;

        TIMED(cost, BATCH / 2, {
            vwDomainPtr domain = domains[place(batch * BATCH + i, count)];
            MUST(vwDomainSuspend(domain) == 0 && vwDomainResume(domain) == 0);
        });
        costs->suspend += cost / 2 / BATCHES;
        costs->deliver += drain(BATCH) / BATCH / BATCHES;
    }
}

static Costs measure(int count)
{
    Costs costs = { 0 };
    int id;

    conn = vwConnectOpen("test:///empty");
    MUST(conn != NULL);
    define(count, &costs);
    TIMED(costs.create, count, MUST(vwDomainCreate(domains[i]) == 0));
    look_up(count, &costs);
    list(count, &costs);
    id = vwConnectDomainEventRegisterAny(conn, NULL, VW_DOMAIN_EVENT_ID_LIFECYCLE,
                                         VW_DOMAIN_EVENT_CALLBACK(count_event), NULL, NULL);
    MUST(id >= 0);
    suspend(count, &costs);
    MUST(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    for (int i = 0; i < count; i++)
        vwDomainFree(domains[i]);
    free(domains);
    vwConnectClose(conn);
    return costs;
}

/* The cost of an event while there are `count` watches that nobody reads; with `others` they wait for
 * other domains. */
static double append(int count, int others, double *longest)
{
    enum { EVENTS = 200000 };
    static vwWatchPtr watches[1000];
    unsigned char uuid[VW_UUID_BUFLEN];
    char text[128];
    double begun, last;
    vwDomainPtr domain;

    conn = vwConnectOpen("test:///empty");
    document(text, sizeof text, 0);
    domain = vwDomainCreateXML(conn, text, 0);
    MUST(domain != NULL);
    for (int i = 0; i < count; i++) {
        vwWatchOptions options = { .uuid = others ? uuid : NULL };
        vwRecord record;

        MUST(vwUUIDGenerate(uuid) == 0);
        watches[i] = vwWatchNew(conn, &options, sizeof options);
        MUST(watches[i] != NULL && vwWatchNext(watches[i], &record, sizeof record, 0) == 0);
    }
    *longest = 0;
    begun = worked();
    last = read_clock(CLOCK_MONOTONIC);
    for (int i = 0; i < EVENTS; i++) {
        double next;

        MUST((i % 2 == 0 ? vwDomainSuspend(domain) : vwDomainResume(domain)) == 0);
        next = read_clock(CLOCK_MONOTONIC);
        if (next - last > *longest)
            *longest = next - last;
        last = next;
    }
    begun = worked() - begun;
    for (int i = 0; i < count; i++)
        vwWatchFree(watches[i]);
    vwDomainFree(domain);
    vwConnectClose(conn);
    return begun / EVENTS;
}

static void row(const char *name, double cost, double compared)
{
    printf("%s\t%.1f\t%.1f\n", name, cost, compared);
    fflush(stdout);
}

int main(void)
{
    double longest[4], cost[4];
    Costs few, many;

    MUST(vwEventRegisterDefaultImpl() == 0);
    few = measure(FEW);
    many = measure(MILLION);
    row("million-define", many.define, few.define);
    row("million-create", many.create, few.create);
    row("million-deliver", many.deliver, few.deliver);
    row("million-suspend", many.suspend, few.suspend);
    row("million-name", many.name, few.name);
    row("million-uuid", many.uuid, few.uuid);
    row("million-id", many.id, few.id);
    row("million-list", many.list, few.list);
    row("longest-define", many.longest, few.longest);

    cost[0] = append(0, 0, &longest[0]);
    cost[1] = append(1, 1, &longest[1]);
    cost[2] = append(1000, 1, &longest[2]);
    cost[3] = append(8, 0, &longest[3]);
    row("waiting-1000", cost[2], cost[1]);
    row("longest-append-1000", longest[2], longest[1]);
    row("dead-8", cost[3], cost[0]);
    return 0;
}
