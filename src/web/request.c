#include "web/request.h"

#include <arpa/inet.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/piece.h"
#include "base/text.h"
#include "base/utf8.h"

struct str request_param(const struct request *request, struct str name)
{
    return params_get(&request->params, name);
}

struct str request_value(const struct request *request, struct str name)
{
    struct str value = params_get(&request->query, name);

    return value.p ? value : params_get(&request->form, name);
}

struct str *request_values(struct arena *arena, const struct request *request, struct str name,
                           size_t *ret_n)
{
    struct str *values = ARENA_ARRAY(arena, request->form.n, struct str);
    size_t n = 0;

    if (!values)
        return NULL;
    for (size_t i = 0; i < request->form.n; i++)
        if (str_eq(request->form.items[i].name, name))
            values[n++] = request->form.items[i].value;
    *ret_n = n;
    return values;
}

bool request_is_under(const struct request *request, struct str segment)
{
    struct str rest = request->target, first;

    if (request->path.n)
        return str_eq(request->path.segments[0], segment);
    if (!str_starts_with(rest, S("/")))
        return false;
    rest = str_slice(rest, 1, rest.n);
    return str_next(&rest, '/', &first) && str_eq(first, segment);
}

size_t request_typed_length(const struct request *request, struct str name, bool *ret_is_whole)
{
    const struct input_flaw *flaw = request->flaws;

    while (flaw && !(flaw->error == ERR_TOO_LONG && str_eq(flaw->name, name)))
        flaw = flaw->next;
    *ret_is_whole = !flaw;
    return flaw ? flaw->characters : utf8_count(str_trim(params_get(&request->form, name)));
}

struct str request_header(const struct request *request, struct str name)
{
    return headers_get(&request->headers, name);
}

struct str request_cookie(const struct request *request, struct str name)
{
    return params_get(&request->cookies, name);
}

const struct upload *request_upload(const struct request *request, struct str field)
{
    for (const struct upload *upload = request->uploads; upload; upload = upload->next)
        if (str_eq(upload->field, field))
            return upload;
    return NULL;
}

/* Thousandths of the quality Accept gives a type; the most specific range decides (RFC 9110,
 * section 12.5.1). */
static int accept_quality(struct str accept, struct str type, struct str group)
{
    int best = -1, best_rank = -1;
    struct str range;

    while (str_next(&accept, ',', &range)) {
        struct str media = http_media_type(range);
        ptrdiff_t at = str_find(range, S(";q=0"));
        int rank = str_eq_ascii_nocase(media, type)       ? 2
                   : str_eq_ascii_nocase(media, group)    ? 1
                   : str_eq_ascii_nocase(media, S("*/*")) ? 0
                                                          : -1;
        int quality = 1000;

        if (at >= 0) {
            struct str digits = str_slice(range, (size_t)at + 4, (size_t)at + 6);

            quality = digits.n == 2 && digits.p[0] == '.' ? (digits.p[1] - '0') * 100 : 0;
        }
        if (rank > best_rank) {
            best_rank = rank;
            best = quality;
        }
    }
    return best;
}

bool request_wants_json(const struct request *request)
{
    struct str accept = request_header(request, S("accept"));
    int json, html;

    if (request->route && (request->route->flags & ROUTE_API))
        return true;
    if (!accept.p)
        return false;
    json = accept_quality(accept, S("application/json"), S("application/*"));
    if (accept_quality(accept, S("application/problem+json"), S("application/*")) > json)
        json = accept_quality(accept, S("application/problem+json"), S("application/*"));
    html = accept_quality(accept, S("text/html"), S("text/*"));
    return json > html;
}

enum rc upload_check(struct ctx *ctx, const struct upload *upload)
{
    if (upload->size_bytes <= upload->most_bytes)
        return RC_OK;
    return FAIL(ctx, ERR_TOO_LARGE, .field = upload->field,
                .arg = str_fmt(ctx->arena, "%lld MB", (long long)(upload->most_bytes >> 20)));
}

enum rc upload_hash(struct ctx *ctx, const struct upload *upload, struct crypto_sha256_state *state)
{
    struct str bytes;
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = file_read(ctx, upload->path, (size_t)upload->most_bytes, &bytes);
    if (!rc)
        crypto_sha256_add(state, bytes);
    piece_end(ctx, &piece);
    return rc;
}

enum rc idempotency_key_read(struct ctx *ctx, const struct request *request, struct str *ret)
{
    struct str key = request_header(request, S("idempotency-key"));
    enum rc rc = text_check_line(ctx, key, S("Idempotency-Key"), IDEMPOTENCY_KEY_MAX);

    if (!rc)
        *ret = key;
    return rc;
}

