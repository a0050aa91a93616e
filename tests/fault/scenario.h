/* What the program changes, made to fail: at the n-th fallible call or the n-th write of the disk,
 * for every n; only in builds with -Dfaults=true.
 *
 * A scenario is one change. Whatever fails says why and leaves every row as it was, and done once
 * more it succeeds. The count of fault points may not fall: fewer mean that a wrapper no longer
 * asks. */
#ifndef FAULT_SCENARIO_H
#define FAULT_SCENARIO_H

#include "base/crypto.h"
#include "engine/test_town.h"

enum scenario_how {
    /* More than one transaction: those before the failure stay, or a failure is itself noted. Then
     * `check`, or doing it once more, says what must hold. */
    STEPWISE = 1,
    READING = 2, /* with a reader, as a request has one */
    REMOTE = 4,  /* of a failure a status alone is told */
};

struct scenario {
    const char *name;
    int64_t points_min; /* fallible calls when nothing fails */
    /* Makes what it needs, unarmed, before each run; NULL: nothing. `n` is another in each. */
    void (*prepare)(struct test_town *town, int64_t n);
    /* The change; run once more with the same `n` when it failed. */
    enum rc (*act)(struct ctx *ctx, struct test_town *town, int64_t n);
    /* NULL: that nothing has changed is all there is to say. */
    void (*check)(struct test_town *town, int64_t n, bool is_done);
    unsigned how; /* enum scenario_how */
};

/* A disk that answers every write from the n-th on with SQLite's code, told as this error. */
struct disk {
    int code;
    enum err_id error;
};
enum { DISKS = 3 }; /* full, broken, read-only */
extern const struct disk disks[DISKS];

/* On `disk`, or with NULL the fallible calls. The town lives on the VFS of disk_vfs.h then. */
void scenario_fail_each(struct test_town *town, const struct scenario *scenario,
                        const struct disk *disk);

/* Once without a failure, counting its fault points; and once with the middle one failing. */
void scenario_try(struct test_town *town, const struct scenario *scenario);

/* The city's, which sign its record. */
const struct crypto_keypair *scenario_keys(void);

/* Whatever failed, the record is dense and whole, and signs. */
void scenario_check_record(struct test_town *town);

/* Gives the town's store a sequencer, so that events get their places; and ends it, after the
 * store was closed. */
void scenario_begin(struct test_town *town);
void scenario_end(void);

#endif
