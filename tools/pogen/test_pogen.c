#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/test_temporary.h"
#include "gen.h"

/* One run of the compiler over small files; NULL takes the good file of that place. */
struct run {
    const char *name;
    const char *en, *es, *vi, *registry;
    const char *complaint; /* what standard error must hold */
};

#define HEAD         "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"
#define A(text)      "msgid \"a.a\"\nmsgstr \"" text "\"\n\n"
#define B(one, many) "msgid \"b.b\"\nmsgid_plural \"b.b\"\nmsgstr[0] \"" one "\"\n" many "\n"
#define MANY(text)   "msgstr[1] \"" text "\"\n"
#define GOOD_EN      HEAD A("Say \\\"{x}\\\" & go") B("one", MANY("{count} many"))
#define GOOD_ES      HEAD A("Di {x}") B("uno", MANY("{count} muchos"))
#define GOOD_VI      HEAD A("{x}") B("{count}", "")
#define NO_ERRORS    "/* none */\n"

static const char *pogen_path;
static struct arena *arena;
static char folder[TEST_TEMPORARY_MAX];

static int setup(void **state)
{
    (void)state;
    arena = arena_new(16U << 20);
    test_temporary(folder, "pogen");
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    test_temporary_remove(folder);
    return 0;
}

static void put(const char *name, const char *text, const char *fallback)
{
    struct str path = str_fmt(arena, "%s/%s", folder, name);

    assert_true(gen_write(str_z(arena, path), str_of(text ? text : fallback)));
}

static const char *got(const char *name)
{
    struct str text = STR_NONE;

    gen_read(arena, str_z(arena, str_fmt(arena, "%s/%s", folder, name)), &text);
    return str_z(arena, text);
}

/* Standard error of the compiler; its exit code in *ret_code. */
static const char *run(const struct run *run, int *ret_code)
{
    struct buf said = buf_in(arena, 1U << 20);
    char line[1024];
    FILE *pipe;

    put("en.po", run->en, GOOD_EN);
    put("es.po", run->es, GOOD_ES);
    put("vi.po", run->vi, GOOD_VI);
    put("e.def", run->registry, NO_ERRORS);
    pipe = popen(str_z(arena, str_fmt(arena, "cd %s && %s e.def en.po es.po vi.po h c list 2>&1",
                                      folder, pogen_path)),
                 "r");
    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe))
        buf_add(&said, str_of(line));
    *ret_code = WEXITSTATUS(pclose(pipe));
    return str_z(arena, buf_str(&said));
}

