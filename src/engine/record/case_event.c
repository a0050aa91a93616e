#include "engine/record/case_event.h"

#include "base/err.h"

#define TWICE_US (10 * US_PER_MIN)

void case_event_begin(struct ctx *ctx, struct case_event *event)
{
    event->out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    event->json = json_writer_on(&event->out);
    json_begin_object(&event->json);
}

enum rc case_event_add(struct ctx *ctx, struct case_event *event, const struct event *about,
                       int64_t *ret_id)
{
    struct event whole = *about;

    json_end_object(&event->json);
    if (!json_is_complete(&event->json))
        return FAIL(ctx, ERR_TOO_LARGE);
    whole.payload = buf_str(&event->out);
    return record_add(ctx, &whole, ret_id);
}

enum rc case_event_end(struct ctx *ctx, struct case_event *event, int64_t case_id,
                       enum event_kind kind, enum event_audience audience)
{
    return case_event_add(
        ctx, event, &(struct event){.kind = kind, .case_id = case_id, .audience = audience}, NULL);
}

enum rc case_event_text(struct ctx *ctx, int64_t case_id, enum event_kind kind,
                        enum event_audience audience, struct str text)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("text"), text);
    return case_event_end(ctx, &event, case_id, kind, audience);
}

/* The texts are compared, not the payloads: how JSON is written may change. */
bool case_event_is_again(struct ctx *ctx, struct instant at, struct str payload, struct str text)
{
    json_t *root;
    struct str said;

    if (!payload.n || ctx->now.us_utc - at.us_utc > TWICE_US)
        return false;
    if (json_parse(ctx, payload, RECORD_PAYLOAD_MAX, &root) ||
        json_get_str(ctx, root, S("text"), &said)) {
        ctx_clear_error(ctx);
        return false;
    }
    return str_eq(said, text);
}
