#include "engine/cases/files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "engine/cases/queries.h"
#include "engine/definition/city.h"

#define FRESH_PREFIX "new-"

/* Between finding a file stored and touching it, the sweep must not remove it. */
static pthread_mutex_t sweep_lock = PTHREAD_MUTEX_INITIALIZER;

static enum rc folder_of(struct ctx *ctx, const char **ret)
{
    if (!ctx->city || !ctx->city->files_folder)
        return FAIL(ctx, ERR_CONFIG, .detail = S("the city has no folder for files"));
    *ret = ctx->city->files_folder;
    return RC_OK;
}

struct place_on_disk {
    const char *folder; /* FOLDER/ab */
    const char *path;   /* FOLDER/ab/cdef... */
};

static enum rc place_of(struct ctx *ctx, struct str hash, struct place_on_disk *ret)
{
    struct str hex = crypto_hex(ctx->arena, hash);
    const char *root;
    enum rc rc = folder_of(ctx, &root);

    if (rc)
        return rc;
    if (hex.n != 2 * sizeof(struct crypto_hash))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a hash of another length"));
    ret->folder = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%.2s", root, hex.p));
    ret->path = str_z(
        ctx->arena, str_fmt(ctx->arena, "%s/%.*s", ret->folder, STR_ARG(str_slice(hex, 2, hex.n))));
    return RC_OK;
}

static bool write_all(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = -1;

        if (fault_here())
            errno = ENOSPC;
        else
            n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes = str_slice(bytes, (size_t)n, bytes.n);
    }
    return !fault_here() && fsync(fd) == 0;
}

/* Also for a file that was there: whoever put it there may not have synced yet. */
static enum rc sync_folder(struct ctx *ctx, const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rc rc = RC_OK;

    if (fd < 0 || fault_here() || fsync(fd) < 0)
        rc = file_failed(ctx, folder, "sync");
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Written beside under a name of its own, so that two writers of the same bytes never meet. */
static enum rc write_file(struct ctx *ctx, const struct place_on_disk *place, struct str bytes)
{
    struct str pattern = str_fmt(ctx->arena, "%s/" FRESH_PREFIX "XXXXXX", place->folder);
    char *fresh = arena_alloc(ctx->arena, pattern.n + 1);
    bool is_written;
    int fd;

    if (!fresh || arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    memcpy(fresh, pattern.p, pattern.n);
    fresh[pattern.n] = '\0';
    fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return file_failed(ctx, fresh, "create");
    is_written = write_all(fd, bytes);
    if (close(fd) < 0 || !is_written || rename(fresh, place->path) < 0) {
        enum rc rc = file_failed(ctx, fresh, "write");

        unlink(fresh);
        return rc;
    }
    return RC_OK;
}

/* Whether the file is stored already; then it counts as new from now on. */
static bool is_kept(const char *path)
{
    bool is_there;

    pthread_mutex_lock(&sweep_lock);
    is_there = utimensat(AT_FDCWD, path, NULL, 0) == 0;
    pthread_mutex_unlock(&sweep_lock);
    return is_there;
}

enum rc files_put(struct ctx *ctx, struct str bytes, struct crypto_hash *ret)
{
    struct crypto_hash hash = crypto_sha256(bytes);
    struct place_on_disk place;
    enum rc rc = place_of(ctx, crypto_hash_str(&hash), &place);

    if (!rc && !is_kept(place.path)) {
        rc = file_make_dir(ctx, place.folder, 0700);
        if (!rc)
            rc = write_file(ctx, &place, bytes);
    }
    if (!rc)
        rc = sync_folder(ctx, place.folder);
    if (!rc)
        *ret = hash;
    return rc;
}

enum rc files_open(struct ctx *ctx, struct str hash, int *ret_fd)
{
    struct place_on_disk place = {0};
    enum rc rc = place_of(ctx, hash, &place);
    int fd;

    if (rc)
        return rc;
    fd = open(place.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return file_failed(ctx, place.path, "open");
    *ret_fd = fd;
    return RC_OK;
}

static bool is_old(const struct ctx *ctx, const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) &&
           ctx->now.us_utc - (int64_t)about.st_mtim.tv_sec * US_PER_S > FILES_ORPHAN_US;
}

/* What a stopped program left half written, or a file that no row names. */
static enum rc is_orphan(struct ctx *ctx, struct str prefix, struct str name, bool *ret)
{
    struct str hash;
    struct file_rows_row rows;
    enum rc rc;

    *ret = str_starts_with(name, S(FRESH_PREFIX));
    if (*ret ||
        !crypto_hex_decode(ctx->arena,
                           str_fmt(ctx->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(name)), &hash))
        return RC_OK;
    rc = file_rows(ctx, hash, &rows);
    *ret = !rc && rows.total == 0;
    return rc;
}

static enum rc sweep_file(struct ctx *ctx, struct str prefix, const char *path, struct str name,
                          int64_t *removed)
{
    bool is_unused;
    enum rc rc = RC_OK;

    pthread_mutex_lock(&sweep_lock);
    if (is_old(ctx, path)) {
        rc = is_orphan(ctx, prefix, name, &is_unused);
        if (!rc && is_unused && unlink(path) == 0)
            ++*removed;
    }
    pthread_mutex_unlock(&sweep_lock);
    return rc;
}

static enum rc sweep_folder(struct ctx *ctx, const char *root, struct str prefix, int64_t *removed)
{
    const char *folder = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%.*s", root, STR_ARG(prefix)));
    struct str *names;
    size_t n;
    enum rc rc = file_list(ctx, folder, STR_NONE, &names, &n);

    for (size_t i = 0; !rc && i < n; i++)
        rc =
            sweep_file(ctx, prefix,
                       str_z(ctx->arena, str_fmt(ctx->arena, "%s/%.*s", folder, STR_ARG(names[i]))),
                       names[i], removed);
    return rc;
}

enum rc files_sweep(struct ctx *ctx, int64_t *ret_removed)
{
    struct str *prefixes;
    int64_t removed = 0;
    const char *root;
    size_t n;
    enum rc rc = folder_of(ctx, &root);

    if (!rc)
        rc = file_list(ctx, root, STR_NONE, &prefixes, &n);
    for (size_t i = 0; !rc && i < n; i++)
        if (prefixes[i].n == 2)
            rc = sweep_folder(ctx, root, prefixes[i], &removed);
    if (!rc)
        *ret_removed = removed;
    return rc;
}

enum rc files_drop(struct ctx *ctx, struct str hash)
{
    struct place_on_disk place;
    enum rc rc = place_of(ctx, hash, &place);

    if (rc)
        return rc;
    pthread_mutex_lock(&sweep_lock);
    if (unlink(place.path) < 0 && errno != ENOENT)
        rc = file_failed(ctx, place.path, "remove");
    pthread_mutex_unlock(&sweep_lock);
    return rc;
}
