#include "check.h"

static bool form_has_placeholder(struct str form, struct str wanted)
{
    struct str name;

    while (placeholder_next(&form, &name))
        if (str_eq(name, wanted))
            return true;
    return false;
}

bool message_has_placeholder(const struct message *message, struct str name)
{
    return form_has_placeholder(message->forms[0], name) ||
           form_has_placeholder(message->forms[1], name);
}

/* Reports the placeholders of `there` that `here` lacks. The form for one may leave some out ("one
 * result"), so only the forms for many, or the plain texts, are compared. */
static void check_placeholders(struct gen_report *report, const char *path,
                               const struct message *here, const struct message *there,
                               const char *there_path)
{
    size_t form = here->is_plural ? 1 : 0;
    struct str rest = there->forms[form], name;

    while (placeholder_next(&rest, &name))
        if (!form_has_placeholder(here->forms[form], name))
            gen_complain(report, path, here->line, "%.*s lacks {%.*s}, which %s has",
                         STR_ARG(here->key), STR_ARG(name), there_path);
}

static void check_singular(struct gen_report *report, const char *path,
                           const struct message *message)
{
    struct str rest = message->forms[0], name;

    if (!message->is_plural)
        return;
    while (placeholder_next(&rest, &name))
        if (!form_has_placeholder(message->forms[1], name))
            gen_complain(report, path, message->line,
                         "%.*s: {%.*s} stands in the form for one but not in the form for many",
                         STR_ARG(message->key), STR_ARG(name));
}

static void check_pair(struct gen_report *report, const struct catalogue *reference,
                       const struct catalogue *other)
{
    for (size_t i = 0; i < reference->count; i++) {
        const struct message *a = &reference->messages[i], *b = catalogue_find(other, a->key);

        if (!b) {
            gen_complain(report, reference->path, a->line, "%.*s is missing in %s", STR_ARG(a->key),
                         other->path);
            continue;
        }
        if (a->is_plural != b->is_plural) {
            gen_complain(report, other->path, b->line, "%.*s is a plural in one of %s and %s only",
                         STR_ARG(a->key), reference->path, other->path);
            continue;
        }
        check_placeholders(report, other->path, b, a, reference->path);
        check_placeholders(report, reference->path, a, b, other->path);
        check_singular(report, other->path, b);
    }
    for (size_t i = 0; i < other->count; i++)
        if (!catalogue_find(reference, other->messages[i].key))
            gen_complain(report, other->path, other->messages[i].line, "%.*s is missing in %s",
                         STR_ARG(other->messages[i].key), reference->path);
}

struct str message_c_name(struct arena *arena, struct str key)
{
    struct buf name = buf_in(arena, 512);

    for (size_t i = 0; i < key.n; i++)
        buf_add_byte(&name, key.p[i] == '.' || key.p[i] == '-' ? '_' : key.p[i]);
    return buf_str(&name);
}

static void check_c_names(struct gen_report *report, const struct catalogue *catalogue)
{
    struct arena *arena = report->text.arena;

    for (size_t i = 0; i < catalogue->count; i++) {
        struct str name = message_c_name(arena, catalogue->messages[i].key);

        for (size_t j = 0; j < i; j++)
            if (str_eq(name, message_c_name(arena, catalogue->messages[j].key)))
                gen_complain(report, catalogue->path, catalogue->messages[i].line,
                             "%.*s and %.*s give the same C name",
                             STR_ARG(catalogue->messages[i].key),
                             STR_ARG(catalogue->messages[j].key));
    }
}

void check_languages(struct gen_report *report, const struct catalogue *catalogues, size_t count)
{
    for (size_t i = 1; i < count; i++)
        check_pair(report, &catalogues[0], &catalogues[i]);
    for (size_t i = 0; i < catalogues[0].count; i++)
        check_singular(report, catalogues[0].path, &catalogues[0].messages[i]);
    check_c_names(report, &catalogues[0]);
}

void check_errors(struct gen_report *report, const struct catalogue *reference, const char *path,
                  struct str registry)
{
    struct arena *arena = report->text.arena;
    struct str line, name;

    for (int number = 1; str_next(&registry, '\n', &line); number++) {
        const struct message *message;
        struct str rest;

        if (!str_starts_with(line, S("ERROR(")))
            continue;
        rest = str_slice(line, 6, line.n);
        str_next(&rest, ',', &name);
        message = catalogue_find(reference, str_fmt(arena, "error.%.*s", STR_ARG(name)));
        if (!message) {
            gen_complain(report, path, number, "%.*s has no message \"error.%.*s\" in %s",
                         STR_ARG(name), STR_ARG(name), reference->path);
            continue;
        }
        for (rest = message->forms[0]; placeholder_next(&rest, &name);)
            if (!str_eq(name, S("arg")))
                gen_complain(report, reference->path, message->line,
                             "%.*s: an error's sentence can quote {arg} only, not {%.*s}",
                             STR_ARG(message->key), STR_ARG(name));
    }
}
