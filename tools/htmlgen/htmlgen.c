/* htmlgen: the template compiler. README.md beside this file describes the templates.
 *
 *     htmlgen messages.list pages.ct pages.c pages.h
 *
 * Run by the build. A fault goes to standard error as "file:line: sentence"; then the exit code is
 * 1 and nothing is written.
 */
#include <errno.h>
#include <stdio.h>

#include "template.h"

#define CAP_BYTES (256U << 20)
#define OUT_BYTES (32U << 20)

enum { ARG_MESSAGES = 1, ARG_TEMPLATE, ARG_CODE, ARG_HEADER, ARG__N };

static struct str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return str_of(slash ? slash + 1 : path);
}

/* The path as a macro name: two folders may each have a pages.h. */
static struct str guard(struct arena *arena, const char *path)
{
    struct buf name = buf_in(arena, 4096);

    BUF_ADD(&name, "HTMLGEN_");
    for (const char *c = path; *c; c++) {
        if (*c >= 'a' && *c <= 'z')
            buf_add_byte(&name, (char)(*c - 'a' + 'A'));
        else
            buf_add_byte(&name, (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? *c : '_');
    }
    return buf_str(&name);
}

static void write_outputs(struct template *t, char **argv)
{
    struct str name = file_name(argv[ARG_TEMPLATE]), macro = guard(t->arena, argv[ARG_HEADER]);
    struct buf header = buf_in(t->arena, OUT_BYTES), code = header;

    buf_add_fmt(&header,
                "/* Made from %.*s by htmlgen. */\n#ifndef %.*s\n#define %.*s\n\n"
                "#include \"base/html.h\"\n%.*s\n#endif\n",
                STR_ARG(name), STR_ARG(macro), STR_ARG(macro), STR_ARG(buf_str(&t->header)));
    buf_add_fmt(&code, "/* Made from %.*s by htmlgen. */\n#include \"%.*s\"\n", STR_ARG(name),
                STR_ARG(file_name(argv[ARG_HEADER])));
    buf_add(&code, buf_str(&t->code));
    if (arena_has_failed(t->arena) || header.has_failed || code.has_failed)
        gen_complain(t->report, t->path, 0, "needs more memory than expected");
    else if (!gen_write(argv[ARG_HEADER], buf_str(&header)) ||
             !gen_write(argv[ARG_CODE], buf_str(&code)))
        gen_complain(t->report, argv[ARG_CODE], 0, "cannot be written: %s", strerror(errno));
}

static void compile(struct arena *arena, struct gen_report *report, char **argv)
{
    struct template *t = ARENA_NEW(arena, struct template);

    if (!t)
        return;
    t->arena = arena;
    t->report = report;
    t->path = argv[ARG_TEMPLATE];
    t->code = t->header = t->literal = buf_in(arena, OUT_BYTES);
    for (int i = ARG_MESSAGES; i <= ARG_TEMPLATE; i++)
        if (!gen_read(arena, argv[i], i == ARG_MESSAGES ? &t->messages : &t->text))
            gen_complain(report, argv[i], 0, "cannot be read: %s", strerror(errno));
    if (!report->count && template_compile(t))
        write_outputs(t, argv);
}

int main(int argc, char **argv)
{
    struct gen_report report = {.count = 0};
    struct arena *arena = arena_new(CAP_BYTES);

    if (!arena || argc != ARG__N) {
        fprintf(stderr, "usage: htmlgen MESSAGES.LIST TEMPLATE.CT OUT.C OUT.H\n");
        return 2;
    }
    report.text = buf_in(arena, OUT_BYTES);
    compile(arena, &report, argv);
    gen_print(&report);
    arena_free(arena);
    return report.count ? 1 : 0;
}
