#include "base/yaml.h"

#include <string.h>
#include <yaml.h>

#include "base/file.h"

#define MAX_DEPTH      32
#define MAX_FILE_BYTES (1 << 20)
#define MAX_ID_BYTES   40

struct reader {
    struct ctx *ctx;
    struct problems *problems;
    struct str file;
    struct arena *tree;    /* of nodes; texts are ctx's */
    struct arena *scratch; /* of lists that grow */
    yaml_parser_t parser;
    int depth;
};

struct node_list {
    struct yaml_node *nodes;
    size_t n, room;
};

static struct problem_at at_mark(const struct reader *reader, yaml_mark_t mark)
{
    return (struct problem_at){reader->file, (int)mark.line + 1, (int)mark.column + 1};
}

static enum rc refuse(struct reader *reader, yaml_mark_t mark, const char *sentence)
{
    problem_add(reader->problems, PROBLEM_ERROR, at_mark(reader, mark), "%s", sentence);
    return FAIL(reader->ctx, ERR_FORMAT, .detail = str_of(sentence));
}

static enum rc next_event(struct reader *reader, yaml_event_t *event)
{
    const yaml_parser_t *parser = &reader->parser;
    struct str said;

    if (yaml_parser_parse(&reader->parser, event))
        return RC_OK;
    said = str_fmt(reader->ctx->arena, "this is not YAML: %s%s%s",
                   parser->problem ? parser->problem : "unreadable", parser->context ? " " : "",
                   parser->context ? parser->context : "");
    return refuse(reader, parser->problem_mark, str_z(reader->ctx->arena, said));
}

static struct yaml_node *append(struct reader *reader, struct node_list *list)
{
    size_t room = list->room ? list->room * 2 : 8;
    struct yaml_node *nodes;

    if (list->n < list->room)
        return &list->nodes[list->n++];
    nodes =
        arena_grow(reader->scratch, list->nodes, list->room * sizeof *nodes, room * sizeof *nodes);
    if (!nodes)
        return NULL;
    list->nodes = nodes;
    list->room = room;
    return &list->nodes[list->n++];
}

/* As long as it has become; the tree may be kept for ever. */
static enum rc keep(struct reader *reader, const struct node_list *list,
                    const struct yaml_node **ret)
{
    struct yaml_node *kept = ARENA_ARRAY(reader->tree, list->n, struct yaml_node);

    if (!kept)
        return FAIL(reader->ctx, ERR_MEMORY);
    if (list->n)
        memcpy(kept, list->nodes, list->n * sizeof *kept);
    *ret = kept;
    return RC_OK;
}

static enum rc read_node(struct reader *reader, yaml_event_t *event, struct yaml_node *ret);

static enum rc read_list(struct reader *reader, struct yaml_node *ret)
{
    struct node_list items = {NULL, 0, 0};
    yaml_event_t event;
    enum rc rc;

    for (;;) {
        struct yaml_node *item;

        rc = next_event(reader, &event);
        if (rc)
            return rc;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            break;
        item = append(reader, &items);
        if (!item) {
            yaml_event_delete(&event);
            return FAIL(reader->ctx, ERR_MEMORY);
        }
        rc = read_node(reader, &event, item);
        if (rc)
            return rc;
    }
    yaml_event_delete(&event);
    ret->n = items.n;
    return keep(reader, &items, &ret->items);
}

static enum rc read_key(struct reader *reader, yaml_event_t *event, const struct node_list *before,
                        struct yaml_node *ret)
{
    yaml_mark_t mark = event->start_mark;
    enum rc rc = read_node(reader, event, ret);

    if (rc)
        return rc;
    if (ret->kind != YAML_SCALAR)
        return refuse(reader, mark, "a key must be a plain word");
    for (size_t i = 0; i + 1 < before->n; i++)
        if (str_eq(before->nodes[i].scalar, ret->scalar))
            return refuse(reader, mark, "this key stands here a second time: remove one of them");
    return RC_OK;
}

static enum rc read_map(struct reader *reader, struct yaml_node *ret)
{
    struct node_list keys = {NULL, 0, 0}, values = {NULL, 0, 0};
    yaml_event_t event;
    enum rc rc;

    for (;;) {
        struct yaml_node *key, *value;

        rc = next_event(reader, &event);
        if (rc)
            return rc;
        if (event.type == YAML_MAPPING_END_EVENT)
            break;
        key = append(reader, &keys);
        value = append(reader, &values);
        if (!key || !value) {
            yaml_event_delete(&event);
            return FAIL(reader->ctx, ERR_MEMORY);
        }
        rc = read_key(reader, &event, &keys, key);
        if (!rc)
            rc = next_event(reader, &event);
        if (!rc)
            rc = read_node(reader, &event, value);
        if (rc)
            return rc;
    }
    yaml_event_delete(&event);
    ret->n = values.n;
    rc = keep(reader, &keys, &ret->keys);
    return rc ? rc : keep(reader, &values, &ret->items);
}

