#include "people/api_key.h"

#include <assert.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/text.h"
#include "db/db.h"
#include "people/people.h"
#include "people/queries.h"

#define MAX_KEY_BYTES  200
#define MAX_BURST      100000
#define MAX_PER_MINUTE 60000

static const struct str right_words[API_RIGHT__N] = {STR("read"), STR("file"), STR("work"),
                                                     STR("supervise")};

struct str api_right_word(enum api_right right)
{
    assert(right < API_RIGHT__N);
    return right_words[right];
}

static bool api_right_of(struct str word, enum api_right *ret)
{
    for (int i = 0; i < API_RIGHT__N; i++) {
        if (str_eq(right_words[i], word)) {
            *ret = (enum api_right)i;
            return true;
        }
    }
    return false;
}

bool api_scope_parse(struct str text, struct api_scope *ret)
{
    ptrdiff_t at = str_find_byte(text, '@');
    struct str where = at < 0 ? S("city") : str_slice(text, (size_t)at + 1, text.n);
    ptrdiff_t colon = str_find_byte(where, ':');
    struct str kind = colon < 0 ? where : str_slice(where, 0, (size_t)colon);
    struct api_scope scope = {
        .scope = colon < 0 ? STR_NONE : str_slice(where, (size_t)colon + 1, where.n),
    };

    if (!api_right_of(at < 0 ? text : str_slice(text, 0, (size_t)at), &scope.right) ||
        !scope_kind_of(kind, &scope.scope_kind) ||
        (scope.scope_kind == SCOPE_CITY) != (scope.scope.n == 0))
        return false;
    *ret = scope;
    return true;
}

static enum rc check_range(struct ctx *ctx, struct str field, int64_t value, int64_t most)
{
    if (value < 1)
        return FAIL(ctx, ERR_TOO_SMALL, .field = field, .arg = S("1"));
    if (value > most)
        return FAIL(ctx, ERR_TOO_BIG, .field = field,
                    .arg = str_fmt(ctx->arena, "%lld", (long long)most));
    return RC_OK;
}

static enum rc check_scopes(struct ctx *ctx, const struct api_key_new *made)
{
    if (made->scope_n > API_KEY_MAX_SCOPES)
        return FAIL(ctx, ERR_TOO_LONG, .field = S("scope"), .arg = S("50"));
    for (size_t i = 0; i < made->scope_n; i++) {
        const struct api_scope *scope = &made->scopes[i];

        if (scope->scope.n > 40)
            return FAIL(ctx, ERR_TOO_LONG, .field = S("scope"), .arg = S("40"));
        if (scope->scope_kind != SCOPE_CITY && !scope->scope.n)
            return FAIL(ctx, ERR_REQUIRED, .field = S("scope"));
    }
    return RC_OK;
}

static enum rc check(struct ctx *ctx, const struct api_key_new *made)
{
    enum rc rc;

    if (!made->name.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("name"));
    rc = text_check_line(ctx, made->name, S("name"), TEXT_NAME_MAX);
    if (!rc)
        rc = check_range(ctx, S("days"), made->days, API_KEY_MAX_DAYS);
    if (!rc)
        rc = check_range(ctx, S("burst"), made->burst, MAX_BURST);
    if (!rc)
        rc = check_range(ctx, S("per_minute"), made->per_minute, MAX_PER_MINUTE);
    return rc ? rc : check_scopes(ctx, made);
}

struct adding {
    struct api_key_new made;
    struct str prefix;
    struct crypto_hash hash;
    int64_t id;
};

/* "work@team:streets-east read@city" */
static struct str scopes_text(struct ctx *ctx, const struct api_scope *scopes, size_t n)
{
    struct buf out = buf_in(ctx->arena, 6000);

