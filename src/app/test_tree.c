/* Folders removed, copied and walked, and the installation's secret: what a backup, a restore and
 * the demonstration do with files that somebody else could have put there. */
#include "app/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/keys.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/test_support.h"
#include "base/test_temporary.h"

#define MAX_BYTES 100000

struct folder {
    struct ctx ctx;
    char path[TEST_TEMPORARY_MAX];
};

static int open_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    assert_non_null(folder);
    crypto_init();
    folder->ctx.arena = arena_new((size_t)16 << 20);
    assert_non_null(folder->ctx.arena);
    test_temporary(folder->path, "tree");
    *state = folder;
    return 0;
}

static int close_folder(void **state)
{
    struct folder *folder = *state;

    fault_arm(0);
    test_temporary_remove(folder->path);
    ctx_done(&folder->ctx);
    arena_free(folder->ctx.arena);
    free(folder);
    return 0;
}

static const char *in(struct folder *folder, const char *name)
{
    return str_z(folder->ctx.arena, str_fmt(folder->ctx.arena, "%s/%s", folder->path, name));
}

static void put(struct folder *folder, const char *name, struct str content)
{
    assert_int_equal(file_write(&folder->ctx, in(folder, name), content, 0600), RC_OK);
}

static void make(struct folder *folder, const char *name)
{
    assert_int_equal(mkdir(in(folder, name), 0700), 0);
}

static void link_to(struct folder *folder, const char *target, const char *name)
{
    assert_int_equal(symlink(in(folder, target), in(folder, name)), 0);
}

static bool is_there(struct folder *folder, const char *name)
{
    struct stat about;

    return lstat(in(folder, name), &about) == 0;
}

static struct str content_of(struct folder *folder, const char *name)
{
    struct str content;

    assert_int_equal(file_read(&folder->ctx, in(folder, name), MAX_BYTES, &content), RC_OK);
    return content;
}

static enum rc copy(struct folder *folder, const char *from, const char *to)
{
    ctx_clear_error(&folder->ctx);
    return tree_copy_file(&folder->ctx, in(folder, from), in(folder, to), 0640);
}

/* ---- Copies */

