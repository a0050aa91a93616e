#include "people/api_key.h"
#include "people/permission.h"
#include "people/test_support.h"

static const struct api_scope scopes[] = {
    {API_RIGHT_WORK, SCOPE_TEAM, STR("streets-east")},
    {API_RIGHT_READ, SCOPE_DEPARTMENT, STR("parks")},
    {API_RIGHT_FILE, SCOPE_SERVICE, STR("pothole")},
};

static struct str make(struct people_test *test, int64_t days)
{
    struct str text = STR_NONE;

    assert_int_equal(
        api_key_add(&test->ctx,
                    &(struct api_key_new){
                        .name = S("Work orders"), .scopes = scopes, .scope_n = 3, .days = days},
                    &text, NULL),
        RC_OK);
    return text;
}

static bool find(struct people_test *test, struct str text, struct api_key *ret)
{
    bool is_found = true;

    assert_int_equal(api_key_find(&test->ctx, text, &is_found, ret), RC_OK);
    db_reader_release(&test->ctx);
    return is_found;
}

static void a_key_is_found_by_its_text_alone(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 30), other;
    struct api_key key;

    assert_true(str_starts_with(text, S("cityhall_")));
    assert_int_equal(text.n, 9 + 8 + 1 + 43);
    assert_true(find(test, text, &key));
    assert_true(str_eq(key.prefix, str_slice(text, 9, 17)));
    assert_str(key.name, "Work orders");
    assert_int_equal(key.scope_n, 3);
    assert_int_equal(key.burst, API_KEY_BURST);
    assert_int_equal(key.actor.kind, ACTOR_API);
    assert_int_equal(key.actor.id, key.id);
    assert_int_equal(key.actor.grant_n, 2);
    other = str_fmt(test->ctx.arena, "%.*s%c", (int)text.n - 1, text.p,
                    text.p[text.n - 1] == 'A' ? 'B' : 'A');
    assert_false(find(test, other, &key));
    assert_false(find(test, str_slice(text, 0, text.n - 1), &key));
    assert_false(find(test, key.prefix, &key));
    assert_false(find(test, STR_NONE, &key));
}

static void only_a_hash_is_stored(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 30), file;
    char path[TEST_TEMPORARY_MAX + 10];
    FILE *in;
    char *bytes = malloc((size_t)8 << 20);

    assert_non_null(bytes);
    db_close(test->db);
    snprintf(path, sizeof path, "%s/city.db", test->folder);
    in = fopen(path, "rb");
    assert_non_null(in);
    file = (struct str){bytes, fread(bytes, 1, (size_t)8 << 20, in)};
    fclose(in);
    assert_true(str_find(file, str_slice(text, 9, 17)) >= 0);
    assert_true(str_find(file, str_slice(text, 18, text.n)) < 0);
    free(bytes);
    assert_int_equal(db_open(&test->ctx,
                             &(struct db_options){.location = path, .schema = &db_schema},
                             &test->db),
                     RC_OK);
}

static void a_key_expires(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 2);
    struct api_key key;

    test_wait(test, 2 * US_PER_DAY - 1);
    assert_true(find(test, text, &key));
    test_wait(test, 1);
    assert_false(find(test, text, &key));
}

static void a_key_is_revoked_once(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 30), other = make(test, 30);
    struct str prefix = str_slice(text, 9, 17);
    struct api_key key;
    struct api_keys all;
    int before;

    assert_string_equal(test_last_kind, "key.added");
    assert_int_equal(api_key_revoke(&test->ctx, prefix), RC_OK);
    assert_string_equal(test_last_kind, "key.revoked");
    before = test_recorded;
    assert_int_equal(api_key_revoke(&test->ctx, prefix), RC_OK);
    assert_int_equal(test_recorded, before);
    assert_false(find(test, text, &key));
    assert_true(find(test, other, &key));
    assert_int_equal(api_key_revoke(&test->ctx, S("NOSUCH22")), RC_NOT_FOUND);
    assert_int_equal(api_key_list(&test->ctx, &all), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(all.n, 2);
    assert_true(all.items[0].is_revoked);
    assert_false(all.items[1].is_revoked);
}

static void use_is_noted_once_a_minute(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 30);
    struct instant first = test->ctx.now;
    struct api_key key;

    assert_true(find(test, text, &key));
    assert_false(key.was_used);
    test_wait(test, 59 * US_PER_S);
    assert_true(find(test, text, &key));
    assert_true(key.was_used);
    assert_int_equal(instant_cmp(key.used, first), 0);
    test_wait(test, 1 * US_PER_S);
    assert_true(find(test, text, &key));
    assert_true(find(test, text, &key));
    assert_int_equal(instant_cmp(key.used, test->ctx.now), 0);
}

