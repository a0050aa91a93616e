/* Publishing a city folder: versions that never change, cases that stay on theirs, and nothing
 * half done. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/publish/publish.h"
#include "engine/test_support.h"
#include "place/layers.h"

struct publishing {
    struct world *world;
    char folder[TEST_TEMPORARY_MAX]; /* a city folder of its own, to change */
    struct publication done;
    struct problems problems;
};

static struct publishing begin(struct world *world)
{
    struct publishing publishing = {.world = world};
    char command[3 * TEST_TEMPORARY_MAX];

    snprintf(publishing.folder, sizeof publishing.folder, "%.150s/city", world->folder);
    snprintf(command, sizeof command, "cp -r '%s' '%s'", test_city_folder, publishing.folder);
    assert_int_equal(system(command), 0);
    return publishing;
}

static enum rc publish(struct publishing *publishing, bool is_dry)
{
    struct ctx *ctx = &publishing->world->ctx;

    publishing->problems = problems_in(ctx->arena);
    return city_publish(ctx, publishing->folder, is_dry, &publishing->problems, &publishing->done);
}

static const char *path_of(struct publishing *publishing, const char *name)
{
    struct arena *arena = publishing->world->ctx.arena;

    return str_z(arena, str_fmt(arena, "%s/%s", publishing->folder, name));
}

/* Puts `with` in the place of the first `what` of a file. */
static void change(struct publishing *publishing, const char *name, const char *what,
                   const char *with)
{
    struct ctx *ctx = &publishing->world->ctx;
    const char *path = path_of(publishing, name);
    struct str text;
    ptrdiff_t at;

    test_ok(ctx, file_read(ctx, path, 1000000, &text));
    at = str_find(text, str_of(what));
    assert_true(at >= 0);
    test_ok(ctx, file_write(ctx, path,
                            str_fmt(ctx->arena, "%.*s%s%.*s", (int)at, text.p, with,
                                    (int)(text.n - (size_t)at - strlen(what)),
                                    text.p + at + strlen(what)),
                            0600));
}

static void what_is_the_same_stays(void **state)
{
    struct publishing publishing = begin(*state);
    struct test_counts before;

    test_counts(publishing.world, &before);
    test_ok(&publishing.world->ctx, publish(&publishing, false));
    assert_int_equal(publishing.done.unchanged, 14);
    assert_int_equal(publishing.done.added + publishing.done.changed + publishing.done.withdrawn,
                     0);
    assert_grown(publishing.world, &before, NULL);
}

static void a_changed_service_gets_a_version(void **state)
{
    struct publishing publishing = begin(*state);
    struct world *world = publishing.world;
    const struct definition *before = city_service(test_city, S("pothole"));
    struct filed filed = test_file(world, &(struct test_filing){0});
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct test_counts counts;
    struct city *city;

    change(&publishing, "services/pothole.yaml", "Pothole", "Hole");
    test_counts(world, &counts);
    test_ok(&world->ctx, publish(&publishing, true));
    assert_grown(world, &counts, NULL);
    test_ok(&world->ctx, publish(&publishing, false));
    assert_int_equal(publishing.done.changed, 1);
    assert_str(publishing.done.changed_codes[0], "pothole");
    assert_int_equal(publishing.done.unchanged, 13);
    assert_grown(world, &counts, "service_version", 1, "event", 1, "event_payload", 1,
                 "record_leaf", 1, NULL);
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    assert_int_equal(city->service_n, 14);
    assert_int_equal(city->version_n, 15);
    assert_int_equal(city_service(city, S("pothole"))->version, 2);
    assert_str(city_service(city, S("pothole"))->name.in[LANG_EN], "Hole");
    assert_str(city_version(city, before->version_id)->name.in[LANG_EN], "Pothole");
    /* The case goes on under what it was filed under. */
    world->ctx.city = city;
    test_ok(&world->ctx,
            test_step(world, agent, filed.case_id, &(struct step_input){.step = S("start")}));
    assert_int_equal(test_i64(world, "SELECT service_version FROM cases", 0), before->version_id);
    world->ctx.city = test_city;
    city_free(city);
}

