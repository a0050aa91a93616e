/* Lists of cases: right rows in the right order, page by page, within grants and bounds. */
#include "engine/cases/case_search.h"

#include <sqlite3.h>

#include "engine/cases/case_privacy.h"
#include "engine/cases/private_link.h"
#include "engine/cases/public_case.h"
#include "engine/cases/queries.h"
#include "engine/cases/service_names.h"
#include "engine/test_support.h"
#include "people/party_name.h"

static struct case_found search(struct world *world, const struct case_search *as, const char *text)
{
    struct ctx *ctx = &world->ctx;
    struct case_search search = *as;
    struct case_filter filter;
    struct case_found found = {0};

    search.filter = &filter;
    search.text = str_of(text);
    if (!search.most)
        search.most = 50;
    test_ok(ctx, case_filter_parse(ctx, search.text, &filter));
    test_ok(ctx, case_search(ctx, &search, &found));
    return found;
}

/* The ids of the filter's cases, "3 1 2", read in pages of `most`; no case may come twice. */
static struct str ids(struct world *world, const char *text, enum case_sort sort, size_t most)
{
    struct buf out = buf_in(world->ctx.arena, 4000);
    struct case_search as = {.sort = sort, .most = most};

    do {
        struct case_found found = search(world, &as, text);

        assert_true(found.n <= most);
        for (size_t i = 0; i < found.n; i++)
            buf_add_fmt(&out, "%s%lld", out.n ? " " : "", (long long)found.lines[i].id);
        as.after = found.next;
    } while (as.after.n);
    return buf_str(&out);
}

static void file_at(struct world *world, const char *when, const struct test_filing *of)
{
    world->ctx.now = test_time(when);
    test_file(world, of);
}

/* Six cases: 1 pothole, 2 graffiti, 3 pothole (blocked lane, so due early), 4 pothole on Prospect
 * St, 5 street light, 6 graffiti; the second is closed. */
static void fill(struct world *world)
{
    file_at(
        world, "2026-06-01 10:00",
        &(struct test_filing){.description = "Deep near the bus stop", .email = "ana@example.com"});
    file_at(world, "2026-06-02 10:00",
            &(struct test_filing){.service = "graffiti",
                                  .description = "Chữ vẽ trên đường",
                                  .lang = LANG_VI,
                                  .answers = {"surface", "public"}});
    file_at(world, "2026-06-03 10:00",
            &(struct test_filing){.answers = {"lane", "true"}, .description = "Un bache, cuidado"});
    file_at(world, "2026-06-04 10:00",
            &(struct test_filing){.place = "100 Prospect St", .phone = "205-555-0199"});
    file_at(world, "2026-06-05 10:00",
            &(struct test_filing){.service = "street-light-out", .answers = {"trouble", "dark"}});
    file_at(world, "2026-06-30 10:00",
            &(struct test_filing){.service = "graffiti", .answers = {"surface", "public"}});
    world->ctx.now = test_time("2026-07-02 10:00");
    test_ok(&world->ctx, test_step(world, test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL), 2,
                                   &(struct step_input){.step = S("resolve"),
                                                        .outcome = S("done"),
                                                        .message = S("Painted over")}));
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
}

