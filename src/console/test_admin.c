#include <string.h>

#include "base/buf.h"
#include "console/console.h"
#include "console/test_client.h"
#include "web/route.h"

/* ---- who may ask for what */

enum who { AGENT = 1, CREW = 2, SUPERVISOR = 4, ADMINISTRATOR = 8, AUDITOR = 16 };
#define WORKERS (AGENT | CREW | SUPERVISOR)
#define READERS (ADMINISTRATOR | AUDITOR)

static const struct {
    const char *name;
    enum who who;
} roles[] = {
    {"agent", AGENT},           {"crew", CREW},
    {"supervisor", SUPERVISOR}, {"administrator", ADMINISTRATOR},
    {"auditor", AUDITOR},
};

/* Written down apart from the routes: a permission that is changed there by mistake shows here. */
static const struct {
    const char *method, *pattern, *path;
    unsigned who;
    int status; /* for who may: forms are sent empty, so that nothing changes */
} matrix[] = {
    {"GET", "/staff/new", "/staff/new", WORKERS, 200},
    {"GET", "/staff/new/{service}", "/staff/new/hole", WORKERS, 200},
    {"POST", "/staff/new/{service}", "/staff/new/hole", WORKERS, 400},
    {"GET", "/staff/new/done/{number}", "/staff/new/done/26-00000-0", WORKERS, 404},
    {"GET", "/staff/admin", "/staff/admin", READERS, 200},
    {"GET", "/staff/admin/people", "/staff/admin/people", READERS, 200},
    {"GET", "/staff/admin/new-person", "/staff/admin/new-person", ADMINISTRATOR, 200},
    {"POST", "/staff/admin/people", "/staff/admin/people", ADMINISTRATOR, 422},
    {"GET", "/staff/admin/people/{login}", "/staff/admin/people/rdiaz", READERS, 200},
    {"POST", "/staff/admin/people/{login}/details", "/staff/admin/people/rdiaz/details",
     ADMINISTRATOR, 422},
    {"POST", "/staff/admin/people/{login}/disabled", "/staff/admin/people/rdiaz/disabled",
     ADMINISTRATOR, 422},
    {"POST", "/staff/admin/people/{login}/password", "/staff/admin/people/rdiaz/password",
     ADMINISTRATOR, 422},
    {"POST", "/staff/admin/people/{login}/code", "/staff/admin/people/rdiaz/code", ADMINISTRATOR,
     422},
    {"POST", "/staff/admin/people/{login}/sessions", "/staff/admin/people/rdiaz/sessions",
     ADMINISTRATOR, 404},
    {"GET", "/staff/admin/people/{login}/grant",
     "/staff/admin/people/rdiaz/grant?role=crew&scope=team:west", ADMINISTRATOR, 200},
    {"POST", "/staff/admin/people/{login}/grants", "/staff/admin/people/rdiaz/grants",
     ADMINISTRATOR, 404},
    {"POST", "/staff/admin/people/{login}/grants/{grant}/revoke",
     "/staff/admin/people/rdiaz/grants/99999/revoke", ADMINISTRATOR, 404},
    {"GET", "/staff/admin/teams", "/staff/admin/teams", READERS, 200},
    {"GET", "/staff/admin/services", "/staff/admin/services", READERS, 200},
    {"GET", "/staff/admin/services/{service}", "/staff/admin/services/hole", READERS, 200},
    {"GET", "/staff/admin/jobs", "/staff/admin/jobs", READERS, 200},
    {"POST", "/staff/admin/jobs/{job}", "/staff/admin/jobs/99999", ADMINISTRATOR, 422},
    {"GET", "/staff/admin/settings", "/staff/admin/settings", READERS, 200},
    {"POST", "/staff/admin/settings", "/staff/admin/settings", ADMINISTRATOR, 422},
    {"POST", "/staff/admin/settings/test", "/staff/admin/settings/test", ADMINISTRATOR, 422},
    {"GET", "/staff/admin/health", "/staff/admin/health", READERS, 200},
    {"GET", "/staff/admin/security", "/staff/admin/security", READERS, 200},
};

