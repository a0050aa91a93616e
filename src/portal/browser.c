#include "portal/browser.h"

#include "people/device.h"
#include "portal/identity.h"
#include "portal/keyring.h"
#include "portal/later.h"
#include "portal/my.h"
#include "web/url.h"

#define NOTES_COOKIE S("mailbox")

/* Said in the note; no login of staff begins so. */
static struct str name_of(struct ctx *ctx, struct str email)
{
    return str_fmt(ctx->arena, "mailbox %.*s", STR_ARG(str_lower_ascii(ctx->arena, email)));
}

struct str browser_note(struct ctx *ctx, const struct request *request, struct str email)
{
    struct str id = STR_NONE;

    if (!device_knows(ctx, portal_cookie(request, NOTES_COOKIE), name_of(ctx, email), &id))
        return STR_NONE;
    return id;
}

enum mailbox_trust browser_trust(struct ctx *ctx, const struct request *request, struct str email)
{
    const struct resident *resident = identity_resident(request);
    struct str folded = str_lower_ascii(ctx->arena, str_trim(email));

    if (resident && str_eq(resident->email, folded))
        return MAILBOX_PROVEN;
    return browser_note(ctx, request, folded).n ? MAILBOX_PROVEN : MAILBOX_UNPROVEN;
}

void browser_remember(struct ctx *ctx, const struct request *request, struct reply *reply,
                      struct str email)
{
    reply_cookie(reply, &(struct cookie){
                            .name = NOTES_COOKIE,
                            .value = device_remember(ctx, portal_cookie(request, NOTES_COOKIE),
                                                     name_of(ctx, email)),
                            .max_age_s = DEVICE_DAYS * US_PER_DAY / US_PER_S,
                        });
}

void browser_forget(struct reply *reply)
{
    const struct str names[] = {KEYRING_CASES, KEYRING_DRAFTS, LATER_COOKIE};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        reply_cookie(reply, &(struct cookie){.name = names[i]});
}

void browser_empty(struct reply *reply)
{
    browser_forget(reply);
    reply_cookie(reply, &(struct cookie){.name = ME_COOKIE});
    reply_cookie(reply, &(struct cookie){.name = NOTES_COOKIE});
}

enum rc browser_forget_all(struct ctx *ctx, struct request *request, struct reply *reply)
{
    enum rc rc = identity_leave(ctx, request);

    if (rc)
        return rc;
    browser_empty(reply);
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang, S("/drafts?done=forgotten")));
    return RC_OK;
}
