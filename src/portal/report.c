#include "portal/report.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/case_read.h"
#include "engine/cases/locate.h"
#include "engine/message/notice.h"
#include "portal/browser.h"
#include "portal/draft_limit.h"
#include "portal/identity.h"
#include "portal/keyring.h"
#include "portal/photos.ct.h"
#include "portal/pin.h"
#include "portal/report.ct.h"
#include "portal/sent.h"
#include "portal/similar.h"
#include "portal/why.h"
#include "web/form.h"
#include "web/server.h"

#define MAX_PLACE    200
#define MAP_AROUND_M 150.0

struct str report_step_word(const struct draft *draft, struct form_at at)
{
    switch (at.step) {
    case FORM_PLACE: return S("where");
    case FORM_FIELD: return draft->definition->fields[at.field].id;
    case FORM_PHOTOS: return S("photos");
    case FORM_DETAILS: return S("details");
    case FORM_WHO: return S("who");
    case FORM_CHECK: break;
    }
    return S("check");
}

struct str report_described(struct arena *arena, const struct field *field, bool has_hint,
                            bool is_wrong)
{
    struct str id = field->id, ids[4];
    size_t n = 0;

    if (has_hint)
        ids[n++] = str_fmt(arena, "%.*s-hint", STR_ARG(id));
    if (is_wrong)
        ids[n++] = str_fmt(arena, "%.*s-error", STR_ARG(id));
    if (field->type == FIELD_MONEY)
        ids[n++] = str_fmt(arena, "%.*s-dollars", STR_ARG(id));
    if (field->unit.in[LANG_EN].n)
        ids[n++] = str_fmt(arena, "%.*s-unit", STR_ARG(id));
    return str_join(arena, ids, n, S(" "));
}

struct str report_error_named(const struct page *page, const struct report *report,
                              const struct err *err)
{
    static const struct {
        struct str box;
        enum msg_id label;
    } labels[] = {
        {STR("place"), MSG_report_where}, {STR("description"), MSG_report_details},
        {STR("name"), MSG_report_name},   {STR("email"), MSG_report_email},
        {STR("phone"), MSG_report_phone},
    };
    const struct field *field = definition_field(report->draft.definition, err->field);
    enum lang lang = page->view.lang;
    struct str name = field ? text_in(&field->text, lang) : STR_NONE;

    for (size_t i = 0; !field && i < COUNT(labels); i++)
        if (str_eq(err->field, labels[i].box))
            name = msg_text(lang, labels[i].label);
    return form_named(page->ctx->arena, lang, name, page_error(page, err));
}

const struct err *report_error_of(const struct report *report, struct str id)
{
    if (report->err.id != ERR_NONE && str_eq(report->err.field, id))
        return &report->err;
    for (size_t i = 0; i < report->also_n; i++)
        if (str_eq(report->also[i].field, id))
            return &report->also[i];
    return NULL;
}

struct str report_error_link(const struct page *page, const struct report *report)
{
    const struct definition *definition = report->draft.definition;

    if (!definition_field(definition, report->err.field))
        return S("#check");
    return page_url(page, str_fmt(page->ctx->arena, "/report/%.*s/%.*s", STR_ARG(definition->code),
                                  STR_ARG(report->err.field)));
}

bool report_offers_assets(const struct report *report)
{
    const struct assets_near *assets = &report->assets;
    struct str typed = report->typed[TYPED_ANSWER];

    if (!assets->n || assets->count > assets->n)
        return false;
    for (size_t i = 0; i < assets->n; i++)
        if (str_eq(assets->of[i].feature->id, typed))
            return true;
    return !typed.n;
}

struct str report_who_says(const struct applicant_rule *rule, enum lang lang)
{
    if (rule->name == CONTACT_REQUIRED || rule->email == CONTACT_REQUIRED ||
        rule->phone == CONTACT_REQUIRED)
        return msg_text(lang, MSG_report_who_required);
    return msg_text(lang, rule->email == CONTACT_NONE ? MSG_report_who_all_optional
                                                      : MSG_report_who_optional);
}

struct str report_contact(struct arena *arena, const struct contact *contact)
{
    const struct str said[] = {contact->name, contact->email, contact->phone};
    struct str given[3];
    size_t n = 0;

    for (size_t i = 0; i < 3; i++)
        if (said[i].n)
            given[n++] = said[i];
    return str_join(arena, given, n, S("\n"));
}

