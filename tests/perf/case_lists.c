/* How long lists of cases take when there are very many: pages of the queue, full-text search and
 * the supervisor's dashboard, over synthetic cases in a store of their own.
 *
 *     case_lists CITYDIR [ROWS]      one million without; each line also beside a tenth of them
 *
 * Prints p50 and p95 in milliseconds, and how p95 grew for ten times the rows. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/crypto.h"
#include "console/dashboard.h"
#include "db/db.h"
#include "engine/cases/case_search.h"
#include "engine/publish/publish.h"

#define RUNS  60
#define ARENA ((size_t)512 << 20)

extern const struct db_schema db_schema;

struct bench {
    char folder[64];
    struct ctx ctx;
    struct db *db;
    struct city *city;
    int64_t rows;
};

static void must(struct ctx *ctx, enum rc rc, const char *what)
{
    if (!rc)
        return;
    fprintf(stderr, "%s: %s %.*s %.*s\n", what, err_name(ctx->err.id), STR_ARG(ctx->err.detail),
            STR_ARG(ctx->err.arg));
    exit(1);
}

/* ---- Cases */

/* Over five years; the later, the likelier still open; words of a city's reports, some common. */
static const char *const fill[] = {
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000",
    "CREATE TEMP TABLE n AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n "
    "WHERE id < :rows) SELECT id, (id * 2654435761 + 97) % 1000003 AS r FROM n",
    "CREATE TEMP TABLE word AS WITH RECURSIVE w(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM w "
    "WHERE i < 4999) SELECT i, CASE WHEN i < 8 THEN substr('pothole hole    street  water   "
    "broken  light   sidewalkbus     ', i * 8 + 1, 8) ELSE 'word' || i END AS w FROM w",
    "CREATE UNIQUE INDEX temp.word_i ON word(i)",
    "INSERT INTO place (kind, label, unit, zip, layers) SELECT 'address', ((r % 400) + 1) || ' ' "
    "|| "
    "CASE r % 50 WHEN 0 THEN 'Massachusetts Ave' WHEN 1 THEN 'Harvard St' ELSE 'Street ' || (r % "
    "300) "
    "END, '', '', '{}' FROM n",
    "INSERT INTO cases (number, service, service_version, class, state, state_type, state_since, "
    "team, place, lang, channel, confidentiality, is_hidden, description, is_description_public, "
    "answers, opened, updated, closed, due, district, lock_version) "
    "SELECT 'N-' || n.id, s.id, v.id, '', CASE t WHEN 2 THEN 'resolved' WHEN 1 THEN 'waiting' ELSE "
    "'new' END, t, at, (SELECT id FROM team WHERE id = 1 + r % (SELECT count(*) FROM team)), n.id, "
    "CASE r % 20 WHEN 0 THEN 'vi' WHEN 1 THEN 'es' ELSE 'en' END, 'web', 0, 0, 'Reported again', "
    "0, "
    "'{}', at, at, CASE t WHEN 2 THEN at + (1 + r % 400) * 3600000000 END, CASE t WHEN 0 THEN at + "
    "(1 + r % 30) * 86400000000 END, 1 + r % 11, 1 FROM (SELECT id, r, :now - (:rows - id) * "
    "(157680000000000 / :rows) AS at, CASE WHEN r % 1000 < 30 OR id > :rows * 0.99 AND r % 3 = 0 "
    "THEN 0 WHEN r % 1000 < 40 THEN 1 ELSE 2 END AS t FROM n) n JOIN service s ON s.id = 1 + n.r % "
    "(SELECT count(*) FROM service) JOIN service_version v ON v.service = s.id",
    "INSERT INTO case_text (rowid, words) SELECT n.id, 'n-' || n.id || ' ' || lower(p.label) || ' "
    "' "
    "|| (SELECT w FROM word WHERE i = r % 40 % 9) || ' ' || (SELECT w FROM word WHERE i = r % "
    "5000) "
    "|| ' ' || (SELECT w FROM word WHERE i = r / 7 % 5000) || ' ' || (SELECT w FROM word WHERE i = "
    "r "
    "/ 11 % 600) || ' near the bus stop' FROM n JOIN place p ON p.id = n.id",
};

