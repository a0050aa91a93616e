/* The operators of the standard. Rows say which types they take; one function per operator tells
 * the kinds apart when it runs. */
#include "rules/cel_internal.h"

#include <math.h>

/* Timestamps are from year 1 to 9999. */
#define SECONDS_MIN (-INT64_C(62135596800))
#define SECONDS_MAX INT64_C(253402300799)
#define NS_PER_S    INT64_C(1000000000)

static enum rc fail_overflow(struct cel_call *call)
{
    return cel_fail(call, "integer overflow: the result is beyond what an int or uint can hold");
}

static enum rc give_int(struct cel_call *call, bool is_overflow, const int64_t *number,
                        struct cel_value *ret)
{
    if (is_overflow)
        return fail_overflow(call);
    *ret = cel_int(*number);
    return RC_OK;
}

static enum rc give_uint(struct cel_call *call, bool is_overflow, const uint64_t *number,
                         struct cel_value *ret)
{
    if (is_overflow)
        return fail_overflow(call);
    *ret = cel_uint(*number);
    return RC_OK;
}

static enum rc int_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                              struct cel_value *ret)
{
    int64_t a = args[0].integer, b = args[1].integer, out = 0;

    switch (sign) {
    case '+': return give_int(call, __builtin_add_overflow(a, b, &out), &out, ret);
    case '-': return give_int(call, __builtin_sub_overflow(a, b, &out), &out, ret);
    case '*': return give_int(call, __builtin_mul_overflow(a, b, &out), &out, ret);
    default: break;
    }
    if (b == 0)
        return cel_fail(call, sign == '/' ? "division by zero" : "modulus by zero");
    if (a == INT64_MIN && b == -1)
        return fail_overflow(call);
    *ret = cel_int(sign == '/' ? a / b : a % b);
    return RC_OK;
}

static enum rc uint_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                               struct cel_value *ret)
{
    uint64_t a = args[0].natural, b = args[1].natural, out = 0;

    switch (sign) {
    case '+': return give_uint(call, __builtin_add_overflow(a, b, &out), &out, ret);
    case '-': return give_uint(call, __builtin_sub_overflow(a, b, &out), &out, ret);
    case '*': return give_uint(call, __builtin_mul_overflow(a, b, &out), &out, ret);
    default: break;
    }
    if (b == 0)
        return cel_fail(call, sign == '/' ? "division by zero" : "modulus by zero");
    *ret = cel_uint(sign == '/' ? a / b : a % b);
    return RC_OK;
}

static enum rc double_arithmetic(struct cel_call *call, char sign, const struct cel_value *args,
                                 struct cel_value *ret)
{
    double a = args[0].real, b = args[1].real;

    switch (sign) {
    case '+': *ret = cel_double(a + b); return RC_OK;
    case '-': *ret = cel_double(a - b); return RC_OK;
    case '*': *ret = cel_double(a * b); return RC_OK;
    case '/': *ret = cel_double(a / b); return RC_OK;
    default: return fail_overload(call, args, 2);
    }
}

static enum rc fail_time(struct cel_call *call)
{
    return cel_fail(call, "timestamp out of range: the years go from 1 to 9999");
}

/* sign is 1 or -1. */
static enum rc shift(struct cel_call *call, struct cel_value at, int64_t ns, int sign,
                     struct cel_value *ret)
{
    int64_t seconds = at.seconds + sign * (ns / NS_PER_S);
    int64_t nanos = at.nanos + sign * (ns % NS_PER_S);

    if (nanos < 0) {
        nanos += NS_PER_S;
        seconds--;
    } else if (nanos >= NS_PER_S) {
        nanos -= NS_PER_S;
        seconds++;
    }
    if (seconds < SECONDS_MIN || seconds > SECONDS_MAX)
        return fail_time(call);
    *ret = (struct cel_value){.kind = CEL_TIMESTAMP, .seconds = seconds, .nanos = (int32_t)nanos};
    return RC_OK;
}

static enum rc give_duration(struct cel_call *call, __int128 ns, struct cel_value *ret)
{
    if (ns < INT64_MIN || ns > INT64_MAX)
        return cel_fail(call, "duration out of range: it goes up to about 292 years");
    *ret = cel_duration((int64_t)ns);
    return RC_OK;
}

static __int128 since_epoch_ns(struct cel_value at)
{
    return (__int128)at.seconds * NS_PER_S + at.nanos;
}

