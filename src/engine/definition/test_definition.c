#include "engine/test_city.h"

#include "engine/definition/sections.h"

#define TEXT "text: {en: Q, es: P, vi: H}"

static void finds(struct ctx *ctx, const char *service, const char *sentence)
{
    ctx_clear_error(ctx);
    assert_part(test_service_problems(ctx, service), sentence);
}

/* A service with that one more section. */
static void section_finds(struct ctx *ctx, const char *section, const char *sentence)
{
    finds(ctx, str_z(ctx->arena, str_fmt(ctx->arena, TEST_HEAD TEST_ROUTE "%s\n", section)),
          sentence);
}

static void field_finds(struct ctx *ctx, const char *field, const char *sentence)
{
    section_finds(ctx, str_z(ctx->arena, str_fmt(ctx->arena, "fields: [{%s}]", field)), sentence);
}

static void reads_a_small_service(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files = test_city_files(
        TEST_WORKFLOW,
        TEST_HEAD "place: {required: true, within: district}\n"
                  "photos: {max: 3, public: never}\n"
                  "fields: [{id: lane, type: yes-no, default: false, " TEXT "}]\n"
                  "route: [{when: lane, team: west}, {team: east}]\n"
                  "clocks: {respond: 1 workday, resolve: {when: lane, within: 2 h, else: 3 d, "
                  "warn: 1 h, escalate: west}}\n"
                  "duplicates: {within: 1 km, for: 5 d}\n"
                  "words: {en: [a, b], vi: [c]}\n");
    struct test_city made = test_city_of(ctx, &files);
    const struct definition *definition;

    assert_str(test_problems(ctx, &made.problems), "");
    assert_int_equal(made.rc, RC_OK);
    definition = made.city->services[0];
    assert_str(definition->code, "s");
    assert_int_equal(definition->place.need, PLACE_REQUIRED);
    assert_str(definition->place.within, "district");
    assert_int_equal(definition->photos.max, 3);
    assert_int_equal(definition->photos.release, PHOTO_NEVER);
    assert_true(definition->fields[0].has_default);
    assert_false(definition->fields[0].is_required);
    assert_int_equal(definition->fields[0].open, OPEN_PUBLIC);
    assert_int_equal(definition->route_n, 2);
    assert_str(definition->routes[0].team, "west");
    assert_null(definition->routes[1].when.program);
    assert_int_equal(definition->clock_n, 2);
    assert_int_equal(definition->clocks[1].branch_n, 2);
    assert_int_equal(definition->clocks[1].branches[0].within.amount, 7200);
    assert_str(definition->clocks[1].escalate_to, "west");
    assert_int_equal(definition->duplicates.within_m, 1000);
    assert_int_equal(definition->words.n[LANG_EN], 2);
    assert_int_equal(definition->words.n[LANG_ES], 0);
    assert_int_equal(definition->not_run_n, 0);
    test_city_done(ctx, &made);
}

static void has_sensible_defaults(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files = test_city_files(TEST_WORKFLOW, TEST_HEAD TEST_ROUTE
                                              "fields: [{id: note, type: text, " TEXT "}]\n");
    struct test_city made = test_city_of(ctx, &files);
    const struct definition *definition = made.city->services[0];

    assert_int_equal(made.rc, RC_OK);
    assert_int_equal(definition->place.need, PLACE_NONE);
    assert_int_equal(definition->photos.max, 0);
    assert_true(definition->applicant.may_be_anonymous);
    assert_false(definition->duplicates.is_on);
    assert_int_equal(definition->audience, AUDIENCE_PUBLIC);
    assert_true(definition->fields[0].is_required);
    assert_int_equal(definition->fields[0].max_length, 400);
    /* Free text is private until somebody has read it. */
    assert_int_equal(definition->fields[0].open, OPEN_NEVER);
    test_city_done(ctx, &made);
}

