#include "engine/message/notice.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/definition/show.h"
#include "engine/message/queries.h"

#define MAX_BODY_BYTES 20000
#define MAX_SUBJECT    400
#define MAX_ONCE       100

static void put_value(struct ctx *ctx, struct buf *out, enum workflow_placeholder which,
                      const struct notice_facts *facts, enum lang lang)
{
    switch (which) {
    case PLACEHOLDER_NUMBER: buf_add(out, facts->number); break;
    case PLACEHOLDER_SERVICE: buf_add(out, text_in(&facts->definition->name, lang)); break;
    case PLACEHOLDER_PLACE: buf_add(out, facts->place); break;
    case PLACEHOLDER_AT_PLACE:
        if (facts->place.n) {
            BUF_ADD(out, ", ");
            buf_add(out, facts->place);
        }
        break;
    case PLACEHOLDER_TEAM:
        if (facts->team)
            buf_add(out, text_in(&facts->team->name, lang));
        break;
    case PLACEHOLDER_DUE:
        if (facts->has_due)
            buf_add(out, show_due(ctx, facts->due, lang));
        break;
    case PLACEHOLDER_LINK: buf_add(out, facts->link); break;
    case PLACEHOLDER_OUTCOME:
        if (facts->outcome)
            buf_add(out, text_in(&facts->outcome->name, lang));
        break;
    case PLACEHOLDER_MESSAGE: buf_add(out, facts->message); break;
    case PLACEHOLDER_DATE: buf_add(out, facts->date); break;
    case PLACEHOLDER__N: break;
    }
}

static enum workflow_placeholder placeholder_of(struct str name)
{
    int which = 0;

    while (which < PLACEHOLDER__N && !str_eq(workflow_placeholders[which], name))
        which++;
    return (enum workflow_placeholder)which;
}

struct str notice_fill(struct ctx *ctx, struct str text, const struct notice_facts *facts,
                       enum lang lang)
{
    struct buf out = buf_in(ctx->arena, MAX_BODY_BYTES);

    while (text.n) {
        ptrdiff_t open = str_find_byte(text, '{');
        struct str after = open < 0 ? STR_NONE : str_slice(text, (size_t)open + 1, text.n);
        ptrdiff_t close = str_find_byte(after, '}');

        if (close < 0)
            break;
        buf_add(&out, str_slice(text, 0, (size_t)open));
        put_value(ctx, &out, placeholder_of(str_slice(after, 0, (size_t)close)), facts, lang);
        text = str_slice(after, (size_t)close + 1, after.n);
    }
    buf_add(&out, text);
    return buf_str(&out);
}

/* A header of a mail is one line of limited length, whatever its placeholders stand for. */
static struct str one_line(struct ctx *ctx, struct str text)
{
    struct buf out = buf_in(ctx->arena, MAX_BODY_BYTES);

    for (size_t i = 0; i < text.n; i++)
        buf_add_byte(&out, text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i]);
    return utf8_cut(buf_str(&out), MAX_SUBJECT);
}

/* What makes the notice count once; an address may be longer than the key. */
static struct str once_key(struct ctx *ctx, int64_t event_id, struct str notice, struct str email)
{
    struct str key =
        str_fmt(ctx->arena, "%lld %.*s %.*s", (long long)event_id, STR_ARG(notice), STR_ARG(email));
    struct crypto_hash hash;

    if (key.n <= MAX_ONCE)
        return key;
    hash = crypto_sha256(key);
    return crypto_hex(ctx->arena, crypto_hash_str(&hash));
}

/* How to end it stands in the mail too: not every program shows List-Unsubscribe. */
static struct str body_of(struct ctx *ctx, const struct notice_rule *notice,
                          const struct notice_facts *facts, const struct recipient *recipient)
{
    struct str text =
        notice_fill(ctx, text_in(&notice->body, recipient->lang), facts, recipient->lang);
    const struct msg_arg link = MSG_ARG("link", recipient->unsubscribe);

    if (!recipient->unsubscribe.n)
        return text;
    return str_fmt(ctx->arena, "%.*s\n\n%.*s", STR_ARG(str_trim(text)),
                   STR_ARG(msg_format(ctx->arena, recipient->lang, MSG_mail_unfollow, &link, 1)));
}

