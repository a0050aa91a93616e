#include "engine/cases/case_asked.h"

#include "base/utf8.h"
#include "engine/cases/case_match.h"
#include "engine/cases/queries.h"
#include "engine/cases/service_names.h"

#define SERVICES_MAX 100 /* that one term may name */
#define NAMED_SCORE  500 /* a word in a text of two lines */

struct case_asked_of {
    int64_t service;
    bool is_out;        /* a word that it must not have names it */
    struct str words;   /* that its text must still have; empty: none */
    struct str without; /* any of which it must not have, where `words` cannot say so */
    int64_t named_n;    /* words that name it */
};

/* The services that a term names. */
struct named_services {
    const struct definition **services;
    size_t n;
};

struct reading {
    struct ctx *ctx;
    const struct case_filter *filter;
    struct service_names names;
    struct named_services *named; /* by term */
};

/* ---- Who is named */

static bool is_named(const struct named_services *named, const struct definition *service)
{
    for (size_t i = 0; service && i < named->n; i++)
        if (named->services[i]->service_id == service->service_id)
            return true;
    return false;
}

static void name_services(struct reading *reading, const struct case_value *value,
                          struct named_services *named)
{
    const struct definition *found[SERVICES_MAX];
    struct str word = utf8_fold(reading->ctx->arena, value->text);
    bool is_beginning = utf8_count(word) >= SERVICE_NAMES_BEGINNING_MIN;
    size_t n = service_names_find(&reading->names, word, is_beginning, found, SERVICES_MAX);

    for (size_t i = 0; i < n && named->n < SERVICES_MAX; i++)
        if (!is_named(named, found[i]))
            named->services[named->n++] = found[i];
}

static enum rc name_all(struct reading *reading)
{
    const struct case_filter *filter = reading->filter;
    enum rc rc = service_names_of_all(reading->ctx, &reading->names);

    for (size_t i = 0; !rc && i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];
        struct named_services *named = &reading->named[i];

        if (term->key != CASE_KEY_WORDS)
            continue;
        named->services = ARENA_ARRAY(reading->ctx->arena, SERVICES_MAX, const struct definition *);
        if (!named->services)
            return FAIL(reading->ctx, ERR_MEMORY);
        for (size_t j = 0; j < term->value_n; j++)
            if (!term->values[j].is_quoted)
                name_services(reading, &term->values[j], named);
    }
    return rc;
}

/* ---- What is still asked of whom */

/* Any of the words that the terms, which are all turned around, ask not to be there. */
static enum rc any_of(struct ctx *ctx, const struct case_filter *terms, struct str *ret)
{
    struct case_term all = {.key = CASE_KEY_WORDS};
    size_t most = 0;

    for (size_t i = 0; i < terms->term_n; i++)
        most += terms->terms[i].key == CASE_KEY_WORDS ? terms->terms[i].value_n : 0;
    if (!most)
        return RC_OK;
    all.values = ARENA_ARRAY(ctx->arena, most, struct case_value);
    if (!all.values)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < terms->term_n; i++)
        for (size_t j = 0; terms->terms[i].key == CASE_KEY_WORDS && j < terms->terms[i].value_n;
             j++)
            all.values[all.value_n++] = terms->terms[i].values[j];
    *ret = case_match_words(ctx, &(struct case_filter){&all, 1});
    return RC_OK;
}

/* NULL: a service that is not named. */
static enum rc ask(struct reading *reading, const struct definition *service,
                   struct case_asked_of *ret)
{
    struct ctx *ctx = reading->ctx;
    struct case_asked_of of = {.service = service ? service->service_id : 0};
    struct case_filter rest = {
        .terms = ARENA_ARRAY(ctx->arena, reading->filter->term_n, struct case_term)};
    enum rc rc = RC_OK;

    if (!rest.terms)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < reading->filter->term_n; i++) {
        const struct case_term *term = &reading->filter->terms[i];

        if (!is_named(&reading->named[i], service)) {
            rest.terms[rest.term_n++] = *term;
            continue;
        }
        of.is_out |= term->is_negated;
        of.named_n += !term->is_negated;
    }
    of.words = case_match_words(ctx, &rest);
    if (!of.words.n)
        rc = any_of(ctx, &rest, &of.without);
    if (!rc)
        *ret = of;
    return rc;
}

