/* Typed statements: every type there and back, every kind, the rights. */
#include <math.h>

#include "db/test_queries.h"
#include "db/test_support.h"

static struct ctx *ctx_of(void **state)
{
    return &((struct test_store *)*state)->ctx;
}

/* Most tests here do one thing in a transaction. */
static enum rc add_team(struct ctx *ctx, void *arg)
{
    return team_add(ctx, S("streets-east"), arg);
}

struct sample_tx {
    struct sample_add_args args;
    int64_t id;
};

static enum rc add_sample(struct ctx *ctx, void *arg)
{
    struct sample_tx *tx = arg;

    return sample_add(ctx, &tx->args, &tx->id);
}

static struct sample_by_id_row there_and_back(struct ctx *ctx, struct sample_add_args args)
{
    struct sample_tx tx = {.args = args};
    struct sample_by_id_row row;

    test_ok(ctx, db_tx(ctx, add_sample, &tx));
    assert_true(tx.id > 0);
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, sample_by_id(ctx, tx.id, &row));
    db_reader_release(ctx);
    assert_int_equal(row.id, tx.id);
    return row;
}

static const struct sample_add_args all_null = {
    .team_id_is_null = true,
    .label = STR(""),
    .note_is_null = true,
    .price_is_null = true,
    .due_is_null = true,
    .answers = STR("null"),
    .content_is_null = true,
    .weight_is_null = true,
};

static void test_values_return(void **state)
{
    struct ctx *ctx = ctx_of(state);
    char bytes[] = "a\0b\xff'\"";
    int64_t team;
    struct sample_by_id_row row;

    test_ok(ctx, db_tx(ctx, add_team, &team));
    row = there_and_back(ctx, (struct sample_add_args){.team_id = team,
                                                       .label = S("Ổ gà 😀"),
                                                       .note = S("a 'quoted' \"note\"; --"),
                                                       .count = INT64_MAX / 4,
                                                       .is_done = true,
                                                       .price = {-1234567890123},
                                                       .at = {INT64_MIN},
                                                       .due = {-719162},
                                                       .answers = S("{\"lane\": true}"),
                                                       .content = {bytes, sizeof bytes},
                                                       .weight = 0.1});
    assert_false(row.team_id_is_null);
    assert_int_equal(row.team_id, team);
    assert_true(str_eq(row.label, S("Ổ gà 😀")));
    assert_true(str_eq(row.note, S("a 'quoted' \"note\"; --")));
    assert_int_equal(row.count, INT64_MAX / 4);
    assert_true(row.is_done);
    assert_int_equal(row.price.cents, -1234567890123);
    assert_int_equal(row.at.us_utc, INT64_MIN);
    assert_int_equal(row.due.days, -719162);
    assert_true(str_eq(row.answers, S("{\"lane\": true}")));
    assert_true(str_eq(row.content, (struct str){bytes, sizeof bytes}));
    assert_true(fabs(row.weight - 0.1) < 1e-15);
    assert_int_equal(row.doubled, INT64_MAX / 4 * 2);
    assert_true(str_eq(row.team_name, S("streets-east")));
}

static void test_nulls_return(void **state)
{
    struct sample_by_id_row row = there_and_back(ctx_of(state), all_null);

    assert_true(row.team_id_is_null && row.note_is_null && row.price_is_null);
    assert_true(row.due_is_null && row.content_is_null && row.weight_is_null);
    assert_true(row.team_name_is_null);
    assert_int_equal(row.label.n, 0);
    assert_false(row.is_done);
}

static void test_empty_is_not_null(void **state)
{
    struct sample_add_args args = all_null;
    struct sample_by_id_row row;

    args.note_is_null = args.content_is_null = false;
    row = there_and_back(ctx_of(state), args);
    assert_false(row.note_is_null);
    assert_false(row.content_is_null);
    assert_int_equal(row.note.n, 0);
    assert_int_equal(row.content.n, 0);
}

static enum err_id error_of(struct ctx *ctx, struct sample_add_args args, enum rc expected)
{
    struct sample_tx tx = {.args = args, .id = 42};
    enum err_id id;

    assert_int_equal(db_tx(ctx, add_sample, &tx), expected);
    assert_int_equal(tx.id, 42);
    id = ctx->err.id;
    ctx_clear_error(ctx);
    return id;
}

static void test_constraints_refuse(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct sample_add_args args = all_null;

    args.label = S("eleven char");
    assert_int_equal(error_of(ctx, args, RC_INTERNAL), ERR_INTERNAL);
    args.label = S("Ổ gà Ổ gà ");
    assert_int_equal(there_and_back(ctx, args).label.n, 16);
    args.count = -1;
    assert_int_equal(error_of(ctx, args, RC_INTERNAL), ERR_INTERNAL);
    args.count = 0;
    args.team_id_is_null = false;
    args.team_id = 999;
    assert_int_equal(error_of(ctx, args, RC_INTERNAL), ERR_INTERNAL);
}

