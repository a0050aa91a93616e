#include "paths.h"

#include <stdlib.h>

#include "base/file.h"
#include "engine/cases/case_own.h"
#include "engine/cases/photo.h"
#include "engine/record/people_record.h"
#include "image/image_client.h"
#include "people/account.h"
#include "people/people.h"

static const char hole[] =
    "service: hole\n"
    "name: {en: Hole, es: Hoyo, vi: Lỗ}\n"
    "department: public-works\n"
    "workflow: request\n"
    "place: {required: false}\n"
    "photos: {max: 5, public: after-review}\n"
    "fields:\n"
    "  - {id: size, type: text, required: false, keep: 30 d, text: {en: Size, es: Tamaño,\n"
    "     vi: Cỡ}}\n"
    "route: [{team: streets-west}]\n"
    "examples:\n"
    "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"
    "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n"
    "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n";

int64_t paths_staff_id, paths_other_id;
static struct image_client pictures;

static int64_t add_account(struct test_town *town, const char *login)
{
    static const struct grant grant = {ROLE_SUPERVISOR, SCOPE_CITY, STR("")};
    struct str password;
    int64_t id;

    test_ok(&town->ctx, account_add(&town->ctx,
                                    &(struct account_new){.login = str_of(login),
                                                          .name = S("A clerk"),
                                                          .grants = &grant,
                                                          .grant_n = 1},
                                    &password, &id));
    return id;
}

void paths_open(struct test_town *town)
{
    struct str files = str_fmt(town->ctx.arena, "%s/files", town->folder);

    people_use(
        &(struct people_setup){.key = "a key for the tests of failures", .record = people_record});
    test_town_put(town, "services/hole.yaml", hole);
    test_town_publish(town);
    test_ok(&town->ctx, file_make_dir(&town->ctx, str_z(town->ctx.arena, files), 0700));
    image_client_init(&pictures, CITYHALL_IMAGE);
    town->city->files_folder = str_z(town->ctx.arena, files);
    town->city->pictures = &pictures;
    town->city->is_demonstration = true;
    paths_staff_id = add_account(town, "rdiaz");
    paths_other_id = add_account(town, "mli");
}

void paths_close(struct test_town *town)
{
    (void)town;
    image_client_done(&pictures);
}

const struct actor *paths_boss(void)
{
    static const struct grant grants[] = {{ROLE_SUPERVISOR, SCOPE_CITY, STR("")},
                                          {ROLE_ADMINISTRATOR, SCOPE_CITY, STR("")}};
    static struct actor boss;

    boss =
        (struct actor){.kind = ACTOR_STAFF, .id = paths_staff_id, .grants = grants, .grant_n = 2};
    return &boss;
}

const struct actor *paths_reporter(int64_t case_id)
{
    static struct actor reporter;
    static int64_t cases[1];

    cases[0] = case_id;
    reporter = (struct actor){.kind = ACTOR_RESIDENT, .case_ids = cases, .case_n = 1};
    return &reporter;
}

/* The pattern with `n` where %lld stands. */
struct str paths_text(struct test_town *town, const char *pattern, int64_t n)
{
    struct str text = str_of(pattern), mark = S("%lld");
    ptrdiff_t at = str_find(text, mark);

    assert_true(at >= 0);
    return str_fmt(town->ctx.arena, "%.*s%lld%.*s", (int)at, text.p, (long long)n,
                   STR_ARG(str_slice(text, (size_t)at + mark.n, text.n)));
}

int64_t paths_file(struct test_town *town, int64_t n)
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {
        .definition = city_service(town->city, S("hole")),
        .description = S("It is deep."),
        .contact = {.name = S("Minh"), .email = paths_text(town, "minh%lld@example.org", n)},
        .channel = S("web"),
        .base_url = S("https://city.example"),
    };
    struct str large = S("large");
    struct filed filed;

    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    test_ok(ctx, answer_read(ctx, &filing.definition->fields[0], &large, 1, &filing.answers.of[0]));
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed.case_id;
}

void paths_step(struct test_town *town, int64_t case_id, const char *step)
{
    test_town_step(town, case_id, step);
}

const char *paths_photo(struct test_town *town)
{
    return str_z(town->ctx.arena,
                 str_fmt(town->ctx.arena, "%s/tests/data/images/baseline-exif6-p3.jpg",
                         getenv("CITYHALL_ROOT")));
}

int64_t paths_add_photo(struct test_town *town, int64_t case_id)
{
    const struct photo_upload upload = {paths_photo(town), S("photo.jpg")};

    town->ctx.actor = paths_reporter(case_id);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, case_photo_add(&town->ctx, case_id, &upload));
    db_reader_release(&town->ctx);
    town->ctx.actor = NULL;
    return test_town_count(town, "SELECT max(id) FROM case_file");
}

int64_t paths_count(struct test_town *town, const char *sql, int64_t id)
{
    return test_town_count(town, str_z(town->ctx.arena, paths_text(town, sql, id)));
}
