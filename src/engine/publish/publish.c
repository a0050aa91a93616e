#include "engine/publish/publish.h"

#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"
#include "engine/definition/city_build.h"
#include "engine/publish/check.h"
#include "engine/publish/queries.h"
#include "engine/record/record.h"
#include "people/actor.h"

struct publishing {
    const struct city *city; /* as the folder says */
    const struct city_files *files;
    struct publication done;
    bool is_dry;
};

/* The service's file and its workflow's, by the ids inside them. */
static const struct city_file *file_of(struct ctx *ctx, const struct city_files *files,
                                       const char *folder, struct str id)
{
    struct str path = str_fmt(ctx->arena, "%s/%.*s.yaml", folder, STR_ARG(id));

    return city_files_find(files, path);
}

static enum rc record_publication(struct ctx *ctx, const char *kind, struct str code,
                                  int64_t version)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("service"), code);
    json_put_member_i64(&json, S("version"), version);
    json_end_object(&json);
    return record_add_other(ctx, kind, EVENT_PUBLIC, buf_str(&out));
}

static enum rc add_version(struct ctx *ctx, int64_t service, int64_t version, struct str hash,
                           const struct city_file *const texts[2])
{
    const struct actor *actor = ctx->actor;
    bool is_account = actor && actor->kind == ACTOR_STAFF;
    int64_t id;
    enum rc rc = service_version_add(ctx,
                                     &(struct service_version_add_args){
                                         .service = service,
                                         .version = version,
                                         .hash = hash,
                                         .definition = texts[0]->content,
                                         .workflow = texts[1]->content,
                                         .published = ctx->now,
                                         .published_by = is_account ? actor->id : 0,
                                         .published_by_is_null = !is_account,
                                     },
                                     &id);

    return rc || !actor || is_account ? rc : publisher_add(ctx, id, actor->name, NULL);
}

static enum rc find_or_add_service(struct ctx *ctx, struct str code, int64_t *ret, bool *ret_is_new)
{
    struct service_id_row row;
    bool is_found;
    enum rc rc = service_id(ctx, code, &is_found, &row);

    *ret_is_new = !is_found;
    if (rc)
        return rc;
    if (!is_found)
        return service_add(ctx, code, ctx->now, ret);
    *ret = row.id;
    return service_offer(ctx, &(struct service_offer_args){.id = row.id, .withdrawn_is_null = true},
                         NULL);
}

static enum rc publish_service(struct ctx *ctx, struct publishing *work,
                               const struct definition *definition)
{
    const struct city_file *texts[2] = {
        file_of(ctx, work->files, "services", definition->code),
        file_of(ctx, work->files, "workflows", definition->workflow->id),
    };
    struct str both[2];
    struct crypto_hash hash;
    struct service_latest_row latest = {0};
    int64_t service;
    bool is_new, has_version;
    enum rc rc;

    if (!texts[0] || !texts[1])
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena,
                                "services/%.*s.yaml and workflows/%.*s.yaml must be named "
                                "after what they define",
                                STR_ARG(definition->code), STR_ARG(definition->workflow->id)));
    both[0] = texts[0]->content;
    both[1] = texts[1]->content;
    hash = crypto_sha256(str_join(ctx->arena, both, 2, (struct str){"", 1}));
    rc = find_or_add_service(ctx, definition->code, &service, &is_new);
    if (!rc)
        rc = service_latest(ctx, service, &has_version, &latest);
    if (rc)
        return rc;
    if (has_version && str_eq(latest.hash, crypto_hash_str(&hash))) {
        work->done.unchanged++;
        return RC_OK;
    }
    if (is_new)
        work->done.added_codes[work->done.added++] = str_copy(ctx->arena, definition->code);
    else
        work->done.changed_codes[work->done.changed++] = str_copy(ctx->arena, definition->code);
    rc = add_version(ctx, service, latest.version + 1, crypto_hash_str(&hash), texts);
    return rc ? rc
              : record_publication(ctx, "service.published", definition->code, latest.version + 1);
}

static bool is_live(struct str path)
{
    return !str_starts_with(path, S("services/")) && !str_starts_with(path, S("workflows/"));
}

/* A layer or table whose file is gone is no longer part of the city. */
static enum rc drop_missing(struct ctx *ctx, const struct city_files *files)
{
    struct stored_paths_rows stored;
    enum rc rc = stored_paths(ctx, &stored);

