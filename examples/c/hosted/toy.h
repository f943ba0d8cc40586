/*
 * A toy hypervisor: domains in memory, whose guests have a life of their own. It
 * knows nothing of virtwatch. What happens to a domain it tells a function, in
 * order, with its lock held.
 */
#ifndef TOY_H
#define TOY_H

typedef enum {
    TOY_DEFINED, TOY_UNDEFINED,     /* there is a stored configuration, or no longer */
    TOY_STARTED, TOY_STOPPED,       /* there is an instance, or no longer */
    TOY_PAUSED, TOY_RESUMED,
    TOY_ASLEEP, TOY_AWAKE,
    TOY_SHUT_DOWN,                  /* the guest is down, the instance still there */
    TOY_PANICKED
} ToyChange;

typedef enum { TOY_OFF, TOY_ON, TOY_IS_PAUSED, TOY_SLEEPS, TOY_IS_DOWN, TOY_HAS_PANICKED } ToyState;

typedef struct {
    unsigned char uuid[16];
    char name[64];
    int persistent;
    ToyState state;
    int id; /* of the instance */
} ToyDomain;

typedef void (*ToyTold)(const ToyDomain *domain, ToyChange change, void *opaque);

/* Whom to tell; NULL = nobody. On return the one before is not told any more. */
void toy_tell(ToyTold told, void *opaque);

/* Something happens to a domain, if it can. 0; -1: it cannot. */
int toy_change(const unsigned char *uuid, const char *name, ToyChange change);

/* Calls each for every domain, until it returns other than 0. */
int toy_list(int (*each)(const ToyDomain *domain, void *data), void *data);

/* One of the guests does something by itself, or somebody behind everybody's back does. */
void toy_live(unsigned int random);

/* The whole hypervisor cannot be reached: it does not answer, while its guests live on. */
void toy_unplug(int unplugged);
int toy_is_unplugged(void);

/* No domain is left. */
void toy_clear(void);

#endif
