/* The filter language: what is read, what is written back, and what is said of mistakes. */
#include "engine/cases/case_filter.h"

#include "engine/cases/case_field.h"
#include "engine/test_support.h"

static struct case_filter parse(struct world *world, const char *text)
{
    struct case_filter filter = {0};

    test_ok(&world->ctx, case_filter_parse(&world->ctx, str_of(text), &filter));
    return filter;
}

static void check_same(struct world *world, const char *text, const char *canonical)
{
    struct case_filter filter = parse(world, text), again;
    struct str written = case_filter_text(world->ctx.arena, &filter);

    assert_str(written, canonical);
    test_ok(&world->ctx, case_filter_parse(&world->ctx, written, &again));
    assert_str(case_filter_text(world->ctx.arena, &again), canonical);
}

static void check_refused(struct world *world, const char *text, const char *sentence)
{
    struct case_filter filter;

    assert_int_equal(case_filter_parse(&world->ctx, str_of(text), &filter), RC_INVALID);
    assert_int_equal(world->ctx.err.id, ERR_FILTER);
    assert_str(world->ctx.err.field, "q");
    if (str_find(world->ctx.err.arg, str_of(sentence)) < 0)
        fail_msg("%s: %.*s", text, STR_ARG(world->ctx.err.arg));
    ctx_clear_error(&world->ctx);
}

static void test_every_key_is_read(void **state)
{
    struct world *world = *state;
    struct case_filter filter = parse(world, "state:open,in-progress -team:streets-west,none "
                                             "service:pothole district:1 assignee:me,nobody,ana "
                                             "overdue due:none outcome:done channel:web lang:vi "
                                             "number:26-00042-7 place:~\"Harvard St\" "
                                             "reporter:Ana@Example.com pothole");

    assert_int_equal(filter.term_n, 14);
    assert_true(filter.terms[0].values[0].is_type);
    assert_int_equal(filter.terms[0].values[0].id, STATE_OPEN);
    assert_false(filter.terms[0].values[1].is_type);
    assert_true(filter.terms[1].is_negated);
    assert_true(filter.terms[1].values[0].id > 0);
    assert_true(filter.terms[1].values[1].is_none);
    assert_int_equal(filter.terms[2].values[0].id,
                     city_service(test_city, S("pothole"))->service_id);
    assert_true(filter.terms[4].values[0].is_me);
    assert_true(filter.terms[4].values[1].is_none);
    assert_int_equal(filter.terms[5].key, CASE_KEY_OVERDUE);
    assert_true(filter.terms[11].values[0].is_contained);
    assert_str(filter.terms[11].values[0].folded, "harvard st");
    assert_str(filter.terms[12].values[0].text, "ana@example.com");
    assert_null(case_filter_term(&filter, CASE_KEY_TEAM));
    assert_non_null(case_filter_term(&filter, CASE_KEY_PLACE));
    assert_int_equal(parse(world, " \t ").term_n, 0);
}

/* 2026-07-02 is today; the city is five hours behind UTC. */
static void test_days_are_the_citys(void **state)
{
    struct world *world = *state;
    struct case_filter filter =
        parse(world, "opened:2026-06-30..today closed:-7d.. due:..+1w opened:tomorrow");

    assert_int_equal(filter.terms[0].values[0].from.us_utc, test_time("2026-06-30 00:00").us_utc);
    assert_int_equal(filter.terms[0].values[0].until.us_utc, test_time("2026-07-03 00:00").us_utc);
    assert_int_equal(filter.terms[1].values[0].from.us_utc, test_time("2026-06-25 00:00").us_utc);
    assert_false(filter.terms[1].values[0].has_until);
    assert_false(filter.terms[2].values[0].has_from);
    assert_int_equal(filter.terms[2].values[0].until.us_utc, test_time("2026-07-10 00:00").us_utc);
    assert_int_equal(filter.terms[3].values[0].from.us_utc, test_time("2026-07-03 00:00").us_utc);
}

static void test_what_is_typed_comes_back(void **state)
{
    struct world *world = *state;

    check_same(world, "state:open team:streets-west overdue place:~\"Harvard St\"",
               "state:open team:streets-west overdue place:~\"Harvard St\"");
    check_same(world, "  STATE:open   -overdue\tpothole,hole ", "state:open -overdue pothole,hole");
    check_same(world, "\"say \"\"hi\"\"\" grat* -\"bus stop\" 10:30 \"state:open\" \"overdue\"",
               "\"say \"\"hi\"\"\" grat* -\"bus stop\" 10:30 \"state:open\" \"overdue\"");
    check_same(world, "ổ đường --a", "ổ đường --a");
    check_same(world, "\"a\"b", "\"a\" b");
    check_same(world, "", "");
}

