/* What staff do to a case beside its workflow's steps, through the pages. */
#include "base/buf.h"
#include "console/test_client.h"

static void sign_in(struct browser *browser, struct world *world, const char *login,
                    const char *role)
{
    struct str password = test_city_staff(&world->city, login, role, "city", "");

    browser->world = world;
    browser_sign_in(browser, login, password);
}

/* Files a case with a name and a text, and has an agent look at the page of an act. Its path. */
static struct str begin_act(struct world *world, struct browser *browser, const char *verb)
{
    struct str number = test_city_file(&world->city, "hole", true, "Near the bus stop");
    struct str path = case_path(world, number, verb);

    sign_in(browser, world, "rdiaz", "agent");
    assert_int_equal(browse(browser, path), 200);
    return path;
}

static void a_case_goes_to_another_service_and_back(void **state)
{
    struct world *world = *state;
    struct browser browser = {0};
    struct str path = begin_act(world, &browser, "/transfer");

    assert_false(page_has(&browser, "<option value=\"hole\""));
    assert_int_equal(submit(&browser, path, case_form(&browser, "service=&reason=x&act=plan")),
                     422);
    assert_true(page_has(&browser, "service-error"));
    assert_int_equal(
        submit(&browser, path, case_form(&browser, "service=tree&reason=It+is+one&act=plan")), 200);
    assert_true(page_has(&browser, "<ins>Trees</ins>"));
    assert_true(page_has(&browser, "Is a lane blocked?"));
    assert_true(page_has(&browser, "It is one</textarea>"));
    /* Nothing is done that was not shown. */
    assert_int_equal(
        submit(&browser, path, case_form(&browser, "service=sign&planned=tree&reason=y&act=do")),
        200);
    assert_int_equal(
        submit(&browser, path, case_form(&browser, "service=tree&planned=tree&reason=&act=do")),
        422);
    assert_true(page_has(&browser, "reason-error"));
    assert_int_equal(submit(&browser, path,
                            case_form(&browser, "service=tree&planned=tree&reason=A+root&act=do")),
                     303);
    assert_int_equal(browse(&browser, location_of(&browser)), 200);
    assert_true(page_has(&browser, "Transferred to Tree"));
    assert_true(page_has(&browser, "A root"));
    assert_true(page_has(&browser, "Is a lane blocked?"));
    assert_true(page_has(&browser, "<h1>Tree</h1>"));
    assert_int_equal(browse(&browser, path), 200);
    assert_int_equal(
        submit(&browser, path, case_form(&browser, "service=hole&planned=hole&reason=No&act=do")),
        303);
    assert_int_equal(browse(&browser, location_of(&browser)), 200);
    assert_true(page_has(&browser, "Streets East"));
}

/* The history says which day does not count and why, and "Why?" where the date comes from. */
static void a_closed_day_is_in_the_history(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "hole", true, "Near the bus stop");
    struct str day = test_city_close_tomorrow(&world->city, "Burst <pipe>");
    struct str title = str_fmt(arena, "The deadline was moved: %.*s does not count", STR_ARG(day));
    struct str why =
        str_fmt(arena, "%.*s does not count any more (Burst &lt;pipe&gt;).", STR_ARG(day));

    sign_in(&browser, world, "rdiaz", "agent");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, str_z(arena, title)));
    assert_true(page_has(&browser, "Burst &lt;pipe&gt;"));
    assert_false(page_has(&browser, ">: the deadline was moved"));
    assert_true(page_has(&browser, "The date moved from "));
    assert_true(page_has(&browser, str_z(arena, why)));
}

