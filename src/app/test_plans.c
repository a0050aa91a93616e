/* How the store goes about every statement above src/db: cost grows with the answer and not with
 * the table. A plan that goes through a whole table or index, or that sorts, is refused unless the
 * list below says why it may: a table that is small by its nature, few rows by their key, or a
 * piece of work that is about everything. What was allowed and is needed no more is refused too.
 *
 * Optional parts are tried as nobody, each alone, and all at once, in each order; a statement whose
 * parts depend on each other in the shapes that its callers make. */
#include <sqlite3.h>

#include "app/test_queries.h"
#include "base/buf.h"
#include "db/test_raw.h"
#include "db/test_support.h"

/* ---- What may */

static struct allowed {
    const char *statement, *step; /* part of a line of its plan */
    const char *because;
    bool is_needed;
} allowed[] = {
    {"account_names", "SCAN account", "staff: some hundreds"},
    {"accounts_all", "SCAN account", "staff: some hundreds"},
    {"administrators", "SCAN g", "what staff may do: some hundreds"},
    {"administrators", "TEMP B-TREE", "the same"},
    {"grants_all", "SCAN grants", "what staff may do: some hundreds"},
    {"api_keys_all", "SCAN api_key", "programs that have a key: some dozens"},
    {"sessions_alive", "TEMP B-TREE", "one person's browsers"},
    {"resident_sessions_alive", "TEMP B-TREE", "one person's browsers"},
    {"saved_views", "TEMP B-TREE", "one person's lists"},
    {"jobs_count", "SCAN job", "up to a cap, which LIMIT ends at"},
    {"workers", "SCAN worker", "servers of one city: a few"},
    {"workers", "TEMP B-TREE", "servers of one city: a few"},
    {"workers_forget", "SCAN worker", "servers of one city: a few"},
    {"closures", "SCAN closure", "days on which the city was closed: some a year"},
    {"stored_files", "SCAN city_file", "files of the city's folder, all of them wanted"},
    {"stored_paths", "SCAN city_file", "files of the city's folder, all of them wanted"},
    {"stored_teams", "SCAN team", "teams of one city, all of them wanted"},
    {"services_offered", "SCAN service", "services of one city, all of them wanted"},
    {"service_versions", "SCAN s", "services of one city, all of them wanted"},
    {"versions_of", "TEMP B-TREE", "versions of services: what was ever published"},
    {"webhooks_all", "SCAN w", "servers that are told: some dozens"},
    {"deliveries_add", "SCAN w",
     "servers that are told: some dozens, each asked whether it wants this"},
    {"bulk_lines", "TEMP B-TREE", "cases of one act of staff, so many at most"},
    {"bulk_next", "TEMP B-TREE", "cases of one act of staff, so many at most"},
    {"case_followers", "TEMP B-TREE", "who follows one case"},
    {"followers_of", "TEMP B-TREE", "who follows one case"},
    {"merge_followers", "TEMP B-TREE", "who follows one case"},
    {"cases_linked", "TEMP B-TREE", "links of one case"},
    {"links_open", "TEMP B-TREE", "links of one case"},
    {"cases_at_place", "TEMP B-TREE", "the 200 last filed at an address and 1000 in its square"},
    {"cases_of_contact", "TEMP B-TREE", "the 200 to whom an address belonged last"},
    {"cases_of_email", "TEMP B-TREE", "what one address has filed, a page of it shown"},
    {"parties_by_contact", "TEMP B-TREE", "to whom one address belongs"},
    {"drafts_of_party", "TEMP B-TREE", "what one person has begun in thirty days"},
    {"cases_near", "TEMP B-TREE", "open cases of some squares of 80 m"},
    {"public_words_run", "TEMP B-TREE", "so many entries of a run, which LIMIT has ended"},
    {"case_run", "UNION USING TEMP B-TREE", "so many entries of two runs, which LIMIT has ended"},
    {"case_run", "SCAN c USING INDEX cases_opened", "in order, and LIMIT ends it"},
    {"case_run", "SCAN c USING INDEX cases_updated", "in order, and LIMIT ends it"},
    {"public_run", "SCAN c USING INDEX cases_opened",
     "in order, LIMIT ends it, and each row is given back"},
    {"public_run", "SCAN c USING INDEX cases_updated",
     "in order, LIMIT ends it, and each row is given back"},
    {"work_figures", "SCAN cases USING COVERING INDEX cases_at_work",
     "open cases, all of them counted"},
    {"newest_event", "SCAN event", "from the end: LIMIT 1"},
    {"leaf_last", "SCAN record_leaf", "from the end: LIMIT 1"},
    {"head_latest", "SCAN tree_head", "from the end: LIMIT 1"},
    {"heads_all", "SCAN tree_head", "signed heads, all of them checked: one a day or so"},
    {"heads_count", "SCAN tree_head", "signed heads: one a day or so"},
    {"record_count", "SCAN ", "for `audit verify`, which reads the whole record"},
    {"leaves_all", "SCAN l", "for `audit verify`, which reads the whole record"},
    {"unplaced_drop", "SCAN u", "events without a place: of the last moments, on PostgreSQL alone"},
    {"projections", "SCAN c", "for `rebuild`, which makes all of them anew"},
    {"open_placed_cases", "TEMP B-TREE", "open cases, all of which a new layer may move"},
    {"cases_of_other_versions", "TEMP B-TREE", "for `case migrate`: open cases of one service"},
    {"clocks_over_day", "TEMP B-TREE",
     "for a day without work: deadlines that run, most of which it moves"},
};
#define ALLOWED COUNT(allowed)

