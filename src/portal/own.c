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

struct str own_anchor(struct arena *arena, const struct case_page *shown)
{
    if (str_eq(shown->step, S("comment")) || str_eq(shown->step, S("photos")))
        return str_fmt(arena, "#%.*s", STR_ARG(shown->step));
    if (str_eq(shown->step, S("rating")))
        return str_eq(shown->err.field, S("score")) ? S("#score") : S("#rating");
    if (str_eq(shown->step, S("link")))
        return shown->back.is_fresh ? S("#email") : S("#link-h");
    if (str_eq(shown->err.field, S("message")))
        return str_fmt(arena, "#message-%.*s", STR_ARG(shown->step));
    return shown->is_own ? S("#acts") : S("#main");
}

struct str own_refused(const struct page *page, const struct case_page *shown)
{
    if (shown->err.id == ERR_EXPIRED)
        return msg_text(page->view.lang, MSG_own_reopen_late);
    return page_error(page, &shown->err);
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
static enum rc begin(struct ctx *ctx, const struct request *request, struct case_page *shown)
{
    enum rc rc = case_page_load(ctx, request, shown);

    return rc ? rc : case_page_as_reporter(ctx, shown);
}

/* The page again with what was refused; `rc` and ctx->err say why. */
static enum rc refuse(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct case_page *kept, enum rc rc)
{
    struct err err = ctx->err;
    struct case_page shown;

    if (rc != RC_INVALID && rc != RC_CONFLICT && err.id != ERR_TOO_MANY && err.id != ERR_TOO_LARGE)
        return rc;
    ctx_clear_error(ctx);
    rc = case_page_load(ctx, request, &shown);
    if (rc)
        return rc;
    shown.err = err;
    case_page_keep(&shown, kept->step, kept->typed);
    shown.score = kept->score;
    return case_page_render(ctx, request, reply, &shown);
}

enum rc own_comment(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    enum rc rc = begin(ctx, request, &shown);

    if (rc)
        return rc;
    shown.step = S("comment");
    shown.typed = request_value(request, S("comment"));
    rc = case_comment(ctx, shown.row.id, shown.typed);
    if (rc)
        return refuse(ctx, request, reply, &shown, rc);
    case_page_done(ctx, reply, &shown, "comment");
    return RC_OK;
}

enum rc own_rate(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    enum rc rc = begin(ctx, request, &shown);

    if (rc)
        return rc;
    shown.step = S("rating");
    shown.typed = request_value(request, S("rating"));
    if (!str_to_i64(request_value(request, S("score")), &shown.score))
        shown.score = 0;
    rc = case_rate(ctx, shown.row.id, shown.score, shown.typed);
    if (rc)
        return refuse(ctx, request, reply, &shown, rc);
    case_page_done(ctx, reply, &shown, "rating");
    return RC_OK;
}

static enum rc add_photos(struct ctx *ctx, const struct request *request, struct reply *reply,
                          const struct case_page *shown, struct str subject)
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
            rc = case_photo_add(ctx, shown->row.id,
                                &(struct photo_upload){upload->path, upload->filename});
        taken += !rc;
    }
    return rc || taken ? rc : FAIL(ctx, ERR_REQUIRED, .field = S("photos"));
}

enum rc own_photos(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    struct str subject;
    size_t turn = 0;
    enum rc rc = begin(ctx, request, &shown);

    if (rc)
        return rc;
    shown.step = S("photos");
    subject = str_fmt(ctx->arena, "case %lld", (long long)shown.row.id);
    rc = upload_turn_take(ctx, reply, subject, &turn);
    if (!rc)
        rc = add_photos(ctx, request, reply, &shown, subject);
    upload_turn_give(turn);
    if (rc)
        return refuse(ctx, request, reply, &shown, rc);
    case_page_done(ctx, reply, &shown, "photos");
    return RC_OK;
}

enum rc own_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    enum rc rc = begin(ctx, request, &shown);

    if (!rc && (!shown.back.link.n || (!shown.back.is_fresh && !shown.back.email.n)))
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (rc)
        return rc;
    shown.step = S("link");
    shown.typed = shown.back.is_fresh ? utf8_cut(request_value(request, S("email")), MAIL_TYPED_MAX)
                                      : shown.back.email;
    rc = caps_take(ctx, request, reply, S("mail"));
    if (!rc)
        rc = case_link_mail(ctx, &(struct link_mail){
                                     .case_id = shown.row.id,
                                     .email = shown.typed,
                                     .link = shown.back.link,
                                     .trust = browser_trust(ctx, request, shown.typed),
                                 });
    if (rc)
        return refuse(ctx, request, reply, &shown, rc);
    case_page_done(ctx, reply, &shown, "link");
    return RC_OK;
}

/* ---- The receipt */

static enum rc load_receipt(struct ctx *ctx, const struct request *request,
                            struct own_receipt *receipt)
{
    enum rc rc = begin(ctx, request, &receipt->shown);

    if (!rc && !ctx->city->record_keys)
        rc = FAIL(ctx, ERR_CONFIG, .detail = S("the installation has no key for receipts"));
    if (!rc)
        rc =
            receipt_of_case(ctx, receipt->shown.row.number, ctx->city->record_keys, &receipt->text);
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
                         STR_ARG(receipt->shown.row.number), ending));
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
