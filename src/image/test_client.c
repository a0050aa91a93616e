#include "image/image_client.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "image/test_support.h"

#define THREADS 8

static struct image_client real_client(void)
{
    struct image_client client;

    image_client_init(&client, CITYHALL_IMAGE);
    return client;
}

static struct str wish_of(struct ctx *ctx, const char *word)
{
    return str_fmt(ctx->arena, "\xff\xd8\xff%s", word);
}

static int open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void test_all_formats(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    struct picture upright = make_pattern(ctx, 400, 300);
    const struct {
        enum image_kind kind;
        struct str bytes;
    } files[] = {
        {IMAGE_JPEG, make_jpeg(ctx, &upright, (struct jpeg_wish){.is_progressive = true})},
        {IMAGE_PNG, make_png(ctx, &upright, (struct png_wish){.is_interlaced = true})},
        {IMAGE_WEBP, make_webp(ctx, &upright, (struct webp_wish){.is_lossless = true})},
        {IMAGE_HEIC, make_heic(ctx, &upright, 1)},
    };

    for (size_t i = 0; i < COUNT(files); i++) {
        struct image_result got;
        struct picture full;

        if (image_process(ctx, &client, files[i].bytes, &got) != RC_OK)
            fail_msg("%s: %.*s", err_name(ctx->err.id), STR_ARG(ctx->err.detail));
        full = read_jpeg(ctx, got.full.jpeg);
        assert_pattern(&full);
        assert_int_equal(got.kind, files[i].kind);
        assert_int_equal(got.width, 400);
        assert_int_equal(got.height, 300);
        assert_int_equal(got.full.width, 400);
        assert_int_equal(got.full.height, 300);
        assert_int_equal(got.thumb.width, 320);
        assert_int_equal(got.thumb.height, 240);
        assert_int_equal(read_jpeg(ctx, got.thumb.jpeg).width, 320);
    }
    image_client_done(&client);
}

static void assert_refused(struct ctx *ctx, struct image_client *client, struct str bytes,
                           enum err_id id)
{
    struct image_result got = {.width = 77};

    ctx_clear_error(ctx);
    assert_int_not_equal(image_process(ctx, client, bytes, &got), RC_OK);
    if (ctx->err.id != id)
        fail_msg("%s instead of %s: %.*s", err_name(ctx->err.id), err_name(id),
                 STR_ARG(ctx->err.detail));
    assert_int_equal(got.width, 77);
}

static void test_refusals(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    char *long_file = arena_alloc(ctx->arena, IMAGE_MAX_INPUT_BYTES + 1);

    assert_refused(ctx, &client, STR_NONE, ERR_FILE_BROKEN);
    assert_refused(ctx, &client, S("GIF89a......"), ERR_FILE_KIND);
    assert_true(str_eq(ctx->err.arg, S("JPEG, PNG, WebP, HEIC")));
    assert_refused(ctx, &client, S("\xff\xd8\xff no more than this"), ERR_FILE_BROKEN);
    memcpy(long_file, "\xff\xd8\xff", 3);
    assert_refused(ctx, &client, (struct str){long_file, IMAGE_MAX_INPUT_BYTES + 1}, ERR_TOO_LARGE);
    assert_true(str_eq(ctx->err.arg, S("15 MB")));
    image_client_done(&client);
}

/* 50,000 by 50,000 pixels in 300 kB are refused by the head alone: what follows is not looked at,
 * or the file that ends there would be a broken one. */
static void test_bomb_is_cheap(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    struct str bomb = make_png_bomb(ctx, 50000, 50000);

    assert_refused(ctx, &client, bomb, ERR_TOO_LARGE);
    assert_true(str_eq(ctx->err.arg, S("50 MP")));
    bomb.n = 41; /* the signature, the head, and where the pixels would begin */
    assert_refused(ctx, &client, bomb, ERR_TOO_LARGE);
    image_client_done(&client);
}