static enum rc time_plus(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    if (args[0].kind == CEL_TIMESTAMP && args[1].kind == CEL_DURATION)
        return shift(call, args[0], args[1].duration_ns, 1, ret);
    if (args[0].kind == CEL_DURATION && args[1].kind == CEL_TIMESTAMP)
        return shift(call, args[1], args[0].duration_ns, 1, ret);
    if (args[0].kind == CEL_DURATION && args[1].kind == CEL_DURATION)
        return give_duration(call, (__int128)args[0].duration_ns + args[1].duration_ns, ret);
    return fail_overload(call, args, 2);
}

static enum rc time_minus(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    if (args[0].kind == CEL_TIMESTAMP && args[1].kind == CEL_DURATION)
        return shift(call, args[0], args[1].duration_ns, -1, ret);
    if (args[0].kind == CEL_TIMESTAMP && args[1].kind == CEL_TIMESTAMP)
        return give_duration(call, since_epoch_ns(args[0]) - since_epoch_ns(args[1]), ret);
    if (args[0].kind == CEL_DURATION && args[1].kind == CEL_DURATION)
        return give_duration(call, (__int128)args[0].duration_ns - args[1].duration_ns, ret);
    return fail_overload(call, args, 2);
}

/* call->data is the operator. */
static enum rc operator_arithmetic(struct cel_call *call, const struct cel_value *args,
                                   struct cel_value *ret)
{
    char sign = (char)call->data;

    if (args[0].kind == CEL_INT && args[1].kind == CEL_INT)
        return int_arithmetic(call, sign, args, ret);
    if (args[0].kind == CEL_UINT && args[1].kind == CEL_UINT)
        return uint_arithmetic(call, sign, args, ret);
    if (args[0].kind == CEL_DOUBLE && args[1].kind == CEL_DOUBLE)
        return double_arithmetic(call, sign, args, ret);
    return city_arithmetic(call, sign, args, ret);
}

static enum rc join_texts(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    struct buf out = text_buf(call);
    enum rc rc;

    buf_add(&out, args[0].text);
    buf_add(&out, args[1].text);
    rc = give_text(call, &out, ret);
    ret->kind = args[0].kind;
    return rc;
}

static enum rc join_lists(struct cel_call *call, const struct cel_value *args,
                          struct cel_value *ret)
{
    const struct cel_list *a = args[0].list, *b = args[1].list;
    struct cel_list *list;
    struct cel_value *items;
    enum rc rc = cel_charge(call, a->n + b->n);

    if (rc != RC_OK)
        return rc;
    list = ARENA_NEW(cel_call_arena(call), struct cel_list);
    items = ARENA_ARRAY(cel_call_arena(call), a->n + b->n, struct cel_value);
    if (!list || !items)
        return RC_LIMIT;
    for (size_t i = 0; i < a->n; i++)
        items[i] = a->items[i];
    for (size_t i = 0; i < b->n; i++)
        items[a->n + i] = b->items[i];
    *list = (struct cel_list){a->n + b->n, items};
    *ret = (struct cel_value){.kind = CEL_LIST, .list = list};
    return RC_OK;
}

static enum rc operator_plus(struct cel_call *call, const struct cel_value *args,
                             struct cel_value *ret)
{
    if (args[0].kind == args[1].kind) {
        if (args[0].kind == CEL_STRING || args[0].kind == CEL_BYTES)
            return join_texts(call, args, ret);
        if (args[0].kind == CEL_LIST)
            return join_lists(call, args, ret);
    }
    if (args[0].kind == CEL_DURATION ||
        (args[0].kind == CEL_TIMESTAMP && args[1].kind == CEL_DURATION))
        return time_plus(call, args, ret);
    return operator_arithmetic(call, args, ret);
}

static enum rc operator_minus(struct cel_call *call, const struct cel_value *args,
                              struct cel_value *ret)
{
    if (args[0].kind == CEL_TIMESTAMP || args[0].kind == CEL_DURATION)
        return time_minus(call, args, ret);
    return operator_arithmetic(call, args, ret);
}

static enum rc operator_negate(struct cel_call *call, const struct cel_value *args,
                               struct cel_value *ret)
{
    if (args[0].kind == CEL_DOUBLE) {
        *ret = cel_double(-args[0].real);
        return RC_OK;
    }
    if (args[0].integer == INT64_MIN)
        return fail_overflow(call);
    *ret = cel_int(-args[0].integer);
    return RC_OK;
}

