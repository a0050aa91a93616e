#include "people/account.h"

#include "base/mail.h"
#include "base/text.h"
#include "db/db.h"
#include "people/password.h"
#include "people/people.h"
#include "people/queries.h"

static bool is_login_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') ||
           (!is_first && ((c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'));
}

static enum rc check_login(struct ctx *ctx, const struct account_new *account)
{
    if (!account->login.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("login"));
    if (account->login.n > 60)
        return FAIL(ctx, ERR_TOO_LONG, .field = S("login"), .arg = S("60"));
    for (size_t i = 0; i < account->login.n; i++)
        if (!is_login_char(account->login.p[i], i == 0))
            return FAIL(ctx, ERR_PATTERN, .field = S("login"));
    if (account->login.n < 2)
        return FAIL(ctx, ERR_PATTERN, .field = S("login"));
    return RC_OK;
}

static enum rc check_details(struct ctx *ctx, const struct account_details *details)
{
    enum rc rc = str_trim(details->name).n
                     ? text_check_line(ctx, details->name, S("name"), TEXT_NAME_MAX)
                     : FAIL(ctx, ERR_REQUIRED, .field = S("name"));

    if (!rc && details->email.n && !mail_address_is_public(details->email))
        rc = FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    return rc;
}

struct adding {
    const struct account_new *account;
    struct str hash;
    int64_t id;
};

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    struct adding *adding = arg;
    const struct account_new *account = adding->account;
    enum rc rc = account_insert(ctx,
                                &(struct account_insert_args){
                                    .login = account->login,
                                    .name = str_trim(account->name),
                                    .email = account->email,
                                    .lang = lang_code(account->lang),
                                    .password_hash = adding->hash,
                                    .created = ctx->now,
                                },
                                &adding->id);

    if (!rc)
        rc = people_note(ctx, "account.added",
                         (struct people_fact[]){{S("login"), account->login},
                                                {S("name"), str_trim(account->name)},
                                                {S("why"), account->why}},
                         account->why.n ? 3 : 2);
    for (size_t i = 0; !rc && i < account->grant_n; i++)
        rc = grant_put(ctx, adding->id, &account->grants[i], account->why);
    return rc;
}

/* A first password and its hash. */
static enum rc first_password(struct ctx *ctx, struct str *ret_password, struct str *ret_hash)
{
    struct str password = password_initial(ctx->arena);
    enum rc rc = password.n ? password_hash(ctx, password, ret_hash) : FAIL(ctx, ERR_MEMORY);

    if (!rc)
        *ret_password = password;
    return rc;
}

enum rc account_add(struct ctx *ctx, const struct account_new *account, struct str *ret_password,
                    int64_t *ret_id)
{
    struct adding adding = {.account = account};
    struct str password;
    enum rc rc = check_login(ctx, account);

    if (!rc)
        rc = check_details(ctx,
                           &(struct account_details){account->name, account->email, account->lang});
    if (!rc)
        rc = account_check_why(ctx, account->why);
    if (!rc)
        rc = first_password(ctx, &password, &adding.hash);
    if (!rc)
        rc = db_tx(ctx, add_tx, &adding);
    if (rc)
        return rc;
    *ret_password = password;
    *ret_id = adding.id;
    return RC_OK;
}

static bool grant_of_row(struct str role, struct str scope_kind, struct str scope,
                         struct grant *ret)
{
    struct grant grant = {.scope = scope};

    if (!role_of(role, &grant.role) || !scope_kind_of(scope_kind, &grant.scope_kind))
        return false;
    *ret = grant;
    return true;
}

/* Rows of both lists come in the order of accounts by id, which the accounts are not: look up. */
static void give_grants(struct account *account, const struct grants_all_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct grants_all_row *row = &rows->rows[i];
        struct account_grant *to = &account->grants[account->grant_n];

        if (row->account != account->id ||
            !grant_of_row(row->role, row->scope_kind, row->scope, &to->grant))
            continue;
        to->id = row->id;
        account->grant_n++;
    }
}

static size_t count_grants(const struct grants_all_rows *rows, int64_t account)
{
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++)
        n += rows->rows[i].account == account;
    return n;
}