/* HEIC through the program itself, so that a crash of the decoder is one refused file. */
static void test_damaged_heic(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    struct picture pattern = make_pattern(ctx, 128, 128);
    struct str whole = make_heic_tiles(ctx, &pattern, 64);
    uint64_t seed = 4711;
    int refused = 0;

    for (int round = 0; round < 40; round++) {
        struct str copy = str_copy(ctx->arena, whole);
        struct image_result got;

        for (int flips = 0; flips < 3; flips++)
            ((char *)(uintptr_t)copy.p)[test_random(&seed) % copy.n] ^=
                (char)(1 << (test_random(&seed) & 7));
        ctx_clear_error(ctx);
        refused += image_process(ctx, &client, copy, &got) != RC_OK;
        assert_true(ctx->err.id == ERR_NONE || ctx->err.id == ERR_FILE_BROKEN ||
                    ctx->err.id == ERR_FILE_KIND || ctx->err.id == ERR_TOO_LARGE);
    }
    assert_true(refused > 0);
    ctx_clear_error(ctx);
    image_client_done(&client);
}

static void test_descriptor(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    struct picture upright = make_pattern(ctx, 60, 40);
    struct str jpeg = make_jpeg(ctx, &upright, (struct jpeg_wish){.is_grey = false});
    int fd = memfd_create("upload", MFD_CLOEXEC), pipes[2];
    struct image_result got;

    assert_int_equal(write(fd, jpeg.p, jpeg.n), (ssize_t)jpeg.n);
    assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
    assert_int_equal(image_process_fd(ctx, &client, fd, &got), RC_OK);
    assert_int_equal(got.full.width, 60);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 7);
    assert_int_equal(ftruncate(fd, (off_t)jpeg.n / 2), 0);
    assert_int_not_equal(image_process_fd(ctx, &client, fd, &got), RC_OK);
    assert_int_equal(ctx->err.id, ERR_FILE_BROKEN);
    ctx_clear_error(ctx);
    assert_int_equal(ftruncate(fd, (off_t)IMAGE_MAX_INPUT_BYTES + 1), 0);
    assert_int_not_equal(image_process_fd(ctx, &client, fd, &got), RC_OK);
    assert_int_equal(ctx->err.id, ERR_TOO_LARGE);
    ctx_clear_error(ctx);
    close(fd);
    assert_int_equal(pipe(pipes), 0);
    assert_int_not_equal(image_process_fd(ctx, &client, pipes[0], &got), RC_OK);
    assert_int_equal(ctx->err.id, ERR_FILE);
    close(pipes[0]);
    close(pipes[1]);
    image_client_done(&client);
}

static void test_no_program(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client;

    image_client_init(&client, "/nonexistent/cityhall-image");
    assert_refused(ctx, &client, wish_of(ctx, "honest"), ERR_FILE);
    assert_true(str_find(ctx->err.detail, S("/nonexistent")) >= 0);
    image_client_done(&client);
    image_client_init(&client, FAKE_IMAGE);
    assert_refused(ctx, &client, wish_of(ctx, "unstarted"), ERR_FILE);
    assert_true(str_find(ctx->err.detail, S("cannot be started")) >= 0);
    image_client_done(&client);
}

/* Once it has said something it did begin: then it is this picture, not the program, that is at
 * fault, and the next picture may well be taken. */
static void test_ends_half_way(void **state)
{
    static const struct {
        const char *word, *detail;
    } ends[] = {
        {"byte-127", "exit 127, signal 0"},
        {"half-127", "exit 127, signal 0"},
        {"honest-127", "exit 127, signal 0"},
        {"killed", "exit -1, signal 9"},
    };
    struct ctx *ctx = *state;
    struct image_client client;

    image_client_init(&client, FAKE_IMAGE);
    for (size_t i = 0; i < COUNT(ends); i++) {
        assert_refused(ctx, &client, wish_of(ctx, ends[i].word), ERR_FILE_BROKEN);
        if (str_find(ctx->err.detail, str_of(ends[i].detail)) < 0)
            fail_msg("%s: %.*s", ends[i].word, STR_ARG(ctx->err.detail));
    }
    assert_refused(ctx, &client, wish_of(ctx, "unstarted"), ERR_FILE);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    image_client_done(&client);
}

