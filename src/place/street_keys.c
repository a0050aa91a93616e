/* The spellings of street names, and the search through them. */
#include <stdlib.h>

#include "place/street_keys.h"

#define ERROR_COST      100
#define ALIAS_COST      10
#define NO_TYPE_COST    30
#define WRONG_TYPE_COST 80 /* "Prospect Ave" for Prospect St: less than a typing error */
#define PREFIX_COST     120
#define TAIL_ONLY_COST  70 /* "OBrien Hwy" for Monsignor OBrien Hwy */
#define KEYS_PER_NAME   16

struct key_list {
    struct ctx *ctx;
    struct street_key *keys;
    size_t n, room;
};

static void key_add(struct key_list *list, struct street_key key)
{
    if (str_is_empty(key.text))
        return;
    for (size_t i = list->n; i > 0 && list->keys[i - 1].street == key.street; i--) {
        if (str_eq(list->keys[i - 1].text, key.text))
            return;
    }
    if (list->n == list->room)
        return;
    key.bag = fuzzy_bag(key.text);
    list->keys[list->n++] = key;
}

static struct str squeezed(struct arena *arena, const struct words *words, size_t n, bool is_short,
                           struct str last)
{
    struct str text = words_joined(arena, words, 0, n, is_short);

    return str_fmt(arena, "%.*s%.*s", STR_ARG(text), STR_ARG(last));
}

/* The words with the first one that has another usual form in that form ("mt" as "mount"). */
static bool spelled_out(const struct words *words, struct words *ret)
{
    static const struct str forms[][2] = {
        {STR("mt"), STR("mount")}, {STR("st"), STR("saint")}, {STR("jfk"), STR("johnfkennedy")}};

    for (size_t i = 0; i < COUNT(forms); i++) {
        if (words->n > 1 && str_eq(words->of[0].text, forms[i][0])) {
            *ret = *words;
            ret->of[0].text = forms[i][1];
            return true;
        }
    }
    return false;
}

/* A name as it is, with every word short, with the type written out, and without its type. */
static void forms_add(struct key_list *list, const struct words *words, uint32_t street,
                      int16_t penalty)
{
    struct arena *arena = list->ctx->arena;
    size_t last = words->n - 1;
    struct str type = word_short(words->of[last].text);
    struct words other;

    key_add(list, (struct street_key){squeezed(arena, words, words->n, false, S("")), 0, street,
                                      penalty, true});
    key_add(list, (struct street_key){squeezed(arena, words, words->n, true, S("")), 0, street,
                                      penalty, true});
    if (last > 0 && word_is_street_type(type)) {
        int16_t no_type = (int16_t)(penalty + NO_TYPE_COST);

        key_add(list, (struct street_key){squeezed(arena, words, last, false, word_long(type)), 0,
                                          street, penalty, true});
        key_add(list, (struct street_key){squeezed(arena, words, last, false, type), 0, street,
                                          penalty, true});
        key_add(list, (struct street_key){squeezed(arena, words, last, false, S("")), 0, street,
                                          no_type, false});
        key_add(list, (struct street_key){squeezed(arena, words, last, true, S("")), 0, street,
                                          no_type, false});
    }
    if (spelled_out(words, &other))
        forms_add(list, &other, street, penalty);
}

static void name_add(struct key_list *list, struct str name, uint32_t street, int16_t penalty)
{
    struct words words = words_of(list->ctx->arena, name);

    if (words.n == 0)
        return;
    forms_add(list, &words, street, penalty);
    if (words.n > 2 && words.of[1].text.n > 3) {
        memmove(&words.of[0], &words.of[1], (words.n - 1) * sizeof words.of[0]);
        words.n--;
        forms_add(list, &words, street, (int16_t)(penalty + TAIL_ONLY_COST));
    }
}

enum rc street_keys_build(struct ctx *ctx, struct arena *home, struct streets *streets)
{
    size_t room = (streets->count + streets->lines->feature_count) * KEYS_PER_NAME;
    struct key_list list = {ctx, ARENA_ARRAY(ctx->arena, room, struct street_key), 0, room};
    struct street_key *keys;

