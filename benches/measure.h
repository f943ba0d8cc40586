/* What the programs that measure share. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* LAST_ERROR is the text of the library's last error. */
#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__,  \
                    __LINE__, #condition, LAST_ERROR);                         \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* Nanoseconds by that clock. */
static inline double read_clock(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The time that this thread has worked: what else the machine does is not measured. */
static inline double worked(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

#endif