/* "City of" and the name in each language, unless the city says something else. */
static void a_city_says_what_it_is_called(void **state)
{
    static const struct {
        const char *more, *en, *vi;
        enum rc rc;
    } cities[] = {
        {"", "City of C", "Th\u00e0nh ph\u1ed1 C", RC_OK},
        {"full-name: {en: Town of C, es: Pueblo de C, vi: Th\u1ecb tr\u1ea5n C}\n", "Town of C",
         "Th\u1ecb tr\u1ea5n C", RC_OK},
        {"full-name: {en: Town of C}\n", "Town of C", "Town of C", RC_INVALID},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cities); i++) {
        struct test_files files = test_city_files(TEST_WORKFLOW, NULL);
        struct test_city made;

        files.items[0].content =
            str_fmt(ctx->arena, "%.*s%s", STR_ARG(files.items[0].content), cities[i].more);
        made = test_city_of(ctx, &files);
        assert_int_equal(made.rc, cities[i].rc);
        assert_str(city_full_name(ctx->arena, made.city, LANG_EN), cities[i].en);
        assert_str(city_full_name(ctx->arena, made.city, LANG_VI), cities[i].vi);
        test_city_done(ctx, &made);
        ctx_clear_error(ctx);
    }
}

static void names_missing_and_unknown_keys(void **state)
{
    struct ctx *ctx = *state;

    finds(ctx, "service: s\n", "a service file needs the key \"route\"");
    section_finds(
        ctx, "photo: {max: 3}",
        "services/s.yaml:6:1: error: \"photo\" is not a key here; did you mean \"photos\"?");
    section_finds(ctx, "tables: {a: b}", "\"tables\" is not a key here");
    section_finds(ctx, "summary: {en: Cars, machines or animals}",
                  "\"machines or animals\" is not a key here; if it is the rest of a text with a "
                  "comma, quote the text");
    section_finds(ctx, "group: street", "not a group of services of this city; did you mean");
    finds(ctx,
          "service: t\nname: {en: S, es: S, vi: S}\ndepartment: works\nworkflow: w\n" TEST_ROUTE,
          "the file must be named after what it defines: services/t.yaml");
    finds(ctx, "service: s\nname: S\ndepartment: works\nworkflow: w\n" TEST_ROUTE,
          "the service's name is missing in Español: add es");
    finds(ctx, "service: s\nname: S\naudience: staff\ndepartment: works\nworkflow: w\n" TEST_ROUTE,
          "");
    finds(ctx, "service: s\nname: S\ndepartment: work\nworkflow: w\n" TEST_ROUTE,
          "\"work\" is not a department of this city; did you mean \"works\"?");
    finds(ctx, "service: s\nname: S\ndepartment: works\nworkflow: v\n" TEST_ROUTE,
          "the id of one of the city's workflows");
    section_finds(ctx, "applicant: {anonymous: false}", "when nobody may stay anonymous");
}

static void wants_every_case_to_find_a_team(void **state)
{
    struct ctx *ctx = *state;

    finds(ctx, TEST_HEAD "route: []\n", "at least one route is needed");
    finds(ctx, TEST_HEAD "route: [{when: 'true', team: east}]\n",
          "the last route has no condition");
    finds(ctx, TEST_HEAD "route: [{team: east}, {team: west}]\n", "are never reached");
    finds(ctx, TEST_HEAD "route: [{team: eest}]\n", "did you mean \"east\"?");
    finds(ctx, TEST_HEAD "route: [{}]\n", "a route names its team");
}

static void wants_every_case_to_have_a_deadline(void **state)
{
    struct ctx *ctx = *state;

    section_finds(ctx, "clocks: {resolve: {when: 'true', within: 1 h}}", "the last branch has no");
    section_finds(ctx, "clocks: {resolve: {escalate: east}}", "how long? add within");
    section_finds(ctx, "clocks: {resolve: {within: 1 h, else: 2 h}}", "else needs a condition");
    section_finds(ctx, "clocks: {resolve: {any: []}}", "the last branch has no condition");
    section_finds(ctx, "clocks: {resolve: {any: [{within: 1 h}, {within: 2 h}]}}", "never reached");
    section_finds(ctx, "clocks: {resolve: {any: [{within: 1 h}], else: 2 h}}",
                  "has either any, or");
    section_finds(ctx, "clocks: {resolve: soon}", "a length of time is expected here");
    section_finds(ctx, "clocks: {decide: 1 h}", "one of these is expected here: respond, resolve");
    section_finds(ctx, "clocks: [1 h]", "clocks are a map");
}

