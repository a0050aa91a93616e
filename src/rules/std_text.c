/* size(), contains(), startsWith(), endsWith(), matches(). */
#include "rules/cel_internal.h"

#include "base/utf8.h"

static enum rc size_of(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    size_t size = 0;
    uint64_t cost = 0;

    switch (args[0].kind) {
    case CEL_STRING:
        size = utf8_count(args[0].text);
        cost = size / 64;
        break;
    case CEL_BYTES: size = args[0].text.n; break;
    case CEL_LIST: size = args[0].list->n; break;
    default: size = args[0].map->n; break;
    }
    *ret = cel_int((int64_t)size);
    return cel_charge(call, cost);
}

static enum rc contains(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    *ret = cel_bool(str_find(args[0].text, args[1].text) >= 0);
    return cel_charge(call, args[0].text.n / 64);
}

static enum rc starts_with(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    *ret = cel_bool(str_starts_with(args[0].text, args[1].text));
    return cel_charge(call, args[1].text.n / 64);
}

static enum rc ends_with(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    *ret = cel_bool(str_ends_with(args[0].text, args[1].text));
    return cel_charge(call, args[1].text.n / 64);
}

static enum rc matches(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    const struct regex *regex = call->node->call.prepared;
    bool is_match = false;
    struct str why;
    enum rc rc = cel_charge(call, args[0].text.n / 16 + (regex ? 0 : 20 + args[1].text.n));

    if (rc != RC_OK)
        return rc;
    if (!regex && !regex_compile(cel_call_arena(call), args[1].text, &regex, &why))
        return cel_fail(call, "the pattern is wrong: %.*s", STR_ARG(why));
    rc = regex_matches(call, regex, args[0].text, &is_match);
    if (rc == RC_OK)
        *ret = cel_bool(is_match);
    return rc;
}

static const struct builtin rows[] = {
    {"size(string): int", size_of},
    {"size(bytes): int", size_of},
    {"size(list<A>): int", size_of},
    {"size(map<A, B>): int", size_of},
    {"string.size(): int", size_of},
    {"bytes.size(): int", size_of},
    {"list<A>.size(): int", size_of},
    {"map<A, B>.size(): int", size_of},
    {"string.contains(string): bool", contains},
    {"string.startsWith(string): bool", starts_with},
    {"string.endsWith(string): bool", ends_with},
    {"string.matches(string): bool", matches},
    {"matches(string, string): bool", matches},
};

void std_text_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