static void test_filters_find_their_cases(void **state)
{
    struct world *world = *state;

    fill(world);
    assert_str(ids(world, "", CASES_OLDEST, 50), "1 2 3 4 5 6");
    assert_str(ids(world, "state:open", CASES_NEWEST, 50), "6 5 4 3 1");
    assert_str(ids(world, "state:closed", CASES_LAST_CLOSED, 50), "2");
    assert_str(ids(world, "", CASES_LAST_UPDATED, 50), "2 6 5 4 3 1");
    assert_str(ids(world, "updated:2026-06-04..2026-06-30", CASES_LAST_UPDATED, 50), "6 5 4");
    assert_str(ids(world, "-updated:2026-07-02 service:graffiti", CASES_OLDEST, 50), "6");
    assert_str(ids(world, "state:resolved,new", CASES_OLDEST, 50), "1 2 3 4 5 6");
    assert_str(ids(world, "-state:closed -service:pothole", CASES_OLDEST, 50), "5 6");
    assert_str(ids(world, "service:graffiti,street-light-out", CASES_OLDEST, 50), "2 5 6");
    assert_str(ids(world, "service:pothole place:~prospect", CASES_OLDEST, 50), "4");
    assert_str(ids(world, "-place:~prospect service:pothole", CASES_OLDEST, 50), "1 3");
    assert_str(ids(world, "place:\"795 Massachusetts Ave\" service:graffiti", CASES_NEWEST, 50),
               "6 2");
    assert_str(ids(world, "place:~\"Massachusetts A\" state:open", CASES_NEWEST, 50), "6 5 3 1");
    assert_str(ids(world, "place:~\"795 m\" -state:closed", CASES_NEWEST, 50), "6 5 3 1");
    assert_str(ids(world, "place:~79 service:graffiti", CASES_NEWEST, 50), "6 2");
    assert_str(ids(world, "place:~pro,~\"100 p\",~zz", CASES_NEWEST, 50), "4");
    assert_str(ids(world, "place:~assachusetts", CASES_NEWEST, 50), "");
    assert_str(ids(world, "lang:vi", CASES_OLDEST, 50), "2");
    assert_str(ids(world, "outcome:done", CASES_OLDEST, 50), "2");
    assert_str(ids(world, "closed:today", CASES_OLDEST, 50), "2");
    assert_str(ids(world, "closed:..yesterday", CASES_OLDEST, 50), "");
    assert_str(ids(world, "opened:2026-06-02..2026-06-04", CASES_OLDEST, 50), "2 3 4");
    assert_str(ids(world, "opened:2026-06-02..2026-06-04", CASES_NEWEST, 50), "4 3 2");
    assert_str(ids(world, "opened:..2026-06-02 opened:2026-06-02..", CASES_OLDEST, 50), "2");
    assert_str(ids(world, "channel:web", CASES_OLDEST, 2), "1 2 3 4 5 6");
    assert_str(ids(world, "district:none", CASES_OLDEST, 50), "");
    assert_str(ids(world, "assignee:nobody", CASES_OLDEST, 50), "1 2 3 4 5 6");
    assert_str(ids(world, "assignee:me", CASES_OLDEST, 50), "");
}

static void test_deadlines_order_and_bound(void **state)
{
    struct world *world = *state;
    struct str all, late, later;

    fill(world);
    all = ids(world, "-state:closed", CASES_BY_DUE, 50);
    late = ids(world, "overdue", CASES_BY_DUE, 50);
    later = ids(world, "state:open -overdue", CASES_BY_DUE, 50);
    assert_str(str_slice(all, 0, 1), "3");
    assert_int_equal(late.n + later.n + 1, all.n);
    assert_str(late, str_z(world->ctx.arena, str_slice(all, 0, late.n)));
    assert_str(ids(world, "state:open due:none", CASES_BY_DUE, 50), "");
    assert_str(ids(world, "due:none", CASES_BY_DUE, 50), "2");
    /* The day of a deadline is the one that ends with it. */
    assert_int_equal(
        test_i64(world, "SELECT due_date FROM clock WHERE cases = 3 AND kind = 'resolve'", 0),
        city_local(test_city, test_time("2026-06-05 12:00")).date.days);
    assert_str(ids(world, "due:2026-06-05", CASES_BY_DUE, 50), "3");
    assert_str(ids(world, "due:2026-06-05", CASES_NEWEST, 50), "3");
    assert_str(ids(world, "due:2026-06-06", CASES_BY_DUE, 50), "");
}

static void test_pages_join_without_a_gap(void **state)
{
    struct world *world = *state;
    static const char *const filters[] = {"",
                                          "state:open",
                                          "service:pothole,graffiti",
                                          "-lang:vi",
                                          "team:streets-west,streets-east,lighting",
                                          "massachusetts",
                                          "bache,light",
                                          "massachusetts graffiti,pothole"};

    fill(world);
    for (size_t i = 0; i < COUNT(filters); i++)
        for (int sort = 0; sort < CASES__SORTS; sort++) {
            struct str whole = ids(world, filters[i], (enum case_sort)sort, 50);

            for (size_t most = 1; most < 4; most++)
                assert_str(ids(world, filters[i], (enum case_sort)sort, most),
                           str_z(world->ctx.arena, whole));
        }
}

