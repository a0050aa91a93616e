/* db_tx: isolation, groups, limits, and what survives a kill. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/stats.h"
#include "db/test_queries.h"
#include "db/test_turn.h"

#define THREADS 32
#define TURNS   40

#define SQLITE_ONLY 4 /* tests at the end of the list */

/* Holds the writer until it may go on, so that a test can gather a group behind it. */
struct gate {
    _Atomic bool is_entered, may_leave;
};

static enum rc pass_gate(struct ctx *ctx, void *arg)
{
    struct gate *gate = arg;

    (void)ctx;
    atomic_store(&gate->is_entered, true);
    while (!atomic_load(&gate->may_leave))
        usleep(500);
    return RC_OK;
}

struct worker {
    pthread_t thread;
    struct db *db;
    bool has_reader; /* while it is in db_tx */
    db_tx_fn *fn;
    void *arg;
    int64_t deadline_ms;
    enum rc rc;
    enum err_id error;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct ctx ctx = test_ctx(worker->db);

    ctx.deadline_ms = worker->deadline_ms;
    if (worker->has_reader)
        test_ok(&ctx, db_reader_acquire(&ctx));
    worker->rc = db_tx(&ctx, worker->fn, worker->arg);
    worker->error = ctx.err.id;
    test_ctx_done(&ctx);
    return NULL;
}

static void start(struct worker *worker)
{
    assert_int_equal(pthread_create(&worker->thread, NULL, work, worker), 0);
}

static void close_gate(struct worker *keeper, struct gate *gate, struct db *db)
{
    *keeper = (struct worker){.db = db, .fn = pass_gate, .arg = gate};
    start(keeper);
    while (!atomic_load(&gate->is_entered))
        usleep(500);
}

static void open_gate(struct worker *keeper, struct gate *gate)
{
    atomic_store(&gate->may_leave, true);
    pthread_join(keeper->thread, NULL);
    assert_int_equal(keeper->rc, RC_OK);
}

/* Runs them all behind a gate, on SQLite as one group; the keeper's own end is for who asks. */
static void run_group(struct test_store *store, struct worker *keeper, struct worker *workers,
                      int n)
{
    struct gate gate = {0};

    keeper->db = store->db;
    keeper->arg = &gate;
    start(keeper);
    while (!atomic_load(&gate.is_entered))
        usleep(500);
    for (int i = 0; i < n; i++) {
        workers[i].db = store->db;
        start(&workers[i]);
        usleep(10000);
    }
    atomic_store(&gate.may_leave, true);
    pthread_join(keeper->thread, NULL);
    for (int i = 0; i < n; i++)
        pthread_join(workers[i].thread, NULL);
}

/* Ten in one group, the fifth fails: nine stay. */
static void test_one_fails_alone(void **state)
{
    struct test_store *store = *state;
    struct test_turn turns[10];
    struct worker workers[10] = {0}, keeper = {.fn = pass_gate};

    for (int i = 0; i < 10; i++) {
        turns[i] = (struct test_turn){.number = i, .must_fail = i == 4};
        workers[i] = (struct worker){.fn = test_turn_add, .arg = &turns[i]};
    }
    run_group(store, &keeper, workers, 10);
    assert_int_equal(keeper.rc, RC_OK);
    for (int i = 0; i < 10; i++)
        assert_int_equal(workers[i].rc, i == 4 ? RC_CONFLICT : RC_OK);
    assert_int_equal(workers[4].error, ERR_GUARD);
    assert_int_equal(test_count_teams(store->db), 9);
}

static void *take_turns(void *arg)
{
    struct worker *worker = arg;
    struct ctx ctx = test_ctx(worker->db);
    int first = *(int *)worker->arg;

    for (int i = 0; i < TURNS; i++) {
        /* Every third collides with the number before it, every fifth fails by itself. */
        struct test_turn turn = {.number = first + i - (i % 3 == 2), .must_fail = i % 5 == 4};
        enum rc rc = db_tx(&ctx, test_turn_add, &turn);

        worker->rc += rc == RC_OK;
        ctx_clear_error(&ctx);
    }
    test_ctx_done(&ctx);
    return NULL;
}

