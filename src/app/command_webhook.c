/* Webhooks: servers that are told what happens to cases. */
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/home_command.h"
#include "base/json.h"
#include "engine/message/webhook.h"

#define MAX_ITEMS      20
#define MAX_LIST_BYTES ((size_t)4 << 20)

static enum rc take_items(struct ctx *ctx, int *argc, char **argv, const char *name,
                          struct str items[MAX_ITEMS], size_t *ret_n)
{
    const char *text;

    *ret_n = 0;
    while ((text = command_option(argc, argv, name))) {
        if (*ret_n == MAX_ITEMS)
            return command_misused(ctx, "at most 20 kinds and 20 services can be named");
        items[(*ret_n)++] = str_of(text);
    }
    return RC_OK;
}

/* The failures that name an argument and say nothing of it. */
static void explain(struct ctx *ctx, const struct webhook_new *made)
{
    struct err *err = &ctx->err;

    if (err->detail.n)
        return;
    if (str_eq(err->field, S("key")))
        err->detail =
            str_fmt(ctx->arena, "there is no valid key %.*s; cityhall key list names them",
                    STR_ARG(made->key_prefix));
    else if (str_eq(err->field, S("service")))
        err->detail = S("--service names one that the city does not have; its code is the name of "
                        "its file: pothole");
    else if (str_eq(err->field, S("kind")))
        err->detail = S("--kind is the kind of an event, such as case.opened or case.step");
}

static enum rc add(struct ctx *ctx, int argc, char **argv)
{
    struct str kinds[MAX_ITEMS], services[MAX_ITEMS], secret;
    struct webhook_new made = {.kinds = kinds, .services = services};
    int64_t id;
    enum rc rc = take_items(ctx, &argc, argv, "kind", kinds, &made.kind_n);

    if (!rc)
        rc = take_items(ctx, &argc, argv, "service", services, &made.service_n);
    made.key_prefix = str_of(command_option(&argc, argv, "key"));
    if (!rc && (argc != 1 || !made.key_prefix.n))
        rc = command_misused(ctx, "webhook add DIR URL --key PREFIX [--kind case.step]... "
                                  "[--service CODE]...");
    if (rc)
        return rc;
    made.url = str_of(argv[0]);
    rc = webhook_add(ctx, &made, &secret, &id);
    if (rc)
        explain(ctx, &made);
    if (!rc)
        printf("webhook %lld\nsecret (shown once): %.*s\n", (long long)id, STR_ARG(secret));
    return rc;
}

static const char *state_of(const struct webhook_line *line)
{
    if (line->has_ended)
        return "ended";
    return line->is_failing ? "failing" : "works";
}

static void print_line(const struct webhook_line *line)
{
    printf("%-4lld %-8s key %.*s  %.*s  waiting %lld", (long long)line->id, state_of(line),
           STR_ARG(line->key_prefix), STR_ARG(line->url), (long long)line->queued);
    if (line->kinds.n)
        printf("  kinds%.*s", STR_ARG(line->kinds));
    if (line->services.n)
        printf("  services%.*s", STR_ARG(line->services));
    if (line->has_ended)
        printf("  (%.*s)", STR_ARG(line->ended_why));
    printf("\n");
}

static void write_line(struct json_writer *json, const struct webhook_line *line)
{
    json_begin_object(json);
    json_put_member_i64(json, S("id"), line->id);
    json_put_member(json, S("state"), str_of(state_of(line)));
    json_put_member(json, S("url"), line->url);
    json_put_member(json, S("key"), line->key_prefix);
    json_put_member(json, S("kinds"), str_trim(line->kinds));
    json_put_member(json, S("services"), str_trim(line->services));
    json_put_member_i64(json, S("waiting"), line->queued);
    json_put_member(json, S("ended_why"), line->ended_why);
    json_end_object(json);
}

static enum rc list(struct ctx *ctx, bool is_json)
{
    struct buf out = buf_in(ctx->arena, MAX_LIST_BYTES);
    struct json_writer json = json_writer_on(&out);
    struct webhook_line *lines;
    size_t n;
    enum rc rc = webhook_list(ctx, &lines, &n);

    db_reader_release(ctx);
    if (rc)
        return rc;
    json_begin_array(&json);
    for (size_t i = 0; i < n; i++) {
        if (is_json)
            write_line(&json, &lines[i]);
        else
            print_line(&lines[i]);
    }
    json_end_array(&json);
    if (is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    return RC_OK;
}

static enum rc named(struct ctx *ctx, enum rc rc, const struct command_words *words)
{
    return command_explained(ctx, rc, ERR_NOT_FOUND,
                             str_fmt(ctx->arena,
                                     "there is no webhook %s; cityhall webhook list %s names them",
                                     words->argv[0], words->folder));
}

static enum rc test(struct ctx *ctx, const struct home *home, int64_t id)
{
    const struct webhook_sender sender = {.base_url = home->base_url};
    struct webhook_result result;
    enum rc rc = webhook_test(ctx, id, &sender, &result);

    if (rc)
        return rc;
    if (result.trouble.n)
        return FAIL(ctx, ERR_OUTSIDE, .detail = result.trouble);
    printf("it answered %d\n", result.status);
    return RC_OK;
}

static enum rc run(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    bool is_json = command_flag(&words->argc, words->argv, "json");
    int64_t id;

    if (strcmp(words->what, "add") == 0)
        return add(ctx, words->argc, words->argv);
    if (strcmp(words->what, "list") == 0 && words->argc == 0)
        return list(ctx, is_json);
    if (words->argc != 1 || !str_to_i64(str_of(words->argv[0]), &id))
        return command_misused(ctx, "a webhook is named by its number in the list");
    if (strcmp(words->what, "remove") == 0)
        return named(ctx, webhook_remove(ctx, id), words);
    if (strcmp(words->what, "test") == 0)
        return named(ctx, test(ctx, home, id), words);
    return command_misused(ctx, "add, list, remove or test");
}

enum rc command_webhook(struct ctx *ctx, int argc, char **argv)
{
    return home_command(ctx, argc, argv, NULL, run);
}
