#include "base/address.h"

#include "base/test_support.h"

static void the_host_is_without_its_port(void **state)
{
    static const struct {
        const char *text, *host;
    } texts[] = {
        {"127.0.0.1:8080", "127.0.0.1"},
        {"127.0.0.1", "127.0.0.1"},
        {"localhost:25", "localhost"},
        {"[::1]:8080", "::1"},
        {"[::1]", "::1"},
        {":8080", ""},
        {"", ""},
        {"[::1", ""},
        {"[::1].evil.example:80", ""},
        {"[::1]evil", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_str(address_host(str_of(texts[i].text)), texts[i].host);
}

static void only_this_machine_is_loopback(void **state)
{
    static const struct str here[] = {
        STR("127.0.0.1"), STR("127.255.255.254"), STR("::1"),
        STR("localhost"), STR("LocalHost"),       STR("::ffff:127.0.0.1"),
    };
    static const struct str elsewhere[] = {
        STR("127.0.0.1.evil.example"),
        STR("127.evil.example"),
        STR("localhost.evil.example"),
        STR("127.0.0.1 "),
        STR("127.1"),
        STR("127.0.0.1:80"),
        STR("[::1]"),
        STR("::2"),
        STR("::ffff:10.0.0.1"),
        STR("0.0.0.0"),
        STR("::"),
        STR("10.0.0.1"),
        STR("128.0.0.1"),
        STR(""),
        STR("127.0.0.1\0"),
        STR("localhost\0.evil.example"),
        STR("2130706433"),
        STR("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(here); i++)
        assert_true(address_is_loopback(here[i]));
    for (size_t i = 0; i < COUNT(elsewhere); i++)
        assert_false(address_is_loopback(elsewhere[i]));
    assert_false(address_is_loopback(STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_host_is_without_its_port),
        TEST(only_this_machine_is_loopback),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
