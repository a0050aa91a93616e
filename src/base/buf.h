/* A growing buffer of bytes in an arena, with a maximum given at birth (after curl's dynbuf).
 *
 * Every writer of output (pages, JSON, CSV, mail) writes into one. Failure is sticky: past the
 * maximum, or when the arena fails, the buffer stays as it is, further writes do nothing and
 * buf_has_failed says so. Layer: base. One thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

struct buf {
    struct arena *arena;
    char *p;
    size_t n;         /* bytes written */
    size_t room;      /* bytes allocated */
    size_t max_bytes; /* never more than this */
    bool has_failed;
};

/* An empty buffer; nothing is allocated before the first write. The arena is borrowed. */
struct buf buf_in(struct arena *arena, size_t max_bytes);

void buf_add(struct buf *buf, struct str s);
void buf_add_byte(struct buf *buf, char byte);
void buf_add_i64(struct buf *buf, int64_t value);
void buf_add_fmt(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A literal without measuring it at run time. */
#define BUF_ADD(buf, literal) buf_add((buf), S(literal))

/* Makes room for `n` more bytes and returns where they go, or NULL on failure; the caller writes
 * at most `n` there and then says with buf_commit how many. */
char *buf_reserve(struct buf *buf, size_t n);
void buf_commit(struct buf *buf, size_t n);

/* What was written, borrowed from the arena: valid until the next write. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->p, buf->n};
}

static inline bool buf_has_failed(const struct buf *buf)
{
    return buf->has_failed;
}

#endif