static int ask(struct browser *browser, size_t i)
{
    return strcmp(matrix[i].method, "GET") == 0 ? browse(browser, str_of(matrix[i].path))
                                                : submit(browser, str_of(matrix[i].path), STR_NONE);
}

static void each_route_as_each_role(void **state)
{
    struct world *world = *state;

    test_city_staff(&world->city, "rdiaz", "crew", "team", "west");
    for (size_t r = 0; r < COUNT(roles); r++) {
        struct browser browser = {.world = world};
        struct str password =
            test_city_staff(&world->city, roles[r].name, roles[r].name, "city", "");

        browser_sign_in(&browser, roles[r].name, password);
        for (size_t i = 0; i < COUNT(matrix); i++) {
            int wanted = matrix[i].who & roles[r].who ? matrix[i].status : 403, got;

            assert_int_equal(browse(&browser, S("/staff/me")), 200);
            got = ask(&browser, i);
            if (got != wanted)
                print_error("%s %s as %s\n", matrix[i].method, matrix[i].path, roles[r].name);
            assert_int_equal(got, wanted);
        }
    }
}

static void strangers_are_let_in_nowhere(void **state)
{
    struct browser browser = {.world = *state};

    for (size_t i = 0; i < COUNT(matrix); i++) {
        bool is_get = strcmp(matrix[i].method, "GET") == 0;

        assert_int_equal(browse(&browser, S("/staff/signin")), 200);
        assert_int_equal(ask(&browser, i), is_get ? 303 : 401);
    }
}

/* A route that is added is added to the matrix. */
static void the_matrix_is_complete(void **state)
{
    (void)state;
    for (const struct route *route = console_module.routes; route->pattern; route++) {
        bool is_known = !str_starts_with(str_of(route->pattern), S("/staff/admin")) &&
                        !str_starts_with(str_of(route->pattern), S("/staff/new"));

        for (size_t i = 0; i < COUNT(matrix); i++)
            is_known |= strcmp(route->pattern, matrix[i].pattern) == 0 &&
                        str_eq(http_method_name(route->method), str_of(matrix[i].method));
        if (!is_known)
            print_error("%s is not in the matrix\n", route->pattern);
        assert_true(is_known);
    }
}

/* ---- staff */

static struct browser administrator(struct world *world)
{
    struct browser browser = {.world = world};

    browser_sign_in(&browser, "ada",
                    test_city_staff(&world->city, "ada", "administrator", "city", ""));
    return browser;
}

static struct str post(struct browser *browser, const char *path, const char *form, int status)
{
    int got = submit(browser, str_of(path), str_of(form));

    if (got != status)
        print_error("POST %s: %d\n", path, got);
    assert_int_equal(got, status);
    return browser->last.body;
}

/* The password on the page that shows it once. */
static struct str shown_password(struct browser *browser)
{
    struct str body = browser->last.body;
    ptrdiff_t at = str_find(body, S("ch-panel__number\"><code>"));

    assert_true(at >= 0);
    body = str_slice(body, (size_t)at + 24, body.n);
    return str_slice(body, 0, (size_t)str_find_byte(body, '<'));
}

static void somebody_new_comes(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world), rosa = {.world = world};
    struct str password;

    browse(&ada, S("/staff/admin/new-person"));
    post(&ada, "/staff/admin/people",
         "login=rdiaz&name=Rosa+Diaz&email=&lang=es&role=crew&scope=team:west", 422);
    assert_true(page_has(&ada, "why-error"));
    assert_true(page_has(&ada, "value=\"Rosa Diaz\""));
    post(&ada, "/staff/admin/people", "login=R+Diaz&name=&role=crew&scope=team:west&why=new", 422);
    assert_true(page_has(&ada, "login-error"));
    post(&ada, "/staff/admin/people", "login=rdiaz&name=Rosa&role=crew&scope=team:nowhere&why=new",
         422);
    assert_true(page_has(&ada, "scope-error"));
    post(&ada, "/staff/admin/people",
         "login=rdiaz&name=Rosa&role=administrator&scope=team:west&why=new", 422);
    assert_true(page_has(&ada, "scope-error"));
    post(&ada, "/staff/admin/people",
         "login=rdiaz&name=Rosa+Diaz&lang=es&role=crew&scope=team:west&why=new", 200);
    password = str_copy(world->city.ctx.arena, shown_password(&ada));
    assert_int_equal(password.n, 23);
    browser_sign_in(&rosa, "rdiaz", password);
    assert_int_equal(browse(&ada, S("/staff/admin/people/rdiaz")), 200);
    assert_false(str_find(ada.last.body, password) >= 0);
    browse(&ada, S("/staff/admin/new-person"));
    post(&ada, "/staff/admin/people", "login=rdiaz&name=Other&role=crew&scope=city&why=new", 409);
    assert_true(page_has(&ada, "login-error"));
}

