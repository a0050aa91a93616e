/* replay_cel [--write DIR] FILE...: the fuzz target over every expression of the given conformance
 * files, and over what is made of them (driver.h); prints TAP, a line for each file. With --write
 * it writes the expressions as files, the corpus that a real fuzzer starts from. */
#include <stdio.h>
#include <stdlib.h>

#include "../conformance/cel/textproto.h"
#include "base/file.h"
#include "driver.h"

#define MAX_EXPRESSIONS 10000

struct expressions {
    struct fuzz_input items[MAX_EXPRESSIONS];
    size_t n;
};

static void add_file(struct expressions *all, const struct textproto *file, const char *name)
{
    for (const struct textproto *section = file->first; section; section = section->next) {
        for (const struct textproto *test = section->first; test; test = test->next) {
            struct str expr = textproto_text(test, "expr");

            if (!str_eq(test->name, S("test")) || all->n == MAX_EXPRESSIONS)
                continue;
            all->items[all->n++] = (struct fuzz_input){name, (const uint8_t *)expr.p, expr.n};
            name = NULL; /* its first expression prints the file's line */
        }
    }
}

static bool load(struct ctx *ctx, const char *path, struct expressions *all)
{
    const struct textproto *file = NULL;
    struct str source;

    if (file_read(ctx, path, (size_t)16 << 20, &source) || textproto_parse(ctx, source, &file)) {
        fprintf(stderr, "%s cannot be read\n", path);
        return false;
    }
    add_file(all, file, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
    return true;
}

static void write_all(const char *dir, const struct expressions *all)
{
    for (size_t i = 0; i < all->n; i++) {
        char path[4096];
        FILE *file;

        snprintf(path, sizeof path, "%s/%04zu", dir, i);
        file = fopen(path, "wb");
        if (!file || fwrite(all->items[i].bytes, 1, all->items[i].n, file) != all->items[i].n ||
            fclose(file) != 0)
            abort();
    }
}

int main(int argc, char **argv)
{
    static struct expressions all;
    struct ctx ctx = {.arena = arena_new((size_t)256 << 20)};
    const char *dir = argc > 2 && strcmp(argv[1], "--write") == 0 ? argv[2] : NULL;
    bool is_good = ctx.arena;
    int status = EXIT_SUCCESS;

    for (int i = dir ? 3 : 1; is_good && i < argc; i++)
        is_good = load(&ctx, argv[i], &all);
    if (is_good && dir)
        write_all(dir, &all);
    else if (is_good)
        status = fuzz_drive(argv[0], all.items, all.n);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return is_good && all.n > 0 ? status : EXIT_FAILURE;
}
