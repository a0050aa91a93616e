#include "gen.h"

#include <stdarg.h>
#include <stdio.h>

bool gen_read(struct arena *arena, const char *path, struct str *ret)
{
    struct buf text = buf_in(arena, 64U << 20);
    FILE *file = fopen(path, "rb");
    bool is_read;
    size_t n;

    if (!file)
        return false;
    do {
        char *room = buf_reserve(&text, 65536);

        n = room ? fread(room, 1, 65536, file) : 0;
        buf_commit(&text, n);
    } while (n > 0);
    is_read = !ferror(file) && !buf_has_failed(&text);
    fclose(file);
    if (is_read)
        *ret = buf_str(&text);
    return is_read;
}

bool gen_write(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");
    bool is_written;

    if (!file)
        return false;
    is_written = fwrite(text.p, 1, text.n, file) == text.n;
    return fclose(file) == 0 && is_written;
}

void gen_quote(struct buf *out, struct str s, int indent)
{
    buf_add_byte(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c == '\n' && i + 1 < s.n)
            buf_add_fmt(out, "\\n\"\n%*s\"", indent, "");
        else if (c == '\n')
            BUF_ADD(out, "\\n");
        else if (c == '"' || c == '\\' || (c == '?' && i > 0 && s.p[i - 1] == '?'))
            buf_add_fmt(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            buf_add_fmt(out, "\\%03o", c);
        else
            buf_add_byte(out, (char)c);
    }
    buf_add_byte(out, '"');
}

void gen_complain(struct gen_report *report, const char *file, int line, const char *format, ...)
{
    char sentence[512];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (line)
        buf_add_fmt(&report->text, "%s:%d: %s\n", file, line, sentence);
    else
        buf_add_fmt(&report->text, "%s: %s\n", file, sentence);
    report->count++;
}

void gen_print(const struct gen_report *report)
{
    fprintf(stderr, "%.*s", (int)report->text.n, report->text.n ? report->text.p : "");
}
