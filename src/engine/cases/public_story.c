#include "engine/cases/public_story.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/piece.h"
#include "engine/cases/asset.h"
#include "engine/cases/public_list.h"
#include "engine/cases/public_row.h"
#include "engine/cases/queries.h"
#include "engine/record/record.h"

#define EVENTS_A_TIME 1000

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

        if (!answer_is_public(ctx->city, field, &answers.of[i]))
            answers.of[i] = (struct answer){.is_given = false};
    }
    *ret = answers;
    return RC_OK;
}

static struct str word(const json_t *payload, const char *name)
{
    return str_of(json_string_value(json_object_get(payload, name)));
}

/* What the statements about events have in common. */
struct happening {
    int64_t id;
    struct instant at;
    struct str kind, payload;
    bool is_erased;
};

/* Generated rows differ in type alone. */
#define HAPPENING_OF(row) \
    ((struct happening){(row)->id, (row)->at, (row)->kind, (row)->payload, (row)->payload_is_null})

/* Fills *ret; false for an event that tells the public nothing. `payload` is NULL when it was
 * erased: that the case was opened is known without. */
static bool tell(const struct workflow *workflow, const struct happening *of, const json_t *payload,
                 struct public_update *ret)
{
    int state = -1, outcome = workflow_outcome(workflow, word(payload, "outcome"));
    enum event_kind kind;

    *ret = (struct public_update){.id = of->id, .at = of->at};
    if (!event_kind_of(of->kind, &kind))
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
#define KIND(name, word, widest, holds) case EVENT_##name:
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

static bool read_and_tell(struct ctx *ctx, const struct workflow *workflow,
                          const struct happening *of, struct public_update *ret)
{
    json_t *payload = NULL;

    if (!of->is_erased && json_parse(ctx, of->payload, RECORD_PAYLOAD_MAX, &payload))
        ctx_clear_error(ctx);
    return tell(workflow, of, payload, ret);
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
    for (size_t i = 0; i < rows.n; i++)
        updates.n += read_and_tell(ctx, shown->definition->workflow, &HAPPENING_OF(&rows.rows[i]),
                                   &updates.of[updates.n]);
    *ret = updates;
    return RC_OK;
}

/* Adds what happened to a case that everybody may be shown; its texts go to `home`. */
static enum rc add_happening(struct ctx *ctx, const struct public_events_run_row *row,
                             struct arena *home, struct public_happened *happened)
{
    struct public_told *told = &happened->of[happened->n];
    struct public_run_rows run;
    bool is_public = false;
    enum rc rc;

    if (row->cases_is_null)
        return RC_OK;
    rc = public_run(
        ctx, &(struct public_run_args){.with_only = true, .only = row->cases, .most = 1}, &run);
    if (!rc && run.n)
        rc = public_project(ctx, &run.rows[0], true, &told->shown, &is_public);
    if (rc || !is_public ||
        !read_and_tell(ctx, told->shown.definition->workflow, &HAPPENING_OF(row), &told->update))
        return rc;
    public_case_keep(home, &told->shown);
    told->update.text = str_copy(home, told->update.text);
    happened->n++;
    return RC_OK;
}

static int oldest_first(const void *left, const void *right)
{
    const struct public_events_run_row *a = left, *b = right;
    int order = instant_cmp(a->at, b->at);

    return order ? order : (a->id > b->id) - (a->id < b->id);
}

/* The next of them, at most EVENTS_A_TIME: one row more tells whether there are more, and is the
 * last in the order that was asked for. */
static enum rc tell_some(struct ctx *ctx, const struct public_events_ask *ask, int64_t skipped,
                         size_t most, struct public_happened *happened)
{
    struct public_events_run_rows rows = {.n = 0};
    struct piece piece;
    size_t begin = 0, end;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = public_events_run(
        ctx,
        &(struct public_events_run_args){
            .at_from = ask->from,
            .at_until = ask->until,
            .most = (int64_t)most + 1,
            .skipped = skipped,
            .order = ask->is_from_end ? PUBLIC_EVENTS_RUN_BY_NEWEST : PUBLIC_EVENTS_RUN_BY_OLDEST,
        },
        &rows);
    happened->has_more = rows.n > most;
    end = rows.n;
    if (rows.n)
        qsort(rows.rows, rows.n, sizeof *rows.rows, oldest_first);
    if (happened->has_more && ask->is_from_end)
        begin = 1;
    else if (happened->has_more)
        end--;
    for (size_t i = begin; !rc && i < end; i++)
        rc = add_happening(ctx, &rows.rows[i], piece.home, happened);
    piece_end(ctx, &piece);
    return rc;
}

enum rc public_happened(struct ctx *ctx, const struct public_events_ask *ask,
                        struct public_happened *ret)
{
    struct public_happened happened = {
        .of = ARENA_ARRAY(ctx->arena, ask->most + 1, struct public_told), .has_more = true};
    enum rc rc = happened.of ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; !rc && happened.has_more && i < ask->most; i += EVENTS_A_TIME) {
        size_t left = ask->most - i;

        rc = tell_some(ctx, ask, ask->skipped + (int64_t)i,
                       left < EVENTS_A_TIME ? left : EVENTS_A_TIME, &happened);
    }
    if (!rc)
        *ret = happened;
    return rc;
}
