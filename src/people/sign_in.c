#include "people/sign_in.h"

#include "db/db.h"
#include "people/own_access.h"
#include "people/password.h"
#include "people/people.h"
#include "people/queries.h"
#include "people/seal.h"

#define TICKET_US   (10 * US_PER_MIN)
#define PRINT_BYTES 8

/* The bytes of a ticket. Its password print makes it void once the password is another. */
struct ticket {
    int64_t account_id;
    int64_t expires_us;
    char print[PRINT_BYTES];
    char secret[TOTP_SECRET_BYTES];
    char padding[4];
};

static struct str secret_purpose(void)
{
    return S("authenticator secret");
}

static struct str ticket_purpose(void)
{
    return S("sign-in ticket");
}

static void print_password(struct str hash, char ret[PRINT_BYTES])
{
    struct crypto_hash print = crypto_sha256(hash);

    memcpy(ret, print.bytes, PRINT_BYTES);
}

static enum rc make_ticket(struct ctx *ctx, const struct account_by_login_row *row, struct str *ret)
{
    struct str secret = totp_secret_new(ctx->arena);
    struct ticket ticket = {
        .account_id = row->id,
        .expires_us = instant_plus_us(ctx->now, TICKET_US).us_utc,
    };

    if (!secret.n)
        return FAIL(ctx, ERR_MEMORY);
    print_password(row->password_hash, ticket.print);
    memcpy(ticket.secret, secret.p, TOTP_SECRET_BYTES);
    *ret = crypto_base64url(ctx->arena, seal(ctx->arena, ticket_purpose(),
                                             (struct str){(const char *)&ticket, sizeof ticket}));
    return RC_OK;
}

struct signing {
    const struct sign_in *input;
    struct account_by_login_row row;
    struct actor actor;
    struct str token;
};

static enum rc refuse(struct ctx *ctx, const char *why)
{
    return FAIL(ctx, ERR_SIGN_IN, .detail = str_of(why));
}

static enum rc use_recovery_code(struct ctx *ctx, const struct signing *signing)
{
    struct crypto_hash hash;
    int64_t used = 0;
    enum rc rc;

    if (!recovery_code_hash(signing->input->code, &hash))
        return refuse(ctx, "no code");
    rc = recovery_use(ctx, signing->row.id, crypto_hash_str(&hash), ctx->now, &used);
    if (rc)
        return rc;
    if (used == 0)
        return refuse(ctx, "a wrong code");
    return people_note(ctx, "account.recovery_code",
                       &(struct people_fact){S("login"), signing->row.login}, 1);
}

static enum rc use_code(struct ctx *ctx, const struct signing *signing)
{
    struct str secret;
    int64_t step, used = 0;
    enum rc rc;

    if (signing->row.totp_secret_is_null || people_setup()->is_demonstration)
        return RC_OK;
    if (!seal_open(ctx->arena, secret_purpose(), signing->row.totp_secret, &secret))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = S("the authenticators were set up with another key file"));
    if (!totp_check(secret, signing->input->code, ctx->now, signing->row.totp_step, &step))
        return use_recovery_code(ctx, signing);
    rc = account_use_step(ctx, signing->row.id, step, &used);
    if (rc)
        return rc;
    return used ? RC_OK : refuse(ctx, "a code used twice");
}

/* The account is read again: it may have been disabled or reset while the hash was made. */
static enum rc sign_in_tx(struct ctx *ctx, void *arg)
{
    struct signing *signing = arg;
    struct str hash = signing->row.password_hash;
    const struct actor *before = ctx->actor;
    bool is_found;
    enum rc rc = account_by_login(ctx, signing->input->login, &is_found, &signing->row);

    if (rc)
        return rc;
    if (!is_found || !signing->row.disabled_is_null || !str_eq(hash, signing->row.password_hash))
        return refuse(ctx, "the account changed meanwhile");
    signing->actor =
        (struct actor){.kind = ACTOR_STAFF, .id = signing->row.id, .name = signing->row.name};
    ctx->actor = &signing->actor;
    rc = use_code(ctx, signing);
    if (!rc)
        rc = session_start(ctx, signing->row.id, signing->input->address, signing->input->agent,
                           &signing->token);
    ctx->actor = before;
    return rc;
}

static enum rc check_password(struct ctx *ctx, struct signing *signing)
{
    const struct sign_in *input = signing->input;
    bool is_found, is_right;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = account_by_login(ctx, input->login, &is_found, &signing->row);
    db_reader_release(ctx);
    if (rc)
        return rc;
    if (!is_found)
        signing->row.password_hash = STR_NONE;
    if (input->password.n > PASSWORD_MAX_BYTES)
        return refuse(ctx, "a password that is too long");
    rc = password_check(
        ctx, &(struct password_try){signing->row.password_hash, input->password, input->is_known},
        &is_right);
    if (rc)
        return rc;
    if (!is_found || !is_right)
        return refuse(ctx, is_found ? "a wrong password" : "an unknown login");
    return signing->row.disabled_is_null ? RC_OK : refuse(ctx, "a disabled account");
}

enum rc sign_in(struct ctx *ctx, const struct sign_in *input, struct signed_in *ret)
{
    struct signing signing = {.input = input};
    struct str ticket;
    enum rc rc = check_password(ctx, &signing);

    if (rc)
        return rc;
    if (!people_setup()->is_demonstration && signing.row.totp_secret_is_null) {
        rc = make_ticket(ctx, &signing.row, &ticket);
        if (!rc)
            *ret = (struct signed_in){.ticket = ticket};
        return rc;
    }
    rc = db_tx(ctx, sign_in_tx, &signing);
    if (!rc)
        *ret = (struct signed_in){.token = signing.token};
    return rc;
}

