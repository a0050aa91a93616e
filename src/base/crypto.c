#include "base/crypto.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <sodium.h>

#define PASSWORD_MEMORY_BYTES ((size_t)64 << 20)
#define PASSWORD_PASSES       2ULL
#define PASSWORD_BYTES_MAX    4096

static EVP_MD *sha256; /* looked up once: that takes longer than a short hash */

static void init(void)
{
    bool is_ready = sodium_init() >= 0;

    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    assert(is_ready && sha256);
}

void crypto_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, init);
}

static const unsigned char *bytes_of(struct str s)
{
    return s.n ? (const unsigned char *)s.p : (const unsigned char *)"";
}

void crypto_random_bytes(void *ret, size_t n)
{
    randombytes_buf(ret, n);
}

struct str crypto_token(struct arena *arena)
{
    unsigned char secret[32];
    struct str token;

    randombytes_buf(secret, sizeof secret);
    token = crypto_base64url(arena, (struct str){(const char *)secret, sizeof secret});
    sodium_memzero(secret, sizeof secret);
    return token;
}

struct str crypto_code(struct arena *arena, size_t chars)
{
    static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    char *p = arena_alloc(arena, chars);

    if (!p)
        return STR_NONE;
    randombytes_buf(p, chars);
    for (size_t i = 0; i < chars; i++)
        p[i] = alphabet[(unsigned char)p[i] % 32];
    return (struct str){p, chars};
}

struct crypto_sha256_state *crypto_sha256_new(void)
{
    EVP_MD_CTX *state = EVP_MD_CTX_new();
    int is_ok = state && EVP_DigestInit_ex2(state, sha256, NULL);

    assert(is_ok);
    return (struct crypto_sha256_state *)state;
}

void crypto_sha256_add(struct crypto_sha256_state *state, struct str s)
{
    int is_ok = EVP_DigestUpdate((EVP_MD_CTX *)state, bytes_of(s), s.n);

    assert(is_ok);
}

struct crypto_hash crypto_sha256_end(struct crypto_sha256_state *state)
{
    struct crypto_hash hash;
    int is_ok = EVP_DigestFinal_ex((EVP_MD_CTX *)state, hash.bytes, NULL);

    assert(is_ok);
    crypto_sha256_free(state);
    return hash;
}

void crypto_sha256_free(struct crypto_sha256_state *state)
{
    EVP_MD_CTX_free((EVP_MD_CTX *)state);
}

struct crypto_hash crypto_sha256(struct str s)
{
    struct crypto_sha256_state *state = crypto_sha256_new();

    crypto_sha256_add(state, s);
    return crypto_sha256_end(state);
}

struct crypto_hash crypto_hmac_sha256(struct str key, struct str message)
{
    crypto_auth_hmacsha256_state state;
    struct crypto_hash hash;

    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.n);
    crypto_auth_hmacsha256_update(&state, bytes_of(message), message.n);
    crypto_auth_hmacsha256_final(&state, hash.bytes);
    sodium_memzero(&state, sizeof state);
    return hash;
}

bool crypto_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || sodium_memcmp(a.p, b.p, a.n) == 0);
}

struct crypto_keypair crypto_sign_new_keys(void)
{
    struct crypto_keypair keys;

    crypto_sign_keypair(keys.public_key, keys.secret_key);
    return keys;
}

struct crypto_signature crypto_sign_message(const struct crypto_keypair *keys, struct str message)
{
    struct crypto_signature signature;

    crypto_sign_detached(signature.bytes, NULL, bytes_of(message), message.n, keys->secret_key);
    return signature;
}

bool crypto_sign_verifies(struct str public_key, struct str message, struct str signature)
{
    return public_key.n == CRYPTO_PUBLIC_KEY_BYTES && signature.n == CRYPTO_SIGNATURE_BYTES &&
           crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.n,
                                       bytes_of(public_key)) == 0;
}

#ifdef CITYHALL_TEST_CLOCK
/* Hundreds of sign-ins in the tests need not cost what one guess is to cost a thief. */
static bool is_light(void)
{
    return getenv("CITYHALL_LIGHT_PASSWORDS") != NULL;
}
#else
static bool is_light(void)
{
    return false;
}
#endif

enum rc crypto_password_hash(struct ctx *ctx, struct str password, struct str *ret)
{
    char text[crypto_pwhash_STRBYTES];

    _Static_assert(sizeof text <= CRYPTO_PASSWORD_HASH_MAX, "the maximum we name holds");
    if (password.n > PASSWORD_BYTES_MAX)
        return FAIL(ctx, ERR_TOO_LONG, .field = S("password"));
    if (crypto_pwhash_str_alg(text, (const char *)bytes_of(password), password.n,
                              is_light() ? crypto_pwhash_OPSLIMIT_MIN : PASSWORD_PASSES,
                              is_light() ? crypto_pwhash_MEMLIMIT_MIN : PASSWORD_MEMORY_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return FAIL(ctx, ERR_MEMORY, .detail = S("no memory to hash a password"));
    *ret = str_copy(ctx->arena, str_of(text));
    return arena_has_failed(ctx->arena) ? FAIL(ctx, ERR_MEMORY) : RC_OK;
}

bool crypto_password_verify(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};

    if (hash.n == 0 || hash.n >= sizeof text || password.n > PASSWORD_BYTES_MAX)
        return false;
    memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(text, (const char *)bytes_of(password), password.n) == 0;
}

struct str crypto_password_nobody(void)
{
    /* A salt and a digest of zeros: no known password leads there. */
    return S("$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

struct str crypto_hex(struct arena *arena, struct str bytes)
{
    char *p = arena_array(arena, bytes.n, 2);
    static const char digits[] = "0123456789abcdef";

    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < bytes.n; i++) {
        p[2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
        p[2 * i + 1] = digits[(unsigned char)bytes.p[i] & 15];
    }
    return (struct str){p, 2 * bytes.n};
}

bool crypto_hex_decode(struct arena *arena, struct str text, struct str *ret)
{
    unsigned char *p = arena_alloc(arena, text.n / 2);
    size_t n;

    /* Without an end pointer the library refuses what it has not read to the end. */
    if (!p || sodium_hex2bin(p, text.n / 2, text.n ? text.p : "", text.n, NULL, &n, NULL) != 0)
        return false;
    *ret = (struct str){(const char *)p, n};
    return true;
}

struct str crypto_base64url(struct arena *arena, struct str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *p = arena_alloc(arena, room);

    if (!p)
        return STR_NONE;
    sodium_bin2base64(p, room, bytes_of(bytes), bytes.n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return (struct str){p, room - 1};
}

bool crypto_base64url_decode(struct arena *arena, struct str text, struct str *ret)
{
    size_t room = text.n / 4 * 3 + 2, n;
    unsigned char *p = arena_alloc(arena, room);

    if (!p || sodium_base642bin(p, room, text.n ? text.p : "", text.n, NULL, &n, NULL,
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *ret = (struct str){(const char *)p, n};
    return true;
}
