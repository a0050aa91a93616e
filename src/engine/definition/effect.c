#include "engine/definition/effect.h"

#include "engine/definition/city.h"

struct reading {
    struct ctx *ctx;
    struct cel_env *names;
    struct effect *effects;
    size_t n;
    const struct yaml_node *unrun;
};

static struct str text_of(const struct yaml_node *node)
{
    return node && node->kind == YAML_SCALAR ? node->scalar : STR_NONE;
}

static struct effect *add(struct reading *reading, enum effect_kind kind, struct str subject,
                          const struct yaml_node *node)
{
    struct effect *effect = &reading->effects[reading->n++];

    *effect = (struct effect){.kind = kind, .subject = subject, .at = yaml_at(node)};
    return effect;
}

/* A value that asks what only a later version knows is read, and not run. */
static void read_set(struct reading *reading, const struct yaml_node *map)
{
    struct rule_wanted wanted = {.names = reading->names};

    for (size_t i = 0; map->kind == YAML_MAP && i < map->n; i++) {
        struct problems unsaid = problems_in(reading->ctx->arena);
        struct rule value = {0};

        rule_compile_as(reading->ctx, wanted, &map->items[i], &unsaid, &value);
        if (value.program)
            add(reading, EFFECT_SET, map->keys[i].scalar, &map->keys[i])->value = value;
        else if (!reading->unrun)
            reading->unrun = &map->items[i];
    }
}

static void read_one(struct reading *reading, const struct yaml_node *key,
                     const struct yaml_node *value)
{
    const struct yaml_node *start = yaml_get(value, "start"), *stop = yaml_get(value, "stop");

    if (str_eq(key->scalar, S("set"))) {
        read_set(reading, value);
    } else if (str_eq(key->scalar, S("notify"))) {
        add(reading, EFFECT_NOTIFY, text_of(value), value);
    } else if (str_eq(key->scalar, S("clock"))) {
        if (stop)
            add(reading, EFFECT_CLOCK_STOP, text_of(stop), stop);
        if (start)
            add(reading, EFFECT_CLOCK_START, text_of(start), start);
    } else if (str_eq(key->scalar, S("case"))) {
        add(reading, EFFECT_CASE, text_of(yaml_get(value, "service")), value)->link =
            text_of(yaml_get(value, "link"));
    } else if (!reading->unrun) {
        reading->unrun = key;
    }
}

/* One for each key, and for each pair of a map below a key. */
static size_t most_effects(const struct yaml_node *list)
{
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->items[i].n; k++)
            n += 1 + list->items[i].items[k].n;
    return n;
}

enum rc effects_read(struct ctx *ctx, struct cel_env *names, const struct yaml_node *node,
                     const struct effect **ret, size_t *ret_n, const struct yaml_node **ret_unrun)
{
    struct reading reading = {.ctx = ctx, .names = names};

    *ret = NULL;
    *ret_n = 0;
    *ret_unrun = NULL;
    if (node->kind != YAML_LIST)
        return RC_OK;
    reading.effects = ARENA_ARRAY(ctx->arena, most_effects(node), struct effect);
    if (!reading.effects)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];

        for (size_t k = 0; item->kind == YAML_MAP && k < item->n; k++)
            read_one(&reading, &item->keys[k], &item->items[k]);
    }
    *ret = reading.effects;
    *ret_n = reading.n;
    *ret_unrun = reading.unrun;
    return RC_OK;
}

typedef void effect_check(const struct definition *definition, const struct step *step,
                          const struct effect *effect, void *arg);

static void for_each_effect(const struct definition *definition, effect_check *check, void *arg)
{
    const struct workflow *workflow = definition->workflow;

    for (size_t i = 0; workflow && i < workflow->step_n; i++)
        for (size_t k = 0; k < workflow->steps[i].effect_n; k++)
            check(definition, &workflow->steps[i], &workflow->steps[i].effects[k], arg);
}

struct set_check {
    struct cel_env *names;
    struct problems *problems;
};

static void check_set(const struct definition *definition, const struct step *step,
                      const struct effect *effect, void *arg)
{
    const struct set_check *check = arg;
    const struct field *field;

    if (effect->kind != EFFECT_SET)
        return;
    field = definition_field(definition, effect->subject);
    if (!field)
        problem_add(check->problems, PROBLEM_ERROR, effect->at,
                    "the step \"%.*s\" sets \"%.*s\", which is no field of the service \"%.*s\"",
                    STR_ARG(step->id), STR_ARG(effect->subject), STR_ARG(definition->code));
    else if (!cel_type_eq(cel_program_type(effect->value.program),
                          rule_field_type(check->names, field)))
        problem_add(check->problems, PROBLEM_ERROR, effect->at,
                    "the value is not of the type of the field \"%.*s\" of the service \"%.*s\"",
                    STR_ARG(effect->subject), STR_ARG(definition->code));
}

void effects_check(const struct definition *definition, struct cel_env *names,
                   struct problems *problems)
{
    struct set_check check = {names, problems};

    for_each_effect(definition, check_set, &check);
}

struct case_check {
    const struct city *city;
    struct problems *problems;
    bool asks_more;
};

/* What the other service requires and cannot have from this one: a field's id, "place", or none. */
static struct str missing(const struct definition *from, const struct definition *to)
{
    if (to->place.need == PLACE_REQUIRED && from->place.need != PLACE_REQUIRED)
        return S("place");
    for (size_t i = 0; i < to->field_n; i++) {
        const struct field *field = &to->fields[i];
        const struct field *same = definition_field(from, field->id);
        bool is_there = field->has_default || field->is_derived || !field->is_required;

        if (!is_there && (!same || same->type != field->type || !same->is_required))
            return field->id;
    }
    return STR_NONE;
}

static void check_case(const struct definition *definition, const struct step *step,
                       const struct effect *effect, void *arg)
{
    struct case_check *check = arg;
    const struct definition *to = city_service(check->city, effect->subject);
    struct str more;

    (void)step;
    if (effect->kind != EFFECT_CASE)
        return;
    if (!to) {
        problem_add(check->problems, PROBLEM_ERROR, effect->at,
                    "\"%.*s\" is not a service of this city", STR_ARG(effect->subject));
        return;
    }
    more = missing(definition, to);
    if (!more.n)
        return;
    check->asks_more = true;
    problem_add(check->problems, PROBLEM_NOTE, effect->at,
                "this version does not open a case of \"%.*s\", which asks for \"%.*s\"; the "
                "service \"%.*s\" does not have to give it",
                STR_ARG(to->code), STR_ARG(more), STR_ARG(definition->code));
}

void effects_check_services(const struct city *city, struct problems *problems)
{
    static const struct str unrun[] = {STR("do")};

    for (size_t i = 0; i < city->service_n; i++) {
        struct definition *definition = city->services[i];
        struct case_check check = {city, problems, false};

        for_each_effect(definition, check_case, &check);
        if (check.asks_more && !definition->not_run_n) {
            definition->not_run = unrun;
            definition->not_run_n = 1;
        }
    }
}
