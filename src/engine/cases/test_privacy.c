/* What is hidden, released and redacted; and that nothing of it is left where it was. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/cases/case_own.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/case_work.h"
#include "engine/cases/files.h"
#include "engine/cases/projection.h"
#include "engine/record/record.h"
#include "engine/test_support.h"

#define CASE   "FROM cases WHERE id = %lld"
#define SECRET "Zacharias"

static void be(struct world *world, enum role role)
{
    world->ctx.actor = test_staff(world, role, SCOPE_CITY, NULL);
}

static void file_secret(struct world *world)
{
    test_file(world, &(struct test_filing){.email = "pat@example.com",
                                           .description = "My neighbor " SECRET " did it"});
}

static void a_hidden_case_comes_back(void **state)
{
    struct world *world = *state;
    struct test_counts before;

    file_secret(world);
    be(world, ROLE_AGENT);
    assert_error(&world->ctx, case_hide(&world->ctx, 1, 0, S("Names somebody")), ERR_DENIED, NULL);
    be(world, ROLE_SUPERVISOR);
    assert_error(&world->ctx, case_hide(&world->ctx, 1, 0, S("")), ERR_REQUIRED, "reason");
    assert_error(&world->ctx, case_hide(&world->ctx, 1, 5, S("x")), ERR_STALE, NULL);
    test_ok(&world->ctx, case_hide(&world->ctx, 1, 1, S("Names somebody")));
    assert_int_equal(test_i64(world, "SELECT is_hidden " CASE, 1), 1);
    test_counts(world, &before);
    test_ok(&world->ctx, case_hide(&world->ctx, 1, 0, S("Again")));
    assert_grown(world, &before, NULL);
    test_ok(&world->ctx, case_show_again(&world->ctx, 1, 2, S("Looked at")));
    assert_int_equal(test_i64(world, "SELECT is_hidden " CASE, 1), 0);
    assert_int_equal(
        test_i64(world,
                 "SELECT count(*) FROM event WHERE kind IN ('case.hidden', 'case.shown') "
                 "AND audience = 2 AND cases = %lld",
                 1),
        2);
}

static void a_description_is_released_and_taken_back(void **state)
{
    struct world *world = *state;

    file_secret(world);
    test_file(world, &(struct test_filing){.description = ""});
    be(world, ROLE_CREW);
    test_ok(&world->ctx, case_description_release(&world->ctx, 1, 1, true));
    assert_int_equal(test_i64(world, "SELECT is_description_public " CASE, 1), 1);
    assert_error(&world->ctx, case_description_release(&world->ctx, 1, 1, false), ERR_STALE, NULL);
    test_ok(&world->ctx, case_description_release(&world->ctx, 1, 2, false));
    assert_int_equal(test_i64(world, "SELECT is_description_public " CASE, 1), 0);
    assert_error(&world->ctx, case_description_release(&world->ctx, 2, 0, true), ERR_REQUIRED,
                 "description");
    be(world, ROLE_AUDITOR);
    assert_error(&world->ctx, case_description_release(&world->ctx, 1, 0, true), ERR_DENIED, NULL);
}

/* Whatever a case of its service is asked. */
static void a_service_with_texts_has_its_description_released(void **state)
{
    struct world *world = *state;

    test_file(world, &(struct test_filing){.service = "bulky-item",
                                           .place = "38 Bishop Allen Dr",
                                           .answers = {"pieces", "2"},
                                           .name = "Maria Ngo",
                                           .phone = "251-555-0142",
                                           .email = "maria@example.org",
                                           .description = "It is bent"});
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_description_release(&world->ctx, 1, 0, true));
    assert_int_equal(test_i64(world, "SELECT is_description_public " CASE, 1), 1);
    assert_int_equal(test_found(world, "bent"), 3); /* the case, and both searches */
}

static void a_redacted_description_is_nowhere(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {.what = REDACT_DESCRIPTION, .reason = S("Names a person")};

    file_secret(world);
    assert_true(test_found(world, SECRET) > 0);
    be(world, ROLE_AGENT);
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_DENIED, NULL);
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 1, &redaction));
    assert_int_equal(test_found(world, SECRET), 0);
    assert_int_equal(test_found(world, "zacharias"), 0);
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 2, &redaction), ERR_NOT_FOUND, NULL);
    test_projections(world);
}

