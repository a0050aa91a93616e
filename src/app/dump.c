#include "app/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/tree.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "db/table.h"

#define SAY_EVERY_ROWS 2048
#define ROW_ARENA      (3 * DB_ROW_MAX)

/* One table on its way. */
struct stream {
    const struct db_table *table;
    const struct backup_watch *watch;
    struct arena *arena; /* emptied after every row */
    FILE *file;
    const char *path;
    struct crypto_sha256_state *hash;
    struct ctx *to; /* whose store gets the rows */
    int64_t rows, of_rows;
};

static void say(const struct stream *stream, bool is_end)
{
    if (stream->watch && stream->watch->say &&
        (is_end || (stream->rows && stream->rows % SAY_EVERY_ROWS == 0)))
        stream->watch->say(stream->watch->arg, stream->table->name, stream->rows, stream->of_rows);
}

static const char *path_of(struct ctx *ctx, const char *folder, const struct db_table *table)
{
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s.jsonl", folder, table->name));
}

/* ---- Writing */

static enum rc write_row(struct ctx *ctx, const void *row, void *arg)
{
    struct stream *stream = arg;
    struct buf line = buf_in(stream->arena, DB_ROW_MAX);
    struct json_writer json = json_writer_on(&line);

    db_row_write(stream->table, row, stream->arena, &json);
    buf_add_byte(&line, '\n');
    if (arena_has_failed(stream->arena) || buf_has_failed(&line))
        return FAIL(ctx, ERR_MEMORY);
    crypto_sha256_add(stream->hash, buf_str(&line));
    if (fault_here() || fwrite(line.p, 1, line.n, stream->file) != line.n)
        return tree_fail(ctx, stream->path);
    arena_reset(stream->arena);
    stream->rows++;
    say(stream, false);
    return RC_OK;
}

static enum rc write_rows(struct ctx *ctx, struct stream *stream)
{
    enum rc rc = db_table_count(ctx, stream->table, &stream->of_rows);

    stream->file = rc || fault_here() ? NULL : fopen(stream->path, "wbxe");
    if (!stream->file)
        return rc ? rc : tree_fail(ctx, stream->path);
    rc = db_table_each(ctx, stream->table, write_row, stream);
    if (!rc && (fault_here() || fflush(stream->file) || fsync(fileno(stream->file)) < 0))
        rc = tree_fail(ctx, stream->path);
    if (fclose(stream->file) && !rc)
        rc = tree_fail(ctx, stream->path);
    say(stream, true);
    return rc;
}

static enum rc write_table(struct ctx *ctx, struct stream *stream, struct json_writer *json)
{
    struct crypto_hash hash;
    enum rc rc;

    stream->hash = crypto_sha256_new();
    rc = write_rows(ctx, stream);
    hash = crypto_sha256_end(stream->hash);
    if (rc)
        return rc;
    json_put_key(json, str_of(stream->table->name));
    json_begin_object(json);
    json_put_member_i64(json, S("rows"), stream->rows);
    json_put_member(json, S("sha256"), crypto_hex(ctx->arena, crypto_hash_str(&hash)));
    json_end_object(json);
    return RC_OK;
}

enum rc dump_write(struct ctx *ctx, const char *folder, const struct backup_watch *watch,
                   struct json_writer *json, int64_t *ret_rows)
{
    struct arena *arena = arena_new(ROW_ARENA);
    int64_t rows = 0;
    enum rc rc = arena ? RC_OK : FAIL(ctx, ERR_MEMORY);

    json_put_key(json, S("tables"));
    json_begin_object(json);
    for (size_t i = 0; !rc && i < db_schema.table_count; i++) {
        const struct db_table *table = &db_schema.tables[i];
        struct stream stream = {
            .table = table, .watch = watch, .arena = arena, .path = path_of(ctx, folder, table)};

        rc = write_table(ctx, &stream, json);
        rows += stream.rows;
    }
    json_end_object(json);
    arena_free(arena);
    if (!rc)
        rc = tree_sync_folder(ctx, folder);
    if (!rc)
        *ret_rows = rows;
    return rc;
}

/* ---- Reading */

static enum rc copy_error(struct ctx *to, const struct ctx *from)
{
    return ctx_fail(to, (struct err){.id = from->err.id,
                                     .file = from->err.file,
                                     .line = from->err.line,
                                     .detail = str_copy(to->arena, from->err.detail)});
}

/* Adds one row in a context of its own, so that a million of them need no memory. */
static enum rc add_row(struct stream *stream, const void *row, struct str line)
{
    struct ctx one = {.arena = stream->arena, .db = stream->to->db, .conn = stream->to->conn};
    void *parsed;
    enum rc rc = RC_OK;