static void read_scalar(struct reader *reader, const yaml_event_t *event, struct yaml_node *ret)
{
    yaml_scalar_style_t style = event->data.scalar.style;
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};

    ret->scalar = str_copy(reader->ctx->arena, text);
    ret->is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    ret->is_quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
}

static bool has_anchor_or_tag(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default: return event->type == YAML_ALIAS_EVENT;
    }
}

/* Takes the event over: it is deleted on every path. */
static enum rc read_node(struct reader *reader, yaml_event_t *event, struct yaml_node *ret)
{
    yaml_mark_t mark = event->start_mark;
    yaml_event_type_t type = event->type;
    bool is_marked = has_anchor_or_tag(event);
    enum rc rc = RC_OK;

    *ret = (struct yaml_node){
        .file = reader->file, .line = (int)mark.line + 1, .column = (int)mark.column + 1};
    if (type == YAML_SCALAR_EVENT && !is_marked)
        read_scalar(reader, event, ret);
    yaml_event_delete(event);
    if (is_marked)
        return refuse(reader, mark, "anchors, aliases and tags are not used here: write it out");
    if (++reader->depth > MAX_DEPTH)
        return refuse(reader, mark, "this is nested too deeply");
    if (type == YAML_SEQUENCE_START_EVENT) {
        ret->kind = YAML_LIST;
        rc = read_list(reader, ret);
    } else if (type == YAML_MAPPING_START_EVENT) {
        ret->kind = YAML_MAP;
        rc = read_map(reader, ret);
    } else if (type != YAML_SCALAR_EVENT) {
        rc = refuse(reader, mark, "a value is missing here");
    }
    reader->depth--;
    return rc;
}

/* Skips what must come before the document's first node. */
static enum rc first_node(struct reader *reader, yaml_event_t *event)
{
    enum rc rc;

    for (;;) {
        yaml_event_type_t type;

        rc = next_event(reader, event);
        if (rc)
            return rc;
        type = event->type;
        if (type == YAML_STREAM_END_EVENT) {
            yaml_event_delete(event);
            return refuse(reader, (yaml_mark_t){0, 0, 0}, "the file is empty");
        }
        if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_START_EVENT)
            return RC_OK;
        yaml_event_delete(event);
    }
}

static enum rc expect_end(struct reader *reader)
{
    yaml_event_t event;
    yaml_mark_t mark;
    bool is_second;
    enum rc rc = next_event(reader, &event);

    if (rc)
        return rc;
    yaml_event_delete(&event); /* the document's end */
    rc = next_event(reader, &event);
    if (rc)
        return rc;
    is_second = event.type != YAML_STREAM_END_EVENT;
    mark = event.start_mark;
    yaml_event_delete(&event);
    return is_second ? refuse(reader, mark, "a second document begins here: use a file for each")
                     : RC_OK;
}

enum rc yaml_parse_tree(struct ctx *ctx, struct arena *tree, struct yaml_source source,
                        struct problems *problems, const struct yaml_node **ret)
{
    struct reader reader = {.ctx = ctx, .problems = problems, .file = source.file, .tree = tree};
    struct yaml_node *root = ARENA_NEW(tree, struct yaml_node);
    struct str text = source.text;
    yaml_event_t event;
    enum rc rc;

    reader.scratch = arena_child(ctx->arena);
    if (!root || !reader.scratch || !yaml_parser_initialize(&reader.parser)) {
        arena_free(reader.scratch);
        return FAIL(ctx, ERR_MEMORY);
    }
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)(text.p ? text.p : ""),
                                 text.n);
    rc = first_node(&reader, &event);
    if (!rc)
        rc = read_node(&reader, &event, root);
    if (!rc)
        rc = expect_end(&reader);
    yaml_parser_delete(&reader.parser);
    arena_free(reader.scratch);
    if (!rc)
        *ret = root;
    return rc;
}

enum rc yaml_parse(struct ctx *ctx, struct str file, struct str text, struct problems *problems,
                   const struct yaml_node **ret)
{
    return yaml_parse_tree(ctx, ctx->arena, (struct yaml_source){file, text}, problems, ret);
}

enum rc yaml_read(struct ctx *ctx, const char *path, struct str file, struct problems *problems,
                  const struct yaml_node **ret)
{
    struct str text;
    enum rc rc = file_read(ctx, path, MAX_FILE_BYTES, &text);

    return rc ? rc : yaml_parse(ctx, file, text, problems, ret);
}

const struct yaml_node *yaml_get(const struct yaml_node *node, const char *key)
{
    if (!node || node->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < node->n; i++)
        if (str_eq(node->keys[i].scalar, str_of(key)))
            return &node->items[i];
    return NULL;
}

struct problem_at yaml_at(const struct yaml_node *node)
{
    return (struct problem_at){node->file, node->line, node->column};
}

static bool is_among(struct str word, const struct str *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(word, words[i]))
            return true;
    return false;
}

