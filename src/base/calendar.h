/* Business calendars: which days a city works, and when a deadline ends.
 *
 * A calendar is a plain value: opening hours by weekday, and sorted lists of holidays and of
 * closures (a storm, a moved office), which may be added later; nothing here reads a file or a
 * clock. The rules of deadlines: the filing day does not count; what is filed at or after closing
 * time, or on a day that is no workday, counts as filed on the next workday; a deadline ends at
 * the end of its local day. Every answer can carry a trace of the days that were passed over and
 * why, which is what "Why?" shows. Layer: base. Immutable while in use: any thread.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/ctx.h"
#include "base/date.h"
#include "base/lang.h"
#include "base/zone.h"

/* From open_s up to close_s, seconds of the local day; close_s may be 86,400. Equal: closed. */
struct calendar_hours {
    int32_t open_s, close_s;
};

struct calendar_day {
    struct date date;
    struct text name; /* "Labor Day"; "Ice storm" */
};

struct calendar {
    const struct zone *zone;                        /* borrowed */
    struct calendar_hours week[7];                  /* by enum weekday */
    const struct calendar_day *holidays, *closures; /* borrowed; each sorted by date */
    size_t holidays_n, closures_n;
};

enum calendar_reason {
    CALENDAR_WEEKEND, /* the weekday has no opening hours */
    CALENDAR_HOLIDAY,
    CALENDAR_CLOSURE,
    CALENDAR_AFTER_CLOSING, /* the day of filing, when the office had closed */
};

struct calendar_skip {
    struct date date;
    enum calendar_reason reason;
    const struct text *name; /* of the holiday or closure, borrowed from the calendar; or NULL */
};

struct calendar_deadline {
    struct instant end;                /* the first instant at which it is too late */
    struct date date;                  /* the last local day on which it is not */
    struct date counts_from;           /* the day as on which it was filed */
    const struct calendar_skip *skips; /* in order of date; arena */
    size_t skips_n;
};

enum calendar_unit { CALENDAR_ELAPSED_S, CALENDAR_WORK_S, CALENDAR_WORKDAYS };

/* "2 workdays", "8 working hours" (as seconds), "60 days" elapsed (as seconds). */
struct calendar_span {
    enum calendar_unit unit;
    int64_t amount;
};

/* Sorts days by date, as the lists of a calendar have to be. */
void calendar_sort(struct calendar_day *days, size_t n);

bool calendar_is_workday(const struct calendar *calendar, struct date date);

/* The first workday after `date`. RC_INVALID with ERR_CONFIG when there is none for ten years. */
enum rc calendar_next_workday(struct ctx *ctx, const struct calendar *calendar, struct date date,
                              struct date *ret) MUST_CHECK;

/* The day that follows by `n` workdays the day as on which `filed` counts; 0 is that day itself.
 * RC_INVALID with ERR_CONFIG when the calendar has not that many workdays, ERR_TOO_BIG for more
 * than ten years of them. `n` is not negative. */
enum rc calendar_add_workdays(struct ctx *ctx, const struct calendar *calendar,
                              struct local_time filed, int64_t n,
                              struct calendar_deadline *ret) MUST_CHECK;

/* The moment by which the city has been open for `work_s` seconds since `from`. The clock runs
 * from the moment of filing when that is within opening hours. Real seconds: a day on which
 * clocks change inside opening hours is an hour shorter or longer. Errors as
 * calendar_add_workdays. */
enum rc calendar_add_work_seconds(struct ctx *ctx, const struct calendar *calendar,
                                  struct instant from, int64_t work_s,
                                  struct calendar_deadline *ret) MUST_CHECK;

/* When something filed at `filed` is due. Elapsed time takes no notice of the calendar. */
enum rc calendar_due(struct ctx *ctx, const struct calendar *calendar, struct instant filed,
                     struct calendar_span span, struct calendar_deadline *ret) MUST_CHECK;

/* The day `n` workdays after `date`; `date` itself, workday or not, when n is not positive. Takes
 * as many steps as days: for a calendar with a workday a week at least. */
struct date calendar_plus_workdays(const struct calendar *calendar, struct date date, int64_t n);

/* The workdays after `from` up to and including `to`; negative when `to` is the earlier. Takes
 * time with the number of holidays, not of days. */
int64_t calendar_workdays_between(const struct calendar *calendar, struct date from,
                                  struct date to);

/* For how many seconds the city was open from `from` until `to`; negative when `to` is the
 * earlier. Takes a fraction of a microsecond per day. */
int64_t calendar_work_seconds_between(const struct calendar *calendar, struct instant from,
                                      struct instant to);

#endif
