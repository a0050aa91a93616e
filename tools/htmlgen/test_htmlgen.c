#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/test_temporary.h"
#include "template.h"

#define PAGE(body) "%page p(struct str s)\n" body "\n%end\n"

static struct arena *arena;
static const char *messages_path, *htmlgen_path, *source_folder, *build_folder, *c_compiler;
static char folder[TEST_TEMPORARY_MAX];

static int setup(void **state)
{
    (void)state;
    arena = arena_new(256U << 20);
    test_temporary(folder, "htmlgen");
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    test_temporary_remove(folder);
    return 0;
}

/* What the compiler complains of, "" when it does not. */
static const char *complaint(struct str text)
{
    struct gen_report report = {.text = buf_in(arena, 65536)};
    struct template *t = ARENA_NEW(arena, struct template);

    assert_non_null(t);
    *t = (struct template){.arena = arena, .path = "t.ct", .text = text, .report = &report};
    t->messages = S("form.change_what plain what\nhome.title plain\nnav.results plural count\n"
                    "nav.some plural\n");
    t->code = t->header = t->literal = buf_in(arena, 1U << 20);
    assert_true(template_compile(t) == (report.count == 0));
    return str_z(arena, buf_str(&report.text));
}

static const struct {
    const char *text, *complaint;
} bad[] = {
    /* where an expression may not stand */
    {PAGE("<p>\n<a class={= s }>x</a></p>"), "t.ct:3: class: an expression may not stand in an"},
    {PAGE("<{= s }>x"), "t.ct:2: an expression may not stand in a tag's name"},
    {PAGE("<a{= s }>x"), "t.ct:2: an expression may not stand in a tag's name"},
    {PAGE("<a data-{= s }=\"x\">x</a>"), "t.ct:2: an expression may not stand in an attribute's"},
    {PAGE("<a {= s }>x</a>"), "t.ct:2: an expression is no attribute"},
    {PAGE("<a onclick=\"{= s }\">x</a>"), "t.ct:2: onclick: scripts are not written"},
    {PAGE("<a ONCLICK=\"x\">x</a>"), "t.ct:2: ONCLICK: scripts are not written"},
    {PAGE("<a style=\"color:{= s }\">x</a>"), "t.ct:2: style: use a class"},
    {PAGE("<!-- a\n{= s } -->"), "t.ct:3: an expression may not stand in a comment"},
    {PAGE("<script>{= s }</script>"), "t.ct:2: a script has src"},
    {PAGE("<script>alert(1)</script>"), "t.ct:2: a script has src"},
    {PAGE("<script src=\"/a.js\">x</script>"), "t.ct:2: nothing else may stand in a script"},
    {PAGE("<script type=\"application/json\">{= s }</script>"), "t.ct:2: only {json } may stand"},
    {PAGE("<script type=\"application/json\">{json s }x</script>"), "t.ct:2: nothing else may"},
    {PAGE("<script type=\"module\">{json s }</script>"), "t.ct:2: a script has src"},
    {PAGE("<p>{json s }</p>"), "t.ct:2: {json } stands only in <script"},
    {PAGE("<style>p {{}</style>"), "t.ct:2: <style> is not allowed"},
    {PAGE("<a title=\"{! s }\">x</a>"), "t.ct:2: {! } stands only between tags"},
    {PAGE("<title>{! s }</title>"), "t.ct:2: {! } stands only between tags"},
    {PAGE("<img alt=\"\" srcset=\"{= s } 2x\">"), "t.ct:2: an expression may not stand in srcset"},
    {PAGE("<p>{? s }</p>"), "t.ct:2: {? } stands only after"},
    {PAGE("<a href=\"{t \"home.title\"}\">x</a>"), "t.ct:2: a message cannot be part of a URL"},
    /* URLs */
    {PAGE("<a href=\"javascript:x\">x</a>"), "t.ct:2: a URL is relative or has http"},
    {PAGE("<a href=\"//x.org\">x</a>"), "t.ct:2: a URL is relative or has http"},
    {PAGE("<a href=\"JavaScript:{= s }\">x</a>"), "t.ct:2: the URL before the expression"},
    {PAGE("<a href=\"https://{= s }/\">x</a>"), "t.ct:2: the URL before the expression"},
    {PAGE("<a href=\"https:{= s }\">x</a>"), "t.ct:2: the URL before the expression"},
    {PAGE("<a href=\"//{= s }\">x</a>"), "t.ct:2: the URL before the expression"},
    /* attributes */
    {PAGE("<a class=x>x</a>"), "t.ct:2: class: the value is not quoted"},
    {PAGE("<a class='x'>x</a>"), "t.ct:2: class: attribute values stand in double quotes"},
    {PAGE("<a id=\"a\"\nID=\"b\">x</a>"), "t.ct:3: the attribute ID stands twice"},
    {PAGE("<a id=\"a\" id={? s.n }\"b\">x</a>"), "t.ct:2: the attribute id stands twice"},
    {PAGE("<p>\n<img src=\"/a.png\"></p>"), "t.ct:3: <img> needs alt"},
    {PAGE("<a title=\"x>y</a>"), "t.ct:2: the value of title is not closed"},
    {PAGE("<a title=\"x"), "t.ct:2: the value of title is not closed"},
    {PAGE("<a title=\"x\"\n% if (s.n) {\n>y</a>"), "t.ct:2: <a is not closed before the next %"},
    {PAGE("<a =\"x\">y</a>"), "t.ct:2: an attribute's name is due here"},
    {"%page p()\n<a b", "t.ct:2: <a is not closed by >"},
    /* elements */
    {PAGE("<p>\n<b>x</p>"), "t.ct:3: </p> comes where </b> is due, for line 3"},
    {PAGE("<p>x"), "t.ct:3: <p> of line 2 is not closed"},
    {PAGE("x</p>"), "t.ct:2: </p> closes nothing"},
    {PAGE("x</p"), "t.ct:2: </p is not closed by >"},
    {PAGE("<div/>"), "t.ct:2: <div/>: a slash closes elements only inside svg"},
    {PAGE("<title>a <b>x</b></title>"), "t.ct:2: <title> of line 2 holds text only"},
    {PAGE("1 < 2"), "t.ct:2: a < in the text is written &lt;"},
    {PAGE("<!-- x"), "t.ct:2: the comment is not closed"},
    {PAGE("<![CDATA[x]]>"), "t.ct:2: only <!doctype html>"},
    {PAGE("<ul>\n% if (s.n) {\n<li>\n% }\n</ul>"), "t.ct:5: <li> of line 4 is not closed in its"},
    {PAGE("<ul>\n% if (s.n) {\n</ul>\n% }"), "t.ct:4: </ul> closes an element from outside the % "
                                             "block of line 3"},
    {"%page p() opens main\n<div>\n%end\n", "t.ct:3: the definition says that it opens <main>"},
    {"%page p() closes main\n</div>\n%end\n", "t.ct:2: </div> comes where </main> is due"},
    {"%page p() opens main\n<main><p>\n%end\n", "t.ct:3: <p> of line 2 is not closed"},
    /* expressions */
    {PAGE("{= s"), "t.ct:2: the expression is not closed by }"},
    {PAGE("{= f(s }"), "t.ct:2: the expression is not closed by }"},
    {PAGE("{= \"x }\n"), "t.ct:2: the expression is not closed by }"},
    {PAGE("{= }"), "t.ct:2: the expression is empty"},
    {PAGE("a { b"), "t.ct:2: an unknown kind of brace; write {{"},
    {PAGE("<a checked={? }>x</a>"), "t.ct:2: the expression is empty"},
    /* messages */
    {PAGE("{t \"no.such\"}"), "t.ct:2: no message has the key \"no.such\""},
    {PAGE("{t \"home\"}"), "t.ct:2: no message has the key \"home\""},
    {PAGE("{t \"form.change_what\"}"), "t.ct:2: the message \"form.change_what\" needs what="},
    {PAGE("{t \"nav.results\"}"), "t.ct:2: the message \"nav.results\" needs count="},
    {PAGE("{t \"nav.some\"}"), "t.ct:2: the plural \"nav.some\" needs count="},
    {PAGE("{t \"home.title\" x=1}"), "t.ct:2: the message \"home.title\" has no {x}"},
    {PAGE("{t \"form.change_what\" what=s what=s}"), "t.ct:2: what is given twice"},
    {PAGE("{t \"form.change_what\" what= }"), "t.ct:2: what has no value"},
    {PAGE("{t \"home.title\" s }"), "t.ct:2: a message is followed by name=expression"},
    {PAGE("{t home.title}"), "t.ct:2: {t is followed by a \"key\""},
    /* directives */
    {"text\n", "t.ct:1: text stands inside a definition"},
    {"%page p(\n", "t.ct:1: a definition is %page name(parameters)"},
    {"%page (x)\n%end\n", "t.ct:1: a definition is %page name(parameters)"},
    {"%page p() open main\n%end\n", "t.ct:1: after the parameters stand"},
    {"%text p() opens main\n%end\n", "t.ct:1: a %text has no elements"},
    {"%page p()\nx\n", "t.ct:1: %end is missing"},
    {"%page p()\n%page q()\n", "t.ct:2: %end is missing for line 1"},
    {"%end\n", "t.ct:1: %end ends nothing"},
    {"%include x.h\n", "t.ct:1: %include \"file.h\" stands before"},
    {PAGE("%include \"x.h\""), "t.ct:2: %include \"file.h\" stands before"},
    {PAGE("%endif"), "t.ct:2: %endif is not known"},
    {"% int x;\n", "t.ct:1: code stands inside a definition"},
    {PAGE("% if (s.n) {"), "t.ct:3: the % block of line 2 is not closed"},
    {PAGE("% }"), "t.ct:2: this } closes no % block"},
    {PAGE("% if (s.n)\nx"), "t.ct:2: open the block with { in this line"},
    {PAGE("% puts(\"x);"), "t.ct:2: a literal or comment is not closed"},
    {"%text p(struct str s)\n{! s }\n%end\n", "t.ct:2: {! } stands only between tags"},
};

