/* Readers of files and values that strangers write: CSV, JSON, YAML, dates, instants, numbers. */
#include <assert.h>
#include <stdint.h>

#include "base/csv.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/yaml.h"

#define MAX_ROWS    10000
#define MAX_WRITTEN ((size_t)256 << 10) /* every byte a quote: three for one */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read, written and read again is the same row. */
static void check_row(struct ctx *ctx, const struct csv_row *row)
{
    struct buf out = buf_in(ctx->arena, MAX_WRITTEN);
    struct csv_writer writer = {.buf = &out};
    struct csv_reader *reader;
    struct csv_row again;

    for (size_t i = 0; i < row->n; i++)
        csv_put(&writer, row->cells[i]);
    csv_end_row(&writer);
    assert(!buf_has_failed(&out));
    if (csv_open_text(ctx, buf_str(&out), (struct csv_options){.row_bytes_max = MAX_WRITTEN},
                      &reader))
        return;
    /* A first cell that begins with a byte order mark loses it in a file of its own. */
    if (row->n && str_starts_with(row->cells[0], S("\xef\xbb\xbf")))
        return;
    assert(csv_next(ctx, reader, &again) == RC_OK && again.n == row->n);
    for (size_t i = 0; i < row->n; i++)
        assert(str_eq(again.cells[i], row->cells[i]));
}

static void check_csv(struct ctx *ctx, struct str text)
{
    struct csv_reader *reader;
    struct csv_row row;

    if (csv_open_text(ctx, text, (struct csv_options){.row_bytes_max = 65536}, &reader))
        return;
    for (int i = 0; i < MAX_ROWS; i++) {
        enum rc rc = csv_next(ctx, reader, &row);

        if (rc) {
            assert(ctx->err.id == ERR_FORMAT || ctx->err.id == ERR_MEMORY);
            if (ctx->err.id == ERR_MEMORY)
                return;
            ctx_clear_error(ctx);
            continue;
        }
        if (!row.n)
            break;
        if (i < 3)
            check_row(ctx, &row);
    }
    assert(csv_bytes_taken(reader) <= (int64_t)text.n);
}

static void check_trees(struct ctx *ctx, struct str text)
{
    struct problems problems = problems_in(ctx->arena);
    const struct yaml_node *node;
    json_t *tree;

    if (json_parse(ctx, text, 65536, &tree) == RC_OK)
        assert(json_is_object(tree) || json_is_array(tree));
    ctx_clear_error(ctx);
    if (yaml_parse(ctx, S("fuzz.yaml"), text, &problems, &node) == RC_OK)
        yaml_get(node, "service");
    ctx_clear_error(ctx);
}

static void check_values(struct ctx *ctx, struct str text)
{
    struct date date, again;
    struct instant instant;
    int64_t number;

    if (date_parse(text, &date)) {
        assert(date_parse(date_format(ctx->arena, date), &again));
        assert(again.days == date.days);
    }
    instant_parse(text, &instant);
    str_to_i64(text, &number);
    assert(utf8_cut(text, 7).n <= text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct str text = {(const char *)data, size};

    if (!ctx.arena || size > 65536)
        return 0;
    check_csv(&ctx, text);
    check_trees(&ctx, text);
    check_values(&ctx, text);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
