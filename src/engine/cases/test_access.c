#include "base/test_support.h"
#include "engine/cases/access.h"
#include "engine/definition/city_build.h"

static const struct case_reach hole = {.reach = {STR("works"), STR("west"), STR("hole")},
                                       .case_id = 7,
                                       .reporter = 3,
                                       .is_service_public = true};

static struct case_reach with(int64_t confidentiality, bool is_hidden)
{
    struct case_reach reach = hole;

    reach.confidentiality = confidentiality;
    reach.is_hidden = is_hidden;
    return reach;
}

static bool staff_may_read(enum role role, enum scope_kind kind, const char *scope,
                           int64_t confidentiality)
{
    const struct grant grant = {role, kind, str_of(scope)};
    const struct actor actor = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};
    struct case_reach reach = with(confidentiality, true);

    return case_may_read(&actor, &reach);
}

static void staff_read_within_their_grants(void **state)
{
    (void)state;
    for (int64_t confidentiality = 0; confidentiality <= AUDIENCE_STAFF; confidentiality++) {
        assert_true(staff_may_read(ROLE_AGENT, SCOPE_CITY, "", confidentiality));
        assert_true(staff_may_read(ROLE_AUDITOR, SCOPE_CITY, "", confidentiality));
        assert_true(staff_may_read(ROLE_CREW, SCOPE_TEAM, "west", confidentiality));
        assert_true(staff_may_read(ROLE_AGENT, SCOPE_SERVICE, "hole", confidentiality));
        assert_true(staff_may_read(ROLE_SUPERVISOR, SCOPE_DEPARTMENT, "works", confidentiality));
        assert_false(staff_may_read(ROLE_CREW, SCOPE_TEAM, "east", confidentiality));
        assert_false(staff_may_read(ROLE_AGENT, SCOPE_SERVICE, "tree", confidentiality));
        assert_false(staff_may_read(ROLE_SUPERVISOR, SCOPE_DEPARTMENT, "parks", confidentiality));
        assert_false(staff_may_read(ROLE_SUPERVISOR, SCOPE_TEAM, "", confidentiality));
    }
}

static void the_public_reads_what_is_public(void **state)
{
    const struct actor stranger = {.kind = ACTOR_RESIDENT, .id = 9};
    const struct actor unpriv = {.kind = ACTOR_STAFF, .id = 9};
    struct case_reach open = with(AUDIENCE_PUBLIC, false), hidden = with(AUDIENCE_PUBLIC, true);
    struct case_reach parties = with(AUDIENCE_PARTIES, false);
    struct case_reach withdrawn = open;

    (void)state;
    withdrawn.is_service_public = false;
    assert_true(case_is_public(&open));
    assert_false(case_is_public(&withdrawn));
    assert_false(case_may_read(NULL, &withdrawn));
    assert_true(case_may_read(NULL, &open));
    assert_true(case_may_read(&stranger, &open));
    assert_false(case_may_read(NULL, &hidden));
    assert_false(case_may_read(&stranger, &parties));
    assert_false(case_may_read(&unpriv, &open)); /* staff without a grant work on nothing */
}

/* A service's versions, oldest first, as a city has them; withdrawn, it is offered no more. */
struct versions {
    struct definition of[2];
    struct definition *all[2], *offered[1];
    struct city city;
};

static void versions_of(struct ctx *ctx, struct versions *ret, const enum audience audiences[2],
                        bool is_withdrawn)
{
    *ret = (struct versions){
        .of = {{.code = S("hole"), .service_id = 4, .version_id = 1, .audience = audiences[0]},
               {.code = S("hole"), .service_id = 4, .version_id = 2, .audience = audiences[1]}},
    };
    ret->all[0] = &ret->of[0];
    ret->all[1] = ret->offered[0] = &ret->of[1];
    ret->city = (struct city){.versions = ret->all,
                              .version_n = 2,
                              .services = ret->offered,
                              .service_n = is_withdrawn ? 0 : 1};
    assert_int_equal(city_build_index(ctx, &ret->city), RC_OK);
}

/* Who may know of a case: as few as its row, its version or the newest one say. */
static void the_strictest_says_who_may_know(void **state)
{
    struct ctx *ctx = *state;
    struct versions versions;

    for (int i = 0; i < 54; i++) {
        enum audience own = (enum audience)(i % 3), newest = (enum audience)(i / 3 % 3);
        int64_t row = i / 9 % 3;
        int64_t strictest = own > newest ? own : newest;

        versions_of(ctx, &versions, (enum audience[]){own, newest}, i >= 27);
        strictest = row > strictest ? row : strictest;
        assert_int_equal(case_audience(&versions.city, &versions.of[0], row), strictest);
        assert_int_equal(case_service_is_public(&versions.city, &versions.of[0]),
                         own == AUDIENCE_PUBLIC && newest == AUDIENCE_PUBLIC);
    }
}

