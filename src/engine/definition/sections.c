#include "engine/definition/sections.h"

#include "base/decimal.h"
#include "engine/definition/span.h"

#define MAX_KEYS  40
#define MAX_COUNT 1000000

static size_t words_count(const struct str *words)
{
    size_t n = 0;

    while (words && words[n].n)
        n++;
    return n;
}

static void read_words(const struct section_reader *reader, const struct yaml_node *node,
                       const struct section_key *what)
{
    size_t n = words_count(what->words);

    if (!yaml_expect_list(reader->problems, node, "words"))
        return;
    for (size_t i = 0; i < node->n; i++) {
        if (what->shape == SHAPE_SPANS)
            (void)yaml_expect_span(reader->problems, &node->items[i], (struct span){0});
        else if (n)
            (void)yaml_expect_word(reader->problems, &node->items[i], what->words, n, -1);
        else
            (void)yaml_expect_text(reader->problems, &node->items[i], "a word");
    }
}

static void read_date(const struct section_reader *reader, const struct yaml_node *node)
{
    struct date date;

    if (node->kind != YAML_SCALAR || !date_parse(node->scalar, &date))
        problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                    "a date is expected here, such as 2026-01-01");
}

static void read_time(const struct section_reader *reader, const struct yaml_node *node)
{
    struct str s = node->kind == YAML_SCALAR ? node->scalar : STR_NONE;
    int64_t hour, minute;

    if (s.n == 5 && s.p[2] == ':' && str_to_i64(str_slice(s, 0, 2), &hour) &&
        str_to_i64(str_slice(s, 3, 5), &minute) && hour >= 0 && hour < 24 && minute >= 0 &&
        minute < 60)
        return;
    problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                "a time of day is expected here, such as 05:30");
}

static void read_number(const struct section_reader *reader, const struct yaml_node *node)
{
    struct decimal number;

    if (node->kind != YAML_SCALAR || !decimal_parse(node->scalar, &number))
        problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                    "a number is expected here, such as 0.10");
}

static void read_expression(const struct section_reader *reader, const struct yaml_node *node,
                            enum section_shape shape)
{
    struct rule_wanted wanted = {.names = reader->names};
    struct rule rule;

    if (shape == SHAPE_TRUTH)
        wanted.type = cel_type_of_kind(CEL_BOOL);
    else if (shape == SHAPE_MONEY)
        wanted.type = cel_type_of_kind(CEL_MONEY);
    else if (shape == SHAPE_DAY)
        wanted.type = cel_type_of_kind(CEL_DATE);
    rule_compile_as(reader->ctx, wanted, node, reader->problems, &rule);
}

/* A map of free names; to texts, or to expressions. */
static void read_pairs(const struct section_reader *reader, const struct yaml_node *node,
                       enum section_shape shape)
{
    if (node->kind != YAML_MAP) {
        problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                    "a map is expected here, such as {name: value}");
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        if (shape == SHAPE_VALUES)
            read_expression(reader, &node->items[i], SHAPE_VALUE);
        else
            (void)yaml_expect_text(reader->problems, &node->items[i], "a text");
    }
}

static void read_map(const struct section_reader *reader, const struct yaml_node *node,
                     const struct section_key *what)
{
    struct str allowed[MAX_KEYS] = {{NULL, 0}};
    size_t n = 0;

    for (; what->keys[n].key.n; n++)
        allowed[n] = what->keys[n].key;
    if (!yaml_expect_map(reader->problems, node, allowed, n))
        return;
    for (size_t i = 0; i < n; i++) {
        const struct section_key *key = &what->keys[i];
        const struct yaml_node *value = yaml_get(node, key->key.p);

        if (value)
            section_read(reader, value, key);
        else if (key->is_required)
            problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                        "the key \"%.*s\" is needed here", STR_ARG(key->key));
    }
}

static void read_maps(const struct section_reader *reader, const struct yaml_node *node,
                      const struct section_key *what)
{
    if (what->shape == SHAPE_LIST && !yaml_expect_list(reader->problems, node, "{...}"))
        return;
    if (what->shape == SHAPE_BY_ID && node->kind != YAML_MAP) {
        problem_add(reader->problems, PROBLEM_ERROR, yaml_at(node),
                    "\"%.*s\" is a map from ids to their descriptions", STR_ARG(what->key));
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        if (what->shape == SHAPE_BY_ID)
            (void)yaml_expect_id(reader->problems, &node->keys[i], "an id");
        read_map(reader, &node->items[i], what);
    }
}

void section_read(const struct section_reader *reader, const struct yaml_node *node,
                  const struct section_key *what)
{
    switch (what->shape) {
    case SHAPE_ID: (void)yaml_expect_id(reader->problems, node, "an id"); break;
    case SHAPE_PLAIN: (void)yaml_expect_text(reader->problems, node, "a text"); break;
    case SHAPE_LANGUAGES:
        (void)yaml_expect_languages(reader->problems, node, false, "the text");
        break;
    case SHAPE_SPAN: (void)yaml_expect_span(reader->problems, node, (struct span){0}); break;
    case SHAPE_DATE: read_date(reader, node); break;
    case SHAPE_TIME: read_time(reader, node); break;
    case SHAPE_COUNT: (void)yaml_expect_i64(reader->problems, node, 0, MAX_COUNT, 0); break;
    case SHAPE_NUMBER: read_number(reader, node); break;
    case SHAPE_YES_NO: (void)yaml_expect_bool(reader->problems, node, false); break;
    case SHAPE_WORD:
        (void)yaml_expect_word(reader->problems, node, what->words, words_count(what->words), -1);
        break;
    case SHAPE_WORDS:
    case SHAPE_SPANS: read_words(reader, node, what); break;
    case SHAPE_TRUTH:
    case SHAPE_MONEY:
    case SHAPE_DAY:
    case SHAPE_VALUE: read_expression(reader, node, what->shape); break;
    case SHAPE_PAIRS:
    case SHAPE_VALUES: read_pairs(reader, node, what->shape); break;
    case SHAPE_MAP: read_map(reader, node, what); break;
    case SHAPE_LIST:
    case SHAPE_BY_ID: read_maps(reader, node, what); break;
    }
}

const struct yaml_node *section_key_node(const struct yaml_node *map, struct str key)
{
    for (size_t i = 0; map->kind == YAML_MAP && i < map->n; i++)
        if (str_eq(map->keys[i].scalar, key))
            return &map->keys[i];
    return NULL;
}

size_t section_note_unrun(struct problems *problems, const struct yaml_node *node,
                          struct str section, struct str what, struct str *list, size_t n)
{
    problem_add(problems, PROBLEM_NOTE, yaml_at(node),
                "this version reads %.*s but does not run it", STR_ARG(what));
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i], section))
            return n;
    list[n] = section;
    return n + 1;
}