static void who_published_it_stays_with_the_version(void **state)
{
    struct publishing publishing = begin(*state);
    struct world *world = publishing.world;
    const struct actor command = {.kind = ACTOR_SYSTEM, .name = S("mpark")};
    const struct actor ada = {.kind = ACTOR_STAFF, .id = 7, .name = S("Ada")};

    test_exec(world,
              "INSERT INTO account (id, login, name, email, lang, password_hash, must_change, "
              "totp_step, has_keys, created) VALUES (7, 'ada', 'Ada', '', 'en', '', "
              "false, 0, true, 1)");
    world->ctx.actor = &command;
    change(&publishing, "services/pothole.yaml", "Pothole", "Hole");
    test_ok(&world->ctx, publish(&publishing, false));
    assert_str(test_text(world,
                         "SELECT p.name || coalesce(v.published_by, 0) FROM service_version v "
                         "JOIN publisher p ON p.service_version = v.id WHERE v.version = 2",
                         0),
               "mpark0");
    world->ctx.actor = &ada;
    change(&publishing, "services/pothole.yaml", "Hole", "Pit");
    test_ok(&world->ctx, publish(&publishing, false));
    assert_str(
        test_text(world,
                  "SELECT count(*) || '-' || (SELECT published_by FROM service_version WHERE "
                  "version = 3) FROM publisher",
                  0),
        "1-7");
    world->ctx.actor = NULL;
}

static void a_changed_workflow_changes_all_its_services(void **state)
{
    struct publishing publishing = begin(*state);
    struct city *city;

    change(&publishing, "workflows/request.yaml", "Start work", "Begin work");
    test_ok(&publishing.world->ctx, publish(&publishing, false));
    assert_int_equal(publishing.done.changed, 14);
    /* A text is compiled once, however many versions have it. */
    test_ok(&publishing.world->ctx, city_load(&publishing.world->ctx, &city));
    assert_int_equal(city->version_n, 28);
    assert_ptr_equal(city->versions[26]->workflow, city->versions[0]->workflow);
    assert_ptr_equal(city->versions[27]->workflow, city->versions[1]->workflow);
    assert_ptr_not_equal(city->versions[0]->workflow, city->versions[1]->workflow);
    city_free(city);
}

static void a_live_file_is_replaced(void **state)
{
    struct publishing publishing = begin(*state);
    struct world *world = publishing.world;
    struct test_counts counts;
    struct city *city;

    change(&publishing, "teams.yaml", "Streets East", "Eastern Streets");
    test_counts(world, &counts);
    test_ok(&world->ctx, publish(&publishing, false));
    assert_grown(world, &counts, NULL);
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    assert_str(city_team(city, S("streets-east"))->name.in[LANG_EN], "Eastern Streets");
    assert_int_equal(city_team(city, S("streets-east"))->row,
                     city_team(test_city, S("streets-east"))->row);
    city_free(city);
}

static void a_live_file_that_is_gone_is_dropped(void **state)
{
    struct publishing publishing = begin(*state);
    struct world *world = publishing.world;
    struct test_counts counts;
    struct city *city;

    assert_int_equal(unlink(path_of(&publishing, "layers/rail.geojson")), 0);
    test_counts(world, &counts);
    test_ok(&world->ctx, publish(&publishing, false));
    assert_grown(world, &counts, "city_file", -1, NULL);
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    assert_int_equal(city->layers->count, test_city->layers->count - 1);
    city_free(city);
}

static void a_service_whose_file_is_gone_is_withdrawn(void **state)
{
    struct publishing publishing = begin(*state);
    struct world *world = publishing.world;
    char kept[TEST_TEMPORARY_MAX + 20];
    struct city *city;

    snprintf(kept, sizeof kept, "%s/kept.yaml", world->folder);
    test_copy(path_of(&publishing, "services/graffiti.yaml"), kept);
    assert_int_equal(unlink(path_of(&publishing, "services/graffiti.yaml")), 0);
    test_ok(&world->ctx, publish(&publishing, false));
    assert_int_equal(publishing.done.withdrawn, 1);
    assert_str(publishing.done.withdrawn_codes[0], "graffiti");
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    assert_null(city_service(city, S("graffiti")));
    assert_int_equal(city->service_n, 13);
    assert_int_equal(city->version_n, 14);
    city_free(city);
    test_copy(kept, path_of(&publishing, "services/graffiti.yaml"));
    test_ok(&world->ctx, publish(&publishing, false));
    assert_int_equal(publishing.done.unchanged, 14);
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    assert_non_null(city_service(city, S("graffiti")));
    city_free(city);
}

