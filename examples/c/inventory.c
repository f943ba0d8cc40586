/*
 * What virtwatch is for: a program that knows every domain, and what state it is
 * in, without ever asking.
 *
 * The main thread does to virtual machines whatever can be done to them. A
 * callback hears of it, and keeps a list of the domains from what it hears
 * alone. In the end that list is compared with the registry.
 *
 *     cc examples/c/inventory.c -pthread -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o inventory
 */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <virtwatch/virtwatch.h>

#include "fold.h"

/* The list, and how far the callback has come. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    Fold domains;
    uint64_t seen; /* the last event of a whole change */
} list = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

static vwConnectPtr conn;
static char image[64] = "/tmp/virtwatch-inventory.XXXXXX";

static void must(int ok)
{
    if (!ok) {
        fflush(stdout);
        fprintf(stderr, "failed: %s\n", vwGetLastErrorMessage());
        if (image[0] != '\0')
            unlink(image);
        exit(1);
    }
}

/* ---- the listening half ---------------------------------------------------- */

static void print_status(int state, int reason)
{
    printf("%s", vwDomainStateToString(state));
    if (reason != 0)
        printf(" (%s)", vwDomainReasonToString(state, reason));
}

static void print_event(const vwRecord *rec)
{
    printf("    event %3llu  %-8s %s (%s)", (unsigned long long)rec->seq, rec->name,
           vwDomainEventTypeToString(rec->type),
           vwDomainEventDetailToString(rec->type, rec->detail));
    if (rec->old_name != NULL)
        printf(": %s is now %s", rec->old_name, rec->name);
    else if (rec->state_before != rec->state_after || rec->reason_before != rec->reason_after) {
        printf(": ");
        print_status(rec->state_before, rec->reason_before);
        printf(" -> ");
        print_status(rec->state_after, rec->reason_after);
    }
    printf("\n");
}

static void print_list(void)
{
    if (list.domains.count == 0)
        printf("    list:      no domains\n");
    for (size_t i = 0; i < list.domains.count; i++) {
        const Known *known = &list.domains.known[i];
        char id[16] = "-";
        if (known->id != -1)
            snprintf(id, sizeof id, "%d", known->id);
        printf("    %-9s  %-8s id %-3s %-10s ", i == 0 ? "list:" : "", known->name, id,
               known->persistent ? "persistent" : "transient");
        print_status(known->state, known->reason);
        printf("\n");
    }
}

/* Runs on a thread of the connection. Everything it needs is in the record. */
static void on_record(vwConnectPtr c, const vwRecord *rec, void *opaque)
{
    (void)c;
    (void)opaque;
    pthread_mutex_lock(&list.lock);
    if (fold(&list.domains, rec) != 0)
        abort();
    if (rec->kind == VW_RECORD_CATCHUP)
        printf("    what there is already:\n");
    if (rec->kind == VW_RECORD_EVENT)
        print_event(rec);
    int complete = rec->kind == VW_RECORD_SYNCED ||
                   (rec->kind == VW_RECORD_EVENT &&
                    (rec->flags & (VW_EVENT_MORE | VW_EVENT_IN_CATCHUP)) == 0);
    if (complete) {
        print_list();
        list.seen = rec->seq;
    }
    pthread_cond_broadcast(&list.changed);
    pthread_mutex_unlock(&list.lock);
}

/* ---- the acting half ------------------------------------------------------- */

/* Ends an operation: waits until the callback has heard of it, so that what is printed comes in
 * order. A real program has no need to. */
