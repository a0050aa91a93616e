/* How busy the store's writing is, for metrics. Layer: db. Any thread. */
#ifndef DB_STATS_H
#define DB_STATS_H

#include <stdint.h>

struct db;

/* Since the store was opened, of this program alone. */
struct db_stats {
    int64_t queued;       /* transactions that wait now: for the writer, or for a connection */
    int64_t transactions; /* that were run, undone ones included */
    int64_t groups;       /* commits; on SQLite each holds many, on PostgreSQL one */
    int64_t repeated;     /* begun again after a conflict; 0 on SQLite, which has none */
};
struct db_stats db_stats(const struct db *db);

#endif
