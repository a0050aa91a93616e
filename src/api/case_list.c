/* Pages of cases: what everybody sees, or what the key's scopes show of them. */
#include <stdlib.h>

#include "api/caller.h"
#include "api/cases.h"
#include "api/queries.h"
#include "api/services.h"
#include "api/view.h"
#include "web/url.h"

#define PAGE_DEFAULT 50

static const char *const views[] = {"public", "staff", NULL};
static const char *const state_types[] = {"open", "waiting", "closed", NULL};
static const char *const orders[] = {"opened", "updated", NULL};

const struct input_spec cases_input[] = {
    {"view", INPUT_CHOICE, .choices = views},
    {"state", INPUT_CHOICE, .choices = state_types},
    {"service", INPUT_TOKEN, .max_characters = 40},
    {"team", INPUT_TOKEN, .max_characters = 40},
    {"district", INPUT_TOKEN, .max_characters = 20},
    {"opened_from", INPUT_TEXT, .max_characters = 40},
    {"opened_until", INPUT_TEXT, .max_characters = 40},
    {"updated_from", INPUT_TEXT, .max_characters = 40},
    {"updated_until", INPUT_TEXT, .max_characters = 40},
    {"sort", INPUT_CHOICE, .choices = orders},
    {"limit", INPUT_INTEGER, .min = 1, .max = PUBLIC_CASES_MAX},
    {"cursor", INPUT_TOKEN, .max_characters = 60},
    {.name = NULL},
};

static const struct schema line_schema = {"CaseLine", "A case in a list", case_line_members};

const struct schema cases_schema = {
    "Cases",
    "A page of cases, newest first",
    (const struct schema_member[]){
        {"cases", SCHEMA_ARRAY, SCHEMA_REQUIRED, "At most as many as asked for",
         .of = &line_schema},
        {"next", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,
         "The next page; null after the last", .format = "uri"},
        {.name = NULL},
    },
};

struct listing {
    bool is_staff, has_state, is_by_updated, has_after, has_more;
    enum state_type state;
    const struct definition *service;
    const struct team *team;
    struct str district;
    bool has_opened_from, has_opened_until, has_updated_from, has_updated_until;
    struct instant opened_from, opened_until, updated_from, updated_until;
    size_t most;
    struct public_cursor after, next;
    struct public_case *of;
    size_t n;
};

static enum rc refuse(struct ctx *ctx, const struct request *request, const char *name)
{
    return api_refuse(ctx, request, API_QUERY, str_of(name),
                      (struct err){.id = ERR_NOT_A_CHOICE, .file = __FILE__, .line = __LINE__});
}

static enum rc read_names(struct ctx *ctx, const struct request *request, const struct form *form,
                          struct listing *list)
{
    struct str state = form_text(form, "state");

    if (form_has(form, "service")) {
        list->service = service_for(ctx, request, form_text(form, "service"));
        if (!list->service)
            return refuse(ctx, request, "service");
    }
    if (form_has(form, "team")) {
        list->team = city_team(ctx->city, form_text(form, "team"));
        if (!list->team)
            return refuse(ctx, request, "team");
    }
    list->district = form_text(form, "district");
    for (int i = 0; state_types[i]; i++) {
        if (str_eq(state, str_of(state_types[i]))) {
            list->has_state = true;
            list->state = (enum state_type)i;
        }
    }
    return RC_OK;
}

static enum rc read_times(struct ctx *ctx, const struct request *request, const struct form *form,
                          struct listing *list)
{
    enum rc rc =
        api_instant(ctx, request, form, "opened_from", &list->has_opened_from, &list->opened_from);

    if (!rc)
        rc = api_instant(ctx, request, form, "opened_until", &list->has_opened_until,
                         &list->opened_until);
    if (!rc)
        rc = api_instant(ctx, request, form, "updated_from", &list->has_updated_from,
                         &list->updated_from);
    if (!rc)
        rc = api_instant(ctx, request, form, "updated_until", &list->has_updated_until,
                         &list->updated_until);
    return rc;
}

/* By teams the public has no list, and what changed when only in that order. */
static enum rc check_view(struct ctx *ctx, const struct request *request,
                          const struct listing *list)
{
    if (list->is_staff)
        return RC_OK;
    if (list->team)
        return refuse(ctx, request, "team");
    if ((list->has_updated_from || list->has_updated_until) && !list->is_by_updated)
        return refuse(ctx, request, "sort");
    return RC_OK;
}

