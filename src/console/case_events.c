#include "console/case_events.h"

#include "base/json.h"
#include "base/msg.h"
#include "console/queries.h"
#include "engine/definition/show.h"
#include "engine/record/queries.h"
#include "engine/record/record.h"

#define MAX_EVENT_JSON 100000

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
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq(row->actor_kind, kinds[i].kind))
            return msg_text(ctx->lang, kinds[i].id);
    return msg_text(ctx->lang, MSG_staff_by_system);
}

static void tell_opened(struct ctx *ctx, struct telling *telling)
{
    telling->line->title = msg_text(ctx->lang, MSG_staff_event_opened);
    telling->line->text = staff_channel(word(telling, "channel"), ctx->lang);
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

static void tell_photo(struct ctx *ctx, struct telling *telling)
{
    bool is_released = str_eq(telling->row->kind, S("photo.released"));

    telling->line->title = msg_text(ctx->lang, is_released ? MSG_staff_event_photo_released
                                                           : MSG_staff_event_photo_hidden);
}

static void tell(struct ctx *ctx, struct telling *telling)
{
    static const struct {
        struct str kind;
        void (*tell)(struct ctx *ctx, struct telling *telling);
    } tellers[] = {
        {STR("case.opened"), tell_opened},     {STR("case.step"), tell_step},
        {STR("message.added"), tell_message},  {STR("note.added"), tell_note},
        {STR("case.assigned"), tell_assigned}, {STR("photo.released"), tell_photo},
        {STR("photo.hidden"), tell_photo},
    };

    *telling->line = (struct case_event_line){
        .at = telling->row->at,
        .title = telling->row->kind,
        .who = who_of(ctx, telling->row),
        .kind = "ch-event",
    };
    for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++)
        if (str_eq(telling->row->kind, tellers[i].kind))
            tellers[i].tell(ctx, telling);
    if (!telling->payload)
        telling->line->text = msg_text(ctx->lang, MSG_staff_event_erased);
}

enum rc case_events_load(struct ctx *ctx, struct case_view *view)
{
    struct telling telling = {.view = view};
    struct events_of_rows rows;
    enum rc rc = events_of(ctx, view->row.id, EVENT_STAFF, &rows);

    if (!rc)
        rc = account_names(ctx, &telling.names);
    if (rc)
        return rc;
    view->events = ARENA_ARRAY(ctx->arena, rows.n, struct case_event_line);
    if (!view->events)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        json_t *payload = NULL;

        if (!rows.rows[i].payload_is_null &&
            json_parse(ctx, rows.rows[i].payload, MAX_EVENT_JSON, &payload))
            ctx_clear_error(ctx);
        telling.row = &rows.rows[i];
        telling.payload = payload;
        telling.line = &view->events[view->event_n++];
        tell(ctx, &telling);
    }
    return RC_OK;
}
