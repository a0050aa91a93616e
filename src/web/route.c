#include "web/route.h"

#include <assert.h>

#define MAX_AT_EDGE 4

/* A place in the tree of patterns: what may follow the segments so far. */
struct node {
    struct str literal;
    struct node *next;     /* the next literal beside this one */
    struct node *literals; /* below */
    struct node *param;    /* below: any segment that is not empty */
    const struct route *routes[HTTP__N];
};

struct router {
    struct node root;
    const struct route **rows;
    size_t row_count;
    const struct route *at_edge[MAX_AT_EDGE];
    size_t at_edge_count;
};

struct pattern {
    struct str segments[URL_MAX_SEGMENTS];
    size_t n;
};

static bool is_param(struct str segment)
{
    return segment.n > 2 && segment.p[0] == '{' && segment.p[segment.n - 1] == '}';
}

static struct str param_name(struct str segment)
{
    return str_slice(segment, 1, segment.n - 1);
}

static bool is_good_segment(struct str segment, bool is_last)
{
    struct str name = is_param(segment) ? param_name(segment) : segment;

    if (name.n == 0)
        return is_last;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return true;
}

static bool pattern_parse(const char *text, struct pattern *ret)
{
    struct str rest = str_of(text), segment;
    size_t params = 0;

    *ret = (struct pattern){.n = 0};
    if (rest.n == 0 || rest.p[0] != '/')
        return false;
    rest = (struct str){rest.p + 1, rest.n - 1};
    while (str_next(&rest, '/', &segment)) {
        params += is_param(segment);
        if (ret->n == URL_MAX_SEGMENTS || params > ROUTE_MAX_PARAMS ||
            !is_good_segment(segment, rest.p == NULL))
            return false;
        ret->segments[ret->n++] = segment;
    }
    return true;
}

static bool has_param(const struct pattern *pattern)
{
    for (size_t i = 0; i < pattern->n; i++)
        if (is_param(pattern->segments[i]))
            return true;
    return false;
}

static enum rc check_row(struct ctx *ctx, const struct route *row)
{
    struct pattern pattern;
    const char *fault = NULL;

    if (!pattern_parse(row->pattern, &pattern))
        fault = "is not a pattern";
    else if (!row->handle)
        fault = "has no handler";
    else if (row->permission == ROUTE_PERMISSION_NOBODY)
        fault = "names no permission";
    else if (row->method >= HTTP__N || row->method == HTTP_HEAD || row->method == HTTP_OPTIONS)
        fault = "has a method that is answered from other rows";
    else if ((row->flags & ROUTE_API_KEY) && !(row->flags & ROUTE_API))
        fault = "is exempt from the form token but is not an API route";
    else if ((row->flags & ROUTE_AT_EDGE) && (row->method != HTTP_GET || has_param(&pattern)))
        fault = "is answered at the edge but is not a GET of one path";
    if (fault)
        return FAIL(ctx, ERR_CONFIG,
                    .detail = str_fmt(ctx->arena, "route %s %s", row->pattern, fault));
    return RC_OK;
}

/* Two patterns are ambiguous when some path fits both and neither is at least as literal as the
 * other everywhere; the same shape twice is the plainest case of it. */
static bool is_ambiguous(const struct pattern *a, const struct pattern *b)
{
    bool a_is_sharper = false, b_is_sharper = false;

    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        bool a_is_param = is_param(a->segments[i]), b_is_param = is_param(b->segments[i]);

        if (!a_is_param && !b_is_param && !str_eq(a->segments[i], b->segments[i]))
            return false;
        if ((a_is_param && b->segments[i].n == 0) || (b_is_param && a->segments[i].n == 0))
            return false;
        a_is_sharper |= !a_is_param && b_is_param;
        b_is_sharper |= a_is_param && !b_is_param;
    }
    return a_is_sharper == b_is_sharper;
}

static enum rc check_pairs(struct ctx *ctx, const struct router *router)
{
    for (size_t i = 0; i < router->row_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct route *a = router->rows[j], *b = router->rows[i];
            struct pattern pattern_a, pattern_b;

            if (a->method != b->method || !pattern_parse(a->pattern, &pattern_a) ||
                !pattern_parse(b->pattern, &pattern_b) || !is_ambiguous(&pattern_a, &pattern_b))
                continue;
            return FAIL(ctx, ERR_CONFIG,
                        .detail = str_fmt(ctx->arena, "routes %s and %s are ambiguous", a->pattern,
                                          b->pattern));
        }
    }
    return RC_OK;
}

static struct node *child_for(struct arena *arena, struct node *node, struct str segment)
{
    struct node *child;

    if (is_param(segment)) {
        if (!node->param)
            node->param = ARENA_NEW(arena, struct node);
        return node->param;
    }
    for (child = node->literals; child; child = child->next)
        if (str_eq(child->literal, segment))
            return child;
    child = ARENA_NEW(arena, struct node);
    if (child) {
        child->literal = segment;
        child->next = node->literals;
        node->literals = child;
    }
    return child;
}