bool report_is_taken(const struct city *city, struct str code)
{
    const struct definition *service = city_service(city, code);

    return service && service->audience != AUDIENCE_STAFF;
}

/* Whether the public could once report to a service that is not offered any more. */
static bool was_taken(const struct city *city, struct str code)
{
    const struct definition *last = city_service_ever(city, code);

    return last && !city_service(city, code) && last->audience != AUDIENCE_STAFF;
}

/* The service of the path; not found, or gone. */
static enum rc service_of(struct ctx *ctx, const struct request *request,
                          const struct definition **ret)
{
    struct str code = request_param(request, S("service"));

    if (!report_is_taken(ctx->city, code))
        return FAIL(ctx, was_taken(ctx->city, code) ? ERR_EXPIRED : ERR_NOT_FOUND);
    *ret = city_service(ctx->city, code);
    return RC_OK;
}

/* The newest draft of this service that the browser holds; else a fresh one. */
enum rc report_draft(struct ctx *ctx, const struct request *request, struct draft *ret)
{
    const struct definition *service;
    struct keyring ring = keyring_of(request, KEYRING_DRAFTS);
    enum rc rc = service_of(ctx, request, &service);

    for (size_t i = 0; !rc && i < ring.n; i++) {
        rc = draft_load(ctx, ring.tokens[i], ret);
        if (!rc && str_eq(ret->definition->code, service->code))
            return RC_OK;
        if (rc == RC_NOT_FOUND || rc == RC_GONE) {
            ctx_clear_error(ctx);
            rc = RC_OK;
        }
    }
    return rc ? rc : draft_new(ctx, service, ret);
}

enum rc report_drop(struct ctx *ctx, const struct request *request, struct reply *reply,
                    const struct draft *draft)
{
    struct keyring ring = keyring_of(request, KEYRING_DRAFTS);

    for (size_t i = 0; i < ring.n; i++) {
        struct draft held;
        enum rc rc = draft_load(ctx, ring.tokens[i], &held);

        if (!rc && held.id == draft->id)
            keyring_drop(request, reply, KEYRING_DRAFTS, ring.tokens[i]);
        ctx_clear_error(ctx);
    }
    return draft_drop(ctx, draft->id);
}

static struct str step_path(struct ctx *ctx, const struct draft *draft, struct form_at at)
{
    return str_fmt(ctx->arena, "/report/%.*s/%.*s", STR_ARG(draft->definition->code),
                   STR_ARG(report_step_word(draft, at)));
}

static void redirect_to(struct ctx *ctx, struct reply *reply, const struct draft *draft,
                        struct form_at at)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang, step_path(ctx, draft, at)));
}

/* Where the draft goes on: the next question, or the cases that it may be one of. */
static enum rc redirect_on(struct ctx *ctx, struct reply *reply, const struct draft *draft)
{
    bool asks_similar = false;
    struct form_at next;
    enum rc rc = draft_form_next(ctx, draft, &next);

    if (!rc && next.step == FORM_CHECK)
        rc = similar_is_due(ctx, draft, &asks_similar);
    if (rc)
        return rc;
    if (asks_similar)
        reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                          str_fmt(ctx->arena, "/report/%.*s/similar",
                                                  STR_ARG(draft->definition->code))));
    else
        redirect_to(ctx, reply, draft, next);
    return RC_OK;
}

enum rc report_start(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct draft draft;
    enum rc rc = report_draft(ctx, request, &draft);

    return rc ? rc : redirect_on(ctx, reply, &draft);
}

/* Finds the step among those of the draft. */
static enum rc step_of(struct ctx *ctx, struct str word, struct report *report)
{
    struct form_at steps[REPORT_STEPS_MAX];
    size_t n;
    enum rc rc = draft_form_steps(ctx, &report->draft, steps, REPORT_STEPS_MAX, &n);

    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(word, report_step_word(&report->draft, steps[i])))
            continue;
        report->at = steps[i];
        report->back = i ? steps[i - 1] : (struct form_at){FORM_CHECK, 0};
        report->number = i + 1;
        report->count = n;
        return RC_OK;
    }
    return FAIL(ctx, ERR_NOT_FOUND);
}

enum rc report_load(struct ctx *ctx, const struct request *request, struct str word,
                    struct report *ret)
{
    struct report report = {0};
    enum rc rc = report_draft(ctx, request, &report.draft);

    if (!rc)
        rc = step_of(ctx, word, &report);
    if (!rc)
        *ret = report;
    return rc;
}