static void checks_fields(void **state)
{
    struct ctx *ctx = *state;

    field_finds(ctx, "id: Lane, type: text, " TEXT, "a field's id is a name for expressions");
    field_finds(ctx, "id: a-b, type: text, " TEXT, "a field's id is a name for expressions");
    field_finds(ctx, "id: place, type: text, " TEXT, "\"place\" is taken");
    field_finds(ctx, "id: paid_on, type: date, " TEXT, "\"paid_on\" is taken");
    field_finds(ctx, "id: contact, type: text, " TEXT, "\"contact\" is taken");
    field_finds(ctx, "id: in, type: text, " TEXT, "\"in\" is taken");
    field_finds(ctx, "id: a, type: txt, " TEXT, "one of these is expected here: text, number");
    field_finds(ctx, "id: a, type: text", "a field needs its text");
    field_finds(ctx, "id: a, type: text, text: {en: Q}", "the question is missing in");
    field_finds(ctx,
                "id: a, type: choice, " TEXT ", options: [{id: x, text: {en: X, es: X, vi: X}}]",
                "a choice needs at least two options");
    field_finds(ctx, "id: a, type: asset, " TEXT, "an asset field names the layer");
    field_finds(ctx, "id: a, type: asset, layer: distrikt, required: false, " TEXT,
                "is not a layer of this city; did you mean \"district\"?");
    field_finds(ctx, "id: a, type: asset, layer: district, " TEXT, "an asset is never required");
    section_finds(ctx,
                  "place: {blur: block}\nfields: [{id: a, type: asset, layer: district, "
                  "required: false, open: public, " TEXT "}]",
                  "an open asset would tell where it is");
    field_finds(ctx, "id: a, type: number, default: many, " TEXT, "the default is not an answer");
    field_finds(ctx, "id: a, type: number, default: 9, max: 5, " TEXT, "the default is not an");
    field_finds(ctx, "id: a, type: text, personal: contact, open: public, " TEXT,
                "personal data cannot be open");
    field_finds(ctx, "id: a, type: text, maxx: 4, " TEXT, "did you mean \"max\"?");
    section_finds(ctx, "fields: [{id: a, type: text, " TEXT "}, {id: a, type: text, " TEXT "}]",
                  "\"a\" is taken: by an earlier field");
    section_finds(ctx, "fields: {a: b}", "a list of fields is expected here");
}

/* An expression's mistake is shown where it stands in the file. */
static void places_mistakes_of_expressions(void **state)
{
    struct ctx *ctx = *state;

    finds(ctx, TEST_HEAD "route: [{when: 'nobody == 1', team: east}, {team: west}]\n",
          "services/s.yaml:5:17: error: ");
    finds(ctx,
          TEST_HEAD "route:\n  - when: |\n      true &&\n      nobody\n    team: east\n"
                    "  - {team: west}\n",
          "services/s.yaml:8:");
    finds(ctx, TEST_HEAD "route: [{when: '1 + 1', team: east}, {team: west}]\n", "bool");
    finds(ctx, TEST_HEAD "route: [{when: [a], team: east}, {team: west}]\n",
          "an expression is expected here");
    finds(ctx,
          TEST_HEAD "route: [{when: 'place.layer(\"district\") == \"1\"', team: east}, "
                    "{team: west}]\n",
          "has(place)");
    finds(ctx, TEST_HEAD "route: [{when: 'balance() == 0', team: east}, {team: west}]\n",
          "balance");
}

static void needs_no_question_for_what_is_always_there(void **state)
{
    struct ctx *ctx = *state;

    assert_str(test_service_problems(ctx, TEST_HEAD
                                     "place: {required: true}\n"
                                     "fields:\n"
                                     "  - {id: must, type: number, " TEXT "}\n"
                                     "  - {id: may, type: number, required: false, " TEXT "}\n"
                                     "  - {id: has_one, type: number, default: 1, " TEXT "}\n"
                                     "route:\n"
                                     "  - {when: 'place.layer(\"district\") == \"1\" && must > 1', "
                                     "team: east}\n"
                                     "  - {when: 'has(may) && may > has_one', team: east}\n"
                                     "  - {team: west}\n"),
               "");
    finds(ctx,
          TEST_HEAD "fields: [{id: may, type: number, required: false, " TEXT "}]\n"
                    "route: [{when: may > 1, team: east}, {team: west}]\n",
          "has(may)");
}

