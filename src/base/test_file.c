/* Whole files, and what is none. */
#include "base/file.h"
#include "base/test_support.h"
#include "base/test_temporary.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALL 100

struct place {
    struct ctx *ctx;
    char folder[TEST_TEMPORARY_MAX];
    char path[TEST_TEMPORARY_MAX + 20];
};

static void make_place(void **state, struct place *ret)
{
    ret->ctx = *state;
    test_temporary(ret->folder, "file");
    snprintf(ret->path, sizeof ret->path, "%s/one", ret->folder);
}

static void is_read_whole(void **state)
{
    struct place place;
    struct str text;

    make_place(state, &place);
    assert_int_equal(file_read(place.ctx, place.path, SMALL, &text), RC_NOT_FOUND);
    ctx_clear_error(place.ctx);
    assert_int_equal(file_write(place.ctx, place.path, S("what it says"), 0600), RC_OK);
    assert_int_equal(file_read(place.ctx, place.path, 12, &text), RC_OK);
    assert_true(str_eq(text, S("what it says")));
    assert_int_equal(file_read(place.ctx, place.path, 11, &text), RC_LIMIT);
    assert_int_equal(place.ctx->err.id, ERR_TOO_LARGE);
    ctx_clear_error(place.ctx);
    test_temporary_remove(place.folder);
}

static void assert_no_file(struct place *place, const char *path)
{
    struct str text;

    assert_int_equal(file_read(place->ctx, path, SMALL, &text), RC_UNAVAILABLE);
    assert_int_equal(place->ctx->err.id, ERR_FILE);
    assert_true(str_find(place->ctx->err.detail, S(": not a file")) > 0);
    ctx_clear_error(place->ctx);
}

/* Whoever names a pipe is told so at once: nobody may ever write into it. */
static void what_is_no_file_is_not_waited_for(void **state)
{
    struct place place;
    int fd;

    make_place(state, &place);
    assert_int_equal(mkfifo(place.path, 0600), 0);
    alarm(5); /* ends the test if it is */
    assert_no_file(&place, place.path);
    alarm(0);
    fd = open(place.path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "text", 4), 4);
    assert_no_file(&place, place.path);
    close(fd);
    assert_no_file(&place, place.folder);
    assert_no_file(&place, "/dev/zero");
    test_temporary_remove(place.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(is_read_whole),
        TEST(what_is_no_file_is_not_waited_for),
    };

    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
