/* Migrations: once, in order, each whole or not at all, and never changed afterwards. */
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/test_queries.h"
#include "db/test_support.h"

static const struct db_migration two[] = {
    {"a", 1, "0001_one", "1111", {"CREATE TABLE one (x BIGINT)", "CREATE TABLE one (x BIGINT)"}},
    {"b", 1, "0001_two", "2222", {"CREATE TABLE two (x BIGINT)", "CREATE TABLE two (x BIGINT)"}},
};

static struct db_schema schema_of(const struct db_migration *migrations, size_t n)
{
    return (struct db_schema){.migrations = migrations, .migration_count = n};
}

static void test_applied_once(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    struct db_schema first = schema_of(two, 1), both = schema_of(two, 2);
    size_t applied;

    (void)state;
    test_folder_make(&store);
    test_ok(&ctx, test_migrate(&store, &first, &ctx, &applied));
    assert_int_equal(applied, 1);
    test_ok(&ctx, test_migrate(&store, &both, &ctx, &applied));
    assert_int_equal(applied, 1);
    test_ok(&ctx, test_migrate(&store, &both, &ctx, &applied));
    assert_int_equal(applied, 0);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

static void test_change_is_refused(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    struct db_migration changed[] = {two[0], two[1]};
    struct db_schema before = schema_of(two, 2), after = schema_of(changed, 2);

    (void)state;
    changed[0].checksum = "9999";
    test_folder_make(&store);
    test_ok(&ctx, test_migrate(&store, &before, &ctx, NULL));
    assert_int_equal(test_migrate(&store, &after, &ctx, NULL), RC_INVALID);
    assert_int_equal(ctx.err.id, ERR_CONFIG);
    assert_true(str_find(ctx.err.detail, S("Migration a/0001_one was changed")) >= 0);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

static void test_newer_database_is_refused(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    struct db_schema newer = schema_of(two, 2), older = schema_of(two, 1);

    (void)state;
    test_folder_make(&store);
    test_ok(&ctx, test_migrate(&store, &newer, &ctx, NULL));
    assert_int_equal(test_migrate(&store, &older, &ctx, NULL), RC_INVALID);
    assert_true(str_find(ctx.err.detail, S("newer version")) >= 0);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

static void test_broken_leaves_nothing(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    struct db_migration broken[] = {two[0], two[1]};
    struct db_schema bad = schema_of(broken, 2), good = schema_of(two, 2);
    size_t applied;

    (void)state;
    broken[1].sql[SQL_SQLITE] = broken[1].sql[SQL_POSTGRES] =
        "CREATE TABLE two (x BIGINT); CREATE TABLE two (x BIGINT)";
    test_folder_make(&store);
    assert_int_not_equal(test_migrate(&store, &bad, &ctx, NULL), RC_OK);
    assert_true(str_find(ctx.err.detail, S("b/0001_two")) >= 0);
    ctx_clear_error(&ctx);
    /* The first stays, and of the second there is no half. */
    test_ok(&ctx, test_migrate(&store, &good, &ctx, &applied));
    assert_int_equal(applied, 1);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

static void test_pending_is_counted(void **state)
{
    struct test_store *store = *state;
    size_t pending = 7;

    test_ok(&store->ctx, db_migrations_pending(&store->ctx, store->db, &pending));
    assert_int_equal(pending, 0);
}

static enum rc add_team(struct ctx *ctx, void *arg)
{
    (void)arg;
    return team_add(ctx, S("parks"), NULL);
}

/* The server's role finds older tables: it says what to do and changes nothing. */
static void test_server_does_not_migrate(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    struct db_schema first = schema_of(two, 1), both = schema_of(two, 2);
    struct db_options options;
    size_t applied = 7;
    struct db *db;

    (void)state;
    test_folder_make(&store);
    test_ok(&ctx, test_migrate(&store, &first, &ctx, NULL));
    options = test_options(&store);
    options.owner_location = NULL;
    options.schema = &first;
    test_ok(&ctx, db_open(&ctx, &options, &db));
    test_ok(&ctx, db_migrate(&ctx, db, &applied));
    assert_int_equal(applied, 0);
    db_close(db);
    options.schema = &both;
    test_ok(&ctx, db_open(&ctx, &options, &db));
    assert_int_equal(db_migrate(&ctx, db, NULL), RC_INVALID);
    assert_int_equal(ctx.err.id, ERR_CONFIG);
    assert_true(str_find(ctx.err.detail, S("--owner")) > 0);
    db_close(db);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

/* Without a writer, and on a disk that takes no writes: the folder belongs to another. */
static void test_read_only(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct ctx *ctx = &store->ctx, reading = test_ctx(NULL);
    struct team_count_row row;
    size_t pending = 7;

    test_ok(ctx, db_tx(ctx, add_team, NULL));
    db_close(store->db);
    store->db = ctx->db = NULL;
    options.is_read_only = true;
    assert_int_equal(chmod(store->folder, 0555), 0);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    test_ok(&reading, db_open(&reading, &options, &reading.db));
    test_ok(&reading, db_migrations_pending(&reading, reading.db, &pending));
    assert_int_equal(pending, 0);
    test_ok(&reading, db_reader_acquire(&reading));
    test_ok(&reading, team_count(&reading, &row));
    assert_int_equal(row.total, 1);
    db_reader_release(&reading);
    db_close(reading.db);
    assert_int_equal(seteuid(getuid()), 0);
    assert_int_equal(chmod(store->folder, 0700), 0);
    test_ctx_done(&reading);
}

static void test_backup_is_whole(void **state)
{
    struct test_store *store = *state, copy = *store;
    struct ctx *ctx = &store->ctx;
    struct team_count_row row;
    struct db_options options;
    struct db *other;

    snprintf(copy.location, sizeof copy.location, "%s/copy.db", store->folder);
    test_ok(ctx, db_tx(ctx, add_team, NULL));
    test_ok(ctx, db_backup(ctx, store->db, copy.location));
    options = test_options(&copy);
    options.may_create = false;
    test_ok(ctx, db_open(ctx, &options, &other));
    ctx->db = other;
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, team_count(ctx, &row));
    assert_int_equal(row.total, 1);
    db_reader_release(ctx);
    db_close(other);
    ctx->db = store->db;
    assert_int_equal(db_backup(ctx, store->db, "/nowhere/at/all.db"), RC_UNAVAILABLE);
}

/* The teams that the file has without its log. */
static int teams_in_file_alone(const struct test_store *store)
{
    char uri[300];
    sqlite3_stmt *rows;
    sqlite3 *raw;
    int n;

    snprintf(uri, sizeof uri, "file:%s?immutable=1", store->location);
    assert_int_equal(sqlite3_open_v2(uri, &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(raw, "SELECT count(*) FROM team", -1, &rows, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
    n = sqlite3_column_int(rows, 0);
    sqlite3_finalize(rows);
    sqlite3_close(raw);
    return n;
}

static void test_writing_back_empties_the_log(void **state)
{
    struct test_store *store = *state;
    struct ctx *ctx = &store->ctx;

    test_ok(ctx, db_write_back(ctx));
    test_ok(ctx, db_tx(ctx, add_team, NULL));
    if (test_is_postgres())
        return;
    assert_int_equal(teams_in_file_alone(store), 0);
    test_ok(ctx, db_write_back(ctx));
    assert_int_equal(teams_in_file_alone(store), 1);
    test_ok(ctx, db_write_back(ctx));
}

static void check_objects(struct test_store *store, const char *sql, const char *detail)
{
    struct ctx *ctx = &store->ctx;
    sqlite3 *raw;

    assert_int_equal(sqlite3_open(store->location, &raw), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(raw);
    if (!detail) {
        test_ok(ctx, db_check_objects(ctx, store->db));
        return;
    }
    assert_int_equal(db_check_objects(ctx, store->db), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_FORMAT);
    if (!str_eq(ctx->err.detail, str_of(detail)))
        fail_msg("%.*s", STR_ARG(ctx->err.detail));
    ctx_clear_error(ctx);
}

/* A database from elsewhere: nothing in it that no migration made, and all that they made. */
static void test_objects_are_the_migrations(void **state)
{
    struct test_store *store = *state;

    check_objects(store, "ANALYZE", NULL);
    check_objects(store, "CREATE TRIGGER sweep AFTER INSERT ON migration BEGIN SELECT 1; END",
                  "the database's trigger 'sweep' is none that this program makes");
    check_objects(store, "DROP TRIGGER sweep; CREATE INDEX another ON migration (name)",
                  "the database's index 'another' is none that this program makes");
    check_objects(store, "DROP INDEX another; CREATE VIEW peek AS SELECT 1",
                  "the database's view 'peek' is none that this program makes");
    check_objects(store, "DROP VIEW peek; ALTER TABLE migration ADD COLUMN more TEXT",
                  "the database's table 'migration' is not as this program makes it");
    check_objects(store, "ALTER TABLE migration DROP COLUMN more", NULL);
}

static void test_no_database_is_refused(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct ctx ctx = test_ctx(NULL);
    struct db *db = NULL;
    FILE *file;

    snprintf(store->location, sizeof store->location, "%s/missing.db", store->folder);
    options.may_create = false;
    assert_int_not_equal(db_open(&ctx, &options, &db), RC_OK);
    assert_null(db);
    ctx_clear_error(&ctx);
    file = fopen(store->location, "w");
    assert_non_null(file);
    for (int i = 0; i < 2000; i++)
        fputs("this is no database\n", file);
    fclose(file);
    assert_int_not_equal(db_open(&ctx, &options, &db), RC_OK);
    assert_int_equal(ctx.err.id, ERR_CONFIG);
    assert_null(db);
    test_ctx_done(&ctx);
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    /* PostgreSQL's own first, SQLite's own last. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_does_not_migrate),
        cmocka_unit_test(test_applied_once),
        cmocka_unit_test(test_change_is_refused),
        cmocka_unit_test(test_newer_database_is_refused),
        cmocka_unit_test(test_broken_leaves_nothing),
        STORED(test_pending_is_counted),
        STORED(test_backup_is_whole),
        STORED(test_writing_back_empties_the_log),
        STORED(test_read_only),
        STORED(test_no_database_is_refused),
        STORED(test_objects_are_the_migrations),
    };
    size_t first = 1, n = 9;

    test_choose_engine(argc, argv);
    if (test_is_postgres()) {
        first = 0;
        n = 6;
    }
    return _cmocka_run_group_tests(test_is_postgres() ? "db/migrate-postgres" : "db/migrate",
                                   tests + first, n, NULL, NULL);
}
