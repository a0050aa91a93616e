/* One migration's source becomes the SQL of one engine: the abstract column types of CREATE TABLE
 * and ALTER TABLE ... ADD COLUMN are replaced, all else is copied as it stands. */
#include "lex.h"
#include "sqlgen.h"

struct expansion {
    struct sqlgen *gen;
    const struct migration *migration;
    struct migrations *migrations;
    enum target target;
    struct str source, rest;
    struct buf out;
    bool is_protected, is_insert_only, is_derived; /* said of the next table */
    bool is_own_block;                             /* for this engine alone: copied as it stands */
};

static void complain(struct expansion *x, const char *what, struct str about)
{
    size_t at = (size_t)(x->rest.p - x->source.p);
    int line = 1;

    for (size_t i = 0; i < at && i < x->source.n; i++)
        line += x->source.p[i] == '\n';
    /* Every target would say the same again. */
    if (x->target == TARGET_SQLITE)
        problem(x->gen, x->migration->path, line, "%s: %.*s", what, STR_ARG(about));
    x->rest = STR_NONE;
}

/* Blanks the lines of the other engine's blocks, so that line numbers stay. */
static struct str keep_own_lines(struct sqlgen *gen, struct str source, enum target target)
{
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    struct str rest = source, line;
    bool is_ours = true;

    while (line_next(&rest, &line)) {
        struct str trimmed = str_trim(line);

        if (str_eq(trimmed, S("-- @both")))
            is_ours = true;
        else if (str_eq(trimmed, S("-- @sqlite")))
            is_ours = target != TARGET_POSTGRES;
        else if (str_eq(trimmed, S("-- @postgres")))
            is_ours = target == TARGET_POSTGRES;
        if (is_ours || str_eq(trimmed, S("-- @both")))
            buf_add(&out, line);
        buf_add_byte(&out, '\n');
    }
    return buf_str(&out);
}

static void mark(struct expansion *x, struct str comment)
{
    x->is_insert_only |= str_eq(comment, S("-- @insert_only"));
    x->is_protected |= str_eq(comment, S("-- @protected")) || x->is_insert_only;
    x->is_derived |= str_eq(comment, S("-- @derived"));
    if (str_eq(comment, S("-- @both")))
        x->is_own_block = false;
    else if (str_eq(comment, S("-- @sqlite")) || str_eq(comment, S("-- @postgres")))
        x->is_own_block = true;
}

/* Copies space, minds comments, takes the token after them. */
static bool take(struct expansion *x, struct token *ret)
{
    while (token_next(&x->rest, ret)) {
        if (ret->kind != TOKEN_SPACE && ret->kind != TOKEN_COMMENT)
            return true;
        if (ret->kind == TOKEN_SPACE)
            buf_add(&x->out, ret->text);
        else
            mark(x, str_trim(ret->text));
    }
    return false;
}

static bool copy(struct expansion *x, struct token *ret)
{
    if (!take(x, ret))
        return false;
    buf_add(&x->out, ret->text);
    return true;
}

static bool peek(const struct expansion *x, struct token *ret)
{
    struct str rest = x->rest;

    return token_next_solid(&rest, ret);
}

/* The text between parentheses that open next, or empty when none do. */
static struct str take_arguments(struct expansion *x)
{
    struct token token;
    const char *start;

    if (!peek(x, &token) || !str_eq(token.text, S("(")))
        return STR_NONE;
    token_next_solid(&x->rest, &token);
    start = x->rest.p;
    while (token_next_solid(&x->rest, &token))
        if (str_eq(token.text, S(")")))
            return str_trim((struct str){start, (size_t)(token.text.p - start)});
    return STR_NONE;
}

static void put_column(struct expansion *x, const struct sql_word *word, struct str name,
                       struct str argument, bool is_nullable)
{
    bool is_sqlite = x->target == TARGET_SQLITE;

