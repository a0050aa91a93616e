/* Which ids a table has had so far: a dry run undoes each group of rows, so the store cannot tell
 * it that an id of an earlier group stands again. Sixteen to thirty-two bytes a row. Layer: svc. */
#ifndef SVC_REQUESTS_IMPORT_IDS_H
#define SVC_REQUESTS_IMPORT_IDS_H

#include "base/ctx.h"

struct import_ids {
    struct arena *arena; /* owned: import_ids_done; all zero is an empty set */
    uint64_t *tags;      /* beginnings of SHA-256; 0: free */
    size_t n, room;      /* room: a power of two, at least twice n */
};

/* Adds it; *ret tells whether it was there. ERR_MEMORY. */
enum rc import_ids_add(struct ctx *ctx, struct import_ids *ids, struct str id,
                       bool *ret) MUST_CHECK;
void import_ids_done(struct import_ids *ids);

#endif
