/* The city's own types: exact decimals, money and calendar dates. Nothing here rounds unless the
 * rule says how. */
#include "rules/cel_internal.h"

#include "base/zone.h"

static enum rc fail_size(struct cel_call *call)
{
    return cel_fail(call, "the result is too large, or has too many decimals, to be exact: round "
                          "it with round(value, scale, \"half_up\")");
}

/* These take what was computed by address: it is computed among the same arguments. */
static enum rc give_decimal(struct cel_call *call, bool is_good, const struct decimal *decimal,
                            struct cel_value *ret)
{
    if (!is_good)
        return fail_size(call);
    *ret = cel_decimal(cel_call_arena(call), *decimal);
    return ret->kind == CEL_DECIMAL ? RC_OK : RC_LIMIT;
}

static enum rc give_money(struct cel_call *call, bool is_good, const struct money *money,
                          struct cel_value *ret)
{
    if (!is_good)
        return cel_fail(call, "the amount of money is too large");
    *ret = cel_money(*money);
    return RC_OK;
}

static enum rc give_date(struct cel_call *call, int64_t days, struct cel_value *ret)
{
    struct date first, last;

    date_of((struct civil){1, 1, 1}, &first);
    date_of((struct civil){9999, 12, 31}, &last);
    if (days < first.days || days > last.days)
        return cel_fail(call, "the date is out of range: the years go from 1 to 9999");
    *ret = cel_date((struct date){(int32_t)days});
    return RC_OK;
}

/* The value of an exact or whole number as a decimal. */
static bool as_decimal(struct cel_value value, struct decimal *ret)
{
    switch (value.kind) {
    case CEL_DECIMAL: *ret = *value.decimal; return true;
    case CEL_MONEY: *ret = money_to_decimal(value.money); return true;
    case CEL_INT: *ret = decimal_of(value.integer, 0); return true;
    default: return false;
    }
}

static enum rc money_times(struct cel_call *call, struct money money, int64_t count,
                           struct cel_value *ret)
{
    struct money product;
    bool is_overflow = __builtin_mul_overflow(money.cents, count, &product.cents);

    return give_money(call, !is_overflow, &product, ret);
}

static enum rc money_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                                struct cel_value *ret)
{
    struct money sum = {0};
    struct decimal a, b, product = {0};

    if (args[0].kind == CEL_MONEY && args[1].kind == CEL_MONEY && sign != '*')
        return sign == '+'
                   ? give_money(call, money_add(args[0].money, args[1].money, &sum), &sum, ret)
                   : give_money(call, money_sub(args[0].money, args[1].money, &sum), &sum, ret);
    if (sign != '*' || args[0].kind == args[1].kind)
        return fail_overload(call, args, 2);
    if (args[1].kind == CEL_INT)
        return money_times(call, args[0].money, args[1].integer, ret);
    if (args[0].kind == CEL_INT)
        return money_times(call, args[1].money, args[0].integer, ret);
    if (!as_decimal(args[0], &a) || !as_decimal(args[1], &b))
        return fail_overload(call, args, 2);
    return give_decimal(call, decimal_mul(a, b, &product), &product, ret);
}

static enum rc decimal_arithmetic(struct cel_call *call, char sign, struct decimal a,
                                  struct decimal b, struct cel_value *ret)
{
    struct decimal out = {0};

    if (sign == '+')
        return give_decimal(call, decimal_add(a, b, &out), &out, ret);
    if (sign == '-')
        return give_decimal(call, decimal_sub(a, b, &out), &out, ret);
    return give_decimal(call, decimal_mul(a, b, &out), &out, ret);
}

static enum rc date_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                               struct cel_value *ret)
{
    int64_t days = args[1].integer;

    if (args[1].kind == CEL_DATE && sign == '-') {
        *ret = cel_int((int64_t)args[0].date.days - args[1].date.days);
        return RC_OK;
    }
    if (args[1].kind != CEL_INT || days < -4000000 || days > 4000000)
        return args[1].kind == CEL_INT ? give_date(call, INT64_MAX, ret)
                                       : fail_overload(call, args, 2);
    return give_date(call, args[0].date.days + (sign == '+' ? days : -days), ret);
}

enum rc city_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                        struct cel_value *ret)
{
    struct decimal a, b;

