/* Timestamps and durations: reading, writing, and their parts in a time zone. */
#include "rules/cel_internal.h"

#include <pthread.h>

#include "base/zone.h"

#define NS_PER_S    INT64_C(1000000000)
#define S_PER_DAY   INT64_C(86400)
#define SECONDS_MIN (-INT64_C(62135596800)) /* 0001-01-01 */
#define SECONDS_MAX INT64_C(253402300799)   /* 9999-12-31T23:59:59 */
#define ZONES_MAX   700                     /* tzdata names about 600 */

static void add_fraction(struct buf *out, int32_t nanos)
{
    char digits[12];
    size_t n = 9;

    if (nanos == 0)
        return;
    snprintf(digits, sizeof digits, "%09d", nanos);
    while (digits[n - 1] == '0')
        n--;
    buf_add_fmt(out, ".%.*s", (int)n, digits);
}

/* Whole days and the second within the day, also before 1970. */
static void split_days(int64_t seconds, int64_t *ret_days, int64_t *ret_second)
{
    int64_t days = seconds / S_PER_DAY, second = seconds % S_PER_DAY;

    if (second < 0) {
        second += S_PER_DAY;
        days--;
    }
    *ret_days = days;
    *ret_second = second;
}

struct str timestamp_text(struct arena *arena, int64_t seconds, int32_t nanos)
{
    struct buf out = buf_in(arena, 64);
    int64_t days, second;
    struct civil civil;

    split_days(seconds, &days, &second);
    civil = date_civil((struct date){(int32_t)days});
    buf_add_fmt(&out, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
                (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    add_fraction(&out, nanos);
    buf_add_byte(&out, 'Z');
    return buf_str(&out);
}

struct str duration_text(struct arena *arena, int64_t ns)
{
    struct buf out = buf_in(arena, 64);
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

    buf_add_fmt(&out, "%s%llu", ns < 0 ? "-" : "", (unsigned long long)(size / NS_PER_S));
    add_fraction(&out, (int32_t)(size % NS_PER_S));
    buf_add_byte(&out, 's');
    return buf_str(&out);
}

/* Exactly `n` digits from the front. */
static bool take_digits(struct str *text, size_t n, int *ret)
{
    int value = 0;

    if (text->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text->p[i] < '0' || text->p[i] > '9')
            return false;
        value = 10 * value + (text->p[i] - '0');
    }
    *text = str_slice(*text, n, text->n);
    *ret = value;
    return true;
}

static bool take_sign(struct str *text, char sign)
{
    if (text->n == 0 || text->p[0] != sign)
        return false;
    *text = str_slice(*text, 1, text->n);
    return true;
}

/* The digits behind a point, as nanoseconds; more than nine are cut. */
static bool take_fraction(struct str *text, int32_t *ret_nanos)
{
    int32_t nanos = 0, unit = 100000000;
    size_t n = 0;

    while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9') {
        nanos += (text->p[n] - '0') * unit;
        unit /= 10;
        n++;
    }
    *text = str_slice(*text, n, text->n);
    *ret_nanos = nanos;
    return n > 0;
}

/* "+05:30", "-02:30", "02:00"; seconds east of UTC. */
static bool parse_offset(struct str text, int32_t *ret)
{
    bool is_west = take_sign(&text, '-');
    int hours, minutes;

    if (!is_west)
        take_sign(&text, '+');
    if (!take_digits(&text, 2, &hours) || !take_sign(&text, ':') ||
        !take_digits(&text, 2, &minutes) || text.n || hours > 23 || minutes > 59)
        return false;
    *ret = (hours * 3600 + minutes * 60) * (is_west ? -1 : 1);
    return true;
}