static enum rc read_listing(struct ctx *ctx, const struct request *request, struct form *form,
                            struct listing *list)
{
    enum rc rc = api_query(ctx, request, form);

    if (rc)
        return rc;
    *list = (struct listing){
        .is_staff = str_eq(form_text(form, "view"), S("staff")),
        .is_by_updated = str_eq(form_text(form, "sort"), S("updated")),
        .most = form_has(form, "limit") ? (size_t)form_integer(form, "limit") : PAGE_DEFAULT,
        .has_after = form_has(form, "cursor"),
    };
    if (list->has_after && !public_cursor_parse(form_text(form, "cursor"), &list->after))
        return refuse(ctx, request, "cursor");
    rc = read_names(ctx, request, form, list);
    if (!rc)
        rc = read_times(ctx, request, form, list);
    return rc ? rc : check_view(ctx, request, list);
}

static enum rc load_public(struct ctx *ctx, struct listing *list)
{
    struct public_cases page;
    enum rc rc = public_cases(ctx,
                              &(struct public_filter){
                                  .service = list->service ? list->service->service_id : 0,
                                  .district = list->district,
                                  .has_state = list->has_state,
                                  .state = list->state,
                                  .has_from = list->has_opened_from,
                                  .from = list->opened_from,
                                  .has_until = list->has_opened_until,
                                  .until = list->opened_until,
                                  .is_by_updated = list->is_by_updated,
                                  .has_updated_from = list->has_updated_from,
                                  .updated_from = list->updated_from,
                                  .has_updated_until = list->has_updated_until,
                                  .updated_until = list->updated_until,
                                  .has_after = list->has_after,
                                  .after = list->after,
                                  .most = list->most,
                              },
                              &page);

    if (rc)
        return rc;
    list->of = page.of;
    list->n = page.n;
    list->has_more = page.has_more;
    list->next = page.next;
    return RC_OK;
}

struct runs {
    struct api_run_row *rows;
    size_t n;
    bool is_by_updated;
};

static struct instant moment_of(const struct api_run_row *row, bool is_by_updated)
{
    return is_by_updated ? row->updated : row->opened;
}

static int newest_first(const void *left, const void *right, void *arg)
{
    const struct api_run_row *a = left, *b = right;
    const struct runs *runs = arg;
    int order = instant_cmp(moment_of(b, runs->is_by_updated), moment_of(a, runs->is_by_updated));

    return order ? order : (b->id > a->id) - (b->id < a->id);
}

static struct api_run_args run_args(const struct listing *list)
{
    return (struct api_run_args){
        .state_type = list->state,
        .with_state_type = list->has_state,
        .service = list->service ? list->service->service_id : 0,
        .with_service = list->service,
        .team = list->team ? list->team->row : 0,
        .with_team = list->team,
        .district = list->district,
        .with_district = list->district.n > 0,
        .opened_from = list->opened_from,
        .with_opened_from = list->has_opened_from,
        .opened_until = list->opened_until,
        .with_opened_until = list->has_opened_until,
        .updated_from = list->updated_from,
        .with_updated_from = list->has_updated_from,
        .updated_until = list->updated_until,
        .with_updated_until = list->has_updated_until,
        .at = list->after.opened,
        .after_id = list->after.id,
        .with_after_opened = list->has_after && !list->is_by_updated,
        .with_after_updated = list->has_after && list->is_by_updated,
        .order = list->is_by_updated ? API_RUN_BY_UPDATED : API_RUN_BY_OPENED,
        .most = (int64_t)list->most + 1,
    };
}

static enum rc add_run(struct ctx *ctx, const struct api_run_args *args, struct runs *runs)
{
    struct api_run_rows run;
    enum rc rc = api_run(ctx, args, &run);

    for (size_t i = 0; !rc && i < run.n; i++)
        runs->rows[runs->n++] = run.rows[i];
    return rc;
}

/* Scope by scope, then merged; a case within two scopes counts once. */
static enum rc load_runs(struct ctx *ctx, const struct listing *list, struct runs *runs)
{
    struct api_run_args args = run_args(list);
    struct case_access access;
    size_t n = 0;
    enum rc rc = case_access_of(ctx, ctx->actor, &access);

