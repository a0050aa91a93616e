#include "portal/page.h"

#include "base/msg.h"
#include "web/csrf.h"
#include "web/form.h"
#include "web/server.h"
#include "web/url.h"

#define MAX_BRAND_BYTES 4000

struct page page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct str title)
{
    return (struct page){
        .view = {&reply->body, ctx->lang},
        .ctx = ctx,
        .request = request,
        .city = ctx->city,
        .title = title,
        .is_demonstration = ctx->city->is_demonstration,
    };
}

void page_needs_form(struct page *page, struct reply *reply)
{
    page->csrf = csrf_token(request_csrf(page->request), page->ctx, page->request, reply);
}

struct str page_url(const struct page *page, struct str path)
{
    return url_in_lang(page->ctx->arena, page->view.lang, path);
}

struct html page_brand(const struct page *page)
{
    struct buf out = buf_in(page->ctx->arena, MAX_BRAND_BYTES);
    struct str whole = city_full_name(page->ctx->arena, page->city, page->view.lang);
    struct str name = text_in(&page->city->name, page->view.lang);
    ptrdiff_t at = str_find(whole, name);

    if (at < 0) {
        name = whole;
        at = 0;
    }
    html_text(&out, str_slice(whole, 0, (size_t)at));
    BUF_ADD(&out, "<span class=\"ch-brand__name\">");
    html_text(&out, name);
    BUF_ADD(&out, "</span>");
    html_text(&out, str_slice(whole, (size_t)at + name.n, whole.n));
    return html_of_buf(&out);
}

struct str page_error(const struct page *page, const struct err *err)
{
    struct arena *arena = page->ctx->arena;
    struct str sentence = form_sentence(arena, page->view.lang, page->request, err), distance;
    struct msg_arg arg = MSG_ARG("arg", err->arg);

    if (err->id != ERR_PLACE_OUTSIDE || !err->arg.n)
        return sentence;
    distance = msg_format(arena, page->view.lang, MSG_pin_distance, &arg, 1);
    return str_fmt(arena, "%.*s %.*s", STR_ARG(sentence), STR_ARG(distance));
}
