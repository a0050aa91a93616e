/* The C of one file of statements: a header with types and contracts, and constant tables. */
#include "sqlgen.h"

#define DIRECT_PARAMS_MAX 3

static bool has_args(const struct statement *s)
{
    bool has_null = false;

    for (size_t i = 0; i < s->params.n; i++)
        has_null |= s->params.items[i].is_nullable;
    return has_null || s->params.n > DIRECT_PARAMS_MAX || s->fragments.n || s->orders.n;
}

static bool has_row(const struct statement *s)
{
    return s->kind != SQL_EXEC && s->kind != SQL_INSERT;
}

static bool is_empty_args(const struct statement *s)
{
    return s->params.n == 0 && s->fragments.n == 0 && s->orders.n == 0;
}

static void add_upper(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        buf_add_byte(out, s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i]);
}

void emit_c_string(struct buf *out, struct str text)
{
    size_t column = 0;

    BUF_ADD(out, "\"");
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (column++ > 80 && c == ' ') {
            BUF_ADD(out, "\"\n     \"");
            column = 0;
        }
        if (c == '"' || c == '\\')
            buf_add_fmt(out, "\\%c", c);
        else if (c == '\n')
            BUF_ADD(out, "\\n");
        else if (c == '?')
            BUF_ADD(out, "\\?"); /* no trigraphs */
        else
            buf_add_byte(out, c);
    }
    BUF_ADD(out, "\"");
}

static void struct_fields(struct buf *out, const struct fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *field = &fields->items[i];

        buf_add_fmt(out, "    %s%.*s;\n", sql_type_c(field->type), STR_ARG(field->name));
        if (field->is_nullable)
            buf_add_fmt(out, "    bool %.*s_is_null;\n", STR_ARG(field->name));
    }
}

static void args_struct(struct buf *out, const struct statement *s)
{
    struct str n = s->name;

    if (s->orders.n) {
        buf_add_fmt(out, "enum %.*s_order {\n", STR_ARG(n));
        for (size_t i = 0; i < s->orders.n; i++) {
            BUF_ADD(out, "    ");
            add_upper(out, n);
            BUF_ADD(out, "_BY_");
            add_upper(out, s->orders.items[i]);
            BUF_ADD(out, ",\n");
        }
        BUF_ADD(out, "};\n\n");
    }
    buf_add_fmt(out, "struct %.*s_args {\n", STR_ARG(n));
    struct_fields(out, &s->params);
    for (size_t i = 0; i < s->fragments.n; i++)
        buf_add_fmt(out, "    bool with_%.*s;\n", STR_ARG(s->fragments.items[i]));
    if (s->orders.n)
        buf_add_fmt(out, "    enum %.*s_order order;\n", STR_ARG(n));
    BUF_ADD(out, "};\n\n");
}

static void row_struct(struct buf *out, const struct statement *s)
{
    buf_add_fmt(out, "struct %.*s_row {\n", STR_ARG(s->name));
    struct_fields(out, &s->columns);
    BUF_ADD(out, "};\n\n");
    if (s->kind == SQL_MANY)
        buf_add_fmt(out, "struct %.*s_rows {\n    struct %.*s_row *rows;\n    size_t n;\n};\n\n",
                    STR_ARG(s->name), STR_ARG(s->name));
    if (s->kind == SQL_EACH)
        buf_add_fmt(out,
                    "typedef enum rc %.*s_each_fn(struct ctx *ctx, const struct %.*s_row *row,"
                    " void *arg);\n\n",
                    STR_ARG(s->name), STR_ARG(s->name));
}

