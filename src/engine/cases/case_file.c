#include "engine/cases/cases.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/mail.h"
#include "base/text.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_entries.h"
#include "engine/cases/case_tell.h"
#include "engine/cases/external.h"
#include "engine/cases/locate.h"
#include "engine/cases/number.h"
#include "engine/cases/photo.h"
#include "engine/cases/queries.h"
#include "engine/cases/timer.h"
#include "engine/clock/deadline.h"
#include "engine/clock/turn.h"
#include "engine/definition/show.h"
#include "engine/record/case_event.h"
#include "people/party_name.h"
#include "place/layers.h"

struct filing_work {
    const struct filing *filing;
    const struct city *city; /* by whose days it was decided */
    struct facts facts;
    struct deadline *deadlines; /* one per clock of the definition */
    struct str route_trace;
    const struct team *team;
    struct clocks_sum clocks; /* due is the latest of the deadlines: the one that closes the case */
    struct str token;         /* of the private link */
    struct filed *filed;
};

static bool is_phone(struct str s)
{
    size_t digits = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] >= '0' && s.p[i] <= '9')
            digits++;
        else if (!strchr("+-(). ", s.p[i]))
            return false;
    }
    return digits >= 7 && digits <= 15;
}

static enum rc check_name(struct ctx *ctx, const struct filing *filing)
{
    struct str name = filing->contact.name;

    if (filing->definition->applicant.name == CONTACT_REQUIRED && !name.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("name"));
    return text_check_line(ctx, name, S("name"), TEXT_NAME_MAX);
}

static enum rc check_email(struct ctx *ctx, const struct filing *filing)
{
    struct str email = filing->contact.email;

    if (filing->definition->applicant.email == CONTACT_REQUIRED && !email.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    if (email.n && !mail_address_is_public(email))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    return RC_OK;
}

static enum rc check_phone(struct ctx *ctx, const struct filing *filing)
{
    struct str phone = filing->contact.phone;

    if (filing->definition->applicant.phone == CONTACT_REQUIRED && !phone.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("phone"));
    if (phone.n && !is_phone(phone))
        return FAIL(ctx, ERR_NOT_A_PHONE, .field = S("phone"));
    return RC_OK;
}

enum rc filing_contact_problems(struct ctx *ctx, const struct filing *filing,
                                struct err ret[CONTACT_PROBLEMS_MAX], size_t *ret_n)
{
    enum rc (*const checks[CONTACT_PROBLEMS_MAX])(struct ctx *, const struct filing *) = {
        check_name, check_email, check_phone};
    size_t n = 0;

    for (size_t i = 0; i < CONTACT_PROBLEMS_MAX; i++) {
        enum rc rc = checks[i](ctx, filing);

        if (rc && rc != RC_INVALID)
            return rc;
        if (!rc)
            continue;
        ret[n++] = ctx->err;
        ctx_clear_error(ctx);
    }
    *ret_n = n;
    return RC_OK;
}

enum rc filing_check_contact(struct ctx *ctx, const struct filing *filing)
{
    struct err problems[CONTACT_PROBLEMS_MAX];
    size_t n;
    enum rc rc = filing_contact_problems(ctx, filing, problems, &n);

    if (rc || !n)
        return rc;
    ctx->err = problems[0];
    return RC_INVALID;
}

/* A place that was never located cannot be held against the boundary. */
static enum rc check_inside_city(struct ctx *ctx, const struct place *place)
{
    enum rc rc =
        place->has_point ? layers_check_inside(ctx, ctx->city->layers, place->point) : RC_OK;

    if (rc == RC_INVALID) {
        ctx->err.field = S("place");
        ctx->err.arg = show_distance(ctx, layers_outside_m(ctx->city->layers, place->point));
    }
    return rc;
}

enum rc filing_check_place(struct ctx *ctx, const struct filing *filing)
{
    const struct place_rule *rule = &filing->definition->place;

