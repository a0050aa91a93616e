#include "base/zone.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/test_support.h"

static struct zone *load(struct ctx *ctx, const char *name)
{
    struct zone *zone = NULL;

    assert_int_equal(zone_load(ctx, str_of(name), &zone), RC_OK);
    assert_non_null(zone);
    return zone;
}

static struct instant instant(const char *text)
{
    struct instant at = {0};

    assert_true(instant_parse(str_of(text), &at));
    return at;
}

/* "2026-03-08 02:30" */
static struct local_time local(const char *text)
{
    struct local_time at = {0};
    struct str s = str_of(text);
    int64_t hour = 0, minute = 0;

    assert_true(date_parse(str_slice(s, 0, 10), &at.date));
    assert_true(str_to_i64(str_slice(s, 11, 13), &hour));
    assert_true(str_to_i64(str_slice(s, 14, 16), &minute));
    at.second_of_day = (int32_t)(hour * 3600 + minute * 60);
    return at;
}

/* Shown in the zone: what the wall reads, with its offset. */
static void assert_shows(struct ctx *ctx, const struct zone *zone, const char *utc,
                         const char *expected)
{
    assert_str(zone_format_rfc3339(ctx->arena, zone, instant(utc)), expected);
}

static void assert_is_at(struct ctx *ctx, const struct zone *zone, const char *wall,
                         const char *utc)
{
    assert_str(instant_format_utc(ctx->arena, zone_instant(zone, local(wall))), utc);
}

static void assert_ends(struct ctx *ctx, const struct zone *zone, const char *date, const char *utc)
{
    struct date day = {0};

    assert_true(date_parse(str_of(date), &day));
    assert_str(instant_format_utc(ctx->arena, zone_end_of_day(zone, day)), utc);
}

static void test_chicago(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "America/Chicago");

    assert_str(zone_name(zone), "America/Chicago");
    assert_shows(ctx, zone, "2026-07-02T21:30:00Z", "2026-07-02T16:30:00-05:00");
    assert_shows(ctx, zone, "2026-01-02T05:59:59.9Z", "2026-01-01T23:59:59-06:00");
    /* The changes of 2026: 8 March and 1 November, 02:00 local time. */
    assert_shows(ctx, zone, "2026-03-08T07:59:59Z", "2026-03-08T01:59:59-06:00");
    assert_shows(ctx, zone, "2026-03-08T08:00:00Z", "2026-03-08T03:00:00-05:00");
    assert_shows(ctx, zone, "2026-11-01T06:59:59Z", "2026-11-01T01:59:59-05:00");
    assert_shows(ctx, zone, "2026-11-01T07:00:00Z", "2026-11-01T01:00:00-06:00");
    assert_int_equal(zone_offset_s(zone, instant("2026-11-01T07:00:00Z")), -6 * 3600);
    /* Local mean time before 1883, 5 h 50 min 36 s behind. */
    assert_int_equal(zone_offset_s(zone, instant("1850-01-01T00:00:00Z")), -21036);
    assert_shows(ctx, zone, "1850-01-01T06:00:00Z", "1850-01-01T00:10:00-05:50");
    zone_free(zone);
}

static void test_gap_and_overlap(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "America/Chicago");

    assert_is_at(ctx, zone, "2026-03-08 01:59", "2026-03-08T07:59:00Z");
    assert_is_at(ctx, zone, "2026-03-08 02:00", "2026-03-08T08:00:00Z");
    assert_is_at(ctx, zone, "2026-03-08 02:30", "2026-03-08T08:30:00Z"); /* reads 03:30 */
    assert_is_at(ctx, zone, "2026-03-08 03:00", "2026-03-08T08:00:00Z");
    assert_is_at(ctx, zone, "2026-11-01 00:59", "2026-11-01T05:59:00Z");
    assert_is_at(ctx, zone, "2026-11-01 01:30", "2026-11-01T06:30:00Z"); /* not 07:30 */
    assert_is_at(ctx, zone, "2026-11-01 02:00", "2026-11-01T08:00:00Z");
    assert_ends(ctx, zone, "2026-03-08", "2026-03-09T05:00:00Z");
    assert_ends(ctx, zone, "2026-11-01", "2026-11-02T06:00:00Z");
    assert_ends(ctx, zone, "2026-07-02", "2026-07-03T05:00:00Z");
    zone_free(zone);
}