static void prototype(struct buf *out, const struct statement *s)
{
    struct str n = s->name;

    buf_add_fmt(out, "enum rc %.*s(struct ctx *ctx", STR_ARG(n));
    if (has_args(s))
        buf_add_fmt(out, ", const struct %.*s_args *args", STR_ARG(n));
    for (size_t i = 0; !has_args(s) && i < s->params.n; i++)
        buf_add_fmt(out, ", %s%.*s", sql_type_c(s->params.items[i].type),
                    STR_ARG(s->params.items[i].name));
    switch (s->kind) {
    case SQL_ONE: buf_add_fmt(out, ", struct %.*s_row *ret)", STR_ARG(n)); break;
    case SQL_OPTIONAL:
        buf_add_fmt(out, ", bool *ret_found, struct %.*s_row *ret)", STR_ARG(n));
        break;
    case SQL_MANY: buf_add_fmt(out, ", struct %.*s_rows *ret)", STR_ARG(n)); break;
    case SQL_EACH: buf_add_fmt(out, ", %.*s_each_fn *each, void *arg)", STR_ARG(n)); break;
    case SQL_EXEC: BUF_ADD(out, ", int64_t *ret_changed)"); break;
    case SQL_INSERT: BUF_ADD(out, ", int64_t *ret_id)"); break;
    }
}

/* The comment lines before "-- name:"; their end would end the comment in C. */
static void doc_comment(struct buf *out, const struct statement *s)
{
    struct str rest = str_trim(s->doc), line;
    bool is_first = true;

    if (str_is_empty(rest) || str_find(rest, S("*/")) >= 0)
        return;
    while (line_next(&rest, &line)) {
        buf_add_fmt(out, "%s%.*s", is_first ? "/* " : "\n * ", STR_ARG(line));
        is_first = false;
    }
    BUF_ADD(out, " */\n");
}

static bool uses_type(const struct statements *all, enum sql_type type)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct fields *sets[] = {&all->items[i].params, &all->items[i].columns};

        for (size_t s = 0; s < 2; s++)
            for (size_t k = 0; k < sets[s]->n; k++)
                if (sets[s]->items[k].type == type)
                    return true;
    }
    return false;
}

static void header_top(struct buf *out, const struct emit_names *names)
{
    buf_add_fmt(out, "/* Made by sqlgen from %.*s. */\n#pragma once\n\n", STR_ARG(names->source));
}

void statements_emit_rows(const struct statements *statements, const struct emit_names *names,
                          struct buf *out)
{
    header_top(out, names);
    BUF_ADD(out, "#include \"base/ctx.h\"\n#include \"base/date.h\"\n");
    if (uses_type(statements, SQL_MONEY))
        BUF_ADD(out, "#include \"base/money.h\"\n");
    BUF_ADD(out, "\n");
    for (size_t i = 0; i < statements->n; i++)
        if (has_row(&statements->items[i]))
            row_struct(out, &statements->items[i]);
}

void statements_emit_header(const struct statements *statements, const struct emit_names *names,
                            struct buf *out)
{
    header_top(out, names);
    buf_add_fmt(out, "#include \"db/statement.h\"\n#include \"%.*s\"\n\n", STR_ARG(names->rows));
    for (size_t i = 0; i < statements->n; i++) {
        const struct statement *s = &statements->items[i];

        if (has_args(s))
            args_struct(out, s);
        doc_comment(out, s);
        prototype(out, s);
        BUF_ADD(out, " MUST_CHECK;\n\n");
    }
    buf_add_fmt(out, "extern const struct sql_statements %.*s;\n", STR_ARG(names->list));
}

static void field_table(struct buf *out, struct str n, const char *which, const char *in,
                        const struct fields *fields)
{
    if (fields->n == 0)
        return;
    buf_add_fmt(out, "static const struct sql_field %.*s_%s[] = {\n", STR_ARG(n), which);
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *field = &fields->items[i];

        buf_add_fmt(out, "    {\"%.*s\", %s, offsetof(struct %.*s_%s, %.*s), ",
                    STR_ARG(field->name), sql_type_symbol(field->type), STR_ARG(n), in,
                    STR_ARG(field->name));
        if (field->is_nullable)
            buf_add_fmt(out, "offsetof(struct %.*s_%s, %.*s_is_null)},\n", STR_ARG(n), in,
                        STR_ARG(field->name));
        else
            BUF_ADD(out, "SQL_NEVER_NULL},\n");
    }
    BUF_ADD(out, "};\n\n");
}

static size_t piece_count(const struct statement *s, enum sql_engine engine)
{
    bool has_spare = s->kind == SQL_INSERT && !s->returns_id[engine];

    return s->bodies[engine].n - has_spare;
}

