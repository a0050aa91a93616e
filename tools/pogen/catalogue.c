#include "catalogue.h"

#include <errno.h>
#include <gettext-po.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_MESSAGES 20000

/* libgettextpo hands no pointer through to its error functions. */
static struct gen_report *reading_report;
static const char *reading_path;

static void po_error(int severity, po_message_t message, const char *file, size_t line,
                     size_t column, int is_multiline, const char *text)
{
    (void)message;
    (void)column;
    (void)is_multiline;
    if (severity == PO_SEVERITY_WARNING)
        return;
    gen_complain(reading_report, file ? file : reading_path,
                 file && line != (size_t)-1 ? (int)line : 0, "%s", text);
    if (severity == PO_SEVERITY_FATAL_ERROR) {
        gen_print(reading_report);
        exit(1);
    }
}

static void po_error_of_two(int severity, po_message_t a, const char *file_a, size_t line_a,
                            size_t column_a, int is_multiline_a, const char *text_a, po_message_t b,
                            const char *file_b, size_t line_b, size_t column_b, int is_multiline_b,
                            const char *text_b)
{
    po_error(PO_SEVERITY_ERROR, a, file_a, line_a, column_a, is_multiline_a, text_a);
    po_error(severity, b, file_b, line_b, column_b, is_multiline_b, text_b);
}

static bool is_key(struct str key)
{
    for (size_t i = 0; i < key.n; i++) {
        char c = key.p[i];

        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            !(i > 0 && (c == '.' || c == '_' || c == '-')))
            return false;
    }
    return key.n > 0;
}

bool placeholder_next(struct str *rest, struct str *ret_name)
{
    for (; rest->n && rest->p[0] != '{' && rest->p[0] != '}'; rest->n--)
        rest->p++;
    for (size_t i = 1; i < rest->n; i++) {
        if (rest->p[i] == '}' && i > 1 && rest->p[0] == '{') {
            *ret_name = str_slice(*rest, 1, i);
            *rest = (struct str){rest->p + i + 1, rest->n - i - 1};
            return true;
        }
        if (!(rest->p[i] >= 'a' && rest->p[i] <= 'z') && rest->p[i] != '_')
            return false;
    }
    return false;
}

/* The library does not say where an entry begins, so it is looked up in the file itself. */
static int line_of(struct str file, struct str key)
{
    struct str line;

    for (int number = 1; str_next(&file, '\n', &line); number++) {
        if (!str_starts_with(line, S("msgid \"")) || line.n < key.n + 8)
            continue;
        if (str_eq(str_slice(line, 7, 7 + key.n), key) && line.p[7 + key.n] == '"')
            return number;
    }
    return 0;
}

static void check_message(struct gen_report *report, const struct catalogue *catalogue,
                          const struct message *message)
{
    size_t forms = message->is_plural ? (size_t)catalogue->form_count : 1;

    if (!is_key(message->key))
        gen_complain(report, catalogue->path, message->line,
                     "\"%.*s\" is no key: letters, digits, '.', '_' and '-' only",
                     STR_ARG(message->key));
    for (size_t form = 0; form < forms; form++) {
        struct str rest = message->forms[form], name;

        if (str_is_empty(rest))
            gen_complain(report, catalogue->path, message->line, "%.*s has no text",
                         STR_ARG(message->key));
        while (placeholder_next(&rest, &name))
            ;
        if (rest.n)
            gen_complain(report, catalogue->path, message->line,
                         "%.*s: a brace that is not part of a placeholder such as {count}",
                         STR_ARG(message->key));
    }
}

static void check_order(struct gen_report *report, const struct catalogue *catalogue)
{
    for (size_t i = 1; i < catalogue->count; i++) {
        struct str before = catalogue->messages[i - 1].key, key = catalogue->messages[i].key;

        if (str_cmp(before, key) > 0)
            gen_complain(report, catalogue->path, catalogue->messages[i].line,
                         "%.*s is sorted after %.*s: keys go by their bytes", STR_ARG(key),
                         STR_ARG(before));
    }
}

static void take_forms(struct arena *arena, struct gen_report *report,
                       const struct catalogue *catalogue, po_message_t po, struct message *message)
{
    const char *plural = po_message_msgid_plural(po);
    int forms = 0;

    if (!plural) {
        message->forms[0] = str_copy(arena, str_of(po_message_msgstr(po)));
        return;
    }
    message->is_plural = true;
    while (po_message_msgstr_plural(po, forms))
        forms++;
    if (!str_eq(str_of(plural), message->key))
        gen_complain(report, catalogue->path, message->line,
                     "%.*s: msgid_plural must repeat the key", STR_ARG(message->key));
    if (forms != catalogue->form_count)
        gen_complain(report, catalogue->path, message->line,
                     "%.*s has %d forms; this language has %d", STR_ARG(message->key), forms,
                     catalogue->form_count);
    for (int form = 0; form < 2; form++)
        message->forms[form] =
            str_copy(arena, str_of(po_message_msgstr_plural(po, form < forms ? form : forms - 1)));
}

static void take_messages(struct arena *arena, struct gen_report *report,
                          struct catalogue *catalogue, po_file_t po_file, struct str text)
{
    po_message_iterator_t all = po_message_iterator(po_file, NULL);
    po_message_t po;

    while ((po = po_next_message(all)) && catalogue->count < MAX_MESSAGES) {
        struct message *message = &catalogue->messages[catalogue->count];

        if (po_message_is_obsolete(po) || po_message_msgid(po)[0] == '\0')
            continue;
        *message = (struct message){.key = str_copy(arena, str_of(po_message_msgid(po)))};
        message->line = line_of(text, message->key);
        take_forms(arena, report, catalogue, po, message);
        if (po_message_is_fuzzy(po))
            gen_complain(report, catalogue->path, message->line,
                         "%.*s is marked fuzzy: check the translation and remove the mark",
                         STR_ARG(message->key));
        check_message(report, catalogue, message);
        catalogue->count++;
    }
    po_message_iterator_free(all);
}

void catalogue_read(struct arena *arena, struct gen_report *report, struct catalogue *catalogue)
{
    static const struct po_xerror_handler on_error = {po_error, po_error_of_two};
    struct str text;
    po_file_t po_file;

    catalogue->messages = ARENA_ARRAY(arena, MAX_MESSAGES, struct message);
    reading_report = report;
    reading_path = catalogue->path;
    if (!catalogue->messages || !gen_read(arena, catalogue->path, &text)) {
        gen_complain(report, catalogue->path, 0, "cannot be read: %s", strerror(errno));
        return;
    }
    po_file = po_file_read(catalogue->path, &on_error);
    if (!po_file) {
        gen_complain(report, catalogue->path, 0, "cannot be read: %s", strerror(errno));
        return;
    }
    take_messages(arena, report, catalogue, po_file, text);
    check_order(report, catalogue);
    po_file_free(po_file);
}

const struct message *catalogue_find(const struct catalogue *catalogue, struct str key)
{
    for (size_t i = 0; i < catalogue->count; i++)
        if (str_eq(catalogue->messages[i].key, key))
            return &catalogue->messages[i];
    return NULL;
}
