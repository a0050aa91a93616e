#include "console/act_redact.h"

#include "base/msg.h"
#include "console/act_redact.ct.h"
#include "engine/cases/case_privacy.h"

static void add(struct redact_form *form, struct redactable one)
{
    form->of[form->n++] = one;
}

static enum rc list_answers(struct ctx *ctx, const struct case_act *act)
{
    const struct definition *definition = act->view.definition;
    struct answers answers;
    enum rc rc = answers_parse(ctx, definition, act->view.row.answers, &answers);

    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        if (answers.of[i].is_given && field_kind(field->type)->holds == FIELD_HOLDS_WORDS)
            add(act->own, (struct redactable){
                              .value = str_fmt(ctx->arena, "answer %.*s", STR_ARG(field->id)),
                              .name = text_in(&field->text, ctx->lang),
                              .text = answer_shown(ctx->arena, field, &answers.of[i], ctx->lang),
                          });
    }
    return rc;
}

static void list_texts(struct ctx *ctx, const struct case_act *act)
{
    const struct case_view *view = &act->view;

    for (size_t i = view->event_n; i-- > 0;)
        if (view->events[i].can_redact)
            add(act->own,
                (struct redactable){
                    .value = str_fmt(ctx->arena, "text %lld", (long long)view->events[i].id),
                    .name = view->events[i].title,
                    .text = view->events[i].text,
                });
}

static void list_photos(struct ctx *ctx, const struct case_act *act)
{
    const struct photos *photos = &act->view.photos;

    for (size_t i = 0; i < photos->n; i++) {
        const struct msg_arg args[] = {MSG_ARG("number", i + 1), MSG_ARG("total", photos->n)};

        add(act->own,
            (struct redactable){
                .value = str_fmt(ctx->arena, "photo %lld", (long long)photos->items[i].id),
                .name = msg_format(ctx->arena, ctx->lang, MSG_photos_alt, args, 2),
                .photo = photos->items[i].id,
                .width = photos->items[i].width,
                .height = photos->items[i].height,
            });
    }
}

static enum rc open_redact(struct ctx *ctx, struct case_act *act)
{
    const struct case_view *view = &act->view;
    struct redact_form *form = act->own;
    enum rc rc;

    form->chosen = case_act_typed(act, S("what"));
    form->is_sure = str_eq(case_act_typed(act, S("sure")), S("yes"));
    form->of =
        ARENA_ARRAY(ctx->arena, 1 + view->definition->field_n + view->event_n + view->photos.n,
                    struct redactable);
    if (!form->of)
        return FAIL(ctx, ERR_MEMORY);
    if (view->row.description.n)
        add(form, (struct redactable){.value = S("description"),
                                      .name = msg_text(ctx->lang, MSG_case_description),
                                      .text = view->row.description});
    rc = list_answers(ctx, act);
    if (rc)
        return rc;
    list_texts(ctx, act);
    list_photos(ctx, act);
    return RC_OK;
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

static enum rc take_redact(struct ctx *ctx, struct case_act *act)
{
    const struct redact_form *form = act->own;
    struct redaction redaction = {.reason = act->reason};
    enum rc rc;

    if (!form->chosen.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("what"));
    if (!read_chosen(form->chosen, &redaction))
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("what"));
    if (!act->reason.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("reason"));
    if (!form->is_sure)
        return FAIL(ctx, ERR_REQUIRED, .field = S("sure"));
    rc = case_redact(ctx, act->view.row.id, act->lock_version, &redaction);
    act->is_done = !rc;
    if (rc != RC_NOT_FOUND)
        return rc;
    /* Somebody was quicker, or the form is not ours. */
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("what"));
}

const struct case_act_kind act_redact = {
    .title = MSG_case_redact,
    .own_bytes = sizeof(struct redact_form),
    .open = open_redact,
    .take = take_redact,
    .page = redact_page,
};
