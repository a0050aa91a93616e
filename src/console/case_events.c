#include "console/case_events.h"

#include "base/json.h"
#include "base/msg.h"
#include "console/queries.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/case_read.h"
#include "engine/cases/keep_job.h"
#include "engine/definition/show.h"

#define MAX_FACTS       24
#define MAX_SHOWN_BYTES 16384

struct telling {
    const struct case_view *view;
    const struct events_of_row *row;
    const json_t *payload; /* NULL: it was erased */
    struct account_names_rows names;
    struct case_event_line *line;
};

static struct str word(const struct telling *telling, const char *name)
{
    return str_of(json_string_value(json_object_get(telling->payload, name)));
}

static struct str who_of(struct ctx *ctx, const struct events_of_row *row)
{
    static const struct {
        struct str kind;
        enum msg_id id;
    } kinds[] = {
        {STR("resident"), MSG_staff_by_resident},
        {STR("staff"), MSG_staff_by_staff},
        {STR("api"), MSG_staff_by_api},
        {STR("import"), MSG_staff_by_import},
    };

    if (!row->actor_name_is_null)
        return row->actor_name;
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(row->actor_kind, kinds[i].kind))
            return msg_text(ctx->lang, kinds[i].id);
    return msg_text(ctx->lang, MSG_staff_by_system);
}

static void tell_opened(struct ctx *ctx, struct telling *telling)
{
    static const struct str residents[] = {STR("web"), STR("open311"), STR("text"), STR("mail")};
    struct str channel = word(telling, "channel");

    telling->line->title = msg_text(ctx->lang, MSG_staff_event_opened);
    telling->line->text = staff_channel(channel, ctx->lang);
    /* Nobody signs in to report: the record has no actor, but it was not the program either. */
    for (size_t i = 0; i < COUNT(residents); i++)
        if (str_eq(telling->row->actor_kind, S("system")) && str_eq(channel, residents[i]))
            telling->line->who = msg_text(ctx->lang, MSG_staff_by_resident);
}

/* "Resolve: Resolved" with the outcome or date under it. */
static void tell_step(struct ctx *ctx, struct telling *telling)
{
    const struct workflow *workflow = telling->view->definition->workflow;
    const struct step *step = workflow_step(workflow, word(telling, "step"));
    int state = workflow_state(workflow, word(telling, "to"));
    int outcome = workflow_outcome(workflow, word(telling, "outcome"));
    struct date date;

    telling->line->title =
        str_fmt(ctx->arena, "%.*s: %.*s",
                STR_ARG(step ? text_in(&step->name, ctx->lang) : word(telling, "step")),
                STR_ARG(state >= 0 ? text_in(&workflow->states[state].name, ctx->lang)
                                   : word(telling, "to")));
    if (outcome >= 0)
        telling->line->text = text_in(&workflow->outcomes[outcome].name, ctx->lang);
    else if (date_parse(word(telling, "date"), &date))
        telling->line->text = show_date(ctx->arena, date, ctx->lang);
}

static void tell_message(struct ctx *ctx, struct telling *telling)
{
    bool is_from_staff = str_eq(telling->row->actor_kind, S("staff"));

    telling->line->title = msg_text(ctx->lang, is_from_staff ? MSG_staff_event_message_out
                                                             : MSG_staff_event_message_in);
    telling->line->text = word(telling, "text");
    telling->line->kind = is_from_staff ? "ch-event ch-event--out" : "ch-event";
}

static void tell_note(struct ctx *ctx, struct telling *telling)
{
    bool is_private = telling->row->audience == EVENT_STAFF;

    telling->line->title =
        msg_text(ctx->lang, is_private ? MSG_staff_event_note : MSG_staff_event_public_note);
    telling->line->text = word(telling, "text");
    telling->line->kind = is_private ? "ch-event ch-event--note" : "ch-event";
    telling->line->is_note = is_private;
}

