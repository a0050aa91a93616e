#include "base/ctx.h"
#include "base/text.h"
#include "engine/definition/answer.h"
#include "engine/definition/definition_load.h"
#include "engine/definition/sections.h"

#define MAX_ID_BYTES   40
#define MAX_KEEP_YEARS 100

static const struct str field_keys[] = {
    STR("id"),       STR("type"),     STR("text"),   STR("prompt"),   STR("help"),
    STR("required"), STR("default"),  STR("when"),   STR("audience"), STR("personal"),
    STR("open"),     STR("indexed"),  STR("keep"),   STR("max"),      STR("min"),
    STR("lines"),    STR("decimals"), STR("unit"),   STR("pattern"),  STR("says"),
    STR("options"),  STR("layer"),    STR("within"), STR("of"),       STR("role"),
    STR("reuse"),    STR("columns"),  STR("derive"),
};

/* Names in expressions: hyphens would read as minus. */
static struct str expect_name(struct definition_loader *loader, const struct yaml_node *node)
{
    struct str name = node && node->kind == YAML_SCALAR ? node->scalar : STR_NONE;
    bool is_good = name.n > 0 && name.n <= MAX_ID_BYTES && name.p[0] >= 'a' && name.p[0] <= 'z';

    for (size_t i = 0; i < name.n; i++)
        is_good = is_good && ((name.p[i] >= 'a' && name.p[i] <= 'z') ||
                              (name.p[i] >= '0' && name.p[i] <= '9') || name.p[i] == '_');
    if (!is_good) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "a field's id is a name for expressions: lower-case letters, digits and "
                    "underscores, at most %d",
                    MAX_ID_BYTES);
        return STR_NONE;
    }
    if (!rule_may_name(loader->names, name)) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "\"%.*s\" is taken: by an earlier field or by the language", STR_ARG(name));
        return STR_NONE;
    }
    return name;
}

static enum rc load_options(struct definition_loader *loader, const struct yaml_node *node,
                            bool is_public, struct field *field)
{
    static const struct str keys[] = {STR("id"), STR("text")};
    struct field_option *options;

    if (!node || !yaml_expect_list(loader->problems, node, "options"))
        return RC_OK;
    options = ARENA_ARRAY(loader->ctx->arena, node->n, struct field_option);
    if (!options)
        return FAIL(loader->ctx, ERR_MEMORY);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *id = yaml_get(item, "id"), *text = yaml_get(item, "text");

        if (!yaml_expect_map(loader->problems, item, keys, COUNT(keys)))
            continue;
        if (!id || !text) {
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "an option needs id and text");
            continue;
        }
        options[i].id = yaml_expect_id(loader->problems, id, "the option's id");
        options[i].text =
            yaml_expect_languages(loader->problems, text, is_public, "the option's text");
    }
    field->options = options;
    field->option_n = node->n;
    return RC_OK;
}

static void load_texts(struct definition_loader *loader, const struct yaml_node *item,
                       bool is_public, struct field *field)
{
    const struct yaml_node *text = yaml_get(item, "text"), *prompt = yaml_get(item, "prompt");
    const struct yaml_node *help = yaml_get(item, "help"), *unit = yaml_get(item, "unit");
    const struct yaml_node *says = yaml_get(item, "says");

    if (text)
        field->text = yaml_expect_languages(loader->problems, text, is_public, "the question");
    else
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item), "a field needs its text");
    field->prompt = field->text;
    if (prompt)
        field->prompt =
            yaml_expect_languages(loader->problems, prompt, is_public, "the short prompt");
    if (help)
        field->help = yaml_expect_languages(loader->problems, help, is_public, "the help");
    if (unit)
        field->unit = yaml_expect_languages(loader->problems, unit, false, "the unit");
    if (says)
        field->pattern_says =
            yaml_expect_languages(loader->problems, says, is_public, "what the pattern asks for");
}

static bool load_bound(struct definition_loader *loader, const struct yaml_node *node,
                       struct decimal *ret)
{
    if (!node)
        return false;
    if (node->kind == YAML_SCALAR && decimal_parse(node->scalar, ret))
        return true;
    problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node), "a number is expected here");
    return false;
}

