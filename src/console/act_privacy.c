#include "console/act_privacy.h"

#include "base/msg.h"
#include "console/act_privacy.ct.h"
#include "console/case_page.h"
#include "engine/cases/follower.h"
#include "web/csrf.h"
#include "web/server.h"

/* ---- Hide, show again */

static enum rc show_hide(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct case_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, act);

    hide_page(&page.view, &page, act);
    return RC_OK;
}

static enum rc open_hide(struct ctx *ctx, const struct request *request, struct case_act *act)
{
    enum rc rc;

    *act = (struct case_act){.verb = "hide"};
    rc = case_act_open(ctx, request, act);
    act->title = act->view.row.is_hidden ? MSG_case_show_again : MSG_case_hide;
    return rc;
}

enum rc hide_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_act act;
    enum rc rc = open_hide(ctx, request, &act);

    return rc ? rc : show_hide(ctx, request, reply, &act);
}

/* What the form offered is done, even if somebody else did the other thing meanwhile: they are
 * told apart by the version. */
enum rc hide_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_act act;
    enum rc rc = open_hide(ctx, request, &act);

    if (rc)
        return rc;
    if (str_eq(request_value(request, S("show")), S("again")))
        rc = case_show_again(ctx, act.view.row.id, act.lock_version, act.reason);
    else
        rc = case_hide(ctx, act.view.row.id, act.lock_version, act.reason);
    if (!rc) {
        case_act_done(ctx, reply, &act);
        return RC_OK;
    }
    if (case_act_is_refused(ctx, &act, rc))
        rc = RC_OK;
    return rc ? rc : show_hide(ctx, request, reply, &act);
}

/* ---- Redact */

static void add(struct redact_act *act, struct redactable one)
{
    act->of[act->n++] = one;
}

static enum rc list_answers(struct ctx *ctx, struct redact_act *act)
{
    const struct definition *definition = act->act.view.definition;
    struct answers answers;
    enum rc rc = answers_parse(ctx, definition, act->act.view.row.answers, &answers);

    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        if (answers.of[i].is_given && field->type == FIELD_TEXT)
            add(act, (struct redactable){
                         .value = str_fmt(ctx->arena, "answer %.*s", STR_ARG(field->id)),
                         .name = text_in(&field->text, ctx->lang),
                         .text = answer_shown(ctx->arena, field, &answers.of[i], ctx->lang),
                     });
    }
    return rc;
}

static void list_texts(struct ctx *ctx, struct redact_act *act)
{
    const struct case_view *view = &act->act.view;

    for (size_t i = view->event_n; i-- > 0;)
        if (view->events[i].can_redact)
            add(act, (struct redactable){
                         .value = str_fmt(ctx->arena, "text %lld", (long long)view->events[i].id),
                         .name = view->events[i].title,
                         .text = view->events[i].text,
                     });
}

static void list_photos(struct ctx *ctx, struct redact_act *act)
{
    const struct photos *photos = &act->act.view.photos;

    for (size_t i = 0; i < photos->n; i++) {
        const struct msg_arg args[] = {MSG_ARG("number", i + 1), MSG_ARG("total", photos->n)};

        add(act, (struct redactable){
                     .value = str_fmt(ctx->arena, "photo %lld", (long long)photos->items[i].id),
                     .name = msg_format(ctx->arena, ctx->lang, MSG_photos_alt, args, 2),
                     .photo = photos->items[i].id,
                     .width = photos->items[i].width,
                     .height = photos->items[i].height,
                 });
    }
}

static enum rc open_redact(struct ctx *ctx, const struct request *request, struct redact_act *act)
{
    const struct case_view *view = &act->act.view;
    enum rc rc;

    *act = (struct redact_act){
        .act = {.verb = "redact", .title = MSG_case_redact},
        .chosen = request_value(request, S("what")),
        .is_sure = str_eq(request_value(request, S("sure")), S("yes")),
    };
    rc = case_act_open(ctx, request, &act->act);
    if (rc)
        return rc;
    act->of =
        ARENA_ARRAY(ctx->arena, 1 + view->definition->field_n + view->event_n + view->photos.n,
                    struct redactable);
    if (!act->of)
        return FAIL(ctx, ERR_MEMORY);
    if (view->row.description.n)
        add(act, (struct redactable){.value = S("description"),
                                     .name = msg_text(ctx->lang, MSG_case_description),
                                     .text = view->row.description});
    rc = list_answers(ctx, act);
    if (rc)
        return rc;
    list_texts(ctx, act);
    list_photos(ctx, act);
    return RC_OK;
}

