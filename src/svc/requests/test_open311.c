/* Open311 as clients meet it: calls and replies from tests/data/open311, each XML reply held
 * against the schema; once means once; rates; what is not a form. */
#include "svc/requests/open311.h"

#include <libxml/parser.h>
#include <libxml/relaxng.h>

#include "base/crypto.h"
#include "base/file.h"
#include "engine/definition/show.h"
#include "engine/record/people_record.h"
#include "engine/record/record.h"
#include "engine/test_support.h"
#include "people/people.h"
#include "svc/requests/requests.h"
#include "web/exchange.h"

#define MAX_DATA ((size_t)1 << 20)

static struct server server = {.csrf = {.base_url = STR("https://city.example")}};
static struct exchange exchange = {.server = &server};
static xmlRelaxNGPtr schema;
static struct str calls;
static struct ctx home; /* of what all tests share */

/* ---- Calls */

struct call {
    const char *method, *target;
    struct str form;
    struct params headers;
    struct str body, media_type;
};

struct answered {
    int status;
    struct str body, content_type;
    struct reply reply;
};

static void check_schema(struct str body)
{
    xmlDocPtr document = xmlReadMemory(body.p, (int)body.n, "reply", NULL, XML_PARSE_NONET);
    xmlRelaxNGValidCtxtPtr valid = xmlRelaxNGNewValidCtxt(schema);

    assert_non_null(document);
    if (xmlRelaxNGValidateDoc(valid, document))
        fail_msg("%.*s", STR_ARG(body));
    xmlRelaxNGFreeValidCtxt(valid);
    xmlFreeDoc(document);
}

static void check_reply(struct world *world, const struct answered *answered)
{
    json_t *root;

    if (str_find(answered->content_type, S("json")) >= 0)
        test_ok(&world->ctx, json_parse(&world->ctx, answered->body, MAX_DATA, &root));
    else
        check_schema(answered->body);
}

static struct request request_of(struct world *world, const struct router *router,
                                 const struct call *call)
{
    struct ctx *ctx = &world->ctx;
    struct request request = {.exchange = &exchange,
                              .headers = call->headers,
                              .body = call->body,
                              .media_type = call->media_type,
                              .remote = S("127.0.0.1")};
    struct params *params = &request.params;
    struct str path, query;
    struct route_match match;

    assert_true(http_method_parse(str_of(call->method), &request.method));
    assert_true(url_split(str_of(call->target), &path, &query));
    test_ok(ctx, url_path_decode(ctx, path, &request.path));
    test_ok(ctx, url_params_decode(ctx, query, 100, &request.query));
    test_ok(ctx, url_params_decode(ctx, call->form, 1000, &request.form));
    match = router_find(router, request.method, &request.path);
    if (match.result != ROUTE_FOUND)
        return request;
    request.route = match.route;
    params->items = ARENA_ARRAY(ctx->arena, ROUTE_MAX_PARAMS, struct param);
    assert_non_null(params->items);
    for (params->n = 0; params->n < match.param_count; params->n++)
        params->items[params->n] = match.params[params->n];
    return request;
}

static struct answered ask(struct world *world, const struct call *call)
{
    const struct route *tables[] = {requests_module.routes, NULL};
    struct ctx *ctx = &world->ctx;
    struct reply reply = reply_in(ctx->arena, true);
    struct answered answered;
    const struct router *router;
    struct request request;
    enum rc rc;

    test_ok(ctx, router_new(ctx, tables, &router));
    request = request_of(world, router, call);
    rc = request.route ? request.route->handle(ctx, &request, &reply) : FAIL(ctx, ERR_NOT_FOUND);
    if (rc) {
        reply_done(&reply);
        reply = reply_in(ctx->arena, true);
        open311_problem(ctx, &request, &reply);
    }
    ctx_clear_error(ctx);
    ctx->actor = NULL;
    ctx->lang = LANG_EN;
    assert_false(reply.has_failed || buf_has_failed(&reply.body));
    answered =
        (struct answered){reply.status, buf_str(&reply.body), str_of(reply.content_type), reply};
    check_reply(world, &answered);
    return answered;
}

