/* Folders with all that is in them: removed, copied, brought to the disk. Layer: app. */
#ifndef APP_TREE_H
#define APP_TREE_H

#include "base/ctx.h"

/* Removes the folder and what it holds; what cannot be removed stays. Links are not followed. */
void tree_remove(const char *folder);

/* A copy of one file, on the disk when it returns; what stands at `to` is an error, and after a
 * failure nothing stands there. ERR_FILE, ERR_DISK_FULL or ERR_DISK_READONLY; detail names it. */
enum rc tree_copy_file(struct ctx *ctx, const char *from, const char *to, unsigned mode) MUST_CHECK;

/* Called for each file of a tree: its path below the folder, and its size. */
typedef enum rc tree_file_fn(struct ctx *ctx, struct str path, int64_t bytes, void *arg);

/* Walks the regular files of a folder and its folders, in no order; one that is missing has none.
 * Names that begin with a dot, links and other things are passed over. */
enum rc tree_each(struct ctx *ctx, const char *folder, tree_file_fn *each, void *arg) MUST_CHECK;

/* Writes a folder's names to the disk. */
enum rc tree_sync_folder(struct ctx *ctx, const char *folder) MUST_CHECK;

/* A failure of the operating system about a path, by errno. */
enum rc tree_fail(struct ctx *ctx, const char *path) MUST_CHECK;

#endif
