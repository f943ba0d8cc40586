/* What the programs share that are written for libvirt, and built with both libraries. */
#ifndef PORTED_H
#define PORTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#define UUID_A "c7a5fdbd-edaf-9455-926a-d65c16db1809"
#define UUID_B "00000000-0000-4000-8000-00000000000b"

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: not so: %s (last error: %s)\n", __FILE__,  \
                    __LINE__, #condition, virGetLastErrorMessage());           \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* Shows a call and what it returned, and why if it failed. */
#define SHOW(call)                                                             \
    do {                                                                       \
        int result_ = (call);                                                  \
        printf("%s = %d", #call, result_);                                     \
        show_error(result_ < 0);                                               \
    } while (0)

/* The same of a call that returns a domain, which is freed. */
#define SHOW_DOMAIN(call)                                                      \
    do {                                                                       \
        virDomainPtr domain_ = (call);                                         \
        printf("%s: %s", #call, domain_ ? virDomainGetName(domain_) : "-");    \
        show_error(domain_ == NULL);                                           \
        if (domain_ != NULL)                                                   \
            virDomainFree(domain_);                                            \
    } while (0)

/* The code; the texts differ in the names of functions, and in how much they tell. */
static inline void show_error(int failed)
{
    if (failed)
        printf(" error %d", virGetLastErrorCode());
    printf("\n");
}

/* A program that hangs is ended. */
static inline void watchdog(void)
{
    alarm(60);
}

static inline const char *document(const char *name, const char *uuid)
{
    static char text[1024];
    snprintf(text, sizeof text,
             "<domain type='test'><name>%s</name><uuid>%s</uuid><memory unit='MiB'>512</memory>"
             "<currentMemory unit='MiB'>256</currentMemory><vcpu current='2'>4</vcpu>"
             "<os><type>hvm</type></os></domain>",
             name, uuid);
    return text;
}

#endif
