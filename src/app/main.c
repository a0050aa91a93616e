/* cityhall: the digital city hall. `cityhall help` lists the commands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/command.h"
#include "app/command_report.h"
#include "base/crypto.h"
#include "base/msg.h"

#define COMMAND_MAX_BYTES ((size_t)4 << 30) /* of one command's own work */

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

static int run(const struct command *command, int argc, char **argv)
{
    struct arena *arena = arena_new(COMMAND_MAX_BYTES);
    struct ctx ctx = {.arena = arena, .now = clock_now(), .lang = LANG_EN};
    struct form form;
    int code = 0;

    if (!arena) {
        fprintf(stderr, "cityhall: there is no memory\n");
        return 1;
    }
    if (command_form_find(&ctx, command->usage, argc, argv, &form) ||
        command->run(&ctx, argc, argv))
        code = command_report(&ctx, command, &form);
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
            command_print_usage(command, str_of(command->usage), stdout);
            printf("%s", command_help(command->name));
            return 0;
        }
    }
    return run(command, argc - 2, argv + 2);
}