static void test_many_threads(void **state)
{
    struct test_store *store = *state;
    struct worker workers[THREADS];
    int firsts[THREADS], succeeded = 0;

    for (int i = 0; i < THREADS; i++) {
        firsts[i] = i * 1000;
        workers[i] = (struct worker){.db = store->db, .arg = &firsts[i]};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, take_turns, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        succeeded += (int)workers[i].rc;
    }
    assert_true(succeeded > THREADS * TURNS / 3);
    assert_int_equal(test_count_teams(store->db), succeeded);
}

static enum rc count_up(struct ctx *ctx, void *arg)
{
    struct counter_up_row row;
    enum rc rc = counter_up(ctx, S("it's"), &row);

    if (rc == RC_OK)
        *(int64_t *)arg = row.value;
    return rc;
}

static void *count_turns(void *arg)
{
    struct worker *worker = arg;
    struct ctx ctx = test_ctx(worker->db);
    int64_t value;

    for (int i = 0; i < TURNS; i++)
        if (db_tx(&ctx, count_up, &value) == RC_OK)
            worker->deadline_ms++;
    test_ctx_done(&ctx);
    return NULL;
}

static void test_counter_loses_nothing(void **state)
{
    struct test_store *store = *state;
    struct worker workers[8];
    int64_t value, counted = 0;

    for (int i = 0; i < 8; i++) {
        workers[i] = (struct worker){.db = store->db};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, count_turns, &workers[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(workers[i].thread, NULL);
        counted += workers[i].deadline_ms;
    }
    assert_int_equal(counted, 8 * TURNS);
    test_ok(&store->ctx, db_tx(&store->ctx, count_up, &value));
    assert_int_equal(value, counted + 1);
}

static void *take_turns_at_one_row(void *arg)
{
    struct worker *worker = arg;
    struct ctx ctx = test_ctx(worker->db);
    int64_t value;

    test_ok(&ctx, db_reader_acquire(&ctx));
    for (int i = 0; i < TURNS; i++) {
        test_ok(&ctx, db_turn_begin(&ctx));
        test_ok(&ctx, db_tx(&ctx, count_up, &value));
        db_turn_end(&ctx);
    }
    test_ctx_done(&ctx);
    return NULL;
}

/* Nothing is run twice, and a reader that waits for its turn does not keep others from theirs. */
static void test_turns_are_not_repeated(void **state)
{
    struct test_store *store = *state;
    struct worker workers[8];
    int64_t value, before = db_stats(store->db).repeated;

    for (int i = 0; i < 8; i++) {
        workers[i] = (struct worker){.db = store->db};
        assert_int_equal(
            pthread_create(&workers[i].thread, NULL, take_turns_at_one_row, &workers[i]), 0);
    }
    for (int i = 0; i < 8; i++)
        pthread_join(workers[i].thread, NULL);
    assert_int_equal(db_stats(store->db).repeated, before);
    test_ok(&store->ctx, db_tx(&store->ctx, count_up, &value));
    assert_int_equal(value, 8 * TURNS + 1);
}

static void test_overload(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct test_turn turns[5];
    struct worker workers[5], keeper;
    struct gate gate = {0};
    int refused = 0;

    db_close(store->db);
    store->db = NULL;
    options.queue_max = 3;
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    close_gate(&keeper, &gate, store->db);
    for (int i = 0; i < 5; i++) {
        turns[i] = (struct test_turn){.number = i};
        workers[i] = (struct worker){.db = store->db, .fn = test_turn_add, .arg = &turns[i]};
        start(&workers[i]);
    }
    usleep(50000);
    open_gate(&keeper, &gate);
    for (int i = 0; i < 5; i++) {
        pthread_join(workers[i].thread, NULL);
        refused += workers[i].rc == RC_UNAVAILABLE && workers[i].error == ERR_OVERLOAD;
    }
    assert_int_equal(refused, 2);
    assert_int_equal(test_count_teams(store->db), 3);
}

static void test_deadline_in_queue(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};
    struct db_options options = test_options(store);
    struct worker keeper, late = {.fn = test_turn_add, .arg = &turn};
    struct gate gate = {0};

    db_close(store->db);
    store->db = NULL;
    options.writer_max = 1;
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    late.db = store->db;
    close_gate(&keeper, &gate, store->db);
    late.deadline_ms = clock_monotonic_ms() + 60;
    start(&late);
    pthread_join(late.thread, NULL); /* returns although the writer is still held */
    assert_int_equal(late.error, ERR_DEADLINE);
    open_gate(&keeper, &gate);
    assert_int_equal(test_count_teams(store->db), 0);
}

