/* queries.sql: the header lines of each statement and its body cut into pieces. */
#include <stdarg.h>
#include <stdio.h>

#include "lex.h"
#include "sqlgen.h"

struct parser {
    struct sqlgen *gen;
    struct str file;
    int line;
    struct statements *statements;
    struct statement *now; /* NULL before the first */
    struct buf doc;        /* comment lines that may turn out to describe the next one */
    struct buf body[SQL__ENGINES];
    bool is_for[SQL__ENGINES];
};

bool line_next(struct str *rest, struct str *ret_line)
{
    return str_next(rest, '\n', ret_line);
}

struct field *fields_find(const struct fields *fields, struct str name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (str_eq(fields->items[i].name, name))
            return &fields->items[i];
    return NULL;
}

void fields_add(struct sqlgen *gen, struct fields *fields, struct field field)
{
    struct field *grown = arena_grow(gen->arena, fields->items, fields->n * sizeof *grown,
                                     (fields->n + 1) * sizeof *grown);

    if (!grown)
        return;
    fields->items = grown;
    fields->items[fields->n++] = field;
}

void statement_problem(struct sqlgen *gen, const struct statement *statement, const char *format,
                       ...)
{
    struct buf what = buf_in(gen->arena, 4096);
    va_list args;
    char *room = buf_reserve(&what, 2048);
    int n;

    va_start(args, format);
    n = room ? vsnprintf(room, 2048, format, args) : 0;
    va_end(args);
    buf_commit(&what, n < 0 ? 0 : n < 2048 ? (size_t)n : 2047);
    problem(gen, statement->file, statement->line, "statement %.*s: %.*s", STR_ARG(statement->name),
            STR_ARG(buf_str(&what)));
}

/* "team I64" or "at INSTANT?" */
static bool parse_field(struct parser *p, struct str text, struct field *ret)
{
    struct str rest = str_trim(text), name = STR_NONE, type = STR_NONE;
    const struct sql_word *word;
    bool is_nullable;

    str_next(&rest, ' ', &name);
    type = str_trim(rest);
    is_nullable = str_ends_with(type, S("?"));
    word = sql_word_find(str_slice(type, 0, type.n - is_nullable));
    if (!str_is_name(name) || str_is_c_keyword(name)) {
        statement_problem(p->gen, p->now, "'%.*s' cannot be a name in C", STR_ARG(name));
        return false;
    }
    if (!word) {
        statement_problem(p->gen, p->now, "'%.*s' is not a type", STR_ARG(type));
        return false;
    }
    *ret = (struct field){.name = name, .type = word->type, .is_nullable = is_nullable};
    return true;
}

static void parse_params(struct parser *p, struct str list)
{
    struct str item;
    struct field field;

    if (list.n < 2 || list.p[0] != '(' || list.p[list.n - 1] != ')') {
        statement_problem(p->gen, p->now, "the parameters are missing: (name TYPE, ...) or ()");
        return;
    }
    list = str_trim(str_slice(list, 1, list.n - 1));
    while (!str_is_empty(list) && str_next(&list, ',', &item)) {
        if (!parse_field(p, item, &field))
            continue;
        if (fields_find(&p->now->params, field.name))
            statement_problem(p->gen, p->now, "parameter '%.*s' is there twice",
                              STR_ARG(field.name));
        else
            fields_add(p->gen, &p->now->params, field);
    }
}

static bool parse_kind(struct str word, enum sql_kind *ret)
{
    static const char *const kinds[] = {":one", ":optional", ":many", ":each", ":exec", ":insert"};

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(word, str_of(kinds[i]))) {
            *ret = (enum sql_kind)i;
            return true;
        }
    return false;
}

static struct statement *add_statement(struct parser *p, struct str name)
{
    struct statements *all = p->statements;
    struct statement *grown;

    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->items[i].name, name))
            problem(p->gen, p->file, p->line, "statement %.*s: the name is taken, in line %d",
                    STR_ARG(name), all->items[i].line);
    grown =
        arena_grow(p->gen->arena, all->items, all->n * sizeof *grown, (all->n + 1) * sizeof *grown);
    if (!grown)
        return NULL;
    all->items = grown;
    grown[all->n] = (struct statement){.file = p->file, .name = name, .line = p->line};
    return &grown[all->n++];
}

