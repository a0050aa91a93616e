/* Drafts in the store: kept under a token, read back whole, gone when sent or old. */
#include "engine/cases/draft_form.h"
#include "engine/cases/draft_share.h"

#include "engine/cases/case_privacy.h"
#include "engine/cases/locate.h"
#include "engine/cases/resident_erase.h"
#include "engine/record/people_record.h"
#include "engine/test_support.h"
#include "people/people.h"

/* A pothole half reported. */
static struct draft begun(struct world *world)
{
    struct draft draft;

    test_ok(&world->ctx, draft_new(&world->ctx, city_service(test_city, S("pothole")), &draft));
    test_ok(&world->ctx,
            locate_sure(&world->ctx, test_city, S("795 Massachusetts Ave"), &draft.place));
    draft.has_place = true;
    draft.place_typed = S("795 mass <ave> {}");
    draft.description = S("Tiefes Loch \"hier\"\nund dort: ổ gà");
    draft.has_description = true;
    draft.contact = (struct contact){S("Maria O'Ngo"), S("m@b.example"), S("251-555-0142")};
    draft.has_contact = true;
    draft.passed = S(" lane ");
    draft.answers.of[0] = (struct answer){true, cel_bool(true)};
    return draft;
}

static struct str saved(struct world *world, const struct draft *draft)
{
    struct str token = S("");

    test_ok(&world->ctx, draft_save(&world->ctx, draft, &token));
    test_look_again(world);
    return token;
}

static void a_draft_comes_back_whole(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), back;
    struct str token = saved(world, &draft);

    assert_int_equal(token.n, 43);
    test_ok(&world->ctx, draft_load(&world->ctx, token, &back));
    assert_true(back.id > 0);
    assert_ptr_equal(back.definition, draft.definition);
    assert_true(back.has_place && back.has_description && back.has_contact);
    assert_str(back.place.label, "795 Massachusetts Ave");
    assert_int_equal(back.place.point.lat_e7, draft.place.point.lat_e7);
    assert_true(
        str_eq(place_layer(&back.place, S("district")), place_layer(&draft.place, S("district"))));
    assert_true(str_eq(back.place_typed, draft.place_typed));
    assert_true(str_eq(back.description, draft.description));
    assert_true(str_eq(back.contact.name, draft.contact.name));
    assert_true(str_eq(back.contact.email, draft.contact.email));
    assert_true(str_eq(back.contact.phone, draft.contact.phone));
    assert_str(back.passed, " lane ");
    assert_true(back.answers.of[0].is_given && back.answers.of[0].value.boolean);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft WHERE length(token_hash) = 32", 0),
                     1);
}

static void saving_again_keeps_the_token(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), back;
    struct str token = saved(world, &draft), untouched = S("same");
    struct test_counts before;

    test_ok(&world->ctx, draft_load(&world->ctx, token, &back));
    back.description = S("");
    test_counts(world, &before);
    test_ok(&world->ctx, draft_save(&world->ctx, &back, &untouched));
    assert_grown(world, &before, NULL);
    assert_str(untouched, "same");
    test_look_again(world);
    test_ok(&world->ctx, draft_load(&world->ctx, token, &back));
    assert_true(back.has_description);
    assert_int_equal(back.description.n, 0);
}

static void another_token_opens_nothing(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), back;
    struct str token = saved(world, &draft);
    char guess[44];

    memcpy(guess, token.p, token.n);
    guess[0] = guess[0] == 'A' ? 'B' : 'A';
    assert_error(&world->ctx, draft_load(&world->ctx, (struct str){guess, 43}, &back),
                 ERR_NOT_FOUND, NULL);
    assert_error(&world->ctx, draft_load(&world->ctx, S(""), &back), ERR_NOT_FOUND, NULL);
    assert_error(&world->ctx, draft_load(&world->ctx, str_slice(token, 0, 42), &back),
                 ERR_NOT_FOUND, NULL);
}

static void a_draft_is_kept_for_thirty_days(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), back;
    struct str token = saved(world, &draft);

    world->ctx.now = instant_plus_us(world->ctx.now, DRAFT_DAYS * US_PER_DAY);
    test_ok(&world->ctx, draft_load(&world->ctx, token, &back));
    world->ctx.now = instant_plus_us(world->ctx.now, 1);
    assert_error(&world->ctx, draft_load(&world->ctx, token, &back), ERR_EXPIRED, NULL);
}

/* Both pressed Send before either was answered: each had read the draft as not sent. */
static void a_draft_sent_from_two_devices_is_one_case(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), here, there;
    struct str token = saved(world, &draft), other = S("");
    struct filing filing;
    struct filed filed, again;

    test_ok(&world->ctx, draft_load(&world->ctx, token, &here));
    test_ok(&world->ctx, draft_share(&world->ctx, here.id, &other));
    test_look_again(world);
    test_ok(&world->ctx, draft_load(&world->ctx, other, &there));
    filing = draft_filing(&here);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    filing = draft_filing(&there);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &again));
    assert_true(again.was_there_before && str_eq(again.number, filed.number));
}

/* What is taken out of a case is taken out of what it was filed from, and of nothing else. */
static void a_redacted_case_has_no_draft(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), other = begun(world), sent;
    struct str token;
    struct redaction redaction = {.what = REDACT_DESCRIPTION, .reason = S("Names a person")};
    struct filing filing;
    struct filed filed;

    draft.has_description = true;
    draft.description = S("SECRETWORD");
    token = saved(world, &draft);
    saved(world, &other);
    test_ok(&world->ctx, draft_load(&world->ctx, token, &sent));
    filing = draft_filing(&sent);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_redact(&world->ctx, filed.case_id, 0, &redaction));
    world->ctx.actor = NULL;
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM draft WHERE cases = %lld AND "
                              "CAST(answers AS TEXT) = '{}'",
                              filed.case_id),
                     1);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM draft WHERE cases IS NULL AND 1 = %lld AND "
                              "CAST(answers AS TEXT) <> '{}'",
                              1),
                     1);
}

