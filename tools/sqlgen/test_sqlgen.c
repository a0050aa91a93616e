/* The tool as the build runs it: what it makes of a good file, and what it says of bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "base/test_temporary.h"

#define OUTPUT_MAX 65536

static const char *tool, *testdata;
static char folder[TEST_TEMPORARY_MAX];

static void path_in_folder(char *ret, size_t room, const char *name)
{
    snprintf(ret, room, "%s/%s", folder, name);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct str read_text(const char *path, char *room)
{
    FILE *file = fopen(path, "r");
    size_t n;

    assert_non_null(file);
    n = fread(room, 1, OUTPUT_MAX, file);
    fclose(file);
    return (struct str){room, n};
}

/* Runs the tool with what it says going to the file `said`; its exit code. */
static int run(char *const *arguments)
{
    char said[200];
    int status;
    pid_t child;

    path_in_folder(said, sizeof said, "said");
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, 2);
        execv(tool, arguments);
        _exit(127);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int compile(const char *source, const char *sql)
{
    char c[200], h[200], r[200], d[200];
    const char *const arguments[] = {"sqlgen", "queries",  "--source", source,      "--folders",
                                     "shop",   "--folder", "shop",     "--depfile", d,
                                     sql,      c,          h,          r,           NULL};

    path_in_folder(c, sizeof c, "made.c");
    path_in_folder(h, sizeof h, "made.h");
    path_in_folder(r, sizeof r, "made_rows.h");
    path_in_folder(d, sizeof d, "made.d");
    unlink(c);
    unlink(h);
    unlink(r);
    return run((char *const *)(uintptr_t)arguments);
}

static void compare_golden(const char *made, const char *golden)
{
    static char made_room[OUTPUT_MAX], golden_room[OUTPUT_MAX];
    char path[300];
    struct str is, should;

    path_in_folder(path, sizeof path, made);
    is = read_text(path, made_room);
    snprintf(path, sizeof path, "%s/%s", testdata, golden);
    should = read_text(path, golden_room);
    if (!str_eq(is, should))
        print_message("# %s/%s is not as %s\n", folder, made, path);
    assert_true(str_eq(is, should));
}

static void test_good_file(void **state)
{
    char sql[300];

    (void)state;
    snprintf(sql, sizeof sql, "%s/good.sql", testdata);
    assert_int_equal(compile(testdata, sql), 0);
    compare_golden("made.h", "good.h.golden");
    compare_golden("made_rows.h", "good_rows.h.golden");
    compare_golden("made.c", "good.c.golden");
}

static void test_schema(void **state)
{
    char c[200], d[200];
    const char *const arguments[] = {"sqlgen", "schema", "--source",  testdata, "--folders", "shop",
                                     "--out",  c,        "--depfile", d,        NULL};

    (void)state;
    path_in_folder(c, sizeof c, "schema.c");
    path_in_folder(d, sizeof d, "schema.d");
    assert_int_equal(run((char *const *)(uintptr_t)arguments), 0);
    compare_golden("schema.c", "schema.c.golden");
}

static void assert_said(const char *expected)
{
    static char room[OUTPUT_MAX];
    char path[200];
    struct str said;

    path_in_folder(path, sizeof path, "said");
    said = read_text(path, room);
    if (str_find(said, str_of(expected)) < 0)
        print_message("# expected: %s\n# said: %.*s\n", expected, STR_ARG(said));
    assert_true(str_find(said, str_of(expected)) >= 0);
}

#define HEAD "-- name: q :many (id I64)\n"

