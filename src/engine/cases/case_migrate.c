#include "engine/cases/case_migrate.h"

#include "base/json.h"
#include "base/piece.h"
#include "db/db.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/number.h"
#include "engine/cases/queries.h"
#include "engine/cases/stored_case.h"
#include "engine/cases/timer.h"
#include "engine/clock/turn.h"
#include "engine/record/case_event.h"

#define PAGE 200

struct moving {
    const struct case_migration *how;
    int64_t case_id;
    struct stored_case stored;
    struct answers answers; /* as the new version has them */
    int state;              /* of the new workflow */
    struct str obstacle;    /* why it stays; empty: it can be moved */
    struct str left;        /* JSON: the answers that the new version has no place for */
    bool leaves_answers;
};

static struct str find_obstacle(struct ctx *ctx, struct moving *moving)
{
    const struct definition *to = moving->how->to;
    const struct workflow *from = moving->stored.definition->workflow;
    struct str state = moving->stored.row.state;
    int before = workflow_state(from, state);

    moving->state = workflow_state(to->workflow, state);
    if (moving->state < 0)
        return str_fmt(ctx->arena, "the new workflow has no state \"%.*s\"", STR_ARG(state));
    if (before < 0 || to->workflow->states[moving->state].type != from->states[before].type)
        return str_fmt(ctx->arena, "the state \"%.*s\" means something else in the new workflow",
                       STR_ARG(state));
    for (size_t i = 0; i < to->field_n; i++) {
        const struct field *field = &to->fields[i];

        if (field->is_required && !field->has_default && !field->when.program &&
            field->audience != AUDIENCE_STAFF && !moving->answers.of[i].is_given)
            return str_fmt(ctx->arena,
                           "there is no answer to \"%.*s\", which the new version needs",
                           STR_ARG(field->id));
    }
    return STR_NONE;
}

/* An answer goes the way of one that is typed, so that the new field's limits hold for it. */
static bool carry(struct ctx *ctx, const struct stored_case *stored, size_t at, struct answers *to)
{
    const struct answers *from = &stored->answers;
    const struct field *old = &from->definition->fields[at];
    const struct field *field = definition_field(to->definition, old->id);
    struct str typed = answer_typed(ctx->arena, old, &from->of[at]), parts[64], rest = typed;
    struct answer *answer;
    size_t n = 0;

    if (!field || field->type != old->type)
        return false;
    if (field_kind(field->type)->takes_several)
        while (n < COUNT(parts) && str_next(&rest, ',', &parts[n]))
            n++;
    else
        parts[n++] = typed;
    answer = &to->of[field - to->definition->fields];
    if (answer_read(ctx, field, parts, n, answer) == RC_OK &&
        asset_check(ctx, field, answer, stored->has_place ? &stored->place : NULL) == RC_OK)
        return true;
    *answer = (struct answer){.is_given = false};
    ctx_clear_error(ctx);
    return false;
}

static enum rc carry_answers(struct ctx *ctx, struct moving *moving)
{
    const struct answers *from = &moving->stored.answers;
    struct buf left = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&left);
    enum rc rc = answers_new(ctx, moving->how->to, &moving->answers);

    if (rc)
        return rc;
    json_begin_object(&json);
    for (size_t i = 0; i < from->definition->field_n; i++) {
        if (!from->of[i].is_given || carry(ctx, &moving->stored, i, &moving->answers))
            continue;
        json_put_member(&json, from->definition->fields[i].id,
                        answer_typed(ctx->arena, &from->definition->fields[i], &from->of[i]));
        moving->leaves_answers = true;
    }
    json_end_object(&json);
    moving->left = buf_str(&left);
    return json_is_complete(&json) ? RC_OK : FAIL(ctx, ERR_TOO_LARGE);
}

static enum rc look_at(struct ctx *ctx, struct moving *moving)
{
    enum rc rc = stored_case_read(ctx, moving->case_id, &moving->stored);

    moving->leaves_answers = false;
    if (!rc)
        rc = carry_answers(ctx, moving);
    if (!rc)
        moving->obstacle = find_obstacle(ctx, moving);
    return rc;
}

static enum rc record_migrated(struct ctx *ctx, const struct moving *moving)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member_i64(&event.json, S("from"), moving->stored.definition->version);
    json_put_member_i64(&event.json, S("to"), moving->how->to->version);
    json_put_member(&event.json, S("reason"), moving->how->reason);
    if (moving->leaves_answers) {
        json_put_key(&event.json, S("left"));
        json_put_raw(&event.json, moving->left);
    }
    return case_event_end(ctx, &event, moving->case_id, EVENT_CASE_MIGRATED, EVENT_STAFF);
}

static enum rc move_case(struct ctx *ctx, void *arg)
{
    struct moving *moving = arg;
    const struct definition *to = moving->how->to;
    enum rc rc = look_at(ctx, moving);