/* The form asks for no asset: whoever sends one all the same is told what is wrong with it. */
static void an_asset_that_is_none_is_told_at_its_field(void **state)
{
    static const char *const buttons[] = {"plan", "do"};
    struct world *world = *state;
    struct browser browser = {0};
    struct str path = begin_act(world, &browser, "/transfer");

    for (size_t i = 0; i < COUNT(buttons); i++) {
        struct str typed =
            str_fmt(world->site.ctx.arena,
                    "service=tree&planned=tree&f.post=Mine&reason=Bent&act=%s", buttons[i]);

        assert_int_equal(
            submit(&browser, path, case_form(&browser, str_z(world->site.ctx.arena, typed))), 422);
        assert_true(page_has(&browser, "id=\"post-error\""));
        assert_true(page_has(&browser, "href=\"#post\""));
        assert_true(page_has(&browser, "name=\"f.post\" type=\"text\" value=\"Mine\""));
        assert_true(page_has(&browser, "<ins>Trees</ins>"));
        assert_true(page_has(&browser, "Bent</textarea>"));
    }
    assert_int_equal(
        submit(&browser, path,
               case_form(&browser, "service=tree&planned=tree&f.post=SP-1&reason=Bent&act=do")),
        303);
    assert_int_equal(browse(&browser, location_of(&browser)), 200);
    assert_true(page_has(&browser, "SP-1"));
}

/* A question is asked as the report asks it: a day with the browser's own calendar. */
static void a_transfer_asks_as_the_report_does(void **state)
{
    struct world *world = *state;
    struct browser browser = {0};
    struct str path = begin_act(world, &browser, "/transfer");

    assert_int_equal(
        submit(&browser, path,
               case_form(&browser,
                         "service=tree&f.planted=2020-04-01&f.height=7&reason=Bent&act=plan")),
        200);
    assert_true(page_has(&browser, "name=\"f.planted\" type=\"date\" value=\"2020-04-01\""));
    assert_true(
        page_has(&browser, "name=\"f.height\" type=\"text\" inputmode=\"decimal\" value=\"7\""));
}

static void who_is_second_sees_what_changed(void **state)
{
    static const struct {
        const char *verb, *typed, *kept;
    } acts[] = {
        {"/transfer", "service=tree&planned=tree&reason=Typed+text&act=do",
         "Typed text</textarea>"},
        {"/team", "team=trees&reason=Typed+text&act=do", "Typed text</textarea>"},
        {"/merge", "into=OTHER&planned=OTHER&reason=Typed+text&act=do", "Typed text</textarea>"},
        {"/hide", "show=no&reason=Typed+text&act=do", "Typed text</textarea>"},
        {"/redact", "what=description&sure=yes&reason=Typed+text&act=do", "Typed text</textarea>"},
    };
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser one = {0}, two = {0};
    struct str number = test_city_file(&world->city, "hole", false, "Near the bus stop");
    struct str other = test_city_file(&world->city, "hole", false, "There too");

    sign_in(&one, world, "one", "agent");
    sign_in(&two, world, "two", "supervisor");
    for (size_t i = 0; i < COUNT(acts); i++) {
        struct str path = case_path(world, number, acts[i].verb), rest = str_of(acts[i].typed);
        struct buf typed = buf_in(arena, 2000);
        ptrdiff_t at;

        while ((at = str_find(rest, S("OTHER"))) >= 0) {
            buf_add(&typed, str_slice(rest, 0, (size_t)at));
            buf_add(&typed, other);
            rest = str_slice(rest, (size_t)at + 5, rest.n);
        }
        buf_add(&typed, rest);
        assert_int_equal(browse(&two, path), 200);
        assert_int_equal(browse(&one, case_path(world, number, "")), 200);
        assert_int_equal(submit(&one, case_path(world, number, "/assign"),
                                case_form(&one, i % 2 ? "assignee=" : "assignee=me")),
                         303);
        assert_int_equal(submit(&two, path, case_form(&two, str_z(arena, buf_str(&typed)))), 409);
        assert_true(page_has(&two, "Somebody changed this case"));
        assert_true(page_has(&two, "<ins>Assigned</ins>"));
        assert_true(page_has(&two, "Name of one"));
        assert_true(page_has(&two, acts[i].kept));
    }
    /* Sent once more, it is done. */
    assert_int_equal(
        submit(&two, case_path(world, number, "/redact"),
               case_form(&two, "what=description&sure=yes&reason=Names+a+person&act=do")),
        303);
    assert_int_equal(browse(&two, case_path(world, number, "")), 200);
    assert_false(page_has(&two, "Near the bus stop"));
    assert_true(page_has(&two, "Names a person"));
}