/* {en: Cars, machines or animals}: what follows the comma reads as a key without a value. */
static bool is_cut_text(const struct yaml_node *key, const struct yaml_node *value)
{
    return !key->is_quoted && str_find_byte(key->scalar, ' ') > 0 && value->kind == YAML_SCALAR &&
           !value->scalar.n && !value->is_quoted;
}

bool yaml_expect_map(struct problems *problems, const struct yaml_node *node,
                     const struct str *allowed, size_t n)
{
    if (node->kind != YAML_MAP) {
        problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                    "a map of keys is expected here, such as {%.*s: ...}", STR_ARG(allowed[0]));
        return false;
    }
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *key = &node->keys[i];
        struct str near;

        if (is_among(key->scalar, allowed, n))
            continue;
        near = problem_nearest(key->scalar, allowed, n);
        if (near.n)
            problem_add(problems, PROBLEM_ERROR, yaml_at(key),
                        "\"%.*s\" is not a key here; did you mean \"%.*s\"?", STR_ARG(key->scalar),
                        STR_ARG(near));
        else
            problem_add(problems, PROBLEM_ERROR, yaml_at(key), "\"%.*s\" is not a key here%s",
                        STR_ARG(key->scalar),
                        is_cut_text(key, &node->items[i])
                            ? "; if it is the rest of a text with a comma, quote the text: \"...\""
                            : "");
    }
    return true;
}

bool yaml_expect_list(struct problems *problems, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_LIST)
        return true;
    problem_add(problems, PROBLEM_ERROR, yaml_at(node), "a list of %s is expected here: [...]",
                what);
    return false;
}

struct str yaml_expect_text(struct problems *problems, const struct yaml_node *node,
                            const char *what)
{
    if (node->kind == YAML_SCALAR && node->scalar.n)
        return node->scalar;
    problem_add(problems, PROBLEM_ERROR, yaml_at(node), "%s is expected here", what);
    return STR_NONE;
}

int64_t yaml_expect_i64(struct problems *problems, const struct yaml_node *node, int64_t min,
                        int64_t max, int64_t fallback)
{
    int64_t value;

    if (!node)
        return fallback;
    if (node->kind == YAML_SCALAR && str_to_i64(node->scalar, &value) && value >= min &&
        value <= max)
        return value;
    problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                "a whole number from %lld to %lld is expected here", (long long)min,
                (long long)max);
    return fallback;
}

bool yaml_expect_bool(struct problems *problems, const struct yaml_node *node, bool fallback)
{
    static const struct str words[] = {STR("false"), STR("true")};

    return yaml_expect_word(problems, node, words, 2, fallback);
}

int yaml_expect_word(struct problems *problems, const struct yaml_node *node,
                     const struct str *words, size_t n, int fallback)
{
    struct str list;

    if (!node)
        return fallback;
    if (node->kind == YAML_SCALAR)
        for (size_t i = 0; i < n; i++)
            if (str_eq(node->scalar, words[i]))
                return (int)i;
    list = str_join(problems->arena, words, n, S(", "));
    problem_add(problems, PROBLEM_ERROR, yaml_at(node), "one of these is expected here: %.*s",
                STR_ARG(list));
    return fallback;
}

struct text yaml_expect_languages(struct problems *problems, const struct yaml_node *node,
                                  bool is_public, const char *what)
{
    struct text text = {0};
    struct str codes[LANG__N];

    if (node->kind == YAML_SCALAR) {
        text.in[LANG_EN] = yaml_expect_text(problems, node, what);
    } else {
        for (int lang = 0; lang < LANG__N; lang++)
            codes[lang] = lang_code((enum lang)lang);
        if (!yaml_expect_map(problems, node, codes, LANG__N))
            return text;
        for (size_t i = 0; i < node->n; i++) {
            enum lang lang;

            if (lang_parse(node->keys[i].scalar, &lang))
                text.in[lang] = yaml_expect_text(problems, &node->items[i], what);
        }
    }
    for (int lang = 0; lang < LANG__PUBLIC; lang++)
        if (text.in[lang].n == 0 && (is_public || lang == LANG_EN))
            problem_add(problems, PROBLEM_ERROR, yaml_at(node), "%s is missing in %.*s: add %.*s",
                        what, STR_ARG(lang_own_name((enum lang)lang)),
                        STR_ARG(lang_code((enum lang)lang)));
    return text;
}

struct str yaml_expect_id(struct problems *problems, const struct yaml_node *node, const char *what)
{
    struct str id = node->kind == YAML_SCALAR ? node->scalar : STR_NONE;
    bool is_good = id.n > 0 && id.n <= MAX_ID_BYTES && id.p[0] >= 'a' && id.p[0] <= 'z';

    for (size_t i = 0; i < id.n; i++)
        is_good = is_good && ((id.p[i] >= 'a' && id.p[i] <= 'z') ||
                              (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '-');
    if (is_good)
        return id;
    problem_add(problems, PROBLEM_ERROR, yaml_at(node),
                "%s is expected here: lower-case letters, digits and hyphens, at most %d", what,
                MAX_ID_BYTES);
    return STR_NONE;
}