static void test_los_angeles_2017(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "America/Los_Angeles");

    assert_is_at(ctx, zone, "2017-03-11 23:30", "2017-03-12T07:30:00Z");
    assert_is_at(ctx, zone, "2017-03-12 02:10", "2017-03-12T10:10:00Z");
    assert_is_at(ctx, zone, "2017-03-12 12:00", "2017-03-12T19:00:00Z");
    assert_is_at(ctx, zone, "2017-11-05 01:10", "2017-11-05T08:10:00Z");
    assert_is_at(ctx, zone, "2017-12-31 12:00", "2017-12-31T20:00:00Z");
    assert_ends(ctx, zone, "2017-03-12", "2017-03-13T07:00:00Z");
    zone_free(zone);
}

static void test_odd_zones(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "Asia/Kathmandu");

    assert_shows(ctx, zone, "2026-07-02T18:14:59Z", "2026-07-02T23:59:59+05:45");
    assert_shows(ctx, zone, "1985-12-31T18:29:59Z", "1985-12-31T23:59:59+05:30");
    assert_shows(ctx, zone, "1985-12-31T18:30:00Z", "1986-01-01T00:15:00+05:45");
    zone_free(zone);
    /* Ireland's winter time is the one that is "daylight saving", with a negative shift. */
    zone = load(ctx, "Europe/Dublin");
    assert_shows(ctx, zone, "2026-01-15T12:00:00Z", "2026-01-15T12:00:00+00:00");
    assert_shows(ctx, zone, "2026-07-15T12:00:00Z", "2026-07-15T13:00:00+01:00");
    assert_shows(ctx, zone, "2099-03-29T00:59:59Z", "2099-03-29T00:59:59+00:00");
    assert_shows(ctx, zone, "2099-03-29T01:00:00Z", "2099-03-29T02:00:00+01:00");
    assert_shows(ctx, zone, "2099-10-25T01:00:00Z", "2099-10-25T01:00:00+00:00");
    zone_free(zone);
    zone = load(ctx, "UTC");
    assert_shows(ctx, zone, "2026-07-15T12:00:00Z", "2026-07-15T12:00:00+00:00");
    zone_free(zone);
}

/* Samoa had no 30 December 2011. */
static void test_date_line(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "Pacific/Apia");

    assert_shows(ctx, zone, "2011-12-30T09:59:59Z", "2011-12-29T23:59:59-10:00");
    assert_shows(ctx, zone, "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00");
    assert_is_at(ctx, zone, "2011-12-30 12:00", "2011-12-30T22:00:00Z");
    assert_ends(ctx, zone, "2011-12-29", "2011-12-30T10:00:00Z");
    assert_ends(ctx, zone, "2011-12-30", "2011-12-30T10:00:00Z");
    assert_ends(ctx, zone, "2011-12-31", "2011-12-31T10:00:00Z");
    zone_free(zone);
}

/* Clocks that change at midnight, forward and backward. */
static void test_midnight(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "America/Sao_Paulo");

    /* 2018-11-04 began at 01:00. */
    assert_ends(ctx, zone, "2018-11-03", "2018-11-04T03:00:00Z");
    /* 2018-02-17 ended twice. */
    assert_ends(ctx, zone, "2018-02-17", "2018-02-18T03:00:00Z");
    zone_free(zone);
    zone = load(ctx, "America/St_Johns");
    /* 2006-10-29 00:01 became 2006-10-28 23:01. */
    assert_ends(ctx, zone, "2006-10-28", "2006-10-29T03:30:00Z");
    assert_is_at(ctx, zone, "2006-10-29 00:00", "2006-10-29T02:30:00Z");
    zone_free(zone);
}

static void test_far_future(void **state)
{
    struct ctx *ctx = *state;
    struct zone *zone = load(ctx, "America/Chicago");
    struct zone *south = load(ctx, "Australia/Sydney");

    assert_shows(ctx, zone, "2500-07-01T12:00:00Z", "2500-07-01T07:00:00-05:00");
    assert_shows(ctx, zone, "9999-12-31T12:00:00Z", "9999-12-31T06:00:00-06:00");
    /* The calendar repeats after 400 years: 2426 has 2026's Sundays. */
    assert_shows(ctx, zone, "2426-03-08T07:59:59Z", "2426-03-08T01:59:59-06:00");
    assert_shows(ctx, zone, "2426-03-08T08:00:00Z", "2426-03-08T03:00:00-05:00");
    assert_shows(ctx, south, "2426-01-01T00:00:00Z", "2426-01-01T11:00:00+11:00");
    assert_shows(ctx, south, "2426-07-01T00:00:00Z", "2426-07-01T10:00:00+10:00");
    zone_local(zone, (struct instant){INT64_MAX});
    zone_local(zone, (struct instant){INT64_MIN});
    assert_true(zone_end_of_day(zone, DATE_NEVER).us_utc == INT64_MAX);
    zone_free(zone);
    zone_free(south);
}

