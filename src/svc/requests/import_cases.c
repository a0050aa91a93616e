#include "svc/requests/import_cases.h"

#include "base/csv.h"
#include "base/utf8.h"
#include "engine/cases/case_import.h"
#include "svc/requests/import_row.h"

#define GROUP_ROWS 250

struct importing {
    struct ctx *ctx; /* its arena is the group's while one is read */
    const struct import_run *run;
    struct import_map map; /* bound to the header */
    struct csv_reader *csv;
    struct csv_writer rejects;
    size_t header_n;
    struct case_history *cases; /* of the group */
    size_t n, most;
    bool is_end;
    struct import_counts counts;
};

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

static enum rc read_row(struct importing *importing)
{
    struct case_history *history = &importing->cases[importing->n];
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
    if (trouble.n)
        reject(importing, row.line, trouble, &row);
    else
        importing->n++;
    return RC_OK;
}

static enum rc run_group(struct importing *importing)
{
    struct case_import_group group = {.system = importing->map.system, .cases = importing->cases};
    struct case_import_counts counts = {0};
    enum rc rc = RC_OK;

    importing->n = 0;
    while (!rc && !importing->is_end && importing->n < importing->most)
        rc = read_row(importing);
    group.n = importing->n;
    if (!rc && group.n)
        rc = case_import(importing->ctx, &group, &counts);
    importing->counts.taken += counts.taken;
    importing->counts.there_before += counts.there_before;
    return rc;
}

/* Each group in memory of its own, which ends with it; what went wrong outlives it. */
static enum rc run_groups(struct importing *importing)
{
    struct ctx *ctx = importing->ctx;
    struct arena *home = ctx->arena;
    enum rc rc = RC_OK;

    while (!rc && !importing->is_end) {
        struct arena *arena = arena_child(home);

        if (!arena)
            return FAIL(ctx, ERR_MEMORY);
        ctx->arena = arena;
        rc = run_group(importing);
        ctx->arena = home;
        if (rc) {
            ctx->err.detail = str_copy(home, ctx->err.detail);
            ctx->err.field = str_copy(home, ctx->err.field);
            ctx->err.arg = str_copy(home, ctx->err.arg);
        }
        arena_free(arena);
        if (!rc && importing->run->progress)
            importing->run->progress(importing->run->progress_arg, &importing->counts,
                                     csv_bytes_taken(importing->csv));
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
    importing->cases = ARENA_ARRAY(ctx->arena, importing->most, struct case_history);
    return importing->cases ? RC_OK : FAIL(ctx, ERR_MEMORY);
}

enum rc import_cases(struct ctx *ctx, const struct import_run *run, struct problems *problems,
                     struct import_counts *ret)
{
    struct importing importing = {
        .ctx = ctx, .run = run, .map = *run->map, .most = run->group ? run->group : GROUP_ROWS};
    enum rc rc = begin(&importing, problems);

    if (!rc)
        rc = run_groups(&importing);
    if (!rc && buf_has_failed(run->rejects))
        rc = FAIL(ctx, ERR_TOO_LARGE, .detail = S("too many rejected rows: look at the map"));
    *ret = importing.counts;
    return rc;
}
