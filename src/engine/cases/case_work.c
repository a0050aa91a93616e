#include "engine/cases/case_work.h"

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/cases/queries.h"
#include "engine/record/case_event.h"
#include "people/account.h"

struct work {
    int64_t case_id, lock_version, account_id;
    struct str text;
    bool is_public;
    struct case_for_work_row row;
    struct reach reach;
};

/* Reads the case and asks whether ctx->actor works on it. */
static enum rc prepare(struct ctx *ctx, struct work *work)
{
    const struct definition *definition;
    struct case_reach reach;
    enum rc rc = case_for_work(ctx, work->case_id, &work->row);

    if (rc)
        return rc;
    definition = city_version(ctx->city, work->row.service_version);
    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    work->reach =
        case_reach_within(ctx->city, definition, work->row.team_is_null ? 0 : work->row.team);
    reach = (struct case_reach){.reach = work->reach, .case_id = work->case_id};
    return case_may_work(ctx->actor, &reach) ? RC_OK : FAIL(ctx, ERR_DENIED);
}

static enum rc note_tx(struct ctx *ctx, void *arg)
{
    struct work *work = arg;
    enum event_audience audience = work->is_public ? EVENT_PUBLIC : EVENT_STAFF;
    struct last_note_row last;
    bool is_found;
    enum rc rc = prepare(ctx, work);

    if (!rc)
        rc = last_note(ctx, work->case_id, actor_kind_word(ctx->actor), ctx->actor->id, &is_found,
                       &last);
    if (rc || (is_found && last.audience == (int64_t)audience &&
               case_event_is_again(ctx, last.at, last.payload, work->text)))
        return rc;
    rc = case_event_text(ctx, work->case_id, EVENT_NOTE_ADDED, audience, work->text);
    return rc ? rc : case_touch(ctx, work->case_id, ctx->now, NULL);
}

enum rc case_note(struct ctx *ctx, int64_t case_id, struct str text, bool is_public)
{
    struct work work = {.case_id = case_id, .text = str_trim(text), .is_public = is_public};
    enum rc rc;

    if (!work.text.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("note"));
    rc = text_check(ctx, work.text, S("note"), TEXT_LONG_MAX);
    return rc ? rc : db_tx(ctx, note_tx, &work);
}

/* The login of somebody the case can be given to. */
static enum rc member_login(struct ctx *ctx, const struct work *work, struct str *ret)
{
    struct accounts members;
    enum rc rc;

    *ret = STR_NONE;
    if (!work->account_id)
        return RC_OK;
    rc = account_members(ctx, work->reach, &members);
    if (rc)
        return rc;
    for (size_t i = 0; i < members.n; i++) {
        if (members.items[i].id == work->account_id) {
            *ret = members.items[i].login;
            return RC_OK;
        }
    }
    return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("assignee"));
}

static enum rc record_assigned(struct ctx *ctx, const struct work *work, struct str login)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("to"), login);
    json_put_member(&event.json, S("from"),
                    work->row.assignee_login_is_null ? STR_NONE : work->row.assignee_login);
    return case_event_end(ctx, &event, work->case_id, EVENT_CASE_ASSIGNED, EVENT_STAFF);
}

static enum rc assign_tx(struct ctx *ctx, void *arg)
{
    struct work *work = arg;
    struct str login;
    int64_t changed;
    enum rc rc = prepare(ctx, work);

    if (rc)
        return rc;
    if (work->lock_version && work->lock_version != work->row.lock_version)
        return FAIL(ctx, ERR_STALE);
    if (work->account_id == (work->row.assignee_is_null ? 0 : work->row.assignee))
        return RC_OK;
    rc = member_login(ctx, work, &login);
    if (!rc)
        rc = case_assign_set(ctx,
                             &(struct case_assign_set_args){
                                 .id = work->case_id,
                                 .lock_version = work->row.lock_version,
                                 .assignee = work->account_id,
                                 .assignee_is_null = !work->account_id,
                                 .updated = ctx->now,
                             },
                             &changed);
    if (!rc && changed == 0)
        return FAIL(ctx, ERR_STALE);
    return rc ? rc : record_assigned(ctx, work, login);
}

enum rc case_assign(struct ctx *ctx, int64_t case_id, int64_t lock_version, int64_t account_id)
{
    struct work work = {.case_id = case_id, .lock_version = lock_version, .account_id = account_id};

    return db_tx(ctx, assign_tx, &work);
}
