/* Randomness, hashes, signatures, passwords, and the text forms of bytes.
 *
 * libsodium does all of it but SHA-256 (FIPS 180-4), which is OpenSSL's: it uses the processor's
 * own instructions and is four to five times as fast, and every event and file is hashed. Nothing
 * here can fail but where it says so; a machine without randomness or memory for a hash stops the
 * program. Layer: base. Any thread, after crypto_init.
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/ctx.h"

#define CRYPTO_SHA256_BYTES      32
#define CRYPTO_PUBLIC_KEY_BYTES  32
#define CRYPTO_SECRET_KEY_BYTES  64
#define CRYPTO_SIGNATURE_BYTES   64
#define CRYPTO_PASSWORD_HASH_MAX 128 /* bytes of the text, with its NUL */

/* Before any other function here; more than once does no harm. */
void crypto_init(void);

void crypto_random_bytes(void *ret, size_t n);

/* A secret for links and sessions: 32 random bytes as 43 characters of base64url. The empty
 * string, which is no secret, on failure: the arena has failed then. */
struct str crypto_token(struct arena *arena);

/* A code that people read aloud and type: `chars` of the 32 letters and digits without 0, O, 1
 * and I, five bits each. The empty string on failure. */
struct str crypto_code(struct arena *arena, size_t chars);

struct crypto_hash {
    unsigned char bytes[CRYPTO_SHA256_BYTES];
};

struct crypto_hash crypto_sha256(struct str s);

/* Piece by piece: _new, _add any number of times, _end, which frees. */
struct crypto_sha256_state;
struct crypto_sha256_state *crypto_sha256_new(void);
void crypto_sha256_add(struct crypto_sha256_state *state, struct str s);
struct crypto_hash crypto_sha256_end(struct crypto_sha256_state *state);

/* Frees without a result; NULL is allowed. */
void crypto_sha256_free(struct crypto_sha256_state *state);

/* RFC 2104 with SHA-256, a key of any length. */
struct crypto_hash crypto_hmac_sha256(struct str key, struct str message);

/* Whether the bytes are the same, in a time that depends on the length alone. */
bool crypto_eq(struct str a, struct str b);
static inline struct str crypto_hash_str(const struct crypto_hash *hash)
{
    return (struct str){(const char *)hash->bytes, sizeof hash->bytes};
}

/* Ed25519 (RFC 8032). */
struct crypto_keypair {
    unsigned char public_key[CRYPTO_PUBLIC_KEY_BYTES];
    unsigned char secret_key[CRYPTO_SECRET_KEY_BYTES];
};
struct crypto_signature {
    unsigned char bytes[CRYPTO_SIGNATURE_BYTES];
};
struct crypto_keypair crypto_sign_new_keys(void);
struct crypto_signature crypto_sign_message(const struct crypto_keypair *keys, struct str message);

/* Whether the signature (64 bytes) of the message is the public key's (32 bytes). False for any
 * other lengths. */
bool crypto_sign_verifies(struct str public_key, struct str message, struct str signature);

/* Argon2id (RFC 9106) with 64 MiB and two passes: takes about 100 ms and that memory, so calls
 * are to be limited. RC_LIMIT with ERR_MEMORY when there is none. The text goes to the arena.
 * Built with test_clock, it takes the least of both when CITYHALL_LIGHT_PASSWORDS is set. */
enum rc crypto_password_hash(struct ctx *ctx, struct str password, struct str *ret) MUST_CHECK;

/* Whether the password is the one the text was made from. False for any text that is no hash. */
bool crypto_password_verify(struct str hash, struct str password);

/* A hash that no password matches, at the cost of a real one: verified for unknown accounts, so
 * that their absence does not show in the time. */
struct str crypto_password_nobody(void);

/* Lower-case hexadecimal, and base64url without padding (RFC 4648, section 5). Decoding is
 * strict: no spaces, no padding, no bits left over; upper-case hexadecimal is read too. The bytes
 * are in the arena; false, *ret untouched, for anything else. */
struct str crypto_hex(struct arena *arena, struct str bytes);
bool crypto_hex_decode(struct arena *arena, struct str text, struct str *ret);
struct str crypto_base64url(struct arena *arena, struct str bytes);
bool crypto_base64url_decode(struct arena *arena, struct str text, struct str *ret);

#endif
