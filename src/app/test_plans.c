/* How the store goes about every statement above src/db: cost grows with the answer and not with
 * the table. A plan that goes through a whole table or index, or that sorts, is refused unless the
 * list below says why it may: a table that is small by its nature, few rows by their key, or a
 * piece of work that is about everything. What was allowed and is needed no more is refused too. */
#include <sqlite3.h>
#include <string.h>

#include "app/test_plan.h"
#include "db/test_raw.h"

static struct allowed {
    const char *statement, *step; /* part of a line of its plan */
    const char *because;
    bool is_postgres; /* there alone */
    bool is_needed;
} allowed[] = {
    {"services_lately", "SCAN c USING INDEX cases_opened", "in order, and LIMIT ends it"},
    {"services_lately", "TEMP B-TREE", "so many of the newest cases"},
    {"account_names", "SCAN account", "staff: some hundreds"},
    {"accounts_all", "SCAN account", "staff: some hundreds"},
    {"administrators", "SCAN g", "what staff may do: some hundreds"},
    {"administrators", "TEMP B-TREE", "the same"},
    {"grants_all", "SCAN grants", "what staff may do: some hundreds"},
    {"api_keys_all", "SCAN api_key", "programs that have a key: some dozens"},
    {"sessions_alive", "TEMP B-TREE", "one person's browsers"},
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
    {"cases_linked", "TEMP B-TREE", "links of one case"},
    {"links_open", "TEMP B-TREE", "links of one case"},
    {"cases_at_place", "TEMP B-TREE", "the 200 last filed at an address and 1000 in its square"},
    {"cases_of_contact", "TEMP B-TREE",
     "the 200 who proved an address last, and the last 200 to name it"},
    {"cases_of_email", "TEMP B-TREE", "what one address has filed, a page of it shown"},
    {"parties_by_contact", "TEMP B-TREE", "to whom one address belongs"},
    {"parties_by_name", "TEMP B-TREE", "the first 1000 of each of three indexes"},
    {"parties_unfolded", "SCAN party USING INDEX party_unfolded",
     "names of an older version, and no others"},
    {"party_names", "SCAN p", "for `rebuild`, which compares all of them"},
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
    {"record_count", "SCAN ", "for `audit verify`, which reads the whole record"},
    {"leaves_all", "SCAN l", "for `audit verify`, which reads the whole record"},
    {"unplaced_drop", "SCAN u", "events without a place: of the last moments, on PostgreSQL alone"},
    {"projections", "SCAN c", "for `rebuild`, which makes all of them anew"},
    {"open_placed_cases", "TEMP B-TREE", "open cases, all of which a new layer may move"},
    {"cases_of_other_versions", "TEMP B-TREE", "for `case migrate`: open cases of one service"},
    {"clocks_over_day", "TEMP B-TREE",
     "for a day without work: deadlines that run, most of which it moves"},
    {"administrators", "SCAN a", "staff: some hundreds", true},
    {"mail_about", "SCAN m USING INDEX message_oldest", "messages that wait, and no others", true},
    {"api_messages_by_state", "USING INDEX message_", "messages not sent, and no others", true},
    {"message_taken", "SCAN m USING INDEX message_sending", "messages being sent: a few", true},
    {"bulk_lines", "SCAN b USING INDEX bulk_case_pkey", "in order, and LIMIT ends it", true},
    {"case_run", "SCAN c USING INDEX cases_closed", "in order, and LIMIT ends it", true},
    {"case_words_merge", "SCAN case_text", "never begun: its condition is of no column", true},
    {"case_public_words_merge", "SCAN case_public_text", "the same", true},
    {"city_published", "SCAN city_file", "files of the city's folder", true},
    {"service_versions", "SCAN v", "versions of services: what was ever published", true},
    {"events_unplaced", "SCAN e", "on empty tables alone: what waits for its place is few", true},
    {"unplaced_drop", "SCAN l", "the same", true},
    {"leaves_all", "SCAN e", "for `audit verify`, which reads the whole record", true},
};
#define ALLOWED COUNT(allowed)

static bool is_allowed(const char *statement, struct str line)
{
    for (size_t i = 0; i < ALLOWED; i++)
        if (strcmp(allowed[i].statement, statement) == 0 &&
            str_find(line, str_of(allowed[i].step)) >= 0)
            return allowed[i].is_needed = true;
    return false;
}

struct look {
    struct ctx *ctx;
    struct sqlite3 *sqlite;
    struct raw *postgres;
    size_t bad;
};

static void check(void *arg, const struct shape *shape)
{
    struct look *look = arg;
    struct plan worries;

    if (look->postgres)
        plan_worries_postgres(look->ctx, look->postgres, shape, &worries);
    else
        plan_worries_sqlite(look->ctx->arena, look->sqlite, shape, &worries);
    for (size_t i = 0; i < worries.n; i++) {
        if (is_allowed(shape->name, worries.steps[i]))
            continue;
        print_error("%s (parts %x, order %u): %.*s\n", shape->statement->name, shape->fragments,
                    shape->order, STR_ARG(worries.steps[i]));
        look->bad++;
    }
}

/* What one store needs, it may on both; PostgreSQL does better here and there. */
static size_t count_unneeded(void)
{
    size_t n = 0;

    for (size_t i = 0; i < ALLOWED && !test_is_postgres(); i++)
        if (!allowed[i].is_needed && !allowed[i].is_postgres) {
            print_error("%s: %s is allowed and not needed\n", allowed[i].statement,
                        allowed[i].step);
            n++;
        }
    return n;
}

static void test_no_statement_reads_a_whole_table(void **state)
{
    struct test_store *store = *state;
    struct look look = {.ctx = &store->ctx};

    if (test_is_postgres())
        look.postgres = plan_open_postgres(store);
    else
        look.sqlite = plan_open_sqlite(store);
    shapes_each(check, &look);
    if (look.postgres)
        raw_close(look.postgres);
    sqlite3_close(look.sqlite);
    assert_int_equal(look.bad + count_unneeded(), 0);
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
    test_temporary_remove(store->folder);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
        test_no_statement_reads_a_whole_table, open_city_store, close_city_store)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
