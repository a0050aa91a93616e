#include "web/kept_form.h"

#include "web/url.h"

#define MAX_KEPT_BYTES 100000
#define LEAST_BYTES    10 /* shorter is typed again soon, or is a token */

static bool is_prose(const struct param *item)
{
    return item->value.n >= LEAST_BYTES && str_find(item->value, S(" ")) >= 0;
}

/* A password may be a sentence, and stands beside others of its form under other names. */
static bool has_password(const struct params *form)
{
    for (size_t i = 0; i < form->n; i++)
        if (str_find(form->items[i].name, S("password")) >= 0)
            return true;
    return false;
}

struct str kept_form_text(struct ctx *ctx, const struct request *request)
{
    struct buf out;

    if (!str_eq(request_header(request, S("sec-fetch-site")), S("same-origin")) ||
        has_password(&request->form))
        return STR_NONE;
    out = buf_in(ctx->arena, MAX_KEPT_BYTES);
    for (size_t i = 0; i < request->form.n; i++) {
        if (!is_prose(&request->form.items[i]))
            continue;
        if (buf_str(&out).n)
            BUF_ADD(&out, "\n\n");
        buf_add(&out, request->form.items[i].value);
    }
    return buf_str(&out);
}

struct str kept_form_page(const struct request *request)
{
    struct str referer = request_header(request, S("referer"));
    struct str host = request_header(request, S("host"));
    ptrdiff_t at = str_find(referer, S("://"));
    struct str rest, path;

    if (at < 0 || !host.n)
        return STR_NONE;
    rest = str_slice(referer, (size_t)at + 3, referer.n);
    if (!str_starts_with(rest, host))
        return STR_NONE;
    path = str_slice(rest, host.n, rest.n);
    return url_is_local(path) ? path : STR_NONE;
}
