/* Time zones from the system's tzdata (RFC 8536 files, read once).
 *
 * One city has one zone. Instants become local times and back by the rules that hold at that
 * moment; after the last listed change the file's POSIX rule applies. Layer: base. Immutable
 * after loading: any thread.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/ctx.h"
#include "base/date.h"

struct zone;

/* Loads "America/Chicago" from /usr/share/zoneinfo (or $TZDIR). RC_INVALID with ERR_CONFIG when
 * there is no such zone or its file is damaged. Owned: zone_free. */
enum rc zone_load(struct ctx *ctx, struct str name, struct zone **ret) MUST_CHECK;
void zone_free(struct zone *zone);

/* The same from the bytes of such a file, which are not kept. */
enum rc zone_read(struct ctx *ctx, struct str name, struct str bytes, struct zone **ret) MUST_CHECK;

struct str zone_name(const struct zone *zone);

/* Seconds east of UTC in force at that moment. */
int32_t zone_offset_s(const struct zone *zone, struct instant at);

struct local_time zone_local(const struct zone *zone, struct instant at);

/* The instant of a wall-clock time. In the hour that is skipped in spring the time is read with
 * the offset before the change (02:30 becomes 03:30); in the hour that comes twice in autumn the
 * first of the two is meant. */
struct instant zone_instant(const struct zone *zone, struct local_time local);

/* The first instant after the given local date: when a deadline on that day ends. Where clocks
 * are set back over midnight it is the end of the date's second part. */
struct instant zone_end_of_day(const struct zone *zone, struct date date);

/* "2026-07-02T16:30:00-05:00". Fractions of a second are dropped; an offset with seconds (before
 * standard time) is rounded to the minute towards UTC, and the time is shown with that. */
struct str zone_format_rfc3339(struct arena *arena, const struct zone *zone, struct instant at);

#endif
