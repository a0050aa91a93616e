#include "people/resident.h"

#include "base/crypto.h"
#include "base/text.h"
#include "base/utf8.h"
#include "db/db.h"
#include "people/party_name.h"
#include "people/people.h"
#include "people/queries.h"

#define MAX_ADDRESS_BYTES 45
#define MAX_AGENT_BYTES   200
#define TOUCH_US          US_PER_H

static struct str storable(struct str s, size_t max_bytes)
{
    return text_is_clean(s) ? utf8_cut(s, max_bytes) : STR_NONE;
}

static struct instant expiry(struct instant began, struct instant seen)
{
    struct instant idle = instant_plus_us(seen, RESIDENT_IDLE_US);
    struct instant end = instant_plus_us(began, RESIDENT_ABSOLUTE_US);

    return instant_cmp(idle, end) < 0 ? idle : end;
}

/* ---- The link */

struct asking {
    struct str email, device;
};

static enum rc check_lately(struct ctx *ctx, const struct asking *asking, int64_t back_us,
                            int64_t most)
{
    struct tickets_since_row sent;
    enum rc rc = tickets_since(ctx, asking->email, asking->device,
                               instant_plus_us(ctx->now, -back_us), &sent);

    if (rc)
        return rc;
    return sent.total < most ? RC_OK : FAIL(ctx, ERR_TOO_MANY);
}

enum rc resident_ticket_make(struct ctx *ctx, struct str email, struct str device,
                             struct str *ret_token)
{
    struct asking asking = {str_lower_ascii(ctx->arena, email), crypto_hex(ctx->arena, device)};
    struct str token = crypto_token(ctx->arena);
    struct crypto_hash hash = crypto_sha256(token);
    enum rc rc = check_lately(ctx, &asking, US_PER_H,
                              device.n ? RESIDENT_TICKETS_PER_HOUR : STRANGER_TICKETS_PER_HOUR);

    if (!rc)
        rc = check_lately(ctx, &asking, US_PER_DAY,
                          device.n ? RESIDENT_TICKETS_PER_DAY : STRANGER_TICKETS_PER_DAY);
    if (!rc)
        rc = ticket_put(ctx,
                        &(struct ticket_put_args){
                            .token_hash = crypto_hash_str(&hash),
                            .email = asking.email,
                            .created = ctx->now,
                            .expires = instant_plus_us(ctx->now, RESIDENT_TICKET_US),
                            .device = asking.device,
                        },
                        NULL);
    if (!rc)
        *ret_token = token;
    return rc;
}

static enum rc ticket_of(struct ctx *ctx, struct str token, struct ticket_get_row *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    bool is_found;
    enum rc rc = ticket_get(ctx, crypto_hash_str(&hash), &is_found, ret);

    if (rc)
        return rc;
    if (!is_found || !ret->used_is_null || instant_cmp(ret->expires, ctx->now) < 0)
        return FAIL(ctx, ERR_EXPIRED);
    return RC_OK;
}

enum rc resident_ticket_look(struct ctx *ctx, struct str token, struct str *ret_email)
{
    struct ticket_get_row row;
    enum rc rc = ticket_of(ctx, token, &row);

    if (!rc)
        *ret_email = row.email;
    return rc;
}

/* ---- Signing in */

/* The party of the address's account; made when there is none. */
static enum rc party_of(struct ctx *ctx, struct str email, int64_t *ret)
{
    struct resident_by_email_row row;
    bool is_known;
    int64_t party;
    enum rc rc = resident_by_email(ctx, email, &is_known, &row);

    if (rc)
        return rc;
    if (is_known) {
        *ret = row.party;
        return RC_OK;
    }
    rc = resident_party_put(ctx, lang_code(ctx->lang), ctx->now, &party);
    if (!rc)
        rc = resident_contact_put(ctx, party, email, ctx->now, NULL);
    if (!rc)
        rc = resident_put(ctx, party, email, ctx->now, NULL);
    if (!rc)
        *ret = party;
    return rc;
}

struct signing {
    const struct resident_sign_in *input;
    struct str token;
};

static enum rc note(struct ctx *ctx, const char *kind, int64_t party)
{
    struct people_fact fact = {S("party"), str_fmt(ctx->arena, "%lld", (long long)party)};

    return people_note(ctx, kind, &fact, 1);
}

static enum rc sign_in_tx(struct ctx *ctx, void *arg)
{
    const struct signing *signing = arg;
    struct crypto_hash hash = crypto_sha256(signing->token);
    struct ticket_get_row ticket;
    int64_t party, changed = 0;
    enum rc rc = ticket_of(ctx, signing->input->token, &ticket);

