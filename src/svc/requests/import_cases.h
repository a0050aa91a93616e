/* Taking over another system's cases from a table (CSV).
 *
 * Rows go into the store in groups, each in one transaction, so that an import that was interrupted
 * is run again and goes on where it stopped. A row that cannot be used goes to the rejects, with
 * its line and the reason, and the others go on. While one group is written the next is read, on a
 * thread more. Layer: svc.
 */
#ifndef SVC_REQUESTS_IMPORT_CASES_H
#define SVC_REQUESTS_IMPORT_CASES_H

#include "svc/requests/import_map.h"

struct import_counts {
    int64_t rows; /* looked at so far */
    int64_t taken, there_before, rejected;
};

struct import_run {
    const struct import_map *map; /* not yet bound to a header */
    struct str file;              /* the table's name, for problems */
    int fd;                       /* borrowed, at its beginning */
    size_t group;                 /* rows in one transaction at most; 0: 4000 */
    bool is_dry;                  /* counted and rejected as ever, and nothing is kept */
    struct buf *rejects;          /* CSV: line, reason, and the row's own cells */
    /* Told after each group how far it is. NULL: nobody. */
    void (*progress)(void *arg, const struct import_counts *counts, int64_t bytes_taken);
    void *progress_arg;
};

/* Imports the table. ctx has ctx->city and no reader; its actor is who imports. RC_INVALID
 * (ERR_FORMAT) before anything is taken when the table lacks columns of the map. */
enum rc import_cases(struct ctx *ctx, const struct import_run *run, struct problems *problems,
                     struct import_counts *ret) MUST_CHECK;

#endif
