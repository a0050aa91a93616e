#include "portal/seen.h"

#include "base/msg.h"
#include "engine/cases/access.h"

static void add(struct seen *seen, struct str sentence)
{
    seen->sentences[seen->n++] = sentence;
}

enum rc seen_of(struct ctx *ctx, const struct definition *definition, struct seen *ret)
{
    struct seen seen = {.sentences = ARENA_ARRAY(ctx->arena, definition->field_n + 4, struct str)};

    if (!seen.sentences)
        return FAIL(ctx, ERR_MEMORY);
    if (!case_service_is_public(ctx->city, definition)) {
        add(&seen, msg_text(ctx->lang, MSG_seen_nothing));
        *ret = seen;
        return RC_OK;
    }
    add(&seen, msg_text(ctx->lang, MSG_seen_always));
    if (definition->place.need != PLACE_NONE)
        add(&seen, msg_text(ctx->lang, definition->place.blur == BLUR_BLOCK ? MSG_seen_block
                                                                            : MSG_seen_place));
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        const struct msg_arg question = MSG_ARG("question", text_in(&field->text, ctx->lang));

        if (field_is_public(field))
            add(&seen, msg_format(ctx->arena, ctx->lang, MSG_seen_answer, &question, 1));
    }
    if (definition->photos.max && definition->photos.release != PHOTO_NEVER)
        add(&seen, msg_text(ctx->lang, definition->photos.release == PHOTO_AT_ONCE
                                           ? MSG_seen_photos
                                           : MSG_seen_photos_reviewed));
    add(&seen, msg_text(ctx->lang, MSG_seen_private));
    *ret = seen;
    return RC_OK;
}

struct str seen_blurred(struct ctx *ctx)
{
    const struct city *city = ctx->city;
    struct str *names = ARENA_ARRAY(ctx->arena, city->service_n + 1, struct str);
    size_t n = 0;

    for (size_t i = 0; names && i < city->service_n; i++)
        if (case_service_is_public(city, city->services[i]) &&
            city->services[i]->place.blur == BLUR_BLOCK)
            names[n++] = text_in(&city->services[i]->name, ctx->lang);
    return str_join(ctx->arena, names, n, S(", "));
}
