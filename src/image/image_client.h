/* The server's side of cityhall-image: a stranger's file goes in, two clean JPEGs come out.
 *
 * No decoder runs in the server. Each file is given to a program of its own, started by
 * posix_spawn (never by a bare fork of the threaded server), locked in by seccomp, Landlock and
 * resource limits, and killed when it takes too long. Whatever happens to it (a crash, a kill, a
 * forged answer) the caller gets ERR_FILE_BROKEN and goes on. One picture is worked on at a time,
 * because one may need half a gigabyte; others wait in a short queue.
 * Layer: image, on base alone. Any thread: one client is made at start and shared by all.
 */
#ifndef IMAGE_CLIENT_H
#define IMAGE_CLIENT_H

#include <pthread.h>

#include "base/ctx.h"
#include "image/image_frame.h"

struct image_client {
    const char *program; /* path of cityhall-image; borrowed */
    int64_t timeout_ms;  /* how long one picture may take */
    int64_t wait_ms;     /* how long a caller waits for its turn */
    int max_waiting;     /* callers that may wait; the next is refused at once */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t turn;
    bool is_busy;
    int waiting;
};

/* An upright sRGB picture without metadata. */
struct image_picture {
    uint32_t width, height; /* pixels */
    struct str jpeg;        /* arena */
};

struct image_result {
    enum image_kind kind;       /* of the file that came in */
    uint32_t width, height;     /* of the file that came in, as stored, in pixels */
    struct image_picture full;  /* longest side at most IMAGE_FULL_SIDE */
    struct image_picture thumb; /* longest side at most IMAGE_THUMB_SIDE */
};

/* A client with 20 s for a picture, 10 s of waiting and 16 waiting callers; change the fields
 * before the first use. Descriptors 0 to 2 of the process must be open. image_client_done when no
 * caller is left. */
void image_client_init(struct image_client *client, const char *program);
void image_client_done(struct image_client *client);

/* Makes the two pictures of a file. Blocks, for at most wait_ms and timeout_ms and never beyond
 * ctx->deadline_ms. The results are in ctx->arena, which must have room for them (a photograph:
 * about 1 MB; at most IMAGE_MAX_FULL_BYTES + IMAGE_MAX_THUMB_BYTES).
 *
 * ERR_FILE_KIND: not a JPEG, PNG, WebP or HEIC by its own bytes; arg lists these four.
 * ERR_FILE_BROKEN: empty, damaged or cut short, or the program did not survive it.
 * ERR_TOO_LARGE: more than IMAGE_MAX_INPUT_BYTES ("15 MB" in arg) or IMAGE_MAX_PIXELS ("50 MP"), or
 * more than IMAGE_MAX_STORED_BYTES or memory to unpack (no arg).
 * ERR_OVERLOAD: too many wait, or the machine has no memory or process left. ERR_DEADLINE,
 * ERR_MEMORY. ERR_FILE: the program cannot be started; the operator's concern. */
enum rc image_process(struct ctx *ctx, struct image_client *client, struct str bytes,
                      struct image_result *ret) MUST_CHECK;

/* The same for a regular file that is open for reading as `fd`: read from its beginning, its
 * position left alone; the program gets it read-only. ERR_FILE when it cannot be read. */
enum rc image_process_fd(struct ctx *ctx, struct image_client *client, int fd,
                         struct image_result *ret) MUST_CHECK;

#endif