static void test_words_are_folded_ranked_and_left_out(void **state)
{
    struct world *world = *state;

    fill(world);
    assert_str(ids(world, "\"bache\"", CASES_BEST, 50), "3");
    assert_str(ids(world, "\"ĐƯỜNG\"", CASES_BEST, 50), "2");
    assert_str(ids(world, "duong \"chu ve\"", CASES_BEST, 50), "2");
    assert_str(ids(world, "\"ve chu\"", CASES_BEST, 50), "");
    assert_str(ids(world, "massachusetts", CASES_NEWEST, 50), "6 5 3 2 1");
    assert_str(ids(world, "massachusetts -bache -deep", CASES_NEWEST, 50), "6 5 2");
    assert_str(ids(world, "massa* state:open service:graffiti", CASES_NEWEST, 50), "6");
    assert_str(ids(world, "\"bache\",deep", CASES_NEWEST, 50), "3 1");
    assert_str(ids(world, "\"' OR 1 --\"", CASES_BEST, 50), "");
    assert_str(ids(world, "\"x\\ a\"\"\"", CASES_BEST, 50), "");
    /* The case's own number stands first in its text. */
    assert_str(
        ids(world,
            str_z(world->ctx.arena, test_text(world, "SELECT number FROM cases WHERE id = 4", 0)),
            CASES_BEST, 50),
        "4");
    /* Two words of the text against one in a longer one. */
    test_exec(world, "UPDATE case_text SET words = words || ' deep deep' WHERE rowid = 5");
    if (raw_is_postgres())
        test_exec(world, "UPDATE case_text SET vector = to_tsvector('simple', words)");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    assert_str(ids(world, "deep", CASES_BEST, 50), "5 1");
    assert_str(ids(world, "deep", CASES_NEWEST, 1), "5 1");
}

/* The service's name, in whatever language it is read, or a word that people have for it. */
static void test_words_name_services(void **state)
{
    static const struct {
        const char *filter, *ids;
    } finds[] = {
        {"pothole", "4 3 1"},
        {"BACHE", "4 3 1"},
        {"gà", "4 3 1"},
        {"hoyo", "4 3 1"},
        {"craters", ""},
        {"grafi", "6 2"},
        {"grafi*", "6 2"},
        {"la", ""},
        {"\"pothole\"", ""},
        {"\"bache\"", "3"},
        {"pothole,lamp", "5 4 3 1"},
        {"pothole,\"vẽ\"", "4 3 2 1"},
        {"pothole graffiti", ""},
        {"pothole crater", "4 3 1"},
        {"pothole bus", "1"},
        {"bus pothole", "1"},
        {"bache cuidado", "3"},
        {"graffiti cuidado", ""},
        {"massachusetts pothole", "3 1"},
        {"massachusetts -pothole", "6 5 2"},
        {"massachusetts -\"bache\"", "6 5 2 1"},
        {"pothole -deep", "4 3"},
        {"pothole -graffiti", "4 3 1"},
        {"pothole -bache", ""},
        {"pothole place:~prospect", "4"},
        {"pothole -place:~prospect", "3 1"},
        {"graffiti state:open", "6"},
        {"reporter:ana@example.com pothole", "1"},
        {"reporter:ana@example.com graffiti", ""},
        {"reporter:ana@example.com pothole -deep", ""},
    };
    struct world *world = *state;

    fill(world);
    for (size_t i = 0; i < COUNT(finds); i++) {
        struct str found = ids(world, finds[i].filter, CASES_NEWEST, 2);

        if (!str_eq(found, str_of(finds[i].ids)))
            fail_msg("%s: %.*s, not %s", finds[i].filter, STR_ARG(found), finds[i].ids);
    }
    /* Who has the word in the text as well comes first. */
    assert_str(ids(world, "bache", CASES_BEST, 50), "3 4 1");
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_SERVICE, "graffiti");
    assert_str(ids(world, "pothole", CASES_NEWEST, 50), "");
    assert_str(ids(world, "pothole,graffiti", CASES_BEST, 50), "6 2");
}

/* What a service was called once finds the requests that were sent to it then; the many versions
 * that were called the same are no more to look through than one. */
