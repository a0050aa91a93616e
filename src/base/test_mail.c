#include "base/mail.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/test_support.h"
#include "base/utf8.h"

#define MAX_HEADERS 20

/* A reader that knows nothing of the writer: unfolds headers, decodes encoded words, splits parts
 * and decodes quoted-printable. It fails the test over anything it should not meet. */
struct read_mail {
    struct str names[MAX_HEADERS], values[MAX_HEADERS];
    size_t n;
    struct str text, html;
};

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* A line up to CRLF; a lone CR or LF anywhere fails. */
static struct str take_line(struct str *rest)
{
    ptrdiff_t end = str_find(*rest, S("\r\n"));
    struct str line;

    assert_true(end >= 0);
    line = str_slice(*rest, 0, (size_t)end);
    assert_true(str_find_byte(line, '\r') < 0 && str_find_byte(line, '\n') < 0);
    assert_true(line.n <= 998);
    *rest = str_slice(*rest, (size_t)end + 2, rest->n);
    return line;
}

/* Encoded words become text; spaces between two of them vanish (RFC 2047, section 6.2). */
static struct str decode_words(struct arena *arena, struct str s)
{
    struct buf out = buf_in(arena, 100000);
    bool was_word = false;

    while (s.n) {
        struct str ahead = s;

        while (ahead.n && *ahead.p == ' ')
            ahead = str_slice(ahead, 1, ahead.n);
        if (str_starts_with(ahead, S("=?UTF-8?Q?"))) {
            struct str word = str_slice(ahead, 10, ahead.n);
            ptrdiff_t end = str_find(word, S("?="));

            assert_in_range(end, 1, 63);
            if (!was_word)
                buf_add(&out, str_slice(s, 0, s.n - ahead.n));
            s = str_slice(word, (size_t)end + 2, word.n);
            word = str_slice(word, 0, (size_t)end);
            for (size_t i = 0; i < word.n; i++) {
                assert_true(word.p[i] > ' ' && word.p[i] <= '~' && word.p[i] != '?');
                if (word.p[i] == '_') {
                    buf_add_byte(&out, ' ');
                } else if (word.p[i] == '=') {
                    buf_add_byte(&out, (char)(hex_of(word.p[i + 1]) << 4 | hex_of(word.p[i + 2])));
                    i += 2;
                } else {
                    buf_add_byte(&out, word.p[i]);
                }
            }
            was_word = true;
            continue;
        }
        buf_add_byte(&out, *s.p);
        s = str_slice(s, 1, s.n);
        was_word = false;
    }
    return buf_str(&out);
}

static void read_headers(struct arena *arena, struct str *rest, struct read_mail *mail)
{
    for (mail->n = 0;;) {
        struct str line = take_line(rest);
        ptrdiff_t colon = str_find(line, S(": "));

        if (line.n == 0)
            break;
        for (size_t i = 0; i < line.n; i++)
            assert_in_range((unsigned char)line.p[i], ' ', '~');
        if (line.p[0] == ' ') {
            const struct str pieces[] = {mail->values[mail->n - 1], line};

            assert_true(mail->n > 0 && str_trim(line).n > 0);
            mail->values[mail->n - 1] = str_join(arena, pieces, 2, STR_NONE);
            continue;
        }
        assert_true(colon > 0 && mail->n < MAX_HEADERS);
        mail->names[mail->n] = str_slice(line, 0, (size_t)colon);
        mail->values[mail->n++] = str_slice(line, (size_t)colon + 2, line.n);
    }
    for (size_t i = 0; i < mail->n; i++)
        mail->values[i] = decode_words(arena, mail->values[i]);
}

static struct str header(const struct read_mail *mail, const char *name)
{
    struct str found = STR_NONE;

    for (size_t i = 0; i < mail->n; i++) {
        if (!str_eq(mail->names[i], str_of(name)))
            continue;
        assert_null(found.p);
        found = mail->values[i];
    }
    return found;
}

static struct str read_part(struct arena *arena, struct str *rest, const char *type,
                            struct str boundary)
{
    struct read_mail head = {0};
    struct buf out = buf_in(arena, 4U << 20);
    struct str line;

    read_headers(arena, rest, &head);
    assert_str(header(&head, "Content-Type"), type);
    assert_str(header(&head, "Content-Transfer-Encoding"), "quoted-printable");
    while (!str_starts_with(line = take_line(rest), boundary)) {
        bool is_soft = str_ends_with(line, S("="));

        assert_true(line.n <= 76);
        assert_false(str_ends_with(line, S(" ")) || str_ends_with(line, S("\t")));
        line.n -= is_soft;
        assert_false(str_starts_with(line, S(".")) || str_starts_with(line, S("From ")));
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '=') {
                assert_true(i + 2 < line.n && hex_of(line.p[i + 1]) >= 0);
                buf_add_byte(&out, (char)(hex_of(line.p[i + 1]) << 4 | hex_of(line.p[i + 2])));
                i += 2;
            } else {
                assert_true(line.p[i] == '\t' || (line.p[i] >= ' ' && line.p[i] <= '~'));
                buf_add_byte(&out, line.p[i]);
            }
        }
        if (!is_soft)
            buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
}

