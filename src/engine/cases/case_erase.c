#include "engine/cases/case_erase.h"

#include "engine/cases/case_words.h"
#include "engine/cases/draft.h"
#include "engine/cases/queries.h"
#include "engine/clock/queries.h"
#include "engine/record/queries.h"
#include "engine/record/record.h"

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

static bool is_named(struct str text, const struct erasure *erasure)
{
    for (size_t i = 0; i < erasure->n; i++)
        if (is_named_whole(text, erasure->fields[i]))
            return true;
    return false;
}

/* Openings held answers only while they said by which rule the team was chosen. */
static bool may_name_answers(const struct events_of_row *event)
{
    if (event_is(event->kind, EVENT_CASE_OPENED) && str_find(event->payload, S("\"route\"")) < 0)
        return false;
    return event_holds(event->kind) == EVENT_HOLDS_ANSWERS ||
           event_holds(event->kind) == EVENT_HOLDS_LEFT;
}

static enum rc forget_traces(struct ctx *ctx, int64_t case_id, const struct erasure *erasure)
{
    struct clocks_of_rows clocks;
    enum rc rc = clocks_of(ctx, case_id, &clocks);

    for (size_t i = 0; !rc && i < clocks.n; i++)
        if (is_named(clocks.rows[i].trace, erasure))
            rc = clock_trace_drop(ctx, clocks.rows[i].id, NULL);
    return rc;
}

static enum rc forget_events(struct ctx *ctx, int64_t case_id, const struct erasure *erasure)
{
    struct events_of_rows events;
    enum rc rc = events_of(ctx, case_id, EVENT_STAFF, &events);

    for (size_t i = 0; !rc && i < events.n; i++) {
        const struct events_of_row *event = &events.rows[i];

        if (!event->payload_is_null && may_name_answers(event) && is_named(event->payload, erasure))
            rc = record_erase(ctx, event->id, erasure->reason);
    }
    return rc;
}

enum rc case_erase_draft(struct ctx *ctx, int64_t case_id)
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

/* ---- All of it */

/* Takes them out of the answers; false when the case has none of them. */
static bool take_out(struct answers *answers, const struct erasure *erasure)
{
    bool has_any = false;

    for (size_t i = 0; i < answers->definition->field_n; i++)
        for (size_t j = 0; answers->of[i].is_given && j < erasure->n; j++)
            if (str_eq(answers->definition->fields[i].id, erasure->fields[j])) {
                answers->of[i].is_given = false;
                has_any = true;
            }
    return has_any;
}

/* In any version: what a transfer or a newer version left behind was found by its words once. */
static bool has_text(const struct city *city, const struct erasure *erasure)
{
    for (size_t i = 0; i < erasure->n; i++)
        for (size_t j = 0; j < city->version_n; j++) {
            const struct field *field = definition_field(city->versions[j], erasure->fields[i]);

            if (field && field_kind(field->type)->holds == FIELD_HOLDS_WORDS)
                return true;
        }
    return false;
}

static enum rc forget(struct ctx *ctx, int64_t case_id, const struct erasure *erasure)
{
    enum rc rc = has_text(ctx->city, erasure) ? case_words_forget(ctx) : RC_OK;

    if (!rc)
        rc = case_erase_draft(ctx, case_id);
    if (!rc)
        rc = forget_events(ctx, case_id, erasure);
    return rc ? rc : forget_traces(ctx, case_id, erasure);
}

enum rc case_erase_answers(struct ctx *ctx, const struct stored_case *stored,
                           const struct erasure *erasure)
{
    struct answers answers;
    enum rc rc = answers_copy(ctx, &stored->answers, &answers);

    if (!rc && take_out(&answers, erasure))
        rc = stored_case_answer(ctx, stored, &answers);
    return rc ? rc : forget(ctx, stored->row.id, erasure);
}

enum rc case_erase_left(struct ctx *ctx, const struct stored_case *stored,
                        const struct erasure *erasure)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < erasure->n; i++)
        rc = kept_drop_left(ctx, stored->row.id, stored->row.service_version, erasure->fields[i],
                            NULL);
    return rc ? rc : forget(ctx, stored->row.id, erasure);
}
