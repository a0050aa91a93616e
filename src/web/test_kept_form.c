/* What comes back of a form that was refused unread, and what never does. */
#include "base/test_support.h"
#include "web/kept_form.h"

static struct param headers[] = {{STR("sec-fetch-site"), STR("same-origin")},
                                 {STR("host"), STR("city.example")},
                                 {STR("referer"), STR("https://city.example/report/x?a=1")}};

static struct param fields[] = {{STR("csrf"), STR("0123456789abcdef")},
                                {STR("description"), STR("A deep hole in the road")},
                                {STR("details"), STR("It has been there for weeks")},
                                {STR("name"), STR("Ana B")}};

static struct request asked(struct param *header_items, size_t n)
{
    return (struct request){.headers = {header_items, n}, .form = {fields, COUNT(fields)}};
}

static void texts_come_back(void **state)
{
    struct request request = asked(headers, COUNT(headers));

    assert_str(kept_form_text(*state, &request),
               "A deep hole in the road\n\nIt has been there for weeks");
}

/* The present one is called otherwise, the relay's is among other settings. */
static void nothing_of_a_form_with_a_password(void **state)
{
    static struct param change[] = {{STR("current"), STR("correct horse battery staple")},
                                    {STR("password"), STR("x")}};
    static struct param relay[] = {{STR("from"), STR("The City of Port Azalea")},
                                   {STR("smtp-password"), STR("another one of several words")}};
    struct request request = asked(headers, COUNT(headers));

    request.form = (struct params){change, COUNT(change)};
    assert_str(kept_form_text(*state, &request), "");
    request.form = (struct params){relay, COUNT(relay)};
    assert_str(kept_form_text(*state, &request), "");
}

static void a_foreign_page_puts_no_words_into_our_mouth(void **state)
{
    struct param foreign[] = {{S("sec-fetch-site"), S("cross-site")}};
    struct request request = asked(foreign, 1);

    assert_str(kept_form_text(*state, &request), "");
    request = asked(NULL, 0);
    assert_str(kept_form_text(*state, &request), "");
}

static void the_page_is_one_of_this_host(void **state)
{
    static const char *const elsewhere[] = {"https://city.example.evil.example/x",
                                            "https://evil.example/city.example/x",
                                            "https://city.example@evil.example/x",
                                            "https://city.example//evil.example/x",
                                            "/report",
                                            ""};
    struct request request = asked(headers, COUNT(headers));

    (void)state;
    assert_str(kept_form_page(&request), "/report/x?a=1");
    for (size_t i = 0; i < COUNT(elsewhere); i++) {
        headers[2].value = str_of(elsewhere[i]);
        assert_str(kept_form_page(&request), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(texts_come_back),
        TEST(nothing_of_a_form_with_a_password),
        TEST(a_foreign_page_puts_no_words_into_our_mouth),
        TEST(the_page_is_one_of_this_host),
    };

    return cmocka_run_group_tests_name("web/kept", tests, NULL, NULL);
}
