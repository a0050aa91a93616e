#include "engine/message/outbox.h"

#include <stdlib.h>

#include "base/mail.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/definition/city.h"
#include "engine/definition/setting.h"
#include "engine/message/mail_settings.h"
#include "engine/message/notice.h"
#include "engine/message/queries.h"
#include "engine/message/smtp.h"

#define MAX_TROUBLE 400

struct outbox {
    const char *folder;
    struct smtp *smtp;
    struct str base_url;
};

struct delivery {
    struct smtp_relay relay;
    struct str from;
    struct message_due_row due;
    bool is_ours;
    struct message_taken_row row;
    enum smtp_outcome outcome;
    struct str trouble;
};

static enum rc read_relay(struct ctx *ctx, bool *ret_found, struct str *ret_url)
{
    enum rc rc = setting_read(ctx, S("smtp"), ret_url);

    *ret_found = !rc && ret_url->n;
    if (*ret_found && !smtp_url_is_good(*ret_url))
        return FAIL(ctx, ERR_CONFIG,
                    .detail = S("the setting smtp is not smtp://host:port or smtps://host:port"));
    return rc;
}

enum rc outbox_has_relay(struct ctx *ctx, bool *ret)
{
    struct str url;
    bool is_found = false;
    enum rc rc = read_relay(ctx, &is_found, &url);

    if (!rc)
        *ret = is_found;
    return rc;
}

enum rc outbox_new(struct ctx *ctx, const char *folder, struct outbox **ret)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    enum rc rc = outbox ? smtp_new(ctx, &outbox->smtp) : FAIL(ctx, ERR_MEMORY);

    if (rc) {
        free(outbox);
        return rc;
    }
    outbox->folder = folder;
    *ret = outbox;
    return RC_OK;
}

void outbox_links_to(struct outbox *outbox, struct str base_url)
{
    outbox->base_url = base_url;
}

void outbox_free(struct outbox *outbox)
{
    if (!outbox)
        return;
    smtp_free(outbox->smtp);
    free(outbox);
}

void outbox_stop(struct outbox *outbox)
{
    smtp_stop(outbox->smtp);
}

static enum rc find_due(struct ctx *ctx, struct message_due_row *due, bool *ret_found)
{
    struct message_due_waited_for_row first;
    enum rc rc = message_due_waited_for(ctx, ctx->now, ret_found, &first);

    if (rc || !*ret_found)
        return rc ? rc : message_due(ctx, ctx->now, ret_found, due);
    due->id = first.id;
    due->attempts = first.attempts;
    return RC_OK;
}

/* What is due, from whom and where to: one look with a reader. */
static enum rc look(struct ctx *ctx, const struct outbox *outbox, struct delivery *delivery,
                    bool *ret_found)
{
    struct mail_settings settings;
    enum rc rc = db_reader_acquire(ctx);

    *ret_found = false;
    if (rc)
        return rc;
    rc = read_relay(ctx, ret_found, &delivery->relay.url);
    if (!rc && *ret_found)
        rc = find_due(ctx, &delivery->due, ret_found);
    if (!rc && *ret_found)
        rc = mail_settings_read(ctx, &settings);
    if (!rc && *ret_found) {
        struct str own = settings.value[MAIL_SENDER];

        delivery->from = own.n ? own : ctx->city->mail_from;
        rc = mail_settings_login(ctx, outbox->folder, &delivery->relay);
    }
    db_reader_release(ctx);
    return rc;
}

static enum rc take_tx(struct ctx *ctx, void *arg)
{
    struct delivery *delivery = arg;
    int64_t changed;
    enum rc rc = message_take(ctx, delivery->due.id, delivery->due.attempts,
                              instant_plus_us(ctx->now, OUTBOX_LEASE_S * US_PER_S), &changed);

    delivery->is_ours = !rc && changed == 1;
    return rc || !delivery->is_ours ? rc : message_taken(ctx, delivery->due.id, &delivery->row);
}

