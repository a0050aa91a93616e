/* Pages of cases: what everybody sees, or what the key's scopes show of them. Both are the lists
 * that people have (public_case.h, case_search.h); only the parameters and the JSON are this
 * file's. */
#include "api/caller.h"
#include "api/cases.h"
#include "api/services.h"
#include "api/view.h"
#include "engine/cases/case_search.h"
#include "web/url.h"

#define PAGE_DEFAULT 50
#define PARAMETERS   6 /* that are terms of a filter */
#define MAX_URL      8000

static const char *const views[] = {"public", "staff", NULL};
static const char *const state_types[] = {"open", "waiting", "closed", NULL};
static const char *const orders[] = {"opened", "updated", "due", "oldest", "closed", "best", NULL};

/* As engine/cases/case_search.h has the words of `orders`. */
static const enum case_sort sorts[] = {CASES_NEWEST, CASES_LAST_UPDATED, CASES_BY_DUE,
                                       CASES_OLDEST, CASES_LAST_CLOSED,  CASES_BEST};

const struct input_spec cases_input[] = {
    {"view", INPUT_CHOICE, .choices = views,
     .says = "As everybody sees them, or as staff do within the key's scopes"},
    {"q", INPUT_TEXT, .max_characters = CASE_FILTER_BYTES_MAX,
     .says = "For staff a filter in the filter language, such as state:open team:streets-west "
             "overdue; for the public words that stand in what everybody sees of a case"},
    {"state", INPUT_CHOICE, .choices = state_types},
    {"service", INPUT_TOKEN, .max_characters = 40},
    {"team", INPUT_TOKEN, .max_characters = 40, .says = "For staff alone"},
    {"district", INPUT_TOKEN, .max_characters = 20},
    {"opened_from", INPUT_TEXT, .max_characters = 40, .says = "An instant or a day"},
    {"opened_until", INPUT_TEXT, .max_characters = 40, .says = "Before it"},
    {"updated_from", INPUT_TEXT, .max_characters = 40,
     .says = "For the public with sort=updated alone"},
    {"updated_until", INPUT_TEXT, .max_characters = 40, .says = "Before it"},
    {"sort", INPUT_CHOICE, .choices = orders,
     .says = "The public has opened (the latest first) and updated; a search by words comes the "
             "latest filed first, or best first"},
    {"limit", INPUT_INTEGER, .min = 1, .max = PUBLIC_CASES_MAX},
    {"cursor", INPUT_TOKEN, .max_characters = 60,
     .says = "From next; a page may be short of the limit and still have a next"},
    {.name = NULL},
};

static const struct schema line_schema = {"CaseLine", "A case in a list", api_view_line_members};

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

struct time_span {
    bool has_from, has_until;
    struct instant from, until;
};

struct listing {
    bool is_staff, has_state;
    enum state_type state;
    const struct definition *service;
    const struct team *team;
    struct str district, words;
    struct time_span opened, updated;
    enum case_sort sort;
    struct str cursor; /* empty: the first page */
    size_t most;
    struct public_case *of;
    size_t n;
    struct str next; /* cursor; empty: this is the last page */
};

static enum rc refuse(struct ctx *ctx, const struct request *request, const char *name)
{
    return api_refuse(ctx, request, API_QUERY, str_of(name),
                      (struct err){.id = ERR_NOT_A_CHOICE, .file = __FILE__, .line = __LINE__});
}

/* A filter that cannot be read, or asks for what is not there, is a fault at "q". */
static enum rc refuse_filter(struct ctx *ctx, const struct request *request, enum rc rc)
{
    struct err err = ctx->err;

    if (rc != RC_INVALID)
        return rc;
    ctx_clear_error(ctx);
    return api_refuse(ctx, request, API_QUERY, S("q"), err);
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
    if (list->district.n && !case_filter_has_district(ctx->city, list->district))
        return refuse(ctx, request, "district");
    for (int i = 0; state_types[i]; i++) {
        if (str_eq(state, str_of(state_types[i]))) {
            list->has_state = true;
            list->state = (enum state_type)i;
        }
    }
    return RC_OK;
}

static enum rc read_span(struct ctx *ctx, const struct request *request, const struct form *form,
                         const char *const names[2], struct time_span *ret)
{
    enum rc rc = api_instant(ctx, request, form, names[0], &ret->has_from, &ret->from);

    return rc ? rc : api_instant(ctx, request, form, names[1], &ret->has_until, &ret->until);
}

/* What is in everybody's list is found by words; a filter there would find nothing, and not say
 * why.
 */