static void piece_table(struct buf *out, const struct statement *s, enum sql_engine engine)
{
    const struct body *body = &s->bodies[engine];

    buf_add_fmt(out, "static const struct sql_piece %.*s_%s[] = {\n", STR_ARG(s->name),
                engine == SQL_SQLITE ? "sqlite" : "postgres");
    for (size_t i = 0; i < piece_count(s, engine); i++) {
        BUF_ADD(out, "    {");
        emit_c_string(out, body->pieces[i].text);
        buf_add_fmt(out, ", %d, %d},\n", body->pieces[i].fragment, body->pieces[i].order);
    }
    BUF_ADD(out, "};\n\n");
}

static void option_tables(struct buf *out, const struct statement *s)
{
    if (s->fragments.n) {
        buf_add_fmt(out, "static const uint16_t %.*s_fragments[] = {\n", STR_ARG(s->name));
        for (size_t i = 0; i < s->fragments.n; i++)
            buf_add_fmt(out, "    offsetof(struct %.*s_args, with_%.*s),\n", STR_ARG(s->name),
                        STR_ARG(s->fragments.items[i]));
        BUF_ADD(out, "};\n\n");
    }
    if (s->writes.n) {
        buf_add_fmt(out, "static const char *const %.*s_writes[] = {", STR_ARG(s->name));
        for (size_t i = 0; i < s->writes.n; i++)
            buf_add_fmt(out, "\"%.*s\", ", STR_ARG(s->writes.items[i]));
        BUF_ADD(out, "NULL};\n\n");
    }
}

static void statement_constant(struct buf *out, const struct statement *s, struct str source)
{
    static const char *const kinds[] = {"SQL_ONE",  "SQL_OPTIONAL", "SQL_MANY",
                                        "SQL_EACH", "SQL_EXEC",     "SQL_INSERT"};
    struct str n = s->name;

    buf_add_fmt(out,
                "static const struct sql_statement %.*s_statement = {\n"
                "    .name = \"%.*s: %.*s\",\n    .kind = %s,\n    .is_read_only = %s,\n",
                STR_ARG(n), STR_ARG(source), STR_ARG(n), kinds[s->kind],
                s->is_read_only ? "true" : "false");
    if (has_row(s))
        buf_add_fmt(out, "    .row_bytes = sizeof(struct %.*s_row),\n", STR_ARG(n));
    if (s->kind == SQL_INSERT)
        BUF_ADD(out, "    .row_bytes = sizeof(int64_t),\n    .columns = sql_id_column,\n"
                     "    .column_count = 1,\n");
    buf_add_fmt(out,
                "    .pieces = {%.*s_sqlite, %.*s_postgres},\n    .piece_count = {%zu, %zu},\n",
                STR_ARG(n), STR_ARG(n), piece_count(s, SQL_SQLITE), piece_count(s, SQL_POSTGRES));
    if (s->params.n)
        buf_add_fmt(out, "    .params = %.*s_params,\n    .param_count = %zu,\n", STR_ARG(n),
                    s->params.n);
    if (has_row(s))
        buf_add_fmt(out, "    .columns = %.*s_columns,\n    .column_count = %zu,\n", STR_ARG(n),
                    s->columns.n);
    if (s->fragments.n)
        buf_add_fmt(out, "    .fragment_offsets = %.*s_fragments,\n    .fragment_count = %zu,\n",
                    STR_ARG(n), s->fragments.n);
    if (s->orders.n)
        buf_add_fmt(out,
                    "    .order_offset = offsetof(struct %.*s_args, order),\n"
                    "    .order_count = %zu,\n",
                    STR_ARG(n), s->orders.n);
    if (s->writes.n)
        buf_add_fmt(out, "    .writes = %.*s_writes,\n", STR_ARG(n));
    BUF_ADD(out, "};\n\n");
}

