#include "engine/cases/case_search.h"

#include <stdlib.h>

#include "engine/cases/case_field.h"
#include "engine/cases/case_line.h"
#include "engine/cases/case_match.h"
#include "engine/cases/queries.h"

#define MOST_MAX   1000
#define RANKED_MAX 500 /* matches that are put in order */
#define CHUNK_MIN  16
#define CHUNK_MAX  500

static const struct str sort_words[CASES__SORTS] = {
    [CASES_BY_DUE] = STR("due"),           [CASES_NEWEST] = STR("newest"),
    [CASES_OLDEST] = STR("oldest"),        [CASES_LAST_CLOSED] = STR("closed"),
    [CASES_LAST_UPDATED] = STR("updated"), [CASES_BEST] = STR("best"),
};

struct str case_sort_word(enum case_sort sort)
{
    return sort_words[sort];
}

bool case_sort_of(struct str word, enum case_sort *ret)
{
    for (int i = 0; i < CASES__SORTS; i++) {
        if (!str_eq(word, sort_words[i]))
            continue;
        *ret = (enum case_sort)i;
        return true;
    }
    return false;
}

/* ---- The cursor: a letter for the order, then the last row's key */

struct cursor {
    bool is_given, is_dated;
    struct instant at;
    int64_t id; /* of CASES_BEST: how many were shown */
};

/* 'd' by deadline, 'u' without one; 'n', 'o', 'c'; 'm' by the last change; 'w' by words, the latest
 * first; 'b' best. */
static char letter_of(enum case_sort sort, bool is_by_words)
{
    static const char letters[CASES__SORTS] = "dnocmb";

    return sort == CASES_NEWEST && is_by_words ? 'w' : letters[sort];
}

static struct cursor read_cursor(struct str text, char letter)
{
    struct cursor cursor = {.is_dated = true};
    struct str rest = str_slice(text, 1, text.n);
    char is = text.n ? text.p[0] : '\0';
    ptrdiff_t dash = rest.n ? str_find_byte(str_slice(rest, 1, rest.n), '-') : -1;

    if (is == 'u' && letter == 'd')
        cursor.is_dated = false;
    else if (is != letter)
        return cursor;
    if (is == 'u' || is == 'w' || is == 'b')
        cursor.is_given = str_to_i64(rest, &cursor.id) && cursor.id >= 0;
    else
        cursor.is_given = dash >= 0 &&
                          str_to_i64(str_slice(rest, 0, (size_t)dash + 1), &cursor.at.us_utc) &&
                          str_to_i64(str_slice(rest, (size_t)dash + 2, rest.n), &cursor.id);
    return cursor;
}

bool case_cursor_is(struct str text)
{
    static const struct str letters = STR("dunocmwb");

    return text.n && str_find_byte(letters, text.p[0]) >= 0 &&
           read_cursor(text, text.p[0] == 'u' ? 'd' : text.p[0]).is_given;
}

static struct instant key_of(enum case_sort sort, const struct case_run_row *row)
{
    switch (sort) {
    case CASES_BY_DUE: return row->due;
    case CASES_LAST_CLOSED: return row->closed;
    case CASES_LAST_UPDATED: return row->updated;
    default: return row->opened;
    }
}

static struct str cursor_of(struct arena *arena, enum case_sort sort, bool is_by_words,
                            const struct case_run_row *row)
{
    char letter = letter_of(sort, is_by_words);

    if (letter == 'w')
        return str_fmt(arena, "w%lld", (long long)row->id);
    if (letter == 'd' && row->due_is_null)
        return str_fmt(arena, "u%lld", (long long)row->id);
    return str_fmt(arena, "%c%lld-%lld", letter, (long long)key_of(sort, row).us_utc,
                   (long long)row->id);
}

/* Orders that have one index over all cases, whoever has them and whatever their state. */
static bool has_index_for_all(enum case_sort sort)
{
    return sort == CASES_LAST_CLOSED || sort == CASES_LAST_UPDATED;
}

/* Negative when `a` stands before `b`. */
static int compare(enum case_sort sort, const struct case_run_row *a, const struct case_run_row *b)
{
    bool is_downwards = sort == CASES_NEWEST || has_index_for_all(sort);
    int order;

    if (sort == CASES_BY_DUE && a->due_is_null != b->due_is_null)
        return a->due_is_null ? 1 : -1;
    order =
        sort == CASES_BY_DUE && a->due_is_null ? 0 : instant_cmp(key_of(sort, a), key_of(sort, b));
    if (!order)
        order = (a->id > b->id) - (a->id < b->id);
    return is_downwards ? -order : order;
}

