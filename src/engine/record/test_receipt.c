/* Receipts and the key that signs them; whether receipts are right is asked of
 * tests/verify/verify_receipt.py, which knows nothing of this program but the format. */
#include "engine/record/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "engine/record/record.h"
#include "engine/record/record_keys.h"
#include "engine/test_support.h"

static const char *path_in(struct world *world, const char *name)
{
    return str_z(world->ctx.arena, str_fmt(world->ctx.arena, "%s/%s", world->folder, name));
}

static void write_text(struct world *world, const char *name, struct str text)
{
    test_ok(&world->ctx, file_write(&world->ctx, path_in(world, name), text, 0600));
}

static struct str receipt(struct world *world, const char *number)
{
    struct str text;

    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, receipt_of_case(&world->ctx, str_of(number), &world->keys, &text));
    return text;
}

static bool has(struct str text, const char *piece)
{
    return str_find(text, str_of(piece)) >= 0;
}

static void a_receipt_is_a_promise_then_a_proof(void **state)
{
    struct world *world = *state;
    struct str promise, proof;

    test_file(world, &(struct test_filing){.email = "m@b.example"});
    promise = receipt(world, "26-00001-7");
    assert_true(str_starts_with(promise, S("cityhall receipt 1\nnumber 26-00001-7\n"
                                           "service pothole\nfiled 2026-07-02T15:00:00Z\n")));
    assert_true(has(promise, "\nsignature ") && !has(promise, "\nposition "));
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, NULL));
    proof = receipt(world, "26-00001-7");
    assert_true(str_starts_with(proof, promise));
    assert_true(has(proof, "\nposition 14\nsize 16\nroot "));
    /* What comes after the head is promised again; what was proven stays so under it. */
    test_file(world, &(struct test_filing){0});
    assert_true(str_eq(receipt(world, "26-00001-7"), proof));
    assert_false(has(receipt(world, "26-00002-5"), "\nposition "));
}

static void there_is_none_for_what_is_not_there(void **state)
{
    struct world *world = *state;
    struct str text = S("untouched");

    assert_error(&world->ctx, receipt_of_case(&world->ctx, S("26-00001-7"), &world->keys, &text),
                 ERR_NOT_FOUND, NULL);
    assert_error(&world->ctx, receipt_of_event(&world->ctx, 4711, &world->keys, &text),
                 ERR_NOT_FOUND, NULL);
    assert_str(text, "untouched");
}

static enum rc add_many(struct ctx *ctx, void *arg)
{
    (void)arg;
    for (int i = 0; i < 600; i++) {
        enum rc rc =
            record_add(ctx, &(struct event){EVENT_NOTE_ADDED, 0, EVENT_STAFF, S("{}")}, NULL);

        if (rc)
            return rc;
    }
    return RC_OK;
}

static void a_verifier_of_its_own_agrees(void **state)
{
    struct world *world = *state;
    struct str text, key = {(const char *)world->keys.public_key, sizeof world->keys.public_key};
    char command[1000];

    test_file(world, &(struct test_filing){.email = "m@b.example"});
    test_ok(&world->ctx, db_tx(&world->ctx, add_many, NULL));
    test_ok(&world->ctx, record_sign_head(&world->ctx, &world->keys, NULL));
    write_text(world, "proven-case.receipt", receipt(world, "26-00001-7"));
    test_ok(&world->ctx, receipt_of_event(&world->ctx, 616, &world->keys, &text));
    write_text(world, "proven-last.receipt", text);
    test_file(world, &(struct test_filing){0});
    write_text(world, "promised.receipt", receipt(world, "26-00002-5"));
    write_text(world, "record.pub", crypto_hex(world->ctx.arena, key));
    snprintf(command, sizeof command,
             "PYTHONDONTWRITEBYTECODE=1 python3 '%s/tests/verify/test_receipts.py' '%s' >&2",
             getenv("CITYHALL_ROOT"), world->folder);
    assert_int_equal(system(command), 0);
}

/* ---- The key */

static void a_key_is_made_once_and_found_again(void **state)
{
    struct world *world = *state;
    struct crypto_keypair made, found;
    struct str public;
    struct stat about;

    assert_error(&world->ctx, record_keys_load(&world->ctx, world->folder, &found), ERR_NOT_FOUND,
                 NULL);
    test_ok(&world->ctx, record_keys_make(&world->ctx, world->folder, &made));
    assert_int_equal(stat(path_in(world, RECORD_KEY_FILE), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    test_ok(&world->ctx, record_keys_load(&world->ctx, world->folder, &found));
    assert_memory_equal(&made, &found, sizeof made);
    test_ok(&world->ctx,
            record_public_key_load(&world->ctx, path_in(world, RECORD_PUBLIC_FILE), &public));
    assert_memory_equal(public.p, made.public_key, public.n);
    assert_error(&world->ctx, record_keys_make(&world->ctx, world->folder, &made), ERR_CONFIG,
                 NULL);
}

static void a_wrong_key_is_refused(void **state)
{
    struct world *world = *state;
    struct crypto_keypair keys, other = crypto_sign_new_keys();
    struct str public = {(const char *)other.public_key, sizeof other.public_key};

    test_ok(&world->ctx, record_keys_make(&world->ctx, world->folder, &keys));
    assert_int_equal(chmod(path_in(world, RECORD_KEY_FILE), 0640), 0);
    assert_error(&world->ctx, record_keys_load(&world->ctx, world->folder, &keys), ERR_CONFIG,
                 NULL);
    assert_int_equal(chmod(path_in(world, RECORD_KEY_FILE), 0600), 0);
    write_text(world, RECORD_PUBLIC_FILE, crypto_hex(world->ctx.arena, public));
    assert_error(&world->ctx, record_keys_load(&world->ctx, world->folder, &keys), ERR_CONFIG,
                 NULL);
    write_text(world, RECORD_KEY_FILE, S("no key\n"));
    assert_error(&world->ctx, record_keys_load(&world->ctx, world->folder, &keys), ERR_CONFIG,
                 NULL);
    write_text(world, RECORD_KEY_FILE, S("00ff\n"));
    assert_error(&world->ctx, record_keys_load(&world->ctx, world->folder, &keys), ERR_CONFIG,
                 NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_receipt_is_a_promise_then_a_proof),
        TEST(there_is_none_for_what_is_not_there),
        TEST(a_verifier_of_its_own_agrees),
        TEST(a_key_is_made_once_and_found_again),
        TEST(a_wrong_key_is_refused),
    };

    return RUN_TESTS("receipt", tests);
}