static void test_a_service_is_found_by_its_former_names(void **state)
{
    static const struct str bump[] = {STR("bump")}, more[] = {STR("bump"), STR("crater")};
    struct definition of[] = {
        {.code = S("hole"), .service_id = 1, .name = {{S("Pothole"), S("Bache")}}},
        {.code = S("hole"), .service_id = 1, .name = {{S("Pothole"), S("Bache")}}},
        {.code = S("hole"), .service_id = 1, .name = {{S("Damage"), S("Bache")}}},
        {.code = S("lamp"), .service_id = 2, .name = {{S("Damage"), S("Farola")}}},
    };
    static const struct {
        const char *word;
        size_t n;
    } finds[] = {{"pothole", 1}, {"damage", 2}, {"bache", 1}, {"farola", 1},
                 {"bump", 2},    {"crater", 1}, {"hole", 0}};
    struct definition *versions[] = {&of[0], &of[1], &of[2], &of[3]};
    struct city city = {.versions = versions, .version_n = COUNT(versions)};
    const struct definition *found[2];
    struct service_names names;
    struct world *world = *state;

    of[1].words = of[3].words = (struct words){.list = {bump}, .n = {COUNT(bump)}};
    of[2].words = (struct words){.list = {more}, .n = {COUNT(more)}};
    world->ctx.city = &city;
    test_ok(&world->ctx, service_names_of_all(&world->ctx, &names));
    for (size_t i = 0; i < COUNT(finds); i++)
        assert_int_equal(
            service_names_find(&names, str_of(finds[i].word), true, found, COUNT(found)),
            finds[i].n);
    /* Names in three languages, of which Vietnamese falls back on English, and words. */
    assert_int_equal(names.n, 3 + 1 + 2 + 1 + 3 + 1);
    test_ok(&world->ctx, service_names_read(&world->ctx, &names));
    assert_int_equal(names.n, 3);
    world->ctx.city = test_city;
}

static void name_reporter(struct world *world, const char *name)
{
    struct str folded = party_name_fold(world->ctx.arena, str_of(name));

    test_exec(world, str_z(world->ctx.arena,
                           str_fmt(world->ctx.arena,
                                   "UPDATE party SET name = '%s', folded = '%.*s' WHERE id = "
                                   "(SELECT reporter FROM cases WHERE id = 1)",
                                   name, STR_ARG(folded))));
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

/* Capitals, accents composed or apart, and how many blanks stand between: none of it tells people
 * apart. The name stays as it was given. */
static void test_a_name_is_found_however_it_is_written(void **state)
{
    static const char *const names[] = {"José Núñez", "JOSE\u0301 NU\u0301N\u0303EZ",
                                        "  jose \t\u00a0 nun\u0303ez "};
    static const char *const asked[] = {
        "NÚÑEZ",       "nunez",      "Núñez",          "nu\u0301n\u0303ez", "JOSÉ",
        "jose",        "Jose\u0301", "\"José Núñez\"", "\"jose   nunez\"",  "\" JOSÉ\u00a0nuñez \"",
        "nobody,nunez"};
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(names); i++)
        test_file(world, &(struct test_filing){.name = names[i]});
    test_file(world, &(struct test_filing){.name = "Nguyễn Thị Đào"});
    world->ctx.actor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    for (size_t i = 0; i < COUNT(asked); i++) {
        struct str text = str_fmt(world->ctx.arena, "reporter:%s", asked[i]);
        struct str found = ids(world, str_z(world->ctx.arena, text), CASES_OLDEST, 50);

        if (!str_eq(found, S("1 2 3")))
            fail_msg("%.*s: %.*s", STR_ARG(text), STR_ARG(found));
    }
    assert_str(ids(world, "reporter:nguyen", CASES_OLDEST, 50), "4");
    assert_str(ids(world, "reporter:\"nguyen thi dao\"", CASES_OLDEST, 50), "4");
    assert_str(ids(world, "reporter:\"nguyen dao\"", CASES_OLDEST, 50), "");
    assert_str(test_text(world,
                         "SELECT name FROM party WHERE id = (SELECT reporter FROM cases "
                         "WHERE id = %lld)",
                         3),
               "  jose \t\u00a0 nun\u0303ez ");
}

