/* Filing and the steps of a request, in the store of the demonstration city. */
#include <pthread.h>
#include <stdio.h>

#include "engine/cases/locate.h"
#include "engine/cases/number.h"
#include "engine/cases/projection.h"
#include "engine/message/mailbox.h"
#include "engine/test_support.h"

#define THREADS 16

/* ---- What a filing writes */

static void a_filing_writes_its_rows(void **state)
{
    struct world *world = *state;
    struct test_counts before;
    struct filed filed;

    test_counts(world, &before);
    filed = test_file(world, &(struct test_filing){.name = "Maria Ngo",
                                                   .email = "Maria@Example.org",
                                                   .phone = "251-555-0142",
                                                   .description = "Deep hole"});
    assert_grown(world, &before, "series", 1, "place", 1, "party", 1, "contact_point", 2, "cases",
                 1, "clock", 2, "case_text", 1, "case_public_text", 1, "link_token", 2, "event", 2,
                 "event_payload", 2, "record_leaf", 2, "message", 1, "mailbox_day", 1, "job", 1,
                 NULL);
    assert_false(filed.was_there_before);
    assert_str(filed.number, "26-00001-7");
    assert_int_equal(filed.link_token.n, 43);
    assert_str(filed.team->id, "streets-east");
    assert_str(test_text(world, "SELECT folded FROM contact_point WHERE kind = 'email'", 0),
               "maria@example.org");
    assert_str(test_text(world, "SELECT actor_kind FROM event WHERE cases = %lld", filed.case_id),
               "system");
    assert_str(test_text(world, "SELECT words FROM case_text WHERE rowid = %lld", filed.case_id),
               "26-00001-7 795 massachusetts ave deep hole");
}

static void an_anonymous_filing_writes_fewer(void **state)
{
    struct world *world = *state;
    struct test_counts before;

    test_file(world, &(struct test_filing){0});
    test_counts(world, &before);
    test_file(world, &(struct test_filing){0});
    assert_grown(world, &before, "place", 1, "cases", 1, "clock", 2, "case_text", 1,
                 "case_public_text", 1, "link_token", 1, "event", 2, "event_payload", 2,
                 "record_leaf", 2, "job", 1, NULL);
}

static void an_indexed_answer_gets_its_row(void **state)
{
    struct world *world = *state;
    struct test_filing lamp = {.service = "street-light-out",
                               .place = "60 Banks St",
                               .answers = {"lamp", "48-12", "trouble", "dark"}};
    struct test_counts before;
    struct filed filed;

    test_file(world, &(struct test_filing){0});
    test_counts(world, &before);
    filed = test_file(world, &lamp);
    assert_grown(world, &before, "place", 1, "cases", 1, "clock", 2, "case_text", 1,
                 "case_public_text", 1, "link_token", 1, "event", 1, "event_payload", 1,
                 "record_leaf", 1, "job", 1, "case_index", 1, NULL);
    assert_str(test_text(world, "SELECT field || '=' || text FROM case_index WHERE cases = %lld",
                         filed.case_id),
               "lamp=48-12");
}

/* ---- Once means once */

static void the_same_form_twice_is_one_case(void **state)
{
    struct world *world = *state;
    struct test_filing form = {.email = "a@b.example", .submission = "form-1"};
    struct filed first = test_file(world, &form), second;
    struct test_counts before;

    test_counts(world, &before);
    second = test_file(world, &form);
    assert_grown(world, &before, NULL);
    assert_true(second.was_there_before);
    assert_int_equal(second.case_id, first.case_id);
    assert_true(str_eq(second.number, first.number));
    assert_int_equal(second.link_token.n, 0);
    form.submission = "form-2";
    assert_true(test_file(world, &form).case_id != first.case_id);
}

/* What it is told of team and date is the case's, not what would be decided now. */
static void the_same_form_later_is_told_what_the_case_says(void **state)
{
    struct world *world = *state;
    struct test_filing form = {.email = "a@b.example", .submission = "form-1"};
    struct filed first = test_file(world, &form), second;

    assert_true(first.has_due);
    test_exec(world, "UPDATE cases SET due = due + 432000000000");
    second = test_file(world, &form);
    assert_true(second.was_there_before && second.has_due);
    assert_int_equal(second.due.us_utc, first.due.us_utc + 5 * US_PER_DAY);
    assert_ptr_equal(second.team, first.team);
    test_exec(world, "UPDATE cases SET due = NULL, team = NULL");
    second = test_file(world, &form);
    assert_true(second.was_there_before);
    assert_false(second.has_due);
    assert_null(second.team);
}

