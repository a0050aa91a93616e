#include "engine/message/mail_settings.h"

#include <sys/stat.h>

#include "base/crypto.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mail.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/definition/setting.h"
#include "engine/record/record.h"
#include "people/seal.h"

#define MAX_SECRET 900 /* bytes; sealed, as hexadecimal, they fit into a setting */
#define MAX_FILE   2000
#define MAX_VALUE  2000 /* characters */
#define MAX_WHY    500
#define PURPOSE    S("smtp-password")

static const struct str names[MAIL_SETTING__N] = {
    [MAIL_RELAY] = STR("smtp"),
    [MAIL_USER] = STR("smtp-user"),
    [MAIL_PASSWORD] = STR("smtp-password"),
    [MAIL_SENDER] = STR("mail-from"),
    [MAIL_WITNESSES] = STR("witnesses"),
};

struct str mail_setting_name(enum mail_setting setting)
{
    return names[setting];
}

bool mail_setting_of(struct str name, enum mail_setting *ret)
{
    for (int i = 0; i < MAIL_SETTING__N; i++) {
        if (str_eq(names[i], name)) {
            *ret = (enum mail_setting)i;
            return true;
        }
    }
    return false;
}

enum rc mail_settings_read(struct ctx *ctx, struct mail_settings *ret)
{
    struct mail_settings read;
    enum rc rc = RC_OK;

    for (int i = 0; !rc && i < MAIL_SETTING__N; i++)
        rc = setting_read(ctx, names[i], &read.value[i]);
    if (rc)
        return rc;
    read.has_password = read.value[MAIL_PASSWORD].n > 0;
    read.value[MAIL_PASSWORD] = STR_NONE;
    *ret = read;
    return RC_OK;
}

/* ---- Changing them */

struct changing {
    struct mail_settings before;
    struct str wanted[MAIL_SETTING__N];
    bool is_given[MAIL_SETTING__N];
    struct str why;
};

/* "a@x, b@y" from what may stand one a line as well. */
static enum rc tidy_witnesses(struct ctx *ctx, struct str *list)
{
    struct buf out = buf_in(ctx->arena, 2 * list->n + 2);
    struct str lines = *list, line, address;

    while (lines.n && str_next(&lines, '\n', &line)) {
        while (line.n && str_next(&line, ',', &address)) {
            address = str_trim(address);
            if (!address.n)
                continue;
            if (!mail_address_is_plain(address))
                return FAIL(
                    ctx, ERR_NOT_AN_EMAIL, .field = names[MAIL_WITNESSES], .arg = address,
                    .detail = str_fmt(ctx->arena, "%.*s is not a mail address", STR_ARG(address)));
            if (buf_str(&out).n)
                BUF_ADD(&out, ", ");
            buf_add(&out, address);
        }
    }
    *list = buf_str(&out);
    return RC_OK;
}

static enum rc check_value(struct ctx *ctx, enum mail_setting which, struct str *value)
{
    struct mail_sender sender;
    enum rc rc = RC_OK;

    if (which == MAIL_PASSWORD && value->n > MAX_SECRET)
        return FAIL(ctx, ERR_TOO_LONG, .field = names[which], .arg = S("900"));
    if (which == MAIL_WITNESSES)
        rc = tidy_witnesses(ctx, value);
    if (!rc)
        rc = text_check_line(ctx, *value, names[which], MAX_VALUE);
    if (rc)
        return rc;
    if (which == MAIL_RELAY && value->n && !smtp_url_is_good(*value))
        return FAIL(ctx, ERR_PATTERN, .field = names[which],
                    .detail = S("a relay is smtp://HOST:PORT or smtps://HOST:PORT, nothing else"));
    if (which == MAIL_SENDER && value->n && !mail_sender_parse(*value, &sender))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = names[which],
                    .detail = S("a sender is \"Name <address>\" or an address"));
    return RC_OK;
}

/* Who signs in has a password, and a password somebody who signs in. */
static enum rc check_login(struct ctx *ctx, struct changing *work)
{
    bool has_user = work->is_given[MAIL_USER] ? work->wanted[MAIL_USER].n > 0
                                              : work->before.value[MAIL_USER].n > 0;
    bool has_password = work->is_given[MAIL_PASSWORD] ? work->wanted[MAIL_PASSWORD].n > 0
                                                      : work->before.has_password;

