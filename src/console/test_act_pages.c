/* Each act's page with what nobody should send: nothing, too much, what does not exist, markup, an
 * old or foreign form; as every role, on open, closed and merged cases. Nothing may change, and
 * what was typed must come back as text. */
#include "base/buf.h"
#include "console/test_client.h"

static const char *const acts[] = {"transfer", "place", "team",  "merge",
                                   "unmerge",  "hide",  "redact"};

static struct browser staff(struct world *world, const char *login, const char *role)
{
    struct browser browser = {.world = world};

    browser_sign_in(&browser, login, test_city_staff(&world->city, login, role, "city", ""));
    return browser;
}

/* Sends a form of an act's page as a person who has just opened it. */
static int send(struct browser *browser, struct str number, const char *act, const char *rest)
{
    struct world *world = browser->world;
    struct str verb = str_fmt(world->site.ctx.arena, "/%s", act);
    struct str path = case_path(world, number, str_z(world->site.ctx.arena, verb));

    assert_int_equal(browse(browser, path), 200);
    return submit(browser, path, case_form(browser, rest));
}

static int64_t events(struct world *world)
{
    return test_city_count(&world->city, "SELECT count(*) FROM event");
}

/* Sends it, wants the status, and that nothing happened to any case. */
static void assert_refused(struct browser *browser, struct str number, const char *act,
                           const char *rest, int status)
{
    int64_t before = events(browser->world);
    int got = send(browser, number, act, rest);

    if (got != status)
        print_error("%s, %s: %d\n", act, rest, got);
    assert_int_equal(got, status);
    assert_int_equal(events(browser->world), before);
}

/* The page that came back: the field's error stands at it, the summary leads there, and no
 * markup that was typed is markup. */
static void assert_told(struct browser *browser, const char *field)
{
    struct arena *arena = browser->world->site.ctx.arena;

    assert_true(page_has(browser, str_z(arena, str_fmt(arena, "id=\"%s-error\"", field))));
    assert_true(page_has(browser, "ch-errors"));
    assert_false(page_has(browser, "<script>"));
}

#define MARKUP "%3C%2Ftextarea%3E%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"

static void what_is_missing_or_unknown_is_told(void **state)
{
    static const struct {
        const char *act, *typed, *field;
    } tries[] = {
        {"transfer", "reason=x&act=plan", "service"},
        {"transfer", "service=hole&reason=x&act=plan", "service"}, /* it is one already */
        {"transfer", "service=no-such&reason=x&act=plan", "service"},
        {"transfer", "service=" MARKUP "&reason=" MARKUP "&act=plan", "service"},
        {"transfer", "service=tree&planned=tree&reason=++&act=do", "reason"},
        {"place", "place=&act=plan", "place"},
        {"place", "place=" MARKUP "&act=plan", "place"},
        {"place", "place=91.5,-200.25&act=plan", "place"},
        {"team", "reason=x&act=do", "team"},
        {"team", "team=no-such&reason=x&act=do", "team"},
        {"team", "team=" MARKUP "&reason=" MARKUP "&act=do", "team"},
        {"team", "team=trees&reason=&act=do", "reason"},
        {"merge", "into=&reason=x&act=plan", "into"},
        {"merge", "into=1&reason=x&act=plan", "into"},
        {"merge", "into=" MARKUP "&reason=" MARKUP "&act=plan", "into"},
        {"hide", "show=no&reason=&act=do", "reason"},
        {"redact", "reason=x&sure=yes&act=do", "what"},
        {"redact", "what=no-such&reason=x&sure=yes&act=do", "what"},
        {"redact", "what=" MARKUP "&reason=" MARKUP "&sure=yes&act=do", "what"},
        {"redact", "what=description&reason=&sure=yes&act=do", "reason"},
        {"redact", "what=description&reason=x&act=do", "sure"},
    };
    struct world *world = *state;
    struct browser boss = staff(world, "boss", "supervisor");
    struct str number = test_city_file(&world->city, "hole", false, "Near the bus stop");

    for (size_t i = 0; i < COUNT(tries); i++) {
        assert_refused(&boss, number, tries[i].act, tries[i].typed, 422);
        assert_told(&boss, tries[i].field);
    }
    browse(&boss, case_path(world, number, ""));
    assert_true(page_has(&boss, "Near the bus stop"));
}