struct filer {
    struct world *world;
    const char *submission;
    int n;
    enum rc rc;
    int64_t case_id;
    bool was_there_before;
    char number[20];
};

static void *file_in_thread(void *arg)
{
    struct filer *filer = arg;
    struct ctx ctx = test_ctx(filer->world);
    struct filing filing = test_filing(
        &ctx, &(struct test_filing){.email = "a@b.example", .submission = filer->submission});

    for (int i = 0; i < filer->n && !filer->rc; i++) {
        struct filed filed = {0};

        filer->rc = case_file(&ctx, &filing, &filed);
        filer->case_id = filed.case_id;
        filer->was_there_before = filed.was_there_before;
        snprintf(filer->number, sizeof filer->number, "%.*s", STR_ARG(filed.number));
    }
    test_ctx_done(&ctx);
    return NULL;
}

static void sixteen_at_once_are_one_case(void **state)
{
    struct world *world = *state;
    struct filer filers[THREADS];
    pthread_t threads[THREADS];
    struct test_counts before;
    int fresh = 0;

    test_counts(world, &before);
    for (int i = 0; i < THREADS; i++) {
        filers[i] = (struct filer){.world = world, .submission = "one", .n = 1};
        assert_int_equal(pthread_create(&threads[i], NULL, file_in_thread, &filers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(filers[i].rc, RC_OK);
        assert_int_equal(filers[i].case_id, filers[0].case_id);
        assert_string_equal(filers[i].number, filers[0].number);
        fresh += !filers[i].was_there_before;
    }
    assert_int_equal(fresh, 1);
    assert_grown(world, &before, "series", 1, "place", 1, "party", 1, "contact_point", 1, "cases",
                 1, "clock", 2, "case_text", 1, "case_public_text", 1, "link_token", 2, "event", 2,
                 "event_payload", 2, "record_leaf", 2, "message", 1, "mailbox_day", 1, "job", 1,
                 NULL);
}

/* ---- Refusals */

static char long_name[202], long_text[4002];

static const struct {
    struct test_filing filing;
    enum err_id error;
    const char *field;
} refused[] = {
    {{.place = ""}, ERR_REQUIRED, "place"},
    {{.place = "42.5,-71.5"}, ERR_PLACE_OUTSIDE, "place"},
    {{.place = "Massachusetts Ave"}, ERR_PLACE_WIDE, "place"},
    {{.email = "nobody"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "@b.example"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "a@b"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "a@b.example\r\nBcc: c@d.example"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "jos\xc3\xa9@example.org"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "a..b@example.org"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = ".a@example.org"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "a@b..example.org"}, ERR_NOT_AN_EMAIL, "email"},
    {{.email = "a@b@c.example"}, ERR_NOT_AN_EMAIL, "email"},
    {{.phone = "call me"}, ERR_NOT_A_PHONE, "phone"},
    {{.phone = "123"}, ERR_NOT_A_PHONE, "phone"},
    {{.name = long_name}, ERR_TOO_LONG, "name"},
    {{.name = "Bell\a"}, ERR_NOT_UTF8, "name"},
    {{.name = "Ana\rBcc: x"}, ERR_ONE_LINE, "name"},
    {{.description = long_text}, ERR_TOO_LONG, "description"},
    {{.description = "half a letter \xe2\x82"}, ERR_NOT_UTF8, "description"},
    {{.service = "street-light-out"}, ERR_REQUIRED, "trouble"},
    {{.service = "bulky-item", .phone = "251-555-0142", .answers = {"pieces", "2"}},
     ERR_REQUIRED,
     "name"},
    {{.service = "bulky-item", .name = "Jo", .answers = {"pieces", "2"}}, ERR_REQUIRED, "phone"},
};

static void a_refused_filing_changes_nothing(void **state)
{
    struct world *world = *state;
    struct test_counts before;

    memset(long_name, 'a', sizeof long_name - 1);
    memset(long_text, 'a', sizeof long_text - 1);
    test_counts(world, &before);
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct filing filing = test_filing(&world->ctx, &refused[i].filing);
        struct filed filed = {.case_id = -1};

        assert_error(&world->ctx, case_file(&world->ctx, &filing, &filed), refused[i].error,
                     refused[i].field);
        assert_int_equal(filed.case_id, -1);
    }
    assert_grown(world, &before, NULL);
}

/* Answers that are each as long as they may be are bounded together. */
static void answers_have_a_bound_together(void **state)
{
    static char huge[45000];
    struct world *world = *state;
    struct filing filing = test_filing(
        &world->ctx, &(struct test_filing){.service = "stray-animal",
                                           .answers = {"state", "loose", "animal", "Dog"}});
    const struct field *animal = definition_field(filing.definition, S("animal"));
    struct answer *answer = &filing.answers.of[animal - filing.definition->fields];
    struct filed filed;
    int64_t fit;

    memset(huge, 'a', sizeof huge - 1);
    answer->value = cel_string(str_of(huge));
    assert_int_equal(case_file(&world->ctx, &filing, &filed), RC_INVALID);
    assert_int_equal(world->ctx.err.id, ERR_TOO_LONG);
    assert_str(world->ctx.err.field, "animal");
    assert_true(str_to_i64(world->ctx.err.arg, &fit));
    ctx_clear_error(&world->ctx);
    answer->value = cel_string(str_slice(str_of(huge), 0, (size_t)fit + 1));
    assert_error(&world->ctx, case_file(&world->ctx, &filing, &filed), ERR_TOO_LONG, "animal");
    answer->value = cel_string(str_slice(str_of(huge), 0, (size_t)fit));
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
}

/* 200 letters are meant, not bytes: "ễ" has three. */
static void a_name_has_two_hundred_letters_of_any_kind(void **state)
{
    struct world *world = *state;
    char name[3 * 200 + 1];

    for (size_t i = 0; i < 200; i++)
        memcpy(name + 3 * i, "\xe1\xbb\x85", 4);
    test_file(world, &(struct test_filing){.name = name});
    assert_int_equal(test_i64(world, "SELECT count(*) FROM party WHERE length(name) = 200", 0), 1);
}

/* ---- Where it goes and by when */

static void district_decides_the_route(void **state)
{
    static const char *const places[] = {"795 Massachusetts Ave", "38 Bishop Allen Dr",
                                         "30 Cedar St", "69 Bristol St", "300 Huron Ave"};
    struct world *world = *state;
    int east = 0, west = 0;

    for (size_t i = 0; i < COUNT(places); i++) {
        struct filed filed = test_file(world, &(struct test_filing){.place = places[i]});
        int64_t district = test_i64(
            world, "SELECT CAST(district AS INTEGER) FROM cases WHERE id = %lld", filed.case_id);

        assert_true(district >= 1);
        assert_str(filed.team->id, district <= 5 ? "streets-east" : "streets-west");
        assert_int_equal(test_i64(world, "SELECT team FROM cases WHERE id = %lld", filed.case_id),
                         filed.team->row);
        east += district <= 5;
        west += district > 5;
    }
    assert_true(east && west);
}

/* The filing of an example; false when an answer in it cannot be read. */
static bool filing_of(struct ctx *ctx, const struct definition *definition,
                      const struct example *example, struct filing *ret)
{
    bool is_named = !yaml_get(example->node, "contact");
    struct place *place = ARENA_NEW(ctx->arena, struct place);
    struct test_filing of = {.service = str_z(ctx->arena, definition->code),
                             .place = "",
                             .name = is_named ? "Maria Ngo" : NULL,
                             .email = is_named ? "maria@b.example" : NULL,
                             .phone = is_named ? "251-555-0142" : NULL};

    *ret = test_filing(ctx, &of);
    assert_non_null(place);
    if (example->place.n && locate_sure(ctx, test_city, example->place, place))
        return false;
    ret->place = example->place.n ? place : NULL;
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct yaml_node *node =
            yaml_get(example->node, str_z(ctx->arena, definition->fields[i].id));
        struct str typed[8];
        size_t n = 0;

        if (!node)
            continue;
        if (node->kind == YAML_LIST)
            for (; n < node->n && n < COUNT(typed); n++)
                typed[n] = node->items[n].scalar;
        else
            typed[n++] = node->scalar;
        if (answer_read(ctx, &definition->fields[i], typed, n, &ret->answers.of[i]))
            return false;
    }
    return true;
}

