/* What the build-time generators share: reading, writing, quoting and reporting.
 *
 * Layer: tools; they run during the build, single-threaded, and stand on base/str, arena and buf
 * alone. A generator collects its complaints in a gen_report and writes nothing when there are
 * any, so that a broken input never leaves an output behind.
 */
#ifndef TOOLS_GEN_H
#define TOOLS_GEN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* The whole file, in the arena. False when it cannot be read; errno says why. */
bool gen_read(struct arena *arena, const char *path, struct str *ret);

/* Replaces the file. False when it cannot be written; errno says why. */
bool gen_write(const char *path, struct str text);

/* Writes `s` as a C string literal, quotes included. A newline in `s` closes the literal and opens
 * another on the next line, indented by `indent` spaces, so that generated text can be read. */
void gen_quote(struct buf *out, struct str s, int indent);

struct gen_report {
    struct buf text; /* lines "file:line: sentence" */
    int count;
};

/* Adds one complaint; line 0 when it is about the whole file. */
void gen_complain(struct gen_report *report, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* All complaints to standard error. */
void gen_print(const struct gen_report *report);

#endif
