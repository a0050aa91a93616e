#include "console/act_merge.h"

#include "base/msg.h"
#include "console/act_merge.ct.h"
#include "engine/cases/case_merge.h"
#include "web/csrf.h"
#include "web/server.h"

static enum rc list_picks(struct ctx *ctx, struct merge_form *form)
{
    const struct panel_lines *lists[] = {&form->panels.duplicates, &form->panels.same_place,
                                         &form->panels.related};
    size_t n = lists[0]->n + lists[1]->n + lists[2]->n;

    form->picks = (struct panel_lines){.of = ARENA_ARRAY(ctx->arena, n, struct panel_line)};
    if (!form->picks.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < COUNT(lists); i++) {
        for (size_t j = 0; j < lists[i]->n; j++) {
            if (!lists[i]->of[j].is_open)
                continue;
            form->picks.of[form->picks.n++] = lists[i]->of[j];
            form->is_picked |= str_eq(lists[i]->of[j].number, form->into);
        }
    }
    return RC_OK;
}

static enum rc open_merge(struct ctx *ctx, struct case_act *act)
{
    struct str picked = str_trim(case_act_typed(act, S("pick")));
    struct merge_form *form = act->own;
    enum rc rc;

    /* What was planned stays picked: another number is then typed over it, or another one picked.
     */
    form->into = str_trim(case_act_typed(act, S("into")));
    if (!form->into.n || (picked.n && !str_eq(picked, case_act_typed(act, S("planned")))))
        form->into = picked;
    rc = case_panels_load(ctx, &act->view, &form->panels);
    return rc ? rc : list_picks(ctx, form);
}

/* Refuses what case_merge would refuse, before a plan promises it. */
static enum rc check_other(struct ctx *ctx, const struct case_act *act,
                           const struct case_view *other)
{
    if (other->row.id == act->view.row.id)
        return FAIL(ctx, ERR_CASE_UNKNOWN, .field = S("into"));
    if (!other->row.merged_into_is_null)
        return FAIL(ctx, ERR_MERGED, .field = S("into"));
    if (other->state->type == STATE_CLOSED)
        return FAIL(ctx, ERR_CASE_CLOSED, .field = S("into"));
    return RC_OK;
}

static enum rc take_merge(struct ctx *ctx, struct case_act *act)
{
    struct merge_form *form = act->own;
    enum rc rc = case_act_other(ctx, form->into, "into", &form->other);

    if (!rc)
        rc = check_other(ctx, act, &form->other);
    form->has_other = !rc;
    if (rc)
        return rc;
    form->into = form->other.row.number;
    if (!case_act_is_doing(act) || !str_eq(case_act_typed(act, S("planned")), form->into))
        return RC_OK;
    rc = case_merge(
        ctx, act->view.row.id, act->lock_version,
        &(struct merge){form->other.row.id, act->reason, request_csrf(act->request)->base_url});
    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_merge = {
    .title = MSG_case_merge,
    .own_bytes = sizeof(struct merge_form),
    .open = open_merge,
    .take = take_merge,
    .page = merge_page,
};

/* ---- Undoing it */

static enum rc take_unmerge(struct ctx *ctx, struct case_act *act)
{
    enum rc rc = case_unmerge(
        ctx, act->view.row.id, act->lock_version,
        &(struct merge){.reason = act->reason, .base_url = request_csrf(act->request)->base_url});

    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_unmerge = {
    .title = MSG_case_unmerge,
    .own_bytes = sizeof(struct merge_form),
    .open = open_merge,
    .take = take_unmerge,
    .page = unmerge_page,
};
