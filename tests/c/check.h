/* What the test programs share: checks that name the place, and a watchdog. */
#ifndef CHECK_H
#define CHECK_H

#define _DEFAULT_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <virtwatch/virtwatch.h>

/* Of a program that is not linked with the library it is something else. */
#ifndef LAST_ERROR
#define LAST_ERROR vwGetLastErrorMessage()
#endif

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__,  \
                    __LINE__, #condition, LAST_ERROR);                         \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

#define CHECK_TEXT(text, wanted)                                               \
    do {                                                                       \
        const char *text_ = (text);                                            \
        if (text_ == NULL || strcmp(text_, (wanted)) != 0) {                   \
            fprintf(stderr, "%s:%d: %s is '%s', not '%s'\n", __FILE__,         \
                    __LINE__, #text, text_ ? text_ : "(null)", (wanted));      \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

/* The last call failed with that code, and its message contains the text. */
#define CHECK_ERROR(code, text)                                                \
    do {                                                                       \
        if (vwGetLastErrorCode() != (int)(code) ||                             \
            strstr(vwGetLastErrorMessage(), (text)) == NULL) {                 \
            fprintf(stderr, "%s:%d: error %d '%s', not %d '%s'\n", __FILE__,   \
                    __LINE__, vwGetLastErrorCode(), vwGetLastErrorMessage(),   \
                    (int)(code), (text));                                      \
            _exit(1);                                                          \
        }                                                                      \
    } while (0)

/* A test that hangs is ended; nothing is ever asserted about how long it takes. */
static inline void watchdog(void)
{
    alarm(300);
}

/* The document of a domain with that name, and with that UUID if it is not NULL. */
static inline const char *document(const char *name, const char *uuid)
{
    static _Thread_local char text[1024];
    snprintf(text, sizeof text,
             "<domain type='test'><name>%s</name>%s%s%s"
             "<memory unit='MiB'>512</memory><currentMemory unit='MiB'>256</currentMemory>"
             "<vcpu current='2'>4</vcpu><os><type>hvm</type></os></domain>",
             name, uuid ? "<uuid>" : "", uuid ? uuid : "", uuid ? "</uuid>" : "");
    return text;
}

#define UUID_A "c7a5fdbd-edaf-9455-926a-d65c16db1809"
#define UUID_B "00000000-0000-4000-8000-00000000000b"

/* Waits until so many other threads are left: what threads that nobody joins free is freed then. */
static inline void wait_for_threads(int others)
{
    for (;;) {
        int threads = 0;
        DIR *tasks = opendir("/proc/self/task");
        if (tasks == NULL)
            return;
        while (readdir(tasks) != NULL)
            threads++;
        closedir(tasks);
        if (threads <= 3 + others) /* ".", ".." and this one */
            return;
        usleep(1000);
    }
}

/* A path of its own in the directory of the test. */
static inline const char *path(const char *name)
{
    static _Thread_local char text[1024];
    const char *directory = getenv("TEST_DIRECTORY");
    snprintf(text, sizeof text, "%s/%s", directory ? directory : "/tmp", name);
    return text;
}

#endif
