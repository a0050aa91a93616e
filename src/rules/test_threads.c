/* One program, evaluated and explained by several threads at once. */
#include <pthread.h>

#include "rules/test_cel.h"

#define THREADS 4
#define ROUNDS  300

struct job {
    const struct cel_program *program;
    const struct test_world *world;
    int wrong;
};

static void *work(void *thing)
{
    struct job *job = thing;
    struct ctx ctx = {.arena = arena_new((size_t)4 << 20)};

    for (int i = 0; i < ROUNDS; i++) {
        const struct cel_trace *trace = NULL;
        struct cel_value value;

        if (cel_eval(&ctx, job->program, &job->world->activation, &value) != RC_OK ||
            !value.boolean ||
            cel_explain(&ctx, job->program, &job->world->activation, &value, &trace) != RC_OK)
            job->wrong++;
        arena_reset(ctx.arena);
    }
    arena_free(ctx.arena);
    return NULL;
}

static void test_shared_program(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(
        ctx, world,
        "street.matches('St$') && filed.getHours('America/Chicago') == 16 && "
        "filed.getHours('Asia/Tokyo') == 6 && tags.exists(t, t.matches('^' + 'w')) && amount > 1");
    struct job jobs[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){program, world, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_shared_program),
    };

    return cmocka_run_group_tests_name("rules/threads", tests, NULL, NULL);
}
