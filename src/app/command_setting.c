/* What the installation mails through and who witnesses its record. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/home_command.h"
#include "base/file.h"
#include "base/json.h"
#include "engine/message/mail_settings.h"

#define MAX_VALUE_BYTES 8000
#define MAX_LIST_BYTES  40000

static struct str shown(const struct mail_settings *settings, enum mail_setting which)
{
    if (which == MAIL_PASSWORD)
        return settings->has_password ? S("(set; not shown)") : STR_NONE;
    return settings->value[which];
}

static void write_one(struct json_writer *json, const struct mail_settings *settings,
                      enum mail_setting which)
{
    json_begin_object(json);
    json_put_member(json, S("name"), mail_setting_name(which));
    json_put_key(json, S("is_set"));
    json_put_bool(json, shown(settings, which).n > 0);
    if (which != MAIL_PASSWORD)
        json_put_member(json, S("value"), settings->value[which]);
    json_end_object(json);
}

static enum rc list(struct ctx *ctx, bool is_json)
{
    struct buf out = buf_in(ctx->arena, MAX_LIST_BYTES);
    struct json_writer json = json_writer_on(&out);
    struct mail_settings settings;
    enum rc rc = db_reader_acquire(ctx);

    if (!rc)
        rc = mail_settings_read(ctx, &settings);
    db_reader_release(ctx);
    if (rc)
        return rc;
    json_begin_array(&json);
    for (int i = 0; i < MAIL_SETTING__N; i++) {
        struct str name = mail_setting_name((enum mail_setting)i);
        struct str value = shown(&settings, (enum mail_setting)i);

        if (is_json)
            write_one(&json, &settings, (enum mail_setting)i);
        else
            printf("%-14.*s %.*s\n", STR_ARG(name), STR_ARG(value.n ? value : S("-")));
    }
    json_end_array(&json);
    if (is_json)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    return RC_OK;
}

/* One line from the standard input, without its end. */
static enum rc read_input(struct ctx *ctx, struct str *ret)
{
    char *bytes = arena_alloc(ctx->arena, MAX_VALUE_BYTES);
    size_t n = bytes ? fread(bytes, 1, MAX_VALUE_BYTES, stdin) : 0;

    if (!bytes)
        return FAIL(ctx, ERR_MEMORY);
    if (n == MAX_VALUE_BYTES)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("the standard input is too long"));
    *ret = str_trim((struct str){bytes, n});
    return RC_OK;
}

/* A secret does not come by an argument, which other users of the machine can see. */
static enum rc take_value(struct ctx *ctx, enum mail_setting which, const char *file,
                          const char *typed, struct str *ret)
{
    enum rc rc = RC_OK;

    if (typed && (file || which == MAIL_PASSWORD))
        return command_misused(ctx, which == MAIL_PASSWORD
                                        ? "a password is read from --file FILE or the standard "
                                          "input, never from an argument"
                                        : "either a value or --file");
    if (typed)
        *ret = str_of(typed);
    else if (file)
        rc = file_read(ctx, file, MAX_VALUE_BYTES, ret);
    else
        rc = read_input(ctx, ret);
    if (!rc && file)
        *ret = str_trim(*ret);
    if (!rc && !ret->n)
        return command_misused(ctx, "the value is empty: clear unsets a setting");
    return rc;
}

static enum rc change(struct ctx *ctx, bool is_clear, int argc, char **argv)
{
    const char *file = command_option(&argc, argv, "file");
    struct str why = command_reason(ctx, &argc, argv);
    struct mail_change change = {.value = STR_NONE};
    enum rc rc = RC_OK;

    if (argc < 1 || argc > (is_clear ? 1 : 2) || !mail_setting_of(str_of(argv[0]), &change.what))
        return command_misused(ctx, "set DIR NAME [VALUE] or clear DIR NAME; names are smtp, "
                                    "smtp-user, smtp-password, mail-from and witnesses");
    if (!is_clear)
        rc = take_value(ctx, change.what, file, argc == 2 ? argv[1] : NULL, &change.value);
    return rc ? rc : mail_settings_change(ctx, &change, 1, why);
}

static enum rc run(struct ctx *ctx, const struct home *home, struct command_words *words)
{
    (void)home;
    if (strcmp(words->what, "list") == 0) {
        bool is_json = command_flag(&words->argc, words->argv, "json");

        if (words->argc == 0)
            return list(ctx, is_json);
    }
    if (strcmp(words->what, "set") == 0 || strcmp(words->what, "clear") == 0)
        return change(ctx, strcmp(words->what, "clear") == 0, words->argc, words->argv);
    return command_misused(ctx, "list, set or clear");
}

enum rc command_setting(struct ctx *ctx, int argc, char **argv)
{
    return home_store_command(ctx, argc, argv, NULL, run);
}
