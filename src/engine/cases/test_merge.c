/* Two reports of one thing become one case, and two again. */
#include "engine/cases/case_link.h"
#include "engine/cases/case_merge.h"
#include "engine/cases/follower.h"
#include "engine/cases/projection.h"
#include "engine/test_support.h"

#define CASE "FROM cases WHERE id = %lld"

static struct merge into(int64_t other)
{
    return (struct merge){
        .into = other, .reason = S("The same hole"), .base_url = S("https://city.example")};
}

static void two_cases(struct world *world)
{
    test_file(world, &(struct test_filing){.email = "pat@example.com", .lang = LANG_ES});
    test_file(world, &(struct test_filing){.email = "linh@example.com"});
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_exec(world, "DELETE FROM message");
}

static void follow(struct world *world, int64_t case_id, const char *email)
{
    struct str sql = str_fmt(world->ctx.arena,
                             "INSERT INTO follower (cases, email, lang, token_hash, created, "
                             "confirmed) VALUES (%lld, '%s', 'vi', randomblob(32), 1, 2)",
                             (long long)case_id, email);

    test_exec(world, str_z(world->ctx.arena, sql));
}

static int64_t follows(struct world *world, int64_t case_id, const char *email)
{
    struct str sql = str_fmt(world->ctx.arena,
                             "SELECT count(*) FROM follower WHERE email = '%s' AND ended IS NULL "
                             "AND confirmed IS NOT NULL AND cases = %%lld",
                             email);

    return test_i64(world, str_z(world->ctx.arena, sql), case_id);
}

static int64_t told(struct world *world, const char *email, const char *notice)
{
    struct str sql = str_fmt(world->ctx.arena,
                             "SELECT count(*) FROM message WHERE address = '%s' AND notice = '%s' "
                             "AND %%lld = 1",
                             email, notice);

    return test_i64(world, str_z(world->ctx.arena, sql), 1);
}

/* Everything of the case that an undo has to bring back. */
static struct str whole(struct world *world)
{
    return test_text(
        world,
        "SELECT state || state_type || state_since || coalesce(outcome, '-') || coalesce(closed, "
        "0) || '-' || coalesce(due, 0) || '-' || coalesce(merged_into, 0) || (SELECT "
        "group_concat(kind || due || '-' || coalesce(met, 0) || '-' || coalesce(paused, 0) || '-' "
        "|| coalesce(missed, 0)) FROM (SELECT * FROM clock ORDER BY id) k "
        "WHERE cases = cases.id) || (SELECT count(*) FROM follower WHERE cases = cases.id AND "
        "ended IS NULL) " CASE,
        1);
}

static void a_merged_case_closes_and_its_people_follow(void **state)
{
    struct world *world = *state;
    struct merge merge = into(2);

    two_cases(world);
    follow(world, 1, "neighbor@example.com");
    follow(world, 1, "linh@example.com");
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 1, &merge));
    assert_int_equal(test_i64(world, "SELECT state_type " CASE, 1), 2);
    assert_int_equal(test_i64(world, "SELECT merged_into " CASE, 1), 2);
    assert_int_equal(test_i64(world, "SELECT due IS NULL " CASE, 1), 1);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM clock WHERE met IS NULL AND cases = %lld", 1), 0);
    assert_int_equal(test_i64(world, "SELECT state_type " CASE, 2), 0);
    assert_int_equal(
        test_i64(world,
                 "SELECT count(*) FROM link WHERE kind = 'duplicate-of' AND from_case = 1 AND "
                 "to_case = 2 AND ended IS NULL AND %lld = 1",
                 1),
        1);
    assert_int_equal(follows(world, 2, "pat@example.com"), 1);
    assert_int_equal(follows(world, 2, "neighbor@example.com"), 1);
    assert_int_equal(follows(world, 1, "neighbor@example.com"), 0);
    /* The other case's reporter hears of it anyway. */
    assert_int_equal(follows(world, 2, "linh@example.com"), 0);
    assert_int_equal(told(world, "pat@example.com", "merged"), 1);
    assert_int_equal(told(world, "neighbor@example.com", "merged"), 1);
    assert_str(test_text(world,
                         "SELECT lang FROM message WHERE address = 'pat@example.com' AND %lld = 1",
                         1),
               "es");
    assert_true(str_find(test_text(world,
                                   "SELECT unsubscribe FROM message WHERE address = "
                                   "'neighbor@example.com' AND %lld = 1",
                                   1),
                         S("https://city.example/")) == 0);
    test_projections(world);
}

