#include "engine/cases/number.h"

#define MIN_COUNTER_DIGITS 5
#define MAX_DIGITS         18

/* ISO 7064 MOD 11,10. */
static int check_digit(struct str digits)
{
    int product = 10;

    for (size_t i = 0; i < digits.n; i++) {
        int sum = (digits.p[i] - '0' + product) % 10;

        product = (sum ? sum : 10) * 2 % 11;
    }
    return (11 - product) % 10;
}

struct str number_format(struct arena *arena, int year, int64_t counter)
{
    struct str digits =
        str_fmt(arena, "%02d%0*lld", year % 100, MIN_COUNTER_DIGITS, (long long)counter);

    return str_fmt(arena, "%.2s-%.*s-%d", digits.p ? digits.p : "", (int)(digits.n - 2),
                   digits.p ? digits.p + 2 : "", check_digit(digits));
}

bool number_parse(struct arena *arena, struct str typed, struct str *ret)
{
    char digits[MAX_DIGITS];
    size_t n = 0;
    struct str counted;

    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];

        if (c == '-' || c == ' ' || c == '#' || c == '.')
            continue;
        if (c < '0' || c > '9' || n == MAX_DIGITS)
            return false;
        digits[n++] = c;
    }
    if (n < 2 + MIN_COUNTER_DIGITS + 1)
        return false;
    counted = (struct str){digits, n - 1};
    if (check_digit(counted) != digits[n - 1] - '0')
        return false;
    *ret = str_fmt(arena, "%.2s-%.*s-%c", digits, (int)(n - 3), digits + 2, digits[n - 1]);
    return true;
}
