#include "db/test_raw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

struct raw {
    sqlite3 *sqlite;
    PGconn *postgres;
};

bool raw_is_postgres(void)
{
    const char *engine = getenv("CITYHALL_TEST_ENGINE");

    return engine && strcmp(engine, "postgres") == 0;
}

static const char *server_folder(void)
{
    const char *folder = getenv("CITYHALL_TEST_POSTGRES");

    assert_non_null(folder);
    return folder;
}

/* What the tests' own questions use of SQLite. */
static const char of_sqlite[] =
    "CREATE FUNCTION group_concat_add(text, text) RETURNS text LANGUAGE sql AS "
    "$$ SELECT coalesce($1 || ',', '') || $2 $$;"
    "CREATE AGGREGATE group_concat(text) (SFUNC = group_concat_add, STYPE = text);"
    "CREATE FUNCTION group_concat_add(text, text, text) RETURNS text LANGUAGE sql AS "
    "$$ SELECT coalesce($1 || $3, '') || $2 $$;"
    "CREATE AGGREGATE group_concat(text, text) (SFUNC = group_concat_add, STYPE = text);"
    "CREATE FUNCTION instr(text, text) RETURNS boolean LANGUAGE sql AS "
    "$$ SELECT position($2 IN $1) > 0 $$;"
    "CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql AS "
    "$$ SELECT $1::json #>> string_to_array(substr($2, 3), '.') $$;"
    "CREATE FUNCTION like_json(jsonb, text) RETURNS boolean LANGUAGE sql AS "
    "$$ SELECT $1::text LIKE $2 $$;"
    "CREATE OPERATOR ~~ (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = like_json);"
    "CREATE FUNCTION randomblob(int) RETURNS bytea LANGUAGE sql AS "
    "$$ SELECT substr(sha256(random()::text::bytea), 1, $1) $$;"
    "CREATE FUNCTION unhex(text) RETURNS bytea LANGUAGE sql AS $$ SELECT decode($1, 'hex') $$";

/* And what SQLite 3.40 does not have itself. */
static void unhex(sqlite3_context *context, int n, sqlite3_value **values)
{
    const char *hex = (const char *)sqlite3_value_text(values[0]);
    char bytes[200];
    size_t length = strlen(hex) / 2;

    (void)n;
    assert_true(length <= sizeof bytes);
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};

        bytes[i] = (char)strtoul(digits, NULL, 16);
    }
    sqlite3_result_blob(context, bytes, (int)length, SQLITE_TRANSIENT);
}

static void ignore_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static struct raw *open_postgres(const char *database)
{
    struct raw *raw = calloc(1, sizeof *raw);
    char location[300];

    assert_non_null(raw);
    snprintf(location, sizeof location, "postgresql:///%s?host=%s&user=postgres", database,
             server_folder());
    raw->postgres = PQconnectdb(location);
    if (PQstatus(raw->postgres) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(raw->postgres));
    PQsetNoticeReceiver(raw->postgres, ignore_notice, NULL);
    return raw;
}

/* "postgresql:///NAME?host=..." */
static void database_of(const char *location, char ret[64])
{
    const char *name = location + strlen("postgresql:///");

    snprintf(ret, 64, "%.*s", (int)strcspn(name, "?"), name);
}

static void make_roles(void)
{
    struct raw *raw = open_postgres("postgres");

    raw_try(raw, "ALTER SYSTEM SET client_min_messages = error");
    raw_try(raw, "SELECT pg_reload_conf()");
    raw_try(raw, "CREATE ROLE cityhall_owner LOGIN");
    raw_try(raw, "CREATE ROLE cityhall_server LOGIN");
    raw_close(raw);
}

static void make_database(const char *name, const char *from)
{
    struct raw *raw = open_postgres("postgres");
    char sql[300];

    snprintf(sql, sizeof sql, "CREATE DATABASE %s OWNER cityhall_owner%s%s STRATEGY FILE_COPY",
             name, from ? " TEMPLATE " : "", from ? from : "");
    raw_exec(raw, sql);
    raw_close(raw);
    if (from)
        return;
    raw = open_postgres(name);
    raw_exec(raw, "ALTER SCHEMA public OWNER TO cityhall_owner");
    raw_exec(raw, of_sqlite);
    raw_close(raw);
}

void raw_place_make(struct raw_place *place, const char *folder, const struct raw_place *from)
{
    static int made;
    char name[64], template[64];

    *place = (struct raw_place){.owner_location = ""};
    if (!raw_is_postgres()) {
        snprintf(place->location, sizeof place->location, "%s/city.db", folder);
        return;
    }
    if (!made)
        make_roles();
    snprintf(name, sizeof name, "t%d_%d", (int)getpid(), ++made);
    if (from)
        database_of(from->location, template);
    make_database(name, from ? template : NULL);
    snprintf(place->location, sizeof place->location,
             "postgresql:///%s?host=%s&user=cityhall_server", name, server_folder());
    snprintf(place->owner_location, sizeof place->owner_location,
             "postgresql:///%s?host=%s&user=cityhall_owner", name, server_folder());
}

struct db *raw_place_open(struct ctx *ctx, const struct raw_place *place)
{
    const struct db_options options = {
        .location = place->location,
        .owner_location = *place->owner_location ? place->owner_location : NULL,
        .schema = &db_schema,
        .may_create = true,
        .durability = DB_NORMAL,
    };
    struct db *db = NULL;
    enum rc rc = db_open(ctx, &options, &db);

