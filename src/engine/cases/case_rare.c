#include "engine/cases/case_rare.h"

#include <stdlib.h>

#include "engine/cases/case_field.h"
#include "engine/cases/queries.h"

/* ---- By a number, by a person */

static int compare_found(const void *left, const void *right, void *arg)
{
    return case_cursor_compare(*(const enum case_sort *)arg, left, right);
}

static bool is_behind(const struct case_searching *work, const struct case_run_row *row)
{
    struct case_run_row last = {
        .id = work->cursor.id,
        .due = work->cursor.at,
        .opened = work->cursor.at,
        .closed = work->cursor.at,
        .updated = work->cursor.at,
        .due_is_null = !work->cursor.is_dated,
    };

    return !work->cursor.is_given || case_cursor_compare(work->sort, row, &last) > 0;
}

static enum rc begin_rare(struct case_searching *work)
{
    work->found_n = work->rows_read = 0;
    work->is_cut = false;
    work->found = ARENA_ARRAY(work->ctx->arena, work->rows_max + 1, struct case_run_row);
    return work->found ? RC_OK : FAIL(work->ctx, ERR_MEMORY);
}

/* All there are, up to what one page may look at. */
static enum rc read_rare(struct case_searching *work, struct case_run_args *args)
{
    struct case_run_rows rows;
    enum rc rc;

    args->order = CASE_RUN_BY_ID;
    args->most = (int64_t)(work->rows_max - work->rows_read) + 1;
    rc = case_run(work->ctx, args, &rows);
    for (size_t i = 0; !rc && i < rows.n && !work->is_cut; i++) {
        work->is_cut = work->rows_read == work->rows_max;
        if (!work->is_cut)
            rc = case_searching_look(work, &rows.rows[i]);
    }
    return rc;
}

/* Sorts what was found, and cuts the page out. */
static void sort_rare(struct case_searching *work)
{
    size_t kept = 0;

    qsort_r(work->found, work->found_n, sizeof *work->found, compare_found, &work->sort);
    for (size_t i = 0; i < work->found_n && kept <= work->search->most; i++)
        if (is_behind(work, &work->found[i]) &&
            (!kept || work->found[kept - 1].id != work->found[i].id))
            work->found[kept++] = work->found[i];
    work->found_n = kept;
}

enum rc case_rare_search(struct case_searching *work, bool is_by_person)
{
    const struct case_term *number = case_filter_term(work->search->filter, CASE_KEY_NUMBER);
    size_t n = is_by_person ? work->match.party_n : number->value_n;
    struct case_run_args args = {.with_reporter = is_by_person, .with_number = !is_by_person};
    enum rc rc = begin_rare(work);

    for (size_t i = 0; !rc && i < n && !work->is_cut; i++) {
        if (is_by_person)
            args.reporter = work->match.parties[i];
        else
            args.number = number->values[i].text;
        rc = read_rare(work, &args);
    }
    if (!rc)
        sort_rare(work);
    return rc;
}

/* ---- By an answer */

static bool has_none(const struct case_term *term)
{
    for (size_t i = 0; i < term->value_n; i++)
        if (term->values[i].is_none)
            return true;
    return false;
}

/* The cases that may have one answer, by each index that it may stand in. */
static enum rc read_answer(struct case_searching *work, struct str field,
                           const struct case_value *value)
{
    enum rc rc = RC_OK;

    for (unsigned kind = FIELD_INDEX_TEXT; !rc && kind <= FIELD_INDEX_DAY; kind <<= 1) {
        struct case_run_args args = {
            .field = field,
            .text = value->folded,
            .least = value->low,
            .greatest = value->high,
            .low = value->has_from ? value->from : (struct instant){INT64_MIN},
            .high = value->has_until ? value->until : (struct instant){INT64_MAX},
            .with_field_text = kind == FIELD_INDEX_TEXT,
            .with_field_number = kind == FIELD_INDEX_NUMBER,
            .with_field_day = kind == FIELD_INDEX_DAY,
        };

        if ((value->kinds & kind) && !work->is_cut)
            rc = read_rare(work, &args);
    }
    return rc;
}

/* How many answers a term may find, counted to `most` by the indexes alone: looking at as many
 * cases costs tens of times that. */
static enum rc count_value(struct ctx *ctx, struct str field, const struct case_value *value,
                           int64_t most, int64_t *n)
{
    struct instant low = value->has_from ? value->from : (struct instant){INT64_MIN};
    struct instant high = value->has_until ? value->until : (struct instant){INT64_MAX};
    struct case_index_texts_row texts = {0};
    struct case_index_numbers_row numbers = {0};
    struct case_index_days_row days = {0};
    enum rc rc = RC_OK;

    if (value->kinds & FIELD_INDEX_TEXT)
        rc = case_index_texts(ctx, field, value->folded, most, &texts);
    if (!rc && (value->kinds & FIELD_INDEX_NUMBER))
        rc = case_index_numbers(
            ctx,
            &(struct case_index_numbers_args){
                .field = field, .least = value->low, .greatest = value->high, .most = most},
            &numbers);
    if (!rc && (value->kinds & FIELD_INDEX_DAY))
        rc = case_index_days(
            ctx,
            &(struct case_index_days_args){.field = field, .low = low, .high = high, .most = most},
            &days);
    if (!rc)
        *n += texts.total + numbers.total + days.total;
    return rc;
}

static enum rc count_term(struct ctx *ctx, const struct case_term *term, int64_t most,
                          int64_t *ret_n)
{
    int64_t n = 0;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && n < most && i < term->value_n; i++)
        rc = count_value(ctx, term->field, &term->values[i], most - n, &n);
    if (!rc)
        *ret_n = n;
    return rc;
}

/* The term that the fewest answers meet; NULL when each has more than may be looked at. */
static enum rc find_rarest(struct case_searching *work, const struct case_term **ret)
{
    const struct case_filter *filter = work->search->filter;
    int64_t fewest = (int64_t)work->rows_max + 1;

    *ret = NULL;
    for (size_t i = 0; i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];
        int64_t n = 0;
        enum rc rc;

        if (term->key != CASE_KEY_FIELD || term->is_negated || has_none(term))
            continue;
        rc = count_term(work->ctx, term, fewest, &n);
        if (rc)
            return rc;
        if (n >= fewest)
            continue;
        fewest = n;
        *ret = term;
    }
    return RC_OK;
}

enum rc case_rare_search_answers(struct case_searching *work, bool *ret_is_done)
{
    const struct case_term *term;
    enum rc rc = find_rarest(work, &term);

    *ret_is_done = false;
    if (rc || !term)
        return rc;
    rc = begin_rare(work);
    for (size_t i = 0; !rc && i < term->value_n; i++)
        rc = read_answer(work, term->field, &term->values[i]);
    if (rc)
        return rc;
    sort_rare(work);
    *ret_is_done = !work->is_cut;
    return RC_OK;
}
