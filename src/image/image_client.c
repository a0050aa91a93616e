#include "image/image_client.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "image/image_child.h"

void image_client_init(struct image_client *client, const char *program)
{
    pthread_condattr_t attributes;
    int error;

    *client = (struct image_client){
        .program = program, .timeout_ms = 20000, .wait_ms = 10000, .max_waiting = 16};
    error = pthread_mutex_init(&client->lock, NULL);
    error |= pthread_condattr_init(&attributes);
    error |= pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    error |= pthread_cond_init(&client->turn, &attributes);
    pthread_condattr_destroy(&attributes);
    assert(error == 0);
}

void image_client_done(struct image_client *client)
{
    assert(!client->is_busy && client->waiting == 0);
    pthread_cond_destroy(&client->turn);
    pthread_mutex_destroy(&client->lock);
}

/* `ms` from now, or the context's own deadline when that comes first. */
static int64_t deadline_after(const struct ctx *ctx, int64_t ms)
{
    int64_t at = clock_monotonic_ms() + ms;

    return ctx->deadline_ms && ctx->deadline_ms < at ? ctx->deadline_ms : at;
}

static bool is_past_deadline(const struct ctx *ctx)
{
    return ctx->deadline_ms && clock_monotonic_ms() >= ctx->deadline_ms;
}

static enum rc turn_take(struct ctx *ctx, struct image_client *client)
{
    int64_t until_ms = deadline_after(ctx, client->wait_ms);
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    int error = 0;
    bool is_mine;

    pthread_mutex_lock(&client->lock);
    if (client->is_busy && client->waiting >= client->max_waiting)
        error = EBUSY;
    client->waiting++;
    while (client->is_busy && !error)
        error = pthread_cond_timedwait(&client->turn, &client->lock, &until);
    client->waiting--;
    is_mine = !client->is_busy;
    client->is_busy = true;
    pthread_mutex_unlock(&client->lock);
    if (is_mine)
        return RC_OK;
    if (is_past_deadline(ctx))
        return FAIL(ctx, ERR_DEADLINE, .detail = S("waiting for the image program"));
    return FAIL(ctx, ERR_OVERLOAD, .detail = S("waiting for the image program"));
}

static void turn_give(struct image_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->is_busy = false;
    pthread_cond_signal(&client->turn);
    pthread_mutex_unlock(&client->lock);
}

/* Text that came out of a program that may be an intruder's by now. */
static struct str clean(struct ctx *ctx, char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] > '~')
            text[i] = '?';
    return str_copy(ctx->arena, (struct str){text, n});
}

static enum rc fail_kind(struct ctx *ctx, struct str detail)
{
    return FAIL(ctx, ERR_FILE_KIND, .detail = detail, .arg = S("JPEG, PNG, WebP, HEIC"));
}

/* Others are refused for what unpacking them would cost. */
static bool has_too_many_pixels(const struct image_frame *frame)
{
    return (uint64_t)frame->width * frame->height > IMAGE_MAX_PIXELS || !frame->width;
}

/* What the program says of a file that it refused. RC_INTERNAL, no error set, when the text is
 * shorter than announced. */
static enum rc read_refusal(struct ctx *ctx, struct image_child *child,
                            const struct image_frame *frame)
{
    char text[IMAGE_MAX_DETAIL_BYTES];
    struct str detail;

    if (!image_child_read(child, text, frame->detail_bytes) || !image_child_is_done(child))
        return RC_INTERNAL;
    detail = clean(ctx, text, frame->detail_bytes);
    switch (frame->status) {
    case IMAGE_WRONG_KIND: return fail_kind(ctx, detail);
    case IMAGE_TOO_LARGE:
        return FAIL(ctx, ERR_TOO_LARGE, .detail = detail,
                    .arg = has_too_many_pixels(frame) ? S("50 MP") : STR_NONE);
    default: return FAIL(ctx, ERR_FILE_BROKEN, .detail = detail);
    }
}

/* RC_INTERNAL, no error set, when fewer bytes come or they are no JPEG. */
static enum rc read_part(struct ctx *ctx, struct image_child *child, struct image_part part,
                         struct image_picture *ret)
{
    char *p = arena_alloc(ctx->arena, part.bytes);

    if (!p)
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct image_picture){part.width, part.height, {p, part.bytes}};
    if (!image_child_read(child, p, part.bytes) || !image_frame_is_jpeg(ret->jpeg))
        return RC_INTERNAL;
    return RC_OK;
}

static enum rc read_answer(struct ctx *ctx, struct image_child *child, struct image_result *ret)
{
    uint8_t header[IMAGE_FRAME_BYTES];
    struct image_frame frame;
    enum rc rc;

    if (!image_child_read(child, header, sizeof header) || !image_frame_unpack(header, &frame))
        return RC_INTERNAL;
    if (frame.status != IMAGE_DONE)
        return read_refusal(ctx, child, &frame);
    ret->kind = frame.kind;
    ret->width = frame.width;
    ret->height = frame.height;
    rc = read_part(ctx, child, frame.full, &ret->full);
    if (!rc)
        rc = read_part(ctx, child, frame.thumb, &ret->thumb);
    if (!rc && !image_child_is_done(child))
        rc = RC_INTERNAL;
    return rc;
}

