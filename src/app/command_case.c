/* cityhall case migrate: cases that go on under another version of their service. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home_command.h"
#include "engine/cases/case_migrate.h"

#define MAX_REPORT ((size_t)64 << 20)

/* The version that is asked for, or the newest. */
static const struct definition *find_version(const struct city *city, const char *code,
                                             const char *version)
{
    int64_t wanted;

    if (!version)
        return city_service(city, str_of(code));
    if (!str_to_i64(str_of(version), &wanted))
        return NULL;
    return city_version_of(city, str_of(code), wanted);
}

struct migrate_call {
    struct case_migration how;
    const char *service, *version;
};

static enum rc run(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    const struct migrate_call *call = words->options;
    struct case_migration how = call->how;
    struct buf report = buf_in(ctx->arena, MAX_REPORT);
    struct case_migrated done;
    enum rc rc;

    how.to = find_version(home->city, call->service, call->version);
    if (!how.to)
        return FAIL(ctx, ERR_NOT_FOUND, .detail = S("the city has no such service or version"));
    rc = case_migrate(ctx, &how, &report, &done);
    if (report.n)
        fwrite(report.p, 1, report.n, stdout);
    if (!rc)
        printf("%.*s version %lld: %lld cases %s, %lld stay\n", STR_ARG(how.to->code),
               (long long)how.to->version, (long long)done.moved,
               how.is_dry ? "would move" : "moved", (long long)done.stay);
    return rc;
}

enum rc command_case(struct ctx *ctx, int argc, char **argv)
{
    struct migrate_call call = {
        .how.is_dry = command_flag(&argc, argv, "dry-run"),
        .service = command_option(&argc, argv, "service"),
        .version = command_option(&argc, argv, "version"),
    };

    call.how.number = str_of(command_option(&argc, argv, "number"));
    call.how.reason = str_of(command_option(&argc, argv, "reason"));
    if (argc != 2 || strcmp(argv[0], "migrate") != 0 || !call.service)
        return command_misused(ctx, "case migrate DIR --service CODE --reason TEXT");
    return home_command(ctx, argc, argv, &call, run);
}