/* What only some kinds have. */
static void load_own_limits(struct definition_loader *loader, const struct yaml_node *item,
                            struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT:
        field->max_length = (int32_t)yaml_expect_i64(loader->problems, yaml_get(item, "max"), 1,
                                                     TEXT_LONG_MAX, 400);
        return;
    case FIELD_NUMBER:
    case FIELD_MONEY:
        field->has_min = load_bound(loader, yaml_get(item, "min"), &field->min);
        field->has_max = load_bound(loader, yaml_get(item, "max"), &field->max);
        return;
    case FIELD_ASSET:
        if (!yaml_get(item, "layer") && !yaml_get(item, "of"))
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "an asset field names the layer its things are in");
        field->within_m = yaml_expect_metres(loader->problems, yaml_get(item, "within"), 30);
        return;
    case FIELD_DATE:
    case FIELD_YES_NO:
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_LATER: return;
    }
}

static void load_limits(struct definition_loader *loader, const struct yaml_node *item,
                        struct field *field)
{
    const struct yaml_node *layer = yaml_get(item, "layer"), *pattern = yaml_get(item, "pattern");

    field->max_length = TEXT_LONG_MAX;
    field->lines = (int32_t)yaml_expect_i64(loader->problems, yaml_get(item, "lines"), 1, 20, 1);
    field->decimals =
        (int32_t)yaml_expect_i64(loader->problems, yaml_get(item, "decimals"), 0, 6, 0);
    if (pattern)
        field->pattern = yaml_expect_text(loader->problems, pattern, "a pattern");
    if (layer)
        field->layer = definition_expect_layer(loader, layer);
    field->within_m = 30;
    load_own_limits(loader, item, field);
}

/* The erasing is a daily work and no matter of opening hours. */
static void load_keep(struct definition_loader *loader, const struct yaml_node *node,
                      struct field *field)
{
    struct span keep =
        yaml_expect_span(loader->problems, node, (struct span){SPAN_ELAPSED, SPAN_DAY_S});
    bool is_days = keep.unit == SPAN_ELAPSED && keep.amount % SPAN_DAY_S == 0;
    int64_t most = is_days ? INT64_C(366) * MAX_KEEP_YEARS * SPAN_DAY_S : MAX_KEEP_YEARS * 12;

    field->keep = (struct span){SPAN_ELAPSED, 0};
    if (!node)
        return;
    if ((is_days || keep.unit == SPAN_MONTHS) && keep.amount > 0 && keep.amount <= most)
        field->keep = keep;
    else
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "an answer is kept for days, months or years after closing: at least a day, "
                    "at most %d years",
                    MAX_KEEP_YEARS);
}

/* Who knows the lamp knows the house. */
static bool tells_where(const struct field *field)
{
    switch (field->type) {
    case FIELD_ASSET: return true;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_YES_NO:
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_LATER: break;
    }
    return false;
}

/* Where the place is told as a block, what tells where it is is not told. */
static void close_blurred(struct definition_loader *loader, const struct yaml_node *item,
                          struct field *field)
{
    if (loader->definition->place.blur == BLUR_NONE || field->open == OPEN_NEVER ||
        !tells_where(field))
        return;
    field->open = OPEN_NEVER;
    if (!loader->world->is_published)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "the place is blurred, and an open asset would tell where it is: remove one "
                    "of the two");
}

static void load_classes(struct definition_loader *loader, const struct yaml_node *item,
                         struct field *field)
{
    static const struct str personal[] = {STR("none"), STR("contact"), STR("sensitive")};
    static const struct str open[] = {STR("never"), STR("public")};
    bool is_free =
        field->type != FIELD_LATER && field_kind(field->type)->holds != FIELD_HOLDS_VALUE;

    field->personal = (enum personal)yaml_expect_word(
        loader->problems, yaml_get(item, "personal"), personal, COUNT(personal),
        PERSONAL_NONE); /* What is typed freely, the number of an asset too, is private until
                         * somebody has read it; all else of a public field is open. */
    field->open = (enum openness)yaml_expect_word(
        loader->problems, yaml_get(item, "open"), open, COUNT(open),
        is_free || field->personal || field->audience ? OPEN_NEVER : OPEN_PUBLIC);
    field->is_indexed = yaml_expect_bool(loader->problems, yaml_get(item, "indexed"), false);
    load_keep(loader, yaml_get(item, "keep"), field);
    if (field->personal && field->open == OPEN_PUBLIC)
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                    "personal data cannot be open: remove one of the two");
    close_blurred(loader, item, field);
}

