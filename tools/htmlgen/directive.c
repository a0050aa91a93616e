/* Lines that begin with %: definitions, includes, comments and the template's own C; and the loop
 * over the whole template. */
#include "brace.h"
#include "clex.h"
#include "markup.h"
#include "template.h"

static struct str take_line(struct template *t)
{
    ptrdiff_t end = str_find_byte(template_rest(t), '\n');
    struct str line = end < 0 ? template_rest(t) : str_slice(template_rest(t), 0, (size_t)end);

    t->at += line.n + (end >= 0);
    return line;
}

/* The names after `word` in a definition's head: "opens html body". */
static struct str names_after(struct str head, struct str word)
{
    ptrdiff_t at = str_find(head, word);
    struct str names;
    ptrdiff_t next;

    if (at < 0)
        return STR_NONE;
    names = str_slice(head, (size_t)at + word.n, head.n);
    next = str_find(names, str_eq(word, S("opens ")) ? S("closes ") : S("opens "));
    return str_trim(next < 0 ? names : str_slice(names, 0, (size_t)next));
}

static void set_head(struct template *t, size_t at, struct str head)
{
    struct str names = names_after(head, S("closes ")), name;

    t->depth = 0;
    while (str_next(&names, ' ', &name) && t->depth < MAX_DEPTH)
        if (!str_is_empty(name))
            t->elements[t->depth++] = (struct open_element){name, t->definition_line};
    t->opens = names_after(head, S("opens "));
    if (!str_is_empty(head) && !str_starts_with(head, S("closes ")) &&
        !str_starts_with(head, S("opens ")))
        template_fail(t, at, "after the parameters stand \"opens NAMES\" or \"closes NAMES\"");
    if (!str_is_empty(head) && t->is_plain)
        template_fail(t, at, "a %%text has no elements to open or close");
}

/* `%page name(params)`: from behind the word. */
static void take_definition(struct template *t, size_t at, bool is_plain)
{
    struct str name, params;
    size_t n, end;

    while (template_peek(t, 0) == ' ')
        t->at++;
    n = clex_identifier(t->text, t->at);
    name = str_slice(t->text, t->at, t->at + n);
    t->at += n;
    end = template_peek(t, 0) == '(' ? clex_skip_group(t->text, t->at) : CLEX_OPEN;
    if (n == 0 || end == CLEX_OPEN) {
        template_fail(t, at, "a definition is %%page name(parameters) or %%text name(parameters)");
        return;
    }
    params = str_trim(str_slice(t->text, t->at + 1, end - 1));
    t->at = end;
    t->is_inside = true;
    t->is_plain = is_plain;
    t->ends_in_space = true;
    t->definition_line = template_line(t, at);
    t->block_depth = 0;
    set_head(t, at, str_trim(take_line(t)));
    code_begin(t, name, str_eq(params, S("void")) ? STR_NONE : params);
}

static void check_end(struct template *t, size_t at)
{
    struct str names = t->opens, name;
    size_t depth = 0;

    if (t->block_depth)
        template_fail(t, at, "the %% block of line %d is not closed",
                      t->blocks[t->block_depth - 1].line);
    while (str_next(&names, ' ', &name)) {
        if (str_is_empty(name))
            continue;
        if (depth >= t->depth || !str_eq(t->elements[depth].name, name))
            template_fail(t, at, "the definition says that it opens <%.*s>, but it does not",
                          STR_ARG(name));
        depth++;
    }
    if (t->depth > depth)
        template_fail(t, at, "<%.*s> of line %d is not closed",
                      STR_ARG(t->elements[t->depth - 1].name), t->elements[t->depth - 1].line);
}

static void take_end(struct template *t, size_t at)
{
    take_line(t);
    if (!t->is_inside) {
        template_fail(t, at, "%%end ends nothing");
        return;
    }
    check_end(t, at);
    if (!t->is_plain)
        code_trim(t);
    code_end(t);
    t->is_inside = false;
}

static void take_include(struct template *t, size_t at)
{
    struct str what = str_trim(take_line(t));

    if (t->is_inside || what.n < 3 || (what.p[0] != '"' && what.p[0] != '<'))
        template_fail(t, at, "%%include \"file.h\" stands before the definitions");
    else
        buf_add_fmt(&t->header, "#include %.*s\n", STR_ARG(what));
}

static void open_block(struct template *t, size_t at)
{
    if (t->block_depth == MAX_DEPTH) {
        template_fail(t, at, "blocks are nested more than %d deep", MAX_DEPTH);
        return;
    }
    t->blocks[t->block_depth++] = (struct open_block){template_line(t, at), t->depth};
}