    for (size_t i = 0; !rc && i < stored.n; i++)
        if (!city_files_find(files, stored.rows[i].path))
            rc = city_file_drop(ctx, stored.rows[i].path, NULL);
    return rc;
}

static enum rc publish_live(struct ctx *ctx, const struct publishing *work)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < work->files->n; i++) {
        const struct city_file *file = &work->files->items[i];
        struct crypto_hash hash = crypto_sha256(file->content);

        if (is_live(file->path))
            rc = city_file_put(ctx,
                               &(struct city_file_put_args){file->path, crypto_hash_str(&hash),
                                                            file->content, ctx->now},
                               NULL);
    }
    if (!rc)
        rc = drop_missing(ctx, work->files);
    for (size_t i = 0; !rc && i < work->city->team_n; i++)
        rc = team_add(ctx, work->city->teams[i].id, NULL);
    return rc;
}

/* Services whose files are gone are no longer offered. */
static enum rc withdraw_missing(struct ctx *ctx, struct publishing *work)
{
    struct services_offered_rows offered;
    enum rc rc = services_offered(ctx, &offered);

    if (rc)
        return rc;
    work->done.withdrawn_codes = ARENA_ARRAY(ctx->arena, offered.n, struct str);
    if (!work->done.withdrawn_codes)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < offered.n; i++) {
        if (city_service(work->city, offered.rows[i].code))
            continue;
        work->done.withdrawn_codes[work->done.withdrawn++] =
            str_copy(ctx->arena, offered.rows[i].code);
        rc = service_offer(
            ctx, &(struct service_offer_args){.id = offered.rows[i].id, .withdrawn = ctx->now},
            NULL);
        if (!rc)
            rc = record_publication(ctx, "service.withdrawn", offered.rows[i].code, 0);
    }
    return rc;
}

static enum rc publish_tx(struct ctx *ctx, void *arg)
{
    struct publishing *work = arg;
    size_t n = work->city->service_n;
    enum rc rc = publish_live(ctx, work);

    work->done = (struct publication){
        .added_codes = ARENA_ARRAY(ctx->arena, n, struct str),
        .changed_codes = ARENA_ARRAY(ctx->arena, n, struct str),
    };
    if (!work->done.added_codes || !work->done.changed_codes)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < work->city->service_n; i++)
        rc = publish_service(ctx, work, work->city->services[i]);
    if (!rc)
        rc = withdraw_missing(ctx, work);
    if (!rc)
        rc = city_touch(ctx);
    /* A dry run does all of it and undoes it: what it counts is what would be. */
    return !rc && work->is_dry ? FAIL(ctx, ERR_DRY_RUN) : rc;
}

/* A service whose examples come out otherwise than it says is not what its author meant. */
static enum rc check_examples(struct ctx *ctx, struct city *city, struct problems *problems)
{
    struct check_coverage coverage;
    enum rc rc = check_city(ctx, city, problems, NULL, &coverage);

    if (!rc && problems->error_count)
        return FAIL(ctx, ERR_FORMAT, .detail = S("the examples have errors"));
    return rc;
}

/* Sections that this version only reads stop a publication: a rule nobody runs is a promise
 * nobody keeps. */
static enum rc refuse_unrun(struct ctx *ctx, const struct city *city)
{
    for (size_t i = 0; i < city->service_n; i++) {
        const struct definition *definition = city->services[i];

        if (definition->not_run_n || definition->workflow->not_run_n)
            return FAIL(ctx, ERR_CONFIG,
                        .detail = str_fmt(ctx->arena,
                                          "the service %.*s uses sections that this version does "
                                          "not run: see cityhall check",
                                          STR_ARG(definition->code)));
    }
    return RC_OK;
}

enum rc city_publish(struct ctx *ctx, const char *folder, bool is_dry, struct problems *problems,
                     struct publication *ret)
{
    struct publishing work = {.is_dry = is_dry};
    struct city_files files;
    struct city *city;
    enum rc rc = city_read(ctx, folder, problems, &city);

    if (rc)
        return rc;
    work.city = city;
    work.files = &files;
    rc = refuse_unrun(ctx, city);
    if (!rc)
        rc = check_examples(ctx, city, problems);
    if (!rc)
        rc = city_files_of_folder(ctx, folder, &files);
    if (!rc)
        rc = db_tx(ctx, publish_tx, &work);
    if (rc && is_dry && ctx->err.id == ERR_DRY_RUN) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    city_free(city);
    if (!rc)
        *ret = work.done;
    return rc;
}