static void cases_are_merged_and_taken_apart(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser agent = {0}, boss = {0};
    struct str one = test_city_file(&world->city, "hole", false, "First");
    struct str two = test_city_file(&world->city, "hole", false, "Second");
    struct str path = case_path(world, two, "/merge");
    struct str typed;

    sign_in(&agent, world, "agent", "agent");
    sign_in(&boss, world, "boss", "supervisor");
    assert_int_equal(browse(&agent, path), 403);
    assert_int_equal(browse(&boss, path), 200);
    assert_int_equal(submit(&boss, path, case_form(&boss, "into=26-99999-9&reason=x&act=plan")),
                     422);
    assert_true(page_has(&boss, "into-error"));
    typed = str_fmt(arena, "into=%.*s&reason=Same&act=plan", STR_ARG(one));
    assert_int_equal(submit(&boss, path, case_form(&boss, str_z(arena, typed))), 200);
    assert_true(page_has(&boss, "First"));
    typed = str_fmt(arena, "into=%.*s&planned=%.*s&reason=Same&act=do", STR_ARG(one), STR_ARG(one));
    assert_int_equal(submit(&boss, path, case_form(&boss, str_z(arena, typed))), 303);
    assert_int_equal(browse(&boss, location_of(&boss)), 200);
    assert_true(page_has(&boss, "Merged into another case"));
    assert_true(page_has(&boss, str_z(arena, str_fmt(arena, "Merged into %.*s", STR_ARG(one)))));
    assert_false(page_has(&boss, "Reopen"));
    assert_int_equal(browse(&boss, case_path(world, one, "")), 200);
    assert_true(page_has(&boss, "Merged into this case"));
    assert_int_equal(submit(&agent, case_path(world, two, "/unmerge"), S("reason=x&act=do")), 403);
    path = case_path(world, two, "/unmerge");
    assert_int_equal(browse(&boss, path), 200);
    assert_int_equal(submit(&boss, path, case_form(&boss, "reason=Another+one&act=do")), 303);
    assert_int_equal(browse(&boss, location_of(&boss)), 200);
    assert_true(page_has(&boss, "Another one"));
    assert_false(page_has(&boss, "Merged into another case"));
    assert_true(page_has(&boss, "Start work"));
}

static void cases_are_linked(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser browser = {0};
    struct str one = test_city_file(&world->city, "hole", false, "");
    struct str two = test_city_file(&world->city, "tree", false, "");
    struct str path = case_path(world, one, "/links");

    sign_in(&browser, world, "rdiaz", "agent");
    assert_int_equal(browse(&browser, case_path(world, one, "")), 200);
    assert_int_equal(submit(&browser, path, S("other=nothing&act=add")), 422);
    assert_true(page_has(&browser, "other-error"));
    assert_true(page_has(&browser, "value=\"nothing\""));
    assert_int_equal(submit(&browser, path, str_fmt(arena, "other=%.*s&act=add", STR_ARG(two))),
                     303);
    assert_int_equal(browse(&browser, case_path(world, two, "")), 200);
    assert_true(page_has(&browser, str_z(arena, str_fmt(arena, "Linked with %.*s", STR_ARG(one)))));
    assert_int_equal(submit(&browser, path, str_fmt(arena, "other=%.*s&act=end", STR_ARG(two))),
                     303);
    assert_int_equal(browse(&browser, case_path(world, one, "")), 200);
    assert_true(page_has(&browser, "Link with"));
}

