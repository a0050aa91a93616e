#include "base/csv.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/test_support.h"

/* All rows as one text: cells between bars, rows with their line in front, errors as "!line". */
static struct str read_all(struct ctx *ctx, struct csv_reader *csv)
{
    struct buf out = buf_in(ctx->arena, (size_t)16 << 20);
    struct csv_row row;

    for (;;) {
        enum rc rc = csv_next(ctx, csv, &row);

        if (rc == RC_INVALID) {
            assert_int_equal(ctx->err.id, ERR_FORMAT);
            buf_add_fmt(&out, "!%jd\n", (intmax_t)csv_last(csv).line);
            ctx_clear_error(ctx);
            continue;
        }
        assert_int_equal(rc, RC_OK);
        if (row.n == 0)
            return buf_str(&out);
        buf_add_i64(&out, row.line);
        for (size_t i = 0; i < row.n; i++) {
            buf_add_byte(&out, '|');
            buf_add(&out, row.cells[i]);
        }
        buf_add_byte(&out, '\n');
    }
}

static struct str read_text(struct ctx *ctx, struct str text, struct csv_options options)
{
    struct csv_reader *csv = NULL;
    struct str all;

    assert_int_equal(csv_open_text(ctx, text, options, &csv), RC_OK);
    all = read_all(ctx, csv);
    assert_true(csv_bytes_taken(csv) <= (int64_t)text.n);
    return all;
}

static void test_read(void **state)
{
    static const struct {
        struct str text;
        const char *rows;
    } cases[] = {
        {STR(""), ""},
        {STR("\xef\xbb\xbf"), ""},
        {STR("\n\r\n\n"), ""},
        {STR("a,b,c\n1,2,3\n"), "1|a|b|c\n2|1|2|3\n"},
        {STR("a,b\r\n1,2\r\n"), "1|a|b\n2|1|2\n"},
        {STR("\xef\xbb\xbf"
             "a,b\n1,2"),
         "1|a|b\n2|1|2\n"},
        {STR("a,,\n,\n"), "1|a||\n2||\n"},
        {STR("\"\"\n\"\",\"\"\n"), "1|\n2||\n"},
        {STR("\"a,b\",\"say \"\"hi\"\"\"\nx,y\n"), "1|a,b|say \"hi\"\n2|x|y\n"},
        {STR("\"two\nlines\",b\r\nx,y"), "1|two\nlines|b\n3|x|y\n"},
        {STR("\"\"\"\"\n"), "1|\"\n"},
        {STR("6\" pipe,\"\"\"x\"\"\"\n"), "1|6\" pipe|\"x\"\n"},
        {STR("a\rb,c\r"), "1|a\rb|c\n"},
        {STR("a\r,b\n"), "1|a\r|b\n"},
        {STR("\"a\"\r"), "1|a\n"},
        {STR("\"a\""), "1|a\n"},
        {STR("a,"), "1|a|\n"},
        {STR("\n\na\n\nb\n"), "3|a\n5|b\n"},
        {STR("x\n\"a\"b,c\ny\n"), "1|x\n!2\n3|y\n"},
        {STR("x\n\"never\ny,z\n"), "1|x\n!2\n3|y|z\n"},
        {STR("\"a\"\rb\n"), "!1\n"},
        {STR("\""), "!1\n"},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(read_text(ctx, cases[i].text, (struct csv_options){0}), cases[i].rows);
    assert_str(read_text(ctx, S("a;b,c\n"), (struct csv_options){.separator = ';'}), "1|a|b,c\n");
}

static void test_limits(void **state)
{
    struct ctx *ctx = *state;
    struct csv_options small = {.row_bytes_max = 10, .cells_max = 3};
    struct csv_reader *csv = NULL;
    struct csv_row row = {.n = 77};
    char *p = arena_alloc(ctx->arena, 3000000);

    assert_str(read_text(ctx, S("1,2,3\n1,2,3,4\n123456789,\n1234567890,\nend\n"), small),
               "1|1|2|3\n!2\n3|123456789|\n!4\n5|end\n");
    /* A quote that swallows three megabytes costs one line; so does a line of that length. */
    memset(p, 'x', 3000000);
    for (int i = 100; i < 1900000; i += 100)
        p[i] = '\n';
    p[0] = '"';
    assert_int_equal(csv_open_text(ctx, (struct str){p, 3000000}, (struct csv_options){0}, &csv),
                     RC_OK);
    assert_int_equal(csv_next(ctx, csv, &row), RC_INVALID);
    assert_int_equal(csv_last(csv).line, 1);
    assert_int_equal(csv_last(csv).raw.n, 100);
    assert_int_equal(row.n, 77);
    ctx_clear_error(ctx);
    for (int line = 2; line < 19000; line++) {
        assert_int_equal(csv_next(ctx, csv, &row), RC_OK);
        assert_true(row.n == 1 && row.line == line && row.cells[0].n == 99);
    }
    assert_int_equal(csv_next(ctx, csv, &row), RC_INVALID);
    assert_int_equal(csv_last(csv).line, 19000);
    ctx_clear_error(ctx);
    assert_int_equal(csv_next(ctx, csv, &row), RC_OK);
    assert_int_equal(row.n, 0);
    assert_int_equal(csv_bytes_taken(csv), 3000000);
}

static int file_with(const char *path, struct str text)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.p, text.n), text.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    unlink(path);
    return fd;
}

/* Rows longer and shorter than the buffer, from a file: the same as from memory, and the same as
 * what was written. */