static enum rc refuse_words(struct ctx *ctx, const struct request *request)
{
    return api_refuse(ctx, request, API_QUERY, S("q"),
                      (struct err){.id = ERR_FILTER,
                                   .arg = msg_text(ctx->lang, MSG_filter_needs_staff),
                                   .file = __FILE__,
                                   .line = __LINE__});
}

/* By teams the public has no list, what changed when only in that order, and words only in theirs.
 */
static enum rc check_view(struct ctx *ctx, const struct request *request,
                          const struct listing *list)
{
    struct public_cursor ignored;
    bool is_by_updated = list->sort == CASES_LAST_UPDATED;

    if (list->cursor.n && !(list->is_staff ? case_cursor_is(list->cursor)
                                           : public_cursor_parse(list->cursor, &ignored)))
        return refuse(ctx, request, "cursor");
    if (list->is_staff)
        return RC_OK;
    if (list->team)
        return refuse(ctx, request, "team");
    if (case_filter_has_key(list->words))
        return refuse_words(ctx, request);
    if ((list->sort != CASES_NEWEST && !is_by_updated) || (is_by_updated && list->words.n) ||
        ((list->updated.has_from || list->updated.has_until) && !is_by_updated))
        return refuse(ctx, request, "sort");
    return RC_OK;
}

static enum case_sort read_sort(struct str word)
{
    for (size_t i = 0; orders[i]; i++)
        if (str_eq(word, str_of(orders[i])))
            return sorts[i];
    return CASES_NEWEST;
}

static enum rc read_listing(struct ctx *ctx, const struct request *request, struct form *form,
                            struct listing *list)
{
    static const char *const opened[] = {"opened_from", "opened_until"};
    static const char *const updated[] = {"updated_from", "updated_until"};
    enum rc rc = api_query(ctx, request, form);

    if (rc)
        return rc;
    *list = (struct listing){
        .is_staff = str_eq(form_text(form, "view"), S("staff")),
        .words = str_trim(form_text(form, "q")),
        .sort = read_sort(form_text(form, "sort")),
        .cursor = form_text(form, "cursor"),
        .most = form_has(form, "limit") ? (size_t)form_integer(form, "limit") : PAGE_DEFAULT,
    };
    rc = read_names(ctx, request, form, list);
    if (!rc)
        rc = read_span(ctx, request, form, opened, &list->opened);
    if (!rc)
        rc = read_span(ctx, request, form, updated, &list->updated);
    return rc ? rc : check_view(ctx, request, list);
}

static enum rc load_public(struct ctx *ctx, struct listing *list)
{
    struct public_filter filter = {
        .service = list->service ? list->service->service_id : 0,
        .district = list->district,
        .has_state = list->has_state,
        .state = list->state,
        .has_from = list->opened.has_from,
        .from = list->opened.from,
        .has_until = list->opened.has_until,
        .until = list->opened.until,
        .is_by_updated = list->sort == CASES_LAST_UPDATED,
        .has_updated_from = list->updated.has_from,
        .updated_from = list->updated.from,
        .has_updated_until = list->updated.has_until,
        .updated_until = list->updated.until,
        .words = list->words,
        .most = list->most,
    };
    struct public_cases page;
    enum rc rc;

    filter.has_after = public_cursor_parse(list->cursor, &filter.after);
    rc = public_cases(ctx, &filter, &page);
    if (rc)
        return rc;
    list->of = page.of;
    list->n = page.n;
    if (page.has_more)
        list->next = public_cursor_text(ctx->arena, page.next);
    return RC_OK;
}

/* ---- Within the key's scopes: the lists that staff have */

/* The filter as it was written, with room for the parameters that stand beside it. */
static enum rc read_filter(struct ctx *ctx, const struct request *request, struct str text,
                           struct case_filter *ret)
{
    struct case_filter filter;
    struct case_term *terms =
        ARENA_ARRAY(ctx->arena, CASE_FILTER_TERMS_MAX + PARAMETERS, struct case_term);
    enum rc rc = case_filter_parse(ctx, text, &filter);

    if (rc)
        return refuse_filter(ctx, request, rc);
    if (!terms)
        return FAIL(ctx, ERR_MEMORY);
    memcpy(terms, filter.terms, filter.term_n * sizeof *terms);
    *ret = (struct case_filter){terms, filter.term_n};
    return RC_OK;
}

static enum rc add_term(struct ctx *ctx, struct case_filter *filter, enum case_key key,
                        struct case_value value)
{
    struct case_value *values = ARENA_NEW(ctx->arena, struct case_value);

    if (!values)
        return FAIL(ctx, ERR_MEMORY);
    *values = value;
    filter->terms[filter->term_n++] =
        (struct case_term){.key = key, .values = values, .value_n = 1};
    return RC_OK;
}

