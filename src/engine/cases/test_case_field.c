/* Lists that know answers: cases found by them, in every order and mode, by who may. */
#include "engine/cases/case_field.h"

#include <stdio.h>

#include "db/db.h"
#include "engine/cases/case_search.h"
#include "engine/cases/projection.h"
#include "engine/cases/words_job.h"
#include "engine/definition/answer.h"
#include "engine/test_town.h"

#define NAMES(text) "{en: " text ", es: " text ", vi: " text "}"
#define HEAD(id)                                            \
    "service: " id                                          \
    "\nname: " NAMES("Sign") "\ndepartment: public-works\n" \
                             "workflow: request\nplace: {required: false}\nfields:\n"
#define TAIL                                                        \
    "route: [{team: streets-west}]\nexamples:\n"                    \
    "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n"
#define FIELD(id, type, more) \
    "  - {id: " id ", type: " type ", required: false, " more "text: " NAMES("Which?") "}\n"
#define OPTIONS \
    "options: [{id: small, text: " NAMES("Small") "}, {id: large, text: " NAMES("Large") "}], "

enum { ACCOUNT, DEPTH, COST, SEEN, LANE, SIZE, PARTS, PLATE, NOTE, FIELDS };

static const char sign[] = HEAD("sign") FIELD("account", "text", "indexed: true, ")
    FIELD("depth", "number", "decimals: 2, indexed: true, ")
        FIELD("cost", "money", "indexed: true, ") FIELD("seen", "date", "indexed: true, ")
            FIELD("lane", "yes-no", "indexed: true, ")
                FIELD("size", "choice", "indexed: true, " OPTIONS)
                    FIELD("parts", "choices", "indexed: true, " OPTIONS)
                        FIELD("plate", "text", "indexed: true, personal: contact, ")
                            FIELD("note", "text", "") TAIL;
/* Another service asks under the same ids for other things. */
static const char wall[] = HEAD("wall") FIELD("account", "number", "indexed: true, ")
    FIELD("size", "number", "indexed: true, ") TAIL;

static const struct grant everywhere[] = {{ROLE_AGENT, SCOPE_CITY, STR("")}};
static const struct actor agent = {
    .kind = ACTOR_STAFF, .id = 1, .grants = everywhere, .grant_n = 1};

static int64_t file_with(struct test_town *town, const char *service,
                         const char *const typed[FIELDS])
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {.definition = city_service(town->city, str_of(service)),
                            .channel = S("web"),
                            .base_url = S("https://city.example")};
    struct filed filed;

    ctx->actor = NULL;
    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    for (size_t i = 0; i < filing.definition->field_n; i++) {
        struct str parts[4], rest = str_of(typed[i] ? typed[i] : "");
        size_t n = 0;

        while (rest.n && n < 4 && str_next(&rest, ',', &parts[n]))
            n++;
        test_ok(ctx,
                answer_read(ctx, &filing.definition->fields[i], parts, n, &filing.answers.of[i]));
    }
    test_ok(ctx, case_file(ctx, &filing, &filed));
    ctx->now = instant_plus_us(ctx->now, US_PER_MIN);
    ctx->actor = &agent;
    return filed.case_id;
}

static int open_town(void **state)
{
    static const char *const cases[][FIELDS] = {
        {"100-5310", "2.5", "12500", "2026-11-02", "true", "small", "small,large", "KLM 742", "x"},
        {"100-5311", "6", "12500.50", "2026-11-03", "false", "large", "large", NULL, "x"},
        {"none", "-1", NULL, "2026-12-24", NULL, "large", NULL, NULL, NULL},
        {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
    };
    static const char *const others[][FIELDS] = {{"100", "3"}, {"5", "6"}};
    int opened = test_town_open(state);
    struct test_town *town = *state;

    test_town_put(town, "services/sign.yaml", sign);
    test_town_put(town, "services/wall.yaml", wall);
    test_town_publish(town);
    for (size_t i = 0; i < COUNT(cases); i++)
        file_with(town, "sign", cases[i]);
    for (size_t i = 0; i < COUNT(others); i++)
        file_with(town, "wall", others[i]);
    test_town_step(town, 2, "resolve");
    town->ctx.actor = &agent;
    return opened;
}

static struct case_found search(struct test_town *town, const struct case_search *as,
                                const char *text)
{
    struct ctx *ctx = &town->ctx;
    struct case_search search = *as;
    struct case_filter filter;
    struct case_found found = {0};

    search.filter = &filter;
    search.text = str_of(text);
    test_ok(ctx, case_filter_parse(ctx, search.text, &filter));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, case_search(ctx, &search, &found));
    db_reader_release(ctx);
    return found;
}