static void faults_are_named_by_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *said = complaint(str_of(bad[i].text));

        if (strncmp(said, bad[i].complaint, strlen(bad[i].complaint)) != 0)
            fail_msg("case %zu: %s\nexpected %s\nsaid %s", i, bad[i].text, bad[i].complaint, said);
        assert_ptr_equal(strchr(said, '\n') + 1, said + strlen(said));
    }
}

/* Cut anywhere, or with any byte replaced, a template is taken or refused, never a crash. */
static void damaged_templates_do_no_harm(void **state)
{
    static const char bytes[] = "\0\"'<>{}%=/\n)x";
    struct str good = S("%include \"x.h\"\n%page p(int a) opens b\n<b a=\"{= a }\" c={? a }\"d\">"
                        "{t \"nav.results\" count=a}<i>x</i>\n% if (a) {\n<br>\n% }\n%% {{"
                        "<title>{= \"}\" }</title><a href=\"/{= a }\">x</a>"
                        "<script type=\"application/json\">{json x }</script>\n%end\n");
    char copy[512];

    (void)state;
    assert_string_equal(complaint(good), "");
    for (size_t i = 0; i < good.n; i++) {
        arena_reset(arena);
        complaint(str_slice(good, 0, i));
        memcpy(copy, good.p, good.n);
        for (size_t b = 0; b + 1 < sizeof bytes; b++) {
            copy[i] = bytes[b];
            complaint((struct str){copy, good.n});
        }
    }
}

