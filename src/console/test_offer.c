/* Which acts a case's page offers to whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/case_act.h"

/* Whatever the line's permission: an act that its route would refuse is not offered. */
static void an_act_is_offered_to_who_may(void **state)
{
    static const struct case_act_row administers = {.permission = PERMISSION_ADMINISTER,
                                                    .when = CASE_ACT_ALWAYS};
    static const struct case_act_row supervises = {.permission = PERMISSION_SUPERVISE,
                                                   .when = CASE_ACT_ALWAYS};
    const struct grant agent = {.role = ROLE_AGENT, .scope_kind = SCOPE_CITY};
    const struct grant supervisor = {.role = ROLE_SUPERVISOR, .scope_kind = SCOPE_CITY};
    const struct grant administrator = {.role = ROLE_ADMINISTRATOR, .scope_kind = SCOPE_CITY};
    struct actor actor = {.kind = ACTOR_STAFF, .grants = &agent, .grant_n = 1};
    struct case_view view = {.row.merged_into_is_null = true, .may_work = true};

    (void)state;
    assert_false(case_act_is_offered(&administers, &actor, &view));
    assert_false(case_act_is_offered(&supervises, &actor, &view));
    actor.grants = &administrator;
    assert_true(case_act_is_offered(&administers, &actor, &view));
    assert_false(case_act_is_offered(&supervises, &actor, &view));
    actor.grants = &supervisor;
    assert_false(case_act_is_offered(&supervises, &actor, &view));
    view.may_supervise = true;
    assert_true(case_act_is_offered(&supervises, &actor, &view));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_act_is_offered_to_who_may),
    };

    return cmocka_run_group_tests_name("offer", tests, NULL, NULL);
}