static bool has(struct str text, const char *piece)
{
    return str_find(text, str_of(piece)) >= 0;
}

/* ---- A city with cases and keys */

struct town {
    struct str key, weak;
    struct str open, closed, block, secret;
};

static struct str make_key(struct world *world, const char *name, bool may_file, int64_t burst)
{
    static const struct api_scope file = {.right = API_RIGHT_FILE, .scope_kind = SCOPE_CITY};
    struct api_key_new made = {
        .name = str_of(name), .scopes = &file, .scope_n = may_file, .days = 30, .burst = burst};
    struct str key;

    db_reader_release(&world->ctx);
    test_ok(&world->ctx, api_key_add(&world->ctx, &made, &key, NULL));
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    return key;
}

static struct town make_town(struct world *world)
{
    struct town town = {.key = make_key(world, "All", true, 10000),
                        .weak = make_key(world, "Reads", false, 0)};
    const struct step_input resolve = {.step = S("resolve"), .outcome = S("done")};
    struct filed filed;

    filed = test_file(world, &(struct test_filing){.place = "14 Garden St"});
    town.secret = filed.number;
    test_exec(world, "UPDATE cases SET is_hidden = 1");
    town.open = test_file(world, &(struct test_filing){.place = "Broadway & Prospect St",
                                                       .description = "SECRETWORD"})
                    .number;
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_MIN);
    filed = test_file(world, &(struct test_filing){.place = "20 Garden St"});
    town.closed = filed.number;
    test_ok(&world->ctx, test_step(world, test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL),
                                   filed.case_id, &resolve));
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_MIN);
    town.block =
        test_file(world, &(struct test_filing){.service = "stray-animal",
                                               .answers = {"state", "loose", "animal", "Dog"}})
            .number;
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    return town;
}

/* {open} and the like filled in. */
static struct str filled(struct world *world, const struct town *town, struct str text)
{
    const struct {
        const char *name;
        struct str value;
    } names[] = {{"{key}", town->key},       {"{weak}", town->weak},   {"{open}", town->open},
                 {"{closed}", town->closed}, {"{block}", town->block}, {"{secret}", town->secret}};

    for (size_t i = 0; i < COUNT(names); i++) {
        for (;;) {
            ptrdiff_t at = str_find(text, str_of(names[i].name));

            if (at < 0)
                break;
            text =
                str_fmt(world->ctx.arena, "%.*s%.*s%.*s", (int)at, text.p, STR_ARG(names[i].value),
                        (int)(text.n - (size_t)at - strlen(names[i].name)),
                        text.p + at + strlen(names[i].name));
        }
    }
    return text;
}

/* ---- The file of calls */

static void check_line(struct world *world, const struct town *town, struct str target,
                       const struct answered *answered, struct str line)
{
    int64_t status;

    if (str_starts_with(line, S("status "))) {
        assert_true(str_to_i64(str_slice(line, 7, line.n), &status));
        if (answered->status != status)
            fail_msg("%.*s: %d\n%.*s", STR_ARG(target), answered->status, STR_ARG(answered->body));
        return;
    }
    line = filled(world, town, line);
    if (str_starts_with(line, S("has ")) &&
        str_find(answered->body, str_slice(line, 4, line.n)) < 0)
        fail_msg("%.*s lacks %.*s\n%.*s", STR_ARG(target), STR_ARG(line), STR_ARG(answered->body));
    if (str_starts_with(line, S("lacks ")) &&
        str_find(answered->body, str_slice(line, 6, line.n)) >= 0)
        fail_msg("%.*s has %.*s\n%.*s", STR_ARG(target), STR_ARG(line), STR_ARG(answered->body));
}

