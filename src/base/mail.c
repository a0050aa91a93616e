#include "base/mail.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "base/date.h"
#include "base/html.h"
#include "base/utf8.h"

#define MAX_BYTES      ((size_t)2 << 20)
#define LINE_MAX_BYTES 76
#define WORD_MAX_BYTES 75 /* of an encoded word; RFC 2047, section 2 */
#define MAX_LINK       900

/* '=' is always followed by two digits or a line end in quoted-printable, never by '_'. */
#define BOUNDARY "=_cityhall_alternative"

static bool is_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 5322's atext. */
static bool is_atext(unsigned char c)
{
    return is_alnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Runs of atext (letters, digits and '-' in a domain) with single dots between them. */
static bool is_dotted(struct str s, bool is_domain)
{
    struct str piece;

    if (!s.n || s.p[s.n - 1] == '.')
        return false;
    while (str_next(&s, '.', &piece)) {
        if (!piece.n || piece.n > 64)
            return false;
        for (size_t i = 0; i < piece.n; i++) {
            unsigned char c = (unsigned char)piece.p[i];

            if (is_domain ? !is_alnum(c) && c != '-' : !is_atext(c))
                return false;
        }
    }
    return true;
}

bool mail_address_is_plain(struct str s)
{
    ptrdiff_t at = str_find_byte(s, '@');

    return s.n <= MAIL_ADDRESS_MAX && at > 0 && at <= 64 &&
           is_dotted(str_slice(s, 0, (size_t)at), false) &&
           is_dotted(str_slice(s, (size_t)at + 1, s.n), true);
}

bool mail_address_is_public(struct str s)
{
    ptrdiff_t at = str_find_byte(s, '@');
    struct str domain, label;
    size_t n = 0;

    if (!mail_address_is_plain(s))
        return false;
    domain = str_slice(s, (size_t)at + 1, s.n);
    while (str_next(&domain, '.', &label)) {
        if (label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        n++;
    }
    return n > 1;
}

bool mail_sender_parse(struct str s, struct mail_sender *ret)
{
    ptrdiff_t open = str_find_byte(s, '<');
    struct mail_sender sender = {.address = str_trim(s)};

    if (open >= 0) {
        sender.name = str_trim(str_slice(s, 0, (size_t)open));
        sender.address = str_trim(str_slice(s, (size_t)open + 1, s.n));
        if (!str_ends_with(sender.address, S(">")))
            return false;
        sender.address.n--;
    }
    if (!mail_address_is_plain(sender.address))
        return false;
    *ret = sender;
    return true;
}

struct str mail_message_id(struct arena *arena, int64_t row, struct instant created,
                           struct str address)
{
    ptrdiff_t at = str_find_byte(address, '@');
    struct crypto_hash hash = crypto_sha256(
        str_fmt(arena, "cityhall mail %lld %lld", (long long)row, (long long)created.us_utc));
    struct str left = crypto_hex(arena, str_slice(crypto_hash_str(&hash), 0, 16));

    return str_fmt(arena, "%.*s@%.*s", STR_ARG(left),
                   STR_ARG(str_slice(address, (size_t)(at + 1), address.n)));
}

/* Valid UTF-8 without control characters but tab and LF; every kind of line end becomes LF. */
static struct str cleaned(struct ctx *ctx, struct str s)
{
    struct buf out = buf_in(ctx->arena, MAX_BYTES);

    while (s.n) {
        struct str before = s;
        uint32_t c = 0;

        utf8_next(&s, &c);
        if (c == 0xfffd)
            BUF_ADD(&out, "\xef\xbf\xbd");
        else if (c == '\r')
            buf_add(&out, str_starts_with(s, S("\n")) ? STR_NONE : S("\n"));
        else if (c == '\t' || c == '\n' || (c >= ' ' && c != 0x7f && !(c >= 0x80 && c < 0xa0)))
            buf_add(&out, str_slice(before, 0, before.n - s.n));
    }
    return buf_str(&out);
}

/* As a header may hold it: in one line, without spaces at the ends. */
static struct str one_line(struct ctx *ctx, struct str s)
{
    struct str line = cleaned(ctx, s);
    struct buf out = buf_in(ctx->arena, MAX_BYTES);

    for (size_t i = 0; i < line.n; i++)
        buf_add_byte(&out, line.p[i] == '\n' || line.p[i] == '\t' ? ' ' : line.p[i]);
    return str_trim(buf_str(&out));
}

static size_t column_of(const struct buf *out)
{
    size_t n = 0;

    while (n < out->n && out->p[out->n - 1 - n] != '\n')
        n++;
    return n;
}

/* One character in RFC 2047's "Q", with what is safe in a phrase too (section 5, rule 3). */
static struct str q_character(struct ctx *ctx, struct str character)
{
    struct buf out = buf_in(ctx->arena, LINE_MAX_BYTES);

    for (size_t i = 0; i < character.n; i++) {
        unsigned char c = (unsigned char)character.p[i];

        if (c == ' ')
            buf_add_byte(&out, '_');
        else if (is_alnum(c) || strchr("!*+-/", c))
            buf_add_byte(&out, (char)c);
        else
            buf_add_fmt(&out, "=%02X", c);
    }
    return buf_str(&out);
}

/* Encoded words, each on a line of its own from the second on; no character is cut in two. */
static void write_encoded(struct ctx *ctx, struct buf *out, struct str s)
{
    size_t word = 0;

    while (s.n) {
        struct str before = s, piece;
        uint32_t c;

        utf8_next(&s, &c);
        piece = q_character(ctx, str_slice(before, 0, before.n - s.n));
        if (word && (word + piece.n + 2 > WORD_MAX_BYTES ||
                     column_of(out) + piece.n + 2 > LINE_MAX_BYTES)) {
            BUF_ADD(out, "?=\r\n ");
            word = 0;
        }
        if (!word) {
            BUF_ADD(out, "=?UTF-8?Q?");
            word = sizeof "=?UTF-8?Q?" - 1;
        }
        buf_add(out, piece);
        word += piece.n;
    }
    BUF_ADD(out, "?=");
}

static bool is_plain_text(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return str_find(s, S("=?")) < 0;
}

static bool is_plain_phrase(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_atext((unsigned char)s.p[i]) && s.p[i] != ' ')
            return false;
    return str_find(s, S("=?")) < 0;
}

static void write_subject(struct ctx *ctx, struct buf *out, struct str subject)
{
    struct str line = one_line(ctx, subject);

    BUF_ADD(out, "Subject: ");
    if (line.n && (!is_plain_text(line) || column_of(out) + line.n > LINE_MAX_BYTES))
        write_encoded(ctx, out, line);
    else
        buf_add(out, line);
    BUF_ADD(out, "\r\n");
}

static void write_from(struct ctx *ctx, struct buf *out, const struct mail_sender *from)
{
    struct str name = one_line(ctx, from->name);

    BUF_ADD(out, "From: ");
    if (!name.n) {
        buf_add(out, from->address);
    } else {
        if (!is_plain_phrase(name) || column_of(out) + name.n > LINE_MAX_BYTES)
            write_encoded(ctx, out, name);
        else
            buf_add(out, name);
        if (column_of(out) + from->address.n + 3 > LINE_MAX_BYTES)
            BUF_ADD(out, "\r\n");
        buf_add_fmt(out, " <%.*s>", STR_ARG(from->address));
    }
    BUF_ADD(out, "\r\n");
}

static void write_date(struct buf *out, struct instant at)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t day = at.us_utc / US_PER_DAY - (at.us_utc % US_PER_DAY < 0);
    int second = (int)((at.us_utc - day * US_PER_DAY) / US_PER_S);
    struct date date = {(int32_t)day};
    struct civil civil = date_civil(date);

    buf_add_fmt(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", days[date_weekday(date)],
                civil.day, months[civil.month - 1], civil.year, second / 3600, second / 60 % 60,
                second % 60);
}