/* ---- settings */

static int64_t count_in_store(struct world *world, const char *sql)
{
    return test_city_count(&world->city, sql);
}

static void settings_are_changed_and_kept(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world), audit = {.world = world};
    struct str password = test_city_staff(&world->city, "audit", "auditor", "city", "");

    browse(&ada, S("/staff/admin/settings"));
    assert_true(page_has(&ada, "City of Testville &lt;311@test.example&gt;"));
    assert_true(page_has(&ada, "No relay is set"));
    /* What is wrong is said at its field, and what was typed stays; nothing is stored. */
    post(&ada, "/staff/admin/settings", "smtp=relay.example&sender-name=Desk&why=x", 422);
    assert_true(page_has(&ada, "sender-address-error"));
    assert_true(page_has(&ada, "value=\"relay.example\""));
    post(&ada, "/staff/admin/settings", "smtp=relay.example&why=x", 422);
    assert_true(page_has(&ada, "smtp-error"));
    post(&ada, "/staff/admin/settings", "smtp=smtps://relay.example&smtp-user=desk&why=x", 422);
    assert_true(page_has(&ada, "smtp-password-error"));
    post(&ada, "/staff/admin/settings", "witnesses=a%40b.example%0Anobody&why=x", 422);
    assert_true(page_has(&ada, "witnesses-error"));
    post(&ada, "/staff/admin/settings", "smtp=smtps://relay.example", 422);
    assert_true(page_has(&ada, "why-error"));
    post(&ada, "/staff/admin/settings",
         "sender-name=A%3Cb&sender-address=desk%40test.example&why=x", 422);
    assert_true(page_has(&ada, "sender-name-error"));
    assert_int_equal(
        count_in_store(world, "SELECT count(*) FROM event WHERE kind = 'setting.changed'"), 0);
    post(&ada, "/staff/admin/settings",
         "smtp=smtps://relay.example&smtp-user=desk&smtp-password=hidden+words&sender-name=The+Desk"
         "&sender-address=desk%40test.example&witnesses=a%40press.example%0D%0Ab%40press.example"
         "&why=new+relay",
         303);
    assert_int_equal(
        count_in_store(world, "SELECT count(*) FROM event WHERE kind = 'setting.changed'"), 5);
    browse(&ada, S("/staff/admin/settings?done=1"));
    assert_true(page_has(&ada, "value=\"smtps://relay.example\""));
    assert_true(page_has(&ada, "value=\"The Desk\""));
    assert_true(page_has(&ada, "a@press.example\nb@press.example</textarea>"));
    assert_true(page_has(&ada, "One is kept."));
    assert_false(page_has(&ada, "hidden words"));
    /* The stored password goes to no other server. */
    post(&ada, "/staff/admin/settings", "smtp=smtps://evil.example&smtp-user=desk&why=x", 422);
    assert_true(page_has(&ada, "smtp-password-error"));
    browser_sign_in(&audit, "audit", password);
    assert_int_equal(browse(&audit, S("/staff/admin/settings")), 200);
    assert_true(page_has(&audit, "Kept, not shown"));
    assert_false(page_has(&audit, "name=\"smtp\""));
    assert_int_equal(submit(&audit, S("/staff/admin/settings"), S("why=x")), 403);
}

