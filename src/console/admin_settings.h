/* What the installation mails through and who witnesses its record: looked at, changed, tried.
 * Layer: console, private. */
#ifndef CONSOLE_ADMIN_SETTINGS_H
#define CONSOLE_ADMIN_SETTINGS_H

#include "console/admin_page.h"
#include "engine/message/mail_settings.h"

/* As they are, or as they came back from a form. */
struct settings_form {
    struct str relay, user, sender_name, sender_address;
    struct str witnesses; /* one a line */
    struct str why;
};

struct settings_view {
    struct settings_form form;
    bool has_password;
    struct str sender;    /* who mail is from at this moment */
    struct str own_email; /* where a test message goes; empty: nowhere */
    bool is_own_sender;   /* set here, not the city folder's */
    bool is_tried;        /* a test message was just put into the outbox */
    int64_t waiting;      /* messages */
    struct err err;
};

enum rc admin_settings_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* Changes what the form says differently, all or nothing. A password is asked for again when the
 * relay or the user changes, so that the stored one goes to no other server. */
enum rc admin_settings_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* Puts a message to ctx->actor's own address into the outbox. */
enum rc admin_settings_try(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
