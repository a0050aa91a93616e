#include "svc/requests/import_map.h"

enum time_part {
    PART_YEAR,
    PART_MONTH,
    PART_DAY,
    PART_HOUR,
    PART_HOUR_12,
    PART_MINUTE,
    PART_SECOND,
    PART_HALF,
    PART__N
};

static const struct {
    struct str word;
    int min, max;
} parts[PART__N] = {
    [PART_YEAR] = {STR("YYYY"), 1, 9999}, [PART_MONTH] = {STR("MM"), 1, 12},
    [PART_DAY] = {STR("DD"), 1, 31},      [PART_HOUR] = {STR("HH"), 0, 23},
    [PART_HOUR_12] = {STR("hh"), 1, 12},  [PART_MINUTE] = {STR("mm"), 0, 59},
    [PART_SECOND] = {STR("ss"), 0, 59},   [PART_HALF] = {STR("AM"), 0, 1},
};

/* The part that the format names next, taken off it; PART__N for a character that stands for
 * itself. */
static enum time_part next_part(struct str *format)
{
    for (int part = 0; part < PART__N; part++) {
        if (format->p[0] != parts[part].word.p[0] || !str_starts_with(*format, parts[part].word))
            continue;
        *format = str_slice(*format, parts[part].word.n, format->n);
        return (enum time_part)part;
    }
    return PART__N;
}

/* One or two digits, of a year four. */
static bool take_number(struct str *text, enum time_part part, int *ret)
{
    size_t most = part == PART_YEAR ? 4 : 2, n = 0;
    int value = 0;

    while (n < most && n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
        value = value * 10 + (text->p[n++] - '0');
    if (!n || (part == PART_YEAR && n != 4) || value < parts[part].min || value > parts[part].max)
        return false;
    *text = str_slice(*text, n, text->n);
    *ret = value;
    return true;
}

static bool take_half(struct str *text, int *ret)
{
    struct str word = str_slice(*text, 0, 2);

    if (!str_eq_ascii_nocase(word, S("AM")) && !str_eq_ascii_nocase(word, S("PM")))
        return false;
    *ret = str_eq_ascii_nocase(word, S("PM"));
    *text = str_slice(*text, 2, text->n);
    return true;
}

static bool make_time(const int *value, bool is_12, struct local_time *ret)
{
    int hour = is_12 ? value[PART_HOUR_12] % 12 + 12 * value[PART_HALF] : value[PART_HOUR];
    struct local_time local = {.second_of_day =
                                   hour * 3600 + value[PART_MINUTE] * 60 + value[PART_SECOND]};

    if (!date_of((struct civil){value[PART_YEAR], value[PART_MONTH], value[PART_DAY]}, &local.date))
        return false;
    *ret = local;
    return true;
}

bool import_time(struct str text, struct str format, struct local_time *ret)
{
    int value[PART__N] = {0};
    bool is_12 = false;

    text = str_trim(text);
    while (format.n) {
        enum time_part part = next_part(&format);

        if (part == PART__N) {
            if (!text.n || text.p[0] != format.p[0])
                return false;
            text = str_slice(text, 1, text.n);
            format = str_slice(format, 1, format.n);
        } else if (part == PART_HALF ? !take_half(&text, &value[part])
                                     : !take_number(&text, part, &value[part])) {
            return false;
        }
        is_12 |= part == PART_HOUR_12;
    }
    return !text.n && make_time(value, is_12, ret);
}

bool import_time_format_is_good(struct str format)
{
    unsigned seen = 0;
    const unsigned day = 1U << PART_YEAR | 1U << PART_MONTH | 1U << PART_DAY;
    const unsigned half = 1U << PART_HOUR_12 | 1U << PART_HALF;

    while (format.n) {
        enum time_part part = next_part(&format);

        if (part == PART__N)
            format = str_slice(format, 1, format.n);
        else if (seen & 1U << part)
            return false;
        else
            seen |= 1U << part;
    }
    return (seen & day) == day && ((seen & half) == half || !(seen & half)) &&
           !((seen & half) && (seen & 1U << PART_HOUR));
}