static void tell_assigned(struct ctx *ctx, struct telling *telling)
{
    struct str to = word(telling, "to");

    telling->line->title = msg_text(ctx->lang, MSG_staff_event_assigned);
    telling->line->text = to.n ? to : msg_text(ctx->lang, MSG_staff_nobody);
    for (size_t i = 0; i < telling->names.n; i++)
        if (to.n && str_eq(telling->names.rows[i].login, to))
            telling->line->text = telling->names.rows[i].name;
}

/* ---- What staff decided beside the workflow */

static struct str say(struct ctx *ctx, enum msg_id id, struct str value)
{
    const struct msg_arg arg = MSG_ARG("name", value);

    return msg_format(ctx->arena, ctx->lang, id, &arg, 1);
}

static struct str service_name(const struct ctx *ctx, struct str code)
{
    const struct definition *definition = city_service_ever(ctx->city, code);

    return definition ? text_in(&definition->name, ctx->lang) : code;
}

static struct str team_name(const struct ctx *ctx, struct str id)
{
    const struct team *team = city_team(ctx->city, id);

    return team ? text_in(&team->name, ctx->lang) : id;
}

static void add_fact(struct telling *telling, struct str name, struct str value)
{
    struct case_event_line *line = telling->line;

    if (line->facts && line->fact_n < MAX_FACTS && value.n)
        line->facts[line->fact_n++] = (struct case_fact){name, value};
}

static void add_teams(struct ctx *ctx, struct telling *telling)
{
    struct str from = word(telling, "team_from"), to = word(telling, "team");

    if (!str_eq(from, to))
        add_fact(telling, msg_text(ctx->lang, MSG_staff_team),
                 str_fmt(ctx->arena, "%.*s \xe2\x86\x92 %.*s", STR_ARG(team_name(ctx, from)),
                         STR_ARG(team_name(ctx, to))));
}

/* The answers that the new service had no field for. */
static void add_left(struct ctx *ctx, struct telling *telling)
{
    int64_t version = json_integer_value(json_object_get(telling->payload, "from_version"));
    const struct definition *from = city_version_of(ctx->city, word(telling, "from"), version);
    struct answers left;

    if (!from || answers_parse(ctx, from, word(telling, "left"), &left)) {
        ctx_clear_error(ctx);
        return;
    }
    for (size_t i = 0; i < from->field_n; i++)
        if (left.of[i].is_given)
            add_fact(telling, text_in(&from->fields[i].text, ctx->lang),
                     answer_shown(ctx->arena, &from->fields[i], &left.of[i], ctx->lang));
}

static void tell_transfer(struct ctx *ctx, struct telling *telling)
{
    telling->line->title =
        say(ctx, MSG_case_event_transferred, service_name(ctx, word(telling, "to")));
    telling->line->text = word(telling, "reason");
    telling->line->facts = ARENA_ARRAY(ctx->arena, MAX_FACTS, struct case_fact);
    add_fact(telling, msg_text(ctx->lang, MSG_case_before),
             service_name(ctx, word(telling, "from")));
    add_teams(ctx, telling);
    add_left(ctx, telling);
}

static void tell_move(struct ctx *ctx, struct telling *telling)
{
    telling->line->title = say(ctx, MSG_case_event_moved, word(telling, "to"));
    telling->line->facts = ARENA_ARRAY(ctx->arena, MAX_FACTS, struct case_fact);
    add_fact(telling, msg_text(ctx->lang, MSG_case_before), word(telling, "from"));
    add_teams(ctx, telling);
}

static void tell_team(struct ctx *ctx, struct telling *telling)
{
    telling->line->title = say(ctx, MSG_case_event_team, team_name(ctx, word(telling, "to")));
    telling->line->text = word(telling, "reason");
}

static void tell_routed(struct ctx *ctx, struct telling *telling)
{
    telling->line->title = say(ctx, MSG_case_event_routed, team_name(ctx, word(telling, "team")));
}