static void a_test_message_goes_to_oneself(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world), boss = {.world = world};

    browse(&ada, S("/staff/admin/settings"));
    assert_true(page_has(&ada, "Your account has no email address."));
    post(&ada, "/staff/admin/settings/test", "", 422);
    browser_sign_in(&boss, "boss",
                    test_city_staff(&world->city, "boss", "administrator", "city", ""));
    browse(&boss, S("/staff/admin/people/ada"));
    post(&boss, "/staff/admin/people/ada/details",
         "name=Ada&email=ada%40test.example&lang=es&why=x", 303);
    browse(&ada, S("/staff/admin/settings"));
    assert_true(page_has(&ada, "ada@test.example"));
    post(&ada, "/staff/admin/settings/test", "", 303);
    assert_int_equal(count_in_store(world, "SELECT count(*) FROM message WHERE notice = "
                                           "'mail.test' AND address = 'ada@test.example'"),
                     1);
    browse(&ada, S("/staff/admin/settings?tried=1"));
    assert_true(page_has(&ada, "The test message is on its way."));
    browse(&ada, S("/staff/outbox"));
    assert_true(page_has(&ada, "A test message from Testville"));
    /* Behind the residents' mails, and not without end. */
    assert_int_equal(count_in_store(world, "SELECT count(*) FROM message WHERE notice = "
                                           "'mail.test' AND next_try = created"),
                     1);
    browse(&ada, S("/staff/admin/settings"));
    for (int i = 0; i < 4; i++)
        post(&ada, "/staff/admin/settings/test", "", 303);
    post(&ada, "/staff/admin/settings/test", "", 429);
    assert_true(page_has(&ada, "done this many times"));
    assert_int_equal(
        count_in_store(world, "SELECT count(*) FROM message WHERE notice = 'mail.test'"), 5);
}

/* ---- the list of staff */

static void the_list_is_searched(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);

    test_city_staff(&world->city, "rdiaz", "crew", "team", "west");
    test_city_staff(&world->city, "mtran", "agent", "city", "");
    browse(&ada, S("/staff/admin/people"));
    assert_true(page_has(&ada, "<code>mtran</code>"));
    assert_true(page_has(&ada, "Crew: Streets West"));
    browse(&ada, S("/staff/admin/people?q=DIAZ"));
    assert_true(page_has(&ada, "<code>rdiaz</code>"));
    assert_false(page_has(&ada, "<code>mtran</code>"));
    browse(&ada, S("/staff/admin/people?role=agent"));
    assert_false(page_has(&ada, "<code>rdiaz</code>"));
    browse(&ada, S("/staff/admin/people?q=zzz"));
    assert_true(page_has(&ada, "ch-empty"));
}

static void a_grant_is_looked_at_and_given(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);

    test_city_staff(&world->city, "rdiaz", "crew", "team", "west");
    test_city_file(&world->city, "hole", true, "");
    assert_int_equal(
        browse(&ada, S("/staff/admin/people/rdiaz/grant?role=supervisor&scope=team:east")), 200);
    assert_true(page_has(&ada, "Supervisor: Streets East"));
    assert_true(page_has(&ada, "reassign, merge and hide"));
    assert_true(page_has(&ada, "1 open case is there now"));
    assert_false(page_has(&ada, "grant roles"));
    post(&ada, "/staff/admin/people/rdiaz/grants", "role=supervisor&scope=team:east", 422);
    assert_true(page_has(&ada, "why-error"));
    post(&ada, "/staff/admin/people/rdiaz/grants", "role=supervisor&scope=team:east&why=leads+it",
         303);
    browse(&ada, location_of(&ada));
    assert_true(page_has(&ada, "Streets East"));
    assert_true(page_has(&ada, "Saved."));
    browse(&ada, S("/staff/admin/people/rdiaz/grant?role=supervisor&scope=team:east"));
    assert_true(page_has(&ada, "hold this already"));
    assert_int_equal(browse(&ada, S("/staff/admin/people/rdiaz/grant?role=king&scope=city")), 404);
    assert_int_equal(browse(&ada, S("/staff/admin/people/nobody/grant?role=crew&scope=city")), 404);
}

/* The number in the first form that takes a grant back. */
static struct str first_grant(struct browser *browser)
{
    struct str body = browser->last.body;
    ptrdiff_t at = str_find(body, S("/grants/"));