static void test_bad_answers(void **state)
{
    static const char *words[] = {"crash",       "text",         "refusal",    "short-refusal",
                                  "short",       "giant",        "script",     "nothing",
                                  "honest-more", "honest-crash", "honest-code"};
    struct ctx *ctx = *state;
    struct image_client client;
    struct image_result got;
    int before;

    image_client_init(&client, FAKE_IMAGE);
    before = open_descriptors();
    assert_int_equal(image_process(ctx, &client, wish_of(ctx, "honest"), &got), RC_OK);
    assert_true(str_eq(got.thumb.jpeg, S("\xff\xd8\xff-\xff\xd9")));
    for (size_t i = 0; i < COUNT(words); i++)
        assert_refused(ctx, &client, wish_of(ctx, words[i]), ERR_FILE_BROKEN);
    assert_refused(ctx, &client, wish_of(ctx, "refusal"), ERR_FILE_BROKEN);
    assert_true(str_eq(ctx->err.detail, S("?[2Jbell?")));
    assert_refused(ctx, &client, wish_of(ctx, "crash"), ERR_FILE_BROKEN);
    assert_true(str_find(ctx->err.detail, S("signal 6")) >= 0);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    image_client_done(&client);
}

static void test_late_answers(void **state)
{
    static const char *words[] = {"hang", "honest-hang", "flood"};
    struct ctx *ctx = *state;
    struct image_client client;

    image_client_init(&client, FAKE_IMAGE);
    client.timeout_ms = 200;
    for (size_t i = 0; i < COUNT(words); i++) {
        int64_t start_ms = clock_monotonic_ms();

        assert_refused(ctx, &client, wish_of(ctx, words[i]), ERR_FILE_BROKEN);
        assert_true(clock_monotonic_ms() - start_ms < 6000);
    }
    client.timeout_ms = 20000;
    ctx->deadline_ms = clock_monotonic_ms() + 100;
    assert_refused(ctx, &client, wish_of(ctx, "hang"), ERR_DEADLINE);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    image_client_done(&client);
}

static void test_nothing_to_reach(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client;
    struct image_result got;
    int leaky = open("/dev/null", O_RDONLY);

    image_client_init(&client, FAKE_IMAGE);
    assert_int_equal(image_process(ctx, &client, wish_of(ctx, "look"), &got), RC_OK);
    close(leaky);
    image_client_done(&client);
}

/* An arena too small for the answer is the caller's failure, and no child is left behind. */
static void test_small_arena(void **state)
{
    struct ctx *ctx = *state, small = {.arena = arena_new(20000)};
    struct image_client client = real_client();
    struct picture photo = make_photo(ctx, 1500, 1000);
    struct str jpeg = make_jpeg(ctx, &photo, (struct jpeg_wish){.is_grey = false});
    struct image_result got;

    assert_int_equal(image_process(&small, &client, jpeg, &got), RC_LIMIT);
    assert_int_equal(small.err.id, ERR_MEMORY);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    arena_free(small.arena);
    image_client_done(&client);
}

#ifdef CITYHALL_FAULTS
/* Each fallible call made to fail in turn: an error that says "later", nothing left behind. */
static void test_faults(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client;
    struct str wish = wish_of(ctx, "honest");
    int before = open_descriptors();
    int64_t n = 0;
    enum rc rc = RC_INTERNAL;

    image_client_init(&client, FAKE_IMAGE);
    while (rc != RC_OK) {
        struct ctx work = {.arena = arena_new((size_t)1 << 20)};
        struct image_result got;

        fault_arm(++n);
        rc = image_process(&work, &client, wish, &got);
        fault_arm(0);
        assert_true(rc == RC_OK || rc == RC_UNAVAILABLE || rc == RC_LIMIT);
        arena_free(work.arena);
        assert_int_equal(open_descriptors(), before);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    }
    assert_true(n > 4);
    image_client_done(&client);
}
#endif

