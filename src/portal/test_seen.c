/* What a page promises of a request is what its definition releases. */
#include "base/test_support.h"
#include "portal/seen.h"

static const struct field fields[] = {
    {.id = STR("source"), .text.in = {STR("What is it?")}, .open = OPEN_PUBLIC},
    {.id = STR("hours"), .text.in = {STR("When?")}, .open = OPEN_NEVER},
    {.id = STR("name"),
     .text.in = {STR("Whose?")},
     .open = OPEN_PUBLIC,
     .personal = PERSONAL_CONTACT},
};

/* In a city whose newest version of the service is that; NULL: the very one asked about. */
static struct str said_in(struct ctx *ctx, const struct definition *newest,
                          const struct definition *definition)
{
    const struct definition *ever = newest ? newest : definition;
    struct city city = {.ever = &ever, .ever_n = 1};
    struct seen seen;

    ctx->city = &city;
    assert_int_equal(seen_of(ctx, definition, &seen), RC_OK);
    ctx->city = NULL;
    return str_join(ctx->arena, seen.sentences, seen.n, S("|"));
}

static struct str said(struct ctx *ctx, const struct definition *definition)
{
    return said_in(ctx, definition, definition);
}

static bool says(struct ctx *ctx, const struct definition *definition, const char *words)
{
    return str_find(said(ctx, definition), str_of(words)) >= 0;
}

static void test_answers_that_are_released(void **state)
{
    struct ctx *ctx = *state;
    const struct definition service = {.fields = fields, .field_n = 3};

    assert_true(says(ctx, &service, "What is it?"));
    assert_false(says(ctx, &service, "When?"));
    assert_false(says(ctx, &service, "Whose?"));
}

static void test_place_and_photos(void **state)
{
    struct ctx *ctx = *state;
    struct definition service = {.place.blur = BLUR_BLOCK, .photos = {3, PHOTO_AFTER_REVIEW}};

    assert_true(says(ctx, &service, "block"));
    assert_true(says(ctx, &service, "reviewed"));
    service.place.blur = BLUR_NONE;
    service.photos.release = PHOTO_AT_ONCE;
    assert_true(says(ctx, &service, "exact place"));
    assert_false(says(ctx, &service, "block"));
    assert_true(says(ctx, &service, "photos"));
    assert_false(says(ctx, &service, "reviewed"));
    service.place.need = PLACE_NONE;
    service.photos.release = PHOTO_NEVER;
    assert_false(says(ctx, &service, "exact place"));
    assert_false(says(ctx, &service, "hotos"));
}

static void test_of_the_parties_nothing_is_seen(void **state)
{
    struct ctx *ctx = *state;
    const struct definition service = {
        .fields = fields, .field_n = 3, .audience = AUDIENCE_PARTIES};

    const struct definition before = {.fields = fields, .field_n = 3};

    assert_true(says(ctx, &service, "Nothing"));
    assert_false(says(ctx, &service, "What is it?"));
    /* Begun with the version before: what was public is so no more. */
    assert_true(str_find(said_in(ctx, &service, &before), S("Nothing")) >= 0);
    assert_true(str_find(said_in(ctx, NULL, &before), S("What is it?")) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_answers_that_are_released),
        TEST(test_place_and_photos),
        TEST(test_of_the_parties_nothing_is_seen),
    };

    return cmocka_run_group_tests_name("portal/seen", tests, NULL, NULL);
}
