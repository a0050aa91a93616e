/* The queue: any list of cases as a dense table, and the same list as CSV and JSON. Layer:
 * console. */
#ifndef CONSOLE_QUEUE_H
#define CONSOLE_QUEUE_H

#include "console/filter.h"
#include "console/rows.h"

#define QUEUE_PAGE      50
#define QUEUE_COUNT_MAX 1000
#define QUEUE_DATA_ROWS 50000 /* in a CSV or JSON file */

struct queue_view_link {
    struct str name, url, count; /* "42", "1,000+"; empty: not counted */
    bool is_current;
};

/* An act that can be done to many: "assign", "note", "step:resolve". */
struct queue_act {
    struct str value, name;
};

struct queue_view {
    struct list_ask ask;
    struct saved_view_get_row saved; /* the own view this is */
    bool is_saved;
    struct case_line *lines;
    size_t line_n;
    bool is_cut;
    struct str next_url;  /* empty: no more */
    struct str first_url; /* empty: this is the first page */
    struct queue_view_link *links, *own;
    size_t link_n, own_n;
    bool may_work;
    struct str name;     /* what was typed is the name of somebody who reported; empty: it is not */
    struct str name_url; /* their cases ... */
    bool has_name_alone; /* ... which are shown, for no case has the words themselves */
    const struct definition **services; /* of the city, by name */
    size_t service_n;
    struct queue_act *acts;
    size_t act_n;
    struct str view_name; /* typed for a view that could not be saved */
    struct err view_err;
};

/* What stands in a cell, in words. */
struct str queue_cell(struct ctx *ctx, const struct case_line *line, enum list_column column);

/* The case's answer to a field: in words, and as it would be typed; empty for none. */
struct str queue_answer(struct ctx *ctx, const struct case_line *line, struct str field);
struct str queue_answer_typed(struct arena *arena, const struct case_line *line, struct str field);

/* The class of its state's mark. */
const char *queue_tag(const struct case_line *line);

/* The same list in another order, from its first page. */
struct str queue_sort_url(const struct staff_page *page, const struct list_ask *ask,
                          enum case_sort sort);

/* Makes the page of view->ask. */
enum rc queue_show_view(struct ctx *ctx, struct request *request, struct reply *reply,
                        struct queue_view *view) MUST_CHECK;

enum rc queue_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* queue_data.c: the whole list, streamed. */
enum rc queue_csv(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc queue_json(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