static struct str stored_due(struct world *world, int64_t case_id, const char *kind)
{
    char sql[200];
    struct local_time local;

    snprintf(sql, sizeof sql,
             "SELECT coalesce(due_date, -1) FROM clock WHERE cases = %%lld AND kind = '%s'", kind);
    local.date.days = (int32_t)test_i64(world, sql, case_id);
    if (local.date.days >= 0)
        return date_format(world->ctx.arena, local.date);
    snprintf(sql, sizeof sql, "SELECT due FROM clock WHERE cases = %%lld AND kind = '%s'", kind);
    local = zone_local(test_city->zone, (struct instant){test_i64(world, sql, case_id)});
    return str_fmt(world->ctx.arena, "%.*s %02d:%02d",
                   STR_ARG(date_format(world->ctx.arena, local.date)), local.second_of_day / 3600,
                   local.second_of_day / 60 % 60);
}

static int compare_expected(struct world *world, const struct example *example,
                            const struct filed *filed)
{
    static const char *const clocks[] = {"respond", "resolve"};
    const struct yaml_node *team = yaml_get(example->expect, "team");
    int compared = 0;

    if (team)
        assert_true(str_eq(filed->team->id, team->scalar));
    for (size_t i = 0; i < COUNT(clocks); i++) {
        const struct yaml_node *node = yaml_get(example->expect, clocks[i]);

        if (!node)
            continue;
        assert_str(stored_due(world, filed->case_id, clocks[i]),
                   str_z(world->ctx.arena, node->scalar));
        compared++;
    }
    return compared;
}

