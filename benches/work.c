/*
 * The work that is measured: written for libvirt, built with its library and with virtwatch, and run
 * with the name of a row. Prints what one unit costs: nanoseconds, or bytes.
 */
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#define LAST_ERROR virGetLastErrorMessage()
#include "measure.h"

enum { MANY = 20000, LISTENERS = 4000 };

static virConnectPtr conn;
static virDomainPtr *domains;
static char (*names)[16];
static unsigned char (*uuids)[VIR_UUID_BUFLEN];
static long awaited;

/* ---- documents ------------------------------------------------------------- */

#define DISK                                                                    \
    "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"        \
    "<source file='/var/lib/libvirt/images/disk-%d-%d.qcow2'/>"                 \
    "<target dev='vd%c' bus='virtio'/></disk>"

#define INTERFACE                                                               \
    "<interface type='network'><mac address='52:54:00:%02x:%02x:%02x'/>"        \
    "<source network='default'/><model type='virtio'/></interface>"

/* About 95 bytes, and 1 kB and 6 kB with pairs of a disk and an interface. */
static char *document(int number, int pairs)
{
    char *text = malloc(200 + (size_t)pairs * 400);
    char *end = text;

    MUST(text != NULL);
    end += sprintf(end, "<domain type='test'><name>vm-%06d</name><memory>1</memory>", number);
    end += sprintf(end, "<os><type>hvm</type></os>");
    if (pairs > 0)
        end += sprintf(end, "<devices>");
    for (int i = 0; i < pairs; i++) {
        end += sprintf(end, DISK, number, i, 'a' + i);
        end += sprintf(end, INTERFACE, i, number >> 8 & 255, number & 255);
    }
    sprintf(end, pairs > 0 ? "</devices></domain>" : "</domain>");
    return text;
}

/* ---- the host -------------------------------------------------------------- */

static int count_event(virConnectPtr c, virDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    awaited--;
    return 0;
}

static void listen_to(virDomainPtr domain)
{
    MUST(virConnectDomainEventRegisterAny(conn, domain, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(count_event), NULL, NULL) >= 0);
}

/* Runs the loop until `count` more events have been delivered. */
static double deliver(long count)
{
    double begun = worked();

    awaited += count;
    while (awaited > 0)
        MUST(virEventRunDefaultImpl() == 0);
    return worked() - begun;
}

static void define(int count)
{
    domains = calloc((size_t)count, sizeof *domains);
    names = calloc((size_t)count, sizeof *names);
    uuids = calloc((size_t)count, sizeof *uuids);
    for (int i = 0; i < count; i++) {
        char *text = document(i, 0);

        domains[i] = virDomainDefineXML(conn, text);
        MUST(domains[i] != NULL && virDomainGetUUID(domains[i], uuids[i]) == 0);
        sprintf(names[i], "vm-%06d", i);
        free(text);
    }
}

static void start(int count)
{
    define(count);
    for (int i = 0; i < count; i++)
        MUST(virDomainCreate(domains[i]) == 0);
}

/* ---- the rows -------------------------------------------------------------- */

/* Delivers events of `count` domains in batches that fit any queue. */
static double events(int count, int batches, int batch)
{
    double spent = 0;

    for (int i = 0; i < batches; i++) {
        for (int j = 0; j < batch; j += 2) {
            virDomainPtr domain = domains[(i * batch + j) * 7 % count];

            MUST(virDomainSuspend(domain) == 0 && virDomainResume(domain) == 0);
        }
        spent += deliver(batch);
    }
    return spent / batches / batch;
}

static double deliver_to_one(void)
{
    start(100);
    listen_to(NULL);
    return events(100, 20, 10000);
}

static double deliver_to_many(void)
{
    start(LISTENERS);
    for (int i = 0; i < LISTENERS; i++)
        listen_to(domains[i]);
    return events(LISTENERS, 10, 2000);
}

