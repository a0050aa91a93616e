#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"

enum rc file_failed(struct ctx *ctx, const char *path, const char *what)
{
    int cause = errno;
    enum err_id id = cause == ENOSPC || cause == EDQUOT ? ERR_DISK_FULL
                     : cause == EROFS                   ? ERR_DISK_READONLY
                     : cause == ENOENT                  ? ERR_NOT_FOUND
                                                        : ERR_FILE;

    return FAIL(ctx, id, .detail = str_fmt(ctx->arena, "%s: %s: %s", path, what, strerror(cause)));
}

static enum rc read_all(struct ctx *ctx, int fd, const char *path, size_t max_bytes,
                        struct str *ret)
{
    struct stat about;
    struct buf content;

    if (fault_here() || fstat(fd, &about) < 0)
        return file_failed(ctx, path, "stat");
    if (!S_ISREG(about.st_mode))
        return FAIL(ctx, ERR_FILE, .detail = str_fmt(ctx->arena, "%s: not a file", path));
    if ((uint64_t)about.st_size > max_bytes)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = str_of(path));
    content = buf_in(ctx->arena, (size_t)about.st_size + 1);
    for (;;) {
        char *room = buf_reserve(&content, (size_t)about.st_size + 1 - content.n);
        ssize_t n;

        if (!room)
            return FAIL(ctx, ERR_MEMORY);
        n = read(fd, room, (size_t)about.st_size + 1 - content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_failed(ctx, path, "read");
        buf_commit(&content, (size_t)n);
        if (n == 0 || content.n > (size_t)about.st_size)
            break;
    }
    *ret = buf_str(&content);
    return RC_OK;
}

/* Not blocking: to open a pipe would wait for whoever writes into it. Of a file it changes nothing.
 */
enum rc file_read(struct ctx *ctx, const char *path, size_t max_bytes, struct str *ret)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    enum rc rc;

    if (fd < 0)
        return file_failed(ctx, path, "open");
    rc = read_all(ctx, fd, path, max_bytes, ret);
    close(fd);
    return rc;
}

static bool write_all(int fd, struct str content)
{
    while (content.n) {
        ssize_t n = fault_here() ? -1 : write(fd, content.p, content.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        content = str_slice(content, (size_t)n, content.n);
    }
    return !fault_here() && fsync(fd) == 0;
}

/* A rename is durable only once its directory is. */
static bool sync_directory_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct str dir = slash ? (struct str){path, (size_t)(slash - path) + 1} : S(".");
    int fd = open(str_z(arena, dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return is_synced;
}

enum rc file_write(struct ctx *ctx, const char *path, struct str content, unsigned mode)
{
    const char *fresh = str_z(ctx->arena, str_fmt(ctx->arena, "%s.new-%d", path, (int)getpid()));
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool is_written;

    if (fd < 0)
        return file_failed(ctx, path, "create");
    is_written = write_all(fd, content);
    if (close(fd) < 0 || !is_written || rename(fresh, path) < 0) {
        enum rc rc = file_failed(ctx, path, "write");

        unlink(fresh);
        return rc;
    }
    return sync_directory_of(ctx->arena, path) ? RC_OK : file_failed(ctx, path, "sync directory");
}

enum rc file_make_dir(struct ctx *ctx, const char *path, unsigned mode)
{
    if (mkdir(path, mode) == 0)
        return sync_directory_of(ctx->arena, path) ? RC_OK
                                                   : file_failed(ctx, path, "sync directory");
    return errno == EEXIST ? RC_OK : file_failed(ctx, path, "make directory");
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

enum rc file_list(struct ctx *ctx, const char *path, struct str suffix, struct str **ret_names,
                  size_t *ret_n)
{
    DIR *dir = opendir(path);
    struct str *names = NULL;
    size_t n = 0, room = 0;
    struct dirent *entry;

    if (!dir)
        return file_failed(ctx, path, "open directory");
    while ((entry = readdir(dir))) {
        struct str name = str_of(entry->d_name);

        if (name.p[0] == '.' || !str_ends_with(name, suffix))
            continue;
        if (n == room) {
            size_t more = room ? room * 2 : 16;

            names = arena_grow(ctx->arena, names, room * sizeof *names, more * sizeof *names);
            if (!names)
                break;
            room = more;
        }
        names[n++] = str_copy(ctx->arena, name);
    }
    closedir(dir);
    if (n && !names)
        return FAIL(ctx, ERR_MEMORY);
    if (n)
        qsort(names, n, sizeof *names, compare_names);
    *ret_names = names;
    *ret_n = n;
    return RC_OK;
}
