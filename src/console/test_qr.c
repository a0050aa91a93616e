/* The code as a camera would find it: the patterns of ISO/IEC 18004 in their places, and a format
 * that says what was asked for. That a reader reads the text back is a journey's question. */
#include "console/qr.h"

#include <stdlib.h>

#include "base/test_support.h"

#define MAX_SIDE 177

struct modules {
    int side;
    bool is_dark[MAX_SIDE][MAX_SIDE];
};

static struct ctx *a_ctx(void **state)
{
    return *state;
}

static int64_t number(struct str *rest)
{
    size_t n = 0;
    int64_t value = -1;

    if (rest->n && rest->p[0] == '-')
        n = 1;
    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        n++;
    assert_true(str_to_i64(str_slice(*rest, 0, n), &value));
    *rest = str_slice(*rest, n, rest->n);
    return value;
}

static void expect(struct str *rest, const char *text)
{
    assert_true(str_starts_with(*rest, str_of(text)));
    *rest = str_slice(*rest, strlen(text), rest->n);
}

/* Paints the path; it must be of rectangles one module high, inside the quiet zone. */
static struct modules *paint(struct ctx *ctx, const struct qr_code *code)
{
    struct modules *m = ARENA_ARRAY(ctx->arena, 1, struct modules);
    struct str rest = code->path;

    assert_non_null(m);
    memset(m, 0, sizeof *m);
    m->side = code->size - 2 * QR_QUIET;
    assert_in_range(m->side, 21, MAX_SIDE);
    assert_int_equal((m->side - 17) % 4, 0);
    while (rest.n) {
        int64_t x, y, n;

        expect(&rest, "M");
        x = number(&rest) - QR_QUIET;
        expect(&rest, " ");
        y = number(&rest) - QR_QUIET;
        expect(&rest, "h");
        n = number(&rest);
        expect(&rest, "v1h");
        assert_int_equal(number(&rest), -n);
        expect(&rest, "z");
        assert_true(x >= 0 && y >= 0 && n > 0 && x + n <= m->side && y < m->side);
        for (int64_t i = 0; i < n; i++) {
            assert_false(m->is_dark[y][x + i]);
            m->is_dark[y][x + i] = true;
        }
    }
    return m;
}

/* Section 6.3.3: a square in a ring in a square. */
static void assert_finder(const struct modules *m, int left, int top)
{
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 7; x++) {
            int dx = abs(x - 3), dy = abs(y - 3), ring = dx > dy ? dx : dy;

            assert_int_equal(m->is_dark[top + y][left + x], ring != 2);
        }
}

/* Section 7.9: fifteen bits beside the first finder, masked; the upper two are the level. */
static int format_bits(const struct modules *m)
{
    static const int at[15][2] = {{0, 8}, {1, 8}, {2, 8}, {3, 8}, {4, 8}, {5, 8}, {7, 8}, {8, 8},
                                  {8, 7}, {8, 5}, {8, 4}, {8, 3}, {8, 2}, {8, 1}, {8, 0}};
    int bits = 0;

    for (size_t i = 0; i < COUNT(at); i++)
        bits = bits << 1 | m->is_dark[at[i][1]][at[i][0]];
    return bits ^ 0x5412;
}

/* The rest of division by the generator of the format's BCH code (annex C); 0 when it is whole. */
static int bch_rest(int bits)
{
    for (int i = 14; i >= 10; i--)
        if (bits >> i & 1)
            bits ^= 0x537 << (i - 10);
    return bits;
}

static void patterns_are_in_their_places(void **state)
{
    static const char *const texts[] = {
        "a", "otpauth://totp/Port%20Azalea:ada?secret=JBSWY3DPEHPK3PXP&issuer=Port%20Azalea"};
    struct ctx *ctx = a_ctx(state);

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct qr_code code;
        const struct modules *m;

        assert_int_equal(qr_code_of(ctx, str_of(texts[i]), &code), RC_OK);
        m = paint(ctx, &code);
        assert_finder(m, 0, 0);
        assert_finder(m, m->side - 7, 0);
        assert_finder(m, 0, m->side - 7);
        for (int at = 8; at < m->side - 8; at++) {
            assert_int_equal(m->is_dark[6][at], at % 2 == 0);
            assert_int_equal(m->is_dark[at][6], at % 2 == 0);
        }
        assert_true(m->is_dark[m->side - 8][8]);
        assert_int_equal(bch_rest(format_bits(m)), 0);
        assert_int_equal(format_bits(m) >> 13, 0); /* M */
    }
}

/* Table 7: version 1 holds 14 bytes at level M, version 2 holds 26; 2331 are the most. */
static void the_smallest_that_holds_it(void **state)
{
    static const struct {
        size_t bytes;
        int side;
    } cases[] = {{14, 21}, {15, 25}, {26, 25}, {27, 29}, {2331, 177}};
    struct ctx *ctx = a_ctx(state);
    char text[2332];
    struct qr_code code;

    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(qr_code_of(ctx, (struct str){text, cases[i].bytes}, &code), RC_OK);
        assert_int_equal(code.size, cases[i].side + 2 * QR_QUIET);
    }
    assert_int_equal(qr_code_of(ctx, (struct str){text, sizeof text}, &code), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(patterns_are_in_their_places),
        TEST(the_smallest_that_holds_it),
    };

    return cmocka_run_group_tests_name("qr", tests, NULL, NULL);
}
