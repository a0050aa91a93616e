#include "base/decimal.h"

#include <assert.h>

#define MAGNITUDE_DIGITS 39 /* of 2^128 */

static bool times_ten(__int128 *value, unsigned digits)
{
    for (; digits > 0; digits--)
        if (__builtin_mul_overflow(*value, 10, value))
            return false;
    return true;
}

static unsigned __int128 magnitude(__int128 value)
{
    return value < 0 ? 0 - (unsigned __int128)value : (unsigned __int128)value;
}

static bool with_sign(unsigned __int128 value, bool is_negative, __int128 *ret)
{
    unsigned __int128 limit = ((unsigned __int128)1 << 127) - !is_negative;

    if (value > limit)
        return false;
    *ret = (__int128)(is_negative ? 0 - value : value);
    return true;
}

bool decimal_parse(struct str s, struct decimal *ret)
{
    struct decimal d = {0, 0};
    bool is_negative = s.n > 0 && s.p[0] == '-';
    bool is_fraction = false;
    size_t digits = 0;

    if (is_negative || (s.n > 0 && s.p[0] == '+'))
        s = str_slice(s, 1, s.n);
    for (size_t i = 0; i < s.n; i++) {
        int digit = s.p[i] - '0';

        if (s.p[i] == '.' && !is_fraction && i + 1 < s.n) {
            is_fraction = true;
            continue;
        }
        if (digit < 0 || digit > 9 || (is_fraction && d.scale == DECIMAL_SCALE_MAX) ||
            __builtin_mul_overflow(d.coefficient, 10, &d.coefficient) ||
            __builtin_add_overflow(d.coefficient, is_negative ? -digit : digit, &d.coefficient))
            return false;
        d.scale = (uint8_t)(d.scale + is_fraction);
        digits++;
    }
    if (digits == 0)
        return false;
    *ret = d;
    return true;
}

size_t decimal_ungroup(struct str s, char *ret, size_t room)
{
    ptrdiff_t point = str_find_byte(s, '.');
    size_t whole = point < 0 ? s.n : (size_t)point;
    size_t first = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    bool has_commas = str_find_byte(s, ',') >= 0;
    size_t n = 0;

    /* Thousands do not begin with a nought: "0,500" is a half, as Spanish writes it. */
    if (s.n > room || (first < s.n && s.p[first] == ',') ||
        (has_commas && first < s.n && s.p[first] == '0'))
        return 0;
    for (size_t i = 0; i < s.n; i++) {
        bool is_thousand = i >= first && i < whole && (whole - i) % 4 == 0;

        if (has_commas && is_thousand != (s.p[i] == ','))
            return 0;
        if (s.p[i] != ',')
            ret[n++] = s.p[i];
    }
    return n;
}

struct str decimal_format(struct arena *arena, struct decimal d)
{
    char text[MAGNITUDE_DIGITS + DECIMAL_SCALE_MAX + 3];
    size_t at = sizeof text;
    unsigned __int128 left = magnitude(d.coefficient);

