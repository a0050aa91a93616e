/* What the engine's unit tests share: small cities made from texts in memory. */
#ifndef ENGINE_TEST_CITY_H
#define ENGINE_TEST_CITY_H

#include "base/test_support.h"

#include "base/crypto.h"
#include "engine/definition/city_build.h"

#define TEST_WORKFLOW                                                               \
    "workflow: w\n"                                                                 \
    "name: W\n"                                                                     \
    "start: new\n"                                                                  \
    "states:\n"                                                                     \
    "  new: {type: open, name: {en: New, es: Nueva, vi: Mới}}\n"                  \
    "  asked: {type: waiting, name: {en: Asked, es: Preguntada, vi: Đã hỏi}}\n" \
    "  done: {type: closed, name: {en: Done, es: Hecha, vi: Xong}}\n"               \
    "clocks:\n"                                                                     \
    "  respond: {name: {en: R, es: R, vi: R}, stops: [asked, done]}\n"              \
    "  resolve: {name: {en: S, es: S, vi: S}, stops: [done], pauses: [asked]}\n"    \
    "steps:\n"                                                                      \
    "  ask: {name: {en: Ask, es: A, vi: A}, from: [new], to: asked, by: [staff]}\n" \
    "  close: {name: {en: Close, es: C, vi: C}, from: [new, asked], to: done, by: [staff]}\n"

/* All that a service needs but its own sections; a name and a route follow. */
#define TEST_HEAD                   \
    "service: s\n"                  \
    "name: {en: S, es: S, vi: S}\n" \
    "department: works\n"           \
    "workflow: w\n"
#define TEST_ROUTE "route: [{team: east}]\n"

#define TEST_FILES_MAX 8

struct test_files {
    struct city_file items[TEST_FILES_MAX];
    size_t n;
};

static inline void test_file(struct test_files *files, const char *path, const char *text)
{
    assert_true(files->n < TEST_FILES_MAX);
    files->items[files->n++] = (struct city_file){str_of(path), str_of(path), str_of(text)};
}

/* Two districts: east of longitude -88.05 is "1", west of it "2". Works Monday to Friday, 8 to 17;
 * Friday, 3 July 2026 and Thursday, 26 November 2026 are holidays. */
static inline struct test_files test_city_files(const char *workflow, const char *service)
{
    struct test_files files = {0};

    test_file(&files, "city.yaml",
              "city: c\nname: {en: C, es: C, vi: C}\nzone: America/Chicago\ncalendar: k\n"
              "departments: [{id: works, name: {en: W, es: W, vi: W}}]\n"
              "groups: [{id: streets, name: {en: G, es: G, vi: G}}]\n");
    test_file(&files, "teams.yaml",
              "- {id: east, department: works, name: East}\n- {id: west, name: West}\n");
    test_file(&files, "calendars/k.yaml",
              "calendar: k\nhours: {monday: \"08:00-17:00\", tuesday: \"08:00-17:00\", wednesday: "
              "\"08:00-17:00\", thursday: \"08:00-17:00\", friday: \"08:00-17:00\"}\n"
              "holidays: [{date: 2026-07-03, name: {en: I, es: I, vi: I}},\n"
              "  {date: 2026-11-26, name: {en: T, es: T, vi: T}}]\n");
    test_file(&files, "layers/district.geojson",
              "{\"type\":\"FeatureCollection\",\"features\":["
              "{\"type\":\"Feature\",\"properties\":{\"id\":\"1\"},\"geometry\":{\"type\":"
              "\"Polygon\",\"coordinates\":[[[-88.05,30.6],[-88,30.6],[-88,30.7],[-88.05,30.7],"
              "[-88.05,30.6]]]}},"
              "{\"type\":\"Feature\",\"properties\":{\"id\":\"2\"},\"geometry\":{\"type\":"
              "\"Polygon\",\"coordinates\":[[[-88.1,30.6],[-88.05,30.6],[-88.05,30.7],[-88.1,30.7],"
              "[-88.1,30.6]]]}}]}");
    test_file(&files, "workflows/w.yaml", workflow);
    if (service)
        test_file(&files, "services/s.yaml", service);
    return files;
}

struct test_city {
    struct city *city; /* also when it has errors; freed by test_city_done */
    struct problems problems;
    enum rc rc;
};

static inline struct test_city test_city_of(struct ctx *ctx, struct test_files *files)
{
    struct city_files all = {files->items, files->n};
    struct test_city made = {.problems = problems_in(ctx->arena)};
    struct ctx home;

    crypto_init();
    assert_int_equal(city_new(ctx, &home, &made.city), RC_OK);
    made.rc = city_build(&home, &all, &made.problems, made.city);
    ctx_done(&home);
    ctx->city = made.city;
    return made;
}

static inline void test_city_done(struct ctx *ctx, struct test_city *made)
{
    ctx->city = NULL;
    city_free(made->city);
}

/* The findings as `cityhall check` prints them. */
static inline struct str test_problems(struct ctx *ctx, const struct problems *problems)
{
    struct buf out = buf_in(ctx->arena, 1 << 20);

    problems_write(problems, &out);
    return buf_str(&out);
}

/* Fails unless the text contains the part. */
#define assert_part(text, part) check_part((text), (part), __FILE__, __LINE__)
static inline void check_part(struct str text, const char *part, const char *file, int line)
{
    if (str_find(text, str_of(part)) >= 0)
        return;
    print_error("\"%s\" is not in:\n%.*s\n", part, STR_ARG(text));
    _fail(file, line);
}

/* The findings about one service, with the usual workflow around it. */
static inline struct str test_service_problems(struct ctx *ctx, const char *service)
{
    struct test_files files = test_city_files(TEST_WORKFLOW, service);
    struct test_city made = test_city_of(ctx, &files);
    struct str text = test_problems(ctx, &made.problems);

    assert_int_equal(made.rc, made.problems.error_count ? RC_INVALID : RC_OK);
    test_city_done(ctx, &made);
    return text;
}

#endif
