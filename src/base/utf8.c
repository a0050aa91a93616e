#include "base/utf8.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#define REPLACEMENT 0xfffd

/* The number of bytes of the character at the front of `s` (not empty), 0 when it is malformed.
 * The bounds of the second byte are those of RFC 3629, section 4. */
static size_t decode(struct str s, uint32_t *ret_char)
{
    const unsigned char *p = (const unsigned char *)s.p;
    unsigned char low = 0x80, high = 0xbf;
    uint32_t code;
    size_t n;

    if (p[0] < 0x80) {
        *ret_char = p[0];
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (s.n < n)
        return 0;
    if (p[0] == 0xe0)
        low = 0xa0; /* shorter would do */
    else if (p[0] == 0xed)
        high = 0x9f; /* surrogates */
    else if (p[0] == 0xf0)
        low = 0x90; /* shorter would do */
    else if (p[0] == 0xf4)
        high = 0x8f; /* above U+10FFFF */
    if (p[1] < low || p[1] > high)
        return 0;
    code = p[0] & (0x7fU >> n);
    code = code << 6 | (p[1] & 0x3fU);
    for (size_t i = 2; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3fU);
    }
    *ret_char = code;
    return n;
}

static size_t ascii_length(struct str s)
{
    size_t at = 0;
    uint64_t word;

    for (; at + sizeof word <= s.n; at += sizeof word) {
        memcpy(&word, s.p + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (at < s.n && (unsigned char)s.p[at] < 0x80)
        at++;
    return at;
}

bool utf8_is_valid(struct str s)
{
    uint32_t code;
    size_t n;

    for (;;) {
        n = ascii_length(s);
        s = str_slice(s, n, s.n);
        if (s.n == 0)
            return true;
        n = decode(s, &code);
        if (n == 0)
            return false;
        s = str_slice(s, n, s.n);
    }
}

static bool is_clean(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code != 0x7f && code != 0xfffe && code != 0xffff;
}

bool text_is_clean(struct str s)
{
    uint32_t code;

    for (size_t at = 0, n; at < s.n; at += n) {
        n = decode((struct str){s.p + at, s.n - at}, &code);
        if (n == 0 || !is_clean(code))
            return false;
    }
    return true;
}

bool utf8_next(struct str *rest, uint32_t *ret_char)
{
    size_t n;

    if (rest->n == 0)
        return false;
    n = decode(*rest, ret_char);
    if (n == 0) {
        *ret_char = REPLACEMENT;
        n = 1;
    }
    *rest = str_slice(*rest, n, rest->n);
    return true;
}

size_t utf8_count(struct str s)
{
    uint32_t code;
    size_t count = 0;

    while (utf8_next(&s, &code))
        count++;
    return count;
}

struct str utf8_cut(struct str s, size_t max_bytes)
{
    size_t n = max_bytes;

    if (s.n <= max_bytes)
        return s;
    /* A character has at most three bytes after its first; more would not be UTF-8. */
    while (n > 0 && max_bytes - n < 3 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return str_slice(s, 0, n);
}

/* Characters that no decomposition spells plainly; sorted. The empty spelling drops one. */
static const struct {
    uint32_t first, last;
    char plain[3];
} spellings[] = {
    {0x00ab, 0x00ab, "\""},                                                /* guillemets */
    {0x00ad, 0x00ad, ""},                                                  /* soft hyphen */
    {0x00bb, 0x00bb, "\""}, {0x00e6, 0x00e6, "ae"}, {0x00f0, 0x00f0, "d"}, /* eth */
    {0x00f8, 0x00f8, "o"},                                                 /* o with stroke */
    {0x00fe, 0x00fe, "th"},                                                /* thorn */
    {0x0111, 0x0111, "d"},                                                 /* d with stroke */
    {0x0127, 0x0127, "h"},                                                 /* h with stroke */
    {0x0131, 0x0131, "i"},                                                 /* dotless i */
    {0x0142, 0x0142, "l"},                                                 /* l with stroke */
    {0x0153, 0x0153, "oe"}, {0x0180, 0x0180, "b"},  {0x0197, 0x0197, "i"},
    {0x01b6, 0x01b6, "z"},  {0x02b9, 0x02bc, "'"}, /* modifier primes and apostrophes */
    {0x02bd, 0x02bd, "'"},  {0x200b, 0x200f, ""},  /* zero width, joiners, direction marks */
    {0x2010, 0x2015, "-"},  {0x2018, 0x201b, "'"},  {0x201c, 0x201f, "\""},
    {0x202a, 0x202e, ""}, /* direction embeddings */
    {0x2032, 0x2032, "'"},  {0x2033, 0x2033, "\""}, {0x2039, 0x203a, "'"},
    {0x2043, 0x2043, "-"},  {0x2060, 0x2064, ""},   {0x2066, 0x2069, ""},
    {0x2212, 0x2212, "-"}, /* minus */
    {0xfeff, 0xfeff, ""},
};

/* The plain spelling of a character, or NULL when it stands for itself. */
static const char *spelling_of(uint32_t code)
{
    size_t low = 0, high = COUNT(spellings);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (code < spellings[middle].first)
            high = middle;
        else if (code > spellings[middle].last)
            low = middle + 1;
        else
            return spellings[middle].plain;
    }
    return NULL;
}

/* Marks dropped and letters spelled plainly; never longer than `s`. */
static struct str spell_plainly(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n);
    size_t n = 0;

    if (!p)
        return STR_NONE;
    while (s.n) {
        uint32_t code = 0;
        const char *plain;
        size_t step = decode(s, &code), length;

        if (step == 0)
            step = 1;
        plain = code < 0x80 ? NULL : spelling_of(code);
        length = plain ? strlen(plain) : step;
        if (plain || code < 0x80 || !uc_is_general_category(code, UC_NON_SPACING_MARK)) {
            memcpy(p + n, plain ? plain : s.p, length);
            n += length;
        }
        s = str_slice(s, step, s.n);
    }
    return (struct str){p, n};
}

bool utf8_disturbs(uint32_t code)
{
    return code < ' ' || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

struct str utf8_shown(struct arena *arena, struct str s)
{
    static const char digits[] = "0123456789abcdef";
    char *p = arena_alloc(arena, 4 * s.n);
    size_t n = 0, step;

    for (; p && s.n; s = str_slice(s, step, s.n)) {
        uint32_t code = 0;
        size_t whole = decode(s, &code);

        step = whole ? whole : 1;
        if (whole && !utf8_disturbs(code) && code != '\\') {
            memcpy(p + n, s.p, step);
            n += step;
            continue;
        }
        for (size_t i = 0; i < step; i++) {
            unsigned char byte = (unsigned char)s.p[i];

            memcpy(p + n, (char[]){'\\', 'x', digits[byte >> 4], digits[byte & 15]}, 4);
            n += 4;
        }
    }
    return p ? (struct str){p, n} : STR_NONE;
}

struct str utf8_fold(struct arena *arena, struct str s)
{
    uint8_t *folded;
    struct str ret = STR_NONE;
    size_t n;

    if (ascii_length(s) == s.n || !utf8_is_valid(s))
        return str_lower_ascii(arena, s);
    folded = u8_casefold((const uint8_t *)s.p, s.n, NULL, UNINORM_NFKD, NULL, &n);
    if (folded)
        ret = spell_plainly(arena, (struct str){(const char *)folded, n});
    else
        arena_fail(arena);
    free(folded);
    return ret;
}