    if (!has_user && work->is_given[MAIL_PASSWORD] && has_password)
        return FAIL(ctx, ERR_REQUIRED, .field = names[MAIL_USER],
                    .detail = S("a password needs a user: set smtp-user first"));
    if (!has_user && has_password) {
        work->is_given[MAIL_PASSWORD] = true;
        work->wanted[MAIL_PASSWORD] = STR_NONE;
    }
    return RC_OK;
}

static enum rc record_change(struct ctx *ctx, const struct changing *work, enum mail_setting which)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("name"), names[which]);
    if (which != MAIL_PASSWORD)
        json_put_member(&json, S("value"), work->wanted[which]);
    json_put_member(&json, S("why"), work->why);
    json_end_object(&json);
    return record_add_other(ctx, "setting.changed", EVENT_STAFF, buf_str(&out));
}

static enum rc write_one(struct ctx *ctx, const struct changing *work, enum mail_setting which)
{
    struct str value = work->wanted[which];
    bool is_secret = which == MAIL_PASSWORD;
    bool is_same = is_secret ? !value.n && !work->before.has_password
                             : str_eq(value, work->before.value[which]);
    enum rc rc;

    if (!work->is_given[which] || is_same)
        return RC_OK;
    if (is_secret && value.n)
        value = crypto_hex(ctx->arena, seal(ctx->arena, PURPOSE, value));
    rc = setting_write(ctx, names[which], value);
    return rc ? rc : record_change(ctx, work, which);
}

static enum rc change_tx(struct ctx *ctx, void *arg)
{
    struct changing *work = arg;
    enum rc rc = mail_settings_read(ctx, &work->before);

    if (!rc)
        rc = check_login(ctx, work);
    for (int i = 0; !rc && i < MAIL_SETTING__N; i++)
        rc = write_one(ctx, work, (enum mail_setting)i);
    return rc;
}

enum rc mail_settings_change(struct ctx *ctx, const struct mail_change *changes, size_t n,
                             struct str why)
{
    struct changing work = {.why = str_trim(why)};
    enum rc rc = text_check(ctx, work.why, S("why"), MAX_WHY);

    for (size_t i = 0; !rc && i < n; i++) {
        enum mail_setting which = changes[i].what;

        work.is_given[which] = true;
        work.wanted[which] = which == MAIL_PASSWORD ? changes[i].value : str_trim(changes[i].value);
        rc = check_value(ctx, which, &work.wanted[which]);
    }
    return rc ? rc : db_tx(ctx, change_tx, &work);
}

/* ---- Signing in at the relay */

/* The file that nobody else may read; that there is none is fine. It holds for the relay that it
 * names: who may say in the console where mail goes is not who wrote the file. */
static enum rc read_file(struct ctx *ctx, const char *folder, struct smtp_relay *relay)
{
    const char *path = str_z(ctx->arena, str_fmt(ctx->arena, "%s/smtp-password", folder));
    struct stat about;
    struct str text, user, password, url;
    enum rc rc;

    if (stat(path, &about) < 0)
        return RC_OK;
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = S("others can read the file smtp-password: chmod 600 mends that"));
    rc = file_read(ctx, path, MAX_FILE, &text);
    if (rc)
        return rc;
    if (!str_next(&text, '\n', &user) || !str_next(&text, '\n', &password) ||
        !str_next(&text, '\n', &url) || !str_trim(user).n || !str_trim(url).n)
        return FAIL(ctx, ERR_CONFIG,
                    .detail = S("the file smtp-password has a line for the user, one for the "
                                "password and one for the relay they are for, as the setting smtp "
                                "has it: smtp://HOST:PORT or smtps://HOST:PORT"));
    if (!str_eq_ascii_nocase(str_trim(url), relay->url))
        return RC_OK;
    relay->user = str_trim(user);
    relay->password = str_trim(password);
    return RC_OK;
}

static enum rc open_sealed(struct ctx *ctx, struct str sealed, struct str *ret)
{
    struct str bytes;

    if (!crypto_hex_decode(ctx->arena, sealed, &bytes) ||
        !seal_open(ctx->arena, PURPOSE, bytes, ret))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = S("the relay's password was sealed with another secret.key: set it "
                                "again"));
    return RC_OK;
}

enum rc mail_settings_login(struct ctx *ctx, const char *folder, struct smtp_relay *relay)
{
    struct str user, sealed;
    enum rc rc = setting_read(ctx, names[MAIL_USER], &user);

    if (!rc)
        rc = setting_read(ctx, names[MAIL_PASSWORD], &sealed);
    if (rc)
        return rc;
    if (!user.n || !sealed.n)
        return read_file(ctx, folder, relay);
    relay->user = user;
    return open_sealed(ctx, sealed, &relay->password);
}
