#include "api/witness.h"

#include "base/mail.h"
#include "base/msg.h"
#include "db/db.h"
#include "engine/definition/city.h"
#include "engine/definition/setting.h"
#include "engine/message/notice.h"
#include "engine/record/record_tree.h"

#define KIND "record.witness"

struct witnessing {
    struct str addresses, base_url;
    bool has_head;
    struct record_head head;
};

/* The same day and address count once, however often the program starts. */
static enum rc mail_to(struct ctx *ctx, const struct witnessing *with, struct str address)
{
    struct str city = city_full_name(ctx->arena, ctx->city, LANG_EN);
    struct str day = str_slice(instant_format_utc(ctx->arena, ctx->now), 0, 10);
    const struct msg_arg args[] = {
        MSG_ARG("city", city),
        MSG_ARG("size", with->head.size),
        MSG_ARG("head", record_head_format(ctx->arena, &with->head)),
        MSG_ARG("url", str_fmt(ctx->arena, "%.*s/record/consistency?from=%lld",
                               STR_ARG(with->base_url), (long long)with->head.size)),
    };

    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .notice = S(KIND),
                 .email = address,
                 .lang = LANG_EN,
                 .subject = msg_format(ctx->arena, LANG_EN, MSG_api_witness_subject, args, 4),
                 .body = msg_format(ctx->arena, LANG_EN, MSG_api_witness_body, args, 4),
                 .once = str_fmt(ctx->arena, KIND " %.*s %.*s", STR_ARG(day), STR_ARG(address)),
             });
}

static enum rc witness_tx(struct ctx *ctx, void *arg)
{
    const struct witnessing *with = arg;
    struct str rest = with->addresses, address;
    enum rc rc = RC_OK;

    while (!rc && with->has_head && rest.n && str_next(&rest, ',', &address)) {
        address = str_trim(address);
        if (mail_address_is_plain(address))
            rc = mail_to(ctx, with, address);
    }
    return rc;
}

static enum rc look(struct ctx *ctx, struct witnessing *with)
{
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = setting_read(ctx, S("witnesses"), &with->addresses);
    if (!rc)
        rc = record_latest_head(ctx, &with->has_head, &with->head);
    db_reader_release(ctx);
    return rc;
}

static enum rc run(struct ctx *ctx, const struct job *job)
{
    struct witnessing with = {.base_url = job->base_url};
    enum rc rc = look(ctx, &with);

    return rc ? rc : db_tx(ctx, witness_tx, &with);
}

const struct job_kind witness_jobs[] = {{KIND, run, JOB_DAILY}, {.kind = NULL}};
