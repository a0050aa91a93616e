/* What search finds cases by, put right in the background: a few hundred entries or pages of an
 * index to a transaction, so that others who write wait for milliseconds.
 *
 * "words.forget" is set when words were taken out of an entry (case_words_forget): SQLite leaves
 * them in older parts of its full-text index until these are written anew, which is done here, part
 * by part, to the end. "words.everybody" is set by a migration: it makes entries anew that an older
 * version made of more: everybody's where the service blurs its places, staff's where it asks for a
 * personal text. Each run sets the next one in its own
 * transaction. Layer: engine. */
#ifndef ENGINE_WORDS_JOB_H
#define ENGINE_WORDS_JOB_H

#include "engine/work/job.h"

#define WORDS_ENTRIES 200 /* looked at in one run */
#define WORDS_PAGES   256 /* of the index, of some 4 KB, written in one run */

extern const struct job_kind words_jobs[];

/* Runs what a migration has left to do to its end: for a command that upgrades. Without a reader;
 * with the city. */
enum rc words_catch_up(struct ctx *ctx) MUST_CHECK;

#endif
