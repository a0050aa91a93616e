#include "engine/test_town.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "engine/cases/projection.h"
#include "engine/cases/timer.h"
#include "engine/publish/publish.h"

#define MAX_FILE_BYTES 100000

static const char broken_bench[] =
    "service: broken-bench\n"
    "name: {en: Broken bench, es: Banca rota, vi: Ghế hỏng}\n"
    "summary: {en: A bench to mend., es: Una banca., vi: Một ghế.}\n"
    "department: public-works\n"
    "group: streets\n"
    "workflow: request\n"
    "place: {required: false}\n"
    "route:\n"
    "  - {team: streets-west}\n"
    "clocks: {respond: 1 workday, resolve: {within: 5 workdays, warn: 1 workday, "
    "escalate: works-supervisors}}\n"
    "examples:\n"
    "  - {filed: 2026-07-06 09:00, expect: {team: streets-west, respond: 2026-07-07}}\n"
    "  - {filed: 2026-07-06 09:00, expect: {resolve: 2026-07-13}}\n"
    "  - {filed: 2026-07-06 17:30, expect: {respond: 2026-07-08}}\n";

static const char *in_folder(struct test_town *town, const char *name)
{
    return str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/%s", town->folder, name));
}

static void copy(struct test_town *town, const char *name)
{
    struct ctx *ctx = &town->ctx;
    const char *root = getenv("CITYHALL_ROOT");
    struct str from = str_fmt(ctx->arena, "%s/cities/port-azalea/%s", root, name), content;

    assert_non_null(root);
    test_ok(ctx, file_read(ctx, str_z(ctx->arena, from), MAX_FILE_BYTES, &content));
    test_ok(ctx, file_write(ctx, in_folder(town, name), content, 0600));
}

static void make_folder(struct test_town *town)
{
    static const char *const folders[] = {"calendars", "workflows", "services", "layers", "tables"};

    test_temporary(town->folder, "town");
    raw_place_make_migrated(&town->place, town->folder);
    for (size_t i = 0; i < COUNT(folders); i++)
        test_ok(&town->ctx, file_make_dir(&town->ctx, in_folder(town, folders[i]), 0700));
    copy(town, "city.yaml");
    copy(town, "teams.yaml");
    copy(town, "calendars/city-hall.yaml");
    copy(town, "workflows/request.yaml");
    test_ok(&town->ctx, file_write(&town->ctx, in_folder(town, "services/broken-bench.yaml"),
                                   str_of(broken_bench), 0600));
}

static void load_city(struct test_town *town)
{
    struct ctx *ctx = &town->ctx;

    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, city_load(ctx, &town->city));
    db_reader_release(ctx);
    ctx->city = town->city;
}

int test_town_open(void **state)
{
    struct test_town *town = calloc(1, sizeof *town);
    struct problems problems;
    struct publication done;

    assert_non_null(town);
    crypto_init();
    town->ctx.arena = arena_new((size_t)64 << 20);
    assert_non_null(town->ctx.arena);
    test_town_at(town, "2026-11-16T16:00:00Z");
    make_folder(town);
    town->ctx.db = town->db = raw_place_open(&town->ctx, &town->place);
    problems = problems_in(town->ctx.arena);
    test_ok(&town->ctx, city_publish(&town->ctx, town->folder, false, &problems, &done));
    assert_int_equal(done.added, 1);
    load_city(town);
    *state = town;
    return 0;
}

static void close_store(struct test_town *town)
{
    ctx_done(&town->ctx);
    city_free(town->city);
    db_close(town->db);
}

int test_town_close(void **state)
{
    struct test_town *town = *state;

    close_store(town);
    arena_free(town->ctx.arena);
    raw_place_drop(&town->place);
    test_temporary_remove(town->folder);
    free(town);
    return 0;
}

void test_town_restart(struct test_town *town)
{
    close_store(town);
    town->ctx.db = town->db = raw_place_open(&town->ctx, &town->place);
    load_city(town);
}

void test_town_put(struct test_town *town, const char *name, const char *content)
{
    if (!content)
        assert_int_equal(unlink(in_folder(town, name)), 0);
    else
        test_ok(&town->ctx, file_write(&town->ctx, in_folder(town, name), str_of(content), 0600));
}

void test_town_publish(struct test_town *town)
{
    struct problems problems = problems_in(town->ctx.arena);
    struct buf said = buf_in(town->ctx.arena, 10000);
    struct publication done;
    enum rc rc = city_publish(&town->ctx, town->folder, false, &problems, &done);

    problems_write(&problems, &said);
    if (rc)
        print_message("# %.*s", STR_ARG(buf_str(&said)));
    test_ok(&town->ctx, rc);
    city_free(town->city);
    load_city(town);
}