static void run_sql(sqlite3 *db, const char *sql, int64_t rows, int64_t now)
{
    sqlite3_stmt *statement;
    int rows_at, now_at;

    for (const char *rest = sql; *rest;) {
        if (sqlite3_prepare_v2(db, rest, -1, &statement, &rest)) {
            fprintf(stderr, "%s\n", sqlite3_errmsg(db));
            exit(1);
        }
        rows_at = sqlite3_bind_parameter_index(statement, ":rows");
        now_at = sqlite3_bind_parameter_index(statement, ":now");
        if (rows_at)
            sqlite3_bind_int64(statement, rows_at, rows);
        if (now_at)
            sqlite3_bind_int64(statement, now_at, now);
        while (sqlite3_step(statement) == SQLITE_ROW)
            continue;
        if (sqlite3_finalize(statement)) {
            fprintf(stderr, "%.80s: %s\n", sql, sqlite3_errmsg(db));
            exit(1);
        }
    }
}

static void make_cases(const struct bench *bench)
{
    char path[100];
    sqlite3 *db;

    snprintf(path, sizeof path, "%s/db", bench->folder);
    if (sqlite3_open(path, &db))
        exit(1);
    run_sql(db, fill[0], 0, 0);
    run_sql(db, "BEGIN", 0, 0);
    for (size_t i = 1; i < COUNT(fill); i++)
        run_sql(db, fill[i], bench->rows, bench->ctx.now.us_utc);
    run_sql(db, "COMMIT", 0, 0);
    sqlite3_close(db);
}

static void open_bench(struct bench *bench, const char *city, int64_t rows)
{
    struct problems problems;
    struct publication publication;
    struct ctx *ctx = &bench->ctx;
    struct db_options options = {.schema = &db_schema, .may_create = true};

    *bench = (struct bench){.folder = "/tmp/cityhall-lists-XXXXXX", .rows = rows};
    *ctx = (struct ctx){.arena = arena_new(ARENA), .now = clock_now()};
    if (!ctx->arena || !mkdtemp(bench->folder))
        exit(1);
    options.location = str_z(ctx->arena, str_fmt(ctx->arena, "%s/db", bench->folder));
    must(ctx, db_open(ctx, &options, &bench->db), "open");
    must(ctx, db_migrate(ctx, bench->db, NULL), "migrate");
    ctx->db = bench->db;
    problems = problems_in(ctx->arena);
    must(ctx, city_publish(ctx, city, false, &problems, &publication), "publish");
    make_cases(bench);
    must(ctx, db_reader_acquire(ctx), "reader");
    must(ctx, city_load(ctx, &bench->city), "load");
    ctx->city = bench->city;
}

static void close_bench(struct bench *bench)
{
    static const char *const files[] = {"db", "db-wal", "db-shm"};
    char path[100];

    db_reader_release(&bench->ctx);
    city_free(bench->city);
    ctx_done(&bench->ctx);
    db_close(bench->db);
    arena_free(bench->ctx.arena);
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", bench->folder, files[i]);
        unlink(path);
    }
    rmdir(bench->folder);
}

/* ---- Measuring */