static void run_call(struct world *world, const struct town *town, struct str block)
{
    struct str rest = block, first, line, method;
    struct call call = {.form = STR_NONE};
    struct answered answered;

    assert_true(str_next(&rest, '\n', &first));
    first = filled(world, town, first);
    assert_true(str_next(&first, ' ', &method));
    call.method = str_z(world->ctx.arena, method);
    call.target = str_z(world->ctx.arena, first);
    if (str_starts_with(rest, S("body "))) {
        str_next(&rest, '\n', &line);
        call.form = filled(world, town, str_slice(line, 5, line.n));
    }
    answered = ask(world, &call);
    while (rest.n && str_next(&rest, '\n', &line))
        check_line(world, town, first, &answered, line);
}

static void every_call_gets_what_the_file_says(void **state)
{
    struct world *world = *state;
    struct town town = make_town(world);
    struct str rest = calls;
    size_t n = 0;

    while (rest.n) {
        ptrdiff_t end = str_find(rest, S("\n\n"));
        struct str block = end < 0 ? rest : str_slice(rest, 0, (size_t)end);

        rest = end < 0 ? STR_NONE : str_slice(rest, (size_t)end + 2, rest.n);
        if (str_starts_with(block, S("#")))
            continue;
        run_call(world, &town, block);
        n++;
    }
    assert_true(n > 80);
}

/* ---- Filing */

static struct str id_of(struct world *world, const struct answered *answered)
{
    json_t *root, *id;

    assert_int_equal(answered->status, 201);
    test_ok(&world->ctx, json_parse(&world->ctx, answered->body, MAX_DATA, &root));
    id = json_object_get(json_array_get(root, 0), "service_request_id");
    assert_non_null(id);
    return str_copy(world->ctx.arena, str_of(json_string_value(id)));
}

static struct call filing_call(struct world *world, struct str key)
{
    return (struct call){
        .method = "POST",
        .target = "/open311/v2/requests.json",
        .form = str_fmt(world->ctx.arena,
                        "api_key=%.*s&service_code=pothole&address_string=795+mass+ave"
                        "&description=line+one%%0d%%0aline+two&email=ann@example.com"
                        "&attribute[lane]=true&attribute[size]=tire",
                        STR_ARG(key)),
    };
}

static void a_filing_is_a_whole_case(void **state)
{
    struct world *world = *state;
    struct str key = make_key(world, "All", true, 100), number;
    struct call call = filing_call(world, key);
    struct test_counts before;
    struct answered answered;

    test_counts(world, &before);
    answered = ask(world, &call);
    number = id_of(world, &answered);
    assert_str(test_text(world, "SELECT number FROM cases WHERE id = %lld", 1),
               str_z(world->ctx.arena, number));
    assert_str(test_text(world, "SELECT channel FROM cases WHERE id = %lld", 1), "open311");
    assert_str(test_text(world, "SELECT description FROM cases WHERE id = %lld", 1),
               "line one\nline two");
    assert_str(
        test_text(world, "SELECT json_extract(answers, '$.size') FROM cases WHERE id = %lld", 1),
        "tire");
    assert_str(test_text(world, "SELECT actor_kind FROM event WHERE cases = %lld", 1), "api");
    assert_int_equal(test_i64(world, "SELECT count(*) FROM message WHERE cases = %lld", 1), 1);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM clock WHERE cases = %lld", 1), 2);
}

/* A deadline of whole days ends with midnight: the day that people are told is the one before, by
 * whichever way the case came. */
static void the_day_it_tells_is_the_day_of_the_page(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct call call = filing_call(world, make_key(world, "All", true, 100));
    struct answered answered = ask(world, &call);
    struct instant due = {test_i64(world, "SELECT due FROM cases WHERE id = %lld", 1)};
    struct local_time ends = city_local(test_city, due);
    struct str page = show_due(ctx, due, LANG_EN);
    struct call look = {.method = "GET", .target = "/open311/v2/requests.json"};

    assert_int_equal(ends.second_of_day, 0);
    assert_str(page, str_z(ctx->arena, show_date(ctx->arena, date_plus(ends.date, -1), LANG_EN)));
    assert_true(has(answered.body,
                    str_z(ctx->arena, str_fmt(ctx->arena, "finish by %.*s.", STR_ARG(page)))));
    answered = ask(world, &look);
    assert_true(has(
        answered.body,
        str_z(ctx->arena, str_fmt(ctx->arena, "\"expected_datetime\":\"%.*sT23:59:59-",
                                  STR_ARG(date_format(ctx->arena, date_plus(ends.date, -1)))))));
}