/* The ids, "3 1 2", read in pages of `most` with so many rows to look at. */
static struct str ids(struct test_town *town, const char *text, const struct case_search *how)
{
    struct buf out = buf_in(town->ctx.arena, 4000);
    struct case_search as = *how;

    as.most = as.most ? as.most : 50;
    do {
        struct case_found found = search(town, &as, text);

        for (size_t i = 0; i < found.n; i++)
            buf_add_fmt(&out, "%s%lld", out.n ? " " : "", (long long)found.lines[i].id);
        as.after = found.next;
    } while (as.after.n);
    return buf_str(&out);
}

static void assert_found(struct test_town *town, const char *text, const char *expected)
{
    /* By its index; by reading the list, as what too many cases have is; page by page. */
    static const struct case_search hows[] = {
        {.sort = CASES_OLDEST},
        {.sort = CASES_OLDEST, .rows_max = 1},
        {.sort = CASES_OLDEST, .rows_max = 3, .most = 2},
        {.sort = CASES_OLDEST, .most = 1},
    };

    for (size_t i = 0; i < COUNT(hows); i++) {
        struct str found = ids(town, text, &hows[i]);

        if (!str_eq(found, str_of(expected)))
            fail_msg("%s (%zu): \"%.*s\", not \"%s\"", text, i, STR_ARG(found), expected);
    }
}

/* A filter and the cases that it finds. */
struct found {
    const char *filter, *cases;
};

static void assert_all_found(struct test_town *town, const struct found *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_found(town, rows[i].filter, rows[i].cases);
}

static void every_kind_of_answer_finds_its_cases(void **state)
{
    static const struct found rows[] = {
        {"field.account:100-5310", "1"},
        {"field.account:\"100-5310\",100-5311", "1 2"},
        {"FIELD.Account:100-5311", "2"},
        {"field.account:100-53", ""},
        {"field.depth:2.50", "1"},
        {"field.depth:2..6", "1 2"},
        {"field.depth:..2.5", "1 3"},
        {"field.depth:-1", "3"},
        {"field.depth:2.51..", "2"},
        {"field.cost:12500", "1"},
        {"field.cost:12500.01..99999999999999999", "2"},
        {"field.seen:2026-11-02", "1"},
        {"field.seen:2026-11-02..2026-11-03", "1 2"},
        {"field.seen:today..", "3"},
        {"field.lane:true", "1"},
        {"field.lane:no", "2"},
        {"field.lane:yes,no", "1 2"},
        {"field.parts:large", "1 2"},
        {"field.parts:small,large", "1 2"},
        {"field.plate:\"KLM 742\"", "1"},
    };

    assert_all_found(*state, rows, COUNT(rows));
}

/* The same id, asked for otherwise: a value is what it can be. */
static void one_id_of_two_services_means_both(void **state)
{
    static const struct found rows[] = {
        {"field.size:large", "2 3"},           {"field.size:2..6", "5 6"},
        {"field.size:large,6", "2 3 6"},       {"field.account:100", "5"},
        {"field.account:5 service:wall", "6"},
    };

    assert_all_found(*state, rows, COUNT(rows));
}

static void what_is_missing_and_left_out(void **state)
{
    static const struct found rows[] = {
        /* The case whose answer is the word itself; and those that have none, of the service alone.
         */
        {"field.account:\"none\"", "3"},
        {"field.account:none", "4"},
        {"field.depth:none", "4"},
        {"field.depth:none,6", "2 4"},
        {"-field.depth:2..6", "3 4 5 6"},
        {"-field.size:large field.depth:-5..5", "1"},
        {"field.size:large state:open", "3"},
        {"field.size:large -field.depth:6 service:sign", "3"},
    };

    assert_all_found(*state, rows, COUNT(rows));
}