enum rc account_list(struct ctx *ctx, struct accounts *ret)
{
    struct accounts_all_rows rows;
    struct grants_all_rows grants;
    struct account *items;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = accounts_all(ctx, &rows);
    if (!rc)
        rc = grants_all(ctx, &grants);
    if (rc)
        return rc;
    items = ARENA_ARRAY(ctx->arena, rows.n, struct account);
    if (!items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct accounts_all_row *row = &rows.rows[i];

        items[i] = (struct account){
            .id = row->id,
            .login = row->login,
            .name = row->name,
            .email = row->email,
            .created = row->created,
            .is_disabled = !row->disabled_is_null,
            .has_totp = row->has_totp,
            .must_change = row->must_change,
            .grants = ARENA_ARRAY(ctx->arena, count_grants(&grants, row->id), struct account_grant),
        };
        if (!items[i].grants)
            return FAIL(ctx, ERR_MEMORY);
        lang_parse(row->lang, &items[i].lang);
        give_grants(&items[i], &grants);
    }
    *ret = (struct accounts){items, rows.n};
    return RC_OK;
}

static bool works_in(const struct account *account, struct reach reach)
{
    for (size_t i = 0; i < account->grant_n; i++) {
        const struct grant *grant = &account->grants[i].grant;
        struct actor actor = {.kind = ACTOR_STAFF, .grants = grant, .grant_n = 1};

        if (grant->role <= ROLE_SUPERVISOR && actor_has_role_on(&actor, grant->role, reach))
            return true;
    }
    return false;
}

enum rc account_members(struct ctx *ctx, struct reach reach, struct accounts *ret)
{
    struct accounts all;
    size_t n = 0;
    enum rc rc = account_list(ctx, &all);

    if (rc)
        return rc;
    for (size_t i = 0; i < all.n; i++)
        if (!all.items[i].is_disabled && works_in(&all.items[i], reach))
            all.items[n++] = all.items[i];
    *ret = (struct accounts){all.items, n};
    return RC_OK;
}

enum rc account_id(struct ctx *ctx, struct str login, int64_t *ret)
{
    struct account_by_login_row row;
    bool is_found;
    enum rc rc = people_reader(ctx);

    if (!rc)
        rc = account_by_login(ctx, login, &is_found, &row);
    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    *ret = row.id;
    return RC_OK;
}

enum rc account_get(struct ctx *ctx, struct str login, struct account *ret)
{
    struct accounts all;
    enum rc rc = account_list(ctx, &all);

    if (rc)
        return rc;
    for (size_t i = 0; i < all.n; i++) {
        if (str_eq(all.items[i].login, login)) {
            *ret = all.items[i];
            return RC_OK;
        }
    }
    return FAIL(ctx, ERR_NOT_FOUND);
}

struct change {
    int64_t id;
    bool is_on; /* disabled; keys in use */
    struct str hash;
    struct str why;
    const struct account_details *details;
};

/* Records a change of that account, with its reason when one was given. */
static enum rc note(struct ctx *ctx, const char *kind, struct str login, struct str why)
{
    return people_note(ctx, kind, (struct people_fact[]){{S("login"), login}, {S("why"), why}},
                       why.n ? 2 : 1);
}

static enum rc load(struct ctx *ctx, int64_t id, struct account_by_id_row *ret)
{
    bool is_found;
    enum rc rc = account_by_id(ctx, id, &is_found, ret);

    if (rc)
        return rc;
    return is_found ? RC_OK : FAIL(ctx, ERR_NOT_FOUND);
}

static enum rc change_tx(struct ctx *ctx, void *arg)
{
    const struct change *change = arg;
    struct str name = str_trim(change->details->name);
    struct str lang = lang_code(change->details->lang);
    struct account_details_of_row row;
    enum rc rc = account_details_of(ctx, change->id, &row);

    if (rc || (str_eq(row.name, name) && str_eq(row.email, change->details->email) &&
               str_eq(row.lang, lang)))
        return rc;
    rc = account_set_details(
        ctx, &(struct account_set_details_args){change->id, name, change->details->email, lang},
        NULL);
    if (!rc)
        rc = people_note(ctx, "account.changed",
                         (struct people_fact[]){{S("login"), row.login},
                                                {S("name"), name},
                                                {S("email"), change->details->email},
                                                {S("lang"), lang},
                                                {S("why"), change->why}},
                         change->why.n ? 5 : 4);
    return rc;
}

