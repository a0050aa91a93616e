#include "app/backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/dump.h"
#include "app/keys.h"
#include "app/tree.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/utf8.h"
#include "engine/record/record_keys.h"
#include "engine/record/record_tree.h"

#define FORMAT         1
#define MAX_ABOUT      ((size_t)1 << 20)
#define PIECE_BYTES    16384
#define STORE_FILE     "cityhall.db"
#define ABOUT_FILE     "backup.json"
#define EXPLAINED_FILE "README.txt"
#define FILES_LIST     "files.sha256"

static const char *const key_files[] = {KEYS_SECRET_FILE, RECORD_KEY_FILE, RECORD_PUBLIC_FILE};

static const char *in(struct ctx *ctx, const char *folder, const char *name)
{
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name));
}

struct making {
    const char *folder, *target;
    const struct backup_watch *watch;
    struct backup_done done;
};

/* ---- Both ways: keys and files */

static enum rc copy_keys(struct ctx *ctx, const char *from, const char *to)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < COUNT(key_files); i++)
        rc = tree_copy_file(ctx, in(ctx, from, key_files[i]), in(ctx, to, key_files[i]), 0600);
    return rc;
}

static enum rc hash_file(struct ctx *ctx, const char *path, struct str *ret_hex)
{
    char piece[PIECE_BYTES]; /* of the stack: each thread's own would be every thread's */
    struct crypto_sha256_state *state = crypto_sha256_new();
    FILE *file = fopen(path, "rbe");
    struct crypto_hash hash;
    bool has_failed = !file;
    size_t n = 1;

    while (file && n) {
        n = fread(piece, 1, sizeof piece, file);
        crypto_sha256_add(state, (struct str){piece, n});
    }
    has_failed |= file && ferror(file);
    if (file)
        fclose(file);
    hash = crypto_sha256_end(state);
    if (has_failed)
        return tree_fail(ctx, path);
    *ret_hex = crypto_hex(ctx->arena, crypto_hash_str(&hash));
    return RC_OK;
}

struct copying {
    const char *from, *to;
    FILE *list; /* each file's digest goes there */
    const struct backup_watch *watch;
    int64_t files, bytes;
};

/* A line as sha256sum reads it, of what was written. */
static enum rc list_one(struct ctx *ctx, const struct copying *copying, struct str path)
{
    const char *name = str_z(ctx->arena, path);
    struct str hex;
    enum rc rc = hash_file(ctx, in(ctx, copying->to, name), &hex);

    if (!rc && fprintf(copying->list, "%.*s  files/%s\n", STR_ARG(hex), name) < 0)
        rc = tree_fail(ctx, FILES_LIST);
    return rc;
}

static enum rc copy_one(struct ctx *ctx, struct str path, int64_t bytes, void *arg)
{
    struct copying *copying = arg;
    const char *name = str_z(ctx->arena, path);
    ptrdiff_t slash = str_find_byte(path, '/');
    enum rc rc = RC_OK;

    if (slash >= 0)
        rc = file_make_dir(
            ctx, in(ctx, copying->to, str_z(ctx->arena, str_slice(path, 0, (size_t)slash))), 0700);
    if (!rc)
        rc = tree_copy_file(ctx, in(ctx, copying->from, name), in(ctx, copying->to, name), 0600);
    if (!rc)
        rc = list_one(ctx, copying, path);
    copying->files++;
    copying->bytes += bytes;
    if (copying->watch && copying->watch->say)
        copying->watch->say(copying->watch->arg, "files", copying->files, 0);
    return rc;
}

/* The files of a data folder, and the list of them. */
static enum rc copy_files(struct ctx *ctx, struct making *making)
{
    const char *list = in(ctx, making->target, FILES_LIST);
    struct copying copying = {.from = in(ctx, making->folder, "files"),
                              .to = in(ctx, making->target, "files"),
                              .watch = making->watch};
    enum rc rc = file_make_dir(ctx, copying.to, 0700);