static enum rc add(struct ctx *ctx, const struct message_add_args *args, enum mailbox_trust trust)
{
    bool may = false;
    enum rc rc = mailbox_take(ctx, args->address, trust, &may);

    if (!rc && may)
        rc = message_add(ctx, args, NULL);

    if (rc == RC_CONFLICT && ctx->err.id == ERR_DUPLICATE) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    return rc;
}

enum rc notice_queue(struct ctx *ctx, int64_t case_id, int64_t event_id,
                     const struct notice_rule *notice, const struct notice_facts *facts,
                     const struct recipient *recipient)
{
    enum lang lang = recipient->lang;

    return add(ctx,
               &(struct message_add_args){
                   .cases = case_id,
                   .route = S("mail"),
                   .address = recipient->email,
                   .lang = lang_code(lang),
                   .notice = notice->id,
                   .subject = one_line(
                       ctx, notice_fill(ctx, text_in(&notice->subject, lang), facts, lang)),
                   .body = body_of(ctx, notice, facts, recipient),
                   .unsubscribe = recipient->unsubscribe,
                   .next_try = ctx->now,
                   .created = ctx->now,
                   .once = once_key(ctx, event_id, notice->id, recipient->email),
                   .waited_for_is_null = true,
               },
               recipient->trust);
}

enum rc notice_queue_plain(struct ctx *ctx, const struct plain_mail *mail)
{
    return add(ctx,
               &(struct message_add_args){
                   .cases = mail->case_id,
                   .cases_is_null = !mail->case_id,
                   .route = S("mail"),
                   .address = mail->email,
                   .lang = lang_code(mail->lang),
                   .notice = mail->notice,
                   .subject = one_line(ctx, mail->subject),
                   .body = mail->body,
                   .next_try = ctx->now,
                   .created = ctx->now,
                   .once = mail->once,
                   .once_is_null = !mail->once.n,
                   .waited_for = 1,
                   .waited_for_is_null = !mail->is_waited_for,
               },
               mail->trust);
}

/* ---- As it goes out */

static void put_linked(struct buf *out, struct str text, struct str base_url)
{
    const struct str unknown = S(NOTICE_BASE_UNKNOWN "/");
    ptrdiff_t at;

    while (base_url.n && (at = str_find(text, unknown)) >= 0) {
        buf_add(out, str_slice(text, 0, (size_t)at));
        buf_add(out, base_url);
        text = str_slice(text, (size_t)at + unknown.n - 1, text.n);
    }
    buf_add(out, text);
}

struct str notice_as_sent(struct ctx *ctx, const struct stored_mail *mail)
{
    struct buf out = buf_in(ctx->arena, 2 * MAX_BODY_BYTES);
    const struct city *city = ctx->city;
    const struct msg_arg args[] = {
        MSG_ARG("city", text_in(&city->name, mail->lang)),
        MSG_ARG("phone", city->phone),
        MSG_ARG("number", mail->number),
    };

    put_linked(&out, str_trim(mail->body), mail->base_url);
    BUF_ADD(&out, "\n\n");
    buf_add(&out, msg_format(ctx->arena, mail->lang,
                             city->phone.n ? MSG_mail_from_phone : MSG_mail_from, args, 2));
    if (mail->number.n && str_find(mail->body, mail->number) < 0) {
        BUF_ADD(&out, "\n");
        buf_add(&out, msg_format(ctx->arena, mail->lang, MSG_mail_number, args, 3));
    }
    BUF_ADD(&out, "\n");
    return buf_str(&out);
}

enum rc notice_is_queued(struct ctx *ctx, int64_t case_id, struct str email, bool *ret)
{
    struct message_to_row row;

    return message_to(ctx, case_id, email, ret, &row);
}