static const char *said_by(const char *command)
{
    struct buf said = buf_in(arena, 1U << 20);
    FILE *pipe = popen(command, "r");
    char line[1024];

    assert_non_null(pipe);
    while (fgets(line, sizeof line, pipe))
        buf_add(&said, str_of(line));
    pclose(pipe);
    return str_z(arena, buf_str(&said));
}

/* Compiles the template and then the C that it gave; what the C compiler says. */
static const char *said_of_c(const char *text)
{
    const char *path = str_z(arena, str_fmt(arena, "%s/t.ct", folder));

    assert_true(gen_write(path, str_of(text)));
    assert_string_equal(said_by(str_z(arena, str_fmt(arena, "cd %s && %s %s t.ct t.c t.h 2>&1",
                                                     folder, htmlgen_path, messages_path))),
                        "");
    return said_by(str_z(arena, str_fmt(arena,
                                        "cd %s && LC_ALL=C %s -std=gnu17 -fsyntax-only -Wall "
                                        "-Wextra -Werror -I%s -I%s t.c 2>&1",
                                        folder, c_compiler, source_folder, build_folder)));
}

static void types_are_refused_at_the_template_s_own_place(void **state)
{
    static const struct {
        const char *text, *said;
    } wrong[] = {
        {"%page p(_Bool b)\n<p>\n  <i>{= b }</i></p>\n%end\n", "t.ct:3:"},
        {"%page p(struct html h)\n<p>{= h }</p>\n%end\n", "t.ct:2:"},
        {"%page p(struct str s)\n<p>\n{! s }</p>\n%end\n", "t.ct:3:"},
        {"%page p(enum lang l)\n<p>{= l }</p>\n%end\n", "t.ct:2:"},
        {"%page p(struct html h)\n<p title=\"{t \"form.change_what\" what=h}\"></p>\n%end\n", "t."},
        {"%page p(struct html h)\n<title>{t \"form.change_what\" what=h}</title>\n%end\n", "t."},
        {"%page p(int n)\n<a href=\"{= n }\">x</a>\n%end\n", "t.ct:2:"},
        {"%page p(int n)\n<p>a</p>\n<b>{= n + x }</b>\n%end\n", "t.ct:3:11: error: 'x' undecl"},
        {"%page p(int n)\n%   if (n == y) {\n<br>\n% }\n%end\n", "t.ct:2:14: error: 'y' undecl"},
        {"%page p(struct no *n)\n<br>\n%end\n", "t.ct:1:"},
    };

    (void)state;
    assert_string_equal(said_of_c("%page p(int n)\n<p>{= n }</p>\n%end\n"), "");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const char *said = said_of_c(wrong[i].text);

        if (!strstr(said, wrong[i].said) || !strstr(said, "error"))
            fail_msg("%s\nexpected %s\nsaid %s", wrong[i].text, wrong[i].said, said);
    }
}