/* Who has signed in need not write again who they are. */
static void fill_from_account(const struct request *request, struct report *report)
{
    const struct resident *resident = identity_resident(request);

    if (report->at.step != FORM_WHO || report->draft.has_contact || !resident)
        return;
    report->typed[TYPED_NAME] = resident->name;
    report->typed[TYPED_EMAIL] = resident->email;
}

static void fill_from_draft(struct ctx *ctx, struct report *report)
{
    const struct draft *draft = &report->draft;

    switch (report->at.step) {
    case FORM_PLACE: report->typed[TYPED_PLACE] = draft->place_typed; break;
    case FORM_FIELD:
        report->typed[TYPED_ANSWER] =
            answer_typed(ctx->arena, &draft->definition->fields[report->at.field],
                         &draft->answers.of[report->at.field]);
        break;
    case FORM_DETAILS: report->typed[TYPED_DETAILS] = draft->description; break;
    case FORM_WHO:
        report->typed[TYPED_NAME] = draft->contact.name;
        report->typed[TYPED_EMAIL] = draft->contact.email;
        report->typed[TYPED_PHONE] = draft->contact.phone;
        break;
    case FORM_PHOTOS:
    case FORM_CHECK: break;
    }
}

static void redirect_to_done(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct str service = request_param(request, S("service"));

    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                      str_fmt(ctx->arena, "/report/%.*s/done", STR_ARG(service))));
}

/* Whether a draft of the service was sent already, so that the one in hand is a fresh one. */
static bool is_sent(struct ctx *ctx, const struct request *request, const struct draft *draft,
                    struct sent_draft *ret)
{
    bool is_found;

    if (draft->id)
        return false;
    if (sent_find(ctx, request, draft->definition->code, &is_found, ret)) {
        ctx_clear_error(ctx);
        return false;
    }
    return is_found;
}

/* The chosen place on a small map: the last look before it is sent. */
static void show_place(struct ctx *ctx, struct report *report)
{
    const struct place *place = &report->draft.place;
    struct map_marker marker = {.at = place->point, .kind = S("here")};
    const struct msg_arg named = MSG_ARG("place", place->label);
    struct figure_about about = {.markers = &marker, .marker_n = 1};

    if (!report->draft.has_place || !place->has_point)
        return;
    about.box = box_around(place->point, MAP_AROUND_M);
    about.title = msg_format(ctx->arena, ctx->lang, MSG_map_of_case, &named, 1);
    report->has_map = city_map_figure(ctx, &about, &report->map);
}

/* An address or crossing near the middle of this city: a newcomer knows no street of it. */
static struct str example_place(struct ctx *ctx)
{
    static const double parts[] = {0.5, 0.4, 0.6, 0.3, 0.7};
    struct place_choice near;
    struct box box;

    if (!ctx->city->gazetteer || !city_map_extent(ctx->city, &box))
        return STR_NONE;
    for (size_t i = 0; i < COUNT(parts); i++) {
        double lat = point_lat(box.min) + (point_lat(box.max) - point_lat(box.min)) * parts[i];
        struct point at;

        if (point_of(lat, (point_lon(box.min) + point_lon(box.max)) / 2, &at) &&
            gazetteer_near(ctx, ctx->city->gazetteer, at, &near) == RC_OK &&
            near.kind != PLACE_STREET)
            return near.label;
        ctx_clear_error(ctx);
    }
    return STR_NONE;
}

static enum rc show_check(struct ctx *ctx, struct page *page, struct report *report)
{
    struct form_at steps[REPORT_STEPS_MAX];
    size_t n;
    enum rc rc = draft_form_steps(ctx, &report->draft, steps, REPORT_STEPS_MAX, &n);

    if (!rc)
        rc = seen_of(ctx, report->draft.definition, &report->seen);
    show_place(ctx, report);
    if (!rc)
        check_page(&page->view, page, report, steps, n);
    return rc;
}

/* The step's question, as its h1 says it. */
static struct str question_of(const struct report *report, enum lang lang)
{
    switch (report->at.step) {
    case FORM_PLACE:
        if (report->has_pin)
            return msg_text(lang, MSG_pin_right);
        return msg_text(lang, report->choices.n ? MSG_report_which_place : MSG_report_where);
    case FORM_FIELD: return text_in(&report->draft.definition->fields[report->at.field].text, lang);
    case FORM_PHOTOS: return msg_text(lang, MSG_photos_title);
    case FORM_DETAILS: return msg_text(lang, MSG_report_details);
    case FORM_WHO: return msg_text(lang, MSG_report_who);
    case FORM_CHECK: break;
    }
    return msg_text(lang, MSG_report_check);
}