static void undoing_a_merge_restores_everything(void **state)
{
    struct world *world = *state;
    struct merge merge = into(2);
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct str before;

    two_cases(world);
    follow(world, 1, "neighbor@example.com");
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("ask"), .message = S("Which side?")}));
    before = whole(world);
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    world->ctx.now = test_time("2026-07-06 09:00");
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 2, &merge));
    world->ctx.now = test_time("2026-07-09 09:00");
    test_ok(&world->ctx, case_unmerge(&world->ctx, 1, 3, &merge));
    assert_str(whole(world), str_z(world->ctx.arena, before));
    assert_int_equal(follows(world, 1, "neighbor@example.com"), 1);
    assert_int_equal(follows(world, 2, "neighbor@example.com"), 0);
    assert_int_equal(follows(world, 2, "pat@example.com"), 0);
    assert_int_equal(told(world, "pat@example.com", "unmerged"), 1);
    assert_int_equal(told(world, "neighbor@example.com", "unmerged"), 1);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM link WHERE ended IS NULL AND %lld = 1", 1), 0);
    test_projections(world);
    /* And the steps of its state are open again. */
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("answer"), .message = S("The left.")}));
}

static void who_left_in_between_stays_away(void **state)
{
    struct world *world = *state;
    struct merge merge = into(2);

    two_cases(world);
    follow(world, 1, "neighbor@example.com");
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &merge));
    test_exec(world, "UPDATE follower SET ended = 5 WHERE cases = 2 AND email LIKE 'neigh%'");
    test_ok(&world->ctx, case_unmerge(&world->ctx, 1, 0, &merge));
    assert_int_equal(follows(world, 1, "neighbor@example.com"), 0);
    assert_int_equal(told(world, "neighbor@example.com", "unmerged"), 0);
}

/* The link of a mail that a follower got before the cases were merged. */
static struct str old_link(struct world *world, int64_t case_id)
{
    const struct actor *boss = world->ctx.actor;
    struct str link;

    test_ok(&world->ctx, test_step(world, boss, case_id,
                                   &(struct step_input){.step = S("schedule"),
                                                        .date = S("2026-08-03"),
                                                        .base_url = S("https://city.example")}));
    link = test_text(world,
                     "SELECT unsubscribe FROM message WHERE cases = %lld AND unsubscribe <> '' "
                     "ORDER BY id DESC LIMIT 1",
                     case_id);
    link = str_slice(link, (size_t)str_find(link, S("/unfollow/")) + strlen("/unfollow/"), link.n);
    test_exec(world, "DELETE FROM message");
    world->ctx.actor = boss;
    return link;
}

static void an_old_link_ends_it_on_the_case_that_goes_on(void **state)
{
    struct world *world = *state;
    struct merge two = into(2), three = into(3);
    struct str link, number;
    bool is_active;

    two_cases(world);
    test_file(world, &(struct test_filing){0});
    follow(world, 1, "neighbor@example.com");
    follow(world, 3, "else@example.com");
    link = old_link(world, 1);
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &two));
    test_ok(&world->ctx, case_merge(&world->ctx, 2, 0, &three));
    assert_int_equal(follows(world, 3, "neighbor@example.com"), 1);
    test_look_again(world);
    test_ok(&world->ctx, follower_end_look(&world->ctx, link, &is_active, &number));
    assert_true(is_active);
    test_ok(&world->ctx, follower_end(&world->ctx, link));
    assert_int_equal(follows(world, 3, "neighbor@example.com"), 0);
    assert_int_equal(follows(world, 3, "else@example.com"), 1);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM event WHERE kind = 'follower.ended' AND cases = %lld",
                 3),
        1);
    test_look_again(world);
    test_ok(&world->ctx, follower_end_look(&world->ctx, link, &is_active, &number));
    assert_false(is_active);
    test_ok(&world->ctx, case_unmerge(&world->ctx, 2, 0, &three));
    assert_int_equal(follows(world, 2, "neighbor@example.com"), 0);
}

