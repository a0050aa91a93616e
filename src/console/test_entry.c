#include "base/buf.h"
#include "console/test_client.h"

#define KEY "abcdefghijklmnopqrstuvwxyz0123456789"

static struct browser agent(struct world *world)
{
    struct browser browser = {.world = world};

    browser_sign_in(&browser, "rdiaz", test_city_staff(&world->city, "rdiaz", "agent", "city", ""));
    browse(&browser, S("/staff/new/hole"));
    return browser;
}

static int post(struct browser *browser, const char *form)
{
    return submit(browser, S("/staff/new/hole"), str_of(form));
}

static void a_caller_is_entered_once(void **state)
{
    struct world *world = *state;
    struct browser browser = agent(world);
    const char *form = "key=" KEY "&asked=lane&f-lane=true&description=Deep&name=Linh+Tran"
                       "&phone=251-555-0199&channel=counter&lang=es";
    struct str first;

    assert_true(page_has(&browser, "name=\"f-lane\""));
    assert_int_equal(post(&browser, form), 303);
    first = str_copy(world->city.ctx.arena, location_of(&browser));
    assert_true(str_starts_with(first, S("/staff/new/done/")));
    assert_int_equal(post(&browser, form), 303);
    assert_true(str_eq(location_of(&browser), first));
    assert_int_equal(browse(&browser, first), 200);
    assert_true(page_has(&browser, "data-key=\"n\""));
    assert_true(page_has(&browser, "<bdi>2 ")); /* the number, digit by digit */
    assert_true(page_has(&browser, " - 0 0 0 0 1 - "));
    assert_true(page_has(&browser, "Streets East"));
    browse(&browser, S("/staff/queue?state=open"));
    assert_true(page_has(&browser, "Streets East <span class=\"ch-count\">1</span>"));
}

static void nobody_need_be_named(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(post(&browser, "key=" KEY "&asked=lane&f-lane=false&channel=phone"), 303);
}

static void what_is_wrong_stands_at_its_field(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(post(&browser, "key=" KEY "&asked=lane&f-lane=maybe&email=at+home"
                                    "&description=Kept&channel=counter"),
                     422);
    assert_true(page_has(&browser, "id=\"f-lane-error\""));
    assert_true(page_has(&browser, "id=\"email-error\""));
    assert_true(page_has(&browser, "<a href=\"#email\">Email address: Please"));
    assert_true(page_has(&browser, "<a href=\"#f-lane\">Is a lane blocked? Please"));
    assert_true(page_has(&browser, "Kept</textarea>"));
    assert_true(page_has(&browser, "value=\"" KEY "\""));
    assert_true(page_has(&browser, "value=\"at home\""));
}

static void a_question_that_was_not_seen_is_asked(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(post(&browser, "key=" KEY "&asked=&f-lane=true"), 200);
    assert_true(page_has(&browser, "name=\"f-lane\""));
    assert_true(page_has(&browser, "brings another question"));
}

/* What the public reads first, in the caller's language and in the agent's; what a number counts.
 */
static void the_caller_hears_what_the_public_reads(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(browse(&browser, S("/staff/new/hole")), 200);
    assert_false(page_has(&browser, "Say this first"));
    assert_int_equal(browse(&browser, S("/staff/new/tree?lang=es")), 200);
    assert_true(page_has(&browser, "Say this first"));
    assert_true(page_has(&browser, "<p lang=\"es\">Un árbol sobre un cable: aléjese.</p>"));
    assert_true(page_has(&browser, "A tree on a wire: stay away."));
    assert_true(page_has(&browser, "aria-describedby=\"f-height-help f-height-unit\""));
    assert_true(page_has(&browser, "<span id=\"f-height-unit\">feet</span>"));
    assert_true(page_has(&browser, "<span class=\"usa-hint\" id=\"f-height-help\">A storey is ten "
                                   "feet.</span>"));
    assert_true(
        page_has(&browser, "<span class=\"usa-hint\" lang=\"es\">Un piso son diez pies.</span>"));
    assert_false(page_has(&browser, "f-post-help"));
}

/* One who listens hears the hint too, and what is wrong. */
static void a_hint_is_read_with_its_box(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(browse(&browser, S("/staff/new/hole")), 200);
    assert_true(page_has(&browser, "id=\"f-lane-help\">Cars drive around it.</span>"));
    assert_true(page_has(&browser, "aria-describedby=\"f-lane-help\""));
    assert_false(page_has(&browser, "Los autos lo rodean."));
    assert_int_equal(post(&browser, "key=" KEY "&asked=lane&f-lane=maybe"), 422);
    assert_true(page_has(&browser, "aria-describedby=\"f-lane-help f-lane-error\""));
}

static void a_form_without_our_key_is_refused(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(post(&browser, "asked=lane&f-lane=true"), 400);
    browse(&browser, S("/staff/new/hole"));
    assert_int_equal(post(&browser, "key=short&asked=lane"), 400);
    browse(&browser, S("/staff/new/hole"));
    assert_int_equal(post(&browser, "key=%3Cscript%3Ealert(1)%3C%2Fscript%3E"), 400);
}

static void hostile_text_comes_back_as_text(void **state)
{
    struct browser browser = agent(*state);

    assert_int_equal(post(&browser,
                          "key=" KEY "&asked=lane&f-lane=%3Cscript%3E&name=%3Cscript%3Ealert(1)"
                          "&description=%3C%2Ftextarea%3E%3Cscript%3E&email=%22%3E%3Cscript%3E"
                          "&place=%3Cscript%3E&place_id=..%2F..%2F&seen=%3Cscript%3E"),
                     422);
    assert_false(page_has(&browser, "<script>"));
    assert_int_equal(browse(&browser, S("/staff/new?q=%3Cscript%3E")), 200);
    assert_false(page_has(&browser, "<script>"));
}

static void a_service_is_found_by_words(void **state)
{
    struct world *world = *state;
    struct browser browser = agent(world);

    assert_int_equal(browse(&browser, S("/staff/new?q=HOLE&channel=counter&lang=vi")), 303);
    assert_str(location_of(&browser), "/staff/new/hole?channel=counter&lang=vi");
    assert_int_equal(browse(&browser, S("/staff/new?q=tre")), 303);
    assert_str(location_of(&browser), "/staff/new/tree?channel=phone&lang=en");
    assert_int_equal(browse(&browser, S("/staff/new?q=zeppelin")), 200);
    assert_true(page_has(&browser, "q-error"));
    assert_int_equal(browse(&browser, S("/staff/new")), 200);
    assert_true(page_has(&browser, "/staff/new/sign?"));
    assert_int_equal(browse(&browser, S("/staff/new/zeppelin")), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_caller_is_entered_once),
        WORLD_TEST(nobody_need_be_named),
        WORLD_TEST(what_is_wrong_stands_at_its_field),
        WORLD_TEST(a_question_that_was_not_seen_is_asked),
        WORLD_TEST(the_caller_hears_what_the_public_reads),
        WORLD_TEST(a_hint_is_read_with_its_box),
        WORLD_TEST(a_form_without_our_key_is_refused),
        WORLD_TEST(hostile_text_comes_back_as_text),
        WORLD_TEST(a_service_is_found_by_words),
    };

    return cmocka_run_group_tests_name("console/entry", tests, NULL, NULL);
}