static struct str title_of(struct ctx *ctx, struct str question,
                           const struct definition *definition)
{
    return str_fmt(ctx->arena, "%.*s - %.*s", STR_ARG(question),
                   STR_ARG(text_in(&definition->name, ctx->lang)));
}

enum rc report_render(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct report *report)
{
    const struct definition *definition = report->draft.definition;
    struct page page =
        page_on(ctx, request, reply, title_of(ctx, question_of(report, ctx->lang), definition));
    bool has_photos = report->at.step == FORM_PHOTOS || report->at.step == FORM_CHECK;

    if (has_photos && report->draft.id) {
        enum rc rc = photos_of_draft(ctx, report->draft.id, &report->photos);

        if (rc)
            return rc;
    }

    page_needs_form(&page, reply);
    page.has_errors = report->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(report->err.id);
    switch (report->at.step) {
    case FORM_PLACE:
        report->example = example_place(ctx);
        where_page(&page.view, &page, report);
        break;
    case FORM_FIELD:
        if (report->draft.has_place)
            assets_near(ctx->city, &definition->fields[report->at.field], &report->draft.place,
                        &report->assets);
        field_page(&page.view, &page, report, &definition->fields[report->at.field]);
        break;
    case FORM_PHOTOS: photos_page(&page.view, &page, report); break;
    case FORM_DETAILS: details_page(&page.view, &page, report); break;
    case FORM_WHO: who_page(&page.view, &page, report); break;
    case FORM_CHECK: return show_check(ctx, &page, report);
    }
    return RC_OK;
}

enum rc report_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct report report;
    struct form_at next;
    struct sent_draft sent;
    bool asks_similar = false;
    enum rc rc = report_load(ctx, request, request_param(request, S("step")), &report);

    if (!rc)
        rc = draft_form_next(ctx, &report.draft, &next);
    if (!rc && report.at.step == FORM_CHECK)
        rc = similar_is_due(ctx, &report.draft, &asks_similar);
    if (rc)
        return rc;
    /* The check page before what comes first: back to that. After sending: there is no more to
     * check. */
    if (report.at.step == FORM_CHECK && next.step != FORM_CHECK) {
        if (is_sent(ctx, request, &report.draft, &sent))
            redirect_to_done(ctx, request, reply);
        else
            redirect_to(ctx, reply, &report.draft, next);
        return RC_OK;
    }
    if (asks_similar)
        return redirect_on(ctx, reply, &report.draft);
    fill_from_draft(ctx, &report);
    fill_from_account(request, &report);
    return report_render(ctx, request, reply, &report);
}

/* The place in the draft, if the service looks after it. */
enum rc report_keep_place(struct ctx *ctx, struct report *report, const struct place *place)
{
    struct filing filing = {.definition = report->draft.definition, .place = place};
    enum rc rc = filing_check_place(ctx, &filing);

    if (rc)
        return rc;
    report->draft.place = *place;
    report->draft.has_place = true;
    draft_form_moved(ctx, &report->draft);
    similar_ask_again(ctx, &report->draft);
    return RC_OK;
}

static enum rc take_place(struct ctx *ctx, const struct request *request, struct report *report)
{
    struct str id = request_value(request, S("place_id"));
    struct str typed = str_trim(request_value(request, S("place")));
    struct located located = {.is_sure = true};
    enum rc rc;

    if (pin_is_shown(request))
        return pin_take(ctx, request, report);
    report->typed[TYPED_PLACE] = typed;
    rc = text_check(ctx, typed, S("place"), MAX_PLACE);
    if (rc)
        return rc;
    report->draft.place_typed = typed;
    if (str_eq(id, S("none"))) {
        report->wants_again = true;
        return RC_OK;
    }
    if (id.n)
        rc = locate_id(ctx, ctx->city, id, &located.place);
    else if (typed.n)
        rc = locate_text(ctx, ctx->city, typed, &located);
    else
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("place"));
    if (rc)
        return rc;
    report->choices = located.choices;
    return located.is_sure ? report_keep_place(ctx, report, &located.place) : RC_OK;
}

static enum rc take_field(struct ctx *ctx, const struct request *request, struct report *report)
{
    struct draft *draft = &report->draft;
    const struct field *field = &draft->definition->fields[report->at.field];
    size_t n;
    struct str *typed = request_values(ctx->arena, request, field->id, &n);
    enum rc rc;