    if (!filing->place)
        return rule->need == PLACE_REQUIRED ? FAIL(ctx, ERR_REQUIRED, .field = S("place")) : RC_OK;
    if (!rule->within.n)
        return RC_OK;
    if (str_eq(rule->within, S("city")))
        return check_inside_city(ctx, filing->place);
    if (!place_layer(filing->place, rule->within).n)
        return FAIL(ctx, ERR_PLACE_OUTSIDE, .field = S("place"));
    return RC_OK;
}

static struct facts facts_of(struct ctx *ctx, const struct filing *filing)
{
    return (struct facts){
        .answers = &filing->answers,
        .place = filing->place,
        .filed = ctx->now,
        .today = city_local(ctx->city, ctx->now).date,
        .channel = filing->channel,
        .lang = filing->lang,
        .calendar = &ctx->city->calendar,
    };
}

static enum rc check_fields(struct ctx *ctx, const struct filing *filing)
{
    const struct definition *definition = filing->definition;
    struct facts facts = facts_of(ctx, filing);

    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        bool is_asked = field->audience != AUDIENCE_STAFF;
        enum rc rc;

        if (!field->is_required || !is_asked || filing->answers.of[i].is_given)
            continue;
        rc = rule_holds(ctx, &field->when, &facts, &is_asked);
        if (rc)
            return rc;
        if (is_asked)
            return FAIL(ctx, ERR_REQUIRED, .field = field->id);
    }
    return RC_OK;
}

enum rc filing_check_description(struct ctx *ctx, const struct filing *filing)
{
    return text_check(ctx, filing->description, S("description"), TEXT_LONG_MAX);
}

static struct str typed_at(struct ctx *ctx, const struct answers *answers, size_t i)
{
    if (answers->of[i].value.kind == CEL_NULL) /* answer_unread */
        return STR_NONE;
    return answer_typed(ctx->arena, &answers->definition->fields[i], &answers->of[i]);
}

static bool holds_words(const struct field *field)
{
    return field->type != FIELD_LATER && field_kind(field->type)->holds != FIELD_HOLDS_VALUE;
}

/* The field with the longest answer, of those that hold words when there is one. */
static size_t longest_at(struct ctx *ctx, const struct answers *answers)
{
    const struct field *fields = answers->definition->fields;
    size_t longest = 0;

    for (size_t i = 1; i < answers->definition->field_n; i++) {
        bool is_longer = typed_at(ctx, answers, i).n > typed_at(ctx, answers, longest).n;
        bool has_words = holds_words(&fields[i]);

        if (has_words == holds_words(&fields[longest]) ? is_longer : has_words)
            longest = i;
    }
    return longest;
}

enum rc filing_check_answers(struct ctx *ctx, const struct filing *filing, const struct field *at)
{
    const struct answers *answers = &filing->answers;
    const struct field *fields = answers->definition->fields;
    size_t bytes = answers_json(ctx, answers).n, longest, here, fit = 0;
    struct str text;

    if (bytes <= FILING_ANSWERS_MAX)
        return RC_OK;
    longest = longest_at(ctx, answers);
    here = at ? (size_t)(at - fields) : longest;
    text = typed_at(ctx, answers, here);
    /* Each byte that goes takes at least one of JSON with it. */
    if (holds_words(&fields[here]) && text.n > bytes - FILING_ANSWERS_MAX)
        fit = utf8_count(utf8_cut(text, text.n - (bytes - FILING_ANSWERS_MAX)));
    if (!fit)
        return FAIL(ctx, ERR_ANSWERS_LONG, .field = fields[here].id,
                    .arg = text_in(&fields[longest].text, ctx->lang));
    return FAIL(ctx, ERR_TOO_LONG, .field = fields[here].id,
                .arg = str_fmt(ctx->arena, "%zu", fit));
}

enum rc filing_check(struct ctx *ctx, const struct filing *filing)
{
    enum rc rc = filing_check_place(ctx, filing);

    if (!rc && filing->place)
        rc = locate_check(ctx, filing->place->kind, filing->place->label);
    if (!rc)
        rc = check_fields(ctx, filing);
    if (!rc)
        rc = filing_check_answers(ctx, filing, NULL);
    if (!rc)
        rc = assets_check(ctx, &filing->answers, filing->place);
    if (!rc)
        rc = filing_check_contact(ctx, filing);
    return rc ? rc : filing_check_description(ctx, filing);
}

/* Routing and deadlines: decided before the transaction, from the definition and the days that
 * count; again within it when a day has been closed or opened meanwhile. */
static enum rc decide(struct ctx *ctx, struct filing_work *work)
{
    const struct definition *definition = work->filing->definition;
    struct case_route route;
    enum rc rc;