    if (sign == '/' || sign == '%')
        return fail_overload(call, args, 2);
    if (args[0].kind == CEL_DATE && sign != '*')
        return date_arithmetic(call, sign, args, ret);
    if (args[0].kind == CEL_MONEY || args[1].kind == CEL_MONEY)
        return money_arithmetic(call, sign, args, ret);
    if ((args[0].kind == CEL_DECIMAL || args[1].kind == CEL_DECIMAL) && as_decimal(args[0], &a) &&
        as_decimal(args[1], &b))
        return decimal_arithmetic(call, sign, a, b, ret);
    return fail_overload(call, args, 2);
}

enum rc city_negate(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct money nothing = {0}, money = {0};
    struct decimal decimal = {0};

    if (args[0].kind == CEL_MONEY)
        return give_money(call, money_sub(nothing, args[0].money, &money), &money, ret);
    return give_decimal(call, decimal_negate(*args[0].decimal, &decimal), &decimal, ret);
}

bool city_order(struct cel_value a, struct cel_value b, int *ret)
{
    struct decimal x, y;

    if (a.kind == CEL_MONEY || b.kind == CEL_MONEY) {
        if (a.kind != b.kind)
            return false;
        *ret = money_cmp(a.money, b.money);
        return true;
    }
    if (!as_decimal(a, &x) || !as_decimal(b, &y))
        return false;
    *ret = decimal_cmp(x, y);
    return true;
}

bool city_literal(struct arena *arena, struct str text, enum cel_kind wanted, struct cel_value *ret)
{
    struct decimal decimal;
    struct money money;

    if (wanted == CEL_MONEY) {
        if (!money_parse(text, &money))
            return false;
        *ret = cel_money(money);
        return true;
    }
    if (!decimal_parse(text, &decimal))
        return false;
    *ret = cel_decimal(arena, decimal);
    return true;
}

static enum rc fail_text(struct cel_call *call, struct str text, const char *advice)
{
    return cel_fail(call, "\"%.*s\" cannot be read: %s", STR_ARG(text_quoted(text)), advice);
}

static enum rc rounding_of(struct cel_call *call, struct str name, enum decimal_rounding *ret)
{
    static const struct {
        struct str name;
        enum decimal_rounding rounding;
    } ways[] = {
        {STR("half_up"), DECIMAL_HALF_UP}, {STR("half_even"), DECIMAL_HALF_EVEN},
        {STR("down"), DECIMAL_DOWN},       {STR("up"), DECIMAL_UP},
        {STR("floor"), DECIMAL_FLOOR},     {STR("ceiling"), DECIMAL_CEILING},
    };

    for (size_t i = 0; i < COUNT(ways); i++) {
        if (str_eq(name, ways[i].name)) {
            *ret = ways[i].rounding;
            return RC_OK;
        }
    }
    return fail_text(call, name, "a rounding is half_up, half_even, down, up, floor or ceiling");
}

static enum rc places_of(struct cel_call *call, struct cel_value scale, struct cel_value name,
                         struct decimal_places *ret)
{
    if (scale.integer < 0 || scale.integer > DECIMAL_SCALE_MAX)
        return cel_fail(call, "the number of decimals must be from 0 to %d", DECIMAL_SCALE_MAX);
    ret->scale = (uint8_t)scale.integer;
    return rounding_of(call, name.text, &ret->rounding);
}

static enum rc to_decimal(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    struct decimal decimal = {0};

    if (args[0].kind != CEL_STRING) {
        bool is_good = as_decimal(args[0], &decimal);

        return give_decimal(call, is_good, &decimal, ret);
    }
    if (!decimal_parse(args[0].text, &decimal))
        return fail_text(call, args[0].text, "a decimal is written as -12.50");
    return give_decimal(call, true, &decimal, ret);
}

static enum rc to_money(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct money money = {0};

    if (args[0].kind == CEL_MONEY)
        money = args[0].money;
    else if (args[0].kind == CEL_INT)
        return money_times(call, (struct money){100}, args[0].integer, ret);
    else if (!money_parse(args[0].text, &money))
        return fail_text(call, args[0].text, "an amount of money is written as 1234.50");
    return give_money(call, true, &money, ret);
}

static enum rc to_money_rounded(struct cel_call *call, const struct cel_value *args,
                                struct cel_value *ret)
{
    enum decimal_rounding rounding;
    struct money money = {0};
    enum rc rc = rounding_of(call, args[1].text, &rounding);

