#include "markup.h"

#include "brace.h"
#include "tags.h"

#define MAX_ATTRS 40

/* A start tag while it is read. */
struct tag {
    size_t at;
    struct str name;
    struct str attrs[MAX_ATTRS];
    size_t attr_count;
    bool is_json; /* type="application/json" */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip_blanks(struct template *t)
{
    while (is_blank(template_peek(t, 0)))
        t->at++;
}

static struct str take_until(struct template *t, const char *stops)
{
    size_t from = t->at;

    while (template_has_more(t) && !strchr(stops, template_peek(t, 0)))
        t->at++;
    return str_slice(t->text, from, t->at);
}

static const struct open_element *innermost(const struct template *t)
{
    return t->depth ? &t->elements[t->depth - 1] : NULL;
}

static bool is_inside(const struct template *t, bool (*is_such)(struct str name))
{
    for (size_t i = 0; i < t->depth; i++)
        if (is_such(t->elements[i].name))
            return true;
    return false;
}

static bool is_foreign(struct str name)
{
    return str_eq(name, S("svg")) || str_eq(name, S("math"));
}

void markup_take_char(struct template *t)
{
    char c = template_peek(t, 0);

    t->at++;
    if (!is_blank(c) || is_inside(t, tag_keeps_space)) {
        code_literal(t, (struct str){&c, 1});
        t->ends_in_space = false;
    } else if (!t->ends_in_space) {
        code_literal(t, c == '\n' ? S("\n") : S(" "));
        t->ends_in_space = true;
    }
}

static void take_comment(struct template *t)
{
    size_t at = t->at;
    ptrdiff_t end = str_find(template_rest(t), S("-->"));

    if (end < 0) {
        template_fail(t, at, "the comment is not closed by -->");
        return;
    }
    for (size_t stop = at + (size_t)end; t->at < stop; t->at++)
        if (brace_is_code(t) && strchr("=!?tj", template_peek(t, 1)))
            template_fail(t, t->at, "an expression may not stand in a comment");
    if (!t->has_failed)
        t->at += 3;
}

static void take_end_tag(struct template *t)
{
    const struct open_element *open = innermost(t);
    size_t at = t->at;
    size_t floor = t->block_depth ? t->blocks[t->block_depth - 1].depth : 0;
    struct str name;

    t->at += 2;
    name = take_until(t, " \t\r\n/><{");
    skip_blanks(t);
    if (template_peek(t, 0) != '>')
        template_fail(t, at, "</%.*s is not closed by >", STR_ARG(name));
    else if (!open)
        template_fail(t, at, "</%.*s> closes nothing", STR_ARG(name));
    else if (!str_eq(open->name, name))
        template_fail(t, at, "</%.*s> comes where </%.*s> is due, for line %d", STR_ARG(name),
                      STR_ARG(open->name), open->line);
    else if (t->depth == floor)
        template_fail(t, at, "</%.*s> closes an element from outside the %% block of line %d",
                      STR_ARG(name), t->blocks[t->block_depth - 1].line);
    if (t->has_failed)
        return;
    t->at++;
    t->depth--;
    code_literal(t, S("</"));
    code_literal(t, name);
    code_literal(t, S(">"));
    t->ends_in_space = false;
}

/* The value up to its closing quote; the position is behind the opening one. */
static void take_value(struct template *t, struct tag *tag, struct str name)
{
    size_t start = t->at;
    bool is_url = attr_is_url(name), is_at_start = true;

    code_literal(t, S("=\""));
    while (template_has_more(t) && template_peek(t, 0) != '"') {
        struct str before = str_slice(t->text, start, t->at);

        if (template_peek(t, 0) == '<') {
            template_fail(t, start, "the value of %.*s is not closed; a < in it is written &lt;",
                          STR_ARG(name));
        } else if (template_peek(t, 0) != '{') {
            code_literal(t, str_slice(t->text, t->at, t->at + 1));
            t->at++;
        } else if (brace_is_code(t) && attr_is_compound(name)) {
            template_fail(t, t->at, "an expression may not stand in %.*s", STR_ARG(name));
        } else if (brace_is_code(t) && is_at_start && is_url && !url_is_allowed(before, true)) {
            template_fail(t, t->at,
                          "the URL before the expression needs a complete host and http, https, "
                          "mailto, tel or no scheme");
        } else {
            enum place part = before.n ? IN_URL_PART : IN_URL;

            is_at_start = is_at_start && !brace_is_code(t);
            brace_take(t, is_url ? part : IN_ATTR);
        }
    }
    if (!template_has_more(t)) {
        template_fail(t, start, "the value of %.*s is not closed", STR_ARG(name));
        return;
    }
    if (is_url && is_at_start && !url_is_allowed(str_slice(t->text, start, t->at), false))
        template_fail(t, start, "a URL is relative or has http, https, mailto or tel");
    if (str_eq(name, S("type")))
        tag->is_json = str_eq(str_slice(t->text, start, t->at), S("application/json"));
    code_literal(t, S("\""));
    if (!t->has_failed)
        t->at++;
}

static void check_attr(struct template *t, struct tag *tag, size_t at, struct str name)
{
    if (str_is_empty(name))
        template_fail(t, at, "an attribute's name is due here");
    else if (template_peek(t, 0) == '{')
        template_fail(t, at, "an expression may not stand in an attribute's name");
    else if (attr_is_handler(name))
        template_fail(t, at, "%.*s: scripts are not written into attributes", STR_ARG(name));
    else if (str_eq_ascii_nocase(name, S("style")))
        template_fail(t, at, "style: use a class; the security policy refuses inline styles");
    else if (tag->attr_count == MAX_ATTRS)
        template_fail(t, at, "more than %d attributes", MAX_ATTRS);
    for (size_t i = 0; i < tag->attr_count; i++)
        if (str_eq_ascii_nocase(tag->attrs[i], name))
            template_fail(t, at, "the attribute %.*s stands twice", STR_ARG(name));
}

static void take_attr(struct template *t, struct tag *tag)
{
    size_t at = t->at;
    struct str name = take_until(t, " \t\r\n\"'<>/={"), condition = STR_NONE;

    check_attr(t, tag, at, name);
    if (t->has_failed)
        return;
    tag->attrs[tag->attr_count++] = name;
    if (template_sees(t, S("={?"))) {
        t->at++;
        condition = brace_take_condition(t);
        if (t->has_failed)
            return;
        code_if(t, condition);
    }
    code_literal(t, S(" "));
    code_literal(t, name);
    if (condition.n ? template_peek(t, 0) == '"' : template_sees(t, S("=\""))) {
        t->at += condition.n ? 1 : 2;
        take_value(t, tag, name);
    } else if (template_sees(t, S("='"))) {
        template_fail(t, at, "%.*s: attribute values stand in double quotes", STR_ARG(name));
    } else if (template_sees(t, S("={"))) {
        template_fail(t, at, "%.*s: an expression may not stand in an unquoted value",
                      STR_ARG(name));
    } else if (!condition.n && template_peek(t, 0) == '=') {
        template_fail(t, at, "%.*s: the value is not quoted", STR_ARG(name));
    }
    if (condition.n)
        code_end_if(t);
}

/* True when the line that begins at the position is a directive. */
static bool is_directive_line(const struct template *t)
{
    size_t ahead = 0;

    if (t->text.p[t->at - 1] != '\n')
        return false;
    while (is_blank(template_peek(t, ahead)))
        ahead++;
    return template_peek(t, ahead) == '%';
}

static void take_attrs(struct template *t, struct tag *tag)
{
    while (template_has_more(t) && template_peek(t, 0) != '>' && !template_sees(t, S("/>"))) {
        if (is_directive_line(t))
            template_fail(t, tag->at, "<%.*s is not closed before the next %% line",
                          STR_ARG(tag->name));
        else if (is_blank(template_peek(t, 0)))
            t->at++;
        else if (template_peek(t, 0) == '{')
            template_fail(t, t->at,
                          "an expression is no attribute; write name=\"{= }\" or name={? }");
        else
            take_attr(t, tag);
    }
    if (!template_has_more(t))
        template_fail(t, tag->at, "<%.*s is not closed by >", STR_ARG(tag->name));
}

static bool tag_has(const struct tag *tag, struct str attr)
{
    for (size_t i = 0; i < tag->attr_count; i++)
        if (str_eq_ascii_nocase(tag->attrs[i], attr))
            return true;
    return false;
}

/* What is between <script> and </script>: nothing, or one {json }. */
static void take_script(struct template *t, const struct tag *tag)
{
    skip_blanks(t);
    if (tag->is_json && template_peek(t, 0) == '{') {
        brace_take(t, IN_JSON);
        skip_blanks(t);
    } else if (!tag_has(tag, S("src"))) {
        template_fail(t, tag->at,
                      "a script has src=\"...\" or type=\"application/json\" and one {json }");
    }
    if (!template_sees(t, S("</script>")))
        template_fail(t, tag->at, "nothing else may stand in a script; close it by </script>");
}

static void open_element(struct template *t, const struct tag *tag)
{
    if (t->depth == MAX_DEPTH) {
        template_fail(t, tag->at, "elements are nested more than %d deep", MAX_DEPTH);
        return;
    }
    t->elements[t->depth++] = (struct open_element){tag->name, template_line(t, tag->at)};
    if (str_eq(tag->name, S("script")))
        take_script(t, tag);
    /* A browser drops a newline after these tags; the value's own first one must stay. */
    if (tag_keeps_space(tag->name) && template_peek(t, 0) == '{')
        code_literal(t, S("\n"));
}

static void take_start_tag(struct template *t)
{
    struct tag tag = {.at = t->at};
    bool is_self_closed;

    t->at++;
    tag.name = take_until(t, " \t\r\n\"'<>/={");
    if (template_peek(t, 0) == '{')
        template_fail(t, tag.at, "an expression may not stand in a tag's name");
    else if (tag_is_refused(tag.name))
        template_fail(t, tag.at, "<%.*s> is not allowed", STR_ARG(tag.name));
    code_literal(t, S("<"));
    code_literal(t, tag.name);
    take_attrs(t, &tag);
    if (t->has_failed)
        return;
    is_self_closed = template_peek(t, 0) == '/';
    if (is_self_closed && !is_inside(t, is_foreign)) {
        template_fail(t, tag.at, "<%.*s/>: a slash closes elements only inside svg and math",
                      STR_ARG(tag.name));
    } else if (str_eq_ascii_nocase(tag.name, S("img")) && !tag_has(&tag, S("alt"))) {
        template_fail(t, tag.at, "<img> needs alt (alt=\"\" when it only decorates)");
    }
    if (t->has_failed)
        return;
    code_literal(t, is_self_closed ? S("/>") : S(">"));
    t->at += is_self_closed ? 2 : 1;
    t->ends_in_space = false;
    if (!is_self_closed && !tag_is_void(tag.name))
        open_element(t, &tag);
}

static void take_doctype(struct template *t)
{
    struct str doctype = take_until(t, ">");

    if (!str_eq_ascii_nocase(doctype, S("<!doctype html")))
        template_fail(t, t->at, "only <!doctype html> and comments begin with <!");
    code_literal(t, doctype);
    t->ends_in_space = false;
}

static void take_angle(struct template *t)
{
    const struct open_element *open = innermost(t);

    if (template_peek(t, 1) == '/' && is_letter(template_peek(t, 2)))
        take_end_tag(t);
    else if (open && tag_is_rcdata(open->name))
        template_fail(t, t->at, "<%.*s> of line %d holds text only; < is written &lt;",
                      STR_ARG(open->name), open->line);
    else if (template_sees(t, S("<!--")))
        take_comment(t);
    else if (template_sees(t, S("<!")))
        take_doctype(t);
    else if (is_letter(template_peek(t, 1)))
        take_start_tag(t);
    else if (brace_is_code(t) || template_peek(t, 1) == '{')
        template_fail(t, t->at, "an expression may not stand in a tag's name");
    else
        template_fail(t, t->at, "a < in the text is written &lt;");
}

void markup_take(struct template *t)
{
    const struct open_element *open = innermost(t);

    if (template_peek(t, 0) == '<') {
        take_angle(t);
    } else if (template_peek(t, 0) == '{') {
        brace_take(t, open && tag_is_rcdata(open->name) ? IN_RCDATA : IN_TEXT);
        t->ends_in_space = false;
    } else {
        markup_take_char(t);
    }
}