    for (unsigned digits = 0; left > 0 || digits <= d.scale; digits++) {
        if (digits == d.scale && d.scale > 0)
            text[--at] = '.';
        text[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    if (d.coefficient < 0)
        text[--at] = '-';
    return str_copy(arena, (struct str){text + at, sizeof text - at});
}

int decimal_cmp(struct decimal a, struct decimal b)
{
    __int128 unit_a = 1, unit_b = 1, rest_a, rest_b;
    bool is_small = times_ten(&unit_a, a.scale) && times_ten(&unit_b, b.scale);

    assert(is_small);
    /* Whole parts first, so that nothing has to be scaled up that might not fit. */
    if (a.coefficient / unit_a != b.coefficient / unit_b)
        return a.coefficient / unit_a < b.coefficient / unit_b ? -1 : 1;
    rest_a = a.coefficient % unit_a;
    rest_b = b.coefficient % unit_b;
    is_small = times_ten(&rest_a, DECIMAL_SCALE_MAX - a.scale) &&
               times_ten(&rest_b, DECIMAL_SCALE_MAX - b.scale);
    assert(is_small);
    return (rest_a > rest_b) - (rest_a < rest_b);
}

bool decimal_eq(struct decimal a, struct decimal b)
{
    return decimal_cmp(a, b) == 0;
}

static bool to_one_scale(struct decimal *a, struct decimal *b)
{
    uint8_t scale = a->scale > b->scale ? a->scale : b->scale;

    if (!times_ten(&a->coefficient, (unsigned)(scale - a->scale)) ||
        !times_ten(&b->coefficient, (unsigned)(scale - b->scale)))
        return false;
    a->scale = b->scale = scale;
    return true;
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret)
{
    __int128 sum;

    if (!to_one_scale(&a, &b) || __builtin_add_overflow(a.coefficient, b.coefficient, &sum))
        return false;
    *ret = (struct decimal){sum, a.scale};
    return true;
}

bool decimal_sub(struct decimal a, struct decimal b, struct decimal *ret)
{
    __int128 difference;

    if (!to_one_scale(&a, &b) || __builtin_sub_overflow(a.coefficient, b.coefficient, &difference))
        return false;
    *ret = (struct decimal){difference, a.scale};
    return true;
}

bool decimal_negate(struct decimal d, struct decimal *ret)
{
    return decimal_sub((struct decimal){0, d.scale}, d, ret);
}

/* Whether the quotient's magnitude goes up by one. `half` compares what is left over with half of
 * the divisor. */
static bool goes_up(enum decimal_rounding rounding, bool is_negative, bool is_odd, bool is_exact,
                    int half)
{
    if (is_exact)
        return false;
    switch (rounding) {
    case DECIMAL_HALF_UP: return half >= 0;
    case DECIMAL_HALF_EVEN: return half > 0 || (half == 0 && is_odd);
    case DECIMAL_DOWN: return false;
    case DECIMAL_UP: return true;
    case DECIMAL_FLOOR: return is_negative;
    case DECIMAL_CEILING: return !is_negative;
    }
    assert(false && "a rounding of the enumeration");
    return false;
}

/* quotient and remainder of a division of magnitudes, as the signed, rounded quotient. */
struct division {
    unsigned __int128 quotient, remainder, divisor;
    bool is_negative;
};

static bool settle(struct division division, enum decimal_rounding rounding, __int128 *ret)
{
    unsigned __int128 to_go = division.divisor - division.remainder;
    int half = (division.remainder > to_go) - (division.remainder < to_go);

    if (goes_up(rounding, division.is_negative, division.quotient & 1, division.remainder == 0,
                half) &&
        ++division.quotient == 0)
        return false;
    return with_sign(division.quotient, division.is_negative, ret);
}

/* coefficient / 10^from_scale with another scale. from_scale is at most 36, so that its power of
 * ten fits. */
static bool rescale(__int128 coefficient, unsigned from_scale, struct decimal_places places,
                    struct decimal *ret)
{
    struct division division = {.is_negative = coefficient < 0};
    __int128 power = 1;
    struct decimal d = {coefficient, places.scale};

    assert(places.scale <= DECIMAL_SCALE_MAX);
    if (places.scale >= from_scale) {
        if (!times_ten(&d.coefficient, places.scale - from_scale))
            return false;
    } else {
        if (!times_ten(&power, from_scale - places.scale))
            return false;
        division.divisor = (unsigned __int128)power;
        division.quotient = magnitude(coefficient) / division.divisor;
        division.remainder = magnitude(coefficient) % division.divisor;
        if (!settle(division, places.rounding, &d.coefficient))
            return false;
    }
    *ret = d;
    return true;
}

bool decimal_mul(struct decimal a, struct decimal b, struct decimal *ret)
{
    unsigned scale = (unsigned)a.scale + b.scale;
    __int128 product;

    if (__builtin_mul_overflow(a.coefficient, b.coefficient, &product))
        return false;
    for (; scale > DECIMAL_SCALE_MAX && product % 10 == 0; scale--)
        product /= 10;
    if (scale > DECIMAL_SCALE_MAX)
        return false;
    *ret = (struct decimal){product, (uint8_t)scale};
    return true;
}

bool decimal_mul_round(struct decimal a, struct decimal b, struct decimal_places places,
                       struct decimal *ret)
{
    __int128 product;

    return !__builtin_mul_overflow(a.coefficient, b.coefficient, &product) &&
           rescale(product, (unsigned)a.scale + b.scale, places, ret);
}

bool decimal_div(struct decimal a, struct decimal b, struct decimal_places places,
                 struct decimal *ret)
{
    int exponent = places.scale + b.scale - a.scale;
    struct division division;
    struct decimal d = {0, places.scale};
    __int128 divisor = b.coefficient;

    assert(places.scale <= DECIMAL_SCALE_MAX);
    if (b.coefficient == 0 || (exponent < 0 && !times_ten(&divisor, (unsigned)-exponent)))
        return false;
    division.divisor = magnitude(divisor);
    division.quotient = magnitude(a.coefficient) / division.divisor;
    division.remainder = magnitude(a.coefficient) % division.divisor;
    division.is_negative = (a.coefficient < 0) != (b.coefficient < 0);
    /* Digit by digit, as on paper: the dividend itself is never scaled up. */
    for (; exponent > 0; exponent--) {
        unsigned __int128 ten_times;

        if (__builtin_mul_overflow(division.remainder, 10, &ten_times) ||
            __builtin_mul_overflow(division.quotient, 10, &division.quotient) ||
            __builtin_add_overflow(division.quotient, ten_times / division.divisor,
                                   &division.quotient))
            return false;
        division.remainder = ten_times % division.divisor;
    }
    if (!settle(division, places.rounding, &d.coefficient))
        return false;
    *ret = d;
    return true;
}

bool decimal_round(struct decimal d, struct decimal_places places, struct decimal *ret)
{
    return rescale(d.coefficient, d.scale, places, ret);
}

bool decimal_to_i64(struct decimal d, int64_t *ret)
{
    struct decimal whole;

    if (!decimal_round(d, (struct decimal_places){0, DECIMAL_DOWN}, &whole) ||
        !decimal_eq(whole, d) || whole.coefficient < INT64_MIN || whole.coefficient > INT64_MAX)
        return false;
    *ret = (int64_t)whole.coefficient;
    return true;
}
