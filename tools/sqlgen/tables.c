/* The list of tables in the schema: for each, statements that read, write and count its rows, so
 * that a whole store can be copied without SQL made at run time. A row is one slot a column. */
#include "sqlgen.h"

#define SLOT_BYTES 24 /* a struct str or what is smaller, and after it the bool of NULL */
#define NULL_AT    16

struct table {
    struct str name;
    bool is_search; /* an FTS5 table of `words`; on PostgreSQL a table with a vector beside them */
    struct fields columns;
};

static struct str column_text(struct sqlgen *gen, sqlite3_stmt *stmt, int i)
{
    return str_copy(gen->arena, str_of((const char *)sqlite3_column_text(stmt, i)));
}

static void read_columns(struct sqlgen *gen, sqlite3 *db, struct table *table)
{
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v2(db, "SELECT name, type, \"notnull\" OR pk FROM pragma_table_info(?)", -1,
                           &stmt, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_text(stmt, 1, table->name.p, (int)table->name.n, SQLITE_STATIC);
    if (table->is_search)
        fields_add(gen, &table->columns, (struct field){.name = S("id"), .type = SQL_I64});
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        struct field field = {.name = column_text(gen, stmt, 0), .type = SQL_TEXT};
        const struct sql_word *word = sql_word_find(column_text(gen, stmt, 1));

        if (word)
            field.type = word->type;
        field.is_nullable = !table->is_search && !sqlite3_column_int(stmt, 2);
        fields_add(gen, &table->columns, field);
        if (table->is_search ? !str_eq(field.name, S("words")) : !word)
            problem(gen, table->name, 0, "this table cannot be copied: %.*s has no known type",
                    STR_ARG(field.name));
    }
    sqlite3_finalize(stmt);
}

static void emit_fields(struct buf *out, const struct table *table)
{
    buf_add_fmt(out, "static const struct sql_field table_%.*s_fields[] = {\n",
                STR_ARG(table->name));
    for (size_t i = 0; i < table->columns.n; i++) {
        const struct field *field = &table->columns.items[i];

        buf_add_fmt(out, "    {\"%.*s\", %s, %zu, ", STR_ARG(field->name),
                    sql_type_symbol(field->type), i * SLOT_BYTES);
        if (field->is_nullable)
            buf_add_fmt(out, "%zu},\n", i * SLOT_BYTES + NULL_AT);
        else
            BUF_ADD(out, "SQL_NEVER_NULL},\n");
    }
    BUF_ADD(out, "};\n");
}

static void add_names(struct buf *out, const struct table *table, bool is_sqlite)
{
    for (size_t i = 0; i < table->columns.n; i++) {
        bool is_rowid = table->is_search && is_sqlite && i == 0;

        buf_add_fmt(out, "%s\"%.*s\"", i ? ", " : "",
                    STR_ARG(is_rowid ? S("rowid") : table->columns.items[i].name));
    }
}

static struct str dump_text(struct sqlgen *gen, const struct table *table, enum sql_engine engine)
{
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    bool is_sqlite = engine == SQL_SQLITE, has_id = false;

    BUF_ADD(&out, "SELECT ");
    add_names(&out, table, is_sqlite);
    for (size_t i = 0; i < table->columns.n; i++)
        has_id |= str_eq(table->columns.items[i].name, S("id"));
    buf_add_fmt(&out, " FROM \"%.*s\" ORDER BY %s", STR_ARG(table->name),
                table->is_search && is_sqlite ? "rowid"
                : has_id                      ? "id"
                : table->columns.n > 1        ? "1, 2"
                                              : "1");
    return buf_str(&out);
}

static struct str load_text(struct sqlgen *gen, const struct table *table, enum sql_engine engine)
{
    struct buf out = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    bool is_sqlite = engine == SQL_SQLITE;

    buf_add_fmt(&out, "INSERT INTO \"%.*s\" (", STR_ARG(table->name));
    add_names(&out, table, is_sqlite);
    buf_add_fmt(&out, "%s) VALUES (", table->is_search && !is_sqlite ? ", vector" : "");
    for (size_t i = 0; i < table->columns.n; i++)
        buf_add_fmt(&out, "%s%c%zu", i ? ", " : "", is_sqlite ? '?' : '$', i + 1);
    buf_add_fmt(&out, "%s)", table->is_search && !is_sqlite ? ", to_tsvector('simple', $2)" : "");
    return buf_str(&out);
}

