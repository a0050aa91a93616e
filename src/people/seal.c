#include "people/seal.h"

#include <sodium.h>

#include "people/people.h"

#define OVERHEAD (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)

_Static_assert(crypto_secretbox_KEYBYTES == CRYPTO_SHA256_BYTES, "the derived key is a SHA-256");

static struct crypto_hash key_for(struct str purpose)
{
    struct str key = {(const char *)people_setup()->key, PEOPLE_KEY_BYTES};

    return crypto_hmac_sha256(key, purpose);
}

struct str seal(struct arena *arena, struct str purpose, struct str secret)
{
    struct crypto_hash key = key_for(purpose);
    unsigned char *out = arena_alloc(arena, OVERHEAD + secret.n);

    if (!out)
        return STR_NONE;
    crypto_random_bytes(out, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, (const unsigned char *)secret.p,
                          secret.n, out, key.bytes);
    return (struct str){(char *)out, OVERHEAD + secret.n};
}

bool seal_open(struct arena *arena, struct str purpose, struct str sealed, struct str *ret)
{
    struct crypto_hash key = key_for(purpose);
    const unsigned char *p = (const unsigned char *)sealed.p;
    unsigned char *out;

    if (sealed.n < OVERHEAD)
        return false;
    out = arena_alloc(arena, sealed.n - OVERHEAD);
    if (!out ||
        crypto_secretbox_open_easy(out, p + crypto_secretbox_NONCEBYTES,
                                   sealed.n - crypto_secretbox_NONCEBYTES, p, key.bytes) != 0)
        return false;
    *ret = (struct str){(char *)out, sealed.n - OVERHEAD};
    return true;
}

struct crypto_hash seal_hash(struct str purpose, struct str secret)
{
    struct crypto_hash key = key_for(purpose);

    return crypto_hmac_sha256(crypto_hash_str(&key), secret);
}
