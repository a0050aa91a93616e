#include "base/html.h"

#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <strings.h>

#include <cmocka.h>

typedef void writer(struct buf *out, struct str s);

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(64U << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct str written(writer *write, struct str s)
{
    struct buf out = buf_in(arena, 16U << 20);

    write(&out, s);
    assert_false(buf_has_failed(&out));
    return buf_str(&out);
}

static void check(writer *write, struct str s, const char *expected)
{
    assert_string_equal(str_z(arena, written(write, s)), expected);
}

static void text_and_attributes(void **state)
{
    struct str all = S("<a href=\"x\">O'Hara & sons</a>");

    (void)state;
    check(html_text, all, "&lt;a href=\"x\"&gt;O'Hara &amp; sons&lt;/a&gt;");
    check(html_attr, all, "&lt;a href=&quot;x&quot;&gt;O&#39;Hara &amp; sons&lt;/a&gt;");
    check(html_text, STR_NONE, "");
    check(html_text, S("Đường Nguyễn Huệ \U0001F6A7"), "Đường Nguyễn Huệ \U0001F6A7");
    check(html_text, S("&lt;"), "&amp;lt;");
}

static void what_no_page_may_contain(void **state)
{
    (void)state;
    check(html_text, S("a\0b\1c\x1f\x7f\td\r\ne\v\f"), "abc\td\r\ne");
    check(html_text, S("\xc2\x80x\xc2\x9f\xc2\xa0"), "x\xc2\xa0");
    check(html_attr, S("\xef\xbf\xbe|\xef\xb7\x90|\xf0\x9f\xbf\xbf"), "\ufffd|\ufffd|\ufffd");
}

static void what_is_not_utf8(void **state)
{
    static const struct {
        struct str in;
        const char *out;
    } cases[] = {
        {STR("\xff"), "\ufffd"},
        {STR("\x80 lone"), "\ufffd lone"},
        {STR("overlong \xc0\xbc<"), "overlong \ufffd\ufffd&lt;"},
        {STR("\xe0\x80\xbc"), "\ufffd\ufffd\ufffd"},
        {STR("surrogate \xed\xa0\x80"), "surrogate \ufffd\ufffd\ufffd"},
        {STR("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd"},
        {STR("cut \xe1\xbb"), "cut \ufffd\ufffd"},
        {STR("eats no quote \xe1\xbb\""), "eats no quote \ufffd\ufffd&quot;"},
        {STR("eats no tag \xf0<script>"), "eats no tag \ufffd&lt;script&gt;"},
        {STR("\xf5\x80\x80\x80"), "\ufffd\ufffd\ufffd\ufffd"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check(html_attr, cases[i].in, cases[i].out);
}

/* The sixteen-byte step must agree with the single bytes, wherever a special one stands. */
static void every_byte_at_every_place(void **state)
{
    char line[40];

    (void)state;
    for (size_t at = 0; at < sizeof line; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char one = (char)byte;
            struct str middle = written(html_attr, (struct str){&one, 1}), got;

            memset(line, 'x', sizeof line);
            line[at] = one;
            got = written(html_attr, (struct str){line, sizeof line});
            assert_int_equal(got.n, sizeof line - 1 + middle.n);
            assert_true(str_eq(str_slice(got, at, at + middle.n), middle));
        }
        arena_reset(arena);
    }
}

static void urls(void **state)
{
    static const char *const good[] = {
        "",
        "/",
        "/case/26-001",
        "case?x=1",
        "?q=a:b",
        "#top",
        "./a:b",
        "http://x.org/",
        "HTTPS://x.org",
        "mailto:a@b.org",
        "tel:+12055550123",
        "otpauth://totp/City:ana?secret=ABC",
        "a/b:c",
        "../javascript:x",
    };
    static const struct str bad[] = {
        STR("javascript:alert(1)"),
        STR("JaVaScRiPt:alert(1)"),
        STR(" javascript:alert(1)"),
        STR("java\tscript:alert(1)"),
        STR("java\nscript:x"),
        STR("\1javascript:x"),
        STR("data:text/html,x"),
        STR("vbscript:x"),
        STR("file:///etc/passwd"),
        STR("//evil.org"),
        STR("\\\\evil.org"),
        STR("/\\evil.org"),
        STR("\\/evil.org"),
        STR("/\t/evil.org"),
        STR("blob:x"),
        STR(":x"),
        STR("java\0script:x"),
        STR(" //e.org"),
        STR("http&colon;x:"),
        STR("\x7f//evil.org"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        check(html_url, str_of(good[i]), good[i]);
    for (size_t i = 0; i < COUNT(bad); i++)
        check(html_url, bad[i], "#blocked");
    check(html_url, S("/x?a=1&b=\"'<>"), "/x?a=1&amp;b=&quot;&#39;&lt;&gt;");
}

static void url_parts(void **state)
{
    (void)state;
    check(html_url_part, S("aZ09-._~@"), "aZ09-._~@");
    check(html_url_part, S("/../x?a=b&c#d \"'<>%+:;\\"),
          "%2F..%2Fx%3Fa%3Db%26c%23d%20%22%27%3C%3E%25%2B%3A%3B%5C");
    check(html_url_part, S("\0\n\xff\u1ed4"), "%00%0A%FF%E1%BB%94");
}

static void json_cannot_end_its_element(void **state)
{
    (void)state;
    check(html_json, S("{\"a\":\"</script><!-- & >\"}"),
          "{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u003e\"}");
}

static void messages(void **state)
{
    struct buf out = buf_in(arena, 4096);
    struct msg_arg hostile[] = {HTML_ARG("what", "<b>\"x\"</b>")};
    struct msg_arg raw[] = {HTML_ARG("what", (struct html){S("<b>x</b>")})};
    struct msg_arg count[] = {HTML_ARG("count", 1)};
    struct msg_arg fee[] = {HTML_ARG("what", ((struct money){250}))};

    (void)state;
    html_msg_text(&out, LANG_EN, MSG_form_change_what, hostile, 1);
    BUF_ADD(&out, "|");
    html_msg_attr(&out, LANG_EN, MSG_form_change_what, hostile, 1);
    BUF_ADD(&out, "|");
    html_msg_text(&out, LANG_ES, MSG_form_change_what, raw, 1);
    BUF_ADD(&out, "|");
    html_msg_text(&out, LANG_EN, MSG_nav_results, count, 1);
    BUF_ADD(&out, "|");
    html_msg_attr(&out, LANG_EN, MSG_form_yes, NULL, 0);
    BUF_ADD(&out, "|");
    html_msg_attr(&out, LANG_EN, MSG_form_change_what, fee, 1);
    assert_string_equal(str_z(arena, buf_str(&out)),
                        "Change &lt;b&gt;\"x\"&lt;/b&gt;|"
                        "Change &lt;b&gt;&quot;x&quot;&lt;/b&gt;|"
                        "Cambiar <b>x</b>|One result|Yes|Change $2.50");
}

static void dispatch_by_type(void **state)
{
    struct buf out = buf_in(arena, 4096);
    char z[] = "<z>";

    (void)state;
    html_put_text(&out, S("<s>"));
    html_put_text(&out, z);
    html_put_text(&out, (const char *)NULL);
    html_put_text(&out, -5);
    html_put_text(&out, INT64_MIN);
    html_put_text(&out, SIZE_MAX);
    html_put_attr(&out, "\"");
    html_put_url(&out, "javascript:");
    html_put_url_part(&out, "a b");
    html_put_url_part(&out, 7);
    html_put_plain(&out, "<&>");
    html_raw(&out, (struct html){S("<br>")});
    assert_string_equal(str_z(arena, buf_str(&out)),
                        "&lt;s&gt;&lt;z&gt;-5-922337203685477580818446744073709551615&quot;"
                        "#blockeda%20b7<&><br>");
}

/* A made-up value of pieces that have broken escapers before; the same ones in every run. */
static struct str nasty_value(uint64_t *seed, char *room, size_t size)
{
    static const struct str pieces[] = {
        STR("<script>"),
        STR("</"),
        STR("\""),
        STR("'"),
        STR("&"),
        STR("&lt;"),
        STR("javascript:"),
        STR("JAVA\tscript:"),
        STR("//"),
        STR("\\"),
        STR("/"),
        STR(":"),
        STR(" "),
        STR("\n"),
        STR("\0"),
        STR("\xff"),
        STR("\xc0"),
        STR("\xe1\xbb"),
        STR("\xe1\xbb\x95"),
        STR("\xf0\x9f"),
        STR("plain text of some length"),
        STR("http"),
        STR("mailto:"),
        STR("\xed\xa0\x80"),
        STR("?"),
        STR("#"),
        STR("%2f"),
        STR("-->"),
        STR("]]>"),
        STR("\x7f"),
        STR("\xc2\x85"),
        STR("data:,"),
    };
    size_t n = 0;

    for (;;) {
        struct str piece;

        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        piece = pieces[(*seed >> 40) % (COUNT(pieces))];
        if (n + piece.n > size || (*seed >> 33) % 9 == 0)
            return (struct str){room, n};
        memcpy(room + n, piece.p, piece.n);
        n += piece.n;
    }
}

static void assert_is_utf8(struct str s)
{
    iconv_t to_utf16 = iconv_open("UTF-16LE", "UTF-8");
    char *from = (char *)(uintptr_t)s.p, room[2048], *to = room;
    size_t left = s.n, left_room = sizeof room;

    assert_int_equal(iconv(to_utf16, &from, &left, &to, &left_room), 0);
    iconv_close(to_utf16);
}

static void assert_entities_only(struct str s, const char *forbidden)
{
    static const struct str entities[] = {STR("&lt;"), STR("&gt;"), STR("&amp;"), STR("&quot;"),
                                          STR("&#39;")};

    for (size_t i = 0; i < s.n; i++) {
        bool is_entity = s.p[i] != '&';

        assert_null(memchr(forbidden, s.p[i], strlen(forbidden) + 1));
        for (size_t e = 0; e < COUNT(entities); e++)
            is_entity = is_entity || str_starts_with(str_slice(s, i, s.n), entities[e]);
        assert_true(is_entity);
    }
}

/* Reads a URL as the WHATWG's parser begins to: blanks and controls cut off in front, tabs and
 * line ends dropped, backslashes as slashes. */
static bool browser_finds_harmless(struct str url)
{
    static const char *const allowed[] = {"http:", "https:", "mailto:", "tel:", "otpauth:"};
    char read[512];
    size_t n = 0, from = 0, colon;

    while (from < url.n && (unsigned char)url.p[from] <= ' ')
        from++;
    for (size_t i = from; i < url.n && n + 1 < sizeof read; i++)
        if (!memchr("\t\n\r", url.p[i], 3))
            read[n++] = url.p[i] == '\\' ? '/' : url.p[i];
    read[n] = '\0';
    if (strncmp(read, "//", 2) == 0)
        return false;
    colon = strspn(read, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    if (read[colon] != ':')
        return true;
    for (size_t i = 0; i < COUNT(allowed); i++)
        if (strncasecmp(read, allowed[i], strlen(allowed[i])) == 0)
            return true;
    return false;
}

static void nothing_leaves_its_place(void **state)
{
    uint64_t seed = 1;
    size_t blocked = 0;
    char room[200];

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct str value = nasty_value(&seed, room, sizeof room);
        struct str text = written(html_text, value), attr = written(html_attr, value);
        struct str url = written(html_url, value), part = written(html_url_part, value);
        bool is_blocked = str_eq(url, S("#blocked"));

        assert_is_utf8(text);
        assert_entities_only(text, "<>\1\177");
        assert_is_utf8(attr);
        assert_entities_only(attr, "<>\"'");
        assert_entities_only(url, "<>\"'\t\n");
        assert_true(is_blocked || browser_finds_harmless(value));
        for (size_t at = 0; at < part.n; at++)
            assert_null(memchr("/\\?#:&=+\"'<> ;", part.p[at], 14));
        blocked += is_blocked;
        arena_reset(arena);
    }
    assert_in_range(blocked, 1000, 19000);
}

static void a_full_buffer_fails_and_stays(void **state)
{
    struct buf out = buf_in(arena, 8);

    (void)state;
    html_text(&out, S("<<<<<<"));
    assert_true(buf_has_failed(&out));
    assert_true(out.n <= 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_attributes),
        cmocka_unit_test(what_no_page_may_contain),
        cmocka_unit_test(what_is_not_utf8),
        cmocka_unit_test(every_byte_at_every_place),
        cmocka_unit_test(urls),
        cmocka_unit_test(url_parts),
        cmocka_unit_test(json_cannot_end_its_element),
        cmocka_unit_test(messages),
        cmocka_unit_test(dispatch_by_type),
        cmocka_unit_test(nothing_leaves_its_place),
        cmocka_unit_test(a_full_buffer_fails_and_stays),
    };

    return cmocka_run_group_tests_name("base/html", tests, setup, teardown);
}
