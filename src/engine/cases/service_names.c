#include "engine/cases/service_names.h"

#include "base/utf8.h"
#include "engine/cases/case_match.h"

static void add(struct ctx *ctx, struct service_names *names, struct service_name name,
                struct str text)
{
    name.folded = utf8_fold(ctx->arena, text);
    names->of[names->n++] = name;
}

enum rc service_names_read(struct ctx *ctx, struct service_names *ret)
{
    const struct city *city = ctx->city;
    struct service_names names = {ARENA_ARRAY(ctx->arena, city->version_n, struct service_name), 0};

    if (!names.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++) {
        const struct definition *service = city->versions[i];

        add(ctx, &names, (struct service_name){.service = service, .is_name = true},
            text_in(&service->name, ctx->lang));
    }
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

enum rc service_names_of_all(struct ctx *ctx, struct service_names *ret)
{
    const struct city *city = ctx->city;
    struct service_names names = {ARENA_ARRAY(ctx->arena, names_max(city), struct service_name), 0};

    if (!names.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++)
        for (int lang = 0; lang < LANG__PUBLIC; lang++) {
            const struct definition *service = city->versions[i];

            add(ctx, &names, (struct service_name){.service = service, .is_name = true},
                text_in(&service->name, (enum lang)lang));
            for (size_t j = 0; j < service->words.n[lang]; j++)
                add(ctx, &names, (struct service_name){.service = service},
                    service->words.list[lang][j]);
        }
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