static void load_default(struct definition_loader *loader, const struct yaml_node *node,
                         struct field *field)
{
    struct answer answer = {0};
    enum rc rc;

    if (!node)
        return;
    if (field->type == FIELD_LATER) {
        field->has_default = true;
        field->default_answer = answer_unread(loader->ctx->arena, field);
        return;
    }
    rc = node->kind == YAML_SCALAR ? answer_read(loader->ctx, field, &node->scalar, 1, &answer)
                                   : RC_INVALID;
    if (rc || !answer.is_given) {
        ctx_clear_error(loader->ctx);
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(node),
                    "the default is not an answer that this field takes");
        return;
    }
    field->has_default = true;
    field->default_answer = answer.value;
}

/* "staff", "parties", "public"; or by state, which is kept for a later version. */
static void load_audience(struct definition_loader *loader, const struct yaml_node *node,
                          struct field *field)
{
    static const struct str words[] = {STR("public"), STR("parties"), STR("staff")};

    if (node && node->kind == YAML_MAP) {
        definition_note_unrun(loader, node, S("fields"), S("an audience by state"));
        field->audience = AUDIENCE_STAFF;
        return;
    }
    field->audience = (enum audience)yaml_expect_word(loader->problems, node, words, COUNT(words),
                                                      AUDIENCE_PUBLIC);
}

static void note_later_type(struct definition_loader *loader, const struct yaml_node *item,
                            const struct field *field)
{
    const struct yaml_node *of = yaml_get(item, "of");

    switch (field->type) {
    case FIELD_LATER:
        definition_note_unrun(loader, yaml_get(item, "type"), S("fields"),
                              str_fmt(loader->ctx->arena, "a field of the type \"%.*s\"",
                                      STR_ARG(field->later->word)));
        return;
    case FIELD_ASSET:
        if (of)
            definition_note_unrun(loader, of, S("fields"), S("an asset of a register"));
        return;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_YES_NO:
    case FIELD_CHOICE:
    case FIELD_CHOICES: return;
    }
}

/* Types and keys that this version does not run, each read by its grammar. */
static void note_later(struct definition_loader *loader, const struct yaml_node *item,
                       const struct field *field)
{
    static const char *const plain[] = {"of", "role", "reuse"};
    struct section_reader reader = {loader->ctx, loader->names, loader->problems};
    const struct yaml_node *columns = yaml_get(item, "columns");
    const struct yaml_node *derive = yaml_get(item, "derive"), *reuse = yaml_get(item, "reuse");

    for (size_t i = 0; i < COUNT(plain); i++)
        if (yaml_get(item, plain[i]))
            (void)yaml_expect_id(loader->problems, yaml_get(item, plain[i]), "an id");
    if (columns)
        section_read(&reader, columns, section_of_columns());
    note_later_type(loader, item, field);
    if (derive)
        definition_note_unrun(loader, derive, S("fields"), S("a field that is derived"));
    if (reuse)
        definition_note_unrun(loader, reuse, S("fields"), S("an answer that is used again"));
}

/* A derived field's expression may use what later sections may: compiled when all is declared. */
void definition_load_derived(struct definition_loader *loader, const struct yaml_node *node)
{
    for (size_t i = 0; node && node->kind == YAML_LIST && i < node->n; i++) {
        const struct yaml_node *derive = yaml_get(&node->items[i], "derive");
        const struct yaml_node *id = yaml_get(&node->items[i], "id");
        const struct field *field =
            derive && id ? definition_field(loader->definition, id->scalar) : NULL;
        struct rule rule;

        if (field)
            rule_compile_as(
                loader->ctx,
                (struct rule_wanted){loader->names, rule_field_type(loader->names, field)}, derive,
                loader->problems, &rule);
    }
}

static void load_required(struct definition_loader *loader, const struct yaml_node *item,
                          struct field *field)
{
    field->is_required = yaml_expect_bool(loader->problems, yaml_get(item, "required"),
                                          !field->has_default && !field->is_derived);
}

