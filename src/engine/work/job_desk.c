#include "engine/work/job_desk.h"

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/record/record.h"
#include "engine/work/job.h"
#include "engine/work/queries.h"

#define MAX_WHY 300

static const struct str words[JOB__N] = {
    [JOB_WAITING] = STR("waiting"),   [JOB_RUNNING] = STR("running"),
    [JOB_TROUBLED] = STR("troubled"), [JOB_GIVEN_UP] = STR("given-up"),
    [JOB_ENDED] = STR("ended"),
};

struct str job_state_word(enum job_state state)
{
    return words[state];
}

bool job_state_of(struct str word, enum job_state *ret)
{
    for (int i = 0; i < JOB__N; i++) {
        if (str_eq(words[i], word)) {
            *ret = (enum job_state)i;
            return true;
        }
    }
    return false;
}

static struct instant stuck_before(const struct ctx *ctx)
{
    return instant_plus_us(ctx->now, -JOB_STUCK_S * US_PER_S);
}

static struct job_line line_of(struct ctx *ctx, const struct jobs_page_row *row,
                               enum job_state state)
{
    return (struct job_line){
        .id = row->id,
        .state = state,
        .is_lost = state == JOB_RUNNING && instant_cmp(row->claimed, stuck_before(ctx)) <= 0,
        .kind = row->kind,
        .argument = row->argument,
        .trouble = row->trouble,
        .due = row->due,
        .claimed = row->claimed,
        .done = row->done,
        .attempts = row->attempts,
    };
}

enum rc job_list(struct ctx *ctx, enum job_state state, int64_t most, struct job_lines *ret)
{
    struct jobs_page_rows rows;
    struct job_line *items;
    enum rc rc = jobs_page(ctx,
                           &(struct jobs_page_args){
                               .tries = JOB_TRIES,
                               .most = most,
                               .with_waiting = state == JOB_WAITING,
                               .with_running = state == JOB_RUNNING,
                               .with_troubled = state == JOB_TROUBLED,
                               .with_given_up = state == JOB_GIVEN_UP,
                               .with_ended = state == JOB_ENDED,
                               .order = state == JOB_ENDED ? JOBS_PAGE_BY_ENDED : JOBS_PAGE_BY_DUE,
                           },
                           &rows);

    if (rc)
        return rc;
    items = ARENA_ARRAY(ctx->arena, rows.n, struct job_line);
    if (!items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        items[i] = line_of(ctx, &rows.rows[i], state);
    *ret = (struct job_lines){items, rows.n};
    return RC_OK;
}

enum rc job_counts(struct ctx *ctx, int64_t ret[JOB__N])
{
    int64_t counts[JOB__N] = {0};

    for (int i = 0; i < JOB__N; i++) {
        struct jobs_count_row row;
        enum rc rc = jobs_count(ctx,
                                &(struct jobs_count_args){
                                    .tries = JOB_TRIES,
                                    .most = JOB_COUNT_MAX,
                                    .with_waiting = i == JOB_WAITING,
                                    .with_running = i == JOB_RUNNING,
                                    .with_troubled = i == JOB_TROUBLED,
                                    .with_given_up = i == JOB_GIVEN_UP,
                                    .with_ended = i == JOB_ENDED,
                                },
                                &row);

        if (rc)
            return rc;
        counts[i] = row.counted;
    }
    memcpy(ret, counts, sizeof counts);
    return RC_OK;
}

struct desk_work {
    int64_t id;
    struct str why;
    bool is_drop;
};

static enum rc note(struct ctx *ctx, const struct desk_work *work, struct str kind)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member_i64(&json, S("job"), work->id);
    json_put_member(&json, S("kind"), kind);
    if (work->why.n)
        json_put_member(&json, S("why"), work->why);
    json_end_object(&json);
    return record_add_other(ctx, work->is_drop ? "job.dropped" : "job.retried", EVENT_STAFF,
                            buf_str(&out));
}

static enum rc change(struct ctx *ctx, const struct desk_work *work, int64_t *ret_changed)
{
    if (!work->is_drop)
        return job_set_due(ctx, work->id, ctx->now, stuck_before(ctx), ret_changed);
    return job_set_dropped(ctx,
                           &(struct job_set_dropped_args){
                               .id = work->id,
                               .now = ctx->now,
                               .stuck = stuck_before(ctx),
                               .trouble = str_fmt(ctx->arena, "dropped%s%.*s",
                                                  work->why.n ? ": " : "", STR_ARG(work->why)),
                           },
                           ret_changed);
}

static enum rc desk_tx(struct ctx *ctx, void *arg)
{
    const struct desk_work *work = arg;
    struct job_kind_of_row row;
    int64_t changed;
    bool is_found;
    enum rc rc = job_kind_of(ctx, work->id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = change(ctx, work, &changed);
    if (rc)
        return rc;
    return changed ? note(ctx, work, row.kind) : FAIL(ctx, ERR_STALE);
}

static enum rc run(struct ctx *ctx, struct desk_work work)
{
    enum rc rc = text_check(ctx, work.why, S("why"), MAX_WHY);

    return rc ? rc : db_tx(ctx, desk_tx, &work);
}

enum rc job_retry(struct ctx *ctx, int64_t id, struct str why)
{
    return run(ctx, (struct desk_work){id, why, false});
}

enum rc job_drop(struct ctx *ctx, int64_t id, struct str why)
{
    return run(ctx, (struct desk_work){id, why, true});
}
