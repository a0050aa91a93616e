#include "engine/cases/case_line.h"

#include "engine/cases/queries.h"
#include "engine/definition/answer.h"

/* Answers that cannot be read are none: a list is no place to stop at them. */
static enum rc read_answers(struct ctx *ctx, struct case_line *line)
{
    struct answers *answers = ARENA_NEW(ctx->arena, struct answers);
    struct public_answers_of_row row;
    bool is_found;
    enum rc rc =
        answers ? public_answers_of(ctx, line->id, &is_found, &row) : FAIL(ctx, ERR_MEMORY);

    if (rc || !is_found || !line->definition)
        return rc;
    if (answers_parse(ctx, line->definition, row.answers, answers))
        ctx_clear_error(ctx);
    else
        line->answers = answers;
    return RC_OK;
}

enum rc case_line_read(struct ctx *ctx, const struct case_run_row *row, bool with_answers,
                       struct case_line *ret)
{
    struct case_line line;
    const struct definition *definition = city_version(ctx->city, row->service_version);
    int state = definition ? workflow_state(definition->workflow, row->state) : -1;
    struct case_line_of_row more;
    enum rc rc = case_line_of(ctx, row->id, &more);

    if (rc)
        return rc;
    line = (struct case_line){
        .id = row->id,
        .lock_version = more.lock_version,
        .number = row->number,
        .definition = definition,
        .state_id = row->state,
        .state = state < 0 ? NULL : &definition->workflow->states[state],
        .state_type = (enum state_type)row->state_type,
        .outcome = row->outcome_is_null ? STR_NONE : row->outcome,
        .team = row->team_is_null ? NULL : city_team_by_row(ctx->city, row->team),
        .assignee_id = row->assignee_is_null ? 0 : row->assignee,
        .assignee = more.assignee_name_is_null ? STR_NONE : more.assignee_name,
        .place = more.place_label_is_null ? STR_NONE : more.place_label,
        .district = row->district,
        .channel = row->channel,
        .lang = row->lang,
        .description = more.description,
        .has_point = !more.lat_e7_is_null && !more.lon_e7_is_null,
        .point = {(int32_t)more.lat_e7, (int32_t)more.lon_e7},
        .opened = row->opened,
        .updated = row->updated,
        .is_closed = !row->closed_is_null,
        .closed = row->closed,
        .has_due = !row->due_is_null,
        .due = row->due,
        .is_added = more.is_added && row->closed_is_null,
    };
    rc = with_answers ? read_answers(ctx, &line) : RC_OK;
    if (!rc)
        *ret = line;
    return rc;
}