    for (size_t i = 0; i < n; i++) {
        struct str right = api_right_word(scopes[i].right);
        struct str kind = scope_kind_word(scopes[i].scope_kind);

        buf_add_fmt(&out, "%s%.*s@%.*s%s%.*s", i ? " " : "", STR_ARG(right), STR_ARG(kind),
                    scopes[i].scope.n ? ":" : "", STR_ARG(scopes[i].scope));
    }
    return buf_str(&out);
}

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    struct adding *adding = arg;
    const struct api_key_new *made = &adding->made;
    bool is_by_staff = ctx->actor && ctx->actor->kind == ACTOR_STAFF && ctx->actor->id;
    enum rc rc = api_key_insert(ctx,
                                &(struct api_key_insert_args){
                                    .prefix = adding->prefix,
                                    .key_hash = crypto_hash_str(&adding->hash),
                                    .name = made->name,
                                    .burst = made->burst,
                                    .per_minute = made->per_minute,
                                    .created = ctx->now,
                                    .created_by = is_by_staff ? ctx->actor->id : 0,
                                    .created_by_is_null = !is_by_staff,
                                    .expires = instant_plus_us(ctx->now, made->days * US_PER_DAY),
                                },
                                &adding->id);

    for (size_t i = 0; !rc && i < made->scope_n; i++)
        rc = api_scope_insert(ctx,
                              &(struct api_scope_insert_args){
                                  .api_key = adding->id,
                                  .allows = api_right_word(made->scopes[i].right),
                                  .scope_kind = scope_kind_word(made->scopes[i].scope_kind),
                                  .scope = made->scopes[i].scope,
                              },
                              NULL);
    if (rc)
        return rc;
    return people_note(
        ctx, "key.added",
        (struct people_fact[]){{S("key"), adding->prefix},
                               {S("name"), made->name},
                               {S("scopes"), scopes_text(ctx, made->scopes, made->scope_n)}},
        3);
}

enum rc api_key_add(struct ctx *ctx, const struct api_key_new *made, struct str *ret_key,
                    int64_t *ret_id)
{
    struct adding adding = {.made = *made, .prefix = crypto_code(ctx->arena, API_KEY_PREFIX)};
    struct str secret = crypto_token(ctx->arena), text;
    enum rc rc;

    if (!made->burst)
        adding.made.burst = API_KEY_BURST;
    if (!made->per_minute)
        adding.made.per_minute = API_KEY_PER_MINUTE;
    rc = check(ctx, &adding.made);
    if (rc)
        return rc;
    text = str_fmt(ctx->arena, API_KEY_START "%.*s_%.*s", STR_ARG(adding.prefix), STR_ARG(secret));
    if (!secret.n || !text.n)
        return FAIL(ctx, ERR_MEMORY);
    adding.hash = crypto_sha256(text);
    rc = db_tx(ctx, add_tx, &adding);
    if (rc)
        return rc;
    *ret_key = text;
    if (ret_id)
        *ret_id = adding.id;
    return RC_OK;
}

/* The grants that say the same to the engine. */
static size_t grants_of_scopes(const struct api_key *key, struct grant *grants)
{
    static const enum role roles[API_RIGHT__N] = {
        [API_RIGHT_READ] = ROLE_AUDITOR,
        [API_RIGHT_WORK] = ROLE_AGENT,
        [API_RIGHT_SUPERVISE] = ROLE_SUPERVISOR,
    };
    size_t n = 0;

    for (size_t i = 0; i < key->scope_n; i++) {
        const struct api_scope *scope = &key->scopes[i];

        if (scope->right != API_RIGHT_FILE)
            grants[n++] = (struct grant){roles[scope->right], scope->scope_kind, scope->scope};
    }
    return n;
}

/* Adds the scopes, and the actor that they make. */
static enum rc complete(struct ctx *ctx, struct api_key *key)
{
    struct api_scopes_of_rows rows;
    struct api_scope *scopes;
    struct grant *grants;
    enum rc rc = api_scopes_of(ctx, key->id, &rows);

    if (rc)
        return rc;
    scopes = ARENA_ARRAY(ctx->arena, rows.n, struct api_scope);
    grants = ARENA_ARRAY(ctx->arena, rows.n, struct grant);
    if (!scopes || !grants)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        struct api_scope *scope = &scopes[key->scope_n];

        scope->scope = rows.rows[i].scope;
        key->scope_n += api_right_of(rows.rows[i].allows, &scope->right) &&
                        scope_kind_of(rows.rows[i].scope_kind, &scope->scope_kind);
    }
    key->scopes = scopes;
    key->actor = (struct actor){.kind = ACTOR_API, .id = key->id, .name = key->name};
    key->actor.grant_n = grants_of_scopes(key, grants);
    key->actor.grants = grants;
    return RC_OK;
}

static enum rc touch_tx(struct ctx *ctx, void *arg)
{
    const struct api_key *key = arg;

    return api_key_touch(ctx, key->id, ctx->now, NULL);
}

/* Reading must go on when nothing can be written. */
static void touch(struct ctx *ctx, struct api_key *key)
{
    if (key->was_used && ctx->now.us_utc - key->used.us_utc < API_KEY_TOUCH_US)
        return;
    if (db_tx(ctx, touch_tx, key))
        ctx_clear_error(ctx);
}

enum rc api_key_find(struct ctx *ctx, struct str text, bool *ret_is_found, struct api_key *ret)
{
    struct crypto_hash hash = crypto_sha256(text);
    struct api_key_by_hash_row row;
    struct api_key key;
    bool is_found;
    enum rc rc;

