#include "driver.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define MAX_BYTES    ((size_t)1 << 20)
#define MAX_PART     4096 /* of a part that is moved, and 200 of a byte that is repeated */
#define MAX_CHANGES  8    /* in one input */
#define HANG_SECONDS 10

/* Where readers go wrong: at the edges of numbers, of nesting, of encodings. */
static const char *const tokens[] = {
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "1e309",
    "4294967296",
    "0x",
    "\\u0000",
    "\\ud800",
    "\xf0\x9f",
    "\xc0\x80",
    "\xef\xbf\xbf",
    "\xef\xbb\xbf",
    "%00",
    "%2e%2e/",
    "../",
    "\r\n",
    "\r\n\r\n",
    "[[[[[[[[",
    "{\"a\":",
    "]]>",
    "<!",
    "&#",
    "\"\"",
    "''",
    ",,",
    ": ",
    "- ",
    "!!",
    "&a ",
    "*a",
    "2026-02-29",
    "T24:00:00Z",
    "+99:99",
};
static const char signs[] = "()[]{}.,?:;!-+*/%<>=&|'\"\\ \n\r\t\x00"
                            "09eux_@#~\xff\x80";

static struct {
    const uint8_t *bytes;
    size_t n;
    uint64_t number;    /* of the input that is being read */
    uint64_t last_seen; /* by the clock below */
    int seconds;        /* that it has been seen for */
    char path[4096];
} now;

static uint64_t seed = 20260702;

static uint64_t random_u64(void)
{
    uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 to n - 1; 0 for 0. */
static size_t below(size_t n)
{
    return n ? random_u64() % n : 0;
}

/* ---- What is left behind when an input breaks the target; safe in a signal's handler */

static void keep_input(void)
{
    int fd;

    if (!now.bytes || !*now.path)
        return;
    fd = open(now.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, now.bytes, now.n) != (ssize_t)now.n)
        return;
    close(fd);
    now.bytes = NULL;
}

static void on_abort(int sig)
{
    keep_input();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void on_second(int sig)
{
    (void)sig;
    now.seconds = now.last_seen == now.number ? now.seconds + 1 : 0;
    now.last_seen = now.number;
    if (now.seconds >= HANG_SECONDS)
        abort();
}

/* The sanitizers end a program without a signal, but call this (sanitizer/common_interface_defs.h);
 * a program without them has no such function. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch(const char *program)
{
    const struct itimerval each_second = {{1, 0}, {1, 0}};

    snprintf(now.path, sizeof now.path, "%s.crash", program);
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    signal(SIGALRM, on_second);
    setitimer(ITIMER_REAL, &each_second, NULL);
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(keep_input);
}

static void feed(const uint8_t *bytes, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a byte read too far is seen */

    if (!exact)
        abort();
    if (n)
        memcpy(exact, bytes, n);
    now.number++;
    now.bytes = exact;
    now.n = n;
    LLVMFuzzerTestOneInput(exact, n);
    now.bytes = NULL;
    free(exact);
}

/* ---- Inputs made of others */

struct text {
    uint8_t *bytes;
    size_t n;
};

/* Puts n bytes in place of those from `at` to `end`; nothing when there is no room. */
static void put(struct text *text, size_t at, size_t end, const void *bytes, size_t n)
{
    if (text->n - (end - at) + n > MAX_BYTES)
        return;
    memmove(text->bytes + at + n, text->bytes + end, text->n - end);
    memcpy(text->bytes + at, bytes, n);
    text->n += n - (end - at);
}

/* The digits at `at`, or the next ones: from *ret_at, how many. */
static size_t number_at(const struct text *text, size_t at, size_t *ret_at)
{
    size_t end;

    while (at < text->n && (text->bytes[at] < '0' || text->bytes[at] > '9'))
        at++;
    for (end = at; end < text->n && text->bytes[end] >= '0' && text->bytes[end] <= '9';)
        end++;
    *ret_at = at;
    return end - at;
}

static void put_repeated(struct text *text, size_t at, uint8_t byte)
{
    uint8_t run[200];

    memset(run, byte, sizeof run);
    put(text, at, at, run, 1 + below(sizeof run));
}

/* One change: a bit, a sign, a token, a number; a part cut out, doubled, or of another input. */
static void change(struct text *text, const struct fuzz_input *other)
{
    size_t at = below(text->n + 1),
           len = below(text->n - at < MAX_PART ? text->n - at + 1 : MAX_PART);
    size_t from = below(other->n),
           part = below(other->n - from < MAX_PART ? other->n - from + 1 : MAX_PART);
    const char *token = tokens[below(COUNT(tokens))];
    uint8_t copy[MAX_PART], sign = (uint8_t)signs[below(sizeof signs - 1)];

    switch (below(10)) {
    case 0:
        if (at < text->n)
            text->bytes[at] ^= (uint8_t)(1 << below(8));
        break;
    case 1: put(text, at, at < text->n ? at + 1 : at, &sign, 1); break;
    case 2: put(text, at, at, &sign, 1); break;
    case 3: put(text, at, at + len, "", 0); break;
    case 4:
        memcpy(copy, text->bytes + at, len);
        put(text, at, at, copy, len);
        break;
    case 5: put(text, at, at, other->bytes + from, part); break;
    case 6: put(text, at, at + len, other->bytes + from, part); break;
    case 7: put(text, at, at, token, strlen(token)); break;
    case 8:
        len = number_at(text, at, &at);
        put(text, at, at + len, token, strlen(token));
        break;
    default: put_repeated(text, at, sign); break;
    }
}

/* Now and then it goes on from what it made last, so that changes add up. */
static void make(struct text *text, const struct fuzz_input *inputs, size_t n)
{
    const struct fuzz_input *first = &inputs[below(n)];

    if (below(4) > 0 || text->n == 0) {
        text->n = first->n < MAX_BYTES ? first->n : MAX_BYTES;
        if (text->n)
            memcpy(text->bytes, first->bytes, text->n);
    }
    for (size_t changes = 1 + below(MAX_CHANGES); changes > 0; changes--)
        change(text, &inputs[below(n)]);
}

static double seconds_now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double seconds_wanted(void)
{
    const char *text = getenv("CITYHALL_FUZZ_SECONDS");

    return text ? strtod(text, NULL) : 0;
}

int fuzz_drive(const char *program, const struct fuzz_input *inputs, size_t n)
{
    struct text text = {malloc(MAX_BYTES), 0};
    double seconds = seconds_wanted(), end = seconds_now() + seconds;
    int line = 0;
    uint64_t made = 0;

    if (!text.bytes)
        return EXIT_FAILURE;
    watch(program);
    for (size_t i = 0; i < n; i++) {
        feed(inputs[i].bytes, inputs[i].n);
        if (inputs[i].name)
            printf("ok %d %s\n", ++line, inputs[i].name);
    }
    for (; n > 0 && seconds_now() < end; made++) {
        make(&text, inputs, n);
        feed(text.bytes, text.n);
    }
    if (seconds > 0)
        printf("ok %d %llu inputs made in %.0f s\n", ++line, (unsigned long long)made, seconds);
    printf("1..%d\n", line);
    if (seconds > 0)
        unlink(now.path); /* of a run before, whose trouble is mended */
    free(text.bytes);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
