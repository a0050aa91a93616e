/* Copying while others write: the log into the file, and the running database to another file. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fault.h"
#include "db/sqlite.h"

#define PAGES_PER_STEP 512

static enum rc copy_pages(struct ctx *ctx, struct sqlite_conn *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from->handle, "main");
    int code = SQLITE_OK;

    if (!backup)
        return FAIL(ctx, ERR_FILE, .detail = S("the backup file cannot be written"));
    /* The reader's snapshot holds for the whole copy, so writers do not make it start again. */
    while (code == SQLITE_OK)
        code = fault_here() ? SQLITE_IOERR : sqlite3_backup_step(backup, PAGES_PER_STEP);
    if (code == SQLITE_DONE)
        code = SQLITE_OK;
    if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_OK)
        return sqlite_fail(ctx, from, code == SQLITE_OK ? SQLITE_IOERR : code, "backup");
    return RC_OK;
}

static enum rc copy_to(struct ctx *ctx, struct sqlite_conn *reader, const char *path)
{
    sqlite3 *to = NULL;
    enum rc rc;
    int code = sqlite3_open(path, &to);

    if (code == SQLITE_OK)
        code = sqlite3_exec(to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL", NULL, NULL,
                            NULL);
    /* Reading once fixes the snapshot before the first page is copied. */
    if (code == SQLITE_OK)
        code = sqlite_conn_run(reader, "SELECT count(*) FROM migration");
    rc = code == SQLITE_OK ? copy_pages(ctx, reader, to) : sqlite_fail(ctx, reader, code, path);
    if (sqlite3_close(to) != SQLITE_OK && rc == RC_OK)
        rc = FAIL(ctx, ERR_FILE, .detail = str_of(path));
    return rc;
}

static bool sync_folder(struct ctx *ctx, const char *path)
{
    char *copy = (char *)(uintptr_t)str_z(ctx->arena, str_of(path));
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return is_synced;
}

enum rc sqlite_backup(struct ctx *ctx, struct db *db, const char *path)
{
    const char *partial = str_z(ctx->arena, str_fmt(ctx->arena, "%s.partial", path));
    struct ctx work = {.arena = ctx->arena, .now = ctx->now, .db = db};
    struct db_conn *reader;
    enum rc rc = arena_has_failed(ctx->arena) ? FAIL(&work, ERR_MEMORY) : RC_OK;

    if (rc == RC_OK)
        unlink(partial);
    if (rc == RC_OK)
        rc = db_reader_acquire(&work);
    if (rc == RC_OK)
        rc = db_conn_get(&work, &reader);
    if (rc == RC_OK)
        rc = copy_to(&work, (struct sqlite_conn *)reader, partial);
    db_reader_release(&work);
    if (rc == RC_OK && (fault_here() || rename(partial, path) != 0 || !sync_folder(ctx, path)))
        rc = FAIL(&work, ERR_FILE, .detail = str_fmt(ctx->arena, "%s: %s", path, strerror(errno)));
    if (rc != RC_OK) {
        unlink(partial);
        ctx->err = work.err;
    }
    return rc;
}

/* Another one that does the same at this moment is as good. */
enum rc sqlite_write_back(struct ctx *ctx, struct db *db)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, (struct sqlite_db *)(void *)db, SQLITE_WRITER, false, &conn);
    int code;

    if (rc != RC_OK)
        return rc;
    code = fault_here() ? SQLITE_IOERR
                        : sqlite3_wal_checkpoint_v2(conn->handle, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                                    NULL, NULL);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        rc = sqlite_fail(ctx, conn, code, "checkpoint");
    sqlite_conn_close(conn);
    return rc;
}
