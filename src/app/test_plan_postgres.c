#include "app/test_plan.h"

#include "base/buf.h"
#include "base/json.h"
#include "db/test_raw.h"

#define PLAN_BYTES 1000000

struct raw *plan_open_postgres(const struct test_store *store)
{
    struct raw *raw = raw_open(store->owner_location);

    raw_exec(raw, "SET plan_cache_mode = force_generic_plan");
    raw_exec(raw, "SET enable_seqscan = off");
    raw_exec(raw, "SET enable_hashjoin = off");
    raw_exec(raw, "SET enable_mergejoin = off");
    return raw;
}

static const char *name_of(enum sql_type type)
{
    static const char *const names[] = {
        [SQL_I64] = "bigint",     [SQL_BOOL] = "boolean", [SQL_MONEY] = "bigint",
        [SQL_INSTANT] = "bigint", [SQL_DATE] = "integer", [SQL_TEXT] = "text",
        [SQL_JSON] = "jsonb",     [SQL_BLOB] = "bytea",   [SQL_F64] = "double precision",
    };
    _Static_assert(COUNT(names) == SQL__TYPES, "a name for each type");

    return names[type];
}

/* The plan that the program's own prepared statement would have. */
static const char *plan_text(struct arena *arena, struct raw *raw, const struct shape *shape)
{
    const struct sql_statement *statement = shape->statement;
    struct buf text = buf_in(arena, 100000), ask = buf_in(arena, 1000);
    struct str plan;

    BUF_ADD(&text, "PREPARE asked");
    BUF_ADD(&ask, "EXPLAIN (FORMAT JSON) EXECUTE asked");
    for (size_t i = 0; i < statement->param_count; i++) {
        buf_add_fmt(&text, "%s%s", i ? ", " : " (", name_of(statement->params[i].type));
        buf_add(&ask, i ? S(", NULL") : S(" (NULL"));
    }
    buf_add(&text, statement->param_count ? S(") AS ") : S(" AS "));
    buf_add(&ask, statement->param_count ? S(")") : S(""));
    buf_add(&text, sql_text(arena, statement, SQL_POSTGRES, shape->fragments, shape->order));
    raw_exec(raw, str_z(arena, buf_str(&text)));
    assert_true(raw_ask(raw, str_z(arena, buf_str(&ask)), arena, &plan));
    raw_exec(raw, "DEALLOCATE asked");
    return str_z(arena, plan);
}

static const char *said(const json_t *node, const char *key)
{
    const char *text = json_string_value(json_object_get(node, key));

    return text ? text : "";
}

static void add(struct arena *arena, struct plan *plan, const json_t *node, const char *what)
{
    if (plan->n == PLAN_STEPS)
        fail_msg("a plan of more than %d steps", PLAN_STEPS);
    plan->steps[plan->n++] =
        str_fmt(arena, "%s %s%s%s", what, said(node, "Alias"),
                *said(node, "Index Name") ? " USING INDEX " : "", said(node, "Index Name"));
}

static void look(struct arena *arena, const json_t *node, struct plan *plan)
{
    const char *type = said(node, "Node Type");
    bool is_index = strcmp(type, "Index Scan") == 0 || strcmp(type, "Index Only Scan") == 0;
    const json_t *below;
    size_t i;

    if (strcmp(type, "Seq Scan") == 0 || (is_index && !*said(node, "Index Cond")))
        add(arena, plan, node, "SCAN");
    if (strstr(said(node, "Join Filter"), "SubPlan"))
        add(arena, plan, node, "SUBPLAN");
    json_array_foreach(json_object_get(node, "Plans"), i, below) look(arena, below, plan);
}

void plan_worries_postgres(struct ctx *ctx, struct raw *raw, const struct shape *shape,
                           struct plan *ret)
{
    const char *text = plan_text(ctx->arena, raw, shape);
    json_t *root;

    ret->n = 0;
    test_ok(ctx, json_parse(ctx, str_of(text), PLAN_BYTES, &root));
    look(ctx->arena, json_object_get(json_array_get(root, 0), "Plan"), ret);
}
