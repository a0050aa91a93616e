/* The worker: what the program does by itself while it serves.
 *
 * One thread reads the city anew when it has changed, runs due jobs, sends what is in the outbox,
 * and once a minute signs the record's head, looks for messages lost with another worker and leaves
 * a sign of life (engine/work/sign.h). It looks at least once a second; after a relay that did not
 * answer it lets the mail rest for half a minute, so that jobs need not wait for that again and
 * again. A second thread watches the first and logs "worker.stuck" when nothing has ended for too
 * long, with what it is at, and "worker.moves" when it goes on. Several programs on one database
 * each have a worker; they share the work. Layer: app.
 */
#ifndef APP_WORKER_H
#define APP_WORKER_H

#include "app/home.h"
#include "app/live_city.h"
#include "base/module.h"

#define WORKER_STUCK_S 300 /* no mail and no job takes as long as that */

struct worker_options {
    const struct home *home;             /* with its city; borrowed until worker_stop */
    struct live_city *live;              /* the same city, kept new by the worker; NULL: it stays */
    struct str base_url;                 /* for links in messages; borrowed as well */
    const struct module *const *modules; /* whose jobs it runs; ended by NULL */
    int64_t stuck_ms;                    /* 0: WORKER_STUCK_S; for tests */
    int64_t pause_ms;                    /* between rounds; 0: a second; for tests */
};

/* Starts the thread. ERR_MEMORY. Owned: worker_stop. */
struct worker;
enum rc worker_start(struct ctx *ctx, const struct worker_options *options,
                     struct worker **ret) MUST_CHECK;

/* Ends it within a second: a job runs to its end, a mail that the relay does not take by then is
 * let go. NULL is allowed. */
void worker_stop(struct worker *worker);

/* For /healthz and /metrics. From any thread. */
struct worker_state {
    int64_t idle_ms;    /* since it last ended a round, a job or a message */
    bool is_stuck;      /* for longer than WORKER_STUCK_S */
    bool is_store_away; /* the store failed it when it last looked for a job; that it was busy, full
                         * or read-only does not count */
    int64_t rounds, jobs, messages, failures;
    int64_t halts; /* how often it was found stuck */
};
struct worker_state worker_state(const struct worker *worker);

#endif
