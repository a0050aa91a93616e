/* Accounts of staff, what they may do, how they sign in, and keys of programs. */
#include <liboath/oath.h>
#include <string.h>

#include "paths.h"
#include "people/account.h"
#include "people/api_key.h"
#include "people/own_access.h"
#include "people/session.h"
#include "people/sign_in.h"
#include "people/totp.h"

#define PASSWORD S("correct horse battery")
#define WHY      S("As asked.")

static int64_t account;
static struct str first_password, token;

static struct str login_of(struct test_town *town, int64_t n)
{
    return paths_text(town, "clerk-%lld", n);
}

static enum rc add_account(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static const struct grant grant = {ROLE_AGENT, SCOPE_CITY, STR("")};

    return account_add(ctx,
                       &(struct account_new){.login = login_of(town, n),
                                             .name = S("A clerk"),
                                             .grants = &grant,
                                             .grant_n = 1,
                                             .why = WHY},
                       &first_password, &account);
}

static void one_account(struct test_town *town, int64_t n)
{
    test_ok(&town->ctx, add_account(&town->ctx, town, n));
}

static enum rc change(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return account_change(ctx, account,
                          &(struct account_details){S("Another name"), S("c@example.org"), LANG_ES},
                          WHY);
}

static enum rc disable(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return account_disable(ctx, account, true, WHY);
}

static enum rc reset(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str password;

    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return account_reset(ctx, account, WHY, &password);
}

static enum rc use_keys(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return account_use_keys(ctx, account, false);
}

static enum rc grant(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static const struct grant added = {ROLE_CREW, SCOPE_TEAM, STR("streets-west")};

    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return grant_add(ctx, account, &added, WHY);
}

static enum rc revoke(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)n;
    ctx->actor = paths_boss();
    return grant_revoke(
        ctx, paths_count(town, "SELECT max(id) FROM grants WHERE account = %lld", account), WHY);
}

/* ---- Signing in */

static struct str secret, recovery[RECOVERY_CODES], ticket;
static size_t recovery_left;
static int64_t codes; /* minutes that have gone by, so that no code is used twice */

static struct str code_at(struct ctx *ctx)
{
    char code[7];

    assert_int_equal(oath_totp_generate(secret.p, secret.n, (time_t)(ctx->now.us_utc / US_PER_S),
                                        TOTP_STEP_S, 0, 6, code),
                     OATH_OK);
    return str_copy(ctx->arena, str_of(code));
}

/* Which account this is may be asked for long after, in whatever arena. */
static struct str kept(struct str text)
{
    static char room[RECOVERY_CODES + 1][100];
    static size_t next;
    char *to = room[next++ % (sizeof room / sizeof *room)];

    assert_true(text.n < sizeof *room);
    memcpy(to, text.p, text.n);
    return (struct str){to, text.n};
}

static void with_ticket(struct test_town *town, int64_t n)
{
    struct signed_in in = {0};
    struct sign_in_setup setup;

    one_account(town, n);
    test_ok(&town->ctx,
            sign_in(&town->ctx,
                    &(struct sign_in){.login = login_of(town, n), .password = first_password},
                    &in));
    ticket = in.ticket;
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, sign_in_setup_of(&town->ctx, ticket, &setup));
    db_reader_release(&town->ctx);
    secret = setup.secret;
}

static enum rc finish(struct ctx *ctx, struct sign_in_finished *ret)
{
    return sign_in_finish(ctx,
                          &(struct sign_in_finish){.ticket = ticket,
                                                   .password = PASSWORD,
                                                   .again = PASSWORD,
                                                   .code = code_at(ctx),
                                                   .address = S("203.0.113.7"),
                                                   .agent = S("A browser")},
                          ret);
}

static enum rc set_up(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct sign_in_finished finished;

    (void)town;
    (void)n;
    return finish(ctx, &finished);
}

static struct str enrolled_login;
static int64_t enrolled;

static void with_codes(struct test_town *town, int64_t n)
{
    struct sign_in_finished finished;

    with_ticket(town, n);
    test_ok(&town->ctx, finish(&town->ctx, &finished));
    recovery_left = RECOVERY_CODES;
    for (size_t i = 0; i < recovery_left; i++)
        recovery[i] = kept(finished.recovery[i]);
    enrolled_login = kept(login_of(town, n));
    enrolled = account;
    token = finished.token;
}

/* One account serves many runs: each takes a password's hash. */
static void with_some_codes(struct test_town *town, int64_t n)
{
    if (!recovery_left || paths_count(town,
                                      "SELECT count(*) FROM recovery_code WHERE account = "
                                      "%lld AND used IS NULL",
                                      enrolled) == 0)
        with_codes(town, n);
}

static enum rc try_sign_in(struct ctx *ctx, struct str code)
{
    struct signed_in in;

