#include "engine/cases/service_names.h"

#include "base/utf8.h"
#include "engine/cases/case_match.h"

static void add(struct ctx *ctx, struct service_names *names, struct service_name name,
                struct str text)
{
    name.folded = utf8_fold(ctx->arena, text);
    names->of[names->n++] = name;
}

/* The version before it, of the same service; NULL: it is the first. */
static const struct definition *before(const struct city *city, size_t i)
{
    bool is_first = i == 0 || city->versions[i - 1]->service_id != city->versions[i]->service_id;

    return is_first ? NULL : city->versions[i - 1];
}

static void add_name(struct ctx *ctx, struct service_names *names, const struct definition *service,
                     const struct definition *former, enum lang lang)
{
    struct str name = text_in(&service->name, lang);

    if (!former || !str_eq(text_in(&former->name, lang), name))
        add(ctx, names, (struct service_name){.service = service, .is_name = true}, name);
}

enum rc service_names_read(struct ctx *ctx, struct service_names *ret)
{
    const struct city *city = ctx->city;
    struct service_names names = {ARENA_ARRAY(ctx->arena, city->version_n, struct service_name), 0};

    if (!names.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++)
        add_name(ctx, &names, city->versions[i], before(city, i), ctx->lang);
    *ret = names;
    return RC_OK;
}

static size_t names_max(const struct city *city)
{
    size_t n = 0;

    for (size_t i = 0; i < city->version_n; i++)
        for (int lang = 0; lang < LANG__PUBLIC; lang++)
            n += 1 + city->versions[i]->words.n[lang];
    return n;
}

/* What it is called in one language, where the version before it was not called so. */
static void add_all(struct ctx *ctx, struct service_names *names, const struct definition *service,
                    const struct definition *former, enum lang lang)
{
    add_name(ctx, names, service, former, lang);
    for (size_t i = 0; i < service->words.n[lang]; i++) {
        struct str word = service->words.list[lang][i];
        bool was_there =
            former && i < former->words.n[lang] && str_eq(former->words.list[lang][i], word);

        if (!was_there)
            add(ctx, names, (struct service_name){.service = service}, word);
    }
}

enum rc service_names_of_all(struct ctx *ctx, struct service_names *ret)
{
    const struct city *city = ctx->city;
    struct service_names names = {ARENA_ARRAY(ctx->arena, names_max(city), struct service_name), 0};

    if (!names.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++)
        for (int lang = 0; lang < LANG__PUBLIC; lang++)
            add_all(ctx, &names, city->versions[i], before(city, i), (enum lang)lang);
    *ret = names;
    return RC_OK;
}

static bool is_among(const struct definition *const *services, size_t n, struct str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(services[i]->code, code))
            return true;
    return false;
}

size_t service_names_find(const struct service_names *names, struct str word, bool is_beginning,
                          const struct definition **ret, size_t most)
{
    size_t n = 0;

    for (size_t i = 0; i < names->n && n < most; i++) {
        const struct service_name *name = &names->of[i];

        if ((name->is_name || is_beginning) && !is_among(ret, n, name->service->code) &&
            case_match_has(name->folded, word, is_beginning))
            ret[n++] = name->service;
    }
    return n;
}