/* What a kind asks of its fields, which is said while a file can still be mended. */
static void check_kind(struct definition_loader *loader, const struct yaml_node *item,
                       const struct field *field)
{
    switch (field->type) {
    case FIELD_CHOICE:
    case FIELD_CHOICES:
        if (field->option_n < 2)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "a choice needs at least two options");
        return;
    case FIELD_ASSET:
        /* No layer has every thing of a city: who cannot name one must be able to go on. */
        if (field->is_required && !loader->world->is_published)
            problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item),
                        "an asset is never required, for the layer may lack it and who reports "
                        "may not know its number: add \"required: false\"");
        return;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_YES_NO:
    case FIELD_LATER: return;
    }
}

static enum rc load_field(struct definition_loader *loader, const struct yaml_node *item,
                          struct field *field)
{
    size_t word_n;
    const struct str *words = field_type_words(&word_n);
    bool is_public;
    int word;
    enum rc rc;

    field->line = item->line;
    field->column = item->column;
    if (!yaml_expect_map(loader->problems, item, field_keys, COUNT(field_keys)))
        return RC_OK;
    if (!yaml_get(item, "id") || !yaml_get(item, "type")) {
        problem_add(loader->problems, PROBLEM_ERROR, yaml_at(item), "a field needs id and type");
        return RC_OK;
    }
    field->id = expect_name(loader, yaml_get(item, "id"));
    word = yaml_expect_word(loader->problems, yaml_get(item, "type"), words, word_n, -1);
    if (word < 0 || field->id.n == 0)
        return RC_OK;
    field->later = field_later((size_t)word);
    field->type = field->later ? FIELD_LATER : (enum field_type)word;
    note_later(loader, item, field);
    load_audience(loader, yaml_get(item, "audience"), field);
    is_public = loader->is_public && field->audience != AUDIENCE_STAFF;
    load_texts(loader, item, is_public, field);
    load_limits(loader, item, field);
    load_classes(loader, item, field);
    rc = load_options(loader, yaml_get(item, "options"), is_public, field);
    if (rc)
        return rc;
    load_default(loader, yaml_get(item, "default"), field);
    field->is_derived = yaml_get(item, "derive") != NULL;
    load_required(loader, item, field);
    check_kind(loader, item, field);
    if (yaml_get(item, "when"))
        rule_compile(loader->ctx, loader->names, yaml_get(item, "when"), loader->problems,
                     &field->when);
    rule_names_add_field(loader->names, field);
    return RC_OK;
}

/* A character is at least a byte, so that these cannot all be as long as each may be. In most
 * scripts it is two or three; a bound by those would be noted where nobody writes so much. */
static void check_length_together(struct definition_loader *loader, const struct yaml_node *node)
{
    const struct definition *definition = loader->definition;
    int64_t characters = 0;

    for (size_t i = 0; i < definition->field_n; i++)
        if (definition->fields[i].type == FIELD_TEXT)
            characters += definition->fields[i].max_length;
    if (characters > FILING_ANSWERS_MAX)
        problem_add(loader->problems, PROBLEM_NOTE, yaml_at(node),
                    "the text fields take up to %lld characters together, but all answers of a "
                    "request only %d bytes: who fills in every one to its maximum is refused",
                    (long long)characters, FILING_ANSWERS_MAX);
}

enum rc definition_load_fields(struct definition_loader *loader, const struct yaml_node *node)
{
    struct field *fields;
    bool has_place = loader->definition->place.need == PLACE_REQUIRED;
    enum rc rc = rule_names_new(loader->ctx, has_place, &loader->names);

    if (rc || !node || !yaml_expect_list(loader->problems, node, "fields"))
        return rc;
    fields = ARENA_ARRAY(loader->ctx->arena, node->n, struct field);
    if (!fields)
        return FAIL(loader->ctx, ERR_MEMORY);
    loader->definition->fields = fields;
    for (size_t i = 0; i < node->n; i++) {
        rc = load_field(loader, &node->items[i], &fields[loader->definition->field_n]);
        if (rc)
            return rc;
        loader->definition->field_n += fields[loader->definition->field_n].id.n > 0;
    }
    check_length_together(loader, node);
    return RC_OK;
}
