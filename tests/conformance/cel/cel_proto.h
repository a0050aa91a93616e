/* CEL values and types as the conformance files write them (cel/expr/value.proto,
 * cel/expr/checked.proto), turned into ours. */
#ifndef TESTS_CEL_PROTO_H
#define TESTS_CEL_PROTO_H

#include "rules/cel.h"
#include "textproto.h"

/* The value of a cel.expr.Value message. False for what needs protobuf messages or enums. */
bool cel_proto_value(struct ctx *ctx, const struct textproto *message, struct cel_value *ret);

/* The text of a cel.expr.Type as signatures write it; the empty string for what needs protobuf.
 * `object` is given the name of an abstract type for the environment to declare. */
struct str cel_proto_type(struct ctx *ctx, struct cel_env *env, const struct textproto *message);

#endif