static double now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int compare_times(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

struct scene {
    const char *name;
    const char *filter; /* NULL: the dashboard */
    enum case_sort sort;
    int page;       /* so many pages in */
    bool is_narrow; /* asked by who has two teams and a service */
    int64_t days;   /* of the dashboard */
};

static const struct grant all_grant[] = {{ROLE_SUPERVISOR, SCOPE_CITY, STR("")}};
static const struct grant narrow_grants[] = {{ROLE_AGENT, SCOPE_TEAM, STR("streets-west")},
                                             {ROLE_AGENT, SCOPE_TEAM, STR("drainage")},
                                             {ROLE_AGENT, SCOPE_SERVICE, STR("graffiti")}};

/* One page, from where the pages before it end. */
static size_t one_page(struct ctx *ctx, const struct scene *scene, struct str *after)
{
    struct case_filter filter;
    struct case_found found;
    struct dashboard dashboard;

    if (!scene->filter) {
        must(ctx, dashboard_load(ctx, scene->days, &dashboard), scene->name);
        return (size_t)dashboard.all.at_work;
    }
    must(ctx, case_filter_parse(ctx, str_of(scene->filter), &filter), scene->filter);
    must(ctx,
         case_search(ctx,
                     &(struct case_search){
                         .filter = &filter, .sort = scene->sort, .after = *after, .most = 50},
                     &found),
         scene->filter);
    *after = found.next;
    return found.n;
}

static void measure(struct bench *bench, const struct scene *scene, double *ret_p50,
                    double *ret_p95, size_t *ret_n)
{
    double times[RUNS];
    struct actor actor = {.kind = ACTOR_STAFF, .id = 1};

    actor.grants = scene->is_narrow ? narrow_grants : all_grant;
    actor.grant_n = scene->is_narrow ? 3 : 1;
    for (int run = 0; run < RUNS; run++) {
        struct ctx ctx = bench->ctx;
        struct str after = STR_NONE;
        double begun;

        ctx.arena = arena_new((size_t)64 << 20);
        ctx.actor = &actor;
        ctx.deferred = NULL;
        for (int page = 0; page < scene->page; page++)
            one_page(&ctx, scene, &after);
        begun = now_ms();
        *ret_n = one_page(&ctx, scene, &after);
        times[run] = now_ms() - begun;
        arena_free(ctx.arena);
    }
    qsort(times, RUNS, sizeof *times, compare_times);
    *ret_p50 = times[RUNS / 2];
    *ret_p95 = times[RUNS * 95 / 100];
}

static const struct scene scenes[] = {
    {"queue, open, by deadline", "state:open", CASES_BY_DUE, 0, false, 0},
    {"queue, tenth page", "state:open", CASES_BY_DUE, 9, false, 0},
    {"queue of a team", "state:open team:streets-west", CASES_BY_DUE, 0, false, 0},
    {"queue, newest", "state:open,waiting", CASES_NEWEST, 0, false, 0},
    {"queue, overdue in a district", "overdue district:3", CASES_BY_DUE, 0, false, 0},
    {"queue, service and language", "state:open service:pothole lang:vi", CASES_NEWEST, 0, false,
     0},
    {"queue, closed lately", "closed:-30d.. service:pothole", CASES_LAST_CLOSED, 0, false, 0},
    {"queue, own scopes", "state:open", CASES_BY_DUE, 0, true, 0},
    {"queue, own scopes, all states", "", CASES_NEWEST, 0, true, 0},
    {"queue, nothing to find", "state:closed lang:vi channel:mail", CASES_NEWEST, 0, false, 0},
    {"search, common word", "pothole", CASES_NEWEST, 0, false, 0},
    {"search, common word, ranked", "pothole", CASES_BEST, 0, false, 0},
    {"search, rare word, ranked", "word4321", CASES_BEST, 0, false, 0},
    {"search, two words, ranked", "pothole word77", CASES_BEST, 0, false, 0},
    {"search, phrase, ranked", "\"bus stop\"", CASES_BEST, 0, false, 0},
    {"search, beginning, ranked", "pot* word12*", CASES_BEST, 0, false, 0},
    {"search, common beginning", "str*", CASES_NEWEST, 0, false, 0},
    {"search, place", "place:~\"Harvard S\" state:open", CASES_NEWEST, 0, false, 0},
    {"search, own scopes, ranked", "street state:open", CASES_BEST, 0, true, 0},
    {"dashboard, 30 days", NULL, CASES_BY_DUE, 0, false, 30},
    {"dashboard, 90 days", NULL, CASES_BY_DUE, 0, false, 90},
};
#define SCENES (COUNT(scenes))

int main(int argc, char **argv)
{
    int64_t rows = 1000000;
    double small[SCENES], p50, p95;
    struct bench bench;
    size_t n;

    if (argc < 2 || (argc > 2 && (!str_to_i64(str_of(argv[2]), &rows) || rows < 1000))) {
        fprintf(stderr, "usage: case_lists CITYDIR [ROWS]\n");
        return 2;
    }
    crypto_init();
    open_bench(&bench, argv[1], rows / 10);
    for (size_t i = 0; i < SCENES; i++)
        measure(&bench, &scenes[i], &p50, &small[i], &n);
    close_bench(&bench);
    open_bench(&bench, argv[1], rows);
    printf("%-32s %8s %8s %8s   %lld cases\n", "", "p50 ms", "p95 ms", "x10 rows", (long long)rows);
    for (size_t i = 0; i < SCENES; i++) {
        measure(&bench, &scenes[i], &p50, &p95, &n);
        printf("%-32s %8.2f %8.2f %8.2f   %zu\n", scenes[i].name, p50, p95, p95 / small[i], n);
    }
    close_bench(&bench);
    return 0;
}
