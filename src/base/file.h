/* Whole files, read and written so that nothing is ever half there. Layer: base. Any thread. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/ctx.h"

/* The file's bytes in the arena. RC_NOT_FOUND when there is none, RC_LIMIT (ERR_TOO_LARGE) over
 * max_bytes, RC_UNAVAILABLE (ERR_FILE) otherwise: for anything that is no file, too, and without
 * waiting for one who writes into a pipe. */
enum rc file_read(struct ctx *ctx, const char *path, size_t max_bytes, struct str *ret) MUST_CHECK;

/* The error for what a system call on `path` just said in errno: ERR_DISK_FULL, ERR_DISK_READONLY,
 * ERR_NOT_FOUND, else ERR_FILE; with path, `what` was tried and the system's word in the detail. */
enum rc file_failed(struct ctx *ctx, const char *path, const char *what) MUST_CHECK;

/* Writes a new file and moves it into place: the old content or the new, never a part, also
 * after a power cut (file and directory are synced before it returns). Mode as open(2). */
enum rc file_write(struct ctx *ctx, const char *path, struct str content, unsigned mode) MUST_CHECK;

/* Makes a directory; that it exists already is success. */
enum rc file_make_dir(struct ctx *ctx, const char *path, unsigned mode) MUST_CHECK;

bool file_exists(const char *path);

/* The names (not paths) in a directory that end with `suffix`, sorted by byte. */
enum rc file_list(struct ctx *ctx, const char *path, struct str suffix, struct str **ret_names,
                  size_t *ret_n) MUST_CHECK;

#endif
