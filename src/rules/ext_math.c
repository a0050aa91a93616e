/* The math extension: math.greatest, math.least, rounding, signs, bits. */
#include "rules/cel_internal.h"

#include <math.h>

static enum rc extreme(struct cel_call *call, const struct cel_value *args, size_t n, int sign,
                       struct cel_value *ret)
{
    struct cel_value best = args[0];
    int order;

    for (size_t i = 0; i < n; i++) {
        if (!kind_is_number(args[i].kind) && !kind_is_exact(args[i].kind) &&
            args[i].kind != CEL_DATE)
            return fail_overload(call, &args[i], 1);
        if (i == 0)
            continue;
        if (!cel_order(args[i], best, &order))
            return fail_overload(call, (const struct cel_value[]){best, args[i]}, 2);
        if (sign * order > 0)
            best = args[i];
    }
    *ret = best;
    return cel_charge(call, n / 8);
}

/* math.greatest and math.least: call->data is 1 or -1. */
static enum rc extreme_of(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    if (args[0].kind != CEL_LIST || call->node->call.n_args == 2)
        return extreme(call, args, call->node->call.n_args, call->data, ret);
    if (args[0].list->n == 0)
        return cel_fail(call, "the list is empty: it has no greatest or least element");
    return extreme(call, args[0].list->items, args[0].list->n, call->data, ret);
}

enum real { CEIL, FLOOR, ROUND, TRUNC, IS_NAN, IS_INF, IS_FINITE };

/* call->data says which. */
static enum rc math_real(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    double x = args[0].real;

    switch ((enum real)call->data) {
    case CEIL: *ret = cel_double(ceil(x)); break;
    case FLOOR: *ret = cel_double(floor(x)); break;
    case ROUND: *ret = cel_double(round(x)); break;
    case TRUNC: *ret = cel_double(trunc(x)); break;
    case IS_NAN: *ret = cel_bool(isnan(x)); break;
    case IS_INF: *ret = cel_bool(isinf(x)); break;
    case IS_FINITE: *ret = cel_bool(isfinite(x)); break;
    }
    return RC_OK;
}

static enum rc math_sqrt(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    double x = args[0].real;

    (void)call;
    if (args[0].kind == CEL_INT)
        x = (double)args[0].integer;
    else if (args[0].kind == CEL_UINT)
        x = (double)args[0].natural;
    *ret = cel_double(sqrt(x));
    return RC_OK;
}

static enum rc math_abs(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    *ret = args[0];
    if (args[0].kind == CEL_DOUBLE) {
        ret->real = fabs(args[0].real);
    } else if (args[0].kind == CEL_INT && args[0].integer < 0) {
        if (args[0].integer == INT64_MIN)
            return cel_fail(call, "integer overflow: there is no such positive number");
        ret->integer = -args[0].integer;
    }
    return RC_OK;
}

static enum rc math_sign(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    (void)call;
    *ret = args[0];
    if (args[0].kind == CEL_INT)
        ret->integer = (args[0].integer > 0) - (args[0].integer < 0);
    else if (args[0].kind == CEL_UINT)
        ret->natural = args[0].natural > 0;
    else if (!isnan(args[0].real))
        ret->real = (args[0].real > 0) - (args[0].real < 0);
    return RC_OK;
}

static enum rc math_bits(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    uint64_t a = args[0].natural, b = call->data == '~' ? 0 : args[1].natural;

    *ret = args[0];
    switch (call->data) {
    case '&': ret->natural = a & b; break;
    case '|': ret->natural = a | b; break;
    case '^': ret->natural = a ^ b; break;
    default: ret->natural = ~a; break;
    }
    return RC_OK;
}

/* call->data is '<' or '>'; a shift to the right fills with zeros, whatever the sign. */
static enum rc math_shift(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    int64_t by = args[1].integer;

    if (by < 0)
        return cel_fail(call, "negative offset: shift by 0 or more");
    *ret = args[0];
    if (by > 63)
        ret->natural = 0;
    else
        ret->natural = call->data == '<' ? args[0].natural << by : args[0].natural >> by;
    return RC_OK;
}

