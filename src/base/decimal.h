/* Exact decimal numbers: a 128-bit integer and how many of its digits stand after the point.
 *
 * Rates, measures and everything that meets money are computed with these; nothing is ever
 * rounded unless the caller says to how many places and in which way. 12.5 and 12.50 are equal in
 * value and differ in scale. Every function that can overflow returns false then and leaves *ret
 * alone. Layer: base. Any thread.
 */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "base/arena.h"
#include "base/str.h"

#define DECIMAL_SCALE_MAX 18

struct decimal {
    __int128 coefficient;
    uint8_t scale; /* 0 to DECIMAL_SCALE_MAX; the value is coefficient / 10^scale */
};

enum decimal_rounding {
    DECIMAL_HALF_UP,   /* to the nearest, a half away from zero: what people learn at school */
    DECIMAL_HALF_EVEN, /* to the nearest, a half to the even neighbour */
    DECIMAL_DOWN,      /* towards zero */
    DECIMAL_UP,        /* away from zero */
    DECIMAL_FLOOR,     /* towards minus infinity */
    DECIMAL_CEILING,   /* towards plus infinity */
};

/* To how many digits after the point, and how. */
struct decimal_places {
    uint8_t scale;
    enum decimal_rounding rounding;
};

static inline struct decimal decimal_of(int64_t coefficient, uint8_t scale)
{
    return (struct decimal){coefficient, scale};
}

/* An optional sign, digits, and optionally a point and digits; no exponent, no spaces, no
 * grouping. ".5" is a half; "5." is nothing. False for more than 18 digits after the point. The
 * scale is the number of digits written after the point. */
bool decimal_parse(struct str s, struct decimal *ret);

/* Writes s without its commas, which may stand only where thousands end ("-1,234.50"): how many
 * bytes that are; 0 for a comma elsewhere, for an empty text and for one without room. */
size_t decimal_ungroup(struct str s, char *ret, size_t room);

/* "-0.050": as many digits after the point as the scale says. */
struct str decimal_format(struct arena *arena, struct decimal d);

/* Negative, zero or positive as a is less than, equal to or greater than b in value. */
int decimal_cmp(struct decimal a, struct decimal b);
bool decimal_eq(struct decimal a, struct decimal b);

/* The scale of a sum is the larger of the two. */
bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret);
bool decimal_sub(struct decimal a, struct decimal b, struct decimal *ret);
bool decimal_negate(struct decimal d, struct decimal *ret);

/* The exact product, its scale the sum of the two; zeros at its end are dropped as far as is
 * needed to keep to DECIMAL_SCALE_MAX, and where that is not enough it is false. */
bool decimal_mul(struct decimal a, struct decimal b, struct decimal *ret);

/* The product rounded once. */
bool decimal_mul_round(struct decimal a, struct decimal b, struct decimal_places places,
                       struct decimal *ret);

/* The quotient rounded once. False also when b is zero. */
bool decimal_div(struct decimal a, struct decimal b, struct decimal_places places,
                 struct decimal *ret);

/* The same value with another scale; exact when that is not smaller. */
bool decimal_round(struct decimal d, struct decimal_places places, struct decimal *ret);

/* False when the value is not a whole number or none that fits. */
bool decimal_to_i64(struct decimal d, int64_t *ret);

#endif
