/* Test builds only: a program that answers as a broken or taken-over cityhall-image might. The
 * word behind the JPEG magic of its input says how. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "image/image_frame.h"

static const struct image_frame honest = {.status = IMAGE_DONE,
                                          .kind = IMAGE_JPEG,
                                          .width = 10,
                                          .height = 10,
                                          .full = {10, 10, 8},
                                          .thumb = {5, 5, 6}};

static void put(struct str s)
{
    while (s.n > 0) {
        ssize_t n = write(STDOUT_FILENO, s.p, s.n);

        if (n < 0)
            exit(1);
        s = str_slice(s, (size_t)n, s.n);
    }
}

static void put_frame(struct image_frame frame)
{
    uint8_t header[IMAGE_FRAME_BYTES];

    image_frame_pack(&frame, header);
    put((struct str){(const char *)header, sizeof header});
}

static void put_parts(void)
{
    put(S("\xff\xd8\xff-1-\xff\xd9"));
    put(S("\xff\xd8\xff-\xff\xd9"));
}

static void sleep_long(void)
{
    sleep(20);
}

static void put_for_ever(void)
{
    struct image_frame frame = honest;

    frame.full.bytes = IMAGE_MAX_FULL_BYTES;
    put_frame(frame);
    for (;;)
        put(S("\xff\xd8\xff and so on and so on and so on"));
}

static void put_refusal(uint32_t promised)
{
    put_frame((struct image_frame){.status = IMAGE_BROKEN, .detail_bytes = promised});
    put(S("\x1b[2Jbell\a"));
}

/* Leaves as one whose libraries are missing, but half-way through an answer. */
static void leave_half_way(void)
{
    put_frame(honest);
    put(S("\xff\xd8\xff"));
    exit(127);
}

static void leave_after_one_byte(void)
{
    put(S("\n"));
    exit(127);
}

/* What an intruder could reach of the server: other descriptors, the input, the environment. */
static void look_around(void)
{
    extern char **environ;
    int others = 0;

    for (int fd = 3; fd < 1000; fd++)
        others += fcntl(fd, F_GETFD) >= 0;
    if (others == 0 && lseek(STDIN_FILENO, 0, SEEK_SET) == 0 && write(STDIN_FILENO, "x", 1) < 0 &&
        !*environ && getpgid(0) == getpid()) {
        put_frame(honest);
        put_parts();
    }
}

static void act(struct str word)
{
    struct image_frame frame = honest;

    if (str_eq(word, S("crash")))
        abort();
    if (str_eq(word, S("killed")))
        raise(SIGKILL);
    if (str_eq(word, S("hang")))
        sleep_long();
    if (str_eq(word, S("unstarted")))
        exit(127);
    if (str_eq(word, S("half-127")))
        leave_half_way();
    if (str_eq(word, S("byte-127")))
        leave_after_one_byte();
    if (str_eq(word, S("flood")))
        put_for_ever();
    if (str_eq(word, S("look")))
        look_around();
    if (str_eq(word, S("text")))
        put(S("This is not a frame at all, only a long line of text without any use."));
    if (str_eq(word, S("refusal")))
        put_refusal(9);
    if (str_eq(word, S("short-refusal")))
        put_refusal(400);
    if (str_eq(word, S("short")))
        put_frame(frame);
    if (str_eq(word, S("giant"))) {
        frame.full.bytes = UINT32_MAX;
        put_frame(frame);
    }
    if (str_eq(word, S("script"))) {
        put_frame(frame);
        put(S("<script><script>"));
    }
}

static void act_late(struct str word)
{
    if (!str_starts_with(word, S("honest")))
        return;
    put_frame(honest);
    put_parts();
    if (str_eq(word, S("honest-more")))
        put(S("x"));
    if (str_eq(word, S("honest-crash")))
        abort();
    if (str_eq(word, S("honest-code")))
        exit(3);
    if (str_eq(word, S("honest-127")))
        exit(127);
    if (str_eq(word, S("honest-hang"))) {
        close(STDOUT_FILENO);
        sleep_long();
    }
}

int main(void)
{
    char bytes[64];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    struct str word = {bytes, n > 0 ? (size_t)n : 0};

    word = str_slice(word, 3, word.n);
    act(word);
    act_late(word);
    return 0;
}
