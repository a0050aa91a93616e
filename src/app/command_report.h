/* What a command says when it failed. Layer: app. One thread. */
#ifndef APP_COMMAND_REPORT_H
#define APP_COMMAND_REPORT_H

#include <stdio.h>

#include "app/command.h"
#include "app/command_form.h"

/* Says on standard error what ctx->err holds, as a sentence for who typed the command: what is
 * wrong, with which argument of the form, and what to do; after ERR_USAGE the form too (all of the
 * command's where `form` has no text). Neither an error's name nor a line of the source is told,
 * but for ERR_INTERNAL, which is to be reported. Returns the exit code: 2 after ERR_USAGE, else
 * 1. */
int command_report(struct ctx *ctx, const struct command *command, const struct form *form);

/* "usage: cityhall NAME ..." for each of these usage lines, and the summary. */
void command_print_usage(const struct command *command, struct str lines, FILE *out);

#endif
