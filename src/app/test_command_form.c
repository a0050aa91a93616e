/* Calls against usage lines; with arguments, that call against the program's own: ends with 2 and
 * the sentence when it is refused, which is how the documents' lines are held to it. */
#include "app/command_form.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/buf.h"

#define MAX_ARENA ((size_t)1 << 20)

static const char usage[] = "add DIR NAME --scope RIGHT@KIND... [--days N] [--quiet]\n"
                            "list DIR [--json]\n"
                            "put DIR NAME [VALUE]";

static const char job_usage[] = "DIR\nlist DIR\nretry DIR JOB";

static char *own_word(struct ctx *ctx, struct str word)
{
    char *copy = arena_alloc(ctx->arena, word.n + 1);

    assert_non_null(copy);
    memcpy(copy, str_z(ctx->arena, word), word.n + 1);
    return copy;
}

static enum rc find(struct ctx *ctx, const char *lines, struct str words, struct form *ret)
{
    char *argv[100];
    int argc = 0;
    struct str word;

    while (words.n && str_next(&words, ' ', &word))
        argv[argc++] = own_word(ctx, str_eq(word, S("''")) ? STR_NONE : word);
    return command_form_find(ctx, lines, argc, argv, ret);
}

/* `words` are parted by blanks; "''" is an empty one. An empty sentence: the call is good. */
static void check_call(const char *lines, const char *words, const char *sentence)
{
    struct arena *arena = arena_new(MAX_ARENA);
    struct ctx ctx = {.arena = arena};
    struct form form;
    enum rc rc = find(&ctx, lines, str_of(words), &form);

    if (*sentence) {
        assert_int_equal(rc, RC_INVALID);
        assert_int_equal(ctx.err.id, ERR_USAGE);
        assert_string_equal(str_z(arena, ctx.err.detail), sentence);
    } else {
        assert_int_equal(rc, RC_OK);
    }
    ctx_done(&ctx);
    arena_free(arena);
}

struct call {
    const char *lines, *words, *sentence;
};

static void check_calls(const struct call *calls, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_call(calls[i].lines, calls[i].words, calls[i].sentence);
}

static void test_taken(void **state)
{
    static const struct call calls[] = {
        {usage, "add d n --scope a", ""},
        {usage, "--scope a add d --days 3 n --scope b --quiet", ""},
        {usage, "list d --json", ""},
        {usage, "put d n", ""},
        {usage, "put d n v", ""},
        {usage, "put d n -5", ""},
        {usage, "put d n ''", ""},
        {"", "", ""},
        {job_usage, "d", ""},
        {job_usage, "list d", ""},
        {job_usage, "retry d 7", ""},
    };

    (void)state;
    check_calls(calls, COUNT(calls));
}

static void test_refused(void **state)
{
    static const struct call calls[] = {
        {usage, "", "say what to do: add, list or put"},
        {usage, "drop d", "\"drop\" is nothing that can be done: say add, list or put"},
        {usage, "add d --scope a", "NAME is missing"},
        {usage, "add '' n --scope a", "DIR is empty"},
        {usage, "add d n", "--scope RIGHT@KIND is missing"},
        {usage, "add d n --scope", "--scope needs a value: --scope RIGHT@KIND"},
        {usage, "add d n --scope --quiet", "--scope needs a value: --scope RIGHT@KIND"},
        {usage, "add d n --scope ''",
         "the value of --scope is empty: leave the option out, or say RIGHT@KIND"},
        {usage, "add d n --scope a --days 1 --days 2", "--days is given twice: leave one out"},
        {usage, "list d --days 1", "--days is no option here; it takes --json"},
        {usage, "put d n --days 1", "--days is no option here; it takes none"},
        {usage, "list d --jsn",
         "there is no option --jsn: the lines below name those that there are"},
        {usage, "list d -j", "there is no option -j: the lines below name those that there are"},
        {usage, "put d n v w", "\"w\" is one word too many; what has blanks stands in quotes"},
        {"", "x", "\"x\" is one word too many; what has blanks stands in quotes"},
        {job_usage, "retry d", "JOB is missing"},
        {job_usage, "list", "DIR is missing"},
        {job_usage, "", "say what to do: list or retry"},
        {job_usage, "d retry 7", "say first what to do: list or retry, then DIR"},
        {job_usage, "end d 7", "say first what to do: list or retry, then DIR"},
    };

    (void)state;
    check_calls(calls, COUNT(calls));
}

/* Far more than any form has. */
static void test_many(void **state)
{
    (void)state;
    check_call(usage, "add d n --scope a --quiet x y z --scope a --quiet x y z",
               "--quiet is given twice: leave one out");
    check_call(usage, "add d n --scope a b b b b b b b b b b b b b b b b b b b b b",
               "\"b\" is one word too many; what has blanks stands in quotes");
    check_call(usage,
               "add d n --scope a --scope a --scope a --scope a --scope a --scope a --scope a "
               "--scope a --scope a --scope a --scope a --scope a --days 1",
               "");
}

static void check_argument(struct ctx *ctx, const char *words, const char *field, const char *named)
{
    static const char lines[] = "add DIR NAME [--per-minute N] [--reason TEXT]";
    struct form form;

    assert_int_equal(find(ctx, lines, str_of(words), &form), RC_OK);
    assert_string_equal(str_z(ctx->arena, command_form_argument(ctx, &form, str_of(field))), named);
}

static void test_arguments(void **state)
{
    struct arena *arena = arena_new(MAX_ARENA);
    struct ctx ctx = {.arena = arena};

    (void)state;
    check_argument(&ctx, "add d n", "name", "NAME");
    check_argument(&ctx, "add d n", "per_minute", "--per-minute");
    check_argument(&ctx, "add d n", "why", "--reason");
    check_argument(&ctx, "add d n", "colour", "colour");
    ctx_done(&ctx);
    arena_free(arena);
}

static const char *usage_of(const char *name)
{
#define COMMAND(command, lines, summary) \
    if (strcmp(name, #command) == 0)     \
        return lines;
#include "app/commands.def"
#undef COMMAND
    return NULL;
}

static int check_one(int argc, char **argv)
{
    const char *lines = usage_of(argv[0]);
    struct arena *arena = arena_new(MAX_ARENA);
    struct ctx ctx = {.arena = arena};
    struct form form;
    bool is_good = lines && !command_form_find(&ctx, lines, argc - 1, argv + 1, &form);

    if (!lines)
        printf("there is no command %s\n", argv[0]);
    else if (!is_good)
        printf("%.*s\n", STR_ARG(ctx.err.detail));
    ctx_done(&ctx);
    arena_free(arena);
    return is_good ? 0 : 2;
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_arguments),
    };

    return argc > 1 ? check_one(argc - 1, argv + 1)
                    : cmocka_run_group_tests_name("app/command_form", tests, NULL, NULL);
}