    work->city = ctx->city;
    work->facts = facts_of(ctx, work->filing);
    work->clocks = (struct clocks_sum){0};
    rc = case_route(ctx, definition, &work->facts, &route);
    if (rc)
        return rc;
    work->team = route.team;
    work->route_trace = route.trace;
    work->deadlines = ARENA_ARRAY(ctx->arena, definition->clock_n, struct deadline);
    if (!work->deadlines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->clock_n; i++) {
        struct clocks_of_row clock;

        rc = deadline_of_clock(ctx, ctx->city, &definition->clocks[i], &work->facts,
                               &work->deadlines[i]);
        if (rc)
            return rc;
        clock = clock_of_deadline(ctx, &work->deadlines[i]);
        clocks_sum_add(&work->clocks, &clock);
    }
    return RC_OK;
}

static enum rc add_reporter(struct ctx *ctx, const struct filing *filing, int64_t *ret_id)
{
    const struct contact *contact = &filing->contact;
    enum rc rc = party_add(ctx,
                           &(struct party_add_args){
                               .kind = S("person"),
                               .name = contact->name,
                               .folded = party_name_fold(ctx->arena, contact->name),
                               .is_proven = contact->email.n && filing->is_own_email,
                               .lang = lang_code(filing->lang),
                               .created = ctx->now,
                           },
                           ret_id);

    if (!rc && contact->email.n)
        rc = contact_add(ctx,
                         &(struct contact_add_args){
                             .party = *ret_id,
                             .kind = S("email"),
                             .value = contact->email,
                             .folded = str_lower_ascii(ctx->arena, contact->email),
                             .verified = ctx->now,
                             .verified_is_null = !filing->is_own_email,
                             .verified_by = S("link"),
                             .verified_by_is_null = !filing->is_own_email,
                             .created = ctx->now,
                         },
                         NULL);
    if (!rc && contact->phone.n)
        rc = contact_add(ctx,
                         &(struct contact_add_args){
                             .party = *ret_id,
                             .kind = S("phone"),
                             .value = contact->phone,
                             .folded = contact->phone,
                             .verified_is_null = true,
                             .verified_by_is_null = true,
                             .created = ctx->now,
                         },
                         NULL);
    return rc;
}

static enum rc next_number(struct ctx *ctx, struct str *ret)
{
    int year = date_civil(city_local(ctx->city, ctx->now).date).year;
    struct series_next_row row;
    enum rc rc = series_next(ctx, S("cases"), year, &row);

    if (!rc)
        *ret = number_format(ctx->arena, year, row.last);
    return rc;
}

static enum rc add_clocks(struct ctx *ctx, const struct filing_work *work)
{
    const struct definition *definition = work->filing->definition;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < definition->clock_n; i++)
        rc = clock_begin(ctx, work->filed->case_id, definition, &definition->clocks[i],
                         &work->deadlines[i]);
    return rc ? rc : clocks_watch(ctx, work->filed->case_id, &work->clocks);
}

static enum rc add_entries(struct ctx *ctx, const struct filing_work *work)
{
    const struct filing *filing = work->filing;
    struct projection_words words = {
        .number = work->filed->number,
        .place_label = filing->place ? filing->place->label : STR_NONE,
        .description = filing->description,
        .answers = &filing->answers,
    };

    return case_entries_add(ctx, work->filed->case_id, &words, NULL);
}

static enum rc record_opened(struct ctx *ctx, const struct filing_work *work, int64_t *ret_event)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("number"), work->filed->number);
    json_put_member(&event.json, S("service"), work->filing->definition->code);
    json_put_member_i64(&event.json, S("version"), work->filing->definition->version);
    json_put_member(&event.json, S("channel"), work->filing->channel);
    json_put_member(&event.json, S("team"), work->team ? work->team->id : STR_NONE);
    return case_event_add(ctx, &event,
                          &(struct event){.kind = EVENT_CASE_OPENED,
                                          .case_id = work->filed->case_id,
                                          .audience = EVENT_PUBLIC},
                          ret_event);
}

/* A resident who is known by the address and staff who write it down are believed. */
static enum mailbox_trust trust_of(const struct ctx *ctx, const struct filing *filing)
{
    bool is_staff = ctx->actor && ctx->actor->kind == ACTOR_STAFF;

    return filing->party || filing->is_own_email || is_staff ? MAILBOX_PROVEN : MAILBOX_UNPROVEN;
}

/* Why the case came to its team. The trace holds what the rules asked for, answers and the place
 * itself: for staff alone. */