static enum rc open_ticket(struct ctx *ctx, struct str text, struct ticket *ret)
{
    struct str sealed, bytes;

    if (!crypto_base64url_decode(ctx->arena, text, &sealed) ||
        !seal_open(ctx->arena, ticket_purpose(), sealed, &bytes) || bytes.n != sizeof *ret)
        return FAIL(ctx, ERR_EXPIRED);
    memcpy(ret, bytes.p, sizeof *ret);
    return ret->expires_us > ctx->now.us_utc ? RC_OK : FAIL(ctx, ERR_EXPIRED);
}

/* The ticket against the account as it is now. Inside db_tx or with a reader. */
static enum rc setup_of(struct ctx *ctx, const struct ticket *ticket, struct sign_in_setup *ret)
{
    struct account_by_id_row row;
    char print[PRINT_BYTES];
    bool is_found;
    enum rc rc = account_by_id(ctx, ticket->account_id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || !row.disabled_is_null || !row.totp_secret_is_null)
        return FAIL(ctx, ERR_EXPIRED);
    print_password(row.password_hash, print);
    if (memcmp(print, ticket->print, PRINT_BYTES) != 0)
        return FAIL(ctx, ERR_EXPIRED);
    *ret = (struct sign_in_setup){
        .account_id = row.id,
        .login = row.login,
        .name = row.name,
        .needs_password = row.must_change,
        .secret = str_copy(ctx->arena, (struct str){ticket->secret, TOTP_SECRET_BYTES}),
    };
    return RC_OK;
}

enum rc sign_in_setup_of(struct ctx *ctx, struct str text, struct sign_in_setup *ret)
{
    struct ticket ticket;
    enum rc rc = open_ticket(ctx, text, &ticket);

    if (!rc)
        rc = people_reader(ctx);
    return rc ? rc : setup_of(ctx, &ticket, ret);
}

struct finishing {
    const struct sign_in_finish *input;
    struct ticket ticket;
    struct sign_in_setup setup;
    struct str hash; /* of the new password */
    int64_t step;
    struct actor actor;
    struct sign_in_finished finished;
};

static enum rc check_finish(struct ctx *ctx, struct finishing *finishing)
{
    const struct sign_in_finish *input = finishing->input;
    const struct sign_in_setup *setup = &finishing->setup;
    enum rc rc = RC_OK;

    if (setup->needs_password)
        rc = password_acceptable(ctx, input->password, setup->login, S("password"));
    if (rc)
        return rc;
    if (setup->needs_password && !str_eq(input->password, input->again))
        return FAIL(ctx, ERR_PASSWORD_AGAIN, .field = S("again"));
    if (!input->code.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("code"));
    if (!totp_check(setup->secret, input->code, ctx->now, 0, &finishing->step))
        return FAIL(ctx, ERR_PATTERN, .field = S("code"));
    return RC_OK;
}

static enum rc store_password(struct ctx *ctx, const struct finishing *finishing)
{
    enum rc rc;

    if (!finishing->setup.needs_password)
        return RC_OK;
    rc = account_set_password(ctx, finishing->setup.account_id, finishing->hash, false, NULL);
    if (!rc)
        rc = people_note(ctx, "account.password",
                         &(struct people_fact){S("login"), finishing->setup.login}, 1);
    return rc;
}

static enum rc store_secret(struct ctx *ctx, const struct finishing *finishing)
{
    enum rc rc = account_set_totp(
        ctx,
        &(struct account_set_totp_args){
            .id = finishing->setup.account_id,
            .totp_secret = seal(ctx->arena, secret_purpose(), finishing->setup.secret),
            .totp_step = finishing->step,
        },
        NULL);

    if (!rc)
        rc = people_note(ctx, "account.enrolled",
                         &(struct people_fact){S("login"), finishing->setup.login}, 1);
    return rc;
}

static enum rc finish_tx(struct ctx *ctx, void *arg)
{
    struct finishing *finishing = arg;
    const struct actor *before = ctx->actor;
    enum rc rc = setup_of(ctx, &finishing->ticket, &finishing->setup);

    if (rc)
        return rc;
    finishing->actor = (struct actor){
        .kind = ACTOR_STAFF, .id = finishing->setup.account_id, .name = finishing->setup.name};
    ctx->actor = &finishing->actor;
    rc = store_password(ctx, finishing);
    if (!rc)
        rc = store_secret(ctx, finishing);
    if (!rc)
        rc = recovery_codes_replace(ctx, finishing->setup.account_id, finishing->finished.recovery);
    if (!rc)
        rc = session_start(ctx, finishing->setup.account_id, finishing->input->address,
                           finishing->input->agent, &finishing->finished.token);
    ctx->actor = before;
    return rc;
}

enum rc sign_in_finish(struct ctx *ctx, const struct sign_in_finish *input,
                       struct sign_in_finished *ret)
{
    struct finishing finishing = {.input = input};
    enum rc rc = open_ticket(ctx, input->ticket, &finishing.ticket);

    if (!rc)
        rc = people_reader(ctx);
    if (!rc)
        rc = setup_of(ctx, &finishing.ticket, &finishing.setup);
    db_reader_release(ctx);
    if (!rc)
        rc = check_finish(ctx, &finishing);
    if (!rc && finishing.setup.needs_password)
        rc = password_hash(ctx, input->password, &finishing.hash);
    if (!rc)
        rc = db_tx(ctx, finish_tx, &finishing);
    finishing.finished.login = finishing.setup.login;
    if (!rc)
        *ret = finishing.finished;
    return rc;
}