static void the_order_is_the_lists_own(void **state)
{
    struct test_town *town = *state;

    for (size_t rows = 0; rows < 4; rows++) {
        struct case_search as = {.sort = CASES_NEWEST, .rows_max = rows, .most = 1};

        assert_true(str_eq(ids(town, "field.depth:-9..9", &as), S("3 2 1")));
        as.sort = CASES_LAST_CLOSED;
        assert_true(str_eq(ids(town, "field.depth:-9..9 state:closed", &as), S("2")));
        as.sort = CASES_LAST_UPDATED;
        assert_true(str_eq(ids(town, "field.depth:-9..9", &as), S("2 3 1")));
        as.sort = CASES_BY_DUE;
        assert_true(str_eq(ids(town, "field.depth:-9..9", &as), S("1 2 3")));
    }
    /* Words come first, and the answer is looked at. */
    assert_found(town, "x field.depth:6", "2");
}

static void check_refused(struct test_town *town, const char *text, const char *sentence)
{
    struct case_filter filter;

    assert_int_equal(case_filter_parse(&town->ctx, str_of(text), &filter), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_FILTER);
    if (str_find(town->ctx.err.arg, str_of(sentence)) < 0)
        fail_msg("%s: %.*s", text, STR_ARG(town->ctx.err.arg));
    ctx_clear_error(&town->ctx);
}

static void mistakes_are_explained(void **state)
{
    struct test_town *town = *state;

    check_refused(town, "a field.acount:1",
                  "At character 3 of the filter: lists know no question "
                  "“acount”. Did you mean “account”?");
    check_refused(town, "field.note:x", "add “indexed: true” to it");
    check_refused(town, "field.:x", "lists know no question “”");
    check_refused(town, "field.size:larg",
                  "none of the answers to this question. Did you mean "
                  "“large”?");
    check_refused(town, "field.lane:perhaps", "none of the answers");
    check_refused(town, "field.depth:deep", "“deep” is no number");
    check_refused(town, "field.depth:..", "is no number");
    check_refused(town, "field.depth:6..2", "ends before it begins");
    check_refused(town, "field.cost:1e9", "is no number");
    check_refused(town, "field.seen:2026-02-30", "is no day");
    check_refused(town, "field.seen:tomorrow..today", "ends before it begins");
    check_refused(town, "field.account:", "a value is missing");
    check_refused(town, "field.account:~1", "only a place");
    check_refused(town, "field.account:1,", "a value is missing");
    check_refused(town, "field.account:\"1", "never closed");
}

/* Whatever is typed for a value is a value. */
static void hostile_values_are_values(void **state)
{
    static const char *const texts[] = {
        "field.account:'",
        "field.account:\"' OR 1=1 --\"",
        "field.account:\"\"\"\"\"\"",
        "field.account:%",
        "field.account:_",
        "field.account:\\",
        "field.account:*",
        "field.account:\xe1\xbb\x95",
        "field.account:100-5310*",
        "field.account:..",
        "field.plate:\"x'); DROP TABLE cases; --\"",
    };
    struct test_town *town = *state;
    struct buf longest = buf_in(town->ctx.arena, 3000);

    for (size_t i = 0; i < COUNT(texts); i++)
        assert_found(town, texts[i], "");
    BUF_ADD(&longest, "field.account:");
    for (int i = 0; i < 1900; i++)
        buf_add_byte(&longest, 'a');
    assert_found(town, str_z(town->ctx.arena, buf_str(&longest)), "");
    assert_found(town, "field.account:100-5310 field.account:100-5310 field.depth:1..9", "1");
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM cases"), 6);
}

static void what_is_typed_comes_back(void **state)
{
    static const char *const same[] = {"field.size:large,2..6 -field.lane:yes",
                                       "field.account:\"none\",none", "field.seen:-30d.."};
    struct test_town *town = *state;

    for (size_t i = 0; i < COUNT(same); i++) {
        struct case_filter filter;

        test_ok(&town->ctx, case_filter_parse(&town->ctx, str_of(same[i]), &filter));
        assert_true(str_eq(case_filter_text(town->ctx.arena, &filter), str_of(same[i])));
    }
}

