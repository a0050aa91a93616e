/* replay_cel [--write DIR] FILE...: feeds every expression of the given conformance files to the
 * fuzz target, as it is and damaged in ways that a fixed seed repeats; prints TAP. With --write
 * it writes the expressions as files, the corpus that a real fuzzer starts from. */
#include <stdio.h>
#include <stdlib.h>

#include "../conformance/cel/textproto.h"
#include "base/file.h"

#define DAMAGED_EACH 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t seed = 20260702;

static uint64_t random_u64(void)
{
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void feed(const char *bytes, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a byte read too far is seen */

    if (!exact)
        abort();
    if (n)
        memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

/* Cuts, changes or doubles a part, or puts a part of another expression in its place. */
static void feed_damaged(struct str expr, struct str other)
{
    static const char signs[] = "()[]{}.,?:!-+*/%<>=&|'\"\\ \n09eux_\xff";
    char text[4096];
    size_t at = expr.n ? random_u64() % expr.n : 0, n = expr.n < 2000 ? expr.n : 2000;
    size_t len = other.n ? random_u64() % other.n : 0;

    memcpy(text, expr.p, n);
    if (at > n)
        at = n;
    switch (random_u64() % 4) {
    case 0: n = at; break;
    case 1:
        if (n)
            text[at % n] = signs[random_u64() % (sizeof signs - 1)];
        break;
    case 2:
        memmove(text + n, text + at, n - at);
        n += n - at;
        break;
    default:
        len = len < 2000 ? len : 2000;
        memcpy(text + at, other.p, len);
        n = at + len;
        break;
    }
    feed(text, n);
}

static void write_seed(const char *dir, int number, struct str expr)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%04d", dir, number);
    file = fopen(path, "wb");
    if (!file || fwrite(expr.p, 1, expr.n, file) != expr.n || fclose(file) != 0)
        abort();
}

static int run_file(const struct textproto *file, const char *dir, int number)
{
    struct str last = S("[1, 'a', 2.5u].map(x, x)");

    for (const struct textproto *section = file->first; section; section = section->next) {
        for (const struct textproto *test = section->first; test; test = test->next) {
            struct str expr = textproto_text(test, "expr");

            if (!str_eq(test->name, S("test")))
                continue;
            if (dir) {
                write_seed(dir, number++, expr);
                continue;
            }
            feed(expr.p, expr.n);
            for (int i = 0; i < DAMAGED_EACH; i++)
                feed_damaged(expr, last);
            last = expr;
            number++;
        }
    }
    return number;
}

int main(int argc, char **argv)
{
    const char *dir = argc > 2 && strcmp(argv[1], "--write") == 0 ? argv[2] : NULL;
    int first = dir ? 3 : 1, number = 0;

    if (!dir)
        printf("1..%d\n", argc - first);
    for (int i = first; i < argc; i++) {
        struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
        const struct textproto *file = NULL;
        struct str source;
        bool is_read = file_read(&ctx, argv[i], (size_t)16 << 20, &source) == RC_OK &&
                       textproto_parse(&ctx, source, &file) == RC_OK;

        if (is_read)
            number = run_file(file, dir, number);
        if (!dir)
            printf("%s %d %s\n", is_read ? "ok" : "not ok", i - first + 1, argv[i]);
        ctx_done(&ctx);
        arena_free(ctx.arena);
    }
    return number > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
