/* Every row of a store as files of JSON lines, and stores filled from them or from another store.
 * Part of backup.h. Layer: app. */
#ifndef APP_DUMP_H
#define APP_DUMP_H

#include <jansson.h>

#include "app/backup.h"
#include "base/json.h"

/* Writes FOLDER/T.jsonl for every table T of ctx->db, as ctx->conn sees them at one moment, and to
 * `json`, which is in an object, the member "tables": {"T": {"rows": 3, "sha256": "ab.."}}. */
enum rc dump_write(struct ctx *ctx, const char *folder, const struct backup_watch *watch,
                   struct json_writer *json, int64_t *ret_rows) MUST_CHECK;

/* Inside db_load: adds the rows of those files; `tables` is what the member said. ERR_FORMAT when
 * a file is not what was written. */
enum rc dump_load_files(struct ctx *ctx, const char *folder, const json_t *tables,
                        const struct backup_watch *watch, int64_t *ret_rows) MUST_CHECK;

/* Inside db_load: adds the rows of another store. */
enum rc dump_load_store(struct ctx *ctx, struct db *from, const struct backup_watch *watch,
                        int64_t *ret_rows) MUST_CHECK;

/* The tables and their columns, for people. */
void dump_explain(struct buf *out);

#endif
