/* The queue: open work as a dense table, filtered, sorted, paged by keyset. Layer: console. */
#ifndef CONSOLE_QUEUE_H
#define CONSOLE_QUEUE_H

#include "console/queries.h"
#include "console/staff_page.h"

#define QUEUE_PAGE      50
#define QUEUE_COUNT_MAX 1000

enum queue_sort { QUEUE_BY_DUE, QUEUE_NEWEST };

/* What the address says is wanted. */
struct queue_filter {
    enum state_type state;
    const struct team *team;          /* NULL: any */
    const struct definition *service; /* NULL: any */
    bool is_mine, is_late;
    enum queue_sort sort;
    bool has_after;      /* the keyset: rows behind this one */
    bool is_after_dated; /* by due: it had a deadline */
    struct instant after_at;
    int64_t after_id;
};

struct queue_line {
    struct str number, service, place, team, state, assignee, age;
    const char *tag;
    bool has_due;
    struct due_mark due;
};

struct queue_view_link {
    struct str name, url, count; /* "42", "1000+" */
    bool is_current;
};

struct queue_view {
    struct queue_filter filter;
    struct str title;
    struct queue_line *lines;
    size_t line_n;
    struct str next_url;  /* empty: no more */
    struct str first_url; /* empty: this is the first page */
    struct queue_view_link *links;
    size_t link_n;
};

/* The same filter in another order, from its first page. */
struct str queue_sort_url(const struct staff_page *page, const struct queue_filter *filter,
                          enum queue_sort sort);

enum rc queue_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
