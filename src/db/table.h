/* Whole tables, for copies of a store: rows read and written as they are, and as JSON.
 *
 * A row is bytes as the table's statements describe them (schema.h). Each value is a member named
 * after its column:
 *
 *   I64, MONEY    a number (money in cents)
 *   BOOL          true or false
 *   F64           a number
 *   INSTANT       RFC 3339 in UTC, "2026-07-02T21:30:00.25Z"
 *   DATE          "2026-07-02"
 *   TEXT          a string
 *   JSON          a string that holds JSON
 *   BLOB          a string, base64url without padding (RFC 4648, section 5)
 *   NULL          null
 *
 * Layer: db. Any thread, by its ctx. */
#ifndef DB_TABLE_H
#define DB_TABLE_H

#include "base/json.h"
#include "db/db.h"

#define DB_ROW_MAX ((size_t)256 << 20) /* of one row as JSON */

/* How many rows it has, for ctx->conn. */
enum rc db_table_count(struct ctx *ctx, const struct db_table *table, int64_t *ret) MUST_CHECK;

/* Every row in the order of its key, borrowed until `each` returns; on ctx->conn. */
enum rc db_table_each(struct ctx *ctx, const struct db_table *table, sql_each_fn *each,
                      void *arg) MUST_CHECK;

/* Adds a row with the id it has; inside db_load. Takes memory of ctx->arena: for many rows that is
 * a child which is emptied. */
enum rc db_table_add(struct ctx *ctx, const struct db_table *table, const void *row) MUST_CHECK;

/* The row as one JSON object. `arena` is for what is built on the way. */
void db_row_write(const struct db_table *table, const void *row, struct arena *arena,
                  struct json_writer *json);

/* And back: *ret_row is in ctx->arena, its text borrowed from there. ERR_FORMAT, detail in a
 * sentence, for an object that is no row of the table: every column must be there, and no other. */
enum rc db_row_parse(struct ctx *ctx, const struct db_table *table, struct str object,
                     void **ret_row) MUST_CHECK;

/* "I64", "TEXT", ...: the column types' names. */
const char *db_type_name(enum sql_type type);

#endif
