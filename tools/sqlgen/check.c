/* Prepares every variant of every statement, and reads the types of its columns. */
#include <ctype.h>

#include "lex.h"
#include "sqlgen.h"

struct checker {
    struct sqlgen *gen;
    const struct migrations *migrations;
    struct statement *now;
    sqlite3 *real;      /* as the server will have it */
    sqlite3 *types;     /* declared with the abstract words */
    struct names wrote; /* tables the statement being prepared writes */
    bool is_forbidden;  /* it does what no statement may */
};

/* Notes what the statement writes. The steps of triggers are the migrations' business. */
static int watch(void *arg, int action, const char *table, const char *second, const char *database,
                 const char *trigger)
{
    struct checker *c = arg;

    (void)second;
    (void)database;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE: break;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        if (!trigger && !names_have(&c->wrote, str_of(table)))
            names_add(c->gen, &c->wrote, str_copy(c->gen->arena, str_of(table)));
        break;
    default: c->is_forbidden = true; break;
    }
    return SQLITE_OK;
}

static struct str variant_text(struct checker *c, uint32_t fragments, unsigned order)
{
    const struct body *body = &c->now->bodies[SQL_SQLITE];
    struct buf out = buf_in(c->gen->arena, SQLGEN_TEXT_MAX);

    for (size_t i = 0; i < body->n; i++) {
        const struct piece *piece = &body->pieces[i];
        bool is_in = piece->fragment == SQL_ALWAYS || fragments >> piece->fragment & 1;

        if (is_in && (piece->order == SQL_ALWAYS || piece->order == (int)order))
            buf_add(&out, piece->text);
    }
    return buf_str(&out);
}

/* "with team" or "ordered by due", for a message. */
static struct str variant_name(struct checker *c, uint32_t fragments, unsigned order)
{
    struct buf out = buf_in(c->gen->arena, 4096);

    for (size_t i = 0; i < c->now->fragments.n; i++)
        if (fragments >> i & 1)
            buf_add_fmt(&out, " with %.*s", STR_ARG(c->now->fragments.items[i]));
    if (c->now->orders.n)
        buf_add_fmt(&out, " ordered by %.*s", STR_ARG(c->now->orders.items[order]));
    return buf_str(&out);
}

static sqlite3_stmt *prepare(struct checker *c, sqlite3 *db, uint32_t fragments, unsigned order)
{
    struct str text = variant_text(c, fragments, order);
    struct str name = variant_name(c, fragments, order);
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;

    if (sqlite3_prepare_v2(db, text.p, (int)text.n, &stmt, &tail) != SQLITE_OK || !stmt) {
        statement_problem(c->gen, c->now, "SQLite says: %s%s%.*s", sqlite3_errmsg(db),
                          name.n ? "," : "", STR_ARG(name));
        return NULL;
    }
    if (tail < text.p + text.n) {
        statement_problem(c->gen, c->now, "it is more than one statement");
        sqlite3_finalize(stmt);
        return NULL;
    }
    return stmt;
}

static bool follows(struct str rest, const char *word, struct token *ret)
{
    return token_next_solid(&rest, ret) && (!word || token_is(*ret, word));
}

/* True when the statement joins this table so that its columns may be missing: on the right of a
 * LEFT JOIN. A parenthesis there (a subquery) may hold any table. */
static bool is_outer_joined(struct checker *c, const char *table)
{
    struct str rest = variant_text(c, UINT32_MAX, 0);
    struct token token;

    while (token_next_solid(&rest, &token)) {
        if (!token_is(token, "LEFT"))
            continue;
        token_next_solid(&rest, &token);
        if (token_is(token, "OUTER"))
            token_next_solid(&rest, &token);
        if (follows(rest, NULL, &token) &&
            (str_eq(token.text, S("(")) || !table || str_eq(token_name(token), str_of(table))))
            return true;
    }
    return false;
}

static bool has_word(struct checker *c, const char *word)
{
    struct str rest = variant_text(c, UINT32_MAX, 0);
    struct token token;

    while (token_next_solid(&rest, &token))
        if (token_is(token, word))
            return true;
    return false;
}

static bool may_be_null(struct checker *c, sqlite3_stmt *stmt, int i)
{
    const char *table = sqlite3_column_table_name(stmt, i);
    int is_not_null = 0, is_key, is_auto;

    if (table)
        sqlite3_table_column_metadata(c->types, "main", table, sqlite3_column_origin_name(stmt, i),
                                      NULL, NULL, &is_not_null, &is_key, &is_auto);
    return !is_not_null || is_outer_joined(c, table);
}

