#include "engine/cases/case_runs.h"

#include "engine/cases/queries.h"

#define CHUNK_MIN 16

struct run {
    struct case_run_args args;
    struct case_run_row *rows;
    size_t n, at, chunk;
    bool is_ended;
};

struct runs {
    struct run *runs;
    size_t n;
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

static void bound_due(const struct case_searching *work, struct case_run_args *args)
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
static void bound(const struct case_searching *work, struct case_run_args *args)
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

static void set_cursor(enum case_sort sort, struct case_run_args *args, struct case_cursor cursor)
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
static enum rc fill(const struct case_searching *work, struct run *run)
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
                       (struct case_cursor){true, !last->due_is_null || work->sort != CASES_BY_DUE,
                                            case_cursor_key(work->sort, last), last->id});
            run->chunk =
                run->chunk * 2 > CASE_SEARCHING_CHUNK ? CASE_SEARCHING_CHUNK : run->chunk * 2;
        } else if (work->sort == CASES_BY_DUE && run->args.with_dated && !run->args.with_due_low &&
                   !run->args.with_due_high) {
            set_cursor(work->sort, &run->args, (struct case_cursor){0});
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
static size_t scopes_of_term(const struct case_searching *work, enum case_key key,
                             struct scope *scopes)
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
static bool is_asked_for(const struct case_searching *work, enum case_key key, int64_t id)
{
    const struct case_term *term = case_filter_term(work->search->filter, key);

    for (size_t i = 0; term && i < term->value_n; i++)
        if (!term->values[i].is_none && term->values[i].id == id)
            return true;
    return !term;
}

static size_t scopes_of_access(const struct case_searching *work, struct scope *scopes)
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

static size_t scopes_of(const struct case_searching *work, struct scope *scopes)
{
    static const enum case_key keys[] = {CASE_KEY_ASSIGNEE, CASE_KEY_TEAM, CASE_KEY_SERVICE};
    size_t n = 0;

    scopes[0] = (struct scope){.kind = SCOPE_NONE};
    if (case_cursor_has_index_for_all(work->sort))
        return 1;
    for (size_t i = 0; !n && i < COUNT(keys); i++)
        n = scopes_of_term(work, keys[i], scopes);
    if (n)
        return n;
    scopes[0] = (struct scope){.kind = SCOPE_NONE};
    return work->match.access.is_all ? 1 : scopes_of_access(work, scopes);
}

static void add_run(const struct case_searching *work, struct runs *runs, struct scope scope,
                    int type)
{
    struct run *run = &runs->runs[runs->n++];

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

static enum rc make_runs(const struct case_searching *work, struct runs *ret)
{
    const struct case_access *access = &work->match.access;
    size_t most = access->team_n + access->service_n + CASE_FILTER_VALUES_MAX;
    struct scope *scopes = ARENA_ARRAY(work->ctx->arena, most, struct scope);
    struct runs runs = {.runs = ARENA_ARRAY(work->ctx->arena, most * 3, struct run)};
    size_t n;

    if (!scopes || !runs.runs)
        return FAIL(work->ctx, ERR_MEMORY);
    n = scopes_of(work, scopes);
    for (size_t i = 0; i < n; i++) {
        if (case_cursor_has_index_for_all(work->sort) ||
            (scopes[i].kind == SCOPE_NONE && work->sort != CASES_BY_DUE &&
             work->match.types == 7)) {
            add_run(work, &runs, scopes[i], -1);
            continue;
        }
        for (int type = 0; type < 3; type++)
            if (work->match.types & (1u << type))
                add_run(work, &runs, scopes[i], type);
    }
    for (size_t i = 0; i < runs.n; i++) {
        size_t chunk = runs.n == 1 ? work->search->most + 1 : 2 * (work->search->most + 1) / runs.n;

        runs.runs[i].chunk = chunk < CHUNK_MIN ? CHUNK_MIN : chunk;
    }
    *ret = runs;
    return RC_OK;
}

/* The run whose next row comes first; NULL when all have ended. */
static enum rc first_run(const struct case_searching *work, const struct runs *runs,
                         struct run **ret)
{
    struct run *first = NULL;

    for (size_t i = 0; i < runs->n; i++) {
        struct run *run = &runs->runs[i];
        enum rc rc = fill(work, run);

        if (rc)
            return rc;
        if (run->at < run->n && (!first || case_cursor_compare(work->sort, &run->rows[run->at],
                                                               &first->rows[first->at]) < 0))
            first = run;
    }
    *ret = first;
    return RC_OK;
}

enum rc case_runs_search(struct case_searching *work)
{
    struct runs runs = {0};
    enum rc rc = make_runs(work, &runs);
    int64_t previous = 0;

    while (!rc && work->found_n <= work->search->most) {
        struct run *run = NULL;
        const struct case_run_row *row;

        rc = first_run(work, &runs, &run);
        if (rc || !run)
            break;
        if (work->rows_read == work->rows_max) {
            work->is_cut = true;
            break;
        }
        row = &run->rows[run->at++];
        if (row->id != previous) /* within a team and a service of the actor's alike */
            rc = case_searching_look(work, row);
        previous = row->id;
    }
    return rc;
}