    if (!rc)
        rc = db_migrate(ctx, db, NULL);
    if (rc)
        fail_msg("%s: %.*s", err_name(ctx->err.id), STR_ARG(ctx->err.detail));
    return db;
}

static void migrate(const struct raw_place *place)
{
    struct ctx ctx = {.arena = arena_new((size_t)16 << 20), .now = clock_now()};

    db_close(raw_place_open(&ctx, place));
    ctx_done(&ctx);
    arena_free(ctx.arena);
}

void raw_place_make_migrated(struct raw_place *place, const char *folder)
{
    static struct raw_place migrated;

    if (raw_is_postgres() && !*migrated.location) {
        raw_place_make(&migrated, folder, NULL);
        migrate(&migrated);
    }
    raw_place_make(place, folder, raw_is_postgres() ? &migrated : NULL);
}

void raw_place_drop(const struct raw_place *place)
{
    struct raw *raw;
    char name[64], sql[100];

    if (!raw_is_postgres())
        return;
    database_of(place->location, name);
    raw = open_postgres("postgres");
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name);
    raw_exec(raw, sql);
    raw_close(raw);
}

struct raw *raw_open(const char *location)
{
    struct raw *raw;
    char name[64];

    if (raw_is_postgres()) {
        database_of(location, name);
        return open_postgres(name);
    }
    raw = calloc(1, sizeof *raw);
    assert_non_null(raw);
    assert_int_equal(sqlite3_open(location, &raw->sqlite), SQLITE_OK);
    sqlite3_busy_timeout(raw->sqlite, 5000);
    sqlite3_create_function(raw->sqlite, "unhex", 1, SQLITE_UTF8, NULL, unhex, NULL, NULL);
    raw_exec(raw, "PRAGMA synchronous = OFF");
    return raw;
}

void raw_close(struct raw *raw)
{
    if (!raw)
        return;
    sqlite3_close(raw->sqlite);
    PQfinish(raw->postgres);
    free(raw);
}

struct sqlite3 *raw_sqlite(struct raw *raw)
{
    return raw->sqlite;
}

/* x'00' and rowid, which the tests write as SQLite has them, become what PostgreSQL has. */
static void translate(const char *sql, char *to, size_t room)
{
    size_t n = 0;
    bool is_blob = false;

    for (; *sql; sql++) {
        assert_true(n + 20 < room);
        if (strncmp(sql, "x'", 2) == 0 && strchr(" (,=", sql[-1])) {
            n += (size_t)snprintf(to + n, room - n, "'\\x");
            sql++;
            is_blob = true;
        } else if (is_blob && *sql == '\'') {
            n += (size_t)snprintf(to + n, room - n, "'::bytea");
            is_blob = false;
        } else if (strncmp(sql, "rowid", 5) == 0) {
            n += (size_t)snprintf(to + n, room - n, "id");
            sql += 4;
        } else {
            to[n++] = *sql;
        }
    }
    to[n] = '\0';
}

static bool ask_postgres(struct raw *raw, const char *sql, PGresult **ret)
{
    ExecStatusType status;
    char text[600000];

    translate(sql, text, sizeof text);
    *ret = PQexec(raw->postgres, text);
    status = PQresultStatus(*ret);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

bool raw_try(struct raw *raw, const char *sql)
{
    PGresult *result;
    bool is_good;

    if (raw->sqlite)
        return sqlite3_exec(raw->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK;
    is_good = ask_postgres(raw, sql, &result);
    PQclear(result);
    return is_good;
}

void raw_exec(struct raw *raw, const char *sql)
{
    if (!raw_try(raw, sql))
        fail_msg("%s: %s", sql,
                 raw->sqlite ? sqlite3_errmsg(raw->sqlite) : PQerrorMessage(raw->postgres));
}

static bool ask_sqlite(struct raw *raw, const char *sql, struct arena *arena, struct str *ret)
{
    sqlite3_stmt *statement;
    bool has_row;

    if (sqlite3_prepare_v2(raw->sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(raw->sqlite));
    has_row = sqlite3_step(statement) == SQLITE_ROW;
    if (has_row && sqlite3_column_type(statement, 0) == SQLITE_NULL)
        *ret = STR_NONE;
    else if (has_row)
        *ret = str_copy(arena, (struct str){sqlite3_column_blob(statement, 0),
                                            (size_t)sqlite3_column_bytes(statement, 0)});
    sqlite3_finalize(statement);
    return has_row;
}

#define OID_BOOL  16
#define OID_BYTEA 17

static struct str value_of(const PGresult *result, struct arena *arena)
{
    struct str text = {PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0)};
    unsigned char *bytes;

    if (PQgetisnull(result, 0, 0))
        return STR_NONE;
    if (PQftype(result, 0) == OID_BOOL)
        return *text.p == 't' ? S("1") : S("0");
    if (PQftype(result, 0) != OID_BYTEA)
        return str_copy(arena, text);
    bytes = PQunescapeBytea((const unsigned char *)text.p, &text.n);
    text = str_copy(arena, (struct str){(char *)bytes, text.n});
    PQfreemem(bytes);
    return text;
}

bool raw_ask(struct raw *raw, const char *sql, struct arena *arena, struct str *ret)
{
    PGresult *result;
    bool has_row;

    if (raw->sqlite)
        return ask_sqlite(raw, sql, arena, ret);
    if (!ask_postgres(raw, sql, &result)) {
        PQclear(result);
        fail_msg("%s: %s", sql, PQerrorMessage(raw->postgres));
    }
    has_row = PQntuples(result) > 0;
    if (has_row)
        *ret = value_of(result, arena);
    PQclear(result);
    return has_row;
}
