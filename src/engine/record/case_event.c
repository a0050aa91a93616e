#include "engine/record/case_event.h"

#include "base/err.h"

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