static void test_nul_byte_is_refused(void **state)
{
    struct sample_add_args args = all_null;

    args.label = (struct str){"a\0b", 3};
    assert_int_equal(error_of(ctx_of(state), args, RC_INVALID), ERR_NOT_UTF8);
}

static void test_bad_json_is_refused(void **state)
{
    struct sample_add_args args = all_null;

    args.answers = S("{\"lane\": tru");
    assert_int_equal(error_of(ctx_of(state), args, RC_INTERNAL), ERR_INTERNAL);
}

static void test_duplicate_is_named(void **state)
{
    struct ctx *ctx = ctx_of(state);
    int64_t id = -1;

    test_ok(ctx, db_tx(ctx, add_team, &id));
    assert_int_equal(db_tx(ctx, add_team, &id), RC_CONFLICT);
    assert_int_equal(ctx->err.id, ERR_DUPLICATE);
    assert_true(str_find(ctx->err.detail, S("team")) >= 0);
    assert_true(str_find(ctx->err.detail, S("name")) >= 0);
}

static enum rc add_quietly(struct ctx *ctx, void *arg)
{
    return team_add_quietly(ctx, S("streets-east"), arg);
}

static void test_conflict_do_nothing_is_duplicate(void **state)
{
    struct ctx *ctx = ctx_of(state);
    int64_t id = -1;

    test_ok(ctx, db_tx(ctx, add_quietly, &id));
    assert_int_equal(db_tx(ctx, add_quietly, &id), RC_CONFLICT);
    assert_int_equal(ctx->err.id, ERR_DUPLICATE);
}

static enum rc rename_team(struct ctx *ctx, void *arg)
{
    return team_rename(ctx, 1, S("parks"), arg);
}

static void test_kinds_of_result(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct team_by_name_row row = {.id = 7};
    struct team_find_row found;
    bool was_found = true;
    int64_t changed = -1, id;

    test_ok(ctx, db_tx(ctx, rename_team, &changed));
    assert_int_equal(changed, 0);
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, team_find(ctx, S("parks"), &was_found, &found));
    assert_false(was_found);
    assert_int_equal(team_by_name(ctx, S("parks"), &row), RC_NOT_FOUND);
    assert_int_equal(row.id, 7);
    ctx_clear_error(ctx);
    test_ok(ctx, db_tx(ctx, add_team, &id));
    test_ok(ctx, db_tx(ctx, rename_team, &changed));
    assert_int_equal(changed, 1);
    test_ok(ctx, team_find(ctx, S("parks"), &was_found, &found));
    assert_true(was_found);
    assert_int_equal(found.id, id);
    test_ok(ctx, team_by_name(ctx, S("parks"), &row));
    assert_true(row.is_open);
}

static enum rc fill(struct ctx *ctx, void *arg)
{
    struct sample_add_args args = all_null;
    enum rc rc = RC_OK;
    int64_t team;

    (void)arg;
    rc = team_add(ctx, S("trees"), &team);
    for (int i = 0; rc == RC_OK && i < 40; i++) {
        args.label = str_fmt(ctx->arena, "s%02d", (i * 7) % 40);
        args.at.us_utc = i;
        args.is_done = i % 4 == 0;
        args.team_id_is_null = i % 2 == 0;
        args.team_id = team;
        rc = sample_add(ctx, &args, NULL);
    }
    return rc;
}

static void test_fragments_and_orders(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct sample_page_args args = {.at_most = 100};
    struct sample_page_rows page;

    test_ok(ctx, db_tx(ctx, fill, NULL));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, sample_page(ctx, &args, &page));
    assert_int_equal(page.n, 40);
    assert_true(str_eq(page.rows[1].label, S("s07")));
    assert_true(page.rows[0].team_name_is_null);
    assert_true(str_eq(page.rows[1].team_name, S("trees")));
    args.order = SAMPLE_PAGE_BY_LABEL;
    args.at_most = 3;
    test_ok(ctx, sample_page(ctx, &args, &page));
    assert_int_equal(page.n, 3);
    assert_true(str_eq(page.rows[2].label, S("s02")));
    args = (struct sample_page_args){
        .order = SAMPLE_PAGE_BY_NEWEST, .at_most = 100, .with_done = true};
    test_ok(ctx, sample_page(ctx, &args, &page));
    assert_int_equal(page.n, 10);
    args.with_team = true;
    args.team = 1;
    test_ok(ctx, sample_page(ctx, &args, &page));
    assert_int_equal(page.n, 0);
    args.with_done = false;
    args.with_label = true;
    args.label = S("s07");
    test_ok(ctx, sample_page(ctx, &args, &page));
    assert_int_equal(page.n, 1);
}