static enum rc add_span(struct ctx *ctx, struct case_filter *filter, enum case_key key,
                        const struct time_span *span)
{
    if (!span->has_from && !span->has_until)
        return RC_OK;
    return add_term(ctx, filter, key,
                    (struct case_value){
                        .has_from = span->has_from,
                        .has_until = span->has_until,
                        .from = span->from,
                        .until = span->until,
                    });
}

/* The parameters are terms of the filter like any other. */
static enum rc add_parameters(struct ctx *ctx, const struct listing *list,
                              struct case_filter *filter)
{
    enum rc rc = add_span(ctx, filter, CASE_KEY_OPENED, &list->opened);

    if (!rc)
        rc = add_span(ctx, filter, CASE_KEY_UPDATED, &list->updated);
    if (!rc && list->has_state)
        rc = add_term(ctx, filter, CASE_KEY_STATE,
                      (struct case_value){.is_type = true, .id = list->state});
    if (!rc && list->service)
        rc = add_term(ctx, filter, CASE_KEY_SERVICE,
                      (struct case_value){.id = list->service->service_id});
    if (!rc && list->team)
        rc = add_term(ctx, filter, CASE_KEY_TEAM, (struct case_value){.id = list->team->row});
    if (!rc && list->district.n)
        rc = add_term(ctx, filter, CASE_KEY_DISTRICT, (struct case_value){.text = list->district});
    return rc;
}

/* False for a case that the program does not understand. */
static bool show(const struct case_line *line, struct public_case *ret)
{
    const struct definition *definition = line->definition;
    int outcome = definition ? workflow_outcome(definition->workflow, line->outcome) : -1;

    if (!definition || !line->state)
        return false;
    *ret = (struct public_case){
        .number = line->number,
        .definition = definition,
        .state = line->state,
        .opened = line->opened,
        .updated = line->updated,
        .is_closed = line->is_closed,
        .closed = line->closed,
        .has_due = line->has_due,
        .due = line->due,
        .district = line->district,
        .place = {.label = line->place, .has_point = line->has_point, .point = line->point},
        .description = line->description,
        .outcome = outcome < 0 ? NULL : &definition->workflow->outcomes[outcome],
    };
    return true;
}

static enum rc load_staff(struct ctx *ctx, const struct request *request, struct listing *list)
{
    struct case_filter filter;
    struct case_found found;
    enum rc rc = ctx->actor->grant_n ? read_filter(ctx, request, list->words, &filter)
                                     : FAIL(ctx, ERR_DENIED);

    if (!rc)
        rc = add_parameters(ctx, list, &filter);
    if (rc)
        return rc;
    rc = case_search(ctx,
                     &(struct case_search){
                         .filter = &filter,
                         .text = list->words,
                         .sort = list->sort,
                         .after = list->cursor,
                         .most = list->most,
                     },
                     &found);
    if (rc)
        return refuse_filter(ctx, request, rc);
    list->of = ARENA_ARRAY(ctx->arena, found.n, struct public_case);
    if (!list->of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < found.n; i++)
        list->n += show(&found.lines[i], &list->of[list->n]);
    list->next = found.next;
    return RC_OK;
}

/* The same question with another cursor. */
static struct str next_url(struct ctx *ctx, const struct request *request, const struct form *form,
                           const struct listing *list)
{
    struct buf out = buf_in(ctx->arena, MAX_URL);

    buf_add(&out, api_url(ctx, request, "/api/v1/cases?cursor="));
    buf_add(&out, list->next);
    for (size_t i = 0; i < form->count; i++) {
        const char *name = form->fields[i].spec->name;

        if (!form->fields[i].value.p || str_eq(str_of(name), S("cursor")))
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
        rc = list.is_staff ? load_staff(ctx, request, &list) : load_public(ctx, &list);
    if (rc)
        return rc;
    json = api_answer(reply);
    json_begin_object(&json);
    json_put_key(&json, S("cases"));
    json_begin_array(&json);
    for (size_t i = 0; i < list.n; i++) {
        json_begin_object(&json);
        api_view_put_line(ctx, request, &json, &list.of[i]);
        json_end_object(&json);
    }
    json_end_array(&json);
    next = list.next.n ? next_url(ctx, request, &form, &list) : STR_NONE;
    api_put_text(&json, "next", next);
    json_end_object(&json);
    if (next.n)
        reply_header(reply, S("Link"), str_fmt(ctx->arena, "<%.*s>; rel=\"next\"", STR_ARG(next)));
    return RC_OK;
}