    if (x->target == TARGET_TYPES) {
        buf_add_fmt(&x->out, "%s%s", word->word, is_nullable ? "" : " NOT NULL");
        if (str_eq(str_of(word->word), S("ID")))
            BUF_ADD(&x->out, " PRIMARY KEY");
        return;
    }
    buf_add(&x->out, str_of(is_sqlite ? word->sqlite : word->postgres));
    if (!is_nullable && !str_eq(str_of(word->word), S("ID")))
        BUF_ADD(&x->out, " NOT NULL");
    if (str_eq(str_of(word->word), S("REF")))
        buf_add_fmt(&x->out, " REFERENCES %.*s(id)", STR_ARG(argument));
    else if (word->type == SQL_TEXT)
        buf_add_fmt(&x->out, " CHECK (length(%.*s) <= %.*s)", STR_ARG(name), STR_ARG(argument));
    else if (word->type == SQL_BOOL && is_sqlite)
        buf_add_fmt(&x->out, " CHECK (%.*s IN (0, 1))", STR_ARG(name));
    else if (word->type == SQL_JSON && is_sqlite)
        buf_add_fmt(&x->out, " CHECK (json_valid(%.*s))", STR_ARG(name));
}

/* The type after a column's name, up to where its other constraints begin. */
static void column_type(struct expansion *x, struct str name)
{
    struct token token;
    const struct sql_word *word;
    struct str argument;
    bool needs_argument, is_nullable = false;
    int64_t length;

    if (!take(x, &token) || token.kind != TOKEN_WORD) {
        complain(x, "a column without a type", name);
        return;
    }
    word = sql_word_find(token.text);
    if (!word) {
        complain(x, "not an abstract type (see tools/sqlgen/README.md)", token.text);
        return;
    }
    argument = take_arguments(x);
    needs_argument = word->type == SQL_TEXT || str_eq(str_of(word->word), S("REF"));
    if (needs_argument == str_is_empty(argument) ||
        (word->type == SQL_TEXT && !str_to_i64(argument, &length))) {
        complain(x, "write TEXT(length) and REF(table), the others without parentheses",
                 token.text);
        return;
    }
    if (peek(x, &token) && token_is(token, "NOT")) {
        complain(x, "NOT NULL goes without saying; leave it out", name);
        return;
    }
    if (peek(x, &token) && token_is(token, "NULL")) {
        token_next_solid(&x->rest, &token);
        is_nullable = true;
    }
    put_column(x, word, name, argument, is_nullable);
}

/* Copies up to a comma or closing parenthesis of this depth; the closing one ends the list. */
static bool copy_item_rest(struct expansion *x)
{
    struct token token, before = {.kind = TOKEN_SPACE};
    int depth = 0;

    for (; copy(x, &token); before = token) {
        if (depth == 0 && token_is(token, "NULL") && !token_is(before, "DEFAULT") &&
            !token_is(before, "SET"))
            complain(x, "NULL stands right after the type", token.text);
        if (str_eq(token.text, S("(")))
            depth++;
        else if (str_eq(token.text, S(")")) && depth-- == 0)
            return false;
        else if (str_eq(token.text, S(",")) && depth == 0)
            return true;
    }
    return false;
}

static void column_list(struct expansion *x)
{
    static const char *const constraints[] = {"PRIMARY", "UNIQUE",  "CHECK",
                                              "FOREIGN", "EXCLUDE", "CONSTRAINT"};
    struct token token;
    bool is_column;

    do {
        if (!copy(x, &token))
            return;
        is_column = true;
        for (size_t i = 0; i < COUNT(constraints); i++)
            is_column &= !token_is(token, constraints[i]);
        if (is_column)
            column_type(x, token.text);
    } while (copy_item_rest(x));
}

/* WITHOUT ROWID exists in SQLite alone. */
static void table_end(struct expansion *x)
{
    struct token token;
    bool has_rowid = true;

    if (peek(x, &token) && token_is(token, "WITHOUT")) {
        token_next_solid(&x->rest, &token);
        token_next_solid(&x->rest, &token);
        has_rowid = false;
    }
    if (x->target == TARGET_SQLITE)
        buf_add(&x->out, has_rowid ? S(" STRICT") : S(" STRICT, WITHOUT ROWID"));
    if (peek(x, &token) && str_eq(token.text, S(";")))
        copy(x, &token);
    else
        complain(x, "a table ends with ); or ) WITHOUT ROWID;", token.text);
}

/* BEFORE UPDATE and DELETE do not stop INSERT OR REPLACE on their own: REPLACE deletes without
 * firing them unless recursive_triggers is on, so the insert is guarded as well. */