/* What a process leaves with whose program could not be executed (POSIX, posix_spawn: where the
 * call itself cannot tell), or found its libraries missing (ld.so). One that has said anything did
 * begin: then it is a number like others, which a broken picture or an intruder may have brought.
 */
#define NEVER_BEGAN 127

static enum rc fail_end(struct ctx *ctx, const char *program, const struct image_child *child,
                        struct image_child_end end)
{
    const char *how = end.was_late ? "was stopped, too slow" : "gave no valid answer";

    if (end.was_late && is_past_deadline(ctx))
        return FAIL(ctx, ERR_DEADLINE, .detail = S("waiting for the image program"));
    if (end.exit_code == NEVER_BEGAN && !child->has_said)
        return FAIL(
            ctx, ERR_FILE,
            .detail = str_fmt(ctx->arena, "%s cannot be started (exit %d)", program, NEVER_BEGAN));
    return FAIL(ctx, ERR_FILE_BROKEN,
                .detail = str_fmt(ctx->arena, "the image program %s (exit %d, signal %d)", how,
                                  end.exit_code, end.end_signal));
}

/* An answer counts only when the program also left in order. */
static enum rc run(struct ctx *ctx, struct image_client *client, int in_fd,
                   struct image_result *ret)
{
    struct image_child child = {.deadline_ms = deadline_after(ctx, client->timeout_ms)};
    struct image_result result = {0};
    struct image_child_end end;
    enum rc rc = image_child_start(ctx, client->program, in_fd, &child);

    if (rc)
        return rc;
    rc = read_answer(ctx, &child, &result);
    end = image_child_end(&child, rc == RC_INTERNAL || rc == RC_LIMIT);
    if (rc == RC_INTERNAL || (!rc && end.exit_code != 0))
        return fail_end(ctx, client->program, &child, end);
    if (!rc)
        *ret = result;
    return rc;
}

/* The bytes as an unnamed file that can be read and nothing else. */
static enum rc input_of_bytes(struct ctx *ctx, struct str bytes, int *ret_fd)
{
    int fd = fault_here() ? -1 : memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return FAIL(ctx, ERR_OVERLOAD, .detail = S("memfd_create"));
    while (bytes.n > 0) {
        ssize_t put = write(fd, bytes.p, bytes.n);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            close(fd);
            return FAIL(ctx, ERR_OVERLOAD, .detail = S("no memory for a picture"));
        }
        bytes = str_slice(bytes, (size_t)put, bytes.n);
    }
    if (lseek(fd, 0, SEEK_SET) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0) {
        close(fd);
        return FAIL(ctx, ERR_FILE, .detail = S("memfd seals"));
    }
    *ret_fd = fd;
    return RC_OK;
}

static enum rc check_input(struct ctx *ctx, struct str head, uint64_t bytes)
{
    enum image_kind kind = image_sniff(head);

    if (bytes == 0)
        return FAIL(ctx, ERR_FILE_BROKEN, .detail = S("the file is empty"));
    if (!image_kind_is_taken(kind))
        return fail_kind(ctx, image_kind_name(kind));
    if (bytes > IMAGE_MAX_INPUT_BYTES)
        return FAIL(ctx, ERR_TOO_LARGE,
                    .detail = str_fmt(ctx->arena, "%llu bytes", (unsigned long long)bytes),
                    .arg = S("15 MB"));
    return RC_OK;
}

enum rc image_process(struct ctx *ctx, struct image_client *client, struct str bytes,
                      struct image_result *ret)
{
    enum rc rc = check_input(ctx, bytes, bytes.n);
    int fd = -1;

    if (rc)
        return rc;
    rc = turn_take(ctx, client);
    if (rc)
        return rc;
    rc = input_of_bytes(ctx, bytes, &fd);
    if (!rc) {
        rc = run(ctx, client, fd, ret);
        close(fd);
    }
    turn_give(client);
    return rc;
}

/* The same file opened anew, read-only and with a position of its own. */
static enum rc reopen(struct ctx *ctx, int fd, int *ret_fd, uint64_t *ret_bytes)
{
    char path[32];
    struct stat st;
    int copy;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (fault_here() || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return FAIL(ctx, ERR_FILE, .detail = S("the picture is not a regular file"));
    copy = open(path, O_RDONLY | O_CLOEXEC);
    if (copy < 0)
        return FAIL(ctx, ERR_FILE, .detail = str_fmt(ctx->arena, "%s", strerrordesc_np(errno)));
    *ret_fd = copy;
    *ret_bytes = (uint64_t)st.st_size;
    return RC_OK;
}

enum rc image_process_fd(struct ctx *ctx, struct image_client *client, int fd,
                         struct image_result *ret)
{
    char head[IMAGE_SNIFF_BYTES];
    uint64_t bytes = 0;
    ssize_t got;
    int copy = -1;
    enum rc rc = reopen(ctx, fd, &copy, &bytes);

    if (rc)
        return rc;
    got = pread(copy, head, sizeof head, 0);
    rc = check_input(ctx, (struct str){head, got > 0 ? (size_t)got : 0}, bytes);
    if (!rc)
        rc = turn_take(ctx, client);
    if (!rc) {
        rc = run(ctx, client, copy, ret);
        turn_give(client);
    }
    close(copy);
    return rc;
}
