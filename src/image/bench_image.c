/* Prints what one picture costs cityhall-image: seconds by the clock and of processor, and peak
 * memory, for each format. Pictures are made first, not counted. Run it on an idle machine, from
 * a release build: bench_image [PROGRAM]. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/test_support.h"

#define ROUNDS 3

struct cost {
    double wall_s, cpu_s;
    long peak_kb;
    size_t answer_bytes;
};

static struct cost run_once(const char *program, int fd)
{
    char *argv[] = {(char *)(uintptr_t)program, NULL}, *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    static char answer[1 << 16];
    struct cost cost = {0};
    struct rusage usage;
    int ends[2], status;
    pid_t pid;
    int64_t start_ms = clock_monotonic_ms();

    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    for (ssize_t n; (n = read(ends[0], answer, sizeof answer)) > 0;)
        cost.answer_bytes += (size_t)n;
    close(ends[0]);
    assert_int_equal(wait4(pid, &status, 0, &usage), pid);
    assert_int_equal(status, 0);
    cost.wall_s = (double)(clock_monotonic_ms() - start_ms) / 1000;
    cost.cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    cost.peak_kb = usage.ru_maxrss;
    return cost;
}

/* What to measure: a name and how to make the file. */
struct sample {
    const char *name;
    struct str (*make)(struct ctx *ctx, const struct picture *photo);
};

/* The file is made in a process of its own: a program started by a large one would be counted
 * with that one's peak (getrusage(2), ru_maxrss is kept across exec). */
static int make_file(const struct sample *sample, uint32_t width, uint32_t height)
{
    int fd = memfd_create("bench", MFD_CLOEXEC), status;
    pid_t pid;

    assert_true(fd >= 0);
    fflush(stdout);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ctx ctx = {.arena = arena_new((size_t)4 << 30)};
        struct picture photo = make_photo(&ctx, width, height);
        struct str file = sample->make(&ctx, &photo);

        _exit(write(fd, file.p, file.n) == (ssize_t)file.n ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    return fd;
}

static void measure(const char *program, const struct sample *sample, uint32_t width,
                    uint32_t height)
{
    int fd = make_file(sample, width, height);
    struct cost best = {.wall_s = 1e9};
    off_t bytes = lseek(fd, 0, SEEK_END);

    for (int i = 0; i < ROUNDS; i++) {
        struct cost cost = run_once(program, fd);

        if (cost.wall_s < best.wall_s)
            best = cost;
    }
    close(fd);
    printf("%5u x %-5u %-22s %8.1f kB %7.3f s %7.3f s cpu %6.1f MB peak %7.1f kB out\n", width,
           height, sample->name, (double)bytes / 1000, best.wall_s, best.cpu_s,
           (double)best.peak_kb / 1024, (double)best.answer_bytes / 1000);
    fflush(stdout);
}

static struct str sample_jpeg(struct ctx *ctx, const struct picture *photo)
{
    return make_jpeg(ctx, photo, (struct jpeg_wish){.is_grey = false});
}

static struct str sample_jpeg_p3(struct ctx *ctx, const struct picture *photo)
{
    return make_jpeg(ctx, photo,
                     (struct jpeg_wish){.is_progressive = true, .icc = make_icc(ctx, true)});
}

static struct str sample_heic_tiles(struct ctx *ctx, const struct picture *photo)
{
    return make_heic_tiles(ctx, photo, 512);
}

static struct str sample_heic(struct ctx *ctx, const struct picture *photo)
{
    return make_heic(ctx, photo, 6);
}

static struct str sample_webp(struct ctx *ctx, const struct picture *photo)
{
    return make_webp(ctx, photo, (struct webp_wish){.is_lossless = false});
}

/* Lossless formats hold what the size limit lets through: screenshots, not grain. */
static struct str sample_webp_lossless(struct ctx *ctx, const struct picture *photo)
{
    struct picture flat = make_pattern(ctx, photo->width, photo->height);

    return make_webp(ctx, &flat, (struct webp_wish){.is_lossless = true, .has_alpha = true});
}

static struct str sample_png(struct ctx *ctx, const struct picture *photo)
{
    struct picture flat = make_pattern(ctx, photo->width, photo->height);

    return make_png(ctx, &flat, (struct png_wish){.depth = 16});
}

static struct str sample_png_interlaced(struct ctx *ctx, const struct picture *photo)
{
    struct picture flat = make_pattern(ctx, photo->width, photo->height);

    return make_png(ctx, &flat, (struct png_wish){.is_interlaced = true, .has_alpha = true});
}

int main(int argc, char **argv)
{
    static const struct sample samples[] = {
        {"JPEG", sample_jpeg},
        {"JPEG progressive, P3", sample_jpeg_p3},
        {"HEIC, tiles of 512", sample_heic_tiles},
        {"HEIC, one piece, turned", sample_heic},
        {"WebP", sample_webp},
        {"WebP lossless, alpha", sample_webp_lossless},
        {"PNG 16 bit", sample_png},
        {"PNG interlaced, alpha", sample_png_interlaced},
    };
    static const uint32_t sizes[][2] = {{4096, 3072}, {8192, 5632}};
    const char *program = argc == 2 ? argv[1] : CITYHALL_IMAGE;

    measure(program, &samples[0], 1, 1);
    measure(program, &samples[3], 64, 64);
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < COUNT(samples); i++)
            measure(program, &samples[i], sizes[s][0], sizes[s][1]);
    return 0;
}