struct caller {
    pthread_t thread;
    struct image_client *client;
    struct str bytes;
    int rounds;
    int done, overloaded, deadline, other;
    int64_t deadline_after_ms;
};

static void *caller_main(void *arg)
{
    struct caller *caller = arg;

    for (int i = 0; i < caller->rounds; i++) {
        struct ctx ctx = {.arena = arena_new((size_t)32 << 20)};
        struct image_result got;

        if (caller->deadline_after_ms)
            ctx.deadline_ms = clock_monotonic_ms() + caller->deadline_after_ms;
        if (image_process(&ctx, caller->client, caller->bytes, &got) == RC_OK)
            caller->done += got.full.width > 0;
        caller->overloaded += ctx.err.id == ERR_OVERLOAD;
        caller->deadline += ctx.err.id == ERR_DEADLINE;
        caller->other += ctx.err.id && ctx.err.id != ERR_OVERLOAD && ctx.err.id != ERR_DEADLINE;
        arena_free(ctx.arena);
    }
    return NULL;
}

/* Runs THREADS callers like `model` and gives their sums. */
static struct caller run_callers(struct caller model)
{
    struct caller callers[THREADS], sum = {.rounds = 0};

    for (int i = 0; i < THREADS; i++) {
        callers[i] = model;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, caller_main, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        sum.done += callers[i].done;
        sum.overloaded += callers[i].overloaded;
        sum.deadline += callers[i].deadline;
        sum.other += callers[i].other;
    }
    return sum;
}

static void test_many_threads(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client = real_client();
    struct picture photo = make_photo(ctx, 640, 480);
    struct caller sum = run_callers(
        (struct caller){.client = &client,
                        .rounds = 3,
                        .bytes = make_jpeg(ctx, &photo, (struct jpeg_wish){.is_grey = false})});

    assert_int_equal(sum.done, THREADS * 3);
    assert_int_equal(sum.other + sum.overloaded + sum.deadline, 0);
    image_client_done(&client);
}

static void test_overload(void **state)
{
    struct ctx *ctx = *state;
    struct image_client client;
    struct caller sum, model = {.client = &client, .rounds = 1, .bytes = wish_of(ctx, "hang")};
    int64_t start_ms = clock_monotonic_ms();

    image_client_init(&client, FAKE_IMAGE);
    client.timeout_ms = 1500;
    client.wait_ms = 100;
    client.max_waiting = 3;
    sum = run_callers(model);
    assert_int_equal(sum.other, 1);
    assert_int_equal(sum.overloaded, THREADS - 1);
    assert_true(clock_monotonic_ms() - start_ms < 6000);
    client.wait_ms = 10000;
    client.max_waiting = THREADS;
    model.deadline_after_ms = 150;
    sum = run_callers(model);
    assert_int_equal(sum.deadline, THREADS);
    image_client_done(&client);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
#ifdef CITYHALL_FAULTS
        TEST(test_faults),
#endif
        TEST(test_all_formats),   TEST(test_refusals),     TEST(test_bomb_is_cheap),
        TEST(test_damaged_heic),  TEST(test_descriptor),   TEST(test_no_program),
        TEST(test_bad_answers),   TEST(test_late_answers), TEST(test_nothing_to_reach),
        TEST(test_small_arena),   TEST(test_many_threads), TEST(test_overload),
        TEST(test_ends_half_way),
    };

    return cmocka_run_group_tests_name("image/client", tests, NULL, NULL);
}