    if (rc)
        return rc;
    copying.list = fopen(list, "wxe");
    if (!copying.list)
        return tree_fail(ctx, list);
    rc = fchmod(fileno(copying.list), 0600) < 0 ? tree_fail(ctx, list)
                                                : tree_each(ctx, copying.from, copy_one, &copying);
    if (!rc && (fflush(copying.list) || fsync(fileno(copying.list)) < 0))
        rc = tree_fail(ctx, list);
    fclose(copying.list);
    making->done.files = copying.files;
    making->done.bytes = copying.bytes;
    return rc;
}

/* What a copy of rows needs to be the same in another program: all migrations. */
static struct str schema_hash(struct ctx *ctx)
{
    struct crypto_sha256_state *state = crypto_sha256_new();
    struct crypto_hash hash;

    for (size_t i = 0; i < db_schema.migration_count; i++) {
        crypto_sha256_add(state, str_of(db_schema.migrations[i].folder));
        crypto_sha256_add(state, str_of(db_schema.migrations[i].checksum));
    }
    hash = crypto_sha256_end(state);
    return crypto_hex(ctx->arena, crypto_hash_str(&hash));
}

/* ---- Making */

static enum rc write_tables(struct ctx *ctx, const struct making *making, struct json_writer *json,
                            int64_t *ret_rows)
{
    const char *tables = in(ctx, making->target, "tables");
    enum rc rc = file_make_dir(ctx, tables, 0700);

    if (!rc)
        rc = db_reader_acquire(ctx);
    if (rc)
        return rc;
    rc = dump_write(ctx, tables, making->watch, json, ret_rows);
    db_reader_release(ctx);
    return rc;
}

static enum rc copy_store(struct ctx *ctx, const struct making *making, struct json_writer *json)
{
    const char *path = in(ctx, making->target, STORE_FILE);
    struct str hex;
    enum rc rc = db_backup(ctx, ctx->db, path);

    if (!rc)
        rc = hash_file(ctx, path, &hex);
    if (!rc)
        json_put_member(json, S("sha256"), hex);
    return rc;
}

static enum rc fill_backup(struct ctx *ctx, struct making *making)
{
    struct buf about = buf_in(ctx->arena, MAX_ABOUT);
    struct json_writer json = json_writer_on(&about);
    bool is_sqlite = db_engine(ctx->db) == SQL_SQLITE;
    struct str list;
    enum rc rc;

    json_begin_object(&json);
    json_put_member_i64(&json, S("format"), FORMAT);
    json_put_member(&json, S("version"), S(CITYHALL_VERSION));
    json_put_member(&json, S("engine"), is_sqlite ? S("sqlite") : S("postgresql"));
    json_put_member(&json, S("made"), instant_format_utc(ctx->arena, ctx->now));
    json_put_member(&json, S("schema"), schema_hash(ctx));
    rc = is_sqlite ? copy_store(ctx, making, &json)
                   : write_tables(ctx, making, &json, &making->done.rows);
    if (!rc)
        rc = copy_files(ctx, making);
    if (!rc)
        rc = copy_keys(ctx, making->folder, making->target);
    if (!rc)
        rc = hash_file(ctx, in(ctx, making->target, FILES_LIST), &list);
    if (rc)
        return rc;
    json_put_member_i64(&json, S("files"), making->done.files);
    json_put_member(&json, S("files_sha256"), list);
    json_end_object(&json);
    if (!json_is_complete(&json))
        return FAIL(ctx, ERR_MEMORY);
    return file_write(ctx, in(ctx, making->target, ABOUT_FILE), buf_str(&about), 0600);
}

static const char explained[] =
    "This is everything that a city's cityhall had stored, in open formats, for whoever goes on\n"
    "with the work. IT HOLDS PERSONAL DATA: names, addresses, messages and photos of residents.\n"
    "\n"
    "tables/T.jsonl   every row of the table T, one JSON object a line (RFC 8259, UTF-8)\n"
    "files.sha256     every file with its SHA-256: sha256sum -c files.sha256\n"
    "files/           photos and papers. A row of the table `file` names one by its SHA-256: take\n"
    "                 the bytes of `sha256` in hexadecimal; two digits are the folder, the rest "
    "is\n"
    "                 the name. Its media type stands in the row.\n"
    "manifest.json    how many rows each table has, and the SHA-256 of its file\n"
    "\n"
    "How values are written:\n"
    "\n"
    "    I64, MONEY   a number; money is in cents\n"
    "    BOOL         true or false\n"
    "    F64          a number\n"
    "    INSTANT      a moment in UTC as RFC 3339 has it\n"
    "    DATE         a day, \"2026-07-02\"\n"
    "    TEXT         a string\n"
    "    JSON         a string that holds JSON\n"
    "    BLOB         bytes as a string: base64url without padding (RFC 4648, section 5)\n"
    "\n"
    "A column named after a table holds the `id` of a row there. `cases` are the requests of\n"
    "residents, `event` and `event_payload` are what happened to them and when, `party` and\n"
    "`contact_point` are people, `place` is where, `message` is what was written to whom,\n"
    "`service_version` and `city_file` hold the rules that were in force. The record can be\n"
    "checked: `record_leaf`, `record_tile` and `tree_head` are its Merkle tree (RFC 9162).\n"
    "\n"
    "The tables and their columns:\n";

