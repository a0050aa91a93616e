#include "console/test_city.h"

#include "base/crypto.h"
#include "console/console.h"
#include "db/db.h"
#include "engine/cases/case_own.h"
#include "engine/cases/cases.h"
#include "engine/cases/keep_job.h"
#include "engine/clock/closure.h"
#include "engine/definition/show.h"
#include "engine/publish/publish.h"
#include "engine/record/people_record.h"
#include "people/account.h"
#include "people/people.h"
#include "web/twin.h"

void test_city_be_demonstration(bool is_demonstration)
{
    people_use(&(struct people_setup){.key = "a key for the tests of the city",
                                      .is_demonstration = is_demonstration,
                                      .record = people_record});
}

static void ok(struct ctx *ctx, enum rc rc)
{
    if (rc)
        print_error("%s: %.*s\n", err_name(ctx->err.id), STR_ARG(ctx->err.detail));
    assert_int_equal(rc, RC_OK);
}

void test_city_open(struct test_city *city)
{
    struct problems problems;
    struct publication publication;
    const char *root = getenv("CITYHALL_ROOT");

    *city = (struct test_city){.folder = ""};
    crypto_init();
    test_city_be_demonstration(true);
    assert_non_null(root);
    test_temporary(city->folder, "console");
    city->ctx = (struct ctx){.arena = arena_new((size_t)256 << 20), .now = clock_now()};
    assert_non_null(city->ctx.arena);
    raw_place_make_migrated(&city->place, city->folder);
    city->db = raw_place_open(&city->ctx, &city->place);
    city->ctx.db = city->db;
    problems = problems_in(city->ctx.arena);
    ok(&city->ctx,
       city_publish(
           &city->ctx,
           str_z(city->ctx.arena, str_fmt(city->ctx.arena, "%s/src/console/testdata/city", root)),
           false, &problems, &publication));
    assert_int_equal(publication.added, 4);
    ok(&city->ctx, db_reader_acquire(&city->ctx));
    ok(&city->ctx, city_load(&city->ctx, &city->city));
    db_reader_release(&city->ctx);
    city->ctx.city = city->city;
}

void test_city_close(struct test_city *city)
{
    city_free(city->city);
    ctx_done(&city->ctx);
    db_close(city->db);
    test_temporary_remove(city->folder);
    raw_place_drop(&city->place);
    arena_free(city->ctx.arena);
}

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    const struct test_city *city = app;
    enum rc rc = db_reader_acquire(ctx);

    ctx->now = instant_plus_us(ctx->now, city->waited_us);
    return rc || !console_is_asked(request) ? rc : console_begin(ctx, request);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    (void)request;
    return console_authorize(ctx, route->permission);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    (void)app;
    (void)rc;
    if (!twin_problem(ctx, request, reply))
        console_problem(ctx, request, reply);
    return RC_OK;
}

static void end(void *app, struct ctx *ctx, struct request *request)
{
    (void)app;
    (void)request;
    db_reader_release(ctx);
}

void test_city_serve(struct test_city *city, struct server_options *options)
{
    static const struct route *tables[2];

    tables[0] = console_module.routes;
    options->routes = tables;
    options->db = city->db;
    options->city = city->city;
    options->app = city;
    options->hooks = (struct server_hooks){
        .begin = begin, .authorize = authorize, .render_error = render_error, .end = end};
}

static struct grant grant_of(const char *role, const char *scope_kind, const char *scope)
{
    struct grant grant = {.scope = str_of(scope)};

    assert_true(role_of(str_of(role), &grant.role));
    assert_true(scope_kind_of(str_of(scope_kind), &grant.scope_kind));
    return grant;
}

void test_city_grant(struct test_city *city, const char *login, const char *role,
                     const char *scope_kind, const char *scope)
{
    struct grant grant = grant_of(role, scope_kind, scope);
    int64_t id;

    ok(&city->ctx, account_id(&city->ctx, str_of(login), &id));
    db_reader_release(&city->ctx);
    ok(&city->ctx, grant_add(&city->ctx, id, &grant, STR_NONE));
}

