#include "svc/requests/import_cases.h"

#include <pthread.h>

#include "base/csv.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/case_import.h"
#include "svc/requests/import_ids.h"
#include "svc/requests/import_row.h"

/* A server beside the import waits as long as a group is written, so a group is not as large as
 * would be quickest. The first is small, since the store has nothing to do until it has been read;
 * then each has twice the rows, which are read in less time than the last takes to be written. */
#define GROUP_ROWS       4000
#define FIRST_GROUP_ROWS 1000
#define WRITE_BACK_ROWS  1000
#define BATCH_FULL_BYTES ((size_t)64 << 20) /* no more rows then */
#define BATCH_MAX_BYTES  ((size_t)256 << 20)

struct importing {
    struct ctx *ctx; /* its arena is the batch's while one is read */
    const struct import_run *run;
    struct import_map map; /* bound to the header */
    struct csv_reader *csv;
    struct csv_writer rejects;
    size_t header_n;
    size_t most, most_now; /* cases of a batch; of the one that is read */
    bool is_end;
    struct import_ids ids; /* of a dry run, whose groups are undone: the store tells a real one */
    struct import_counts counts;
    int64_t written_back; /* cases that were taken when the store was last asked for it */
};

/* Cases that are taken in one transaction, with memory of their own: one thread at a time. */
struct batch {
    struct arena *arena; /* owned */
    struct case_history *cases;
    size_t n;
    pthread_t thread; /* what follows is its, while it runs */
    bool is_running;
    struct ctx ctx;
    struct case_import_plan *plan;
    struct case_import_counts counts;
    enum rc rc;
};

static void keep_error(struct ctx *ctx)
{
    ctx->err.detail = str_copy(ctx->arena, ctx->err.detail);
    ctx->err.field = str_copy(ctx->arena, ctx->err.field);
    ctx->err.arg = str_copy(ctx->arena, ctx->err.arg);
}

static void reject(struct importing *importing, int64_t line, struct str reason,
                   const struct csv_row *row)
{
    importing->counts.rejected++;
    csv_put_i64(&importing->rejects, line);
    csv_put(&importing->rejects, reason);
    for (size_t i = 0; row && i < row->n; i++)
        csv_put(&importing->rejects, row->cells[i]);
    csv_end_row(&importing->rejects);
}

static void begin_rejects(struct importing *importing, const struct csv_row *header)
{
    importing->rejects =
        (struct csv_writer){.buf = importing->run->rejects, .guards_formulas = true};
    csv_put(&importing->rejects, S("line"));
    csv_put(&importing->rejects, S("reason"));
    for (size_t i = 0; i < header->n; i++)
        csv_put(&importing->rejects, header->cells[i]);
    csv_end_row(&importing->rejects);
}

/* A row whose quotes or limits are broken: the reader goes on with the line after it. */
static void reject_damaged(struct importing *importing)
{
    struct csv_row row = csv_last(importing->csv);
    struct str raw = utf8_is_valid(row.raw) ? utf8_cut(row.raw, 200) : S("?");

    ctx_clear_error(importing->ctx);
    row.cells = &raw;
    row.n = 1;
    importing->counts.rows++;
    reject(importing, row.line, S("a damaged row: a quote that is not closed, or far too long"),
           &row);
}

/* The row that was read last is one of the batch, unless its id is counted already. */
static enum rc keep_row(struct importing *importing, struct batch *batch)
{
    bool was_there = false;
    enum rc rc = importing->run->is_dry
                     ? import_ids_add(importing->ctx, &importing->ids,
                                      batch->cases[batch->n].external_id, &was_there)
                     : RC_OK;

    importing->counts.there_before += was_there;
    batch->n += !rc && !was_there;
    return rc;
}

static enum rc read_row(struct importing *importing, struct batch *batch)
{
    struct case_history *history = &batch->cases[batch->n];
    struct csv_row row;
    struct str trouble;
    enum rc rc = csv_next(importing->ctx, importing->csv, &row);

    if (rc == RC_INVALID) {
        reject_damaged(importing);
        return RC_OK;
    }
    if (rc)
        return rc;
    if (!row.n) {
        importing->is_end = true;
        return RC_OK;
    }
    importing->counts.rows++;
    if (row.n != importing->header_n) {
        reject(importing, row.line, S("it does not have as many cells as the header"), &row);
        return RC_OK;
    }
    rc = import_row(importing->ctx, &importing->map, row.cells, row.n, history, &trouble);
    if (rc)
        return rc;
    if (!trouble.n)
        return keep_row(importing, batch);
    reject(importing, row.line, trouble, &row);
    return RC_OK;
}

static bool has_room(const struct importing *importing, const struct batch *batch)
{
    return batch->n < importing->most_now && arena_used_bytes(batch->arena) < BATCH_FULL_BYTES;
}

static enum rc read_batch(struct importing *importing, struct batch *batch)
{
    struct ctx *ctx = importing->ctx;
    struct arena *home = ctx->arena;
    enum rc rc = RC_OK;