static void a_copy_has_all_bytes_and_its_own_mode(void **state)
{
    struct folder *folder = *state;
    struct buf bytes = buf_in(folder->ctx.arena, MAX_BYTES);
    struct stat about;
    mode_t before = umask(0);

    for (int i = 0; i < 70000; i++)
        buf_add_byte(&bytes, (char)(i * 7 >> 3));
    put(folder, "from", buf_str(&bytes));
    put(folder, "empty", S(""));
    assert_int_equal(copy(folder, "from", "to"), RC_OK);
    assert_int_equal(copy(folder, "empty", "to-empty"), RC_OK);
    umask(before);
    assert_true(str_eq(content_of(folder, "to"), buf_str(&bytes)));
    assert_int_equal(content_of(folder, "to-empty").n, 0);
    assert_int_equal(stat(in(folder, "to"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0640);
}

/* A backup never writes over another, and a link in its place leads nowhere. */
static void what_stands_there_stays(void **state)
{
    struct folder *folder = *state;

    put(folder, "from", S("new"));
    put(folder, "to", S("old"));
    put(folder, "elsewhere", S("safe"));
    link_to(folder, "elsewhere", "link");
    link_to(folder, "nowhere", "dangling");
    assert_int_equal(copy(folder, "from", "to"), err_rc(ERR_FILE));
    assert_int_equal(folder->ctx.err.id, ERR_FILE);
    assert_true(str_find(folder->ctx.err.detail, S("/to: File exists")) > 0);
    assert_int_not_equal(copy(folder, "from", "link"), RC_OK);
    assert_int_not_equal(copy(folder, "from", "dangling"), RC_OK);
    assert_str(content_of(folder, "to"), "old");
    assert_str(content_of(folder, "elsewhere"), "safe");
    assert_false(is_there(folder, "nowhere"));
}

static void only_a_file_is_copied(void **state)
{
    struct folder *folder = *state;

    put(folder, "secret", S("of somebody else"));
    link_to(folder, "secret", "link");
    make(folder, "sub");
    assert_int_not_equal(copy(folder, "missing", "to"), RC_OK);
    assert_true(str_find(folder->ctx.err.detail, S("/missing: ")) > 0);
    assert_int_not_equal(copy(folder, "link", "to"), RC_OK);
    assert_int_not_equal(copy(folder, "sub", "to"), RC_OK);
    assert_false(is_there(folder, "to"));
}

#ifdef CITYHALL_FAULTS
static void a_copy_that_fails_leaves_nothing(void **state)
{
    struct folder *folder = *state;
    int64_t calls;

    put(folder, "from", S("new"));
    fault_arm(0);
    assert_int_equal(copy(folder, "from", "to"), RC_OK);
    calls = fault_count();
    assert_true(calls >= 2);
    assert_int_equal(unlink(in(folder, "to")), 0);
    for (int64_t n = 1; n <= calls; n++) {
        enum rc rc;

        fault_arm(n);
        rc = copy(folder, "from", "to");
        fault_arm(0);
        if (rc == RC_OK) /* a block of memory that only the failure's words would have needed */
            assert_int_equal(unlink(in(folder, "to")), 0);
        assert_false(is_there(folder, "to"));
    }
}
#endif

/* ---- Walks */

struct seen {
    struct buf names;
    int64_t bytes;
    int left; /* so many more are welcome */
};

static enum rc see(struct ctx *ctx, struct str path, int64_t bytes, void *arg)
{
    struct seen *seen = arg;

    if (seen->left-- == 0)
        return FAIL(ctx, ERR_STALE);
    buf_add_fmt(&seen->names, "(%.*s)", STR_ARG(path));
    seen->bytes += bytes;
    return RC_OK;
}

static struct seen walk(struct folder *folder, const char *name, int most, enum rc expected)
{
    struct seen seen = {.names = buf_in(folder->ctx.arena, 10000), .left = most};

    ctx_clear_error(&folder->ctx);
    assert_int_equal(tree_each(&folder->ctx, in(folder, name), see, &seen), expected);
    return seen;
}

static void a_walk_sees_each_file_and_nothing_else(void **state)
{
    struct folder *folder = *state;
    struct str names;
    struct seen seen;

    make(folder, "all");
    make(folder, "all/ab");
    make(folder, "all/.hidden");
    make(folder, "outside");
    put(folder, "all/one", S("1"));
    put(folder, "all/ab/two", S("22"));
    put(folder, "all/.tmp", S("x"));
    put(folder, "all/.hidden/three", S("x"));
    put(folder, "outside/four", S("x"));
    link_to(folder, "outside", "all/folder");
    link_to(folder, "outside/four", "all/file");
    assert_int_equal(mkfifo(in(folder, "all/pipe"), 0600), 0); /* to open it would hang */
    seen = walk(folder, "all", 100, RC_OK);
    names = buf_str(&seen.names);
    assert_int_equal(names.n, strlen("(one)(ab/two)"));
    assert_true(str_find(names, S("(one)")) >= 0 && str_find(names, S("(ab/two)")) >= 0);
    assert_int_equal(seen.bytes, 3);
    seen = walk(folder, "missing", 100, RC_OK);
    assert_int_equal(seen.names.n, 0);
}

static void a_walk_ends_where_it_is_told_to(void **state)
{
    struct folder *folder = *state;
    struct seen seen;

    make(folder, "all");
    for (int i = 0; i < 5; i++)
        put(folder, str_z(folder->ctx.arena, str_fmt(folder->ctx.arena, "all/%d", i)), S("x"));
    seen = walk(folder, "all", 2, RC_CONFLICT);
    assert_int_equal(seen.bytes, 2);
    assert_int_equal(folder->ctx.err.id, ERR_STALE);
    put(folder, "file", S("x"));
    walk(folder, "file", 100, err_rc(ERR_FILE)); /* no folder */
}

static void removing_follows_no_link(void **state)
{
    struct folder *folder = *state;

    make(folder, "city");
    make(folder, "city/files");
    make(folder, "outside");
    put(folder, "outside/kept", S("x"));
    put(folder, "city/files/gone", S("x"));
    put(folder, "city/.hidden", S("x"));
    link_to(folder, "outside", "city/files/link");
    tree_remove(in(folder, "city"));
    assert_false(is_there(folder, "city"));
    assert_true(is_there(folder, "outside/kept"));
    tree_remove(in(folder, "city")); /* again: nothing to do */
}

static void names_are_brought_to_the_disk(void **state)
{
    struct folder *folder = *state;

    put(folder, "file", S("x"));
    assert_int_equal(tree_sync_folder(&folder->ctx, folder->path), RC_OK);
    assert_int_not_equal(tree_sync_folder(&folder->ctx, in(folder, "missing")), RC_OK);
    assert_true(str_find(folder->ctx.err.detail, S("/missing: ")) > 0);
    assert_int_not_equal(tree_sync_folder(&folder->ctx, in(folder, "file")), RC_OK);
}

/* ---- The secret */

static void the_secret_is_read_as_it_was_made(void **state)
{
    struct folder *folder = *state;
    unsigned char first[PEOPLE_KEY_BYTES] = {0}, again[PEOPLE_KEY_BYTES], other[PEOPLE_KEY_BYTES];
    struct stat about;

    assert_int_equal(keys_make(&folder->ctx, folder->path), RC_OK);
    assert_int_equal(stat(in(folder, KEYS_SECRET_FILE), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_int_equal(keys_load(&folder->ctx, folder->path, first), RC_OK);
    assert_int_equal(keys_load(&folder->ctx, folder->path, again), RC_OK);
    assert_memory_equal(first, again, sizeof first);
    make(folder, "other");
    assert_int_equal(keys_make(&folder->ctx, in(folder, "other")), RC_OK);
    assert_int_equal(keys_load(&folder->ctx, in(folder, "other"), other), RC_OK);
    assert_memory_not_equal(first, other, sizeof first);
}

/* Half a key would open no second factor; a wrong one none either, and nobody would know why. */
static void a_damaged_secret_is_not_used(void **state)
{
    static const char *const damaged[] = {
        "",
        "00",
        "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddee",
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00",
        "00112233445566778899aabbccddeeff 00112233445566778899aabbccddeeff",
    };
    struct folder *folder = *state;
    unsigned char key[PEOPLE_KEY_BYTES];

    memset(key, 0x5a, sizeof key);
    assert_int_equal(keys_load(&folder->ctx, folder->path, key), err_rc(ERR_CONFIG));
    assert_true(str_find(folder->ctx.err.detail, S("restore it from the backup")) > 0);
    for (size_t i = 0; i < COUNT(damaged); i++) {
        put(folder, KEYS_SECRET_FILE, str_of(damaged[i]));
        ctx_clear_error(&folder->ctx);
        assert_int_equal(keys_load(&folder->ctx, folder->path, key), err_rc(ERR_CONFIG));
        assert_int_equal(folder->ctx.err.id, ERR_CONFIG);
        assert_int_equal(key[0], 0x5a);
    }
    put(folder, KEYS_SECRET_FILE,
        S("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF\n"));
    assert_int_equal(keys_load(&folder->ctx, folder->path, key), RC_OK);
    assert_int_equal(key[PEOPLE_KEY_BYTES - 1], 0xff);
}

#define FOLDER(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FOLDER(a_copy_has_all_bytes_and_its_own_mode),
        FOLDER(what_stands_there_stays),
        FOLDER(only_a_file_is_copied),
#ifdef CITYHALL_FAULTS
        FOLDER(a_copy_that_fails_leaves_nothing),
#endif
        FOLDER(a_walk_sees_each_file_and_nothing_else),
        FOLDER(a_walk_ends_where_it_is_told_to),
        FOLDER(removing_follows_no_link),
        FOLDER(names_are_brought_to_the_disk),
        FOLDER(the_secret_is_read_as_it_was_made),
        FOLDER(a_damaged_secret_is_not_used),
    };

    return cmocka_run_group_tests_name("app/tree", tests, NULL, NULL);
}