static void notes_what_does_not_run(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files = test_city_files(
        TEST_WORKFLOW, TEST_HEAD TEST_ROUTE
        "fields:\n"
        "  - {id: rows, type: list, " TEXT ", columns: [{id: n, type: number, text: N}], "
        "default: none}\n"
        "  - {id: sum_of, type: money, " TEXT ", derive: 'sum(rows.map(r, money(int(r.n))))'}\n"
        "fees: [{id: f, name: F, amount: 'fee(\"g\") + money(\"1.50\")', due: close}]\n");
    struct test_city made = test_city_of(ctx, &files);
    const struct definition *definition = made.city->services[0];

    assert_str(
        test_problems(ctx, &made.problems),
        "services/s.yaml:7:22: note: this version reads a field of the type \"list\" but does "
        "not run it\n"
        "services/s.yaml:8:68: note: this version reads a field that is derived but does not "
        "run it\n"
        "services/s.yaml:9:1: note: this version reads the section \"fees\" but does not run "
        "it\n");
    assert_int_equal(definition->not_run_n, 2);
    assert_str(definition->not_run[0], "fields");
    assert_str(definition->not_run[1], "fees");
    /* A default that cannot be read is none that rules could stumble over. */
    assert_true(definition->fields[0].has_default);
    assert_int_equal(definition->fields[0].default_answer.kind, CEL_LIST);
    test_city_done(ctx, &made);
}

/* A service of that many questions for the longest texts there are. */
static const char *with_long_texts(struct ctx *ctx, int n)
{
    struct buf out = buf_in(ctx->arena, 10000);

    BUF_ADD(&out, TEST_HEAD TEST_ROUTE "fields:\n");
    for (int i = 0; i < n; i++)
        buf_add_fmt(&out, "  - {id: t%d, type: text, max: 4000, " TEXT "}\n", i);
    BUF_ADD(&out, "  - {id: lane, type: yes-no, " TEXT "}\n");
    return str_z(ctx->arena, buf_str(&out));
}

/* Whoever fills them all to their end is refused, in whatever script. */
static void notes_texts_too_long_together(void **state)
{
    struct ctx *ctx = *state;

    assert_str(test_service_problems(ctx, with_long_texts(ctx, 10)), "");
    assert_str(test_service_problems(ctx, with_long_texts(ctx, 11)),
               "services/s.yaml:7:3: note: the text fields take up to 44000 characters together, "
               "but all answers of a request only 40000 bytes: who fills in every one to its "
               "maximum is refused\n");
}

/* Versions stand by the code of their service, so that neither their ids nor those of the services
 * are in order. */
static void looks_versions_and_services_up(void **state)
{
    struct ctx *ctx = *state;
    struct definition of[] = {
        {.code = S("a"),
         .service_id = 9,
         .version_id = 3,
         .version = 1,
         .audience = AUDIENCE_STAFF},
        {.code = S("a"), .service_id = 9, .version_id = 7, .version = 2},
        {.code = S("b"), .service_id = 2, .version_id = 1, .version = 1},
        {.code = S("b"),
         .service_id = 2,
         .version_id = 4,
         .version = 2,
         .audience = AUDIENCE_PARTIES},
        {.code = S("c"), .service_id = 5, .version_id = 2, .version = 1},
    };
    struct definition *versions[COUNT(of)], *offered[] = {&of[1], &of[4]};
    struct city city = {.versions = versions,
                        .version_n = COUNT(of),
                        .services = offered,
                        .service_n = COUNT(offered)};

    for (size_t i = 0; i < COUNT(of); i++)
        versions[i] = &of[i];
    assert_int_equal(city_build_index(ctx, &city), RC_OK);
    for (size_t i = 0; i < COUNT(of); i++) {
        assert_ptr_equal(city_version(&city, of[i].version_id), &of[i]);
        assert_ptr_equal(city_service_by_row(&city, of[i].service_id),
                         city_service_ever(&city, of[i].code));
        assert_ptr_equal(city_version_of(&city, of[i].code, of[i].version), &of[i]);
    }
    assert_null(city_version(&city, 5));
    assert_null(city_version(&city, 0));
    assert_null(city_version(&city, 8));
    assert_int_equal(city.ever_n, 3);
    assert_ptr_equal(city_service_ever(&city, S("a")), &of[1]);
    assert_ptr_equal(city_service_ever(&city, S("b")), &of[3]); /* withdrawn */
    assert_null(city_service(&city, S("b")));
    assert_null(city_service_ever(&city, S("d")));
    assert_null(city_service_by_row(&city, 3));
    assert_null(city_version_of(&city, S("a"), 3));
}