static void cases_are_due_as_the_examples_say(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    int compared = 0, refusals = 0;

    for (size_t i = 0; i < test_city->service_n; i++) {
        const struct definition *definition = test_city->services[i];

        for (size_t j = 0; j < definition->example_n; j++) {
            const struct example *example = &definition->examples[j];
            const struct yaml_node *refusal = yaml_get(example->expect, "refused");
            struct filing filing;
            struct filed filed;
            bool is_readable = filing_of(ctx, definition, example, &filing);

            ctx->now = test_time(str_z(ctx->arena, example->filed));
            if (refusal) {
                if (is_readable)
                    assert_int_equal(case_file(ctx, &filing, &filed), RC_INVALID);
                assert_true(str_eq(ctx->err.field, refusal->scalar));
                ctx_clear_error(ctx);
                refusals++;
                continue;
            }
            assert_true(is_readable);
            test_ok(ctx, case_file(ctx, &filing, &filed));
            compared += compare_expected(world, example, &filed);
        }
    }
    assert_true(compared > 40 && refusals > 3);
}

/* ---- Numbers */

static void numbers_are_dense_and_checked(void **state)
{
    struct world *world = *state;
    struct str canonical;

    for (int i = 1; i <= 12; i++) {
        struct filed filed = test_file(world, &(struct test_filing){0});
        struct str expected = number_format(world->ctx.arena, 2026, i);
        char wrong[20];

        assert_true(str_eq(filed.number, expected));
        assert_true(number_parse(world->ctx.arena, filed.number, &canonical));
        assert_true(str_eq(canonical, filed.number));
        for (size_t at = 0; at < filed.number.n; at++) {
            snprintf(wrong, sizeof wrong, "%.*s", STR_ARG(filed.number));
            if (wrong[at] == '-')
                continue;
            wrong[at] = (char)(wrong[at] == '9' ? '0' : wrong[at] + 1);
            assert_false(number_parse(world->ctx.arena, str_of(wrong), &canonical));
        }
    }
    assert_true(number_parse(world->ctx.arena, S(" 26 00001 7"), &canonical));
    assert_str(canonical, "26-00001-7");
    assert_false(number_parse(world->ctx.arena, S("26-00010-7"), &canonical));
    assert_false(number_parse(world->ctx.arena, S("26-00001-7; DROP"), &canonical));
}

static void a_failed_filing_leaves_no_gap_in_the_numbers(void **state)
{
    struct world *world = *state;
    struct filing filing = test_filing(&world->ctx, &(struct test_filing){0});
    struct filed filed;

    test_file(world, &(struct test_filing){0});
    /* The store refuses it when the number is taken already. */
    filing.channel = S("a channel longer than its column");
    assert_int_not_equal(case_file(&world->ctx, &filing, &filed), RC_OK);
    ctx_clear_error(&world->ctx);
    assert_str(test_file(world, &(struct test_filing){0}).number, "26-00002-5");
}