    *ret_is_found = false;
    if (text.n > MAX_KEY_BYTES || !str_starts_with(text, S(API_KEY_START)))
        return RC_OK;
    rc = people_reader(ctx);
    if (!rc)
        rc = api_key_by_hash(ctx, crypto_hash_str(&hash), &is_found, &row);
    if (rc || !is_found || !row.revoked_is_null || instant_cmp(ctx->now, row.expires) >= 0)
        return rc;
    key = (struct api_key){
        .id = row.id,
        .prefix = row.prefix,
        .name = row.name,
        .burst = row.burst,
        .per_minute = row.per_minute,
        .created = row.created,
        .expires = row.expires,
        .was_used = !row.used_is_null,
        .used = row.used,
    };
    rc = complete(ctx, &key);
    if (rc)
        return rc;
    touch(ctx, &key);
    *ret = key;
    *ret_is_found = true;
    return RC_OK;
}

enum rc api_key_of(struct ctx *ctx, int64_t id, bool *ret_is_found, struct api_key *ret)
{
    struct api_key_by_id_row row;
    struct api_key key;
    bool is_found;
    enum rc rc = people_reader(ctx);

    *ret_is_found = false;
    if (!rc)
        rc = api_key_by_id(ctx, id, &is_found, &row);
    if (rc || !is_found || !row.revoked_is_null || instant_cmp(ctx->now, row.expires) >= 0)
        return rc;
    key = (struct api_key){.id = row.id, .prefix = row.prefix, .name = row.name};
    key.created = row.created;
    key.expires = row.expires;
    rc = complete(ctx, &key);
    if (rc)
        return rc;
    *ret = key;
    *ret_is_found = true;
    return RC_OK;
}

enum rc api_key_id(struct ctx *ctx, struct str prefix, int64_t *ret)
{
    struct api_key_by_prefix_row row;
    bool is_found;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = api_key_by_prefix(ctx, prefix, &is_found, &row);
    if (rc)
        return rc;
    if (!is_found || !row.revoked_is_null)
        return FAIL(ctx, ERR_NOT_FOUND);
    *ret = row.id;
    return RC_OK;
}

static bool includes(enum api_right has, enum api_right right)
{
    return has == right || (has == API_RIGHT_WORK && right == API_RIGHT_READ) ||
           (has == API_RIGHT_SUPERVISE && right != API_RIGHT_FILE);
}

bool api_key_may(const struct api_key *key, enum api_right right, struct reach reach)
{
    for (size_t i = 0; key && i < key->scope_n; i++) {
        const struct api_scope *scope = &key->scopes[i];
        const struct grant grant = {ROLE_AUDITOR, scope->scope_kind, scope->scope};
        const struct actor asked = {.grants = &grant, .grant_n = 1};

        if (includes(scope->right, right) && actor_has_role_on(&asked, ROLE_AUDITOR, reach))
            return true;
    }
    return false;
}

enum rc api_key_list(struct ctx *ctx, struct api_keys *ret)
{
    struct api_keys_all_rows rows;
    struct api_key *items;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = api_keys_all(ctx, &rows);
    if (rc)
        return rc;
    items = ARENA_ARRAY(ctx->arena, rows.n, struct api_key);
    if (!items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        const struct api_keys_all_row *row = &rows.rows[i];

        items[i] = (struct api_key){
            .id = row->id,
            .prefix = row->prefix,
            .name = row->name,
            .burst = row->burst,
            .per_minute = row->per_minute,
            .created = row->created,
            .expires = row->expires,
            .was_used = !row->used_is_null,
            .used = row->used,
            .is_revoked = !row->revoked_is_null,
        };
        rc = complete(ctx, &items[i]);
    }
    if (!rc)
        *ret = (struct api_keys){items, rows.n};
    return rc;
}

static enum rc revoke_tx(struct ctx *ctx, void *arg)
{
    const struct str *prefix = arg;
    struct api_key_by_prefix_row row;
    bool is_found;
    enum rc rc = api_key_by_prefix(ctx, *prefix, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!row.revoked_is_null)
        return RC_OK;
    rc = api_key_set_revoked(ctx, row.id, ctx->now, NULL);
    if (rc)
        return rc;
    return people_note(ctx, "key.revoked",
                       (struct people_fact[]){{S("key"), *prefix}, {S("name"), row.name}}, 2);
}

enum rc api_key_revoke(struct ctx *ctx, struct str prefix)
{
    return db_tx(ctx, revoke_tx, &prefix);
}