/* A repeat needs nothing of the city as it is now. */
static void the_same_key_files_once(void **state)
{
    static struct param header = {STR("idempotency-key"), STR("report-17")};
    struct world *world = *state;
    struct city *city = world->ctx.city, without = *city;
    struct str key = make_key(world, "All", true, 100), other = make_key(world, "Other", true, 100);
    struct call call = filing_call(world, key);
    struct answered first, again;
    struct test_counts before;

    call.headers = (struct params){&header, 1};
    first = ask(world, &call);
    test_counts(world, &before);
    without.service_n = 0;
    world->ctx.city = &without;
    again = ask(world, &call);
    world->ctx.city = city;
    assert_true(has(first.body, "We expect to finish by") && str_eq(first.body, again.body));
    assert_grown(world, &before, NULL);
    call.form = filing_call(world, other).form;
    again = ask(world, &call);
    assert_false(str_eq(id_of(world, &first), id_of(world, &again)));
}

/* A key that comes again with another report is refused, so that no report is lost; two days on it
 * is as good as a new one, as in the other interface for programs. The exact call is a repeat for
 * ever, whichever way its key and format are asked for. */
static void another_report_with_the_same_key_is_refused(void **state)
{
    static struct param header = {STR("idempotency-key"), STR("report 17")};
    struct world *world = *state;
    struct str key = make_key(world, "All", true, 100);
    struct call call = filing_call(world, key), other = call;
    struct test_counts before;
    struct answered first, again;

    call.headers = other.headers = (struct params){&header, 1};
    other.form = str_fmt(world->ctx.arena,
                         "api_key=%.*s&service_code=pothole&address_string=14+Garden+St"
                         "&description=another+one",
                         STR_ARG(key));
    first = ask(world, &call);
    test_counts(world, &before);
    again = ask(world, &other);
    assert_int_equal(again.status, 422);
    assert_true(has(again.body, "[{\"code\":422,\"description\":\"This idempotency key was used"));
    other.target = "/open311/v2/requests.xml";
    assert_true(has(ask(world, &other).body, "<code>422</code>"));
    other.target = call.target;
    assert_grown(world, &before, NULL);
    world->ctx.now = instant_plus_us(world->ctx.now, 2 * US_PER_DAY + 1);
    again = ask(world, &call);
    assert_true(str_eq(id_of(world, &first), id_of(world, &again)));
    assert_grown(world, &before, NULL);
    again = ask(world, &other);
    assert_false(str_eq(id_of(world, &first), id_of(world, &again)));
    assert_int_equal(ask(world, &call).status, 201);
    assert_int_equal(test_i64(world, "SELECT count(*) FROM cases WHERE id > %lld", 0), 2);
}

