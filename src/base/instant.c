#include "base/instant.h"

#include <stdlib.h>
#include <time.h>

#include "base/date.h"

static struct instant system_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (struct instant){(int64_t)now.tv_sec * US_PER_S + now.tv_nsec / 1000};
}

#ifdef CITYHALL_TEST_CLOCK
#include <pthread.h>

static int64_t test_shift_us;

static void read_test_clock(void)
{
    const char *text = getenv("CITYHALL_CLOCK");
    struct instant start;

    if (text && instant_parse(str_of(text), &start))
        test_shift_us = start.us_utc - system_now().us_utc;
}

struct instant clock_now(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, read_test_clock);
    return instant_plus_us(system_now(), test_shift_us);
}
#else
struct instant clock_now(void)
{
    return system_now();
}
#endif

int64_t clock_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes `n` digits off the front of *s. */
static bool take_digits(struct str *s, size_t n, int *ret)
{
    int64_t value;

    if (s->n < n || s->p[0] == '-' || !str_to_i64(str_slice(*s, 0, n), &value))
        return false;
    *s = str_slice(*s, n, s->n);
    *ret = (int)value;
    return true;
}

static bool take_byte(struct str *s, char byte)
{
    if (s->n == 0 || s->p[0] != byte)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

/* ".25" as microseconds; digits past the sixth are dropped. */
static bool take_fraction(struct str *s, int64_t *ret_us)
{
    int64_t us = 0, unit = US_PER_S / 10;
    size_t digits = 0;

    if (!take_byte(s, '.')) {
        *ret_us = 0;
        return true;
    }
    for (; digits < s->n && s->p[digits] >= '0' && s->p[digits] <= '9'; digits++) {
        us += (s->p[digits] - '0') * unit;
        unit /= 10;
    }
    *s = str_slice(*s, digits, s->n);
    *ret_us = us;
    return digits > 0;
}

static bool take_offset(struct str *s, int64_t *ret_us)
{
    int sign, hours, minutes;

    if (take_byte(s, 'Z') || take_byte(s, 'z')) {
        *ret_us = 0;
        return true;
    }
    sign = take_byte(s, '-') ? -1 : 1;
    if (sign > 0 && !take_byte(s, '+'))
        return false;
    if (!take_digits(s, 2, &hours) || !take_byte(s, ':') || !take_digits(s, 2, &minutes) ||
        hours > 23 || minutes > 59)
        return false;
    *ret_us = sign * (hours * US_PER_H + minutes * US_PER_MIN);
    return true;
}

bool instant_parse(struct str s, struct instant *ret)
{
    struct date date;
    int hour, minute, second;
    int64_t fraction_us, offset_us;

    if (!date_parse(str_slice(s, 0, 10), &date))
        return false;
    s = str_slice(s, 10, s.n);
    if (!take_byte(&s, 'T') && !take_byte(&s, 't') && !take_byte(&s, ' '))
        return false;
    if (!take_digits(&s, 2, &hour) || !take_byte(&s, ':') || !take_digits(&s, 2, &minute) ||
        !take_byte(&s, ':') || !take_digits(&s, 2, &second) || !take_fraction(&s, &fraction_us) ||
        !take_offset(&s, &offset_us) || s.n)
        return false;
    /* A leap second (:60) is read as the first second of the next minute. */
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    ret->us_utc = date.days * US_PER_DAY + hour * US_PER_H + minute * US_PER_MIN +
                  second * US_PER_S + fraction_us - offset_us;
    return true;
}

struct str instant_format_utc(struct arena *arena, struct instant at)
{
    int64_t us_of_day = at.us_utc % US_PER_DAY;
    int64_t days = at.us_utc / US_PER_DAY - (us_of_day < 0);
    struct civil day = date_civil((struct date){(int32_t)days});
    int64_t s, us;

    if (us_of_day < 0)
        us_of_day += US_PER_DAY;
    s = us_of_day / US_PER_S;
    us = us_of_day % US_PER_S;
    if (us)
        return str_fmt(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", day.year, day.month, day.day,
                       (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60), (int)us);
    return str_fmt(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", day.year, day.month, day.day,
                   (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}
