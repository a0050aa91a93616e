/* What search finds cases by, put right in the background. */
#include "engine/cases/case_privacy.h"
#include "engine/cases/projection.h"
#include "engine/cases/public_case.h"
#include "engine/cases/words_job.h"
#include "engine/test_support.h"

#define SECRET "Zacharias"

/* The daily sweep is a job as well, of a program that is not here; the clocks' are not due. */
static int run_jobs(struct world *world)
{
    static const struct job_kind *const tables[] = {words_jobs, NULL};
    const struct job_runner runner = {tables, STR_NONE};
    bool was_there = true;
    int n = 0;

    test_exec(world, "DELETE FROM job WHERE kind NOT LIKE 'words.%' AND kind <> 'case.clocks'");
    db_reader_release(&world->ctx);
    while (was_there) {
        test_ok(&world->ctx, job_run_next(&world->ctx, &runner, &was_there));
        n += was_there;
    }
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    return n;
}

/* ---- What an index held before */

/* Pages of the two indexes in which the word stands, or most of it: terms share their beginnings.
 */
static int64_t pages_with_secret(struct world *world)
{
    return test_i64(world,
                    "SELECT (SELECT count(*) FROM case_text_data WHERE "
                    "instr(block, CAST('charias' AS BLOB))) + (SELECT count(*) FROM "
                    "case_public_text_data WHERE instr(block, CAST('charias' AS BLOB))) + %lld",
                    0);
}

/* Words of many others, in many parts of the index; far from the cases' own entries. */
static void fill_index(struct world *world)
{
    for (int i = 0; i < 8; i++)
        test_exec(world,
                  "INSERT INTO case_text (rowid, words) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                  "SELECT i + 1 FROM n WHERE i < 2500) SELECT i + 1000 + (SELECT count(*) FROM "
                  "case_text), hex(randomblob(60)) || ' ' || hex(randomblob(60)) || ' ' || "
                  "hex(randomblob(60)) FROM n");
}

static void redact_secret(struct world *world)
{
    struct redaction redaction = {.what = REDACT_DESCRIPTION, .reason = S("Names a person")};

    struct filed filed =
        test_file(world, &(struct test_filing){.description = "My neighbor " SECRET " did it"});

    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_description_release(&world->ctx, filed.case_id, 0, true));
    test_ok(&world->ctx, case_redact(&world->ctx, filed.case_id, 0, &redaction));
}

static void a_word_leaves_the_index_step_by_step(void **state)
{
    struct world *world = *state;
    int steps;

    if (db_engine(world->db) != SQL_SQLITE)
        return;
    fill_index(world);
    redact_secret(world);
    assert_int_equal(test_i64(world,
                              "SELECT (SELECT count(*) FROM case_text WHERE words LIKE '%%zach%%')"
                              " + (SELECT count(*) FROM case_text WHERE case_text MATCH "
                              "'zacharias') + %lld",
                              0),
                     0);
    assert_true(pages_with_secret(world) > 0);
    steps = run_jobs(world);
    assert_int_equal(pages_with_secret(world), 0);
    assert_true(steps > 3);
    assert_int_equal(
        test_i64(
            world,
            "SELECT count(*) FROM job WHERE done IS NULL AND kind <> 'case.clocks' AND %lld = 0",
            0),
        0);
}

/* What comes meanwhile begins it anew. */
static void a_redaction_in_between_is_not_lost(void **state)
{
    struct world *world = *state;

    redact_secret(world);
    redact_secret(world);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM job WHERE kind = 'words.forget' AND %lld = 0", 0), 1);
    run_jobs(world);
    if (db_engine(world->db) == SQL_SQLITE)
        assert_int_equal(pages_with_secret(world), 0);
}

/* ---- Everybody's entries */

static int64_t differences(struct world *world)
{
    struct buf report = buf_in(world->ctx.arena, 100000);
    struct projection_found found;

    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &found));
    return found.differences;
}

