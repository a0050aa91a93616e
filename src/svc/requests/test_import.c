/* The import of another system's table: times, the map, rows and rejects, once means once, and a
 * real city's five days where they are at hand. */
#include "svc/requests/import_cases.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/test_support.h"
#include "base/test_temporary.h"
#include "db/db.h"
#include "engine/cases/projection.h"
#include "engine/publish/publish.h"
#include "engine/record/record_tree.h"
#include "people/actor.h"

#define MAX_REJECTS ((size_t)16 << 20)
#define CITY        "tests/data/cities/los-angeles"

struct town {
    char folder[TEST_TEMPORARY_MAX];
    const char *location;
    struct ctx ctx;
    struct db *db;
    struct city *city;
    struct record_sequencer *sequencer;
    sqlite3 *direct;
    struct buf rejects;
    bool is_dry; /* what is taken is counted alone */
};

static const struct actor importer = {.kind = ACTOR_IMPORT};

static void ok(struct ctx *ctx, enum rc rc)
{
    if (rc)
        print_error("%s: %.*s\n", err_name(ctx->err.id), STR_ARG(ctx->err.detail));
    assert_int_equal(rc, RC_OK);
}

static const char *in_root(struct ctx *ctx, const char *path)
{
    assert_non_null(getenv("CITYHALL_ROOT"));
    return str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", getenv("CITYHALL_ROOT"), path));
}

static void open_store(struct town *town)
{
    struct problems problems = problems_in(town->ctx.arena);
    struct publication done;

    town->sequencer = record_sequencer_new();
    assert_non_null(town->sequencer);
    ok(&town->ctx, db_open(&town->ctx,
                           &(struct db_options){.location = town->location,
                                                .schema = &db_schema,
                                                .may_create = true,
                                                .durability = DB_NORMAL},
                           &town->db));
    db_set_group_hook(town->db, record_sequence, town->sequencer);
    town->ctx.db = town->db;
    ok(&town->ctx, db_migrate(&town->ctx, town->db, NULL));
    ok(&town->ctx, city_publish(&town->ctx, in_root(&town->ctx, CITY), false, &problems, &done));
    ok(&town->ctx, db_reader_acquire(&town->ctx));
    ok(&town->ctx, city_load(&town->ctx, &town->city));
    db_reader_release(&town->ctx);
    town->ctx.city = town->city;
    town->ctx.actor = &importer;
}

static int town_open(void **state)
{
    struct town *town = calloc(1, sizeof *town);

    assert_non_null(town);
    crypto_init();
    test_temporary(town->folder, "import");
    town->ctx = (struct ctx){.arena = arena_new((size_t)512 << 20)};
    assert_non_null(town->ctx.arena);
    assert_true(instant_parse(S("2026-07-02T15:00:00Z"), &town->ctx.now));
    town->location = str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/city.db", town->folder));
    open_store(town);
    assert_int_equal(sqlite3_open(town->location, &town->direct), SQLITE_OK);
    *state = town;
    return 0;
}

static int town_close(void **state)
{
    struct town *town = *state;

    sqlite3_close(town->direct);
    city_free(town->city);
    ctx_done(&town->ctx);
    db_close(town->db);
    record_sequencer_free(town->sequencer);
    arena_free(town->ctx.arena);
    test_temporary_remove(town->folder);
    free(town);
    return 0;
}

#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, town_open, town_close)

static struct str ask(struct town *town, const char *sql)
{
    sqlite3_stmt *statement;
    struct str value;