    if (!typed)
        return FAIL(ctx, ERR_MEMORY);
    report->typed[TYPED_ANSWER] = str_join(ctx->arena, typed, n, S(","));
    rc = answer_read(ctx, field, typed, n, &draft->answers.of[report->at.field]);
    if (!rc)
        rc = asset_check(ctx, field, &draft->answers.of[report->at.field],
                         draft->has_place ? &draft->place : NULL);
    if (!rc) {
        struct filing filing = draft_filing(draft);

        rc = filing_check_answers(ctx, &filing, field);
    }
    if (rc)
        return rc;
    if (field->is_required && !draft->answers.of[report->at.field].is_given)
        return FAIL(ctx, ERR_REQUIRED, .field = field->id);
    if (!draft_form_is_passed(draft, report->at))
        draft->passed =
            str_fmt(ctx->arena, "%.*s%.*s ", STR_ARG(draft->passed), STR_ARG(field->id));
    return RC_OK;
}

static enum rc take_details(struct ctx *ctx, const struct request *request, struct report *report)
{
    struct filing filing;

    report->draft.description = str_trim(request_value(request, S("description")));
    report->draft.has_description = true;
    report->typed[TYPED_DETAILS] = report->draft.description;
    filing = draft_filing(&report->draft);
    return filing_check_description(ctx, &filing);
}

/* What is not asked is not taken either. */
static struct str contact_taken(const struct request *request, enum contact_need need,
                                struct str name)
{
    return need == CONTACT_NONE ? STR_NONE : str_trim(request_value(request, name));
}

static enum rc take_who(struct ctx *ctx, const struct request *request, struct report *report)
{
    const struct applicant_rule *rule = &report->draft.definition->applicant;
    struct contact *contact = &report->draft.contact;
    struct err problems[CONTACT_PROBLEMS_MAX];
    struct filing filing;
    size_t n;
    enum rc rc;

    contact->name = contact_taken(request, rule->name, S("name"));
    contact->email = contact_taken(request, rule->email, S("email"));
    contact->phone = contact_taken(request, rule->phone, S("phone"));
    report->draft.has_contact = true;
    report->typed[TYPED_NAME] = contact->name;
    report->typed[TYPED_EMAIL] = contact->email;
    report->typed[TYPED_PHONE] = contact->phone;
    filing = draft_filing(&report->draft);
    rc = filing_contact_problems(ctx, &filing, problems, &n);
    if (rc || !n)
        return rc;
    for (size_t i = 1; i < n; i++)
        report->also[report->also_n++] = problems[i];
    ctx->err = problems[0];
    return RC_INVALID;
}

static enum rc take(struct ctx *ctx, const struct request *request, struct report *report)
{
    switch (report->at.step) {
    case FORM_PLACE: return take_place(ctx, request, report);
    case FORM_FIELD: return take_field(ctx, request, report);
    case FORM_DETAILS: return take_details(ctx, request, report);
    case FORM_WHO: return take_who(ctx, request, report);
    case FORM_PHOTOS: /* a route of its own, which takes files */
    case FORM_CHECK: break;
    }
    return FAIL(ctx, ERR_NOT_FOUND);
}

/* Whether mail goes to the reporter, or why they must keep the link themselves. */
static enum rc say_mail(struct ctx *ctx, const struct case_by_number_row *row,
                        struct report_sent *sent)
{
    const struct msg_arg email = MSG_ARG("email", sent->back.email);
    bool is_told = false;
    enum rc rc = RC_OK;

    if (email.text.n)
        rc = notice_is_queued(ctx, row->id, email.text, &is_told);
    if (is_told)
        sent->back.says = msg_format(ctx->arena, ctx->lang, MSG_own_link_mailed, &email, 1);
    else if (sent->back.is_fresh)
        sent->back.says =
            msg_text(ctx->lang, email.text.n ? MSG_own_link_no_mail : MSG_own_link_no_address);
    return rc;
}

static enum rc load_sent(struct ctx *ctx, const struct request *request,
                         const struct case_by_number_row *row, struct report_sent *sent)
{
    enum rc rc = why_of_case(ctx, row, sent->definition, true, &sent->why);

    if (!rc)
        rc = case_page_way_back(ctx, request, row, &sent->back);
    if (!rc)
        rc = say_mail(ctx, row, sent);
    sent->filed = (struct filed){
        .number = row->number,
        .team = row->team_is_null ? NULL : city_team_by_row(ctx->city, row->team),
        .has_due = !row->due_is_null,
        .due = row->due,
    };
    return rc;
}