static void tell_rated(struct ctx *ctx, struct telling *telling)
{
    int64_t score = json_integer_value(json_object_get(telling->payload, "score"));
    const struct msg_arg arg = MSG_ARG("score", score);

    telling->line->title = msg_text(ctx->lang, MSG_case_event_rated);
    if (score)
        telling->line->title = msg_format(ctx->arena, ctx->lang, MSG_case_event_rated_as, &arg, 1);
    telling->line->text = word(telling, "text");
}

static bool reads(struct ctx *ctx, const struct field *field, struct str typed, struct str *ret)
{
    struct answer answer = {0};

    if (field && answer_read(ctx, field, &typed, 1, &answer) == RC_OK && answer.is_given) {
        *ret = answer_shown(ctx->arena, field, &answer, ctx->lang);
        return true;
    }
    ctx_clear_error(ctx);
    return false;
}

/* "true" as the field shows it: "Yes"; an option that this version has no more, as another has. */
static struct str shown_one(struct ctx *ctx, const struct definition *definition,
                            const struct field *field, struct str typed)
{
    struct str shown;

    if (reads(ctx, field, typed, &shown))
        return shown;
    for (size_t i = ctx->city->version_n; i-- > 0;) {
        const struct definition *other = ctx->city->versions[i];

        if (str_eq(other->code, definition->code) &&
            reads(ctx, definition_field(other, field->id), typed, &shown))
            return shown;
    }
    return typed;
}

/* The same for all that were chosen. */
static struct str shown_as(struct ctx *ctx, const struct definition *definition,
                           const struct field *field, struct str typed)
{
    struct buf out = buf_in(ctx->arena, MAX_SHOWN_BYTES);
    struct str part;

    if (!field_kind(field->type)->takes_several)
        return shown_one(ctx, definition, field, typed);
    while (str_next(&typed, ',', &part)) {
        if (out.n)
            BUF_ADD(&out, ", ");
        buf_add(&out, shown_one(ctx, definition, field, part));
    }
    return buf_str(&out);
}

/* The payload names the fields that a step's effects set. */
static void tell_answered(struct ctx *ctx, struct telling *telling)
{
    const struct definition *definition = telling->view->definition;

    telling->line->title = msg_text(ctx->lang, MSG_case_event_answered);
    telling->line->facts = ARENA_ARRAY(ctx->arena, MAX_FACTS, struct case_fact);
    for (size_t i = 0; telling->payload && i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        struct str typed = word(telling, str_z(ctx->arena, field->id));

        if (typed.n)
            add_fact(telling, text_in(&field->text, ctx->lang),
                     shown_as(ctx, definition, field, typed));
    }
}

static struct str kept_for(struct ctx *ctx, const json_t *expired)
{
    int64_t days = json_integer_value(json_object_get(expired, "days"));
    int64_t months = json_integer_value(json_object_get(expired, "months"));

    if (months && months % 12 == 0)
        return msg_plural(ctx->arena, ctx->lang, MSG_case_kept_years, months / 12);
    return months ? msg_plural(ctx->arena, ctx->lang, MSG_case_kept_months, months)
                  : msg_plural(ctx->arena, ctx->lang, MSG_case_kept_days, days);
}

/* The questions whose answers are gone, each with how long it was kept. */
static void tell_expired(struct ctx *ctx, struct telling *telling)
{
    const json_t *expired, *all = json_object_get(telling->payload, "answers");
    size_t i;

    telling->line->title = msg_text(ctx->lang, MSG_case_event_expired);
    telling->line->facts = ARENA_ARRAY(ctx->arena, MAX_FACTS, struct case_fact);
    json_array_foreach(all, i, expired)
    {
        struct str id = str_of(json_string_value(json_object_get(expired, "field")));
        const struct field *field = definition_field(telling->view->definition, id);

        add_fact(telling, field ? text_in(&field->text, ctx->lang) : id, kept_for(ctx, expired));
    }
}

/* An entry that went by somebody's order, or with answers whose time was over. */
static void tell_erased(struct ctx *ctx, struct telling *telling)
{
    bool is_expired = str_eq(word(telling, "reason"), S(KEEP_REASON));

    telling->line->title =
        msg_text(ctx->lang, is_expired ? MSG_case_event_expired_entry : MSG_case_event_redacted);
    if (is_expired)
        telling->line->text = STR_NONE;
}

