/* The commands of the program, one row each. Layer: app. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "base/ctx.h"

struct command {
    const char *name;
    const char *usage;   /* what follows the name, a line a form: app/command_form.h */
    const char *summary; /* one line */
    /* Runs with what follows the name, which one of the forms takes; returns how it went. What
     * went wrong is in ctx->err, and main says it; ERR_USAGE is a call that was not understood. */
    enum rc (*run)(struct ctx *ctx, int argc, char **argv);
};

/* Ended by a NULL name. */
extern const struct command commands[];

/* The value after `--name` in argv, taken out of it; NULL when it is not there. */
const char *command_option(int *argc, char **argv, const char *name);

/* Whether `--name` stands in argv; taken out of it. */
bool command_flag(int *argc, char **argv, const char *name);

/* The first of these paths, ended by NULL, that exists; relative to the program's own folder. NULL
 * when there is none. In the arena. */
const char *beside_program(struct ctx *ctx, const char *const *places);

/* Where the image program lies: in the build's folder, and where it is installed. */
extern const char *const image_program_places[];
/* The options and examples of a command, for `cityhall COMMAND --help`; empty when it has none. */
const char *command_help(const char *name);

/* The value of --reason; without it, who runs the command: what the record keeps of a change. In
 * the arena. */
struct str command_reason(struct ctx *ctx, int *argc, char **argv);

/* Leaves in a file of the data folder when something was done last, for the pages that say so; a
 * folder that cannot be written is no fault. */
void command_note(struct ctx *ctx, const char *folder, const char *name);

/* Gives back `rc`, but where it is the failure `id`: ERR_CONFIG instead, with `sentence` for who
 * typed the command, which says what is wrong with it and what to do. */
enum rc command_explained(struct ctx *ctx, enum rc rc, enum err_id id,
                          struct str sentence) MUST_CHECK;

/* ERR_USAGE for an address, given by this option, that is none of PostgreSQL; NULL is good. */
enum rc command_check_store(struct ctx *ctx, const char *option, const char *url) MUST_CHECK;

/* A failure that prints the command's usage. */
enum rc command_misused(struct ctx *ctx, const char *sentence) MUST_CHECK;

#define COMMAND(name, usage, summary) \
    enum rc command_##name(struct ctx *ctx, int argc, char **argv);
#include "app/commands.def"
#undef COMMAND
enum rc command_import_layer(struct ctx *ctx, int argc, char **argv); /* of command_import */

#endif