static void two_drafts_are_two_cases(void **state)
{
    struct world *world = *state;
    struct draft one = begun(world), two = begun(world), first, second;
    struct str token_one = saved(world, &one), token_two = saved(world, &two);
    struct filing filing;
    struct filed filed, other;

    test_ok(&world->ctx, draft_load(&world->ctx, token_one, &first));
    test_ok(&world->ctx, draft_load(&world->ctx, token_two, &second));
    filing = draft_filing(&first);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    filing = draft_filing(&second);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &other));
    assert_false(other.was_there_before);
    assert_false(str_eq(other.number, filed.number));
}

static void a_draft_that_was_sent_is_its_case(void **state)
{
    struct world *world = *state;
    struct draft draft = begun(world), back;
    struct str token = saved(world, &draft);
    struct case_by_number_row row;
    struct filing filing;
    struct filed filed;

    assert_error(&world->ctx, draft_case(&world->ctx, token, &row), ERR_NOT_FOUND, NULL);
    test_ok(&world->ctx, draft_load(&world->ctx, token, &back));
    filing = draft_filing(&back);
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    test_look_again(world);
    test_ok(&world->ctx, draft_case(&world->ctx, token, &row));
    assert_true(str_eq(row.number, filed.number));
    assert_error(&world->ctx, draft_load(&world->ctx, token, &back), ERR_EXPIRED, NULL);
    assert_true(str_eq(test_text(world, "SELECT description FROM cases", 0), draft.description));
}

static void a_question_comes_when_those_before_it_are_passed(void **state)
{
    struct world *world = *state;
    struct draft draft;
    struct city city = *test_city;
    struct form_at at;

    city.pictures = (struct image_client *)&city; /* never called */
    world->ctx.city = &city;
    test_ok(&world->ctx, draft_new(&world->ctx, city_service(test_city, S("pothole")), &draft));
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_PLACE);
    draft = begun(world);
    draft.has_description = draft.has_contact = false;
    draft.passed = S(" ");
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_FIELD);
    assert_int_equal(at.field, 0);
    draft.passed = S(" lane ");
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.field, 1);
    draft.passed = S(" lane size ");
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_PHOTOS);
    draft.has_photos = true;
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_DETAILS);
    draft.has_description = true;
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_WHO);
    draft.has_contact = true;
    test_ok(&world->ctx, draft_form_next(&world->ctx, &draft, &at));
    assert_int_equal(at.step, FORM_CHECK);
    world->ctx.city = test_city;
}

/* More drafts than the statement gives in one page. */
static void an_account_that_ends_takes_its_drafts_along(void **state)
{
    static const struct people_setup setup = {.record = people_record};
    struct world *world = *state;
    struct resident resident = {.email = S("ana@example.org")};
    struct actor actor = {.kind = ACTOR_RESIDENT};
    struct draft draft;
    struct filed filed;

    people_use(&setup);
    filed = test_file(world, &(struct test_filing){.email = "ana@example.org"});
    test_exec(world, "INSERT INTO party (kind, name, folded, lang, created) VALUES ('person', "
                     "'Ana', 'ana', 'en', 1)");
    resident.party = actor.id = test_i64(world, "SELECT max(id) FROM party WHERE %lld = 0", 0);
    test_exec(world, "INSERT INTO resident (party, email, created) SELECT max(id), "
                     "'ana@example.org', 1 FROM party");
    world->ctx.actor = &actor;
    for (int i = 0; i < 51; i++) {
        draft = begun(world);
        saved(world, &draft);
    }
    test_exec(world, "INSERT INTO follower (cases, email, lang, token_hash, created, "
                     "confirmed) SELECT id, 'ana@example.org', 'en', x'01', 1, 1 FROM cases");
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft WHERE party = %lld", actor.id),
                     51);
    world->ctx.actor = NULL;
    test_ok(&world->ctx, resident_change(&world->ctx, actor.id, S("José  NÚÑEZ"), LANG_ES));
    assert_str(test_text(world, "SELECT folded FROM party WHERE id = %lld", actor.id),
               "jose nunez");
    test_ok(&world->ctx, resident_erase(&world->ctx, &resident));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM draft WHERE %lld = 0", 0), 0);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM resident WHERE %lld = 0", 0), 0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM party WHERE name = '' AND folded = '' "
                              "AND erased IS NOT NULL AND id = %lld",
                              actor.id),
                     1);
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM follower WHERE ended IS NULL AND cases = %lld", 1),
        0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event WHERE kind IN "
                              "('resident.deleted', 'follower.ended') AND %lld = 0",
                              0),
                     2);
    /* The case is the city's record of what was asked of it. */
    assert_int_equal(test_i64(world, "SELECT count(*) FROM cases WHERE id = %lld", filed.case_id),
                     1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_draft_comes_back_whole),
        TEST(saving_again_keeps_the_token),
        TEST(another_token_opens_nothing),
        TEST(a_draft_is_kept_for_thirty_days),
        TEST(a_draft_sent_from_two_devices_is_one_case),
        TEST(a_redacted_case_has_no_draft),
        TEST(two_drafts_are_two_cases),
        TEST(a_draft_that_was_sent_is_its_case),
        TEST(an_account_that_ends_takes_its_drafts_along),
        TEST(a_question_comes_when_those_before_it_are_passed),
    };

    return RUN_TESTS("draft", tests);
}