static const struct run bad[] = {
    {"missing in one", .es = HEAD A("Di {x}"), .complaint = "en.po:7: b.b is missing in es.po\n"},
    {"missing in English", .vi = GOOD_VI "msgid \"c.c\"\nmsgstr \"c\"\n",
     .complaint = "vi.po:11: c.c is missing in en.po\n"},
    {"placeholder lost", .es = HEAD A("Di") B("uno", MANY("{count}")),
     .complaint = "es.po:4: a.a lacks {x}, which en.po has\n"},
    {"placeholder invented", .es = HEAD A("Di {x} {y}") B("uno", MANY("{count}")),
     .complaint = "en.po:4: a.a lacks {y}, which es.po has\n"},
    {"placeholder lost in a plural", .vi = HEAD A("{x}") B("nhiều", ""),
     .complaint = "vi.po:7: b.b lacks {count}, which en.po has\n"},
    {"placeholder in the singular only", .es = HEAD A("{x}") B("{n}", MANY("{count}")),
     .complaint = "es.po:7: b.b: {n} stands in the form for one but not in the form for many\n"},
    {"twice", .en = GOOD_EN A("again"), .complaint = "en.po:12: duplicate message definition"},
    {"fuzzy", .es = HEAD "#, fuzzy\n" A("Di {x}") B("uno", MANY("{count}")),
     .complaint = "es.po:5: a.a is marked fuzzy"},
    {"empty", .vi = HEAD A("") B("{count}", ""), .complaint = "vi.po:4: a.a has no text\n"},
    {"empty plural", .es = HEAD A("{x}") B("uno", MANY("")),
     .complaint = "es.po:7: b.b has no text\n"},
    {"too few forms", .es = HEAD A("{x}") B("{count}", ""),
     .complaint = "es.po:7: b.b has 1 forms; this language has 2\n"},
    {"too many forms", .vi = HEAD A("{x}") B("một", MANY("{count}")),
     .complaint = "vi.po:7: b.b has 2 forms; this language has 1\n"},
    {"plural in one", .vi = HEAD A("{x}") "msgid \"b.b\"\nmsgstr \"{count}\"\n",
     .complaint = "vi.po:7: b.b is a plural in one of en.po and vi.po only\n"},
    {"plural key differs",
     .vi = HEAD A("{x}") "msgid \"b.b\"\nmsgid_plural \"b.c\"\nmsgstr[0] \"{count}\"\n",
     .complaint = "vi.po:7: b.b: msgid_plural must repeat the key\n"},
    {"stray brace", .vi = HEAD A("{x} }") B("{count}", ""),
     .complaint = "vi.po:4: a.a: a brace that is not part of a placeholder"},
    {"odd placeholder", .vi = HEAD A("{x} {X}") B("{count}", ""),
     .complaint = "vi.po:4: a.a: a brace that is not part of a placeholder"},
    {"not sorted", .vi = HEAD B("{count}", "") A("{x}"),
     .complaint = "vi.po:8: a.a is sorted after b.b: keys go by their bytes\n"},
    {"no key", .en = HEAD "msgid \"A sentence\"\nmsgstr \"x\"\n",
     .complaint = "en.po:4: \"A sentence\" is no key"},
    {"same C name", .en = HEAD "msgid \"a-a\"\nmsgstr \"x\"\n\n" A("{x}") B("one", MANY("{count}")),
     .complaint = "en.po:7: a.a and a-a give the same C name\n"},
    {"not a .po file", .es = "hello\n", .complaint = "es.po:1: "},
    {"error without a sentence", .registry = "/* */\nERROR(LOST, RC_INVALID, 422, \"\")\n",
     .complaint = "e.def:2: LOST has no message \"error.LOST\" in en.po\n"},
    {"error with another placeholder", .registry = "ERROR(X, RC_INVALID, 422, \"\")\n",
     .en = HEAD "msgid \"error.X\"\nmsgstr \"{who}\"\n",
     .complaint = "en.po:4: error.X: an error's sentence can quote {arg} only, not {who}\n"},
};

static void faults_are_named_by_line(void **state)
{
    int code;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *said = run(&bad[i], &code);

        if (!strstr(said, bad[i].complaint) || code != 1)
            fail_msg("%s: exit %d, said: %s", bad[i].name, code, said);
        assert_string_equal(got("c"), "");
    }
}

static void good_files_give_tables(void **state)
{
    struct run good = {.name = "good"};
    int code;

    (void)state;
    assert_string_equal(run(&good, &code), "");
    assert_int_equal(code, 0);
    assert_non_null(strstr(got("h"), "    MSG_NONE = 0, /* the empty text */\n"
                                     "    MSG_a_a,\n    MSG_b_b,\n    MSG__N,\n"));
    assert_string_equal(got("list"), "a.a plain x\nb.b plural count\n");
    assert_non_null(strstr(got("c"), "[LANG_EN][MSG_a_a] = {\n"
                                     "        .text = {STR(\"Say \\\"{x}\\\" & go\")},\n"
                                     "        .html = {STR(\"Say &quot;{x}&quot; &amp; go\")},"));
    assert_non_null(strstr(got("c"), ".text = {STR(\"⟦óñé⟧\"), STR(\"⟦{count} máñý⟧\")}"));
    assert_non_null(strstr(got("c"), "[LANG_VI][MSG_b_b] = {\n"
                                     "        .text = {STR(\"{count}\"), STR(\"{count}\")},"));
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct str command =
        str_fmt(arena, "cd / && %s no.def no.po no.po no.po h c l 2>/dev/null", pogen_path);

    (void)state;
    assert_int_equal(WEXITSTATUS(system(str_z(arena, command))), 1);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named_by_line),
        cmocka_unit_test(good_files_give_tables),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
    };

    if (argc != 2 || !(pogen_path = realpath(argv[1], NULL)))
        return 2;
    return cmocka_run_group_tests_name("tools/pogen", tests, setup, teardown);
}