static void rights_hold_within_their_scope(void **state)
{
    struct people_test *test = *state;
    struct str text = make(test, 30);
    struct reach east = {.department = S("works"), .team = S("streets-east"), .service = S("sign")};
    struct reach park = {.department = S("parks"), .service = S("tree")};
    struct reach hole = {.department = S("works"), .service = S("pothole")};
    struct api_key key;

    assert_true(find(test, text, &key));
    assert_true(api_key_may(&key, API_RIGHT_WORK, east));
    assert_true(api_key_may(&key, API_RIGHT_READ, east));
    assert_false(api_key_may(&key, API_RIGHT_SUPERVISE, east));
    assert_false(api_key_may(&key, API_RIGHT_FILE, east));
    assert_true(api_key_may(&key, API_RIGHT_READ, park));
    assert_false(api_key_may(&key, API_RIGHT_WORK, park));
    assert_true(api_key_may(&key, API_RIGHT_FILE, hole));
    assert_false(api_key_may(&key, API_RIGHT_READ, hole));
    assert_false(api_key_may(NULL, API_RIGHT_READ, park));
    assert_true(actor_has_role_on(&key.actor, ROLE_AGENT, east));
    assert_false(actor_has_role_on(&key.actor, ROLE_SUPERVISOR, east));
    assert_false(actor_has_role(&key.actor, ROLE_ADMINISTRATOR));
    assert_true(actor_may(&key.actor, PERMISSION_WORK));
    assert_false(actor_may(&key.actor, PERMISSION_ADMINISTER));
}

static void scopes_are_read_as_they_are_written(void **state)
{
    static const char *const wrong[] = {"",           "work@",       "work@team",
                                        "work@team:", "work@city:x", "rule@city",
                                        "@city",      "work@moon:x", "read@@city"};
    struct api_scope scope;

    (void)state;
    assert_true(api_scope_parse(S("work@team:streets-east"), &scope));
    assert_int_equal(scope.right, API_RIGHT_WORK);
    assert_int_equal(scope.scope_kind, SCOPE_TEAM);
    assert_str(scope.scope, "streets-east");
    assert_true(api_scope_parse(S("file"), &scope));
    assert_int_equal(scope.right, API_RIGHT_FILE);
    assert_int_equal(scope.scope_kind, SCOPE_CITY);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(api_scope_parse(str_of(wrong[i]), &scope));
}

static void assert_refused(struct people_test *test, struct api_key_new made, enum err_id id,
                           const char *field)
{
    struct str text = S("untouched");

    assert_int_equal(api_key_add(&test->ctx, &made, &text, NULL), RC_INVALID);
    assert_int_equal(test->ctx.err.id, id);
    assert_str(test->ctx.err.field, field);
    assert_str(text, "untouched");
    ctx_clear_error(&test->ctx);
}

static void what_makes_no_key_is_refused(void **state)
{
    struct people_test *test = *state;
    const struct api_scope bare = {API_RIGHT_READ, SCOPE_TEAM, STR_NONE};
    struct api_keys all;

    assert_refused(test, (struct api_key_new){.days = 1}, ERR_REQUIRED, "name");
    assert_refused(test, (struct api_key_new){.name = S("a\nb"), .days = 1}, ERR_ONE_LINE, "name");
    assert_refused(test, (struct api_key_new){.name = S("a\rb"), .days = 1}, ERR_ONE_LINE, "name");
    assert_refused(test, (struct api_key_new){.name = S("a")}, ERR_TOO_SMALL, "days");
    assert_refused(test, (struct api_key_new){.name = S("a"), .days = 1831}, ERR_TOO_BIG, "days");
    assert_refused(test, (struct api_key_new){.name = S("a"), .days = 1, .burst = -1},
                   ERR_TOO_SMALL, "burst");
    assert_refused(test, (struct api_key_new){.name = S("a"), .days = 1, .per_minute = 60001},
                   ERR_TOO_BIG, "per_minute");
    assert_refused(test,
                   (struct api_key_new){.name = S("a"), .days = 1, .scopes = &bare, .scope_n = 1},
                   ERR_REQUIRED, "scope");
    assert_int_equal(api_key_list(&test->ctx, &all), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(all.n, 0);
}

static void a_key_without_its_event_is_not_made(void **state)
{
    struct people_test *test = *state;
    struct str text;
    struct api_keys all;

    test_record_fails = true;
    assert_int_equal(
        api_key_add(&test->ctx, &(struct api_key_new){.name = S("a"), .days = 1}, &text, NULL),
        RC_UNAVAILABLE);
    ctx_clear_error(&test->ctx);
    assert_int_equal(api_key_list(&test->ctx, &all), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(all.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(a_key_is_found_by_its_text_alone),
        PEOPLE_TEST(only_a_hash_is_stored),
        PEOPLE_TEST(a_key_expires),
        PEOPLE_TEST(a_key_is_revoked_once),
        PEOPLE_TEST(use_is_noted_once_a_minute),
        PEOPLE_TEST(rights_hold_within_their_scope),
        PEOPLE_TEST(scopes_are_read_as_they_are_written),
        PEOPLE_TEST(what_makes_no_key_is_refused),
        PEOPLE_TEST(a_key_without_its_event_is_not_made),
    };

    return cmocka_run_group_tests_name("people/api_key", tests, NULL, NULL);
}