static void test_there_and_back(void **state)
{
    struct ctx *ctx = *state;
    struct buf file = buf_in(ctx->arena, (size_t)8 << 20);
    struct buf expected = buf_in(ctx->arena, (size_t)8 << 20);
    struct csv_writer writer = {.buf = &file};
    struct csv_reader *csv = NULL;
    uint64_t seed = 11;
    int64_t line = 1;
    int fd;

    for (int row = 0; row < 4000; row++) {
        size_t cells = 1 + test_random(&seed) % 5;
        int64_t lines = 1;

        buf_add_i64(&expected, line);
        for (size_t i = 0; i < cells; i++) {
            static const char alphabet[] = "ab,\"\n\r \xc3";
            char cell[600];
            size_t n = test_random(&seed) % (row % 7 ? 12 : sizeof cell);

            for (size_t at = 0; at < n; at++) {
                cell[at] = alphabet[test_random(&seed) % (sizeof alphabet - 1)];
                lines += cell[at] == '\n';
            }
            csv_put(&writer, (struct str){cell, n});
            buf_add_byte(&expected, '|');
            buf_add(&expected, (struct str){cell, n});
        }
        csv_end_row(&writer);
        buf_add_byte(&expected, '\n');
        line += lines;
    }
    assert_false(buf_has_failed(&file));
    assert_true(
        str_eq(read_text(ctx, buf_str(&file), (struct csv_options){0}), buf_str(&expected)));
    fd = file_with("test_csv.tmp", buf_str(&file));
    assert_int_equal(csv_open_fd(ctx, fd, (struct csv_options){0}, &csv), RC_OK);
    assert_true(str_eq(read_all(ctx, csv), buf_str(&expected)));
    assert_int_equal(csv_bytes_taken(csv), file.n);
    close(fd);
    /* A closed descriptor is an error, not an end. */
    assert_int_equal(csv_open_fd(ctx, fd, (struct csv_options){0}, &csv), RC_OK);
    assert_int_equal(csv_next(ctx, csv, &(struct csv_row){0}), RC_UNAVAILABLE);
    assert_int_equal(ctx->err.id, ERR_FILE);
}

/* Any bytes: every row is taken or refused, and it comes to an end. */
static void test_random_bytes(void **state)
{
    struct ctx *ctx = *state;
    uint64_t seed = 13;

    for (int turn = 0; turn < 3000; turn++) {
        static const char alphabet[] = "a,\"\n\r\"\0;";
        struct ctx child = {.arena = arena_child(ctx->arena)};
        size_t n = test_random(&seed) % 60;
        char *bytes = malloc(n ? n : 1);

        assert_non_null(bytes);
        for (size_t i = 0; i < n; i++)
            bytes[i] = alphabet[test_random(&seed) % (sizeof alphabet - 1)];
        read_text(&child, (struct str){bytes, n},
                  (struct csv_options){.row_bytes_max = 1 + test_random(&seed) % 30});
        free(bytes);
        arena_free(child.arena);
    }
}

/* A CR that is the last byte of the first filling: whether LF follows is not known yet. */
static void test_edge_of_buffer(void **state)
{
    static const char *const ends[] = {"\r\nb\n", "\rb\n", "\r"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(ends); i++)
        for (size_t n = 262140; n < 262148; n++) {
            struct ctx turn = {.arena = arena_child(ctx->arena)};
            char *p = arena_alloc(turn.arena, n + 10);
            struct csv_reader *csv = NULL;
            struct csv_row row;

            memset(p, 'x', n);
            memcpy(p + n, ends[i], strlen(ends[i]));
            assert_int_equal(csv_open_text(&turn, (struct str){p, n + strlen(ends[i])},
                                           (struct csv_options){0}, &csv),
                             RC_OK);
            assert_int_equal(csv_next(&turn, csv, &row), RC_OK);
            assert_int_equal(row.cells[0].n, i == 1 ? n + 2 : n);
            assert_int_equal(csv_next(&turn, csv, &row), RC_OK);
            assert_true(i == 0 ? row.n == 1 && row.line == 2 : row.n == 0);
            arena_free(turn.arena);
        }
}

static void test_raw(void **state)
{
    struct ctx *ctx = *state;
    struct csv_reader *csv = NULL;
    struct csv_row row;

    assert_int_equal(
        csv_open_text(ctx, S("a,\"b\"\"c\"\r\n\"x\"y\n"), (struct csv_options){0}, &csv), RC_OK);
    assert_int_equal(csv_next(ctx, csv, &row), RC_OK);
    assert_str(row.raw, "a,\"b\"\"c\"");
    assert_str(row.cells[1], "b\"c");
    assert_int_equal(csv_next(ctx, csv, &row), RC_INVALID);
    assert_str(csv_last(csv).raw, "\"x\"y");
}

static void test_write(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 1000);
    struct csv_writer csv = {.buf = &buf, .guards_formulas = true};
    static const char *const cells[] = {"",   "plain",  "a,b", "say \"hi\"", " space",    "=1+1",
                                        "@x", "-12.50", "-x",  "+1",         "two\nlines"};

    for (size_t i = 0; i < COUNT(cells); i++)
        csv_put(&csv, str_of(cells[i]));
    csv_put_i64(&csv, -5);
    csv_end_row(&csv);
    csv.guards_formulas = false;
    csv_put_i64(&csv, 1);
    csv_put(&csv, S("=1"));
    csv_end_row(&csv);
    assert_str(buf_str(&buf), "\"\",plain,\"a,b\",\"say \"\"hi\"\"\",\" space\",\"'=1+1\",\"'@x\","
                              "-12.50,\"'-x\",+1,\"two\nlines\",-5\r\n1,=1\r\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_read),         TEST(test_limits),         TEST(test_there_and_back),
        TEST(test_random_bytes), TEST(test_edge_of_buffer), TEST(test_raw),
        TEST(test_write),
    };

    return cmocka_run_group_tests_name("base/csv", tests, NULL, NULL);
}
