#include "engine/cases/keep_job.h"

#include "base/piece.h"
#include "db/db.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_erase.h"
#include "engine/cases/kept.h"
#include "engine/cases/queries.h"

#define DAILY "answers.erase"
#define ONE   "case.erase"

/* ---- One case */

struct erasing {
    int64_t case_id;
    const struct field **fields; /* whose time is over */
    struct str *names;
    size_t n;
};

/* A row whose answer's time is over is noted and goes, as does one of a field that has no end any
 * more; one that says another end than it has is put right. */
static enum rc settle_row(struct ctx *ctx, struct erasing *work, const struct kept_of_row *row,
                          struct instant closed)
{
    const struct field *field = kept_field(ctx, row);
    struct instant until = {0};
    enum rc rc = field ? kept_until(ctx, field, closed, &until) : RC_OK;

    if (rc)
        return rc;
    if (field && instant_cmp(until, ctx->now) > 0)
        return kept_set(ctx, &(struct kept_set_args){.id = row->id, .until = until}, NULL);
    if (field) {
        work->names[work->n] = row->field;
        work->fields[work->n++] = field;
    }
    return kept_drop(ctx, row->id, NULL);
}

static enum rc find_ended(struct ctx *ctx, struct erasing *work, struct instant closed)
{
    struct kept_of_rows rows;
    enum rc rc = kept_of(ctx, work->case_id, &rows);

    if (rc)
        return rc;
    work->n = 0;
    work->fields = ARENA_ARRAY(ctx->arena, rows.n, const struct field *);
    work->names = ARENA_ARRAY(ctx->arena, rows.n, struct str);
    if (!work->fields || !work->names)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = settle_row(ctx, work, &rows.rows[i], closed);
    return rc;
}

static enum rc record_expiry(struct ctx *ctx, const struct erasing *work)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_key(&event.json, S("answers"));
    json_begin_array(&event.json);
    for (size_t i = 0; i < work->n; i++) {
        struct span keep = work->fields[i]->keep;
        bool is_months = keep.unit == SPAN_MONTHS;

        json_begin_object(&event.json);
        json_put_member(&event.json, S("field"), work->names[i]);
        json_put_member_i64(&event.json, is_months ? S("months") : S("days"),
                            is_months ? keep.amount : keep.amount / SPAN_DAY_S);
        json_end_object(&event.json);
    }
    json_end_array(&event.json);
    return case_event_end(ctx, &event, work->case_id, EVENT_ANSWERS_EXPIRED, EVENT_STAFF);
}

static enum rc erase(struct ctx *ctx, const struct erasing *work)
{
    const struct erasure erasure = {work->names, work->n, S(KEEP_REASON)};
    struct stored_case stored;
    int64_t changed = 0;
    enum rc rc = stored_case_read(ctx, work->case_id, &stored);

    if (!rc)
        rc = case_bump(ctx, work->case_id, stored.row.lock_version, ctx->now, &changed);
    if (!rc && !changed)
        return FAIL(ctx, ERR_STALE);
    if (!rc)
        rc = case_erase_answers(ctx, &stored, &erasure);
    return rc ? rc : record_expiry(ctx, work);
}

static enum rc erase_tx(struct ctx *ctx, void *arg)
{
    struct erasing *work = arg;
    struct case_closed_row row;
    enum rc rc = case_closed(ctx, work->case_id, &row);

    if (rc)
        return rc;
    if (row.closed_is_null)
        return kept_turn(ctx, work->case_id, NULL);
    rc = find_ended(ctx, work, row.closed);
    return rc || !work->n ? rc : erase(ctx, work);
}

enum rc keep_erase(struct ctx *ctx, int64_t case_id)
{
    struct erasing work = {.case_id = case_id};

    return db_tx(ctx, erase_tx, &work);
}

static enum rc run_one(struct ctx *ctx, const struct job *job)
{
    int64_t case_id;

    if (!str_to_i64(job->argument, &case_id))
        return FAIL(ctx, ERR_FORMAT, .detail = job->argument);
    return keep_erase(ctx, case_id);
}

/* ---- All of them, every day */

/* The end that was looked at last, as the job's argument says it: "UNTIL ID". */
struct place_in_run {
    struct instant at;
    int64_t after_id;
};

static enum rc add_one_tx(struct ctx *ctx, void *arg)
{
    const int64_t *case_id = arg;
    struct str number = str_fmt(ctx->arena, "%lld", (long long)*case_id);

    return job_add(ctx, &(struct job_order){
                            .kind = ONE,
                            .argument = number,
                            .once = str_fmt(ctx->arena, ONE " %.*s", STR_ARG(number)),
                            .due = ctx->now,
                        });
}

/* In a piece of its own: what the record says of a case may be long. */
static enum rc erase_or_set_apart(struct ctx *ctx, int64_t case_id)
{
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = keep_erase(ctx, case_id);
    piece_end(ctx, &piece);
    if (!rc)
        return RC_OK;
    ctx_clear_error(ctx);
    return db_tx(ctx, add_one_tx, &case_id);
}

static enum rc read_run(struct ctx *ctx, const struct place_in_run *from, struct kept_due_rows *ret)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = kept_due(ctx,
                  &(struct kept_due_args){
                      .now = ctx->now,
                      .at = from->at,
                      .after_id = from->after_id,
                      .most = KEEP_ENDS,
                  },
                  ret);
    db_reader_release(ctx);
    return rc;
}

static enum rc go_on_tx(struct ctx *ctx, void *arg)
{
    const struct kept_due_row *last = arg;
    struct str place =
        str_fmt(ctx->arena, "%lld %lld", (long long)last->until.us_utc, (long long)last->id);

    return job_add(ctx, &(struct job_order){DAILY, place, S(DAILY), ctx->now});
}

static bool read_place(struct str argument, struct place_in_run *ret)
{
    struct str at;

    *ret = (struct place_in_run){{INT64_MIN}, 0};
    return !argument.n || (str_next(&argument, ' ', &at) && str_to_i64(at, &ret->at.us_utc) &&
                           str_to_i64(argument, &ret->after_id));
}

static enum rc run_daily(struct ctx *ctx, const struct job *job)
{
    struct place_in_run from;
    struct kept_due_rows rows;
    enum rc rc;

    if (!read_place(job->argument, &from))
        return FAIL(ctx, ERR_FORMAT, .detail = job->argument);
    rc = read_run(ctx, &from, &rows);
    for (size_t i = 0; !rc && i < rows.n; i++)
        if (i == 0 || rows.rows[i].cases != rows.rows[i - 1].cases)
            rc = erase_or_set_apart(ctx, rows.rows[i].cases);
    return rc || rows.n < KEEP_ENDS ? rc : db_tx(ctx, go_on_tx, &rows.rows[rows.n - 1]);
}

const struct job_kind keep_jobs[] = {{DAILY, run_daily, JOB_DAILY}, {ONE, run_one}, {.kind = NULL}};