static void test_unknown_names(void **state)
{
    static const char *const names[] = {
        "",    "America/Nowhere", "../../../etc/passwd", "/etc/passwd", "America/", "America",
        "a b", "zone.tab"};
    struct ctx *ctx = *state;
    struct zone *zone = NULL;

    for (size_t i = 0; i < COUNT(names); i++) {
        ctx_clear_error(ctx);
        assert_int_equal(zone_load(ctx, str_of(names[i]), &zone), RC_INVALID);
        assert_int_equal(ctx->err.id, ERR_CONFIG);
        assert_true(ctx->err.detail.n > 0);
        assert_null(zone);
    }
}

static struct str file_bytes(struct ctx *ctx, const char *path)
{
    char *p = arena_alloc(ctx->arena, 65536);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, p, 65536);

    close(fd);
    assert_true(n > 0);
    return (struct str){p, (size_t)n};
}

static void try_bytes(struct ctx *ctx, struct str bytes)
{
    struct ctx turn = {.arena = arena_child(ctx->arena)};
    /* Exactly as long as the bytes, so that the sanitizer sees any step beyond. */
    char *copy = malloc(bytes.n ? bytes.n : 1);
    struct zone *zone = NULL;

    assert_non_null(copy);
    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    if (zone_read(&turn, S("Test/Damaged"), (struct str){copy, bytes.n}, &zone) == RC_OK) {
        zone_end_of_day(zone, (struct date){20000});
        zone_end_of_day(zone, (struct date){60000});
        zone_free(zone);
    } else {
        assert_int_equal(turn.err.id, ERR_CONFIG);
        assert_null(zone);
    }
    free(copy);
    arena_free(turn.arena);
}

static void test_damaged_files(void **state)
{
    struct ctx *ctx = *state;
    struct str good = file_bytes(ctx, "/usr/share/zoneinfo/America/Chicago");
    char *p = arena_alloc(ctx->arena, good.n);
    struct zone *zone = NULL;

    for (size_t n = 0; n < good.n; n++) {
        try_bytes(ctx, str_slice(good, 0, n));
        assert_int_equal(zone_read(ctx, S("Test/Cut"), str_slice(good, 0, n), &zone), RC_INVALID);
    }
    for (size_t at = 0; at < good.n; at++) {
        static const unsigned char flips[] = {0x01, 0x80, 0xff};

        for (size_t i = 0; i < sizeof flips; i++) {
            memcpy(p, good.p, good.n);
            p[at] = (char)((unsigned char)p[at] ^ flips[i]);
            try_bytes(ctx, (struct str){p, good.n});
        }
    }
}

