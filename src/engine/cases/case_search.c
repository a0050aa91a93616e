#include "engine/cases/case_search.h"

#include <stdlib.h>

#include "engine/cases/case_line.h"
#include "engine/cases/case_rare.h"
#include "engine/cases/case_runs.h"
#include "engine/cases/case_searching.h"
#include "engine/cases/queries.h"

#define MOST_MAX   1000
#define RANKED_MAX 500 /* matches that are put in order */

enum rc case_searching_look(struct case_searching *work, const struct case_run_row *row)
{
    bool is_match = false;
    enum rc rc = case_match_row(work->ctx, &work->match, row, &is_match);

    work->last = *row;
    work->rows_read++;
    work->looked_at++;
    if (!rc && is_match)
        work->found[work->found_n++] = *row;
    return rc;
}

/* ---- By words */

static enum rc search_words(struct case_searching *work, size_t most)
{
    struct case_run_args args = {
        .words = work->match.asked.words,
        .codes = work->match.asked.codes,
        .with_words = !work->match.asked.codes.n,
        .with_words_or_codes = work->match.asked.codes.n > 0,
        .before_id =
            work->cursor.is_given && work->sort == CASES_NEWEST ? work->cursor.id : INT64_MAX,
        .most = work->sort == CASES_BEST ? CASE_SEARCHING_CHUNK : (int64_t)work->search->most + 1,
        .order = CASE_RUN_BY_ID,
    };
    bool is_more = true;
    enum rc rc = RC_OK;

    while (!rc && is_more && work->found_n < most) {
        struct case_run_rows rows = {0};

        if (work->rows_read >= work->rows_max) {
            work->is_cut = true;
            break;
        }
        rc = case_run(work->ctx, &args, &rows);
        for (size_t i = 0; !rc && i < rows.n && work->found_n < most; i++)
            rc = case_searching_look(work, &rows.rows[i]);
        is_more = rows.n == (size_t)args.most;
        args.before_id = work->last.id;
        args.most = args.most * 2 > CASE_SEARCHING_CHUNK ? CASE_SEARCHING_CHUNK : args.most * 2;
    }
    return rc;
}

struct ranked {
    int64_t score;
    struct case_run_row row;
};

static int compare_ranked(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (b->row.id > a->row.id) - (b->row.id < a->row.id);
}

/* The best of the latest that match; the cursor says how many were shown. */
static enum rc search_best(struct case_searching *work)
{
    struct ctx *ctx = work->ctx;
    size_t skip = work->cursor.is_given ? (size_t)work->cursor.id : 0, n;
    struct ranked *ranked = ARENA_ARRAY(ctx->arena, RANKED_MAX, struct ranked);
    enum rc rc;

    work->found = ARENA_ARRAY(ctx->arena, RANKED_MAX, struct case_run_row);
    if (!ranked || !work->found)
        return FAIL(ctx, ERR_MEMORY);
    rc = search_words(work, RANKED_MAX);
    for (size_t i = 0; !rc && i < work->found_n; i++) {
        struct case_words_of_row words = {0};
        bool is_found;

        rc = case_words_of(ctx, work->found[i].id, &is_found, &words);
        ranked[i] =
            (struct ranked){case_match_score(work->search->filter, ctx->arena, words.words) +
                                case_asked_score(&work->match.asked, work->found[i].service),
                            work->found[i]};
    }
    if (rc)
        return rc;
    qsort(ranked, work->found_n, sizeof *ranked, compare_ranked);
    work->is_cut |= work->found_n == RANKED_MAX;
    n = work->found_n > skip ? work->found_n - skip : 0;
    for (size_t i = 0; i < n && i <= work->search->most; i++)
        work->found[i] = ranked[skip + i].row;
    work->found_n = n > work->search->most + 1 ? work->search->most + 1 : n;
    return RC_OK;
}

/* ---- Which way */

/* What stands in the order of the list, or that of its answers where that is shorter. */
static enum rc search_in_order(struct case_searching *work)
{
    bool is_done;
    enum rc rc = case_rare_search_answers(work, &is_done);

    if (rc || is_done)
        return rc;
    work->found_n = work->rows_read = 0;
    work->is_cut = false;
    return case_runs_search(work);
}

/* ---- What is shown */

