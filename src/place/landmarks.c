#include "place/landmarks.h"

#include <stdlib.h>

#include "place/fuzzy.h"

#define ERROR_COST        100
#define PREFIX_COST       25
#define EXTRA_WORD_COST   80 /* typed, generic, not in the name */
#define MISSING_COST      30 /* in the name, not typed */
#define MISSING_MORE_COST 8
#define GENERIC_COST      8
#define HOPELESS          1000

static const struct str layer_names[] = {
    STR("building"), STR("library"),    STR("fire-station"),
    STR("park"),     STR("playground"), STR("neighborhood"),
};

static bool is_generic(struct str word)
{
    static const struct str generic[] = {
        STR("pk"),    STR("library"), STR("branch"),   STR("playground"), STR("field"),
        STR("sq"),    STR("school"),  STR("building"), STR("plaza"),      STR("garden"),
        STR("space"), STR("open"),    STR("memorial"), STR("city"),       STR("public"),
    };

    for (size_t i = 0; i < COUNT(generic); i++) {
        if (str_eq(word, generic[i]))
            return true;
    }
    return false;
}

static bool is_stop_word(const struct word *word)
{
    static const struct str stops[] = {STR("the"), STR("of"), STR("in"), STR("de"), STR("jr")};

    if (str_is_empty(word->text) || word->kind == WORD_AND)
        return true;
    for (size_t i = 0; i < COUNT(stops); i++) {
        if (str_eq(word->text, stops[i]))
            return true;
    }
    return false;
}

/* Words point into a copy in `home`; what making them needs stays in the work's arena. */
static void words_read(struct ctx *ctx, struct arena *home, struct landmark *landmark,
                       struct str name)
{
    struct words words = words_of(ctx->arena, name);

    landmark->squeezed = str_copy(home, words_joined(ctx->arena, &words, 0, words.n, false));
    landmark->bag = fuzzy_bag(landmark->squeezed);
    for (size_t i = 0; i < words.n && landmark->word_count < LANDMARK_WORDS_MAX; i++) {
        struct str text = word_short(words.of[i].text);

        if (!is_stop_word(&words.of[i]))
            landmark->words[landmark->word_count++] =
                (struct landmark_word){str_copy(home, text), fuzzy_bag(text), is_generic(text)};
    }
}

static double size_of(const struct landmark *landmark)
{
    return landmark->layer->kind == LAYER_AREAS
               ? ring_area2(landmark->feature->parts[0]) *
                     (ring_area2(landmark->feature->parts[0]) < 0 ? -1 : 1)
               : 0;
}

/* A name that is there already: a playground in the park of that name, or another part of the
 * same park, of which the largest stays. */
static bool is_merged(struct landmark *of, size_t count, const struct landmark *landmark)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(of[i].squeezed, landmark->squeezed))
            continue;
        if (of[i].layer == landmark->layer && size_of(landmark) > size_of(&of[i]))
            of[i] = *landmark;
        return true;
    }
    return false;
}

enum rc landmarks_build(struct ctx *ctx, struct arena *home, const struct layers *layers,
                        struct landmarks *ret)
{
    size_t room = 0, count = 0;
    struct landmark *of;

    for (size_t i = 0; i < COUNT(layer_names); i++) {
        const struct layer *layer = layers_find(layers, layer_names[i]);

        room += layer ? layer->feature_count : 0;
    }
    of = ARENA_ARRAY(home, room, struct landmark);
    if (!of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < COUNT(layer_names); i++) {
        const struct layer *layer = layers_find(layers, layer_names[i]);

        for (size_t k = 0; layer && k < layer->feature_count; k++) {
            struct landmark landmark = {.layer = layer, .feature = &layer->features[k]};

            landmark.point = layer_label_point(landmark.feature);
            words_read(ctx, home, &landmark, landmark.feature->label);
            if (landmark.word_count > 0 && !is_merged(of, count, &landmark))
                of[count++] = landmark;
        }
    }
    *ret = (struct landmarks){of, count};
    return RC_OK;
}

struct typed_word {
    struct fuzzy pattern;
    struct str text;
    int allowed;
    bool is_generic;
};

struct typed {
    struct typed_word words[LANDMARK_WORDS_MAX];
    size_t n;
    struct str squeezed;
    struct fuzzy pattern;
};

