/* A case as the public sees it: the one projection that lists, maps, feeds, search, Open311 and
 * open data share.
 *
 * Whoever shows cases to somebody who is neither staff nor their reporter takes them from here and
 * shows nothing else, so that a new channel cannot release what the definition does not: there is
 * no name, contact, answer, note or photo in it, the description only when staff released it, and
 * where the service blurs places the block in place of the house. Cases that are confidential,
 * hidden by staff, or of a service that is not for the public do not exist here.
 *
 * A box of coordinates is asked about the place that is shown, never about the exact one: else
 * small boxes would find the house again. Layer: engine. Reads `cases` and `place`.
 */
#ifndef ENGINE_PUBLIC_CASE_H
#define ENGINE_PUBLIC_CASE_H

#include "base/json.h"
#include "engine/definition/answer.h"
#include "engine/definition/city.h"
#include "place/geometry.h"

#define PUBLIC_CASES_MAX 200 /* on one page */

/* How far a house may lie from the middle of its block, at which it is shown where it is blurred.
 */
#define PUBLIC_BLOCK_REACH_M 300

struct public_place {
    struct str label; /* empty: the public is not told; a block in ctx->lang */
    bool has_point;
    struct point point; /* of the block where it is blurred */
    bool is_blurred;
};

/* The members "is_block", and where there is a point "lat" and "lon", of an object that is open. */
void public_place_put_point(struct json_writer *json, const struct public_place *place);

struct public_case {
    int64_t id; /* for further questions about it; never shown */
    struct str number;
    const struct definition *definition; /* of its version */
    const struct state *state;
    struct instant opened, updated;
    bool is_closed, has_due;
    struct instant closed, due;
    struct str district; /* empty: none */
    struct public_place place;
    struct str description;        /* empty unless it was released */
    const struct outcome *outcome; /* NULL: none yet */
};

/* What of a case's row decides its public place. */
struct public_place_source {
    struct str address, label; /* as in the table `place` */
    bool has_point;
    struct point point;
};

/* The place as the definition lets the public see it. Where it is blurred and the city has no
 * street for it, nothing is shown. Only memory can fail. */
enum rc public_place(struct ctx *ctx, const struct definition *definition,
                     const struct public_place_source *source, struct public_place *ret) MUST_CHECK;

/* Where a page ends: the next one begins after it. */
struct public_cursor {
    struct instant opened;
    int64_t id;
};

/* "1767225600000000-17", and back; false, *ret untouched, for anything else. */
struct str public_cursor_text(struct arena *arena, struct public_cursor cursor);
bool public_cursor_parse(struct str text, struct public_cursor *ret);

/* Which cases are asked for. Ids and values come from the enumerations of the city: a service's
 * row, a district's id, a type of state. */
struct public_filter {
    int64_t service;         /* 0: all */
    const int64_t *services; /* any of these, where `service` is 0 */
    size_t service_n;        /* 0: all */
    struct str district;     /* empty: all */
    bool has_state;
    enum state_type state;
    unsigned states; /* without has_state: bit (1 << type) for each type asked for; 0: all */
    bool has_from, has_until;
    struct instant from, until; /* opened at or after; opened before */
    bool is_by_updated; /* newest first by `updated`, which the page's end then holds as `opened` */
    bool has_updated_from, has_updated_until;
    struct instant updated_from, updated_until; /* only with is_by_updated; as from and until */
    bool has_box;
    struct box box;
    struct str words; /* as typed: all stand in what everybody is shown of the case; empty: all */
    bool has_after;
    struct public_cursor after;
    bool is_bare; /* who only counts them: the places are left out, which cost the most */
    size_t most;  /* 1 to PUBLIC_CASES_MAX */
};

/* Whether a case is one of those asked for, but for the words. */
bool public_filter_has(const struct public_filter *filter, const struct public_case *shown);

struct public_cases {
    struct public_case *of;
    size_t n;
    bool has_more;             /* there may be more after `next` */
    struct public_cursor next; /* set when has_more */
    size_t missed; /* cases that were looked at for it and are not asked for, or not public */
};

/* One page, newest first; of those with words the latest entered first. A page may hold fewer cases
 * than asked for, even none, and still have more after it: so many rows are read for one page at
 * most, whatever the filter. Pages read one after the other hold every case once. A filter is never
 * refused; only the store and memory fail. */
enum rc public_cases(struct ctx *ctx, const struct public_filter *filter,
                     struct public_cases *ret) MUST_CHECK;

/* The one case of a row. ERR_NOT_FOUND when there is none that the public may see. */
enum rc public_case_get(struct ctx *ctx, int64_t case_id, struct public_case *ret) MUST_CHECK;

/* The cases of these public numbers (canonical, number.h), in the order given; what is not public
 * is left out, as if it were not there. */
enum rc public_cases_numbered(struct ctx *ctx, const struct str *numbers, size_t n,
                              struct public_cases *ret) MUST_CHECK;

/* "west,south,east,north" in degrees. False, *ret untouched, for anything that is not four numbers
 * on earth, and for a box without extent. */
bool public_box_parse(struct arena *arena, struct str text, struct box *ret);

#endif