static void tell_migrated(struct ctx *ctx, struct telling *telling)
{
    int64_t from = json_integer_value(json_object_get(telling->payload, "from"));
    int64_t to = json_integer_value(json_object_get(telling->payload, "to"));

    telling->line->title = msg_text(ctx->lang, MSG_case_event_migrated);
    telling->line->text = word(telling, "reason");
    telling->line->facts = ARENA_ARRAY(ctx->arena, MAX_FACTS, struct case_fact);
    if (to)
        add_fact(telling, msg_text(ctx->lang, MSG_admin_version),
                 str_fmt(ctx->arena, "%lld \xe2\x86\x92 %lld", (long long)from, (long long)to));
}

static void tell_clock(struct ctx *ctx, struct telling *telling)
{
    const struct workflow *workflow = telling->view->definition->workflow;
    struct str name = word(telling, "clock");
    enum msg_id id = event_is(telling->row->kind, EVENT_CLOCK_MISSED) ? MSG_case_event_clock_missed
                                                                      : MSG_case_event_clock_warn;

    for (size_t i = 0; i < workflow->clock_n; i++)
        if (str_eq(workflow->clocks[i].id, name))
            name = text_in(&workflow->clocks[i].name, ctx->lang);
    telling->line->title = say(ctx, id, name);
}

/* A closed day has moved what counted it, or counts after all. */
static void tell_closure(struct ctx *ctx, struct telling *telling)
{
    struct str day = word(telling, "closed"), again = word(telling, "reopened");
    enum msg_id id = again.n ? MSG_case_event_clock_reopened : MSG_case_event_clock_moved;
    struct date date;

    if (again.n)
        day = again;
    if (date_parse(day, &date))
        day = show_date(ctx->arena, date, ctx->lang);
    telling->line->title = say(ctx, id, day);
    telling->line->text = word(telling, "reason");
}

/* What the public is told of a merge is told to staff with its reason, as an event of its own. */
static bool is_told_twice(struct str kind)
{
    return event_is(kind, EVENT_CASE_MERGED) || event_is(kind, EVENT_CASE_UNMERGED);
}

/* A sentence with one word of the payload in it, or none. */
static void tell_plain(struct ctx *ctx, struct telling *telling, enum msg_id id, const char *name)
{
    telling->line->title = say(ctx, id, word(telling, name));
}

