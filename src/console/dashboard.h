/* The supervisor's dashboard: what is under way, late and old, and how long closing takes, by
 * service, team and district, within one's grants. Every number is a link to the list of exactly
 * its cases. Nothing is stored for it: it is added up from two covering indexes. Layer: console. */
#ifndef CONSOLE_DASHBOARD_H
#define CONSOLE_DASHBOARD_H

#include "console/filter.h"

#define DASHBOARD_BANDS      4
#define DASHBOARD_CLOSED_MAX 200000 /* cases that a median is made of: the latest closed */

/* Ages in days, as filters say them: "opened:-7d..". */
struct dashboard_band {
    const char *filter;
    enum msg_id name;
};
extern const struct dashboard_band dashboard_bands[DASHBOARD_BANDS];

struct figures {
    struct str name, filter; /* "Pothole", "service:pothole"; empty for all */
    int64_t id;              /* of the service or team */
    int64_t at_work, late, aged[DASHBOARD_BANDS], closed;
    bool has_median;
    int64_t median_minutes;
};

struct figures_table {
    enum msg_id title, column;
    struct figures *rows; /* most work first */
    size_t n;
};

enum { FIGURES_BY_SERVICE, FIGURES_BY_TEAM, FIGURES_BY_DISTRICT, FIGURES__N };

struct dashboard {
    int64_t days; /* of the window for what was closed */
    bool is_cut;  /* more were closed than the median is made of */
    struct figures all;
    struct figures_table tables[FIGURES__N];
};

/* The list of a number's cases: what `kind` asks for ("overdue"), of that row. */
struct str dashboard_url(const struct staff_page *page, const char *kind,
                         const struct figures *figures);

/* "3.2 days", "5 hours"; a dash for none. */
struct str dashboard_median(struct ctx *ctx, const struct figures *figures);

/* How long a bar is, of 100, beside the longest of its table. */
int64_t dashboard_length(const struct figures_table *table, int64_t value);

enum rc dashboard_show(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
