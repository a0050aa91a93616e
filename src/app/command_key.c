/* Keys of programs: service accounts of the interfaces. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home_command.h"
#include "base/json.h"
#include "people/api_key.h"

#define MAX_DAYS_DEFAULT 365
#define MAX_LIST_BYTES   ((size_t)4 << 20)

static bool scope_exists(const struct city *city, const struct api_scope *scope)
{
    bool is_known = scope->scope_kind == SCOPE_CITY ||
                    (scope->scope_kind == SCOPE_TEAM && city_team(city, scope->scope)) ||
                    (scope->scope_kind == SCOPE_SERVICE && city_service(city, scope->scope));

    for (size_t i = 0; scope->scope_kind == SCOPE_DEPARTMENT && i < city->version_n; i++)
        is_known |= str_eq(city->versions[i]->department, scope->scope);
    return is_known;
}

static enum rc take_scopes(struct ctx *ctx, int *argc, char **argv, struct api_scope *scopes,
                           size_t *ret_n)
{
    const char *text;

    *ret_n = 0;
    while ((text = command_option(argc, argv, "scope"))) {
        struct api_scope *scope = &scopes[*ret_n];

        if (*ret_n == API_KEY_MAX_SCOPES)
            return command_misused(ctx, "a key has at most 50 scopes");
        if (!api_scope_parse(str_of(text), scope))
            return command_misused(ctx, "a scope is RIGHT or RIGHT@KIND:CODE, as in read, "
                                        "work@team:streets-east, file@service:pothole; rights are "
                                        "read, file, work and supervise");
        if (!scope_exists(ctx->city, scope))
            return command_misused(ctx, "the city has no such department, team or service");
        ++*ret_n;
    }
    return RC_OK;
}

static enum rc take_number(struct ctx *ctx, int *argc, char **argv, const char *name, int64_t *ret)
{
    const char *text = command_option(argc, argv, name);

    if (text && !str_to_i64(str_of(text), ret))
        return FAIL(ctx, ERR_USAGE,
                    .detail =
                        str_fmt(ctx->arena, "--%s is a whole number, not \"%s\"", name, text));
    if (text && *ret == 0) /* api_key_add's word for its own choice */
        return FAIL(ctx, ERR_TOO_SMALL, .field = str_of(name), .arg = S("1"));
    return RC_OK;
}

static enum rc add_key(struct ctx *ctx, int argc, char **argv)
{
    struct api_scope scopes[API_KEY_MAX_SCOPES];
    struct api_key_new made = {.days = MAX_DAYS_DEFAULT, .scopes = scopes};
    struct str text;
    enum rc rc;

    made.name = str_of(command_option(&argc, argv, "name"));
    rc = take_scopes(ctx, &argc, argv, scopes, &made.scope_n);
    if (!rc)
        rc = take_number(ctx, &argc, argv, "days", &made.days);
    if (!rc)
        rc = take_number(ctx, &argc, argv, "burst", &made.burst);
    if (!rc)
        rc = take_number(ctx, &argc, argv, "per-minute", &made.per_minute);
    if (!rc && (argc != 0 || !made.name.n))
        rc = command_misused(ctx, "key add DIR --name NAME --scope RIGHT@KIND:CODE");
    if (!rc)
        rc = api_key_add(ctx, &made, &text, NULL);
    if (!rc)
        printf("key (shown once): %.*s\n", STR_ARG(text));
    return rc;
}

static const char *state_of(const struct ctx *ctx, const struct api_key *key)
{
    if (key->is_revoked)
        return "revoked";
    return instant_cmp(ctx->now, key->expires) < 0 ? "valid" : "expired";
}

static struct str scope_text(struct ctx *ctx, const struct api_scope *scope)
{
    struct str right = api_right_word(scope->right), kind = scope_kind_word(scope->scope_kind);

    return str_fmt(ctx->arena, "%.*s@%.*s%s%.*s", STR_ARG(right), STR_ARG(kind),
                   scope->scope.n ? ":" : "", STR_ARG(scope->scope));
}

static void print_key(struct ctx *ctx, const struct api_key *key)
{
    struct str expires = instant_format_utc(ctx->arena, key->expires);
    struct str used = key->was_used ? instant_format_utc(ctx->arena, key->used) : S("never used");

    printf("%.*s  %-8s %.10s  %-20.*s  %.*s", STR_ARG(key->prefix), state_of(ctx, key), expires.p,
           STR_ARG(used), STR_ARG(key->name));
    for (size_t i = 0; i < key->scope_n; i++) {
        struct str scope = scope_text(ctx, &key->scopes[i]);

        printf(" %.*s", STR_ARG(scope));
    }
    printf("\n");
}

static void write_key(struct ctx *ctx, struct json_writer *json, const struct api_key *key)
{
    json_begin_object(json);
    json_put_member(json, S("prefix"), key->prefix);
    json_put_member(json, S("name"), key->name);
    json_put_member(json, S("state"), str_of(state_of(ctx, key)));
    json_put_member(json, S("created"), instant_format_utc(ctx->arena, key->created));
    json_put_member(json, S("expires"), instant_format_utc(ctx->arena, key->expires));
    if (key->was_used)
        json_put_member(json, S("used"), instant_format_utc(ctx->arena, key->used));
    json_put_member_i64(json, S("burst"), key->burst);
    json_put_member_i64(json, S("per_minute"), key->per_minute);
    json_put_key(json, S("scopes"));
    json_begin_array(json);
    for (size_t i = 0; i < key->scope_n; i++)
        json_put_string(json, scope_text(ctx, &key->scopes[i]));
    json_end_array(json);
    json_end_object(json);
}

static enum rc list_keys(struct ctx *ctx, bool is_json)
{
    struct buf out = buf_in(ctx->arena, MAX_LIST_BYTES);
    struct json_writer json = json_writer_on(&out);
    struct api_keys keys;
    enum rc rc = api_key_list(ctx, &keys);

    db_reader_release(ctx);
    if (rc)
        return rc;
    json_begin_array(&json);
    for (size_t i = 0; i < keys.n; i++) {
        if (is_json)
            write_key(ctx, &json, &keys.items[i]);
        else
            print_key(ctx, &keys.items[i]);
    }
    json_end_array(&json);
    if (is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    else if (!keys.n)
        printf("there are no keys; cityhall key add makes one\n");
    return RC_OK;
}

static enum rc run_key(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    (void)home;
    if (strcmp(words->what, "add") == 0)
        return add_key(ctx, words->argc, words->argv);
    if (strcmp(words->what, "list") == 0) {
        bool is_json = command_flag(&words->argc, words->argv, "json");

        if (words->argc == 0)
            return list_keys(ctx, is_json);
    }
    if (strcmp(words->what, "revoke") == 0 && words->argc == 1)
        return command_explained(ctx, api_key_revoke(ctx, str_of(words->argv[0])), ERR_NOT_FOUND,
                                 str_fmt(ctx->arena,
                                         "there is no key %s; cityhall key list %s "
                                         "names them",
                                         words->argv[0], words->folder));
    return command_misused(ctx, "add, list or revoke DIR PREFIX");
}

enum rc command_key(struct ctx *ctx, int argc, char **argv)
{
    return home_command(ctx, argc, argv, NULL, run_key);
}