    if (!list.keys)
        return FAIL(ctx, ERR_MEMORY);
    for (uint32_t i = 0; i < streets->count; i++)
        name_add(&list, streets->of[i].name, i, 0);
    for (size_t i = 0; i < streets->lines->feature_count; i++) {
        struct str aliases = layer_property(&streets->lines->features[i], S("alias")), alias;

        while (str_next(&aliases, ',', &alias))
            name_add(&list, alias, streets->street_of[i], ALIAS_COST);
    }
    keys = ARENA_ARRAY(home, list.n, struct street_key);
    if (!keys)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < list.n; i++) {
        keys[i] = list.keys[i];
        keys[i].text = str_copy(home, list.keys[i].text);
    }
    streets->keys = keys;
    streets->key_count = list.n;
    return RC_OK;
}

/* Keeps the cheapest hits, one per street, cheapest first. */
static void hit_add(struct street_hits *hits, uint32_t street, int32_t cost)
{
    size_t at = hits->n;

    for (size_t i = 0; i < hits->n; i++) {
        if (hits->of[i].street == street) {
            if (hits->of[i].cost <= cost)
                return;
            memmove(&hits->of[i], &hits->of[i + 1], (hits->n - i - 1) * sizeof hits->of[0]);
            hits->n--;
            break;
        }
    }
    for (at = hits->n; at > 0 && hits->of[at - 1].cost > cost; at--)
        continue;
    if (at == STREET_HITS_MAX)
        return;
    if (hits->n == STREET_HITS_MAX)
        hits->n--;
    memmove(&hits->of[at + 1], &hits->of[at], (hits->n - at) * sizeof hits->of[0]);
    hits->of[at] = (struct street_hit){street, cost};
    hits->n++;
}

/* Longer streets come first among equals. */
static int32_t smallness(const struct street *street)
{
    int32_t cost = 9;

    for (uint32_t n = street->number_count; n > 1 && cost > 0; n /= 2)
        cost--;
    return cost;
}

struct wanted {
    struct fuzzy pattern;
    struct str text;
    int allowed;
    int32_t extra;
    bool is_without_type; /* compare with keys without type alone */
};

static void keys_search(const struct streets *streets, const struct wanted *wanted,
                        struct street_hits *hits)
{
    for (size_t i = 0; i < streets->key_count; i++) {
        const struct street_key *key = &streets->keys[i];
        int32_t cost = wanted->extra + key->penalty;
        int errors;

        if (wanted->is_without_type && key->has_type)
            continue;
        errors = fuzzy_errors(&wanted->pattern, key->text, key->bag, wanted->allowed);
        if (errors <= wanted->allowed)
            cost += errors * ERROR_COST;
        else if (wanted->text.n >= 3 && str_starts_with(key->text, wanted->text))
            cost += PREFIX_COST + (int32_t)(key->text.n - wanted->text.n);
        else
            continue;
        hit_add(hits, key->street, cost + smallness(&streets->of[key->street]));
    }
}

struct street_hits streets_match(struct arena *arena, const struct streets *streets,
                                 const struct words *words, size_t from, size_t to)
{
    struct street_hits hits = {.n = 0};
    struct str text = words_joined(arena, words, from, to, true);
    struct wanted wanted = {.text = text, .allowed = fuzzy_allowed(text.n)};

    if (text.n == 0 || text.n > FUZZY_MAX)
        return hits;
    wanted.pattern = fuzzy_of(text);
    keys_search(streets, &wanted, &hits);
    if (to - from > 1 && word_is_street_type(word_short(words->of[to - 1].text)) &&
        (hits.n == 0 || hits.of[0].cost >= ERROR_COST)) {
        wanted.text = words_joined(arena, words, from, to - 1, true);
        wanted.pattern = fuzzy_of(wanted.text);
        wanted.allowed = fuzzy_allowed(wanted.text.n);
        wanted.extra = WRONG_TYPE_COST - NO_TYPE_COST;
        wanted.is_without_type = true;
        keys_search(streets, &wanted, &hits);
    }
    return hits;
}