static void what_is_wrong_is_not_published(void **state)
{
    static const struct {
        const char *file, *what, *with;
    } changes[] = {
        {"services/pothole.yaml", "team: streets-west", "team: nobody"},
        {"services/pothole.yaml", "public-works", "no-department"},
        {"services/pothole.yaml", "workflow: request", "workflow: none"},
        {"services/pothole.yaml", "service: pothole", "service: ["},
        {"workflows/request.yaml", "start: new", "start: nowhere"},
        {"city.yaml", "America/Chicago", "America/Nowhere"},
        {"city.yaml", "calendar: city-hall", "calendar: none"},
        {"teams.yaml", "- {id: streets-east", "- {id: ["},
    };

    for (size_t i = 0; i < COUNT(changes); i++) {
        struct publishing publishing;
        struct test_counts counts;
        char command[TEST_TEMPORARY_MAX + 20];

        publishing = begin(*state);
        assert_int_equal(unlink(path_of(&publishing, "layers/street.geojson")), 0);
        assert_int_equal(unlink(path_of(&publishing, "layers/intersection.geojson")), 0);
        change(&publishing, changes[i].file, changes[i].what, changes[i].with);
        test_counts(publishing.world, &counts);
        if (publish(&publishing, false) == RC_OK)
            fail_msg("published with \"%s\"", changes[i].with);
        assert_true(publishing.problems.error_count > 0 ||
                    publishing.world->ctx.err.id == ERR_CONFIG);
        ctx_clear_error(&publishing.world->ctx);
        assert_grown(publishing.world, &counts, NULL);
        snprintf(command, sizeof command, "rm -r '%s'", publishing.folder);
        assert_int_equal(system(command), 0);
    }
}

static void a_section_that_is_not_run_is_not_published(void **state)
{
    struct publishing publishing = begin(*state);
    struct test_counts counts;

    change(&publishing, "services/pothole.yaml", "department: public-works",
           "department: public-works\nfees:\n  - {id: base, name: {en: Base, es: Base, vi: Base}, "
           "amount: 'money(\"10.00\")'}");
    test_counts(publishing.world, &counts);
    assert_int_not_equal(publish(&publishing, false), RC_OK);
    ctx_clear_error(&publishing.world->ctx);
    assert_grown(publishing.world, &counts, NULL);
}

/* After going back to an older program: it says so, and takes no kind of field for another. */
static void a_kind_of_a_later_version_is_not_served(void **state)
{
    struct world *world = *state;
    struct city *city;

    test_exec(world, "UPDATE service_version SET definition = replace(definition, "
                     "'type: yes-no', 'type: file')");
    assert_int_equal(city_load(&world->ctx, &city), RC_INVALID);
    assert_int_equal(world->ctx.err.id, ERR_CONFIG);
    assert_true(str_find(world->ctx.err.detail, S("a field of the type \"file\"")) > 0);
    ctx_clear_error(&world->ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_the_same_stays),
        TEST(a_changed_service_gets_a_version),
        TEST(who_published_it_stays_with_the_version),
        TEST(a_changed_workflow_changes_all_its_services),
        TEST(a_live_file_is_replaced),
        TEST(a_live_file_that_is_gone_is_dropped),
        TEST(a_service_whose_file_is_gone_is_withdrawn),
        TEST(what_is_wrong_is_not_published),
        TEST(a_section_that_is_not_run_is_not_published),
        TEST(a_kind_of_a_later_version_is_not_served),
    };

    return RUN_TESTS("publish", tests);
}
