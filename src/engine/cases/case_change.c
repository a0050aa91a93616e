#include "engine/cases/case_change.h"

#include "db/db.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/cases.h"
#include "engine/cases/locate.h"
#include "engine/cases/queries.h"

struct moving {
    struct case_edit edit;
    const struct place *place;
    struct place_plan plan;
};

static struct str team_id(const struct team *team)
{
    return team ? team->id : STR_NONE;
}

static void find_not_there(struct ctx *ctx, const struct answers *answers, struct moving *moving)
{
    const struct definition *definition = answers->definition;
    struct place_plan *plan = &moving->plan;

    for (size_t i = 0; !plan->not_there && i < definition->field_n; i++)
        if (asset_check(ctx, &definition->fields[i], &answers->of[i], moving->place)) {
            ctx_clear_error(ctx);
            plan->not_there = &definition->fields[i];
            plan->not_there_id = answer_typed(ctx->arena, &definition->fields[i], &answers->of[i]);
        }
}

static enum rc plan_move(struct ctx *ctx, struct moving *moving)
{
    const struct case_edit *edit = &moving->edit;
    struct filing filing = {.definition = edit->definition, .place = moving->place};
    struct answers answers;
    struct facts facts;
    struct case_route route = {.team = edit->team};
    enum rc rc = filing_check_place(ctx, &filing);

    if (!rc)
        rc = locate_check(ctx, moving->place->kind, moving->place->label);
    if (!rc)
        rc = answers_parse(ctx, edit->definition, edit->row.answers, &answers);
    if (rc)
        return rc;
    facts = case_edit_facts(ctx, edit, &answers, moving->place);
    if (edit->row.state_type != STATE_CLOSED)
        rc = case_route(ctx, edit->definition, &facts, &route);
    moving->plan =
        (struct place_plan){.team_from = edit->team, .team = route.team, .route = route.trace};
    find_not_there(ctx, &answers, moving);
    return rc;
}

enum rc case_move_plan(struct ctx *ctx, int64_t case_id, const struct place *place,
                       struct place_plan *ret)
{
    struct moving moving = {.edit.case_id = case_id, .place = place};
    enum rc rc = case_edit_open(ctx, &moving.edit, CASE_RIGHT_WORK);

    if (!rc)
        rc = plan_move(ctx, &moving);
    if (!rc)
        *ret = moving.plan;
    return rc;
}

static enum rc record_move(struct ctx *ctx, const struct moving *moving, struct str from)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("from"), from);
    json_put_member(&event.json, S("to"), moving->place->label);
    json_put_member(&event.json, S("team_from"), team_id(moving->plan.team_from));
    json_put_member(&event.json, S("team"), team_id(moving->plan.team));
    if (moving->plan.route.n) {
        json_put_key(&event.json, S("route"));
        json_put_raw(&event.json, moving->plan.route);
    }
    return case_event_end(ctx, &event, moving->edit.case_id, EVENT_CASE_MOVED, EVENT_STAFF);
}

static enum rc write_place(struct ctx *ctx, const struct moving *moving)
{
    const struct place *place = moving->place;
    int64_t place_id;
    enum rc rc = case_place_add(ctx, place, &place_id);

    return rc ? rc
              : case_place_set(ctx, moving->edit.case_id, place_id,
                               place_layer(place, S("district")), NULL);
}

static enum rc move_tx(struct ctx *ctx, void *arg)
{
    struct moving *moving = arg;
    struct case_edit *edit = &moving->edit;
    const struct place *before;
    struct answers answers;
    enum rc rc = case_edit_open(ctx, edit, CASE_RIGHT_WORK);

    if (!rc)
        rc = plan_move(ctx, moving);
    if (!rc)
        rc = case_edit_place(ctx, edit, &before);
    if (!rc)
        rc = answers_parse(ctx, edit->definition, edit->row.answers, &answers);
    if (!rc)
        rc = case_edit_bump(ctx, edit);
    if (!rc)
        rc = write_place(ctx, moving);
    if (!rc && moving->plan.team != edit->team)
        rc = case_edit_team(ctx, edit, edit->definition, moving->plan.team);
    if (!rc)
        rc = case_edit_words(ctx, edit, moving->place->label, edit->row.description, &answers);
    return rc ? rc : record_move(ctx, moving, before ? before->label : STR_NONE);
}

enum rc case_move(struct ctx *ctx, int64_t case_id, int64_t lock_version, const struct place *place)
{
    struct moving moving = {
        .edit = {.case_id = case_id, .lock_version = lock_version},
        .place = place,
    };

    return db_tx(ctx, move_tx, &moving);
}

/* ---- Another team */

struct giving {
    struct case_edit edit;
    const struct team_change *change;
};

static enum rc give_tx(struct ctx *ctx, void *arg)
{
    struct giving *giving = arg;
    struct case_edit *edit = &giving->edit;
    const struct team *team = city_team(ctx->city, giving->change->team);
    struct case_event event;
    enum rc rc = case_edit_open(ctx, edit, CASE_RIGHT_SUPERVISE);

    if (rc)
        return rc;
    if (!team || !team->row || team == edit->team)
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("team"));
    rc = case_reason_check(ctx, giving->change->reason);
    if (!rc)
        rc = case_edit_bump(ctx, edit);
    if (!rc)
        rc = case_edit_team(ctx, edit, edit->definition, team);
    if (rc)
        return rc;
    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("from"), team_id(edit->team));
    json_put_member(&event.json, S("to"), team->id);
    json_put_member(&event.json, S("reason"), giving->change->reason);
    return case_event_end(ctx, &event, edit->case_id, EVENT_CASE_TEAM, EVENT_STAFF);
}

enum rc case_give_team(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                       const struct team_change *change)
{
    struct giving giving = {
        .edit = {.case_id = case_id, .lock_version = lock_version},
        .change = change,
    };

    return db_tx(ctx, give_tx, &giving);
}
