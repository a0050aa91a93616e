#include "base/zone.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"

#define ZONE_FOLDER    "/usr/share/zoneinfo"
#define FILE_BYTES_MAX ((size_t)256 << 10)
#define ZONE_BYTES_MAX ((size_t)1 << 20)
#define HEADER_BYTES   44
#define S_PER_DAY      INT64_C(86400)
#define S_PER_400Y     (146097 * S_PER_DAY) /* the Gregorian calendar repeats itself */
/* RFC 8536, section 3.2 recommends less than 26 hours; what is beyond is damage. */
#define OFFSET_S_MAX (26 * 3600)

/* A day of the year on which the footer's rule changes the clocks (POSIX.1, TZ variable). */
struct rule_day {
    enum { DAY_JULIAN, DAY_ZERO_BASED, DAY_OF_MONTH } kind;
    int day;  /* 1 to 365 without 29 February; 0 to 365 with it; or 0 (Sunday) to 6 */
    int week; /* 1 to 5; 5 is the last */
    int month;
    int32_t second; /* of the local time before the change; may lie days away (RFC 8536, 3.3.1) */
};

struct rule {
    bool is_set, has_dst;
    int32_t std_offset_s, dst_offset_s; /* east of UTC */
    struct rule_day start, end;         /* of daylight saving time */
};

struct zone {
    struct arena *arena; /* its own */
    struct str name;
    int64_t *change_s; /* UTC, ascending */
    uint8_t *change_type;
    size_t changes_n;
    int32_t *type_offset_s;
    size_t types_n;
    struct rule rule; /* after the last change */
};

struct header {
    char version;
    uint32_t isut_n, isstd_n, leap_n, time_n, type_n, char_n;
};

static uint64_t take_big_endian(struct str *s, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)s->p[i];
    *s = str_slice(*s, bytes, s->n);
    return value;
}

static bool take_header(struct str *s, struct header *ret)
{
    if (s->n < HEADER_BYTES || !str_starts_with(*s, S("TZif")))
        return false;
    ret->version = s->p[4];
    *s = str_slice(*s, 20, s->n);
    ret->isut_n = (uint32_t)take_big_endian(s, 4);
    ret->isstd_n = (uint32_t)take_big_endian(s, 4);
    ret->leap_n = (uint32_t)take_big_endian(s, 4);
    ret->time_n = (uint32_t)take_big_endian(s, 4);
    ret->type_n = (uint32_t)take_big_endian(s, 4);
    ret->char_n = (uint32_t)take_big_endian(s, 4);
    return true;
}

static uint64_t block_bytes(const struct header *header, uint64_t time_bytes)
{
    return header->time_n * (time_bytes + 1) + (uint64_t)header->type_n * 6 + header->char_n +
           header->leap_n * (time_bytes + 4) + header->isstd_n + (uint64_t)header->isut_n;
}

static bool take_number(struct str *s, int max, int *ret)
{
    int value = 0;
    size_t digits = 0;

    for (; digits < s->n && s->p[digits] >= '0' && s->p[digits] <= '9'; digits++) {
        value = value * 10 + (s->p[digits] - '0');
        if (value > max)
            return false;
    }
    *s = str_slice(*s, digits, s->n);
    *ret = value;
    return digits > 0;
}

static bool take_byte(struct str *s, char byte)
{
    if (s->n == 0 || s->p[0] != byte)
        return false;
    *s = str_slice(*s, 1, s->n);
    return true;
}