/* Personal answers are looked for and listed by who works on cases. */
static void personal_answers_are_for_those_who_work(void **state)
{
    static const struct grant read_only[] = {{ROLE_AUDITOR, SCOPE_CITY, STR("")}};
    static const struct actor auditor = {
        .kind = ACTOR_STAFF, .id = 2, .grants = read_only, .grant_n = 1};
    struct test_town *town = *state;
    struct case_search as = {.most = 10};
    struct case_filter filter;
    struct case_found found;
    struct case_field plate, size;

    town->ctx.actor = &auditor;
    assert_true(case_field_find(town->city, S("plate"), &plate));
    assert_true(case_field_find(town->city, S("size"), &size));
    assert_false(case_field_find(town->city, S("note"), &size));
    assert_false(case_field_is_for(&town->ctx, &plate));
    assert_true(case_field_is_for(&town->ctx, &size));
    test_ok(&town->ctx, case_filter_parse(&town->ctx, S("-field.plate:x"), &filter));
    as.filter = &filter;
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    assert_int_equal(case_search(&town->ctx, &as, &found), RC_INVALID);
    assert_true(str_find(town->ctx.err.arg, S("they are personal")) >= 0);
    ctx_clear_error(&town->ctx);
    db_reader_release(&town->ctx);
    assert_found(town, "field.size:large", "2 3");
    assert_found(town, "KLM", "");
    assert_found(town, "100-5311", "2"); /* a text that is not personal */
    town->ctx.actor = &agent;
    assert_true(case_field_is_for(&town->ctx, &plate));
    assert_found(town, "KLM", "");
    assert_found(town, "field.plate:\"KLM 742\"", "1");
}

/* Three thousand cases of the second service, like its first, and what lists know of them. */
static void add_many(struct test_town *town)
{
    test_town_set(
        town,
        "INSERT INTO cases (number, service, service_version, class, state, state_type, "
        "state_since, lang, channel, confidentiality, is_hidden, description, "
        "is_description_public, answers, opened, updated, district, lock_version) WITH RECURSIVE "
        "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT '26-9' || n.i, "
        "c.service, c.service_version, '', c.state, c.state_type, c.state_since, c.lang, "
        "c.channel, c.confidentiality, c.is_hidden, '', c.is_description_public, c.answers, "
        "c.opened, c.updated, c.district, 1 FROM n, cases c WHERE c.id = 5");
    test_town_set(town, "INSERT INTO case_index (cases, field, number) SELECT c.id, 'size', (1 + "
                        "c.id % 30) * 1000000 FROM cases c WHERE c.number LIKE '26-9%'");
}

/* Twenty answers of thirty values each, none of them rare, cost a page no more than one does. */
static void many_answers_cost_a_page_no_more(void **state)
{
    struct test_town *town = *state;
    struct buf all = buf_in(town->ctx.arena, CASE_FILTER_BYTES_MAX);
    struct case_search as = {.most = 10};
    struct case_found found;
    size_t cut = 0;

    add_many(town);
    for (int i = 0; i < CASE_FILTER_TERMS_MAX; i++) {
        buf_add_fmt(&all, "%sfield.size:1", i ? " " : "");
        for (int j = 2; j <= CASE_FILTER_VALUES_MAX; j++)
            buf_add_fmt(&all, ",%d", j);
        cut = i == 0 ? buf_str(&all).n + 1 : cut;
    }
    found = search(town, &as, str_z(town->ctx.arena, buf_str(&all)));
    assert_int_equal(found.n, 10);
    assert_in_range(found.looked_at, 10, 2 * as.most);
    /* A rare one at the end is what it is found by, though each of the others comes first. */
    buf_add_fmt(&all, " field.account:5");
    found =
        search(town, &as, str_z(town->ctx.arena, str_slice(buf_str(&all), cut, buf_str(&all).n)));
    assert_int_equal(found.looked_at, 1);
    as.rows_max = 100;
    found = search(town, &as, "field.size:1..30 field.size:1..30 lang:vi");
    assert_int_equal(found.n, 0);
    assert_true(found.is_cut);
    assert_int_equal(found.looked_at, 100);
}

