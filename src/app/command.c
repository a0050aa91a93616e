#include "app/command.h"
#include "app/commit.h"

#include <stdio.h>
#include <unistd.h>

#include "app/home.h"
#include "app/modules.h"
#include "base/file.h"
#include "people/permission.h"
#include "web/route.h"

#define MAX_PATH_BYTES 4096

static enum rc command_routes(struct ctx *ctx, int argc, char **argv);
static enum rc command_permissions(struct ctx *ctx, int argc, char **argv);
static enum rc command_version(struct ctx *ctx, int argc, char **argv);

const struct command commands[] = {
    {"init", "DIR --city CITYDIR [--store URL] [--owner URL]",
     "make a data folder for a city from its city folder", command_init},
    {"demo", "DIR [--city CITYDIR] [--cases N] [--store URL] [--owner URL]",
     "make the demonstration city, for ever a demonstration", command_demo},
    {"serve", "DIR [--listen ADDRESS:PORT] [--base-url URL] [--proxy ADDRESSES] [--image PROGRAM]",
     "serve a city on the web", command_serve},
    {"check", "CITYDIR [--coverage] [--json]", "check a city folder and run its examples",
     command_check},
    {"publish", "DIR CITYDIR [--dry-run] [--json]",
     "publish a city folder's services to a data folder", command_publish},
    {"import",
     "cases DIR --map MAP.yaml FILE [--rejects FILE] [--dry-run] [--json]\n"
     "layer DIR --map MAP.yaml FILE [--write FILE] [--dry-run] [--json]",
     "take over another system's cases, or a layer of its map", command_import},
    {"rebuild", "DIR --check [--json]",
     "recompute what is stored but follows from other data, and compare", command_rebuild},
    {"audit", "verify DIR [--head FILE] [--key FILE] [--json]",
     "check the whole record against its hashes and signatures", command_audit},
    {"user",
     "add DIR LOGIN --name NAME --role ROLE [--scope SCOPE] [--team CODE] [--email MAIL] "
     "[--lang LANG] [--reason TEXT]\n"
     "list DIR [--json]\n"
     "disable DIR LOGIN [--reason TEXT]\n"
     "enable DIR LOGIN [--reason TEXT]\n"
     "reset DIR LOGIN [--reason TEXT]",
     "make and change the accounts of staff", command_user},
    {"case", "migrate DIR --service CODE --reason TEXT [--version N] [--number NUMBER] [--dry-run]",
     "move open cases to another version of their service", command_case},
    {"key",
     "add DIR --name NAME --scope RIGHT@KIND:CODE... [--days N] [--burst N] [--per-minute N]\n"
     "list DIR [--json]\n"
     "revoke DIR PREFIX",
     "make, list and end the keys of programs", command_key},
    {"webhook",
     "add DIR URL --key PREFIX [--kind KIND...] [--service CODE...]\n"
     "list DIR [--json]\n"
     "remove DIR ID\n"
     "test DIR ID",
     "say which servers are told what happens to cases", command_webhook},
    {"setting",
     "list DIR [--json]\n"
     "set DIR NAME [VALUE] [--file FILE] [--reason TEXT]\n"
     "clear DIR NAME [--reason TEXT]",
     "say what mail is sent through, and who witnesses the record", command_setting},
    {"closure", "add DIR DATE --reason TEXT [--dry-run]",
     "note a day without work and move the deadlines that counted it", command_closure},
    {"backup", "DIR FOLDER [--json]", "copy a city, which goes on working, to a new folder",
     command_backup},
    {"restore", "FOLDER DIR [--store URL] [--owner URL] [--json]",
     "make a data folder from a backup and check its record", command_restore},
    {"export", "DIR FOLDER [--json]",
     "write all that a city has, personal data too, in open formats", command_export},
    {"upgrade", "DIR [--owner URL]", "bring a data folder to this version", command_upgrade},
    {"jobs",
     "DIR [--state STATE] [--json]\n"
     "DIR list [--state STATE] [--json]\n"
     "DIR retry JOB [--reason TEXT]\n"
     "DIR drop JOB [--reason TEXT]",
     "list the work that waits, run it again or give it up", command_jobs},
    {"routes", "", "list what the server answers to", command_routes},
    {"permissions", "", "list the permissions and what they allow", command_permissions},
    {"version", "", "print the version", command_version},
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

static enum rc command_routes(struct ctx *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    for (const struct module *const *module = modules; *module; module++) {
        for (const struct route *route = (*module)->routes; route && route->pattern; route++) {
            struct str permission = permission_word((enum permission)route->permission);

            struct str method = http_method_name(route->method);

            printf("%-6.*s %-40s %-18.*s %s\n", STR_ARG(method), route->pattern,
                   STR_ARG(permission), route->summary ? route->summary : "");
        }
    }
    return RC_OK;
}

static enum rc command_permissions(struct ctx *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    for (int i = 1; i < PERMISSION__N; i++) {
        struct str word = permission_word((enum permission)i);
        struct str says = permission_says((enum permission)i);

        printf("%-18.*s %.*s\n", STR_ARG(word), STR_ARG(says));
    }
    return RC_OK;
}

static enum rc command_version(struct ctx *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    printf("cityhall %s%s\n", CITYHALL_VERSION, *COMMIT ? " (commit " COMMIT ")" : "");
    return RC_OK;
}