static void insert_only_sqlite(struct expansion *x, struct str t)
{
    static const char *const verbs[] = {"update", "delete"};

    for (size_t i = 0; i < 2; i++)
        buf_add_fmt(&x->out,
                    "\nCREATE TRIGGER %.*s_no_%s BEFORE %s ON %.*s BEGIN"
                    " SELECT RAISE(ABORT, '%.*s is insert-only'); END;",
                    STR_ARG(t), verbs[i], verbs[i], STR_ARG(t), STR_ARG(t));
    buf_add_fmt(&x->out,
                "\nCREATE TRIGGER %.*s_no_replace BEFORE INSERT ON %.*s"
                " WHEN EXISTS (SELECT 1 FROM %.*s WHERE rowid = NEW.rowid) BEGIN"
                " SELECT RAISE(ABORT, '%.*s is insert-only'); END;",
                STR_ARG(t), STR_ARG(t), STR_ARG(t), STR_ARG(t));
}

static void insert_only_postgres(struct expansion *x, struct str t)
{
    buf_add_fmt(&x->out,
                "\nCREATE FUNCTION %.*s_insert_only() RETURNS trigger LANGUAGE plpgsql AS $guard$"
                " BEGIN RAISE EXCEPTION '%.*s is insert-only'; END $guard$;"
                "\nCREATE TRIGGER %.*s_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON %.*s"
                " FOR EACH STATEMENT EXECUTE FUNCTION %.*s_insert_only();",
                STR_ARG(t), STR_ARG(t), STR_ARG(t), STR_ARG(t), STR_ARG(t));
}

static void table_marks(struct expansion *x, struct str table)
{
    if (x->is_protected && !names_have(&x->migrations->protected_tables, table))
        names_add(x->gen, &x->migrations->protected_tables, table);
    if (x->is_insert_only && !names_have(&x->migrations->insert_only, table))
        names_add(x->gen, &x->migrations->insert_only, table);
    if (x->is_insert_only && x->target == TARGET_POSTGRES)
        insert_only_postgres(x, table);
    else if (x->is_insert_only)
        insert_only_sqlite(x, table);
    if (x->is_derived && !names_have(&x->migrations->derived, table))
        names_add(x->gen, &x->migrations->derived, table);
    x->is_protected = x->is_insert_only = x->is_derived = false;
}

static void copy_statement(struct expansion *x)
{
    struct token token;

    while (copy(x, &token) && !str_eq(token.text, S(";")))
        continue;
}

static void create_table(struct expansion *x)
{
    struct token token;
    struct str table = STR_NONE;

    while (copy(x, &token)) {
        if (token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) {
            table = token_name(token);
        } else if (str_eq(token.text, S("("))) {
            if (x->is_own_block) {
                copy_statement(x);
            } else {
                column_list(x);
                table_end(x);
            }
            table_marks(x, table);
            return;
        } else {
            complain(x, "CREATE TABLE name (columns) is understood and nothing else", token.text);
            return;
        }
    }
}

static void virtual_table(struct expansion *x)
{
    struct token token;

    if (take(x, &token)) {
        buf_add(&x->out, token.text);
        table_marks(x, token_name(token));
    }
}

static void alter_table(struct expansion *x)
{
    struct token token;

    while (copy(x, &token) && !str_eq(token.text, S(";"))) {
        if (x->is_own_block || !token_is(token, "COLUMN") ||
            !str_ends_with(buf_str(&x->out), S("ADD COLUMN")))
            continue;
        if (copy(x, &token))
            column_type(x, token.text);
    }
}

/* True when the words before were `CREATE` or `ALTER` and this is `TABLE`. */
static void expand_all(struct expansion *x)
{
    struct token token, before = {.kind = TOKEN_SPACE};

    while (copy(x, &token)) {
        if (token_is(token, "TABLE") && token_is(before, "CREATE"))
            create_table(x);
        else if (token_is(token, "TABLE") && token_is(before, "VIRTUAL"))
            virtual_table(x);
        else if (token_is(token, "TABLE") && token_is(before, "ALTER"))
            alter_table(x);
        before = token;
    }
    if (x->is_protected)
        complain(x, "a mark that no table follows", S("@protected"));
}

struct str migration_expand(struct sqlgen *gen, const struct migration *migration,
                            enum target target, struct migrations *migrations)
{
    struct expansion x = {
        .gen = gen,
        .migration = migration,
        .migrations = migrations,
        .target = target,
        .source = keep_own_lines(gen, migration->source, target),
        .out = buf_in(gen->arena, SQLGEN_TEXT_MAX),
    };

    x.rest = x.source;
    expand_all(&x);
    return str_copy(gen->arena, str_trim(buf_str(&x.out)));
}
