#include "people/session.h"

#include "base/crypto.h"
#include "base/utf8.h"
#include "db/db.h"
#include "people/account.h"
#include "people/people.h"
#include "people/queries.h"

#define MAX_ADDRESS_BYTES 45
#define MAX_AGENT_BYTES   200

/* A text of the browser's as it can be stored: what is not clean is nothing. */
static struct str storable(struct str s, size_t max_bytes)
{
    return text_is_clean(s) ? utf8_cut(s, max_bytes) : STR_NONE;
}

static struct instant expiry(struct instant began, struct instant seen)
{
    struct instant idle = instant_plus_us(seen, SESSION_IDLE_US);
    struct instant end = instant_plus_us(began, SESSION_ABSOLUTE_US);

    return instant_cmp(idle, end) < 0 ? idle : end;
}

enum rc session_start(struct ctx *ctx, int64_t account_id, struct str address, struct str agent,
                      struct str *ret_token)
{
    struct str token = crypto_token(ctx->arena);
    struct crypto_hash hash = crypto_sha256(token);
    enum rc rc;

    if (!token.n)
        return FAIL(ctx, ERR_MEMORY);
    rc = session_insert(ctx,
                        &(struct session_insert_args){
                            .token_hash = crypto_hash_str(&hash),
                            .account = account_id,
                            .created = ctx->now,
                            .expires = expiry(ctx->now, ctx->now),
                            .address = storable(address, MAX_ADDRESS_BYTES),
                            .agent = storable(agent, MAX_AGENT_BYTES),
                        },
                        NULL);
    if (!rc)
        rc = people_note(ctx, "session.started",
                         &(struct people_fact){S("address"), storable(address, MAX_ADDRESS_BYTES)},
                         1);
    if (!rc)
        *ret_token = token;
    return rc;
}

static enum rc touch_tx(struct ctx *ctx, void *arg)
{
    const struct session_by_token_row *row = arg;

    return session_touch(ctx, row->id, ctx->now, expiry(row->created, ctx->now), NULL);
}

/* Reading must go on when nothing can be written. */
static void touch(struct ctx *ctx, struct session_by_token_row *row)
{
    if (ctx->now.us_utc - row->seen.us_utc < SESSION_TOUCH_US)
        return;
    if (db_tx(ctx, touch_tx, row))
        ctx_clear_error(ctx);
}

enum rc session_find(struct ctx *ctx, struct str token, bool *ret_is_found, struct session *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    struct session_by_token_row row;
    struct session session;
    bool is_found;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = session_by_token(ctx, crypto_hash_str(&hash), &is_found, &row);
    if (rc)
        return rc;
    *ret_is_found = is_found && row.revoked_is_null && row.disabled_is_null &&
                    instant_cmp(ctx->now, row.expires) < 0;
    if (!*ret_is_found)
        return RC_OK;
    session = (struct session){
        .id = row.id,
        .actor = {.kind = ACTOR_STAFF, .id = row.account, .name = row.name},
        .login = row.login,
        .has_keys = row.has_keys,
    };
    lang_parse(row.lang, &session.lang);
    rc = grants_load(ctx, row.account, &session.actor.grants, &session.actor.grant_n);
    if (rc)
        return rc;
    touch(ctx, &row);
    *ret = session;
    return RC_OK;
}

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    struct crypto_hash hash = crypto_sha256(*(const struct str *)arg);

    return session_revoke_token(ctx, crypto_hash_str(&hash), ctx->now, NULL);
}

enum rc session_end(struct ctx *ctx, struct str token)
{
    return db_tx(ctx, end_tx, &token);
}

enum rc session_lines(struct ctx *ctx, struct session_owner owner, struct session_line **ret,
                      size_t *ret_n)
{
    struct sessions_alive_args args = {
        .account = owner.account_id,
        .account_is_null = !owner.account_id,
        .party = owner.party,
        .party_is_null = !owner.party,
        .now = ctx->now,
    };
    struct sessions_alive_rows rows;
    struct session_line *lines;
    enum rc rc = sessions_alive(ctx, &args, &rows);

    if (rc)
        return rc;
    lines = ARENA_ARRAY(ctx->arena, rows.n, struct session_line);
    if (!lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        lines[i] = (struct session_line){
            .id = rows.rows[i].id,
            .began = rows.rows[i].created,
            .seen = rows.rows[i].seen,
            .address = rows.rows[i].address,
            .agent = rows.rows[i].agent,
        };
    *ret = lines;
    *ret_n = rows.n;
    return RC_OK;
}

enum rc session_list(struct ctx *ctx, int64_t account_id, struct session_line **ret, size_t *ret_n)
{
    enum rc rc = people_reader(ctx);

    return rc ? rc
              : session_lines(ctx, (struct session_owner){.account_id = account_id}, ret, ret_n);
}

struct ending {
    int64_t account_id, session_id;
};

static enum rc note_end(struct ctx *ctx, int64_t account_id)
{
    struct account_by_id_row row;
    bool is_found;
    enum rc rc = account_by_id(ctx, account_id, &is_found, &row);

    if (rc)
        return rc;
    return people_note(ctx, "session.ended",
                       &(struct people_fact){S("login"), is_found ? row.login : STR_NONE}, 1);
}

static enum rc end_one_tx(struct ctx *ctx, void *arg)
{
    const struct ending *ending = arg;
    int64_t changed;
    enum rc rc = session_revoke(ctx, ending->session_id, ending->account_id, ctx->now, &changed);

    if (!rc && changed == 0)
        return FAIL(ctx, ERR_NOT_FOUND);
    return rc ? rc : note_end(ctx, ending->account_id);
}

enum rc session_end_one(struct ctx *ctx, int64_t account_id, int64_t session_id)
{
    struct ending ending = {account_id, session_id};

    return db_tx(ctx, end_one_tx, &ending);
}