static void a_redacted_note_keeps_its_place_in_the_record(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {.what = REDACT_TEXT, .reason = S("Court order 7")};
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    int64_t events;

    file_secret(world);
    world->ctx.actor = agent;
    test_ok(&world->ctx, case_note(&world->ctx, 1, S("Call " SECRET "'s mother"), false));
    redaction.id = test_i64(world, "SELECT max(id) FROM event WHERE cases = %lld", 1);
    events = test_i64(world, "SELECT count(*) FROM event WHERE cases = %lld", 1);
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event_payload WHERE payload LIKE '%%mother%%' "
                              "AND %lld = 1",
                              1),
                     0);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event WHERE cases = %lld", 1),
                     events + 1);
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
    /* Neither another case's event nor one that is no text. */
    redaction.id = test_i64(world, "SELECT min(id) FROM event WHERE cases = %lld", 1);
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
    redaction.id = 100000;
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
}

static void a_redacted_message_leaves_the_mails(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {.what = REDACT_TEXT, .reason = S("Wrong person")};
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    file_secret(world);
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("ask"), .message = S("Is it Quetzalcoatl?")}));
    assert_int_equal(test_found(world, "Quetzalcoatl"), 2);
    redaction.id =
        test_i64(world, "SELECT id FROM event WHERE kind = 'message.added' AND cases = %lld", 1);
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_found(world, "Quetzalcoatl"), 0);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM message WHERE body LIKE '%%[...]%%' AND cases = %lld",
                 1),
        1);
}

/* What was said with a rating goes from the event and from what follows from it; the score stays,
 * and so does what was said after it. */
static void what_was_said_with_a_rating_is_redacted(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {.what = REDACT_TEXT, .reason = S("Names a person")};
    const struct actor *reporter;

    file_secret(world);
    reporter = test_reporter(world, 1);
    test_ok(&world->ctx,
            test_step(world, reporter, 1, &(struct step_input){.step = S("withdraw")}));
    world->ctx.actor = reporter;
    test_ok(&world->ctx, case_rate(&world->ctx, 1, 2, S("Quetzalcoatl was rude")));
    redaction.id = test_i64(world, "SELECT max(id) FROM event WHERE cases = %lld", 1);
    assert_int_equal(test_found(world, "Quetzalcoatl"), 2);
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_found(world, "Quetzalcoatl"), 0);
    assert_int_equal(test_i64(world, "SELECT score FROM satisfaction WHERE cases = %lld", 1), 2);
    world->ctx.actor = reporter;
    test_ok(&world->ctx, case_rate(&world->ctx, 1, 3, S("Quetzalcoatl")));
    redaction.id = test_i64(world, "SELECT max(id) FROM event WHERE cases = %lld", 1);
    test_ok(&world->ctx, case_rate(&world->ctx, 1, 3, S("Better")));
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_found(world, "Quetzalcoatl"), 0);
    assert_int_equal(test_found(world, "Better"), 2);
}

static void a_redacted_answer_leaves_the_index(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {
        .what = REDACT_ANSWER, .field = S("size"), .reason = S("Not needed")};

    test_file(world, &(struct test_filing){.answers = {"size", "tire"}});
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 1, &redaction));
    assert_str(test_text(world, "SELECT answers " CASE, 1), "{}");
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
    redaction.field = S("nothing");
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
    redaction.reason = S("\n");
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_REQUIRED, "reason");
    test_projections(world);
}

static void a_redacted_answer_leaves_the_record(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {
        .what = REDACT_ANSWER, .field = S("lane"), .reason = S("Not needed")};
    int64_t events;

    test_file(world, &(struct test_filing){.answers = {"size", "tire", "lane", "true"}});
    /* As the first versions wrote it. */
    test_exec(world, "UPDATE event_payload SET payload = '{\"number\":\"26-00001-7\",\"route\":"
                     "[{\"expr\":\"lane\",\"value\":true}]}' WHERE event = (SELECT id FROM event "
                     "WHERE kind = 'case.opened')");
    events = test_i64(world, "SELECT count(*) FROM event WHERE cases = %lld", 1);
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event_payload p JOIN event e ON e.id = p.event "
                              "WHERE payload LIKE '%%lane%%' AND kind <> 'case.redacted' AND "
                              "cases = %lld",
                              1),
                     0);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM event WHERE cases = %lld", 1),
                     events + 2);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM clock WHERE trace LIKE '%%lane%%' AND cases = %lld",
                 1),
        0);
}

/* "animal" is a field of "stray-animal", which the entry of its opening names. */
static void what_is_only_called_alike_stays(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {
        .what = REDACT_ANSWER, .field = S("animal"), .reason = S("Not needed")};

    test_file(world, &(struct test_filing){.service = "stray-animal",
                                           .answers = {"state", "loose", "animal", "Dog"}});
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event_payload p JOIN event e ON e.id = p.event "
                              "WHERE payload LIKE '%%stray-animal%%' AND kind = 'case.opened' AND "
                              "cases = %lld",
                              1),
                     1);
}

