#include "engine/test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/cases/locate.h"
#include "engine/cases/projection.h"
#include "engine/definition/city_build.h"
#include "engine/publish/publish.h"

#define MAX_STORE_BYTES ((size_t)64 << 20)

struct city *test_city;
char test_city_folder[TEST_TEMPORARY_MAX];

static char template_folder[TEST_TEMPORARY_MAX];
static struct raw_place template_place;

/* ---- Files */

void test_copy(const char *from, const char *to)
{
    struct ctx ctx = {.arena = arena_new(2 * MAX_STORE_BYTES)};
    struct str content;
    FILE *file;

    test_ok(&ctx, file_read(&ctx, from, MAX_STORE_BYTES, &content));
    file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.p, 1, content.n, file), content.n);
    assert_int_equal(fclose(file), 0);
    arena_free(ctx.arena);
}

/* ---- Contexts */

void test_ok(struct ctx *ctx, enum rc rc)
{
    if (rc != RC_OK)
        print_error("# %s: %s %.*s: %.*s (%s:%d)\n", rc_name(rc), err_name(ctx->err.id),
                    STR_ARG(ctx->err.field), STR_ARG(ctx->err.detail),
                    ctx->err.file ? ctx->err.file : "?", ctx->err.line);
    assert_int_equal(rc, RC_OK);
}

void check_error(struct ctx *ctx, enum rc rc, enum err_id id, const char *field, const char *file,
                 int line)
{
    if (rc != err_rc(id) || ctx->err.id != id ||
        (field && !str_eq(ctx->err.field, str_of(field)))) {
        print_error("got %s %s \"%.*s\" (%.*s), expected %s \"%s\"\n", rc_name(rc),
                    err_name(ctx->err.id), STR_ARG(ctx->err.field), STR_ARG(ctx->err.detail),
                    err_name(id), field ? field : "any");
        _fail(file, line);
    }
    ctx_clear_error(ctx);
}

void check_str(struct str actual, const char *expected, const char *file, int line)
{
    if (str_eq(actual, str_of(expected)))
        return;
    print_error("got \"%.*s\", expected \"%s\"\n", STR_ARG(actual), expected);
    _fail(file, line);
}

struct ctx test_ctx(const struct world *world)
{
    struct ctx ctx = {
        .arena = arena_new((size_t)64 << 20),
        .now = world->ctx.now,
        .db = world->db,
        .city = test_city,
    };

    assert_non_null(ctx.arena);
    return ctx;
}

void test_ctx_done(struct ctx *ctx)
{
    db_reader_release(ctx);
    ctx_done(ctx);
    arena_free(ctx->arena);
}

struct instant test_time(const char *text)
{
    struct local_time local;
    int64_t hour, minute;

    assert_true(date_parse(str_slice(str_of(text), 0, 10), &local.date));
    assert_true(str_to_i64(str_slice(str_of(text), 11, 13), &hour));
    assert_true(str_to_i64(str_slice(str_of(text), 14, 16), &minute));
    local.second_of_day = (int32_t)(hour * 3600 + minute * 60);
    return zone_instant(test_city->zone, local);
}

/* ---- The store */

struct db *test_open_store(struct ctx *ctx, const struct raw_place *place,
                           struct record_sequencer *sequencer)
{
    struct db *db;

    test_ok(ctx,
            db_open(ctx,
                    &(struct db_options){.location = place->location,
                                         .owner_location =
                                             *place->owner_location ? place->owner_location : NULL,
                                         .schema = &db_schema,
                                         .may_create = true,
                                         .durability = DB_NORMAL},
                    &db));
    db_set_group_hook(db, record_sequence, sequencer);
    ctx->db = db;
    return db;
}

/* The demonstration city without the layers that no service and no address needs. */
static void make_city_folder(void)
{
    static const char *const needless[] = {
        "parcel.topojson",      "zoning.geojson", "hydrant.geojson",       "sweeping.geojson",
        "neighborhood.geojson", "water.geojson",  "police-sector.geojson", "park.geojson"};
    char text[3 * TEST_TEMPORARY_MAX];

    snprintf(test_city_folder, sizeof test_city_folder, "%.150s/folder", template_folder);
    snprintf(text, sizeof text, "cp -r '%s/cities/port-azalea' '%s'", getenv("CITYHALL_ROOT"),
             test_city_folder);
    assert_int_equal(system(text), 0);
    for (size_t i = 0; i < COUNT(needless); i++) {
        snprintf(text, sizeof text, "%s/layers/%s", test_city_folder, needless[i]);
        assert_int_equal(unlink(text), 0);
    }
}

