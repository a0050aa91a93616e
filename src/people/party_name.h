/* People's names as they are looked for: party.folded, which is written with party.name wherever
 * that is written, so that one spelling finds the others on every store. Layer: people. Any thread.
 */
#ifndef PEOPLE_PARTY_NAME_H
#define PEOPLE_PARTY_NAME_H

#include "base/ctx.h"

#define PARTY_NAMES_RUN 500 /* made good in one transaction */

/* What is stored and compared for a name: folded (utf8_fold), its words one blank apart and none
 * around them. Of one so long that this has more than 800 bytes, their beginning. In the arena; the
 * empty string on failure, and for a name without anything to be seen. */
struct str party_name_fold(struct arena *arena, struct str name);

/* Gives names that a version before wrote (party.folded NULL) what they are looked for by: so many
 * at once. *ret_is_done says that none is left. Table party. Inside db_tx. */
enum rc party_names_fold(struct ctx *ctx, bool *ret_is_done) MUST_CHECK;

#endif