/* What "-- column:" says, checked against what the table says. */
static bool declared_column(struct checker *c, struct field *field, const struct sql_word *word)
{
    struct field *declared = fields_find(&c->now->declared, field->name);

    if (!declared)
        return false;
    declared->is_used[SQL_SQLITE] = true;
    if (word && word->type != declared->type)
        statement_problem(c->gen, c->now, "column '%.*s' is declared %s, but the table says %s",
                          STR_ARG(field->name), sql_type_word(declared->type), word->word);
    *field = *declared;
    return true;
}

static bool read_column(struct checker *c, sqlite3_stmt *stmt, int i, struct field *ret)
{
    struct str name = str_copy(c->gen->arena, str_of(sqlite3_column_name(stmt, i)));
    const struct sql_word *word = sql_word_find(str_of(sqlite3_column_decltype(stmt, i)));

    *ret = (struct field){.name = name};
    if (!str_is_name(name) || str_is_c_keyword(name)) {
        statement_problem(c->gen, c->now,
                          "column '%.*s' cannot be a name in C; give it another with AS",
                          STR_ARG(name));
        return false;
    }
    if (declared_column(c, ret, word))
        return true;
    if (!word) {
        statement_problem(c->gen, c->now,
                          "column '%.*s' is an expression: add '-- column: %.*s TYPE'",
                          STR_ARG(name), STR_ARG(name));
        return false;
    }
    ret->type = word->type;
    ret->is_nullable = may_be_null(c, stmt, i);
    return true;
}

static void read_columns(struct checker *c, sqlite3_stmt *stmt, struct fields *ret)
{
    struct field field;

    *ret = (struct fields){0};
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        if (!read_column(c, stmt, i, &field))
            continue;
        if (fields_find(ret, field.name))
            statement_problem(c->gen, c->now, "two columns are called '%.*s'", STR_ARG(field.name));
        else
            fields_add(c->gen, ret, field);
    }
}

/* A variant must give the same columns as the plain statement. */
static void compare_columns(struct checker *c, sqlite3_stmt *stmt)
{
    const struct fields *columns = &c->now->columns;
    bool is_same = (size_t)sqlite3_column_count(stmt) == columns->n;

    for (size_t i = 0; is_same && i < columns->n; i++)
        is_same = str_eq(str_of(sqlite3_column_name(stmt, (int)i)), columns->items[i].name);
    if (!is_same)
        statement_problem(c->gen, c->now, "a fragment changes the columns");
}

static bool check_variant(struct checker *c, uint32_t fragments, unsigned order, bool is_first)
{
    sqlite3_stmt *real = prepare(c, c->real, fragments, order);
    sqlite3_stmt *types = real ? prepare(c, c->types, fragments, order) : NULL;
    int problems = c->gen->problems;

    if (types && is_first) {
        c->now->is_read_only = sqlite3_stmt_readonly(real);
        read_columns(c, types, &c->now->columns);
        if (c->now->kind == SQL_INSERT &&
            !str_eq(str_of(sqlite3_column_decltype(types, 0)), S("ID")))
            statement_problem(c->gen, c->now, ":insert is for a table with 'id ID'; make it :exec");
    } else if (types) {
        compare_columns(c, types);
    }
    sqlite3_finalize(types);
    sqlite3_finalize(real);
    return types && c->gen->problems == problems;
}

/* None, each alone, all; each order. */
static void check_variants(struct checker *c)
{
    size_t n = c->now->fragments.n, orders = c->now->orders.n ? c->now->orders.n : 1;
    uint32_t all = (uint32_t)(((uint64_t)1 << n) - 1);
    bool is_good = check_variant(c, 0, 0, true);

    for (size_t i = 0; is_good && i < n; i++)
        is_good = check_variant(c, (uint32_t)1 << i, 0, false);
    if (is_good && n > 1)
        is_good = check_variant(c, all, 0, false);
    for (size_t i = 1; is_good && i < orders; i++)
        is_good = check_variant(c, all, (unsigned)i, false);
}

static void check_writes(struct checker *c)
{
    const struct names *protected = &c->migrations->protected_tables;
    const struct names *writes = &c->now->writes;

    for (size_t i = 0; i < c->wrote.n; i++)
        if (names_have(protected, c->wrote.items[i]) && !names_have(writes, c->wrote.items[i]))
            statement_problem(c->gen, c->now,
                              "it writes the protected table %.*s: say '-- writes: %.*s'",
                              STR_ARG(c->wrote.items[i]), STR_ARG(c->wrote.items[i]));
    for (size_t i = 0; i < writes->n; i++)
        if (!names_have(protected, writes->items[i]) || !names_have(&c->wrote, writes->items[i]))
            statement_problem(c->gen, c->now,
                              "'-- writes: %.*s': it is no protected table or not written",
                              STR_ARG(writes->items[i]));
}