/* RFC 3339 with up to nine decimals of the second. */
static bool parse_timestamp(struct str text, struct cel_value *ret)
{
    struct cel_value value = {.kind = CEL_TIMESTAMP};
    struct civil civil;
    struct date date;
    int hour, minute, second;
    int32_t offset = 0;

    if (!take_digits(&text, 4, &civil.year) || !take_sign(&text, '-') ||
        !take_digits(&text, 2, &civil.month) || !take_sign(&text, '-') ||
        !take_digits(&text, 2, &civil.day) || !date_of(civil, &date))
        return false;
    if ((!take_sign(&text, 'T') && !take_sign(&text, 't')) || !take_digits(&text, 2, &hour) ||
        !take_sign(&text, ':') || !take_digits(&text, 2, &minute) || !take_sign(&text, ':') ||
        !take_digits(&text, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    if (take_sign(&text, '.') && !take_fraction(&text, &value.nanos))
        return false;
    if (!(text.n == 1 && (text.p[0] | 32) == 'z') && (text.n != 6 || !parse_offset(text, &offset)))
        return false;
    value.seconds = date.days * S_PER_DAY + hour * 3600 + minute * 60 + second - offset;
    *ret = value;
    return value.seconds >= SECONDS_MIN && value.seconds <= SECONDS_MAX;
}

static enum rc to_timestamp(struct cel_call *call, const struct cel_value *args,
                            struct cel_value *ret)
{
    if (args[0].kind == CEL_TIMESTAMP) {
        *ret = args[0];
        return RC_OK;
    }
    if (args[0].kind == CEL_INT) {
        if (args[0].integer < SECONDS_MIN || args[0].integer > SECONDS_MAX)
            return cel_fail(call, "timestamp out of range: the years go from 1 to 9999");
        *ret = (struct cel_value){.kind = CEL_TIMESTAMP, .seconds = args[0].integer};
        return RC_OK;
    }
    if (!parse_timestamp(args[0].text, ret))
        return cel_fail(call, "\"%.*s\" is no timestamp in range: write it as 2026-07-02T16:30:00Z",
                        STR_ARG(text_quoted(args[0].text)));
    return RC_OK;
}

struct unit {
    struct str name;
    int64_t ns;
};

static bool take_unit(struct str *text, int64_t *ret_ns)
{
    static const struct unit units[] = {
        {STR("ns"), 1},
        {STR("us"), 1000},
        {STR("\u00b5s"), 1000},
        {STR("\u03bcs"), 1000},
        {STR("ms"), 1000000},
        {STR("s"), NS_PER_S},
        {STR("m"), 60 * NS_PER_S},
        {STR("h"), 3600 * NS_PER_S},
    };

    for (size_t i = 0; i < COUNT(units); i++) {
        if (str_starts_with(*text, units[i].name)) {
            *text = str_slice(*text, units[i].name.n, text->n);
            *ret_ns = units[i].ns;
            return true;
        }
    }
    return false;
}

/* One number with its unit, as nanoseconds. */
static bool take_amount(struct str *text, __int128 *ret)
{
    __int128 whole = 0, part = 0, parts = 1;
    int64_t unit;
    size_t digits = 0;
    int digit;

    while (take_digits(text, 1, &digit)) {
        whole = 10 * whole + digit;
        if (++digits > 19)
            return false;
    }
    if (take_sign(text, '.')) {
        while (take_digits(text, 1, &digit)) {
            digits++;
            if (parts < NS_PER_S * NS_PER_S) {
                part = 10 * part + digit;
                parts *= 10;
            }
        }
    }
    if (digits == 0 || !take_unit(text, &unit))
        return false;
    *ret = whole * unit + part * unit / parts;
    return true;
}

/* "1h30m", "-1.5s", "250ms"; "0". */
static bool parse_duration(struct str text, int64_t *ret)
{
    bool is_negative = take_sign(&text, '-');
    __int128 sum = 0, amount;

    if (!is_negative)
        take_sign(&text, '+');
    if (str_eq(text, S("0"))) {
        *ret = 0;
        return true;
    }
    do {
        if (!take_amount(&text, &amount))
            return false;
        sum += amount;
        if (sum > (__int128)INT64_MAX + is_negative)
            return false;
    } while (text.n);
    *ret = (int64_t)(is_negative ? -sum : sum);
    return true;
}

static enum rc to_duration(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    int64_t ns;

    if (args[0].kind == CEL_DURATION) {
        *ret = args[0];
        return RC_OK;
    }
    if (!parse_duration(args[0].text, &ns))
        return cel_fail(call, "\"%.*s\" is no duration in range: write it as 1h30m or 90s",
                        STR_ARG(text_quoted(args[0].text)));
    *ret = cel_duration(ns);
    return RC_OK;
}

/* Each zone that a rule names is loaded once and kept while the program runs. */
static struct {
    pthread_mutex_t lock;
    size_t n;
    struct zone *zones[ZONES_MAX];
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static const struct zone *find_zone(struct ctx *ctx, struct str name)
{
    struct zone *zone = NULL;

    pthread_mutex_lock(&known.lock);
    for (size_t i = 0; i < known.n && !zone; i++) {
        if (str_eq(zone_name(known.zones[i]), name))
            zone = known.zones[i];
    }
    if (!zone && known.n < ZONES_MAX) {
        if (zone_load(ctx, name, &zone) == RC_OK) {
            known.zones[known.n++] = zone;
        } else {
            ctx_clear_error(ctx);
            zone = NULL;
        }
    }
    pthread_mutex_unlock(&known.lock);
    return zone;
}

enum rc time_offset(struct cel_call *call, struct str name, int64_t seconds, int32_t *ret)
{
    const struct zone *zone;
    enum rc rc;

    if (str_eq(name, S("UTC")) || str_eq(name, S("Z"))) {
        *ret = 0;
        return RC_OK;
    }
    if (parse_offset(name, ret))
        return RC_OK;
    rc = cel_charge(call, 10);
    if (rc != RC_OK)
        return rc;
    zone = find_zone(cel_call_ctx(call), name);
    if (!zone)
        return cel_fail(call, "there is no time zone \"%.*s\": write America/Chicago or -06:00",
                        STR_ARG(text_quoted(name)));
    *ret = zone_offset_s(zone, (struct instant){seconds * US_PER_S});
    return RC_OK;
}

struct parts {
    struct civil civil;
    struct date date;
    int64_t second; /* of the day */
};

static enum rc parts_of(struct cel_call *call, const struct cel_value *args, struct parts *ret)
{
    int32_t offset = 0;
    int64_t days;
    enum rc rc = RC_OK;

    if (call->node->call.n_args == 2)
        rc = time_offset(call, args[1].text, args[0].seconds, &offset);
    if (rc != RC_OK)
        return rc;
    split_days(args[0].seconds + offset, &days, &ret->second);
    ret->date = (struct date){(int32_t)days};
    ret->civil = date_civil(ret->date);
    return RC_OK;
}

static int day_of_year(struct parts parts)
{
    struct date first = {0};

    /* A zone may show the last day of year 0, a leap year, or the first of year 10000, of which
     * date_of knows nothing. */
    if (!date_of((struct civil){parts.civil.year, 1, 1}, &first))
        return parts.civil.year > 0 ? parts.civil.day - 1 : 365 - (31 - parts.civil.day);
    return parts.date.days - first.days;
}

enum part { YEAR, MONTH, DATE, DAY_OF_MONTH, DAY_OF_WEEK, DAY_OF_YEAR, HOURS, MINUTES, SECONDS };

static int64_t part_of(struct parts parts, enum part part)
{
    switch (part) {
    case YEAR: return parts.civil.year;
    case MONTH: return parts.civil.month - 1;
    case DATE: return parts.civil.day;
    case DAY_OF_MONTH: return parts.civil.day - 1;
    case DAY_OF_WEEK: return (date_weekday(parts.date) + 1) % 7;
    case DAY_OF_YEAR: return day_of_year(parts);
    case HOURS: return parts.second / 3600;
    case MINUTES: return parts.second / 60 % 60;
    case SECONDS: return parts.second % 60;
    }
    return 0;
}

/* call->data says which part. */
static enum rc get_part(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct parts parts;
    enum rc rc = parts_of(call, args, &parts);

    if (rc == RC_OK)
        *ret = cel_int(part_of(parts, (enum part)call->data));
    return rc;
}

/* No zone shifts them, but one that does not exist is an error here too. */
static enum rc get_milliseconds(struct cel_call *call, const struct cel_value *args,
                                struct cel_value *ret)
{
    struct parts parts;
    enum rc rc = parts_of(call, args, &parts);

    if (rc == RC_OK)
        *ret = cel_int(args[0].nanos / 1000000);
    return rc;
}

/* Parts of a duration: the whole of it in hours, minutes or seconds (call->data, in
 * seconds), but only the milliseconds behind its seconds. */

static enum rc duration_in(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    *ret = cel_int(args[0].duration_ns / (call->data * NS_PER_S));
    return RC_OK;
}

static enum rc duration_milliseconds(struct cel_call *call, const struct cel_value *args,
                                     struct cel_value *ret)
{
    (void)call;
    *ret = cel_int(args[0].duration_ns % NS_PER_S / 1000000);
    return RC_OK;
}

static const struct builtin rows[] = {
    {"timestamp(timestamp): timestamp", to_timestamp},
    {"timestamp(string): timestamp", to_timestamp},
    {"timestamp(int): timestamp", to_timestamp},
    {"duration(duration): duration", to_duration},
    {"duration(string): duration", to_duration},
    {"timestamp.getFullYear(): int", get_part, YEAR},
    {"timestamp.getFullYear(string): int", get_part, YEAR},
    {"timestamp.getMonth(): int", get_part, MONTH},
    {"timestamp.getMonth(string): int", get_part, MONTH},
    {"timestamp.getDate(): int", get_part, DATE},
    {"timestamp.getDate(string): int", get_part, DATE},
    {"timestamp.getDayOfMonth(): int", get_part, DAY_OF_MONTH},
    {"timestamp.getDayOfMonth(string): int", get_part, DAY_OF_MONTH},
    {"timestamp.getDayOfWeek(): int", get_part, DAY_OF_WEEK},
    {"timestamp.getDayOfWeek(string): int", get_part, DAY_OF_WEEK},
    {"timestamp.getDayOfYear(): int", get_part, DAY_OF_YEAR},
    {"timestamp.getDayOfYear(string): int", get_part, DAY_OF_YEAR},
    {"timestamp.getHours(): int", get_part, HOURS},
    {"timestamp.getHours(string): int", get_part, HOURS},
    {"timestamp.getMinutes(): int", get_part, MINUTES},
    {"timestamp.getMinutes(string): int", get_part, MINUTES},
    {"timestamp.getSeconds(): int", get_part, SECONDS},
    {"timestamp.getSeconds(string): int", get_part, SECONDS},
    {"timestamp.getMilliseconds(): int", get_milliseconds},
    {"timestamp.getMilliseconds(string): int", get_milliseconds},
    {"duration.getHours(): int", duration_in, 3600},
    {"duration.getMinutes(): int", duration_in, 60},
    {"duration.getSeconds(): int", duration_in, 1},
    {"duration.getMilliseconds(): int", duration_milliseconds},
};

void time_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