static enum rc refuse(struct ctx *ctx, void *arg)
{
    int *calls = arg;

    return ++*calls == 2 ? FAIL(ctx, ERR_DISK_FULL, .detail = S("by the test")) : RC_OK;
}

static void test_hook_fails_group(void **state)
{
    struct test_store *store = *state;
    struct test_turn turns[] = {
        {.number = 1}, {.number = 2}, {.number = 3, .must_fail = true}, {.number = 3}};
    int calls = 0;

    db_set_group_hook(store->db, refuse, &calls);
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turns[0]));
    assert_int_equal(db_tx(&store->ctx, test_turn_add, &turns[1]), RC_UNAVAILABLE);
    assert_int_equal(store->ctx.err.id, ERR_DISK_FULL);
    assert_true(str_eq(store->ctx.err.detail, S("by the test")));
    ctx_clear_error(&store->ctx);
    /* Nothing to sequence when nothing was done. */
    assert_int_equal(db_tx(&store->ctx, test_turn_add, &turns[2]), RC_CONFLICT);
    assert_int_equal(calls, 2);
    ctx_clear_error(&store->ctx);
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turns[3]));
    assert_int_equal(test_count_teams(store->db), 2);
}

static enum rc hook_adds(struct ctx *ctx, void *arg)
{
    (void)arg;
    return record_add(ctx, S("group"), S(""), NULL);
}

static void test_hook_writes_with_group(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};
    struct record_count_row row;

    db_set_group_hook(store->db, hook_adds, NULL);
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    test_ok(&store->ctx, db_reader_acquire(&store->ctx));
    test_ok(&store->ctx, record_count(&store->ctx, &row));
    assert_int_equal(row.total, 1);
}

static enum rc pass_gate_and_fail(struct ctx *ctx, void *arg)
{
    struct test_turn turn = {.number = 99};
    enum rc rc = test_turn_add(ctx, &turn);

    if (rc == RC_OK)
        rc = pass_gate(ctx, arg);
    return rc ? rc : FAIL(ctx, ERR_GUARD);
}

/* The first of a group fails, and its transaction with it: the others begin anew. */
static void test_first_fails_alone(void **state)
{
    struct test_store *store = *state;
    struct test_turn turns[3] = {{.number = 1}, {.number = 2, .must_fail = true}, {.number = 3}};
    struct worker workers[3] = {0}, keeper = {.fn = pass_gate_and_fail};

    for (int i = 0; i < 3; i++)
        workers[i] = (struct worker){.fn = test_turn_add, .arg = &turns[i]};
    run_group(store, &keeper, workers, 3);
    assert_int_equal(keeper.rc, RC_CONFLICT);
    assert_int_equal(workers[0].rc, RC_OK);
    assert_int_equal(workers[1].rc, RC_CONFLICT);
    assert_int_equal(workers[2].rc, RC_OK);
    assert_int_equal(test_count_teams(store->db), 2);
}

