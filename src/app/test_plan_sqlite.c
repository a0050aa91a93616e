#include "app/test_plan.h"

#include <sqlite3.h>

static struct plan plan_of(struct arena *arena, sqlite3 *db, struct str sql)
{
    struct str explain = str_fmt(arena, "EXPLAIN QUERY PLAN %.*s", STR_ARG(sql));
    struct plan plan = {.n = 0};
    sqlite3_stmt *rows;

    if (sqlite3_prepare_v2(db, explain.p, (int)explain.n, &rows, NULL) != SQLITE_OK)
        fail_msg("%s: %.*s", sqlite3_errmsg(db), STR_ARG(sql));
    while (sqlite3_step(rows) == SQLITE_ROW) {
        if (plan.n == PLAN_STEPS)
            fail_msg("a plan of more than %d steps: %.*s", PLAN_STEPS, STR_ARG(sql));
        plan.steps[plan.n++] = str_fmt(arena, "%s", (const char *)sqlite3_column_text(rows, 3));
    }
    sqlite3_finalize(rows);
    return plan;
}

/* The rows of a subquery of the statement itself, whose own lines are looked at. */
static bool is_of_subquery(struct arena *arena, const struct plan *plan, struct str name)
{
    for (size_t i = 0; i < plan->n; i++)
        if (str_eq(plan->steps[i], str_fmt(arena, "CO-ROUTINE %.*s", STR_ARG(name))) ||
            str_eq(plan->steps[i], str_fmt(arena, "MATERIALIZE %.*s", STR_ARG(name))))
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

struct sqlite3 *plan_open_sqlite(const struct test_store *store)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(store->location, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

void plan_worries_sqlite(struct arena *arena, struct sqlite3 *db, const struct shape *shape,
                         struct plan *ret)
{
    struct str sql = sql_text(arena, shape->statement, SQL_SQLITE, shape->fragments, shape->order);
    struct plan plan = plan_of(arena, db, sql);

    ret->n = 0;
    for (size_t i = 0; i < plan.n; i++)
        if (is_worry(arena, &plan, plan.steps[i]))
            ret->steps[ret->n++] = plan.steps[i];
}
