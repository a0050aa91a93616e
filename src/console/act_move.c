#include "base/msg.h"
#include "console/act_move.ct.h"
#include "console/act_transfer.h"
#include "console/case_map.h"
#include "engine/cases/locate.h"
#include "web/form.h"

#define SURE_SCORE 90
#define MAX_TYPED  240

static bool is_clear(const struct place_choices *choices)
{
    return choices->n == 1 ||
           (choices->of[0].score >= SURE_SCORE && choices->of[1].score < SURE_SCORE);
}

static enum rc locate(struct ctx *ctx, struct move_act *act, const struct place_choice *choice)
{
    enum rc rc = locate_choice(ctx, ctx->city, choice, &act->place);

    act->has_place = !rc;
    act->chosen = choice->id;
    return rc;
}

/* The place that was chosen from a list, else the one that the text means, else a list. */
static enum rc find_place(struct ctx *ctx, const struct request *request, struct move_act *act)
{
    struct str id = request_value(request, S("choice"));
    struct place_choice choice = {.kind = PLACE_POINT, .score = 100};
    enum rc rc;

    if (!id.n)
        id = request_value(request, S("place_id"));
    /* The plan's place, unless something else has been typed since. */
    if (!id.n && str_eq(request_value(request, S("planned")), act->typed))
        id = request_value(request, S("planned_id"));
    if (!ctx->city->gazetteer)
        return FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    if (id.n) {
        rc = gazetteer_by_id(ctx, ctx->city->gazetteer, id, &choice);
        if (rc == RC_INVALID)
            ctx->err.field = S("place");
        return rc ? rc : locate(ctx, act, &choice);
    }
    if (!act->typed.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("place"));
    rc = form_check_text(ctx, act->typed, "place", MAX_TYPED);
    if (rc)
        return rc;
    if (point_parse(act->typed, &choice.point)) {
        choice.label = act->typed;
        return locate(ctx, act, &choice);
    }
    rc = gazetteer_find(ctx, ctx->city->gazetteer, act->typed, &act->choices);
    if (!rc && act->choices.n == 0)
        rc = FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    if (rc)
        return rc;
    if (!is_clear(&act->choices))
        return locate_which(ctx, &act->choices, &act->choices);
    choice = act->choices.of[0];
    act->choices.n = 0;
    return locate(ctx, act, &choice);
}

static enum rc make_plan(struct ctx *ctx, const struct request *request, struct move_act *act)
{
    enum rc rc = find_place(ctx, request, act);

    if (rc || !act->has_place)
        return rc;
    rc = case_move_plan(ctx, act->act.view.row.id, &act->place, &act->plan);
    if (rc) {
        act->has_place = false;
        return rc;
    }
    act->typed = act->place.label;
    act->has_map =
        act->place.has_point && case_map(ctx, act->place.point, act->place.label, &act->map);
    return RC_OK;
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct move_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, &act->act);

    move_page(&page.view, &page, act);
    return RC_OK;
}

static enum rc open_move(struct ctx *ctx, const struct request *request, struct move_act *act)
{
    *act = (struct move_act){
        .act = {.verb = "place", .title = MSG_case_move},
        .typed = str_trim(request_value(request, S("place"))),
    };
    return case_act_open(ctx, request, &act->act);
}

enum rc move_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct move_act act;
    enum rc rc = open_move(ctx, request, &act);

    return rc ? rc : show(ctx, request, reply, &act);
}

/* Only what was seen is done: another text than the plan's is planned first. */
static bool is_planned(const struct request *request, struct str typed)
{
    struct str planned = request_value(request, S("planned"));

    return planned.n && str_eq(planned, typed);
}

enum rc move_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct move_act act;
    struct str typed;
    enum rc rc = open_move(ctx, request, &act);

    if (rc)
        return rc;
    typed = act.typed;
    rc = make_plan(ctx, request, &act);
    if (!rc && act.has_place && case_act_is_doing(&act.act) && is_planned(request, typed)) {
        rc = case_move(ctx, act.act.view.row.id, act.act.lock_version, &act.place);
        if (!rc) {
            case_act_done(ctx, reply, &act.act);
            return RC_OK;
        }
    }
    if (case_act_is_refused(ctx, &act.act, rc))
        rc = RC_OK;
    return rc ? rc : show(ctx, request, reply, &act);
}

/* ---- Another team */

static enum rc show_team(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct team_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, &act->act);

    team_page(&page.view, &page, act);
    return RC_OK;
}

static enum rc open_team(struct ctx *ctx, const struct request *request, struct team_act *act)
{
    *act = (struct team_act){
        .act = {.verb = "team", .title = MSG_case_team},
        .team = request_value(request, S("team")),
    };
    return case_act_open(ctx, request, &act->act);
}

enum rc team_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct team_act act;
    enum rc rc = open_team(ctx, request, &act);

    return rc ? rc : show_team(ctx, request, reply, &act);
}

enum rc team_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct team_act act;
    enum rc rc = open_team(ctx, request, &act);

    if (rc)
        return rc;
    rc = case_give_team(ctx, act.act.view.row.id, act.act.lock_version,
                        &(struct team_change){act.team, act.act.reason});
    if (!rc) {
        case_act_done(ctx, reply, &act.act);
        return RC_OK;
    }
    if (case_act_is_refused(ctx, &act.act, rc))
        rc = RC_OK;
    return rc ? rc : show_team(ctx, request, reply, &act);
}
