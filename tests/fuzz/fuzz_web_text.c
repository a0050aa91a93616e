/* The readers of request lines, headers, parameters and addresses under any bytes, as one text. */
#include <assert.h>

#include "web/head.h"
#include "web/reply.h"
#include "web/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A path that was taken, encoded and read again is the same path. */
static void check_path(struct ctx *ctx, struct str text)
{
    struct url_path path, again;
    struct str path_text, query;

    if (!url_split(text, &path_text, &query) || url_path_decode(ctx, path_text, &path))
        return;
    for (size_t i = 0; i < path.n; i++)
        assert(str_find_byte(path.segments[i], '/') < 0 && http_is_text(path.segments[i]));
    ctx_clear_error(ctx);
    assert(url_path_decode(ctx, url_path_encode(ctx->arena, &path), &again) == RC_OK);
    assert(again.n == path.n);
    for (size_t i = 0; i < path.n; i++)
        assert(str_eq(path.segments[i], again.segments[i]));
}

static void check_params(struct ctx *ctx, struct str text)
{
    struct params params;

    if (url_params_decode(ctx, text, 100, &params))
        return;
    assert(params.n <= 100);
    for (size_t i = 0; i < params.n; i++)
        assert(http_is_text(params.items[i].name) && http_is_text(params.items[i].value));
}

static void check_values(struct ctx *ctx, struct str text)
{
    struct str value = STR_NONE;
    struct params cookies = cookies_parse(ctx->arena, text);
    struct param header = {S("accept"), text};
    struct request request = {.headers = {&header, 1}};

    for (size_t i = 0; i < cookies.n; i++)
        assert(http_is_token(cookies.items[i].name));
    if (http_value_param(ctx->arena, text, S("boundary"), &value))
        assert(value.n <= text.n);
    if (url_is_local(text))
        assert(text.p[0] == '/' && str_find_byte(text, '\n') < 0);
    request_wants_json(&request);
    etag_matches(text, S("W/\"a-1\""));
    if (etag_matches(text, S("\"none-such\"")))
        assert(str_eq(str_trim(text), S("*")) || str_find(text, S("none-such")) >= 0);
    lang_accept(text);
    address_is_listed(S("10.1.2.3"), text);
    value = address_of_client(S("10.1.2.3"),
                              &(struct params){(struct param[]){{S("X-Forwarded-For"), text}}, 1},
                              S("10.0.0.0/8"));
    assert(value.n > 0);
}

/* The text as a head that was cut at its line ends, colons and blanks as the library does it. */
static void check_head(struct str text)
{
    struct param items[HEAD_MAX_HEADERS + 1];
    struct head head = {.headers = {items, 0}, .end = text.p + text.n};
    struct head_facts facts = {.content_length = -2};
    const char *fault = NULL;
    struct str line, rest = text;

    if (!str_next(&rest, '\n', &line) || !str_next(&line, ' ', &head.method) ||
        !str_next(&line, ' ', &head.target))
        return;
    head.version = str_trim(line);
    while (head.headers.n <= HEAD_MAX_HEADERS && str_next(&rest, '\n', &line) && line.n > 1) {
        struct param *item = &items[head.headers.n++];

        if (!str_next(&line, ':', &item->name) || !line.p)
            return;
        item->value = str_trim(line);
    }
    if (head_check(&head, &facts, &fault) == HEAD_OK)
        assert(facts.content_length >= -1 && !(facts.is_chunked && facts.content_length >= 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)16 << 20)};
    struct str text = {(const char *)data, size};

    if (!ctx.arena || size > 65536)
        return 0;
    check_path(&ctx, text);
    check_params(&ctx, text);
    check_values(&ctx, text);
    check_head(text);
    arena_free(ctx.arena);
    return 0;
}