static struct str next_of(const struct case_searching *work)
{
    struct arena *arena = work->ctx->arena;
    size_t most = work->search->most;
    bool is_by_words = work->match.is_by_words;

    if (work->found_n > most && work->sort == CASES_BEST)
        return str_fmt(arena, "b%lld",
                       (work->cursor.is_given ? (long long)work->cursor.id : 0) + (long long)most);
    if (work->found_n > most)
        return case_cursor_of(arena, work->sort, is_by_words, &work->found[most - 1]);
    if (!work->is_cut || work->sort == CASES_BEST)
        return STR_NONE;
    return case_cursor_of(arena, work->sort, is_by_words, &work->last);
}

static enum rc show(struct case_searching *work, struct case_found *ret)
{
    size_t most = work->search->most;
    struct case_found found = {
        .n = work->found_n > most ? most : work->found_n,
        .next = next_of(work),
        .is_cut = work->is_cut || work->match.has_more_people,
        .looked_at = work->looked_at,
        .sort = work->sort,
    };
    enum rc rc = RC_OK;

    found.lines = ARENA_ARRAY(work->ctx->arena, found.n, struct case_line);
    if (!found.lines)
        return FAIL(work->ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < found.n; i++)
        rc =
            case_line_read(work->ctx, &work->found[i], work->search->with_answers, &found.lines[i]);
    if (!rc)
        *ret = found;
    return rc;
}

/* Rare cases are all read at once, so where reading them stopped no cursor goes on. */
static enum rc run_search(struct case_searching *work)
{
    const struct case_filter *filter = work->search->filter;

    if (case_filter_term(filter, CASE_KEY_REPORTER) || case_filter_term(filter, CASE_KEY_NUMBER))
        return case_rare_search(work, case_filter_term(filter, CASE_KEY_REPORTER) != NULL);
    if (work->match.asked.words.n)
        return work->sort == CASES_BEST ? search_best(work)
                                        : search_words(work, work->search->most + 1);
    return search_in_order(work);
}

enum case_sort case_sort_for(const struct case_filter *filter)
{
    const struct case_term *state = case_filter_term(filter, CASE_KEY_STATE);

    if (case_filter_term(filter, CASE_KEY_WORDS))
        return CASES_BEST;
    if (case_filter_term(filter, CASE_KEY_CLOSED) ||
        (state && state->value_n == 1 && state->values[0].is_type &&
         state->values[0].id == STATE_CLOSED))
        return CASES_LAST_CLOSED;
    return CASES_BY_DUE;
}

/* Words have two orders of their own, and what is not looked up by words has no best match. */
static enum case_sort settle_sort(const struct case_searching *work)
{
    bool is_rare = case_filter_term(work->search->filter, CASE_KEY_REPORTER) ||
                   case_filter_term(work->search->filter, CASE_KEY_NUMBER);
    enum case_sort sort = work->search->sort;

    if (work->match.asked.words.n && !is_rare)
        return sort == CASES_BEST && case_filter_term(work->search->filter, CASE_KEY_WORDS)
                   ? CASES_BEST
                   : CASES_NEWEST;
    return sort == CASES_BEST ? CASES_NEWEST : sort;
}

enum rc case_search(struct ctx *ctx, const struct case_search *search, struct case_found *ret)
{
    struct case_searching work = {.ctx = ctx, .search = search};
    struct case_search narrowed = *search;
    enum rc rc = case_match_begin(ctx, search, &work.match);

    if (rc)
        return rc;
    if (narrowed.most > MOST_MAX)
        narrowed.most = MOST_MAX;
    work.search = &narrowed;
    work.sort = settle_sort(&work);
    work.match.is_by_words = work.match.asked.words.n &&
                             !case_filter_term(search->filter, CASE_KEY_REPORTER) &&
                             !case_filter_term(search->filter, CASE_KEY_NUMBER);
    work.rows_max = search->rows_max ? search->rows_max : CASE_SEARCH_ROWS;
    work.cursor =
        case_cursor_read(search->after, case_cursor_letter(work.sort, work.match.is_by_words));
    work.found = ARENA_ARRAY(ctx->arena, narrowed.most + 1, struct case_run_row);
    if (!work.found)
        return FAIL(ctx, ERR_MEMORY);
    rc = run_search(&work);
    return rc ? rc : show(&work, ret);
}