    if (rc != RC_OK)
        return rc;
    return give_money(call, money_from_decimal(*args[0].decimal, rounding, &money), &money, ret);
}

static enum rc round_decimal(struct cel_call *call, const struct cel_value *args,
                             struct cel_value *ret)
{
    struct decimal_places places;
    struct decimal out = {0};
    enum rc rc = places_of(call, args[1], args[2], &places);

    if (rc != RC_OK)
        return rc;
    return give_decimal(call, decimal_round(*args[0].decimal, places, &out), &out, ret);
}

static enum rc divide(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct decimal_places places;
    struct decimal a, b, out = {0};
    enum rc rc = places_of(call, args[2], args[3], &places);

    if (rc != RC_OK)
        return rc;
    if (!as_decimal(args[0], &a) || !as_decimal(args[1], &b))
        return fail_overload(call, args, 2);
    if (b.coefficient == 0)
        return cel_fail(call, "division by zero");
    return give_decimal(call, decimal_div(a, b, places, &out), &out, ret);
}

static enum rc to_date(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct date date;

    if (args[0].kind == CEL_DATE) {
        *ret = args[0];
        return RC_OK;
    }
    if (!date_parse(args[0].text, &date))
        return fail_text(call, args[0].text, "a date is written as 2026-07-02");
    *ret = cel_date(date);
    return RC_OK;
}

static enum rc to_date_of_parts(struct cel_call *call, const struct cel_value *args,
                                struct cel_value *ret)
{
    struct civil civil = {0};
    struct date date;

    if (args[0].integer >= 1 && args[0].integer <= 9999 && args[1].integer >= 1 &&
        args[1].integer <= 12 && args[2].integer >= 1 && args[2].integer <= 31)
        civil = (struct civil){(int)args[0].integer, (int)args[1].integer, (int)args[2].integer};
    if (!date_of(civil, &date))
        return cel_fail(call, "there is no such day: write date(year, month, day)");
    *ret = cel_date(date);
    return RC_OK;
}

/* The local date of a moment. */
static enum rc to_date_in_zone(struct cel_call *call, const struct cel_value *args,
                               struct cel_value *ret)
{
    int32_t offset;
    int64_t local, days;
    enum rc rc = time_offset(call, args[1].text, args[0].seconds, &offset);

    if (rc != RC_OK)
        return rc;
    local = args[0].seconds + offset;
    days = local / 86400 - (local % 86400 < 0);
    return give_date(call, days, ret);
}

enum date_part { YEAR, MONTH, DAY, WEEKDAY };

/* call->data says which; the weekday is 1 for Monday to 7 for Sunday (ISO 8601). */
static enum rc date_part(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct civil civil = date_civil(args[0].date);
    int64_t part = 0;

    switch ((enum date_part)call->data) {
    case YEAR: part = civil.year; break;
    case MONTH: part = civil.month; break;
    case DAY: part = civil.day; break;
    case WEEKDAY: part = date_weekday(args[0].date) + 1; break;
    }
    *ret = cel_int(part);
    return RC_OK;
}

static const struct builtin rows[] = {
    {"decimal(decimal): decimal", to_decimal},
    {"decimal(int): decimal", to_decimal},
    {"decimal(money): decimal", to_decimal},
    {"decimal(string): decimal", to_decimal},
    {"money(money): money", to_money},
    {"money(int): money", to_money},
    {"money(string): money", to_money},
    {"money(decimal, string): money", to_money_rounded},
    {"round(decimal, int, string): decimal", round_decimal},
    {"div(decimal, decimal, int, string): decimal", divide},
    {"div(decimal, int, int, string): decimal", divide},
    {"div(int, decimal, int, string): decimal", divide},
    {"div(int, int, int, string): decimal", divide},
    {"div(money, decimal, int, string): decimal", divide},
    {"div(money, int, int, string): decimal", divide},
    {"div(money, money, int, string): decimal", divide},
    {"date(date): date", to_date},
    {"date(string): date", to_date},
    {"date(int, int, int): date", to_date_of_parts},
    {"date(timestamp, string): date", to_date_in_zone},
    {"date.year(): int", date_part, YEAR},
    {"date.month(): int", date_part, MONTH},
    {"date.day(): int", date_part, DAY},
    {"date.weekday(): int", date_part, WEEKDAY},
};

void city_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
