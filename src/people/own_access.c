#include "people/own_access.h"

#include "db/db.h"
#include "people/password.h"
#include "people/people.h"
#include "people/queries.h"

enum rc recovery_codes_replace(struct ctx *ctx, int64_t account_id,
                               struct str ret_codes[RECOVERY_CODES])
{
    enum rc rc = recovery_clear(ctx, account_id, NULL);

    for (size_t i = 0; !rc && i < RECOVERY_CODES; i++) {
        struct crypto_hash hash;

        ret_codes[i] = recovery_code_new(ctx->arena);
        if (!recovery_code_hash(ret_codes[i], &hash))
            return FAIL(ctx, ERR_MEMORY);
        rc = recovery_insert(ctx, account_id, crypto_hash_str(&hash), NULL);
    }
    return rc;
}

struct changing {
    const struct session *session;
    struct account_by_id_row row;
    struct str hash; /* of the new password */
    struct str codes[RECOVERY_CODES];
};

static enum rc load(struct ctx *ctx, struct changing *changing)
{
    bool is_found;
    enum rc rc = account_by_id(ctx, changing->session->actor.id, &is_found, &changing->row);

    if (rc)
        return rc;
    return is_found && changing->row.disabled_is_null ? RC_OK : FAIL(ctx, ERR_NOT_FOUND);
}

static enum rc check_current(struct ctx *ctx, struct changing *changing, struct str current)
{
    struct str field = S("current");
    bool is_right = false;
    enum rc rc;

    if (!current.n)
        return FAIL(ctx, ERR_REQUIRED, .field = field);
    rc = people_reader(ctx);
    if (!rc)
        rc = load(ctx, changing);
    db_reader_release(ctx);
    if (!rc && current.n <= PASSWORD_MAX_BYTES)
        rc = password_check(ctx,
                            &(struct password_try){.hash = changing->row.password_hash,
                                                   .password = current,
                                                   .goes_first = true},
                            &is_right);
    if (rc)
        return rc;
    return is_right ? RC_OK : FAIL(ctx, ERR_PASSWORD_WRONG, .field = field);
}

/* The account is read again: its password may be another since it was checked, as after a second
 * tap, and then the one that was typed is no longer right. */
static enum rc load_unchanged(struct ctx *ctx, struct changing *changing)
{
    struct str hash = changing->row.password_hash;
    enum rc rc = load(ctx, changing);

    if (rc)
        return rc;
    if (str_eq(hash, changing->row.password_hash))
        return RC_OK;
    return FAIL(ctx, ERR_PASSWORD_WRONG, .field = S("current"));
}

static enum rc note(struct ctx *ctx, const char *kind, const struct changing *changing)
{
    return people_note(ctx, kind, &(struct people_fact){S("login"), changing->row.login}, 1);
}

static enum rc password_tx(struct ctx *ctx, void *arg)
{
    struct changing *changing = arg;
    enum rc rc = load_unchanged(ctx, changing);

    if (!rc)
        rc = account_set_password(ctx, changing->row.id, changing->hash, false, NULL);
    if (!rc)
        rc = sessions_revoke_others(ctx, changing->row.id, changing->session->id, ctx->now, NULL);
    return rc ? rc : note(ctx, "account.password", changing);
}

enum rc own_password_change(struct ctx *ctx, const struct session *session,
                            const struct own_password *input)
{
    struct changing changing = {.session = session};
    enum rc rc = check_current(ctx, &changing, input->current);

    if (!rc)
        rc = password_acceptable(ctx, input->password, session->login, S("password"));
    if (!rc && !str_eq(input->password, input->again))
        rc = FAIL(ctx, ERR_PASSWORD_AGAIN, .field = S("again"));
    if (!rc)
        rc = password_hash(ctx, input->password, &changing.hash);
    return rc ? rc : db_tx(ctx, password_tx, &changing);
}

enum rc own_codes_read(struct ctx *ctx, int64_t account_id, struct own_codes *ret)
{
    struct recovery_left_row left;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = recovery_left(ctx, account_id, &left);
    if (!rc)
        *ret = (struct own_codes){left.has_authenticator, left.total};
    return rc;
}

static enum rc codes_tx(struct ctx *ctx, void *arg)
{
    struct changing *changing = arg;
    enum rc rc = load_unchanged(ctx, changing);

    if (!rc && changing->row.totp_secret_is_null)
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = recovery_codes_replace(ctx, changing->row.id, changing->codes);
    return rc ? rc : note(ctx, "account.recovery_codes", changing);
}

enum rc own_codes_renew(struct ctx *ctx, const struct session *session, struct str current,
                        struct str ret_codes[RECOVERY_CODES])
{
    struct changing changing = {.session = session};
    enum rc rc = check_current(ctx, &changing, current);

    if (!rc)
        rc = db_tx(ctx, codes_tx, &changing);
    if (!rc)
        memcpy(ret_codes, changing.codes, sizeof changing.codes);
    return rc;
}
