#include "engine/definition/service_search.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "engine/definition/city.h"
#include "place/fuzzy.h"

#define MAX_QUERY_WORDS 16
#define MAX_WORDS       600 /* of one service in all languages */
#define MIN_PREFIX      4   /* letters that two words begin with alike */

/* How much a word counts by where it stands, and how well it is met. */
#define NAME_WEIGHT    3.0
#define SYNONYM_WEIGHT 2.6
#define SUMMARY_WEIGHT 1.0
#define OWN_LANGUAGE   1.15
#define PREFIX_MATCH   0.85
#define FUZZY_MATCH    0.7
#define PAIR_WEIGHT    1.6  /* two words side by side in both */
#define LEAST          0.30 /* of the query's weight: what is less answers by chance */

struct word {
    struct str text; /* folded */
    uint64_t bag;
    double weight;
    int phrase; /* words of one phrase stand side by side */
};

struct entry {
    const struct definition *service;
    struct word *words;
    size_t word_n;
    double score;
};

/* Letters and digits of folded text; everything else parts words. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* The next word; false at the end. */
static bool next_word(struct str *rest, struct str *ret)
{
    size_t from = 0, to;

    while (from < rest->n && !is_letter(rest->p[from]))
        from++;
    for (to = from; to < rest->n && is_letter(rest->p[to]);)
        to++;
    if (to == from)
        return false;
    *ret = str_slice(*rest, from, to);
    *rest = str_slice(*rest, to, rest->n);
    return true;
}

static void add_phrase(struct ctx *ctx, struct entry *entry, struct str text, double weight,
                       int phrase)
{
    struct str rest = utf8_fold(ctx->arena, text), word;

    while (entry->word_n < MAX_WORDS && next_word(&rest, &word))
        entry->words[entry->word_n++] = (struct word){word, fuzzy_bag(word), weight, phrase};
}

static enum rc read_entry(struct ctx *ctx, const struct definition *service, struct entry *entry)
{
    int phrase = 0;

    *entry = (struct entry){.service = service,
                            .words = ARENA_ARRAY(ctx->arena, MAX_WORDS, struct word)};
    if (!entry->words)
        return FAIL(ctx, ERR_MEMORY);
    for (int i = 0; i < LANG__PUBLIC; i++) {
        enum lang lang = (enum lang)i;
        double own = lang == ctx->lang ? OWN_LANGUAGE : 1;

        add_phrase(ctx, entry, text_in(&service->name, lang), NAME_WEIGHT * own, phrase++);
        for (size_t j = 0; j < service->words.n[lang]; j++)
            add_phrase(ctx, entry, service->words.list[lang][j], SYNONYM_WEIGHT * own, phrase++);
        add_phrase(ctx, entry, text_in(&service->summary, lang), SUMMARY_WEIGHT * own, phrase++);
    }
    for (size_t i = 0; i < service->open311.keyword_n; i++)
        add_phrase(ctx, entry, service->open311.keywords[i], SYNONYM_WEIGHT, phrase++);
    return RC_OK;
}

