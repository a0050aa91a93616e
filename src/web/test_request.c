/* What a request says of itself: its key, and all of its files. */
#include "web/request.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/test_support.h"
#include "base/test_temporary.h"

static enum rc key_of(struct ctx *ctx, const char *typed, struct str *ret)
{
    struct param header = {STR("idempotency-key"), str_of(typed)};
    struct request request = {.headers = {&header, 1}};

    ctx_clear_error(ctx);
    return idempotency_key_read(ctx, &request, ret);
}

static void a_key_is_a_line_of_text(void **state)
{
    struct ctx *ctx = *state;
    char longest[IDEMPOTENCY_KEY_MAX + 2] = {0};
    struct request none = {.remote = STR_NONE};
    struct str key;

    assert_int_equal(idempotency_key_read(ctx, &none, &key), RC_OK);
    assert_int_equal(key.n, 0);
    assert_int_equal(key_of(ctx, "report 17 caf\xc3\xa9", &key), RC_OK);
    assert_str(key, "report 17 caf\xc3\xa9");
    memset(longest, 'k', IDEMPOTENCY_KEY_MAX);
    assert_int_equal(key_of(ctx, longest, &key), RC_OK);
    longest[IDEMPOTENCY_KEY_MAX] = 'k';
    assert_int_equal(key_of(ctx, longest, &key), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_TOO_LONG);
    assert_str(ctx->err.field, "Idempotency-Key");
    assert_int_equal(key_of(ctx, "caf\xe9", &key), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_NOT_UTF8);
    assert_int_equal(key_of(ctx, "two\nlines", &key), RC_INVALID);
    ctx_clear_error(ctx);
}

/* Two files of these fields and contents. */
static struct str hash_of(struct ctx *ctx, const char *folder, const char *const of[4])
{
    struct upload uploads[2];
    struct request request = {.uploads = uploads};
    struct crypto_sha256_state *state = crypto_sha256_new();
    struct crypto_hash hash;

    for (int i = 0; i < 2; i++) {
        struct str content = str_of(of[2 * i + 1]);

        uploads[i] = (struct upload){
            .next = i ? NULL : &uploads[1],
            .field = str_of(of[2 * i]),
            .path = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%d", folder, i)),
            .size_bytes = (int64_t)content.n,
            .most_bytes = 100,
        };
        assert_int_equal(file_write(ctx, uploads[i].path, content, 0600), RC_OK);
    }
    assert_int_equal(request_hash_uploads(ctx, &request, state), RC_OK);
    hash = crypto_sha256_end(state);
    return str_copy(ctx->arena, crypto_hash_str(&hash));
}

static struct str hash_of_fields(struct ctx *ctx, const struct param *fields, size_t n)
{
    struct request request = {.form = {.items = (struct param *)(uintptr_t)fields, .n = n}};
    struct crypto_sha256_state *state = crypto_sha256_new();
    struct crypto_hash hash;

    request_hash_fields(ctx, &request, S("api_key"), state);
    hash = crypto_sha256_end(state);
    return str_copy(ctx->arena, crypto_hash_str(&hash));
}

static void the_fields_of_no_two_forms_run_into_the_same(void **state)
{
    static const struct param forms[][2] = {
        {{STR("a"), STR("bc")}, {STR("d"), STR("e")}},
        {{STR("a"), STR("b")}, {STR("cd"), STR("e")}},
        {{STR("ab"), STR("c")}, {STR("d"), STR("e")}},
        {{STR("a"), STR("bc")}, {STR("d"), STR("f")}},
    };
    static const struct param keyed[] = {
        {STR("a"), STR("bc")}, {STR("api_key"), STR("k")}, {STR("d"), STR("e")}};
    struct ctx *ctx = *state;
    struct str hashes[COUNT(forms)];

    for (size_t i = 0; i < COUNT(forms); i++) {
        hashes[i] = hash_of_fields(ctx, forms[i], 2);
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(hashes[i], hashes[j]));
    }
    assert_true(str_eq(hashes[0], hash_of_fields(ctx, keyed, COUNT(keyed))));
}

static void the_files_of_no_two_forms_run_into_the_same(void **state)
{
    static const char *const forms[][4] = {
        {"a", "bcd", "e", "f"}, {"a", "bc", "e", "df"}, {"ab", "cd", "e", "f"},
        {"a", "bcde", "", "f"}, {"a", "bcd", "ef", ""},
    };
    struct ctx *ctx = *state;
    char folder[TEST_TEMPORARY_MAX];
    struct str hashes[COUNT(forms)];

    test_temporary(folder, "request");
    for (size_t i = 0; i < COUNT(forms); i++) {
        hashes[i] = hash_of(ctx, folder, forms[i]);
        assert_true(str_eq(hashes[i], hash_of(ctx, folder, forms[i])));
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(hashes[i], hashes[j]));
    }
    test_temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_a_line_of_text),
        TEST(the_fields_of_no_two_forms_run_into_the_same),
        TEST(the_files_of_no_two_forms_run_into_the_same),
    };

    crypto_init();
    return cmocka_run_group_tests_name("web/request", tests, NULL, NULL);
}