    assert_true(at >= 0);
    body = str_slice(body, (size_t)at + 8, body.n);
    return str_slice(body, 0, (size_t)str_find_byte(body, '/'));
}

static void a_grant_is_taken_back(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);
    const char *path;

    test_city_staff(&world->city, "rdiaz", "crew", "team", "west");
    test_city_staff(&world->city, "mtran", "crew", "team", "west");
    browse(&ada, S("/staff/admin/people/rdiaz"));
    path = str_z(world->city.ctx.arena,
                 str_fmt(world->city.ctx.arena, "/staff/admin/people/rdiaz/grants/%.*s/revoke",
                         STR_ARG(first_grant(&ada))));
    post(&ada, path, "", 422);
    post(&ada, path, "why=left+the+crew", 303);
    post(&ada, path, "why=again", 404);
    browse(&ada, S("/staff/admin/people/rdiaz"));
    assert_true(page_has(&ada, "this account may do nothing"));
    /* One of somebody else, under a wrong name. */
    browse(&ada, S("/staff/admin/people/mtran"));
    path = str_z(world->city.ctx.arena,
                 str_fmt(world->city.ctx.arena, "/staff/admin/people/rdiaz/grants/%.*s/revoke",
                         STR_ARG(first_grant(&ada))));
    post(&ada, path, "why=x", 404);
}

static void shutting_out_ends_sessions_at_once(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world), rosa = {.world = world};
    struct str password = test_city_staff(&world->city, "rdiaz", "crew", "team", "west");

    browser_sign_in(&rosa, "rdiaz", password);
    browse(&ada, S("/staff/admin/people/rdiaz"));
    assert_true(page_has(&ada, "staff/admin/people/rdiaz/sessions"));
    post(&ada, "/staff/admin/people/rdiaz/disabled", "disabled=1", 422);
    assert_int_equal(browse(&rosa, S("/staff/queue")), 200);
    post(&ada, "/staff/admin/people/rdiaz/disabled", "disabled=1&why=left", 303);
    assert_int_equal(browse(&rosa, S("/staff/queue")), 303);
    browse(&ada, S("/staff/admin/people/rdiaz"));
    assert_true(page_has(&ada, "Shut out</span>"));
    post(&ada, "/staff/admin/people/rdiaz/disabled", "disabled=0&why=back", 303);
    browser_sign_in(&rosa, "rdiaz", password);
    post(&ada, "/staff/admin/people/rdiaz/password", "why=forgot", 200);
    assert_false(str_eq(shown_password(&ada), password));
    assert_int_equal(browse(&rosa, S("/staff/queue")), 303);
}

static void nobody_raises_themselves(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);

    browse(&ada, S("/staff/admin/people/ada"));
    assert_true(page_has(&ada, "This is your own account"));
    assert_false(page_has(&ada, "/staff/admin/people/ada/grants"));
    assert_int_equal(browse(&ada, S("/staff/admin/people/ada/grant?role=auditor&scope=city")), 403);
    post(&ada, "/staff/admin/people/ada/grants", "role=auditor&scope=city&why=please", 403);
    post(&ada, "/staff/admin/people/ada/disabled", "disabled=1&why=please", 403);
    post(&ada, "/staff/admin/people/ada/password", "why=please", 403);
    post(&ada, "/staff/admin/people/ada/code", "why=please", 403);
    post(&ada, "/staff/admin/people/ada/details", "name=Ada+Lovelace&lang=en&why=married", 303);
    browse(&ada, S("/staff/admin/people/ada"));
    assert_true(page_has(&ada, "Ada Lovelace"));
}

/* ---- the rest */

