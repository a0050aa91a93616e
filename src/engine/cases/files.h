/* The store of photos and papers: bytes under their SHA-256 in the data folder.
 *
 * FOLDER/ab/cdef... holds the file whose hash is abcdef...; the same bytes are there once, however
 * many rows of the table `file` name them. A file is on the disk, with its directory, before
 * files_put returns: the transaction that refers to it comes after. A file that no row names is
 * left from work that failed, and files_sweep removes it a day later. The folder is
 * ctx->city->files_folder. Layer: engine. Any thread of the one process that serves the folder.
 */
#ifndef ENGINE_FILES_H
#define ENGINE_FILES_H

#include "base/crypto.h"
#include "base/ctx.h"

#define FILES_ORPHAN_US (24 * US_PER_H) /* so old is a file that is swept */

/* Stores the bytes, or finds them stored, and says their hash. ERR_DISK_FULL, ERR_DISK_READONLY or
 * ERR_FILE, and then nothing of it is left; ERR_CONFIG when the city has no folder for files. */
enum rc files_put(struct ctx *ctx, struct str bytes, struct crypto_hash *ret) MUST_CHECK;

/* Opens the file of a hash (32 bytes) for reading. Owned: close. ERR_NOT_FOUND when it is not
 * there. */
enum rc files_open(struct ctx *ctx, struct str hash, int *ret_fd) MUST_CHECK;

/* Removes what is older than FILES_ORPHAN_US and has no row in `file`, and says how many files
 * that were. ctx has a connection to read with. */
enum rc files_sweep(struct ctx *ctx, int64_t *ret_removed) MUST_CHECK;

/* Removes the file of a hash at once: for what must be gone, not only unused. The caller has
 * dropped its last row of `file` in a transaction, and seen there that it was the last. Bytes that
 * somebody hands in again at this very moment have to be handed in once more. */
enum rc files_drop(struct ctx *ctx, struct str hash) MUST_CHECK;

#endif