int test_group_open(void **state)
{
    struct ctx ctx = {.arena = arena_new((size_t)512 << 20), .now = clock_now()};
    struct record_sequencer *sequencer = record_sequencer_new();
    struct problems problems = problems_in(ctx.arena);
    struct publication done;
    struct db *db;

    (void)state;
    crypto_init();
    test_temporary(template_folder, "engine");
    make_city_folder();
    raw_place_make(&template_place, template_folder, NULL);
    db = test_open_store(&ctx, &template_place, sequencer);
    test_ok(&ctx, db_migrate(&ctx, db, NULL));
    test_ok(&ctx, city_publish(&ctx, test_city_folder, false, &problems, &done));
    test_ok(&ctx, db_reader_acquire(&ctx));
    test_ok(&ctx, city_load(&ctx, &test_city));
    db_reader_release(&ctx);
    db_close(db);
    record_sequencer_free(sequencer);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}

int test_group_close(void **state)
{
    (void)state;
    city_free(test_city);
    raw_place_drop(&template_place);
    test_temporary_remove(template_folder);
    return 0;
}

int test_open(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    test_temporary(world->folder, "engine");
    raw_place_make(&world->place, world->folder, &template_place);
    if (!raw_is_postgres())
        test_copy(template_place.location, world->place.location);
    world->ctx = test_ctx(world);
    world->ctx.now = test_time("2026-07-02 10:00");
    world->sequencer = record_sequencer_new();
    world->keys = crypto_sign_new_keys();
    world->db = test_open_store(&world->ctx, &world->place, world->sequencer);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    world->raw = raw_open(world->place.location);
    *state = world;
    return 0;
}

int test_close(void **state)
{
    struct world *world = *state;

    raw_close(world->raw);
    test_ctx_done(&world->ctx);
    db_close(world->db);
    record_sequencer_free(world->sequencer);
    raw_place_drop(&world->place);
    test_temporary_remove(world->folder);
    free(world);
    return 0;
}

struct str test_text(struct world *world, const char *sql, int64_t id)
{
    struct str value = STR_NONE;
    char text[2000];

    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"")
        snprintf(text, sizeof text, sql, (long long)id);
    _Pragma("GCC diagnostic pop") if (!raw_ask(world->raw, text, world->ctx.arena, &value))
        fail_msg("no row: %s", text);
    return value;
}

int64_t test_i64(struct world *world, const char *sql, int64_t id)
{
    struct str text = test_text(world, sql, id);
    int64_t value = 0;

    assert_true(!text.p || str_to_i64(text, &value));
    return value;
}

void test_exec(struct world *world, const char *sql)
{
    raw_exec(world->raw, sql);
}

void test_counts(struct world *world, struct test_counts *ret)
{
    char sql[200];

    test_ok(&world->ctx, db_settle(&world->ctx));
    ret->n = db_schema.table_count;
    assert_true(ret->n > 20 && ret->n <= TEST_TABLES_MAX);
    for (size_t i = 0; i < ret->n; i++) {
        snprintf(ret->of[i].name, sizeof ret->of[i].name, "%s", db_schema.tables[i].name);
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", ret->of[i].name);
        ret->of[i].rows = test_i64(world, sql, 0);
    }
}

static int64_t wanted_growth(const char *table, va_list wanted)
{
    const char *name;

    while ((name = va_arg(wanted, const char *))) {
        int by = va_arg(wanted, int);

        if (strcmp(name, table) == 0)
            return by;
    }
    return 0;
}

void assert_grown(struct world *world, const struct test_counts *before, ...)
{
    struct test_counts after;

    test_counts(world, &after);
    assert_int_equal(after.n, before->n);
    for (size_t i = 0; i < after.n; i++) {
        va_list wanted;
        int64_t by;

        va_start(wanted, before);
        by = wanted_growth(after.of[i].name, wanted);
        va_end(wanted);
        if (after.of[i].rows - before->of[i].rows != by)
            fail_msg("%s grew by %lld, expected %lld", after.of[i].name,
                     (long long)(after.of[i].rows - before->of[i].rows), (long long)by);
    }
}

int64_t test_found(struct world *world, const char *word)
{
    static const char *const places[][2] = {
        {"cases", "description || answers"},
        {"event_payload", "payload"},
        {"case_text", "words"},
        {"case_public_text", "words"},
        {"message", "subject || body"},
        {"case_index", "field || coalesce(text, '')"},
        {"satisfaction", "text"},
        {"draft", "answers"},
        {"clock", "trace"},
    };
    int64_t n = 0;

    for (size_t i = 0; i < COUNT(places); i++) {
        struct str sql = str_fmt(world->ctx.arena,
                                 "SELECT count(*) FROM %s WHERE %s LIKE '%%%%%s%%%%' AND %%lld = 1",
                                 places[i][0], places[i][1], word);

        n += test_i64(world, str_z(world->ctx.arena, sql), 1);
    }
    return n;
}

