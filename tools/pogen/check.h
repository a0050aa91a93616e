/* What must hold between the languages, and between them and the registry of errors.
 *
 * Every key exists in every language with the same placeholders; every error of errors.def has
 * its public sentence "error.<NAME>", which may quote {arg} and nothing else (struct err has no
 * more). No two keys give the same C name.
 */
#ifndef TOOLS_CHECK_H
#define TOOLS_CHECK_H

#include "catalogue.h"

/* Compares each further catalogue with the first, which is the reference. */
void check_languages(struct gen_report *report, const struct catalogue *catalogues, size_t count);

/* `registry` is the text of errors.def, `path` its name. */
void check_errors(struct gen_report *report, const struct catalogue *reference, const char *path,
                  struct str registry);

/* True when the message has the placeholder {name} in any of its forms. */
bool message_has_placeholder(const struct message *message, struct str name);

/* The key as the C name behind "MSG_": dots and dashes become underscores. */
struct str message_c_name(struct arena *arena, struct str key);

#endif