/* How long an answer is kept: whole days or months, by nobody's opening hours. */
static void reads_how_long_an_answer_is_kept(void **state)
{
    static const struct {
        const char *keep;
        struct span span;
    } good[] = {
        {"1 d", {SPAN_ELAPSED, 86400}},      {"30 days", {SPAN_ELAPSED, 30 * 86400}},
        {"48 h", {SPAN_ELAPSED, 2 * 86400}}, {"6 months", {SPAN_MONTHS, 6}},
        {"100 years", {SPAN_MONTHS, 1200}},
    };
    static const char *const bad[] = {"0 d",       "12 h",       "0 years",     "30 workdays",
                                      "101 years", "40000 days", "8 work hours"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(good); i++) {
        struct str file = str_fmt(ctx->arena,
                                  TEST_HEAD TEST_ROUTE "fields:\n  - {id: plate, type: text, " TEXT
                                                       ", keep: %s}\n"
                                                       "  - {id: color, type: text, " TEXT "}\n",
                                  good[i].keep);
        struct test_files files = test_city_files(TEST_WORKFLOW, str_z(ctx->arena, file));
        struct test_city made = test_city_of(ctx, &files);
        const struct definition *definition = made.city->services[0];

        assert_int_equal(definition->not_run_n, 0);
        assert_int_equal(definition->fields[0].keep.unit, good[i].span.unit);
        assert_int_equal(definition->fields[0].keep.amount, good[i].span.amount);
        assert_int_equal(definition->fields[1].keep.amount, 0);
        test_city_done(ctx, &made);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        field_finds(
            ctx,
            str_z(ctx->arena, str_fmt(ctx->arena, "id: a, type: text, keep: %s, " TEXT, bad[i])),
            "at least a day, at most 100 years");
    field_finds(ctx, "id: a, type: text, keep: long, " TEXT, "a length of time is expected here");
}

static void reads_later_sections_to_the_last_key(void **state)
{
    struct ctx *ctx = *state;

    section_finds(ctx, "fees: [{id: f, name: F, amount: 'fee(\"g\")', duee: x}]",
                  "did you mean \"due\"");
    section_finds(ctx, "fees: [{id: f, name: F, due: x}]", "the key \"amount\" is needed here");
    section_finds(ctx, "fees: [{id: f, name: F, due: x, amount: '\"much\"'}]",
                  "s.yaml:6:42: error");
    section_finds(ctx, "fees: {id: f}", "a list of {...} is expected here");
    section_finds(ctx, "reviews: [a]", "\"reviews\" is a map from ids");
    section_finds(ctx, "reviews: {Zoning: {name: Z}}", "an id is expected here");
    section_finds(ctx, "inspections: {a: {name: A, team: t, cutoff: 25:30}}", "a time of day is");
    section_finds(ctx, "inspections: {a: {name: A, team: t, results: [good]}}", "passed, partial");
    section_finds(ctx, "credential: {kind: k, name: K, series: k, from: today, until: '7'}",
                  "date");
    section_finds(ctx, "renewals: {opens: today, due: today, remind: [soon]}", "a length of time");
    section_finds(ctx, "mappings: {blds: {states: [a]}}", "a map is expected here");
    section_finds(ctx, "eligibility: [{when: nobody, outcome: refused, says: {en: No}}]", "nobody");
    section_finds(ctx, "eligibility: [{when: 'true', outcome: maybe, says: {en: No}}]",
                  "not-needed, refused, other-service");
    field_finds(ctx, "id: a, type: list, columns: [{id: n, type: file, text: N}], " TEXT,
                "one of these is expected here: text, number");
}

/* Each section, run or not, with wrong things in it: always a problem, never a crash. */
static void survives_wrong_types(void **state)
{
    static const char *const run[] = {
        "name",       "summary", "guidance",  "group",   "audience",
        "place",      "photos",  "applicant", "fields",  "clocks",
        "duplicates", "open311", "words",     "replies", "examples",
    };
    static const char *const values[] = {
        "7", "[7]", "[[7]]", "{a: {b: [c]}}", "[{a: b}]", "{7: 8}", "''", "[{}]", "{en: {}}",
    };
    struct ctx *ctx = *state;
    size_t n;
    const struct section_key *later = sections_of_service(&n);

    for (size_t i = 0; i < COUNT(run) + n; i++) {
        const char *key = i < COUNT(run) ? run[i] : later[i - COUNT(run)].key.p;

        for (size_t j = 0; j < COUNT(values); j++) {
            struct str head = strcmp(key, "name") == 0
                                  ? S("service: s\ndepartment: works\nworkflow: w\n")
                                  : S(TEST_HEAD);
            struct str text =
                str_fmt(ctx->arena, "%.*s" TEST_ROUTE "%s: %s\n", STR_ARG(head), key, values[j]);
            struct str found;

            ctx_clear_error(ctx);
            found = test_service_problems(ctx, str_z(ctx->arena, text));
            if (found.n == 0 && strcmp(key, "name") != 0)
                fail_msg("%s: %s was taken in silence", key, values[j]);
        }
    }
}

static void survives_hostile_yaml(void **state)
{
    struct ctx *ctx = *state;
    struct buf deep = buf_in(ctx->arena, 100000);

    BUF_ADD(&deep, TEST_HEAD TEST_ROUTE "fees: ");
    for (int i = 0; i < 5000; i++)
        buf_add_byte(&deep, '[');
    finds(ctx, str_z(ctx->arena, buf_str(&deep)), "services/s.yaml:6:");
    section_finds(ctx, "words: &a {en: [x]}\nreplies: *a", "error");
    section_finds(ctx, "replies: [{id: r, name: R, text: {en: \"{x}\", es: a, vi: b}}]",
                  "{x} stands for nothing");
    section_finds(ctx, "photos: {max: 1}\nphotos: {max: 2}", "error");
    section_finds(ctx, "photos: !!int 5", "error");
    section_finds(ctx, "summary: {en: \"\\0\", es: a, vi: b}", "");
    section_finds(ctx, "summary: \xff\xfe", "error");
    section_finds(ctx, "? [a, b]\n: c", "error");
    finds(ctx, "", "error");
    finds(ctx, "---\na: b\n---\nc: d\n", "error");
    finds(ctx, "[service, s]\n", "a map of keys is expected here");
}

/* The other files of the folder, each replaced by something else. */
static void survives_wrong_city_files(void **state)
{
    static const struct {
        size_t file; /* in the order of test_city_files */
        const char *text, *sentence;
    } wrong[] = {
        {0, "7", "city.yaml:1:1: error: a map of keys is expected"},
        {0, "city: c", "city.yaml needs city, name, zone and calendar"},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: Mars/Olympus\ncalendar: k\n",
         "there is no time zone \"Mars/Olympus\""},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: [a]\ncalendar: k\n", "no time zone"},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: ../../etc/passwd\ncalendar: k\n", "zone"},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: UTC\ncalendar: ../k\n", "no such file"},
        {0,
         "city: c\nname: {en: C, es: C, vi: C}\nzone: UTC\ncalendar: k\nreplies: [{id: r, name: R, "
         "text: {en: \"{numbr}\", es: a, vi: b}}]\n",
         "did you mean {number}?"},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: UTC\ncalendar: k\nreplies: [{id: r}]\n",
         "a reply needs id, name and text"},
        {0, "city: c\nname: {en: C, es: C, vi: C}\nzone: UTC\ncalendar: k\ngroups: 7\n",
         "a list of {id, name} is expected"},
        {1, "{a: b}", "a list of teams is expected here"},
        {1, "- 7", "a map of keys is expected"},
        {1, "- {id: a}", "a team needs id and name"},
        {1, "- {id: a, name: A, department: parks}", "\"parks\" is not a department of city.yaml"},
        {1, "- {id: a, name: A, department: [works]}", "is not a department of city.yaml"},
        {2, "calendar: k\nhours: 7\n", "a map of keys is expected"},
        {2, "calendar: k\nhours: {monday: \"17:00-08:00\"}\n", "opening hours are written"},
        {2, "calendar: k\nhours: {monday: [a]}\n", "opening hours are written"},
        {2, "calendar: k\nhours: {munday: \"08:00-17:00\"}\n", "did you mean \"monday\"?"},
        {2, "calendar: k\nhours: {}\nholidays: [{date: 2026-02-30, name: X}]\n", "a holiday is"},
        {2, "calendar: k\nhours: {}\nholidays: [7]\n", "a map of keys is expected"},
        {2, "calendar: k\n", "a calendar needs its hours"},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct test_files files = test_city_files(TEST_WORKFLOW, TEST_HEAD TEST_ROUTE);
        struct test_city made;

        files.items[wrong[i].file].content = str_of(wrong[i].text);
        made = test_city_of(ctx, &files);
        assert_int_equal(made.rc, RC_INVALID);
        assert_part(test_problems(ctx, &made.problems), wrong[i].sentence);
        test_city_done(ctx, &made);
    }
}