/* Columns written out: the engines' tables may differ in columns that only one of them has. */
static void check_star(struct checker *c)
{
    struct str rest = variant_text(c, UINT32_MAX, 0);
    struct token token, before = {.kind = TOKEN_SPACE};

    while (token_next_solid(&rest, &token)) {
        if (str_eq(token.text, S("*")) &&
            (token_is(before, "SELECT") || token_is(before, "RETURNING") ||
             str_eq(before.text, S(".")) || str_eq(before.text, S(","))))
            statement_problem(c->gen, c->now, "write the columns out instead of '*'");
        before = token;
    }
}

static void check_kind(struct checker *c)
{
    struct statement *now = c->now;
    bool wants_rows = now->kind != SQL_EXEC;

    if (wants_rows != (now->columns.n > 0))
        statement_problem(c->gen, now,
                          wants_rows ? "it gives no rows: make it :exec"
                                     : "it gives rows: make it :one, :optional, :many or :each");
    if (now->kind == SQL_INSERT &&
        !str_starts_with(now->bodies[SQL_SQLITE].pieces[0].text, S("INSERT")))
        statement_problem(c->gen, now, ":insert is for INSERT");
    if (now->kind == SQL_EACH && !now->is_read_only)
        statement_problem(c->gen, now, ":each only reads; use :many");
    if (has_word(c, "RIGHT") || has_word(c, "FULL"))
        statement_problem(c->gen, now, "write the join as LEFT JOIN");
}

/* Names that would meet in one struct. */
static void check_clashes(struct checker *c)
{
    const struct fields *sets[] = {&c->now->params, &c->now->columns};

    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->n; i++) {
            struct str other =
                str_fmt(c->gen->arena, "%.*s_is_null", STR_ARG(sets[s]->items[i].name));

            if (sets[s]->items[i].is_nullable && fields_find(sets[s], other))
                statement_problem(c->gen, c->now, "'%.*s' is needed for the null flag",
                                  STR_ARG(other));
        }
    for (size_t i = 0; i < c->now->fragments.n; i++) {
        struct str name = str_fmt(c->gen->arena, "with_%.*s", STR_ARG(c->now->fragments.items[i]));

        if (fields_find(&c->now->params, name))
            statement_problem(c->gen, c->now, "'%.*s' is needed for the fragment", STR_ARG(name));
    }
    if (c->now->orders.n && fields_find(&c->now->params, S("order")))
        statement_problem(c->gen, c->now, "'order' is needed for the sort order");
}

static void check_statement(struct checker *c)
{
    int problems = c->gen->problems;

    c->wrote = (struct names){0};
    c->is_forbidden = false;
    if (c->now->bodies[SQL_SQLITE].n == 0)
        return;
    if (c->now->fragments.n > SQLGEN_FRAGMENTS_MAX) {
        statement_problem(c->gen, c->now, "more than %d fragments", SQLGEN_FRAGMENTS_MAX);
        return;
    }
    check_variants(c);
    if (c->is_forbidden)
        statement_problem(c->gen, c->now, "only SELECT, INSERT, UPDATE and DELETE are statements");
    if (c->gen->problems > problems)
        return;
    check_kind(c);
    check_star(c);
    check_writes(c);
    check_clashes(c);
    for (size_t i = 0; i < c->now->declared.n; i++)
        if (!c->now->declared.items[i].is_used[SQL_SQLITE])
            statement_problem(c->gen, c->now, "'-- column: %.*s': there is no such column",
                              STR_ARG(c->now->declared.items[i].name));
}

/* A column that a migration added makes SQLite forget its virtual tables. It declares each anew at
 * the first statement that names it, which is not what that statement does. */
static void connect_tables(sqlite3 *db)
{
    sqlite3_exec(db, "PRAGMA table_list", NULL, NULL, NULL);
}

void statements_check(struct sqlgen *gen, struct statements *statements,
                      const struct migrations *migrations)
{
    struct checker c = {.gen = gen, .migrations = migrations};

    c.real = migrations_apply(gen, migrations, TARGET_SQLITE);
    c.types = migrations_apply(gen, migrations, TARGET_TYPES);
    if (c.real && c.types) {
        connect_tables(c.real);
        sqlite3_set_authorizer(c.real, watch, &c);
        for (size_t i = 0; i < statements->n; i++) {
            c.now = &statements->items[i];
            check_statement(&c);
        }
    }
    sqlite3_close(c.types);
    sqlite3_close(c.real);
}
