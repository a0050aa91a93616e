/* Canned replies: texts that staff send again and again, written once in every language.
 *
 * A service's own stand in its file and are pinned with it; those of the whole city stand in
 * city.yaml and are live. They may use the placeholders of notices. Layer: engine, private: read
 * them as definition->replies and city->replies.
 */
#ifndef ENGINE_REPLIES_H
#define ENGINE_REPLIES_H

#include "base/ctx.h"
#include "base/yaml.h"

struct canned_reply;

/* Reads a list of {id, name, text}; NULL is none. What is wrong goes to `problems`; only memory can
 * fail. `is_public` wants the text in every language. */
struct replies_wanted {
    struct problems *problems;
    bool is_public;
};
enum rc replies_load(struct ctx *ctx, const struct yaml_node *node, struct replies_wanted wanted,
                     const struct canned_reply **ret, size_t *ret_n) MUST_CHECK;

#endif
