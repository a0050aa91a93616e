/* What the public is told of a case beyond its line in a list: released answers, and what
 * happened. */
#include "base/json.h"
#include "engine/cases/public_case.h"
#include "engine/cases/queries.h"
#include "engine/record/record.h"

enum rc public_answers(struct ctx *ctx, const struct public_case *shown, struct answers *ret)
{
    struct public_answers_of_row row;
    struct answers answers;
    bool is_found;
    enum rc rc = public_answers_of(ctx, shown->id, &is_found, &row);

    if (!rc && !is_found)
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = answers_parse(ctx, shown->definition, row.answers, &answers);
    if (rc)
        return rc;
    for (size_t i = 0; i < shown->definition->field_n; i++) {
        const struct field *field = &shown->definition->fields[i];

        if (!field_is_public(field))
            answers.of[i] = (struct answer){.is_given = false};
    }
    *ret = answers;
    return RC_OK;
}

static struct str word(const json_t *payload, const char *name)
{
    return str_of(json_string_value(json_object_get(payload, name)));
}

/* Fills *ret; false for an event that tells the public nothing. `payload` is NULL when it was
 * erased: that the case was opened is known without. */
static bool tell(const struct workflow *workflow, const struct public_events_of_row *row,
                 const json_t *payload, struct public_update *ret)
{
    int state = -1, outcome = workflow_outcome(workflow, word(payload, "outcome"));
    enum event_kind kind;

    *ret = (struct public_update){.id = row->id, .at = row->at};
    if (!event_kind_of(row->kind, &kind))
        return false;
    switch (kind) {
    case EVENT_CASE_OPENED: state = workflow->start; break;
    case EVENT_CASE_STEP: state = workflow_state(workflow, word(payload, "to")); break;
    case EVENT_CASE_IMPORTED: state = workflow_state(workflow, word(payload, "state")); break;
    case EVENT_NOTE_ADDED: ret->text = word(payload, "text"); break;
    case EVENT_CASE_ANSWERED: /* answers are read from the case, as far as they are released */
    case EVENT_CASE_MERGED:   /* shown by the case's state and its number */
    case EVENT_CASE_UNMERGED:
    case EVENT_DESCRIPTION_RELEASED:
    case EVENT_PHOTO_RELEASED:
    case EVENT_CLOCK_MOVED:
    case EVENT_MESSAGE_ADDED: /* for the parties */
    case EVENT_PHOTO_ADDED:
    case EVENT_CASE_RATED:
#define KIND(name, word, widest) case EVENT_##name:
#include "engine/record/staff_kinds.def"
#undef KIND
    case EVENT_KIND__N: break;
    }
    if (state >= 0)
        ret->state = &workflow->states[state];
    if (outcome >= 0 && state >= 0 && ret->state->type == STATE_CLOSED)
        ret->outcome = &workflow->outcomes[outcome];
    return ret->state || ret->text.n;
}

enum rc public_updates(struct ctx *ctx, const struct public_case *shown, struct instant from,
                       struct instant until, struct public_updates *ret)
{
    struct public_updates updates = {.n = 0};
    struct public_events_of_rows rows;
    enum rc rc = public_events_of(ctx, shown->id, from, until, &rows);

    if (rc)
        return rc;
    updates.of = ARENA_ARRAY(ctx->arena, rows.n + 1, struct public_update);
    if (!updates.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        json_t *payload = NULL;

        if (!rows.rows[i].payload_is_null &&
            json_parse(ctx, rows.rows[i].payload, RECORD_PAYLOAD_MAX, &payload))
            ctx_clear_error(ctx);
        updates.n +=
            tell(shown->definition->workflow, &rows.rows[i], payload, &updates.of[updates.n]);
    }
    *ret = updates;
    return RC_OK;
}
