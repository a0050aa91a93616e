#include "console/entry.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "console/entry.ct.h"
#include "console/entry_form.h"
#include "engine/cases/case_read.h"
#include "web/server.h"

const struct err *entry_problem_of(const struct entry *entry, struct str input)
{
    for (size_t i = 0; i < entry->problem_n; i++)
        if (str_eq(entry->problems[i].input, input))
            return &entry->problems[i].err;
    return NULL;
}

struct str entry_input(struct arena *arena, const struct field *field)
{
    return str_fmt(arena, "f-%.*s", STR_ARG(field->id));
}

struct str entry_described(struct arena *arena, const struct entry *entry,
                           const struct field *field)
{
    struct str input = entry_input(arena, field), ids[4];
    size_t n = 0;

    if (answer_hint(arena, field, LANG_EN).n)
        ids[n++] = str_fmt(arena, "%.*s-help", STR_ARG(input));
    if (entry_problem_of(entry, input))
        ids[n++] = str_fmt(arena, "%.*s-error", STR_ARG(input));
    if (field->type == FIELD_MONEY)
        ids[n++] = str_fmt(arena, "%.*s-dollars", STR_ARG(input));
    if (field->unit.in[LANG_EN].n)
        ids[n++] = str_fmt(arena, "%.*s-unit", STR_ARG(input));
    return str_join(arena, ids, n, S(" "));
}

struct str entry_asked_ids(struct arena *arena, const struct entry *entry)
{
    struct str *ids = ARENA_ARRAY(arena, entry->asked_n, struct str);

    for (size_t i = 0; ids && i < entry->asked_n; i++)
        ids[i] = entry->asked[i]->id;
    return ids ? str_join(arena, ids, entry->asked_n, S(" ")) : STR_NONE;
}

struct str entry_nearby_numbers(struct arena *arena, const struct entry *entry)
{
    struct str numbers[ENTRY_NEARBY];
    size_t n = 0;

    for (; n < entry->nearby.n && n < ENTRY_NEARBY; n++)
        numbers[n] = entry->nearby.of[n].number;
    return str_join(arena, numbers, n, S(" "));
}

struct str entry_spelled(struct arena *arena, struct str number)
{
    struct buf out = buf_in(arena, 200);

    for (size_t i = 0; i < number.n; i++) {
        if (i)
            buf_add_byte(&out, ' ');
        buf_add_byte(&out, number.p[i]);
    }
    return buf_str(&out);
}

static struct str channel_of(const struct request *request)
{
    return str_eq(request_value(request, S("channel")), S("counter")) ? S("counter") : S("phone");
}

struct str entry_label(const struct entry *entry, struct str input, enum lang lang)
{
    static const struct {
        struct str input;
        enum msg_id label;
    } labels[] = {
        {STR("place"), MSG_staff_place},      {STR("description"), MSG_entry_description},
        {STR("name"), MSG_entry_caller_name}, {STR("email"), MSG_report_email},
        {STR("phone"), MSG_report_phone},
    };
    const struct field *field = str_starts_with(input, S("f-"))
                                    ? definition_field(entry->service, str_slice(input, 2, input.n))
                                    : NULL;

    if (field)
        return text_in(&field->text, lang);
    for (size_t i = 0; i < COUNT(labels); i++)
        if (str_eq(input, labels[i].input))
            return msg_text(lang, labels[i].label);
    return STR_NONE;
}

static enum lang lang_of(const struct ctx *ctx, const struct request *request)
{
    enum lang lang = ctx->lang;

    lang_parse(request_value(request, S("lang")), &lang);
    return lang < LANG__PUBLIC ? lang : LANG_EN;
}

/* Where the same channel and language go on. */
static struct str path_with(struct ctx *ctx, const char *path, struct str last, struct str channel,
                            enum lang lang)
{
    return str_fmt(ctx->arena, "%s%.*s?channel=%.*s&lang=%.*s", path, STR_ARG(last),
                   STR_ARG(channel), STR_ARG(lang_code(lang)));
}