/* ---- Runs */

struct run {
    struct case_run_args args;
    struct case_run_row *rows;
    size_t n, at, chunk;
    bool is_ended;
};

struct searching {
    struct ctx *ctx;
    const struct case_search *search;
    struct case_match match;
    enum case_sort sort;
    struct cursor cursor;
    size_t rows_max, rows_read;
    struct run *runs;
    size_t run_n;
    struct case_run_row *found; /* most + 1 of them */
    size_t found_n;
    struct case_run_row last; /* looked at */
    bool is_cut;
};

/* The range of a term with one value and no "none", which an index in its order can begin at. */
static bool range_of(const struct case_filter *filter, enum case_key key, struct case_value *ret)
{
    const struct case_term *term = case_filter_term(filter, key);

    if (!term || term->value_n != 1 || term->values[0].is_none)
        return false;
    *ret = term->values[0];
    return true;
}

static void bound_due(const struct searching *work, struct case_run_args *args)
{
    const struct case_filter *filter = work->search->filter;
    struct case_value range = {0};

    if (range_of(filter, CASE_KEY_DUE, &range)) {
        args->with_due_low = range.has_from;
        args->low = instant_plus_us(range.from, 1);
        args->with_due_high = range.has_until;
        args->high = instant_plus_us(range.until, 1);
    }
    if (!case_filter_term(filter, CASE_KEY_OVERDUE))
        return;
    if (!args->with_due_high || instant_cmp(work->ctx->now, args->high) < 0)
        args->high = work->ctx->now;
    args->with_due_high = true;
}

/* Bounds on the column of the order alone; the rest is looked at row by row. */
static void bound(const struct searching *work, struct case_run_args *args)
{
    const struct case_filter *filter = work->search->filter;
    struct case_value range = {0};

    if (work->sort == CASES_BY_DUE) {
        bound_due(work, args);
        return;
    }
    if (!range_of(filter,
                  work->sort == CASES_LAST_CLOSED    ? CASE_KEY_CLOSED
                  : work->sort == CASES_LAST_UPDATED ? CASE_KEY_UPDATED
                                                     : CASE_KEY_OPENED,
                  &range))
        return;
    args->low = range.from;
    args->high = range.until;
    if (work->sort == CASES_LAST_CLOSED) {
        args->with_closed_low = range.has_from;
        args->with_closed_high = range.has_until;
    } else if (work->sort == CASES_LAST_UPDATED) {
        args->with_updated_low = range.has_from;
        args->with_updated_high = range.has_until;
    } else {
        args->with_opened_low = range.has_from;
        args->with_opened_high = range.has_until;
    }
}

static void set_cursor(enum case_sort sort, struct case_run_args *args, struct cursor cursor)
{
    args->at = cursor.at;
    args->after_id = cursor.id;
    switch (sort) {
    case CASES_BY_DUE:
        args->with_dated = cursor.is_dated;
        args->with_undated = !cursor.is_dated;
        args->with_after_due = cursor.is_given && cursor.is_dated;
        args->with_after_id = cursor.is_given && !cursor.is_dated;
        break;
    case CASES_OLDEST: args->with_after_opened = cursor.is_given; break;
    case CASES_LAST_CLOSED:
        args->with_has_closed = true;
        args->with_before_closed = cursor.is_given;
        break;
    case CASES_LAST_UPDATED: args->with_before_updated = cursor.is_given; break;
    default: args->with_before_opened = cursor.is_given; break;
    }
}

static unsigned order_of(enum case_sort sort)
{
    switch (sort) {
    case CASES_BY_DUE: return CASE_RUN_BY_DUE;
    case CASES_OLDEST: return CASE_RUN_BY_OLDEST;
    case CASES_LAST_CLOSED: return CASE_RUN_BY_CLOSED;
    case CASES_LAST_UPDATED: return CASE_RUN_BY_UPDATED;
    default: return CASE_RUN_BY_NEWEST;
    }
}

/* The next rows of a run. Those with a deadline first, then those without: the two engines sort
 * NULL to different ends. */