/* What transactions left for the group's end, in the order it was run. */
struct ledger {
    char letters[20];
    int64_t teams; /* that were there by then */
    bool must_fail;
};

struct errand {
    struct ledger *ledger;
    struct test_turn turn;
    char letter;
};

static enum rc write_letter(struct ctx *ctx, void *arg)
{
    struct errand *errand = arg;
    struct ledger *ledger = errand->ledger;
    struct team_count_row row;
    enum rc rc = team_count(ctx, &row);

    ledger->letters[strlen(ledger->letters)] = errand->letter;
    ledger->teams = row.total;
    return rc || !ledger->must_fail ? rc : FAIL(ctx, ERR_DISK_FULL, .detail = S("by the test"));
}

static enum rc leave_errand(struct ctx *ctx, void *arg)
{
    struct errand *errand = arg;
    struct errand *copy = ARENA_NEW(db_tx_arena(ctx), struct errand);
    enum rc rc = test_turn_add(ctx, &errand->turn);

    if (!copy)
        return FAIL(ctx, ERR_MEMORY);
    *copy = *errand;
    return rc ? rc : db_tx_later(ctx, write_letter, copy);
}

/* Three in a group: what the one that fails left is not run. */
static void test_later_is_run_with_the_group(void **state)
{
    struct test_store *store = *state;
    struct ledger ledger = {.must_fail = false};
    struct errand errands[] = {{&ledger, {.number = 1}, 'a'},
                               {&ledger, {.number = 2, .must_fail = true}, 'b'},
                               {&ledger, {.number = 3}, 'c'}};
    struct worker workers[3] = {0}, keeper = {.fn = pass_gate};

    for (int i = 0; i < 3; i++)
        workers[i] = (struct worker){.fn = leave_errand, .arg = &errands[i]};
    for (int i = 0; i < 3; i += test_is_postgres() ? 1 : 3)
        run_group(store, &keeper, &workers[i], test_is_postgres() ? 1 : 3);
    assert_int_equal(workers[0].rc, RC_OK);
    assert_int_equal(workers[1].rc, RC_CONFLICT);
    assert_int_equal(workers[2].rc, RC_OK);
    assert_string_equal(ledger.letters, "ac");
    assert_int_equal(ledger.teams, 2);
}

/* Of a group whose end fails nothing is kept. */
static void test_later_fails_its_transaction(void **state)
{
    struct test_store *store = *state;
    struct ledger ledger = {.must_fail = true};
    struct errand errand = {&ledger, {.number = 1}, 'a'};

    assert_int_equal(db_tx(&store->ctx, leave_errand, &errand), RC_UNAVAILABLE);
    assert_int_equal(store->ctx.err.id, ERR_DISK_FULL);
    assert_int_equal(test_count_teams(store->db), 0);
    ctx_clear_error(&store->ctx);
    ledger.must_fail = false;
    test_ok(&store->ctx, db_tx(&store->ctx, leave_errand, &errand));
    assert_int_equal(test_count_teams(store->db), 1);
}

static void test_snapshot(void **state)
{
    struct test_store *store = *state;
    struct ctx reader = test_ctx(store->db);
    struct test_turn turn = {.number = 1};
    struct team_count_row row;

    test_ok(&reader, db_reader_acquire(&reader));
    test_ok(&reader, team_count(&reader, &row));
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    test_ok(&reader, team_count(&reader, &row));
    assert_int_equal(row.total, 0);
    turn.number = 2;
    test_ok(&reader, db_tx(&reader, test_turn_add, &turn)); /* its own work is seen at once */
    test_ok(&reader, team_count(&reader, &row));
    assert_int_equal(row.total, 2);
    test_ctx_done(&reader);
}