static enum rc fill_export(struct ctx *ctx, struct making *making)
{
    struct buf about = buf_in(ctx->arena, MAX_ABOUT), text = buf_in(ctx->arena, MAX_ABOUT);
    struct json_writer json = json_writer_on(&about);
    enum rc rc;

    json_begin_object(&json);
    json_put_member(&json, S("version"), S(CITYHALL_VERSION));
    json_put_member(&json, S("made"), instant_format_utc(ctx->arena, ctx->now));
    rc = write_tables(ctx, making, &json, &making->done.rows);
    if (!rc)
        rc = copy_files(ctx, making);
    if (rc)
        return rc;
    json_end_object(&json);
    buf_add(&text, str_of(explained));
    dump_explain(&text);
    if (!json_is_complete(&json) || buf_has_failed(&text))
        return FAIL(ctx, ERR_MEMORY);
    rc = file_write(ctx, in(ctx, making->target, "manifest.json"), buf_str(&about), 0600);
    return rc ? rc : file_write(ctx, in(ctx, making->target, EXPLAINED_FILE), buf_str(&text), 0600);
}

/* A failure has left its words in the arena; the folder that it began goes. */
static enum rc make_beside(struct ctx *ctx, const char *target, struct making *making,
                           enum rc (*fill)(struct ctx *ctx, struct making *making))
{
    const char *fresh =
        str_z(ctx->arena, str_fmt(ctx->arena, "%s.partial-%d", target, (int)getpid()));
    enum rc rc;

    if (file_exists(target))
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena, "%s exists already; choose another name", target));
    making->target = fresh;
    rc = file_make_dir(ctx, fresh, 0700);
    if (!rc)
        rc = fill(ctx, making);
    if (!rc)
        rc = tree_sync_folder(ctx, fresh);
    if (!rc && (fault_here() || rename(fresh, target) < 0))
        rc = tree_fail(ctx, target);
    if (rc)
        tree_remove(fresh);
    return rc;
}

enum rc backup_make(struct ctx *ctx, const char *folder, const char *target,
                    const struct backup_watch *watch, struct backup_done *ret)
{
    struct making making = {.folder = folder, .watch = watch};
    enum rc rc = make_beside(ctx, target, &making, fill_backup);

    if (!rc)
        *ret = making.done;
    return rc;
}

enum rc backup_export(struct ctx *ctx, const char *folder, const char *target,
                      const struct backup_watch *watch, struct backup_done *ret)
{
    struct making making = {.folder = folder, .watch = watch};
    enum rc rc = make_beside(ctx, target, &making, fill_export);

    if (!rc)
        *ret = making.done;
    return rc;
}

/* ---- Restoring */

struct restoring {
    const struct restore_options *options;
    const struct backup_watch *watch;
    const char *fresh;
    json_t *about;
    bool is_sqlite;  /* the backup's store */
    struct db *from; /* it, when rows are taken from there */
    struct backup_done done;
};

static enum rc read_about(struct ctx *ctx, struct restoring *restoring)
{
    const char *path = in(ctx, restoring->options->backup, ABOUT_FILE);
    struct str text, engine;
    int64_t format;
    enum rc rc = file_read(ctx, path, MAX_ABOUT, &text);