static enum rc show_redact(struct ctx *ctx, struct request *request, struct reply *reply,
                           const struct redact_act *act)
{
    struct staff_page page = case_act_page(ctx, request, reply, &act->act);

    redact_page(&page.view, &page, act);
    return RC_OK;
}

enum rc redact_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct redact_act act;
    enum rc rc = open_redact(ctx, request, &act);

    return rc ? rc : show_redact(ctx, request, reply, &act);
}

static bool read_chosen(struct str chosen, struct redaction *ret)
{
    struct str word, rest = chosen;

    if (!str_next(&rest, ' ', &word))
        return false;
    if (str_eq(word, S("description"))) {
        ret->what = REDACT_DESCRIPTION;
        return true;
    }
    if (str_eq(word, S("answer"))) {
        ret->what = REDACT_ANSWER;
        ret->field = rest;
        return true;
    }
    if (str_eq(word, S("text")))
        ret->what = REDACT_TEXT;
    else if (str_eq(word, S("photo")))
        ret->what = REDACT_PHOTO;
    else
        return false;
    return str_to_i64(rest, &ret->id);
}

static enum rc redact(struct ctx *ctx, const struct redact_act *act)
{
    struct redaction redaction = {.reason = act->act.reason};
    enum rc rc;

    if (!act->chosen.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("what"));
    if (!read_chosen(act->chosen, &redaction))
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("what"));
    if (!act->act.reason.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("reason"));
    if (!act->is_sure)
        return FAIL(ctx, ERR_REQUIRED, .field = S("sure"));
    rc = case_redact(ctx, act->act.view.row.id, act->act.lock_version, &redaction);
    if (rc != RC_NOT_FOUND)
        return rc;
    /* Somebody was quicker, or the form is not ours. */
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("what"));
}

enum rc redact_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct redact_act act;
    enum rc rc = open_redact(ctx, request, &act);

    if (rc)
        return rc;
    rc = redact(ctx, &act);
    if (!rc) {
        case_act_done(ctx, reply, &act.act);
        return RC_OK;
    }
    if (case_act_is_refused(ctx, &act.act, rc))
        rc = RC_OK;
    return rc ? rc : show_redact(ctx, request, reply, &act);
}

/* ---- On the case's own page */

enum rc description_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_act act = {.verb = "description"};
    struct case_form form = {.kind = CASE_FORM_DESCRIPTION};
    enum rc rc = case_act_open(ctx, request, &act);

    if (rc)
        return rc;
    rc = case_description_release(ctx, act.view.row.id, act.lock_version,
                                  str_eq(request_value(request, S("show")), S("public")));
    return staff_case_answer(ctx, request, reply, rc, &form);
}

/* The mail that asks for confirmation speaks the language of who is to follow. */
static enum rc ask_follower(struct ctx *ctx, const struct request *request,
                            const struct case_view *view, const struct case_form *form)
{
    enum lang own = ctx->lang;
    enum rc rc;

    lang_parse(form->lang, &ctx->lang);
    rc = follower_ask(ctx, &(struct follower_ask){.case_id = view->row.id,
                                                  .email = form->email,
                                                  .base_url = request_csrf(request)->base_url});
    ctx->lang = own;
    if (rc != RC_NOT_FOUND)
        return rc;
    /* The console does not offer it for such a case: it was hidden meanwhile. */
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_GUARD);
}

enum rc follower_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {
        .kind = CASE_FORM_FOLLOWER,
        .email = str_trim(request_value(request, S("email"))),
        .lang = request_value(request, S("lang")),
    };
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    rc = view.may_work ? ask_follower(ctx, request, &view, &form) : FAIL(ctx, ERR_DENIED);
    return staff_case_answer(ctx, request, reply, rc, &form);
}
