#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "place/query.h"

static const struct gazetteer_city city = {STR("Port Azalea"), STR("Alabama"), STR("AL")};

static struct query read_query(struct arena *arena, const char *text)
{
    struct words words = words_of(arena, str_of(text));

    return query_read(arena, &words, &city);
}

/* The words left, with "&" for a separator and "," for a comma. */
static struct str left(struct arena *arena, const struct words *words)
{
    struct str joined = S("");

    for (size_t i = 0; i < words->n; i++) {
        struct str word = words->of[i].text;

        if (words->of[i].kind == WORD_AND)
            word = S("&");
        else if (words->of[i].kind == WORD_COMMA)
            word = S(",");
        joined = str_fmt(arena, "%.*s%s%.*s", STR_ARG(joined), joined.n ? " " : "", STR_ARG(word));
    }
    return joined;
}

struct reading {
    const char *text;
    int32_t number;
    const char *tail, *unit, *words;
};

static void assert_readings(const struct reading *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena *arena = arena_new(1u << 20);
        struct query query = read_query(arena, cases[i].text);
        struct str words = left(arena, &query.words);

        if (query.number != cases[i].number || !str_eq(query.number_tail, str_of(cases[i].tail)) ||
            !str_eq(query.unit, str_of(cases[i].unit)) || !str_eq(words, str_of(cases[i].words)))
            fail_msg("\"%s\": number %d, tail %.*s, unit %.*s, words %.*s", cases[i].text,
                     (int)query.number, STR_ARG(query.number_tail), STR_ARG(query.unit),
                     STR_ARG(words));
        arena_free(arena);
    }
}

static void house_numbers_stand_in_front_or_behind(void **state)
{
    static const struct reading cases[] = {
        {"795 mass ave", 795, "", "", "mass ave"},
        {"mass ave 795", 795, "", "", "mass ave"},
        {"mass ave, 795", 795, "", "", "mass ave"},
        {"795, mass ave", 795, "", "", "mass ave"},
        {"795a mass ave", 795, "a", "", "mass ave"},
        {"795mass ave", 795, "mass", "", "ave"},
        {"343Broadway", 343, "broadway", "", ""},
        {"51-69 First St", 51, "", "", "first st"},
        {"12 1/2 Main St", 12, "", "", "main st"},
        {"12 rear main st", 12, "", "", "main st"},
        {"795", 795, "", "", ""},
        {"0 main st", 0, "", "", "0 main st"},
        {"1000000 main st", 0, "", "", "1000000 main st"},
        {"99999999999999999999 main st", 0, "", "", "99999999999999999999 main st"},
        {"", 0, "", "", ""},
    };

    (void)state;
    assert_readings(cases, COUNT(cases));
}

static void ordinals_are_streets(void **state)
{
    static const struct reading cases[] = {
        {"2nd st", 0, "", "", "2nd st"},       {"160 2nd st", 160, "", "", "2nd st"},
        {"1st & 2nd", 0, "", "", "1st & 2nd"}, {"160 2nd", 160, "", "", "2nd"},
        {"first st", 0, "", "", "first st"},
    };

    (void)state;
    assert_readings(cases, COUNT(cases));
}

static void units_are_taken_off(void **state)
{
    static const struct reading cases[] = {
        {"795 mass ave apt 3b", 795, "", "3B", "mass ave"},
        {"795 mass ave apt. #3b", 795, "", "3B", "mass ave"},
        {"795 mass ave # 3", 795, "", "3", "mass ave"},
        {"795 mass ave #3", 795, "", "3", "mass ave"},
        {"795 mass ave apt3", 795, "", "3", "mass ave"},
        {"apt 3, 795 mass ave", 795, "", "3", "mass ave"},
        {"unit 12 795 mass ave", 795, "", "12", "mass ave"},
        {"795 mass ave 3b", 795, "", "3B", "mass ave"},
        {"795 mass ave, 3rd floor", 795, "", "3RD FL", "mass ave"},
        {"795 mass ave suite 200 port azalea al 36939", 795, "", "200", "mass ave"},
        /* a unit without a value is no unit */
        {"795 mass ave apt", 795, "", "", "mass ave apt"},
        {"795 mass ave #", 795, "", "", "mass ave"},
        {"795 mass ave apt antidisestablishment", 795, "", "", "mass ave apt antidisestablishment"},
    };

    (void)state;
    assert_readings(cases, COUNT(cases));
}