static void health_and_security_are_looked_at(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);

    browse(&ada, S("/staff/admin/health"));
    assert_true(page_has(&ada, "SQLite 3") || page_has(&ada, "PostgreSQL 1"));
    assert_true(page_has(&ada, "No mail relay is set"));
    assert_true(page_has(&ada, "The worker hangs")); /* there is none in this test */
    browse(&ada, S("/staff/admin/security"));
    assert_true(page_has(&ada, "Accounts without a second factor"));
    assert_true(page_has(&ada, "When the only one is away nobody can help"));
    browse(&ada, S("/staff/admin/services"));
    assert_true(page_has(&ada, "the command line")); /* the tests' city says nobody's name */
    test_city_exec(&world->city, "INSERT INTO publisher (service_version, name) "
                                 "SELECT id, 'mpark' FROM service_version");
    browse(&ada, S("/staff/admin/services"));
    assert_true(page_has(&ada, "mpark"));
    assert_false(page_has(&ada, "the command line"));
    browse(&ada, S("/staff/admin/services/hole"));
    assert_true(page_has(&ada, "All 3 examples come out as they say"));
    assert_true(page_has(&ada, "Start work"));
    assert_int_equal(browse(&ada, S("/staff/admin/services/none")), 404);
    browse(&ada, S("/staff/admin/teams"));
    assert_true(page_has(&ada, "Streets West"));
}

/* What a job is about is said by its case's number and leads there. */
static void a_job_leads_to_its_case(void **state)
{
    struct world *world = *state;
    struct arena *arena = world->site.ctx.arena;
    struct browser ada = administrator(world);
    struct str number = test_city_file(&world->city, "hole", false, "");
    struct str link = str_fmt(arena, "href=\"/staff/cases/%.*s\"", STR_ARG(number));

    test_city_exec(&world->city,
                   "INSERT INTO job (kind, argument, once, due, attempts, trouble) VALUES"
                   " ('case.timer', '1 1793922748332748 give-up', 't', 1, 0, ''),"
                   " ('case.clocks', '777', 'u', 1, 0, ''), ('bulk.run', '1', 'v', 1, 0, ''),"
                   " ('case.clocks', '<b>x', 'w', 1, 0, '')");
    assert_int_equal(browse(&ada, S("/staff/admin/jobs?state=waiting")), 200);
    assert_true(page_has(&ada, str_z(arena, link)));
    assert_true(page_has(&ada, "<code>give-up</code>"));
    assert_false(page_has(&ada, "1793922748332748"));
    assert_true(page_has(&ada, "<code>777</code>")); /* of a case that is not there */
    assert_true(page_has(&ada, "<code>1</code>"));   /* of no case */
    assert_true(page_has(&ada, "<code>&lt;b&gt;x</code>"));
}

static void large_numbers_have_groups(void **state)
{
    struct world *world = *state;
    struct browser ada = administrator(world);

    test_city_exec(&world->city,
                   "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)"
                   " INSERT INTO job (kind, argument, due, attempts, done, trouble)"
                   " SELECT 'bulk.run', '1', 1, 99, NULL, 'x' FROM n");
    assert_int_equal(browse(&ada, S("/staff/admin/jobs?state=given-up")), 200);
    assert_true(page_has(&ada, "<span class=\"ch-count\">1,234</span>"));
    assert_int_equal(browse(&ada, S("/vi/staff/admin/jobs?state=given-up")), 200);
    assert_true(page_has(&ada, "<span class=\"ch-count\">1,234</span>"));
    assert_int_equal(browse(&ada, S("/staff/admin/health")), 200);
    assert_true(page_has(&ada, "1,234 / 0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(each_route_as_each_role),
        WORLD_TEST(strangers_are_let_in_nowhere),
        cmocka_unit_test(the_matrix_is_complete),
        WORLD_TEST(somebody_new_comes),
        WORLD_TEST(settings_are_changed_and_kept),
        WORLD_TEST(a_test_message_goes_to_oneself),
        WORLD_TEST(large_numbers_have_groups),
        WORLD_TEST(the_list_is_searched),
        WORLD_TEST(a_grant_is_looked_at_and_given),
        WORLD_TEST(a_grant_is_taken_back),
        WORLD_TEST(shutting_out_ends_sessions_at_once),
        WORLD_TEST(nobody_raises_themselves),
        WORLD_TEST(health_and_security_are_looked_at),
        WORLD_TEST(a_job_leads_to_its_case),
    };

    return cmocka_run_group_tests_name("console/admin", tests, NULL, NULL);
}
