#include "portal/case_page.h"

#include "base/json.h"
#include "base/log.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_read.h"
#include "engine/cases/private_link.h"
#include "engine/cases/public_case.h"
#include "engine/clock/deadline.h"
#include "people/actor.h"
#include "portal/case_page.ct.h"
#include "portal/home.ct.h"
#include "portal/keyring.h"
#include "web/server.h"
#include "web/url.h"

#define MAX_TYPED    100
#define MAP_AROUND_M 250.0

/* A home's exact address is private: the public sees its block, where the service says so. */
static enum rc show_place(struct ctx *ctx, struct case_page *shown)
{
    const struct case_by_number_row *row = &shown->row;
    struct public_place_source source = {
        .address = row->place_address_is_null ? STR_NONE : row->place_address,
        .label = row->place_label,
        .has_point = !row->lat_e7_is_null && !row->lon_e7_is_null,
        .point = {(int32_t)row->lat_e7, (int32_t)row->lon_e7},
    };
    struct public_place place;
    struct map_marker marker = {.kind = S("here")};
    struct figure_about about = {.box = BOX_NONE, .markers = &marker, .marker_n = 1};
    struct msg_arg named;
    enum rc rc;

    if (row->place_label_is_null)
        return RC_OK;
    rc = public_place(ctx, shown->definition, &source, &place);
    if (rc)
        return rc;
    if (shown->is_own) {
        place = (struct public_place){
            .label = source.label, .has_point = source.has_point, .point = source.point};
    }
    shown->place = place.label;
    if (!place.has_point)
        return RC_OK;
    marker.at = place.point;
    named = MSG_ARG("place", place.label);
    about.box = box_around(place.point, MAP_AROUND_M);
    about.title = msg_format(ctx->arena, ctx->lang, MSG_map_of_case, &named, 1);
    shown->has_map = city_map_figure(ctx, &about, &shown->map);
    return RC_OK;
}

static struct str state_name(const struct ctx *ctx, const struct case_page *shown, int state)
{
    return state < 0 ? STR_NONE
                     : text_in(&shown->definition->workflow->states[state].name, ctx->lang);
}

/* What stands in the payload; empty when it was erased or is not for who asks. */
static struct str word(const json_t *payload, const char *name)
{
    return str_of(json_string_value(json_object_get(payload, name)));
}

/* The state that a step led to; one that leads out of a closed state opens the case again. */
static struct str step_title(const struct ctx *ctx, const struct workflow *workflow,
                             const json_t *payload)
{
    int to = workflow_state(workflow, word(payload, "to"));
    int from = workflow_state(workflow, word(payload, "from"));

    if (to < 0)
        return STR_NONE;
    if (from >= 0 && workflow->states[from].type == STATE_CLOSED &&
        workflow->states[to].type != STATE_CLOSED)
        return msg_text(ctx->lang, MSG_case_page_opened_again);
    return text_in(&workflow->states[to].name, ctx->lang);
}

/* The outcomes of a workflow are for everybody: whoever may know that it was closed may know how.
 */
static struct str outcome_name(const struct ctx *ctx, const struct workflow *workflow,
                               struct str id)
{
    int outcome = workflow_outcome(workflow, id);

    return outcome < 0 ? STR_NONE : text_in(&workflow->outcomes[outcome].name, ctx->lang);
}

/* How a step or an import that led to that state ended the case. */
static struct str ended(const struct ctx *ctx, const struct workflow *workflow, const char *state,
                        const json_t *payload)
{
    int to = workflow_state(workflow, word(payload, state));

    if (to < 0 || workflow->states[to].type != STATE_CLOSED)
        return STR_NONE;
    return outcome_name(ctx, workflow, word(payload, "outcome"));
}

/* Who says so: the resident, the city, or a program by its name. */
static struct str message_title(struct ctx *ctx, const struct events_of_row *row)
{
    struct msg_arg name;

    if (str_eq(row->actor_kind, S("resident")))
        return msg_text(ctx->lang, MSG_own_said);
    if (!str_eq(row->actor_kind, S("api")) || row->actor_name_is_null)
        return msg_text(ctx->lang, MSG_case_page_message);
    name = MSG_ARG("name", row->actor_name);
    return msg_format(ctx->arena, ctx->lang, MSG_case_page_message_from, &name, 1);
}

