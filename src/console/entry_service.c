/* Which service does a member of staff mean? */
#include "base/utf8.h"
#include "console/entry.h"
#include "engine/definition/service_search.h"
#include "place/fuzzy.h"

#define MAX_WORDS 8
#define SURE_LEAD 2 /* so much better than the next that nobody need be asked */

struct wanted {
    struct str words[MAX_WORDS];
    struct fuzzy fuzzy[MAX_WORDS];
    size_t n;
};

/* How well one folded word is met by another: 4 the same, 3 its beginning, 2 with an error. */
static int meets(const struct wanted *wanted, size_t i, struct str word)
{
    struct str want = wanted->words[i];
    int allowed = fuzzy_allowed(want.n);

    if (str_eq(want, word))
        return 4;
    if (want.n >= 2 && str_starts_with(word, want))
        return 3;
    return allowed && fuzzy_errors(&wanted->fuzzy[i], word, fuzzy_bag(word), allowed) <= allowed
               ? 2
               : 0;
}

/* Keeps for each wanted word how well some word of the text meets it. */
static void weigh(struct ctx *ctx, const struct wanted *wanted, struct str text, int best[])
{
    struct str rest = utf8_fold(ctx->arena, text), word;

    while (str_next(&rest, ' ', &word)) {
        for (size_t i = 0; i < wanted->n; i++) {
            int score = meets(wanted, i, word);

            if (score > best[i])
                best[i] = score;
        }
    }
}

static int sum_of(const int best[], size_t n)
{
    int sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += best[i];
    return sum;
}

/* 0 unless most of the words are met; a name counts more than a synonym or a summary. */
static int score_of(struct ctx *ctx, const struct wanted *wanted, const struct definition *service)
{
    int most = 0;

    for (int i = 0; i < LANG__PUBLIC; i++) {
        int name[MAX_WORDS] = {0}, all[MAX_WORDS] = {0};
        size_t met = 0;
        int score;

        weigh(ctx, wanted, service->name.in[i], name);
        for (size_t j = 0; j < service->words.n[i]; j++)
            weigh(ctx, wanted, service->words.list[i][j], all);
        weigh(ctx, wanted, service->summary.in[i], all);
        for (size_t j = 0; j < wanted->n; j++)
            met += name[j] || all[j];
        score = 2 * sum_of(name, wanted->n) + sum_of(all, wanted->n);
        if (2 * met > wanted->n && score > most)
            most = score;
    }
    return most;
}

static struct wanted wanted_of(struct ctx *ctx, struct str words)
{
    struct wanted wanted = {.n = 0};
    struct str rest = utf8_fold(ctx->arena, utf8_cut(words, 200)), word;

    while (wanted.n < MAX_WORDS && str_next(&rest, ' ', &word)) {
        if (!word.n)
            continue;
        wanted.words[wanted.n] = word;
        wanted.fuzzy[wanted.n++] = fuzzy_of(word);
    }
    return wanted;
}

struct ranked {
    const struct definition *service;
    int score;
};

/* Into its place among the best so far. */
static void rank(struct ranked *ranked, size_t *n, struct ranked one)
{
    size_t at = *n;

    if (!one.score || (at == ENTRY_SERVICES && ranked[at - 1].score >= one.score))
        return;
    if (at == ENTRY_SERVICES)
        at--;
    else
        (*n)++;
    for (; at > 0 && ranked[at - 1].score < one.score; at--)
        ranked[at] = ranked[at - 1];
    ranked[at] = one;
}

enum rc entry_find_service(struct ctx *ctx, struct str words, const struct definition ***ret,
                           size_t *ret_n, bool *ret_is_sure)
{
    struct wanted wanted = wanted_of(ctx, words);
    struct ranked ranked[ENTRY_SERVICES];
    const struct definition **services;
    size_t n = 0;

    for (size_t i = 0; wanted.n && i < ctx->city->service_n; i++)
        rank(ranked, &n,
             (struct ranked){ctx->city->services[i],
                             score_of(ctx, &wanted, ctx->city->services[i])});
    services =
        ARENA_ARRAY(ctx->arena, wanted.n ? n : ctx->city->service_n, const struct definition *);
    if (!services)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++)
        services[i] = ranked[i].service;
    *ret_is_sure = n == 1 || (n > 1 && ranked[0].score - ranked[1].score >= SURE_LEAD);
    if (!wanted.n)
        for (n = 0; n < ctx->city->service_n; n++)
            services[n] = ctx->city->services[n];
    *ret = services;
    *ret_n = n;
    return wanted.n ? RC_OK : services_by_name(ctx, services, n);
}
