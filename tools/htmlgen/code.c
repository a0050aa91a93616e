#include "code.h"

static void flush(struct template *t)
{
    if (!t->literal.n)
        return;
    BUF_ADD(&t->code, "    buf_add(v->out, S(");
    gen_quote(&t->code, buf_str(&t->literal), 22);
    BUF_ADD(&t->code, "));\n");
    t->literal.n = 0;
}

static bool is_of_template(const struct template *t, struct str s)
{
    return s.p >= t->text.p && s.p < t->text.p + t->text.n;
}

/* The expression at its own line and column; what follows counts as the same line. */
static void put_expr(struct template *t, struct str expr)
{
    size_t at;

    if (!is_of_template(t, expr)) {
        buf_add(&t->code, expr);
        return;
    }
    at = (size_t)(expr.p - t->text.p);
    buf_add_fmt(&t->code, "\n#line %d \"%s\"\n%*s%.*s\n#line %d \"%s\"\n    ", template_line(t, at),
                t->path, template_column(t, at) - 1, "", STR_ARG(expr), template_line(t, at),
                t->path);
}

void code_begin(struct template *t, struct str name, struct str params)
{
    struct str glue = str_is_empty(params) ? STR_NONE : S(", ");

    struct str head =
        str_fmt(t->arena, "\n#line %d \"%s\"\nvoid %.*s(struct view *v%.*s%.*s)",
                t->definition_line, t->path, STR_ARG(name), STR_ARG(glue), STR_ARG(params));

    buf_add(&t->header, head);
    BUF_ADD(&t->header, ";\n");
    buf_add(&t->code, head);
    BUF_ADD(&t->code, "\n{\n    (void)v;\n");
}

void code_end(struct template *t)
{
    flush(t);
    BUF_ADD(&t->code, "}\n");
}

void code_literal(struct template *t, struct str s)
{
    buf_add(&t->literal, s);
}

void code_trim(struct template *t)
{
    while (t->literal.n && strchr(" \t\r\n", t->literal.p[t->literal.n - 1]))
        t->literal.n--;
}

void code_line(struct template *t, struct str line)
{
    flush(t);
    put_expr(t, line);
    BUF_ADD(&t->code, "\n");
}

/* Opens a block in which the expression's value has a name: a macro's argument could not carry
 * #line lines. */
static void put_value(struct template *t, size_t number, struct str expr)
{
    buf_add_fmt(&t->code, "    __auto_type htmlgen_%zu =", number);
    put_expr(t, expr);
    BUF_ADD(&t->code, ";\n");
}

static void put_call(struct template *t, const char *writer, struct str expr)
{
    flush(t);
    BUF_ADD(&t->code, "    {\n");
    put_value(t, 0, expr);
    /* On the expression's line again, for the message about a type that cannot be written. */
    buf_add_fmt(&t->code, "#line %d \"%s\"\n    %s(v->out, htmlgen_0);\n    }\n",
                template_line(t, (size_t)(expr.p - t->text.p)), t->path, writer);
}

void code_value(struct template *t, enum place place, struct str expr)
{
    static const char *const writers[] = {
        [IN_TEXT] = "html_put_text",         [IN_RCDATA] = "html_put_text",
        [IN_ATTR] = "html_put_attr",         [IN_URL] = "html_put_url",
        [IN_URL_PART] = "html_put_url_part", [IN_PLAIN] = "html_put_plain",
    };

    put_call(t, writers[place], expr);
}

void code_raw(struct template *t, struct str expr)
{
    put_call(t, "html_raw", expr);
}

void code_json(struct template *t, struct str expr)
{
    put_call(t, "html_json", expr);
}

void code_message(struct template *t, enum place place, struct str id, const struct code_arg *args,
                  size_t count)
{
    const char *maker = place == IN_TEXT ? "HTML_ARG" : "MSG_ARG";
    const char *writer = place == IN_ATTR    ? "html_msg_attr"
                         : place == IN_PLAIN ? "msg_write"
                                             : "html_msg_text";

    flush(t);
    BUF_ADD(&t->code, "    {\n");
    for (size_t i = 0; i < count; i++)
        put_value(t, i, args[i].expr);
    if (count)
        BUF_ADD(&t->code, "    const struct msg_arg htmlgen_args[] = {");
    for (size_t i = 0; i < count; i++)
        buf_add_fmt(&t->code, "%s(\"%.*s\", htmlgen_%zu), ", maker, STR_ARG(args[i].name), i);
    if (count)
        BUF_ADD(&t->code, "};\n");
    buf_add_fmt(&t->code, "    %s(v->out, v->lang, ", writer);
    put_expr(t, id);
    buf_add_fmt(&t->code, ", %s, %zu);\n    }\n", count ? "htmlgen_args" : "NULL", count);
}

void code_if(struct template *t, struct str expr)
{
    flush(t);
    BUF_ADD(&t->code, "    if (");
    put_expr(t, expr);
    BUF_ADD(&t->code, ") {\n");
}

void code_end_if(struct template *t)
{
    flush(t);
    BUF_ADD(&t->code, "    }\n");
}
