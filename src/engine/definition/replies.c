#include "engine/definition/replies.h"

#include "engine/definition/definition.h"

enum rc replies_load(struct ctx *ctx, const struct yaml_node *node, struct replies_wanted wanted,
                     const struct canned_reply **ret, size_t *ret_n)
{
    static const struct str keys[] = {STR("id"), STR("name"), STR("text")};
    struct problems *problems = wanted.problems;
    struct canned_reply *replies;

    if (!node || !yaml_expect_list(problems, node, "replies"))
        return RC_OK;
    replies = ARENA_ARRAY(ctx->arena, node->n, struct canned_reply);
    if (!replies)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = &node->items[i];
        const struct yaml_node *id = yaml_get(item, "id"), *name = yaml_get(item, "name");
        const struct yaml_node *text = yaml_get(item, "text");

        if (!yaml_expect_map(problems, item, keys, COUNT(keys)))
            continue;
        if (!id || !name || !text) {
            problem_add(problems, PROBLEM_ERROR, yaml_at(item), "a reply needs id, name and text");
            continue;
        }
        replies[i].id = yaml_expect_id(problems, id, "the reply's id");
        replies[i].name = yaml_expect_languages(problems, name, false, "the reply's name");
        replies[i].text =
            yaml_expect_languages(problems, text, wanted.is_public, "the reply's text");
        workflow_check_placeholders(problems, text);
    }
    *ret = replies;
    *ret_n = node->n;
    return RC_OK;
}