    return sign_in(ctx,
                   &(struct sign_in){.login = enrolled_login,
                                     .password = PASSWORD,
                                     .code = code,
                                     .address = S("203.0.113.7"),
                                     .agent = S("A browser")},
                   &in);
}

static enum rc with_authenticator(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, ++codes * US_PER_MIN);
    return try_sign_in(ctx, code_at(ctx));
}

static enum rc with_recovery_code(struct ctx *ctx, struct test_town *town, int64_t n)
{
    int64_t left = paths_count(
        town, "SELECT count(*) FROM recovery_code WHERE account = %lld AND used IS NULL", enrolled);

    (void)n;
    return try_sign_in(ctx, recovery[RECOVERY_CODES - (size_t)left]);
}

static enum rc session_of(struct ctx *ctx, struct session *ret)
{
    bool is_found;
    enum rc rc = session_find(ctx, token, &is_found, ret);

    if (!rc)
        assert_true(is_found);
    return rc;
}

static enum rc own_password(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct session session;
    enum rc rc = session_of(ctx, &session);

    (void)town;
    (void)n;
    return rc ? rc
              : own_password_change(ctx, &session,
                                    &(struct own_password){PASSWORD, PASSWORD, PASSWORD});
}

static enum rc own_codes(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str made[RECOVERY_CODES];
    struct session session;
    enum rc rc = session_of(ctx, &session);

    (void)town;
    (void)n;
    return rc ? rc : own_codes_renew(ctx, &session, PASSWORD, made);
}

static enum rc reset_code(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return account_reset_code(ctx, account, WHY);
}

/* ---- Sessions */

static enum rc session_tx(struct ctx *ctx, void *arg)
{
    return session_start(ctx, *(const int64_t *)arg, S("203.0.113.7"), S("A browser"), &token);
}

static void one_session(struct test_town *town, int64_t n)
{
    (void)n;
    test_ok(&town->ctx, db_tx(&town->ctx, session_tx, &paths_other_id));
}

/* Two minutes later; not being able to note it keeps nobody out. */
static enum rc visit(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct session session;
    bool is_found;
    enum rc rc;

    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, 2 * US_PER_MIN);
    rc = session_find(ctx, token, &is_found, &session);
    db_reader_release(ctx);
    return rc;
}

static enum rc sign_out(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return session_end(ctx, token);
}

static enum rc end_session(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)n;
    ctx->actor = paths_boss();
    return session_end_one(
        ctx, paths_other_id,
        paths_count(town, "SELECT max(id) FROM session WHERE account = %lld", paths_other_id));
}

/* ---- Programs */

static struct str key;

static enum rc add_key(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static const struct api_scope scope = {API_RIGHT_READ, SCOPE_CITY, STR("")};

    (void)town;
    (void)n;
    return api_key_add(
        ctx,
        &(struct api_key_new){.name = S("A program"), .scopes = &scope, .scope_n = 1, .days = 30},
        &key, NULL);
}

static void one_key(struct test_town *town, int64_t n)
{
    test_ok(&town->ctx, add_key(&town->ctx, town, n));
}

static enum rc use_key(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct api_key found;
    bool is_found;
    enum rc rc = api_key_find(ctx, key, &is_found, &found);

    (void)town;
    (void)n;
    db_reader_release(ctx);
    return rc;
}

static enum rc revoke_key(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return api_key_revoke(ctx, str_slice(key, 9, 17));
}

const struct scenario paths_people[] = {
    {"an account", 18, NULL, add_account, NULL, 0},
    {"an account changed", 13, one_account, change, NULL, 0},
    {"an account disabled", 16, one_account, disable, NULL, 0},
    {"an account reset", 16, one_account, reset, NULL, 0},
    {"single keys", 3, one_account, use_keys, NULL, 0},
    {"a grant", 15, one_account, grant, NULL, 0},
    {"a grant revoked", 16, one_account, revoke, NULL, 0},
    {"a first sign-in", 22, with_ticket, set_up, NULL, 0},
    {"a sign-in", 11, with_some_codes, with_authenticator, NULL, 0},
    {"a sign-in by recovery code", 12, with_some_codes, with_recovery_code, NULL, 0},
    {"a password of one's own", 20, with_codes, own_password, NULL, 0},
    {"recovery codes of one's own", 26, with_codes, own_codes, NULL, 0},
    {"a second factor reset", 8, with_codes, reset_code, NULL, 0},
    {"a visit of staff", 11, one_session, visit, NULL, 0},
    {"a sign-out", 5, one_session, sign_out, NULL, 0},
    {"a session ended", 13, one_session, end_session, NULL, 0},
    {"a key", 13, NULL, add_key, NULL, 0},
    {"a key used", 11, one_key, use_key, NULL, 0},
    {"a key revoked", 13, one_key, revoke_key, NULL, 0},
    {.name = NULL},
};
