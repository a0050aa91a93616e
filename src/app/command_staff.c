/* Commands for the one who runs the installation: staff accounts, closures, upgrades. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home_command.h"
#include "base/json.h"
#include "engine/cases/names_job.h"
#include "engine/cases/words_job.h"
#include "engine/clock/closure.h"
#include "people/account.h"

#define MAX_JSON ((size_t)8 << 20)

#define LOGIN_LOOKS                                                                               \
    "a login is 2 to 60 of the letters a to z, digits and . - _, and begins with a letter: ada, " \
    "r.diaz, crew-7"

/* "team:streets-west", "city". */
static bool read_scope(const struct city *city, struct str text, struct grant *grant)
{
    ptrdiff_t colon = str_find_byte(text, ':');
    size_t n = colon < 0 ? text.n : (size_t)colon;

    grant->scope = colon < 0 ? STR_NONE : str_slice(text, n + 1, text.n);
    if (!scope_kind_of(str_slice(text, 0, n), &grant->scope_kind))
        return false;
    return city_has_scope(city, grant->scope_kind, grant->scope);
}

struct user_options {
    const char *name, *email, *role, *scope, *team, *lang;
    struct str why;
    bool is_json;
};

static struct user_options options_of(struct ctx *ctx, int *argc, char **argv)
{
    return (struct user_options){
        .name = command_option(argc, argv, "name"),
        .email = command_option(argc, argv, "email"),
        .role = command_option(argc, argv, "role"),
        .scope = command_option(argc, argv, "scope"),
        .team = command_option(argc, argv, "team"),
        .lang = command_option(argc, argv, "lang"),
        .why = command_reason(ctx, argc, argv),
        .is_json = command_flag(argc, argv, "json"),
    };
}

static enum rc add_user(struct ctx *ctx, const struct user_options *options, const char *login)
{
    struct grant grant = {.scope_kind = SCOPE_CITY};
    struct str scope =
        options->team ? str_fmt(ctx->arena, "team:%s", options->team) : str_of(options->scope);
    enum lang lang = LANG_EN;
    struct str password;
    int64_t id;
    enum rc rc;

