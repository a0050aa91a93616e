/* How busy the store's writing is, for metrics. Layer: db. Any thread. */
#ifndef DB_STATS_H
#define DB_STATS_H

#include <stdint.h>

struct db;

/* Since the store was opened. All 0 on PostgreSQL, whose own views say it. */
struct db_stats {
    int64_t queued;       /* transactions that wait for the writer now */
    int64_t transactions; /* that were run, undone ones included */
    int64_t groups;       /* in so many commits */
};
struct db_stats db_stats(const struct db *db);

#endif