    if (rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        return FAIL(ctx, ERR_FORMAT,
                    .detail = str_fmt(ctx->arena, "%s is no backup: it has no " ABOUT_FILE,
                                      restoring->options->backup));
    }
    if (!rc)
        rc = json_parse(ctx, text, MAX_ABOUT, &restoring->about);
    if (!rc)
        rc = json_get_i64(ctx, restoring->about, S("format"), &format);
    if (!rc)
        rc = json_get_str(ctx, restoring->about, S("engine"), &engine);
    if (rc)
        return rc;
    restoring->is_sqlite = str_eq(engine, S("sqlite"));
    if (format != FORMAT)
        return FAIL(ctx, ERR_FORMAT,
                    .detail = S("the backup is of a newer version: restore it with that one"));
    return RC_OK;
}

static enum rc fail_changed(struct ctx *ctx, const struct restoring *restoring, const char *name)
{
    return FAIL(ctx, ERR_FORMAT,
                .detail = str_fmt(ctx->arena, "%s/%s is not as the backup wrote it",
                                  restoring->options->backup, name));
}

/* The store's file as the backup wrote it, in the new folder under a name. */
static enum rc take_store(struct ctx *ctx, const struct restoring *restoring, const char *name)
{
    const char *path = in(ctx, restoring->fresh, name);
    struct str expected, hex;
    enum rc rc = json_get_str(ctx, restoring->about, S("sha256"), &expected);

    if (!rc)
        rc = tree_copy_file(ctx, in(ctx, restoring->options->backup, STORE_FILE), path, 0600);
    if (!rc)
        rc = hash_file(ctx, path, &hex);
    if (!rc && !str_eq(hex, expected))
        rc = fail_changed(ctx, restoring, STORE_FILE);
    return rc;
}

/* A store of this version's tables. What a backup holds beside them, a trigger that would change
 * what is written, is found before the first row is. */
static enum rc open_store(struct ctx *ctx, struct db_options options, struct db **ret)
{
    struct db *db;
    enum rc rc;

    options.schema = &db_schema;
    options.durability = DB_NORMAL;
    rc = db_open(ctx, &options, &db);
    if (rc)
        return rc;
    rc = db_check_objects(ctx, db);
    if (!rc)
        rc = db_migrate(ctx, db, NULL);
    if (rc)
        db_close(db);
    else
        *ret = db;
    return rc;
}

static enum rc check_record(struct ctx *ctx, const struct restoring *restoring)
{
    struct record_checks checks = {0};
    struct record_audit audit;
    enum rc rc = record_public_key_load(
        ctx, in(ctx, restoring->options->backup, RECORD_PUBLIC_FILE), &checks.public_key);

    if (!rc)
        rc = record_verify(ctx, &checks, &audit);
    if (rc || audit.is_good)
        return rc;
    return FAIL(ctx, ERR_RECORD,
                .detail = str_fmt(ctx->arena, "the record in the backup is wrong: %.*s",
                                  STR_ARG(audit.trouble)));
}

static enum rc check_empty(struct ctx *ctx)
{
    for (size_t i = 0; i < db_schema.table_count; i++) {
        int64_t rows;
        enum rc rc = sql_one(ctx, db_schema.tables[i].count, NULL, &rows);

        if (rc)
            return rc;
        if (rows)
            return FAIL(ctx, ERR_CONFIG,
                        .detail = S("this database holds a city already; a city is restored into "
                                    "one that is empty"));
    }
    return RC_OK;
}

static enum rc load_tx(struct ctx *ctx, void *arg)
{
    struct restoring *restoring = arg;
    enum rc rc = check_empty(ctx);

    if (!rc)
        rc = restoring->from
                 ? dump_load_store(ctx, restoring->from, restoring->watch, &restoring->done.rows)
                 : dump_load_files(ctx, in(ctx, restoring->options->backup, "tables"),
                                   json_object_get(restoring->about, "tables"), restoring->watch,
                                   &restoring->done.rows);
    if (!rc)
        rc = record_loaded(ctx);
    return rc ? rc : check_record(ctx, restoring);
}

static enum rc load_rows(struct ctx *ctx, struct restoring *restoring)
{
    const struct restore_options *options = restoring->options;
    enum rc rc = open_store(
        ctx,
        (struct db_options){.location = options->store ? options->store
                                                       : in(ctx, restoring->fresh, STORE_FILE),
                            .owner_location = options->owner,
                            .may_create = true},
        &ctx->db);

