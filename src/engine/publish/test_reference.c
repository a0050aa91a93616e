/* docs/service-file.md: it names every key of the language, and its worked example holds. */
#include "engine/test_city.h"

#include "base/file.h"
#include "engine/definition/sections.h"
#include "engine/message/notice.h"
#include "engine/publish/check.h"

static const char *root(void)
{
    const char *folder = getenv("CITYHALL_ROOT");

    return folder ? folder : ".";
}

static struct str reference(struct ctx *ctx)
{
    struct str text;

    assert_int_equal(
        file_read(ctx, str_z(ctx->arena, str_fmt(ctx->arena, "%s/docs/service-file.md", root())),
                  1 << 20, &text),
        RC_OK);
    return text;
}

/* The key stands there as code, alone or first in a piece of code. */
static void is_named(struct ctx *ctx, struct str text, struct str key)
{
    static const char *const ends[] = {"`", " ", ":", ",", "}", "!"};

    for (size_t i = 0; i < COUNT(ends); i++)
        if (str_find(text, str_fmt(ctx->arena, "`%.*s%s", STR_ARG(key), ends[i])) >= 0 ||
            str_find(text, str_fmt(ctx->arena, "{%.*s%s", STR_ARG(key), ends[i])) >= 0 ||
            str_find(text, str_fmt(ctx->arena, ", %.*s%s", STR_ARG(key), ends[i])) >= 0)
            return;
    fail_msg("docs/service-file.md does not name the key %.*s", STR_ARG(key));
}

static void all_named(struct ctx *ctx, struct str text, const struct section_key *key)
{
    is_named(ctx, text, key->key);
    for (const struct section_key *of = key->keys; of && of->key.n; of++)
        all_named(ctx, text, of);
    for (const struct str *word = key->words; word && word->n; word++)
        is_named(ctx, text, *word);
}

static void names_every_key_of_later_sections(void **state)
{
    struct ctx *ctx = *state;
    struct str text = reference(ctx);
    size_t n;
    const struct section_key *keys = sections_of_service(&n);

    for (size_t i = 0; i < n; i++)
        all_named(ctx, text, &keys[i]);
    keys = sections_of_workflow(&n);
    for (size_t i = 0; i < n; i++)
        all_named(ctx, text, &keys[i]);
    all_named(ctx, text, section_of_effects());
    all_named(ctx, text, section_of_columns());
    all_named(ctx, text, section_of_table_file());
}

/* The strings of the list at which the text begins: STR("id"), STR("text")}; */
static size_t list_named(struct ctx *ctx, struct str reference, struct str list)
{
    size_t n = 0;
    ptrdiff_t begin, end;

    list = str_slice(list, 0, (size_t)str_find(list, S("};")));
    for (; (begin = str_find(list, S("STR(\""))) >= 0; n++) {
        list = str_slice(list, (size_t)begin + 5, list.n);
        end = str_find(list, S("\")"));
        assert_true(end > 0);
        is_named(ctx, reference, str_slice(list, 0, (size_t)end));
        list = str_slice(list, (size_t)end, list.n);
    }
    return n;
}

/* What this version runs has its keys where each is read, in lists called keys or *_keys: the
 * sources are asked, so that a key there cannot be forgotten here. */
static void names_every_key_that_is_read(void **state)
{
    static const struct {
        const char *file;
        size_t keys_min;
    } sources[] = {
        {"definition/definition.c", 40}, {"definition/definition_fields.c", 29},
        {"definition/workflow.c", 30},   {"definition/replies.c", 3},
        {"publish/check.c", 13},
    };
    static const struct str begin = STR("keys[] = {");
    struct ctx *ctx = *state;
    struct str text = reference(ctx), source;

    for (size_t i = 0; i < COUNT(sources); i++) {
        const char *path =
            str_z(ctx->arena, str_fmt(ctx->arena, "%s/src/engine/%s", root(), sources[i].file));
        size_t n = 0;
        ptrdiff_t at;

        assert_int_equal(file_read(ctx, path, 1 << 20, &source), RC_OK);
        while ((at = str_find(source, begin)) >= 0) {
            source = str_slice(source, (size_t)at + begin.n, source.n);
            n += list_named(ctx, text, source);
        }
        assert_in_range(n, sources[i].keys_min, 200);
    }
}

static void names_every_placeholder(void **state)
{
    struct ctx *ctx = *state;
    struct str text = reference(ctx);

    for (size_t i = 0; i < PLACEHOLDER__N; i++)
        is_named(ctx, text, workflow_placeholders[i]);
}

/* The next block of YAML in the text. */
static struct str take_block(struct str *text)
{
    ptrdiff_t begin = str_find(*text, S("```yaml\n")), end;
    struct str block;

    assert_true(begin >= 0);
    *text = str_slice(*text, (size_t)begin + 8, text->n);
    end = str_find(*text, S("```"));
    assert_true(end >= 0);
    block = str_slice(*text, 0, (size_t)end);
    *text = str_slice(*text, (size_t)end + 3, text->n);
    return block;
}

/* The demonstration city with the worked example, as text `wrong` replaced by `right`. */
static struct str problems_of_example(struct ctx *ctx, struct str service)
{
    struct problems problems = problems_in(ctx->arena);
    struct ctx work = {.arena = arena_new((size_t)512 << 20)}, home;
    struct check_coverage coverage;
    struct city_files files;
    struct city *city;
    struct str found;

    assert_int_equal(
        city_files_of_folder(
            &work, str_z(work.arena, str_fmt(work.arena, "%s/cities/port-azalea", root())), &files),
        RC_OK);
    files.items[files.n++] =
        (struct city_file){S("services/bike-rack.yaml"), S("bike-rack.yaml"), service};
    assert_int_equal(city_new(&work, &home, &city), RC_OK);
    assert_int_equal(city_build_live(&home, &files, &problems, city), RC_OK);
    assert_int_equal(city_build_services(&home, &files, &problems, city), RC_OK);
    assert_int_equal(check_city(&work, city, &problems, NULL, &coverage), RC_OK);
    found = test_problems(ctx, &problems);
    ctx_done(&home);
    city_free(city);
    ctx_done(&work);
    arena_free(work.arena);
    return found;
}

static void its_worked_example_holds(void **state)
{
    struct ctx *ctx = *state;
    struct str text = reference(ctx), blocks[2], service, wrong;
    ptrdiff_t at;

    crypto_init();
    blocks[0] = take_block(&text);
    blocks[1] = take_block(&text);
    assert_str(problems_of_example(ctx, blocks[0]),
               "bike-rack.yaml:1:1: error: a public service has at least 3 examples; this one has "
               "0\n");
    service = str_join(ctx->arena, blocks, 2, STR_NONE);
    assert_str(problems_of_example(ctx, service), "");
    at = str_find(service, S("2026-06-30"));
    assert_true(at >= 0);
    wrong = str_fmt(ctx->arena, "%.*s2026-06-29%.*s", (int)at, service.p,
                    (int)(service.n - (size_t)at - 10), service.p + at + 10);
    assert_part(reference(ctx), str_z(ctx->arena, problems_of_example(ctx, wrong)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_every_key_of_later_sections),
        TEST(names_every_key_that_is_read),
        TEST(names_every_placeholder),
        TEST(its_worked_example_holds),
    };

    return cmocka_run_group_tests_name("engine/reference", tests, NULL, NULL);
}
