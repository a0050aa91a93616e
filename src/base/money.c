#include "base/money.h"

bool money_parse(struct str s, struct money *ret)
{
    char digits[32];
    struct decimal d;
    size_t n = decimal_ungroup(s, digits, sizeof digits);

    return n > 0 && digits[0] != '+' && decimal_parse((struct str){digits, n}, &d) &&
           d.scale <= 2 && money_from_decimal(d, DECIMAL_DOWN, ret);
}

struct str money_format(struct arena *arena, struct money money)
{
    char text[32];
    size_t at = sizeof text;
    uint64_t left = money.cents < 0 ? 0 - (uint64_t)money.cents : (uint64_t)money.cents;

    for (unsigned digits = 0; left > 0 || digits < 3; digits++) {
        if (digits == 2)
            text[--at] = '.';
        else if (digits > 2 && digits % 3 == 2)
            text[--at] = ',';
        text[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    if (money.cents < 0)
        text[--at] = '-';
    return str_copy(arena, (struct str){text + at, sizeof text - at});
}

bool money_from_decimal(struct decimal d, enum decimal_rounding rounding, struct money *ret)
{
    if (!decimal_round(d, (struct decimal_places){2, rounding}, &d) || d.coefficient < INT64_MIN ||
        d.coefficient > INT64_MAX)
        return false;
    ret->cents = (int64_t)d.coefficient;
    return true;
}

struct decimal money_to_decimal(struct money money)
{
    return decimal_of(money.cents, 2);
}

bool money_add(struct money a, struct money b, struct money *ret)
{
    int64_t cents;

    if (__builtin_add_overflow(a.cents, b.cents, &cents))
        return false;
    ret->cents = cents;
    return true;
}

bool money_sub(struct money a, struct money b, struct money *ret)
{
    int64_t cents;

    if (__builtin_sub_overflow(a.cents, b.cents, &cents))
        return false;
    ret->cents = cents;
    return true;
}