static void emit_piece(struct buf *out, const struct table *table, const char *which,
                       const struct str texts[SQL__ENGINES])
{
    static const char *const engines[] = {"sqlite", "postgres"};

    for (int engine = 0; engine < SQL__ENGINES; engine++) {
        buf_add_fmt(out, "static const struct sql_piece table_%.*s_%s_%s[] = {{",
                    STR_ARG(table->name), which, engines[engine]);
        emit_c_string(out, texts[engine]);
        BUF_ADD(out, ", -1, -1}};\n");
    }
}

static void emit_statement(struct buf *out, const struct table *table, const char *which,
                           const char *rest)
{
    struct str n = table->name;

    buf_add_fmt(out,
                "static const struct sql_statement table_%.*s_%s = {\n"
                "    .name = \"table %.*s: %s\",\n"
                "    .pieces = {table_%.*s_%s_sqlite, table_%.*s_%s_postgres},\n"
                "    .piece_count = {1, 1},\n%s};\n",
                STR_ARG(n), which, STR_ARG(n), which, STR_ARG(n), which, STR_ARG(n), which, rest);
}

static void emit_table(struct sqlgen *gen, struct buf *out, const struct table *table)
{
    struct str dump[] = {dump_text(gen, table, SQL_SQLITE), dump_text(gen, table, SQL_POSTGRES)};
    struct str load[] = {load_text(gen, table, SQL_SQLITE), load_text(gen, table, SQL_POSTGRES)};
    struct str count =
        str_fmt(gen->arena, "SELECT count(*) AS id FROM \"%.*s\"", STR_ARG(table->name));

    emit_fields(out, table);
    emit_piece(out, table, "dump", dump);
    emit_piece(out, table, "load", load);
    emit_piece(out, table, "count", (struct str[]){count, count});
    emit_statement(
        out, table, "dump",
        str_z(gen->arena,
              str_fmt(gen->arena,
                      "    .kind = SQL_EACH,\n    .is_read_only = true,\n"
                      "    .row_bytes = %zu,\n    .columns = table_%.*s_fields,\n"
                      "    .column_count = %zu,\n",
                      table->columns.n * SLOT_BYTES, STR_ARG(table->name), table->columns.n)));
    emit_statement(
        out, table, "load",
        str_z(gen->arena, str_fmt(gen->arena,
                                  "    .kind = SQL_EXEC,\n    .params = table_%.*s_fields,\n"
                                  "    .param_count = %zu,\n",
                                  STR_ARG(table->name), table->columns.n)));
    emit_statement(out, table, "count",
                   "    .kind = SQL_ONE,\n    .is_read_only = true,\n"
                   "    .row_bytes = sizeof(int64_t),\n    .columns = sql_id_column,\n"
                   "    .column_count = 1,\n");
}

void tables_emit(struct sqlgen *gen, const struct migrations *migrations, struct buf *out)
{
    sqlite3 *db = migrations_apply(gen, migrations, TARGET_TYPES);
    struct buf list = buf_in(gen->arena, SQLGEN_TEXT_MAX);
    sqlite3_stmt *stmt = NULL;

    if (db && sqlite3_prepare_v2(db,
                                 "SELECT l.name, l.type = 'virtual' FROM pragma_table_list l JOIN "
                                 "sqlite_master m ON m.name = l.name AND m.type = 'table' "
                                 "WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') "
                                 "ORDER BY m.rowid",
                                 -1, &stmt, NULL) != SQLITE_OK)
        problem(gen, STR_NONE, 0, "%s", sqlite3_errmsg(db));
    while (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
        struct table table = {.name = column_text(gen, stmt, 0),
                              .is_search = sqlite3_column_int(stmt, 1)};

        if (names_have(&migrations->derived, table.name))
            continue;
        read_columns(gen, db, &table);
        emit_table(gen, out, &table);
        buf_add_fmt(
            &list, "    {\"%.*s\", &table_%.*s_dump, &table_%.*s_load, &table_%.*s_count},\n",
            STR_ARG(table.name), STR_ARG(table.name), STR_ARG(table.name), STR_ARG(table.name));
    }
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    buf_add_fmt(out, "\nstatic const struct db_table tables[] = {\n%.*s    {0},\n};\n\n",
                STR_ARG(buf_str(&list)));
}
