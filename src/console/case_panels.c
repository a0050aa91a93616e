#include "console/case_panels.h"

#include "console/queries.h"
#include "engine/cases/access.h"
#include "engine/cases/case_link.h"
#include "engine/cases/nearby.h"
#include "engine/definition/show.h"

#define MOST       12 /* on one panel */
#define MAX_FILTER 2000

/* What the statements of the panels have in common. */
struct found {
    int64_t id, service_version, team, confidentiality;
    struct str number, state, place;
    bool is_hidden;
    struct instant opened;
};

/* Generated rows differ in type alone. */
#define FOUND_OF(row)                                                                             \
    ((struct found){(row)->id, (row)->service_version, (row)->team_is_null ? 0 : (row)->team,     \
                    (row)->confidentiality, (row)->number, (row)->state,                          \
                    (row)->place_label_is_null ? STR_NONE : (row)->place_label, (row)->is_hidden, \
                    (row)->opened})

static const char *tag_of(const struct definition *definition, const struct state *state)
{
    return staff_tag(state->type,
                     state == &definition->workflow->states[definition->workflow->start]);
}

static void add(struct ctx *ctx, struct panel_lines *lines, const struct found *found)
{
    const struct definition *definition = city_version(ctx->city, found->service_version);
    struct case_reach reach = {.case_id = found->id,
                               .confidentiality = found->confidentiality,
                               .is_hidden = found->is_hidden};
    int state = definition ? workflow_state(definition->workflow, found->state) : -1;

    if (state < 0)
        return;
    reach.reach = case_reach_within(ctx->city, definition, found->team);
    if (!case_may_read(ctx->actor, &reach))
        return;
    lines->of[lines->n++] = (struct panel_line){
        .id = found->id,
        .number = found->number,
        .service = text_in(&definition->name, ctx->lang),
        .place = found->place,
        .state = text_in(&definition->workflow->states[state].name, ctx->lang),
        .tag = tag_of(definition, &definition->workflow->states[state]),
        .is_open = definition->workflow->states[state].type != STATE_CLOSED,
        .opened = found->opened,
    };
}

static enum rc lines_new(struct ctx *ctx, size_t n, struct panel_lines *ret)
{
    *ret = (struct panel_lines){.of = ARENA_ARRAY(ctx->arena, n, struct panel_line)};
    return ret->of ? RC_OK : FAIL(ctx, ERR_MEMORY);
}

static enum rc load_same_place(struct ctx *ctx, const struct case_view *view,
                               struct panel_lines *ret)
{
    struct cases_at_place_rows rows;
    enum rc rc;

    if (view->row.place_is_null)
        return RC_OK;
    rc = cases_at_place(ctx, view->row.place, view->row.id, MOST, &rows);
    if (!rc)
        rc = lines_new(ctx, rows.n, ret);
    for (size_t i = 0; !rc && i < rows.n; i++)
        add(ctx, ret, &FOUND_OF(&rows.rows[i]));
    for (size_t i = 0; !rc && i < ret->n; i++)
        if (str_eq(ret->of[i].place, view->place))
            ret->of[i].place = STR_NONE;
    return rc;
}

/* reporter:"ana@example.com","205-555-0199" */
static struct str filter_of_contacts(struct ctx *ctx, const struct case_view *view)
{
    struct buf out = buf_in(ctx->arena, MAX_FILTER);

    for (size_t i = 0; i < view->contacts.n; i++)
        buf_add_fmt(&out, "%s\"%.*s\"",
                    i ? "," : "reporter:", STR_ARG(view->contacts.rows[i].value));
    return buf_str(&out);
}

static enum rc load_of_reporter(struct ctx *ctx, const struct case_view *view,
                                struct case_panels *panels)
{
    struct cases_of_contact_rows rows;
    enum rc rc;

    if (view->row.reporter_is_null)
        return RC_OK;
    rc = cases_of_contact(ctx, view->row.reporter, view->row.id, MOST, &rows);
    if (!rc)
        rc = lines_new(ctx, rows.n, &panels->of_reporter);
    for (size_t i = 0; !rc && i < rows.n; i++)
        add(ctx, &panels->of_reporter, &FOUND_OF(&rows.rows[i]));
    if (!rc && rows.n == MOST && view->may_work)
        panels->of_reporter_all = filter_of_contacts(ctx, view);
    return rc;
}

