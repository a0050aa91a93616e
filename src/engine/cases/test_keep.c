/* An answer that is kept for a time: gone from everywhere when it is over, and the record whole. */
#include "engine/cases/case_merge.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/case_transfer.h"
#include "engine/cases/keep_job.h"
#include "engine/cases/projection.h"
#include "engine/record/record.h"
#include "engine/test_support.h"

#define SECRET "Zacharias"
#define ROWS   "SELECT count(*) FROM case_kept WHERE cases = %lld"
#define ENDS   ROWS " AND until IS NOT NULL"

/* The projections are what they should be, and the record can be proven. */
static void assert_whole(struct world *world)
{
    struct record_checks checks = {
        .public_key = {(const char *)world->keys.public_key, sizeof world->keys.public_key},
    };
    struct record_audit audit;

    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_settle(&world->ctx));
    test_projections(world);
    test_ok(&world->ctx, record_verify(&world->ctx, &checks, &audit));
    if (!audit.is_good)
        fail_msg("%.*s", STR_ARG(audit.trouble));
}

/* A pickup whose note, alone of its answers, is kept for two years. */
static void file_pickup(struct world *world, const char *submission)
{
    test_file(world, &(struct test_filing){.service = "bulky-item",
                                           .place = "38 Bishop Allen Dr",
                                           .answers = {"pieces", "2", "note", SECRET "' sofa"},
                                           .name = "Maria Ngo",
                                           .phone = "251-555-0142",
                                           .email = "maria@example.org",
                                           .submission = submission});
}

static void step(struct world *world, const char *step, const char *outcome)
{
    test_ok(&world->ctx, test_step(world, test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL), 1,
                                   &(struct step_input){.step = str_of(step),
                                                        .outcome = str_of(outcome),
                                                        .message = S("We looked at it.")}));
}

static void erase(struct world *world)
{
    world->ctx.actor = NULL;
    test_ok(&world->ctx, keep_erase(&world->ctx, 1));
}

static void its_time_begins_with_the_closing(void **state)
{
    struct world *world = *state;
    struct test_counts before;

    file_pickup(world, NULL);
    assert_int_equal(test_i64(world, ROWS, 1), 1);
    assert_int_equal(test_i64(world, ENDS, 1), 0);
    world->ctx.now = test_time("2030-07-02 10:00");
    test_counts(world, &before);
    erase(world);
    assert_grown(world, &before, NULL);
    step(world, "resolve", "done");
    assert_int_equal(test_i64(world, ENDS, 1), 1);
    assert_whole(world);
    world->ctx.now = test_time("2032-07-02 23:59");
    test_counts(world, &before);
    erase(world);
    assert_grown(world, &before, NULL);
    assert_true(test_found(world, SECRET) > 0);
}

static void when_it_is_over_nothing_is_left(void **state)
{
    struct world *world = *state;
    struct test_counts before;
    int64_t version;

    file_pickup(world, NULL);
    step(world, "resolve", "done");
    version = test_i64(world, "SELECT lock_version FROM cases WHERE id = %lld", 1);
    world->ctx.now = test_time("2028-07-03 00:00");
    test_counts(world, &before);
    erase(world);
    assert_grown(world, &before, "case_kept", -1, "event", 1, "event_payload", 1, "record_leaf", 1,
                 "job", 1, NULL);
    assert_int_equal(test_found(world, SECRET), 0);
    assert_int_equal(test_found(world, "zacharias"), 0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM cases WHERE answers LIKE '%%pieces%%' "
                              "AND id = %lld",
                              1),
                     1);
    assert_str(test_text(world,
                         "SELECT p.payload FROM event_payload p JOIN event e ON e.id = p.event "
                         "WHERE e.kind = 'answers.expired' AND e.audience = 2 AND e.cases = %lld",
                         1),
               "{\"answers\":[{\"field\":\"note\",\"months\":24}]}");
    assert_int_equal(test_i64(world, "SELECT lock_version FROM cases WHERE id = %lld", 1),
                     version + 1);
    assert_whole(world);
    /* Once is enough. */
    test_counts(world, &before);
    erase(world);
    assert_grown(world, &before, NULL);
}

static enum rc say_answered(struct ctx *ctx, void *arg)
{
    (void)arg;
    return record_add(
        ctx, &(struct event){EVENT_CASE_ANSWERED, 1, EVENT_PUBLIC, S("{\"note\":\"" SECRET "\"}")},
        NULL);
}

/* A rule may have asked for it: then it stands in the record and with a clock. */
static void the_record_says_it_no_more(void **state)
{
    struct world *world = *state;

    file_pickup(world, NULL);
    test_exec(world, "UPDATE clock SET trace = '{\"expr\":\"note\",\"value\":\"" SECRET "\"}'");
    step(world, "resolve", "done");
    world->ctx.actor = NULL;
    test_ok(&world->ctx, db_tx(&world->ctx, say_answered, NULL));
    world->ctx.now = test_time("2028-07-03 00:00");
    erase(world);
    assert_int_equal(test_found(world, SECRET), 0);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM event WHERE kind = 'payload.erased' AND cases = %lld",
                 1),
        1);
    assert_whole(world);
}

