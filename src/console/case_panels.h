/* What stands beside a case: other cases at the place, likely duplicates, linked ones, those of the
 * same reporter, and who follows it. Only cases that ctx->actor may read. Layer: console, private.
 */
#ifndef CONSOLE_CASE_PANELS_H
#define CONSOLE_CASE_PANELS_H

#include "console/case_view.h"
#include "console/rows.h"

struct panel_line {
    int64_t id;
    struct str number, service, place, state;
    const char *tag; /* its class */
    bool is_open;    /* or waiting: not closed */
    struct instant opened;
    struct str distance; /* "12 m"; empty where that says nothing */
};

struct panel_lines {
    struct panel_line *of;
    size_t n;
};

struct case_panels {
    struct panel_lines same_place, duplicates, related, took_in, of_reporter;
    struct panel_lines merged_into; /* one, or none */
    struct str of_reporter_all; /* the filter that finds all of these; empty: no more are known */
    struct case_followers_rows followers;
};

enum rc case_panels_load(struct ctx *ctx, const struct case_view *view,
                         struct case_panels *ret) MUST_CHECK;

#endif