static void test_mistakes_are_explained(void **state)
{
    struct world *world = *state;

    check_refused(world, "state:open team:street-west",
                  "At character 17 of the filter: there is no team “street-west”. Did you mean "
                  "“streets-west”?");
    check_refused(world, "ổ stat:open", "At character 3 of the filter: there is no key “stat”.");
    check_refused(world, "stat:open", "Did you mean “state”?");
    check_refused(world, "state:opem", "“open”");
    check_refused(world, "service:potholes", "“pothole”");
    check_refused(world, "district:99", "no district");
    check_refused(world, "outcome:donee", "“done”");
    check_refused(world, "channel:fax", "no channel");
    check_refused(world, "lang:de", "no language");
    check_refused(world, "team:", "a value is missing");
    check_refused(world, "-", "a value is missing");
    check_refused(world, "team:none,", "a value is missing");
    check_refused(world, "\"open", "never closed");
    check_refused(world, "a\"b\"", "a quote stands inside a word");
    check_refused(world, "opened:2026-02-30", "is no day");
    check_refused(world, "opened:..", "is no day");
    check_refused(world, "due:-99999999999999999999d", "is no day");
    check_refused(world, "due:today..yesterday", "ends before it begins");
    check_refused(world, "reporter:\"...\"", "no email address");
    check_refused(world, "-reporter:ana@example.com", "cannot be turned around");
    check_refused(world, "~hole", "only a place");
    check_refused(world, "ab*", "at least three");
    check_refused(world, "...", "no letter or digit");
    check_refused(world, "-pothole state:open", "beside one that is looked for");
    check_refused(world, "a a a a a a a a a a a a a a a a a a a a a", "At character 41");
    check_refused(world, "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a",
                  "too many");
    check_refused(world, str_z(world->ctx.arena, str_fmt(world->ctx.arena, "%02001d", 1)),
                  "too long");
}

static void test_mistakes_are_explained_in_the_readers_language(void **state)
{
    struct world *world = *state;

    world->ctx.lang = LANG_ES;
    check_refused(world, "team:nope", "En el carácter 6 del filtro: no existe el equipo");
    world->ctx.lang = LANG_VI;
    check_refused(world, "\"x", "chưa được đóng");
    world->ctx.lang = LANG_EN;
}

/* The help is made from the same table: every example can be read. */
static void test_every_example_can_be_read(void **state)
{
    struct world *world = *state;
    struct case_field lamp;

    for (int i = 0; i < CASE_KEY__N; i++) {
        assert_true(msg_text(LANG_VI, case_filter_keys[i].says).n > 0);
        if (case_filter_keys[i].example)
            parse(world, case_filter_keys[i].example);
    }
    assert_true(case_field_find(test_city, S("lamp"), &lamp));
    assert_str(case_field_example(world->ctx.arena, &lamp), "field.lamp:1234");
    assert_int_equal(parse(world, "field.lamp:1234").terms[0].key, CASE_KEY_FIELD);
}

/* What only a filter can mean is told from words, for who may give words alone. */
static void a_key_is_known_among_words(void **state)
{
    static const char *const filters[] = {"state:open", "hole -TEAM:x", "field.lamp:1",
                                          " due:",      "-field.nix:1", "\"a b\" place:x"};
    static const char *const words[] = {"",          "hole",         "12:30",   "\"state:open\"",
                                        "see: here", "http://x.org", "open 7:", "a \"b place:x"};

    (void)state;
    for (size_t i = 0; i < COUNT(filters); i++)
        if (!case_filter_has_key(str_of(filters[i])))
            fail_msg("%s", filters[i]);
    for (size_t i = 0; i < COUNT(words); i++)
        if (case_filter_has_key(str_of(words[i])))
            fail_msg("%s", words[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_key_is_read),
        TEST(test_days_are_the_citys),
        TEST(test_what_is_typed_comes_back),
        TEST(test_mistakes_are_explained),
        TEST(test_mistakes_are_explained_in_the_readers_language),
        TEST(a_key_is_known_among_words),
        TEST(test_every_example_can_be_read),
    };

    return RUN_TESTS("case filter", tests);
}
