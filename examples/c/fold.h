/*
 * A list of domains that is kept from records alone: the reference fold.
 *
 * Feed it every record of a watch, or of a record callback, that began with
 * VW_WATCH_SNAPSHOT. At every SYNCED, and after it at the end of every change
 * (an event without VW_EVENT_MORE), the list equals the registry. No other call
 * is needed.
 */
#ifndef FOLD_H
#define FOLD_H

#include <stdlib.h>
#include <string.h>

#include <virtwatch/virtwatch.h>

/* What is known of a domain. */
typedef struct {
    unsigned char uuid[VW_UUID_BUFLEN];
    char *name;
    int id; /* -1 when it is not active */
    int state, reason;
    int persistent;
    uint64_t incarnation, definition;
} Known;

typedef struct {
    Known *known;
    size_t count, room;
} Fold;

static inline Known *fold_find(const Fold *fold, const unsigned char *uuid)
{
    for (size_t i = 0; i < fold->count; i++)
        if (memcmp(fold->known[i].uuid, uuid, VW_UUID_BUFLEN) == 0)
            return &fold->known[i];
    return NULL;
}

static inline void fold_forget(Fold *fold, Known *known)
{
    free(known->name);
    *known = fold->known[--fold->count];
}

static inline void fold_clear(Fold *fold)
{
    while (fold->count > 0)
        fold_forget(fold, &fold->known[0]);
    free(fold->known);
    *fold = (Fold){ 0 };
}

/* Applies a record. Returns 0; -1 when memory is short. */
static inline int fold(Fold *fold, const vwRecord *rec)
{
    /* After a reset, all that is not named again does not exist. */
    if (rec->kind == VW_RECORD_CATCHUP && rec->origin == VW_ORIGIN_RESET)
        fold_clear(fold);
    if (rec->kind != VW_RECORD_EVENT)
        return 0;

    int persistent = (rec->flags & VW_EVENT_PERSISTENT_AFTER) != 0;
    int active = (rec->flags & VW_EVENT_ACTIVE_AFTER) != 0;
    Known *known = fold_find(fold, rec->uuid);
    if (!persistent && !active) { /* what neither is does not exist */
        if (known != NULL)
            fold_forget(fold, known);
        return 0;
    }

    size_t length = strlen(rec->name) + 1;
    char *name = malloc(length);
    if (name == NULL)
        return -1;
    memcpy(name, rec->name, length);
    if (known == NULL) {
        if (fold->count == fold->room) {
            size_t room = fold->room > 0 ? fold->room * 2 : 16;
            Known *larger = realloc(fold->known, room * sizeof *larger);
            if (larger == NULL) {
                free(name);
                return -1;
            }
            fold->known = larger;
            fold->room = room;
        }
        known = &fold->known[fold->count++];
        known->name = NULL;
    }
    free(known->name);
    memcpy(known->uuid, rec->uuid, VW_UUID_BUFLEN);
    known->name = name;
    known->id = active ? rec->id : -1; /* STOPPED has the id of the run that ended */
    known->state = rec->state_after;
    known->reason = rec->reason_after;
    known->persistent = persistent;
    known->incarnation = rec->incarnation;
    known->definition = rec->definition;
    return 0;
}

#endif
