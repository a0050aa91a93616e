#include "engine/cases/case_effect.h"

#include "base/json.h"
#include "engine/cases/asset.h"
#include "engine/cases/cases.h"
#include "engine/cases/queries.h"
#include "engine/clock/turn.h"
#include "engine/record/record.h"

/* ---- Clocks */

static bool is_running(const struct clocks_of_rows *clocks, struct str kind)
{
    for (size_t i = 0; i < clocks->n; i++)
        if (str_eq(clocks->rows[i].kind, kind) && clocks->rows[i].met_is_null)
            return true;
    return false;
}

static enum rc start(struct ctx *ctx, const struct stored_case *stored, struct str kind)
{
    const struct definition *definition = stored->definition;
    struct facts facts = stored_case_facts(ctx, stored);
    struct clocks_of_rows clocks;
    enum rc rc = clocks_read(ctx, stored->row.id, &clocks);

    if (rc || is_running(&clocks, kind))
        return rc;
    facts.filed = ctx->now;
    for (size_t i = 0; i < definition->clock_n; i++) {
        const struct clock_rule *clock = &definition->clocks[i];
        struct deadline deadline;

        if (!str_eq(definition->workflow->clocks[clock->kind].id, kind))
            continue;
        rc = deadline_of_clock(ctx, ctx->city, clock, &facts, &deadline);
        return rc ? rc : clock_begin(ctx, stored->row.id, definition, clock, &deadline);
    }
    return RC_OK;
}

enum rc effects_clocks(struct ctx *ctx, const struct stored_case *stored, const struct step *step,
                       uint64_t *ret_is_met)
{
    uint64_t is_met = 0;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < step->effect_n; i++) {
        const struct effect *effect = &step->effects[i];

        if (effect->kind == EFFECT_CLOCK_START)
            rc = start(ctx, stored, effect->subject);
        else if (effect->kind == EFFECT_CLOCK_STOP)
            is_met |= UINT64_C(1) << workflow_clock(stored->definition->workflow, effect->subject);
    }
    if (!rc)
        *ret_is_met = is_met;
    return rc;
}

/* ---- Answers */

static const struct place *place_of(const struct stored_case *stored)
{
    return stored->has_place ? &stored->place : NULL;
}

struct setting {
    const struct stored_case *stored;
    struct answers answers; /* as they will be */
    struct json_writer *json;
    enum event_audience audience;
    size_t n;
};

/* The value goes the way of an answer that is typed, so that the field's limits hold. */
static enum rc set_one(struct ctx *ctx, struct setting *setting, const struct effect *effect)
{
    const struct definition *definition = setting->stored->definition;
    const struct field *field = definition_field(definition, effect->subject);
    struct facts facts = stored_case_facts(ctx, setting->stored);
    struct answer answer = {.is_given = true};
    struct str typed;
    enum rc rc;

    if (!field)
        return FAIL(ctx, ERR_CONFIG, .detail = S("a step sets what is no field of the service"));
    facts.answers = &setting->answers;
    rc = rule_value(ctx, &effect->value, &facts, &answer.value);
    if (rc)
        return rc;
    typed = answer_typed(ctx->arena, field, &answer);
    rc = field_kind(field->type)->takes_several ? RC_OK
                                                : answer_read(ctx, field, &typed, 1, &answer);
    if (!rc)
        rc = asset_check(ctx, field, &answer, place_of(setting->stored));
    if (rc == RC_INVALID) {
        ctx_clear_error(ctx);
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena, "a step sets %.*s to \"%.*s\", which does not fit",
                                STR_ARG(field->id), STR_ARG(typed)));
    }
    if (rc)
        return rc;
    setting->answers.of[field - definition->fields] = answer;
    json_put_member(setting->json, field->id, typed);
    if (!field_is_public(field) && setting->audience < EVENT_PARTIES)
        setting->audience = EVENT_PARTIES;
    if ((enum event_audience)field->audience > setting->audience)
        setting->audience = (enum event_audience)field->audience;
    setting->n++;
    return RC_OK;
}

static enum rc set_answers(struct ctx *ctx, const struct stored_case *stored,
                           const struct step *step)
{
    struct buf payload = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&payload);
    struct setting setting = {.stored = stored, .json = &json, .audience = EVENT_PUBLIC};
    enum rc rc = answers_copy(ctx, &stored->answers, &setting.answers);

    json_begin_object(&json);
    for (size_t i = 0; !rc && i < step->effect_n; i++)
        if (step->effects[i].kind == EFFECT_SET)
            rc = set_one(ctx, &setting, &step->effects[i]);
    json_end_object(&json);
    if (rc || !setting.n)
        return rc;
    rc = stored_case_answer(ctx, stored, &setting.answers);
    return rc ? rc
              : record_add(ctx,
                           &(struct event){EVENT_CASE_ANSWERED, stored->row.id, setting.audience,
                                           buf_str(&payload)},
                           NULL);
}

/* ---- Further cases */

/* What the other service asks under the same id and of the same type. */
static enum rc carry_answers(struct ctx *ctx, const struct stored_case *stored,
                             const struct definition *to, struct answers *ret)
{
    const struct answers *from = &stored->answers;
    enum rc rc = answers_new(ctx, to, ret);

    for (size_t i = 0; !rc && i < to->field_n; i++) {
        const struct field *field = &to->fields[i];
        const struct field *same = definition_field(from->definition, field->id);
        const struct answer *answer;
        struct str typed;

        if (!same || same->type != field->type || field_kind(field->type)->takes_several)
            continue;
        answer = &from->of[same - from->definition->fields];
        if (!answer->is_given)
            continue;
        typed = answer_typed(ctx->arena, same, answer);
        if (answer_read(ctx, field, &typed, 1, &ret->of[i]) ||
            asset_check(ctx, field, &ret->of[i], place_of(stored))) {
            ctx_clear_error(ctx);
            ret->of[i] = (struct answer){.is_given = false};
        }
    }
    return rc;
}

static enum rc open_case(struct ctx *ctx, const struct stored_case *stored,
                         const struct effect *effect, struct str base_url)
{
    struct filing filing = {
        .definition = city_service(ctx->city, effect->subject),
        .place = place_of(stored),
        .description = stored->row.description,
        .channel = stored->row.channel,
        .lang = stored->lang,
        .base_url = base_url,
        .party = stored->row.reporter_is_null ? 0 : stored->row.reporter,
    };
    struct filed filed;
    enum rc rc;

    if (!filing.definition)
        return FAIL(ctx, ERR_CONFIG,
                    .detail =
                        str_fmt(ctx->arena, "a step opens a case of %.*s, which is not offered",
                                STR_ARG(effect->subject)));
    rc = carry_answers(ctx, stored, filing.definition, &filing.answers);
    if (!rc)
        rc = case_file_within(ctx, &filing, &filed);
    return rc ? rc
              : link_add(ctx,
                         &(struct link_add_args){.kind = effect->link,
                                                 .from_case = filed.case_id,
                                                 .to_case = stored->row.id,
                                                 .created = ctx->now},
                         NULL);
}

enum rc effects_changes(struct ctx *ctx, const struct stored_case *stored, const struct step *step,
                        struct str base_url)
{
    enum rc rc = set_answers(ctx, stored, step);

    for (size_t i = 0; !rc && i < step->effect_n; i++)
        if (step->effects[i].kind == EFFECT_CASE)
            rc = open_case(ctx, stored, &step->effects[i], base_url);
    return rc;
}
