#include "console/act_place.h"

#include "base/msg.h"
#include "console/act_place.ct.h"
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

static enum rc locate(struct ctx *ctx, struct place_form *form, const struct place_choice *choice)
{
    enum rc rc = locate_choice(ctx, ctx->city, choice, &form->place);

    form->has_place = !rc;
    form->chosen = choice->id;
    return rc;
}

/* The place that was chosen from a list, else the one that the text means, else a list. */
static enum rc find_place(struct ctx *ctx, const struct case_act *act, struct place_form *form)
{
    struct str id = case_act_typed(act, S("choice"));
    struct place_choice choice = {.kind = PLACE_POINT, .score = 100};
    enum rc rc;

    if (!id.n)
        id = case_act_typed(act, S("place_id"));
    /* The plan's place, unless something else has been typed since. */
    if (!id.n && str_eq(case_act_typed(act, S("planned")), form->typed))
        id = case_act_typed(act, S("planned_id"));
    if (!ctx->city->gazetteer)
        return FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    if (id.n) {
        rc = gazetteer_by_id(ctx, ctx->city->gazetteer, id, &choice);
        if (rc == RC_INVALID)
            ctx->err.field = S("place");
        return rc ? rc : locate(ctx, form, &choice);
    }
    if (!form->typed.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("place"));
    rc = form_check_text(ctx, form->typed, "place", MAX_TYPED);
    if (rc)
        return rc;
    if (point_parse(form->typed, &choice.point)) {
        choice.label = form->typed;
        return locate(ctx, form, &choice);
    }
    rc = gazetteer_find(ctx, ctx->city->gazetteer, form->typed, &form->choices);
    if (!rc && form->choices.n == 0)
        rc = FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    if (rc)
        return rc;
    if (!is_clear(&form->choices))
        return locate_which(ctx, &form->choices, &form->choices);
    choice = form->choices.of[0];
    form->choices.n = 0;
    return locate(ctx, form, &choice);
}

static enum rc make_plan(struct ctx *ctx, const struct case_act *act, struct place_form *form)
{
    enum rc rc = find_place(ctx, act, form);

    if (rc || !form->has_place)
        return rc;
    rc = case_move_plan(ctx, act->view.row.id, &form->place, &form->plan);
    if (rc) {
        form->has_place = false;
        return rc;
    }
    form->typed = form->place.label;
    form->has_map =
        form->place.has_point && case_map(ctx, form->place.point, form->place.label, &form->map);
    return RC_OK;
}

static enum rc open_place(struct ctx *ctx, struct case_act *act)
{
    struct place_form *form = act->own;

    (void)ctx;
    form->typed = str_trim(case_act_typed(act, S("place")));
    return RC_OK;
}

/* Only what was seen is done: another text than the plan's is planned first. */
static bool is_planned(const struct case_act *act, struct str typed)
{
    struct str planned = case_act_typed(act, S("planned"));

    return planned.n && str_eq(planned, typed);
}

static enum rc take_place(struct ctx *ctx, struct case_act *act)
{
    struct place_form *form = act->own;
    struct str typed = form->typed;
    enum rc rc = make_plan(ctx, act, form);

    if (rc || !form->has_place || !case_act_is_doing(act) || !is_planned(act, typed))
        return rc;
    rc = case_move(ctx, act->view.row.id, act->lock_version, &form->place);
    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_place = {
    .title = MSG_case_move,
    .own_bytes = sizeof(struct place_form),
    .open = open_place,
    .take = take_place,
    .page = place_page,
};
