/* The toy hypervisor: see toy.h. */
#include "toy.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static ToyDomain domains[MOST];
static int count, last_id, unplugged;
static ToyTold told;
static void *told_opaque;

void toy_tell(ToyTold tell, void *opaque)
{
    pthread_mutex_lock(&lock);
    told = tell;
    told_opaque = opaque;
    pthread_mutex_unlock(&lock);
}

void toy_unplug(int now)
{
    pthread_mutex_lock(&lock);
    unplugged = now;
    pthread_mutex_unlock(&lock);
}

int toy_is_unplugged(void)
{
    pthread_mutex_lock(&lock);
    int is = unplugged;
    pthread_mutex_unlock(&lock);
    return is;
}

static ToyDomain *find(const unsigned char *uuid)
{
    for (int i = 0; i < count; i++)
        if (memcmp(domains[i].uuid, uuid, 16) == 0)
            return &domains[i];
    return NULL;
}

/* What a change makes of a domain; 0 if it can be. */
static int apply(ToyDomain *domain, ToyChange change)
{
    int alive = domain->state == TOY_ON || domain->state == TOY_IS_PAUSED;
    switch (change) {
    case TOY_DEFINED:
        domain->persistent = 1;
        return 0;
    case TOY_UNDEFINED:
        if (!domain->persistent)
            return -1;
        domain->persistent = 0;
        return 0;
    case TOY_STARTED:
        if (domain->state != TOY_OFF)
            return -1;
        domain->state = TOY_ON;
        domain->id = ++last_id;
        return 0;
    case TOY_STOPPED:
        if (domain->state == TOY_OFF)
            return -1;
        domain->state = TOY_OFF;
        return 0;
    case TOY_PAUSED:
        if (domain->state != TOY_ON)
            return -1;
        domain->state = TOY_IS_PAUSED;
        return 0;
    case TOY_RESUMED:
        if (domain->state != TOY_IS_PAUSED && domain->state != TOY_HAS_PANICKED)
            return -1;
        domain->state = TOY_ON;
        return 0;
    case TOY_ASLEEP:
        if (domain->state != TOY_ON)
            return -1;
        domain->state = TOY_SLEEPS;
        return 0;
    case TOY_AWAKE:
        if (domain->state != TOY_SLEEPS)
            return -1;
        domain->state = TOY_ON;
        return 0;
    case TOY_SHUT_DOWN:
        if (!alive)
            return -1;
        domain->state = TOY_IS_DOWN;
        return 0;
    case TOY_PANICKED:
        if (!alive)
            return -1;
        domain->state = TOY_HAS_PANICKED;
        return 0;
    }
    return -1;
}

static int change_locked(const unsigned char *uuid, const char *name, ToyChange change)
{
    ToyDomain *domain = find(uuid);
    if (domain == NULL) {
        if ((change != TOY_DEFINED && change != TOY_STARTED) || count == MOST)
            return -1;
        domain = &domains[count++];
        *domain = (ToyDomain){ .state = TOY_OFF };
        memcpy(domain->uuid, uuid, 16);
        snprintf(domain->name, sizeof domain->name, "%s", name);
    }
    if (apply(domain, change) != 0)
        return -1;
    ToyDomain now = *domain;
    if (!now.persistent && now.state == TOY_OFF)
        *domain = domains[--count];
    if (told != NULL)
        told(&now, change, told_opaque);
    return 0;
}

int toy_change(const unsigned char *uuid, const char *name, ToyChange change)
{
    pthread_mutex_lock(&lock);
    int result = unplugged ? -1 : change_locked(uuid, name, change);
    pthread_mutex_unlock(&lock);
    return result;
}

int toy_list(int (*each)(const ToyDomain *domain, void *data), void *data)
{
    int result = 0;
    pthread_mutex_lock(&lock);
    if (unplugged)
        result = -1;
    for (int i = 0; i < count && result == 0; i++)
        result = each(&domains[i], data);
    pthread_mutex_unlock(&lock);
    return result;
}

void toy_live(unsigned int random)
{
    char name[64];
    unsigned char uuid[16] = { [6] = 0x40, [8] = 0x80 };
    uuid[15] = (unsigned char)(random % 5);
    snprintf(name, sizeof name, "toy-%u", random % 5);
    pthread_mutex_lock(&lock);
    change_locked(uuid, name, (ToyChange)(random / 5 % (TOY_PANICKED + 1)));
    pthread_mutex_unlock(&lock);
}

void toy_clear(void)
{
    pthread_mutex_lock(&lock);
    count = 0;
    pthread_mutex_unlock(&lock);
}