    if (rc)
        return rc;
    rc = db_load(ctx, load_tx, restoring);
    db_close(ctx->db);
    ctx->db = NULL;
    return rc;
}

/* SQLite to SQLite: the file is the store. */
static enum rc take_file(struct ctx *ctx, struct restoring *restoring)
{
    enum rc rc = take_store(ctx, restoring, STORE_FILE);

    if (!rc)
        rc = open_store(ctx, (struct db_options){.location = in(ctx, restoring->fresh, STORE_FILE)},
                        &ctx->db);
    if (rc)
        return rc;
    rc = db_reader_acquire(ctx);
    if (!rc)
        rc = check_record(ctx, restoring);
    db_reader_release(ctx);
    db_close(ctx->db);
    ctx->db = NULL;
    return rc;
}

/* SQLite to PostgreSQL: from a copy that is brought to this version first. */
static enum rc move_rows(struct ctx *ctx, struct restoring *restoring)
{
    const char *path = in(ctx, restoring->fresh, "source.db");
    enum rc rc = take_store(ctx, restoring, "source.db");

    if (!rc)
        rc = open_store(ctx, (struct db_options){.location = path}, &restoring->from);
    if (rc)
        return rc;
    rc = load_rows(ctx, restoring);
    db_close(restoring->from);
    unlink(path);
    return rc;
}

static enum rc take_tables(struct ctx *ctx, struct restoring *restoring)
{
    struct str schema;
    enum rc rc = json_get_str(ctx, restoring->about, S("schema"), &schema);

    if (!rc && !str_eq(schema, schema_hash(ctx)))
        rc = FAIL(ctx, ERR_CONFIG,
                  .detail = S("the backup's tables are of another version: restore it with the "
                              "version that backup.json names, then upgrade"));
    return rc ? rc : load_rows(ctx, restoring);
}

/* Only names below files/ are taken from a list. */
static bool is_file_name(struct str name)
{
    return str_starts_with(name, S("files/")) && str_find(name, S("/.")) < 0 &&
           str_find_byte(name, 0) < 0 && str_find(name, S("//")) < 0;
}

static enum rc take_listed_file(struct ctx *ctx, struct restoring *restoring, struct str line)
{
    struct str expected = str_slice(line, 0, 64), hex;
    struct str path = str_slice(line, 66, line.n);
    const char *name = str_z(ctx->arena, path), *to = in(ctx, restoring->fresh, name);
    ptrdiff_t slash = str_find_byte(str_slice(path, 6, path.n), '/');
    struct stat about;
    enum rc rc = RC_OK;

    if (line.n < 66 || !is_file_name(path))
        return fail_changed(ctx, restoring, FILES_LIST);
    if (slash >= 0)
        rc = file_make_dir(
            ctx,
            in(ctx, restoring->fresh, str_z(ctx->arena, str_slice(path, 0, (size_t)slash + 6))),
            0700);
    if (!rc)
        rc = tree_copy_file(ctx, in(ctx, restoring->options->backup, name), to, 0600);
    if (!rc)
        rc = hash_file(ctx, to, &hex);
    if (!rc && !str_eq(hex, expected))
        rc = fail_changed(ctx, restoring, name);
    if (!rc && stat(to, &about) == 0)
        restoring->done.bytes += about.st_size;
    restoring->done.files++;
    if (restoring->watch && restoring->watch->say)
        restoring->watch->say(restoring->watch->arg, "files", restoring->done.files, 0);
    return rc;
}

/* Every file that the backup wrote, and no other. */
static enum rc take_listed(struct ctx *ctx, struct restoring *restoring, const char *path)
{
    FILE *list = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    enum rc rc = RC_OK;

    if (!list)
        return tree_fail(ctx, path);
    while (!rc && (n = getline(&line, &room, list)) > 0)
        rc = take_listed_file(ctx, restoring, str_trim((struct str){line, (size_t)n}));
    if (!rc && ferror(list))
        rc = tree_fail(ctx, path);
    free(line);
    fclose(list);
    return rc;
}

static enum rc take_named_file(struct ctx *ctx, struct str path, int64_t bytes, void *arg)
{
    struct str digits[] = {str_slice(path, 0, 2), str_slice(path, 3, path.n)};

