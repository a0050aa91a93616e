#include "engine/definition/span.h"

#define MAX_AMOUNT 1000000
#define MAX_METRES 100000

static const struct {
    struct str word;
    enum span_unit unit;
    int64_t factor;
} units[] = {
    {STR("s"), SPAN_ELAPSED, 1},
    {STR("min"), SPAN_ELAPSED, 60},
    {STR("h"), SPAN_ELAPSED, 3600},
    {STR("hour"), SPAN_ELAPSED, 3600},
    {STR("hours"), SPAN_ELAPSED, 3600},
    {STR("d"), SPAN_ELAPSED, SPAN_DAY_S},
    {STR("day"), SPAN_ELAPSED, SPAN_DAY_S},
    {STR("days"), SPAN_ELAPSED, SPAN_DAY_S},
    {STR("work hour"), SPAN_WORK_TIME, 3600},
    {STR("work hours"), SPAN_WORK_TIME, 3600},
    {STR("workday"), SPAN_WORKDAYS, 1},
    {STR("workdays"), SPAN_WORKDAYS, 1},
    {STR("month"), SPAN_MONTHS, 1},
    {STR("months"), SPAN_MONTHS, 1},
    {STR("year"), SPAN_MONTHS, 12},
    {STR("years"), SPAN_MONTHS, 12},
};

/* Splits "12 words" at the first space. */
static bool amount_and_unit(struct str s, int64_t *ret_amount, struct str *ret_unit)
{
    struct str number;

    if (!str_next(&s, ' ', &number) || !s.p || !str_to_i64(number, ret_amount))
        return false;
    *ret_unit = s;
    return *ret_amount >= 0 && *ret_amount <= MAX_AMOUNT;
}

bool span_parse(struct str s, struct span *ret)
{
    int64_t amount;
    struct str word;

    if (!amount_and_unit(s, &amount, &word))
        return false;
    for (size_t i = 0; i < COUNT(units); i++) {
        if (str_eq(word, units[i].word)) {
            *ret = (struct span){units[i].unit, amount * units[i].factor};
            return true;
        }
    }
    return false;
}

struct span yaml_expect_span(struct problems *problems, const struct yaml_node *node,
                             struct span fallback)
{
    struct span span;

    if (!node)
        return fallback;
    if (node->kind == YAML_SCALAR && span_parse(node->scalar, &span))
        return span;
    problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                "a length of time is expected here, such as \"2 workdays\", \"4 work hours\", "
                "\"36 h\", \"60 d\" or \"3 months\"");
    return fallback;
}

int32_t yaml_expect_metres(struct problems *problems, const struct yaml_node *node,
                           int32_t fallback)
{
    int64_t amount;
    struct str word;

    if (!node)
        return fallback;
    if (node->kind == YAML_SCALAR && amount_and_unit(node->scalar, &amount, &word)) {
        if (str_eq(word, S("km")))
            amount *= 1000;
        if ((str_eq(word, S("m")) || str_eq(word, S("km"))) && amount <= MAX_METRES)
            return (int32_t)amount;
    }
    problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                "a distance is expected here, such as \"50 m\" or \"2 km\"");
    return fallback;
}
