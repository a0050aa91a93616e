#include "console/act_place.h"

#include "base/msg.h"
#include "base/text.h"
#include "console/act_place.ct.h"
#include "console/case_map.h"
#include "engine/cases/locate.h"
#include "web/form.h"

#define MAX_TYPED 240

/* What was chosen from a list; empty: nothing was. */
static struct str chosen_id(const struct case_act *act, const struct place_form *form)
{
    struct str id = case_act_typed(act, S("choice"));

    if (!id.n)
        id = case_act_typed(act, S("place_id"));
    /* The plan's place, unless something else has been typed since. */
    if (!id.n && str_eq(case_act_typed(act, S("planned")), form->typed))
        id = case_act_typed(act, S("planned_id"));
    return id;
}

/* The place that was chosen, else the one that the text means, else a list. */
static enum rc find_place(struct ctx *ctx, const struct case_act *act, struct place_form *form)
{
    struct located located = {.is_sure = true, .id = chosen_id(act, form)};
    enum rc rc;

    if (located.id.n) {
        rc = locate_id(ctx, ctx->city, located.id, &located.place);
    } else {
        rc = text_check(ctx, form->typed, S("place"), MAX_TYPED);
        if (!rc && !form->typed.n)
            rc = FAIL(ctx, ERR_REQUIRED, .field = S("place"));
        if (!rc)
            rc = locate_text(ctx, ctx->city, form->typed, &located);
    }
    if (rc)
        return rc;
    form->choices = located.choices;
    form->has_place = located.is_sure;
    form->place = located.place;
    form->chosen = located.id;
    return RC_OK;
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