static enum rc record_route(struct ctx *ctx, const struct filing_work *work)
{
    struct case_event event;

    if (!work->route_trace.n || str_eq(work->route_trace, S("null")))
        return RC_OK;
    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("team"), work->team ? work->team->id : STR_NONE);
    json_put_key(&event.json, S("route"));
    json_put_raw(&event.json, work->route_trace);
    return case_event_end(ctx, &event, work->filed->case_id, EVENT_CASE_ROUTED, EVENT_STAFF);
}

static enum rc tell(struct ctx *ctx, const struct filing_work *work, int64_t event_id)
{
    const struct filing *filing = work->filing;
    const struct notice_rule *notice = filing->definition->workflow->filed_notice;
    struct notice_facts facts = {
        .number = work->filed->number,
        .definition = filing->definition,
        .place = filing->place ? filing->place->label : STR_NONE,
        .team = work->team,
        .has_due = work->clocks.has_due,
        .due = work->clocks.due,
    };
    bool is_mailed = notice && (notice->to & NOTICE_TO_REPORTER) && filing->contact.email.n &&
                     filing->definition->audience != AUDIENCE_STAFF;
    enum rc rc = RC_OK;

    if (!notice)
        return RC_OK;
    if (is_mailed)
        rc = case_mailed_link(ctx, work->filed->case_id, filing->base_url, &facts.link);
    if (!rc && is_mailed)
        rc = notice_queue(ctx, work->filed->case_id, event_id, notice, &facts,
                          &(struct recipient){.email = filing->contact.email,
                                              .lang = filing->lang,
                                              .trust = trust_of(ctx, filing)});
    return rc ? rc
              : case_tell_team(ctx, &(struct team_news){work->filed->case_id, event_id, notice,
                                                        facts, filing->base_url});
}

static enum rc add_case(struct ctx *ctx, struct filing_work *work)
{
    const struct filing *filing = work->filing;
    const struct state *state =
        &filing->definition->workflow->states[filing->definition->workflow->start];
    int64_t place_id = 0, party_id = filing->party;
    bool has_reporter =
        filing->contact.name.n || filing->contact.email.n || filing->contact.phone.n;
    enum rc rc = next_number(ctx, &work->filed->number);

    if (!rc && filing->place)
        rc = case_place_add(ctx, filing->place, &place_id);
    if (!rc && has_reporter && !party_id)
        rc = add_reporter(ctx, filing, &party_id);
    if (rc)
        return rc;
    return case_add(
        ctx,
        &(struct case_add_args){
            .number = work->filed->number,
            .service = filing->definition->service_id,
            .service_version = filing->definition->version_id,
            .state = state->id,
            .state_type = state->type,
            .team = work->team ? work->team->row : 0,
            .team_is_null = !work->team,
            .place = place_id,
            .place_is_null = !place_id,
            .reporter = party_id,
            .reporter_is_null = !party_id,
            .lang = lang_code(filing->lang),
            .channel = filing->channel,
            .confidentiality = filing->definition->audience,
            .description = filing->description,
            .answers = answers_json(ctx, &filing->answers),
            .opened = ctx->now,
            .due = work->clocks.due,
            .due_is_null = !work->clocks.has_due,
            .district = filing->place ? place_layer(filing->place, S("district")) : S(""),
            .submission = filing->submission,
            .submission_is_null = !filing->submission.n,
        },
        &work->filed->case_id);
}

static enum rc add_private_link(struct ctx *ctx, const struct filing_work *work)
{
    struct crypto_hash hash = crypto_sha256(work->token);

    return link_token_add(ctx,
                          &(struct link_token_add_args){
                              .token_hash = crypto_hash_str(&hash),
                              .purpose = S("case"),
                              .cases = work->filed->case_id,
                              .party_is_null = true,
                              .created = ctx->now,
                              .expires_is_null = true,
                          },
                          NULL);
}

enum rc case_filed_before(struct ctx *ctx, struct str submission, bool *ret_is_found,
                          struct filed *ret)
{
    struct case_by_submission_row row;
    enum rc rc = case_by_submission(ctx, submission, ret_is_found, &row);

    if (!rc && *ret_is_found)
        *ret = (struct filed){
            .case_id = row.id,
            .number = row.number,
            .was_there_before = true,
            .team = row.team_is_null ? NULL : city_team_by_row(ctx->city, row.team),
            .has_due = !row.due_is_null,
            .due = row.due,
        };
    return rc;
}