static void a_merged_case_takes_no_step(void **state)
{
    struct world *world = *state;
    struct merge merge = into(2);

    two_cases(world);
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &merge));
    assert_error(&world->ctx,
                 test_step(world, test_reporter(world, 1), 1,
                           &(struct step_input){.step = S("reopen"), .message = S("No!")}),
                 ERR_MERGED, NULL);
}

static void what_is_no_merge_is_refused(void **state)
{
    struct world *world = *state;
    const struct actor *boss = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    struct merge one = into(1), two = into(2), three = into(3), none = into(99), silent = into(2);
    struct test_counts before;

    two_cases(world);
    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx,
            test_step(world, boss, 3,
                      &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    silent.reason = S(" ");
    test_counts(world, &before);
    world->ctx.actor = boss;
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &one), ERR_NOT_A_CHOICE, "into");
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &none), ERR_NOT_A_CHOICE, "into");
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &three), ERR_CASE_CLOSED, "into");
    assert_error(&world->ctx, case_merge(&world->ctx, 3, 0, &one), ERR_CASE_CLOSED, NULL);
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &silent), ERR_REQUIRED, "reason");
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 9, &two), ERR_STALE, NULL);
    assert_error(&world->ctx, case_unmerge(&world->ctx, 1, 0, &two), ERR_GUARD, NULL);
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &two), ERR_DENIED, NULL);
    assert_grown(world, &before, NULL);

    world->ctx.actor = boss;
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &two));
    assert_error(&world->ctx, case_merge(&world->ctx, 1, 0, &two), ERR_MERGED, NULL);
    assert_error(&world->ctx, case_merge(&world->ctx, 2, 0, &one), ERR_MERGED, "into");
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    assert_error(&world->ctx, case_unmerge(&world->ctx, 1, 0, &two), ERR_DENIED, NULL);
}

static void merges_are_undone_from_the_last(void **state)
{
    struct world *world = *state;
    struct merge two = into(2), three = into(3);

    two_cases(world);
    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &two));
    test_ok(&world->ctx, case_merge(&world->ctx, 2, 0, &three));
    assert_int_equal(follows(world, 3, "pat@example.com"), 1);
    assert_int_equal(follows(world, 3, "linh@example.com"), 1);
    assert_error(&world->ctx, case_unmerge(&world->ctx, 1, 0, &two), ERR_MERGED, "into");
    test_ok(&world->ctx, case_unmerge(&world->ctx, 2, 0, &three));
    assert_int_equal(follows(world, 2, "pat@example.com"), 1);
    test_ok(&world->ctx, case_unmerge(&world->ctx, 1, 0, &two));
    assert_int_equal(follows(world, 2, "pat@example.com"), 0);
    test_projections(world);
}

static void cases_are_linked_and_unlinked(void **state)
{
    struct world *world = *state;
    struct test_counts before;

    two_cases(world);
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_counts(world, &before);
    test_ok(&world->ctx, case_relate(&world->ctx, 1, 2));
    assert_grown(world, &before, "link", 1, "event", 2, "event_payload", 2, "record_leaf", 2, NULL);
    test_ok(&world->ctx, case_relate(&world->ctx, 2, 1));
    assert_grown(world, &before, "link", 1, "event", 2, "event_payload", 2, "record_leaf", 2, NULL);
    test_ok(&world->ctx, case_unrelate(&world->ctx, 2, 1));
    test_ok(&world->ctx, case_unrelate(&world->ctx, 2, 1));
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM link WHERE ended IS NULL AND %lld = 1", 1), 0);
    assert_error(&world->ctx, case_relate(&world->ctx, 1, 1), ERR_NOT_A_CHOICE, "other");
    assert_error(&world->ctx, case_relate(&world->ctx, 1, 77), ERR_NOT_A_CHOICE, "other");
    world->ctx.actor = test_staff(world, ROLE_AUDITOR, SCOPE_CITY, NULL);
    assert_error(&world->ctx, case_relate(&world->ctx, 1, 2), ERR_DENIED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_merged_case_closes_and_its_people_follow),
        TEST(undoing_a_merge_restores_everything),
        TEST(who_left_in_between_stays_away),
        TEST(an_old_link_ends_it_on_the_case_that_goes_on),
        TEST(a_merged_case_takes_no_step),
        TEST(what_is_no_merge_is_refused),
        TEST(merges_are_undone_from_the_last),
        TEST(cases_are_linked_and_unlinked),
    };

    return RUN_TESTS("merge", tests);
}