static void add_namesakes(struct world *world)
{
    test_exec(world, "INSERT INTO party (kind, name, folded, lang, created) "
                     "WITH RECURSIVE nth(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM nth "
                     "WHERE i < 1000) SELECT 'person', 'Ana', 'ana', 'en', 0 FROM nth");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

/* Whoever hides somebody behind as many namesakes is at least seen to. */
static void test_many_people_of_a_name_are_told(void **state)
{
    struct world *world = *state;
    struct case_filter filter;
    struct case_found found;

    fill(world);
    name_reporter(world, "Ana");
    test_ok(&world->ctx, case_filter_parse(&world->ctx, S("reporter:ana"), &filter));
    test_ok(&world->ctx,
            case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found));
    assert_true(found.n == 1 && !found.is_cut);
    add_namesakes(world);
    test_ok(&world->ctx,
            case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found));
    assert_true(found.n == 0 && found.is_cut);
}

/* Nobody hides a person whose address is proven: by the mailed link, or because they signed in. */
static void test_proven_people_come_first(void **state)
{
    struct world *world = *state;
    struct private_link link = {.is_mailed = true};
    struct filing own;
    struct filed filed;

    fill(world);
    own = test_filing(&world->ctx, &(struct test_filing){.name = "Ana", .email = "a@example.com"});
    own.is_own_email = true;
    test_ok(&world->ctx, case_file(&world->ctx, &own, &filed));
    name_reporter(world, "Ana");
    add_namesakes(world);
    assert_str(ids(world, "reporter:ana", CASES_OLDEST, 50), "7");
    link.case_id = 1;
    link.reporter = test_i64(world, "SELECT reporter FROM cases WHERE id = %lld", 1);
    test_ok(&world->ctx, private_link_opened(&world->ctx, &link));
    name_reporter(world, "Ana");
    assert_str(ids(world, "reporter:ana", CASES_OLDEST, 50), "1 7");
}

static void test_people_are_found_by_who_may(void **state)
{
    struct world *world = *state;
    struct case_filter filter;
    struct case_found found;

    fill(world);
    assert_str(ids(world, "reporter:ANA@example.com", CASES_OLDEST, 50), "1");
    assert_str(ids(world, "reporter:ana@example.com,205-555-0199", CASES_OLDEST, 1), "1 4");
    assert_str(ids(world, "reporter:ana@example.com bus", CASES_OLDEST, 50), "1");
    assert_str(ids(world, "reporter:ana@example.com prospect", CASES_OLDEST, 50), "");
    name_reporter(world, "Ana María del Río");
    assert_str(ids(world, "reporter:ana", CASES_OLDEST, 50), "1");
    assert_str(ids(world, "reporter:Río", CASES_OLDEST, 50), "1");
    assert_str(ids(world, "reporter:\"ana María del Río\"", CASES_OLDEST, 50), "1");
    assert_str(ids(world, "reporter:del", CASES_OLDEST, 50), "");
    assert_str(ids(world, "reporter:an", CASES_OLDEST, 50), "");
    assert_str(ids(world, "reporter:ana,205-555-0199", CASES_OLDEST, 50), "1 4");
    name_reporter(world, "");
    assert_str(ids(world, "reporter:ana", CASES_OLDEST, 50), "");
    name_reporter(world, "Ana");
    world->ctx.actor = test_staff(world, ROLE_AUDITOR, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_filter_parse(&world->ctx, S("reporter:ana@example.com"), &filter));
    assert_error(
        &world->ctx,
        case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found),
        ERR_FILTER, "q");
    test_ok(&world->ctx, case_filter_parse(&world->ctx, S("assignee:nobody,noone"), &filter));
    assert_error(
        &world->ctx,
        case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found),
        ERR_FILTER, "q");
    world->ctx.actor = NULL;
    assert_error(
        &world->ctx,
        case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found),
        ERR_DENIED, NULL);
}

/* For a program's key nobody is like somebody without cases; both have none, also turned around. */
static void test_programs_learn_no_logins(void **state)
{
    static const char *const logins[] = {"assignee:noone", "assignee:noone,nobody2 bus"};
    struct world *world = *state;
    struct actor program;
    struct case_filter filter;
    struct case_found found;

    fill(world);
    program = *test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    program.kind = ACTOR_API;
    program.id = 1;
    world->ctx.actor = &program;
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++)
        assert_str(ids(world, logins[i], CASES_OLDEST, 50), "");
    assert_str(ids(world, "-assignee:noone", CASES_OLDEST, 50), "1 2 3 4 5 6");
    test_ok(&world->ctx, case_filter_parse(&world->ctx, S("assignee:me"), &filter));
    assert_error(
        &world->ctx,
        case_search(&world->ctx, &(struct case_search){.filter = &filter, .most = 5}, &found),
        ERR_FILTER, "q");
}