/* Versions before named a filing by its program and key alone. */
static void a_filing_of_an_older_version_is_known(void **state)
{
    static struct param header = {STR("idempotency-key"), STR("report 17")};
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct str key = make_key(world, "All", true, 100);
    struct call call = filing_call(world, key);
    struct crypto_hash hash = crypto_sha256(
        str_fmt(ctx->arena, "open311 %lld report 17",
                (long long)test_i64(world, "SELECT max(id) FROM api_key WHERE id > %lld", 0)));
    struct answered first = ask(world, &call), again;
    struct test_counts before;

    test_exec(world,
              str_z(ctx->arena, str_fmt(ctx->arena, "UPDATE cases SET submission = '%.*s'",
                                        STR_ARG(crypto_hex(ctx->arena, crypto_hash_str(&hash))))));
    db_reader_release(ctx);
    test_ok(ctx, db_reader_acquire(ctx));
    test_counts(world, &before);
    call.headers = (struct params){&header, 1};
    again = ask(world, &call);
    assert_true(str_eq(id_of(world, &first), id_of(world, &again)));
    call.form = str_fmt(ctx->arena,
                        "api_key=%.*s&service_code=pothole&address_string=795+mass+ave"
                        "&description=another+one&attribute[lane]=true&attribute[size]=tire",
                        STR_ARG(key));
    assert_int_equal(ask(world, &call).status, 422);
    assert_grown(world, &before, NULL);
    world->ctx.now = instant_plus_us(world->ctx.now, 2 * US_PER_DAY + 1);
    again = ask(world, &call);
    assert_false(str_eq(id_of(world, &first), id_of(world, &again)));
}

static void an_update_counts_once_and_is_not_public(void **state)
{
    struct world *world = *state;
    struct town town = make_town(world);
    struct call call = {.method = "POST", .target = "/open311/v2/servicerequestupdates.json"};
    struct call look = {.method = "GET", .target = "/open311/v2/servicerequestupdates.json"};
    struct test_counts before;
    struct answered first, again;

    call.form = str_fmt(world->ctx.arena,
                        "api_key=%.*s&service_request_id=%.*s&update_id_ext=9&status=FIXED"
                        "&description=UPDATEWORD&email=ann@example.com",
                        STR_ARG(town.key), STR_ARG(town.open));
    test_counts(world, &before);
    first = ask(world, &call);
    assert_int_equal(first.status, 201);
    assert_grown(world, &before, "event", 1, "event_payload", 1, "external_ref", 1, "record_leaf",
                 1, NULL);
    again = ask(world, &call);
    assert_true(str_eq(first.body, again.body));
    assert_grown(world, &before, "event", 1, "event_payload", 1, "external_ref", 1, "record_leaf",
                 1, NULL);
    assert_true(has(test_text(world,
                              "SELECT payload FROM event_payload ORDER BY event DESC "
                              "LIMIT %lld",
                              1),
                    "UPDATEWORD\\nstatus: FIXED\\nemail: ann@example.com"));
    assert_int_equal(test_i64(world, "SELECT audience FROM event ORDER BY id DESC LIMIT %lld", 1),
                     EVENT_STAFF);
    assert_false(has(ask(world, &look).body, "UPDATEWORD"));
    /* Of what it filed itself, the reporter reads it too. */
    first = ask(world, &(struct call){.method = "POST",
                                      .target = "/open311/v2/requests.json",
                                      .form = filing_call(world, town.key).form});
    call.form =
        str_fmt(world->ctx.arena, "api_key=%.*s&service_request_id=%.*s&description=OWNWORD",
                STR_ARG(town.key), STR_ARG(id_of(world, &first)));
    assert_int_equal(ask(world, &call).status, 201);
    assert_int_equal(test_i64(world, "SELECT audience FROM event ORDER BY id DESC LIMIT %lld", 1),
                     EVENT_PARTIES);
}

/* ---- What there is much of */