    if (rc)
        return rc;
    runs->rows = ARENA_ARRAY(ctx->arena, (list->most + 1) * (1 + access.team_n + access.service_n),
                             struct api_run_row);
    if (!runs->rows)
        return FAIL(ctx, ERR_MEMORY);
    if (access.is_all)
        return add_run(ctx, &args, runs);
    args.with_scope_team = true;
    for (size_t i = 0; !rc && i < access.team_n; i++) {
        args.scope_team = access.teams[i];
        rc = add_run(ctx, &args, runs);
    }
    args.with_scope_team = false;
    args.with_scope_service = true;
    for (size_t i = 0; !rc && i < access.service_n; i++) {
        args.scope_service = access.services[i];
        rc = add_run(ctx, &args, runs);
    }
    if (runs->n)
        qsort_r(runs->rows, runs->n, sizeof *runs->rows, newest_first, runs);
    for (size_t i = 0; i < runs->n; i++)
        if (n == 0 || runs->rows[n - 1].id != runs->rows[i].id)
            runs->rows[n++] = runs->rows[i];
    runs->n = n;
    return rc;
}

/* False for a row that the program does not understand. */
static bool show(struct ctx *ctx, const struct api_run_row *row, struct public_case *ret)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    int state = definition ? workflow_state(definition->workflow, row->state) : -1;
    int outcome;

    if (state < 0)
        return false;
    outcome = row->outcome_is_null ? -1 : workflow_outcome(definition->workflow, row->outcome);
    *ret = (struct public_case){
        .number = row->number,
        .definition = definition,
        .state = &definition->workflow->states[state],
        .opened = row->opened,
        .updated = row->updated,
        .is_closed = !row->closed_is_null,
        .closed = row->closed,
        .has_due = !row->due_is_null,
        .due = row->due,
        .district = row->district,
        .description = row->description,
        .outcome = outcome < 0 ? NULL : &definition->workflow->outcomes[outcome],
    };
    if (!row->place_is_null)
        ret->place = case_exact_place(row->place_label_is_null ? STR_NONE : row->place_label,
                                      !row->lat_e7_is_null && !row->lon_e7_is_null,
                                      (struct point){(int32_t)row->lat_e7, (int32_t)row->lon_e7});
    return true;
}

static enum rc load_staff(struct ctx *ctx, struct listing *list)
{
    struct runs runs = {.is_by_updated = list->is_by_updated};
    enum rc rc;

    if (!ctx->actor->grant_n)
        return FAIL(ctx, ERR_DENIED);
    rc = load_runs(ctx, list, &runs);
    if (rc)
        return rc;
    list->of = ARENA_ARRAY(ctx->arena, list->most, struct public_case);
    if (!list->of)
        return FAIL(ctx, ERR_MEMORY);
    list->has_more = runs.n > list->most;
    if (list->has_more)
        runs.n = list->most;
    for (size_t i = 0; i < runs.n; i++) {
        list->n += show(ctx, &runs.rows[i], &list->of[list->n]);
        list->next =
            (struct public_cursor){moment_of(&runs.rows[i], list->is_by_updated), runs.rows[i].id};
    }
    return RC_OK;
}

/* The same question with another cursor. */
static struct str next_url(struct ctx *ctx, const struct request *request, const struct form *form,
                           const struct listing *list)
{
    struct buf out = buf_in(ctx->arena, 4000);

    buf_add(&out, api_url(ctx, request, "/api/v1/cases?cursor="));
    buf_add(&out, public_cursor_text(ctx->arena, list->next));
    for (size_t i = 0; i < form->count; i++) {
        const char *name = form->fields[i].spec->name;

        if (!form->fields[i].count || str_eq(str_of(name), S("cursor")))
            continue;
        buf_add_fmt(&out, "&%s=", name);
        url_escape(&out, form_text(form, name));
    }
    return buf_str(&out);
}

enum rc cases_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct json_writer json;
    struct listing list;
    struct form form;
    struct str next;
    enum rc rc = read_listing(ctx, request, &form, &list);

    if (!rc)
        rc = list.is_staff ? load_staff(ctx, &list) : load_public(ctx, &list);
    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_key(&json, S("cases"));
    json_begin_array(&json);
    for (size_t i = 0; i < list.n; i++) {
        json_begin_object(&json);
        case_put_line(ctx, request, &json, &list.of[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    next = list.has_more ? next_url(ctx, request, &form, &list) : STR_NONE;
    api_put_text(&json, "next", next);
    json_end_object(&json);
    if (next.n)
        reply_header(reply, S("Link"), str_fmt(ctx->arena, "<%.*s>; rel=\"next\"", STR_ARG(next)));
    return RC_OK;
}
