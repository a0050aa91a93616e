#include "engine/cases/case_cursor.h"

static const struct str sort_words[CASES__SORTS] = {
    [CASES_BY_DUE] = STR("due"),           [CASES_NEWEST] = STR("newest"),
    [CASES_OLDEST] = STR("oldest"),        [CASES_LAST_CLOSED] = STR("closed"),
    [CASES_LAST_UPDATED] = STR("updated"), [CASES_BEST] = STR("best"),
};

struct str case_sort_word(enum case_sort sort)
{
    return sort_words[sort];
}

bool case_sort_of(struct str word, enum case_sort *ret)
{
    for (int i = 0; i < CASES__SORTS; i++) {
        if (!str_eq(word, sort_words[i]))
            continue;
        *ret = (enum case_sort)i;
        return true;
    }
    return false;
}

char case_cursor_letter(enum case_sort sort, bool is_by_words)
{
    static const char letters[CASES__SORTS] = "dnocmb";

    return sort == CASES_NEWEST && is_by_words ? 'w' : letters[sort];
}

struct case_cursor case_cursor_read(struct str text, char letter)
{
    struct case_cursor cursor = {.is_dated = true};
    struct str rest = str_slice(text, 1, text.n);
    char is = text.n ? text.p[0] : '\0';
    ptrdiff_t dash = rest.n ? str_find_byte(str_slice(rest, 1, rest.n), '-') : -1;

    if (is == 'u' && letter == 'd')
        cursor.is_dated = false;
    else if (is != letter)
        return cursor;
    if (is == 'u' || is == 'w' || is == 'b')
        cursor.is_given = str_to_i64(rest, &cursor.id) && cursor.id >= 0;
    else
        cursor.is_given = dash >= 0 &&
                          str_to_i64(str_slice(rest, 0, (size_t)dash + 1), &cursor.at.us_utc) &&
                          str_to_i64(str_slice(rest, (size_t)dash + 2, rest.n), &cursor.id);
    return cursor;
}

bool case_cursor_is(struct str text)
{
    static const struct str letters = STR("dunocmwb");

    return text.n && str_find_byte(letters, text.p[0]) >= 0 &&
           case_cursor_read(text, text.p[0] == 'u' ? 'd' : text.p[0]).is_given;
}

struct instant case_cursor_key(enum case_sort sort, const struct case_run_row *row)
{
    switch (sort) {
    case CASES_BY_DUE: return row->due;
    case CASES_LAST_CLOSED: return row->closed;
    case CASES_LAST_UPDATED: return row->updated;
    default: return row->opened;
    }
}

struct str case_cursor_of(struct arena *arena, enum case_sort sort, bool is_by_words,
                          const struct case_run_row *row)
{
    char letter = case_cursor_letter(sort, is_by_words);

    if (letter == 'w')
        return str_fmt(arena, "w%lld", (long long)row->id);
    if (letter == 'd' && row->due_is_null)
        return str_fmt(arena, "u%lld", (long long)row->id);
    return str_fmt(arena, "%c%lld-%lld", letter, (long long)case_cursor_key(sort, row).us_utc,
                   (long long)row->id);
}

bool case_cursor_has_index_for_all(enum case_sort sort)
{
    return sort == CASES_LAST_CLOSED || sort == CASES_LAST_UPDATED;
}

int case_cursor_compare(enum case_sort sort, const struct case_run_row *a,
                        const struct case_run_row *b)
{
    bool is_downwards = sort == CASES_NEWEST || case_cursor_has_index_for_all(sort);
    int order;

    if (sort == CASES_BY_DUE && a->due_is_null != b->due_is_null)
        return a->due_is_null ? 1 : -1;
    order = sort == CASES_BY_DUE && a->due_is_null
                ? 0
                : instant_cmp(case_cursor_key(sort, a), case_cursor_key(sort, b));
    if (!order)
        order = (a->id > b->id) - (a->id < b->id);
    return is_downwards ? -order : order;
}
