/* What an event about a case says, written and added in one go.
 *
 * The payload is one JSON object. Between case_event_begin and its end the caller puts the members
 * on `json`; the object itself is opened and closed here. Layer: engine. Inside db_tx only. Errors
 * of the ends: ERR_TOO_LARGE when it does not fit into RECORD_PAYLOAD_MAX, and the store's.
 */
#ifndef ENGINE_CASE_EVENT_H
#define ENGINE_CASE_EVENT_H

#include "engine/record/record.h"

struct case_event {
    struct buf out;
    struct json_writer json;
};

void case_event_begin(struct ctx *ctx, struct case_event *event);

enum rc case_event_end(struct ctx *ctx, struct case_event *event, int64_t case_id,
                       enum event_kind kind, enum event_audience audience) MUST_CHECK;

/* The same, with the event's id for the notices that speak of it; about->payload is not read. */
enum rc case_event_add(struct ctx *ctx, struct case_event *event, const struct event *about,
                       int64_t *ret_id) MUST_CHECK;

/* An event that says a text alone: {"text": "..."}. */
enum rc case_event_text(struct ctx *ctx, int64_t case_id, enum event_kind kind,
                        enum event_audience audience, struct str text) MUST_CHECK;

/* Whether the text is the one that an event of case_event_text said less than ten minutes ago: a
 * form that was sent twice. `payload` is that event's as it is stored, empty when it was erased. */
bool case_event_is_again(struct ctx *ctx, struct instant at, struct str payload, struct str text);

#endif