static void text_is_released_and_taken_back(void **state)
{
    struct world *world = *state;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "hole", false, "Deep");
    struct str path = case_path(world, number, "/description");

    sign_in(&browser, world, "rdiaz", "agent");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Release this text"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "show=public")), 303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Text released to the public"));
    assert_int_equal(submit(&browser, path, case_form(&browser, "show=private")), 303);
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "Text taken back"));
    assert_true(page_has(&browser, "Release this text"));
}

static void a_reply_is_filled_in(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct str wanted = str_fmt(
        arena, "Dear Pat,\n\nThank you, %.*s is with Streets West.</textarea>", STR_ARG(number));

    sign_in(&browser, world, "rdiaz", "agent");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_int_equal(submit(&browser, case_path(world, number, "/steps/ask"),
                            case_form(&browser, "message=Dear+Pat,&reply=thanks&fill=1")),
                     200);
    assert_true(page_has(&browser, str_z(arena, wanted)));
    assert_false(page_has(&browser, "Waiting for you"));
    /* A note takes one as well, and stays of the kind that was chosen. */
    assert_int_equal(
        submit(&browser, case_path(world, number, "/notes"),
               case_form(&browser, "note=Dear+Pat,&visibility=public&reply=thanks&fill=1")),
        200);
    assert_true(page_has(&browser, str_z(arena, wanted)));
    assert_true(page_has(&browser, "value=\"public\" checked"));
    assert_false(page_has(&browser, "<h3>Public note</h3>"));
    assert_false(page_has(&browser, "note-error"));
}

static void how_it_went_and_what_a_step_set_is_told(void **state)
{
    struct world *world = *state;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "lamp", false, "");

    test_city_step(&world->city, 1, "look");
    test_city_step(&world->city, 1, "finish");
    sign_in(&browser, world, "rdiaz", "agent");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "<h3>Set by the step</h3>"));
    assert_true(page_has(&browser, "<dt>Is the lamp broken?</dt><dd dir=\"auto\">Yes</dd>"));
    assert_true(
        page_has(&browser, "<dt>What is broken?</dt><dd dir=\"auto\">The bulb, The pole</dd>"));
    assert_true(page_has(&browser, "<dt>Why?</dt><dd dir=\"auto\">It is old</dd>"));
    assert_false(page_has(&browser, "bulb,pole"));
    assert_false(page_has(&browser, "How it went"));
    test_city_rate(&world->city, 1, 4, "Quick, <b>thanks</b>");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_true(page_has(&browser, "The resident said how it went: 4 of 5"));
    assert_true(page_has(&browser, "4 of 5</span>"));
    assert_true(page_has(&browser, "Quick, &lt;b&gt;thanks"));
    assert_false(page_has(&browser, "case.answered"));
    assert_false(page_has(&browser, "case.rated"));
}

static void what_was_kept_for_a_time_is_said_to_be_gone(void **state)
{
    static const struct {
        const char *at, *said, *kept, *entry;
    } tellings[] = {
        {"", "Answers erased: the time they are kept was over", "Kept for 30 days after closing",
         "An earlier entry was erased with them: it held the answers"},
        {"/es", "Respuestas borradas: terminó el plazo en que se conservan",
         "Se conservó 30 días después del cierre", "Con ellas se borró una entrada anterior"},
        {"/vi", "Đã xóa các câu trả lời: hết thời hạn lưu giữ", "Đã lưu giữ 30 ngày sau khi đóng",
         "Một mục trước đó có chứa các câu trả lời"},
    };
    struct world *world = *state;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "lamp", false, "");

    test_city_step(&world->city, 1, "look");
    test_city_step(&world->city, 1, "finish");
    test_city_expire(&world->city, 1, 30);
    sign_in(&browser, world, "rdiaz", "agent");
    for (size_t i = 0; i < COUNT(tellings); i++) {
        struct str path = str_fmt(world->site.ctx.arena, "%s%.*s", tellings[i].at,
                                  STR_ARG(case_path(world, number, "")));

        assert_int_equal(browse(&browser, path), 200);
        assert_true(page_has(&browser, tellings[i].said));
        assert_true(page_has(&browser, tellings[i].kept));
        assert_true(page_has(&browser, tellings[i].entry));
        assert_true(page_has(&browser, "<dt>Is the lamp broken?</dt>"));
        assert_false(page_has(&browser, "<dd dir=\"auto\">Yes</dd>"));
        assert_false(page_has(&browser, "retention"));
        assert_false(page_has(&browser, "answers.expired"));
    }
}

