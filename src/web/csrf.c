#include "web/csrf.h"

#include "base/crypto.h"

#define COOKIE_S (12 * 3600)

/* MAC over a word for the purpose and the value, so that one can never stand for the other. */
static struct crypto_hash mac(const struct csrf *csrf, struct arena *arena, struct str purpose,
                              struct str value)
{
    struct str pieces[] = {purpose, value};
    struct str key = {(const char *)csrf->secret, sizeof csrf->secret};

    return crypto_hmac_sha256(key, str_join(arena, pieces, 2, S(" ")));
}

/* A token as it stands in a page: a pad of its own, and the MAC under it. Pages are compressed, so
 * no two may carry the same secret text (compress.h). */
struct masked {
    unsigned char pad[CRYPTO_SHA256_BYTES], mac[CRYPTO_SHA256_BYTES];
};

static struct str mask(struct arena *arena, struct crypto_hash hash)
{
    struct masked masked;

    crypto_random_bytes(masked.pad, sizeof masked.pad);
    for (size_t i = 0; i < sizeof masked.mac; i++)
        masked.mac[i] = (unsigned char)(hash.bytes[i] ^ masked.pad[i]);
    return crypto_base64url(arena, (struct str){(const char *)&masked, sizeof masked});
}

/* Whether a token that came back is that MAC under its pad. */
static bool is_mask_of(struct arena *arena, struct str token, struct crypto_hash hash)
{
    struct masked masked;
    struct str bytes;

    if (!crypto_base64url_decode(arena, token, &bytes) || bytes.n != sizeof masked)
        return false;
    memcpy(&masked, bytes.p, sizeof masked);
    for (size_t i = 0; i < sizeof masked.mac; i++)
        masked.mac[i] ^= masked.pad[i];
    return crypto_eq((struct str){(const char *)masked.mac, sizeof masked.mac},
                     crypto_hash_str(&hash));
}

static bool is_same_secret(struct str a, struct str b)
{
    return a.n > 0 && crypto_eq(a, b);
}

/* The value of a `form` cookie of ours: nonce, '.', MAC over the nonce. */
static struct str signed_cookie(const struct csrf *csrf, struct arena *arena, struct str nonce)
{
    struct crypto_hash hash = mac(csrf, arena, S("cookie"), nonce);
    struct str pieces[] = {nonce, crypto_base64url(arena, crypto_hash_str(&hash))};

    return str_join(arena, pieces, 2, S("."));
}

static bool is_signed_cookie(const struct csrf *csrf, struct arena *arena, struct str cookie)
{
    ptrdiff_t at = str_find_byte(cookie, '.');

    return at > 0 &&
           is_same_secret(cookie, signed_cookie(csrf, arena, str_slice(cookie, 0, (size_t)at)));
}

/* What the token is bound to, empty when the browser has shown nothing yet. A session that exists
 * wins: a token from before the sign-in does not work after it. */
static struct str binding(const struct csrf *csrf, struct arena *arena,
                          const struct request *request)
{
    struct str session = request_cookie(request, csrf->session_cookie);
    struct str cookie = request_cookie(request, cookie_full_name(arena, S("form"), csrf->is_https));

    if (session.n)
        return session;
    return is_signed_cookie(csrf, arena, cookie) ? cookie : STR_NONE;
}

struct str csrf_token(const struct csrf *csrf, struct ctx *ctx, const struct request *request,
                      struct reply *reply)
{
    struct str bound = binding(csrf, ctx->arena, request);

    if (!bound.n) {
        bound = signed_cookie(csrf, ctx->arena, crypto_token(ctx->arena));
        reply_cookie(reply,
                     &(struct cookie){.name = S("form"), .value = bound, .max_age_s = COOKIE_S});
    }
    return mask(ctx->arena, mac(csrf, ctx->arena, S("token"), bound));
}

/* Where the request comes from, as far as the browser says. Old browsers send neither header with
 * a form of the same site; then the token decides alone. An Origin is ours when it is the
 * configured one or names the host that was asked, which a foreign page cannot choose. */
static bool is_own_page(const struct csrf *csrf, const struct request *request)
{
    struct str site = request_header(request, S("sec-fetch-site"));
    struct str origin = request_header(request, S("origin"));
    ptrdiff_t at = str_find(origin, S("://"));

    if (site.p)
        return str_eq(site, S("same-origin")) || str_eq(site, S("none"));
    if (!origin.p)
        return true;
    if (str_eq(origin, csrf->base_url))
        return true;
    return !csrf->is_https && at > 0 &&
           str_eq(str_slice(origin, (size_t)at + 3, origin.n), request_header(request, S("host")));
}

enum rc csrf_check(const struct csrf *csrf, struct ctx *ctx, const struct request *request)
{
    struct str token = params_get(&request->form, S(CSRF_FIELD));
    struct str bound;

    if (http_method_is_safe(request->method))
        return RC_OK;
    if (!is_own_page(csrf, request))
        return FAIL(ctx, ERR_CSRF, .detail = S("the request comes from another site"));
    if (!token.p)
        token = request_header(request, S(CSRF_HEADER));
    bound = binding(csrf, ctx->arena, request);
    if (!bound.n || !is_mask_of(ctx->arena, token, mac(csrf, ctx->arena, S("token"), bound)))
        return FAIL(ctx, ERR_CSRF, .detail = S("the form token"));
    return RC_OK;
}