static void send_it(struct ctx *ctx, struct outbox *outbox, struct delivery *delivery)
{
    const struct message_taken_row *row = &delivery->row;
    struct stored_mail stored = {
        .body = row->body,
        .number = row->number_is_null ? STR_NONE : row->number,
        .base_url = outbox->base_url,
    };
    struct mail mail = {
        .to = row->address,
        .subject = row->subject,
        .unsubscribe = row->unsubscribe,
        .date = ctx->now,
    };
    struct str message;

    delivery->outcome = SMTP_LATER;
    delivery->trouble = S("the city's mail-from is not an address");
    if (!mail_sender_parse(delivery->from, &mail.from))
        return;
    lang_parse(row->lang, &mail.lang);
    stored.lang = mail.lang;
    mail.body = notice_as_sent(ctx, &stored);
    mail.message_id = mail_message_id(ctx->arena, row->id, row->created, mail.from.address);
    if (mail_write(ctx, &mail, &message)) {
        delivery->outcome = SMTP_REFUSED;
        delivery->trouble =
            str_fmt(ctx->arena, "%s: %.*s", err_name(ctx->err.id), STR_ARG(ctx->err.field));
        ctx_clear_error(ctx);
        return;
    }
    delivery->outcome =
        smtp_send(ctx, outbox->smtp, &delivery->relay,
                  &(struct smtp_letter){mail.from.address, mail.to, message}, &delivery->trouble);
}

static struct instant next_try(const struct ctx *ctx, int64_t attempts)
{
    static const int64_t pauses_min[OUTBOX_TRIES] = {0, 1, 5, 15, 60, 240, 240, 240};
    size_t i = attempts < OUTBOX_TRIES ? (size_t)attempts : OUTBOX_TRIES - 1;

    return instant_plus_us(ctx->now, pauses_min[i] * US_PER_MIN);
}

static enum rc settle_tx(struct ctx *ctx, void *arg)
{
    const struct delivery *delivery = arg;
    int64_t attempts = delivery->row.attempts;
    struct message_settle_args row = {
        .id = delivery->row.id,
        .attempts = attempts,
        .state = S("queued"),
        .next_try_is_null = true,
        .sent_is_null = true,
        .trouble = utf8_cut(delivery->trouble, MAX_TROUBLE),
    };

    switch (delivery->outcome) {
    case SMTP_SENT:
        row.state = S("sent");
        row.trouble = STR_NONE;
        row.sent_is_null = false;
        row.sent = ctx->now;
        break;
    case SMTP_REFUSED: row.state = S("failed"); break;
    case SMTP_UNCERTAIN: row.state = S("uncertain"); break;
    case SMTP_STOPPED:
    case SMTP_AWAY:
    case SMTP_LATER:
        row.next_try_is_null = false;
        row.next_try = delivery->outcome == SMTP_STOPPED ? ctx->now : next_try(ctx, attempts);
        if (attempts >= OUTBOX_TRIES) {
            row.state = S("failed");
            row.next_try_is_null = true;
        }
        break;
    }
    return message_settle(ctx, &row, NULL);
}

enum rc outbox_send_next(struct ctx *ctx, struct outbox *outbox, struct outbox_result *ret)
{
    static const char *const troubles[] = {
        [SMTP_LATER] = "mail.later",         [SMTP_AWAY] = "mail.later",
        [SMTP_REFUSED] = "mail.refused",     [SMTP_STOPPED] = NULL,
        [SMTP_UNCERTAIN] = "mail.uncertain",
    };
    struct delivery delivery = {0};
    bool is_found;
    enum rc rc = look(ctx, outbox, &delivery, &is_found);

    if (!rc && is_found)
        rc = db_tx(ctx, take_tx, &delivery);
    if (!rc && delivery.is_ours) {
        send_it(ctx, outbox, &delivery);
        rc = db_tx(ctx, settle_tx, &delivery);
    }
    if (!rc)
        *ret = (struct outbox_result){
            .was_there = delivery.is_ours,
            .message = delivery.row.id,
            .trouble = troubles[delivery.outcome],
            .is_relay_away = delivery.outcome == SMTP_AWAY,
        };
    return rc;
}

static enum rc lost_tx(struct ctx *ctx, void *arg)
{
    (void)arg;
    return message_lost(ctx, ctx->now, S("the program ended while it was sent"), NULL);
}

enum rc outbox_find_lost(struct ctx *ctx)
{
    return db_tx(ctx, lost_tx, NULL);
}