static struct filed file_at(struct world *world, const char *service, const char *place)
{
    if (strcmp(service, "pothole") == 0)
        return test_file(world, &(struct test_filing){.place = place});
    return test_file(world, &(struct test_filing){.service = service,
                                                  .place = place,
                                                  .answers = {"pieces", "2"},
                                                  .name = "Maria Ngo",
                                                  .email = "maria@example.org",
                                                  .phone = "251-555-0142"});
}

static struct str public_words(struct world *world, int64_t case_id)
{
    return test_text(world,
                     db_engine(world->db) == SQL_SQLITE
                         ? "SELECT words FROM case_public_text WHERE rowid = %lld"
                         : "SELECT words FROM case_public_text WHERE id = %lld",
                     case_id);
}

static void a_house_is_not_in_everybodys_index(void **state)
{
    struct world *world = *state;
    struct filed home = file_at(world, "bulky-item", "38 Bishop Allen Dr #4B");
    struct filed street = file_at(world, "pothole", "795 Massachusetts Ave");
    struct public_filter filter = {.words = S("bishop allen"), .most = 5};
    struct public_cases page;

    assert_str(public_words(world, home.case_id), "26-00001-7 bulky-item bishop allen dr  ");
    assert_true(str_find(public_words(world, street.case_id), S("795 massachusetts ave")) > 0);
    assert_int_equal(differences(world), 0);
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 1);
    filter.words = S("1 to 99 block of bishop allen");
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 1);
    filter.words = S("38 bishop allen");
    test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
    assert_int_equal(page.n, 0);
}

/* As an older version left it, and as the migration asks for it. */
static void make_old(struct world *world)
{
    test_exec(world, "UPDATE case_public_text SET words = replace(words, 'bishop', '38 bishop')");
    test_exec(world, "INSERT INTO job (kind, argument, once, due, attempts, trouble) VALUES "
                     "('words.everybody', '0', 'words.everybody', 0, 0, '')");
}

static void older_entries_are_made_anew(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < 3; i++)
        file_at(world, "bulky-item", "38 Bishop Allen Dr");
    make_old(world);
    assert_int_equal(differences(world), 3);
    assert_int_equal(run_jobs(world), 1);
    assert_int_equal(differences(world), 0);
    make_old(world);
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, words_catch_up(&world->ctx));
    test_ok(&world->ctx, words_catch_up(&world->ctx));
    assert_int_equal(run_jobs(world), 0);
    assert_int_equal(differences(world), 0);
}

/* An entry's memory ends with it; what the store said when it refused one does not. */
static void a_refusal_of_the_store_is_told(void **state)
{
    static const struct job_kind *const tables[] = {words_jobs, NULL};
    const struct job_runner runner = {tables, STR_NONE};
    struct world *world = *state;
    bool was_there = false;

    if (db_engine(world->db) != SQL_SQLITE)
        return;
    file_at(world, "bulky-item", "38 Bishop Allen Dr");
    make_old(world);
    test_exec(world, "DELETE FROM job WHERE kind <> 'words.everybody'");
    test_exec(world, "CREATE TRIGGER refuse BEFORE INSERT ON case_public_text_content BEGIN "
                     "SELECT raise(ABORT, 'no room for words'); END");
    db_reader_release(&world->ctx);
    assert_int_not_equal(job_run_next(&world->ctx, &runner, &was_there), RC_OK);
    assert_true(was_there);
    assert_true(str_find(world->ctx.err.detail, S("case_public_words_set: constraint failed")) >=
                0);
    ctx_clear_error(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM job WHERE kind = 'words.everybody' AND trouble "
                              "LIKE '%%case_public_words_set%%' AND %lld = 0",
                              0),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_word_leaves_the_index_step_by_step), TEST(a_redaction_in_between_is_not_lost),
        TEST(a_house_is_not_in_everybodys_index),   TEST(older_entries_are_made_anew),
        TEST(a_refusal_of_the_store_is_told),
    };

    return RUN_TESTS("engine words", tests);
}
