/* Commands for the one who runs the installation: staff accounts, closures, upgrades. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home.h"
#include "engine/clock/closure.h"
#include "people/account.h"

static enum rc add_user(struct ctx *ctx, int argc, char **argv)
{
    const char *name = command_option(&argc, argv, "name");
    const char *email = command_option(&argc, argv, "email");
    const char *role = command_option(&argc, argv, "role");
    const char *team = command_option(&argc, argv, "team");
    struct grant grant = {.scope_kind = team ? SCOPE_TEAM : SCOPE_CITY, .scope = str_of(team)};
    struct str password;
    int64_t id;
    enum rc rc;

    if (argc != 1 || !name || !role)
        return command_misused(ctx, "user add DIR LOGIN --name NAME --role ROLE");
    if (!role_of(str_of(role), &grant.role))
        return command_misused(ctx, "a role is agent, crew, supervisor, administrator or auditor");
    if (team && !city_team(ctx->city, str_of(team)))
        return command_misused(ctx, "the city has no such team");
    rc = account_add(ctx,
                     &(struct account_new){.login = str_of(argv[0]),
                                           .name = str_of(name),
                                           .email = str_of(email),
                                           .grants = &grant,
                                           .grant_n = 1},
                     &password, &id);
    if (!rc)
        printf("%s\nfirst password (shown once): %.*s\n", argv[0], STR_ARG(password));
    return rc;
}

static void print_account(struct ctx *ctx, const struct account *account)
{
    struct buf grants = buf_in(ctx->arena, 4000);

    for (size_t i = 0; i < account->grant_n; i++) {
        const struct grant *grant = &account->grants[i].grant;
        struct str role = role_word(grant->role), kind = scope_kind_word(grant->scope_kind);

        buf_add_fmt(&grants, " %.*s@%.*s%s%.*s", STR_ARG(role), STR_ARG(kind),
                    grant->scope.n ? ":" : "", STR_ARG(grant->scope));
    }
    printf("%-16.*s %-28.*s%s%.*s\n", STR_ARG(account->login), STR_ARG(account->name),
           account->is_disabled ? " disabled" : "", STR_ARG(buf_str(&grants)));
}

static enum rc list_users(struct ctx *ctx)
{
    struct accounts accounts;
    enum rc rc = account_list(ctx, &accounts);

    for (size_t i = 0; !rc && i < accounts.n; i++)
        print_account(ctx, &accounts.items[i]);
    db_reader_release(ctx);
    return rc;
}

static enum rc change_user(struct ctx *ctx, const char *what, const char *login)
{
    struct str password;
    int64_t id;
    enum rc rc = account_id(ctx, str_of(login), &id);

    db_reader_release(ctx);
    if (rc)
        return rc;
    if (strcmp(what, "reset") != 0)
        return account_disable(ctx, id, strcmp(what, "disable") == 0, STR_NONE);
    rc = account_reset(ctx, id, STR_NONE, &password);
    if (!rc)
        printf("%s\nfirst password (shown once): %.*s\n", login, STR_ARG(password));
    return rc;
}

static enum rc run_user(struct ctx *ctx, const char *what, int argc, char **argv)
{
    bool is_change =
        strcmp(what, "disable") == 0 || strcmp(what, "enable") == 0 || strcmp(what, "reset") == 0;

    if (strcmp(what, "add") == 0)
        return add_user(ctx, argc, argv);
    if (strcmp(what, "list") == 0 && argc == 0)
        return list_users(ctx);
    if (is_change && argc == 1)
        return change_user(ctx, what, argv[0]);
    return command_misused(ctx, "add, list, disable, enable or reset");
}

enum rc command_user(struct ctx *ctx, int argc, char **argv)
{
    struct home home;
    enum rc rc;

    if (argc < 2)
        return command_misused(ctx, "what to do and a data folder are needed");
    rc = home_open(ctx, argv[1], DB_FULL, &home);
    if (rc)
        return rc;
    rc = home_load(ctx, &home);
    if (!rc)
        rc = run_user(ctx, argv[0], argc - 2, argv + 2);
    home_close(&home);
    return rc;
}

enum rc command_closure(struct ctx *ctx, int argc, char **argv)
{
    const char *reason = command_option(&argc, argv, "reason");
    bool is_dry = command_flag(&argc, argv, "dry-run");
    struct closure_effect effect;
    struct home home;
    struct date date;
    enum rc rc;

    if (argc != 3 || strcmp(argv[0], "add") != 0 || !reason)
        return command_misused(ctx, "closure add DIR DATE --reason TEXT");
    if (!date_parse(str_of(argv[2]), &date))
        return command_misused(ctx, "a date is written 2026-12-24");
    rc = home_open(ctx, argv[1], DB_FULL, &home);
    if (rc)
        return rc;
    rc = home_load(ctx, &home);
    if (!rc)
        rc = closure_add(ctx, date, str_of(reason), is_dry, &effect);
    if (!rc)
        printf("%lld deadlines of %lld cases %s\n", (long long)effect.clocks,
               (long long)effect.cases, is_dry ? "would move (dry run)" : "were moved");
    home_close(&home);
    return rc;
}

enum rc command_upgrade(struct ctx *ctx, int argc, char **argv)
{
    const char *owner = command_option(&argc, argv, "owner");
    struct home home;
    enum rc rc;

    if (argc != 1)
        return command_misused(ctx, "a data folder is needed");
    rc = home_open_as_owner(ctx, argv[0], owner, &home);
    if (rc)
        return rc;
    rc = home_load(ctx, &home);
    if (!rc)
        printf("%s is at version %s: %zu services\n", argv[0], CITYHALL_VERSION,
               home.city->service_n);
    home_close(&home);
    return rc;
}