static void a_refused_template_leaves_nothing_behind(void **state)
{
    struct str text;
    const char *path = str_z(arena, str_fmt(arena, "%s/t.ct", folder));
    const char *made = str_z(arena, str_fmt(arena, "%s/t.c", folder));

    (void)state;
    unlink(made);
    assert_true(gen_write(path, S("%page p()\n<p>\n%end\n")));
    assert_string_equal(
        said_by(str_z(arena, str_fmt(arena, "cd %s && %s %s t.ct t.c t.h 2>&1; echo $?", folder,
                                     htmlgen_path, messages_path))),
        "t.ct:3: <p> of line 2 is not closed\n1\n");
    assert_false(gen_read(arena, made, &text));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_named_by_line),
        cmocka_unit_test(damaged_templates_do_no_harm),
        cmocka_unit_test(types_are_refused_at_the_template_s_own_place),
        cmocka_unit_test(a_refused_template_leaves_nothing_behind),
    };

    if (argc < 6)
        return 2;
    messages_path = realpath(argv[1], NULL);
    htmlgen_path = realpath(argv[2], NULL);
    source_folder = argv[3];
    build_folder = argv[4];
    c_compiler = argv[5];
    return cmocka_run_group_tests_name("tools/htmlgen", tests, setup, teardown);
}