void request_hash_fields(struct ctx *ctx, const struct request *request, struct str except,
                         struct crypto_sha256_state *state)
{
    for (size_t i = 0; i < request->form.n; i++) {
        const struct param *field = &request->form.items[i];

        if (str_eq(field->name, except))
            continue;
        crypto_sha256_add(state, str_fmt(ctx->arena, "%zu %zu ", field->name.n, field->value.n));
        crypto_sha256_add(state, field->name);
        crypto_sha256_add(state, field->value);
    }
}

enum rc request_hash_uploads(struct ctx *ctx, const struct request *request,
                             struct crypto_sha256_state *state)
{
    enum rc rc = RC_OK;

    for (const struct upload *upload = request->uploads; !rc && upload; upload = upload->next) {
        crypto_sha256_add(state, str_fmt(ctx->arena, "%zu %lld ", upload->field.n,
                                         (long long)upload->size_bytes));
        crypto_sha256_add(state, upload->field);
        rc = upload_hash(ctx, upload, state);
    }
    return rc;
}

struct str request_path_in_lang(struct arena *arena, const struct request *request, enum lang lang)
{
    struct str path = url_in_lang(arena, lang, url_path_encode(arena, &request->path));
    ptrdiff_t at = str_find_byte(request->target, '?');

    if (at < 0)
        return path;
    return str_join(arena,
                    (struct str[]){path, str_slice(request->target, (size_t)at, request->target.n)},
                    2, S(""));
}

struct params cookies_parse(struct arena *arena, struct str header)
{
    struct params cookies = {.n = 0};
    struct str rest = header, pair;
    size_t count = 0;

    while (str_next(&rest, ';', &pair))
        count++;
    cookies.items = ARENA_ARRAY(arena, count, struct param);
    if (!cookies.items)
        return cookies;
    rest = header;
    while (str_next(&rest, ';', &pair)) {
        ptrdiff_t at = str_find_byte(pair, '=');
        struct str name = str_trim(str_slice(pair, 0, at < 0 ? 0 : (size_t)at));
        struct str value = str_trim(str_slice(pair, (size_t)at + 1, pair.n));

        if (at < 0 || !http_is_token(name) || !http_is_text(value))
            continue;
        if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
            value = str_slice(value, 1, value.n - 1);
        cookies.items[cookies.n++] = (struct param){name, value.p ? value : S("")};
    }
    return cookies;
}

struct address {
    unsigned char bytes[16]; /* IPv4 as mapped into IPv6: ::ffff:a.b.c.d */
    bool is_v4;
};

static bool address_parse(struct str s, struct address *ret)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    char text[INET6_ADDRSTRLEN];
    struct address address = {.is_v4 = false};

    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (inet_pton(AF_INET, text, address.bytes + 12) == 1) {
        memcpy(address.bytes, mapped, sizeof mapped);
        address.is_v4 = true;
    } else if (inet_pton(AF_INET6, text, address.bytes) != 1) {
        return false;
    }
    *ret = address;
    return true;
}

static bool has_prefix(const struct address *address, const struct address *net, int64_t bits)
{
    size_t whole = (size_t)bits / 8;
    int rest = (int)(bits % 8);

    if (memcmp(address->bytes, net->bytes, whole) != 0)
        return false;
    return rest == 0 || (address->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

static bool is_in_network(const struct address *address, struct str network)
{
    ptrdiff_t at = str_find_byte(network, '/');
    struct address net;
    int64_t bits;

    if (!address_parse(at < 0 ? network : str_slice(network, 0, (size_t)at), &net))
        return false;
    if (at < 0)
        return has_prefix(address, &net, 128);
    if (!str_to_i64(str_slice(network, (size_t)at + 1, network.n), &bits) || bits < 0 ||
        bits > (net.is_v4 ? 32 : 128))
        return false;
    return has_prefix(address, &net, bits + (net.is_v4 ? 96 : 0));
}

bool address_is_listed(struct str remote, struct str list)
{
    struct address address;
    struct str network;

    if (!address_parse(remote, &address))
        return false;
    while (str_next(&list, ',', &network))
        if (is_in_network(&address, str_trim(network)))
            return true;
    return false;
}

/* From the end of one line on, as long as what stands there is believed; false: the walk is over.
 */
static bool walk_hops(struct str line, struct str proxies, struct str *client)
{
    struct address address;

    while (line.n) {
        size_t start = line.n;
        struct str hop;

        if (!address_is_listed(*client, proxies))
            return false;
        while (start && line.p[start - 1] != ',')
            start--;
        hop = str_trim(str_slice(line, start, line.n));
        if (!address_parse(hop, &address))
            return false;
        *client = hop;
        line = str_slice(line, 0, start ? start - 1 : 0);
    }
    return true;
}

struct str address_of_client(struct str peer, const struct params *headers, struct str proxies)
{
    struct str client = peer;

    for (size_t i = headers->n; i-- > 0;)
        if (str_eq_ascii_nocase(headers->items[i].name, S("x-forwarded-for")) &&
            !walk_hops(headers->items[i].value, proxies, &client))
            break;
    return client;
}
