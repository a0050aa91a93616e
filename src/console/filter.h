/* What an address asks of a list of cases: filter, order, columns, page. Layer: console, private.
 *
 *     ?q=FILTER&sort=due|newest|oldest|closed|best&cols=service,place,field.lamp&after=CURSOR
 *
 * Without q the choices of a plain form make the filter (state, team, service, mine=1, late=1),
 * and without any the list is of what is open. */
#ifndef CONSOLE_FILTER_H
#define CONSOLE_FILTER_H

#include "console/staff_page.h"
#include "engine/cases/case_field.h"
#include "engine/cases/case_search.h"

enum list_column {
    COLUMN_SERVICE,
    COLUMN_PLACE,
    COLUMN_STATE,
    COLUMN_TEAM,
    COLUMN_DUE,
    COLUMN_ASSIGNEE,
    COLUMN_AGE,
    COLUMN_OPENED,
    COLUMN_UPDATED,
    COLUMN_CLOSED,
    COLUMN_OUTCOME,
    COLUMN_DISTRICT,
    COLUMN_CHANNEL,
    COLUMN_LANG,
    COLUMN_TEXT,
    COLUMN__N,
};

struct list_column_about {
    const char *word; /* "service" */
    enum msg_id name;
};
extern const struct list_column_about list_columns[COLUMN__N];

#define LIST_COLUMNS_MAX 200 /* characters of all columns' words, as a saved view holds them */

struct list_ask {
    struct str text; /* the filter as typed */
    struct case_filter filter;
    struct str trouble; /* what is wrong with it, a sentence; empty: nothing */
    enum case_sort sort;
    bool has_sort;             /* asked for, rather than the filter's own */
    unsigned columns;          /* bit i: list_columns[i] is shown */
    struct case_fields fields; /* then the answers to these */
    bool has_columns;
    struct str after;
};

/* Reads it. RC_OK also when the filter is wrong: ask->trouble says so. */
enum rc list_ask_read(struct ctx *ctx, const struct request *request,
                      struct list_ask *ret) MUST_CHECK;

/* The same from a filter's text, an order ("" for its own) and columns ("" for the usual ones). */
enum rc list_ask_of(struct ctx *ctx, struct str text, struct str sort, struct str columns,
                    struct list_ask *ret) MUST_CHECK;

/* "service,place,due"; empty when they are the usual ones. */
struct str list_ask_columns(struct arena *arena, const struct list_ask *ask);

/* The address under `path` that asks the same, from its first page or from `after`. */
struct str list_ask_url(const struct staff_page *page, const char *path, const struct list_ask *ask,
                        struct str after);

/* The address of the queue with a filter. */
struct str queue_url(const struct staff_page *page, struct str filter);

static inline bool list_ask_shows(const struct list_ask *ask, enum list_column column)
{
    return ask->columns & (1u << column);
}

/* Of the services that are offered, the questions whose answers ctx->actor may list; none when
 * there is no memory for them. */
struct case_fields list_fields(struct ctx *ctx);

/* "field.lamp", and what stands above its column. */
struct str list_field_word(struct arena *arena, const struct case_field *field);
struct str list_field_name(const struct case_field *field, enum lang lang);

bool list_ask_shows_field(const struct list_ask *ask, const struct case_field *field);

/* The help: every key with an example, from the engine's own table. */
enum rc filter_help_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