/* Nobody finds a case outside of their grants, by whatever filter. */
static void test_grants_bound_every_list(void **state)
{
    struct world *world = *state;
    static const char *const filters[] = {"",
                                          "state:open,closed",
                                          "service:pothole,graffiti",
                                          "massachusetts",
                                          "place:~massachusetts",
                                          "-lang:es",
                                          "team:none,streets-west,streets-east,lighting"};

    fill(world);
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_SERVICE, "graffiti");
    for (size_t i = 0; i < COUNT(filters); i++)
        for (int sort = 0; sort < CASES__SORTS; sort++) {
            struct str found = ids(world, filters[i], (enum case_sort)sort, 2);

            if (!str_eq(found, S("2 6")) && !str_eq(found, S("6 2")) && !str_eq(found, S("2")))
                fail_msg("%s: %.*s", filters[i], STR_ARG(found));
        }
    assert_true(case_cursor_is(S("n1-2")) && case_cursor_is(S("u7")) && case_cursor_is(S("w7")));
    assert_false(case_cursor_is(S("x1-2")) || case_cursor_is(S("n1")) || case_cursor_is(S("1-2")) ||
                 case_cursor_is(S("")) || case_cursor_is(S("u-7")) || case_cursor_is(S("d1-")));
    assert_str(ids(world, "number:26-00001-4", CASES_BEST, 50), "");
    assert_str(ids(world, "reporter:ana@example.com", CASES_BEST, 50), "");
    world->ctx.actor = test_staff(world, ROLE_CREW, SCOPE_TEAM, "lighting");
    assert_str(ids(world, "", CASES_OLDEST, 50), "5");
    world->ctx.actor = test_staff(world, ROLE_CREW, SCOPE_DEPARTMENT, "public-works");
    assert_str(ids(world, "service:pothole", CASES_OLDEST, 2), "1 3 4");
    /* Within a team and a service of theirs alike, a case is shown once. */
    world->ctx.actor = &(struct actor){
        .kind = ACTOR_STAFF,
        .id = 1,
        .grants =
            (const struct grant[]){
                {ROLE_AGENT, SCOPE_SERVICE, S("pothole")},
                {ROLE_AGENT, SCOPE_TEAM, S("streets-east")},
                {ROLE_AGENT, SCOPE_TEAM, S("streets-west")},
            },
        .grant_n = 3,
    };
    assert_str(ids(world, "", CASES_OLDEST, 2), "1 2 3 4 6");
    assert_str(ids(world, "-state:closed", CASES_OLDEST, 2), "1 3 4 6");
}

/* What no index answers is looked at row by row, so many and no more; the cursor goes on there. */
static void test_reading_stops_and_goes_on(void **state)
{
    struct world *world = *state;
    struct case_search as = {.sort = CASES_OLDEST, .rows_max = 2};
    struct case_found found;

    fill(world);
    found = search(world, &as, "lang:vi");
    assert_int_equal(found.n, 1);
    assert_true(found.is_cut);
    as.after = found.next;
    found = search(world, &as, "lang:vi");
    assert_int_equal(found.n, 0);
    assert_true(found.is_cut && found.next.n);
    as.after = S("o99999999999999999-1");
    found = search(world, &as, "lang:vi");
    assert_false(found.is_cut || found.next.n);
    as = (struct case_search){.sort = CASES_NEWEST, .rows_max = 1, .most = 1};
    found = search(world, &as, "massachusetts lang:vi");
    assert_true(found.is_cut && found.next.n && !found.n);
    /* A cursor that is none, or of another order, begins at the beginning. */
    as = (struct case_search){.sort = CASES_OLDEST, .after = S("d1-1"), .most = 1};
    assert_int_equal(search(world, &as, "").lines[0].id, 1);
    as.after = S("o\n'--");
    assert_int_equal(search(world, &as, "").lines[0].id, 1);
}

