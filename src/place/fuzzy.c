#include "place/fuzzy.h"

static unsigned letter_of(char byte)
{
    if (byte >= 'a' && byte <= 'z')
        return (unsigned)(byte - 'a');
    return byte >= '0' && byte <= '9' ? (unsigned)(byte - '0') + 26 : 36;
}

uint64_t fuzzy_bag(struct str word)
{
    uint64_t bag = 0;

    for (size_t i = 0; i < word.n; i++)
        bag |= UINT64_C(1) << letter_of(word.p[i]);
    return bag;
}

struct fuzzy fuzzy_of(struct str pattern)
{
    struct fuzzy fuzzy = {.n = pattern.n < FUZZY_MAX ? pattern.n : FUZZY_MAX};

    for (size_t i = 0; i < fuzzy.n; i++)
        fuzzy.masks[letter_of(pattern.p[i])] |= UINT64_C(1) << i;
    fuzzy.bag = fuzzy_bag(str_slice(pattern, 0, fuzzy.n));
    return fuzzy;
}

/* The columns of the alignment table as bit vectors: vp and vn say where a cell is one more or one
 * less than the cell above, hp and hn the same against the cell to the left, d0 where it equals
 * its upper left neighbour. */
static int alignment(const struct fuzzy *pattern, struct str word)
{
    uint64_t vp = ~UINT64_C(0), vn = 0, d0 = 0, before = 0;
    uint64_t last = UINT64_C(1) << (pattern->n - 1);
    int errors = (int)pattern->n;

    for (size_t i = 0; i < word.n; i++) {
        uint64_t match = pattern->masks[letter_of(word.p[i])];
        uint64_t exchange = ((~d0 & match) << 1) & before;
        uint64_t hp, hn;

        d0 = (((match & vp) + vp) ^ vp) | match | vn | exchange;
        hp = vn | ~(d0 | vp);
        hn = d0 & vp;
        errors += (hp & last) != 0;
        errors -= (hn & last) != 0;
        hp = (hp << 1) | 1;
        hn <<= 1;
        vp = hn | ~(d0 | hp);
        vn = hp & d0;
        before = match;
    }
    return errors;
}

int fuzzy_errors(const struct fuzzy *pattern, struct str word, uint64_t bag, int limit)
{
    size_t more = word.n > pattern->n ? word.n - pattern->n : pattern->n - word.n;
    int errors;

    if (more > (size_t)limit || __builtin_popcountll(pattern->bag ^ bag) > 2 * limit)
        return limit + 1;
    if (pattern->n == 0)
        return (int)word.n;
    errors = alignment(pattern, word);
    return errors > limit ? limit + 1 : errors;
}

int fuzzy_allowed(size_t n)
{
    return n < 3 ? 0 : n < 8 ? 1 : 2;
}