static void a_case_is_not_merged_into_itself(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser boss = staff(world, "boss", "supervisor");
    struct str one = test_city_file(&world->city, "hole", false, "First");
    struct str two = test_city_file(&world->city, "hole", false, "Second");
    struct str itself = str_fmt(arena, "into=%.*s&reason=x&act=plan", STR_ARG(one));
    struct str to_two =
        str_fmt(arena, "into=%.*s&planned=%.*s&reason=x&act=do", STR_ARG(two), STR_ARG(two));
    struct str to_one =
        str_fmt(arena, "into=%.*s&planned=%.*s&reason=x&act=do", STR_ARG(one), STR_ARG(one));
    struct str to_plan = str_fmt(arena, "into=%.*s&reason=x&act=plan", STR_ARG(one));
    struct str three = test_city_file(&world->city, "hole", false, "Third");
    struct str to_closed = str_fmt(arena, "into=%.*s&reason=x&act=plan", STR_ARG(three));

    assert_refused(&boss, one, "merge", str_z(arena, itself), 422);
    assert_told(&boss, "into");
    assert_int_equal(send(&boss, one, "merge", str_z(arena, to_two)), 303);
    /* Nor into one that leads on already: there would be a ring. */
    assert_refused(&boss, two, "merge", str_z(arena, to_one), 409);
    assert_told(&boss, "into");
    assert_refused(&boss, two, "merge", str_z(arena, to_plan), 409);
    assert_false(page_has(&boss, "id=\"plan\"")); /* no plan for what cannot be done */
    test_city_step(&world->city, 3, "start");
    test_city_step(&world->city, 3, "resolve");
    assert_refused(&boss, two, "merge", str_z(arena, to_closed), 409);
    assert_told(&boss, "into");
}

/* A reason is as long as it may be and no longer, and keeps no control characters. */
static void a_reason_has_an_end(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser boss = staff(world, "boss", "supervisor");
    struct str number = test_city_file(&world->city, "hole", false, "Near the bus stop");
    struct buf long_form = buf_in(arena, 40000);

    buf_add_fmt(&long_form, "show=no&act=do&reason=");
    for (int i = 0; i < 20000; i++)
        buf_add(&long_form, S("x"));
    assert_refused(&boss, number, "hide", str_z(arena, buf_str(&long_form)), 422);
    assert_told(&boss, "reason");
    assert_refused(&boss, number, "hide", "show=no&act=do&reason=a%00b", 422);
    assert_refused(&boss, number, "hide", "show=no&act=do&reason=%FF%FE", 422);
    assert_int_equal(send(&boss, number, "hide",
                          "show=no&act=do&reason=%F0%9F%95%B3+%22b%22+%3Cb%3E+%D7%A9%D7%9C"),
                     303);
    assert_int_equal(browse(&boss, location_of(&boss)), 200);
    assert_true(page_has(&boss, "\xf0\x9f\x95\xb3 &quot;b&quot; &lt;b&gt;") ||
                page_has(&boss, "\xf0\x9f\x95\xb3 \"b\" &lt;b&gt;"));
}

/* A form without the token, or with what says which case it was made for bent, does nothing. */
static void a_foreign_or_bent_form_does_nothing(void **state)
{
    /* versions that the case never had, or has no more */
    static const char *const bent[] = {"lock_version=2&seen=0&", "lock_version=77&seen=y&",
                                       "lock_version=9223372036854775807&seen=-1&"};
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser boss = staff(world, "boss", "supervisor");
    struct str number = test_city_file(&world->city, "hole", false, "Near the bus stop");
    struct str path = case_path(world, number, "/hide");
    int64_t before = events(world);

    for (size_t i = 0; i < COUNT(bent); i++) {
        int status;

        assert_int_equal(browse(&boss, path), 200);
        status = submit(&boss, path, str_fmt(arena, "%sshow=no&reason=x&act=do", bent[i]));
        if (status != 409)
            print_error("%s: %d\n", bent[i], status);
        assert_int_equal(status, 409);
        assert_int_equal(events(world), before);
    }
    browse(&boss, path);
    boss.csrf = S("made-up");
    assert_int_equal(submit(&boss, path, case_form(&boss, "show=no&reason=x&act=do")), 403);
    assert_int_equal(events(world), before);
}

/* What a page shows and does is the same for everybody who may not: nothing. */
static void each_act_asks_who_one_is(void **state)
{
    static const struct {
        const char *role;
        int work, supervise;
    } roles[] = {{"agent", 200, 403},
                 {"crew", 200, 403},
                 {"supervisor", 200, 200},
                 {"administrator", 403, 403},
                 {"auditor", 403, 403}};
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct browser stranger = {.world = world};

    for (size_t r = 0; r < COUNT(roles); r++) {
        struct browser browser = staff(world, roles[r].role, roles[r].role);

        for (size_t i = 0; i < COUNT(acts); i++) {
            struct str path =
                case_path(world, number, str_z(arena, str_fmt(arena, "/%s", acts[i])));
            bool is_work = strcmp(acts[i], "transfer") == 0 || strcmp(acts[i], "place") == 0;
            int status = browse(&browser, path),
                wanted = is_work ? roles[r].work : roles[r].supervise;

            if (status != wanted)
                print_error("%s as %s: %d\n", acts[i], roles[r].role, status);
            assert_int_equal(status, wanted);
        }
    }
    for (size_t i = 0; i < COUNT(acts); i++)
        assert_int_equal(browse(&stranger, case_path(world, number,
                                                     str_z(arena, str_fmt(arena, "/%s", acts[i])))),
                         303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(what_is_missing_or_unknown_is_told),
        WORLD_TEST(a_case_is_not_merged_into_itself),
        WORLD_TEST(a_reason_has_an_end),
        WORLD_TEST(a_foreign_or_bent_form_does_nothing),
        WORLD_TEST(each_act_asks_who_one_is),
    };

    return cmocka_run_group_tests_name("console/act_pages", tests, NULL, NULL);
}
