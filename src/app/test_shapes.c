#include "app/test_shapes.h"

#include <string.h>

#include "app/test_queries.h"
#include "base/str.h"

struct visit {
    shape_fn *each;
    void *arg;
};

static void show(const struct visit *visit, const struct sql_statement *statement,
                 uint32_t fragments, unsigned order)
{
    struct shape shape = {.statement = statement,
                          .name = strrchr(statement->name, ' ') + 1,
                          .fragments = fragments,
                          .order = order};

    visit->each(visit->arg, &shape);
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
static void show_case_runs(const struct visit *visit, const struct sql_statement *statement)
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
            show(visit, statement, fragments_of(statement, &args), args.order);
        }
    for (size_t i = 0; i < COUNT(alone); i++)
        show(visit, statement, fragments_of(statement, &alone[i]), alone[i].order);
}

/* As engine/cases/public_list.c and public_case.c make them. */
static void show_public_runs(const struct visit *visit, const struct sql_statement *statement)
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
        show(visit, statement, fragments_of(statement, &args), args.order);
    }
    for (size_t i = 0; i < COUNT(one); i++)
        show(visit, statement, fragments_of(statement, &one[i]), 0);
}

/* As the list of jobs makes them: in one state, the ended ones by when they ended. */
static void show_job_pages(const struct visit *visit, const struct sql_statement *statement)
{
    static const struct jobs_page_args states[] = {
        {.with_waiting = true, .order = JOBS_PAGE_BY_DUE},
        {.with_running = true, .order = JOBS_PAGE_BY_DUE},
        {.with_troubled = true, .order = JOBS_PAGE_BY_DUE},
        {.with_given_up = true, .order = JOBS_PAGE_BY_DUE},
        {.with_ended = true, .order = JOBS_PAGE_BY_ENDED},
    };

    for (size_t i = 0; i < COUNT(states); i++)
        show(visit, statement, fragments_of(statement, &states[i]), states[i].order);
}

static void show_job_counts(const struct visit *visit, const struct sql_statement *statement)
{
    static const struct jobs_count_args states[] = {{.with_waiting = true},
                                                    {.with_running = true},
                                                    {.with_troubled = true},
                                                    {.with_given_up = true},
                                                    {.with_ended = true}};

    for (size_t i = 0; i < COUNT(states); i++)
        show(visit, statement, fragments_of(statement, &states[i]), 0);
}

static const struct {
    const char *statement;
    void (*show)(const struct visit *visit, const struct sql_statement *statement);
} shaped[] = {
    {"case_run", show_case_runs},
    {"public_run", show_public_runs},
    {"jobs_page", show_job_pages},
    {"jobs_count", show_job_counts},
};

static bool show_shapes(const struct visit *visit, const struct sql_statement *statement)
{
    const char *name = strrchr(statement->name, ' ') + 1;

    for (size_t i = 0; i < COUNT(shaped); i++) {
        if (strcmp(shaped[i].statement, name) != 0)
            continue;
        shaped[i].show(visit, statement);
        return true;
    }
    return false;
}

static void show_variants(const struct visit *visit, const struct sql_statement *statement)
{
    unsigned orders = statement->order_count ? statement->order_count : 1;

    for (unsigned order = 0; order < orders; order++) {
        show(visit, statement, 0, order);
        for (unsigned i = 0; i < statement->fragment_count; i++)
            show(visit, statement, UINT32_C(1) << i, order);
        if (statement->fragment_count > 1)
            show(visit, statement, (UINT32_C(1) << statement->fragment_count) - 1, order);
    }
}

void shapes_each(shape_fn *each, void *arg)
{
    const struct visit visit = {each, arg};

    for (size_t i = 0; i < COUNT(test_queries); i++)
        for (size_t k = 0; k < test_queries[i]->n; k++)
            if (!show_shapes(&visit, test_queries[i]->items[k]))
                show_variants(&visit, test_queries[i]->items[k]);
}