/* Text for the body: parameters numbered, comments gone, space made small. */
static void put_sql(struct parser *p, struct str text, enum sql_engine engine, struct buf *out)
{
    struct token token;
    struct field *param;

    while (token_next(&text, &token)) {
        if (token.kind == TOKEN_COMMENT)
            continue;
        if (token.kind == TOKEN_SPACE) {
            buf_add_byte(out, ' ');
            continue;
        }
        if (token.kind != TOKEN_PARAM) {
            buf_add(out, token.text);
            continue;
        }
        param = fields_find(&p->now->params, str_slice(token.text, 1, token.text.n));
        if (!param) {
            statement_problem(p->gen, p->now, "parameter %.*s is not declared",
                              STR_ARG(token.text));
            continue;
        }
        param->is_used[engine] = true;
        buf_add_fmt(out, "%c%d", engine == SQL_SQLITE ? '?' : '$',
                    (int)(param - p->now->params.items) + 1);
    }
}

static void add_piece(struct parser *p, enum sql_engine engine, struct piece piece)
{
    struct body *body = &p->now->bodies[engine];
    struct piece *grown;

    piece.text = str_copy(p->gen->arena, piece.text);
    grown = arena_grow(p->gen->arena, body->pieces, body->n * sizeof *grown,
                       (body->n + 1) * sizeof *grown);
    if (!grown)
        return;
    body->pieces = grown;
    grown[body->n++] = piece;
}

/* Turns the lines collected so far into a piece that is always there. */
static void flush_body(struct parser *p, enum sql_engine engine)
{
    struct buf out = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);
    struct buf *body = &p->body[engine];

    if (body->n == 0)
        return;
    put_sql(p, buf_str(body), engine, &out);
    add_piece(p, engine, (struct piece){buf_str(&out), SQL_ALWAYS, SQL_ALWAYS});
    *body = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);
}

static void trim_end(struct parser *p, enum sql_engine engine)
{
    struct body *body = &p->now->bodies[engine];
    struct str *text = body->n ? &body->pieces[body->n - 1].text : NULL;

    while (text && text->n && (text->p[text->n - 1] == ' ' || text->p[text->n - 1] == ';'))
        text->n--;
    if (text && text->n == 0)
        body->n--;
}

static void check_used(struct parser *p, enum sql_engine engine)
{
    struct statement *now = p->now;

    if (now->bodies[engine].n == 0)
        statement_problem(p->gen, now, "there is no SQL for %s",
                          engine == SQL_SQLITE ? "SQLite" : "PostgreSQL");
    for (size_t i = 0; i < now->params.n && now->bodies[engine].n; i++)
        if (!now->params.items[i].is_used[engine])
            statement_problem(p->gen, now, "parameter '%.*s' is not used%s",
                              STR_ARG(now->params.items[i].name),
                              engine == SQL_SQLITE ? "" : " for PostgreSQL");
}

static bool body_has(const struct body *body, const char *word)
{
    struct token token;

    for (size_t i = 0; i < body->n; i++) {
        struct str rest = body->pieces[i].text;

        while (token_next_solid(&rest, &token))
            if (token_is(token, word))
                return true;
    }
    return false;
}

/* An :insert may say `RETURNING id` itself or leave it to the tool. SQLite gives the row's id
 * without being asked, and RETURNING costs it a temporary table; only where ON CONFLICT may have
 * inserted nothing does the statement have to say. */
static void end_insert(struct parser *p, enum sql_engine engine)
{
    static const struct str returning = STR(" RETURNING id");
    struct body *body = &p->now->bodies[engine];
    struct str *last = body->n ? &body->pieces[body->n - 1].text : NULL;

    p->now->returns_id[engine] = engine == SQL_POSTGRES || body_has(body, "CONFLICT");
    if (last && str_ends_with(*last, returning))
        last->n -= returning.n;
    else if (body_has(body, "RETURNING"))
        statement_problem(p->gen, p->now, "an :insert ends with RETURNING id or without");
    add_piece(p, engine, (struct piece){returning, SQL_ALWAYS, SQL_ALWAYS});
}

static void end_statement(struct parser *p)
{
    if (!p->now)
        return;
    for (enum sql_engine engine = 0; engine < SQL__ENGINES; engine++) {
        flush_body(p, engine);
        trim_end(p, engine);
        if (p->now->kind == SQL_INSERT)
            end_insert(p, engine);
        check_used(p, engine);
    }
    p->now = NULL;
}

/* "case_by_number :one (number TEXT)" after "-- name: " */
static void begin_statement(struct parser *p, struct str head)
{
    struct str name = STR_NONE, kind = STR_NONE;

    end_statement(p);
    str_next(&head, ' ', &name);
    head = str_trim(head);
    str_next(&head, ' ', &kind);
    p->now = add_statement(p, name);
    if (!p->now)
        return;
    p->now->doc = str_copy(p->gen->arena, buf_str(&p->doc));
    p->doc = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);
    for (enum sql_engine engine = 0; engine < SQL__ENGINES; engine++) {
        p->body[engine] = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);
        p->is_for[engine] = true;
    }
    if (!str_is_name(name) || str_is_c_keyword(name))
        statement_problem(p->gen, p->now, "the name cannot be a function's in C");
    if (!parse_kind(kind, &p->now->kind))
        statement_problem(p->gen, p->now,
                          "its kind is one of :one :optional :many :each :exec :insert, not '%.*s'",
                          STR_ARG(kind));
    parse_params(p, str_trim(head));
}

