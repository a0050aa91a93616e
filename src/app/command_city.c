/* Commands about a city folder and the data folder made from it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/command.h"
#include "app/home.h"
#include "base/file.h"

#define MAX_PATH_BYTES 4096

enum rc command_init(struct ctx *ctx, int argc, char **argv)
{
    struct home_options options = {
        .city_folder = command_option(&argc, argv, "city"),
        .store = command_option(&argc, argv, "store"),
    };
    enum rc rc;

    if (argc != 1 || !options.city_folder)
        return command_misused(ctx, "a data folder and --city are needed");
    options.folder = argv[0];
    rc = home_make(ctx, &options);
    if (!rc)
        printf("made %s\n", options.folder);
    return rc;
}

/* The demonstration city lies beside the program: in the source tree, or where it is installed. */
static const char *demonstration_folder(struct ctx *ctx)
{
    char path[MAX_PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    static const char *const places[] = {"../cities/port-azalea",
                                         "../share/cityhall/cities/port-azalea"};
    struct str program = n > 0 ? (struct str){path, (size_t)n} : S("./cityhall");

    while (program.n && program.p[program.n - 1] != '/')
        program.n--;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *folder =
            str_z(ctx->arena, str_fmt(ctx->arena, "%.*s%s", STR_ARG(program), places[i]));

        if (file_exists(folder))
            return folder;
    }
    return NULL;
}

enum rc command_demo(struct ctx *ctx, int argc, char **argv)
{
    struct home_options options = {
        .city_folder = command_option(&argc, argv, "city"),
        .is_demonstration = true,
    };
    enum rc rc;

    if (argc != 1)
        return command_misused(ctx, "a data folder is needed");
    options.folder = argv[0];
    if (!options.city_folder)
        options.city_folder = demonstration_folder(ctx);
    if (!options.city_folder)
        return command_misused(ctx, "the demonstration city is not beside the program: name its "
                                    "folder with --city");
    rc = home_make(ctx, &options);
    if (!rc)
        printf("made %s\n", options.folder);
    return rc;
}

enum rc command_check(struct ctx *ctx, int argc, char **argv)
{
    struct problems problems = problems_in(ctx->arena);
    struct city *city;
    enum rc rc;

    if (argc != 1)
        return command_misused(ctx, "a city folder is needed");
    rc = city_read(ctx, argv[0], &problems, &city);
    home_print_problems(ctx, &problems);
    if (rc)
        return rc;
    printf("%zu services, %zu workflows, %d notes\n", city->service_n, city->workflow_n,
           problems.note_count);
    city_free(city);
    return RC_OK;
}

enum rc command_publish(struct ctx *ctx, int argc, char **argv)
{
    bool is_dry = command_flag(&argc, argv, "dry-run");
    struct problems problems = problems_in(ctx->arena);
    struct publication done;
    struct home home;
    enum rc rc;

    if (argc != 2)
        return command_misused(ctx, "a data folder and a city folder are needed");
    rc = home_open(ctx, argv[0], DB_FULL, &home);
    if (rc)
        return rc;
    rc = city_publish(ctx, argv[1], is_dry, &problems, &done);
    home_print_problems(ctx, &problems);
    if (!rc)
        printf("services: %lld added, %lld changed, %lld unchanged, %lld withdrawn%s\n",
               (long long)done.added, (long long)done.changed, (long long)done.unchanged,
               (long long)done.withdrawn, is_dry ? " (dry run: nothing was changed)" : "");
    home_close(&home);
    return rc;
}
