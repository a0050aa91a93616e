#include "console/staff_page.h"

#include "base/msg.h"
#include "engine/definition/show.h"
#include "web/csrf.h"
#include "web/form.h"
#include "web/server.h"
#include "web/url.h"

struct staff_page staff_page_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                                struct str title)
{
    return (struct staff_page){
        .view = {&reply->body, ctx->lang},
        .ctx = ctx,
        .request = request,
        .session = request->session,
        .title = title,
        .csrf = csrf_token(request_csrf(request), ctx, request, reply),
    };
}

struct str staff_url(const struct staff_page *page, struct str path)
{
    return url_in_lang(page->ctx->arena, page->view.lang, path);
}

struct str staff_error(const struct staff_page *page, const struct err *err)
{
    return form_sentence(page->ctx->arena, page->view.lang, page->request, err);
}

struct str staff_error_named(const struct staff_page *page, const struct err *err)
{
    static const struct {
        struct str box;
        enum msg_id label;
    } labels[] = {
        {STR("outcome"), MSG_staff_outcome},
        {STR("message"), MSG_staff_message},
        {STR("note"), MSG_staff_note},
        {STR("reason"), MSG_case_reason},
        {STR("password"), MSG_signin_new_password},
        {STR("again"), MSG_signin_again},
        {STR("code"), MSG_signin_code},
        {STR("date"), MSG_staff_date},
    };
    struct str sentence = staff_error(page, err);

    for (size_t i = 0; err->id == ERR_REQUIRED && i < COUNT(labels); i++)
        if (str_eq(err->field, labels[i].box))
            return form_named(page->ctx->arena, page->view.lang,
                              msg_text(page->view.lang, labels[i].label), sentence);
    return sentence;
}

void staff_redirect(struct ctx *ctx, struct reply *reply, struct str path)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang, path));
}

struct due_mark staff_due(struct ctx *ctx, struct instant due, enum lang lang)
{
    int64_t late_us = ctx->now.us_utc - due.us_utc;

    if (late_us >= US_PER_DAY)
        return (struct due_mark){
            msg_plural(ctx->arena, lang, MSG_staff_late_days, late_us / US_PER_DAY),
            "ch-due ch-due--late"};
    if (late_us >= 0)
        return (struct due_mark){
            msg_plural(ctx->arena, lang, MSG_staff_late_hours, late_us / US_PER_H),
            "ch-due ch-due--late"};
    if (late_us > -US_PER_DAY)
        return (struct due_mark){show_due(ctx, due, lang), "ch-due ch-due--soon"};
    /* A deadline that is a day ends with it: the instant before is of that day. */
    return (struct due_mark){
        show_date_short(ctx->arena, city_local(ctx->city, instant_plus_us(due, -1)).date, lang),
        "ch-due"};
}

struct str staff_age(struct ctx *ctx, struct instant since, enum lang lang)
{
    int64_t age_us = ctx->now.us_utc - since.us_utc;

    if (age_us < US_PER_DAY)
        return msg_plural(ctx->arena, lang, MSG_staff_age_hours, age_us / US_PER_H);
    return msg_plural(ctx->arena, lang, MSG_staff_age_days, age_us / US_PER_DAY);
}

struct str staff_datetime(struct arena *arena, struct instant at)
{
    return instant_format_utc(arena, (struct instant){at.us_utc - at.us_utc % US_PER_S});
}

struct str staff_channel(struct str channel, enum lang lang)
{
    static const struct {
        struct str word;
        enum msg_id id;
    } channels[] = {
        {STR("web"), MSG_staff_channel_web},     {STR("counter"), MSG_staff_channel_counter},
        {STR("phone"), MSG_staff_channel_phone}, {STR("text"), MSG_staff_channel_text},
        {STR("mail"), MSG_staff_channel_mail},   {STR("open311"), MSG_staff_channel_open311},
        {STR("api"), MSG_staff_channel_api},     {STR("import"), MSG_staff_channel_import},
    };

    for (size_t i = 0; i < COUNT(channels); i++)
        if (str_eq(channel, channels[i].word))
            return msg_text(lang, channels[i].id);
    return channel;
}

struct str staff_language(struct str code)
{
    enum lang lang;

    return lang_parse(code, &lang) ? lang_own_name(lang) : code;
}

const char *staff_tag(enum state_type type, bool is_start)
{
    switch (type) {
    case STATE_WAITING: return "ch-tag ch-tag--waiting";
    case STATE_CLOSED: return "ch-tag ch-tag--done";
    case STATE_OPEN: break;
    }
    return is_start ? "ch-tag ch-tag--open" : "ch-tag ch-tag--doing";
}
