#include "base/crypto.h"

#include "base/test_support.h"

static struct str hex(struct ctx *ctx, const struct crypto_hash *hash)
{
    return crypto_hex(ctx->arena, crypto_hash_str(hash));
}

static struct str unhex(struct ctx *ctx, const char *text)
{
    struct str bytes = STR_NONE;

    assert_true(crypto_hex_decode(ctx->arena, str_of(text), &bytes));
    return bytes;
}

/* The examples of FIPS 180-4. */
static void test_sha256(void **state)
{
    struct ctx *ctx = *state;
    struct crypto_hash hash = crypto_sha256(S("abc"));
    struct crypto_sha256_state *running = crypto_sha256_new();

    assert_str(hex(ctx, &hash), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash = crypto_sha256(STR_NONE);
    assert_str(hex(ctx, &hash), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash = crypto_sha256(S("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
    assert_str(hex(ctx, &hash), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    for (int i = 0; i < 10000; i++)
        crypto_sha256_add(running, S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    hash = crypto_sha256_end(running);
    assert_str(hex(ctx, &hash), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    crypto_sha256_free(crypto_sha256_new());
    crypto_sha256_free(NULL);
}

/* RFC 4231, cases 2 and 6. */
static void test_hmac(void **state)
{
    struct ctx *ctx = *state;
    struct crypto_hash hash = crypto_hmac_sha256(S("Jefe"), S("what do ya want for nothing?"));
    char key[131];

    assert_str(hex(ctx, &hash), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    hash = crypto_hmac_sha256((struct str){key, sizeof key},
                              S("Test Using Larger Than Block-Size Key - Hash Key First"));
    assert_str(hex(ctx, &hash), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void test_equal(void **state)
{
    (void)state;
    assert_true(crypto_eq(S("secret"), S("secret")));
    assert_false(crypto_eq(S("secret"), S("secreT")));
    assert_false(crypto_eq(S("secret"), S("secre")));
    assert_true(crypto_eq(STR_NONE, S("")));
}

static void test_signatures(void **state)
{
    struct ctx *ctx = *state;
    struct crypto_keypair keys = crypto_sign_new_keys();
    struct crypto_signature signature = crypto_sign_message(&keys, S("tree head 42"));
    struct str key = {(const char *)keys.public_key, sizeof keys.public_key};
    struct str sig = {(char *)signature.bytes, sizeof signature.bytes};

    assert_true(crypto_sign_verifies(key, S("tree head 42"), sig));
    assert_false(crypto_sign_verifies(key, S("tree head 43"), sig));
    assert_false(crypto_sign_verifies(key, S("tree head 42"), str_slice(sig, 0, 63)));
    assert_false(crypto_sign_verifies(str_slice(key, 1, 32), S("tree head 42"), sig));
    for (size_t bit = 0; bit < sizeof signature.bytes * 8; bit++) {
        signature.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(crypto_sign_verifies(key, S("tree head 42"), sig));
        signature.bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    /* RFC 8032, section 7.1, test 2. */
    key = unhex(ctx, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    sig = unhex(ctx, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(crypto_sign_verifies(key, S("\x72"), sig));
}

static void test_passwords(void **state)
{
    struct ctx *ctx = *state;
    struct str hash = STR_NONE, other = STR_NONE;
    char *long_password = arena_alloc(ctx->arena, 5000);

    unsetenv("CITYHALL_LIGHT_PASSWORDS");
    assert_int_equal(crypto_password_hash(ctx, S("correct horse"), &hash), RC_OK);
    assert_true(str_starts_with(hash, S("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_true(crypto_password_verify(hash, S("correct horse")));
    assert_false(crypto_password_verify(hash, S("correct hors")));
    assert_false(crypto_password_verify(hash, STR_NONE));
    assert_int_equal(crypto_password_hash(ctx, S("correct horse"), &other), RC_OK);
    assert_false(str_eq(hash, other));
    assert_false(crypto_password_verify(STR_NONE, STR_NONE));
    assert_false(crypto_password_verify(S("correct horse"), S("correct horse")));
    assert_false(crypto_password_verify(str_slice(hash, 0, hash.n - 1), S("correct horse")));
    assert_false(crypto_password_verify(crypto_password_nobody(), S("correct horse")));
    assert_int_equal(crypto_password_hash(ctx, (struct str){long_password, 5000}, &other),
                     RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_TOO_LONG);
}

/* An unknown account must cost what a known one does: the hash nobody has is a real one. */
static void test_nobody_takes_time(void **state)
{
    int64_t start = clock_monotonic_ms(), took;

    (void)state;
    crypto_password_verify(crypto_password_nobody(), S("x"));
    took = clock_monotonic_ms() - start;
    assert_true(took >= 5);
}

static void test_randomness(void **state)
{
    struct ctx *ctx = *state;
    unsigned seen[256] = {0};
    struct str code, token = crypto_token(ctx->arena);

    assert_int_equal(token.n, 43);
    assert_false(str_eq(token, crypto_token(ctx->arena)));
    code = crypto_code(ctx->arena, 32000);
    assert_int_equal(code.n, 32000);
    for (size_t i = 0; i < code.n; i++)
        seen[(unsigned char)code.p[i]]++;
    for (int c = 0; c < 256; c++) {
        bool is_ours = (c >= '2' && c <= '9') || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'O');

        /* A thousand of each; six hundred would be twelve deviations away. */
        assert_true(is_ours ? seen[c] > 600 : seen[c] == 0);
    }
}

static void test_text_forms(void **state)
{
    static const char *const wrong_hex[] = {"0", "000", "0g", "00 ", " 00", "0x00", "00:11"};
    static const char *const wrong_base64[] = {"A",    "AA==", "AAA=", "A+A_", "AA A",
                                               "AA\n", "AB",   "AAB",  "AAAAA"};
    struct ctx *ctx = *state;
    struct str bytes = S("untouched");
    unsigned char all[256];

    for (size_t i = 0; i < COUNT(wrong_hex); i++)
        assert_false(crypto_hex_decode(ctx->arena, str_of(wrong_hex[i]), &bytes));
    for (size_t i = 0; i < COUNT(wrong_base64); i++)
        if (crypto_base64url_decode(ctx->arena, str_of(wrong_base64[i]), &bytes))
            fail_msg("\"%s\" was taken", wrong_base64[i]);
    assert_str(bytes, "untouched");
    assert_str(crypto_base64url(ctx->arena, S("\xff\xef\xbe")), "_---");
    assert_str(crypto_base64url(ctx->arena, S("f")), "Zg");
    assert_str(unhex(ctx, "4aB0"), "J\xb0");
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)i;
    for (size_t n = 0; n <= sizeof all; n++) {
        struct str s = {(const char *)all, n};

        assert_true(crypto_hex_decode(ctx->arena, crypto_hex(ctx->arena, s), &bytes));
        assert_true(str_eq(bytes, s));
        assert_true(crypto_base64url_decode(ctx->arena, crypto_base64url(ctx->arena, s), &bytes));
        assert_true(str_eq(bytes, s));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_sha256),     TEST(test_hmac),       TEST(test_equal),
        TEST(test_signatures), TEST(test_passwords),  TEST(test_nobody_takes_time),
        TEST(test_randomness), TEST(test_text_forms),
    };

    crypto_init();
    return cmocka_run_group_tests_name("base/crypto", tests, NULL, NULL);
}
