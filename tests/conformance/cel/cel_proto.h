/* CEL values and types as the conformance files write them (cel/expr/value.proto,
 * cel/expr/checked.proto), turned into ours. What protobuf's own package has for plain values
 * (Timestamp, Duration, the wrappers, Value, Struct, ListValue, Any around them) is read as the
 * plain value that the language definition makes of it ("Dynamic Values"). */
#ifndef TESTS_CEL_PROTO_H
#define TESTS_CEL_PROTO_H

#include "rules/cel.h"
#include "textproto.h"

/* While one case is read. After a failure `why` says what was in the way; `needs_proto` tells
 * whether that is a protobuf message or an enum, for which a case may be skipped, or something
 * that this reader should know. */
struct cel_proto {
    struct ctx *ctx;
    struct cel_env *env;
    bool needs_proto;
    struct str why;
};

/* The value of a cel.expr.Value message. */
bool cel_proto_value(struct cel_proto *proto, const struct textproto *message,
                     struct cel_value *ret);

/* The text of a cel.expr.Type as signatures write it; the empty string on failure. An abstract
 * type is declared in the environment. */
struct str cel_proto_type(struct cel_proto *proto, const struct textproto *message);

#endif