struct each_count {
    int rows, inner;
    int stop_at;
};

static enum rc count_inner(struct ctx *ctx, const struct sample_each_row *row, void *arg)
{
    struct each_count *count = arg;

    (void)ctx;
    assert_int_equal(row->label.n, 3);
    count->inner++;
    return RC_OK;
}

static enum rc count_row(struct ctx *ctx, const struct sample_each_row *row, void *arg)
{
    struct each_count *count = arg;
    struct sample_by_id_row whole;
    enum rc rc;

    assert_true(row->note_is_null);
    if (++count->rows == count->stop_at)
        return FAIL(ctx, ERR_TOO_MANY);
    rc = sample_by_id(ctx, row->id, &whole);
    if (rc == RC_OK && count->rows == 1)
        rc = sample_each(ctx, row->id + 30, count_inner, count);
    assert_true(str_eq(row->label, whole.label));
    return rc;
}

static void test_each_streams(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct each_count count = {0};

    test_ok(ctx, db_tx(ctx, fill, NULL));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, sample_each(ctx, 0, count_row, &count));
    assert_int_equal(count.rows, 40);
    assert_int_equal(count.inner, 10);
    count = (struct each_count){.stop_at = 5};
    assert_int_equal(sample_each(ctx, 0, count_row, &count), RC_LIMIT);
    assert_int_equal(count.rows, 5);
}

static void test_full_text(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct sample_add_args args = all_null;
    struct sample_search_rows rows;

    args.note = S("a lamp that flickers");
    args.note_is_null = false;
    there_and_back(ctx, args);
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, sample_search(ctx, S("flickers"), &rows));
    assert_int_equal(rows.n, 1);
    test_ok(ctx, sample_search(ctx, S("pothole"), &rows));
    assert_int_equal(rows.n, 0);
}

static enum rc add_record(struct ctx *ctx, void *arg)
{
    return record_add(ctx, S("filed"), S("seal"), arg);
}

static enum rc change_record(struct ctx *ctx, void *arg)
{
    (void)arg;
    return record_change(ctx, S("forged"), NULL);
}

static enum rc delete_record(struct ctx *ctx, void *arg)
{
    (void)arg;
    return record_delete(ctx, NULL);
}

static enum rc replace_record(struct ctx *ctx, void *arg)
{
    return record_replace(ctx, *(int64_t *)arg, S("forged"), S(""), NULL);
}

static void test_insert_only(void **state)
{
    struct ctx *ctx = ctx_of(state);
    db_tx_fn *const forgeries[] = {change_record, delete_record, replace_record};
    struct record_count_row count;
    int64_t id;

    test_ok(ctx, db_tx(ctx, add_record, &id));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(db_tx(ctx, forgeries[i], &id), RC_INTERNAL);
        assert_true(str_find(ctx->err.detail, S("insert-only")) >= 0 ||
                    str_find(ctx->err.detail, S("permission denied for table record")) >= 0);
        ctx_clear_error(ctx);
    }
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, record_count(ctx, &count));
    assert_int_equal(count.total, 1);
}

/* Statements that the build would have refused, to see that the connection refuses them too. */
static enum rc run_text(struct ctx *ctx, void *arg)
{
    struct sql_piece *piece = ARENA_NEW(ctx->arena, struct sql_piece);
    struct sql_statement *statement = ARENA_NEW(ctx->arena, struct sql_statement);

    /* Each in memory of its own: connections know statements by their address. */
    *piece = (struct sql_piece){arg, SQL_ALWAYS, SQL_ALWAYS};
    *statement = (struct sql_statement){
        .name = "smuggled", .kind = SQL_EXEC, .pieces = {piece, piece}, .piece_count = {1, 1}};
    return sql_exec(ctx, statement, NULL, NULL);
}

