/* The offer of open cases that a report may be one of: when it is made, made again, and what each
 * answer to it does. */
#include "portal/similar.h"

#include "engine/cases/case_privacy.h"
#include "portal/test_visitor.h"

#define TEXT(world, ...) str_z((world)->ctx.arena, str_fmt((world)->ctx.arena, __VA_ARGS__))

static int64_t count(struct world *world, const char *what)
{
    return test_i64(world, TEXT(world, "SELECT count(*) FROM %s", what), 0);
}

static const char *other_at(struct world *world, const char *place)
{
    struct filed filed = test_file(world, &(struct test_filing){.place = place});

    return str_z(world->ctx.arena, filed.number);
}

/* Ana's report has come to its end, and something like it is open nearby. */
static void set_scene(struct visitor *ana, struct world *world, const char *email)
{
    visitor_init(ana, world);
    visitor_fills(ana, email);
    assert_leads(ana, "/report/pothole/similar");
}

static void an_open_case_nearby_is_offered_once(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    const char *other = other_at(world, "795 Massachusetts Ave");

    set_scene(&ana, world, "");
    visit(&ana, "/report/pothole/check"); /* the way around it leads back */
    assert_leads(&ana, "/report/pothole/similar");
    assert_int_equal(visit(&ana, "/report/pothole/similar"), 200);
    assert_true(sees(&ana, "Is it one of these?") && sees(&ana, other) &&
                sees(&ana, "Step 5 of 6"));
    assert_false(sees(&ana, "checked"));
    assert_int_equal(submit(&ana, "", "/report/pothole/similar"), 422);
    assert_true(sees(&ana, "href=\"#case\"") && sees(&ana, "id=\"case-error\""));
    assert_int_equal(submit(&ana, "case=26-99999-0", "/report/pothole/similar"), 422);
    submit(&ana, "case=none", "/report/pothole/similar");
    assert_leads(&ana, "/report/pothole/check");
    assert_int_equal(visit(&ana, "/report/pothole/check"), 200);
    submit(&ana, "size=plate", "/report/pothole/size");
    assert_leads(&ana, "/report/pothole/check");
    submit(&ana, "place=795+Massachusetts+Ave", "/report/pothole/where"); /* the place anew */
    assert_leads(&ana, "/report/pothole/similar");
    submit(&ana, "case=none", "/report/pothole/similar");
    submit(&ana, "", "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/done");
    assert_int_equal(count(world, "cases"), 2);
}

static void what_is_not_like_it_is_not_offered(void **state)
{
    struct world *world = *state;
    struct visitor ana;

    other_at(world, "10 Garden St"); /* far away */
    other_at(world, "795 Massachusetts Ave");
    other_at(world, "795 Massachusetts Ave");
    test_file(world,
              &(struct test_filing){.service = "graffiti", .answers = {"surface", "public"}});
    test_exec(world, "UPDATE cases SET is_hidden = TRUE WHERE id = 2;"
                     "UPDATE cases SET state_type = 2, state = 'resolved' WHERE id = 3");
    visitor_init(&ana, world);
    visitor_fills(&ana, "");
    assert_leads(&ana, "/report/pothole/check");
    visit(&ana, "/report/pothole/similar"); /* nothing to ask: on */
    assert_leads(&ana, "/report/pothole/check");
}

/* What is hidden while somebody looks at it is followed by nobody. */
static void a_case_that_goes_away_is_none_to_choose(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    const char *other = other_at(world, "795 Massachusetts Ave");

    set_scene(&ana, world, "ana@example.org");
    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    submit(&ana, TEXT(world, "case=%s", other), "/report/pothole/similar");
    assert_leads(&ana, "/report/pothole/check");
    assert_int_equal(count(world, "message"), 0);
    assert_int_equal(count(world, "draft"), 1);
}

static void the_other_case_is_followed_in_its_place(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    const char *other = other_at(world, "795 Massachusetts Ave");

    set_scene(&ana, world, "ana@example.org");
    submit(&ana, TEXT(world, "case=%s", other), "/es/report/pothole/similar");
    assert_leads(&ana, TEXT(world, "/es/cases/%s/follow/sent", other));
    assert_int_equal(count(world, "message WHERE address = 'ana@example.org'"), 1);
    assert_int_equal(count(world, "cases"), 1);
    assert_int_equal(count(world, "draft"), 0);
    assert_int_equal(asker_cookie(&ana.asker, "draft").n, 0);
    visit(&ana, "/report/pothole/check");
    assert_leads(&ana, "/report/pothole/where");
}

static void who_gave_no_address_is_asked_for_one(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    const char *other = other_at(world, "795 Massachusetts Ave");

    set_scene(&ana, world, "");
    submit(&ana, TEXT(world, "case=%s", other), "/report/pothole/similar");
    assert_leads(&ana, TEXT(world, "/cases/%s/follow", other));
    assert_int_equal(count(world, "message"), 0);
    assert_int_equal(count(world, "draft"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_open_case_nearby_is_offered_once),
        TEST(what_is_not_like_it_is_not_offered),
        TEST(a_case_that_goes_away_is_none_to_choose),
        TEST(the_other_case_is_followed_in_its_place),
        TEST(who_gave_no_address_is_asked_for_one),
    };

    return RUN_TESTS("portal/similar", tests);
}