/* Of one connection for reading: who waits in db_tx leaves it to others. */
static void test_waiting_lends_the_reader(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct ctx ctx = test_ctx(NULL);
    struct gate gate = {0};
    struct worker keeper = {.has_reader = true, .fn = pass_gate, .arg = &gate};
    struct team_count_row row;
    struct test_turn turn = {.number = 1};

    db_close(store->db);
    store->db = NULL;
    options.reader_max = 1;
    test_ok(&ctx, db_open(&ctx, &options, &store->db));
    ctx.db = keeper.db = store->db;
    start(&keeper);
    while (!atomic_load(&gate.is_entered))
        usleep(500);
    ctx.deadline_ms = clock_monotonic_ms() + 2000;
    test_ok(&ctx, db_reader_acquire(&ctx));
    test_ok(&ctx, team_count(&ctx, &row));
    open_gate(&keeper, &gate);
    test_ok(&ctx, db_tx(&ctx, test_turn_add, &turn));
    assert_int_equal(test_count_teams(store->db), 1); /* with the only one: db_tx took none again */
    test_ok(&ctx, team_count(&ctx, &row));
    assert_int_equal(row.total, 1);
    test_ctx_done(&ctx);
}

static enum rc swallow(struct ctx *ctx, void *arg)
{
    enum rc rc = test_turn_add(ctx, arg);

    for (int i = 0; i < 20; i++)
        str_fmt(ctx->arena, "%1000000d", i); /* text is not checked by who builds it */
    return rc;
}

static void test_failed_arena_undoes(void **state)
{
    struct test_store *store = *state;
    struct ctx ctx = test_ctx(store->db);
    struct test_turn turn = {.number = 1};

    arena_free(ctx.arena);
    ctx.arena = arena_new((size_t)4 << 20);
    assert_int_equal(db_tx(&ctx, swallow, &turn), RC_LIMIT);
    assert_int_equal(ctx.err.id, ERR_MEMORY);
    test_ctx_done(&ctx);
    assert_int_equal(test_count_teams(store->db), 0);
}

/* Two that each read what the other changes: one after the other one of them would see it. */
struct skew {
    _Atomic int readers;
};

static enum rc read_then_add(struct ctx *ctx, void *arg)
{
    struct skew *skew = arg;
    struct team_count_row row;
    enum rc rc = team_count(ctx, &row);

    /* Both have read before either writes, if the engine lets them. */
    atomic_fetch_add(&skew->readers, 1);
    for (int i = 0; test_is_postgres() && i < 100 && atomic_load(&skew->readers) < 2; i++)
        usleep(1000);
    if (rc == RC_OK && row.total == 0)
        rc = team_add(ctx, str_fmt(ctx->arena, "only %d", gettid()), NULL);
    return rc;
}

static void test_no_write_skew(void **state)
{
    struct test_store *store = *state;
    struct skew skew = {0};
    struct worker workers[2];

    for (int i = 0; i < 2; i++) {
        workers[i] = (struct worker){.db = store->db, .fn = read_then_add, .arg = &skew};
        start(&workers[i]);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(workers[i].thread, NULL);
        assert_int_equal(workers[i].rc, RC_OK);
    }
    assert_int_equal(test_count_teams(store->db), 1);
}

static enum rc add_twice_and_go_on(struct ctx *ctx, void *arg)
{
    enum rc rc = test_turn_add(ctx, arg);

    if (rc == RC_OK && test_turn_add(ctx, arg) == RC_CONFLICT)
        ctx_clear_error(ctx);
    return rc;
}

static void test_failed_statement_fails_all(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};

    assert_int_equal(db_tx(&store->ctx, add_twice_and_go_on, &turn), RC_INTERNAL);
    assert_true(str_find(store->ctx.err.detail, S("ON CONFLICT")) >= 0);
    assert_int_equal(test_count_teams(store->db), 0);
}

