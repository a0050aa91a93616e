#include "console/entry_form.h"

#include "base/text.h"
#include "engine/cases/draft_form.h"
#include "engine/cases/locate.h"
#include "web/form.h"

#define MAX_STEPS 128
#define MAX_PLACE 200
#define KEY_LEAST 20
#define KEY_MOST  50

struct filing entry_filing(const struct entry *entry)
{
    struct filing filing = draft_filing(&entry->draft);

    filing.channel = entry->channel;
    filing.lang = entry->lang;
    return filing;
}

static void add_problem(struct entry *entry, struct str input, struct err err)
{
    err.field = input; /* as the form has it, which for a service's own field is not its id */
    if (entry->problem_n < ENTRY_PROBLEMS && !entry_problem_of(entry, input))
        entry->problems[entry->problem_n++] = (struct entry_problem){input, err};
}

void entry_problem_take(struct ctx *ctx, struct entry *entry)
{
    const struct field *field = definition_field(entry->service, ctx->err.field);
    struct str input = field ? entry_input(ctx->arena, field) : ctx->err.field;

    add_problem(entry, input.n ? input : S("description"), ctx->err);
    ctx_clear_error(ctx);
}

static struct facts facts_of(struct ctx *ctx, const struct entry *entry)
{
    return (struct facts){
        .answers = &entry->draft.answers,
        .place = entry->draft.has_place ? &entry->draft.place : NULL,
        .filed = ctx->now,
        .today = city_local(ctx->city, ctx->now).date,
        .channel = entry->channel,
        .lang = entry->lang,
        .calendar = &ctx->city->calendar,
    };
}

/* A question for staff alone, which the public form has not. */
static enum rc ask_staff(struct ctx *ctx, const struct entry *entry, const struct field *field,
                         bool *ret)
{
    struct facts facts = facts_of(ctx, entry);
    enum rc rc = rule_holds(ctx, &field->when, &facts, ret);

    if (rc != RC_INVALID || ctx->err.id != ERR_EXPRESSION)
        return rc;
    /* Its condition speaks of an answer that is still to come. */
    ctx_clear_error(ctx);
    *ret = false;
    return RC_OK;
}

/* Which questions are asked with the answers so far, in the file's order. */
static enum rc find_asked(struct ctx *ctx, struct entry *entry)
{
    const struct definition *definition = entry->service;
    bool *is_asked = ARENA_ARRAY(ctx->arena, definition->field_n, bool);
    struct form_at steps[MAX_STEPS];
    size_t n;
    enum rc rc = draft_form_steps(ctx, &entry->draft, steps, MAX_STEPS, &n);

    entry->asked = ARENA_ARRAY(ctx->arena, definition->field_n, const struct field *);
    entry->asked_n = 0;
    if (!rc && (!is_asked || !entry->asked))
        rc = FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < n; i++)
        if (steps[i].step == FORM_FIELD)
            is_asked[steps[i].field] = true;
    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        if (definition->fields[i].audience == AUDIENCE_STAFF && !definition->fields[i].is_derived)
            rc = ask_staff(ctx, entry, &definition->fields[i], &is_asked[i]);
        if (!rc && is_asked[i])
            entry->asked[entry->asked_n++] = &definition->fields[i];
    }
    return rc;
}

enum rc entry_form_begin(struct ctx *ctx, struct entry *entry)
{
    for (size_t i = 0; i < entry->service->field_n; i++) {
        const struct field *field = &entry->service->fields[i];

        if (field->has_default)
            entry->typed[i] =
                answer_typed(ctx->arena, field, &(struct answer){true, field->default_answer});
    }
    return find_asked(ctx, entry);
}

static enum rc read_field(struct ctx *ctx, const struct request *request, struct entry *entry,
                          size_t index)
{
    const struct field *field = &entry->service->fields[index];
    size_t n;
    struct str *typed = request_values(ctx->arena, request, entry_input(ctx->arena, field), &n);
    enum rc rc;

    if (!typed)
        return FAIL(ctx, ERR_MEMORY);
    entry->typed[index] = str_join(ctx->arena, typed, n, S(","));
    rc = answer_read(ctx, field, typed, n, &entry->draft.answers.of[index]);
    if (rc != RC_INVALID)
        return rc;
    entry_problem_take(ctx, entry);
    return RC_OK;
}

/* An id is of the text it was found for: who types on means something else. */
static enum rc place_of_id(struct ctx *ctx, const struct request *request,
                           const struct entry *entry, struct located *ret)
{
    struct str was = request_value(request, S("place_was"));
    enum rc rc = locate_id(ctx, ctx->city, entry->place_id, &ret->place);

    ret->is_sure =
        !rc && (str_eq(was, entry->place_typed) || str_eq(ret->place.label, entry->place_typed));
    ret->id = entry->place_id;
    if (rc == RC_INVALID) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    return rc;
}

static enum rc find_place(struct ctx *ctx, const struct request *request, struct entry *entry)
{
    struct located located = {.is_sure = false};
    enum rc rc = entry->place_id.n ? place_of_id(ctx, request, entry, &located) : RC_OK;

    entry->place_id = STR_NONE;
    if (!rc && !located.is_sure)
        rc = locate_text(ctx, ctx->city, entry->place_typed, &located);
    if (rc)
        return rc;
    entry->choices = located.choices;
    entry->draft.has_place = located.is_sure;
    if (located.is_sure) {
        entry->draft.place = located.place;
        entry->place_id = located.id;
    }
    return RC_OK;
}