static void tell_kind(struct ctx *ctx, struct telling *telling, enum event_kind kind)
{
    switch (kind) {
    case EVENT_CASE_OPENED:
    case EVENT_CASE_IMPORTED: tell_opened(ctx, telling); return;
    case EVENT_CASE_ROUTED: tell_routed(ctx, telling); return;
    case EVENT_CASE_STEP: tell_step(ctx, telling); return;
    case EVENT_CASE_ANSWERED: tell_answered(ctx, telling); return;
    case EVENT_CASE_ASSIGNED: tell_assigned(ctx, telling); return;
    case EVENT_CASE_TRANSFERRED: tell_transfer(ctx, telling); return;
    case EVENT_CASE_MIGRATED: tell_migrated(ctx, telling); return;
    case EVENT_CASE_MOVED: tell_move(ctx, telling); return;
    case EVENT_CASE_TEAM: tell_team(ctx, telling); return;
    case EVENT_CASE_RATED: tell_rated(ctx, telling); return;
    case EVENT_MESSAGE_ADDED: tell_message(ctx, telling); return;
    case EVENT_NOTE_ADDED: tell_note(ctx, telling); return;
    case EVENT_CLOCK_WARN:
    case EVENT_CLOCK_MISSED: tell_clock(ctx, telling); return;
    case EVENT_CLOCK_MOVED: tell_closure(ctx, telling); return;
    case EVENT_CASE_MERGED: tell_plain(ctx, telling, MSG_case_event_merged, "into"); return;
    case EVENT_CASE_UNMERGED: tell_plain(ctx, telling, MSG_case_event_unmerged, "from"); return;
    case EVENT_CASE_MERGE_KEPT: tell_plain(ctx, telling, MSG_case_event_merged, "into"); return;
    case EVENT_CASE_MERGE_UNDONE:
        tell_plain(ctx, telling, MSG_case_event_unmerged, "other");
        return;
    case EVENT_CASE_TOOK_IN: tell_plain(ctx, telling, MSG_case_event_took_in, "from"); return;
    case EVENT_CASE_RELATED: tell_plain(ctx, telling, MSG_case_event_related, "other"); return;
    case EVENT_CASE_UNRELATED: tell_plain(ctx, telling, MSG_case_event_unrelated, "other"); return;
    case EVENT_CASE_HIDDEN: tell_plain(ctx, telling, MSG_case_event_hidden, ""); return;
    case EVENT_CASE_SHOWN: tell_plain(ctx, telling, MSG_case_event_shown, ""); return;
    case EVENT_CASE_REDACTED: tell_plain(ctx, telling, MSG_case_event_redacted, ""); return;
    case EVENT_ANSWERS_EXPIRED: tell_expired(ctx, telling); return;
    case EVENT_PAYLOAD_ERASED: tell_erased(ctx, telling); return;
    case EVENT_DESCRIPTION_RELEASED: tell_plain(ctx, telling, MSG_case_event_released, ""); return;
    case EVENT_DESCRIPTION_WITHDRAWN:
        tell_plain(ctx, telling, MSG_case_event_withdrawn, "");
        return;
    case EVENT_PHOTO_ADDED: tell_plain(ctx, telling, MSG_case_event_photo_added, ""); return;
    case EVENT_PHOTO_RELEASED: tell_plain(ctx, telling, MSG_staff_event_photo_released, ""); return;
    case EVENT_PHOTO_HIDDEN: tell_plain(ctx, telling, MSG_staff_event_photo_hidden, ""); return;
    case EVENT_PHOTO_WITHDRAWN:
        tell_plain(ctx, telling, MSG_case_event_photo_withdrawn, "");
        return;
    case EVENT_FOLLOWER_ADDED: tell_plain(ctx, telling, MSG_case_event_follower_added, ""); return;
    case EVENT_FOLLOWER_ENDED: tell_plain(ctx, telling, MSG_case_event_follower_ended, ""); return;
    case EVENT_KIND__N: return;
    }
}

static void tell(struct ctx *ctx, struct telling *telling)
{
    enum event_kind kind;

    *telling->line = (struct case_event_line){
        .id = telling->row->id,
        .at = telling->row->at,
        .can_redact = telling->payload && case_redactable(telling->row->kind),
        .title = telling->row->kind,
        .who = who_of(ctx, telling->row),
        .kind = "ch-event",
    };
    telling->line->text = word(telling, "reason");
    if (event_kind_of(telling->row->kind, &kind))
        tell_kind(ctx, telling, kind);
    if (!telling->payload)
        telling->line->text = msg_text(ctx->lang, MSG_staff_event_erased);
}

enum rc case_events_load(struct ctx *ctx, struct case_view *view)
{
    struct telling telling = {.view = view};
    struct events_of_rows rows;
    enum rc rc =
        case_events(ctx, &(struct case_read){.row = view->row, .definition = view->definition},
                    EVENT_STAFF, &rows);

    if (!rc)
        rc = account_names(ctx, &telling.names);
    if (rc)
        return rc;
    view->events = ARENA_ARRAY(ctx->arena, rows.n, struct case_event_line);
    if (!view->events)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        json_t *payload = NULL;

        if (is_told_twice(rows.rows[i].kind))
            continue;
        if (!rows.rows[i].payload_is_null &&
            json_parse(ctx, rows.rows[i].payload, RECORD_PAYLOAD_MAX, &payload))
            ctx_clear_error(ctx);
        telling.row = &rows.rows[i];
        telling.payload = payload;
        telling.line = &view->events[view->event_n++];
        tell(ctx, &telling);
    }
    return RC_OK;
}
