#include "clex.h"

static size_t skip_quoted(struct str s, size_t at)
{
    char quote = s.p[at];

    for (size_t i = at + 1; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == quote)
            return i + 1;
        if (s.p[i] == '\\')
            i++;
    }
    return CLEX_OPEN;
}

size_t clex_skip(struct str s, size_t at)
{
    struct str rest = str_slice(s, at, s.n);
    ptrdiff_t end;

    if (s.p[at] == '"' || s.p[at] == '\'')
        return skip_quoted(s, at);
    if (str_starts_with(rest, S("/*"))) {
        end = str_find(str_slice(rest, 2, rest.n), S("*/"));
        return end < 0 ? CLEX_OPEN : at + 4 + (size_t)end;
    }
    if (str_starts_with(rest, S("//"))) {
        end = str_find_byte(rest, '\n');
        return end < 0 ? s.n : at + (size_t)end;
    }
    return at + 1;
}

static char closer_of(char c)
{
    return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : '\0';
}

size_t clex_skip_group(struct str s, size_t at)
{
    char closer = closer_of(s.p[at]);

    if (s.p[at] == ')' || s.p[at] == ']' || s.p[at] == '}')
        return CLEX_OPEN;
    if (!closer)
        return clex_skip(s, at);
    for (at++; at < s.n && s.p[at] != closer;) {
        at = clex_skip_group(s, at);
        if (at == CLEX_OPEN)
            return CLEX_OPEN;
    }
    return at < s.n ? at + 1 : CLEX_OPEN;
}

size_t clex_identifier(struct str s, size_t at)
{
    size_t n = 0;

    for (; at + n < s.n; n++) {
        char c = s.p[at + n];
        bool is_digit = c >= '0' && c <= '9';

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' && !(is_digit && n > 0))
            break;
    }
    return n;
}
