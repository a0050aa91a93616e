/* The log: one line for each event, to standard error, as logfmt.
 *
 *   time=2026-07-02T21:30:00Z level=error event=http.failed status=500 detail="no such file"
 *
 * Only the edges log (web, job runner, command line), once for what went wrong; so does a handler
 * that goes on without what failed. Whatever a value
 * holds, it stays within its quotes and its line: control characters, bytes that are not UTF-8
 * and the line ends of other alphabets are written as \xNN. A line is written at once and is at
 * most LOG_LINE_BYTES long; a value that does not fit ends in "...". Layer: base. Any thread.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/ctx.h"

#define LOG_LINE_BYTES  4096
#define LOG_VALUE_BYTES 1024 /* of one value; escaped it may be longer */

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log_field {
    const char *key; /* a word of ours: lower-case letters, digits, '_' */
    struct str text;
    int64_t number;
    bool is_number;
};

#define LOG_STR(name, value) ((struct log_field){.key = (name), .text = (value)})
#define LOG_I64(name, value) \
    ((struct log_field){.key = (name), .number = (value), .is_number = true})

/* Writes a line. `event` is a word of ours such as "http.failed". Fields with empty text are left
 * out. It cannot fail: a log that cannot be written is lost. */
void log_line(enum log_level level, const char *event, const struct log_field *fields, size_t n);

/* LOG(LOG_INFO, "server.ready", LOG_I64("port", 8080)) with at least one field. */
#define LOG(level, event, ...)                                    \
    log_line((level), (event), (struct log_field[]){__VA_ARGS__}, \
             sizeof((struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/* The line for the error of a finished piece of work, with its name, field, detail, hint, place in
 * the source and work id; nothing when there is none. Level error for faults of ours and things
 * that are away, warning for the rest. */
void log_failure(const struct ctx *ctx, const char *event);

/* The line itself, its LF included, for tests and for other places to send it to. Returns its
 * length; `line` has LOG_LINE_BYTES. */
size_t log_format(char *line, struct instant at, enum log_level level, const char *event,
                  const struct log_field *fields, size_t n) __attribute__((nonnull(1, 4)));

#endif
