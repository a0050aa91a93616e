/* The end of a resident's account, with all that hangs on it in the engine. Layer: engine. */
#ifndef ENGINE_RESIDENT_ERASE_H
#define ENGINE_RESIDENT_ERASE_H

#include "people/resident.h"

/* Ends the account: nothing is sent any more to its address as a follower, its drafts go with their
 * photos, its name, address and sessions go. Cases stay, with the contact that was given with each:
 * they are the city's record of what was asked of it. Events follower.ended for each case followed,
 * resident.deleted. Own db_tx: all of it or nothing. */
enum rc resident_erase(struct ctx *ctx, const struct resident *resident) MUST_CHECK;

#endif