static double define_each(int pairs, int count)
{
    char **texts = calloc((size_t)count, sizeof *texts);
    double begun, spent;

    for (int i = 0; i < count; i++)
        texts[i] = document(i, pairs);
    listen_to(NULL);
    begun = worked();
    for (int i = 0; i < count; i++)
        MUST(virDomainFree(virDomainDefineXML(conn, texts[i])) == 0);
    spent = worked() - begun;
    deliver(count);
    return spent / count;
}

static double define_small(void)
{
    return define_each(0, 5000);
}

static double define_1k(void)
{
    return define_each(3, 5000);
}

static double define_6k(void)
{
    return define_each(21, 1000);
}

static double create(void)
{
    enum { COUNT = 5000 };
    double begun, spent;

    define(COUNT);
    listen_to(NULL);
    begun = worked();
    for (int i = 0; i < COUNT; i++)
        MUST(virDomainCreate(domains[i]) == 0);
    spent = worked() - begun;
    deliver(COUNT);
    return spent / COUNT;
}

static double suspend_resume(void)
{
    enum { BATCHES = 20, BATCH = 10000 };
    double spent = 0;

    start(100);
    listen_to(NULL);
    for (int i = 0; i < BATCHES; i++) {
        double begun = worked();

        for (int j = 0; j < BATCH / 2; j++)
            MUST(virDomainSuspend(domains[j % 100]) == 0 && virDomainResume(domains[j % 100]) == 0);
        spent += worked() - begun;
        deliver(BATCH);
    }
    return spent / BATCHES / BATCH;
}

#define LOOKUPS(count, times, lookup)                                          \
    do {                                                                       \
        double begun = worked();                                                  \
        for (int i = 0; i < (times); i++) {                                    \
            int at = (int)((long)i * 7919 % (count));                          \
            MUST(virDomainFree(lookup) == 0);                                  \
        }                                                                      \
        return (worked() - begun) / (times);                                      \
    } while (0)

static double look_up_name(void)
{
    define(MANY);
    LOOKUPS(MANY, 200000, virDomainLookupByName(conn, names[at]));
}

static double look_up_uuid(void)
{
    define(MANY);
    LOOKUPS(MANY, 200000, virDomainLookupByUUID(conn, uuids[at]));
}

static double look_up_id(void)
{
    static int ids[MANY];

    start(MANY);
    for (int i = 0; i < MANY; i++)
        ids[i] = (int)virDomainGetID(domains[i]);
    LOOKUPS(MANY, 500, virDomainLookupByID(conn, ids[at]));
}

static double list(void)
{
    enum { TIMES = 10 };
    double begun;

    define(MANY);
    begun = worked();
    for (int i = 0; i < TIMES; i++) {
        virDomainPtr *all;
        int count = virConnectListAllDomains(conn, &all, 0);

        MUST(count >= MANY);
        for (int j = 0; j < count; j++)
            virDomainFree(all[j]);
        free(all);
    }
    return (worked() - begun) / TIMES / MANY;
}

static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    MUST(file != NULL && fscanf(file, "%*d %ld", &pages) == 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static double memory(void)
{
    long before;

    for (int i = 0; i < MANY; i++) {
        char *text = document(i, 0);

        if (i == 0)
            before = resident();
        MUST(virDomainFree(virDomainDefineXML(conn, text)) == 0);
        free(text);
    }
    return (double)(resident() - before) / MANY;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        double (*run)(void);
    } rows[] = {
        { "deliver", deliver_to_one },   { "deliver-4000", deliver_to_many },
        { "define-95", define_small },   { "define-1k", define_1k },
        { "define-6k", define_6k },      { "create", create },
        { "suspend", suspend_resume },   { "name", look_up_name },
        { "uuid", look_up_uuid },        { "id", look_up_id },
        { "list", list },                { "memory", memory },
    };

    MUST(argc == 2 && virInitialize() == 0 && virEventRegisterDefaultImpl() == 0);
    conn = virConnectOpen("test:///default");
    MUST(conn != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(argv[1], rows[i].name) == 0) {
            printf("%.3f\n", rows[i].run());
            return 0;
        }
    }
    fprintf(stderr, "no such row: %s\n", argv[1]);
    return 2;
}
