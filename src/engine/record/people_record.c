#include "engine/record/people_record.h"

#include "engine/record/record.h"

enum rc people_record(struct ctx *ctx, const char *kind, struct str payload)
{
    return record_add_other(ctx, kind, EVENT_STAFF, payload);
}