    assert_int_equal(sqlite3_prepare_v2(town->direct, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    value = str_copy(town->ctx.arena, str_of((const char *)sqlite3_column_text(statement, 0)));
    sqlite3_finalize(statement);
    return value;
}

/* ---- Maps and tables as texts */

#define HEADER "Id,Kind,Opened,Closed,State,Lat,Lon,Place,Zip,Source\n"

static const char map_text[] =
    "import: la-test\n"
    "id: Id\n"
    "service: {column: Kind, values: {Bulky: bulky-items, Paint: graffiti-removal, "
    "Light: street-light}}\n"
    "opened: {column: Opened, format: \"MM/DD/YYYY hh:mm:ss AM\"}\n"
    "closed: {column: Closed, format: \"MM/DD/YYYY hh:mm:ss AM\"}\n"
    "state: {column: State, values: {Open: new, Closed: {state: resolved, outcome: done}}}\n"
    "place: {label: Place, zip: Zip, lat: Lat, long: Lon}\n"
    "fields: {source: {column: Source, values: {Call: phone}, other: else}}\n";

static enum rc read_map(struct town *town, const char *text, struct problems *problems,
                        struct import_map *ret)
{
    const struct yaml_node *root;

    *problems = problems_in(town->ctx.arena);
    ok(&town->ctx, yaml_parse(&town->ctx, S("map.yaml"), str_of(text), problems, &root));
    return import_map_read(&town->ctx, root, problems, ret);
}

static enum rc take(struct town *town, const struct import_map *map, struct str table,
                    struct import_counts *ret)
{
    struct problems problems = problems_in(town->ctx.arena);
    int fd = memfd_create("table", MFD_CLOEXEC);
    enum rc rc;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, table.p, table.n), table.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    town->rejects = buf_in(town->ctx.arena, MAX_REJECTS);
    rc = import_cases(&town->ctx,
                      &(struct import_run){.map = map,
                                           .file = S("table.csv"),
                                           .fd = fd,
                                           .is_dry = town->is_dry,
                                           .group = 3,
                                           .rejects = &town->rejects},
                      &problems, ret);
    close(fd);
    return rc;
}

static struct import_counts take_text(struct town *town, const char *rows)
{
    struct problems problems;
    struct import_map map;
    struct import_counts counts;

