/* Lists of cases: a filter run over the indexes, a page at a time, within what one may see.
 *
 * A page is read in order from as few indexes as answer the filter: one run for each of its teams,
 * services or people and each type of state, or, for who does not see the whole city, for each of
 * their own teams and services; the runs are merged. What no index answers is looked at while
 * reading, so reading stops after so many rows, the page says so and its cursor goes on from
 * there: a page costs a bounded time however rare its cases are. An indexed answer (case_field.h)
 * finds its cases by its own index where they are not more than a page may look at: of several the
 * rarest, so that a page looks at as many rows however many answers it is asked for. Words are
 * looked up in the full-text index, latest case first; those that name a service find its cases,
 * too. Who asks is ctx->actor; no row outside of their grants leaves case_search. Layer: engine.
 * Reads on ctx->conn.
 */
#ifndef ENGINE_CASE_SEARCH_H
#define ENGINE_CASE_SEARCH_H

#include "engine/cases/case_filter.h"
#include "place/geometry.h"

struct answers;

#define CASE_SEARCH_ROWS 1000 /* looked at for one page */

enum case_sort {
    CASES_BY_DUE, /* the nearest deadline first, then those without one */
    CASES_NEWEST, /* with words in the filter: the latest entered first */
    CASES_OLDEST,
    CASES_LAST_CLOSED,  /* closed ones alone, the latest closed first */
    CASES_LAST_UPDATED, /* what changed last first */
    CASES_BEST,         /* with words in the filter: best match first, of the latest that match */
    CASES__SORTS,
};

/* "due", "newest", "oldest", "closed", "updated", "best". False, *ret untouched, for another word.
 */
struct str case_sort_word(enum case_sort sort);
bool case_sort_of(struct str word, enum case_sort *ret);

struct case_search {
    const struct case_filter *filter;
    struct str text; /* of the filter, for what is wrong in it; may be empty */
    enum case_sort sort;
    struct str after; /* the cursor a page gave; empty, or of another sort: from the beginning */
    size_t most;      /* cases, at most 1000 */
    size_t rows_max;  /* to look at; 0: CASE_SEARCH_ROWS */
    bool with_answers;
};

/* A case as lists show it. */
struct case_line {
    int64_t id, lock_version;
    struct str number;
    const struct definition *definition; /* NULL: of a version that is not known */
    struct str state_id;
    const struct state *state; /* NULL: not of its workflow */
    enum state_type state_type;
    struct str outcome; /* empty: none */
    const struct team *team;
    int64_t assignee_id; /* 0: nobody */
    struct str assignee, place, district, channel, lang, description;
    bool has_point;
    struct point point; /* of the place, exactly */
    struct instant opened, updated, closed, due;
    bool is_closed, has_due;
    bool is_added; /* the resident was the last to do something, and that after filing */
    const struct answers *answers; /* NULL: not asked for, or not to be read */
};

struct case_found {
    struct case_line *lines;
    size_t n;
    struct str next;     /* the cursor of the next page; empty: this is the last */
    bool is_cut;         /* reading stopped before the page was full, or at the newest
                          * thousand people of a name: there may be more */
    size_t looked_at;    /* cases, whether they were asked for or not; at most rows_max */
    enum case_sort sort; /* in which it came: words have two orders of their own */
};

/* A page of the filter's cases that ctx->actor may read, in the arena. ERR_DENIED for who is no
 * staff; ERR_FILTER for a login that nobody has, and for a reporter and personal answers when the
 * actor does not work on cases. */
enum rc case_search(struct ctx *ctx, const struct case_search *search,
                    struct case_found *ret) MUST_CHECK;

/* Whether a text has the form of a cursor, of whatever order: one that has not was never given. */
bool case_cursor_is(struct str text);

/* The order that a filter is best read in: by match for words, by closing for closed cases alone,
 * by deadline else. */
enum case_sort case_sort_for(const struct case_filter *filter);

#endif
