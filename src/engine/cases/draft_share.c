#include "engine/cases/draft_share.h"

#include <ctype.h>

#include "base/crypto.h"
#include "base/json.h"
#include "base/mail.h"
#include "base/msg.h"
#include "db/db.h"
#include "engine/cases/queries.h"
#include "engine/message/notice.h"

#define LINK            S("draft")
#define CODE            S("draft-code")
#define MAX_DRAFT_BYTES 500000

struct sharing {
    int64_t draft_id;
    struct str secret;
    struct draft_mail mail; /* when it is mailed */
};

static enum rc add_link(struct ctx *ctx, const struct sharing *sharing, struct str purpose,
                        int64_t lasts_us)
{
    struct crypto_hash hash = crypto_sha256(sharing->secret);

    return link_token_add(ctx,
                          &(struct link_token_add_args){
                              .token_hash = crypto_hash_str(&hash),
                              .purpose = purpose,
                              .cases_is_null = true,
                              .party_is_null = true,
                              .subject = str_fmt(ctx->arena, "%lld", (long long)sharing->draft_id),
                              .created = ctx->now,
                              .expires = instant_plus_us(ctx->now, lasts_us),
                          },
                          NULL);
}

static enum rc share_tx(struct ctx *ctx, void *arg)
{
    return add_link(ctx, arg, LINK, DRAFT_DAYS * US_PER_DAY);
}

enum rc draft_share(struct ctx *ctx, int64_t draft_id, struct str *ret_token)
{
    struct sharing sharing = {.draft_id = draft_id, .secret = crypto_token(ctx->arena)};
    enum rc rc = db_tx(ctx, share_tx, &sharing);

    if (!rc)
        *ret_token = sharing.secret;
    return rc;
}

static enum rc mail_tx(struct ctx *ctx, void *arg)
{
    static const char *const paths[LANG__PUBLIC] = {"", "/es", "/vi"};
    const struct sharing *sharing = arg;
    const char *path = ctx->lang < LANG__PUBLIC ? paths[ctx->lang] : "";
    const struct msg_arg args[] = {
        MSG_ARG("service", text_in(&sharing->mail.draft->definition->name, ctx->lang)),
        MSG_ARG("city", text_in(&ctx->city->name, ctx->lang)),
        MSG_ARG("link", str_fmt(ctx->arena, "%.*s%s/continue/%.*s", STR_ARG(sharing->mail.base_url),
                                path, STR_ARG(sharing->secret))),
    };
    struct links_since_row sent;
    enum rc rc = links_since(ctx, LINK, str_fmt(ctx->arena, "%lld", (long long)sharing->draft_id),
                             instant_plus_us(ctx->now, -US_PER_DAY), &sent);

    if (rc || sent.total >= DRAFT_MAILS_PER_DAY)
        return rc;
    rc = add_link(ctx, sharing, LINK, DRAFT_DAYS * US_PER_DAY);
    if (rc)
        return rc;
    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .notice = LINK,
                 .email = sharing->mail.email,
                 .lang = ctx->lang,
                 .trust = sharing->mail.trust,
                 .is_waited_for = true,
                 .subject = msg_format(ctx->arena, ctx->lang, MSG_mail_draft_subject, args, 3),
                 .body = msg_format(ctx->arena, ctx->lang, MSG_mail_draft_body, args, 3),
             });
}

enum rc draft_mail(struct ctx *ctx, const struct draft_mail *mail)
{
    struct sharing sharing = {
        .draft_id = mail->draft->id,
        .secret = crypto_token(ctx->arena),
        .mail = *mail,
    };

    sharing.mail.email = str_lower_ascii(ctx->arena, str_trim(mail->email));
    if (!sharing.mail.email.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    if (!mail_address_is_public(sharing.mail.email))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    return db_tx(ctx, mail_tx, &sharing);
}

/* ---- Codes */

static enum rc code_tx(struct ctx *ctx, void *arg)
{
    return add_link(ctx, arg, CODE, DRAFT_CODE_US);
}

enum rc draft_code(struct ctx *ctx, int64_t draft_id, struct str *ret_code)
{
    struct sharing sharing = {.draft_id = draft_id,
                              .secret = crypto_code(ctx->arena, DRAFT_CODE_CHARS)};
    enum rc rc = sharing.secret.n ? db_tx(ctx, code_tx, &sharing) : FAIL(ctx, ERR_MEMORY);

