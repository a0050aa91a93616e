#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <unistd.h>

#include "base/date.h"
#include "base/utf8.h"

/* A line under construction; what does not fit is dropped, room for the LF is kept. */
struct line {
    char *p;
    size_t n;
};

static size_t room(const struct line *line)
{
    return LOG_LINE_BYTES - 1 - line->n;
}

static void add(struct line *line, struct str s)
{
    if (s.n == 0 || s.n > room(line))
        return;
    memcpy(line->p + line->n, s.p, s.n);
    line->n += s.n;
}

static void add_number(struct line *line, int64_t value, int digits)
{
    char text[24];
    size_t at = sizeof text;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    for (; left > 0 || digits > 0; digits--) {
        text[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    if (value < 0)
        text[--at] = '-';
    add(line, (struct str){text + at, sizeof text - at});
}

static void add_time(struct line *line, struct instant at)
{
    int64_t s = at.us_utc / US_PER_S - (at.us_utc % US_PER_S < 0);
    int64_t days = s / 86400 - (s % 86400 < 0);
    struct civil day = date_civil((struct date){(int32_t)days});
    const int parts[] = {day.month, day.day, (int)((s - days * 86400) / 3600),
                         (int)((s - days * 86400) / 60 % 60), (int)((s - days * 86400) % 60)};

    add_number(line, day.year, 4);
    for (size_t i = 0; i < COUNT(parts); i++) {
        add(line, (struct str){&"--T::"[i], 1});
        add_number(line, parts[i], 2);
    }
    add(line, S("Z"));
}

static bool is_bare(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '=' || s.p[i] == '\\')
            return false;
    return true;
}

static void add_escaped(struct line *line, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char byte = (unsigned char)bytes.p[i];
        char escape[] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};

        add(line, (struct str){escape, sizeof escape});
    }
}

static void add_quoted(struct line *line, struct str s)
{
    struct str rest = utf8_cut(s, LOG_VALUE_BYTES);
    bool is_cut = rest.n < s.n;

    add(line, S("\""));
    while (rest.n) {
        struct str before = rest;
        uint32_t code;

        if (room(line) < 32) {
            is_cut = true;
            break;
        }
        utf8_next(&rest, &code);
        before.n -= rest.n;
        if (code == '"' || code == '\\')
            add(line, S("\\"));
        if (code == '\n')
            add(line, S("\\n"));
        else if (utf8_disturbs(code) || (code == 0xfffd && before.n == 1))
            add_escaped(line, before);
        else
            add(line, before);
    }
    add(line, is_cut ? S("...\"") : S("\""));
}

static void add_field(struct line *line, const struct log_field *field)
{
    struct str key = str_of(field->key);

    /* A field that would not fit is left out, rather than its quotes left open. */
    if ((!field->is_number && field->text.n == 0) || room(line) < key.n + 64)
        return;
    add(line, S(" "));
    add(line, key);
    add(line, S("="));
    if (field->is_number)
        add_number(line, field->number, 1);
    else if (field->text.n < room(line) && field->text.n <= LOG_VALUE_BYTES && is_bare(field->text))
        add(line, field->text);
    else
        add_quoted(line, field->text);
}

size_t log_format(char *p, struct instant at, enum log_level level, const char *event,
                  const struct log_field *fields, size_t n)
{
    static const struct str names[] = {STR("info"), STR("warning"), STR("error")};
    struct line line = {p, 0};

    assert(level <= LOG_ERROR);
    add(&line, S("time="));
    add_time(&line, at);
    add(&line, S(" level="));
    add(&line, names[level]);
    add(&line, S(" event="));
    add(&line, str_of(event));
    for (size_t i = 0; i < n; i++)
        add_field(&line, &fields[i]);
    line.p[line.n++] = '\n';
    return line.n;
}

void log_line(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    char line[LOG_LINE_BYTES];
    size_t length, written = 0;

    length = log_format(line, clock_now(), level, event, fields, n);
    while (written < length) {
        ssize_t got = write(STDERR_FILENO, line + written, length - written);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return;
        written += (size_t)got;
    }
}

void log_failure(const struct ctx *ctx, const char *event)
{
    const struct err *err = &ctx->err;
    enum rc rc = err_rc(err->id);
    bool is_ours = rc == RC_INTERNAL || rc == RC_UNAVAILABLE || rc == RC_RETRY;

    if (err->id == ERR_NONE)
        return;
    LOG(is_ours ? LOG_ERROR : LOG_WARNING, event, LOG_STR("error", str_of(err_name(err->id))),
        LOG_STR("field", err->field), LOG_STR("detail", err->detail),
        LOG_STR("hint", str_of(err_hint(err->id))), LOG_STR("file", str_of(err->file)),
        LOG_I64("line", err->line), LOG_I64("work", (int64_t)ctx->work_id));
}