    if (!rc)
        rc = ticket_use(ctx, ticket.id, ctx->now, &changed);
    if (!rc && !changed)
        return FAIL(ctx, ERR_EXPIRED);
    if (!rc)
        rc = party_of(ctx, ticket.email, &party);
    if (!rc)
        rc = resident_session_put(
            ctx,
            &(struct resident_session_put_args){
                .token_hash = crypto_hash_str(&hash),
                .party = party,
                .created = ctx->now,
                .expires = expiry(ctx->now, ctx->now),
                .address = storable(signing->input->address, MAX_ADDRESS_BYTES),
                .agent = storable(signing->input->agent, MAX_AGENT_BYTES),
            },
            NULL);
    return rc ? rc : note(ctx, "resident.signed-in", party);
}

enum rc resident_sign_in(struct ctx *ctx, const struct resident_sign_in *input,
                         struct str *ret_token)
{
    struct signing signing = {input, crypto_token(ctx->arena)};
    enum rc rc = signing.token.n ? db_tx(ctx, sign_in_tx, &signing) : FAIL(ctx, ERR_MEMORY);

    if (!rc)
        *ret_token = signing.token;
    return rc;
}

/* ---- Sessions */

static enum rc touch_tx(struct ctx *ctx, void *arg)
{
    const struct resident_by_session_row *row = arg;

    return session_touch(ctx, row->id, ctx->now, expiry(row->created, ctx->now), NULL);
}

enum rc resident_find(struct ctx *ctx, struct str token, bool *ret_is_found, struct resident *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    struct resident_by_session_row row;
    struct resident found;
    bool is_found;
    enum rc rc = resident_by_session(ctx, crypto_hash_str(&hash), &is_found, &row);

    if (rc)
        return rc;
    *ret_is_found = is_found && row.revoked_is_null && instant_cmp(ctx->now, row.expires) < 0;
    if (!*ret_is_found)
        return RC_OK;
    found = (struct resident){
        .session_id = row.id, .party = row.party, .email = row.email, .name = row.name};
    lang_parse(row.lang, &found.lang);
    /* Reading must go on when nothing can be written. */
    if (ctx->now.us_utc - row.seen.us_utc >= TOUCH_US && db_tx(ctx, touch_tx, &row))
        ctx_clear_error(ctx);
    *ret = found;
    return RC_OK;
}

enum rc resident_sessions(struct ctx *ctx, int64_t party, struct session_line **ret, size_t *ret_n)
{
    return session_lines(ctx, (struct session_owner){.party = party}, ret, ret_n);
}

struct ending {
    int64_t party, session_id;
};

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    const struct ending *ending = arg;
    int64_t changed;
    enum rc rc =
        resident_session_revoke(ctx, ending->session_id, ending->party, ctx->now, &changed);

    return rc || changed ? rc : FAIL(ctx, ERR_NOT_FOUND);
}

enum rc resident_session_end(struct ctx *ctx, int64_t party, int64_t session_id)
{
    struct ending ending = {party, session_id};

    return db_tx(ctx, end_tx, &ending);
}

/* ---- The account */

struct changing {
    int64_t party;
    struct str name;
    enum lang lang;
};

static enum rc change_tx(struct ctx *ctx, void *arg)
{
    const struct changing *changing = arg;
    enum rc rc = resident_set(ctx,
                              &(struct resident_set_args){
                                  .party = changing->party,
                                  .name = changing->name,
                                  .folded = party_name_fold(ctx->arena, changing->name),
                                  .lang = lang_code(changing->lang),
                              },
                              NULL);

    return rc ? rc : note(ctx, "resident.changed", changing->party);
}

enum rc resident_change(struct ctx *ctx, int64_t party, struct str name, enum lang lang)
{
    struct changing changing = {party, str_trim(name), lang};
    enum rc rc = text_check_line(ctx, changing.name, S("name"), TEXT_NAME_MAX);

    return rc ? rc : db_tx(ctx, change_tx, &changing);
}

enum rc resident_delete(struct ctx *ctx, int64_t party)
{
    enum rc rc = resident_sessions_revoke(ctx, party, ctx->now, NULL);

    if (!rc)
        rc = resident_drop(ctx, party, NULL);
    if (!rc)
        rc = resident_contact_drop(ctx, party, NULL);
    if (!rc)
        rc = resident_party_erase(ctx, party, ctx->now, NULL);
    return rc ? rc : note(ctx, "resident.deleted", party);
}

static enum rc forget_tx(struct ctx *ctx, void *arg)
{
    (void)arg;
    return tickets_forget(ctx, instant_plus_us(ctx->now, -US_PER_DAY), NULL);
}

enum rc resident_forget_old(struct ctx *ctx)
{
    return db_tx(ctx, forget_tx, NULL);
}
