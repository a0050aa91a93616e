/* Strings as slices: a pointer and a length, passed by value, never owning.
 *
 * A `struct str` may hold any bytes; text that came from outside has been checked to be UTF-8 by
 * the edge that took it in (utf8.h). It is not NUL-terminated: `char *` exists only at the
 * borders to libraries, where str_z() (arena.h) makes a terminated copy. Layer: base. Any thread.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n; /* bytes */
};

/* A string literal as a slice; usable in static initialisers. */
#define STR(literal)                       \
    {                                      \
        "" literal "", sizeof(literal) - 1 \
    }
#define S(literal) ((struct str)STR(literal))
#define STR_NONE   ((struct str){NULL, 0})
/* How many items an array (no pointer) has. */
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* For printf's %.*s. */
#define STR_ARG(s) (int)(s).n, (s).p

/* A terminated C string as a slice; NULL becomes the empty slice. */
static inline struct str str_of(const char *z)
{
    return z ? (struct str){z, strlen(z)} : STR_NONE;
}

static inline bool str_is_empty(struct str s)
{
    return s.n == 0;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Byte order, shorter first among equals; negative, zero or positive as memcmp. */
int str_cmp(struct str a, struct str b);

/* Equal when ASCII letters are folded; for protocol words (header names, "true"), not for text. */
bool str_eq_ascii_nocase(struct str a, struct str b);

bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);

/* The bytes from `from` up to, not including, `to`; both are cut to the string's length. */
struct str str_slice(struct str s, size_t from, size_t to);

/* Where `needle` first occurs, or -1. The empty needle occurs at 0. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_find_byte(struct str s, char byte);

/* 0 to 15 for 0-9, a-f, A-F; else -1. */
int str_hex_digit(char c);

/* Without leading and trailing ASCII space, tab, CR and LF. */
struct str str_trim(struct str s);

/* Takes the next piece of `*rest` up to `separator` (or all that is left) into *ret_piece and
 * moves `*rest` past the separator. False when `*rest` was used up; "a,,b" gives "a", "", "b". */
bool str_next(struct str *rest, char separator, struct str *ret_piece);

/* Whole-string decimal integers: an optional '-' and digits, nothing else, no overflow.
 * False, and *ret untouched, for anything else. */
bool str_to_i64(struct str s, int64_t *ret);

/* 64-bit FNV-1a, for hash tables whose keys no stranger chooses. */
uint64_t str_hash(struct str s);

#endif
