/* One run of a program that is not trusted: started, read from until a deadline, reaped.
 *
 * Used by image_client.c alone. Layer: image, on base alone. Any thread; one child has one thread.
 */
#ifndef IMAGE_CHILD_H
#define IMAGE_CHILD_H

#include <sys/types.h>

#include "base/ctx.h"

struct image_child {
    pid_t pid;
    int out_fd;          /* what the program writes comes out here */
    int64_t deadline_ms; /* on the monotonic clock */
    bool has_said;       /* at least one byte of its output was read */
};

/* Starts `program` without arguments and environment, with `in_fd` (3 or higher) as its input,
 * a pipe as its output, nothing as its error output and no other descriptor; default signal
 * handling, a process group of its own. ERR_OVERLOAD when descriptors, processes or memory are
 * short, ERR_FILE when the program is not there. On success image_child_end must follow. */
enum rc image_child_start(struct ctx *ctx, const char *program, int in_fd,
                          struct image_child *child) MUST_CHECK;

/* Reads exactly `n` bytes of its output; false when it ended, failed or was late before. */
bool image_child_read(struct image_child *child, void *to, size_t n) MUST_CHECK;

/* Whether its output is at the end: no more bytes, now or before the deadline. */
bool image_child_is_done(struct image_child *child);

/* How it ended. */
struct image_child_end {
    bool was_late;  /* we killed it at the deadline */
    int exit_code;  /* -1 when a signal ended it */
    int end_signal; /* 0 when it left by itself */
};

/* Closes the pipe, waits until the deadline for it to leave, kills it then (at once when
 * `is_unwanted`) and reaps it. */
struct image_child_end image_child_end(struct image_child *child, bool is_unwanted);

#endif