static struct typed typed_read(struct arena *arena, const struct words *words)
{
    struct typed typed = {.squeezed = words_joined(arena, words, 0, words->n, false)};

    typed.pattern = fuzzy_of(typed.squeezed);
    for (size_t i = 0; i < words->n && typed.n < LANDMARK_WORDS_MAX; i++) {
        struct str text = word_short(words->of[i].text);

        if (is_stop_word(&words->of[i]))
            continue;
        typed.words[typed.n++] = (struct typed_word){
            .pattern = fuzzy_of(text),
            .text = text,
            .allowed = text.n < 4 ? 0 : fuzzy_allowed(text.n),
            .is_generic = is_generic(text),
        };
    }
    return typed;
}

/* The cost of taking a typed word for a word of the name. */
static int32_t word_cost(const struct typed_word *typed, const struct landmark_word *word)
{
    int errors;

    if (str_eq(typed->text, word->text))
        return 0;
    if (typed->text.n >= 3 && str_starts_with(word->text, typed->text))
        return PREFIX_COST;
    errors = fuzzy_errors(&typed->pattern, word->text, word->bag, typed->allowed);
    return errors <= typed->allowed ? errors * ERROR_COST : HOPELESS;
}

static int32_t missing_cost(const struct landmark *landmark, uint32_t used)
{
    int32_t cost = 0;

    for (uint32_t i = 0; i < landmark->word_count; i++) {
        if (used & (1u << i))
            continue;
        cost += landmark->words[i].is_generic ? GENERIC_COST
                : cost < MISSING_COST         ? MISSING_COST
                                              : MISSING_MORE_COST;
    }
    return cost;
}

static int32_t words_cost(const struct typed *typed, const struct landmark *landmark)
{
    uint32_t used = 0;
    int32_t cost = 0;
    bool says_something = false;

    for (size_t i = 0; i < typed->n; i++) {
        int32_t best = typed->words[i].is_generic ? EXTRA_WORD_COST : HOPELESS;
        uint32_t best_at = LANDMARK_WORDS_MAX;

        for (uint32_t k = 0; k < landmark->word_count; k++) {
            int32_t here =
                used & (1u << k) ? HOPELESS : word_cost(&typed->words[i], &landmark->words[k]);

            if (here < best) {
                best = here;
                best_at = k;
            }
        }
        cost += best;
        if (cost >= HOPELESS)
            return HOPELESS;
        if (best_at < LANDMARK_WORDS_MAX) {
            used |= 1u << best_at;
            says_something |= !landmark->words[best_at].is_generic;
        }
    }
    if (!says_something && used != (1u << landmark->word_count) - 1)
        cost += EXTRA_WORD_COST;
    return used ? cost + missing_cost(landmark, used) : HOPELESS;
}

static int32_t landmark_cost(const struct typed *typed, const struct landmark *landmark)
{
    int allowed = fuzzy_allowed(typed->squeezed.n);
    int errors = fuzzy_errors(&typed->pattern, landmark->squeezed, landmark->bag, allowed);
    int32_t whole = errors <= allowed ? errors * ERROR_COST : HOPELESS;
    int32_t by_word = whole == 0 ? HOPELESS : words_cost(typed, landmark);

    return whole < by_word ? whole : by_word;
}

static void hit_add(struct landmark_hits *hits, const struct landmark *landmark, int32_t cost)
{
    size_t at = hits->n;

    while (at > 0 && hits->of[at - 1].cost > cost)
        at--;
    if (at == LANDMARK_HITS_MAX)
        return;
    if (hits->n == LANDMARK_HITS_MAX)
        hits->n--;
    memmove(&hits->of[at + 1], &hits->of[at], (hits->n - at) * sizeof hits->of[0]);
    hits->of[at] = (struct landmark_hit){landmark, cost};
    hits->n++;
}

struct landmark_hits landmarks_match(struct arena *arena, const struct landmarks *landmarks,
                                     const struct words *words)
{
    struct landmark_hits hits = {.n = 0};
    struct typed typed = typed_read(arena, words);

    if (typed.n == 0 || typed.squeezed.n > FUZZY_MAX)
        return hits;
    for (size_t i = 0; i < landmarks->count; i++) {
        int32_t cost = landmark_cost(&typed, &landmarks->of[i]);

        if (cost < HOPELESS)
            hit_add(&hits, &landmarks->of[i], cost);
    }
    return hits;
}