    if (rc || moving->obstacle.n || moving->stored.row.service_version == to->version_id)
        return rc;
    rc = case_version_set(ctx,
                          &(struct case_version_set_args){.id = moving->case_id,
                                                          .service_version = to->version_id,
                                                          .confidentiality = to->audience,
                                                          .updated = ctx->now},
                          NULL);
    if (!rc)
        rc = stored_case_answer(ctx, &moving->stored, &moving->answers);
    if (!rc)
        rc = clocks_migrate(ctx, moving->case_id, to, moving->stored.definition->version);
    if (!rc)
        rc = timer_enter(ctx, moving->case_id, to->workflow, moving->state,
                         moving->stored.row.state_since);
    return rc ? rc : record_migrated(ctx, moving);
}

static enum rc move_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, move_case, arg); /* timers begin anew */
}

static void say(struct buf *report, const struct moving *moving)
{
    struct str number = moving->stored.row.number;

    if (moving->obstacle.n)
        buf_add_fmt(report, "%.*s: stays: %.*s\n", STR_ARG(number), STR_ARG(moving->obstacle));
    else if (moving->leaves_answers)
        buf_add_fmt(report, "%.*s: without a place in the new version: %.*s\n", STR_ARG(number),
                    STR_ARG(moving->left));
}

static enum rc look_or_move(struct ctx *ctx, struct moving *moving)
{
    enum rc rc;

    if (!moving->how->is_dry)
        return db_tx(ctx, move_tx, moving);
    rc = db_reader_acquire(ctx);
    if (!rc)
        rc = look_at(ctx, moving);
    db_reader_release(ctx);
    return rc;
}

/* One case, in memory of its own: there may be a hundred thousand. */
static enum rc migrate_one(struct ctx *ctx, const struct case_migration *how, int64_t case_id,
                           struct buf *report, struct case_migrated *sum)
{
    struct moving moving = {.how = how, .case_id = case_id};
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = look_or_move(ctx, &moving);
    if (rc && ctx->err.id == ERR_TOO_LARGE) {
        moving.obstacle = S("what it would leave behind is too long for the record");
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    if (!rc) {
        say(report, &moving);
        sum->moved += !moving.obstacle.n;
        sum->stay += moving.obstacle.n > 0;
    }
    piece_end(ctx, &piece);
    return rc;
}

static enum rc read_page(struct ctx *ctx, const struct definition *to, int64_t after,
                         struct cases_of_other_versions_rows *ret)
{
    enum rc rc = db_reader_acquire(ctx);

    if (!rc)
        rc = cases_of_other_versions(
            ctx,
            &(struct cases_of_other_versions_args){.service = to->service_id,
                                                   .service_version = to->version_id,
                                                   .after_id = after,
                                                   .most = PAGE},
            ret);
    db_reader_release(ctx);
    return rc;
}

static enum rc migrate_all(struct ctx *ctx, const struct case_migration *how, struct buf *report,
                           struct case_migrated *sum)
{
    int64_t after = 0;

    for (;;) {
        struct cases_of_other_versions_rows page;
        enum rc rc = read_page(ctx, how->to, after, &page);

        if (rc || page.n == 0)
            return rc;
        after = page.rows[page.n - 1].id;
        for (size_t i = 0; !rc && i < page.n; i++)
            rc = migrate_one(ctx, how, page.rows[i].id, report, sum);
        if (rc)
            return rc;
    }
}

static enum rc find_case(struct ctx *ctx, const struct case_migration *how, int64_t *ret_id)
{
    struct case_by_number_row row;
    bool is_found = false;
    enum rc rc = db_reader_acquire(ctx);

    if (!rc)
        rc = case_by_number(ctx, how->number, &is_found, &row);
    db_reader_release(ctx);
    if (rc)
        return rc;
    if (!is_found || row.service != how->to->service_id)
        return FAIL(ctx, ERR_NOT_FOUND,
                    .detail = str_fmt(ctx->arena, "%.*s is no case of the service %.*s",
                                      STR_ARG(how->number), STR_ARG(how->to->code)));
    *ret_id = row.id;
    return RC_OK;
}

enum rc case_migrate(struct ctx *ctx, const struct case_migration *how, struct buf *report,
                     struct case_migrated *ret)
{
    struct case_migrated sum = {0};
    int64_t case_id;
    enum rc rc;

    rc = case_reason_check(ctx, how->reason);
    if (rc)
        return rc;
    if (how->number.n) {
        rc = find_case(ctx, how, &case_id);
        if (!rc)
            rc = migrate_one(ctx, how, case_id, report, &sum);
    } else {
        rc = migrate_all(ctx, how, report, &sum);
    }
    if (!rc)
        *ret = sum;
    return rc;
}
