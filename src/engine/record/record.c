#include "engine/record/record.h"

#include <assert.h>

#include "base/crypto.h"
#include "db/db.h"
#include "engine/record/queries.h"
#include "people/actor.h"

#define SALT_BYTES 16

static const struct {
    struct str word;
    enum event_audience widest;
} kinds[] = {
#define KIND(name, word, widest) {STR(word), EVENT_##widest},
#include "engine/record/kinds.def"
#undef KIND
};

struct str event_kind_word(enum event_kind kind)
{
    return kinds[kind].word;
}

bool event_kind_of(struct str word, enum event_kind *ret)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        if (str_eq(kinds[i].word, word)) {
            *ret = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

static bool is_good(const struct event *event)
{
    enum event_kind kind;

    return !event->case_id ||
           (event_kind_of(str_of(event->kind), &kind) && event->audience >= kinds[kind].widest);
}

/* Says nothing about the payload to who has no salt. */
struct str record_commitment(struct arena *arena, struct str salt, struct str payload)
{
    const struct str pieces[] = {salt, payload};
    struct crypto_hash hash = crypto_sha256(str_join(arena, pieces, 2, STR_NONE));

    return str_copy(arena, crypto_hash_str(&hash));
}

/* Who subscribed to such events is told of it (message/webhook.h sends): the event and its
 * deliveries are one transaction. What was imported is history and no news. */
static enum rc deliver(struct ctx *ctx, const char *kind, int64_t case_id, int64_t event_id)
{
    if (strcmp(kind, "case.imported") == 0)
        return RC_OK;
    return deliveries_add(ctx,
                          &(struct deliveries_add_args){
                              .event = event_id,
                              .cases = case_id,
                              .kind = str_of(kind),
                              .now = ctx->now,
                          },
                          NULL);
}

enum rc record_add(struct ctx *ctx, const struct event *event, int64_t *ret_id)
{
    char salt_bytes[SALT_BYTES];
    struct str salt = {salt_bytes, sizeof salt_bytes};
    const struct actor *actor = ctx->actor;
    int64_t id;
    enum rc rc;

    assert(is_good(event));
    crypto_random_bytes(salt_bytes, sizeof salt_bytes);
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
                       .commitment = record_commitment(ctx->arena, salt, event->payload),
                   },
                   &id);
    if (!rc)
        rc = event_payload_add(ctx, id, salt, event->payload, NULL);
    if (!rc && event->case_id)
        rc = deliver(ctx, event->kind, event->case_id, id);
    if (!rc && ret_id)
        *ret_id = id;
    return rc;
}

static struct str erased_payload(struct ctx *ctx, int64_t event_id, struct str reason)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member_i64(&json, S("event"), event_id);
    json_put_member(&json, S("reason"), reason);
    json_end_object(&json);
    return json_is_complete(&json) ? buf_str(&out) : STR_NONE;
}

enum rc record_erase(struct ctx *ctx, int64_t event_id, struct str reason)
{
    struct event_about_row about;
    struct str payload = erased_payload(ctx, event_id, reason);
    int64_t dropped = 0;
    bool is_found;
    enum rc rc = event_about(ctx, event_id, &is_found, &about);

    if (rc)
        return rc;
    if (is_found && str_eq(about.kind, S(RECORD_ERASED)))
        return FAIL(ctx, ERR_DENIED);
    if (!payload.n)
        return FAIL(ctx, ERR_TOO_LONG, .field = S("reason"), .arg = S("1000"));
    rc = event_payload_drop(ctx, event_id, &dropped);
    if (rc)
        return rc;
    if (!is_found || !dropped)
        return FAIL(ctx, ERR_NOT_FOUND);
    return record_add(
        ctx,
        &(struct event){RECORD_ERASED, about.cases_is_null ? 0 : about.cases, EVENT_STAFF, payload},
        NULL);
}