static void a_work_order_has_all_a_crew_needs(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser browser = {0};
    struct str number = test_city_file(&world->city, "hole", true, "Near the bus stop");

    sign_in(&browser, world, "rdiaz", "crew");
    assert_int_equal(browse(&browser, case_path(world, number, "")), 200);
    assert_int_equal(submit(&browser, case_path(world, number, "/notes"),
                            case_form(&browser, "note=Bring+the+saw&visibility=private")),
                     303);
    assert_int_equal(browse(&browser, case_path(world, number, "/work-order")), 200);
    assert_true(page_has(&browser, "Bring the saw"));
    assert_true(page_has(&browser, "Near the bus stop"));
    assert_true(page_has(&browser, "251-555-0199"));
    assert_true(page_has(&browser, "Done by"));
    assert_true(page_has(&browser, str_z(arena, number)));
    assert_false(page_has(&browser, "linh@example.com"));
    /* Who left an address alone is reached by it. */
    test_city_exec(&world->city, "DELETE FROM contact_point WHERE kind = 'phone'");
    assert_int_equal(browse(&browser, case_path(world, number, "/work-order")), 200);
    assert_true(page_has(&browser, "<span>linh@example.com</span>"));
}

static void others_do_not_act(void **state)
{
    static const char *const verbs[] = {"/transfer", "/place", "/team",  "/merge",
                                        "/unmerge",  "/hide",  "/redact"};
    struct world *world = *state;
    struct browser east = {.world = world}, auditor = {0};
    struct str password = test_city_staff(&world->city, "east", "supervisor", "team", "east");
    struct str number = test_city_file(&world->city, "hole", false, "");

    sign_in(&auditor, world, "audit", "auditor");
    browser_sign_in(&east, "east", password);
    for (size_t i = 0; i < COUNT(verbs); i++) {
        struct str path = case_path(world, number, verbs[i]);

        assert_int_equal(browse(&east, path), 404);
        assert_int_equal(submit(&east, path, S("reason=x&act=do")), 404);
        assert_int_equal(browse(&auditor, path), 403);
        assert_int_equal(submit(&auditor, path, S("reason=x&act=do")), 403);
    }
    assert_int_equal(submit(&east, case_path(world, number, "/links"), S("other=1")), 404);
    assert_int_equal(submit(&east, case_path(world, number, "/description"), S("show=public")),
                     404);
    assert_int_equal(browse(&east, case_path(world, number, "/work-order")), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_case_goes_to_another_service_and_back),
        WORLD_TEST(a_closed_day_is_in_the_history),
        WORLD_TEST(an_asset_that_is_none_is_told_at_its_field),
        WORLD_TEST(a_transfer_asks_as_the_report_does),
        WORLD_TEST(who_is_second_sees_what_changed),
        WORLD_TEST(cases_are_merged_and_taken_apart),
        WORLD_TEST(cases_are_linked),
        WORLD_TEST(text_is_released_and_taken_back),
        WORLD_TEST(a_reply_is_filled_in),
        WORLD_TEST(how_it_went_and_what_a_step_set_is_told),
        WORLD_TEST(what_was_kept_for_a_time_is_said_to_be_gone),
        WORLD_TEST(a_work_order_has_all_a_crew_needs),
        WORLD_TEST(others_do_not_act),
    };

    return cmocka_run_group_tests_name("acts", tests, NULL, NULL);
}
