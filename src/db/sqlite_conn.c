/* Connections of SQLite: settings, rights, what its result codes mean. */
#include <errno.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/fault.h"
#include "db/sqlite.h"

#define BUSY_TIMEOUT_MS   5000 /* other processes: the command line beside the server */
#define OPS_BETWEEN_LOOKS 20000
#define READER_CACHE_KIB  "4096"
#define WRITER_CACHE_KIB  "12288"
#define WAL_KEPT_BYTES    "67108864"
/* Imports: the log is written back, which waits for the disk, once in 64 MB and not in 4. */
#define BULK "PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -65536;"

static bool is_listed(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (sqlite3_stricmp(*list, name) == 0)
            return true;
    return false;
}

/* The second wall. Asked at prepare, and again when a statement is prepared anew inside step. */
static int authorize(void *arg, int action, const char *first, const char *second,
                     const char *database, const char *trigger)
{
    const struct sqlite_conn *conn = arg;

    (void)second;
    (void)database;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return SQLITE_OK;
    case SQLITE_FUNCTION:
        return second && sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: /* FTS5 asks whether others have written */
        return first && sqlite3_stricmp(first, "data_version") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        /* What a trigger writes was decided by a migration. */
        if (trigger || !is_listed(conn->schema->protected_tables, first))
            return SQLITE_OK;
        return conn->current && is_listed(conn->current->writes, first) ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

/* Stops a reader that is past its work's deadline. Never a writer: an interrupted statement
 * would undo the work of a whole group. */
static int is_too_late(void *arg)
{
    const struct sqlite_conn *conn = arg;

    return conn->deadline_ms && clock_monotonic_ms() > conn->deadline_ms;
}

int sqlite_conn_run(struct sqlite_conn *conn, const char *sql)
{
    conn->current = NULL;
    return fault_here() ? SQLITE_IOERR : sqlite3_exec(conn->handle, sql, NULL, NULL, NULL);
}

static enum err_id meaning_of_io(const struct sqlite_conn *conn)
{
    switch (sqlite3_system_errno(conn->handle)) {
    case ENOSPC:
    case EDQUOT: return ERR_DISK_FULL;
    case EROFS: return ERR_DISK_READONLY;
    default: return ERR_UNAVAILABLE;
    }
}

static enum err_id meaning_of(const struct sqlite_conn *conn, int code)
{
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       code == SQLITE_CONSTRAINT_ROWID
                   ? ERR_DUPLICATE
                   : ERR_INTERNAL;
    case SQLITE_FULL: return ERR_DISK_FULL;
    case SQLITE_READONLY: return ERR_DISK_READONLY;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return meaning_of_io(conn);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return ERR_UNAVAILABLE;
    case SQLITE_NOMEM: return ERR_MEMORY;
    case SQLITE_TOOBIG: return ERR_TOO_LARGE;
    case SQLITE_INTERRUPT: return ERR_DEADLINE;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return ERR_CONFIG;
    default: return ERR_INTERNAL;
    }
}

enum rc sqlite_fail(struct ctx *ctx, struct sqlite_conn *conn, int code, const char *what)
{
    conn->base.has_failed = true;
    return FAIL(ctx, meaning_of(conn, code),
                .detail = str_fmt(ctx->arena, "%s: %s (SQLite code %d)", what,
                                  conn->handle && sqlite3_errcode(conn->handle) == code
                                      ? sqlite3_errmsg(conn->handle)
                                      : sqlite3_errstr(code),
                                  code));
}