/* "-4", "5:30", "+2:00:00" as seconds. */
static bool take_time(struct str *s, int hours_max, int32_t *ret_s)
{
    int sign = take_byte(s, '-') ? -1 : 1;
    int hours, minutes = 0, seconds = 0;

    if (sign > 0)
        take_byte(s, '+');
    if (!take_number(s, hours_max, &hours))
        return false;
    if (take_byte(s, ':') && !take_number(s, 59, &minutes))
        return false;
    if (take_byte(s, ':') && !take_number(s, 59, &seconds))
        return false;
    *ret_s = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* "CST" or "<+0545>". */
static bool take_abbreviation(struct str *s)
{
    size_t n = 0;

    if (take_byte(s, '<')) {
        ptrdiff_t end = str_find_byte(*s, '>');

        if (end < 0)
            return false;
        *s = str_slice(*s, (size_t)end + 1, s->n);
        return true;
    }
    while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z')))
        n++;
    *s = str_slice(*s, n, s->n);
    return n >= 3;
}

/* ",M3.2.0/2" and the two other forms. */
static bool take_rule_day(struct str *s, struct rule_day *ret)
{
    struct rule_day day = {.second = 7200};

    if (!take_byte(s, ','))
        return false;
    if (take_byte(s, 'M')) {
        day.kind = DAY_OF_MONTH;
        if (!take_number(s, 12, &day.month) || !take_byte(s, '.') ||
            !take_number(s, 5, &day.week) || !take_byte(s, '.') || !take_number(s, 6, &day.day) ||
            day.month < 1 || day.week < 1)
            return false;
    } else {
        day.kind = take_byte(s, 'J') ? DAY_JULIAN : DAY_ZERO_BASED;
        if (!take_number(s, 365, &day.day) || (day.kind == DAY_JULIAN && day.day < 1))
            return false;
    }
    if (take_byte(s, '/') && !take_time(s, 167, &day.second))
        return false;
    *ret = day;
    return true;
}

/* "CST6CDT,M3.2.0,M11.1.0": offsets count westward there. */
static bool parse_rule(struct str s, struct rule *ret)
{
    struct rule rule = {.is_set = true};
    int32_t west_s;

    if (!take_abbreviation(&s) || !take_time(&s, 24, &west_s))
        return false;
    rule.std_offset_s = -west_s;
    rule.dst_offset_s = rule.std_offset_s + 3600;
    if (s.n) {
        rule.has_dst = true;
        if (!take_abbreviation(&s))
            return false;
        if (s.n && s.p[0] != ',') {
            if (!take_time(&s, 24, &west_s))
                return false;
            rule.dst_offset_s = -west_s;
        }
        if (!take_rule_day(&s, &rule.start) || !take_rule_day(&s, &rule.end) || s.n)
            return false;
    }
    *ret = rule;
    return true;
}

static bool take_changes(struct zone *zone, struct str *s)
{
    for (size_t i = 0; i < zone->changes_n; i++) {
        zone->change_s[i] = (int64_t)take_big_endian(s, 8);
        if (i > 0 && zone->change_s[i] <= zone->change_s[i - 1])
            return false;
    }
    for (size_t i = 0; i < zone->changes_n; i++) {
        zone->change_type[i] = (uint8_t)take_big_endian(s, 1);
        if (zone->change_type[i] >= zone->types_n)
            return false;
    }
    for (size_t i = 0; i < zone->types_n; i++) {
        zone->type_offset_s[i] = (int32_t)take_big_endian(s, 4);
        take_big_endian(s, 2); /* whether it is daylight saving, and its abbreviation */
        if (zone->type_offset_s[i] < -OFFSET_S_MAX || zone->type_offset_s[i] > OFFSET_S_MAX)
            return false;
    }
    return true;
}

/* NULL, or what is wrong with the file. */
static const char *read_file(struct zone *zone, struct str s)
{
    struct header header;
    uint64_t skip;
    struct str footer;

    if (!take_header(&s, &header))
        return "not a TZif file";
    if (header.version < '2')
        return "a TZif file of version 1, which has no 64-bit times";
    skip = block_bytes(&header, 4);
    if (skip > s.n)
        return "cut short";
    s = str_slice(s, skip, s.n);
    if (!take_header(&s, &header) || block_bytes(&header, 8) > s.n)
        return "cut short";
    if (header.leap_n)
        return "a file that counts leap seconds";
    if (header.type_n == 0 || header.type_n > 256)
        return "no local time types";
    zone->changes_n = header.time_n;
    zone->types_n = header.type_n;
    zone->change_s = ARENA_ARRAY(zone->arena, zone->changes_n, int64_t);
    zone->change_type = ARENA_ARRAY(zone->arena, zone->changes_n, uint8_t);
    zone->type_offset_s = ARENA_ARRAY(zone->arena, zone->types_n, int32_t);
    if (!zone->change_s || !zone->change_type || !zone->type_offset_s)
        return "too large";
    if (!take_changes(zone, &s))
        return "times or types out of order or range";
    s = str_slice(s, header.char_n + (size_t)header.isstd_n + header.isut_n, s.n);
    if (!take_byte(&s, '\n') || s.n == 0 || s.p[s.n - 1] != '\n')
        return "cut short";
    footer = str_slice(s, 0, s.n - 1);
    if (footer.n && !parse_rule(footer, &zone->rule))
        return "a rule for the future that cannot be read";
    return NULL;
}

enum rc zone_read(struct ctx *ctx, struct str name, struct str bytes, struct zone **ret)
{
    struct arena *arena = arena_new(ZONE_BYTES_MAX);
    struct zone *zone = arena ? ARENA_NEW(arena, struct zone) : NULL;
    const char *problem;

    if (!zone) {
        arena_free(arena);
        return FAIL(ctx, ERR_MEMORY);
    }
    zone->arena = arena;
    zone->name = str_copy(arena, name);
    problem = read_file(zone, bytes);
    if (problem || arena_has_failed(arena)) {
        arena_free(arena);
        return FAIL(ctx, ERR_CONFIG, .field = S("zone"),
                    .detail = str_fmt(ctx->arena, "time zone \"%.*s\": %s", STR_ARG(name),
                                      problem ? problem : "too large"));
    }
    *ret = zone;
    return RC_OK;
}

/* Names like "America/Argentina/Ushuaia" and "Etc/GMT+5"; nothing that leaves the folder. */
static bool is_name(struct str name)
{
    static const struct str allowed =
        STR("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/");

    if (name.n == 0 || name.n > 64 || name.p[0] == '/' || name.p[name.n - 1] == '/')
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (str_find_byte(allowed, name.p[i]) < 0)
            return false;
    return true;
}

static bool read_bytes(int fd, char *bytes, size_t *ret_n)
{
    size_t n = 0;

    while (n < FILE_BYTES_MAX) {
        ssize_t got = fault_here() ? -1 : read(fd, bytes + n, FILE_BYTES_MAX - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *ret_n = n;
    return true;
}

enum rc zone_load(struct ctx *ctx, struct str name, struct zone **ret)
{
    const char *folder = getenv("TZDIR");
    const char *path;
    char *bytes;
    size_t n = 0;
    bool was_read;
    int fd;

    if (!is_name(name))
        return FAIL(ctx, ERR_CONFIG, .field = S("zone"),
                    .detail = str_fmt(ctx->arena, "\"%.*s\" is no IANA time zone name",
                                      STR_ARG(str_slice(name, 0, 64))));
    bytes = arena_alloc(ctx->arena, FILE_BYTES_MAX);
    if (!bytes)
        return FAIL(ctx, ERR_MEMORY);
    path = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%.*s",
                                     folder && *folder ? folder : ZONE_FOLDER, STR_ARG(name)));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    was_read = fd >= 0 && read_bytes(fd, bytes, &n);
    if (fd >= 0)
        close(fd);
    if (!was_read)
        return FAIL(ctx, ERR_CONFIG, .field = S("zone"),
                    .detail = str_fmt(ctx->arena, "%s cannot be read: is tzdata installed?", path));
    return zone_read(ctx, name, (struct str){bytes, n}, ret);
}

void zone_free(struct zone *zone)
{
    if (zone)
        arena_free(zone->arena);
}

struct str zone_name(const struct zone *zone)
{
    return zone->name;
}

/* The local second, counted from 1970, at which the rule's day and time fall in a year. */
static int64_t rule_second(const struct rule_day *rule, int year)
{
    struct date january, march, day;
    bool is_leap;

    if (rule->kind == DAY_OF_MONTH) {
        bool is_day = date_of((struct civil){year, rule->month, 1}, &day);
        /* Monday is our 0, Sunday POSIX's. */
        int first_weekday = ((int)date_weekday(day) + 1) % 7;
        int day_of_month = 1 + (rule->day - first_weekday + 7) % 7 + 7 * (rule->week - 1);

        assert(is_day);
        while (!date_of((struct civil){year, rule->month, day_of_month}, &day))
            day_of_month -= 7;
        return day.days * S_PER_DAY + rule->second;
    }
    date_of((struct civil){year, 1, 1}, &january);
    date_of((struct civil){year, 3, 1}, &march);
    is_leap = march.days - january.days == 60;
    day = date_plus(january, rule->day);
    if (rule->kind == DAY_JULIAN && !(is_leap && rule->day >= 60))
        day = date_plus(day, -1);
    return day.days * S_PER_DAY + rule->second;
}

static int32_t rule_offset_s(const struct rule *rule, int64_t s)
{
    int64_t latest = INT64_MIN;
    int32_t offset_s = rule->std_offset_s;
    int year;

    if (!rule->has_dst)
        return offset_s;
    s %= S_PER_400Y;
    if (s < 0)
        s += S_PER_400Y;
    year = date_civil((struct date){(int32_t)(s / S_PER_DAY)}).year;
    /* What holds is what the latest change brought; where an end and the next start meet, saving
     * time goes on all year. */
    for (int y = year - 1; y <= year + 1; y++) {
        int64_t end = rule_second(&rule->end, y) - rule->dst_offset_s;
        int64_t start = rule_second(&rule->start, y) - rule->std_offset_s;

        if (end <= s && end > latest) {
            latest = end;
            offset_s = rule->std_offset_s;
        }
        if (start <= s && start >= latest) {
            latest = start;
            offset_s = rule->dst_offset_s;
        }
    }
    return offset_s;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int32_t offset_at(const struct zone *zone, int64_t s)
{
    size_t low = 0, high = zone->changes_n;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (zone->change_s[middle] <= s)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == zone->changes_n && zone->rule.is_set)
        return rule_offset_s(&zone->rule, s);
    /* Before the first change type 0 holds (RFC 8536, section 3.2). */
    return zone->type_offset_s[low ? zone->change_type[low - 1] : 0];
}

static struct local_time local_of(int64_t local_s)
{
    int64_t days = floor_div(local_s, S_PER_DAY);

    return (struct local_time){{(int32_t)days}, (int32_t)(local_s - days * S_PER_DAY)};
}

int32_t zone_offset_s(const struct zone *zone, struct instant at)
{
    return offset_at(zone, floor_div(at.us_utc, US_PER_S));
}

struct local_time zone_local(const struct zone *zone, struct instant at)
{
    int64_t s = floor_div(at.us_utc, US_PER_S);

    return local_of(s + offset_at(zone, s));
}

/* The first and the last UTC second at which the wall shows `local_s`. */
static void seconds_of(const struct zone *zone, int64_t local_s, int64_t *ret_first,
                       int64_t *ret_last)
{
    /* No offset is further from UTC than this, so the changes that matter lie between. */
    int32_t before = offset_at(zone, local_s - OFFSET_S_MAX);
    int32_t after = offset_at(zone, local_s + OFFSET_S_MAX);
    int32_t candidates[] = {before, offset_at(zone, local_s - before),
                            offset_at(zone, local_s - after), after};
    bool is_found = false;

    for (size_t i = 0; i < COUNT(candidates); i++) {
        int64_t s = local_s - candidates[i];

        if (offset_at(zone, s) != candidates[i])
            continue;
        if (!is_found || s < *ret_first)
            *ret_first = s;
        if (!is_found || s > *ret_last)
            *ret_last = s;
        is_found = true;
    }
    if (!is_found) /* the wall never shows it */
        *ret_first = *ret_last = local_s - before;
}

/* A date may lie further away than any instant; DATE_NEVER does. */
static struct instant instant_of(int64_t s)
{
    int64_t us;

    if (__builtin_mul_overflow(s, US_PER_S, &us))
        us = s > 0 ? INT64_MAX : INT64_MIN;
    return (struct instant){us};
}

struct instant zone_instant(const struct zone *zone, struct local_time local)
{
    int64_t first = 0, last = 0;

    seconds_of(zone, local.date.days * S_PER_DAY + local.second_of_day, &first, &last);
    return instant_of(first);
}

struct instant zone_end_of_day(const struct zone *zone, struct date date)
{
    int64_t midnight = (date.days + INT64_C(1)) * S_PER_DAY, first = 0, last = 0;

    seconds_of(zone, midnight, &first, &last);
    /* Set back from 00:01 to 23:01, the wall shows midnight twice with the old date between. */
    if (last != first && local_of(last - 1 + offset_at(zone, last - 1)).date.days == date.days)
        first = last;
    return instant_of(first);
}

struct str zone_format_rfc3339(struct arena *arena, const struct zone *zone, struct instant at)
{
    int64_t s = floor_div(at.us_utc, US_PER_S);
    int minutes = offset_at(zone, s) / 60;
    struct local_time local = local_of(s + minutes * 60);
    struct civil day = date_civil(local.date);
    int second = local.second_of_day;

    return str_fmt(arena, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", day.year, day.month, day.day,
                   second / 3600, second / 60 % 60, second % 60, minutes < 0 ? '-' : '+',
                   abs(minutes) / 60, abs(minutes) % 60);
}