static const struct case_asked_of *asked_of(const struct case_asked *asked, int64_t service)
{
    for (size_t i = 1; i < asked->n; i++)
        if (asked->of[i].service == service)
            return &asked->of[i];
    return &asked->of[0];
}

static enum rc ask_all(struct reading *reading, struct case_asked *asked)
{
    const struct case_filter *filter = reading->filter;
    size_t most = 1;
    enum rc rc;

    for (size_t i = 0; i < filter->term_n; i++)
        most += reading->named[i].n;
    asked->of = ARENA_ARRAY(reading->ctx->arena, most, struct case_asked_of);
    if (!asked->of)
        return FAIL(reading->ctx, ERR_MEMORY);
    rc = ask(reading, NULL, &asked->of[asked->n++]);
    for (size_t i = 0; !rc && i < filter->term_n; i++)
        for (size_t j = 0; !rc && j < reading->named[i].n; j++) {
            const struct definition *service = reading->named[i].services[j];

            if (asked_of(asked, service->service_id) == &asked->of[0])
                rc = ask(reading, service, &asked->of[asked->n++]);
        }
    return rc;
}

/* ---- Where the rows come from */

static enum rc codes_of(struct ctx *ctx, const struct named_services *named, struct str *ret)
{
    struct case_term term = {
        .key = CASE_KEY_WORDS,
        .values = ARENA_ARRAY(ctx->arena, named->n, struct case_value),
    };

    if (!term.values)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < named->n; i++)
        term.values[term.value_n++] = (struct case_value){.text = named->services[i]->code};
    *ret = case_match_words(ctx, &(struct case_filter){&term, 1});
    return RC_OK;
}

/* The words that name no service, if there are such; else the first one and whom it names. What
 * must not be in the text is left out here already. */
static enum rc find_source(struct reading *reading, struct case_asked *asked)
{
    const struct case_filter *filter = reading->filter;
    struct case_filter source = {
        .terms = ARENA_ARRAY(reading->ctx->arena, filter->term_n + 1, struct case_term)};
    const struct named_services *first = NULL;
    const struct case_term *term = NULL;

    if (!source.terms)
        return FAIL(reading->ctx, ERR_MEMORY);
    for (size_t i = 0; i < filter->term_n; i++) {
        if (filter->terms[i].is_negated || !reading->named[i].n) {
            source.terms[source.term_n++] = filter->terms[i];
        } else if (!first) {
            first = &reading->named[i];
            term = &filter->terms[i];
        }
    }
    asked->words = case_match_words(reading->ctx, &source);
    if (asked->words.n || !first)
        return RC_OK;
    source.terms[source.term_n++] = *term;
    asked->words = case_match_words(reading->ctx, &source);
    return codes_of(reading->ctx, first, &asked->codes);
}

enum rc case_asked_read(struct ctx *ctx, const struct case_filter *filter, struct case_asked *ret)
{
    struct reading reading = {
        .ctx = ctx,
        .filter = filter,
        .named = ARENA_ARRAY(ctx->arena, filter->term_n, struct named_services),
    };
    struct case_asked asked = {0};
    enum rc rc = RC_OK;

    if (!reading.named)
        return FAIL(ctx, ERR_MEMORY);
    if (case_filter_term(filter, CASE_KEY_WORDS))
        rc = name_all(&reading);
    if (!rc)
        rc = ask_all(&reading, &asked);
    if (!rc)
        rc = find_source(&reading, &asked);
    if (rc)
        return rc;
    asked.is_exact = asked.n == 1;
    *ret = asked;
    return RC_OK;
}

enum rc case_asked_holds(struct ctx *ctx, const struct case_asked *asked, int64_t id,
                         int64_t service, bool *ret)
{
    const struct case_asked_of *of = asked_of(asked, service);
    struct case_has_words_row unused;
    bool holds = !of->is_out, has = false;
    enum rc rc = RC_OK;

    if (holds && of->words.n)
        rc = case_has_words(ctx, id, of->words, &holds, &unused);
    if (!rc && holds && of->without.n) {
        rc = case_has_words(ctx, id, of->without, &has, &unused);
        holds = !has;
    }
    if (!rc)
        *ret = holds;
    return rc;
}

int64_t case_asked_score(const struct case_asked *asked, int64_t service)
{
    return asked_of(asked, service)->named_n * NAMED_SCORE;
}