void test_look_again(struct world *world)
{
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
}

void test_projections(struct world *world)
{
    struct buf report = buf_in(world->ctx.arena, 10000);
    struct projection_found found;

    test_look_again(world);
    test_ok(&world->ctx, projection_check(&world->ctx, &report, &found));
    if (found.differences)
        fail_msg("%.*s", STR_ARG(buf_str(&report)));
}

void test_city_index(struct world *world, struct city *city)
{
    test_ok(&world->ctx, city_build_index(&world->ctx, city));
}

struct city *test_city_after(struct world *world, const char *code, const struct definition *anew)
{
    struct city *city = ARENA_NEW(world->ctx.arena, struct city);
    size_t n = 0;

    assert_non_null(city);
    *city = *test_city;
    city->services = ARENA_ARRAY(world->ctx.arena, city->service_n, struct definition *);
    assert_non_null(city->services);
    for (size_t i = 0; i < test_city->service_n; i++)
        if (!str_eq(test_city->services[i]->code, str_of(code)))
            city->services[n++] = test_city->services[i];
        else if (anew)
            city->services[n++] = (struct definition *)(uintptr_t)anew;
    city->service_n = n;
    test_city_index(world, city);
    return city;
}

/* ---- People and filings */

const struct actor *test_staff(struct world *world, enum role role, enum scope_kind kind,
                               const char *scope)
{
    struct actor *actor = ARENA_NEW(world->ctx.arena, struct actor);
    struct grant *grant = ARENA_NEW(world->ctx.arena, struct grant);

    assert_non_null(actor);
    assert_non_null(grant);
    *grant = (struct grant){role, scope ? kind : SCOPE_CITY, str_of(scope)};
    *actor = (struct actor){
        .kind = ACTOR_STAFF, .id = 7, .name = S("Pat"), .grants = grant, .grant_n = 1};
    return actor;
}

const struct actor *test_reporter(struct world *world, int64_t case_id)
{
    struct actor *actor = ARENA_NEW(world->ctx.arena, struct actor);
    int64_t *id = ARENA_NEW(world->ctx.arena, int64_t);

    assert_non_null(actor);
    assert_non_null(id);
    *id = case_id;
    *actor = (struct actor){.kind = ACTOR_RESIDENT, .case_ids = id, .case_n = 1};
    return actor;
}

static void read_answers(struct ctx *ctx, const struct test_filing *of, struct filing *filing)
{
    const struct definition *definition = filing->definition;

    test_ok(ctx, answers_new(ctx, definition, &filing->answers));
    for (size_t i = 0; i + 1 < 8 && of->answers[i]; i += 2) {
        const struct field *field = definition_field(definition, str_of(of->answers[i]));
        struct str typed = str_of(of->answers[i + 1]);

        assert_non_null(field);
        test_ok(ctx, answer_read(ctx, field, &typed, 1,
                                 &filing->answers.of[field - definition->fields]));
    }
}

void test_place(struct ctx *ctx, const char *typed, struct place *ret)
{
    struct place_choices found;
    struct point at;

    if (point_parse(str_of(typed), &at)) {
        test_ok(ctx, locate_point(ctx, test_city, at, STR_NONE, ret));
        return;
    }
    test_ok(ctx, gazetteer_find(ctx, test_city->gazetteer, str_of(typed), &found));
    assert_true(found.n > 0);
    test_ok(ctx, locate_choice(ctx, test_city, &found.of[0], ret));
}

struct filing test_filing(struct ctx *ctx, const struct test_filing *of)
{
    struct filing filing = {
        .definition = city_service(test_city, str_of(of->service ? of->service : "pothole")),
        .description = str_of(of->description),
        .contact = {str_of(of->name), str_of(of->email), str_of(of->phone)},
        .channel = S("web"),
        .lang = of->lang,
        .submission = str_of(of->submission),
        .base_url = S("https://city.example"),
    };
    const char *typed = of->place ? of->place : "795 Massachusetts Ave";
    struct place *place = ARENA_NEW(ctx->arena, struct place);

    assert_non_null(filing.definition);
    assert_non_null(place);
    read_answers(ctx, of, &filing);
    if (*typed) {
        test_place(ctx, typed, place);
        filing.place = place;
    }
    return filing;
}

struct filed test_file(struct world *world, const struct test_filing *of)
{
    struct filing filing = test_filing(&world->ctx, of);
    struct filed filed;

    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    return filed;
}

enum rc test_step(struct world *world, const struct actor *actor, int64_t case_id,
                  const struct step_input *input)
{
    enum rc rc;

    world->ctx.actor = actor;
    rc = case_step(&world->ctx, case_id, input);
    world->ctx.actor = NULL;
    return rc;
}