/* Every kind says what erasing looks for in it; a word of another version has nothing. */
static void every_kind_says_what_it_holds(void **state)
{
    static const struct {
        const char *kind;
        enum event_holds holds;
    } kinds[] = {
        {"case.opened", EVENT_HOLDS_ANSWERS},     {"case.routed", EVENT_HOLDS_ANSWERS},
        {"case.moved", EVENT_HOLDS_ANSWERS},      {"case.answered", EVENT_HOLDS_ANSWERS},
        {"case.transferred", EVENT_HOLDS_LEFT},   {"case.migrated", EVENT_HOLDS_LEFT},
        {"note.added", EVENT_HOLDS_TEXT},         {"message.added", EVENT_HOLDS_TEXT},
        {"case.rated", EVENT_HOLDS_TEXT},         {"case.step", EVENT_HOLDS_NOTHING},
        {"payload.erased", EVENT_HOLDS_NOTHING},  {"case.redacted", EVENT_HOLDS_NOTHING},
        {"answers.expired", EVENT_HOLDS_NOTHING}, {"case.of-later", EVENT_HOLDS_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        enum event_holds holds = event_holds(str_of(kinds[i].kind));

        assert_int_equal(holds, kinds[i].holds);
        assert_int_equal(case_redactable(str_of(kinds[i].kind)),
                         holds == EVENT_HOLDS_TEXT || holds == EVENT_HOLDS_LEFT);
    }
}

/* A photo's rows as photos_carry leaves them, with the given bytes. */
static void add_photo(struct world *world, struct str full, struct str thumb)
{
    struct crypto_hash hashes[2];
    struct str sql;

    test_ok(&world->ctx, files_put(&world->ctx, full, &hashes[0]));
    test_ok(&world->ctx, files_put(&world->ctx, thumb, &hashes[1]));
    for (int i = 0; i < 2; i++) {
        sql =
            str_fmt(world->ctx.arena,
                    "INSERT INTO file (sha256, bytes, media, width, height, name, class, created) "
                    "VALUES (x'%.*s', 1, 'image/jpeg', 1, 1, '', 'photo', 1)",
                    STR_ARG(crypto_hex(world->ctx.arena, crypto_hash_str(&hashes[i]))));
        test_exec(world, str_z(world->ctx.arena, sql));
    }
    test_exec(
        world,
        "INSERT INTO case_file (cases, file, thumbnail, event, is_public, is_hidden, "
        "by_staff, caption) SELECT 1, max(id) - 1, max(id), 1, TRUE, FALSE, FALSE, '' FROM file");
}

static bool is_on_disk(struct world *world, struct str bytes)
{
    struct crypto_hash hash = crypto_sha256(bytes);
    int fd;

    if (files_open(&world->ctx, crypto_hash_str(&hash), &fd)) {
        ctx_clear_error(&world->ctx);
        return false;
    }
    close(fd);
    return true;
}

static void a_redacted_photo_leaves_the_disk(void **state)
{
    struct world *world = *state;
    struct redaction redaction = {.what = REDACT_PHOTO, .id = 1, .reason = S("A face")};
    char folder[TEST_TEMPORARY_MAX];
    struct city city = *test_city;

    test_temporary(folder, "engine");
    city.files_folder = folder;
    file_secret(world);
    world->ctx.city = &city;
    add_photo(world, S("a face"), S("small face"));
    add_photo(world, S("another"), S("small face"));
    be(world, ROLE_SUPERVISOR);
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 1, &redaction));
    assert_false(is_on_disk(world, S("a face")));
    assert_true(is_on_disk(world, S("small face")));
    assert_true(is_on_disk(world, S("another")));
    assert_error(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction), ERR_NOT_FOUND, NULL);
    redaction.id = 2;
    test_ok(&world->ctx, case_redact(&world->ctx, 1, 0, &redaction));
    assert_false(is_on_disk(world, S("small face")));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM file WHERE %lld = 1", 1), 0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event WHERE kind = 'case.redacted' AND cases "
                              "= %lld",
                              1),
                     2);
    world->ctx.city = test_city;
    test_temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_hidden_case_comes_back),
        TEST(a_description_is_released_and_taken_back),
        TEST(a_service_with_texts_has_its_description_released),
        TEST(a_redacted_description_is_nowhere),
        TEST(a_redacted_note_keeps_its_place_in_the_record),
        TEST(a_redacted_message_leaves_the_mails),
        TEST(what_was_said_with_a_rating_is_redacted),
        TEST(a_redacted_answer_leaves_the_index),
        TEST(a_redacted_answer_leaves_the_record),
        TEST(what_is_only_called_alike_stays),
        TEST(every_kind_says_what_it_holds),
        TEST(a_redacted_photo_leaves_the_disk),
    };

    return RUN_TESTS("privacy", tests);
}
