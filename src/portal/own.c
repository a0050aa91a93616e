#include "portal/own.h"

#include "base/json.h"
#include "base/mail.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/record/receipt.h"
#include "portal/browser.h"
#include "portal/caps.h"
#include "portal/own.ct.h"
#include "web/upload_limit.h"

#define MAX_JSON 40000

struct str own_anchor(struct arena *arena, const struct follow *follow)
{
    if (str_eq(follow->step, S("comment")) || str_eq(follow->step, S("photos")))
        return str_fmt(arena, "#%.*s", STR_ARG(follow->step));
    if (str_eq(follow->step, S("rating")))
        return str_eq(follow->err.field, S("score")) ? S("#score") : S("#rating");
    if (str_eq(follow->step, S("link")))
        return follow->back.is_fresh ? S("#email") : S("#link-h");
    if (str_eq(follow->err.field, S("message")))
        return str_fmt(arena, "#message-%.*s", STR_ARG(follow->step));
    return follow->is_own ? S("#acts") : S("#main");
}

struct str own_refused(const struct page *page, const struct follow *follow)
{
    if (follow->err.id == ERR_EXPIRED)
        return msg_text(page->view.lang, MSG_own_reopen_late);
    return page_error(page, &follow->err);
}

struct str own_done(struct str what, enum lang lang)
{
    if (str_eq(what, S("comment")))
        return msg_text(lang, MSG_own_done_comment);
    if (str_eq(what, S("photos")))
        return msg_text(lang, MSG_own_done_photos);
    if (str_eq(what, S("rating")))
        return msg_text(lang, MSG_own_done_rating);
    if (str_eq(what, S("link")))
        return msg_text(lang, MSG_own_done_link);
    return msg_text(lang, MSG_own_done_step);
}

/* The case of the path, its reporter acting. */
static enum rc begin(struct ctx *ctx, const struct request *request, struct follow *follow)
{
    enum rc rc = follow_load(ctx, request, follow);

    return rc ? rc : follow_as_reporter(ctx, follow);
}

/* The page again with what was refused; `rc` and ctx->err say why. */
static enum rc refuse(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct follow *kept, enum rc rc)
{
    struct err err = ctx->err;
    struct follow follow;

    if (rc != RC_INVALID && rc != RC_CONFLICT && err.id != ERR_TOO_MANY && err.id != ERR_TOO_LARGE)
        return rc;
    ctx_clear_error(ctx);
    rc = follow_load(ctx, request, &follow);
    if (rc)
        return rc;
    follow.err = err;
    follow_keep(&follow, kept->step, kept->typed);
    follow.score = kept->score;
    return follow_render(ctx, request, reply, &follow);
}

enum rc own_comment(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct follow follow;
    enum rc rc = begin(ctx, request, &follow);

    if (rc)
        return rc;
    follow.step = S("comment");
    follow.typed = request_value(request, S("comment"));
    rc = case_comment(ctx, follow.row.id, follow.typed);
    if (rc)
        return refuse(ctx, request, reply, &follow, rc);
    follow_done(ctx, reply, &follow, "comment");
    return RC_OK;
}

enum rc own_rate(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct follow follow;
    enum rc rc = begin(ctx, request, &follow);

    if (rc)
        return rc;
    follow.step = S("rating");
    follow.typed = request_value(request, S("rating"));
    if (!str_to_i64(request_value(request, S("score")), &follow.score))
        follow.score = 0;
    rc = case_rate(ctx, follow.row.id, follow.score, follow.typed);
    if (rc)
        return refuse(ctx, request, reply, &follow, rc);
    follow_done(ctx, reply, &follow, "rating");
    return RC_OK;
}

static enum rc add_photos(struct ctx *ctx, const struct request *request, struct reply *reply,
                          const struct follow *follow, struct str subject)
{
    size_t taken = 0;
    enum rc rc = RC_OK;

    for (const struct upload *upload = request->uploads; !rc && upload; upload = upload->next) {
        if (!str_eq(upload->field, S("photos")) || (!upload->filename.n && !upload->size_bytes))
            continue;
        rc = upload_limit_take(ctx, request, reply, subject);
        if (!rc)
            rc = upload_check(ctx, upload);
        if (!rc)
            rc = case_photo_add(ctx, follow->row.id,
                                &(struct photo_upload){upload->path, upload->filename});
        taken += !rc;
    }
    return rc || taken ? rc : FAIL(ctx, ERR_REQUIRED, .field = S("photos"));
}