static bool is_refused(const struct ctx *ctx)
{
    static const char *const words[] = {"authorized", "permission denied", "must be owner"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (str_find(ctx->err.detail, str_of(words[i])) >= 0)
            return true;
    return false;
}

static void test_rights_end_here(void **state)
{
    struct ctx *ctx = ctx_of(state);
    const char *const sqlite[] = {
        "CREATE TABLE evil (x)",
        "DROP TABLE sample",
        "ALTER TABLE sample RENAME TO other",
        "ATTACH 'other.db' AS other",
        "PRAGMA recursive_triggers = OFF",
        "DELETE FROM account",
        "INSERT INTO record (what, seal) VALUES ('x', x'00')",
        "UPDATE account SET login = 'me'",
        "DROP TRIGGER record_no_update",
        "CREATE TEMP TRIGGER t AFTER INSERT ON sample BEGIN SELECT 1; END",
    };
    const char *const postgres[] = {
        "CREATE TABLE evil (x BIGINT)",
        "DROP TABLE sample",
        "ALTER TABLE sample RENAME TO other",
        "UPDATE record SET what = 'x'",
        "DELETE FROM record",
        "TRUNCATE record",
        "DROP TRIGGER record_no_change ON record",
        "UPDATE migration SET checksum = ''",
        "ALTER TABLE record DISABLE TRIGGER ALL",
        "CREATE FUNCTION evil() RETURNS BIGINT LANGUAGE SQL AS 'SELECT 1'",
    };
    const char *const *smuggled = test_is_postgres() ? postgres : sqlite;

    for (size_t i = 0; i < 10; i++) {
        enum rc rc = db_tx(ctx, run_text, (void *)(uintptr_t)smuggled[i]);

        if (rc != RC_INTERNAL || !is_refused(ctx))
            print_message("# %s: %.*s\n", smuggled[i], STR_ARG(ctx->err.detail));
        assert_int_equal(rc, RC_INTERNAL);
        assert_true(is_refused(ctx));
        ctx_clear_error(ctx);
    }
    test_ok(ctx, db_tx(ctx, run_text, (void *)(uintptr_t) "DELETE FROM team"));
}

static void test_all_can_be_prepared(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct sql_statement wrong = *db_test_queries.items[1];
    const struct sql_statement *items[] = {&wrong};
    struct sql_piece piece = {"SELECT id, id AS name, id AS is_open FROM team", -1, -1};

    test_ok(ctx, db_check_statements(ctx, &db_test_queries));
    if (!test_is_postgres())
        return;
    wrong.pieces[SQL_POSTGRES] = &piece;
    wrong.piece_count[SQL_POSTGRES] = 1;
    assert_int_equal(db_check_statements(ctx, &(struct sql_statements){items, 1}), RC_INTERNAL);
    assert_true(str_find(ctx->err.detail, S("column name is name of type 20")) >= 0);
}

static void test_reader_cannot_write(void **state)
{
    struct ctx *ctx = ctx_of(state);

    test_ok(ctx, db_reader_acquire(ctx));
    assert_int_equal(team_rename(ctx, 1, S("x"), NULL), RC_INTERNAL);
}

static void test_deadline_stops_reading(void **state)
{
    struct ctx *ctx = ctx_of(state);
    struct count_to_row row;
    int64_t start_ms;

    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, count_to(ctx, 1000, &row));
    assert_int_equal(row.total, 1000);
    db_reader_release(ctx);
    start_ms = clock_monotonic_ms();
    ctx->deadline_ms = start_ms + 100;
    test_ok(ctx, db_reader_acquire(ctx));
    assert_int_equal(count_to(ctx, 2000000000, &row), RC_UNAVAILABLE);
    assert_int_equal(ctx->err.id, ERR_DEADLINE);
    assert_true(clock_monotonic_ms() < start_ms + 5000);
    /* The connection serves the next. */
    db_reader_release(ctx);
    ctx_clear_error(ctx);
    ctx->deadline_ms = 0;
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, count_to(ctx, 10, &row));
}

static enum rc many_variants(struct ctx *ctx, void *arg)
{
    struct sample_page_args args = {.at_most = 1, .label = S("x")};
    struct sample_page_rows rows;
    enum rc rc = RC_OK;

    (void)arg;
    for (unsigned i = 0; rc == RC_OK && i < 2000; i++) {
        args.with_team = i & 1;
        args.with_label = i & 2;
        args.with_done = i & 4;
        args.order = (enum sample_page_order)(i % 3);
        rc = sample_page(ctx, &args, &rows);
    }
    return rc;
}

static void test_cache_makes_room(void **state)
{
    struct ctx *ctx = ctx_of(state);

    test_ok(ctx, db_tx(ctx, many_variants, NULL));
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORED(test_values_return),
        STORED(test_nulls_return),
        STORED(test_empty_is_not_null),
        STORED(test_constraints_refuse),
        STORED(test_nul_byte_is_refused),
        STORED(test_bad_json_is_refused),
        STORED(test_duplicate_is_named),
        STORED(test_conflict_do_nothing_is_duplicate),
        STORED(test_kinds_of_result),
        STORED(test_fragments_and_orders),
        STORED(test_each_streams),
        STORED(test_full_text),
        STORED(test_insert_only),
        STORED(test_rights_end_here),
        STORED(test_all_can_be_prepared),
        STORED(test_reader_cannot_write),
        STORED(test_deadline_stops_reading),
        STORED(test_cache_makes_room),
    };

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name(
        test_is_postgres() ? "db/statement-postgres" : "db/statement", tests, NULL, NULL);
}
