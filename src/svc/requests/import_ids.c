#include "svc/requests/import_ids.h"

#include <string.h>

#include "base/crypto.h"

#define ROOM_BEGIN 4096
#define MAX_BYTES  ((size_t)2 << 30)

/* Where it stands, or the free place where it may. */
static size_t place_of(const uint64_t *tags, size_t room, uint64_t tag)
{
    size_t i = tag & (room - 1);

    while (tags[i] && tags[i] != tag)
        i = (i + 1) & (room - 1);
    return i;
}

static enum rc grow(struct ctx *ctx, struct import_ids *ids)
{
    size_t room = ids->room ? 2 * ids->room : ROOM_BEGIN;
    uint64_t *tags;

    if (!ids->arena)
        ids->arena = arena_new(MAX_BYTES);
    tags = ids->arena ? ARENA_ARRAY(ids->arena, room, uint64_t) : NULL;
    if (!tags)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < ids->room; i++)
        if (ids->tags[i])
            tags[place_of(tags, room, ids->tags[i])] = ids->tags[i];
    ids->tags = tags;
    ids->room = room;
    return RC_OK;
}

static uint64_t tag_of(struct str id)
{
    struct crypto_hash hash = crypto_sha256(id);
    uint64_t tag;

    memcpy(&tag, hash.bytes, sizeof tag);
    return tag ? tag : 1;
}

enum rc import_ids_add(struct ctx *ctx, struct import_ids *ids, struct str id, bool *ret)
{
    uint64_t tag = tag_of(id);
    enum rc rc = 2 * (ids->n + 1) > ids->room ? grow(ctx, ids) : RC_OK;
    size_t at;

    if (rc)
        return rc;
    at = place_of(ids->tags, ids->room, tag);
    *ret = ids->tags[at] == tag;
    if (!*ret)
        ids->n++;
    ids->tags[at] = tag;
    return RC_OK;
}

void import_ids_done(struct import_ids *ids)
{
    arena_free(ids->arena);
    *ids = (struct import_ids){.n = 0};
}
