/* The store on the disk alone; what needs rows is tested with the program's photos. */
#include "base/test_support.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/test_temporary.h"
#include "engine/cases/files.h"
#include "engine/definition/city.h"

struct store {
    struct ctx ctx;
    struct city city;
    char folder[TEST_TEMPORARY_MAX];
};

static int open_store(void **state)
{
    struct store *store = calloc(1, sizeof *store);

    assert_non_null(store);
    crypto_init();
    test_temporary(store->folder, "files");
    store->ctx = (struct ctx){.arena = arena_new((size_t)64 << 20), .city = &store->city};
    store->city.files_folder = store->folder;
    *state = store;
    return 0;
}

static int close_store(void **state)
{
    struct store *store = *state;

    test_temporary_remove(store->folder);
    arena_free(store->ctx.arena);
    free(store);
    return 0;
}

static int entries;

static int count_entry(const char *path, const struct stat *about, int kind)
{
    (void)path;
    (void)about;
    entries += kind == FTW_F;
    return 0;
}

static int files_in(const struct store *store)
{
    entries = 0;
    assert_int_equal(ftw(store->folder, count_entry, 8), 0);
    return entries;
}

static struct str read_back(struct store *store, const struct crypto_hash *hash)
{
    char bytes[100];
    ssize_t n;
    int fd;

    assert_int_equal(files_open(&store->ctx, crypto_hash_str(hash), &fd), RC_OK);
    n = read(fd, bytes, sizeof bytes);
    close(fd);
    assert_true(n >= 0);
    return str_copy(store->ctx.arena, (struct str){bytes, (size_t)n});
}

static void the_same_bytes_are_there_once(void **state)
{
    struct store *store = *state;
    struct crypto_hash first, second, other;

    assert_int_equal(files_put(&store->ctx, S("a picture"), &first), RC_OK);
    assert_int_equal(files_put(&store->ctx, S("a picture"), &second), RC_OK);
    assert_memory_equal(first.bytes, second.bytes, sizeof first.bytes);
    assert_int_equal(files_in(store), 1);
    assert_int_equal(files_put(&store->ctx, S("another"), &other), RC_OK);
    assert_int_equal(files_in(store), 2);
    assert_str(read_back(store, &first), "a picture");
    assert_str(read_back(store, &other), "another");
}

static void what_is_not_there_is_not_found(void **state)
{
    struct store *store = *state;
    struct crypto_hash hash = crypto_sha256(S("never stored"));
    int fd = -2;

    assert_int_equal(files_open(&store->ctx, crypto_hash_str(&hash), &fd), RC_NOT_FOUND);
    ctx_clear_error(&store->ctx);
    assert_int_equal(files_open(&store->ctx, S("../../etc/passwd"), &fd), RC_INTERNAL);
    ctx_clear_error(&store->ctx);
    store->city.files_folder = NULL;
    assert_int_equal(files_put(&store->ctx, S("x"), &hash), RC_INVALID);
    assert_int_equal(store->ctx.err.id, ERR_CONFIG);
    assert_int_equal(fd, -2);
}

static void a_folder_that_is_gone_is_said(void **state)
{
    struct store *store = *state;
    struct crypto_hash hash;

    store->city.files_folder = "/nonexistent/files";
    assert_true(files_put(&store->ctx, S("x"), &hash) != RC_OK);
    assert_true(store->ctx.err.detail.n > 0);
}

#ifdef CITYHALL_FAULTS
/* Each write and sync fails once: nothing half written stays, and a full disk is called that. */
static void a_full_disk_leaves_nothing(void **state)
{
    struct store *store = *state;
    struct crypto_hash hash;
    int64_t calls = 1;
    int failures = 0, full = 0;

    for (int64_t n = 1; n <= calls; n++) {
        struct str bytes = str_fmt(store->ctx.arena, "file %d", (int)n);
        int before = files_in(store);
        enum rc rc;

        fault_arm(n);
        rc = files_put(&store->ctx, bytes, &hash);
        calls = fault_count();
        fault_arm(0);
        if (rc == RC_OK) {
            assert_true(calls < n);
            break;
        }
        failures++;
        full += store->ctx.err.id == ERR_DISK_FULL;
        if (store->ctx.err.id == ERR_DISK_FULL)
            assert_int_equal(files_in(store), before);
        ctx_clear_error(&store->ctx);
        assert_int_equal(files_put(&store->ctx, bytes, &hash), RC_OK);
        assert_int_equal(files_in(store), before + 1);
        assert_true(str_eq(read_back(store, &hash), bytes));
        calls = n + 1;
    }
    assert_true(failures >= 3);
    assert_true(full >= 1);
}
#endif

#define STORE_TEST(function) cmocka_unit_test_setup_teardown(function, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_same_bytes_are_there_once),
        STORE_TEST(what_is_not_there_is_not_found),
        STORE_TEST(a_folder_that_is_gone_is_said),
#ifdef CITYHALL_FAULTS
        STORE_TEST(a_full_disk_leaves_nothing),
#endif
    };

    return cmocka_run_group_tests_name("engine/files", tests, NULL, NULL);
}