static void what_is_open_again_stays(void **state)
{
    struct world *world = *state;

    file_pickup(world, NULL);
    step(world, "resolve", "done");
    step(world, "reopen", "");
    assert_int_equal(test_i64(world, ROWS, 1), 1);
    assert_int_equal(test_i64(world, ENDS, 1), 0);
    assert_whole(world);
    world->ctx.now = test_time("2028-06-30 10:00");
    erase(world);
    step(world, "withdraw", "");
    /* Two years after the first closing, a day after the last. */
    world->ctx.now = test_time("2028-07-03 10:00");
    erase(world);
    assert_true(test_found(world, SECRET) > 0);
    world->ctx.now = test_time("2030-07-01 10:00");
    erase(world);
    assert_int_equal(test_found(world, SECRET), 0);
    assert_whole(world);
    /* And it can be worked on as before. */
    step(world, "reopen", "");
    step(world, "resolve", "done");
    assert_int_equal(test_i64(world, ROWS, 1), 0);
    assert_whole(world);
}

static void a_merged_case_counts_from_its_merging(void **state)
{
    struct world *world = *state;
    struct merge merge = {.into = 2, .reason = S("The same sofa")};

    file_pickup(world, NULL);
    file_pickup(world, "2");
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_merge(&world->ctx, 1, 0, &merge));
    assert_int_equal(test_i64(world, ENDS, 1), 1);
    assert_whole(world);
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_unmerge(&world->ctx, 1, 0, &merge));
    assert_int_equal(test_i64(world, ENDS, 1), 0);
    assert_whole(world);
}

/* To a service without such a question. */
static void transfer_to_litter(struct world *world)
{
    struct transfer transfer = {.service = S("litter-illegal-dumping"), .reason = S("It is waste")};
    struct answers given;
    struct str kind = S("dumped");

    test_ok(&world->ctx,
            answers_new(&world->ctx, city_service(test_city, transfer.service), &given));
    test_ok(&world->ctx,
            answer_read(&world->ctx, &given.definition->fields[0], &kind, 1, given.of));
    transfer.given = &given;
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_transfer(&world->ctx, 1, 0, &transfer));
}

static bool is_forgetting_words(struct world *world)
{
    return test_i64(world,
                    "SELECT count(*) FROM job WHERE kind = 'words.forget' AND done IS NULL AND "
                    "%lld = 0",
                    0) == 1;
}

/* The record holds the answer, and it ends as was promised when it was given. */
static void what_was_left_behind_ends_as_well(void **state)
{
    struct world *world = *state;

    file_pickup(world, NULL);
    transfer_to_litter(world);
    assert_true(test_found(world, SECRET) > 0);
    assert_int_equal(test_i64(world, ROWS, 1), 1);
    assert_whole(world);
    step(world, "resolve", "done");
    assert_int_equal(test_i64(world, ENDS, 1), 1);
    assert_whole(world);
    world->ctx.now = test_time("2028-07-03 00:00");
    assert_false(is_forgetting_words(world));
    erase(world);
    assert_int_equal(test_found(world, SECRET), 0);
    assert_int_equal(test_i64(world, ROWS, 1), 0);
    assert_true(is_forgetting_words(world));
    assert_whole(world);
}

/* By a person, before its time: with all that says it, and it does not end once more. */
static void what_was_left_behind_is_redacted_as_a_whole(void **state)
{
    struct redaction redaction = {.what = REDACT_TEXT, .reason = S("Court order 7")};
    struct world *world = *state;
    struct test_counts before;

    file_pickup(world, NULL);
    transfer_to_litter(world);
    test_exec(world, "UPDATE clock SET trace = '{\"expr\":\"note\",\"value\":\"" SECRET "\"}'");
    test_ok(&world->ctx, db_tx(&world->ctx, say_answered, NULL));
    redaction.id =
        test_i64(world, "SELECT id FROM event WHERE kind = 'case.transferred' AND cases = %lld", 1);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_found(world, SECRET), 0);
    assert_int_equal(test_i64(world, ROWS, 1), 0);
    assert_true(is_forgetting_words(world));
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM cases WHERE answers LIKE '%%dumped%%' AND id = %lld",
                 1),
        1);
    assert_whole(world);
    step(world, "resolve", "done");
    world->ctx.now = test_time("2030-07-03 00:00");
    test_counts(world, &before);
    erase(world);
    assert_grown(world, &before, NULL);
}

static void a_redacted_answer_has_no_end(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {
        .what = REDACT_ANSWER, .field = S("note"), .reason = S("Names somebody")};

    file_pickup(world, NULL);
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_i64(world, ROWS, 1), 0);
    assert_whole(world);
}

/* Whatever the row says: an open case keeps its answers, and a later end is put right. */
static void a_wrong_row_erases_nothing(void **state)
{
    struct world *world = *state;
    struct buf report = buf_in(world->ctx.arena, 10000);
    struct projection_found differing;

    file_pickup(world, NULL);
    test_exec(world, "UPDATE case_kept SET until = 1");
    test_look_again(world);
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &differing));
    assert_int_equal(differing.differences, 1);
    assert_true(str_find(buf_str(&report), S("case_kept is \"note@")) >= 0);
    erase(world);
    assert_int_equal(test_i64(world, ENDS, 1), 0);
    step(world, "resolve", "done");
    test_exec(world, "UPDATE case_kept SET until = 1");
    erase(world);
    assert_true(test_found(world, SECRET) > 0);
    assert_whole(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_time_begins_with_the_closing),
        TEST(when_it_is_over_nothing_is_left),
        TEST(the_record_says_it_no_more),
        TEST(what_is_open_again_stays),
        TEST(a_merged_case_counts_from_its_merging),
        TEST(what_was_left_behind_ends_as_well),
        TEST(what_was_left_behind_is_redacted_as_a_whole),
        TEST(a_redacted_answer_has_no_end),
        TEST(a_wrong_row_erases_nothing),
    };

    return RUN_TESTS("keep", tests);
}