static enum rc operator_not(struct cel_call *call, const struct cel_value *args,
                            struct cel_value *ret)
{
    (void)call;
    *ret = cel_bool(!args[0].boolean);
    return RC_OK;
}

/* call->data is 1 for ==, 0 for !=. */
static enum rc operator_equal(struct cel_call *call, const struct cel_value *args,
                              struct cel_value *ret)
{
    bool is_equal = false;
    enum rc rc = equal_within_cost(call, args[0], args[1], &is_equal);

    if (rc == RC_OK)
        *ret = cel_bool(is_equal == call->data);
    return rc;
}

/* Which orders each operator accepts: bits for less, equal, greater. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static enum rc operator_order(struct cel_call *call, const struct cel_value *args,
                              struct cel_value *ret)
{
    int order = 0, found;

    if (!cel_order(args[0], args[1], &order)) {
        if (!kind_is_number(args[0].kind) || !kind_is_number(args[1].kind))
            return fail_overload(call, args, 2);
        *ret = cel_bool(false); /* a NaN */
        return RC_OK;
    }
    found = order < 0 ? LESS : order == 0 ? EQUAL : GREATER;
    *ret = cel_bool(call->data & found);
    return args[0].kind == CEL_STRING ? cel_charge(call, args[0].text.n / 64) : RC_OK;
}

static enum rc operator_in(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    if (args[1].kind == CEL_MAP) {
        *ret = cel_bool(cel_map_find(args[1].map, args[0]) != NULL);
        return RC_OK;
    }
    if (args[1].kind != CEL_LIST)
        return fail_overload(call, args, 2);
    for (size_t i = 0; i < args[1].list->n; i++) {
        bool is_equal = false;
        enum rc rc = equal_within_cost(call, args[0], args[1].list->items[i], &is_equal);

        if (rc != RC_OK)
            return rc;
        if (is_equal) {
            *ret = cel_bool(true);
            return cel_charge(call, i / 8);
        }
    }
    *ret = cel_bool(false);
    return cel_charge(call, args[1].list->n / 8);
}

static bool index_of(struct cel_value number, size_t *ret)
{
    switch (number.kind) {
    case CEL_INT: *ret = number.integer < 0 ? SIZE_MAX : (size_t)number.integer; return true;
    case CEL_UINT: *ret = number.natural; return true;
    case CEL_DOUBLE:
        if (number.real != floor(number.real) || !isfinite(number.real))
            return false;
        *ret = number.real < 0 || number.real > 0x1p62 ? SIZE_MAX : (size_t)number.real;
        return true;
    default: return false;
    }
}

static enum rc operator_index(struct cel_call *call, const struct cel_value *args,
                              struct cel_value *ret)
{
    const struct cel_value *found;
    size_t index;

    if (args[0].kind == CEL_MAP) {
        found = cel_map_find(args[0].map, args[1]);
        if (!found)
            return cel_fail(call, "no such key: %.*s is not in the map",
                            STR_ARG(cel_value_text(cel_call_arena(call), args[1], 80)));
        *ret = *found;
        return RC_OK;
    }
    if (args[0].kind != CEL_LIST)
        return fail_overload(call, args, 2);
    if (!index_of(args[1], &index))
        return cel_fail(call, "invalid argument: %.*s is no place in a list",
                        STR_ARG(cel_value_text(cel_call_arena(call), args[1], 80)));
    if (index >= args[0].list->n)
        return cel_fail(call, "index out of bounds: the list has %zu elements, counted from 0",
                        args[0].list->n);
    *ret = args[0].list->items[index];
    return RC_OK;
}

