/* A list of domains that is kept from records alone, printed after every change: see fold.h.
 *
 *     cc examples/c/fold.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o fold
 *     ./fold test:///default
 */
#include <stdio.h>
#include <stdlib.h>

#include <virtwatch/virtwatch.h>

#include "fold.h"

static void print(const Fold *domains, uint64_t seq)
{
    printf("after event %llu:\n", (unsigned long long)seq);
    for (size_t i = 0; i < domains->count; i++) {
        const Known *known = &domains->known[i];
        printf("    %-20s %s, %s\n", known->name, vwDomainStateToString(known->state),
               known->persistent ? "persistent" : "transient");
    }
}

/* Whether the list equals the registry, and not the middle of something. */
static int is_complete(const vwRecord *rec)
{
    if (rec->kind == VW_RECORD_EVENT)
        return (rec->flags & (VW_EVENT_MORE | VW_EVENT_IN_CATCHUP)) == 0;
    return rec->kind == VW_RECORD_SYNCED;
}

int main(int argc, char **argv)
{
    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    int left = argc > 2 ? atoi(argv[2]) : -1; /* how many lists to print; -1 = for ever */
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = conn == NULL ? NULL : vwWatchNew(conn, &options, sizeof options);
    int result = watch == NULL ? -1 : 1;
    Fold domains = { 0 };
    vwRecord rec;

    while (left != 0 && result == 1) {
        result = vwWatchNext(watch, &rec, sizeof rec, -1);
        if (result != 1)
            break;
        if (fold(&domains, &rec) < 0)
            abort();
        if (is_complete(&rec)) {
            print(&domains, rec.seq);
            if (left > 0)
                left--;
        }
    }
    if (result < 0)
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
    fold_clear(&domains);
    if (watch != NULL)
        vwWatchFree(watch);
    if (conn != NULL)
        vwConnectClose(conn);
    return result < 0;
}
