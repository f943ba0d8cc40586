/* A watch in a program that waits with epoll(7): here beside its standard input.
 *
 *     cc examples/c/epoll.c -Iinclude -Ltarget/release -lvirtwatch \
 *         -Wl,-rpath,$PWD/target/release -o epoll
 *     ./epoll test:///default
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <virtwatch/virtwatch.h>

static int left = -1; /* how many events to wait for; -1 = until the input ends */

/* Reads what there is, without waiting: the descriptor is quiet after that. */
static int read_watch(vwWatchPtr watch)
{
    vwRecord rec;
    int result;
    while (left != 0 && (result = vwWatchNext(watch, &rec, sizeof rec, 0)) == 1) {
        if (rec.kind != VW_RECORD_EVENT)
            continue;
        printf("%s: %s (%s), now %s\n", rec.name, vwDomainEventTypeToString(rec.type),
               vwDomainEventDetailToString(rec.type, rec.detail),
               vwDomainStateToString(rec.state_after));
        if (left > 0)
            left--;
    }
    return left == 0 ? 0 : result;
}

static int add(int epoll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    if (argc > 2)
        left = atoi(argv[2]);

    vwConnectPtr conn = vwConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    vwWatchOptions options = { .flags = VW_WATCH_SNAPSHOT };
    vwWatchPtr watch = conn == NULL ? NULL : vwWatchNew(conn, &options, sizeof options);
    int fd = watch == NULL ? -1 : vwWatchGetFD(watch);
    if (fd < 0) {
        fprintf(stderr, "%s\n", vwGetLastErrorMessage());
        return 1;
    }

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0 || add(epoll, fd) < 0 || (left < 0 && add(epoll, STDIN_FILENO) < 0)) {
        perror("epoll");
        return 1;
    }
    while (left != 0) {
        struct epoll_event event;
        char line[256];
        if (epoll_wait(epoll, &event, 1, -1) < 1)
            continue; /* a signal */
        if (event.data.fd == fd && read_watch(watch) < 0) {
            fprintf(stderr, "%s\n", vwGetLastErrorMessage());
            break;
        }
        if (event.data.fd == STDIN_FILENO && read(STDIN_FILENO, line, sizeof line) < 1)
            break;
    }

    close(epoll);
    vwWatchFree(watch);
    vwConnectClose(conn);
    return 0;
}
