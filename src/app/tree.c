#include "app/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"

#define FOLDERS_OPEN 16
#define PIECE_BYTES  (1 << 20)
#define DEPTH_MAX    8

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    remove(path);
    return 0;
}

void tree_remove(const char *folder)
{
    nftw(folder, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}

enum rc tree_fail(struct ctx *ctx, const char *path)
{
    int code = errno;
    enum err_id id = code == ENOSPC || code == EDQUOT ? ERR_DISK_FULL
                     : code == EROFS                  ? ERR_DISK_READONLY
                                                      : ERR_FILE;

    return FAIL(ctx, id, .detail = str_fmt(ctx->arena, "%s: %s", path, strerror(code)));
}

static enum rc copy_bytes(struct ctx *ctx, int from, int to, const char *path)
{
    ssize_t n = 1;

    while (n > 0) {
        n = fault_here() ? -1 : copy_file_range(from, NULL, to, NULL, PIECE_BYTES, 0);
        if (n < 0 && errno == EXDEV)
            break;
    }
    while (n < 0 && errno == EXDEV) {
        char piece[PIECE_BYTES / 64];

        while ((n = read(from, piece, sizeof piece)) > 0)
            if (write(to, piece, (size_t)n) != n)
                return tree_fail(ctx, path);
    }
    if (n < 0 || fsync(to) < 0)
        return tree_fail(ctx, path);
    return RC_OK;
}

enum rc tree_copy_file(struct ctx *ctx, const char *from, const char *to, unsigned mode)
{
    int in = fault_here() ? -1 : open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int out;
    enum rc rc;

    if (in < 0)
        return tree_fail(ctx, from);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    rc = out < 0 ? tree_fail(ctx, to) : copy_bytes(ctx, in, out, to);
    close(in);
    if (out >= 0 && close(out) < 0 && !rc)
        rc = tree_fail(ctx, to);
    if (rc && out >= 0)
        unlink(to);
    return rc;
}

struct walk {
    struct ctx *ctx;
    tree_file_fn *each;
    void *arg;
};

static enum rc walk_folder(struct walk *walk, const char *folder, struct str below, int depth);

static enum rc visit(struct walk *walk, const char *folder, struct str below, const char *name,
                     int depth)
{
    struct ctx *ctx = walk->ctx;
    const char *full = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name));
    struct str path = str_fmt(ctx->arena, "%.*s%s%s", STR_ARG(below), below.n ? "/" : "", name);
    struct stat about;

    if (*name == '.')
        return RC_OK;
    if (lstat(full, &about) < 0)
        return errno == ENOENT ? RC_OK : tree_fail(ctx, full); /* swept meanwhile */
    if (S_ISDIR(about.st_mode) && depth < DEPTH_MAX)
        return walk_folder(walk, full, path, depth + 1);
    return S_ISREG(about.st_mode) ? walk->each(ctx, path, about.st_size, walk->arg) : RC_OK;
}

static enum rc walk_folder(struct walk *walk, const char *folder, struct str below, int depth)
{
    DIR *open_folder = opendir(folder);
    const struct dirent *entry;
    enum rc rc = RC_OK;

    if (!open_folder)
        return errno == ENOENT ? RC_OK : tree_fail(walk->ctx, folder);
    while (!rc && (entry = readdir(open_folder)))
        rc = visit(walk, folder, below, entry->d_name, depth);
    closedir(open_folder);
    return rc;
}

enum rc tree_each(struct ctx *ctx, const char *folder, tree_file_fn *each, void *arg)
{
    struct walk walk = {ctx, each, arg};

    return walk_folder(&walk, folder, STR_NONE, 0);
}

enum rc tree_sync_folder(struct ctx *ctx, const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum rc rc = fd < 0 || fault_here() || fsync(fd) < 0 ? tree_fail(ctx, folder) : RC_OK;

    if (fd >= 0)
        close(fd);
    return rc;
}