void test_town_at(struct test_town *town, const char *instant)
{
    assert_true(instant_parse(str_of(instant), &town->ctx.now));
}

void test_ok(struct ctx *ctx, enum rc rc)
{
    if (rc != RC_OK)
        print_message("# %s: %s: %.*s (%s:%d)\n", rc_name(rc), err_name(ctx->err.id),
                      STR_ARG(ctx->err.detail), ctx->err.file, ctx->err.line);
    assert_int_equal(rc, RC_OK);
}

struct filed test_town_file(struct test_town *town)
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {
        .definition = city_service(town->city, S("broken-bench")),
        .description = S("It has no seat."),
        .contact = {.name = S("Minh"), .email = S("minh@example.org")},
        .channel = S("web"),
        .base_url = S("https://city.example"),
    };
    struct filed filed;

    assert_non_null(filing.definition);
    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed;
}

struct filed test_town_file_as(struct test_town *town, const char *service,
                               const char *const *typed, size_t n)
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {.definition = city_service(town->city, str_of(service)),
                            .channel = S("web"),
                            .base_url = S("https://city.example")};
    struct filed filed;

    assert_non_null(filing.definition);
    assert_true(n <= filing.definition->field_n);
    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    for (size_t i = 0; i < n; i++) {
        struct str text = str_of(typed[i]);

        test_ok(ctx,
                answer_read(ctx, &filing.definition->fields[i], &text, 1, &filing.answers.of[i]));
    }
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed;
}

void test_town_step(struct test_town *town, int64_t case_id, const char *step)
{
    static const struct grant grant = {ROLE_SUPERVISOR, SCOPE_CITY, STR("")};
    const struct actor staff = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};
    struct step_input input = {
        .step = str_of(step),
        .message = S("Where is it?"),
        .base_url = S("https://city.example"),
        .outcome = strcmp(step, "resolve") == 0 ? S("done") : STR_NONE,
    };

    town->ctx.actor = &staff;
    test_ok(&town->ctx, case_step(&town->ctx, case_id, &input));
    town->ctx.actor = NULL;
}

int test_town_run_jobs(struct test_town *town)
{
    static const struct job_kind *const tables[] = {timer_jobs, NULL};
    const struct job_runner runner = {tables, S("https://city.example")};
    bool was_there = true;
    int n = 0;

    while (was_there) {
        test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
        n += was_there;
        assert_true(n < 1000);
    }
    return n;
}

int test_town_run_jobs_at(struct test_town *town, const char *instant)
{
    test_town_at(town, instant);
    return test_town_run_jobs(town);
}

struct str test_town_text(struct test_town *town, const char *sql)
{
    struct raw *raw = raw_open(town->place.location);
    struct str text = STR_NONE;

    if (raw_ask(raw, sql, town->ctx.arena, &text) && !text.p)
        text = S("NULL");
    raw_close(raw);
    return text;
}

int64_t test_town_count(struct test_town *town, const char *sql)
{
    struct str text = test_town_text(town, sql);
    int64_t n;

    assert_true(str_to_i64(text, &n));
    return n;
}

static bool is_same_json(struct test_town *town, struct str one, struct str other)
{
    json_t *a, *b;

    if (json_parse(&town->ctx, one, one.n, &a) || json_parse(&town->ctx, other, other.n, &b)) {
        ctx_clear_error(&town->ctx);
        return false;
    }
    return json_equal(a, b) != 0;
}

void test_town_says(struct test_town *town, const char *sql, const char *expected)
{
    struct str text = test_town_text(town, sql);

    if (!str_eq(text, str_of(expected)) && !is_same_json(town, text, str_of(expected)))
        fail_msg("%s: %.*s, not %s", sql, STR_ARG(text), expected);
}

int64_t test_town_differences(struct test_town *town)
{
    struct buf report = buf_in(town->ctx.arena, 10000);
    struct projection_found found;

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, projection_check(&town->ctx, &report, &found));
    db_reader_release(&town->ctx);
    if (found.differences)
        print_message("# %.*s", STR_ARG(buf_str(&report)));
    return found.differences;
}

void test_town_set(struct test_town *town, const char *sql)
{
    struct raw *raw = raw_open(town->place.location);

    raw_exec(raw, sql);
    raw_close(raw);
}
