#include "engine/record.h"

#include "base/crypto.h"
#include "db/db.h"
#include "engine/queries.h"
#include "people/actor.h"

#define SALT_BYTES 16

/* SHA-256 over salt and payload: says nothing about the payload to who has no salt. */
static struct crypto_hash commitment_of(struct ctx *ctx, struct str salt, struct str payload)
{
    const struct str pieces[] = {salt, payload};

    return crypto_sha256(str_join(ctx->arena, pieces, 2, STR_NONE));
}

enum rc record_add(struct ctx *ctx, const struct event *event, int64_t *ret_id)
{
    char salt_bytes[SALT_BYTES];
    struct str salt = {salt_bytes, sizeof salt_bytes};
    struct crypto_hash commitment;
    const struct actor *actor = ctx->actor;
    int64_t id;
    enum rc rc;

    crypto_random_bytes(salt_bytes, sizeof salt_bytes);
    commitment = commitment_of(ctx, salt, event->payload);
    rc = event_add(ctx,
                   &(struct event_add_args){
                       .at = ctx->now,
                       .kind = str_of(event->kind),
                       .cases = event->case_id,
                       .cases_is_null = event->case_id == 0,
                       .actor_kind = actor_kind_word(actor),
                       .actor = actor ? actor->id : 0,
                       .actor_is_null = !actor || actor->id == 0,
                       .audience = event->audience,
                       .commitment = crypto_hash_str(&commitment),
                   },
                   &id);
    if (!rc)
        rc = event_payload_add(ctx, id, salt, event->payload, NULL);
    if (!rc && ret_id)
        *ret_id = id;
    return rc;
}