static void residents_read_their_own(void **state)
{
    const int64_t linked[] = {5, 7};
    const struct actor reporter = {.kind = ACTOR_RESIDENT, .id = 3};
    const struct actor holder = {.kind = ACTOR_RESIDENT, .case_ids = linked, .case_n = 2};
    const struct actor other = {.kind = ACTOR_RESIDENT, .case_ids = linked, .case_n = 1};
    struct case_reach parties = with(AUDIENCE_PARTIES, true), staff = with(AUDIENCE_STAFF, false);

    (void)state;
    assert_true(case_may_read(&reporter, &parties));
    assert_true(case_may_read(&holder, &parties));
    assert_false(case_may_read(&other, &parties));
    assert_false(case_may_read(&reporter, &staff));
    parties.reporter = 0;
    assert_false(case_may_read(&other, &parties));
    parties.is_of_address = staff.is_of_address = true;
    assert_true(case_may_read(&other, &parties));
    assert_false(case_may_read(&other, &staff));
    assert_false(case_may_read(NULL, &parties));
}

/* What a key reads a case as; who filed it reads it as its reporter does. */
static void a_key_reads_as_whom_it_is(void **state)
{
    const struct grant west = {ROLE_AUDITOR, SCOPE_TEAM, STR("west")};
    const struct actor within = {.kind = ACTOR_API, .id = 1, .grants = &west, .grant_n = 1};
    const struct actor other = {.kind = ACTOR_API, .id = 2};
    struct case_reach open = with(AUDIENCE_PUBLIC, false), hidden = with(AUDIENCE_PUBLIC, true);
    struct case_reach parties = with(AUDIENCE_PARTIES, false), staff = with(AUDIENCE_STAFF, false);

    (void)state;
    assert_int_equal(case_key_audience(&within, &staff, false), AUDIENCE_STAFF);
    assert_int_equal(case_key_audience(&other, &open, false), AUDIENCE_PUBLIC);
    assert_int_equal(case_key_audience(&other, &open, true), AUDIENCE_PARTIES);
    assert_int_equal(case_key_audience(&other, &hidden, false), -1);
    assert_int_equal(case_key_audience(&other, &hidden, true), AUDIENCE_PARTIES);
    assert_int_equal(case_key_audience(&other, &parties, false), -1);
    assert_int_equal(case_key_audience(&other, &parties, true), AUDIENCE_PARTIES);
    assert_int_equal(case_key_audience(&other, &staff, true), -1);
    assert_int_equal(case_key_audience(NULL, &open, false), AUDIENCE_PUBLIC);
}

/* Staff on the residents' pages see no more than anybody. */
static void on_the_residents_pages_staff_are_anybody(void **state)
{
    const struct grant city = {ROLE_SUPERVISOR, SCOPE_CITY, STR("")};
    const struct actor staff = {.kind = ACTOR_STAFF, .id = 1, .grants = &city, .grant_n = 1};
    struct case_reach parties = with(AUDIENCE_PARTIES, false), open = with(AUDIENCE_PUBLIC, false);

    (void)state;
    assert_true(case_may_read(&staff, &parties));
    assert_false(case_resident_may_read(&staff, &parties));
    assert_true(case_resident_may_read(&staff, &open));
}

static void work_needs_a_working_role(void **state)
{
    static const bool works[ROLE__N] = {
        [ROLE_AGENT] = true, [ROLE_CREW] = true, [ROLE_SUPERVISOR] = true};

    (void)state;
    for (int role = 0; role < ROLE__N; role++) {
        const struct grant grant = {(enum role)role, SCOPE_TEAM, STR("west")};
        struct actor actor = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};

        assert_int_equal(case_may_work(&actor, &hole), works[role]);
        actor.kind = ACTOR_RESIDENT;
        assert_false(case_may_work(&actor, &hole));
    }
    assert_false(case_may_work(NULL, &hole));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(staff_read_within_their_grants),  TEST(the_public_reads_what_is_public),
        TEST(the_strictest_says_who_may_know), TEST(residents_read_their_own),
        TEST(a_key_reads_as_whom_it_is),       TEST(on_the_residents_pages_staff_are_anybody),
        TEST(work_needs_a_working_role),
    };

    return cmocka_run_group_tests_name("engine/access", tests, NULL, NULL);
}
