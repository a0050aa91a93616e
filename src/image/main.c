/* cityhall-image: one hostile picture in, two clean ones out.
 *
 * The server starts it by exec for each uploaded picture, with the file as descriptor 0 and a
 * pipe as descriptor 1 (image_client.h). It reads the bytes, locks itself in, decodes, makes the
 * picture and its thumbnail, writes one answer (image_frame.h) and ends. Exit code 0: an answer
 * was written, whatever it says.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/confine.h"
#include "image/decode.h"
#include "image/process.h"
#ifdef CITYHALL_IMAGE_PROBE
#include "image/probe.h"
#endif

#define ARENA_BYTES ((size_t)CONFINE_MEMORY_MB << 20)

#if defined(__SANITIZE_ADDRESS__)
/* The leak check at exit needs calls that are forbidden by then. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:allocator_may_return_null=1";
}
#endif

/* One byte more than is there or is taken, so that a file of any size is seen to be too long. */
static size_t input_room(void)
{
    struct stat st;

    if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
        (uint64_t)st.st_size < IMAGE_MAX_INPUT_BYTES)
        return (size_t)st.st_size + 1;
    return IMAGE_MAX_INPUT_BYTES + 1;
}

static enum rc read_input(struct ctx *ctx, struct str *ret)
{
    const size_t room = input_room();
    char *p = arena_alloc(ctx->arena, room);
    size_t n = 0;

    if (!p)
        return FAIL(ctx, ERR_MEMORY);
    while (n < room) {
        ssize_t got = read(STDIN_FILENO, p + n, room - n);

        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return FAIL(ctx, ERR_FILE_BROKEN, .detail = S("the input could not be read"));
        n += got > 0 ? (size_t)got : 0;
    }
    *ret = (struct str){p, n};
    return RC_OK;
}

static bool write_all(struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t put = write(STDOUT_FILENO, bytes.p, bytes.n);

        if (put < 0 && errno != EINTR)
            return false;
        if (put > 0)
            bytes = str_slice(bytes, (size_t)put, bytes.n);
    }
    return true;
}

static enum image_status status_of(enum err_id id)
{
    switch (id) {
    case ERR_NONE: return IMAGE_DONE;
    case ERR_FILE_KIND: return IMAGE_WRONG_KIND;
    case ERR_TOO_LARGE:
    case ERR_MEMORY: return IMAGE_TOO_LARGE;
    default: return IMAGE_BROKEN;
    }
}

static struct image_part part_of(const struct picture *picture, struct str jpeg)
{
    return (struct image_part){picture->width, picture->height, (uint32_t)jpeg.n};
}

static bool answer(const struct ctx *ctx, const struct processed *processed)
{
    struct image_frame frame = {.status = status_of(ctx->err.id),
                                .kind = processed->kind,
                                .width = processed->width,
                                .height = processed->height};
    struct str detail = str_slice(ctx->err.detail, 0, IMAGE_MAX_DETAIL_BYTES);
    uint8_t header[IMAGE_FRAME_BYTES];
    bool is_done = frame.status == IMAGE_DONE;

    if (is_done) {
        frame.full = part_of(&processed->full, processed->full_jpeg);
        frame.thumb = part_of(&processed->thumb, processed->thumb_jpeg);
    } else {
        frame.detail_bytes = (uint32_t)detail.n;
    }
    image_frame_pack(&frame, header);
    if (!write_all((struct str){(const char *)header, sizeof header}))
        return false;
    if (!is_done)
        return write_all(detail);
    return write_all(processed->full_jpeg) && write_all(processed->thumb_jpeg);
}

static int print_status(struct confinement *confinement)
{
    confine_files(confinement);
    confine_calls(confinement, true);
    if (confinement->has_memory_limit)
        printf("memory limit: %d MB\n", CONFINE_MEMORY_MB);
    else
        printf("memory limit: none (sanitizer build)\n");
    printf("processor limit: %d s\n", CONFINE_CPU_S);
    printf("seccomp: %s\n", confinement->has_seccomp ? "active" : "missing in this kernel");
    if (confinement->landlock_abi)
        printf("landlock: active (version %d)\n", confinement->landlock_abi);
    else
        printf("landlock: missing in this kernel\n");
    return fflush(stdout) == 0 ? 0 : 1;
}

static int print_usage(void)
{
    fputs("usage: cityhall-image < PICTURE | ...   one answer as image_frame.h says\n"
          "       cityhall-image --status          which protections this kernel gives\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct confinement confinement = {0};
    struct processed processed = {0};
    struct ctx ctx = {0};
    struct str bytes;

    mallopt(M_ARENA_MAX, 1);
    confine_limits(&confinement);
    if (argc == 2 && str_eq(str_of(argv[1]), S("--status")))
        return print_status(&confinement);
#ifdef CITYHALL_IMAGE_PROBE
    if (argc == 3 && str_eq(str_of(argv[1]), S("--probe")))
        return probe_run(&confinement, str_of(argv[2]));
#endif
    if (argc != 1)
        return print_usage();
    ctx.arena = arena_new(ARENA_BYTES);
    if (!ctx.arena)
        return 1;
    if (read_input(&ctx, &bytes) == RC_OK) {
        bool is_heic = image_sniff(bytes) == IMAGE_HEIC;

        if (is_heic)
            decode_heif_init();
        confine_files(&confinement);
        confine_calls(&confinement, is_heic);
        if (process_image(&ctx, bytes, &processed) != RC_OK)
            processed.full_jpeg = processed.thumb_jpeg = STR_NONE;
    }
    _exit(answer(&ctx, &processed) ? 0 : 1);
}