static const struct {
    const char *sql, *expected;
} bad_statements[] = {
    {"SELECT 1", "bad.sql:1: SQL before the first '-- name:'"},
    {"\n-- name: q :some (id I64)\nSELECT id FROM shop WHERE id = :id",
     "bad.sql:2: statement q: its kind is one of"},
    {"-- name: q :many\nSELECT id FROM shop", "the parameters are missing"},
    {"-- name: q :many (id INT)\nSELECT id FROM shop WHERE id = :id", "'INT' is not a type"},
    {"-- name: q :many (int I64)\nSELECT id FROM shop WHERE id = :int", "cannot be a name in C"},
    {"-- name: q :many (id I64, id I64)\nSELECT id FROM shop WHERE id = :id",
     "parameter 'id' is there twice"},
    {HEAD "SELECT name FROM shop WHERE id = :id AND name = :name",
     "parameter :name is not declared"},
    {HEAD "SELECT name FROM shop", "parameter 'id' is not used"},
    {HEAD "-- @sqlite\nSELECT name FROM shop WHERE id = :id\n-- @postgres\nSELECT name FROM shop",
     "parameter 'id' is not used for PostgreSQL"},
    {HEAD "-- @sqlite\nSELECT name FROM shop WHERE id = :id", "there is no SQL for PostgreSQL"},
    {HEAD "SELECT nme FROM shop WHERE id = :id", "bad.sql:1: statement q: SQLite says: no such "
                                                 "column: nme"},
    {HEAD "SELECT name FROM shop WHERE id = :id\n--? of: AND x = 1", "no such column: x, with of"},
    {HEAD "SELECT name FROM shop WHERE id = :id ORDER BY\n--= a: id\n--= b: x",
     "no such column: x, ordered by b"},
    {HEAD "SELECT count(*) AS n FROM shop WHERE id = :id", "column 'n' is an expression"},
    {HEAD "SELECT count(*) FROM shop WHERE id = :id", "give it another with AS"},
    {HEAD "SELECT id, id FROM shop WHERE id = :id", "two columns are called 'id'"},
    {HEAD "SELECT * FROM shop WHERE id = :id", "write the columns out instead of '*'"},
    {HEAD "-- column: name MONEY\nSELECT name FROM shop WHERE id = :id",
     "column 'name' is declared MONEY, but the table says TEXT"},
    {HEAD "-- column: other I64\nSELECT name FROM shop WHERE id = :id",
     "'-- column: other': there is no such column"},
    {HEAD "SELECT opened, 1 = 1 AS opened_is_null FROM shop WHERE id = :id\n"
          "-- column: opened_is_null BOOL",
     "'opened_is_null' is needed for the null flag"},
    {HEAD "SELECT name FROM shop WHERE id = :id; SELECT 1", "it is more than one statement"},
    {HEAD "DELETE FROM shop WHERE id = :id", "it gives no rows: make it :exec"},
    {"-- name: q :exec (id I64)\nSELECT name FROM shop WHERE id = :id", "it gives rows"},
    {"-- name: q :insert (id I64)\nUPDATE shop SET opened = :id", ":insert is for INSERT"},
    {"-- name: q :exec (id I64)\nUPDATE till SET cents = :id",
     "it writes the protected table till: say '-- writes: till'"},
    {"-- name: q :exec (id I64)\n-- writes: shop\nUPDATE shop SET opened = :id",
     "'-- writes: shop': it is no protected table or not written"},
    {"-- name: q :exec ()\nDROP TABLE shop", "only SELECT, INSERT, UPDATE and DELETE"},
    {"-- name: q :exec ()\nPRAGMA foreign_keys = OFF", "only SELECT, INSERT, UPDATE and DELETE"},
    {HEAD "SELECT name FROM shop WHERE id = :id\n" HEAD "SELECT name FROM shop WHERE id = :id",
     "the name is taken, in line 1"},
    {HEAD "SELECT name FROM shop WHERE id = :id\n--? of AND x = 1", "an optional line is"},
    {HEAD "-- @mysql\nSELECT name FROM shop WHERE id = :id", "'@mysql' is none of"},
    /* Names that C could not tell apart. */
    {"-- name: switch :many (id I64)\nSELECT id FROM shop WHERE id = :id",
     "the name cannot be a function's in C"},
    {"-- name: a-b :many (id I64)\nSELECT id FROM shop WHERE id = :id",
     "the name cannot be a function's in C"},
    {HEAD "SELECT id AS int FROM shop WHERE id = :id",
     "column 'int' cannot be a name in C; give it another with AS"},
    {HEAD "-- column: n I64\n-- column: n I64\nSELECT count(*) AS n FROM shop WHERE id = :id",
     "column 'n' is declared twice"},
    {"-- name: q :many (with_of I64)\nSELECT id FROM shop WHERE id = :with_of\n--? of: AND id > 0",
     "'with_of' is needed for the fragment"},
    {"-- name: q :many (order I64)\nSELECT id FROM shop WHERE id = :order ORDER BY\n--= a: id\n"
     "--= b: name",
     "'order' is needed for the sort order"},
    {"-- name: q :exec (note TEXT?, note_is_null BOOL)\nUPDATE shop SET note = :note "
     "WHERE :note_is_null",
     "'note_is_null' is needed for the null flag"},
    /* Parameters. */
    {"-- name: q :many id I64\nSELECT id FROM shop WHERE id = :id", "the parameters are missing"},
    {"-- name: q :many (id)\nSELECT id FROM shop WHERE id = :id", "'' is not a type"},
    {"-- name: q :many (id I64?\?)\nSELECT id FROM shop WHERE id = :id", "'I64?\?' is not a type"},
    {HEAD "-- @postgres\nSELECT name FROM shop WHERE id = :id", "there is no SQL for SQLite"},
    {HEAD, "there is no SQL for SQLite"},
    /* Options. */
    {HEAD "SELECT name FROM shop WHERE id = :id\n--? of:", "an optional line is"},
    {HEAD "SELECT name FROM shop WHERE id = :id\n--= a-b: id", "an optional line is"},
    {HEAD "SELECT name\n--? more: , note\nFROM shop WHERE id = :id",
     "a fragment changes the columns"},
    /* What a kind does not do. */
    {"-- name: q :each (id I64)\nUPDATE shop SET name = 'x' WHERE id = :id RETURNING id",
     ":each only reads; use :many"},
    {"-- name: q :insert (name TEXT)\nINSERT INTO shop (name) VALUES (:name) RETURNING name",
     "an :insert ends with RETURNING id or without"},
    {"-- name: q :one (id I64)\nDELETE FROM shop WHERE id = :id", "it gives no rows"},
    {"-- name: q :exec ()\nATTACH 'x' AS y", "only SELECT, INSERT, UPDATE and DELETE"},
    {"-- name: q :exec ()\nCREATE TABLE x (n)", "only SELECT, INSERT, UPDATE and DELETE"},
    {"-- name: q :exec (id I64)\n-- writes: till\nUPDATE shop SET opened = :id",
     "'-- writes: till': it is no protected table or not written"},
    {"-- name: q :exec (id I64)\nINSERT INTO till (shop_id, cents) VALUES (:id, 0)",
     "it writes the protected table till"},
    /* What the engines would understand each in their own way. */
    {HEAD "SELECT s.* FROM shop AS s WHERE s.id = :id", "write the columns out instead of '*'"},
    {HEAD "SELECT s.id FROM shop AS s FULL JOIN till AS t ON TRUE WHERE s.id = :id",
     "write the join as LEFT JOIN"},
    {HEAD "SELECT name FROM nowhere WHERE id = :id", "no such table: nowhere"},
    {HEAD "SELECT name FROM shop WHERE id = :id AND", "incomplete input"},
    {HEAD "SELECT t.id FROM shop AS s RIGHT JOIN till AS t ON TRUE WHERE s.id = :id",
     "write the join as LEFT JOIN"},
};

