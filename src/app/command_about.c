/* What the program is: its routes, its permissions and its version. */
#include <stdio.h>

#include "app/command.h"
#include "app/commit.h"
#include "app/modules.h"
#include "people/permission.h"
#include "web/route.h"

enum rc command_routes(struct ctx *ctx, int argc, char **argv)
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

enum rc command_permissions(struct ctx *ctx, int argc, char **argv)
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

enum rc command_version(struct ctx *ctx, int argc, char **argv)
{
    (void)ctx;
    (void)argc;
    (void)argv;
    printf("cityhall %s%s\n", CITYHALL_VERSION, *COMMIT ? " (commit " COMMIT ")" : "");
    return RC_OK;
}