    *batch = (struct batch){.arena = arena_new(BATCH_MAX_BYTES)};
    if (!batch->arena)
        return FAIL(ctx, ERR_MEMORY);
    ctx->arena = batch->arena;
    batch->cases = ARENA_ARRAY(ctx->arena, importing->most_now, struct case_history);
    if (!batch->cases)
        rc = FAIL(ctx, ERR_MEMORY);
    while (!rc && !importing->is_end && has_room(importing, batch))
        rc = read_row(importing, batch);
    importing->most_now =
        2 * importing->most_now < importing->most ? 2 * importing->most_now : importing->most;
    if (!rc && batch->n)
        rc = case_import_plan(ctx,
                              &(struct case_import_group){.system = importing->map.system,
                                                          .cases = batch->cases,
                                                          .n = batch->n,
                                                          .is_dry = importing->run->is_dry},
                              &batch->plan);
    ctx->arena = home;
    if (rc)
        keep_error(ctx);
    return rc;
}

/* What was written before goes into the store's file meanwhile. */
static enum rc write_back(struct importing *importing, const struct batch *batch)
{
    enum rc rc = RC_OK;

    if (importing->counts.taken - importing->written_back >= WRITE_BACK_ROWS && batch->is_running) {
        importing->written_back = importing->counts.taken;
        rc = db_write_back(importing->ctx);
    }
    return rc;
}

static void *take(void *arg)
{
    struct batch *batch = arg;

    batch->rc = case_import(&batch->ctx, batch->plan, &batch->counts);
    return NULL;
}

static void take_meanwhile(struct importing *importing, struct batch *batch)
{
    const struct ctx *ctx = importing->ctx;

    batch->ctx = (struct ctx){.arena = batch->arena,
                              .now = ctx->now,
                              .lang = ctx->lang,
                              .work_id = ctx->work_id,
                              .actor = ctx->actor,
                              .city = ctx->city,
                              .db = ctx->db};
    batch->is_running = pthread_create(&batch->thread, NULL, take, batch) == 0;
    if (!batch->is_running)
        take(batch);
}

/* Waits for what was begun with it, if anything was, and lets its memory go; what went wrong
 * outlives it. */
static enum rc end_batch(struct importing *importing, struct batch *batch)
{
    struct ctx *ctx = importing->ctx;
    enum rc rc;

    if (batch->is_running)
        pthread_join(batch->thread, NULL);
    rc = batch->rc ? ctx_fail(ctx, batch->ctx.err) : RC_OK;
    if (rc)
        keep_error(ctx);
    importing->counts.taken += batch->counts.taken;
    importing->counts.there_before += batch->counts.there_before;
    ctx_done(&batch->ctx);
    arena_free(batch->arena);
    *batch = (struct batch){.n = 0};
    return rc;
}

/* Rows are read while those before them are written. */
static enum rc run_batches(struct importing *importing)
{
    struct batch batches[2] = {{.n = 0}, {.n = 0}};
    enum rc rc = RC_OK, ended;

    for (int turn = 0; !rc && !importing->is_end; turn = !turn) {
        rc = read_batch(importing, &batches[turn]);
        ended = end_batch(importing, &batches[!turn]);
        rc = rc ? rc : ended;
        if (!rc && batches[turn].n)
            take_meanwhile(importing, &batches[turn]);
        if (!rc)
            rc = write_back(importing, &batches[turn]);
        if (!rc && importing->run->progress)
            importing->run->progress(importing->run->progress_arg, &importing->counts,
                                     csv_bytes_taken(importing->csv));
    }
    for (int i = 0; i < 2; i++) {
        ended = end_batch(importing, &batches[i]);
        rc = rc ? rc : ended;
    }
    return rc;
}

static enum rc begin(struct importing *importing, struct problems *problems)
{
    struct ctx *ctx = importing->ctx;
    struct csv_row header;
    enum rc rc = csv_open_fd(ctx, importing->run->fd, (struct csv_options){.separator = ','},
                             &importing->csv);

    if (!rc)
        rc = csv_next(ctx, importing->csv, &header);
    if (rc)
        return rc;
    rc = import_map_bind(ctx, header.cells, header.n, importing->run->file, problems,
                         &importing->map);
    if (rc)
        return rc;
    importing->header_n = header.n;
    begin_rejects(importing, &header);
    return RC_OK;
}

enum rc import_cases(struct ctx *ctx, const struct import_run *run, struct problems *problems,
                     struct import_counts *ret)
{
    struct importing importing = {
        .ctx = ctx, .run = run, .map = *run->map, .most = run->group ? run->group : GROUP_ROWS};
    enum rc rc = begin(&importing, problems);

    importing.most_now = importing.most < FIRST_GROUP_ROWS ? importing.most : FIRST_GROUP_ROWS;
    if (!rc)
        rc = run_batches(&importing);
    if (!rc && buf_has_failed(run->rejects))
        rc = FAIL(ctx, ERR_TOO_LARGE, .detail = S("too many rejected rows: look at the map"));
    import_ids_done(&importing.ids);
    *ret = importing.counts;
    return rc;
}
