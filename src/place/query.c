#include "place/query.h"

#include "place/fuzzy.h"

#define NUMBER_MAX 999999

static bool is_one_of(struct str word, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(word, list[i]))
            return true;
    }
    return false;
}

static void words_remove(struct words *words, size_t from, size_t n)
{
    memmove(&words->of[from], &words->of[from + n], (words->n - from - n) * sizeof words->of[0]);
    words->n -= n;
}

static bool is_floor(struct str word)
{
    return str_eq(word, S("floor")) || str_eq(word, S("fl"));
}

static struct str capitals(struct arena *arena, struct str text)
{
    char *p = arena_alloc(arena, text.n);

    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? (char)(text.p[i] - 32) : text.p[i];
    return (struct str){p, text.n};
}

/* "apt 3b", "unit # 2", "# 3", "2nd floor" anywhere; "apt3b" as one word. */
static void unit_take(struct arena *arena, struct words *words, struct str *ret)
{
    static const struct str names[] = {STR("apt"),  STR("apartment"), STR("unit"), STR("suite"),
                                       STR("ste"),  STR("room"),      STR("rm"),   STR("apto"),
                                       STR("dept"), STR("appt")};

    for (size_t i = 0; i < words->n; i++) {
        const struct word *word = &words->of[i];
        bool is_name = is_one_of(word->text, names, COUNT(names));
        size_t value = i + (is_name || word->kind == WORD_HASH);

        if (is_name && value < words->n && words->of[value].kind == WORD_HASH)
            value++;
        if (value > i && value < words->n && words->of[value].text.n > 0 &&
            words->of[value].text.n <= 6) {
            *ret = capitals(arena, words->of[value].text);
            words_remove(words, i, value - i + 1);
            return;
        }
        if (i > 0 && word->kind == WORD_NUMBER && i + 1 < words->n &&
            is_floor(words->of[i + 1].text)) {
            *ret = capitals(arena, str_fmt(arena, "%.*s FL", STR_ARG(word->text)));
            words_remove(words, i, 2);
            return;
        }
        if (i > 0 && word->text.n > 3 && word->text.n <= 7 &&
            str_starts_with(word->text, S("apt")) && word->text.p[3] >= '0' &&
            word->text.p[3] <= '9') {
            *ret = capitals(arena, str_slice(word->text, 3, word->text.n));
            words_remove(words, i, 1);
            return;
        }
    }
}

/* "795 mass ave 3b": a number at the end, after a street type, when there is one in front. */
static void bare_unit_take(struct arena *arena, struct words *words, struct str *ret)
{
    size_t last = words->n - 1;

    if (words->n < 4 || words->of[0].kind != WORD_NUMBER || words->of[last].kind != WORD_NUMBER ||
        !str_is_empty(*ret) || words->of[last].text.n > 4)
        return;
    if (words->of[last - 1].kind == WORD_COMMA ||
        word_is_street_type(word_short(words->of[last - 1].text))) {
        *ret = capitals(arena, words->of[last].text);
        words->n--;
    }
}

static void commas_trim(struct words *words)
{
    while (words->n > 0 && (words->of[words->n - 1].kind == WORD_COMMA ||
                            words->of[words->n - 1].kind == WORD_HASH))
        words->n--;
    while (words->n > 0 && words->of[0].kind == WORD_COMMA)
        words_remove(words, 0, 1);
}

static bool is_alike(struct str word, struct str wanted)
{
    struct fuzzy pattern = fuzzy_of(word);
    int allowed = fuzzy_allowed(word.n) > 1 ? 1 : fuzzy_allowed(word.n);

    return fuzzy_errors(&pattern, wanted, fuzzy_bag(wanted), allowed) <= allowed;
}

/* Whether the words before `end` end with the name, an error in each word allowed. */
static bool ends_with_name(const struct words *words, const struct words *name)
{
    if (name->n == 0 || words->n <= name->n)
        return false;
    for (size_t i = 0; i < name->n; i++) {
        if (!is_alike(words->of[words->n - name->n + i].text, name->of[i].text))
            return false;
    }
    return true;
}

/* How many words at the end are a ZIP code: "36939" or "36939-1234". */
static size_t zip_length(const struct words *words)
{
    const struct word *last = &words->of[words->n - 1];

    if (words->n > 2 && last->kind == WORD_NUMBER && last->text.n == 5)
        return 1;
    if (words->n > 3 && last->kind == WORD_NUMBER && last->text.n == 4 &&
        last[-1].kind == WORD_NUMBER && last[-1].text.n == 5)
        return 2;
    return 0;
}

