/* Copies of a city: backups, which can be restored on either engine, and exports, for a city that
 * leaves.
 *
 * A backup is a folder:
 *
 *   backup.json      what it is: format, version, engine, when, how many rows, SHA-256 of the store
 *   cityhall.db      the store as it was at one moment (SQLite), or
 *   tables/T.jsonl   every row of the table T, one JSON object a line (PostgreSQL; db/table.h)
 *   files/           photos and papers
 *   files.sha256     every one of them with its SHA-256, as sha256sum reads it; backup.json has
 *                    the list's own digest
 *   *.key, *.pub     the keys of the installation and of the record: keep it where nobody else
 * reads
 *
 * An export is tables/ and files/ with a README.txt that explains them, and no keys. Both are made
 * beside and renamed, after everything is on the disk: there is never half of one. Layer: app. */
#ifndef APP_BACKUP_H
#define APP_BACKUP_H

#include "db/db.h"

/* Told from time to time how far it is; NULL: nobody. */
struct backup_watch {
    void (*say)(void *arg, const char *what, int64_t done, int64_t of);
    void *arg;
};

struct backup_done {
    int64_t rows, files, bytes; /* rows are 0 for a copied SQLite file; bytes are those of files */
    /* Restored: files in the backup's folder that it did not write, which were left there, and the
     * first of them, as utf8_shown writes it. */
    int64_t strays;
    struct str stray;
};

/* Makes a backup of the data folder, whose store ctx->db is, at `target`, which must not exist.
 * Others may go on working. ERR_CONFIG when it exists; ERR_FILE, ERR_DISK_FULL ... */
enum rc backup_make(struct ctx *ctx, const char *folder, const char *target,
                    const struct backup_watch *watch, struct backup_done *ret) MUST_CHECK;

/* The same for an export. */
enum rc backup_export(struct ctx *ctx, const char *folder, const char *target,
                      const struct backup_watch *watch, struct backup_done *ret) MUST_CHECK;

struct restore_options {
    const char *backup, *folder;
    const char *store, *owner; /* a PostgreSQL store that is empty; NULL: SQLite in the folder */
};

/* Makes a data folder from a backup and checks the record in it before anything can be seen:
 * ERR_RECORD when it is not whole, ERR_FORMAT when the backup is damaged or is none (a file that is
 * not as the backup wrote it is named, and so is what its database has that no migration made; a
 * file that is missing is ERR_FILE), ERR_CONFIG
 * when the folder exists, the store is not empty, or the backup is of another version's tables. */
enum rc backup_restore(struct ctx *ctx, const struct restore_options *options,
                       const struct backup_watch *watch, struct backup_done *ret) MUST_CHECK;

#endif