/* As an older version entered them, and as the migration has them taken out. */
static void personal_words_of_before_are_taken_out(void **state)
{
    static const struct job_kind *const tables[] = {words_jobs, NULL};
    static const struct job_runner runner = {tables, STR_NONE};
    struct test_town *town = *state;
    bool was_there = false;

    if (db_engine(town->db) == SQL_SQLITE)
        test_town_set(town, "UPDATE case_text SET words = words || ' klm 742' WHERE rowid = 1");
    else
        test_town_set(town, "UPDATE case_text SET words = words || ' klm 742', vector = "
                            "to_tsvector('simple', words || ' klm 742') WHERE id = 1");
    test_town_set(town, "DELETE FROM job");
    test_town_set(town, "INSERT INTO job (kind, argument, once, due, attempts, trouble) VALUES "
                        "('words.everybody', '0', 'words.everybody', 0, 0, '')");
    assert_found(town, "KLM", "1");
    assert_int_equal(test_town_differences(town), 1);
    test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
    assert_true(was_there);
    assert_found(town, "KLM", "");
    assert_found(town, "100-5311", "2");
    assert_int_equal(test_town_differences(town), 0);
}

/* Whose grants reach a team alone finds no more by an answer. */
static void grants_bound_it(void **state)
{
    static const struct grant of_wall[] = {{ROLE_AGENT, SCOPE_SERVICE, STR("wall")}};
    static const struct actor mason = {
        .kind = ACTOR_STAFF, .id = 3, .grants = of_wall, .grant_n = 1};
    struct test_town *town = *state;

    town->ctx.actor = &mason;
    assert_found(town, "field.size:large,2..6", "5 6");
    assert_found(town, "field.account:100-5310", "");
}

static void answers_come_with_the_lines(void **state)
{
    struct test_town *town = *state;
    struct case_found found =
        search(town, &(struct case_search){.most = 10, .with_answers = true}, "field.size:small");

    assert_int_equal(found.n, 1);
    assert_true(found.lines[0].answers->of[NOTE].is_given);
    assert_null(
        search(town, &(struct case_search){.most = 10}, "field.size:small").lines[0].answers);
}

static void examples_can_be_read(void **state)
{
    struct test_town *town = *state;
    struct case_fields fields;
    struct case_filter filter;

    test_ok(&town->ctx, case_fields_of(&town->ctx, false, &fields));
    assert_int_equal(fields.n, 8);
    for (size_t i = 0; i < fields.n; i++)
        test_ok(&town->ctx,
                case_filter_parse(&town->ctx, case_field_example(town->ctx.arena, &fields.of[i]),
                                  &filter));
    /* What is offered no more is looked for still, and listed no more. */
    test_town_put(town, "services/sign.yaml", NULL);
    test_town_publish(town);
    test_ok(&town->ctx, case_fields_of(&town->ctx, false, &fields));
    assert_int_equal(fields.n, 2);
    test_ok(&town->ctx, case_fields_of(&town->ctx, true, &fields));
    assert_int_equal(fields.n, 8);
    assert_found(town, "field.lane:true", "1");
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(every_kind_of_answer_finds_its_cases),
        TOWN(one_id_of_two_services_means_both),
        TOWN(what_is_missing_and_left_out),
        TOWN(the_order_is_the_lists_own),
        TOWN(mistakes_are_explained),
        TOWN(hostile_values_are_values),
        TOWN(what_is_typed_comes_back),
        TOWN(personal_answers_are_for_those_who_work),
        TOWN(personal_words_of_before_are_taken_out),
        TOWN(many_answers_cost_a_page_no_more),
        TOWN(grants_bound_it),
        TOWN(answers_come_with_the_lines),
        TOWN(examples_can_be_read),
    };

    return cmocka_run_group_tests_name("case_field", tests, NULL, NULL);
}
