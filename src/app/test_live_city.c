/* A program that serves works with what is published now, and never with a city that is gone. */
#include "app/live_city.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/clock/closure.h"
#include "engine/publish/publish.h"
#include "engine/test_town.h"

static struct live_city *live_of(struct test_town *town, struct home *home)
{
    struct live_city *live;

    *home = (struct home){.folder = town->folder, .db = town->db, .city = town->city};
    test_ok(&town->ctx, live_city_new(&town->ctx, home, &live));
    return live;
}

static bool refresh(struct test_town *town, struct live_city *live)
{
    bool is_new;

    test_ok(&town->ctx, live_city_refresh(&town->ctx, live, &is_new));
    return is_new;
}

/* Past test_town_publish, which would free the city that is held. */
static void publish(struct test_town *town)
{
    struct problems problems = problems_in(town->ctx.arena);
    struct publication done;

    test_ok(&town->ctx, city_publish(&town->ctx, town->folder, false, &problems, &done));
}

static const char painted[] = "service: broken-bench\n"
                              "name: {en: Painted bench, es: Banca, vi: Ghế}\n"
                              "department: public-works\n"
                              "workflow: request\n"
                              "place: {required: false}\n"
                              "route: [{team: streets-west}]\n"
                              "examples:\n"
                              "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"
                              "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n"
                              "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n";

static struct str name_of(const struct city *city)
{
    return city_service(city, S("broken-bench"))->name.in[LANG_EN];
}

static void what_is_published_is_taken_next(void **state)
{
    struct test_town *town = *state;
    struct home home;
    struct live_city *live = live_of(town, &home);
    struct city *before = live_city_take(live), *after;

    assert_false(refresh(town, live));
    test_town_put(town, "services/broken-bench.yaml", painted);
    publish(town);
    assert_true(refresh(town, live));
    assert_false(refresh(town, live));
    after = live_city_take(live);
    assert_true(str_eq(name_of(after), S("Painted bench")));
    /* Work that is under way keeps what it began with. */
    assert_true(str_eq(name_of(before), S("Broken bench")));
    live_city_put(live, before);
    live_city_put(live, after);
    live_city_free(live);
    town->city = NULL;
}

static void a_closed_day_is_taken_next(void **state)
{
    struct test_town *town = *state;
    struct home home;
    struct live_city *live = live_of(town, &home);
    struct closure_effect effect;
    struct date day = {0};
    struct city *city;

    assert_true(date_parse(S("2026-11-18"), &day));
    test_ok(&town->ctx, closure_add(&town->ctx, day, S("storm"), true, &effect));
    assert_false(refresh(town, live));
    test_ok(&town->ctx, closure_add(&town->ctx, day, S("storm"), false, &effect));
    assert_true(refresh(town, live));
    city = live_city_take(live);
    assert_false(calendar_is_workday(&city->calendar, day));
    live_city_put(live, city);
    live_city_free(live);
    town->city = NULL;
}

/* ---- Many threads, while one publishes */

static atomic_bool is_over;

static void *take_and_read(void *arg)
{
    struct live_city *live = arg;
    int64_t *reads = calloc(1, sizeof *reads);

    while (!is_over) {
        struct city *city = live_city_take(live);

        *reads += name_of(city).n > 0;
        live_city_put(live, city);
    }
    return reads;
}

static void nobody_reads_a_city_that_is_gone(void **state)
{
    struct test_town *town = *state;
    struct home home;
    struct live_city *live = live_of(town, &home);
    pthread_t threads[4];

    is_over = false;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_read, live), 0);
    test_town_put(town, "services/broken-bench.yaml", painted);
    for (int i = 0; i < 10; i++) {
        publish(town);
        assert_true(refresh(town, live));
    }
    is_over = true;
    for (size_t i = 0; i < 4; i++) {
        void *reads;

        pthread_join(threads[i], &reads);
        assert_true(*(int64_t *)reads > 0);
        free(reads);
    }
    live_city_free(live);
    town->city = NULL;
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(what_is_published_is_taken_next),
        TOWN(a_closed_day_is_taken_next),
        TOWN(nobody_reads_a_city_that_is_gone),
    };

    return cmocka_run_group_tests_name("live city", tests, NULL, NULL);
}
