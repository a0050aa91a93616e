#include "app/home_command.h"

#include "app/command.h"

static enum rc run_command(struct ctx *ctx, bool needs_city, struct command_words *words,
                           command_run_fn *run)
{
    struct home home;
    enum rc rc = home_open(ctx, words->folder, DB_FULL, &home);

    if (rc)
        return rc;
    if (needs_city)
        rc = home_load(ctx, &home);
    if (!rc)
        rc = run(ctx, &home, words);
    home_close(&home);
    return rc;
}

enum rc home_command(struct ctx *ctx, int argc, char **argv, const void *options,
                     command_run_fn *run)
{
    if (argc < 2)
        return command_misused(ctx, "what to do and a data folder are needed");
    return run_command(ctx, true,
                       &(struct command_words){argv[0], argv[1], argc - 2, argv + 2, options}, run);
}

enum rc home_store_command(struct ctx *ctx, int argc, char **argv, const void *options,
                           command_run_fn *run)
{
    if (argc < 2)
        return command_misused(ctx, "what to do and a data folder are needed");
    return run_command(ctx, false,
                       &(struct command_words){argv[0], argv[1], argc - 2, argv + 2, options}, run);
}
