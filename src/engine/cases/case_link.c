#include "engine/cases/case_link.h"

#include "base/err.h"
#include "db/db.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/queries.h"
#include "people/actor.h"

enum rc case_link_add(struct ctx *ctx, int64_t from, int64_t to, const char *kind)
{
    return link_add(
        ctx,
        &(struct link_add_args){
            .kind = str_of(kind), .from_case = from, .to_case = to, .created = ctx->now},
        NULL);
}

struct relating {
    struct case_edit edit;
    int64_t other_id;
    bool is_ending;
};

static enum rc find_other(struct ctx *ctx, const struct relating *work,
                          struct case_for_edit_row *ret)
{
    const struct definition *definition;
    struct case_reach reach = {.case_id = work->other_id};
    enum rc rc = case_for_edit(ctx, work->other_id, ret);

    if (rc && rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    definition = rc ? NULL : city_version(ctx->city, ret->service_version);
    if (definition)
        reach.reach = case_reach_within(ctx->city, definition, ret->team_is_null ? 0 : ret->team);
    if (!definition || work->other_id == work->edit.case_id || !case_may_read(ctx->actor, &reach))
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("other"));
    return RC_OK;
}

static enum rc record_relation(struct ctx *ctx, const struct relating *work, int64_t with,
                               struct str other)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("other"), other);
    return case_event_end(ctx, &event, with,
                          work->is_ending ? EVENT_CASE_UNRELATED : EVENT_CASE_RELATED, EVENT_STAFF);
}

static enum rc relate_tx(struct ctx *ctx, void *arg)
{
    struct relating *work = arg;
    struct case_for_edit_row other;
    struct link_live_row live;
    bool is_there;
    enum rc rc = case_edit_open(ctx, &work->edit, CASE_RIGHT_WORK);

    if (!rc)
        rc = find_other(ctx, work, &other);
    if (!rc)
        rc = link_live(ctx, S(LINK_RELATED), work->edit.case_id, work->other_id, &is_there, &live);
    if (rc || is_there != work->is_ending)
        return rc;
    rc = work->is_ending ? link_end(ctx,
                                    &(struct link_end_args){.kind = S(LINK_RELATED),
                                                            .from_case = live.from_case,
                                                            .to_case = live.to_case,
                                                            .ended = ctx->now},
                                    NULL)
                         : case_link_add(ctx, work->edit.case_id, work->other_id, LINK_RELATED);
    if (!rc)
        rc = record_relation(ctx, work, work->edit.case_id, other.number);
    if (!rc)
        rc = record_relation(ctx, work, work->other_id, work->edit.row.number);
    if (!rc)
        rc = case_touch(ctx, work->edit.case_id, ctx->now, NULL);
    return rc ? rc : case_touch(ctx, work->other_id, ctx->now, NULL);
}

enum rc case_relate(struct ctx *ctx, int64_t case_id, int64_t other_id)
{
    struct relating work = {.edit.case_id = case_id, .other_id = other_id};

    return db_tx(ctx, relate_tx, &work);
}

enum rc case_unrelate(struct ctx *ctx, int64_t case_id, int64_t other_id)
{
    struct relating work = {.edit.case_id = case_id, .other_id = other_id, .is_ending = true};

    return db_tx(ctx, relate_tx, &work);
}
