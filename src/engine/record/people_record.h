/* What people's functions record, as events of the record. Layer: engine. */
#ifndef ENGINE_PEOPLE_RECORD_H
#define ENGINE_PEOPLE_RECORD_H

#include "base/ctx.h"

/* A people_record_fn (people/people.h): an event for staff, about no case. */
enum rc people_record(struct ctx *ctx, const char *kind, struct str payload) MUST_CHECK;

#endif