static const struct builtin rows[] = {
    {"_+_(int, int): int", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(uint, uint): uint", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(double, double): double", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(string, string): string", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(bytes, bytes): bytes", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(list<A>, list<A>): list<A>", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(timestamp, duration): timestamp", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(duration, timestamp): timestamp", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(duration, duration): duration", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(money, money): money", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(decimal, decimal): decimal", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(decimal, int): decimal", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(int, decimal): decimal", operator_plus, '+', OVERLOAD_LOOSE},
    {"_+_(date, int): date", operator_plus, '+', OVERLOAD_LOOSE},
    {"_-_(int, int): int", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(uint, uint): uint", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(double, double): double", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(timestamp, timestamp): duration", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(timestamp, duration): timestamp", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(duration, duration): duration", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(money, money): money", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(decimal, decimal): decimal", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(decimal, int): decimal", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(int, decimal): decimal", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(date, int): date", operator_minus, '-', OVERLOAD_LOOSE},
    {"_-_(date, date): int", operator_minus, '-', OVERLOAD_LOOSE},
    {"_*_(int, int): int", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(uint, uint): uint", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(double, double): double", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(money, int): money", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(int, money): money", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(money, decimal): decimal", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(decimal, money): decimal", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(decimal, decimal): decimal", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(decimal, int): decimal", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_*_(int, decimal): decimal", operator_arithmetic, '*', OVERLOAD_LOOSE},
    {"_/_(int, int): int", operator_arithmetic, '/', OVERLOAD_LOOSE},
    {"_/_(uint, uint): uint", operator_arithmetic, '/', OVERLOAD_LOOSE},
    {"_/_(double, double): double", operator_arithmetic, '/', OVERLOAD_LOOSE},
    {"_%_(int, int): int", operator_arithmetic, '%', OVERLOAD_LOOSE},
    {"_%_(uint, uint): uint", operator_arithmetic, '%', OVERLOAD_LOOSE},
    {"-_(int): int", operator_negate},
    {"-_(double): double", operator_negate},
    {"-_(money): money", city_negate},
    {"-_(decimal): decimal", city_negate},
    {"!_(bool): bool", operator_not},
    {"_==_(A, A): bool", operator_equal, 1, OVERLOAD_LOOSE},
    {"_==_(decimal, int): bool", operator_equal, 1, OVERLOAD_LOOSE},
    {"_==_(int, decimal): bool", operator_equal, 1, OVERLOAD_LOOSE},
    {"_!=_(A, A): bool", operator_equal, 0, OVERLOAD_LOOSE},
    {"_!=_(decimal, int): bool", operator_equal, 0, OVERLOAD_LOOSE},
    {"_!=_(int, decimal): bool", operator_equal, 0, OVERLOAD_LOOSE},
    {"_<_(int, int): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(int, uint): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(int, double): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(uint, int): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(uint, uint): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(uint, double): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(double, int): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(double, uint): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(double, double): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(bool, bool): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(string, string): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(bytes, bytes): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(timestamp, timestamp): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(duration, duration): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(money, money): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(decimal, decimal): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(decimal, int): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(int, decimal): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<_(date, date): bool", operator_order, LESS, OVERLOAD_LOOSE},
    {"_<=_(int, int): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(int, uint): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(int, double): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(uint, int): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(uint, uint): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(uint, double): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(double, int): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(double, uint): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(double, double): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(bool, bool): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(string, string): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(bytes, bytes): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(timestamp, timestamp): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(duration, duration): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(money, money): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(decimal, decimal): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(decimal, int): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(int, decimal): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_<=_(date, date): bool", operator_order, LESS | EQUAL, OVERLOAD_LOOSE},
    {"_>_(int, int): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(int, uint): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(int, double): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(uint, int): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(uint, uint): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(uint, double): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(double, int): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(double, uint): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(double, double): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(bool, bool): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(string, string): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(bytes, bytes): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(timestamp, timestamp): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(duration, duration): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(money, money): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(decimal, decimal): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(decimal, int): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(int, decimal): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>_(date, date): bool", operator_order, GREATER, OVERLOAD_LOOSE},
    {"_>=_(int, int): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(int, uint): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(int, double): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(uint, int): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(uint, uint): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(uint, double): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(double, int): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(double, uint): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(double, double): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(bool, bool): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(string, string): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(bytes, bytes): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(timestamp, timestamp): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(duration, duration): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(money, money): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(decimal, decimal): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(decimal, int): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(int, decimal): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"_>=_(date, date): bool", operator_order, GREATER | EQUAL, OVERLOAD_LOOSE},
    {"@in(A, list<A>): bool", operator_in, 0, OVERLOAD_LOOSE},
    {"@in(A, map<A, B>): bool", operator_in, 0, OVERLOAD_LOOSE},
    {"_[_](list<A>, int): A", operator_index, 0, OVERLOAD_LOOSE},
    {"_[_](map<A, B>, A): B", operator_index, 0, OVERLOAD_LOOSE},
};

void std_operators_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