/* Leaves the title empty for what is no news to a resident. */
static void tell(struct ctx *ctx, const struct case_page *shown, const struct events_of_row *row,
                 const json_t *payload, struct case_page_event *event)
{
    const struct workflow *workflow = shown->definition->workflow;
    bool is_own_word = str_eq(row->actor_kind, S("resident"));
    enum event_kind kind;

    if (!event_kind_of(row->kind, &kind))
        return;
    switch (kind) {
    case EVENT_CASE_OPENED: event->title = state_name(ctx, shown, workflow->start); break;
    case EVENT_CASE_STEP:
        event->title = step_title(ctx, workflow, payload);
        event->ended = ended(ctx, workflow, "to", payload);
        break;
    case EVENT_CASE_IMPORTED:
        event->title = state_name(ctx, shown, workflow_state(workflow, word(payload, "state")));
        event->ended = ended(ctx, workflow, "state", payload);
        break;
    case EVENT_MESSAGE_ADDED:
        event->title = message_title(ctx, row);
        event->text = word(payload, "text");
        event->is_citys = !is_own_word;
        break;
    case EVENT_NOTE_ADDED:
        event->title = msg_text(ctx->lang, MSG_own_note);
        event->text = word(payload, "text");
        break;
    case EVENT_PHOTO_ADDED:
        event->title =
            msg_text(ctx->lang, is_own_word ? MSG_own_photo_added : MSG_case_page_photo_added);
        break;
    case EVENT_CASE_MERGED: event->title = msg_text(ctx->lang, MSG_case_public_event_merged); break;
    case EVENT_CASE_UNMERGED:
        event->title = msg_text(ctx->lang, MSG_case_public_event_unmerged);
        break;
    case EVENT_CASE_ANSWERED: /* what changed is on the page itself */
    case EVENT_CASE_RATED:
    case EVENT_DESCRIPTION_RELEASED:
    case EVENT_PHOTO_RELEASED:
    case EVENT_CLOCK_MOVED:
#define KIND(name, word, widest, holds) case EVENT_##name:
#include "engine/record/staff_kinds.def"
#undef KIND
    case EVENT_KIND__N: break;
    }
}

/* A message or note that was erased is nothing to tell. */
static bool is_erased_text(const struct events_of_row *row)
{
    return row->payload_is_null &&
           (event_is(row->kind, EVENT_MESSAGE_ADDED) || event_is(row->kind, EVENT_NOTE_ADDED));
}

static void add_event(struct ctx *ctx, struct case_page *shown, const struct events_of_row *row)
{
    struct case_page_event *event = &shown->events[shown->event_n];
    json_t *payload = NULL;

    *event = (struct case_page_event){.at = row->at};
    if (is_erased_text(row))
        return;
    if (!row->payload_is_null && json_parse(ctx, row->payload, RECORD_PAYLOAD_MAX, &payload))
        ctx_clear_error(ctx);
    tell(ctx, shown, row, payload, event);
    shown->event_n += event->title.n > 0;
}

static enum rc load_events(struct ctx *ctx, struct case_page *shown, const struct case_read *read)
{
    struct events_of_rows stored;
    enum rc rc = case_events(ctx, read, read->is_own ? EVENT_PARTIES : EVENT_PUBLIC, &stored);

    if (rc)
        return rc;
    shown->events = ARENA_ARRAY(ctx->arena, stored.n, struct case_page_event);
    if (!shown->events)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < stored.n; i++)
        add_event(ctx, shown, &stored.rows[i]);
    return RC_OK;
}

struct str case_page_state_tag(const struct definition *definition, const struct state *state,
                               bool has_outcome)
{
    const struct workflow *workflow = definition->workflow;

    switch (state->type) {
    case STATE_WAITING: return S("waiting");
    case STATE_CLOSED: return has_outcome ? S("done") : S("closed");
    case STATE_OPEN: break;
    }
    return state == &workflow->states[workflow->start] ? S("open") : S("doing");
}

bool case_page_step_ends(const struct case_page *shown, const struct step *step)
{
    return shown->definition->workflow->states[step->to].type == STATE_CLOSED;
}

struct str case_page_says(const struct case_page *shown, enum lang lang)
{
    static const struct {
        struct str tag;
        enum msg_id id;
    } words[] = {
        {STR("open"), MSG_case_page_says_open},       {STR("doing"), MSG_case_page_says_doing},
        {STR("waiting"), MSG_case_page_says_waiting}, {STR("done"), MSG_case_page_says_closed},
        {STR("closed"), MSG_case_page_says_closed},
    };
    struct str tag = case_page_tag(shown);

