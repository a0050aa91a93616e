#include "console/case_replies.h"

#include "engine/message/notice.h"

static void add(struct ctx *ctx, struct case_view *view, const struct canned_reply *reply,
                const struct notice_facts *facts)
{
    enum lang lang = LANG_EN;

    lang_parse(view->row.lang, &lang);
    view->replies[view->reply_n++] = (struct case_reply){
        .id = reply->id,
        .name = text_in(&reply->name, ctx->lang),
        .text = notice_fill(ctx, text_in(&reply->text, lang), facts, lang),
    };
}

enum rc case_replies_load(struct ctx *ctx, struct case_view *view)
{
    const struct definition *definition = view->definition;
    const struct city *city = ctx->city;
    struct notice_facts facts = {
        .number = view->row.number,
        .definition = definition,
        .place = view->place,
        .team = view->row.team_is_null ? NULL : city_team_by_row(city, view->row.team),
        .has_due = !view->row.due_is_null,
        .due = view->row.due,
    };

    view->reply_n = 0;
    view->replies = ARENA_ARRAY(ctx->arena, definition->reply_n + city->reply_n, struct case_reply);
    if (!view->replies)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->reply_n; i++)
        add(ctx, view, &definition->replies[i], &facts);
    for (size_t i = 0; i < city->reply_n; i++)
        add(ctx, view, &city->replies[i], &facts);
    return RC_OK;
}