static void test_bad_statements(void **state)
{
    char sql[200], made[200];

    (void)state;
    path_in_folder(sql, sizeof sql, "bad.sql");
    path_in_folder(made, sizeof made, "made.c");
    for (size_t i = 0; i < COUNT(bad_statements); i++) {
        write_text(sql, bad_statements[i].sql);
        assert_int_equal(compile(testdata, sql), 1);
        assert_said(bad_statements[i].expected);
        assert_int_not_equal(access(made, F_OK), 0);
    }
}

static const struct {
    const char *name, *sql, *expected;
} bad_migrations[] = {
    {"0001_a.sql", "CREATE TABLE a (\n    id ID,\n    name VARCHAR(10)\n);",
     "0001_a.sql:3: not an abstract type"},
    {"0001_a.sql", "CREATE TABLE a (name TEXT);", "write TEXT(length)"},
    {"0001_a.sql", "CREATE TABLE a (shop REF);", "REF(table)"},
    {"0001_a.sql", "CREATE TABLE a (n I64(4));", "the others without parentheses"},
    {"0001_a.sql", "CREATE TABLE a (n I64 NOT NULL);", "NOT NULL goes without saying"},
    {"0001_a.sql", "CREATE TABLE a (n I64 DEFAULT 1 NULL);", "NULL stands right after the type"},
    {"0001_a.sql", "CREATE TABLE a (n I64)", "a table ends with );"},
    {"0001_a.sql", "-- @protected\nCREATE INDEX i ON a (n);", "a mark that no table follows"},
    {"0001_a.sql", "CREATE TABLE a (n I64); CREATE TABLE a (n I64);", "already exists"},
    {"0001_a.sql", "CREATE TABLE a (n);", "a column without a type"},
    {"0001_a.sql", "CREATE TABLE a (name TEXT(many));", "write TEXT(length)"},
    {"0001_a.sql", "CREATE TABLE a (shop REF());", "REF(table)"},
    {"0001_a.sql", "CREATE TABLE a AS SELECT 1;", "CREATE TABLE name (columns) is understood"},
    {"0001_a.sql", "CREATE TABLE a (n I64);\nALTER TABLE a ADD COLUMN m INTEGER;",
     "0001_a.sql:2: not an abstract type"},
    {"0001_a.sql", "CREATE TABLE a (n I64);\nALTER TABLE a ADD COLUMN m I64 NOT NULL;",
     "NOT NULL goes without saying"},
    {"0001_a.sql", "CREATE INDEX i ON nowhere (n);", "no such table"},
    {"0001_a.sql", "CREATE TABLE a (n I64);\nnonsense;", "syntax error"},
    {"001_a.sql", "CREATE TABLE a (n I64);", "counted from 0001"},
    {"0001_a.txt", "CREATE TABLE a (n I64);", "counted from 0001"},
    {"0002_a.sql", "CREATE TABLE a (n I64);", "counted from 0001"},
    {"1_a.sql", "CREATE TABLE a (n I64);", "named NNNN_what.sql"},
};

