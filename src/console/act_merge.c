#include "console/act_merge.h"

#include "base/msg.h"
#include "console/act_merge.ct.h"
#include "console/case_page.h"
#include "engine/cases/case_merge.h"
#include "web/csrf.h"
#include "web/server.h"

static enum rc list_picks(struct ctx *ctx, struct merge_act *act)
{
    const struct panel_lines *lists[] = {&act->panels.duplicates, &act->panels.same_place,
                                         &act->panels.related};
    size_t n = lists[0]->n + lists[1]->n + lists[2]->n;

    act->picks = (struct panel_lines){.of = ARENA_ARRAY(ctx->arena, n, struct panel_line)};
    if (!act->picks.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t j = 0; j < lists[i]->n; j++) {
            if (!lists[i]->of[j].is_open)
                continue;
            act->picks.of[act->picks.n++] = lists[i]->of[j];
            act->is_picked |= str_eq(lists[i]->of[j].number, act->into);
        }
    }
    return RC_OK;
}

static enum rc open_merge(struct ctx *ctx, const struct request *request, struct merge_act *act)
{
    struct str picked = str_trim(request_value(request, S("pick")));
    enum rc rc;

    /* What was planned stays picked: another number is then typed over it, or another one picked.
     */
    act->into = str_trim(request_value(request, S("into")));
    if (!act->into.n || (picked.n && !str_eq(picked, request_value(request, S("planned")))))
        act->into = picked;
    rc = case_act_open(ctx, request, &act->act);
    if (!rc)
        rc = case_panels_load(ctx, &act->act.view, &act->panels);
    return rc ? rc : list_picks(ctx, act);
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct merge_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, &act->act);

    merge_page(&page.view, &page, act);
    return RC_OK;
}

enum rc merge_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct merge_act act = {.act = {.verb = "merge", .title = MSG_case_merge}};
    enum rc rc = open_merge(ctx, request, &act);

    return rc ? rc : show(ctx, request, reply, &act);
}

enum rc merge_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct merge_act act = {.act = {.verb = "merge", .title = MSG_case_merge}};
    struct str planned = request_value(request, S("planned"));
    enum rc rc = open_merge(ctx, request, &act);

    if (rc)
        return rc;
    rc = case_act_other(ctx, act.into, "into", &act.other);
    act.has_other = !rc;
    if (!rc)
        act.into = act.other.row.number;
    if (!rc && case_act_is_doing(&act.act) && str_eq(planned, act.into)) {
        rc = case_merge(
            ctx, act.act.view.row.id, act.act.lock_version,
            &(struct merge){act.other.row.id, act.act.reason, request_csrf(request)->base_url});
        if (!rc) {
            case_act_done(ctx, reply, &act.act);
            return RC_OK;
        }
    }
    if (case_act_is_refused(ctx, &act.act, rc))
        rc = RC_OK;
    return rc ? rc : show(ctx, request, reply, &act);
}

static enum rc show_undo(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct merge_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, &act->act);

    unmerge_page(&page.view, &page, act);
    return RC_OK;
}

enum rc unmerge_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct merge_act act = {.act = {.verb = "unmerge", .title = MSG_case_unmerge}};
    enum rc rc = open_merge(ctx, request, &act);

    return rc ? rc : show_undo(ctx, request, reply, &act);
}

enum rc unmerge_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct merge_act act = {.act = {.verb = "unmerge", .title = MSG_case_unmerge}};
    enum rc rc = open_merge(ctx, request, &act);

    if (rc)
        return rc;
    rc = case_unmerge(
        ctx, act.act.view.row.id, act.act.lock_version,
        &(struct merge){.reason = act.act.reason, .base_url = request_csrf(request)->base_url});
    if (!rc) {
        case_act_done(ctx, reply, &act.act);
        return RC_OK;
    }
    if (case_act_is_refused(ctx, &act.act, rc))
        rc = RC_OK;
    return rc ? rc : show_undo(ctx, request, reply, &act);
}

enum rc link_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0}, other = {0};
    struct case_form form = {
        .kind = CASE_FORM_LINK,
        .other = str_trim(request_value(request, S("other"))),
    };
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    rc = case_act_other(ctx, form.other, "other", &other);
    if (!rc)
        rc = str_eq(request_value(request, S("act")), S("end"))
                 ? case_unrelate(ctx, view.row.id, other.row.id)
                 : case_relate(ctx, view.row.id, other.row.id);
    return staff_case_answer(ctx, request, reply, rc, &form);
}
