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
    enum event_holds holds;
} kinds[] = {
#define KIND(name, word, widest, holds) {STR(word), EVENT_##widest, EVENT_HOLDS_##holds},
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

bool event_is(struct str word, enum event_kind kind)
{
    return str_eq(word, kinds[kind].word);
}

enum event_holds event_holds(struct str word)
{
    enum event_kind kind;

    return event_kind_of(word, &kind) ? kinds[kind].holds : EVENT_HOLDS_NOTHING;
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
static enum rc deliver(struct ctx *ctx, enum event_kind kind, int64_t case_id, int64_t event_id)
{
    if (kind == EVENT_CASE_IMPORTED)
        return RC_OK;
    return deliveries_add(ctx,
                          &(struct deliveries_add_args){
                              .event = event_id,
                              .cases = case_id,
                              .kind = event_kind_word(kind),
                              .now = ctx->now,
                          },
                          NULL);
}

struct entry {
    struct str kind;
    int64_t case_id; /* 0: about none */
    enum event_audience audience;
    struct str payload;
};

static enum rc add(struct ctx *ctx, const struct entry *entry, int64_t *ret_id)
{
    char salt_bytes[SALT_BYTES];
    struct str salt = {salt_bytes, sizeof salt_bytes};
    const struct actor *actor = ctx->actor;
    int64_t id;
    enum rc rc;

    crypto_random_bytes(salt_bytes, sizeof salt_bytes);
    rc = event_add(ctx,
                   &(struct event_add_args){
                       .at = ctx->now,
                       .kind = entry->kind,
                       .cases = entry->case_id,
                       .cases_is_null = entry->case_id == 0,
                       .actor_kind = actor_kind_word(actor),
                       .actor = actor ? actor->id : 0,
                       .actor_is_null = !actor || actor->id == 0,
                       .audience = entry->audience,
                       .commitment = record_commitment(ctx->arena, salt, entry->payload),
                   },
                   &id);
    if (!rc)
        rc = event_payload_add(ctx, id, salt, entry->payload, NULL);
    if (!rc)
        *ret_id = id;
    return rc;
}

enum rc record_add(struct ctx *ctx, const struct event *event, int64_t *ret_id)
{
    struct entry entry = {event_kind_word(event->kind), event->case_id, event->audience,
                          event->payload};
    int64_t id;
    enum rc rc;

    assert(event->audience >= kinds[event->kind].widest);
    rc = add(ctx, &entry, &id);
    if (!rc && event->case_id)
        rc = deliver(ctx, event->kind, event->case_id, id);
    if (!rc && ret_id)
        *ret_id = id;
    return rc;
}

enum rc record_add_other(struct ctx *ctx, const char *kind, enum event_audience audience,
                         struct str payload)
{
    struct entry entry = {.kind = str_of(kind), .audience = audience, .payload = payload};
    enum event_kind of_case;
    int64_t id;

    assert(!event_kind_of(entry.kind, &of_case));
    return add(ctx, &entry, &id);
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
    if (is_found && event_is(about.kind, EVENT_PAYLOAD_ERASED))
        return FAIL(ctx, ERR_DENIED);
    if (!payload.n)
        return FAIL(ctx, ERR_TOO_LONG, .field = S("reason"), .arg = S("1000"));
    rc = event_payload_drop(ctx, event_id, &dropped);
    if (rc)
        return rc;
    if (!is_found || !dropped)
        return FAIL(ctx, ERR_NOT_FOUND);
    return record_add(ctx,
                      &(struct event){EVENT_PAYLOAD_ERASED, about.cases_is_null ? 0 : about.cases,
                                      EVENT_STAFF, payload},
                      NULL);
}