static void test_bad_migrations(void **state)
{
    char path[300], c[200], d[200];
    const char *const arguments[] = {"sqlgen", "schema", "--source",  folder, "--folders", "bad",
                                     "--out",  c,        "--depfile", d,      NULL};

    (void)state;
    path_in_folder(path, sizeof path, "bad");
    assert_int_equal(mkdir(path, 0700), 0);
    path_in_folder(path, sizeof path, "bad/migrations");
    assert_int_equal(mkdir(path, 0700), 0);
    path_in_folder(c, sizeof c, "schema.c");
    path_in_folder(d, sizeof d, "schema.d");
    for (size_t i = 0; i < COUNT(bad_migrations); i++) {
        snprintf(path, sizeof path, "%s/bad/migrations/%s", folder, bad_migrations[i].name);
        write_text(path, bad_migrations[i].sql);
        assert_int_equal(run((char *const *)(uintptr_t)arguments), 1);
        assert_said(bad_migrations[i].expected);
        unlink(path);
    }
}

/* Each wrong statement of a file is told, not the first alone, and nothing is written. */
static void test_all_are_told(void **state)
{
    char sql[200], made[200];

    (void)state;
    path_in_folder(sql, sizeof sql, "bad.sql");
    path_in_folder(made, sizeof made, "made_rows.h");
    write_text(sql, "-- name: one :many ()\nSELECT nme FROM shop\n\n"
                    "-- name: two :many ()\nSELECT id FROM shop\n\n"
                    "-- name: three :exec ()\nSELECT id FROM shop\n");
    assert_int_equal(compile(testdata, sql), 1);
    assert_said("bad.sql:1: statement one:");
    assert_said("bad.sql:7: statement three: it gives rows");
    assert_int_not_equal(access(made, F_OK), 0);
}

/* A header with a row is enough to see one; it has no statement in it. */
static void test_rows_have_no_statements(void **state)
{
    static char room[OUTPUT_MAX];
    char path[300];
    struct str rows;

    (void)state;
    snprintf(path, sizeof path, "%s/good_rows.h.golden", testdata);
    rows = read_text(path, room);
    assert_true(str_find(rows, S("struct shop_list_row {")) >= 0);
    assert_true(str_find(rows, S("MUST_CHECK")) < 0);
    assert_true(str_find(rows, S("_args")) < 0);
    assert_true(str_find(rows, S("db/statement.h")) < 0);
}

static void test_bad_usage(void **state)
{
    const char *const none[] = {"sqlgen", NULL};
    const char *const missing[] = {"sqlgen", "queries",  "--source", testdata,   "--folders",
                                   "shop",   "--folder", "nowhere",  "/no/such", "a.c",
                                   "a.h",    "r.h",      NULL};

    (void)state;
    assert_int_equal(run((char *const *)(uintptr_t)none), 1);
    assert_said("sqlgen schema");
    assert_int_equal(run((char *const *)(uintptr_t)missing), 1);
    assert_said("nowhere:0: this folder is not in the list");
}

static int make_folder(void **state)
{
    (void)state;
    test_temporary(folder, "sqlgen");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    test_temporary_remove(folder);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_file),      cmocka_unit_test(test_schema),
        cmocka_unit_test(test_bad_statements), cmocka_unit_test(test_bad_migrations),
        cmocka_unit_test(test_all_are_told),   cmocka_unit_test(test_rows_have_no_statements),
        cmocka_unit_test(test_bad_usage),
    };

    if (argc != 3)
        return 2;
    tool = argv[1];
    testdata = argv[2];
    return cmocka_run_group_tests_name("sqlgen", tests, make_folder, remove_folder);
}
