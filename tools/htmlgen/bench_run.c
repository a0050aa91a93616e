/* How long a page of about 7.5 kB takes to build: a list of requests, mostly values, in each
 * language; and how fast plain text is escaped. Prints one line each. */
#include <stdio.h>

#include "base/instant.h"
#include "bench_page.h"

#define PAGES   100000
#define PASSES  200
#define TEXT_KB 1000

static const struct bench_row samples[] = {
    {STR("26-004711-3"), STR("Pothole"), STR("795 Massachusetts Ave"), 3},
    {STR("26-004712-1"), STR("Street light out & flickering"), STR("Prospect & Hampshire"), 12},
    {STR("26-004713-9"), STR("Đèn đường bị hỏng"), STR("Công viên Danehy, 99 Sherman St"), 0},
    {STR("26-004714-7"), STR("Árbol caído en la acera"), STR("O'Hara \"Corner\" <Lot 4>"), 21},
};

static void bench_pages(struct arena *arena, enum lang lang)
{
    struct bench_row rows[25];
    int64_t start_ms = clock_monotonic_ms(), took_ms;
    size_t bytes = 0;

    for (size_t i = 0; i < 25; i++)
        rows[i] = samples[i % 4];
    for (int i = 0; i < PAGES; i++) {
        struct buf out = buf_in(arena, 1U << 20);
        struct view view = {&out, lang};

        bench_page(&view, S("Requests in District 3"), rows, 25);
        bytes = out.n;
        arena_reset(arena);
    }
    took_ms = clock_monotonic_ms() - start_ms;
    printf("page %.*s %zu bytes: %.2f us\n", STR_ARG(lang_code(lang)), bytes,
           (double)took_ms * 1000 / PAGES);
}

static void bench_text(struct arena *arena, const char *name, struct str piece)
{
    struct buf text = buf_in(arena, 2U << 20);
    int64_t start_ms, took_ms;

    while (text.n < TEXT_KB * 1000U)
        buf_add(&text, piece);
    start_ms = clock_monotonic_ms();
    for (int i = 0; i < PASSES; i++) {
        struct arena *pass = arena_new(16U << 20);
        struct buf out = buf_in(pass, 8U << 20);

        buf_reserve(&out, 2 * text.n);
        html_text(&out, buf_str(&text));
        arena_free(pass);
    }
    took_ms = clock_monotonic_ms() - start_ms;
    printf("escape %s: %.2f GB/s\n", name,
           (double)text.n * PASSES / 1e6 / (double)(took_ms ? took_ms : 1));
    arena_reset(arena);
}

int main(void)
{
    struct arena *arena = arena_new(64U << 20);

    if (!arena)
        return 1;
    for (int lang = 0; lang < LANG__PUBLIC; lang++)
        bench_pages(arena, (enum lang)lang);
    bench_text(arena, "English",
               S("The lamp at the corner has been dark since Monday; nobody "
                 "came to look at it so far. "));
    bench_text(arena, "Vietnamese",
               S("Đèn đường ở góc phố đã tắt từ thứ Hai; chưa có ai đến xem. "));
    bench_text(arena, "all special", S("<>&<>&<>&"));
    arena_free(arena);
    return 0;
}