enum rc case_filed_since(struct ctx *ctx, struct str digits, struct instant since, bool *ret)
{
    struct str below = str_fmt(ctx->arena, "%.*sg", STR_ARG(digits)); /* after each more digit */
    struct cases_submitted_since_row row;
    enum rc rc = cases_submitted_since(ctx, digits, below, since, &row);

    if (!rc)
        *ret = row.total > 0;
    return rc;
}

static enum rc add_message(struct ctx *ctx, const struct filing_work *work)
{
    struct external_message message = *work->filing->message;
    int64_t id;

    message.case_id = work->filed->case_id;
    return external_message_add_within(ctx, &message, &id);
}

/* Once more where nothing can come between: others file at the same time. */
static enum rc check_key(struct ctx *ctx, const struct filing *filing)
{
    bool is_used = false;
    enum rc rc = RC_OK;

    if (filing->submission_key_n)
        rc = case_filed_since(ctx, str_slice(filing->submission, 0, filing->submission_key_n),
                              filing->submission_since, &is_used);
    return !rc && is_used ? FAIL(ctx, ERR_IDEMPOTENCY) : rc;
}

static enum rc file_tx(struct ctx *ctx, void *arg)
{
    struct filing_work *work = arg;
    struct filed *filed = work->filed;
    const struct workflow *workflow = work->filing->definition->workflow;
    bool is_known = false;
    int64_t event_id;
    enum rc rc = RC_OK;

    if (work->filing->submission.n)
        rc = case_filed_before(ctx, work->filing->submission, &is_known, filed);
    if (rc || is_known)
        return rc;
    rc = check_key(ctx, work->filing);
    if (rc)
        return rc;
    *filed = (struct filed){
        .link_token = work->token,
        .team = work->team,
        .has_due = work->clocks.has_due,
        .due = work->clocks.due,
    };
    rc = add_case(ctx, work);
    if (!rc)
        rc = add_clocks(ctx, work);
    if (!rc)
        rc = timer_enter(ctx, filed->case_id, workflow, workflow->start, ctx->now);
    if (!rc)
        rc = add_entries(ctx, work);
    if (!rc)
        rc = add_private_link(ctx, work);
    if (!rc && work->filing->draft_id)
        rc = draft_sent(ctx, work->filing->draft_id, filed->case_id, NULL);
    if (!rc)
        rc = record_opened(ctx, work, &event_id);
    if (!rc)
        rc = record_route(ctx, work);
    if (!rc && work->filing->draft_id)
        rc = photos_carry(ctx, work->filing->draft_id, filed->case_id, work->filing->definition,
                          event_id);
    if (!rc)
        rc = tell(ctx, work, event_id);
    if (!rc && work->filing->message)
        rc = add_message(ctx, work);
    return rc;
}

static enum rc file_by_days(struct ctx *ctx, void *arg)
{
    struct filing_work *work = arg;
    enum rc rc = ctx->city == work->city ? RC_OK : decide(ctx, work);

    return rc ? rc : file_tx(ctx, work);
}

static enum rc filing_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, file_by_days, arg);
}

static struct filing_work work_of(struct ctx *ctx, const struct filing *filing, struct filed *filed)
{
    return (struct filing_work){
        .filing = filing,
        .token = filing->link_token.n ? filing->link_token : crypto_token(ctx->arena),
        .filed = filed,
    };
}

enum rc case_file_within(struct ctx *ctx, const struct filing *filing, struct filed *ret)
{
    struct filed filed = {0};
    struct filing_work work = work_of(ctx, filing, &filed);
    enum rc rc = decide(ctx, &work);

    if (!rc)
        rc = filing_tx(ctx, &work);
    if (!rc)
        *ret = filed;
    return rc;
}

enum rc case_file(struct ctx *ctx, const struct filing *filing, struct filed *ret)
{
    struct filed filed = {0};
    struct filing_work work = work_of(ctx, filing, &filed);
    enum rc rc = filing_check(ctx, filing);

    if (!rc)
        rc = decide(ctx, &work);
    if (!rc)
        rc = db_turn_begin(ctx); /* for the next number */
    if (rc)
        return rc;
    rc = db_tx(ctx, filing_tx, &work);
    db_turn_end(ctx);
    if (!rc)
        *ret = filed;
    return rc;
}