static void heard(void)
{
    vwStats stats;
    must(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    pthread_mutex_lock(&list.lock);
    while (list.seen < stats.events)
        pthread_cond_wait(&list.changed, &list.lock);
    pthread_mutex_unlock(&list.lock);
}

/* Prints a heading, runs an operation that has to succeed, waits until the callback has heard. */
#define DO(heading, operation)                                                 \
    do {                                                                       \
        printf("\n%s\n", heading);                                             \
        must(operation);                                                       \
        heard();                                                               \
    } while (0)

static const char *document(const char *name, const char *uuid, const char *more)
{
    static char xml[1024];
    snprintf(xml, sizeof xml,
             "<domain type='test'><name>%s</name><uuid>%s</uuid><memory unit='MiB'>512</memory>"
             "<vcpu>1</vcpu><os><type>hvm</type></os>%s</domain>",
             name, uuid, more);
    return xml;
}

static void persistent_domain(void)
{
    const char *uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";
    vwDomainPtr web = NULL;

    printf("\n== A persistent domain ==\n");
    DO("define web", (web = vwDomainDefineXML(conn, document("web", uuid, ""))) != NULL);
    DO("define web again: another configuration",
       vwDomainFree(vwDomainDefineXML(conn, document("web", uuid, "<title>t</title>"))) == 0);
    DO("start web", vwDomainCreate(web) == 0);
    DO("suspend web", vwDomainSuspend(web) == 0);
    DO("resume web", vwDomainResume(web) == 0);
    DO("reboot web: the instance stays, so that there is nothing to tell",
       vwDomainReboot(web, 0) == 0);
    DO("suspend web to memory, by its power management",
       vwDomainPMSuspendForDuration(web, VW_NODE_SUSPEND_TARGET_MEM, 0, 0) == 0);
    DO("wake web", vwDomainPMWakeup(web, 0) == 0);
    DO("give web another title, which is kept with its configuration",
       vwDomainSetMetadata(web, VW_DOMAIN_METADATA_TITLE, "the shop", NULL, NULL,
                           VW_DOMAIN_AFFECT_LIVE | VW_DOMAIN_AFFECT_CONFIG) == 0);
    DO("shut web down", vwDomainShutdown(web) == 0);
    DO("start web", vwDomainCreate(web) == 0);
    DO("suspend web to disk: it powers off",
       vwDomainPMSuspendForDuration(web, VW_NODE_SUSPEND_TARGET_DISK, 0, 0) == 0);
    DO("start web, paused", vwDomainCreateWithFlags(web, VW_DOMAIN_START_PAUSED) == 0);
    DO("destroy web", vwDomainDestroy(web) == 0);
    DO("rename web to www: the same domain, under another name",
       vwDomainRename(web, "www", 0) == 0);
    DO("start www", vwDomainCreate(web) == 0);
    DO("save www to a file", vwDomainSave(web, image) == 0);
    DO("restore www from the file", vwDomainRestore(conn, image) == 0);
    DO("managed save of www", vwDomainManagedSave(web, 0) == 0);
    DO("start www: from the managed-save image", vwDomainCreate(web) == 0);
    DO("managed save of www, to be left paused",
       vwDomainManagedSave(web, VW_DOMAIN_SAVE_PAUSED) == 0);
    DO("start www", vwDomainCreate(web) == 0);
    DO("undefine www while it is active: it is transient now, and still there",
       vwDomainUndefine(web) == 0);
    DO("define www while it is active: persistent again, not a new domain",
       vwDomainFree(vwDomainDefineXML(
           conn, document("www", uuid, "<on_reboot>destroy</on_reboot>"))) == 0);
    DO("destroy www", vwDomainDestroy(web) == 0);
    DO("start www", vwDomainCreate(web) == 0);
    DO("reboot www, which its configuration says is to end it", vwDomainReboot(web, 0) == 0);
    DO("a run of www with another configuration, saved paused",
       vwDomainFree(vwDomainCreateXML(conn, document("www", uuid, ""), 0)) == 0 &&
           vwDomainSaveFlags(web, image, NULL, VW_DOMAIN_SAVE_PAUSED) == 0);
    DO("restore www: as it was saved, paused", vwDomainRestore(conn, image) == 0);
    DO("undefine www while it is active", vwDomainUndefine(web) == 0);
    DO("shut www down: a transient domain is gone when it stops", vwDomainShutdown(web) == 0);
    must(vwDomainFree(web) == 0);
}

static void transient_domain(void)
{
    const char *uuid = "c7a5fdbd-edaf-9455-926a-d65c16db1809";
    vwDomainPtr job = NULL;

    printf("\n== A transient domain ==\n");
    DO("create job: it begins by running",
       (job = vwDomainCreateXML(conn, document("job", uuid, ""), 0)) != NULL);
    DO("destroy job: it ends by stopping", vwDomainDestroy(job) == 0);
    DO("create job again, paused: the same UUID, another existence",
       vwDomainFree(vwDomainCreateXML(conn, document("job", uuid, ""),
                                      VW_DOMAIN_START_PAUSED)) == 0);
    DO("resume job", vwDomainResume(job) == 0);
    DO("save job to a file", vwDomainSave(job, image) == 0);
    DO("restore job, paused", vwDomainRestoreFlags(conn, image, NULL, VW_DOMAIN_SAVE_PAUSED) == 0);
    DO("define job while it is active: it becomes persistent, it is not added again",
       vwDomainFree(vwDomainDefineXML(conn, document("job", uuid, ""))) == 0);
    DO("destroy job: it is inactive, and still there", vwDomainDestroy(job) == 0);
    must(vwDomainFree(job) == 0);
}

static void migrating_domain(void)
{
    const char *uuid = "5be31c9a-7d4a-4c85-9b2e-7f6f3c0f2a11";
    vwConnectPtr elsewhere = vwConnectOpen("test:///empty");
    vwDomainPtr cache = NULL, there = NULL;

    printf("\n== A domain that moves to another registry and back ==\n");
    must(elsewhere != NULL);
    DO("define cache", (cache = vwDomainDefineXML(conn, document("cache", uuid, ""))) != NULL);
    DO("start cache", vwDomainCreate(cache) == 0);
    DO("migrate cache away, and keep nothing of it here",
       (there = vwDomainMigrate(cache, elsewhere, VW_MIGRATE_LIVE | VW_MIGRATE_UNDEFINE_SOURCE,
                                NULL, NULL, 0)) != NULL);
    must(vwDomainFree(cache) == 0);
    DO("migrate it back, to be kept here",
       (cache = vwDomainMigrate(there, conn, VW_MIGRATE_LIVE | VW_MIGRATE_PERSIST_DEST, NULL, NULL,
                                0)) != NULL);
    DO("destroy cache", vwDomainDestroy(cache) == 0);
    must(vwDomainFree(there) == 0 && vwDomainFree(cache) == 0 && vwConnectClose(elsewhere) == 0);
}

static void some_that_stay(void)
{
    printf("\n== Some that stay ==\n");
    DO("define db", vwDomainFree(vwDomainDefineXML(
                        conn, document("db", "11111111-1111-4111-8111-111111111111", ""))) == 0);
    DO("define mail and start it",
       vwDomainFree(vwDomainDefineXML(
           conn, document("mail", "22222222-2222-4222-8222-222222222222", ""))) == 0 &&
           vwDomainFree(vwDomainCreateXML(
               conn, document("mail", "22222222-2222-4222-8222-222222222222", ""), 0)) == 0);
    DO("create build, paused",
       vwDomainFree(vwDomainCreateXML(
           conn, document("build", "33333333-3333-4333-8333-333333333333", ""),
           VW_DOMAIN_START_PAUSED)) == 0);
}

/* ---- the comparison -------------------------------------------------------- */

/* Whether what the list says of a domain is what the registry says. */
static int agrees(vwDomainPtr domain)
{
    unsigned char uuid[VW_UUID_BUFLEN];
    int state, reason;
    must(vwDomainGetUUID(domain, uuid) == 0);
    must(vwDomainGetState(domain, &state, &reason, 0) == 0);
    const Known *known = fold_find(&list.domains, uuid);
    return known != NULL && strcmp(known->name, vwDomainGetName(domain)) == 0 &&
           known->id == (int)vwDomainGetID(domain) && known->state == state &&
           known->reason == reason && known->persistent == vwDomainIsPersistent(domain);
}

static int compare(void)
{
    vwDomainPtr *domains;
    int count = vwConnectListAllDomains(conn, &domains, 0);
    must(count >= 0);
    int equal = (size_t)count == list.domains.count;
    for (int i = 0; i < count; i++) {
        equal = equal && agrees(domains[i]);
        must(vwDomainFree(domains[i]) == 0);
    }
    free(domains);
    printf("\nthe list kept from events %s the registry: %d domains\n",
           equal ? "equals" : "DIFFERS FROM", count);
    return equal;
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    int file = mkstemp(image);
    if (file < 0) {
        perror(image);
        return 1;
    }
    close(file);
    conn = vwConnectOpen("test:///empty");
    must(conn != NULL);

    /* The snapshot tells of what is there already. */
    printf("A domain is there before anyone listens. Then a callback is registered.\n");
    must(vwDomainFree(vwDomainDefineXML(
             conn, document("old", "00000000-0000-4000-8000-000000000000", ""))) == 0);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    int id = vwConnectDomainRecordRegister(conn, &options, sizeof options, on_record, NULL, NULL);
    must(id >= 0);
    heard();

    persistent_domain();
    transient_domain();
    migrating_domain();
    some_that_stay();

    must(vwConnectDomainEventDeregisterAny(conn, id) == 0);
    int equal = compare(); /* the one listing of this program */
    fold_clear(&list.domains);
    unlink(image);
    must(vwConnectClose(conn) == 0);
    return equal ? 0 : 1;
}