    if (!options->name || !options->role)
        return command_misused(ctx, "user add DIR LOGIN --name NAME --role ROLE");
    if (!role_of(str_of(options->role), &grant.role))
        return command_misused(ctx, "a role is agent, crew, supervisor, administrator or auditor");
    if (scope.n && !read_scope(ctx->city, scope, &grant))
        return command_misused(ctx, "a scope is city, department:CODE, team:CODE or service:CODE, "
                                    "with a code that the city has");
    if (options->lang && !lang_parse(str_of(options->lang), &lang))
        return command_misused(ctx, "a language is en, es or vi");
    rc = account_add(ctx,
                     &(struct account_new){.login = str_of(login),
                                           .name = str_of(options->name),
                                           .email = str_of(options->email),
                                           .lang = lang,
                                           .grants = &grant,
                                           .grant_n = 1,
                                           .why = options->why},
                     &password, &id);
    rc = command_explained(ctx, rc, ERR_PATTERN, S(LOGIN_LOOKS));
    rc = command_explained(
        ctx, rc, ERR_DUPLICATE,
        str_fmt(ctx->arena, "there is an account \"%s\" already; choose another login", login));
    if (!rc)
        printf("%s\nfirst password (shown once): %.*s\n", login, STR_ARG(password));
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

static void write_account(struct json_writer *json, const struct account *account)
{
    json_begin_object(json);
    json_put_member(json, S("login"), account->login);
    json_put_member(json, S("name"), account->name);
    json_put_member(json, S("email"), account->email);
    json_put_member(json, S("lang"), lang_code(account->lang));
    json_put_member_bool(json, S("disabled"), account->is_disabled);
    json_put_member_bool(json, S("second_factor"), account->has_totp);
    json_put_member_bool(json, S("first_password"), account->must_change);
    json_put_key(json, S("grants"));
    json_begin_array(json);
    for (size_t i = 0; i < account->grant_n; i++) {
        const struct grant *grant = &account->grants[i].grant;

        json_begin_object(json);
        json_put_member(json, S("role"), role_word(grant->role));
        json_put_member(json, S("scope_kind"), scope_kind_word(grant->scope_kind));
        json_put_member(json, S("scope"), grant->scope);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
}

static enum rc list_users(struct ctx *ctx, bool is_json)
{
    struct buf out = buf_in(ctx->arena, MAX_JSON);
    struct json_writer json = json_writer_on(&out);
    struct accounts accounts = {0};
    enum rc rc = account_list(ctx, &accounts);

    db_reader_release(ctx);
    if (rc)
        return rc;
    json_begin_array(&json);
    for (size_t i = 0; i < accounts.n; i++) {
        if (is_json)
            write_account(&json, &accounts.items[i]);
        else
            print_account(ctx, &accounts.items[i]);
    }
    json_end_array(&json);
    if (is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    else if (!accounts.n)
        printf("there are no accounts of staff; cityhall user add makes one\n");
    return RC_OK;
}

/* A person's account, by login; the last administrator is kept with a sentence that says so. */
static enum rc change_user(struct ctx *ctx, const struct user_options *options, const char *what,
                           const char *login)
{
    struct str password;
    int64_t id;
    enum rc rc = account_id(ctx, str_of(login), &id);

    db_reader_release(ctx);
    if (rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        return FAIL(ctx, ERR_NOT_FOUND,
                    .detail = str_fmt(ctx->arena, "there is no account \"%s\"", login));
    }
    if (rc)
        return rc;
    if (strcmp(what, "reset") != 0) {
        rc = account_disable(ctx, id, strcmp(what, "disable") == 0, options->why);
        if (rc && ctx->err.id == ERR_LAST_ADMINISTRATOR) {
            ctx_clear_error(ctx);
            return FAIL(ctx, ERR_LAST_ADMINISTRATOR,
                        .detail = S("this is the last account that administers the city: make "
                                    "another administrator first"));
        }
        return rc;
    }
    rc = account_reset(ctx, id, options->why, &password);
    if (!rc)
        printf("%s\nfirst password (shown once): %.*s\n", login, STR_ARG(password));
    return rc;
}

static enum rc run_user(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    const struct user_options *options = words->options;
    const char *what = words->what;
    bool is_change =
        strcmp(what, "disable") == 0 || strcmp(what, "enable") == 0 || strcmp(what, "reset") == 0;

    (void)home;
    if (strcmp(what, "add") == 0 && words->argc == 1)
        return add_user(ctx, options, words->argv[0]);
    if (strcmp(what, "list") == 0 && words->argc == 0)
        return list_users(ctx, options->is_json);
    if (is_change && words->argc == 1)
        return change_user(ctx, options, what, words->argv[0]);
    return command_misused(ctx, "add, list, disable, enable or reset");
}

enum rc command_user(struct ctx *ctx, int argc, char **argv)
{
    const struct user_options options = options_of(ctx, &argc, argv);

    return home_command(ctx, argc, argv, &options, run_user);
}

struct closure_call {
    struct date date;
    struct str reason;
    bool is_dry, is_json;
};

/* The closed days of a city are read with it. */
static enum rc list_closures(struct ctx *ctx, bool is_json)
{
    const struct calendar *calendar = &ctx->city->calendar;
    struct buf out = buf_in(ctx->arena, MAX_JSON);
    struct json_writer json = json_writer_on(&out);

    json_begin_array(&json);
    for (size_t i = 0; i < calendar->closures_n; i++) {
        struct str date = date_format(ctx->arena, calendar->closures[i].date);
        struct str reason = text_in(&calendar->closures[i].name, LANG_EN);

        if (!is_json)
            printf("%.*s  %.*s\n", STR_ARG(date), STR_ARG(reason));
        json_begin_object(&json);
        json_put_member(&json, S("date"), date);
        json_put_member(&json, S("reason"), reason);
        json_end_object(&json);
    }
    json_end_array(&json);
    if (is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    else if (!calendar->closures_n)
        printf("there are no closures; cityhall closure add notes one\n");
    return RC_OK;
}

static enum rc run_closure(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    const struct closure_call *call = words->options;
    struct closure_effect effect;
    enum rc rc;

    (void)home;
    if (strcmp(words->what, "list") == 0)
        return list_closures(ctx, call->is_json);
    if (strcmp(words->what, "remove") == 0)
        rc = closure_remove(ctx, call->date, call->reason, call->is_dry, &effect);
    else
        rc = closure_add(ctx, call->date, call->reason, call->is_dry, &effect);
    if (!rc)
        printf("%lld deadlines of %lld cases %s\n", (long long)effect.clocks,
               (long long)effect.cases, call->is_dry ? "would move (dry run)" : "were moved");
    return rc;
}

enum rc command_closure(struct ctx *ctx, int argc, char **argv)
{
    const char *reason = command_option(&argc, argv, "reason");
    struct closure_call call = {
        .is_dry = command_flag(&argc, argv, "dry-run"),
        .is_json = command_flag(&argc, argv, "json"),
    };

    if (argc == 2 && strcmp(argv[0], "list") == 0)
        return home_command(ctx, argc, argv, &call, run_closure);
    if (argc != 3 || (strcmp(argv[0], "add") != 0 && strcmp(argv[0], "remove") != 0) || !reason)
        return command_misused(ctx, "closure add or remove DIR DATE --reason TEXT");
    if (!date_parse(str_of(argv[2]), &call.date))
        return command_misused(ctx, "a date is written 2026-12-24");
    call.reason = str_of(reason);
    return home_command(ctx, argc, argv, &call, run_closure);
}

enum rc command_upgrade(struct ctx *ctx, int argc, char **argv)
{
    const char *owner = command_option(&argc, argv, "owner");
    struct home home;
    enum rc rc = command_check_store(ctx, "owner", owner);

    if (rc)
        return rc;
    if (argc != 1)
        return command_misused(ctx, "a data folder is needed");
    rc = home_open_as_owner(ctx, argv[0], owner, &home);
    if (rc)
        return rc;
    rc = home_load(ctx, &home);
    if (!rc)
        rc = words_catch_up(ctx);
    if (!rc)
        rc = names_catch_up(ctx);
    if (!rc)
        printf("%s is at version %s: %zu services\n", argv[0], CITYHALL_VERSION,
               home.city->service_n);
    home_close(&home);
    return rc;
}
