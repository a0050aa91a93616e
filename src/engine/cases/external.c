#include "engine/cases/external.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/queries.h"
#include "engine/record/case_event.h"
#include "people/actor.h"

struct adding {
    const struct external_message *message;
    struct str external_id;
    int64_t id;
};

static enum rc record_message(struct ctx *ctx, const struct external_message *message,
                              enum event_audience audience)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("text"), message->text);
    json_put_member(&event.json, S("system"), message->system);
    return case_event_end(ctx, &event, message->case_id, EVENT_MESSAGE_ADDED, audience);
}

static enum rc audience_of(struct ctx *ctx, const struct external_message *message,
                           enum event_audience *ret)
{
    struct case_opened_by_row opened = {0};
    enum rc rc = RC_OK;

    if (!message->may_tell && ctx->actor)
        rc = case_opened_by(ctx, message->case_id, ctx->actor->id, &opened);
    if (!rc)
        *ret = message->may_tell || opened.total ? EVENT_PARTIES : EVENT_STAFF;
    return rc;
}

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    struct adding *adding = arg;
    const struct external_message *message = adding->message;
    struct external_get_row before;
    enum event_audience audience;
    bool is_known;
    enum rc rc =
        external_get(ctx, message->system, S("message"), adding->external_id, &is_known, &before);

    if (rc)
        return rc;
    if (is_known) {
        adding->id = before.id;
        return RC_OK;
    }
    rc = audience_of(ctx, message, &audience);
    if (rc)
        return rc;
    rc = external_add(ctx,
                      &(struct external_add_args){
                          .system = message->system,
                          .kind = S("message"),
                          .external_id = adding->external_id,
                          .cases = message->case_id,
                      },
                      &adding->id);
    if (!rc)
        rc = record_message(ctx, message, audience);
    return rc ? rc : case_touch(ctx, message->case_id, ctx->now, NULL);
}

/* Checks what was said; *ret is what is to be added. */
static enum rc begin(struct ctx *ctx, const struct external_message *message, struct adding *ret)
{
    enum rc rc;

    *ret = (struct adding){.message = message, .external_id = message->external_id};
    if (!message->text.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("description"));
    rc = text_check(ctx, message->text, S("description"), TEXT_LONG_MAX);
    if (!rc)
        rc = text_check_line(ctx, message->external_id, S("update_id"), EXTERNAL_ID_MAX);
    if (!rc && !ret->external_id.n)
        ret->external_id = crypto_token(ctx->arena);
    return rc;
}

enum rc external_message_add_within(struct ctx *ctx, const struct external_message *message,
                                    int64_t *ret_id)
{
    struct adding adding;
    enum rc rc = begin(ctx, message, &adding);

    if (!rc)
        rc = add_tx(ctx, &adding);
    if (!rc)
        *ret_id = adding.id;
    return rc;
}

enum rc external_message_add(struct ctx *ctx, const struct external_message *message,
                             int64_t *ret_id)
{
    struct adding adding;
    enum rc rc = begin(ctx, message, &adding);

    if (!rc)
        rc = db_tx(ctx, add_tx, &adding);
    if (!rc)
        *ret_id = adding.id;
    return rc;
}