/* Takes state, ZIP code, country and the city's name off the end, as long as something is left. */
static void city_strip(struct arena *arena, struct words *words, const struct gazetteer_city *city)
{
    struct words name = words_of(arena, city->name), state = words_of(arena, city->state);
    struct words code = words_of(arena, city->state_code);

    for (bool goes_on = true; goes_on && words->n > 1;) {
        const struct word *last = &words->of[words->n - 1];

        goes_on = true;
        commas_trim(words);
        if (words->n < 2)
            break;
        last = &words->of[words->n - 1];
        if (ends_with_name(words, &name))
            words->n -= name.n;
        else if (ends_with_name(words, &state) && words->n > state.n + 1)
            words->n -= state.n;
        else if ((code.n == 1 && str_eq(last->text, code.of[0].text)) ||
                 str_eq(last->text, S("usa")))
            words->n--;
        else if (zip_length(words) > 0)
            words->n -= zip_length(words);
        else
            goes_on = false;
    }
    commas_trim(words);
}

/* Takes phrases like "corner of" off the front, as long as something is left. */
static void lead_strip(struct words *words)
{
    static const char *const phrases[][3] = {
        {"corner", "of"},
        {"the", "corner", "of"},
        {"intersection", "of"},
        {"in", "front", "of"},
        {"across", "from"},
        {"next", "to"},
        {"near"},
        {"at"},
        {"by"},
        {"opposite"},
        {"behind"},
        {"outside"},
        {"on"},
        {"la", "esquina", "de"},
        {"esquina", "de"},
        {"cerca", "de"},
        {"frente", "a"},
        {"en"},
        {"calle"},
        {"the"},
        {"between"},
        {"goc"},
        {"gan"},
        {"duong"},
        {"corner"},
        {"intersection"},
    };

    for (size_t i = 0; i < COUNT(phrases); i++) {
        size_t n = 0;

        while (n < 3 && phrases[i][n] && n < words->n &&
               str_eq(words->of[n].text, str_of(phrases[i][n])))
            n++;
        if (n < words->n && (n == 3 || !phrases[i][n])) {
            words_remove(words, 0, n);
            i = (size_t)-1;
        }
    }
}

/* Digits at the word's beginning as a number; what follows them. */
static bool number_read(struct str word, int32_t *ret, struct str *ret_tail)
{
    size_t n = 0;
    int64_t value;

    while (n < word.n && word.p[n] >= '0' && word.p[n] <= '9')
        n++;
    if (!str_to_i64(str_slice(word, 0, n), &value) || value < 1 || value > NUMBER_MAX)
        return false;
    *ret = (int32_t)value;
    *ret_tail = str_slice(word, n, word.n);
    return true;
}

/* "2nd" is a street, unless another number stands before it. */
static bool is_ordinal(struct str word)
{
    return !str_eq(word_short(word), word);
}

static void number_take(struct query *query)
{
    static const struct str halves[] = {STR("1"), STR("2"), STR("r"), STR("rear")};
    struct words *words = &query->words;
    struct str tail;
    size_t last;

    if (words->n == 0)
        return;
    if (words->n == 1) {
        /* "343Broadway"; a number alone is no place. */
        if (words->of[0].kind == WORD_NUMBER && !is_ordinal(words->of[0].text) &&
            number_read(words->of[0].text, &query->number, &query->number_tail))
            words->n = 0;
        return;
    }
    if (words->of[0].kind == WORD_NUMBER && !is_ordinal(words->of[0].text)) {
        if (!number_read(words->of[0].text, &query->number, &query->number_tail))
            return;
        words_remove(words, 0, 1);
        /* "51-69 First St" and "12 1/2 Main St" keep the first number alone. */
        while (words->n > 1 &&
               (words->of[0].kind == WORD_NUMBER || words->of[0].kind == WORD_AND ||
                words->of[0].kind == WORD_COMMA || is_one_of(words->of[0].text, halves, 4)) &&
               !is_ordinal(words->of[0].text))
            words_remove(words, 0, 1);
        query->is_block = words->n > 2 && str_eq(words->of[0].text, S("block"));
        if (query->is_block)
            words_remove(words, 0, str_eq(words->of[1].text, S("of")) ? 2 : 1);
        return;
    }
    last = words->n - 1;
    if (words->of[last].kind == WORD_NUMBER && !is_ordinal(words->of[last].text) &&
        number_read(words->of[last].text, &query->number, &tail))
        words->n--;
    commas_trim(words);
}

struct query query_read(struct arena *arena, const struct words *words,
                        const struct gazetteer_city *city)
{
    struct query query = {.words = *words};

    commas_trim(&query.words);
    unit_take(arena, &query.words, &query.unit);
    city_strip(arena, &query.words, city);
    lead_strip(&query.words);
    bare_unit_take(arena, &query.words, &query.unit);
    commas_trim(&query.words);
    query.all = query.words;
    number_take(&query);
    lead_strip(&query.words); /* "120 calle Prospect" */
    return query;
}