static void close_block(struct template *t, size_t at)
{
    if (!t->block_depth) {
        template_fail(t, at, "this } closes no %% block");
        return;
    }
    if (t->depth > t->blocks[--t->block_depth].depth)
        template_fail(t, at, "<%.*s> of line %d is not closed in its %% block",
                      STR_ARG(t->elements[t->depth - 1].name), t->elements[t->depth - 1].line);
}

/* An `if` without its block would govern only the next write, whatever that happens to be. */
static bool lacks_block(struct str line)
{
    static const struct str words[] = {STR("if"),   STR("for"),    STR("while"),
                                       STR("else"), STR("switch"), STR("do")};
    struct str first = str_slice(line, 0, clex_identifier(line, 0));
    int nesting = 0;

    for (size_t at = 0; at < line.n; at = clex_skip(line, at)) {
        nesting += line.p[at] == '(';
        nesting -= line.p[at] == ')';
    }
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(first, words[i]))
            return nesting == 0 && !strchr("{;}", line.p[line.n - 1]);
    return false;
}

/* True for a call of another template, `name(v, ...)`: white space around it counts as written. */
static bool is_call(struct str line)
{
    size_t n = clex_identifier(line, 0);
    struct str rest = str_slice(line, n, line.n);

    return n > 0 && (str_starts_with(rest, S("(v,")) || str_starts_with(rest, S("(v)")));
}

static void take_code(struct template *t, size_t at)
{
    struct str line = str_trim(take_line(t));

    if (!t->is_inside) {
        template_fail(t, at, "code stands inside a definition");
        return;
    }
    if (str_is_empty(line))
        return;
    for (size_t i = 0, next; i < line.n && !t->has_failed; i = next) {
        next = clex_skip(line, i);
        if (next == CLEX_OPEN) {
            template_fail(t, at, "a literal or comment is not closed in this line");
            return;
        }
        if (line.p[i] == '{')
            open_block(t, at);
        else if (line.p[i] == '}')
            close_block(t, at);
    }
    if (lacks_block(line))
        template_fail(t, at, "open the block with { in this line");
    code_line(t, line);
    t->ends_in_space = !t->is_plain;
    if (is_call(line) && !t->is_plain)
        code_literal(t, S("\n"));
}

static void take_directive(struct template *t)
{
    size_t at = t->at, n = clex_identifier(t->text, t->at + 1);
    struct str word = str_slice(t->text, t->at + 1, t->at + 1 + n);

    t->at += 1 + n;
    if (str_eq(word, S("page")) || str_eq(word, S("text"))) {
        if (t->is_inside)
            template_fail(t, at, "%%end is missing for line %d", t->definition_line);
        else
            take_definition(t, at, str_eq(word, S("text")));
    } else if (str_eq(word, S("end"))) {
        take_end(t, at);
    } else if (str_eq(word, S("include"))) {
        take_include(t, at);
    } else if (n > 0) {
        template_fail(t, at, "%%%.*s is not known; code stands after \"%% \"", STR_ARG(word));
    } else if (template_peek(t, 0) == '#') {
        take_line(t);
    } else {
        take_code(t, at);
    }
}

/* At the beginning of a line: takes the directive there is; false when there is none. */
static bool take_directive_line(struct template *t)
{
    size_t at = t->at;

    while (at < t->text.n && (t->text.p[at] == ' ' || t->text.p[at] == '\t'))
        at++;
    if (at == t->text.n || t->text.p[at] != '%')
        return false;
    if (at + 1 < t->text.n && t->text.p[at + 1] == '%') {
        code_literal(t,
                     t->is_plain || !t->ends_in_space ? str_slice(t->text, t->at, at) : STR_NONE);
        t->at = at + 1;
        markup_take_char(t);
        return true;
    }
    t->at = at;
    take_directive(t);
    return true;
}

static void take_outside(struct template *t)
{
    size_t at = t->at;

    if (!str_is_empty(str_trim(take_line(t))))
        template_fail(t, at, "text stands inside a definition, between %%page and %%end");
}

static void take_inside(struct template *t)
{
    if (!t->is_plain) {
        markup_take(t);
    } else if (template_peek(t, 0) == '{') {
        brace_take(t, IN_PLAIN);
    } else {
        code_literal(t, str_slice(t->text, t->at, t->at + 1));
        t->at++;
    }
}

bool template_compile(struct template *t)
{
    while (template_has_more(t)) {
        bool is_line_start = t->at == 0 || t->text.p[t->at - 1] == '\n';

        if (is_line_start && take_directive_line(t))
            continue;
        if (t->is_inside)
            take_inside(t);
        else
            take_outside(t);
    }
    if (t->is_inside && !t->has_failed) {
        gen_complain(t->report, t->path, t->definition_line, "%%end is missing");
        t->has_failed = true;
    }
    return !t->has_failed;
}