    if (!row) {
        rc = db_row_parse(&one, stream->table, line, &parsed);
        row = rc ? NULL : parsed;
    }
    if (!rc)
        rc = db_table_add(&one, stream->table, row);
    if (rc)
        rc = copy_error(stream->to, &one);
    ctx_done(&one);
    arena_reset(stream->arena);
    stream->rows++;
    say(stream, false);
    return rc;
}

static enum rc read_lines(struct ctx *ctx, struct stream *stream)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n = 0;
    enum rc rc = RC_OK;

    while (!rc && (n = getline(&line, &room, stream->file)) > 0) {
        crypto_sha256_add(stream->hash, (struct str){line, (size_t)n});
        rc = (size_t)n > DB_ROW_MAX ? FAIL(ctx, ERR_FORMAT, .detail = str_of(stream->path))
                                    : add_row(stream, NULL, (struct str){line, (size_t)n});
    }
    if (!rc && ferror(stream->file))
        rc = tree_fail(ctx, stream->path);
    free(line);
    return rc;
}

static enum rc damaged(struct ctx *ctx, const char *path)
{
    return FAIL(ctx, ERR_FORMAT,
                .detail = str_fmt(ctx->arena, "%s is not as the backup wrote it", path));
}

static enum rc load_file(struct ctx *ctx, struct stream *stream, const json_t *about)
{
    struct crypto_hash hash;
    struct str sha256, hex;
    enum rc rc = json_get_i64(ctx, about, S("rows"), &stream->of_rows);

    if (!rc)
        rc = json_get_str(ctx, about, S("sha256"), &sha256);
    if (rc)
        return rc;
    stream->file = fopen(stream->path, "rbe");
    if (!stream->file)
        return tree_fail(ctx, stream->path);
    stream->hash = crypto_sha256_new();
    rc = read_lines(ctx, stream);
    hash = crypto_sha256_end(stream->hash);
    fclose(stream->file);
    hex = crypto_hex(ctx->arena, crypto_hash_str(&hash));
    if (!rc && (stream->rows != stream->of_rows || !str_eq(hex, sha256)))
        rc = damaged(ctx, stream->path);
    say(stream, true);
    return rc;
}

enum rc dump_load_files(struct ctx *ctx, const char *folder, const json_t *tables,
                        const struct backup_watch *watch, int64_t *ret_rows)
{
    struct arena *arena = arena_new(ROW_ARENA);
    int64_t rows = 0;
    enum rc rc = arena ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; !rc && i < db_schema.table_count; i++) {
        const struct db_table *table = &db_schema.tables[i];
        const json_t *about = json_object_get(tables, table->name);
        struct stream stream = {.table = table,
                                .watch = watch,
                                .arena = arena,
                                .to = ctx,
                                .path = path_of(ctx, folder, table)};

        rc = about ? load_file(ctx, &stream, about) : damaged(ctx, stream.path);
        rows += stream.rows;
    }
    arena_free(arena);
    if (!rc)
        *ret_rows = rows;
    return rc;
}

static enum rc copy_row(struct ctx *ctx, const void *row, void *arg)
{
    struct stream *stream = arg;

    return add_row(stream, row, STR_NONE) ? copy_error(ctx, stream->to) : RC_OK;
}

static enum rc copy_table(struct ctx *from, struct stream *stream)
{
    enum rc rc = db_table_count(from, stream->table, &stream->of_rows);

    if (!rc)
        rc = db_table_each(from, stream->table, copy_row, stream);
    say(stream, true);
    return rc;
}

enum rc dump_load_store(struct ctx *ctx, struct db *from, const struct backup_watch *watch,
                        int64_t *ret_rows)
{
    struct arena *arena = arena_new(ROW_ARENA);
    struct ctx reading = {.arena = ctx->arena, .now = ctx->now, .db = from};
    int64_t rows = 0;
    enum rc rc = arena ? db_reader_acquire(&reading) : FAIL(&reading, ERR_MEMORY);

    for (size_t i = 0; !rc && i < db_schema.table_count; i++) {
        struct stream stream = {
            .table = &db_schema.tables[i], .watch = watch, .arena = arena, .to = ctx};

        rc = copy_table(&reading, &stream);
        rows += stream.rows;
    }
    db_reader_release(&reading);
    arena_free(arena);
    if (rc)
        return ctx->err.id ? err_rc(ctx->err.id) : copy_error(ctx, &reading);
    *ret_rows = rows;
    return RC_OK;
}

/* ---- For people */

void dump_explain(struct buf *out)
{
    for (size_t i = 0; i < db_schema.table_count; i++) {
        const struct db_table *table = &db_schema.tables[i];

        buf_add_fmt(out, "\n%s\n", table->name);
        for (int c = 0; c < table->dump->column_count; c++) {
            const struct sql_field *field = &table->dump->columns[c];

            buf_add_fmt(out, "    %-20s %s%s\n", field->name, db_type_name(field->type),
                        field->null_offset == SQL_NEVER_NULL ? "" : " or null");
        }
    }
}
