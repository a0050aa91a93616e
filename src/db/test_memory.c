/* SQLite's memory: what a thread keeps and gives back. */
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "db/sqlite_memory.h"

#define BLOCKS 3000

static int keep(void **state)
{
    (void)state;
    sqlite_memory_keep();
    return 0;
}

static int let_go(void **state)
{
    (void)state;
    sqlite_memory_let_go();
    return 0;
}

static void fill(char *block, int bytes, int seed)
{
    for (int i = 0; i < bytes; i++)
        block[i] = (char)(seed + i);
}

static void assert_filled(const char *block, int bytes, int seed)
{
    for (int i = 0; i < bytes; i++)
        assert_int_equal(block[i], (char)(seed + i));
}

static void a_block_has_room_for_what_was_asked(void **state)
{
    (void)state;
    for (int bytes = 1; bytes < 3000; bytes += 7) {
        char *block = sqlite3_malloc(bytes), *other = sqlite3_malloc(bytes);

        assert_non_null(block);
        assert_non_null(other);
        assert_int_equal((uintptr_t)block % 8, 0);
        assert_true(sqlite3_msize(block) >= (sqlite3_uint64)bytes);
        fill(block, bytes, bytes);
        fill(other, bytes, 1);
        assert_filled(block, bytes, bytes);
        sqlite3_free(block);
        assert_filled(other, bytes, 1);
        sqlite3_free(other);
    }
}

static void a_small_block_is_taken_again(void **state)
{
    void *block = sqlite3_malloc(100), *again;

    (void)state;
    sqlite3_free(block);
    assert_true(sqlite_memory_kept_bytes() >= 100);
    again = sqlite3_malloc(100);
    assert_ptr_equal(again, block);
    sqlite3_free(again);
}

static void a_large_block_is_not_kept(void **state)
{
    size_t before = sqlite_memory_kept_bytes();

    (void)state;
    sqlite3_free(sqlite3_malloc(1025));
    sqlite3_free(sqlite3_malloc(100000));
    assert_int_equal(sqlite_memory_kept_bytes(), before);
}

static void growing_keeps_what_is_in_it(void **state)
{
    char *block = sqlite3_malloc(10);

    (void)state;
    fill(block, 10, 5);
    for (int bytes = 20; bytes < 5000; bytes += 333) {
        block = sqlite3_realloc(block, bytes);
        assert_non_null(block);
        assert_filled(block, 10, 5);
        assert_true(sqlite3_msize(block) >= (sqlite3_uint64)bytes);
    }
    block = sqlite3_realloc(block, 10);
    assert_filled(block, 10, 5);
    sqlite3_free(block);
}

static void what_is_kept_has_an_end(void **state)
{
    static void *blocks[BLOCKS];

    (void)state;
    for (int i = 0; i < BLOCKS; i++)
        blocks[i] = sqlite3_malloc(500);
    for (int i = 0; i < BLOCKS; i++)
        sqlite3_free(blocks[i]);
    assert_true(sqlite_memory_kept_bytes() <= SQLITE_MEMORY_KEPT_MAX_BYTES);
    assert_true(sqlite_memory_kept_bytes() > SQLITE_MEMORY_KEPT_MAX_BYTES - 1000);
    sqlite_memory_let_go();
    assert_int_equal(sqlite_memory_kept_bytes(), 0);
}

static void *free_there(void *block)
{
    sqlite3_free(block);
    return (void *)(uintptr_t)sqlite_memory_kept_bytes();
}

static void another_thread_keeps_nothing(void **state)
{
    pthread_t thread;
    void *kept_there;
    size_t before;
    void *block = sqlite3_malloc(64);

    (void)state;
    before = sqlite_memory_kept_bytes();
    assert_int_equal(pthread_create(&thread, NULL, free_there, block), 0);
    assert_int_equal(pthread_join(thread, &kept_there), 0);
    assert_null(kept_there);
    assert_int_equal(sqlite_memory_kept_bytes(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_block_has_room_for_what_was_asked, keep, let_go),
        cmocka_unit_test_setup_teardown(a_small_block_is_taken_again, keep, let_go),
        cmocka_unit_test_setup_teardown(a_large_block_is_not_kept, keep, let_go),
        cmocka_unit_test_setup_teardown(growing_keeps_what_is_in_it, keep, let_go),
        cmocka_unit_test_setup_teardown(what_is_kept_has_an_end, keep, let_go),
        cmocka_unit_test_setup_teardown(another_thread_keeps_nothing, keep, let_go),
    };

    sqlite_memory_set_up();
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