static void call(struct buf *out, const struct statement *s, const char *args)
{
    struct str n = s->name;

    switch (s->kind) {
    case SQL_ONE:
        buf_add_fmt(out, "    return sql_one(ctx, &%.*s_statement, %s, ret);\n", STR_ARG(n), args);
        break;
    case SQL_OPTIONAL:
        buf_add_fmt(out, "    return sql_optional(ctx, &%.*s_statement, %s, ret_found, ret);\n",
                    STR_ARG(n), args);
        break;
    case SQL_MANY:
        buf_add_fmt(out,
                    "    void *rows;\n    size_t n;\n"
                    "    enum rc rc = sql_many(ctx, &%.*s_statement, %s, &rows, &n);\n\n"
                    "    if (rc == RC_OK)\n        *ret = (struct %.*s_rows){rows, n};\n"
                    "    return rc;\n",
                    STR_ARG(n), args, STR_ARG(n));
        break;
    case SQL_EACH:
        buf_add_fmt(out,
                    "    struct %.*s_each each_row = {each, arg};\n\n"
                    "    return sql_each(ctx, &%.*s_statement, %s, %.*s_each_row, &each_row);\n",
                    STR_ARG(n), STR_ARG(n), args, STR_ARG(n));
        break;
    case SQL_EXEC:
        buf_add_fmt(out, "    return sql_exec(ctx, &%.*s_statement, %s, ret_changed);\n",
                    STR_ARG(n), args);
        break;
    case SQL_INSERT:
        buf_add_fmt(out, "    return sql_insert(ctx, &%.*s_statement, %s, ret_id);\n", STR_ARG(n),
                    args);
        break;
    }
}

/* The typed callback is called through one of the common type. */
static void each_bridge(struct buf *out, const struct statement *s)
{
    struct str n = s->name;

    buf_add_fmt(out,
                "struct %.*s_each {\n    %.*s_each_fn *each;\n    void *arg;\n};\n\n"
                "static enum rc %.*s_each_row(struct ctx *ctx, const void *row, void *arg)\n{\n"
                "    const struct %.*s_each *each_row = arg;\n\n"
                "    return each_row->each(ctx, row, each_row->arg);\n}\n\n",
                STR_ARG(n), STR_ARG(n), STR_ARG(n), STR_ARG(n));
}

static void function(struct buf *out, const struct statement *s)
{
    bool is_direct = !has_args(s) && !is_empty_args(s);

    if (s->kind == SQL_EACH)
        each_bridge(out, s);
    prototype(out, s);
    BUF_ADD(out, "\n{\n");
    if (is_direct) {
        buf_add_fmt(out, "    struct %.*s_args args = {", STR_ARG(s->name));
        for (size_t i = 0; i < s->params.n; i++)
            buf_add_fmt(out, "%s%.*s", i ? ", " : "", STR_ARG(s->params.items[i].name));
        BUF_ADD(out, "};\n");
        if (s->kind != SQL_MANY && s->kind != SQL_EACH)
            BUF_ADD(out, "\n");
    }
    call(out, s, is_direct ? "&args" : has_args(s) ? "args" : "NULL");
    BUF_ADD(out, "}\n\n");
}

void statements_emit_source(const struct statements *statements, const struct emit_names *names,
                            struct buf *out)
{
    buf_add_fmt(out, "/* Made by sqlgen from %.*s. */\n#include \"%.*s\"\n\n",
                STR_ARG(names->source), STR_ARG(names->include));
    for (size_t i = 0; i < statements->n; i++) {
        const struct statement *s = &statements->items[i];

        if (!has_args(s) && !is_empty_args(s))
            args_struct(out, s);
        field_table(out, s->name, "params", "args", &s->params);
        if (has_row(s))
            field_table(out, s->name, "columns", "row", &s->columns);
        piece_table(out, s, SQL_SQLITE);
        piece_table(out, s, SQL_POSTGRES);
        option_tables(out, s);
        statement_constant(out, s, names->source);
        function(out, s);
    }
    buf_add_fmt(out, "static const struct sql_statement *const all[] = {\n");
    for (size_t i = 0; i < statements->n; i++)
        buf_add_fmt(out, "    &%.*s_statement,\n", STR_ARG(statements->items[i].name));
    buf_add_fmt(out, "    NULL,\n};\n\nconst struct sql_statements %.*s = {all, %zu};\n",
                STR_ARG(names->list), statements->n);
}
