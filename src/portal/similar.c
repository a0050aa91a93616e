#include "portal/similar.h"

#include "base/msg.h"
#include "engine/cases/follower.h"
#include "portal/browser.h"
#include "portal/caps.h"
#include "portal/keyring.h"
#include "portal/list.h"
#include "portal/similar.ct.h"
#include "web/server.h"
#include "web/url.h"

#define ASKED        S("~similar ") /* among the fields passed; no field's id can be this */
#define MOST         5
#define ROOM         60.0
#define PHOTOS_SHOWN 3

static enum rc find(struct ctx *ctx, const struct draft *draft, struct nearby_public *ret)
{
    struct nearby_ask ask = {.definition = draft->definition, .most = MOST};

    *ret = (struct nearby_public){0};
    if (!draft->has_place)
        return RC_OK;
    ask.place = nearby_at(&draft->place);
    return nearby_public(ctx, &ask, ret);
}

enum rc similar_is_due(struct ctx *ctx, const struct draft *draft, bool *ret)
{
    struct nearby_public near;
    enum rc rc;

    *ret = false;
    if (!draft->id || str_find(draft->passed, ASKED) >= 0)
        return RC_OK;
    rc = find(ctx, draft, &near);
    if (!rc)
        *ret = near.n > 0;
    return rc;
}

void similar_ask_again(struct ctx *ctx, struct draft *draft)
{
    ptrdiff_t at = str_find(draft->passed, ASKED);

    if (at >= 0)
        draft->passed =
            str_fmt(ctx->arena, "%.*s%.*s", STR_ARG(str_slice(draft->passed, 0, (size_t)at)),
                    STR_ARG(str_slice(draft->passed, (size_t)at + ASKED.n, draft->passed.n)));
}

/* The place of the report and the others, numbered as in the list. */
static enum rc draw(struct ctx *ctx, struct similar *similar)
{
    struct map_marker *markers = ARENA_ARRAY(ctx->arena, similar->near.n + 1, struct map_marker);
    struct figure_about about = {
        .box = BOX_NONE, .title = msg_text(ctx->lang, MSG_similar_distance), .markers = markers};
    const struct place *place = &similar->draft.place;

    if (!markers)
        return FAIL(ctx, ERR_MEMORY);
    if (place->has_point) {
        about.box = box_around(place->point, ROOM);
        markers[about.marker_n++] = (struct map_marker){.at = place->point, .kind = S("here")};
    }
    for (size_t i = 0; i < similar->near.n; i++) {
        const struct public_case *shown = &similar->near.of[i];

        markers[about.marker_n++] = (struct map_marker){
            .at = shown->place.point,
            .kind = list_state_word(shown->state),
            .text = str_fmt(ctx->arena, "%zu", i + 1),
        };
        box_add(&about.box, shown->place.point);
    }
    similar->has_map = city_map_figure(ctx, &about, &similar->map);
    return RC_OK;
}

static enum rc load_photos(struct ctx *ctx, struct similar *similar)
{
    enum rc rc = RC_OK;

    similar->photos = ARENA_ARRAY(ctx->arena, similar->near.n, struct photos);
    if (!similar->photos)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < similar->near.n; i++) {
        rc = photos_of_case(ctx, similar->near.case_ids[i], AUDIENCE_PUBLIC, &similar->photos[i]);
        if (!rc && similar->photos[i].n > PHOTOS_SHOWN)
            similar->photos[i].n = PHOTOS_SHOWN;
    }
    return rc;
}

/* It is asked with the last question, and so counts as that. */
static enum rc number(struct ctx *ctx, struct similar *similar)
{
    struct form_at steps[REPORT_STEPS_MAX];
    enum rc rc = draft_form_steps(ctx, &similar->draft, steps, REPORT_STEPS_MAX, &similar->count);

    if (rc)
        return rc;
    similar->number = similar->count - 1;
    similar->back = steps[similar->count - 2];
    return RC_OK;
}

static enum rc load(struct ctx *ctx, const struct request *request, struct similar *ret)
{
    struct similar similar = {0};
    enum rc rc = report_draft(ctx, request, &similar.draft);

    if (!rc)
        rc = find(ctx, &similar.draft, &similar.near);
    if (!rc && similar.near.n)
        rc = draw(ctx, &similar);
    if (!rc && similar.near.n)
        rc = load_photos(ctx, &similar);
    if (!rc && similar.near.n)
        rc = number(ctx, &similar);
    if (!rc)
        *ret = similar;
    return rc;
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct similar *similar)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_similar_title));

    page_needs_form(&page, reply);
    page.has_errors = similar->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(similar->err.id);
    similar_page(&page.view, &page, similar);
    return RC_OK;
}

enum rc similar_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct similar similar;
    enum rc rc = load(ctx, request, &similar);

    if (rc)
        return rc;
    return similar.near.n ? show(ctx, request, reply, &similar)
                          : report_go_on(ctx, request, reply, &similar.draft);
}

/* The other case is followed in place of sending this one. */
static enum rc follow_it(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct similar *similar, size_t which)
{
    struct str email = similar->draft.contact.email;
    struct str after = email.n ? S("follow/sent") : S("follow");
    enum rc rc = RC_OK;

    if (email.n)
        rc = caps_take(ctx, request, reply, S("mail"));
    if (!rc && email.n)
        rc = follower_ask(ctx, &(struct follower_ask){.case_id = similar->near.case_ids[which],
                                                      .email = email,
                                                      .base_url = request_csrf(request)->base_url,
                                                      .trust = browser_trust(ctx, request, email)});
    if (!rc)
        rc = report_drop(ctx, request, reply, &similar->draft);
    if (!rc)
        reply_redirect(
            reply, url_in_lang(ctx->arena, ctx->lang,
                               str_fmt(ctx->arena, "/cases/%.*s/%.*s",
                                       STR_ARG(similar->near.of[which].number), STR_ARG(after))));
    return rc;
}

enum rc similar_answer(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str chosen = request_value(request, S("case"));
    struct similar similar;
    enum rc rc = load(ctx, request, &similar);

    if (rc)
        return rc;
    for (size_t i = 0; i < similar.near.n; i++)
        if (str_eq(chosen, similar.near.of[i].number))
            return follow_it(ctx, request, reply, &similar, i);
    if (similar.near.n && !str_eq(chosen, S("none"))) {
        similar.err = (struct err){.id = ERR_REQUIRED, .field = S("case")};
        return show(ctx, request, reply, &similar);
    }
    similar_ask_again(ctx, &similar.draft);
    similar.draft.passed =
        str_fmt(ctx->arena, "%.*s%.*s", STR_ARG(similar.draft.passed), STR_ARG(ASKED));
    return report_go_on(ctx, request, reply, &similar.draft);
}
