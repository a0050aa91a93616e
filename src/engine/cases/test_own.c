/* What a reporter adds to their case. */
#include <stdio.h>

#include "engine/cases/case_own.h"
#include "engine/test_support.h"

static struct filed file_one(struct world *world)
{
    return test_file(world, &(struct test_filing){.email = "maria@example.org"});
}

static void a_comment_is_an_event_for_the_parties(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    struct test_counts before;

    world->ctx.actor = test_reporter(world, filed.case_id);
    test_counts(world, &before);
    for (int i = 0; i < 2; i++)
        test_ok(&world->ctx, case_comment(&world->ctx, filed.case_id, S(" It has grown ")));
    assert_grown(world, &before, "event", 1, "event_payload", 1, "record_leaf", 1, NULL);
    assert_int_equal(test_i64(world, "SELECT audience FROM event WHERE kind = 'message.added'", 0),
                     1);
    assert_str(test_text(world, "SELECT payload FROM event_payload ORDER BY event DESC LIMIT 1", 0),
               "{\"text\":\"It has grown\"}");
}

static void comments_of_a_day_have_an_end(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    char text[20];

    world->ctx.actor = test_reporter(world, filed.case_id);
    for (int i = 0; i < OWN_TEXTS_PER_DAY; i++) {
        snprintf(text, sizeof text, "word %d", i);
        test_ok(&world->ctx, case_comment(&world->ctx, filed.case_id, str_of(text)));
    }
    assert_error(&world->ctx, case_comment(&world->ctx, filed.case_id, S("more")), ERR_TOO_MANY,
                 NULL);
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY + US_PER_S);
    test_ok(&world->ctx, case_comment(&world->ctx, filed.case_id, S("more")));
}

static void others_add_nothing(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world), other = file_one(world);
    const struct actor *const actors[] = {NULL, test_reporter(world, other.case_id),
                                          test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL)};
    struct test_counts before;

    test_counts(world, &before);
    for (size_t i = 0; i < COUNT(actors); i++) {
        world->ctx.actor = actors[i];
        assert_error(&world->ctx, case_comment(&world->ctx, filed.case_id, S("x")), ERR_DENIED,
                     NULL);
        assert_error(&world->ctx, case_rate(&world->ctx, filed.case_id, 5, S("")), ERR_DENIED,
                     NULL);
    }
    world->ctx.actor = test_reporter(world, filed.case_id);
    assert_error(&world->ctx, case_comment(&world->ctx, filed.case_id, S("  ")), ERR_REQUIRED,
                 "comment");
    assert_error(&world->ctx, case_comment(&world->ctx, filed.case_id, S("a\xff")), ERR_NOT_UTF8,
                 "comment");
    assert_error(&world->ctx, case_rate(&world->ctx, filed.case_id, 6, S("")), ERR_REQUIRED,
                 "score");
    assert_error(&world->ctx, case_rate(&world->ctx, filed.case_id, 5, S("")), ERR_TRANSITION,
                 NULL);
    assert_grown(world, &before, NULL);
}

static void how_it_went_is_said_once_and_changed(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    const struct actor *reporter = test_reporter(world, filed.case_id);
    struct case_rating rating;
    struct test_counts before;
    bool is_rated = true;

    test_ok(&world->ctx, case_rating_of(&world->ctx, filed.case_id, &is_rated, &rating));
    assert_false(is_rated);
    test_ok(&world->ctx,
            test_step(world, reporter, filed.case_id, &(struct step_input){.step = S("withdraw")}));
    world->ctx.actor = reporter;
    test_counts(world, &before);
    test_ok(&world->ctx, case_rate(&world->ctx, filed.case_id, 2, S("Slow")));
    test_ok(&world->ctx, case_rate(&world->ctx, filed.case_id, 2, S("Slow")));
    test_ok(&world->ctx, case_rate(&world->ctx, filed.case_id, 5, S("")));
    assert_grown(world, &before, "satisfaction", 1, "event", 2, "event_payload", 2, "record_leaf",
                 2, NULL);
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, case_rating_of(&world->ctx, filed.case_id, &is_rated, &rating));
    assert_true(is_rated);
    assert_int_equal(rating.score, 5);
    assert_int_equal(rating.text.n, 0);
}