static void reads_tables_of_rates(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files = test_city_files(TEST_WORKFLOW, TEST_HEAD TEST_ROUTE);
    struct test_city made;

    test_file(&files, "tables/t.yaml",
              "table: t\nname: T\nversions: [{from: 2026-01-01, tiers: [{base: 1, rate: x}]},\n"
              "  {frm: 2026-01-01}]\n");
    made = test_city_of(ctx, &files);
    assert_int_equal(made.rc, RC_INVALID);
    assert_str(test_problems(ctx, &made.problems),
               "tables/t.yaml:1:1: note: this version reads tables of rates but does not run them\n"
               "tables/t.yaml:3:55: error: a number is expected here, such as 0.10\n"
               "tables/t.yaml:4:3: error: the key \"from\" is needed here\n"
               "tables/t.yaml:4:4: error: \"frm\" is not a key here; did you mean \"from\"?\n");
    test_city_done(ctx, &made);
}

/* What expressions and names may hold is limited. */
static void survives_huge_expressions(void **state)
{
    struct ctx *ctx = *state;
    struct buf text = buf_in(ctx->arena, 200000);

    BUF_ADD(&text, TEST_HEAD "route: [{when: '");
    for (int i = 0; i < 20000; i++)
        BUF_ADD(&text, "!(");
    BUF_ADD(&text, "', team: east}, {team: west}]\n");
    finds(ctx, str_z(ctx->arena, buf_str(&text)), "error");
}