    ok(&town->ctx, read_map(town, map_text, &problems, &map));
    ok(&town->ctx, take(town, &map, str_fmt(town->ctx.arena, HEADER "%s", rows), &counts));
    assert_int_equal(counts.rows, counts.taken + counts.there_before + counts.rejected);
    return counts;
}

/* What the store holds follows from the cases, and the record is whole. */
static void check_store(struct town *town, int64_t cases)
{
    struct buf report = buf_in(town->ctx.arena, MAX_REJECTS);
    struct projection_found found;
    struct record_audit audit;
    struct crypto_keypair keys = crypto_sign_new_keys();
    struct record_checks checks = {.public_key = {(const char *)keys.public_key, 32}};

    ok(&town->ctx, db_reader_acquire(&town->ctx));
    ok(&town->ctx, projection_check(&town->ctx, &report, &found));
    ok(&town->ctx, record_verify(&town->ctx, &checks, &audit));
    db_reader_release(&town->ctx);
    assert_int_equal(found.cases, cases);
    assert_int_equal(found.differences, 0);
    assert_true(audit.is_good);
}

/* ---- Times */

static void times_are_read_as_the_format_says(void **state)
{
    static const struct {
        const char *text, *format;
        int32_t second; /* -1: no such time */
    } times[] = {
        {"12/31/2017 11:59:58 PM", "MM/DD/YYYY hh:mm:ss AM", 86398},
        {"12/31/2017 12:00:00 AM", "MM/DD/YYYY hh:mm:ss AM", 0},
        {"12/31/2017 12:30:00 pm", "MM/DD/YYYY hh:mm:ss AM", 45000},
        {"1/2/2018 1:05:00 AM", "MM/DD/YYYY hh:mm:ss AM", 3900},
        {" 2018-01-02T13:05 ", "YYYY-MM-DDTHH:mm", 47100},
        {"20180102", "YYYYMMDD", 0},
        {"12/31/2017 13:00:00 PM", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"12/31/2017 00:00:00 AM", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"12/31/2017 11:59:58", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"02/29/2017 11:59:58 PM", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"12/31/17 11:59:58 PM", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"12/31/2017 11:60:58 PM", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"12/31/2017 11:59:58 PM!", "MM/DD/YYYY hh:mm:ss AM", -1},
        {"", "YYYY-MM-DD", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        struct local_time local = {.second_of_day = -1};

        assert_int_equal(import_time(str_of(times[i].text), str_of(times[i].format), &local),
                         times[i].second >= 0);
        assert_int_equal(local.second_of_day, times[i].second);
    }
    assert_true(import_time_format_is_good(S("MM/DD/YYYY hh:mm:ss AM")));
    assert_true(import_time_format_is_good(S("YYYY-MM-DD HH:mm")));
    assert_false(import_time_format_is_good(S("YYYY-MM")));
    assert_false(import_time_format_is_good(S("YYYY-MM-DD hh:mm")));
    assert_false(import_time_format_is_good(S("YYYY-MM-DD HH hh AM")));
    assert_false(import_time_format_is_good(S("YYYY-MM-DD DD")));
    assert_false(import_time_format_is_good(S("")));
}

/* ---- Maps */

static void a_map_is_checked_against_the_city(void **state)
{
    static const struct {
        const char *from, *to, *says;
    } wrong[] = {
        {"bulky-items", "bulky", "\"bulky\" is no service of this city"},
        {"state: resolved", "state: solved", "\"solved\" is no state"},
        {"outcome: done", "outcome: dome", "\"dome\" is no outcome"},
        {"fields: {source", "fields: {sauce", "\"sauce\" is a field of no service"},
        {"hh:mm:ss AM\"}\nclosed", "hh:mm:ss\"}\nclosed", "is no format of a time"},
        {"id: Id\n", "", "\"id\" is needed here"},
        {"import:", "imports:", "imports"},
        {", long: Lon", "", "come together"},
        {"column: Opened, ", "", "\"column\" is needed here"},
        {"state: resolved, ", "", "\"state\" is needed here"},
    };
    struct town *town = *state;
    struct problems problems;
    struct import_map map;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        ptrdiff_t at = str_find(str_of(map_text), str_of(wrong[i].from));
        struct buf said = buf_in(town->ctx.arena, 20000);
        struct str text;

        assert_true(at >= 0);
        text = str_fmt(town->ctx.arena, "%.*s%s%s", (int)at, map_text, wrong[i].to,
                       map_text + at + strlen(wrong[i].from));
        assert_int_equal(read_map(town, str_z(town->ctx.arena, text), &problems, &map), RC_INVALID);
        ctx_clear_error(&town->ctx);
        problems_write(&problems, &said);
        if (str_find(buf_str(&said), str_of(wrong[i].says)) < 0)
            fail_msg("%s: %.*s", wrong[i].says, STR_ARG(buf_str(&said)));
    }
}

static void a_table_without_its_columns_is_refused(void **state)
{
    struct town *town = *state;
    struct problems problems;
    struct import_counts counts;
    struct import_map map;

    ok(&town->ctx, read_map(town, map_text, &problems, &map));
    assert_int_equal(take(town, &map, S("Id,Kind,Opened,State\n1,Bulky,x,Open\n"), &counts),
                     RC_INVALID);
    ctx_clear_error(&town->ctx);
    assert_str(ask(town, "SELECT count(*) FROM cases"), "0");
}

/* ---- Rows */

static void rows_become_cases_with_their_history(void **state)
{
    struct town *town = *state;
    struct import_counts counts = take_text(
        town, "a1,Bulky,12/31/2017 11:59:58 PM,01/05/2018 09:00:00 AM,Closed,34.07,-118.26,"
              "\"2111 W BELLEVUE AVE, 90026\",90026,Call\n"
              "a2,Paint,07/01/2017 08:00:00 AM,,Open,,,1 MAIN ST,,Mail\n"
              "a3,Paint,07/01/2017 08:00:00 AM,,Open,,,,,\n");

    assert_int_equal(counts.taken, 3);
    assert_str(ask(town, "SELECT group_concat(datetime(opened / 1000000, 'unixepoch') || ' ' || "
                         "coalesce(datetime(closed / 1000000, 'unixepoch'), '-')) FROM cases"),
               "2018-01-01 07:59:58 2018-01-05 17:00:00,2017-07-01 15:00:00 -,"
               "2017-07-01 15:00:00 -");
    assert_str(ask(town, "SELECT group_concat(substr(number, 1, 8) || ' ' || state || ' ' || "
                         "coalesce(outcome, '-') || ' ' || channel) FROM cases"),
               "17-00001 resolved done import,17-00002 new - import,17-00003 new - import");
    assert_str(ask(town, "SELECT group_concat(label || ' ' || zip || ' ' || "
                         "coalesce(lat_e7, '-'), ';') FROM place"),
               "2111 W BELLEVUE AVE, 90026 90026 340700000;1 MAIN ST  -");
    assert_str(ask(town, "SELECT group_concat(json_extract(answers, '$.source')) FROM cases"),
               "phone,else");
    assert_str(ask(town, "SELECT count(*) FROM cases c JOIN team t ON t.id = c.team "
                         "WHERE t.code = 'beautification' AND c.place IS NULL"),
               "1");
    check_store(town, 3);
}

/* Nobody is told, and nothing waits or falls due. */
static void an_import_starts_nothing(void **state)
{
    struct town *town = *state;

    take_text(town, "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n");
    assert_str(ask(town, "SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM clock) + "
                         "(SELECT count(*) FROM job) + (SELECT count(*) FROM link_token)"),
               "0");
    assert_str(ask(town, "SELECT kind || ' ' || actor_kind || ' ' || (at = 1783004400000000) FROM "
                         "event WHERE cases IS NOT NULL"),
               "case.imported import 1");
    assert_str(ask(town, "SELECT due IS NULL FROM cases"), "1");
}

static void the_same_rows_again_change_nothing(void **state)
{
    static const char rows[] = "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a2,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a4,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a2,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n";
    static const char state_sql[] =
        "SELECT group_concat(number) || (SELECT count(*) FROM event) || '/' || "
        "(SELECT count(*) FROM place) || '/' || (SELECT last FROM series) FROM cases";
    struct town *town = *state;
    struct import_counts counts = take_text(town, rows);
    struct str before = ask(town, state_sql);

    assert_int_equal(counts.taken, 3);
    assert_int_equal(counts.there_before, 2);
    counts = take_text(town, rows);
    assert_int_equal(counts.taken, 0);
    assert_int_equal(counts.there_before, 5);
    assert_str(ask(town, state_sql), str_z(town->ctx.arena, before));
    check_store(town, 3);
}

/* What a dry run says is what the import then does. */
static void a_dry_run_keeps_nothing(void **state)
{
    static const char rows[] = "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a2,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a2,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                               "a4,Bulky,yesterday,,Open,34.07,-118.26,X,,Call\n"
                               "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n";
    static const char empty_sql[] = "SELECT (SELECT count(*) FROM cases) || '/' || "
                                    "(SELECT count(*) FROM event) || '/' || "
                                    "(SELECT count(*) FROM place)";
    struct town *town = *state;
    struct str before = ask(town, empty_sql);
    struct import_counts dry, real;

    town->is_dry = true;
    dry = take_text(town, rows);
    assert_str(ask(town, empty_sql), str_z(town->ctx.arena, before));
    town->is_dry = false;
    real = take_text(town, rows);
    assert_int_equal(real.taken, 2);
    assert_int_equal(real.there_before, 2);
    assert_int_equal(dry.taken, real.taken);
    assert_int_equal(dry.there_before, real.there_before);
    assert_int_equal(dry.rejected, real.rejected);
    check_store(town, 2);
}

/* The team's rule asks for an answer that the table has no column for: that route is passed over,
 * and the rows before and after are taken too. */
static void a_rule_that_cannot_be_asked_is_passed_over(void **state)
{
    struct town *town = *state;
    struct import_counts counts =
        take_text(town, "a1,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                        "a2,Light,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n"
                        "a3,Bulky,12/31/2017 11:59:58 PM,,Open,34.07,-118.26,X,,Call\n");

    assert_int_equal(counts.taken, 3);
    assert_str(ask(town, "SELECT t.code FROM cases c JOIN team t ON t.id = c.team "
                         "JOIN external_ref x ON x.cases = c.id WHERE x.external_id = 'a2'"),
               "street-lighting");
    check_store(town, 3);
}

/* The night of November 5, 2017: 1:30 comes twice. The spring night of March 12: 2:30 never. */
static void local_hours_that_come_twice_or_never(void **state)
{
    struct town *town = *state;

    take_text(town, "a1,Bulky,11/05/2017 01:30:00 AM,11/05/2017 01:10:00 AM,Closed,,,X,,Call\n"
                    "a2,Bulky,11/05/2017 01:30:00 AM,11/05/2017 01:40:00 AM,Closed,,,X,,Call\n"
                    "a3,Bulky,03/12/2017 02:30:00 AM,,Open,,,X,,Call\n");
    assert_str(ask(town, "SELECT group_concat(m) FROM (SELECT (closed - opened) / 60000000 AS m "
                         "FROM cases WHERE closed IS NOT NULL ORDER BY id)"),
               "40,10");
    assert_str(ask(town, "SELECT datetime(opened / 1000000, 'unixepoch') FROM cases "
                         "WHERE closed IS NULL"),
               "2017-03-12 10:30:00");
}

static void rows_that_cannot_be_used_are_told(void **state)
{
    static const struct {
        const char *row, *reason;
    } wrong[] = {
        {"a,Bulky,12/31/2017 11:00:00 PM,12/30/2017 12:00:00 AM,Closed,,,X,,Call",
         "closed before it was opened"},
        {"a,Hydrant,12/31/2017 11:00:00 PM,,Open,,,X,,Call", "Kind \"\"Hydrant\"\" is no service"},
        {"a,Bulky,31.12.2017,,Open,,,X,,Call", "Opened \"\"31.12.2017\"\" is no time"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Lost,,,X,,Call", "State \"\"Lost\"\" is no state"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Open,95,0,X,,Call", "Lat \"\"95\"\" is no place"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Open,34,,X,,Call", "is no place on earth"},
        {",Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call", "no id of the other system"},
        {"a,Bulky,12/31/2027 11:00:00 PM,,Open,,,X,,Call", "in the future"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call,more", "as many cells"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Open,,,\xFF,,Call", "is not UTF-8"},
        {"a,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,12345678901,Call", "too long"},
        {"a,Bulky,\"12/31/2017,,Open,,,X,,Call", "damaged row"},
        {"=cmd(),\"Bul\nky\",12/31/2017 11:00:00 PM,,Open,,,X,,Call", "is no service"},
    };
    struct town *town = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct import_counts counts =
            take_text(town, str_z(town->ctx.arena, str_fmt(town->ctx.arena,
                                                           "%s\nz%zu,Bulky,12/31/2017 11:00:00 PM,,"
                                                           "Open,,,X,,Call\n",
                                                           wrong[i].row, i)));
        struct str told = buf_str(&town->rejects);

        assert_int_equal(counts.rejected, 1);
        assert_int_equal(counts.taken, 1);
        if (str_find(told, str_of(wrong[i].reason)) < 0 || str_find(told, S("\n2,")) < 0)
            fail_msg("%s: %.*s", wrong[i].reason, STR_ARG(told));
        assert_true(str_find(told, S("\n=cmd")) < 0 && str_find(told, S(",=cmd")) < 0);
    }
    check_store(town, COUNT(wrong));
}

/* A group that fails is not half there: the rows before it stay, and the next run goes on. */
static void an_import_that_broke_off_goes_on(void **state)
{
    static const char rows[] = "a1,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call\n"
                               "a2,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call\n"
                               "a3,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call\n"
                               "a4,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call\n"
                               "a5,Bulky,12/31/2017 11:00:00 PM,,Open,,,X,,Call\n";
    struct town *town = *state;
    struct problems problems;
    struct import_counts counts;
    struct import_map map;

    assert_int_equal(sqlite3_exec(town->direct,
                                  "CREATE TRIGGER stop BEFORE INSERT ON external_ref WHEN "
                                  "NEW.external_id = 'a5' BEGIN SELECT RAISE(ABORT, 'stop'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ok(&town->ctx, read_map(town, map_text, &problems, &map));
    assert_int_not_equal(take(town, &map, str_fmt(town->ctx.arena, HEADER "%s", rows), &counts),
                         RC_OK);
    ctx_clear_error(&town->ctx);
    check_store(town, 3);
    assert_int_equal(sqlite3_exec(town->direct, "DROP TRIGGER stop", NULL, NULL, NULL), SQLITE_OK);
    counts = take_text(town, rows);
    assert_int_equal(counts.taken, 2);
    assert_int_equal(counts.there_before, 3);
    assert_str(ask(town, "SELECT last FROM series"), "5");
    check_store(town, 5);
}

/* ---- Five days of a real city */

static const char *real_table(struct ctx *ctx)
{
    const char *data = getenv("CITYHALL_TEST_DATA");
    struct str folder = data ? str_of(data) : str_of(in_root(ctx, "../shared/data"));

    return str_z(ctx->arena, str_fmt(ctx->arena, "%.*s/requests/la-2017.csv", STR_ARG(folder)));
}

static struct import_counts take_real(struct town *town, int fd)
{
    struct problems problems = problems_in(town->ctx.arena);
    const struct yaml_node *root;
    struct import_counts counts;
    struct import_map map;

    ok(&town->ctx, yaml_read(&town->ctx, in_root(&town->ctx, CITY "/import-2017.yaml"),
                             S("import-2017.yaml"), &problems, &root));
    ok(&town->ctx, import_map_read(&town->ctx, root, &problems, &map));
    town->rejects = buf_in(town->ctx.arena, MAX_REJECTS);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    ok(&town->ctx,
       import_cases(&town->ctx,
                    &(struct import_run){
                        .map = &map, .file = S("la-2017.csv"), .fd = fd, .rejects = &town->rejects},
                    &problems, &counts));
    return counts;
}

static void a_real_city_is_taken_once(void **state)
{
    struct town *town = *state;
    int fd = open(real_table(&town->ctx), O_RDONLY | O_CLOEXEC);
    struct import_counts counts;

    assert_true(fd >= 0);
    counts = take_real(town, fd);
    assert_int_equal(counts.rows, 9999);
    assert_int_equal(counts.taken, 9987);
    assert_int_equal(counts.rejected, 12);
    assert_true(str_find(buf_str(&town->rejects), S("\n1015,closed before it was opened,1-8703")) >
                0);
    assert_str(ask(town, "SELECT count(*) FROM place WHERE lat_e7 IS NULL"), "1753");
    assert_str(ask(town, "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM cases "
                         "GROUP BY state ORDER BY state)"),
               "5,9736,246");
    counts = take_real(town, fd);
    assert_int_equal(counts.taken, 0);
    assert_int_equal(counts.there_before, 9987);
    check_store(town, 9987);
    close(fd);
}

/* Skipped, and counted as such, where the table is not at hand. */
static int run_real(void)
{
    const struct CMUnitTest tests[] = {TOWN_TEST(a_real_city_is_taken_once)};
    struct ctx ctx = {.arena = arena_new(1 << 20)};
    bool is_there = access(real_table(&ctx), R_OK) == 0;

    arena_free(ctx.arena);
    if (is_there)
        return cmocka_run_group_tests_name("svc/import-real", tests, NULL, NULL);
    puts("1..0 # SKIP CITYHALL_TEST_DATA has no requests/la-2017.csv");
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_the_format_says),
        TOWN_TEST(a_map_is_checked_against_the_city),
        TOWN_TEST(a_table_without_its_columns_is_refused),
        TOWN_TEST(rows_become_cases_with_their_history),
        TOWN_TEST(an_import_starts_nothing),
        TOWN_TEST(the_same_rows_again_change_nothing),
        TOWN_TEST(a_dry_run_keeps_nothing),
        TOWN_TEST(a_rule_that_cannot_be_asked_is_passed_over),
        TOWN_TEST(local_hours_that_come_twice_or_never),
        TOWN_TEST(rows_that_cannot_be_used_are_told),
        TOWN_TEST(an_import_that_broke_off_goes_on),
    };

    if (argc > 1 && strcmp(argv[1], "real") == 0)
        return run_real();
    return cmocka_run_group_tests_name("svc/import", tests, NULL, NULL);
}
