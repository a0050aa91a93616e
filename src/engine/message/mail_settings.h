/* What administrators say about mail: the relay and who signs in there, who the mail is from, and
 * the witnesses that get the record's heads (api/witness.h).
 *
 * They are rows of the table setting, read anew whenever something is sent, so that a change needs
 * no restart. The relay's password is kept sealed with the installation's key (people/seal.h): it
 * is used and never shown. Each change is an event setting.changed for staff, {"name", "value",
 * "why"}, which for the password has no value. Whether ctx->actor may change them is the caller's
 * question (PERMISSION_ADMINISTER). Layer: engine; needs people_use.
 */
#ifndef ENGINE_MAIL_SETTINGS_H
#define ENGINE_MAIL_SETTINGS_H

#include "engine/message/smtp.h"

enum mail_setting {
    MAIL_RELAY,     /* "smtp": smtp://host:port or smtps://host:port */
    MAIL_USER,      /* "smtp-user": who signs in at the relay */
    MAIL_PASSWORD,  /* "smtp-password" */
    MAIL_SENDER,    /* "mail-from": "City Hall <311@city.example>"; unset: city.yaml's */
    MAIL_WITNESSES, /* "witnesses": addresses, separated by commas */
    MAIL_SETTING__N
};

struct str mail_setting_name(enum mail_setting setting);
bool mail_setting_of(struct str name, enum mail_setting *ret);

/* Empty values are unset; that of the password is empty always. */
struct mail_settings {
    struct str value[MAIL_SETTING__N];
    bool has_password;
};
enum rc mail_settings_read(struct ctx *ctx, struct mail_settings *ret) MUST_CHECK;

struct mail_change {
    enum mail_setting what;
    struct str value; /* empty: unset */
};

/* Changes several at once, in its own db_tx; what stays the same is no event. Without a user there
 * is no password: unsetting it unsets both. Witnesses may come one a line. err.field is the
 * setting's name: ERR_PATTERN (the relay), ERR_NOT_AN_EMAIL (the sender; witnesses, with the wrong
 * one as err.arg), ERR_ONE_LINE, ERR_TOO_LONG, ERR_NOT_UTF8; ERR_REQUIRED, field "smtp-user", for a
 * password without a user. ERR_TOO_LONG with field "why". */
enum rc mail_settings_change(struct ctx *ctx, const struct mail_change *changes, size_t n,
                             struct str why) MUST_CHECK;

/* Who signs in at the relay of relay->url: as set here, user and password, else as the file
 * smtp-password of the data folder says, whose third line names the relay that it is for: for
 * another one it is not there. Both stay empty where neither says so. ERR_CONFIG when the file is
 * wrong, or when the sealed password was sealed with another installation's key. With a reader. */
enum rc mail_settings_login(struct ctx *ctx, const char *folder,
                            struct smtp_relay *relay) MUST_CHECK;

#endif