static struct read_mail read_back(struct ctx *ctx, struct str wire)
{
    struct read_mail mail = {0};
    struct str rest = wire, type, boundary;
    ptrdiff_t at;

    read_headers(ctx->arena, &rest, &mail);
    type = header(&mail, "Content-Type");
    assert_true(str_starts_with(type, S("multipart/alternative; boundary=\"")));
    at = str_find_byte(type, '"');
    boundary = str_fmt(ctx->arena, "--%.*s", (int)(type.n - (size_t)at - 2), type.p + at + 1);
    assert_true(str_eq(take_line(&rest), boundary));
    mail.text = read_part(ctx->arena, &rest, "text/plain; charset=utf-8", boundary);
    mail.html = read_part(ctx->arena, &rest, "text/html; charset=utf-8", boundary);
    assert_int_equal(rest.n, 0);
    assert_true(str_ends_with(wire, S("--\r\n")));
    return mail;
}

static struct mail sample(void)
{
    return (struct mail){
        .from = {S("City of Port Azalea"), S("311@portazalea.example")},
        .to = S("maria@example.org"),
        .message_id = S("0123@portazalea.example"),
        .subject = S("We received your request"),
        .body = S("Thank you."),
        .date = {INT64_C(1795387955) * US_PER_S},
        .lang = LANG_EN,
    };
}

static struct read_mail round_trip(struct ctx *ctx, const struct mail *mail)
{
    struct str wire;

    assert_int_equal(mail_write(ctx, mail, &wire), RC_OK);
    return read_back(ctx, wire);
}

static void test_plain_message(void **state)
{
    struct mail mail = sample();
    struct read_mail got = round_trip(*state, &mail);

    assert_str(header(&got, "From"), "City of Port Azalea <311@portazalea.example>");
    assert_str(header(&got, "To"), "maria@example.org");
    assert_str(header(&got, "Subject"), "We received your request");
    assert_str(header(&got, "Date"), "Sun, 22 Nov 2026 22:52:35 +0000");
    assert_str(header(&got, "Message-ID"), "<0123@portazalea.example>");
    assert_str(header(&got, "MIME-Version"), "1.0");
    assert_str(header(&got, "Auto-Submitted"), "auto-generated");
    assert_str(header(&got, "Content-Language"), "en");
    assert_null(header(&got, "List-Unsubscribe").p);
    assert_null(header(&got, "List-Unsubscribe-Post").p);
    assert_str(got.text, "Thank you.\n");
}

static void test_subject_in_any_script(void **state)
{
    static const char *const subjects[] = {
        "Đã giải quyết yêu cầu: Ổ gà trên đường Nguyễn Huệ, phường Bến Nghé, quận 1",
        "🕳️ Bache 👩🏽‍🚒 en la calle 🚧",
        "a =?UTF-8?Q?trick?= subject",
        "An ASCII subject that is far too long for one line of seventy-six bytes, so it is folded",
        "1_2=3?4",
        "é",
        "",
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(subjects); i++) {
        struct mail mail = sample();
        struct read_mail got;
        struct str wire, rest, line;

        mail.subject = str_of(subjects[i]);
        mail.from.name = str_of(subjects[i]);
        got = round_trip(ctx, &mail);
        assert_str(header(&got, "Subject"), subjects[i]);
        if (mail.subject.n)
            assert_true(str_starts_with(header(&got, "From"), mail.subject));
        assert_int_equal(mail_write(ctx, &mail, &wire), RC_OK);
        for (rest = wire; (line = take_line(&rest)).n;)
            assert_true(line.n <= 76);
    }
}

/* No header may be added by what any input holds. */
static void test_no_injection(void **state)
{
    static const char attack[] =
        "x\r\nBcc: all@example.org\n\rX-A: 1\0\r\n\r\nbody\x1b\x7f\xff\xc2\x85";
    const struct str hostile = {attack, sizeof attack - 1};
    struct ctx *ctx = *state;
    struct mail mail = sample();
    struct read_mail plain = round_trip(ctx, &mail), got;
    struct str wire = S("untouched");

    mail.subject = mail.body = mail.from.name = hostile;
    got = round_trip(ctx, &mail);
    assert_int_equal(got.n, plain.n);
    assert_str(header(&got, "Subject"), "x Bcc: all@example.org  X-A: 1  body\xef\xbf\xbd");
    assert_true(utf8_is_valid(got.text) && utf8_is_valid(got.html));
    assert_true(text_is_clean(got.text));

    for (int field = 0; field < 4; field++) {
        struct str *const targets[] = {&mail.from.address, &mail.to, &mail.message_id,
                                       &mail.unsubscribe};

        mail = sample();
        *targets[field] = hostile;
        wire = S("untouched");
        assert_int_equal(mail_write(ctx, &mail, &wire), RC_INVALID);
        assert_str(wire, "untouched");
        ctx_clear_error(ctx);
    }
}