/* What is wrong with one file does not hide what is wrong with the next. */
static void reads_every_file(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files = test_city_files(TEST_WORKFLOW "more: 1\n",
                                              TEST_HEAD "route: [{team: east}]\ncolor: blue\n");
    struct test_city made;
    struct str text;

    files.items[0].content = S("city: c\nname: {en: C, es: C, vi: C}\nzone: Nowhere/City\n"
                               "calendar: k\ndepartments: [{id: works, name: {en: W, es: W, vi: "
                               "W}}]\n");
    files.items[1].content = S("- {id: east, department: works}\n");
    files.items[2].content = S("calendar: k\nhours: {monday: never}\n");
    test_file(&files, "tables/t.yaml", "[");
    made = test_city_of(ctx, &files);
    text = test_problems(ctx, &made.problems);
    assert_int_equal(made.rc, RC_INVALID);
    assert_part(text, "there is no time zone");
    assert_part(text, "a team needs id and name");
    assert_part(text, "opening hours are written");
    assert_part(text, "tables/t.yaml");
    assert_part(text, "workflows/w.yaml");
    assert_part(text, "color");
    assert_int_equal(str_find(text, S("east")), -1);
    test_city_done(ctx, &made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_a_small_service),
        TEST(has_sensible_defaults),
        TEST(a_city_says_what_it_is_called),
        TEST(names_missing_and_unknown_keys),
        TEST(wants_every_case_to_find_a_team),
        TEST(wants_every_case_to_have_a_deadline),
        TEST(checks_fields),
        TEST(places_mistakes_of_expressions),
        TEST(needs_no_question_for_what_is_always_there),
        TEST(notes_what_does_not_run),
        TEST(notes_texts_too_long_together),
        TEST(looks_versions_and_services_up),
        TEST(reads_how_long_an_answer_is_kept),
        TEST(reads_later_sections_to_the_last_key),
        TEST(survives_wrong_types),
        TEST(survives_hostile_yaml),
        TEST(survives_wrong_city_files),
        TEST(reads_tables_of_rates),
        TEST(reads_every_file),
        TEST(survives_huge_expressions),
    };

    return cmocka_run_group_tests_name("engine/definition", tests, NULL, NULL);
}
