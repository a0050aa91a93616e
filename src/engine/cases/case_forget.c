#include "engine/cases/case_forget.h"

#include "engine/cases/draft.h"
#include "engine/cases/queries.h"
#include "engine/clock/queries.h"
#include "engine/record/queries.h"
#include "engine/record/record.h"

/* Whether an answer may stand in such an event: it was set or left behind there, or a rule that
 * chose the team asked for it. */
static bool may_hold_answers(struct str kind)
{
    static const enum event_kind kinds[] = {EVENT_CASE_OPENED,      EVENT_CASE_ROUTED,
                                            EVENT_CASE_MOVED,       EVENT_CASE_ANSWERED,
                                            EVENT_CASE_TRANSFERRED, EVENT_CASE_MIGRATED};

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (event_is(kind, kinds[i]))
            return true;
    return false;
}

static bool is_name_byte(struct str text, size_t at)
{
    char c = at < text.n ? text.p[at] : ' ';

    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* As a whole name: "animal" is not named by the service "stray-animal". */
static bool is_named_whole(struct str text, struct str name)
{
    for (size_t from = 0; from < text.n;) {
        ptrdiff_t found = str_find(str_slice(text, from, text.n), name);
        size_t at = from + (size_t)(found < 0 ? 0 : found);

        if (found < 0)
            return false;
        if ((at == 0 || !is_name_byte(text, at - 1)) && !is_name_byte(text, at + name.n))
            return true;
        from = at + name.n;
    }
    return false;
}

static bool is_named(struct str text, const struct forgotten *forgotten)
{
    for (size_t i = 0; i < forgotten->n; i++)
        if (is_named_whole(text, forgotten->fields[i]))
            return true;
    return false;
}

/* Openings held answers only while they said by which rule the team was chosen. */
static bool may_name_answers(const struct events_of_row *event)
{
    if (event_is(event->kind, EVENT_CASE_OPENED) && str_find(event->payload, S("\"route\"")) < 0)
        return false;
    return may_hold_answers(event->kind);
}

static enum rc forget_traces(struct ctx *ctx, int64_t case_id, const struct forgotten *forgotten)
{
    struct clocks_of_rows clocks;
    enum rc rc = clocks_of(ctx, case_id, &clocks);

    for (size_t i = 0; !rc && i < clocks.n; i++)
        if (is_named(clocks.rows[i].trace, forgotten))
            rc = clock_trace_drop(ctx, clocks.rows[i].id, NULL);
    return rc;
}

enum rc case_forget_answers(struct ctx *ctx, int64_t case_id, const struct forgotten *forgotten)
{
    struct events_of_rows events;
    enum rc rc = events_of(ctx, case_id, EVENT_STAFF, &events);

    for (size_t i = 0; !rc && i < events.n; i++) {
        const struct events_of_row *event = &events.rows[i];

        if (!event->payload_is_null && may_name_answers(event) &&
            is_named(event->payload, forgotten))
            rc = record_erase(ctx, event->id, forgotten->reason);
    }
    return rc ? rc : forget_traces(ctx, case_id, forgotten);
}

enum rc case_forget_draft(struct ctx *ctx, int64_t case_id)
{
    struct case_submission_row row;
    struct str token_hash;
    bool is_found;
    enum rc rc = case_submission(ctx, case_id, &is_found, &row);

    if (rc || !is_found || row.submission_is_null ||
        !draft_key_token(ctx->arena, row.submission, &token_hash))
        return rc;
    return draft_forget(ctx, token_hash, NULL);
}
