#include "base/html.h"
#include "base/msg.h"
#include "portal/list.h"
#include "web/csrf.h"
#include "web/server.h"

#define TAG_YEAR "2026" /* when this scheme of ids began (RFC 4151) */

/* Written with the HTML writers: the references they make are XML's own, and they leave out the
 * control characters that XML 1.0 does not have. */
struct feed {
    struct ctx *ctx;
    struct buf *out;
    struct str base_url;
    struct str authority; /* the host, for ids that stay when a path changes */
};

static struct str authority_of(struct str base_url)
{
    ptrdiff_t scheme = str_find(base_url, S("://"));
    struct str rest = scheme < 0 ? base_url : str_slice(base_url, (size_t)scheme + 3, base_url.n);
    struct str host;

    return str_next(&rest, ':', &host) ? host : S("localhost");
}

static void put_element(struct feed *feed, const char *name, struct str text)
{
    buf_add_fmt(feed->out, "<%s>", name);
    html_text(feed->out, text);
    buf_add_fmt(feed->out, "</%s>\n", name);
}

static void put_link(struct feed *feed, struct str rel, struct str path)
{
    BUF_ADD(feed->out, "<link rel=\"");
    html_attr(feed->out, rel);
    BUF_ADD(feed->out, "\" href=\"");
    html_attr(feed->out, feed->base_url);
    html_attr(feed->out, path);
    BUF_ADD(feed->out, "\"/>\n");
}

static struct str tag(struct feed *feed, struct str path)
{
    return str_fmt(feed->ctx->arena, "tag:%.*s," TAG_YEAR ":%.*s", STR_ARG(feed->authority),
                   STR_ARG(path));
}

static void put_entry(struct feed *feed, const struct public_case *shown)
{
    struct ctx *ctx = feed->ctx;
    struct str id = str_fmt(ctx->arena, "/cases/%.*s", STR_ARG(shown->number));
    struct str state = text_in(&shown->state->name, ctx->lang);

    BUF_ADD(feed->out, "<entry>\n");
    put_element(feed, "id", tag(feed, id));
    put_element(feed, "title", list_title(ctx, shown));
    put_element(feed, "published", instant_format_utc(ctx->arena, shown->opened));
    put_element(feed, "updated", instant_format_utc(ctx->arena, shown->updated));
    put_link(feed, S("alternate"), list_case_url(ctx, shown));
    BUF_ADD(feed->out, "<category term=\"");
    html_attr(feed->out, shown->definition->code);
    BUF_ADD(feed->out, "\" label=\"");
    html_attr(feed->out, text_in(&shown->definition->name, ctx->lang));
    BUF_ADD(feed->out, "\"/>\n");
    put_element(feed, "summary",
                shown->description.n
                    ? str_fmt(ctx->arena, "%.*s: %.*s", STR_ARG(state), STR_ARG(shown->description))
                    : state);
    BUF_ADD(feed->out, "</entry>\n");
}

static struct str feed_title(struct ctx *ctx, const struct list_choice *choice)
{
    struct str cases = msg_text(ctx->lang, MSG_nav_cases);
    struct str city = text_in(&ctx->city->name, ctx->lang);

    if (!choice->words.n)
        return str_fmt(ctx->arena, "%.*s - %.*s", STR_ARG(cases), STR_ARG(city));
    return str_fmt(ctx->arena, "%.*s: %.*s - %.*s", STR_ARG(cases), STR_ARG(choice->words),
                   STR_ARG(city));
}

static void put_feed(struct feed *feed, const struct list_choice *choice,
                     const struct public_cases *page)
{
    struct ctx *ctx = feed->ctx;
    struct str self = list_url(ctx, "/cases.atom", choice, NULL);
    struct instant updated = {0};

    for (size_t i = 0; i < page->n; i++)
        if (instant_cmp(page->of[i].updated, updated) > 0)
            updated = page->of[i].updated;
    buf_add_fmt(feed->out,
                "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%.*s\">\n",
                STR_ARG(lang_code(ctx->lang)));
    put_element(feed, "id", tag(feed, self));
    put_element(feed, "title", feed_title(ctx, choice));
    put_element(feed, "updated", instant_format_utc(ctx->arena, updated));
    BUF_ADD(feed->out, "<author>");
    put_element(feed, "name", text_in(&ctx->city->name, ctx->lang));
    BUF_ADD(feed->out, "</author>\n");
    put_link(feed, S("self"), self);
    put_link(feed, S("alternate"), list_url(ctx, "/cases", choice, NULL));
    for (size_t i = 0; i < page->n; i++)
        put_entry(feed, &page->of[i]);
    BUF_ADD(feed->out, "</feed>\n");
}

enum rc list_atom(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct feed feed = {.ctx = ctx,
                        .out = &reply->body,
                        .base_url = request_csrf(request)->base_url,
                        .authority = authority_of(request_csrf(request)->base_url)};
    struct list_choice choice;
    struct public_cases page;
    enum rc rc = list_read(ctx, request, LIST_FEED, &choice);

    choice.filter.has_after = false;
    if (!rc)
        rc = public_cases(ctx, &choice.filter, &page);
    if (rc)
        return rc;
    reply->content_type = "application/atom+xml; charset=utf-8";
    reply->cache = REPLY_FIVE_MINUTES;
    put_feed(&feed, &choice, &page);
    return RC_OK;
}
