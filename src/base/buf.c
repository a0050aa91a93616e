#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#define FIRST_ROOM 256

struct buf buf_in(struct arena *arena, size_t max_bytes)
{
    return (struct buf){.arena = arena, .max_bytes = max_bytes};
}

static bool has_room(struct buf *buf, size_t n)
{
    size_t room = buf->room ? buf->room : FIRST_ROOM;
    char *p;

    if (buf->has_failed)
        return false;
    if (n <= buf->room - buf->n)
        return true;
    if (n > buf->max_bytes - buf->n) {
        buf->has_failed = true;
        return false;
    }
    while (room < buf->n + n && room < buf->max_bytes / 2)
        room *= 2;
    if (room < buf->n + n || room > buf->max_bytes)
        room = buf->max_bytes;
    p = arena_grow(buf->arena, buf->p, buf->room, room);
    if (!p) {
        buf->has_failed = true;
        return false;
    }
    buf->p = p;
    buf->room = room;
    return true;
}

void buf_add(struct buf *buf, struct str s)
{
    if (s.n == 0 || !has_room(buf, s.n))
        return;
    memcpy(buf->p + buf->n, s.p, s.n);
    buf->n += s.n;
}

void buf_add_byte(struct buf *buf, char byte)
{
    if (has_room(buf, 1))
        buf->p[buf->n++] = byte;
}

void buf_add_i64(struct buf *buf, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        digits[--at] = '-';
    buf_add(buf, (struct str){digits + at, sizeof digits - at});
}

void buf_add_fmt(struct buf *buf, const char *format, ...)
{
    char small[256];
    char *p = small;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    /* vsnprintf ends the text with a NUL, for which the buffer may have no room. */
    if (n >= (int)sizeof small) {
        p = arena_alloc(buf->arena, (size_t)n + 1);
        va_start(args, format);
        if (p)
            vsnprintf(p, (size_t)n + 1, format, args);
        va_end(args);
    }
    if (n < 0 || !p)
        buf->has_failed = true;
    else
        buf_add(buf, (struct str){p, (size_t)n});
}

char *buf_reserve(struct buf *buf, size_t n)
{
    return has_room(buf, n) ? buf->p + buf->n : NULL;
}

void buf_commit(struct buf *buf, size_t n)
{
    buf->n += n;
}
