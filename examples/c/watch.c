/* Follows every domain of a source: what exists first, then every change.
 *
 *     cc examples/c/watch.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o watch
 *     ./watch test:///default
 */
#include <stdio.h>
#include <stdlib.h>

#include <virtwatch/virtwatch.h>

int main(int argc, char **argv)
{
    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = conn ? vwWatchNew(conn, &options, sizeof options) : NULL;
    int timeout = argc > 2 ? atoi(argv[2]) : -1; /* milliseconds, -1 = for ever */
    int result = -1;
    vwRecord rec;

    if (watch == NULL) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }
    while ((result = vwWatchNext(watch, &rec, sizeof rec, timeout)) == 1) {
        if (rec.kind == VW_RECORD_SYNCED)
            printf("-- that was all there is; from now on, what changes --\n");
        if (rec.kind == VW_RECORD_EVENT)
            printf("%-10s %s (%s): %s\n", rec.name, vwDomainEventTypeToString(rec.type),
                   vwDomainEventDetailToString(rec.type, rec.detail),
                   vwDomainStateToString(rec.state_after));
    }
    if (result == -1)
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
    vwWatchFree(watch);
    vwConnectClose(conn);
    return result == -1;
}