static enum rc read_place(struct ctx *ctx, const struct request *request, struct entry *entry)
{
    enum rc rc = RC_OK;

    if (entry->service->place.need == PLACE_NONE)
        return RC_OK;
    entry->place_typed = str_trim(request_value(request, S("place")));
    entry->place_id = request_value(request, S("place_id"));
    rc = text_check(ctx, entry->place_typed, S("place"), MAX_PLACE);
    if (!rc && entry->place_typed.n)
        rc = find_place(ctx, request, entry);
    else if (!rc && entry->service->place.need == PLACE_REQUIRED)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("place"));
    if (rc != RC_INVALID)
        return rc;
    ctx->err.field = S("place");
    entry_problem_take(ctx, entry);
    return RC_OK;
}

static bool is_key(struct str key)
{
    if (key.n < KEY_LEAST || key.n > KEY_MOST)
        return false;
    for (size_t i = 0; i < key.n; i++)
        if (!((key.p[i] >= 'a' && key.p[i] <= 'z') || (key.p[i] >= 'A' && key.p[i] <= 'Z') ||
              (key.p[i] >= '0' && key.p[i] <= '9') || key.p[i] == '-' || key.p[i] == '_'))
            return false;
    return true;
}

enum rc entry_form_read(struct ctx *ctx, const struct request *request, struct entry *entry)
{
    struct draft *draft = &entry->draft;
    enum rc rc;

    entry->key = request_value(request, S("key"));
    if (!is_key(entry->key))
        return FAIL(ctx, ERR_MALFORMED);
    draft->description = str_trim(request_value(request, S("description")));
    draft->contact = (struct contact){
        .name = str_trim(request_value(request, S("name"))),
        .email = str_trim(request_value(request, S("email"))),
        .phone = str_trim(request_value(request, S("phone"))),
    };
    rc = read_place(ctx, request, entry);
    for (size_t i = 0; !rc && i < entry->service->field_n; i++)
        rc = read_field(ctx, request, entry, i);
    return rc;
}

static bool has_word(struct str words, struct str wanted)
{
    struct str word;

    while (str_next(&words, ' ', &word))
        if (str_eq(word, wanted))
            return true;
    return false;
}

/* An answer to a question that is not asked any more does not count. */
static void drop_unasked(struct entry *entry)
{
    for (size_t i = 0; i < entry->service->field_n; i++) {
        bool is_asked = false;

        for (size_t j = 0; j < entry->asked_n; j++)
            is_asked |= entry->asked[j] == &entry->service->fields[i];
        if (!is_asked)
            entry->draft.answers.of[i].is_given = false;
    }
}

/* What is asked must be answered; a question that was not on the form is shown first. */
static void check_asked(struct ctx *ctx, const struct request *request, struct entry *entry)
{
    struct str shown = request_value(request, S("asked"));

    for (size_t i = 0; i < entry->asked_n; i++) {
        const struct field *field = entry->asked[i];
        size_t index = (size_t)(field - entry->service->fields);
        struct str input = entry_input(ctx->arena, field);

        if (!has_word(shown, field->id)) {
            entry->first = entry->has_more ? entry->first : input;
            entry->has_more = true;
        } else if (field->is_required && !entry->draft.answers.of[index].is_given) {
            add_problem(entry, input, (struct err){.id = ERR_REQUIRED, .field = field->id});
        }
    }
}

static enum rc check_rest(struct ctx *ctx, struct entry *entry)
{
    struct filing filing = entry_filing(entry);
    enum rc rc = filing_check_description(ctx, &filing);

    if (rc == RC_INVALID)
        entry_problem_take(ctx, entry);
    rc = filing_check_contact(ctx, &filing);
    if (rc == RC_INVALID)
        entry_problem_take(ctx, entry);
    if (entry->problem_n || entry->has_more || entry->choices.n)
        return RC_OK;
    rc = filing_check(ctx, &filing);
    if (rc == RC_INVALID) {
        entry_problem_take(ctx, entry);
        rc = RC_OK;
    }
    return rc;
}

/* Open cases around the place, unless they were looked at already. */
static enum rc look_around(struct ctx *ctx, const struct request *request, struct entry *entry)
{
    enum rc rc;

    if (!entry->draft.has_place)
        return RC_OK;
    rc = nearby_staff(ctx,
                      &(struct nearby_ask){.definition = entry->service,
                                           .place = nearby_at(&entry->draft.place),
                                           .most = ENTRY_NEARBY},
                      &entry->nearby);
    if (!rc && str_eq(request_value(request, S("seen")), entry_nearby_numbers(ctx->arena, entry)))
        entry->nearby.n = 0;
    return rc;
}

enum rc entry_form_check(struct ctx *ctx, const struct request *request, struct entry *entry,
                         bool *ret_is_ready)
{
    enum rc rc = find_asked(ctx, entry);

    if (rc)
        return rc;
    drop_unasked(entry);
    check_asked(ctx, request, entry);
    rc = check_rest(ctx, entry);
    if (rc || entry->problem_n || entry->has_more || entry->choices.n)
        return rc;
    rc = look_around(ctx, request, entry);
    *ret_is_ready = !rc && !entry->nearby.n;
    return rc;
}