static int name_index(struct parser *p, struct names *names, struct str name)
{
    for (size_t i = 0; i < names->n; i++)
        if (str_eq(names->items[i], name))
            return (int)i;
    names_add(p->gen, names, name);
    return (int)names->n - 1;
}

/* "--? team: AND c.team_id = :team" or "--= due: c.due_at, c.id" */
static void option_line(struct parser *p, struct str line, bool is_order)
{
    struct str name = STR_NONE, text = str_slice(line, 3, line.n);
    struct piece piece = {.fragment = SQL_ALWAYS, .order = SQL_ALWAYS};
    int index;

    str_next(&text, ':', &name);
    name = str_trim(name);
    if (!str_is_name(name) || str_is_empty(str_trim(text))) {
        statement_problem(p->gen, p->now, "an optional line is '--? name: SQL' or '--= name: SQL'");
        return;
    }
    index = name_index(p, is_order ? &p->now->orders : &p->now->fragments, name);
    *(is_order ? &piece.order : &piece.fragment) = index;
    for (enum sql_engine engine = 0; engine < SQL__ENGINES; engine++) {
        struct buf out = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);

        if (!p->is_for[engine])
            continue;
        flush_body(p, engine);
        BUF_ADD(&out, " ");
        put_sql(p, str_trim(text), engine, &out);
        BUF_ADD(&out, " ");
        piece.text = buf_str(&out);
        add_piece(p, engine, piece);
    }
}

static void column_line(struct parser *p, struct str text)
{
    struct field field;

    if (!parse_field(p, text, &field))
        return;
    if (fields_find(&p->now->declared, field.name))
        statement_problem(p->gen, p->now, "column '%.*s' is declared twice", STR_ARG(field.name));
    else
        fields_add(p->gen, &p->now->declared, field);
}

static void writes_line(struct parser *p, struct str list)
{
    struct str item;

    while (str_next(&list, ',', &item))
        names_add(p->gen, &p->now->writes, str_trim(item));
}

/* A line that begins with "--"; `line` is trimmed. */
static void comment_line(struct parser *p, struct str line)
{
    struct str text = str_trim(str_slice(line, 2, line.n));

    if (str_starts_with(text, S("name:"))) {
        begin_statement(p, str_trim(str_slice(text, 5, text.n)));
        return;
    }
    if (p->now && str_starts_with(text, S("column:")))
        column_line(p, str_slice(text, 7, text.n));
    else if (p->now && str_starts_with(text, S("writes:")))
        writes_line(p, str_slice(text, 7, text.n));
    else if (p->now && (str_starts_with(line, S("--?")) || str_starts_with(line, S("--="))))
        option_line(p, line, line.p[2] == '=');
    else if (p->now && str_starts_with(text, S("@"))) {
        bool is_known =
            str_eq(text, S("@sqlite")) || str_eq(text, S("@postgres")) || str_eq(text, S("@both"));

        if (!is_known)
            statement_problem(p->gen, p->now, "'%.*s' is none of @sqlite @postgres @both",
                              STR_ARG(text));
        p->is_for[SQL_SQLITE] = !str_eq(text, S("@postgres"));
        p->is_for[SQL_POSTGRES] = !str_eq(text, S("@sqlite"));
    } else {
        buf_add(&p->doc, text);
        buf_add_byte(&p->doc, '\n');
    }
}

static void body_line(struct parser *p, struct str line)
{
    p->doc = buf_in(p->gen->arena, SQLGEN_TEXT_MAX);
    if (!p->now) {
        problem(p->gen, p->file, p->line, "SQL before the first '-- name:'");
        return;
    }
    for (enum sql_engine engine = 0; engine < SQL__ENGINES; engine++) {
        if (!p->is_for[engine])
            continue;
        if (p->body[engine].n || p->now->bodies[engine].n)
            buf_add_byte(&p->body[engine], '\n');
        buf_add(&p->body[engine], line);
    }
}

void statements_parse(struct sqlgen *gen, struct str file, struct str source,
                      struct statements *ret)
{
    struct parser p = {.gen = gen, .file = file, .statements = ret};
    struct str rest = source, line;

    *ret = (struct statements){0};
    p.doc = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    while (line_next(&rest, &line)) {
        p.line++;
        line = str_trim(line);
        if (str_starts_with(line, S("--")))
            comment_line(&p, line);
        else if (!str_is_empty(line))
            body_line(&p, line);
        else
            p.doc = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    }
    end_statement(&p);
}
