#include "base/json.h"
#include "base/piece.h"
#include "console/bulk.h"
#include "console/queries.h"
#include "db/db.h"
#include "engine/cases/case_work.h"
#include "engine/cases/cases.h"

#define INPUT_BYTES_MAX ((size_t)60000)

struct act {
    struct bulk_by_id_row row;
    struct bulk_input input;
    int64_t assignee; /* account; 0: nobody */
    struct str base_url;
};

static enum rc read_input(struct ctx *ctx, struct act *act)
{
    const struct {
        const char *name;
        struct str *value;
    } texts[] = {{"note", &act->input.note},
                 {"message", &act->input.message},
                 {"outcome", &act->input.outcome},
                 {"date", &act->input.date}};
    json_t *root;
    enum rc rc = json_parse(ctx, act->row.input, INPUT_BYTES_MAX, &root);

    for (size_t i = 0; !rc && i < COUNT(texts); i++)
        rc = json_get_str(ctx, root, str_of(texts[i].name), texts[i].value);
    return rc ? rc : json_get_i64(ctx, root, S("assignee"), &act->assignee);
}

/* As if by hand. */
static enum rc do_one(struct ctx *ctx, const struct act *act, const struct bulk_next_row *row)
{
    if (str_eq(act->row.act, S("assign")))
        return case_assign(ctx, row->cases, row->lock_version, act->assignee);
    if (str_eq(act->row.act, S("note")))
        return case_note(ctx, row->cases, act->input.note, false);
    return case_step(ctx, row->cases,
                     &(struct step_input){
                         .step = str_slice(act->row.act, S("step:").n, act->row.act.n),
                         .lock_version = row->lock_version,
                         .note = act->input.note,
                         .message = act->input.message,
                         .outcome = act->input.outcome,
                         .date = act->input.date,
                         .base_url = act->base_url,
                     });
}

struct mark {
    int64_t id;
    struct str state, trouble;
};

static enum rc mark_tx(struct ctx *ctx, void *arg)
{
    const struct mark *mark = arg;

    return bulk_case_set(ctx, mark->id, mark->state, mark->trouble, NULL);
}

static enum rc mark(struct ctx *ctx, int64_t id, struct str state, struct str trouble)
{
    struct mark to = {id, state, trouble};

    return db_tx(ctx, mark_tx, &to);
}

/* Begun and interrupted: whether it was done. A note is asked of the case itself, which takes the
 * same one twice for once. */
static enum rc was_done(struct ctx *ctx, const struct act *act, const struct bulk_next_row *row,
                        bool *ret)
{
    struct bulk_has_acted_row unused;

    *ret = false;
    if (!str_eq(row->state, S("begun")) || row->lock_version == row->now_version)
        return RC_OK;
    return bulk_has_acted(ctx, row->cases, ctx->actor->id, act->row.confirmed, ret, &unused);
}

static enum rc take_one(struct ctx *ctx, const struct act *act, const struct bulk_next_row *row)
{
    bool is_done = false;
    struct str trouble;
    enum rc rc = was_done(ctx, act, row, &is_done);

    if (!rc && is_done)
        return mark(ctx, row->id, S("done"), STR_NONE);
    if (!rc)
        rc = mark(ctx, row->id, S("begun"), STR_NONE);
    if (rc)
        return rc;
    rc = do_one(ctx, act, row);
    if (rc == RC_OK)
        return mark(ctx, row->id, S("done"), STR_NONE);
    if (rc == RC_UNAVAILABLE || rc == RC_INTERNAL || rc == RC_LIMIT || rc == RC_RETRY)
        return rc;
    trouble = str_of(err_name(ctx->err.id));
    ctx_clear_error(ctx);
    return mark(ctx, row->id, S("refused"), trouble);
}

/* In a piece of its own: there may be many. */
static enum rc next(struct ctx *ctx, const struct act *act, bool *ret_is_ended)
{
    struct piece piece;
    struct bulk_next_row row;
    bool is_found = false;
    enum rc rc = bulk_next(ctx, act->row.id, &is_found, &row);

    *ret_is_ended = !is_found;
    if (rc || !is_found)
        return rc;
    rc = piece_begin(ctx, &piece);
    if (rc)
        return rc;
    rc = take_one(ctx, act, &row);
    piece_end(ctx, &piece);
    return rc;
}

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    return bulk_end(ctx, *(const int64_t *)arg, ctx->now, NULL);
}

enum rc bulk_run(struct ctx *ctx, const struct bulk_doing *doing, size_t most, bool *ret_is_ended)
{
    struct act act = {.base_url = doing->base_url};
    int64_t id = doing->id;
    bool is_found = false, is_ended = false;
    enum rc rc = bulk_by_id(ctx, doing->id, &is_found, &act.row);

    if (!rc && (!is_found || act.row.confirmed_is_null))
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = read_input(ctx, &act);
    for (size_t i = 0; !rc && !is_ended && i < most; i++)
        rc = next(ctx, &act, &is_ended);
    if (!rc && is_ended)
        rc = db_tx(ctx, end_tx, &id);
    if (!rc)
        *ret_is_ended = is_ended;
    return rc;
}

enum rc bulk_order(struct ctx *ctx, int64_t id, struct instant due)
{
    struct str argument = str_fmt(ctx->arena, "%lld", (long long)id);

    return job_add(ctx,
                   &(struct job_order){"bulk.run", argument,
                                       str_fmt(ctx->arena, "bulk.run:%lld", (long long)id), due});
}

static enum rc order_tx(struct ctx *ctx, void *arg)
{
    return bulk_order(ctx, *(const int64_t *)arg, ctx->now);
}

/* The one who confirmed, with the grants they have now; nobody who has been disabled since. */
static enum rc find_actor(struct ctx *ctx, int64_t id, struct actor *ret)
{
    struct bulk_by_id_row row;
    struct account_acting_row account = {0};
    bool is_found = false;
    enum rc rc = bulk_by_id(ctx, id, &is_found, &row);

    if (!rc && is_found)
        rc = account_acting(ctx, row.account, &is_found, &account);
    if (rc)
        return rc;
    if (!is_found || !account.disabled_is_null)
        return FAIL(ctx, ERR_DENIED);
    *ret = (struct actor){.kind = ACTOR_STAFF, .id = row.account, .name = account.name};
    return grants_load(ctx, row.account, &ret->grants, &ret->grant_n);
}

static enum rc run_job(struct ctx *ctx, const struct job *job)
{
    struct bulk_doing doing = {.base_url = job->base_url};
    struct actor actor;
    bool is_ended = false;
    enum rc rc;

    if (!str_to_i64(job->argument, &doing.id))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("bulk.run without a number"));
    rc = db_reader_acquire(ctx);
    if (rc)
        return rc;
    rc = find_actor(ctx, doing.id, &actor);
    ctx->actor = &actor;
    if (!rc)
        rc = bulk_run(ctx, &doing, BULK_BATCH, &is_ended);
    if (!rc && !is_ended)
        rc = db_tx(ctx, order_tx, &doing.id);
    ctx->actor = NULL;
    db_reader_release(ctx);
    return rc;
}

const struct job_kind bulk_jobs[] = {{"bulk.run", run_job}, {.kind = NULL}};