    (void)bytes;
    return take_listed_file(ctx, arg,
                            str_fmt(ctx->arena, "%.*s  files/%.*s",
                                    STR_ARG(str_join(ctx->arena, digits, 2, S(""))),
                                    STR_ARG(path)));
}

/* Backups of before there was a list: a file's name is its digest, and so many there were. */
static enum rc take_unlisted(struct ctx *ctx, struct restoring *restoring)
{
    return tree_each(ctx, in(ctx, restoring->options->backup, "files"), take_named_file, restoring);
}

static enum rc take_list(struct ctx *ctx, struct restoring *restoring)
{
    const char *list = in(ctx, restoring->options->backup, FILES_LIST);
    struct str expected, hex;
    enum rc rc = json_get_str(ctx, restoring->about, S("files_sha256"), &expected);

    if (!rc)
        rc = hash_file(ctx, list, &hex);
    if (!rc && !str_eq(hex, expected))
        rc = fail_changed(ctx, restoring, FILES_LIST);
    return rc ? rc : take_listed(ctx, restoring, list);
}

/* What somebody else has put there: a city is not kept from coming back by it. */
static enum rc note_stray(struct ctx *ctx, struct str path, int64_t bytes, void *arg)
{
    struct restoring *restoring = arg;
    struct str name = str_fmt(ctx->arena, "files/%.*s", STR_ARG(path));

    (void)bytes;
    if (file_exists(in(ctx, restoring->fresh, str_z(ctx->arena, name))))
        return RC_OK;
    if (!restoring->done.strays++)
        restoring->done.stray = utf8_shown(ctx->arena, name);
    return RC_OK;
}

static enum rc take_files(struct ctx *ctx, struct restoring *restoring)
{
    int64_t files;
    enum rc rc = json_get_i64(ctx, restoring->about, S("files"), &files);

    if (!rc)
        rc = file_make_dir(ctx, in(ctx, restoring->fresh, "files"), 0700);
    if (!rc)
        rc = json_object_get(restoring->about, "files_sha256") ? take_list(ctx, restoring)
                                                               : take_unlisted(ctx, restoring);
    if (!rc && restoring->done.files != files)
        rc = FAIL(ctx, ERR_FORMAT,
                  .detail =
                      str_fmt(ctx->arena, "%s has %lld files of the %lld that it was made with",
                              restoring->options->backup, (long long)restoring->done.files,
                              (long long)files));
    return rc ? rc
              : tree_each(ctx, in(ctx, restoring->options->backup, "files"), note_stray, restoring);
}

static enum rc fill_folder(struct ctx *ctx, struct restoring *restoring)
{
    const struct restore_options *options = restoring->options;
    enum rc rc = read_about(ctx, restoring);

    if (!rc)
        rc = copy_keys(ctx, options->backup, restoring->fresh);
    if (!rc && options->store)
        rc = file_write(ctx, in(ctx, restoring->fresh, "store"), str_of(options->store), 0600);
    if (!rc)
        rc = take_files(ctx, restoring);
    if (rc)
        return rc;
    if (!restoring->is_sqlite)
        return take_tables(ctx, restoring);
    return options->store ? move_rows(ctx, restoring) : take_file(ctx, restoring);
}

enum rc backup_restore(struct ctx *ctx, const struct restore_options *options,
                       const struct backup_watch *watch, struct backup_done *ret)
{
    struct restoring restoring = {.options = options, .watch = watch};
    enum rc rc;

    restoring.fresh =
        str_z(ctx->arena, str_fmt(ctx->arena, "%s.new-%d", options->folder, (int)getpid()));
    if (file_exists(options->folder))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "%s exists already; choose another folder",
                                      options->folder));
    rc = file_make_dir(ctx, restoring.fresh, 0700);
    if (!rc)
        rc = fill_folder(ctx, &restoring);
    if (!rc)
        rc = tree_sync_folder(ctx, restoring.fresh);
    if (!rc && rename(restoring.fresh, options->folder) < 0)
        rc = tree_fail(ctx, options->folder);
    if (rc)
        tree_remove(restoring.fresh);
    else
        *ret = restoring.done;
    return rc;
}