static enum rc add_row(struct ctx *ctx, struct router *router, const struct route *row)
{
    struct node *node = &router->root;
    struct pattern pattern;
    enum rc rc = check_row(ctx, row);

    if (rc)
        return rc;
    pattern_parse(row->pattern, &pattern);
    for (size_t i = 0; i < pattern.n; i++) {
        node = child_for(ctx->arena, node, pattern.segments[i]);
        if (!node)
            return FAIL(ctx, ERR_MEMORY);
    }
    node->routes[row->method] = row;
    router->rows[router->row_count++] = row;
    if (!(row->flags & ROUTE_AT_EDGE))
        return RC_OK;
    if (router->at_edge_count == MAX_AT_EDGE)
        return FAIL(ctx, ERR_CONFIG, .detail = S("too many routes are answered at the edge"));
    router->at_edge[router->at_edge_count++] = row;
    return RC_OK;
}

enum rc router_new(struct ctx *ctx, const struct route *const *tables,
                   const struct router **ret_router)
{
    struct router *router = ARENA_NEW(ctx->arena, struct router);
    size_t count = 0;
    enum rc rc;

    for (size_t t = 0; tables[t]; t++)
        for (const struct route *row = tables[t]; row->pattern; row++)
            count++;
    if (!router || !(router->rows = ARENA_ARRAY(ctx->arena, count, const struct route *)))
        return FAIL(ctx, ERR_MEMORY);
    for (size_t t = 0; tables[t]; t++) {
        for (const struct route *row = tables[t]; row->pattern; row++) {
            rc = add_row(ctx, router, row);
            if (rc)
                return rc;
        }
    }
    rc = check_pairs(ctx, router);
    if (rc)
        return rc;
    *ret_router = router;
    return RC_OK;
}

struct search {
    const struct url_path *path;
    enum http_method method;
    const struct route *found;
    unsigned allow;
};

/* Walks depth first, literals before parameters; goes on after a row of another method, so that
 * `allow` collects the methods of every pattern that fits. */
static void search_below(struct search *search, const struct node *node, size_t depth)
{
    const struct str *segment = &search->path->segments[depth];

    if (depth == search->path->n) {
        for (int method = 0; method < HTTP__N; method++)
            if (node->routes[method])
                search->allow |= 1u << method;
        if (!search->found)
            search->found = node->routes[search->method];
        return;
    }
    for (const struct node *child = node->literals; child; child = child->next)
        if (str_eq(child->literal, *segment))
            search_below(search, child, depth + 1);
    if (!search->found && node->param && segment->n)
        search_below(search, node->param, depth + 1);
}

static struct search search_run(const struct router *router, enum http_method method,
                                const struct url_path *path)
{
    struct search search = {.path = path, .method = method};

    search_below(&search, &router->root, 0);
    return search;
}

static bool has_other_slash(const struct router *router, const struct url_path *path)
{
    struct url_path other = *path;

    if (path->n > 1 && path->segments[path->n - 1].n == 0)
        other.n--;
    else if (path->n < URL_MAX_SEGMENTS)
        other.segments[other.n++] = S("");
    else
        return false;
    return search_run(router, HTTP_GET, &other).allow != 0;
}

static void collect_params(struct route_match *match, const struct url_path *path)
{
    struct pattern pattern;

    pattern_parse(match->route->pattern, &pattern);
    for (size_t i = 0; i < pattern.n; i++)
        if (is_param(pattern.segments[i]))
            match->params[match->param_count++] =
                (struct param){param_name(pattern.segments[i]), path->segments[i]};
}

struct route_match router_find(const struct router *router, enum http_method method,
                               const struct url_path *path)
{
    struct search search = search_run(router, method == HTTP_HEAD ? HTTP_GET : method, path);
    struct route_match match = {.result = ROUTE_FOUND, .route = search.found};

    if (match.route) {
        collect_params(&match, path);
    } else if (search.allow) {
        match.result = ROUTE_BAD_METHOD;
        match.allow = search.allow | 1u << HTTP_OPTIONS;
        if (search.allow & 1u << HTTP_GET)
            match.allow |= 1u << HTTP_HEAD;
    } else {
        match.result = has_other_slash(router, path) ? ROUTE_SLASH : ROUTE_NOT_FOUND;
    }
    return match;
}

const struct route *router_find_at_edge(const struct router *router, enum http_method method,
                                        struct str target)
{
    ptrdiff_t at = str_find_byte(target, '?');
    struct str path = at < 0 ? target : str_slice(target, 0, (size_t)at);

    for (size_t i = 0; i < router->at_edge_count; i++)
        if ((method == HTTP_GET || method == HTTP_HEAD) &&
            str_eq(path, str_of(router->at_edge[i]->pattern)))
            return router->at_edge[i];
    return NULL;
}

struct str route_allow_text(struct arena *arena, unsigned allow)
{
    struct str names[HTTP__N];
    size_t count = 0;

    for (int method = 0; method < HTTP__N; method++)
        if (allow & 1u << method)
            names[count++] = http_method_name((enum http_method)method);
    return str_join(arena, names, count, S(", "));
}