    if (shown->is_own)
        return text_in(&shown->state->says, lang);
    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(words[i].tag, tag))
            return msg_text(lang, words[i].id);
    return STR_NONE;
}

struct str case_page_tag(const struct case_page *shown)
{
    return case_page_state_tag(shown->definition, shown->state, !shown->row.outcome_is_null);
}

static const struct outcome *outcome_of(const struct case_page *shown)
{
    const struct workflow *workflow = shown->definition->workflow;
    int outcome = shown->row.outcome_is_null ? -1 : workflow_outcome(workflow, shown->row.outcome);

    return outcome < 0 || shown->state->type != STATE_CLOSED ? NULL : &workflow->outcomes[outcome];
}

static enum rc find_link(struct ctx *ctx, const struct request *request, int64_t case_id,
                         struct own_way_back *back)
{
    struct keyring ring = keyring_of(request, KEYRING_CASES);
    struct instant fresh = instant_plus_us(ctx->now, -OWN_LINK_SHOWN_US);

    for (size_t i = 0; i < ring.n && !back->link.n; i++) {
        struct private_link link;
        bool is_found;
        enum rc rc = private_link_find(ctx, ring.tokens[i], &is_found, &link);

        if (rc)
            return rc;
        if (!is_found || link.case_id != case_id)
            continue;
        back->link = str_fmt(ctx->arena, "%.*s/follow/%.*s",
                             STR_ARG(request_csrf(request)->base_url), STR_ARG(ring.tokens[i]));
        back->is_fresh = instant_cmp(link.created, fresh) > 0;
    }
    return RC_OK;
}

enum rc case_page_way_back(struct ctx *ctx, const struct request *request,
                           const struct case_by_number_row *row, struct own_way_back *ret)
{
    struct own_way_back back = {.number = row->number};
    struct contacts_of_party_rows contacts = {.n = 0};
    enum rc rc = find_link(ctx, request, row->id, &back);

    if (!rc)
        rc = case_contacts(ctx, row, &contacts);
    for (size_t i = 0; i < contacts.n; i++)
        if (str_eq(contacts.rows[i].kind, S("email")))
            back.email = contacts.rows[i].value;
    if (!rc)
        *ret = back;
    return rc;
}

/* A case that waits goes on with the first step that tells something and does not end it; what it
 * waits for was said last. */
static void find_answer(struct case_page *shown)
{
    if (shown->state->type != STATE_WAITING)
        return;
    for (size_t i = 0; i < shown->step_n && !shown->answer; i++)
        if ((shown->steps[i]->asks & (STEP_ASK_MESSAGE | STEP_NEEDS_MESSAGE)) &&
            !case_page_step_ends(shown, shown->steps[i]))
            shown->answer = shown->steps[i];
    for (size_t i = shown->event_n; i-- > 0 && !shown->asked.n;)
        if (shown->events[i].is_citys)
            shown->asked = shown->events[i].text;
}

/* What its reporter may do, and their link. */
static enum rc load_own(struct ctx *ctx, const struct request *request, struct case_page *shown)
{
    bool is_closed = shown->state->type == STATE_CLOSED;
    const struct case_standing standing = {
        .definition = shown->definition,
        .state = shown->row.state,
        .is_merged = shown->is_merged,
        .has_closed = !shown->row.closed_is_null,
        .closed = shown->row.closed,
    };
    enum rc rc = case_page_way_back(ctx, request, &shown->row, &shown->back);

    if (rc)
        return rc;
    rc = case_steps_open(ctx, &standing, &shown->steps, &shown->step_n);
    if (!rc)
        find_answer(shown);
    if (!rc)
        rc = case_rating_of(ctx, shown->row.id, &shown->is_rated, &shown->rating);
    shown->may_rate = is_closed && !shown->is_merged;
    shown->may_add = !is_closed;
    return rc;
}

/* What was just done, from the query: one of the words we know. */
static struct str done_of(const struct request *request)
{
    static const struct str words[] = {STR("comment"), STR("photos"), STR("rating"), STR("step"),
                                       STR("link")};
    struct str said = request_value(request, S("done"));