static void test_a_line_says_what_is_known(void **state)
{
    struct world *world = *state;
    struct case_search as = {.sort = CASES_OLDEST};
    const struct case_line *line;

    fill(world);
    line = &search(world, &as, "number:26-00002-2,26-00003-0,26-00001-4 lang:vi").lines[0];
    line = &search(world, &as, "lang:vi").lines[0];
    assert_str(line->definition->code, "graffiti");
    assert_str(line->state->id, "resolved");
    assert_int_equal(line->state_type, STATE_CLOSED);
    assert_str(line->outcome, "done");
    assert_str(line->lang, "vi");
    assert_str(line->description, "Chữ vẽ trên đường");
    assert_true(line->is_closed && !line->has_due && line->team);
    assert_int_equal(line->lock_version, 2);
}

/* How many cases the public finds, two on a page. */
static size_t public_count(struct world *world, const char *words)
{
    struct public_filter filter = {.words = str_of(words), .most = 2};
    struct public_cases page;
    size_t n = 0;

    do {
        test_ok(&world->ctx, public_cases(&world->ctx, &filter, &page));
        assert_true(page.n <= 2 && (page.n == 2 || !page.has_more));
        n += page.n;
        filter.has_after = true;
        filter.after = page.next;
    } while (page.has_more);
    return n;
}

static void look_again(struct world *world)
{
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    world->ctx.actor = NULL;
}

/* What nobody is shown finds nothing for the public. */
static void test_the_public_finds_what_it_is_shown(void **state)
{
    struct world *world = *state;
    const struct actor *supervisor;

    fill(world);
    supervisor = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    look_again(world);
    assert_int_equal(public_count(world, "Massachusetts Ave"), 5);
    assert_int_equal(public_count(world, "massachu"), 5);
    assert_int_equal(public_count(world, "massachu ave"), 0);
    assert_int_equal(public_count(world, "bache"), 0);
    assert_int_equal(public_count(world, "ana example com"), 0);
    assert_int_equal(public_count(world, " -- '\"* "), 0);
    assert_int_equal(public_count(world, "26 00003 3"), 1);
    assert_int_equal(public_count(world, "graffiti"), 2);
    world->ctx.lang = LANG_ES;
    assert_int_equal(public_count(world, "bache massachusetts"), 2);
    world->ctx.lang = LANG_EN;
    world->ctx.actor = supervisor;
    test_ok(&world->ctx, case_description_release(&world->ctx, 3, 0, true));
    test_ok(&world->ctx, case_hide(&world->ctx, 5, 0, S("Shows a neighbor")));
    look_again(world);
    assert_int_equal(public_count(world, "BÁCHE, massachusetts"), 1);
    assert_int_equal(public_count(world, "Massachusetts Ave"), 4);
    world->ctx.actor = supervisor;
    test_ok(&world->ctx, case_description_release(&world->ctx, 3, 0, false));
    look_again(world);
    assert_int_equal(public_count(world, "BÁCHE, massachusetts"), 0);
}

/* What is private is not even looked at: a page costs the same whether there are such words. */
static void test_private_words_are_not_in_the_public_index(void **state)
{
    struct world *world = *state;
    static const char sql[] = "SELECT count(*) FROM case_public_text WHERE words LIKE '%%%%%s%%%%' "
                              "AND %%lld = 1";
    static const struct {
        const char *word;
        int64_t n;
    } words[] = {{"bache", 0}, {"example", 0}, {"massachusetts", 5}};

    fill(world);
    look_again(world);
    for (size_t i = 0; i < COUNT(words); i++)
        assert_int_equal(
            test_i64(world, str_z(world->ctx.arena, str_fmt(world->ctx.arena, sql, words[i].word)),
                     1),
            words[i].n);
}

static const struct sql_statement *case_run_statement(void)
{
    for (size_t i = 0; i < engine_cases_queries.n; i++)
        if (str_ends_with(str_of(engine_cases_queries.items[i]->name), S(": case_run")))
            return engine_cases_queries.items[i];
    fail_msg("there is no statement case_run");
    return NULL;
}

/* How SQLite goes about the statement with these options. */
static struct str plan_of(struct world *world, const struct case_run_args *args)
{
    const struct sql_statement *statement = case_run_statement();
    struct buf plan = buf_in(world->ctx.arena, 4000);
    struct str sql;
    sqlite3_stmt *rows;
    uint32_t options = 0;

