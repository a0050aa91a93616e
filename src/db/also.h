/* What is to be written together with a transaction that somebody else makes.
 *
 * Whoever calls another's function, which changes the store by a db_tx of its own, and must note
 * that it did in the same transaction, says so here before: both are on disk or neither is. For the
 * calling thread alone. Layer: db. */
#ifndef DB_ALSO_H
#define DB_ALSO_H

#include "db/db.h"

struct db_also {
    db_tx_fn
        *fn; /* runs at the end of the transaction, as a part of it: as db_tx says of its own */
    void *arg;
    bool is_done; /* set when a transaction was committed with it */
};

/* From now on until the next call the first db_tx of this thread that is committed also runs
 * `also`, borrowed; one whose function fails runs nothing of it, and is undone when `also` fails.
 * NULL: nothing any more. */
void db_also(struct db_also *also);

#endif