    for (size_t i = 0; i < COUNT(words); i++)
        if (str_eq(said, words[i]))
            return words[i];
    return STR_NONE;
}

/* Whether the case was merged, and into which the public may go on. */
static enum rc load_merged(struct ctx *ctx, struct case_page *shown)
{
    struct public_case into;
    enum rc rc;

    shown->is_merged = !shown->row.merged_into_is_null;
    if (!shown->is_merged)
        return RC_OK;
    rc = public_case_get(ctx, shown->row.merged_into, &into);
    if (!rc)
        shown->merged = into.number;
    if (rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    return rc;
}

static enum rc load_answers(struct ctx *ctx, struct case_page *shown)
{
    const struct definition *definition = shown->definition;
    struct answers answers;
    enum rc rc = answers_parse(ctx, definition, shown->row.answers, &answers);

    if (rc)
        return rc;
    shown->answers = ARENA_ARRAY(ctx->arena, definition->field_n, struct case_page_answer);
    if (!shown->answers)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        struct str prompt = text_in(&field->prompt, ctx->lang);

        if (!answers.of[i].is_given || field->audience == AUDIENCE_STAFF ||
            (!shown->is_own && !answer_is_public(ctx->city, field, &answers.of[i])))
            continue;
        shown->answers[shown->answer_n++] = (struct case_page_answer){
            prompt.n ? prompt : text_in(&field->text, ctx->lang),
            answer_shown(ctx->arena, field, &answers.of[i], ctx->lang),
        };
    }
    return RC_OK;
}

enum rc case_page_load(struct ctx *ctx, const struct request *request, struct case_page *ret)
{
    struct case_page shown = {.done = done_of(request)};
    struct case_read read;
    enum rc rc = case_read(ctx, request_param(request, S("number")), CASE_FOR_RESIDENT, &read);

    if (rc)
        return rc;
    shown.row = read.row;
    shown.definition = read.definition;
    shown.state = read.state;
    shown.team = read.team;
    shown.is_own = read.is_own;
    shown.outcome = outcome_of(&shown);
    rc = load_merged(ctx, &shown);
    if (!rc)
        rc = show_place(ctx, &shown);
    if (!rc)
        rc = load_answers(ctx, &shown);
    if (!rc)
        rc = load_events(ctx, &shown, &read);
    if (!rc)
        rc = photos_of_case(ctx, shown.row.id, shown.is_own ? AUDIENCE_PARTIES : AUDIENCE_PUBLIC,
                            &shown.photos);
    if (!rc && !shown.row.due_is_null && shown.state->type != STATE_CLOSED)
        rc = why_of_case(ctx, &shown.row, shown.definition, shown.is_own, &shown.why);
    if (!rc && shown.is_own)
        rc = load_own(ctx, request, &shown);
    if (!rc)
        *ret = shown;
    return rc;
}

enum rc case_page_as_reporter(struct ctx *ctx, const struct case_page *shown)
{
    struct actor *actor = ARENA_NEW(ctx->arena, struct actor);

    if (!shown->is_own)
        return FAIL(ctx, ERR_NOT_REPORTER);
    if (!actor)
        return FAIL(ctx, ERR_MEMORY);
    *actor = *ctx->actor;
    actor->id = shown->row.reporter_is_null ? 0 : shown->row.reporter;
    ctx->actor = actor;
    return RC_OK;
}

static bool has_form(const struct case_page *shown, struct str step)
{
    if (str_eq(step, S("comment")) || str_eq(step, S("photos")))
        return shown->may_add;
    if (str_eq(step, S("rating")))
        return shown->may_rate;
    for (size_t i = 0; i < shown->step_n; i++)
        if (str_eq(shown->steps[i]->id, step))
            return true;
    return str_eq(step, S("link"));
}

void case_page_keep(struct case_page *shown, struct str step, struct str typed)
{
    shown->step = step;
    shown->typed = typed;
    if (!typed.n || has_form(shown, step))
        return;
    if (shown->may_add)
        shown->step = S("comment");
    for (size_t i = shown->step_n; i-- > 0 && !shown->may_add;)
        if (shown->steps[i]->asks & (STEP_ASK_MESSAGE | STEP_NEEDS_MESSAGE))
            shown->step = shown->steps[i]->id;
}