    for (size_t i = 0; i < statement->fragment_count; i++)
        if (((const char *)args)[statement->fragment_offsets[i]])
            options |= UINT32_C(1) << i;
    sql = str_fmt(world->ctx.arena, "EXPLAIN QUERY PLAN %.*s",
                  STR_ARG(sql_text(world->ctx.arena, statement, SQL_SQLITE, options, args->order)));
    assert_int_equal(sqlite3_prepare_v2(raw_sqlite(world->raw), sql.p, (int)sql.n, &rows, NULL),
                     SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW)
        buf_add_fmt(&plan, "%s\n", (const char *)sqlite3_column_text(rows, 3));
    sqlite3_finalize(rows);
    return buf_str(&plan);
}

/* Each run comes from one index in its order: a page costs what it shows, whatever the table. */
static void test_every_run_has_its_index(void **state)
{
    static const struct {
        struct case_run_args args;
        const char *index;
    } runs[] = {
#define AT         .with_state_type = true
#define ON(column) .with_##column = true
        {{AT, ON(dated), .order = CASE_RUN_BY_DUE}, "cases_open "},
        {{AT, ON(undated), ON(after_id), .order = CASE_RUN_BY_DUE}, "cases_open "},
        {{AT, ON(dated), ON(due_high), ON(after_due), .order = CASE_RUN_BY_DUE}, "cases_open "},
        {{AT, ON(team), ON(dated), ON(after_due), .order = CASE_RUN_BY_DUE}, "cases_team "},
        {{AT, ON(service), ON(dated), .order = CASE_RUN_BY_DUE}, "cases_service_due "},
        {{AT, ON(assignee), ON(dated), .order = CASE_RUN_BY_DUE}, "cases_assignee_due "},
        {{AT, ON(before_opened), .order = CASE_RUN_BY_NEWEST}, "cases_state_opened "},
        {{AT, ON(team), ON(opened_low), .order = CASE_RUN_BY_NEWEST}, "cases_team_opened "},
        {{AT, ON(team), ON(after_opened), .order = CASE_RUN_BY_OLDEST}, "cases_team_opened "},
        {{AT, ON(service), ON(before_opened), .order = CASE_RUN_BY_NEWEST}, "cases_service "},
        {{AT, ON(assignee), .order = CASE_RUN_BY_NEWEST}, "cases_assignee_opened "},
        {{ON(before_opened), ON(opened_high), .order = CASE_RUN_BY_NEWEST}, "cases_opened "},
        {{ON(has_closed), ON(closed_low), ON(before_closed), .order = CASE_RUN_BY_CLOSED},
         "cases_closed "},
        {{ON(updated_low), ON(before_updated), .order = CASE_RUN_BY_UPDATED}, "cases_updated "},
#undef AT
#undef ON
    };
    struct world *world = *state;

    for (size_t i = 0; !raw_is_postgres() && i < COUNT(runs); i++) {
        struct str plan = plan_of(world, &runs[i].args);

        if (str_find(plan, str_fmt(world->ctx.arena, "INDEX %s", runs[i].index)) < 0 ||
            str_find(plan, S("TEMP B-TREE")) >= 0)
            fail_msg("%s: %.*s", runs[i].index, STR_ARG(plan));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_filters_find_their_cases),
        TEST(test_deadlines_order_and_bound),
        TEST(test_pages_join_without_a_gap),
        TEST(test_words_are_folded_ranked_and_left_out),
        TEST(test_words_name_services),
        TEST(test_a_service_is_found_by_its_former_names),
        TEST(test_people_are_found_by_who_may),
        TEST(test_a_name_is_found_however_it_is_written),
        TEST(test_proven_people_come_first),
        TEST(test_many_people_of_a_name_are_told),
        TEST(test_programs_learn_no_logins),
        TEST(test_grants_bound_every_list),
        TEST(test_reading_stops_and_goes_on),
        TEST(test_a_line_says_what_is_known),
        TEST(test_the_public_finds_what_it_is_shown),
        TEST(test_private_words_are_not_in_the_public_index),
        TEST(test_every_run_has_its_index),
    };

    return RUN_TESTS("case search", tests);
}
