#include "app/command.h"

#include <unistd.h>

#include "app/home.h"
#include "base/file.h"

#define MAX_PATH_BYTES 4096

const struct command commands[] = {
#define COMMAND(name, usage, summary) {#name, usage, summary, command_##name},
#include "app/commands.def"
#undef COMMAND
    {NULL, NULL, NULL, NULL},
};

static void take_out(int *argc, char **argv, int at, int count)
{
    for (int i = at; i + count < *argc; i++)
        argv[i] = argv[i + count];
    *argc -= count;
}

const char *command_option(int *argc, char **argv, const char *name)
{
    for (int i = 0; i + 1 < *argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0) {
            const char *value = argv[i + 1];

            take_out(argc, argv, i, 2);
            return value;
        }
    }
    return NULL;
}

bool command_flag(int *argc, char **argv, const char *name)
{
    for (int i = 0; i < *argc; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && strcmp(argv[i] + 2, name) == 0) {
            take_out(argc, argv, i, 1);
            return true;
        }
    }
    return false;
}

int64_t command_per_second(int64_t n, int64_t ms)
{
    return ms >= 1000 ? n * 1000 / ms : 0;
}

void command_note(struct ctx *ctx, const char *folder, const char *name)
{
    const char *path = str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", folder, name));

    if (file_write(ctx, path, instant_format_utc(ctx->arena, clock_now()), 0600))
        ctx_clear_error(ctx);
}

const char *const image_program_places[] = {"cityhall-image", "../libexec/cityhall-image", NULL};

const char *beside_program(struct ctx *ctx, const char *const *places)
{
    char path[MAX_PATH_BYTES];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path);
    struct str program = n > 0 ? (struct str){path, (size_t)n} : S("./cityhall");

    while (program.n && program.p[program.n - 1] != '/')
        program.n--;
    for (; *places; places++) {
        const char *found =
            str_z(ctx->arena, str_fmt(ctx->arena, "%.*s%s", STR_ARG(program), *places));

        if (file_exists(found))
            return found;
    }
    return NULL;
}

struct str command_reason(struct ctx *ctx, int *argc, char **argv)
{
    const char *reason = command_option(argc, argv, "reason");

    if (reason)
        return str_of(reason);
    return str_fmt(ctx->arena, "command line, user %.*s", STR_ARG(home_operator(ctx)));
}

enum rc command_explained(struct ctx *ctx, enum rc rc, enum err_id id, struct str sentence)
{
    if (!rc || ctx->err.id != id)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_CONFIG, .detail = sentence);
}

enum rc command_check_store(struct ctx *ctx, const char *option, const char *url)
{
    struct str given = str_of(url);

    if (!url || str_starts_with(given, S("postgresql://")) ||
        str_starts_with(given, S("postgres://")))
        return RC_OK;
    return FAIL(ctx, ERR_USAGE,
                .detail = str_fmt(ctx->arena,
                                  "--%s is the address of a PostgreSQL database, such as "
                                  "postgresql:///cityhall, not \"%s\"",
                                  option, url));
}

enum rc command_misused(struct ctx *ctx, const char *sentence)
{
    return FAIL(ctx, ERR_USAGE, .detail = str_of(sentence));
}