void case_page_done(struct ctx *ctx, struct reply *reply, const struct case_page *shown,
                    const char *what)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                      str_fmt(ctx->arena, "/cases/%.*s?done=%s",
                                              STR_ARG(shown->row.number), what)));
}

static struct str title_of(struct ctx *ctx, const struct case_page *shown)
{
    struct str name = text_in(&shown->definition->name, ctx->lang);

    if (!shown->place.n)
        return name;
    return str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(shown->place));
}

enum rc case_page_render(struct ctx *ctx, struct request *request, struct reply *reply,
                         const struct case_page *shown)
{
    struct page page = page_on(ctx, request, reply, title_of(ctx, shown));

    if (shown->is_own)
        page_needs_form(&page, reply);
    page.has_errors = shown->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(shown->err.id);
    case_page(&page.view, &page, shown);
    return RC_OK;
}

enum rc case_page_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    enum rc rc = case_page_load(ctx, request, &shown);

    return rc ? rc : case_page_render(ctx, request, reply, &shown);
}

enum rc case_page_step(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_page shown;
    struct step_input input = {
        .step = request_param(request, S("step")),
        .message = str_trim(request_value(request, S("message"))),
        .base_url = request_csrf(request)->base_url,
    };
    struct err refused;
    enum rc rc = case_page_load(ctx, request, &shown);

    if (!rc)
        rc = case_page_as_reporter(ctx, &shown);
    if (rc)
        return rc;
    if (!str_to_i64(request_value(request, S("lock_version")), &input.lock_version))
        input.lock_version = shown.row.lock_version;
    rc = case_step(ctx, shown.row.id, &input);
    if (!rc) {
        case_page_done(ctx, reply, &shown, "step");
        return RC_OK;
    }
    if (rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_GONE && ctx->err.id != ERR_TOO_MANY)
        return rc;
    refused = ctx->err;
    ctx_clear_error(ctx);
    rc = case_page_load(ctx, request, &shown);
    if (rc)
        return rc;
    shown.err = refused;
    case_page_keep(&shown, input.step, input.message);
    return case_page_render(ctx, request, reply, &shown);
}

/* Whether who asks may see the case of a typed number; *ret is the number as we write it. */
static enum rc may_see(struct ctx *ctx, struct str typed, bool *ret_may, struct str *ret)
{
    struct case_read read;
    enum rc rc = case_read(ctx, typed, CASE_FOR_RESIDENT, &read);

    *ret_may = !rc;
    if (!rc)
        *ret = read.row.number;
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return RC_OK;
}

enum rc case_page_find(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str typed = str_trim(utf8_cut(request_value(request, S("number")), MAX_TYPED));
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_home_follow));
    struct str number;
    bool may;
    enum rc rc = may_see(ctx, typed, &may, &number);

    if (rc)
        return rc;
    if (may) {
        reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                          str_fmt(ctx->arena, "/cases/%.*s", STR_ARG(number))));
        return RC_OK;
    }
    page.has_errors = typed.n > 0;
    if (page.has_errors)
        reply->status = 404;
    follow_page(&page.view, &page, typed);
    return RC_OK;
}

static enum rc link_of(struct ctx *ctx, const struct request *request, struct private_link *ret)
{
    bool is_found;
    enum rc rc = private_link_find(ctx, request_param(request, S("token")), &is_found, ret);

    if (rc)
        return rc;
    return is_found ? RC_OK : FAIL(ctx, ERR_EXPIRED);
}

/* A look at the link changes nothing: mail scanners follow links too. */
enum rc case_page_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct private_link link;
    struct page page;
    enum rc rc = link_of(ctx, request, &link);

    if (rc)
        return rc;
    page = page_on(ctx, request, reply, link.number);
    page_needs_form(&page, reply);
    case_page_link_form(&page.view, &page, link.number, request_param(request, S("token")));
    return RC_OK;
}

enum rc case_page_link_open(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct private_link link;
    enum rc rc = link_of(ctx, request, &link);

    if (rc)
        return rc;
    /* Reading must go on when nothing can be written. */
    if (private_link_opened(ctx, &link)) {
        log_failure(ctx, "link.unproven");
        ctx_clear_error(ctx);
    }
    keyring_add(request, reply, KEYRING_CASES, request_param(request, S("token")));
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                      str_fmt(ctx->arena, "/cases/%.*s", STR_ARG(link.number))));
    return RC_OK;
}