enum rc account_change(struct ctx *ctx, int64_t id, const struct account_details *details,
                       struct str why)
{
    struct change change = {.id = id, .why = why, .details = details};
    enum rc rc = check_details(ctx, details);

    if (!rc)
        rc = account_check_why(ctx, why);
    return rc ? rc : db_tx(ctx, change_tx, &change);
}

static enum rc set_disabled(struct ctx *ctx, const struct change *change, struct str login)
{
    enum rc rc = account_set_disabled(ctx,
                                      &(struct account_set_disabled_args){
                                          .id = change->id,
                                          .disabled = ctx->now,
                                          .disabled_is_null = !change->is_on,
                                      },
                                      NULL);

    if (!rc && change->is_on)
        rc = sessions_revoke_all(ctx, change->id, ctx->now, NULL);
    if (!rc)
        rc = note(ctx, change->is_on ? "account.disabled" : "account.enabled", login, change->why);
    return rc;
}

static enum rc disable_tx(struct ctx *ctx, void *arg)
{
    const struct change *change = arg;
    struct account_by_id_row row;
    int64_t administrators;
    enum rc rc = account_check_other(ctx, change->id);

    if (!rc)
        rc = load(ctx, change->id, &row);
    if (rc || row.disabled_is_null != change->is_on)
        return rc;
    rc = account_administrators(ctx, &administrators);
    if (!rc)
        rc = set_disabled(ctx, change, row.login);
    return rc ? rc : account_check_administrators(ctx, administrators);
}

enum rc account_disable(struct ctx *ctx, int64_t id, bool is_disabled, struct str why)
{
    struct change change = {.id = id, .is_on = is_disabled, .why = why};
    enum rc rc = account_check_why(ctx, why);

    return rc ? rc : db_tx(ctx, disable_tx, &change);
}

/* No second factor, no recovery codes, no sessions. */
static enum rc forget_factors(struct ctx *ctx, int64_t id)
{
    enum rc rc = account_set_totp(
        ctx, &(struct account_set_totp_args){.id = id, .totp_secret_is_null = true}, NULL);

    if (!rc)
        rc = recovery_clear(ctx, id, NULL);
    if (!rc)
        rc = sessions_revoke_all(ctx, id, ctx->now, NULL);
    return rc;
}

static enum rc reset_tx(struct ctx *ctx, void *arg)
{
    const struct change *change = arg;
    struct account_by_id_row row;
    enum rc rc = account_check_other(ctx, change->id);

    if (!rc)
        rc = load(ctx, change->id, &row);
    if (!rc)
        rc = account_set_password(ctx, change->id, change->hash, true, NULL);
    if (!rc)
        rc = forget_factors(ctx, change->id);
    return rc ? rc : note(ctx, "account.reset", row.login, change->why);
}

enum rc account_reset(struct ctx *ctx, int64_t id, struct str why, struct str *ret_password)
{
    struct change change = {.id = id, .why = why};
    struct str password;
    enum rc rc = account_check_why(ctx, why);

    if (!rc)
        rc = account_check_other(ctx, id);
    if (!rc)
        rc = first_password(ctx, &password, &change.hash);
    if (!rc)
        rc = db_tx(ctx, reset_tx, &change);
    if (!rc)
        *ret_password = password;
    return rc;
}

static enum rc reset_code_tx(struct ctx *ctx, void *arg)
{
    const struct change *change = arg;
    struct account_by_id_row row;
    enum rc rc = account_check_other(ctx, change->id);

    if (!rc)
        rc = load(ctx, change->id, &row);
    if (rc || row.totp_secret_is_null)
        return rc;
    rc = forget_factors(ctx, change->id);
    return rc ? rc : note(ctx, "account.code_reset", row.login, change->why);
}

enum rc account_reset_code(struct ctx *ctx, int64_t id, struct str why)
{
    struct change change = {.id = id, .why = why};
    enum rc rc = account_check_why(ctx, why);

    return rc ? rc : db_tx(ctx, reset_code_tx, &change);
}

static enum rc keys_tx(struct ctx *ctx, void *arg)
{
    const struct change *change = arg;

    return account_set_keys(ctx, change->id, change->is_on, NULL);
}

enum rc account_use_keys(struct ctx *ctx, int64_t id, bool has_keys)
{
    struct change change = {.id = id, .is_on = has_keys};

    return db_tx(ctx, keys_tx, &change);
}