static size_t common_prefix(struct str a, struct str b)
{
    size_t n = 0;

    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

/* 1 for the same word, less for one that begins alike or is a typing error away, else 0. */
static double match(const struct fuzzy *pattern, struct str asked, const struct word *word)
{
    size_t alike = common_prefix(asked, word->text);
    size_t shorter = asked.n < word->text.n ? asked.n : word->text.n;
    size_t longer = asked.n + word->text.n - shorter;
    int allowed = fuzzy_allowed(shorter);

    if (alike == longer)
        return 1;
    if (alike >= MIN_PREFIX && alike + 2 >= shorter && alike * 2 >= longer)
        return PREFIX_MATCH;
    if (shorter < MIN_PREFIX || allowed == 0 || longer - shorter > (size_t)allowed)
        return 0;
    return fuzzy_errors(pattern, word->text, word->bag, allowed) <= allowed ? FUZZY_MATCH : 0;
}

struct query {
    struct str words[MAX_QUERY_WORDS];
    struct fuzzy patterns[MAX_QUERY_WORDS];
    double rarity[MAX_QUERY_WORDS];
    size_t n;
};

static double best_of(const struct query *query, size_t asked, const struct entry *entry)
{
    double best = 0;

    for (size_t i = 0; i < entry->word_n; i++) {
        double worth = entry->words[i].weight *
                       match(&query->patterns[asked], query->words[asked], &entry->words[i]);

        if (worth > best)
            best = worth;
    }
    return best;
}

/* The best place where two asked words stand side by side in this order. */
static double best_pair(const struct query *query, size_t asked, const struct entry *entry)
{
    double best = 0;

    for (size_t i = 0; i + 1 < entry->word_n; i++) {
        const struct word *left = &entry->words[i], *right = &entry->words[i + 1];
        double first;

        if (left->phrase != right->phrase)
            continue;
        first = match(&query->patterns[asked], query->words[asked], left);
        if (first > 0)
            first *= match(&query->patterns[asked + 1], query->words[asked + 1], right);
        if (first * left->weight > best)
            best = first * left->weight;
    }
    return best;
}

/* A word that every service has tells nothing; one that a single service has tells all. */
static void weigh(struct query *query, const struct entry *entries, size_t n)
{
    for (size_t i = 0; i < query->n; i++) {
        double having = 0;

        for (size_t j = 0; j < n; j++)
            having += best_of(query, i, &entries[j]) > SUMMARY_WEIGHT * OWN_LANGUAGE * FUZZY_MATCH;
        query->rarity[i] = log(1 + (double)n / (having + 0.5));
    }
}

static double score(const struct query *query, const struct entry *entry)
{
    double sum = 0;

    for (size_t i = 0; i < query->n; i++) {
        sum += query->rarity[i] * best_of(query, i, entry);
        if (i + 1 < query->n)
            sum += PAIR_WEIGHT * (query->rarity[i] + query->rarity[i + 1]) / 2 *
                   best_pair(query, i, entry);
    }
    return sum;
}

static int best_first(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->score < b->score || a->score > b->score)
        return a->score < b->score ? 1 : -1;
    return str_cmp(a->service->code, b->service->code);
}

static struct query query_of(struct ctx *ctx, struct str typed)
{
    struct str rest = utf8_fold(ctx->arena, utf8_cut(typed, SERVICE_SEARCH_MAX_BYTES)), word;
    struct query query = {.n = 0};

    while (query.n < MAX_QUERY_WORDS && next_word(&rest, &word)) {
        query.patterns[query.n] = fuzzy_of(word);
        query.words[query.n++] = word;
    }
    return query;
}

/* The best ones that answer more than by chance: not far below the best. */
static size_t answers(const struct entry *entries, size_t n)
{
    size_t found = 0;

    while (found < n && entries[found].score > 0 &&
           entries[found].score >= LEAST * entries[0].score)
        found++;
    return found;
}

enum rc service_search(struct ctx *ctx, struct str typed, const struct definition **services,
                       size_t n, size_t *ret_n)
{
    struct query query = query_of(ctx, typed);
    struct entry *entries = ARENA_ARRAY(ctx->arena, n + 1, struct entry);

    if (!entries)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++) {
        enum rc rc = read_entry(ctx, services[i], &entries[i]);

        if (rc)
            return rc;
    }
    weigh(&query, entries, n);
    for (size_t i = 0; i < n; i++)
        entries[i].score = score(&query, &entries[i]);
    qsort(entries, n, sizeof *entries, best_first);
    for (size_t i = 0; i < n; i++)
        services[i] = entries[i].service;
    *ret_n = answers(entries, n);
    return RC_OK;
}

struct named_service {
    struct str name; /* folded */
    const struct definition *service;
};

static int by_name(const void *left, const void *right)
{
    const struct named_service *a = left, *b = right;
    int order = str_cmp(a->name, b->name);

    return order ? order : str_cmp(a->service->code, b->service->code);
}

enum rc services_by_name(struct ctx *ctx, const struct definition **services, size_t n)
{
    struct named_service *named = ARENA_ARRAY(ctx->arena, n + 1, struct named_service);

    if (!named)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++)
        named[i] = (struct named_service){
            utf8_fold(ctx->arena, text_in(&services[i]->name, ctx->lang)), services[i]};
    qsort(named, n, sizeof *named, by_name);
    for (size_t i = 0; i < n; i++)
        services[i] = named[i].service;
    return RC_OK;
}

enum rc city_services_by_name(struct ctx *ctx, const struct definition ***ret)
{
    const struct city *city = ctx->city;
    const struct definition **services =
        ARENA_ARRAY(ctx->arena, city->service_n + 1, const struct definition *);
    enum rc rc;

    if (!services)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->service_n; i++)
        services[i] = city->services[i];
    rc = services_by_name(ctx, services, city->service_n);
    if (!rc)
        *ret = services;
    return rc;
}
