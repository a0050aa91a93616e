/* pogen: the message compiler.
 *
 *     pogen errors.def en.po es.po vi.po messages.h messages.c messages.list
 *
 * Run by the build. Complaints go to standard error as "file:line: sentence"; with any of them
 * the exit code is 1 and nothing is written.
 */
#include <errno.h>
#include <stdio.h>

#include "check.h"
#include "emit.h"

#define LANG_COUNT 3
#define CAP_BYTES  (256U << 20)
#define OUT_BYTES  (64U << 20)

enum { ARG_REGISTRY = 1, ARG_PO, ARG_HEADER = ARG_PO + LANG_COUNT, ARG_TABLES, ARG_LIST, ARG__N };

#if defined(__SANITIZE_ADDRESS__)
/* libgettextpo 0.21 keeps two file names when it has read a catalogue. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libgettextpo\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
#endif

static void write_output(struct gen_report *report, const char *path, const struct buf *text)
{
    if (!gen_write(path, buf_str(text)))
        gen_complain(report, path, 0, "cannot be written: %s", strerror(errno));
}

static void compile(struct arena *arena, struct gen_report *report, char **argv)
{
    struct catalogue catalogues[LANG_COUNT] = {
        {.path = argv[ARG_PO], .form_count = 2},
        {.path = argv[ARG_PO + 1], .form_count = 2},
        {.path = argv[ARG_PO + 2], .form_count = 1},
    };
    struct buf header = buf_in(arena, OUT_BYTES), tables = header, list = header;
    struct str registry = STR_NONE;

    for (size_t i = 0; i < LANG_COUNT; i++)
        catalogue_read(arena, report, &catalogues[i]);
    if (!gen_read(arena, argv[ARG_REGISTRY], &registry))
        gen_complain(report, argv[ARG_REGISTRY], 0, "cannot be read: %s", strerror(errno));
    check_languages(report, catalogues, LANG_COUNT);
    check_errors(report, &catalogues[0], argv[ARG_REGISTRY], registry);
    if (report->count)
        return;
    emit_header(&header, &catalogues[0]);
    emit_tables(&tables, catalogues, LANG_COUNT);
    emit_list(&list, &catalogues[0]);
    if (arena_has_failed(arena) || header.has_failed || tables.has_failed || list.has_failed) {
        gen_complain(report, argv[ARG_TABLES], 0, "the messages need more memory than expected");
        return;
    }
    write_output(report, argv[ARG_HEADER], &header);
    write_output(report, argv[ARG_TABLES], &tables);
    write_output(report, argv[ARG_LIST], &list);
}

int main(int argc, char **argv)
{
    struct gen_report report = {.count = 0};
    struct arena *arena = arena_new(CAP_BYTES);

    if (!arena || argc != ARG__N) {
        fprintf(stderr, "usage: pogen ERRORS.DEF EN.PO ES.PO VI.PO OUT.H OUT.C OUT.LIST\n");
        return 2;
    }
    report.text = buf_in(arena, OUT_BYTES);
    compile(arena, &report, argv);
    gen_print(&report);
    arena_free(arena);
    return report.count ? 1 : 0;
}