enum rc own_photos(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct follow follow;
    struct str subject;
    size_t turn = 0;
    enum rc rc = begin(ctx, request, &follow);

    if (rc)
        return rc;
    follow.step = S("photos");
    subject = str_fmt(ctx->arena, "case %lld", (long long)follow.row.id);
    rc = upload_turn_take(ctx, reply, subject, &turn);
    if (!rc)
        rc = add_photos(ctx, request, reply, &follow, subject);
    upload_turn_give(turn);
    if (rc)
        return refuse(ctx, request, reply, &follow, rc);
    follow_done(ctx, reply, &follow, "photos");
    return RC_OK;
}

enum rc own_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct follow follow;
    enum rc rc = begin(ctx, request, &follow);

    if (!rc && (!follow.back.link.n || (!follow.back.is_fresh && !follow.back.email.n)))
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (rc)
        return rc;
    follow.step = S("link");
    follow.typed = follow.back.is_fresh
                       ? utf8_cut(request_value(request, S("email")), MAIL_TYPED_MAX)
                       : follow.back.email;
    rc = caps_take(ctx, request, reply, S("mail"));
    if (!rc)
        rc = case_link_mail(ctx, &(struct link_mail){
                                     .case_id = follow.row.id,
                                     .email = follow.typed,
                                     .link = follow.back.link,
                                     .trust = browser_trust(ctx, request, follow.typed),
                                 });
    if (rc)
        return refuse(ctx, request, reply, &follow, rc);
    follow_done(ctx, reply, &follow, "link");
    return RC_OK;
}

/* ---- The receipt */

static enum rc load_receipt(struct ctx *ctx, const struct request *request,
                            struct own_receipt *receipt)
{
    enum rc rc = begin(ctx, request, &receipt->follow);

    if (!rc && !ctx->city->record_keys)
        rc = FAIL(ctx, ERR_CONFIG, .detail = S("the installation has no key for receipts"));
    if (!rc)
        rc = receipt_of_case(ctx, receipt->follow.row.number, ctx->city->record_keys,
                             &receipt->text);
    if (!rc)
        receipt->is_proven = str_find(receipt->text, S("\nposition ")) >= 0;
    return rc;
}

enum rc own_receipt(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct own_receipt receipt = {0};
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_own_receipt_title));
    enum rc rc = load_receipt(ctx, request, &receipt);

    if (!rc)
        receipt_page(&page.view, &page, &receipt);
    return rc;
}

static void attach(struct ctx *ctx, struct reply *reply, const struct own_receipt *receipt,
                   const char *ending)
{
    reply_header(reply, S("Content-Disposition"),
                 str_fmt(ctx->arena, "attachment; filename=\"receipt-%.*s.%s\"",
                         STR_ARG(receipt->follow.row.number), ending));
}

enum rc own_receipt_text(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct own_receipt receipt = {0};
    enum rc rc = load_receipt(ctx, request, &receipt);

    if (rc)
        return rc;
    reply->content_type = "text/plain; charset=utf-8";
    attach(ctx, reply, &receipt, "txt");
    buf_add(&reply->body, receipt.text);
    return RC_OK;
}

/* Each line as a member, the path's hashes as a list, and the whole text, which is what is
 * signed. */
static void write_lines(struct json_writer *json, struct str text)
{
    struct str rest = text, line;
    bool is_path = false;

    while (str_next(&rest, '\n', &line)) {
        ptrdiff_t space = str_find_byte(line, ' ');
        struct str name = space < 0 ? line : str_slice(line, 0, (size_t)space);
        struct str value = space < 0 ? STR_NONE : str_slice(line, (size_t)space + 1, line.n);

        if (!line.n || str_eq(name, S("cityhall")))
            continue;
        if (str_eq(name, S("path")) && !is_path) {
            json_put_key(json, name);
            json_begin_array(json);
            is_path = true;
        }
        if (is_path)
            json_put_string(json, value);
        else
            json_put_member(json, name, value);
    }
    if (is_path)
        json_end_array(json);
}

enum rc own_receipt_json(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct own_receipt receipt = {0};
    struct buf out = buf_in(ctx->arena, MAX_JSON);
    struct json_writer json = json_writer_on(&out);
    enum rc rc = load_receipt(ctx, request, &receipt);

    if (rc)
        return rc;
    json_begin_object(&json);
    json_put_member(&json, S("format"), S("cityhall receipt 1"));
    json_put_member_bool(&json, S("proven"), receipt.is_proven);
    write_lines(&json, receipt.text);
    json_put_member(&json, S("text"), receipt.text);
    json_end_object(&json);
    reply->content_type = "application/json";
    attach(ctx, reply, &receipt, "json");
    buf_add(&reply->body, buf_str(&out));
    return RC_OK;
}
