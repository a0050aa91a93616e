/* Names as they are looked for. */
#include "people/party_name.h"

#include "base/buf.h"
#include "people/test_support.h"

static void spellings_of_a_name_are_one(void **state)
{
    static const struct {
        const char *name, *folded;
    } names[] = {
        {"José Núñez", "jose nunez"},
        {"JOSE\u0301  NU\u0301N\u0303EZ", "jose nunez"},
        {"\t José \u00a0\u3000 Núñez\r\n", "jose nunez"},
        {"Nguyễn Thị Đào", "nguyen thi dao"},
        {"NGUYỄN THỊ ĐÀO", "nguyen thi dao"},
        {"Ýr Þórðardóttir", "yr thordardottir"},
        {"Łukasz Weiß", "lukasz weiss"},
        {"O’Hara-Smith", "o'hara-smith"},
        {"李小龍", "李小龍"},
        {"", ""},
        {" \u200b\t", ""},
        {"\xff\xfe ANA", "\xff\xfe ana"},
    };
    struct people_test *test = *state;

    for (size_t i = 0; i < COUNT(names); i++) {
        struct str folded = party_name_fold(test->ctx.arena, str_of(names[i].name));

        assert_true(str_eq(folded, str_of(names[i].folded)));
        assert_true(str_eq(party_name_fold(test->ctx.arena, folded), folded));
    }
}

/* One character may stand for eighteen; it is cut, and a cut name is found as it was given. */
static void a_long_name_is_cut(void **state)
{
    struct people_test *test = *state;
    struct buf name = buf_in(test->ctx.arena, 4000);
    struct str folded;

    for (int i = 0; i < 200; i++)
        buf_add(&name, S("\ufdfa"));
    folded = party_name_fold(test->ctx.arena, buf_str(&name));
    assert_in_range(folded.n, 700, 800);
    assert_true(str_eq(party_name_fold(test->ctx.arena, folded), folded));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(spellings_of_a_name_are_one),
        PEOPLE_TEST(a_long_name_is_cut),
    };

    return cmocka_run_group_tests_name("party names", tests, NULL, NULL);
}
