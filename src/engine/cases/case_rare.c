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

    for (unsigned kind = CASE_FIELD_TEXT; !rc && kind <= CASE_FIELD_DAY; kind <<= 1) {
        struct case_run_args args = {
            .field = field,
            .text = value->folded,
            .least = value->low,
            .greatest = value->high,
            .low = value->has_from ? value->from : (struct instant){INT64_MIN},
            .high = value->has_until ? value->until : (struct instant){INT64_MAX},
            .with_field_text = kind == CASE_FIELD_TEXT,
            .with_field_number = kind == CASE_FIELD_NUMBER,
            .with_field_day = kind == CASE_FIELD_DAY,
        };

        if ((value->kinds & kind) && !work->is_cut)
            rc = read_rare(work, &args);
    }
    return rc;
}

enum rc case_rare_search_answers(struct case_searching *work, bool *ret_is_done)
{
    const struct case_filter *filter = work->search->filter;

    *ret_is_done = false;
    for (size_t i = 0; i < filter->term_n; i++) {
        const struct case_term *term = &filter->terms[i];
        enum rc rc;

        if (term->key != CASE_KEY_FIELD || term->is_negated || has_none(term))
            continue;
        rc = begin_rare(work);
        for (size_t j = 0; !rc && j < term->value_n; j++)
            rc = read_answer(work, term->field, &term->values[j]);
        if (rc)
            return rc;
        if (work->is_cut)
            continue;
        sort_rare(work);
        *ret_is_done = true;
        return RC_OK;
    }
    return RC_OK;
}
