#include "api/view.h"

#include "api/caller.h"
#include "api/queries.h"
#include "base/crypto.h"
#include "engine/cases/cases.h"
#include "engine/cases/photo.h"
#include "engine/clock/turn.h"
#include "engine/definition/city.h"

#define ETAG_BYTES 12
#define ANSWER_MAX ((size_t)1 << 20)

static const char *const state_types[] = {"open", "waiting", "closed", NULL};
static const char *const views[] = {"public", "own", "staff", NULL};
static const char *const audiences[] = {"public", "parties", "staff", NULL};

const struct schema api_view_place_schema = {
    "CasePlace",
    "Where it is, as far as the caller may know",
    (const struct schema_member[]){
        {"label", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "For people"},
        {"is_block", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "The block stands in place of the house"},
        {"lat", SCHEMA_NUMBER, .says = "Degrees north", .min = -90, .max = 90},
        {"lon", SCHEMA_NUMBER, .says = "Degrees east", .min = -180, .max = 180},
        {.name = NULL},
    },
};

static const struct schema contact_schema = {
    "ContactPoint",
    "A way to reach who reported it",
    (const struct schema_member[]){
        {"kind", SCHEMA_STRING, SCHEMA_REQUIRED, "\"email\" or \"phone\""},
        {"value", SCHEMA_STRING, SCHEMA_REQUIRED, "The address or number"},
        {"is_verified", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Whether it was shown to be theirs"},
        {.name = NULL},
    },
};

static const struct schema reporter_schema = {
    "Reporter",
    "Who reported it",
    (const struct schema_member[]){
        {"name", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "As given"},
        {"contacts", SCHEMA_ARRAY, SCHEMA_REQUIRED, "As given", .of = &contact_schema},
        {.name = NULL},
    },
};

static const struct schema clock_schema = {
    "Clock",
    "A deadline",
    (const struct schema_member[]){
        {"kind", SCHEMA_STRING, SCHEMA_REQUIRED, "What must be done by then"},
        {"due", SCHEMA_STRING, SCHEMA_REQUIRED, "By when", .format = "date-time"},
        {"paused", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "Since when it stands still",
         .format = "date-time"},
        {"met", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "When it was done",
         .format = "date-time"},
        {.name = NULL},
    },
};

static const struct schema step_schema = {
    "Step",
    "A step that this key may take now",
    (const struct schema_member[]){
        {"id", SCHEMA_STRING, SCHEMA_REQUIRED, "What it is called in the path"},
        {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "Where it is taken by POST", .format = "uri"},
        {"to", SCHEMA_STRING, SCHEMA_REQUIRED, "The state it leads to"},
        {"asks", SCHEMA_ARRAY, SCHEMA_REQUIRED,
         "What may be given: note, message, outcome, date; with ! what must be"},
        {.name = NULL},
    },
};

static const struct schema photo_schema = {
    "Photo",
    "A photo of the case",
    (const struct schema_member[]){
        {"id", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Its name within the case"},
        {"full", SCHEMA_STRING, SCHEMA_REQUIRED, "The picture", .format = "uri"},
        {"thumb", SCHEMA_STRING, SCHEMA_REQUIRED, "A small one", .format = "uri"},
        {"is_public", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Whether everybody may see it"},
        {.name = NULL},
    },
};

static const struct schema staff_schema = {
    "CaseStaff",
    "What staff see beyond the rest",
    (const struct schema_member[]){
        {"team", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "Who does it"},
        {"assignee", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "Whose it is: a login"},
        {"channel", SCHEMA_STRING, SCHEMA_REQUIRED, "How it came in"},
        {"lang", SCHEMA_STRING, SCHEMA_REQUIRED, "The reporter's language"},
        {"confidentiality", SCHEMA_STRING, SCHEMA_REQUIRED, "Who may know of it",
         .choices = audiences},
        {"is_hidden", SCHEMA_BOOLEAN, SCHEMA_REQUIRED, "Taken out of public view"},
        {"lock_version", SCHEMA_INTEGER, SCHEMA_REQUIRED, "Counts up with each change"},
        {"reporter", SCHEMA_OBJECT, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "Who reported it",
         .of = &reporter_schema},
        {"answers", SCHEMA_OBJECT, SCHEMA_REQUIRED,
         "By field, as the service's \"fields\" describes them"},
        {"layers", SCHEMA_OBJECT, SCHEMA_REQUIRED, "The area of each layer that it lies in"},
        {"clocks", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Its deadlines", .of = &clock_schema},
        {"steps", SCHEMA_ARRAY, SCHEMA_REQUIRED, "What can be done now", .of = &step_schema},
        {.name = NULL},
    },
};

#define CASE_LINE_MEMBERS                                                                         \
    {"number", SCHEMA_STRING, SCHEMA_REQUIRED, "The public number"},                              \
        {"url", SCHEMA_STRING, SCHEMA_REQUIRED, "This case", .format = "uri"},                    \
        {"page", SCHEMA_STRING, SCHEMA_REQUIRED, "The page for people", .format = "uri"},         \
        {"service", SCHEMA_STRING, SCHEMA_REQUIRED, "The service's code"},                        \
        {"version", SCHEMA_INTEGER, SCHEMA_REQUIRED, "The service's version it was filed under"}, \
        {"state", SCHEMA_STRING, SCHEMA_REQUIRED, "As the service's \"states\" has it"},          \
        {"state_type", SCHEMA_STRING, SCHEMA_REQUIRED, "Of which kind", .choices = state_types},  \
        {"outcome", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "How it ended"},            \
        {"opened", SCHEMA_STRING, SCHEMA_REQUIRED, "When", .format = "date-time"},                \
        {"updated", SCHEMA_STRING, SCHEMA_REQUIRED, "When it last changed",                       \
         .format = "date-time"},                                                                  \
        {"closed", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "When",                      \
         .format = "date-time"},                                                                  \
        {"due", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "By when it is to be done",     \
         .format = "date-time"},                                                                  \
        {"district", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "The council district"},   \
        {"place", SCHEMA_OBJECT, SCHEMA_REQUIRED | SCHEMA_NULLABLE, "Where",                      \
         .of = &api_view_place_schema},                                                           \
    {                                                                                             \
        "description", SCHEMA_STRING, SCHEMA_REQUIRED | SCHEMA_NULLABLE,                          \
            "What was written; null as well where the caller may not read it"                     \
    }

const struct schema_member api_view_line_members[] = {CASE_LINE_MEMBERS, {.name = NULL}};

const struct schema api_view_schema = {
    "Case",
    "A case",
    (const struct schema_member[]){
        CASE_LINE_MEMBERS,
        {"view", SCHEMA_STRING, SCHEMA_REQUIRED,
         "As whom the caller sees it: as everybody, as the one who filed it, as staff",
         .choices = views},
        {"photos", SCHEMA_ARRAY, SCHEMA_REQUIRED, "Those the caller may see", .of = &photo_schema},
        {"staff", SCHEMA_OBJECT, .says = "Only for keys that may read the case",
         .of = &staff_schema},
        {.name = NULL},
    },
};

/* The case as everybody sees it, by the one projection. */
static enum rc find_public(struct ctx *ctx, struct api_view *view, bool *ret_found)
{
    struct public_cases found;
    enum rc rc = public_cases_numbered(ctx, &view->row.number, 1, &found);

    *ret_found = !rc && found.n == 1;
    if (*ret_found)
        view->shown = found.of[0];
    return rc;
}

static void show_whole(struct api_view *view)
{
    const struct case_by_number_row *row = &view->row;
    int outcome =
        row->outcome_is_null ? -1 : workflow_outcome(view->definition->workflow, row->outcome);

    view->shown = (struct public_case){
        .number = row->number,
        .definition = view->definition,
        .state = view->state,
        .opened = row->opened,
        .updated = row->updated,
        .is_closed = !row->closed_is_null,
        .closed = row->closed,
        .has_due = !row->due_is_null,
        .due = row->due,
        .district = row->district,
        .description = row->description,
        .outcome = outcome < 0 ? NULL : &view->definition->workflow->outcomes[outcome],
    };
    if (!row->place_is_null)
        view->shown.place = (struct public_place){
            .label = row->place_label_is_null ? STR_NONE : row->place_label,
            .has_point = !row->lat_e7_is_null && !row->lon_e7_is_null,
            .point = {(int32_t)row->lat_e7, (int32_t)row->lon_e7},
        };
}

static enum rc load(struct ctx *ctx, struct str number, struct api_view *ret)
{
    struct case_read read;
    struct api_view view;
    bool is_found = true;
    enum rc rc = case_read(ctx, number, CASE_FOR_KEY, &read);

    if (rc)
        return rc;
    view = (struct api_view){
        .row = read.row,
        .definition = read.definition,
        .state = read.state,
        .view = read.seen_as,
        .reach = read.reach,
    };
    if (view.view == AUDIENCE_PUBLIC)
        rc = find_public(ctx, &view, &is_found);
    else
        show_whole(&view);
    if (!rc && !is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        *ret = view;
    return rc;
}

enum rc api_view_load(struct ctx *ctx, const struct request *request, struct api_view *ret)
{
    return load(ctx, request_param(request, S("number")), ret);
}

enum rc api_view_again(struct ctx *ctx, struct api_view *view)
{
    return load(ctx, view->row.number, view);
}

static void put_place(struct json_writer *json, const struct public_place *place)
{
    json_put_key(json, S("place"));
    if (!place->label.n && !place->has_point) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    api_put_text(json, "label", place->label);
    public_place_put_point(json, place);
    json_end_object(json);
}

void api_view_put_line(struct ctx *ctx, const struct request *request, struct json_writer *json,
                       const struct public_case *shown)
{
    struct str number = shown->number;

    json_put_member(json, S("number"), number);
    json_put_member(json, S("url"), api_url(ctx, request, "/api/v1/cases/%.*s", STR_ARG(number)));
    json_put_member(json, S("page"), api_url(ctx, request, "/cases/%.*s", STR_ARG(number)));
    json_put_member(json, S("service"), shown->definition->code);
    json_put_member_i64(json, S("version"), shown->definition->version);
    json_put_member(json, S("state"), shown->state->id);
    json_put_member(json, S("state_type"), str_of(state_types[shown->state->type]));
    api_put_text(json, "outcome", shown->outcome ? shown->outcome->id : STR_NONE);
    api_put_instant(json, "opened", true, shown->opened);
    api_put_instant(json, "updated", true, shown->updated);
    api_put_instant(json, "closed", shown->is_closed, shown->closed);
    api_put_instant(json, "due", shown->has_due, shown->due);
    api_put_text(json, "district", shown->district);
    put_place(json, &shown->place);
    api_put_text(json, "description", shown->description);
}

static enum rc put_photos(struct ctx *ctx, const struct request *request, struct json_writer *json,
                          const struct api_view *view)
{
    struct str number = view->row.number;
    struct photos photos;
    enum rc rc = photos_of_case(ctx, view->row.id, view->view, &photos);

    if (rc)
        return rc;
    json_put_key(json, S("photos"));
    json_begin_array(json);
    for (size_t i = 0; i < photos.n; i++) {
        long long id = photos.items[i].id;

        json_begin_object(json);
        json_put_member_i64(json, S("id"), id);
        json_put_member(
            json, S("full"),
            api_url(ctx, request, "/api/v1/cases/%.*s/photos/%lld/full", STR_ARG(number), id));
        json_put_member(
            json, S("thumb"),
            api_url(ctx, request, "/api/v1/cases/%.*s/photos/%lld/thumb", STR_ARG(number), id));
        json_put_member_bool(json, S("is_public"), photos.items[i].is_public);
        json_end_object(json);
    }
    json_end_array(json);
    return RC_OK;
}

static enum rc put_reporter(struct ctx *ctx, struct json_writer *json, const struct api_view *view,
                            const struct api_case_people_row *people)
{
    struct contacts_of_party_rows contacts;
    enum rc rc;

    json_put_key(json, S("reporter"));
    if (view->row.reporter_is_null) {
        json_put_null(json);
        return RC_OK;
    }
    rc = case_contacts(ctx, &view->row, &contacts);
    if (rc)
        return rc;
    json_begin_object(json);
    api_put_text(json, "name", people->reporter_is_null ? STR_NONE : people->reporter);
    json_put_key(json, S("contacts"));
    json_begin_array(json);
    for (size_t i = 0; i < contacts.n; i++) {
        json_begin_object(json);
        json_put_member(json, S("kind"), contacts.rows[i].kind);
        json_put_member(json, S("value"), contacts.rows[i].value);
        json_put_member_bool(json, S("is_verified"), !contacts.rows[i].verified_is_null);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    return RC_OK;
}

static enum rc put_clocks(struct ctx *ctx, struct json_writer *json, const struct api_view *view)
{
    struct clocks_of_rows clocks;
    enum rc rc = clocks_read(ctx, view->row.id, &clocks);

    if (rc)
        return rc;
    json_put_key(json, S("clocks"));
    json_begin_array(json);
    for (size_t i = 0; i < clocks.n; i++) {
        const struct clocks_of_row *clock = &clocks.rows[i];

        json_begin_object(json);
        json_put_member(json, S("kind"), clock->kind);
        api_put_instant(json, "due", true, clock->due);
        api_put_instant(json, "paused", !clock->paused_is_null, clock->paused);
        api_put_instant(json, "met", !clock->met_is_null, clock->met);
        json_end_object(json);
    }
    json_end_array(json);
    return RC_OK;
}

static void put_asks(struct json_writer *json, unsigned asks)
{
    json_put_key(json, S("asks"));
    json_begin_array(json);
    if (asks & (STEP_ASK_NOTE | STEP_NEEDS_NOTE))
        json_put_string(json, asks & STEP_NEEDS_NOTE ? S("note!") : S("note"));
    if (asks & (STEP_ASK_MESSAGE | STEP_NEEDS_MESSAGE))
        json_put_string(json, asks & STEP_NEEDS_MESSAGE ? S("message!") : S("message"));
    if (asks & STEP_ASK_OUTCOME)
        json_put_string(json, S("outcome!"));
    if (asks & STEP_ASK_DATE)
        json_put_string(json, S("date!"));
    json_end_array(json);
}

static enum rc put_steps(struct ctx *ctx, const struct request *request, struct json_writer *json,
                         const struct api_view *view)
{
    const struct step **steps;
    size_t n;
    enum rc rc = case_steps_open(ctx,
                                 &(struct case_standing){
                                     .definition = view->definition,
                                     .state = view->row.state,
                                     .team = view->reach.reach.team,
                                     .is_merged = !view->row.merged_into_is_null,
                                     .has_closed = !view->row.closed_is_null,
                                     .closed = view->row.closed,
                                 },
                                 &steps, &n);

    if (rc)
        return rc;
    json_put_key(json, S("steps"));
    json_begin_array(json);
    for (size_t i = 0; i < n; i++) {
        struct str number = view->row.number, id = steps[i]->id;

        json_begin_object(json);
        json_put_member(json, S("id"), id);
        json_put_member(
            json, S("url"),
            api_url(ctx, request, "/api/v1/cases/%.*s/steps/%.*s", STR_ARG(number), STR_ARG(id)));
        json_put_member(json, S("to"), view->definition->workflow->states[steps[i]->to].id);
        put_asks(json, steps[i]->asks);
        json_end_object(json);
    }
    json_end_array(json);
    return RC_OK;
}

/* The layers as ids: which version they had is the record's business. */
static enum rc put_layers(struct ctx *ctx, struct json_writer *json, const struct api_view *view)
{
    struct place place = {.layer_n = 0};
    enum rc rc = view->row.place_layers_is_null
                     ? RC_OK
                     : place_layers_parse(ctx, view->row.place_layers, &place);

    if (rc)
        return rc;
    json_put_key(json, S("layers"));
    json_begin_object(json);
    for (size_t i = 0; i < place.layer_n; i++)
        json_put_member(json, place.layers[i].layer, place.layers[i].value);
    json_end_object(json);
    return RC_OK;
}

static enum rc put_staff(struct ctx *ctx, const struct request *request, struct json_writer *json,
                         const struct api_view *view)
{
    const struct case_by_number_row *row = &view->row;
    struct api_case_people_row people;
    enum rc rc = api_case_people(ctx, row->id, &people);

    if (rc)
        return rc;
    json_put_key(json, S("staff"));
    json_begin_object(json);
    api_put_text(json, "team", view->reach.reach.team);
    api_put_text(json, "assignee", people.assignee_is_null ? STR_NONE : people.assignee);
    json_put_member(json, S("channel"), row->channel);
    json_put_member(json, S("lang"), row->lang);
    json_put_member(json, S("confidentiality"), str_of(audiences[view->reach.confidentiality]));
    json_put_member_bool(json, S("is_hidden"), row->is_hidden);
    json_put_member_i64(json, S("lock_version"), row->lock_version);
    rc = put_reporter(ctx, json, view, &people);
    if (rc)
        return rc;
    json_put_key(json, S("answers"));
    json_put_raw(json, row->answers);
    rc = put_layers(ctx, json, view);
    if (!rc)
        rc = put_clocks(ctx, json, view);
    if (!rc)
        rc = put_steps(ctx, request, json, view);
    if (!rc)
        json_end_object(json);
    return rc;
}

/* As JSON by api_view_schema; `staff` parts only in that view. */
static enum rc write_view(struct ctx *ctx, const struct request *request, struct json_writer *json,
                          const struct api_view *view)
{
    enum rc rc;

    json_begin_object(json);
    api_view_put_line(ctx, request, json, &view->shown);
    json_put_member(json, S("view"), str_of(views[view->view]));
    rc = put_photos(ctx, request, json, view);
    if (!rc && view->view == AUDIENCE_STAFF)
        rc = put_staff(ctx, request, json, view);
    if (!rc)
        json_end_object(json);
    return rc;
}

/* Begins with the lock_version, which If-Match needs, and ends with a hash of all that is answered:
 * a photo that is released, a contact that is verified or a name that is redacted changes no
 * version of the case. */
static struct str etag_of(struct ctx *ctx, const struct api_view *view, struct str body)
{
    struct crypto_hash hash = crypto_sha256(body);
    struct str hex = crypto_hex(ctx->arena, str_slice(crypto_hash_str(&hash), 0, ETAG_BYTES));

    return str_fmt(ctx->arena, "\"%lld.%.*s\"", (long long)view->row.lock_version, STR_ARG(hex));
}

enum rc api_view_answer(struct ctx *ctx, const struct request *request, struct reply *reply,
                        const struct api_view *view)
{
    struct str if_none_match = request_header(request, S("if-none-match"));
    struct buf out = buf_in(ctx->arena, ANSWER_MAX);
    struct json_writer json = json_writer_on(&out);
    enum rc rc = write_view(ctx, request, &json, view);

    if (rc)
        return rc;
    api_answer(reply);
    reply->etag = etag_of(ctx, view, buf_str(&out));
    if (request->method == HTTP_GET && if_none_match.n && etag_matches(if_none_match, reply->etag))
        reply->status = 304;
    else
        buf_add(&reply->body, buf_str(&out));
    return buf_has_failed(&out) ? FAIL(ctx, ERR_MEMORY) : RC_OK;
}

enum rc api_view_match(struct ctx *ctx, const struct request *request, const struct api_view *view,
                       int64_t *ret)
{
    struct str rest = request_header(request, S("if-match")), tag;
    int64_t version, found = -1;

    *ret = 0;
    if (!rest.n || str_eq(str_trim(rest), S("*")))
        return RC_OK;
    while (str_next(&rest, ',', &tag)) {
        tag = str_trim(tag);
        if (tag.n > 2 && tag.p[0] == '"' &&
            str_to_i64(str_slice(tag, 1, (size_t)str_find_byte(tag, '.')), &version) &&
            (found < 0 || version == view->row.lock_version))
            found = version;
    }
    if (found <= 0)
        return FAIL(ctx, ERR_PRECONDITION);
    *ret = found;
    return RC_OK;
}

enum rc api_view_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_view view;
    struct form query;
    enum rc rc = api_query(ctx, request, &query);

    if (!rc)
        rc = api_view_load(ctx, request, &view);
    return rc ? rc : api_view_answer(ctx, request, reply, &view);
}