/* More cases of the first one's service, an hour after each other into the past. */
static void add_cases(struct world *world, int n)
{
    test_exec(world,
              str_z(world->ctx.arena,
                    str_fmt(world->ctx.arena,
                            "WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE "
                            "k < %d) INSERT INTO cases (number, service, service_version, class, "
                            "state, state_type, state_since, place, lang, channel, "
                            "confidentiality, is_hidden, description, is_description_public, "
                            "answers, opened, updated, district, lock_version) SELECT 'k' || k, "
                            "service, service_version, '', state, 0, opened, place, lang, channel, "
                            "0, 0, '', 0, answers, opened - k * 3600000000, opened, district, 1 "
                            "FROM k, cases WHERE id = 1",
                            n)));
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

/* Under less memory than a request has. */
static struct answered ask_within(struct world *world, const char *target)
{
    struct arena *whole = world->ctx.arena, *small = arena_new((size_t)8 << 20);
    struct ctx_deferred *deferred = world->ctx.deferred;
    struct answered answered;

    assert_non_null(small);
    world->ctx.arena = small;
    world->ctx.deferred = NULL;
    answered = ask(world, &(struct call){.method = "GET", .target = target});
    assert_false(arena_has_failed(small));
    answered.body = str_copy(whole, answered.body);
    answered.reply.header_count = 0;
    ctx_done(&world->ctx);
    world->ctx.deferred = deferred;
    world->ctx.arena = whole;
    arena_free(small);
    return answered;
}

#define YEARS "/open311/v2/requests.json?updated_after=2018-01-01T00:00:00Z"

/* What an index finds is answered, and what would be looked for in vain is said so. */
static void a_question_over_years_is_bounded(void **state)
{
    struct world *world = *state;
    struct answered answered;

    make_town(world);
    add_cases(world, 25000);
    answered = ask_within(world, YEARS "&bbox=-60.001,10.000,-60.000,10.001");
    assert_int_equal(answered.status, 200);
    assert_str(str_trim(answered.body), "[]");
    answered = ask_within(world, YEARS "&service_code=graffiti&status=open");
    assert_int_equal(answered.status, 200);
    assert_str(str_trim(answered.body), "[]");
    answered = ask_within(world, YEARS "&service_code=pothole&page_size=10&page=2000");
    assert_int_equal(answered.status, 200);
    assert_true(has(answered.body, "\"service_request_id\""));
    answered = ask_within(world, YEARS "&start_date=2010-01-01T00:00:00Z"
                                       "&end_date=2010-02-01T00:00:00Z");
    assert_int_equal(answered.status, 400);
    assert_true(has(answered.body, "\"code\":400") && has(answered.body, "20000") &&
                has(answered.body, "shorter time"));
    /* Nearly all of it fits: that is an answer, however long. */
    answered = ask_within(world, YEARS);
    assert_int_equal(answered.status, 200);
}

static int64_t count_of(struct str body, const char *piece)
{
    struct str rest = body;
    int64_t n = 0;

    for (ptrdiff_t at; (at = str_find(rest, str_of(piece))) >= 0; n++)
        rest = str_slice(rest, (size_t)at + 1, rest.n);
    return n;
}

static bool has_next(const struct answered *answered, const char *query)
{
    for (size_t i = 0; i < answered->reply.header_count; i++)
        if (str_find(answered->reply.headers[i].value, str_of(query)) >= 0 &&
            str_ends_with(answered->reply.headers[i].value, S(">; rel=\"next\"")))
            return true;
    return false;
}

/* What happened comes in the order in which it did, page by page, and no time is gone through. */
static void updates_come_in_pages(void **state)
{
    struct world *world = *state;
    struct call call = {.method = "GET",
                        .target = "/open311/v2/servicerequestupdates.json"
                                  "?start_date=2026-07-02T00:00:00Z&end_date=2026-07-30T00:00:00Z"};
    struct answered answered;
    int64_t n;

    make_town(world);
    test_exec(world, "WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < "
                     "6000) INSERT INTO event (at, kind, cases, actor_kind, audience, commitment) "
                     "SELECT c.opened + k * 1000000, 'case.opened', c.id, 'system', 0, x'00' FROM "
                     "k, cases c WHERE c.id = 2");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    answered = ask(world, &call);
    n = count_of(answered.body, "\"update_id\"");
    assert_true(n >= 4990 && n <= 5000); /* some are about the hidden case */
    assert_true(has_next(&answered, "?page=2&start_date=2026-07-02"));
    call.target = "/open311/v2/servicerequestupdates.json?page=2&start_date=2026-07-02T00:00:00Z"
                  "&end_date=2026-07-30T00:00:00Z";
    answered = ask(world, &call);
    n = count_of(answered.body, "\"update_id\"");
    assert_true(n > 1000 && n < 1010);
    assert_false(has_next(&answered, "page="));
    call.target = "/open311/v2/servicerequestupdates.json?page=11";
    assert_int_equal(ask(world, &call).status, 400);
    call.target = "/open311/v2/servicerequestupdates.json?start_date=2010-01-01T00:00:00Z"
                  "&end_date=2010-02-01T00:00:00Z";
    assert_str(str_trim(ask(world, &call).body), "[]");
}

/* ---- What must not get in */

static void calls_beyond_the_rate_wait(void **state)
{
    struct world *world = *state;
    struct call call = {.method = "POST", .target = "/open311/v2/requests.xml"};
    struct answered answered = {0};
    int limited = 0;

    call.form = str_fmt(world->ctx.arena, "api_key=%.*s", STR_ARG(make_key(world, "Few", true, 2)));
    for (int i = 0; i < 4; i++) {
        answered = ask(world, &call);
        limited += answered.status == 429;
    }
    assert_int_equal(answered.status, 429);
    assert_true(limited >= 1 && limited <= 2);
    assert_true(has(answered.body, "<code>429</code>"));
}

/* XML with entities, JSON and whatever else are not read at all. */
static void only_forms_are_read(void **state)
{
    static const struct str bodies[] = {
        STR("<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
            "<request>&e;</request>"),
        STR("<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><lolz>&b;</lolz>"),
        STR("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
        STR("{\"service_code\":\"pothole\"}"),
    };
    static struct param header = {STR("authorization"), STR("Bearer none")};
    struct world *world = *state;
    struct call call = {.method = "POST", .target = "/open311/v2/requests.xml"};
    struct str key = make_key(world, "All", true, 100);
    struct test_counts before;

    header.value = str_fmt(world->ctx.arena, "Bearer %.*s", STR_ARG(key));
    call.headers = (struct params){&header, 1};
    test_counts(world, &before);
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct answered answered;

        call.body = bodies[i];
        answered = ask(world, &call);
        assert_int_equal(answered.status, 415);
        assert_false(has(answered.body, "root:"));
    }
    assert_grown(world, &before, NULL);
}

static void hostile_texts_change_nothing(void **state)
{
    struct world *world = *state;
    struct str key = make_key(world, "All", true, 1000);
    struct buf many = buf_in(world->ctx.arena, MAX_DATA);
    struct call call = {.method = "POST", .target = "/open311/v2/requests.json"};
    struct test_counts before;

    test_counts(world, &before);
    buf_add_fmt(&many, "api_key=%.*s&service_code=pothole&address_string=795+mass+ave&",
                STR_ARG(key));
    for (int i = 0; i < 900; i++)
        BUF_ADD(&many, "attribute[size][]=tire&");
    call.form = buf_str(&many);
    assert_int_equal(ask(world, &call).status, 400);
    many.n = 0;
    buf_add_fmt(&many, "api_key=%.*s&service_code=pothole&address_string=795+mass+ave&description=",
                STR_ARG(key));
    for (int i = 0; i < 5000; i++)
        buf_add_byte(&many, 'x');
    call.form = buf_str(&many);
    assert_int_equal(ask(world, &call).status, 400);
    assert_grown(world, &before, NULL);
}

/* Whatever a case holds, a reply is well-formed and the text stays text. */
static void stored_texts_cannot_break_a_reply(void **state)
{
    struct world *world = *state;
    struct call xml = {.method = "GET", .target = "/open311/v2/requests.xml?extensions=true"};
    struct call json = {.method = "GET", .target = "/open311/v2/requests.json?extensions=true"};
    struct answered answered;

    test_file(world, &(struct test_filing){.description = "x"});
    test_exec(world, "UPDATE place SET label = '<b>&\"'']]>' || char(1) || '</address>';"
                     "UPDATE cases SET is_description_public = 1, description = "
                     "'<script>&amp;]]>' || char(11) || char(13) || char(65534)");
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    answered = ask(world, &xml);
    assert_true(has(answered.body, "&lt;script&gt;&amp;amp;]]&gt;"));
    assert_false(has(answered.body, "<b>"));
    answered = ask(world, &json);
    assert_false(has(answered.body, "<script>"));
}

/* An attribute that names a thing of the map is held against it, in the interface's own format. */
static void a_thing_is_of_the_map(void **state)
{
    static const struct {
        const char *lamp, *says;
    } lamps[] = {
        {"thief", "attribute[lamp]: The city’s list does not have this one."},
        {"791-2", "attribute[lamp]: This one is 2.4 mi away"},
        {"48-12", "service_request_id"},
        {"", "service_request_id"},
    };
    struct world *world = *state;
    struct str key = make_key(world, "All", true, 100);
    struct call call = filing_call(world, key);

    for (size_t i = 0; i < COUNT(lamps); i++) {
        struct answered answered;

        call.form = str_fmt(world->ctx.arena,
                            "api_key=%.*s&service_code=street-light-out&address_string=60+Banks+St"
                            "&attribute[trouble]=dark&attribute[lamp]=%s",
                            STR_ARG(key), lamps[i].lamp);
        answered = ask(world, &call);
        assert_true(has(answered.body, lamps[i].says));
    }
}

static void attribute_names_are_exact(void **state)
{
    static const struct {
        const char *name, *code;
    } names[] = {
        {"attribute[lane]", "lane"},    {"attribute[lane][]", "lane"},
        {"attribute[lane][3]", "lane"}, {"attribute[]", NULL},
        {"attribute[", NULL},           {"attribute", NULL},
        {"attribute[a][b]", NULL},      {"attribute[a]b", NULL},
        {"attribute[a[b]]", NULL},      {"attribute[a][123456]", NULL},
        {"Attribute[a]", NULL},         {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct str code = STR_NONE;

        assert_int_equal(open311_attribute_code(str_of(names[i].name), &code),
                         names[i].code != NULL);
        if (names[i].code)
            assert_str(code, names[i].code);
    }
}

/* ---- The program */

static const char *data_path(const char *name)
{
    const char *root = getenv("CITYHALL_ROOT");

    assert_non_null(root);
    return str_z(home.arena, str_fmt(home.arena, "%s/tests/data/open311/%s", root, name));
}

static int group_open(void **state)
{
    xmlRelaxNGParserCtxtPtr parser;

    home.arena = arena_new(4 * MAX_DATA);
    assert_non_null(home.arena);
    parser = xmlRelaxNGNewParserCtxt(data_path("georeport-v2.rng"));
    schema = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    assert_non_null(schema);
    test_ok(&home, file_read(&home, data_path("calls.txt"), MAX_DATA, &calls));
    people_use(
        &(struct people_setup){.key = "a key for the tests of open311", .record = people_record});
    return test_group_open(state);
}

static int group_close(void **state)
{
    xmlRelaxNGFree(schema);
    xmlCleanupParser();
    arena_free(home.arena);
    return test_group_close(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_call_gets_what_the_file_says),
        TEST(a_filing_is_a_whole_case),
        TEST(the_day_it_tells_is_the_day_of_the_page),
        TEST(the_same_key_files_once),
        TEST(another_report_with_the_same_key_is_refused),
        TEST(a_filing_of_an_older_version_is_known),
        TEST(an_update_counts_once_and_is_not_public),
        TEST(a_question_over_years_is_bounded),
        TEST(updates_come_in_pages),
        TEST(calls_beyond_the_rate_wait),
        TEST(only_forms_are_read),
        TEST(hostile_texts_change_nothing),
        TEST(stored_texts_cannot_break_a_reply),
        TEST(a_thing_is_of_the_map),
        cmocka_unit_test(attribute_names_are_exact),
    };

    return cmocka_run_group_tests_name("svc/open311", tests, group_open, group_close);
}
