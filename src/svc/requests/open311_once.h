/* The header Idempotency-Key of a filing over Open311, as api/once.h has it for the other interface
 * for programs: a report that a program sends twice is one case, answered twice, for ever; another
 * report with the same key is refused for two days and is a report of its own after that, so that
 * none is lost. Of two different ones at the same moment one is filed.
 *
 * The standard has no such header; clients that send none file as often as they call. Layer: svc.
 */
#ifndef SVC_REQUESTS_OPEN311_ONCE_H
#define SVC_REQUESTS_OPEN311_ONCE_H

#include "engine/cases/cases.h"
#include "web/request.h"

/* A report is known for as long as its case is kept, so what versions before called it is looked
 * for as long. */
struct open311_once {
    struct str name;   /* 64 digits of program, key and report: the filing's submission; empty: the
                          client sent no key */
    struct str former; /* as a version before named it, by program and key alone: the first half is
                          the same */
    size_t key_n;      /* so many digits of either are the program's and the key's alone */
    struct instant since; /* no other report with them is taken that came after that */
};

/* Reads the header of a call of that program's. Errors of idempotency_key_read; what reading an
 * upload fails with. */
enum rc open311_once_read(struct ctx *ctx, const struct request *request, int64_t program,
                          struct open311_once *ret) MUST_CHECK;

/* The case that the same report made before: then ret->was_there_before, else *ret untouched. Needs
 * nothing of the city as it is now: to be asked before anything of the report can be refused.
 * Reads. */
enum rc open311_once_find(struct ctx *ctx, const struct request *request,
                          const struct open311_once *once, struct filed *ret) MUST_CHECK;

/* For a report that was not found so. A case of a version before is the same one when it still has
 * the service, place, answers and text of this filing: then as above. ERR_IDEMPOTENCY when the key
 * came with another report. Reads. */
enum rc open311_once_check(struct ctx *ctx, const struct open311_once *once,
                           const struct filing *filing, struct filed *ret) MUST_CHECK;

#endif