/* The record keeps every change for ever, so they have an end. */
static void a_rating_is_changed_a_few_times(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    const struct actor *reporter = test_reporter(world, filed.case_id);
    struct test_counts before;

    test_ok(&world->ctx,
            test_step(world, reporter, filed.case_id, &(struct step_input){.step = S("withdraw")}));
    world->ctx.actor = reporter;
    test_counts(world, &before);
    for (int i = 0; i <= OWN_RATING_CHANGES; i++)
        test_ok(&world->ctx, case_rate(&world->ctx, filed.case_id, 1 + i % 5, S("so so")));
    assert_int_equal(case_rate(&world->ctx, filed.case_id, 5, S("")), RC_INVALID);
    assert_int_equal(world->ctx.err.id, ERR_RATED);
    assert_str(world->ctx.err.arg, "3");
    ctx_clear_error(&world->ctx);
    test_ok(&world->ctx, case_rate(&world->ctx, filed.case_id, 4, S("so so")));
    assert_grown(world, &before, "satisfaction", 1, "event", 4, "event_payload", 4, "record_leaf",
                 4, NULL);
}

static enum rc attach_tx(struct ctx *ctx, void *arg)
{
    const struct definition *definition = arg;
    static int64_t serial;
    char name[32];
    struct photo_made made = {.full = {.bytes = (int64_t)25 << 20, .width = 1, .height = 1},
                              .thumb = {.bytes = 1, .width = 1, .height = 1}};

    snprintf(name, sizeof name, "full %d", (int)serial++);
    made.full.hash = crypto_sha256(str_of(name));
    made.thumb.hash = crypto_sha256(S("thumb"));
    return photo_attach(ctx, 1, definition, &made);
}

/* A case that is full is told so before its picture is made, which nobody can here. */
static void room_is_asked_before_the_work(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    struct photo_upload upload = {.path = "/dev/null"};
    struct city *city = world->ctx.city;

    for (size_t i = 0; i < city->version_n; i++)
        city->versions[i]->photos.max = 1;
    world->ctx.actor = test_reporter(world, filed.case_id);
    assert_error(&world->ctx, case_photo_add(&world->ctx, filed.case_id, &upload), ERR_CONFIG,
                 NULL);
    test_ok(&world->ctx, db_tx(&world->ctx, attach_tx, city->versions[0]));
    assert_error(&world->ctx, case_photo_add(&world->ctx, filed.case_id, &upload), ERR_CASE_PHOTOS,
                 "photo");
}

static void photos_of_residents_have_an_end(void **state)
{
    struct world *world = *state;
    struct filed filed = file_one(world);
    struct definition definition = *world->ctx.city->services[0];

    assert_int_equal(filed.case_id, 1);
    world->ctx.actor = test_reporter(world, filed.case_id);
    definition.photos.max = 5;
    test_ok(&world->ctx, db_tx(&world->ctx, attach_tx, &definition));
    test_ok(&world->ctx, db_tx(&world->ctx, attach_tx, &definition));
    /* Three of 25 MB are more than may be kept. */
    assert_error(&world->ctx, db_tx(&world->ctx, attach_tx, &definition), ERR_CASE_PHOTOS, "photo");
    definition.photos.max = 1;
    assert_error(&world->ctx, db_tx(&world->ctx, attach_tx, &definition), ERR_CASE_PHOTOS, "photo");
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, db_tx(&world->ctx, attach_tx, &definition));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_comment_is_an_event_for_the_parties),
        TEST(comments_of_a_day_have_an_end),
        TEST(others_add_nothing),
        TEST(how_it_went_is_said_once_and_changed),
        TEST(a_rating_is_changed_a_few_times),
        TEST(photos_of_residents_have_an_end),
        TEST(room_is_asked_before_the_work),
    };

    return RUN_TESTS("engine own", tests);
}