static bool is_printable(struct str s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '<' || s.p[i] == '>')
            return false;
    return s.n <= max;
}

static void write_headers(struct ctx *ctx, struct buf *out, const struct mail *mail)
{
    write_from(ctx, out, &mail->from);
    buf_add_fmt(out, "To: %.*s\r\n", STR_ARG(mail->to));
    write_subject(ctx, out, mail->subject);
    write_date(out, mail->date);
    buf_add_fmt(out, "Message-ID: <%.*s>\r\n", STR_ARG(mail->message_id));
    BUF_ADD(out, "Auto-Submitted: auto-generated\r\n");
    if (mail->unsubscribe.n)
        buf_add_fmt(out, "List-Unsubscribe: <%.*s>\r\n", STR_ARG(mail->unsubscribe));
    if (str_starts_with(mail->unsubscribe, S("https://")))
        BUF_ADD(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
    buf_add_fmt(out, "Content-Language: %.*s\r\n", STR_ARG(lang_code(mail->lang)));
    BUF_ADD(out, "MIME-Version: 1.0\r\n"
                 "Content-Type: multipart/alternative; boundary=\"" BOUNDARY "\"\r\n"
                 "\r\n");
}

/* How many bytes a byte takes in quoted-printable (RFC 2045, section 6.7). A dot or an F at the
 * start of a line is encoded too, for relays that touch "." and "From ". */
static bool is_qp_literal(unsigned char c, size_t column, bool is_last)
{
    if (c == ' ' || c == '\t')
        return !is_last;
    if (column == 0 && (c == '.' || c == 'F'))
        return false;
    return c > ' ' && c <= '~' && c != '=';
}

static void write_qp_line(struct buf *out, struct str line)
{
    size_t column = 0;

    for (size_t i = 0; i < line.n; i++) {
        unsigned char c = (unsigned char)line.p[i];
        bool is_literal = is_qp_literal(c, column, i + 1 == line.n);

        if (column + (is_literal ? 1 : 3) > LINE_MAX_BYTES - 1) {
            BUF_ADD(out, "=\r\n");
            column = 0;
            is_literal = is_qp_literal(c, 0, i + 1 == line.n);
        }
        if (is_literal)
            buf_add_byte(out, (char)c);
        else
            buf_add_fmt(out, "=%02X", c);
        column += is_literal ? 1 : 3;
    }
    BUF_ADD(out, "\r\n");
}

static void write_part(struct buf *out, const char *type, struct str text)
{
    struct str line;

    buf_add_fmt(out,
                "--" BOUNDARY "\r\n"
                "Content-Type: %s; charset=utf-8\r\n"
                "Content-Transfer-Encoding: quoted-printable\r\n"
                "\r\n",
                type);
    while (str_next(&text, '\n', &line))
        write_qp_line(out, line);
}

/* The length of the link that `s` begins with, without the punctuation that ends a sentence; 0
 * when it is none. */
static size_t link_length(struct str s)
{
    size_t n = 0;

    if (!str_starts_with(s, S("https://")) && !str_starts_with(s, S("http://")))
        return 0;
    while (n < s.n && (unsigned char)s.p[n] > ' ' && !strchr("<>\"'", s.p[n]))
        n++;
    while (n && strchr(".,;:!?)]", s.p[n - 1]))
        n--;
    return n > sizeof "https://" - 1 ? n : 0;
}

static void write_html_line(struct buf *out, struct str line)
{
    size_t from = 0;

    for (size_t i = 0; i < line.n;) {
        size_t n = link_length(str_slice(line, i, line.n));
        struct str link = str_slice(line, i, i + n);

        if (n == 0) {
            i++;
            continue;
        }
        html_text(out, str_slice(line, from, i));
        BUF_ADD(out, "<a href=\"");
        html_url(out, link);
        BUF_ADD(out, "\">");
        html_text(out, link);
        BUF_ADD(out, "</a>");
        from = i += n;
    }
    html_text(out, str_slice(line, from, line.n));
}

static struct str html_of(struct ctx *ctx, const struct mail *mail, struct str body)
{
    struct buf out = buf_in(ctx->arena, MAX_BYTES);
    bool is_open = false;
    struct str line;

    buf_add_fmt(&out,
                "<!DOCTYPE html>\n<html lang=\"%.*s\">\n<head><meta charset=\"utf-8\"><title>",
                STR_ARG(lang_code(mail->lang)));
    html_text(&out, one_line(ctx, mail->subject));
    BUF_ADD(&out, "</title></head>\n<body>\n");
    while (str_next(&body, '\n', &line)) {
        if (!str_trim(line).n) {
            buf_add(&out, is_open ? S("</p>\n") : STR_NONE);
            is_open = false;
            continue;
        }
        buf_add(&out, is_open ? S("<br>\n") : S("<p>"));
        is_open = true;
        write_html_line(&out, line);
    }
    buf_add(&out, is_open ? S("</p>\n") : STR_NONE);
    BUF_ADD(&out, "</body>\n</html>");
    if (buf_has_failed(&out))
        arena_fail(ctx->arena);
    return buf_str(&out);
}

static enum rc check(struct ctx *ctx, const struct mail *mail)
{
    struct str link = mail->unsubscribe;

    if (!mail_address_is_plain(mail->from.address))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("from"));
    if (!mail_address_is_plain(mail->to))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("to"));
    if (!mail_address_is_plain(mail->message_id))
        return FAIL(ctx, ERR_MALFORMED, .field = S("message_id"));
    if (link.n && (!is_printable(link, MAX_LINK) ||
                   (!str_starts_with(link, S("https://")) && !str_starts_with(link, S("http://")))))
        return FAIL(ctx, ERR_MALFORMED, .field = S("unsubscribe"));
    return RC_OK;
}

enum rc mail_write(struct ctx *ctx, const struct mail *mail, struct str *ret)
{
    struct buf out = buf_in(ctx->arena, MAX_BYTES);
    struct str body = str_trim(cleaned(ctx, mail->body));
    enum rc rc = check(ctx, mail);

    if (rc)
        return rc;
    write_headers(ctx, &out, mail);
    write_part(&out, "text/plain", body);
    write_part(&out, "text/html", html_of(ctx, mail, body));
    BUF_ADD(&out, "--" BOUNDARY "--\r\n");
    if (buf_has_failed(&out) || arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    *ret = buf_str(&out);
    return RC_OK;
}
