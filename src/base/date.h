/* Calendar dates and local wall-clock times of the proleptic Gregorian calendar.
 *
 * A date is a day number, so comparing and adding days is arithmetic; year, month and day are
 * computed when shown. Layer: base. Any thread. The day number algorithm is Howard Hinnant's
 * "days_from_civil".
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/arena.h"
#include "base/str.h"

struct date {
    int32_t days; /* since 1970-01-01, which is 0 */
};

struct civil {
    int year;  /* 1 to 9999 */
    int month; /* 1 to 12 */
    int day;   /* 1 to 31 */
};

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* A moment as a clock on the wall shows it. */
struct local_time {
    struct date date;
    int32_t second_of_day; /* 0 to 86,399 */
};

#define DATE_NEVER ((struct date){INT32_MAX})

/* False, *ret untouched, when there is no such day in the years 1 to 9999. */
bool date_of(struct civil civil, struct date *ret);

/* Of any date; only dates outside of date_of's years have other years. */
struct civil date_civil(struct date date);
enum weekday date_weekday(struct date date);

static inline int date_cmp(struct date a, struct date b)
{
    return (a.days > b.days) - (a.days < b.days);
}

/* DATE_NEVER stays it, and nothing goes beyond. */
static inline struct date date_plus(struct date date, int32_t days)
{
    int32_t sum;

    if (date.days == INT32_MAX || __builtin_add_overflow(date.days, days, &sum))
        return date.days > 0 ? DATE_NEVER : (struct date){INT32_MIN};
    return (struct date){sum};
}

/* "2026-07-02" and nothing else. */
bool date_parse(struct str s, struct date *ret);
struct str date_format(struct arena *arena, struct date date);

#endif