static void the_year_changes_at_the_citys_midnight(void **state)
{
    struct world *world = *state;

    world->ctx.now = instant_plus_us(test_time("2027-01-01 00:00"), -1);
    assert_str(test_file(world, &(struct test_filing){0}).number, "26-00001-7");
    world->ctx.now = test_time("2027-01-01 00:00");
    assert_true(str_starts_with(test_file(world, &(struct test_filing){0}).number, S("27-00001-")));
    /* Late news from the old year goes on counting there. */
    world->ctx.now = instant_plus_us(test_time("2027-01-01 00:00"), -1);
    assert_true(str_starts_with(test_file(world, &(struct test_filing){0}).number, S("26-00002-")));
}

/* ---- Projections */

static void projections_are_proven(void **state)
{
    struct world *world = *state;
    const struct actor *staff = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct filed first = test_file(world, &(struct test_filing){.description = "Café olé"});
    struct filed lamp =
        test_file(world, &(struct test_filing){.service = "street-light-out",
                                               .place = "60 Banks St",
                                               .answers = {"lamp", "48-12", "trouble", "dark"}});
    struct projection_found found;
    struct buf report = buf_in(world->ctx.arena, 10000);

    test_ok(&world->ctx, test_step(world, staff, first.case_id,
                                   &(struct step_input){.step = S("ask"), .message = S("Where?")}));
    test_ok(&world->ctx,
            test_step(world, staff, lamp.case_id, &(struct step_input){.step = S("start")}));
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &found));
    assert_str(buf_str(&report), "");
    assert_int_equal(found.cases, 2);
    assert_int_equal(found.differences, 0);
    test_exec(world, "UPDATE cases SET due = 5, district = '9' WHERE id = 1;"
                     "UPDATE case_text SET words = 'x' WHERE rowid = 1;"
                     "DELETE FROM case_index; DELETE FROM case_text WHERE rowid = 2");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &found));
    assert_int_equal(found.differences, 5);
    assert_true(str_find(buf_str(&report), S("26-00001-7: due is \"1970-01-01T00:00:00.000005Z\", "
                                             "should be \"none\"\n")) >= 0);
    assert_true(str_find(buf_str(&report), S("case_index is \"\"")) >= 0);
}

static int64_t mails_to(struct world *world, const char *address)
{
    struct str sql =
        str_fmt(world->ctx.arena, "SELECT count(*) FROM message WHERE address = '%s' AND %%lld = 1",
                address);

    return test_i64(world, str_z(world->ctx.arena, sql), 1);
}

/* Anybody may type anybody's address. */
static void mails_to_one_address_have_an_end(void **state)
{
    struct world *world = *state;
    struct test_filing form = {.email = "Victim@example.net"};

    for (int i = 0; i < MAILBOX_MAILS_PER_DAY + 4; i++)
        test_file(world, &form);
    assert_int_equal(mails_to(world, "Victim@example.net"), MAILBOX_MAILS_PER_DAY);
    form.email = "victim@EXAMPLE.net";
    test_file(world, &form);
    assert_int_equal(mails_to(world, "victim@EXAMPLE.net"), 0);
    form.email = "other@example.net";
    test_file(world, &form);
    assert_int_equal(mails_to(world, "other@example.net"), 1);
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    form.email = "Victim@example.net";
    test_file(world, &form);
    assert_int_equal(mails_to(world, "Victim@example.net"), MAILBOX_MAILS_PER_DAY + 1);
    world->ctx.actor = NULL;
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY + US_PER_S);
    test_file(world, &form);
    assert_int_equal(mails_to(world, "Victim@example.net"), MAILBOX_MAILS_PER_DAY + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_filing_writes_its_rows),
        TEST(mails_to_one_address_have_an_end),
        TEST(an_anonymous_filing_writes_fewer),
        TEST(an_indexed_answer_gets_its_row),
        TEST(the_same_form_twice_is_one_case),
        TEST(the_same_form_later_is_told_what_the_case_says),
        TEST(sixteen_at_once_are_one_case),
        TEST(a_refused_filing_changes_nothing),
        TEST(answers_have_a_bound_together),
        TEST(a_name_has_two_hundred_letters_of_any_kind),
        TEST(district_decides_the_route),
        TEST(cases_are_due_as_the_examples_say),
        TEST(numbers_are_dense_and_checked),
        TEST(a_failed_filing_leaves_no_gap_in_the_numbers),
        TEST(the_year_changes_at_the_citys_midnight),
        TEST(projections_are_proven),
    };

    return RUN_TESTS("cases", tests);
}