static const char *const own_texts[OWN__N] = {
    [OWN_BEGIN_READ] = "BEGIN",   [OWN_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [OWN_SAVE] = "SAVEPOINT one", [OWN_RELEASE] = "RELEASE one",
    [OWN_COMMIT] = "COMMIT",      [OWN_ROLLBACK] = "ROLLBACK",
};

static int run_own(struct sqlite_conn *conn, enum sqlite_own own)
{
    int code = SQLITE_OK;

    if (!conn->own[own])
        code = sqlite3_prepare_v3(conn->handle, own_texts[own], -1, SQLITE_PREPARE_PERSISTENT,
                                  &conn->own[own], NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_step(conn->own[own]);
    return sqlite3_reset(conn->own[own]);
}

enum rc sqlite_conn_own(struct ctx *ctx, struct sqlite_conn *conn, enum sqlite_own own)
{
    int code;

    conn->current = NULL;
    code = fault_here() ? SQLITE_IOERR : run_own(conn, own);
    return code == SQLITE_OK ? RC_OK : sqlite_fail(ctx, conn, code, own_texts[own]);
}

void sqlite_conn_rollback(struct sqlite_conn *conn)
{
    conn->current = NULL;
    if (!sqlite3_get_autocommit(conn->handle) && run_own(conn, OWN_ROLLBACK) != SQLITE_OK &&
        !sqlite3_get_autocommit(conn->handle))
        sqlite3_exec(conn->handle, "ROLLBACK", NULL, NULL, NULL);
}

static int set_up(struct sqlite_conn *conn, enum sqlite_role role, enum db_durability durability)
{
    int code;

    sqlite3_extended_result_codes(conn->handle, 1);
    sqlite3_busy_timeout(conn->handle, BUSY_TIMEOUT_MS);
    sqlite3_db_config(conn->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(conn->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(conn->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    /* The schema stays trusted: in 3.40 json_valid() in a CHECK is otherwise refused.
     * recursive_triggers: without it INSERT OR REPLACE deletes without firing triggers.
     * temp_store: a savepoint's undo pages stay in memory. */
    code = sqlite_conn_run(conn, "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                                 "PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;");
    if (code == SQLITE_OK && role == SQLITE_READER)
        return sqlite_conn_run(conn, "PRAGMA cache_size = -" READER_CACHE_KIB ";");
    if (code == SQLITE_OK)
        code = sqlite_conn_run(conn, "PRAGMA journal_mode = WAL;"
                                     "PRAGMA cache_size = -" WRITER_CACHE_KIB ";"
                                     "PRAGMA journal_size_limit = " WAL_KEPT_BYTES ";");
    if (code == SQLITE_OK)
        code = sqlite_conn_run(conn, durability == DB_FULL ? "PRAGMA synchronous = FULL;"
                                                           : "PRAGMA synchronous = NORMAL;" BULK);
    return code;
}

static int open_flags(enum sqlite_role role, bool may_create)
{
    int flags = SQLITE_OPEN_NOMUTEX; /* one thread at a time has a connection */

    if (role == SQLITE_READER)
        return flags | SQLITE_OPEN_READONLY;
    return flags | SQLITE_OPEN_READWRITE | (may_create ? SQLITE_OPEN_CREATE : 0);
}

/* As an URI names it, so that SQLite may be told to look at the file alone. */
static const char *immutable_uri(struct ctx *ctx, const char *path)
{
    struct buf uri = buf_in(ctx->arena, 3 * strlen(path) + 32);

    BUF_ADD(&uri, "file:");
    for (; *path; path++) {
        if (strchr("?#%", *path))
            buf_add_fmt(&uri, "%%%02X", (unsigned)(unsigned char)*path);
        else
            buf_add_byte(&uri, *path);
    }
    BUF_ADD(&uri, "?immutable=1");
    return str_z(ctx->arena, buf_str(&uri));
}

static int open_handle(struct ctx *ctx, const struct sqlite_db *db, int flags, sqlite3 **ret)
{
    if (fault_here())
        return SQLITE_CANTOPEN;
    if (db->is_immutable)
        return sqlite3_open_v2(immutable_uri(ctx, db->path), ret, flags | SQLITE_OPEN_URI, db->vfs);
    return sqlite3_open_v2(db->path, ret, flags, db->vfs);
}

enum rc sqlite_conn_open(struct ctx *ctx, struct sqlite_db *db, enum sqlite_role role,
                         bool may_create, struct sqlite_conn **ret)
{
    struct sqlite_conn *conn = fault_here() ? NULL : calloc(1, sizeof *conn);
    enum rc rc;
    int code;

    if (!conn)
        return FAIL(ctx, ERR_MEMORY);
    conn->base.db = &db->base;
    conn->schema = db->base.schema;
    code = open_handle(ctx, db, open_flags(role, may_create), &conn->handle);
    if (code == SQLITE_OK)
        code = set_up(conn, role, db->durability);
    if (code != SQLITE_OK) {
        rc = sqlite_fail(ctx, conn, code, db->path);
        sqlite_conn_close(conn);
        return rc;
    }
    if (role != SQLITE_MIGRATOR)
        sqlite3_set_authorizer(conn->handle, authorize, conn);
    if (role == SQLITE_READER)
        sqlite3_progress_handler(conn->handle, OPS_BETWEEN_LOOKS, is_too_late, conn);
    *ret = conn;
    return RC_OK;
}

void sqlite_conn_close(struct sqlite_conn *conn)
{
    if (!conn)
        return;
    for (unsigned set = 0; set < SQLITE_CACHE_SETS; set++)
        for (unsigned way = 0; way < SQLITE_CACHE_WAYS; way++)
            sqlite3_finalize(conn->cache[set][way].stmt);
    for (unsigned own = 0; own < OWN__N; own++)
        sqlite3_finalize(conn->own[own]);
    sqlite3_close(conn->handle);
    free(conn);
}
