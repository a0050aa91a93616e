/* Measures the search for services: each line of a file of queries (language, words, service) is
 * asked of a city folder, and passes when its service is among the first three.
 *
 *   services-conformance CITYDIR QUERIES.tsv
 *
 * Prints the queries that fail with what was found, then "N passed, N failed". Exit status 0 when
 * at least 95 in a hundred pass. */
#include <stdio.h>

#include "base/crypto.h"
#include "base/file.h"
#include "engine/definition/city.h"
#include "engine/definition/service_search.h"

#define FIRST          3
#define LEAST_PERCENT  95
#define MAX_FILE_BYTES 1000000
#define ARENA_BYTES    ((size_t)512 << 20)

struct tally {
    int passed, failed;
};

static const char *shown(struct ctx *ctx, const struct definition *const *found, size_t n)
{
    struct str names[FIRST];

    for (size_t i = 0; i < n && i < FIRST; i++)
        names[i] = found[i]->code;
    return str_z(ctx->arena, str_join(ctx->arena, names, n < FIRST ? n : FIRST, S(", ")));
}

static enum rc ask(struct ctx *ctx, const struct city *city, struct str line, struct tally *tally)
{
    struct str rest = line, lang, query, service;
    const struct definition **services =
        ARENA_ARRAY(ctx->arena, city->service_n, const struct definition *);
    size_t n = 0, found;
    enum rc rc;

    if (!line.n || line.p[0] == '#')
        return RC_OK;
    if (!services)
        return FAIL(ctx, ERR_MEMORY);
    if (!str_next(&rest, '\t', &lang) || !str_next(&rest, '\t', &query) ||
        !str_next(&rest, '\t', &service) || !lang_parse(lang, &ctx->lang))
        return FAIL(ctx, ERR_FORMAT, .detail = line);
    for (size_t i = 0; i < city->service_n; i++)
        if (city->services[i]->audience != AUDIENCE_STAFF)
            services[n++] = city->services[i];
    rc = service_search(ctx, query, services, n, &found);
    if (rc)
        return rc;
    for (size_t i = 0; i < found && i < FIRST; i++)
        if (str_eq(services[i]->code, service)) {
            tally->passed++;
            return RC_OK;
        }
    tally->failed++;
    printf("%.*s \"%.*s\": wanted %.*s, found %s\n", STR_ARG(lang), STR_ARG(query),
           STR_ARG(service), found ? shown(ctx, services, found) : "nothing");
    return RC_OK;
}

static enum rc run(struct ctx *ctx, const char *folder, const char *file, struct tally *tally)
{
    struct problems problems = problems_in(ctx->arena);
    struct str text, line;
    struct city *city;
    enum rc rc = city_read(ctx, folder, &problems, &city);

    if (rc)
        return rc;
    rc = file_read(ctx, file, MAX_FILE_BYTES, &text);
    while (!rc && str_next(&text, '\n', &line))
        rc = ask(ctx, city, line, tally);
    city_free(city);
    return rc;
}

int main(int argc, char **argv)
{
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES), .now = clock_now()};
    struct tally tally = {0};
    enum rc rc;

    if (argc != 3) {
        fprintf(stderr, "usage: services-conformance CITYDIR QUERIES.tsv\n");
        return 2;
    }
    crypto_init();
    rc = run(&ctx, argv[1], argv[2], &tally);
    if (rc)
        fprintf(stderr, "%s: %.*s\n", err_name(ctx.err.id), STR_ARG(ctx.err.detail));
    else
        printf("%d passed, %d failed\n", tally.passed, tally.failed);
    arena_free(ctx.arena);
    return rc ? 2 : tally.passed * 100 < LEAST_PERCENT * (tally.passed + tally.failed);
}
