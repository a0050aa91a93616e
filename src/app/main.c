/* cityhall: the digital city hall. `cityhall help` lists the commands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/command.h"
#include "base/crypto.h"
#include "base/msg.h"

#define COMMAND_MAX_BYTES ((size_t)4 << 30) /* of one command's own work */

static void print_usage(const struct command *command, FILE *out)
{
    fprintf(out, "usage: cityhall %s%s%s\n\n%s\n", command->name, *command->usage ? " " : "",
            command->usage, command->summary);
}

static int print_help(FILE *out)
{
    fprintf(out, "cityhall: the digital city hall of a municipal IT department\n\n");
    for (const struct command *command = commands; command->name; command++)
        fprintf(out, "  cityhall %-12s %s\n", command->name, command->summary);
    fprintf(out, "\ncityhall COMMAND --help says more of one.\n");
    return 0;
}

static const struct command *find(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* What happened, what it means, what to do; the details are for who operates this. */
static int report(const struct command *command, const struct ctx *ctx)
{
    const struct err *err = &ctx->err;
    const char *hint = err_hint(err->id);

    fprintf(stderr, "cityhall %s: ", command->name);
    if (err->detail.n)
        fprintf(stderr, "%.*s\n", STR_ARG(err->detail));
    else
        fprintf(stderr, "%s (%s:%d)\n", err_name(err->id), err->file ? err->file : "?", err->line);
    if (*hint)
        fprintf(stderr, "%s\n", hint);
    if (err->id == ERR_USAGE)
        print_usage(command, stderr);
    return err->id == ERR_USAGE ? 2 : 1;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new(COMMAND_MAX_BYTES);
    struct ctx ctx = {.arena = arena, .now = clock_now(), .lang = LANG_EN};
    int code = 0;

    if (!arena) {
        fprintf(stderr, "cityhall: there is no memory\n");
        return 1;
    }
    if (command->run(&ctx, argc, argv))
        code = report(command, &ctx);
    ctx_done(&ctx);
    arena_free(arena);
    return code;
}

int main(int argc, char **argv)
{
    const struct command *command;
    const char *asked;

    signal(SIGPIPE, SIG_IGN);
    /* What is written is the city's alone, the database's own files included. */
    umask(0077);
    crypto_init();
    if (argc < 2 || (is_help(argv[1]) && argc < 3))
        return print_help(stdout);
    asked = is_help(argv[1]) ? argv[2] : argv[1];
    command = find(asked);
    if (!command) {
        fprintf(stderr, "cityhall: there is no command \"%s\"; cityhall help lists them\n", asked);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        if (is_help(argv[i]) && (i == 1 || argv[i][0] == '-')) {
            print_usage(command, stdout);
            printf("%s", command_help(command->name));
            return 0;
        }
    }
    return run(command, argc - 2, argv + 2);
}