    if (!rc)
        *ret_code = sharing.secret;
    return rc;
}

/* As it was shown: capitals, without the spaces and hyphens that people put in. */
static struct str clean_code(struct ctx *ctx, struct str typed)
{
    struct buf out = buf_in(ctx->arena, 100);

    for (size_t i = 0; i < typed.n && i < 60; i++)
        if (isalnum((unsigned char)typed.p[i]))
            buf_add_byte(&out, (char)toupper((unsigned char)typed.p[i]));
    return buf_str(&out);
}

struct exchange {
    struct str code, token;
};

static enum rc exchange_tx(struct ctx *ctx, void *arg)
{
    const struct exchange *exchange = arg;
    struct crypto_hash hash = crypto_sha256(exchange->code);
    struct sharing sharing = {.secret = exchange->token};
    struct link_token_get_row row;
    bool is_found;
    int64_t changed = 0;
    enum rc rc = link_token_get(ctx, crypto_hash_str(&hash), &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || !str_eq(row.purpose, CODE) || !row.used_is_null ||
        instant_cmp(row.expires, ctx->now) < 0 || !str_to_i64(row.subject, &sharing.draft_id))
        return FAIL(ctx, ERR_EXPIRED, .field = S("code"));
    rc = link_use(ctx, row.id, ctx->now, &changed);
    if (!rc && !changed)
        return FAIL(ctx, ERR_EXPIRED, .field = S("code"));
    return rc ? rc : add_link(ctx, &sharing, LINK, DRAFT_DAYS * US_PER_DAY);
}

enum rc draft_of_code(struct ctx *ctx, struct str typed, struct str *ret_token)
{
    struct exchange exchange = {clean_code(ctx, typed), crypto_token(ctx->arena)};
    enum rc rc = db_tx(ctx, exchange_tx, &exchange);

    if (!rc)
        *ret_token = exchange.token;
    return rc;
}

/* ---- Lists */

static struct str place_of(struct ctx *ctx, struct str answers)
{
    json_t *root;
    struct str label;

    if (json_parse(ctx, answers, MAX_DRAFT_BYTES, &root)) {
        ctx_clear_error(ctx);
        return STR_NONE;
    }
    label = str_of(json_string_value(json_get(root, S("place.label"))));
    return label.n ? label : str_of(json_string_value(json_get(root, S("place_typed"))));
}

enum rc draft_list(struct ctx *ctx, int64_t party, struct draft_lines *ret)
{
    struct drafts_of_party_rows rows;
    struct draft_lines lines = {0};
    enum rc rc = drafts_of_party(ctx, party, ctx->now, &rows);

    if (rc)
        return rc;
    lines.of = ARENA_ARRAY(ctx->arena, rows.n, struct draft_line);
    if (rows.n && !lines.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct definition *definition = city_version(ctx->city, rows.rows[i].service_version);

        if (definition)
            lines.of[lines.n++] =
                (struct draft_line){rows.rows[i].id, definition,
                                    place_of(ctx, rows.rows[i].answers), rows.rows[i].updated};
    }
    *ret = lines;
    return RC_OK;
}

enum rc draft_line_of(struct ctx *ctx, struct str token, struct draft_line *ret)
{
    struct draft draft;
    struct draft_by_id_row row;
    bool is_found;
    enum rc rc = draft_load(ctx, token, &draft);

    if (!rc)
        rc = draft_by_id(ctx, draft.id, ctx->now, &is_found, &row);
    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_EXPIRED);
    *ret = (struct draft_line){draft.id, draft.definition, place_of(ctx, row.answers), row.updated};
    return RC_OK;
}