static void the_city_is_taken_off(void **state)
{
    static const struct reading cases[] = {
        {"795 mass ave, Port Azalea", 795, "", "", "mass ave"},
        {"795 mass ave, Port Azalea, AL", 795, "", "", "mass ave"},
        {"795 mass ave port azalea alabama 36939 usa", 795, "", "", "mass ave"},
        {"795 mass ave 36939-1234", 795, "", "", "mass ave"},
        {"795 mass ave prot azalae", 795, "", "", "mass ave"},
        {"795 mass ave, mobile", 795, "", "", "mass ave , mobile"},
        {"port azalea", 0, "", "", "port azalea"},
        {"al", 0, "", "", "al"},
        {"36939", 36939, "", "", ""},
        {"port st", 0, "", "", "port st"},
        {"east azalea", 0, "", "", "east azalea"},
    };

    (void)state;
    assert_readings(cases, COUNT(cases));
}

static void lead_phrases_are_taken_off(void **state)
{
    static const struct reading cases[] = {
        {"corner of prospect and hampshire", 0, "", "", "prospect & hampshire"},
        {"at the corner of prospect & hampshire", 0, "", "", "prospect & hampshire"},
        {"in front of 795 mass ave", 795, "", "", "mass ave"},
        {"en la esquina de prospect y hampshire", 0, "", "", "prospect & hampshire"},
        {"120 calle prospect", 120, "", "", "prospect"},
        {"corner", 0, "", "", "corner"},
        {"the", 0, "", "", "the"},
        {"front st", 0, "", "", "front st"},
        {"corner st", 0, "", "", "st"},
    };

    (void)state;
    assert_readings(cases, COUNT(cases));
}

static void blocks_are_noticed(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct query query = read_query(arena, "700 block of mass ave");

    (void)state;
    assert_true(query.is_block);
    assert_int_equal(query.number, 700);
    assert_int_equal(query.words.n, 2);
    query = read_query(arena, "700 block mass ave");
    assert_true(query.is_block);
    assert_int_equal(query.words.n, 2);
    assert_false(read_query(arena, "700 block").is_block);
    assert_false(read_query(arena, "block of mass ave").is_block);
    arena_free(arena);
}

static void names_with_numbers_stay_whole(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct query query = read_query(arena, "fire company 5, port azalea");

    (void)state;
    assert_true(str_eq(left(arena, &query.all), S("fire company 5")));
    assert_true(str_eq(left(arena, &query.words), S("fire company")));
    arena_free(arena);
}

/* Any row of words: the parts stay within what was given. */
static void any_row_of_words_can_be_read(void **state)
{
    static const char *const pieces[] = {"795",    "2nd",   "apt", "#",   ",",   "&",     "port",
                                         "azalea", "al",    "st",  "of",  "12",  "floor", "36939",
                                         "corner", "block", "1/2", "the", "usa", "r"};
    uint32_t random = 5;

    (void)state;
    for (int turn = 0; turn < 20000; turn++) {
        struct arena *arena = arena_new(1u << 20);
        struct str text = S("");
        struct query query;

        for (int i = turn % 9; i >= 0; i--) {
            random = random * 1664525 + 1013904223;
            text =
                str_fmt(arena, "%.*s %s", STR_ARG(text), pieces[(random >> 16) % (COUNT(pieces))]);
        }
        query = read_query(arena, str_z(arena, text));
        assert_true(query.words.n <= query.all.n && query.all.n <= 20);
        assert_true(query.number >= 0);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(house_numbers_stand_in_front_or_behind),
        cmocka_unit_test(ordinals_are_streets),
        cmocka_unit_test(units_are_taken_off),
        cmocka_unit_test(the_city_is_taken_off),
        cmocka_unit_test(lead_phrases_are_taken_off),
        cmocka_unit_test(blocks_are_noticed),
        cmocka_unit_test(names_with_numbers_stay_whole),
        cmocka_unit_test(any_row_of_words_can_be_read),
    };

    return cmocka_run_group_tests_name("place/query", tests, NULL, NULL);
}