static const struct builtin rows[] = {
    {"math.greatest(int): int", extreme_of, 1},
    {"math.greatest(uint): uint", extreme_of, 1},
    {"math.greatest(double): double", extreme_of, 1},
    {"math.greatest(int, int): int", extreme_of, 1},
    {"math.greatest(int, uint): dyn", extreme_of, 1},
    {"math.greatest(int, double): dyn", extreme_of, 1},
    {"math.greatest(uint, int): dyn", extreme_of, 1},
    {"math.greatest(uint, uint): uint", extreme_of, 1},
    {"math.greatest(uint, double): dyn", extreme_of, 1},
    {"math.greatest(double, int): dyn", extreme_of, 1},
    {"math.greatest(double, uint): dyn", extreme_of, 1},
    {"math.greatest(double, double): double", extreme_of, 1},
    {"math.greatest(money, money): money", extreme_of, 1},
    {"math.greatest(decimal, decimal): decimal", extreme_of, 1},
    {"math.greatest(date, date): date", extreme_of, 1},
    {"math.greatest(list<int>): int", extreme_of, 1},
    {"math.greatest(list<uint>): uint", extreme_of, 1},
    {"math.greatest(list<double>): double", extreme_of, 1},
    {"math.greatest(list<money>): money", extreme_of, 1},
    {"math.greatest(list<decimal>): decimal", extreme_of, 1},
    {"math.greatest(list<date>): date", extreme_of, 1},
    {"math.least(int): int", extreme_of, -1},
    {"math.least(uint): uint", extreme_of, -1},
    {"math.least(double): double", extreme_of, -1},
    {"math.least(int, int): int", extreme_of, -1},
    {"math.least(int, uint): dyn", extreme_of, -1},
    {"math.least(int, double): dyn", extreme_of, -1},
    {"math.least(uint, int): dyn", extreme_of, -1},
    {"math.least(uint, uint): uint", extreme_of, -1},
    {"math.least(uint, double): dyn", extreme_of, -1},
    {"math.least(double, int): dyn", extreme_of, -1},
    {"math.least(double, uint): dyn", extreme_of, -1},
    {"math.least(double, double): double", extreme_of, -1},
    {"math.least(money, money): money", extreme_of, -1},
    {"math.least(decimal, decimal): decimal", extreme_of, -1},
    {"math.least(date, date): date", extreme_of, -1},
    {"math.least(list<int>): int", extreme_of, -1},
    {"math.least(list<uint>): uint", extreme_of, -1},
    {"math.least(list<double>): double", extreme_of, -1},
    {"math.least(list<money>): money", extreme_of, -1},
    {"math.least(list<decimal>): decimal", extreme_of, -1},
    {"math.least(list<date>): date", extreme_of, -1},
    {"math.ceil(double): double", math_real, CEIL},
    {"math.floor(double): double", math_real, FLOOR},
    {"math.round(double): double", math_real, ROUND},
    {"math.trunc(double): double", math_real, TRUNC},
    {"math.isNaN(double): bool", math_real, IS_NAN},
    {"math.isInf(double): bool", math_real, IS_INF},
    {"math.isFinite(double): bool", math_real, IS_FINITE},
    {"math.sqrt(double): double", math_sqrt},
    {"math.sqrt(int): double", math_sqrt},
    {"math.sqrt(uint): double", math_sqrt},
    {"math.abs(int): int", math_abs},
    {"math.abs(uint): uint", math_abs},
    {"math.abs(double): double", math_abs},
    {"math.sign(int): int", math_sign},
    {"math.sign(uint): uint", math_sign},
    {"math.sign(double): double", math_sign},
    {"math.bitAnd(int, int): int", math_bits, '&'},
    {"math.bitAnd(uint, uint): uint", math_bits, '&'},
    {"math.bitOr(int, int): int", math_bits, '|'},
    {"math.bitOr(uint, uint): uint", math_bits, '|'},
    {"math.bitXor(int, int): int", math_bits, '^'},
    {"math.bitXor(uint, uint): uint", math_bits, '^'},
    {"math.bitNot(int): int", math_bits, '~'},
    {"math.bitNot(uint): uint", math_bits, '~'},
    {"math.bitShiftLeft(int, int): int", math_shift, '<'},
    {"math.bitShiftLeft(uint, int): uint", math_shift, '<'},
    {"math.bitShiftRight(int, int): int", math_shift, '>'},
    {"math.bitShiftRight(uint, int): uint", math_shift, '>'},
};

void ext_math_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
