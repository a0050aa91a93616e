/* Amounts of the city's one currency, in whole cents.
 *
 * Money is added and subtracted as money; a rate or a part of it is a decimal (decimal.h), and
 * coming back from there the rounding is always said. Functions that can overflow return false
 * then and leave *ret alone. Layer: base. Any thread.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "base/decimal.h"

struct money {
    int64_t cents;
};

static inline int money_cmp(struct money a, struct money b)
{
    return (a.cents > b.cents) - (a.cents < b.cents);
}

/* Whole units and cents from text: "1234.5", "1,234.50", "-3"; commas only where thousands end,
 * no currency sign. False for more than two digits after the point: nothing is rounded. */
bool money_parse(struct str s, struct money *ret);

/* "1,234.50", "-0.05". */
struct str money_format(struct arena *arena, struct money money);

bool money_from_decimal(struct decimal d, enum decimal_rounding rounding, struct money *ret);
struct decimal money_to_decimal(struct money money);

bool money_add(struct money a, struct money b, struct money *ret);
bool money_sub(struct money a, struct money b, struct money *ret);

#endif
