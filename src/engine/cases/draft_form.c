#include "engine/cases/draft_form.h"

#include "engine/cases/asset.h"

static bool is_field_passed(const struct draft *draft, struct str id)
{
    struct str rest = draft->passed, word;

    while (str_next(&rest, ' ', &word))
        if (str_eq(word, id))
            return true;
    return false;
}

bool draft_form_is_passed(const struct draft *draft, struct form_at at)
{
    switch (at.step) {
    case FORM_PLACE: return draft->has_place;
    case FORM_FIELD: return is_field_passed(draft, draft->definition->fields[at.field].id);
    case FORM_PHOTOS: return draft->has_photos;
    case FORM_DETAILS: return draft->has_description;
    case FORM_WHO: return draft->has_contact;
    case FORM_CHECK: return false;
    }
    return false;
}

static bool asks_who(const struct applicant_rule *rule)
{
    return rule->name != CONTACT_NONE || rule->email != CONTACT_NONE || rule->phone != CONTACT_NONE;
}

enum rc draft_form_steps(struct ctx *ctx, const struct draft *draft, struct form_at *ret,
                         size_t max, size_t *ret_n)
{
    const struct definition *definition = draft->definition;
    struct facts facts = {
        .answers = &draft->answers,
        .place = draft->has_place ? &draft->place : NULL,
        .filed = ctx->now,
        .today = city_local(ctx->city, ctx->now).date,
        .channel = S("web"),
        .lang = ctx->lang,
        .calendar = &ctx->city->calendar,
    };
    size_t n = 0;

    if (definition->place.need != PLACE_NONE && n < max)
        ret[n++] = (struct form_at){FORM_PLACE, 0};
    for (size_t i = 0; i < definition->field_n && n < max; i++) {
        bool is_asked;
        enum rc rc;

        if (definition->fields[i].audience == AUDIENCE_STAFF)
            continue;
        rc = rule_holds(ctx, &definition->fields[i].when, &facts, &is_asked);
        /* The condition speaks of a place or answer that is still to come. */
        if (rc == RC_INVALID && ctx->err.id == ERR_EXPRESSION) {
            ctx_clear_error(ctx);
            is_asked = false;
            rc = RC_OK;
        }
        if (rc)
            return rc;
        if (is_asked && !asset_is_none_near(ctx->city, &definition->fields[i], facts.place))
            ret[n++] = (struct form_at){FORM_FIELD, i};
    }
    if (n + 4 > max)
        return FAIL(ctx, ERR_CONFIG, .detail = S("a form of too many steps"));
    if (definition->photos.max > 0 && ctx->city->pictures)
        ret[n++] = (struct form_at){FORM_PHOTOS, 0};
    ret[n++] = (struct form_at){FORM_DETAILS, 0};
    if (asks_who(&definition->applicant))
        ret[n++] = (struct form_at){FORM_WHO, 0};
    ret[n++] = (struct form_at){FORM_CHECK, 0};
    *ret_n = n;
    return RC_OK;
}

/* The ids of what was passed, without that one. */
static struct str passed_without(struct arena *arena, struct str passed, struct str id)
{
    struct buf out = buf_in(arena, passed.n + 1);
    struct str word;

    while (str_next(&passed, ' ', &word))
        if (word.n && !str_eq(word, id)) {
            buf_add(&out, word);
            buf_add_byte(&out, ' ');
        }
    return buf_str(&out);
}

void draft_form_moved(struct ctx *ctx, struct draft *draft)
{
    const struct definition *definition = draft->definition;

    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        if (!asset_check(ctx, field, &draft->answers.of[i], &draft->place))
            continue;
        ctx_clear_error(ctx);
        draft->answers.of[i].is_given = false;
        draft->passed = passed_without(ctx->arena, draft->passed, field->id);
    }
}

enum rc draft_form_next(struct ctx *ctx, const struct draft *draft, struct form_at *ret)
{
    struct form_at steps[128];
    size_t n, at = 0;
    enum rc rc = draft_form_steps(ctx, draft, steps, COUNT(steps), &n);

    if (rc)
        return rc;
    while (draft_form_is_passed(draft, steps[at]))
        at++;
    *ret = steps[at];
    return RC_OK;
}
