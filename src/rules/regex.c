/* Regular expressions as RE2 knows them, run by PCRE2.
 *
 * RE2 has no backreferences, look-around, possessive or conditional groups, because they make a
 * match take exponential time. Patterns that use them are refused when they are compiled; what is
 * left can still take PCRE2 long, so its match, depth and heap limits end it. */
#include "rules/cel_internal.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MATCH_LIMIT    100000 /* steps of one match: a millisecond or so */
#define DEPTH_LIMIT    1000
#define HEAP_LIMIT_KIB 256
#define PATTERN_BYTES  2000

struct regex {
    pcre2_code *code;
};

/* PCRE2 takes its memory from the arena; it goes with it. */
static void *take(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void leave(void *block, void *arena)
{
    (void)block;
    (void)arena;
}

/* The end of a bracket expression that opens at `at`: "]" first in it is itself, and "[:alpha:]"
 * is a class. */
static size_t skip_brackets(struct str pattern, size_t at)
{
    at++;
    if (at < pattern.n && pattern.p[at] == '^')
        at++;
    if (at < pattern.n && pattern.p[at] == ']')
        at++;
    while (at < pattern.n && pattern.p[at] != ']') {
        if (pattern.p[at] == '\\')
            at++;
        else if (pattern.p[at] == '[' && at + 1 < pattern.n && pattern.p[at + 1] == ':')
            at++;
        else if (pattern.p[at] == ':' && at + 1 < pattern.n && pattern.p[at + 1] == ']')
            at++;
        at++;
    }
    return at;
}

/* What stands behind "(?" in RE2: a name, flags, or ":"; all else is not for us. */
static const char *group_fault(struct str rest)
{
    if (str_starts_with(rest, S("P<")) || str_starts_with(rest, S(":")))
        return NULL;
    if (str_starts_with(rest, S("=")) || str_starts_with(rest, S("!")) ||
        str_starts_with(rest, S("<=")) || str_starts_with(rest, S("<!")))
        return "looking ahead or behind, (?=...), is not supported";
    if (str_starts_with(rest, S("<")))
        return NULL;
    for (size_t i = 0; i < rest.n && i < 8; i++) {
        if (rest.p[i] == ':' || rest.p[i] == ')')
            return NULL;
        if (!strchr("imsU-", rest.p[i]))
            break;
    }
    return "this kind of group, (?...), is not supported";
}

static const char *escape_fault(char c)
{
    if (c >= '1' && c <= '9')
        return "backreferences, \\1, are not supported";
    if (strchr("gkKGRXHhVNZ", c))
        return "this escape is not supported: only those of RE2 are";
    return NULL;
}

static bool is_repeat(char c)
{
    return c == '*' || c == '+' || c == '?' || c == '}';
}

/* Why the pattern is not RE2, or NULL. */
static const char *find_fault(struct str pattern)
{
    bool after_repeat = false;

    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i], next = i + 1 < pattern.n ? pattern.p[i + 1] : '\0';
        const char *fault = NULL;

        if (after_repeat && c == '+')
            return "possessive repetition, *+, is not supported";
        after_repeat = is_repeat(c) && !(c == '?' && after_repeat);
        if (c == '\\' && next) {
            fault = escape_fault(next);
            i++;
        } else if (c == '(' && next == '*') {
            fault = "verbs, (*...), are not supported";
        } else if (c == '(' && next == '?') {
            fault = group_fault(str_slice(pattern, i + 2, pattern.n));
            i++;
        } else if (c == '[') {
            i = skip_brackets(pattern, i);
        }
        if (fault)
            return fault;
    }
    return NULL;
}

static struct str error_text(struct arena *arena, int code, size_t at)
{
    PCRE2_UCHAR8 text[160] = "it cannot be read";

    pcre2_get_error_message(code, text, sizeof text);
    return str_fmt(arena, "%s, at character %zu of it", (const char *)text, at + 1);
}

bool regex_compile(struct arena *arena, struct str pattern, const struct regex **ret,
                   struct str *ret_why)
{
    const char *fault = pattern.n > PATTERN_BYTES ? "it is too long" : find_fault(pattern);
    struct regex *regex = ARENA_NEW(arena, struct regex);
    pcre2_general_context *general;
    pcre2_compile_context *context;
    int code = 0;
    size_t at = 0;

    *ret_why = str_of(fault);
    if (fault || !regex)
        return false;
    general = pcre2_general_context_create(take, leave, arena);
    context = general ? pcre2_compile_context_create(general) : NULL;
    if (!context)
        return false;
    pcre2_set_parens_nest_limit(context, 50);
    regex->code = pcre2_compile((PCRE2_SPTR)(pattern.n ? pattern.p : ""), pattern.n,
                                PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &code,
                                &at, context);
    if (!regex->code) {
        *ret_why = error_text(arena, code, at);
        return false;
    }
    *ret = regex;
    return true;
}

/* Made once for an evaluation: PCRE2 keeps its working memory in the match data. */
struct regex_scratch {
    pcre2_match_context *context;
    pcre2_match_data *data;
};

static struct regex_scratch *scratch_new(struct arena *arena)
{
    pcre2_general_context *general = pcre2_general_context_create(take, leave, arena);
    struct regex_scratch *scratch = ARENA_NEW(arena, struct regex_scratch);

    if (!general || !scratch)
        return NULL;
    scratch->context = pcre2_match_context_create(general);
    scratch->data = pcre2_match_data_create(1, general);
    if (!scratch->context || !scratch->data)
        return NULL;
    pcre2_set_match_limit(scratch->context, MATCH_LIMIT);
    pcre2_set_depth_limit(scratch->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(scratch->context, HEAP_LIMIT_KIB);
    return scratch;
}

enum rc regex_matches(struct cel_call *call, const struct regex *regex, struct str text, bool *ret)
{
    struct run *run = call->run;
    int found;

    if (!run->regex)
        run->regex = scratch_new(run->ctx->arena);
    if (!run->regex)
        return RC_LIMIT;
    found = pcre2_match(regex->code, (PCRE2_SPTR)(text.n ? text.p : ""), text.n, 0, 0,
                        run->regex->data, run->regex->context);
    if (found == PCRE2_ERROR_NOMATCH || found >= 0) {
        *ret = found >= 0;
        return RC_OK;
    }
    if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT ||
        found == PCRE2_ERROR_HEAPLIMIT)
        return cel_fail(call, "the pattern takes too long on this text: make it simpler");
    return cel_fail(call, "the text cannot be searched: it is not UTF-8");
}