static enum rc fill(struct searching *work, struct run *run)
{
    while (!run->is_ended && run->at == run->n) {
        struct case_run_rows rows;
        enum rc rc;

        run->args.most = (int64_t)run->chunk;
        rc = case_run(work->ctx, &run->args, &rows);
        if (rc)
            return rc;
        run->rows = rows.rows;
        run->n = rows.n;
        run->at = 0;
        if (rows.n == run->chunk) {
            const struct case_run_row *last = &rows.rows[rows.n - 1];

            set_cursor(work->sort, &run->args,
                       (struct cursor){true, !last->due_is_null || work->sort != CASES_BY_DUE,
                                       key_of(work->sort, last), last->id});
            run->chunk = run->chunk * 2 > CHUNK_MAX ? CHUNK_MAX : run->chunk * 2;
        } else if (work->sort == CASES_BY_DUE && run->args.with_dated && !run->args.with_due_low &&
                   !run->args.with_due_high) {
            set_cursor(work->sort, &run->args, (struct cursor){0});
        } else {
            run->is_ended = true;
        }
    }
    return RC_OK;
}

static bool has_id(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* What runs are read by: a column, or none for the whole city. */
struct scope {
    enum { SCOPE_NONE, SCOPE_OF_TEAM, SCOPE_OF_SERVICE, SCOPE_OF_ASSIGNEE } kind;
    int64_t id;
};

/* The term's values as scopes, when an index answers each of them and all are the actor's own. */
static size_t scopes_of_term(const struct searching *work, enum case_key key, struct scope *scopes)
{
    const struct case_access *access = &work->match.access;
    const struct case_term *term = case_filter_term(work->search->filter, key);

    for (size_t i = 0; term && i < term->value_n; i++) {
        int64_t id = term->values[i].id;

        if (term->values[i].is_none ||
            (key == CASE_KEY_TEAM && !access->is_all &&
             !has_id(access->teams, access->team_n, id)) ||
            (key == CASE_KEY_SERVICE && !access->is_all &&
             !has_id(access->services, access->service_n, id)))
            return 0;
        scopes[i].id = id;
        scopes[i].kind = key == CASE_KEY_TEAM      ? SCOPE_OF_TEAM
                         : key == CASE_KEY_SERVICE ? SCOPE_OF_SERVICE
                                                   : SCOPE_OF_ASSIGNEE;
    }
    return term ? term->value_n : 0;
}

/* Whether a team or service of the actor's can have cases of the filter. */
static bool is_asked_for(const struct searching *work, enum case_key key, int64_t id)
{
    const struct case_term *term = case_filter_term(work->search->filter, key);

    for (size_t i = 0; term && i < term->value_n; i++)
        if (!term->values[i].is_none && term->values[i].id == id)
            return true;
    return !term;
}

static size_t scopes_of_access(const struct searching *work, struct scope *scopes)
{
    const struct case_access *access = &work->match.access;
    size_t n = 0;

    for (size_t i = 0; i < access->team_n; i++)
        if (is_asked_for(work, CASE_KEY_TEAM, access->teams[i]))
            scopes[n++] = (struct scope){SCOPE_OF_TEAM, access->teams[i]};
    for (size_t i = 0; i < access->service_n; i++)
        if (is_asked_for(work, CASE_KEY_SERVICE, access->services[i]))
            scopes[n++] = (struct scope){SCOPE_OF_SERVICE, access->services[i]};
    return n;
}

static size_t scopes_of(const struct searching *work, struct scope *scopes)
{
    static const enum case_key keys[] = {CASE_KEY_ASSIGNEE, CASE_KEY_TEAM, CASE_KEY_SERVICE};
    size_t n = 0;

    scopes[0] = (struct scope){.kind = SCOPE_NONE};
    if (has_index_for_all(work->sort))
        return 1;
    for (size_t i = 0; !n && i < COUNT(keys); i++)
        n = scopes_of_term(work, keys[i], scopes);
    if (n)
        return n;
    scopes[0] = (struct scope){.kind = SCOPE_NONE};
    return work->match.access.is_all ? 1 : scopes_of_access(work, scopes);
}

static void add_run(struct searching *work, struct scope scope, int type)
{
    struct run *run = &work->runs[work->run_n++];

    *run = (struct run){
        .args =
            {
                .state_type = type,
                .with_state_type = type >= 0,
                .team = scope.id,
                .with_team = scope.kind == SCOPE_OF_TEAM,
                .service = scope.id,
                .with_service = scope.kind == SCOPE_OF_SERVICE,
                .assignee = scope.id,
                .with_assignee = scope.kind == SCOPE_OF_ASSIGNEE,
                .order = order_of(work->sort),
            },
    };
    bound(work, &run->args);
    set_cursor(work->sort, &run->args, work->cursor);
}

static enum rc make_runs(struct searching *work)
{
    const struct case_access *access = &work->match.access;
    size_t most = access->team_n + access->service_n + CASE_FILTER_VALUES_MAX;
    struct scope *scopes = ARENA_ARRAY(work->ctx->arena, most, struct scope);
    size_t n;

    work->runs = ARENA_ARRAY(work->ctx->arena, most * 3, struct run);
    if (!scopes || !work->runs)
        return FAIL(work->ctx, ERR_MEMORY);
    n = scopes_of(work, scopes);
    for (size_t i = 0; i < n; i++) {
        if (has_index_for_all(work->sort) ||
            (scopes[i].kind == SCOPE_NONE && work->sort != CASES_BY_DUE &&
             work->match.types == 7)) {
            add_run(work, scopes[i], -1);
            continue;
        }
        for (int type = 0; type < 3; type++)
            if (work->match.types & (1u << type))
                add_run(work, scopes[i], type);
    }
    for (size_t i = 0; i < work->run_n; i++) {
        size_t chunk =
            work->run_n == 1 ? work->search->most + 1 : 2 * (work->search->most + 1) / work->run_n;

        work->runs[i].chunk = chunk < CHUNK_MIN ? CHUNK_MIN : chunk;
    }
    return RC_OK;
}

/* The run whose next row comes first; NULL when all have ended. */
static enum rc first_run(struct searching *work, struct run **ret)
{
    struct run *first = NULL;

    for (size_t i = 0; i < work->run_n; i++) {
        struct run *run = &work->runs[i];
        enum rc rc = fill(work, run);

        if (rc)
            return rc;
        if (run->at < run->n &&
            (!first || compare(work->sort, &run->rows[run->at], &first->rows[first->at]) < 0))
            first = run;
    }
    *ret = first;
    return RC_OK;
}

/* Looks at a row; it is kept when it is one of those asked for. */
static enum rc look(struct searching *work, const struct case_run_row *row)
{
    bool is_match = false;
    enum rc rc = case_match_row(work->ctx, &work->match, row, &is_match);

    work->last = *row;
    work->rows_read++;
    if (!rc && is_match)
        work->found[work->found_n++] = *row;
    return rc;
}

static enum rc search_runs(struct searching *work)
{
    enum rc rc = make_runs(work);
    int64_t previous = 0;

    while (!rc && work->found_n <= work->search->most) {
        struct run *run = NULL;
        const struct case_run_row *row;

        rc = first_run(work, &run);
        if (rc || !run)
            break;
        if (work->rows_read == work->rows_max) {
            work->is_cut = true;
            break;
        }
        row = &run->rows[run->at++];
        if (row->id != previous) /* within a team and a service of the actor's alike */
            rc = look(work, row);
        previous = row->id;
    }
    return rc;
}

/* ---- By words */

static enum rc search_words(struct searching *work, size_t most)
{
    struct case_run_args args = {
        .words = work->match.asked.words,
        .codes = work->match.asked.codes,
        .with_words = !work->match.asked.codes.n,
        .with_words_or_codes = work->match.asked.codes.n > 0,
        .before_id =
            work->cursor.is_given && work->sort == CASES_NEWEST ? work->cursor.id : INT64_MAX,
        .most = work->sort == CASES_BEST ? CHUNK_MAX : (int64_t)work->search->most + 1,
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
            rc = look(work, &rows.rows[i]);
        is_more = rows.n == (size_t)args.most;
        args.before_id = work->last.id;
        args.most = args.most * 2 > CHUNK_MAX ? CHUNK_MAX : args.most * 2;
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
static enum rc search_best(struct searching *work)
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

/* ---- By what is rare: a number, a person */

static int compare_found(const void *left, const void *right, void *arg)
{
    return compare(*(const enum case_sort *)arg, left, right);
}

static bool is_behind(const struct searching *work, const struct case_run_row *row)
{
    struct case_run_row last = {
        .id = work->cursor.id,
        .due = work->cursor.at,
        .opened = work->cursor.at,
        .closed = work->cursor.at,
        .updated = work->cursor.at,
        .due_is_null = !work->cursor.is_dated,
    };

    return !work->cursor.is_given || compare(work->sort, row, &last) > 0;
}

static enum rc begin_rare(struct searching *work)
{
    work->found_n = work->rows_read = 0;
    work->is_cut = false;
    work->found = ARENA_ARRAY(work->ctx->arena, work->rows_max + 1, struct case_run_row);
    return work->found ? RC_OK : FAIL(work->ctx, ERR_MEMORY);
}

/* All there are, up to what one page may look at. */
static enum rc read_rare(struct searching *work, struct case_run_args *args)
{
    struct case_run_rows rows;
    enum rc rc;

    args->order = CASE_RUN_BY_ID;
    args->most = (int64_t)(work->rows_max - work->rows_read) + 1;
    rc = case_run(work->ctx, args, &rows);
    for (size_t i = 0; !rc && i < rows.n && !work->is_cut; i++) {
        work->is_cut = work->rows_read == work->rows_max;
        if (!work->is_cut)
            rc = look(work, &rows.rows[i]);
    }
    return rc;
}

/* Sorts what was found, and cuts the page out. */
static void sort_rare(struct searching *work)
{
    size_t kept = 0;

    qsort_r(work->found, work->found_n, sizeof *work->found, compare_found, &work->sort);
    for (size_t i = 0; i < work->found_n && kept <= work->search->most; i++)
        if (is_behind(work, &work->found[i]) &&
            (!kept || work->found[kept - 1].id != work->found[i].id))
            work->found[kept++] = work->found[i];
    work->found_n = kept;
}

static enum rc search_rare(struct searching *work, bool is_by_person)
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
static enum rc read_answer(struct searching *work, struct str field, const struct case_value *value)
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

/* By the first of the filter's answers that few enough cases have; *ret_is_done is false when none
 * is so rare. The order and the cursor are those of the runs, so that the next page may be found in
 * the other way. */
static enum rc search_answers(struct searching *work, bool *ret_is_done)
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

/* What stands in the order of the list, or that of its answers where that is shorter. */
static enum rc search_in_order(struct searching *work)
{
    bool is_done;
    enum rc rc = search_answers(work, &is_done);

    if (rc || is_done)
        return rc;
    work->found_n = work->rows_read = 0;
    work->is_cut = false;
    return search_runs(work);
}

/* ---- What is shown */

static struct str next_of(const struct searching *work)
{
    struct arena *arena = work->ctx->arena;
    size_t most = work->search->most;
    bool is_by_words = work->match.is_by_words;

    if (work->found_n > most && work->sort == CASES_BEST)
        return str_fmt(arena, "b%lld",
                       (work->cursor.is_given ? (long long)work->cursor.id : 0) + (long long)most);
    if (work->found_n > most)
        return cursor_of(arena, work->sort, is_by_words, &work->found[most - 1]);
    if (!work->is_cut || work->sort == CASES_BEST)
        return STR_NONE;
    return cursor_of(arena, work->sort, is_by_words, &work->last);
}

static enum rc show(struct searching *work, struct case_found *ret)
{
    size_t most = work->search->most;
    struct case_found found = {
        .n = work->found_n > most ? most : work->found_n,
        .next = next_of(work),
        .is_cut = work->is_cut,
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
static enum rc run_search(struct searching *work)
{
    const struct case_filter *filter = work->search->filter;
    enum rc rc;

    if (case_filter_term(filter, CASE_KEY_REPORTER) || case_filter_term(filter, CASE_KEY_NUMBER)) {
        rc = search_rare(work, case_filter_term(filter, CASE_KEY_REPORTER) != NULL);
        return rc;
    }
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
static enum case_sort settle_sort(const struct searching *work)
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
    struct searching work = {.ctx = ctx, .search = search};
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
    work.cursor = read_cursor(search->after, letter_of(work.sort, work.match.is_by_words));
    work.found = ARENA_ARRAY(ctx->arena, narrowed.most + 1, struct case_run_row);
    if (!work.found)
        return FAIL(ctx, ERR_MEMORY);
    rc = run_search(&work);
    return rc ? rc : show(&work, ret);
}