enum rc report_done(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct report_sent sent = {0};
    struct page page;
    struct sent_draft draft;
    bool is_found;
    enum rc rc = sent_find(ctx, request, request_param(request, S("service")), &is_found, &draft);

    if (!rc && !is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (rc)
        return rc;
    sent.definition = city_version(ctx->city, draft.row.service_version);
    rc = load_sent(ctx, request, &draft.row, &sent);
    if (rc)
        return rc;
    page = page_on(ctx, request, reply,
                   title_of(ctx, msg_text(ctx->lang, MSG_report_done), sent.definition));
    page_needs_form(&page, reply);
    done_page(&page.view, &page, &sent);
    return RC_OK;
}

/* Files the draft. The same form may be on its way twice: the one that comes second files nothing,
 * and may be the only one whose reply is read. */
static enum rc file_draft(struct ctx *ctx, struct request *request, struct reply *reply,
                          struct report *report)
{
    struct filing filing = draft_filing(&report->draft);
    struct filed filed;
    enum rc rc;

    filing.lang = ctx->lang;
    filing.base_url = request_csrf(request)->base_url;
    filing.is_own_email = browser_trust(ctx, request, filing.contact.email) == MAILBOX_PROVEN;
    if (sent_is_begun_here(ctx, &report->draft))
        filing.link_token = sent_link_token(ctx, request, report->draft.token);
    rc = case_file(ctx, &filing, &filed);
    if (rc == RC_INVALID) {
        report->err = ctx->err;
        ctx_clear_error(ctx);
        return report_render(ctx, request, reply, report);
    }
    if (!rc && filed.was_there_before) {
        db_reader_release(ctx); /* what was filed meanwhile is not in the snapshot in hand */
        rc = db_reader_acquire(ctx);
        if (!rc)
            rc = sent_link_again(ctx, request, reply, report->draft.token);
    }
    if (rc)
        return rc;
    if (filed.link_token.n)
        keyring_add(request, reply, KEYRING_CASES, filed.link_token);
    redirect_to_done(ctx, request, reply);
    return RC_OK;
}

static enum rc send_draft(struct ctx *ctx, struct request *request, struct reply *reply,
                          struct report *report)
{
    struct sent_draft sent;
    struct form_at next;
    enum rc rc;

    if (is_sent(ctx, request, &report->draft, &sent)) {
        redirect_to_done(ctx, request, reply);
        return sent_link_again(ctx, request, reply, sent.token);
    }
    rc = draft_form_next(ctx, &report->draft, &next);
    if (rc)
        return rc;
    if (next.step != FORM_CHECK) {
        redirect_to(ctx, reply, &report->draft, next);
        return RC_OK;
    }
    return file_draft(ctx, request, reply, report);
}

enum rc report_go_on(struct ctx *ctx, const struct request *request, struct reply *reply,
                     const struct draft *draft)
{
    struct str token = STR_NONE;
    enum rc rc = draft_save(ctx, draft, &token);

    if (!rc && token.n)
        keyring_add(request, reply, KEYRING_DRAFTS, token);
    return rc ? rc : redirect_on(ctx, reply, draft);
}

enum rc report_keep(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct draft *draft)
{
    struct str token = STR_NONE;
    enum rc rc;

    if (draft->id)
        return RC_OK;
    rc = draft_save(ctx, draft, &token);
    if (rc)
        return rc;
    keyring_add(request, reply, KEYRING_DRAFTS, token);
    db_reader_release(ctx);
    rc = db_reader_acquire(ctx);
    return rc ? rc : draft_load(ctx, token, draft);
}

enum rc report_answer(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct report report;
    enum rc rc = report_load(ctx, request, request_param(request, S("step")), &report);

    if (rc)
        return rc;
    if (report.at.step == FORM_CHECK)
        return send_draft(ctx, request, reply, &report);
    rc = take(ctx, request, &report);
    if (!rc && (report.choices.n || report.wants_again || report.has_pin))
        return report_render(ctx, request, reply, &report);
    if (!rc)
        rc = draft_limit_take(ctx, request, reply, &report.draft);
    if (rc == RC_INVALID || (rc == RC_LIMIT && ctx->err.id == ERR_TOO_MANY)) {
        report.err = ctx->err;
        ctx_clear_error(ctx);
        return report_render(ctx, request, reply, &report);
    }
    return rc ? rc : report_go_on(ctx, request, reply, &report.draft);
}
