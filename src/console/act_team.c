#include "base/msg.h"
#include "console/act_team.ct.h"
#include "console/case_act.h"
#include "engine/cases/case_change.h"

static enum rc take_team(struct ctx *ctx, struct case_act *act)
{
    enum rc rc = case_give_team(ctx, act->view.row.id, act->lock_version,
                                &(struct team_change){case_act_typed(act, S("team")), act->reason});

    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_team = {
    .title = MSG_case_team,
    .take = take_team,
    .page = team_page,
};