/* What people may give as theirs: each can be sent to. */
static void test_addresses_of_people(void **state)
{
    static const char *const good[] = {"maria@example.org", "first.last+tag@sub.example.org",
                                       "x_y-z@b-c.d", "o'brien@example.ie"};
    static const char *const bad[] = {"jos\xc3\xa9@example.org",
                                      "a..b@example.org",
                                      ".a@example.org",
                                      "a.@example.org",
                                      "a@b..example.org",
                                      "a@example.org.",
                                      "a@.example.org",
                                      "a@localhost",
                                      "a@-b.example",
                                      "a@b-.example",
                                      "a@b@example.org"};
    struct ctx *ctx = *state;
    struct mail mail = sample();
    struct str wire;

    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(mail_address_is_public(str_of(good[i])));
        mail.to = str_of(good[i]);
        assert_int_equal(mail_write(ctx, &mail, &wire), RC_OK);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mail_address_is_public(str_of(bad[i])));
}

static void test_addresses(void **state)
{
    static const char *const good[] = {"a@b", "a.b+c@d-e.example", "311@portazalea.example"};
    static const char *const bad[] = {
        "",      "@b",        "a@",        "a@b.", "a b@c", "a@b@c", ".a@b",  "a..b@c", "a@b\r\n",
        "<a@b>", "\"a b\"@c", "a@[1.2.3]", "ü@b",  "a@ü",   "a,b@c", "a@b>c", "a@b c"};
    struct mail_sender sender = {S("kept"), S("kept")};
    char lengthy[MAIL_ADDRESS_MAX + 3] = "a@";

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(mail_address_is_plain(str_of(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mail_address_is_plain(str_of(bad[i])));
    for (size_t i = 2; i < sizeof lengthy - 1; i++)
        lengthy[i] = i % 20 ? 'a' : '.';
    assert_false(mail_address_is_plain(str_of(lengthy)));
    lengthy[MAIL_ADDRESS_MAX] = '\0';
    assert_true(mail_address_is_plain(str_of(lengthy)));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(mail_address_is_public(str_of(bad[i])));
    assert_false(mail_sender_parse(S("City <a@b> x"), &sender));
    assert_false(mail_sender_parse(S("City <a b>"), &sender));
    assert_false(mail_sender_parse(S("City a@b"), &sender));
    assert_str(sender.name, "kept");
    assert_true(mail_sender_parse(S(" City of X <a@b> "), &sender));
    assert_str(sender.name, "City of X");
    assert_str(sender.address, "a@b");
    assert_true(mail_sender_parse(S("a@b"), &sender));
    assert_str(sender.name, "");
}

static void test_unsubscribe(void **state)
{
    struct ctx *ctx = *state;
    struct mail mail = sample();
    struct read_mail got;
    struct str wire;

    mail.unsubscribe = S("https://city.example/unfollow/abc");
    got = round_trip(ctx, &mail);
    assert_str(header(&got, "List-Unsubscribe"), "<https://city.example/unfollow/abc>");
    assert_str(header(&got, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    mail.unsubscribe = S("http://127.0.0.1:8080/unfollow/abc");
    got = round_trip(ctx, &mail);
    assert_str(header(&got, "List-Unsubscribe"), "<http://127.0.0.1:8080/unfollow/abc>");
    assert_null(header(&got, "List-Unsubscribe-Post").p);
    mail.unsubscribe = S("javascript:alert(1)");
    assert_int_equal(mail_write(ctx, &mail, &wire), RC_INVALID);
}

static void test_html_part(void **state)
{
    struct mail mail = sample();
    struct read_mail got;

    mail.lang = LANG_VI;
    mail.subject = S("A & <b>");
    mail.body = S("One <script>alert('x')</script> & two\r\nSee https://c.example/a?b=1&c=2.\n"
                  "\n\n (http://x.example/) and http:// and javascript:x \xf0\x9f\x95\xb3");
    got = round_trip(*state, &mail);
    assert_str(got.text,
               "One <script>alert('x')</script> & two\nSee https://c.example/a?b=1&c=2.\n"
               "\n\n (http://x.example/) and http:// and javascript:x \xf0\x9f\x95\xb3\n");
    assert_str(got.html,
               "<!DOCTYPE html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\">"
               "<title>A &amp; &lt;b&gt;</title></head>\n<body>\n"
               "<p>One &lt;script&gt;alert('x')&lt;/script&gt; &amp; two<br>\n"
               "See <a href=\"https://c.example/a?b=1&amp;c=2\">https://c.example/a?b=1&amp;c=2"
               "</a>.</p>\n"
               "<p> (<a href=\"http://x.example/\">http://x.example/</a>) and http:// and "
               "javascript:x \xf0\x9f\x95\xb3</p>\n</body>\n</html>\n");
}

/* Lines of every length and ending, so that each soft break is met somewhere. */
static void test_quoted_printable(void **state)
{
    struct ctx *ctx = *state;
    struct buf body = buf_in(ctx->arena, 100000);
    struct mail mail = sample();
    struct read_mail got;

    BUF_ADD(&body, "x");
    for (int n = 60; n < 90; n++) {
        for (int i = 0; i < n; i++)
            buf_add_byte(&body, i % 7 == 6 ? ' ' : 'a');
        buf_add(&body, n % 3 == 0 ? S("=") : n % 3 == 1 ? S(" ") : S("é\t"));
        BUF_ADD(&body, "\n");
    }
    BUF_ADD(&body, ".\n..\nFrom here\n.From\nend");
    mail.body = buf_str(&body);
    got = round_trip(ctx, &mail);
    BUF_ADD(&body, "\n");
    assert_true(str_eq(got.text, buf_str(&body)));
}

static void test_twenty_kilobytes(void **state)
{
    static const char *const pieces[] = {"đường ", "🕳️",   "\n", "=",
                                         ".",      "bache\n\n", "a",  "ữ\n"};
    struct ctx *ctx = *state;
    struct buf body = buf_in(ctx->arena, 100000);
    struct mail mail = sample();
    struct read_mail got;
    uint64_t seed = 7;

    BUF_ADD(&body, "x");
    while (body.n < 20000)
        buf_add(&body, str_of(pieces[test_random(&seed) % (COUNT(pieces))]));
    BUF_ADD(&body, "x");
    mail.body = buf_str(&body);
    got = round_trip(ctx, &mail);
    BUF_ADD(&body, "\n");
    assert_true(str_eq(got.text, buf_str(&body)));
}

/* Any bytes at all make a message that reads well. */
static void test_random_bytes(void **state)
{
    struct ctx *ctx = *state;
    uint64_t seed = 11;

    for (int turn = 0; turn < 300; turn++) {
        char *bytes = arena_alloc(ctx->arena, 300);
        struct mail mail = sample();
        struct read_mail got;

        for (size_t i = 0; i < 300; i++)
            bytes[i] = (char)(test_random(&seed) >> (turn % 3 ? 8 : 57));
        mail.subject = (struct str){bytes, 100};
        mail.from.name = (struct str){bytes + 50, 100};
        mail.body = (struct str){bytes + 100, 200};
        got = round_trip(ctx, &mail);
        assert_int_equal(got.n, 9);
        assert_true(text_is_clean(got.text) && text_is_clean(header(&got, "Subject")));
    }
}

static void test_message_id(void **state)
{
    struct ctx *ctx = *state;
    struct instant at = {INT64_C(1795387955000123)};
    struct str address = S("311@portazalea.example");
    struct str id = mail_message_id(ctx->arena, 7, at, address);

    assert_true(str_ends_with(id, S("@portazalea.example")));
    assert_int_equal(id.n, 32 + sizeof "@portazalea.example" - 1);
    assert_true(mail_address_is_plain(id));
    assert_true(str_eq(id, mail_message_id(ctx->arena, 7, at, address)));
    assert_false(str_eq(id, mail_message_id(ctx->arena, 8, at, address)));
    assert_false(str_eq(id, mail_message_id(ctx->arena, 7, instant_plus_us(at, 1), address)));
}

static void test_memory_runs_out(void **state)
{
    struct ctx small = {.arena = arena_new(16000)};
    struct mail mail = sample();
    struct str wire = S("untouched");
    char body[9000];

    (void)state;
    memset(body, 'a', sizeof body);
    mail.body = (struct str){body, sizeof body};
    assert_int_equal(mail_write(&small, &mail, &wire), RC_LIMIT);
    assert_str(wire, "untouched");
    arena_free(small.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plain_message),    TEST(test_subject_in_any_script),
        TEST(test_no_injection),     TEST(test_addresses_of_people),
        TEST(test_addresses),        TEST(test_unsubscribe),
        TEST(test_html_part),        TEST(test_quoted_printable),
        TEST(test_twenty_kilobytes), TEST(test_random_bytes),
        TEST(test_message_id),       TEST(test_memory_runs_out),
    };

    crypto_init();
    return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
