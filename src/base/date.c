#include "base/date.h"

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool date_of(struct civil civil, struct date *ret)
{
    int year = civil.year, era, year_of_era, day_of_year, day_of_era;

    if (year < 1 || year > 9999 || civil.month < 1 || civil.month > 12 || civil.day < 1 ||
        civil.day > days_in_month(year, civil.month))
        return false;
    /* Years are counted from March, so that the leap day is the last of its year. */
    year -= civil.month <= 2;
    era = year / 400;
    year_of_era = year - era * 400;
    day_of_year = (153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day - 1;
    day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    ret->days = era * 146097 + day_of_era - 719468;
    return true;
}

struct civil date_civil(struct date date)
{
    int64_t days = date.days + INT64_C(719468);
    int era = (int)((days >= 0 ? days : days - 146096) / 146097);
    int day_of_era = (int)(days - era * INT64_C(146097));
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    int month = march_month < 10 ? march_month + 3 : march_month - 9;

    return (struct civil){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * march_month + 2) / 5 + 1,
    };
}

enum weekday date_weekday(struct date date)
{
    /* 1970-01-01 was a Thursday. */
    int day = (int)((date.days + INT64_C(3)) % 7);

    return (enum weekday)(day < 0 ? day + 7 : day);
}

bool date_parse(struct str s, struct date *ret)
{
    static const char shape[] = "dddd-dd-dd";
    int number[3] = {0, 0, 0};
    int part = 0;

    if (s.n != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (shape[i] == '-') {
            if (s.p[i] != '-')
                return false;
            part++;
        } else {
            if (s.p[i] < '0' || s.p[i] > '9')
                return false;
            number[part] = number[part] * 10 + (s.p[i] - '0');
        }
    }
    return date_of((struct civil){number[0], number[1], number[2]}, ret);
}

struct str date_format(struct arena *arena, struct date date)
{
    struct civil civil = date_civil(date);

    return str_fmt(arena, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
}
