/* What the whole folder needs to know of its installation, set once.
 *
 * Accounts, grants and sessions change through functions of this folder alone, and each change is
 * an event of the record. The record lies above this layer, so the program hands it in: whoever
 * changes something cannot forget to record it, and the event is in the same transaction.
 * Layer: people. Any thread after people_use.
 */
#ifndef PEOPLE_PEOPLE_H
#define PEOPLE_PEOPLE_H

#include "base/ctx.h"

#define PEOPLE_KEY_BYTES 32

/* Adds an event by ctx->actor at ctx->now about a person: `kind` such as "account.added", `payload`
 * a JSON object. Runs inside db_tx; its failure undoes the change. */
typedef enum rc people_record_fn(struct ctx *ctx, const char *kind, struct str payload);

struct people_setup {
    unsigned char key[PEOPLE_KEY_BYTES]; /* the installation's: encrypts secrets at rest */
    bool is_demonstration;               /* signs in without codes, keeps first passwords */
    people_record_fn *record;
};

/* Copies the setup; once, before any thread starts. What changes or checks anything in this
 * folder needs it. */
void people_use(const struct people_setup *setup);

const struct people_setup *people_setup(void);

/* Records a change of this folder's own. Inside db_tx. */
struct people_fact {
    struct str name, value;
};
enum rc people_note(struct ctx *ctx, const char *kind, const struct people_fact *facts,
                    size_t n) MUST_CHECK;

/* Gives ctx->conn a reader unless it has one. */
enum rc people_reader(struct ctx *ctx) MUST_CHECK;

#endif