struct str test_city_staff(struct test_city *city, const char *login, const char *role,
                           const char *scope_kind, const char *scope)
{
    struct grant grant = grant_of(role, scope_kind, scope);
    struct str password;
    int64_t id;

    ok(&city->ctx,
       account_add(&city->ctx,
                   &(struct account_new){.login = str_of(login),
                                         .name = str_fmt(city->ctx.arena, "Name of %s", login),
                                         .grants = &grant,
                                         .grant_n = 1},
                   &password, &id));
    return password;
}

struct str test_city_file(struct test_city *city, const char *service, bool is_lane,
                          const char *description)
{
    struct filing filing = {
        .definition = city_service(city->city, str_of(service)),
        .description = str_of(description),
        .contact = {S("Linh Tran"), S("linh@example.com"), S("251-555-0199")},
        .channel = S("web"),
        .lang = LANG_EN,
        .base_url = S("http://127.0.0.1"),
    };
    struct str yes = S("true");
    struct filed filed;

    assert_non_null(filing.definition);
    ok(&city->ctx, answers_new(&city->ctx, filing.definition, &filing.answers));
    if (is_lane)
        ok(&city->ctx,
           answer_read(&city->ctx, &filing.definition->fields[0], &yes, 1, &filing.answers.of[0]));
    ok(&city->ctx, case_file(&city->ctx, &filing, &filed));
    return filed.number;
}

void test_city_step(struct test_city *city, int64_t case_id, const char *step)
{
    struct grant grant = {ROLE_SUPERVISOR, SCOPE_CITY, STR_NONE};
    struct actor actor = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};

    city->ctx.actor = &actor;
    city->ctx.now = clock_now();
    ok(&city->ctx,
       case_step(
           &city->ctx, case_id,
           &(struct step_input){.step = str_of(step), .outcome = S("done"), .message = S("Done")}));
    city->ctx.actor = NULL;
}

void test_city_expire(struct test_city *city, int64_t case_id, int64_t days)
{
    city->ctx.now = instant_plus_us(clock_now(), days * US_PER_DAY);
    ok(&city->ctx, keep_erase(&city->ctx, case_id));
}

struct str test_city_close_tomorrow(struct test_city *city, const char *reason)
{
    struct ctx *ctx = &city->ctx;
    struct closure_effect effect;
    struct date day;

    ctx->now = clock_now();
    ok(ctx, calendar_next_workday(ctx, &city->city->calendar, city_local(city->city, ctx->now).date,
                                  &day));
    ok(ctx, closure_add(ctx, day, str_of(reason), false, &effect));
    assert_true(effect.cases > 0);
    return show_date(ctx->arena, day, LANG_EN);
}

void test_city_rate(struct test_city *city, int64_t case_id, int64_t score, const char *text)
{
    struct actor actor = {.kind = ACTOR_RESIDENT, .case_ids = &case_id, .case_n = 1};

    city->ctx.actor = &actor;
    city->ctx.now = clock_now();
    ok(&city->ctx, case_rate(&city->ctx, case_id, score, str_of(text)));
    city->ctx.actor = NULL;
}

static struct raw *open_raw(const struct test_city *city)
{
    return raw_open(*city->place.owner_location ? city->place.owner_location
                                                : city->place.location);
}

int64_t test_city_count(struct test_city *city, const char *sql)
{
    struct raw *raw = open_raw(city);
    struct str text;
    int64_t count = 0;

    assert_true(raw_ask(raw, sql, city->ctx.arena, &text));
    assert_true(str_to_i64(text, &count));
    raw_close(raw);
    return count;
}

void test_city_exec(struct test_city *city, const char *sql)
{
    struct raw *raw = open_raw(city);

    raw_exec(raw, sql);
    raw_close(raw);
}
