#include "db/test_support.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_postgres;

void test_choose_engine(int argc, char **argv)
{
    is_postgres = argc > 1 && strcmp(argv[1], "postgres") == 0;
}

bool test_is_postgres(void)
{
    return is_postgres;
}

static const char *server_folder(void)
{
    const char *folder = getenv("CITYHALL_TEST_POSTGRES");

    assert_non_null(folder);
    return folder;
}

void test_postgres_ctl(const char *verb)
{
    char command[1000];
    const char *ctl = getenv("CITYHALL_TEST_POSTGRES_CTL");

    assert_non_null(ctl);
    snprintf(command, sizeof command, "cd / && %s %s >&2", ctl, verb);
    assert_int_equal(system(command), 0);
}

static void run_as_superuser(const char *database, const char *sql, bool must_succeed)
{
    char location[200];
    PGconn *conn;
    PGresult *result;

    snprintf(location, sizeof location, "postgresql:///%s?host=%s&user=postgres", database,
             server_folder());
    conn = PQconnectdb(location);
    result = PQexec(conn, sql);
    if (must_succeed && PQresultStatus(result) != PGRES_COMMAND_OK)
        print_message("# %s: %s\n", sql, PQerrorMessage(conn));
    assert_true(!must_succeed || PQresultStatus(result) == PGRES_COMMAND_OK);
    PQclear(result);
    PQfinish(conn);
}

/* A database of the process's own, emptied for each store, its owner, and the role that the server
 * would have. */
static void make_database(struct test_store *store)
{
    static char name[40];
    char sql[200];

    if (!name[0]) {
        snprintf(name, sizeof name, "t%d", (int)getpid());
        run_as_superuser("postgres", "ALTER SYSTEM SET client_min_messages = error", true);
        run_as_superuser("postgres", "SELECT pg_reload_conf()", false);
        run_as_superuser("postgres", "CREATE ROLE cityhall_owner LOGIN", false);
        run_as_superuser("postgres", "CREATE ROLE cityhall_server LOGIN", false);
        snprintf(sql, sizeof sql, "CREATE DATABASE %s OWNER cityhall_owner", name);
        run_as_superuser("postgres", sql, true);
    }
    run_as_superuser(
        name, "DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION cityhall_owner",
        true);
    snprintf(store->location, sizeof store->location,
             "postgresql:///%s?host=%s&user=cityhall_server", name, server_folder());
    snprintf(store->owner_location, sizeof store->owner_location,
             "postgresql:///%s?host=%s&user=cityhall_owner", name, server_folder());
}

struct ctx test_ctx(struct db *db)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20), .now = clock_now(), .db = db};

    assert_non_null(ctx.arena);
    return ctx;
}

void test_ctx_done(struct ctx *ctx)
{
    db_reader_release(ctx);
    ctx_done(ctx);
    arena_free(ctx->arena);
    ctx->arena = NULL;
}

void test_ok(struct ctx *ctx, enum rc rc)
{
    if (rc != RC_OK)
        print_message("# %s: %s: %.*s\n", rc_name(rc), err_name(ctx->err.id),
                      STR_ARG(ctx->err.detail));
    assert_int_equal(rc, RC_OK);
}

void test_folder_make(struct test_store *store)
{
    *store = (struct test_store){0};
    test_temporary(store->folder, "db");
    if (is_postgres) {
        make_database(store);
        return;
    }
    snprintf(store->location, sizeof store->location, "%s/city.db", store->folder);
    snprintf(store->owner_location, sizeof store->owner_location, "%s/city.db", store->folder);
}

struct db_options test_options(const struct test_store *store)
{
    return (struct db_options){.location = store->location,
                               .schema = &test_schema,
                               .may_create = true,
                               .owner_location = is_postgres ? store->owner_location : NULL};
}

enum rc test_migrate(const struct test_store *store, const struct db_schema *schema,
                     struct ctx *ctx, size_t *ret_applied)
{
    struct db_options options = test_options(store);
    struct db *db;
    enum rc rc;

    options.schema = schema;
    test_ok(ctx, db_open(ctx, &options, &db));
    rc = db_migrate(ctx, db, ret_applied);
    db_close(db);
    return rc;
}

int test_store_open(void **state)
{
    struct test_store *store = calloc(1, sizeof *store);
    struct db_options options;

    assert_non_null(store);
    test_folder_make(store);
    options = test_options(store);
    store->ctx = test_ctx(NULL);
    test_ok(&store->ctx, test_migrate(store, &test_schema, &store->ctx, NULL));
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    store->ctx.db = store->db;
    *state = store;
    return 0;
}

int test_store_close(void **state)
{
    struct test_store *store = *state;

    test_ctx_done(&store->ctx);
    db_close(store->db);
    test_temporary_remove(store->folder);
    free(store);
    return 0;
}
