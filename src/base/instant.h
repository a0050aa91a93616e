/* Instants, durations and the clock.
 *
 * An instant is microseconds since 1970-01-01 UTC, the only form in which moments are stored.
 * Local dates and legal deadlines are in date.h and calendar.h, time zones in zone.h.
 * Layer: base. Any thread.
 */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include "base/arena.h"
#include "base/str.h"

struct instant {
    int64_t us_utc;
};

#define US_PER_S   INT64_C(1000000)
#define US_PER_MIN (60 * US_PER_S)
#define US_PER_H   (60 * US_PER_MIN)
#define US_PER_DAY (24 * US_PER_H)

/* The moment it is. Work takes it once, into ctx->now. In test builds (meson -Dtest_clock=true)
 * the environment variable CITYHALL_CLOCK, an RFC 3339 instant, sets where the clock starts. */
struct instant clock_now(void);

/* Milliseconds of a clock that never jumps; for deadlines and measuring, not for records. */
int64_t clock_monotonic_ms(void);

static inline int instant_cmp(struct instant a, struct instant b)
{
    return (a.us_utc > b.us_utc) - (a.us_utc < b.us_utc);
}

/* Stops at the first and the last instant there is. */
static inline struct instant instant_plus_us(struct instant at, int64_t us)
{
    int64_t sum;

    if (__builtin_add_overflow(at.us_utc, us, &sum))
        sum = us > 0 ? INT64_MAX : INT64_MIN;
    return (struct instant){sum};
}

/* RFC 3339 with an offset or Z: "2026-07-02T16:30:00-05:00", fractions of a second allowed.
 * False, *ret untouched, for anything else. */
bool instant_parse(struct str s, struct instant *ret);

/* "2026-07-02T21:30:00Z"; fractions of a second only when there are any. */
struct str instant_format_utc(struct arena *arena, struct instant at);

#endif