/* The smallest file, with no change and one type, and a rule of the test's choice. */
static struct str file_with_rule(struct ctx *ctx, const char *rule)
{
    static const char header[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" /* version, unused */
                                 "\0\0\0\0\0\0\0\0\0\0\0\0"            /* isut, isstd, leap */
                                 "\0\0\0\0\0\0\0\1\0\0\0\4";           /* times, types, chars */
    static const struct str type = STR("\0\0\0\0\0\0LMT");
    struct str head = {header, 44};
    struct str pieces[] = {head,    {type.p, 10}, head,     {type.p, 10},
                           S("\n"), str_of(rule), STR("\n")};

    return str_join(ctx->arena, pieces, COUNT(pieces), STR_NONE);
}

static void test_rules(void **state)
{
    static const struct {
        const char *rule, *utc, *expected; /* NULL: the rule is refused */
    } cases[] = {
        {"EST5", "2026-07-01T12:00:00Z", "2026-07-01T07:00:00-05:00"},
        {"<+0545>-5:45", "2026-07-01T12:00:00Z", "2026-07-01T17:45:00+05:45"},
        {"", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00+00:00"},
        /* 1 March is day 60 of the Julian form in every year, day 59 or 60 of the other. */
        {"AAA0BBB,J60/0,J300/0", "2024-02-29T23:59:59Z", "2024-02-29T23:59:59+00:00"},
        {"AAA0BBB,J60/0,J300/0", "2024-03-01T00:00:00Z", "2024-03-01T01:00:00+01:00"},
        {"AAA0BBB,J60/0,J300/0", "2025-03-01T00:00:00Z", "2025-03-01T01:00:00+01:00"},
        {"AAA0BBB,59/0,299/0", "2024-02-29T00:00:00Z", "2024-02-29T01:00:00+01:00"},
        {"AAA0BBB,59/0,299/0", "2025-03-01T00:00:00Z", "2025-03-01T01:00:00+01:00"},
        /* Saving time all year (RFC 8536, section 3.3.1). */
        {"EST5EDT,0/0,J365/25", "2025-12-31T23:00:00Z", "2025-12-31T19:00:00-04:00"},
        {"EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", "2026-01-01T01:00:00-04:00"},
        /* Times far from their day: 23:00 on the Saturday before the last Sunday. */
        {"AAA2BBB,M3.5.0/-1,M10.5.0/-1", "2026-03-29T00:59:59Z", "2026-03-28T22:59:59-02:00"},
        {"AAA2BBB,M3.5.0/-1,M10.5.0/-1", "2026-03-29T01:00:00Z", "2026-03-29T00:00:00-01:00"},
        {"E5", NULL, NULL},
        {"EST", NULL, NULL},
        {"EST25", NULL, NULL},
        {"<EST5", NULL, NULL},
        {"EST5EDT", NULL, NULL},
        {"EST5EDT,M3.2.0", NULL, NULL},
        {"EST5EDT,M13.2.0,M11.1.0", NULL, NULL},
        {"EST5EDT,M3.6.0,M11.1.0", NULL, NULL},
        {"EST5EDT,M0.2.0,M11.1.0", NULL, NULL},
        {"EST5EDT,J0,J300", NULL, NULL},
        {"EST5EDT,M3.2.0/168,M11.1.0", NULL, NULL},
        {"EST5EDT,M3.2.0,M11.1.0x", NULL, NULL},
        {"EST5:60", NULL, NULL},
        {"EST99999999999", NULL, NULL},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zone *zone = NULL;
        enum rc rc = zone_read(ctx, S("Test/Rule"), file_with_rule(ctx, cases[i].rule), &zone);

        assert_int_equal(rc, cases[i].expected ? RC_OK : RC_INVALID);
        if (cases[i].expected)
            assert_shows(ctx, zone, cases[i].utc, cases[i].expected);
        zone_free(zone);
    }
}

/* In real zones, around moments through 180 years: a wall time that came from an instant leads
 * back to an instant that shows the same, and never to a later one. */
static void test_there_and_back(void **state)
{
    static const char *const names[] = {"America/Chicago", "Pacific/Apia",     "Africa/Casablanca",
                                        "America/Havana",  "Antarctica/Troll", "Europe/Dublin",
                                        "Asia/Manila",     "America/St_Johns", "Africa/Cairo"};
    struct ctx *ctx = *state;
    uint64_t seed = 7;

    for (size_t i = 0; i < COUNT(names); i++) {
        struct zone *zone = load(ctx, names[i]);

        for (int turn = 0; turn < 20000; turn++) {
            int64_t s = (int64_t)(test_random(&seed) % (UINT64_C(180) * 365 * 86400));
            struct instant at = {(s - INT64_C(100) * 365 * 86400) * US_PER_S};
            struct local_time wall = zone_local(zone, at);
            struct instant back = zone_instant(zone, wall);
            struct local_time again = zone_local(zone, back);

            assert_true(instant_cmp(back, at) <= 0);
            assert_true(at.us_utc - back.us_utc <= 25 * US_PER_H);
            assert_int_equal(again.date.days, wall.date.days);
            assert_int_equal(again.second_of_day, wall.second_of_day);
            assert_true(instant_cmp(zone_end_of_day(zone, wall.date), at) > 0);
        }
        zone_free(zone);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_chicago),    TEST(test_gap_and_overlap), TEST(test_los_angeles_2017),
        TEST(test_odd_zones),  TEST(test_date_line),       TEST(test_midnight),
        TEST(test_far_future), TEST(test_unknown_names),   TEST(test_damaged_files),
        TEST(test_rules),      TEST(test_there_and_back),
    };

    return cmocka_run_group_tests_name("base/zone", tests, NULL, NULL);
}
