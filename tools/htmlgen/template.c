#include "template.h"

#include <stdarg.h>
#include <stdio.h>

bool template_sees(const struct template *t, struct str word)
{
    return str_starts_with(template_rest(t), word);
}

int template_line(const struct template *t, size_t at)
{
    int line = 1;

    for (size_t i = 0; i < at; i++)
        line += t->text.p[i] == '\n';
    return line;
}

int template_column(const struct template *t, size_t at)
{
    size_t start = at;

    while (start > 0 && t->text.p[start - 1] != '\n')
        start--;
    return (int)(at - start) + 1;
}

void template_fail(struct template *t, size_t at, const char *format, ...)
{
    char sentence[400];
    va_list args;

    if (t->has_failed)
        return;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    gen_complain(t->report, t->path, template_line(t, at), "%s", sentence);
    t->has_failed = true;
    t->at = t->text.n;
}