/* What came in damaged or cut is never written, whatever the work does. */
static void test_unusable_input_writes_nothing(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};

    store->ctx.unusable = (struct err){.id = ERR_NOT_UTF8, .field = S("note")};
    assert_int_equal(db_tx(&store->ctx, test_turn_add, &turn), RC_INVALID);
    assert_true(str_eq(store->ctx.err.field, S("note")));
    assert_int_equal(test_count_teams(store->db), 0);
    ctx_clear_error(&store->ctx);
    store->ctx.unusable.id = ERR_NONE;
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    assert_int_equal(test_count_teams(store->db), 1);
}

/* A child that adds numbered teams and says each number after db_tx has returned. */
static void add_for_ever(const struct test_store *store, int out, int from)
{
    struct db_options options = test_options(store);
    struct ctx ctx = test_ctx(NULL);
    struct test_turn turn = {.number = from};

    if (db_open(&ctx, &options, &ctx.db) != RC_OK)
        _exit(1);
    for (;; turn.number++) {
        if (db_tx(&ctx, test_turn_add, &turn) != RC_OK)
            _exit(2);
        if (write(out, &turn.number, sizeof turn.number) != sizeof turn.number)
            _exit(3);
    }
}

static void test_kill_loses_nothing(void **state)
{
    struct test_store *store = *state;
    struct ctx ctx = test_ctx(NULL);
    struct db_options options = test_options(store);
    int number = 0, acknowledged = 0;

    db_close(store->db);
    store->db = NULL;
    for (int i = 0; i < 8; i++) {
        int ends[2];
        pid_t child;

        assert_int_equal(pipe(ends), 0);
        child = fork();
        assert_true(child >= 0);
        if (child == 0)
            add_for_ever(store, ends[1], i * 1000000);
        close(ends[1]);
        /* However slow the machine is, something was promised. */
        if (read(ends[0], &number, sizeof number) == sizeof number)
            acknowledged++;
        usleep(20000 + 7000 * (unsigned)i);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(ends[0], &number, sizeof number) == sizeof number)
            acknowledged++;
        close(ends[0]);
    }
    test_ok(&ctx, db_open(&ctx, &options, &store->db));
    assert_true(acknowledged >= 8);
    /* One per kill may be stored without having been acknowledged. */
    assert_in_range(test_count_teams(store->db), acknowledged, acknowledged + 8);
    test_ctx_done(&ctx);
}

/* A closed store is one file: what copies it needs to know of no other. */
static void test_close_leaves_one_file(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};
    struct ctx ctx = test_ctx(store->db);
    char wal[sizeof store->location + 10];

    test_ok(&ctx, db_tx(&ctx, test_turn_add, &turn));
    test_ok(&ctx, db_reader_acquire(&ctx));
    db_reader_release(&ctx);
    test_ctx_done(&ctx);
    db_close(store->db);
    store->db = NULL;
    snprintf(wal, sizeof wal, "%s-wal", store->location);
    assert_int_equal(access(wal, F_OK), -1);
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    /* SQLite's own last. */
    const struct CMUnitTest tests[] = {
        STORED(test_one_fails_alone),
        STORED(test_first_fails_alone),
        STORED(test_many_threads),
        STORED(test_counter_loses_nothing),
        STORED(test_turns_are_not_repeated),
        STORED(test_deadline_in_queue),
        STORED(test_later_is_run_with_the_group),
        STORED(test_later_fails_its_transaction),
        STORED(test_snapshot),
        STORED(test_waiting_lends_the_reader),
        STORED(test_failed_arena_undoes),
        STORED(test_no_write_skew),
        STORED(test_failed_statement_fails_all),
        STORED(test_unusable_input_writes_nothing),
        STORED(test_kill_loses_nothing),
        STORED(test_overload),
        STORED(test_hook_fails_group),
        STORED(test_hook_writes_with_group),
        STORED(test_close_leaves_one_file),
    };
    size_t n = COUNT(tests);

    test_choose_engine(argc, argv);
    return _cmocka_run_group_tests(test_is_postgres() ? "db/tx-postgres" : "db/tx", tests,
                                   test_is_postgres() ? n - SQLITE_ONLY : n, NULL, NULL);
}
