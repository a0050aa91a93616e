/* The public list of cases and its other forms: a page with a map, JSON, CSV, an Atom feed
 * (RFC 4287) and GeoJSON points (RFC 7946), all of the same filters.
 *
 * Every form takes q (words, engine/cases/public_search.h), service, district, state ("open",
 * "waiting", "closed"), from and until (dates of the city), bbox (west,south,east,north) and after
 * (a cursor). What is shown of a case is
 * engine/cases/public_case.h's to say, and nothing is added here. Layer: portal. */
#ifndef PORTAL_LIST_H
#define PORTAL_LIST_H

#include "engine/cases/public_case.h"
#include "portal/city_map.h"

#define LIST_PAGE     20  /* cases on a page */
#define LIST_DATA     100 /* in one JSON page */
#define LIST_FEED     50  /* entries of a feed */
#define LIST_POINTS   200 /* points of a map */
#define LIST_CSV_ROWS 10000
#define LIST_WORDS    200 /* bytes of a search */

/* The filter as it was asked for, with what the page shows again. */
struct list_choice {
    struct public_filter filter;
    const struct definition *service; /* NULL: all */
    struct str district;              /* id; empty: all */
    struct str state;                 /* word; empty: all */
    struct str from, until;           /* dates that were understood; empty: none */
    struct str bbox;
    struct str words; /* that are searched for; empty: none */
    struct str trouble,
        trouble_in; /* what was not understood, and of which input; empty: nothing */
};

/* Reads the filter of a request; `most` cases a page. RC_INVALID for what no form can have sent,
 * because the answer would be about something else: ERR_FILTER, err.arg the sentence, for a
 * service, district, state or day that there is not; ERR_MALFORMED for a bbox that is none.
 * Services that are offered no more are still asked for; other parameters and a cursor that is none
 * are left out. */
enum rc list_read(struct ctx *ctx, const struct request *request, size_t most,
                  struct list_choice *ret) MUST_CHECK;

/* "/cases.json?service=pothole&after=..."; `after` NULL: the first page. In the page's language. */
struct str list_url(struct ctx *ctx, const char *path, const struct list_choice *choice,
                    const struct public_cursor *after);

/* "Pothole, 795 Massachusetts Ave" */
struct str list_title(struct ctx *ctx, const struct public_case *shown);
struct str list_case_url(struct ctx *ctx, const struct public_case *shown);
struct str list_state_word(const struct state *state);

struct list_line {
    const struct public_case *shown;
    int marker; /* its number on the map; 0: none */
};

struct list_view {
    struct list_choice choice;
    const struct definition **services; /* that may be asked for */
    size_t service_n;
    const struct layer *districts; /* NULL: the city has none */
    struct list_line *lines;
    size_t line_n;
    struct str newest_url, older_url; /* empty: there is none */
    struct str blurred; /* services that show a block in place of the house; empty: none */
    bool has_map;
    struct figure map;
};

enum rc list_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* list_data.c */
enum rc list_json(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc list_csv(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc list_geojson(struct ctx *ctx, struct request *request, struct reply *reply);

/* list_feed.c */
enum rc list_atom(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