/* The linked cases; of directed links those to which this one points, or those that point here. */
struct link_ask {
    const char *kind;
    bool is_any, is_from;
};

static enum rc load_linked(struct ctx *ctx, const struct case_view *view, struct link_ask ask,
                           struct panel_lines *ret)
{
    struct cases_linked_rows rows;
    enum rc rc = cases_linked(ctx, view->row.id, str_of(ask.kind), &rows);

    if (!rc)
        rc = lines_new(ctx, rows.n, ret);
    for (size_t i = 0; !rc && i < rows.n; i++)
        if (ask.is_any || rows.rows[i].is_from == ask.is_from)
            add(ctx, ret, &FOUND_OF(&rows.rows[i]));
    return rc;
}

static bool has_case(const struct panel_lines *lines, int64_t id)
{
    for (size_t i = 0; i < lines->n; i++)
        if (lines->of[i].id == id)
            return true;
    return false;
}

/* Likely duplicates; what was merged into this case already is none. */
static enum rc load_duplicates(struct ctx *ctx, const struct case_view *view,
                               struct case_panels *panels)
{
    struct nearby_ask ask = {
        .definition = view->definition,
        .not_case = view->row.id,
        .most = MOST,
        .place = {.address = view->row.place_address_is_null ? STR_NONE : view->row.place_address,
                  .label = view->place,
                  .has_point = !view->row.lat_e7_is_null && !view->row.lon_e7_is_null,
                  .point = {(int32_t)view->row.lat_e7, (int32_t)view->row.lon_e7}},
    };
    struct nearby_cases near;
    enum rc rc;

    if (!ask.place.has_point || view->state->type == STATE_CLOSED)
        return RC_OK;
    rc = nearby_staff(ctx, &ask, &near);
    if (!rc)
        rc = lines_new(ctx, near.n, &panels->duplicates);
    for (size_t i = 0; !rc && i < near.n; i++) {
        const struct nearby_case *one = &near.of[i];

        if (has_case(&panels->took_in, one->case_id))
            continue;
        panels->duplicates.of[panels->duplicates.n++] = (struct panel_line){
            .id = one->case_id,
            .number = one->number,
            .service = text_in(&one->definition->name, ctx->lang),
            .place = one->place,
            .state = text_in(&one->state->name, ctx->lang),
            .tag = tag_of(one->definition, one->state),
            .is_open = true,
            .opened = one->opened,
            .distance = show_distance(ctx, one->distance_m),
        };
    }
    return rc;
}

/* The panel of the place shows no case that the one of duplicates shows. */
static void drop_shown(struct case_panels *panels)
{
    size_t n = 0;

    for (size_t i = 0; i < panels->same_place.n; i++)
        if (!has_case(&panels->duplicates, panels->same_place.of[i].id) &&
            !has_case(&panels->took_in, panels->same_place.of[i].id))
            panels->same_place.of[n++] = panels->same_place.of[i];
    panels->same_place.n = n;
}

enum rc case_panels_load(struct ctx *ctx, const struct case_view *view, struct case_panels *ret)
{
    struct case_panels panels = {0};
    enum rc rc = load_same_place(ctx, view, &panels.same_place);

    if (!rc)
        rc = load_of_reporter(ctx, view, &panels);
    if (!rc)
        rc = load_linked(ctx, view, (struct link_ask){LINK_RELATED, true, false}, &panels.related);
    if (!rc)
        rc = load_linked(ctx, view, (struct link_ask){LINK_DUPLICATE, false, false},
                         &panels.took_in);
    if (!rc)
        rc = load_linked(ctx, view, (struct link_ask){LINK_DUPLICATE, false, true},
                         &panels.merged_into);
    if (!rc)
        rc = load_duplicates(ctx, view, &panels);
    if (!rc)
        rc = case_followers(ctx, view->row.id, &panels.followers);
    if (rc)
        return rc;
    drop_shown(&panels);
    *ret = panels;
    return RC_OK;
}
