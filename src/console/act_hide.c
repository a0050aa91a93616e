#include "base/msg.h"
#include "console/act_hide.ct.h"
#include "console/case_act.h"
#include "engine/cases/case_privacy.h"

static enum msg_id title_hide(const struct case_view *view)
{
    return view->row.is_hidden ? MSG_case_show_again : MSG_case_hide;
}

/* What the form offered is done, even if somebody else did the other thing meanwhile: they are
 * told apart by the version. */
static enum rc take_hide(struct ctx *ctx, struct case_act *act)
{
    bool is_again = str_eq(case_act_typed(act, S("show")), S("again"));
    enum rc rc = is_again ? case_show_again(ctx, act->view.row.id, act->lock_version, act->reason)
                          : case_hide(ctx, act->view.row.id, act->lock_version, act->reason);

    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_hide = {
    .title_for = title_hide,
    .take = take_hide,
    .page = hide_page,
};