enum rc entry_start(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_entry_title));
    struct entry_start start = {
        .words = str_trim(request_value(request, S("q"))),
        .channel = channel_of(request),
        .lang = lang_of(ctx, request),
    };
    bool is_sure;
    enum rc rc = entry_find_service(ctx, start.words, &start.services, &start.service_n, &is_sure);
    bool is_one;

    if (!rc)
        rc = entry_find_service(ctx, STR_NONE, &start.all, &start.all_n, &is_one);
    if (rc)
        return rc;
    if (is_sure) {
        staff_redirect(
            ctx, reply,
            path_with(ctx, "/staff/new/", start.services[0]->code, start.channel, start.lang));
        return RC_OK;
    }
    start.is_none = start.words.n && !start.service_n;
    page.current = S("/staff/new");
    page.has_errors = start.is_none;
    entry_start_page(&page.view, &page, &start);
    return RC_OK;
}

static enum rc load(struct ctx *ctx, const struct request *request, struct entry *ret)
{
    struct entry entry = {
        .service = city_service(ctx->city, request_param(request, S("service"))),
        .channel = channel_of(request),
        .lang = lang_of(ctx, request),
    };
    enum rc rc;

    if (!entry.service)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = draft_new(ctx, entry.service, &entry.draft);
    if (rc)
        return rc;
    entry.typed = ARENA_ARRAY(ctx->arena, entry.service->field_n, struct str);
    if (!entry.typed)
        return FAIL(ctx, ERR_MEMORY);
    *ret = entry;
    return RC_OK;
}

/* The first that is wrong, else what the city asks about now, else where typing begins. */
static struct str first_of(struct ctx *ctx, const struct entry *entry)
{
    if (entry->problem_n)
        return entry->problems[0].input;
    if (entry->choices.n)
        return S("place-0");
    if (entry->nearby.n)
        return S("send");
    if (entry->first.n)
        return entry->first;
    if (entry->service->place.need != PLACE_NONE)
        return S("place");
    return entry->asked_n ? entry_input(ctx->arena, entry->asked[0]) : S("description");
}

static enum rc render(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct entry *entry)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, text_in(&entry->service->name, ctx->lang));

    page.current = S("/staff/new");
    page.has_errors = entry->problem_n > 0;
    if (page.has_errors)
        reply->status = err_status(entry->problems[0].err.id);
    entry->first = first_of(ctx, entry);
    entry_page(&page.view, &page, entry);
    return RC_OK;
}

enum rc entry_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct entry entry;
    enum rc rc = load(ctx, request, &entry);

    if (!rc)
        rc = entry_form_begin(ctx, &entry);
    if (rc)
        return rc;
    entry.key = crypto_token(ctx->arena);
    return render(ctx, request, reply, &entry);
}

static enum rc send(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct entry *entry)
{
    struct filing filing = entry_filing(entry);
    struct filed filed;
    enum rc rc;

    filing.submission = str_fmt(ctx->arena, "entry-%.*s", STR_ARG(entry->key));
    filing.base_url = request_csrf(request)->base_url;
    rc = case_file(ctx, &filing, &filed);
    if (!rc)
        staff_redirect(
            ctx, reply,
            path_with(ctx, "/staff/new/done/", filed.number, entry->channel, entry->lang));
    return rc;
}

enum rc entry_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct entry entry;
    bool is_ready = false;
    enum rc rc = load(ctx, request, &entry);

    if (!rc)
        rc = entry_form_read(ctx, request, &entry);
    if (!rc)
        rc = entry_form_check(ctx, request, &entry, &is_ready);
    if (!rc && is_ready)
        rc = send(ctx, request, reply, &entry);
    if (rc == RC_INVALID) {
        entry_problem_take(ctx, &entry);
        is_ready = false;
        rc = RC_OK;
    }
    return rc || is_ready ? rc : render(ctx, request, reply, &entry);
}

enum rc entry_done(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_entry_done));
    struct entry_done done = {
        .channel = channel_of(request),
        .lang = lang_of(ctx, request),
    };
    struct case_read read;
    enum rc rc = case_read(ctx, request_param(request, S("number")), CASE_FOR_OPENER, &read);

    if (rc)
        return rc;
    done.number = read.row.number;
    done.service = read.definition;
    done.may_read = read.may_read;
    done.team = read.team;
    done.has_due = !read.row.due_is_null;
    done.due = read.row.due;
    page.current = S("/staff/new");
    entry_done_page(&page.view, &page, &done);
    return RC_OK;
}