/* ---- Plans */

#define PLAN_LINES 60

struct plan {
    struct str lines[PLAN_LINES];
    size_t n;
};

static struct plan plan_of(struct arena *arena, sqlite3 *db, struct str sql)
{
    struct str explain = str_fmt(arena, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql));
    struct plan plan = {.n = 0};
    sqlite3_stmt *rows;

    if (sqlite3_prepare_v2(db, explain.p, (int)explain.n, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %.*s", sqlite3_errmsg(db), STR_ARG(sql));
    while (sqlite3_step(rows) == SQLITE_ROW) {
        if (plan.n == PLAN_LINES)
            fail_msg("a plan of more than %d lines: %.*s", PLAN_LINES, STR_ARG(sql));
        plan.lines[plan.n++] = str_fmt(arena, "%s", (const char *)sqlite3_column_text(rows, 3));
    }
    sqlite3_finalize(rows);
    return plan;
}

/* The rows of a subquery of the statement itself, whose own lines are looked at. */
static bool is_of_subquery(struct arena *arena, const struct plan *plan, struct str name)
{
    for (size_t i = 0; i < plan->n; i++)
        if (str_eq(plan->lines[i], str_fmt(arena, "CO-ROUTINE %.*s", STR_ARG(name))) ||
            str_eq(plan->lines[i], str_fmt(arena, "MATERIALIZE %.*s", STR_ARG(name))))
            return true;
    return false;
}

/* Of a full-text table only what has neither words (M) nor an id (=) to go by reads all of it. */
static bool is_full_text_lookup(struct str line)
{
    ptrdiff_t at = str_find(line, S("VIRTUAL TABLE INDEX "));
    struct str how = at < 0 ? STR_NONE : str_slice(line, (size_t)at, line.n);

    return str_find_byte(how, 'M') >= 0 || str_find_byte(how, '=') >= 0;
}

static bool is_worry(struct arena *arena, const struct plan *plan, struct str line)
{
    struct str rest = line, name;

    if (str_find(line, S("TEMP B-TREE")) >= 0)
        return true;
    if (!str_starts_with(line, S("SCAN ")) || str_eq(line, S("SCAN CONSTANT ROW")))
        return false;
    rest = str_slice(line, 5, line.n);
    str_next(&rest, ' ', &name);
    return !is_of_subquery(arena, plan, name) && !is_full_text_lookup(rest);
}

static bool is_allowed(const char *statement, struct str line)
{
    for (size_t i = 0; i < ALLOWED; i++)
        if (strcmp(allowed[i].statement, statement) == 0 &&
            str_find(line, str_of(allowed[i].step)) >= 0)
            return allowed[i].is_needed = true;
    return false;
}

struct look {
    struct arena *arena;
    sqlite3 *db;
    size_t bad;
};

static void check(struct look *look, const struct sql_statement *statement, uint32_t fragments,
                  unsigned order)
{
    const char *name = strrchr(statement->name, ' ') + 1;
    struct str sql = sql_text(look->arena, statement, SQL_SQLITE, fragments, order);
    struct plan plan = plan_of(look->arena, look->db, sql);

    for (size_t i = 0; i < plan.n; i++) {
        if (!is_worry(look->arena, &plan, plan.lines[i]) || is_allowed(name, plan.lines[i]))
            continue;
        print_error("%s (parts %x, order %u): %.*s\n", statement->name, fragments, order,
                    STR_ARG(plan.lines[i]));
        look->bad++;
    }
}

static uint32_t fragments_of(const struct sql_statement *statement, const void *args)
{
    uint32_t fragments = 0;

    for (unsigned i = 0; i < statement->fragment_count; i++)
        if (*(const bool *)((const char *)args + statement->fragment_offsets[i]))
            fragments |= UINT32_C(1) << i;
    return fragments;
}

/* As engine/cases/case_search.c makes them: of everything, or of a team, service or assignee. */
static void check_case_runs(struct look *look, const struct sql_statement *statement)
{
    static const struct case_run_args orders[] = {
        {.with_dated = true, .order = CASE_RUN_BY_DUE},
        {.with_dated = true, .with_after_due = true, .order = CASE_RUN_BY_DUE},
        {.with_dated = true, .with_due_low = true, .with_due_high = true, .order = CASE_RUN_BY_DUE},
        {.with_undated = true, .with_after_id = true, .order = CASE_RUN_BY_DUE},
        {.order = CASE_RUN_BY_NEWEST},
        {.with_before_opened = true, .order = CASE_RUN_BY_NEWEST},
        {.with_opened_low = true, .with_opened_high = true, .order = CASE_RUN_BY_NEWEST},
        {.with_after_opened = true, .order = CASE_RUN_BY_OLDEST},
    };
    static const struct case_run_args alone[] = {
        {.with_before_opened = true, .order = CASE_RUN_BY_NEWEST},
        {.order = CASE_RUN_BY_NEWEST},
        {.with_has_closed = true, .order = CASE_RUN_BY_CLOSED},
        {.with_has_closed = true,
         .with_closed_low = true,
         .with_before_closed = true,
         .order = CASE_RUN_BY_CLOSED},
        {.order = CASE_RUN_BY_UPDATED},
        {.with_updated_low = true, .with_before_updated = true, .order = CASE_RUN_BY_UPDATED},
        {.with_words = true, .order = CASE_RUN_BY_ID},
        {.with_words_or_codes = true, .order = CASE_RUN_BY_ID},
        {.with_reporter = true, .order = CASE_RUN_BY_ID},
        {.with_number = true, .order = CASE_RUN_BY_ID},
        {.with_field_text = true, .order = CASE_RUN_BY_ID},
        {.with_field_number = true, .order = CASE_RUN_BY_ID},
        {.with_field_day = true, .order = CASE_RUN_BY_ID},
    };

    for (size_t i = 0; i < COUNT(orders); i++)
        for (int scope = 0; scope < 4; scope++) {
            struct case_run_args args = orders[i];

            args.with_state_type = true;
            args.with_team = scope == 1;
            args.with_service = scope == 2;
            args.with_assignee = scope == 3;
            check(look, statement, fragments_of(statement, &args), args.order);
        }
    for (size_t i = 0; i < COUNT(alone); i++)
        check(look, statement, fragments_of(statement, &alone[i]), alone[i].order);
}

/* As engine/cases/public_list.c and public_case.c make them. */
static void check_public_runs(struct look *look, const struct sql_statement *statement)
{
    static const struct public_run_args by_opened = {
        .with_opened_from = true,
        .with_opened_until = true,
        .with_district = true,
        .with_after = true,
        .order = PUBLIC_RUN_BY_OPENED,
    };
    static const struct public_run_args by_updated = {
        .with_updated_from = true,
        .with_updated_until = true,
        .with_opened_since = true,
        .with_opened_before = true,
        .with_district = true,
        .with_after_updated = true,
        .order = PUBLIC_RUN_BY_UPDATED,
    };
    static const struct public_run_args one[] = {{.with_only = true}, {.with_number = true}};

    for (int turn = 0; turn < 8; turn++) {
        bool is_by_updated = turn & 1;
        struct public_run_args args = {.order = is_by_updated ? PUBLIC_RUN_BY_UPDATED
                                                              : PUBLIC_RUN_BY_OPENED};

        if (turn & 2)
            args = is_by_updated ? by_updated : by_opened;
        args.with_service = args.with_state_type = turn & 4;
        check(look, statement, fragments_of(statement, &args), args.order);
    }
    for (size_t i = 0; i < COUNT(one); i++)
        check(look, statement, fragments_of(statement, &one[i]), 0);
}

/* As the list of jobs makes them: in one state, the ended ones by when they ended. */
static void check_job_pages(struct look *look, const struct sql_statement *statement)
{
    static const struct jobs_page_args states[] = {
        {.with_waiting = true, .order = JOBS_PAGE_BY_DUE},
        {.with_running = true, .order = JOBS_PAGE_BY_DUE},
        {.with_troubled = true, .order = JOBS_PAGE_BY_DUE},
        {.with_given_up = true, .order = JOBS_PAGE_BY_DUE},
        {.with_ended = true, .order = JOBS_PAGE_BY_ENDED},
    };

    for (size_t i = 0; i < COUNT(states); i++)
        check(look, statement, fragments_of(statement, &states[i]), states[i].order);
}

static void check_job_counts(struct look *look, const struct sql_statement *statement)
{
    static const struct jobs_count_args states[] = {{.with_waiting = true},
                                                    {.with_running = true},
                                                    {.with_troubled = true},
                                                    {.with_given_up = true},
                                                    {.with_ended = true}};

    for (size_t i = 0; i < COUNT(states); i++)
        check(look, statement, fragments_of(statement, &states[i]), 0);
}

static const struct {
    const char *statement;
    void (*check)(struct look *look, const struct sql_statement *statement);
} shaped[] = {
    {"case_run", check_case_runs},
    {"public_run", check_public_runs},
    {"jobs_page", check_job_pages},
    {"jobs_count", check_job_counts},
};

static bool check_shapes(struct look *look, const struct sql_statement *statement)
{
    const char *name = strrchr(statement->name, ' ') + 1;

    for (size_t i = 0; i < COUNT(shaped); i++) {
        if (strcmp(shaped[i].statement, name) != 0)
            continue;
        shaped[i].check(look, statement);
        return true;
    }
    return false;
}

static void check_variants(struct look *look, const struct sql_statement *statement)
{
    unsigned orders = statement->order_count ? statement->order_count : 1;

    for (unsigned order = 0; order < orders; order++) {
        check(look, statement, 0, order);
        for (unsigned i = 0; i < statement->fragment_count; i++)
            check(look, statement, UINT32_C(1) << i, order);
        if (statement->fragment_count > 1)
            check(look, statement, (UINT32_C(1) << statement->fragment_count) - 1, order);
    }
}

static void test_no_statement_reads_a_whole_table(void **state)
{
    struct test_store *store = *state;
    struct look look = {.arena = store->ctx.arena};

    assert_int_equal(sqlite3_open_v2(store->location, &look.db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    for (size_t i = 0; i < COUNT(test_queries); i++)
        for (size_t k = 0; k < test_queries[i]->n; k++)
            if (!check_shapes(&look, test_queries[i]->items[k]))
                check_variants(&look, test_queries[i]->items[k]);
    sqlite3_close(look.db);
    for (size_t i = 0; i < ALLOWED; i++)
        if (!allowed[i].is_needed) {
            print_error("%s: %s is allowed and not needed\n", allowed[i].statement,
                        allowed[i].step);
            look.bad++;
        }
    assert_int_equal(look.bad, 0);
}

static int open_city_store(void **state)
{
    static struct test_store store;

    test_folder_make(&store);
    store.ctx = test_ctx(NULL);
    test_ok(&store.ctx, test_migrate(&store, &db_schema, &store.ctx, NULL));
    *state = &store;
    return 0;
}

static int close_city_store(void **state)
{
    struct test_store *store = *state;

    test_ctx_done(&store->ctx);
    test_folder_remove(store);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        test_no_statement_reads_a_whole_table, open_city_store, close_city_store)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
