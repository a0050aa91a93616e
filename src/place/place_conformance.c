/* Measures the gazetteer against the whole demonstration city.
 *
 *   place-conformance LAYERSDIR [--seed N] [--every N] [--failures] [--spellings FILE.tsv]
 *
 * Every house number of every street and every intersection is written as the city writes it, hit
 * by one random typing error, and looked up; right is the same place in the first position. The
 * error is a letter too many, missing, wrong, or two neighbours exchanged, at any place of the
 * street part, the spaces and separators, with equal chance. It never touches the digits of the
 * house number: 795 typed as 785 is another house that exists, so no reader could undo it; such an
 * error is caught by the map and the confirmation page, not by spelling. Of streets that meet
 * twice either meeting is right, since the text does not say which.
 *
 * --every takes one place in so many, for quick runs. The spellings file holds "typed <tab>
 * expected label" per line, all of which must be right. Exit status 0 when all is as it should be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "place/gazetteer.h"

#define WORK_MAX_BYTES (256u << 20)
#define TYPED_MAX      400

struct tally {
    const char *what;
    size_t right, asked;
};

struct run {
    struct ctx ctx;
    const struct gazetteer *gazetteer;
    uint64_t random;
    bool shows_failures;
    size_t every, visited;
    struct tally addresses, intersections, spellings;
    int64_t slowest_us, total_us;
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* xorshift64*, so that a seed gives the same errors everywhere. */
static uint32_t random_below(struct run *run, size_t limit)
{
    run->random ^= run->random >> 12;
    run->random ^= run->random << 25;
    run->random ^= run->random >> 27;
    return (uint32_t)((run->random * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % (uint32_t)limit;
}

static char random_letter(struct run *run)
{
    return "abcdefghijklmnopqrstuvwxyz "[random_below(run, 27)];
}

/* One error in `text`, which has `n` letters and room for one more, at or after `from`. */
static size_t spoil(struct run *run, char *text, size_t n, size_t from)
{
    for (;;) {
        size_t at = from + random_below(run, n - from);
        char letter = random_letter(run);

        switch (random_below(run, 4)) {
        case 0: /* a letter too many; also at the very end */
            at = from + random_below(run, n - from + 1);
            memmove(text + at + 1, text + at, n - at);
            text[at] = letter;
            return n + 1;
        case 1: memmove(text + at, text + at + 1, n - at - 1); return n - 1;
        case 2:
            if (text[at] == letter || text[at] == letter - 32)
                continue;
            text[at] = letter;
            return n;
        default:
            if (at + 1 >= n || text[at] == text[at + 1])
                continue;
            letter = text[at];
            text[at] = text[at + 1];
            text[at + 1] = letter;
            return n;
        }
    }
}

/* The best choice for the text, timed. */
static bool look_up(struct run *run, struct arena *arena, struct str typed,
                    struct place_choices *ret)
{
    struct ctx ctx = {.arena = arena};
    int64_t began_us = now_us();
    enum rc rc = gazetteer_find(&ctx, run->gazetteer, typed, ret);
    int64_t took_us = now_us() - began_us;

    run->total_us += took_us;
    if (took_us > run->slowest_us)
        run->slowest_us = took_us;
    return rc == RC_OK;
}

/* Labels are compared without the mark that tells two meetings of the same streets apart. */
static bool is_right(const struct place_choices *choices, struct str label)
{
    struct str found = choices->n ? choices->of[0].label : STR_NONE;

    if (str_ends_with(label, S(")")))
        label = str_slice(label, 0, label.n - 4);
    if (str_ends_with(found, S(")")) && found.n == label.n + 4)
        found = str_slice(found, 0, found.n - 4);
    return str_eq(found, label);
}

static void note(struct run *run, struct tally *tally, struct str typed, struct str label)
{
    struct arena *arena = arena_new(WORK_MAX_BYTES);
    struct place_choices choices = {.n = 0};
    bool found = arena && look_up(run, arena, typed, &choices);

    tally->asked++;
    if (found && is_right(&choices, label)) {
        tally->right++;
    } else if (run->shows_failures || tally == &run->spellings) {
        struct str first = choices.n ? choices.of[0].label : S("nothing");

        printf("%s: \"%.*s\" is %.*s, found %.*s\n", tally->what, STR_ARG(typed), STR_ARG(label),
               STR_ARG(first));
    }
    arena_free(arena);
}

static bool visit(void *arg, const struct place_choice *place)
{
    struct run *run = arg;
    char typed[TYPED_MAX];
    struct str label = place->label;
    size_t digits = 0, n;

    if (run->visited++ % run->every != 0)
        return true;
    if (str_ends_with(label, S(")")))
        label.n -= 4;
    if (label.n >= TYPED_MAX)
        return true;
    memcpy(typed, label.p, label.n);
    while (place->kind == PLACE_ADDRESS && typed[digits] >= '0' && typed[digits] <= '9')
        digits++;
    n = spoil(run, typed, label.n, digits);
    note(run, place->kind == PLACE_ADDRESS ? &run->addresses : &run->intersections,
         (struct str){typed, n}, place->label);
    return true;
}

static bool spellings_run(struct run *run, const char *path)
{
    struct str text, line, typed;

    if (file_read(&run->ctx, path, 1u << 20, &text) != RC_OK) {
        fprintf(stderr, "place-conformance: cannot read %s\n", path);
        return false;
    }
    while (str_next(&text, '\n', &line)) {
        if (str_is_empty(line) || line.p[0] == '#' || !str_next(&line, '\t', &typed))
            continue;
        note(run, &run->spellings, typed, line);
    }
    return true;
}

static double percent(const struct tally *tally)
{
    return tally->asked ? 100.0 * (double)tally->right / (double)tally->asked : 0;
}

static void tally_print(const struct tally *tally)
{
    printf("%s: %zu right of %zu (%.2f %%)\n", tally->what, tally->right, tally->asked,
           percent(tally));
}

static bool all_run(struct run *run, const char *spellings)
{
    struct tally both = {"all", 0, 0};
    size_t searches;

    gazetteer_each(&run->ctx, run->gazetteer, visit, run);
    both.right = run->addresses.right + run->intersections.right;
    both.asked = run->addresses.asked + run->intersections.asked;
    if (spellings && !spellings_run(run, spellings))
        return false;
    tally_print(&run->addresses);
    tally_print(&run->intersections);
    tally_print(&both);
    if (spellings)
        tally_print(&run->spellings);
    searches = both.asked + run->spellings.asked;
    printf("%.0f microseconds a search, the slowest %ld\n",
           (double)run->total_us / (double)(searches ? searches : 1), (long)run->slowest_us);
    return percent(&both) >= 97 && run->spellings.right == run->spellings.asked;
}

static enum rc gazetteer_ready(struct ctx *ctx, const char *folder, struct layers **ret_layers,
                               struct gazetteer **ret)
{
    const struct gazetteer_city city = {S("Port Azalea"), S("Alabama"), S("AL")};
    enum rc rc = layers_load(ctx, folder, ret_layers);

    return rc ? rc : gazetteer_new(ctx, *ret_layers, city, ret);
}

/* False when an option is not understood. */
static bool options_read(struct run *run, int argc, char **argv, const char **ret_spellings)
{
    for (int i = 2; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        int64_t number;

        if (strcmp(argv[i], "--failures") == 0) {
            run->shows_failures = true;
            continue;
        }
        if (strcmp(argv[i], "--spellings") == 0)
            *ret_spellings = value;
        else if (strcmp(argv[i], "--seed") == 0 && str_to_i64(str_of(value), &number))
            run->random = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) | 1;
        else if (strcmp(argv[i], "--every") == 0 && str_to_i64(str_of(value), &number) &&
                 number > 0)
            run->every = (size_t)number;
        else
            return false;
        i++;
    }
    return argc >= 2;
}

int main(int argc, char **argv)
{
    struct run run = {
        .ctx = {.arena = arena_new(WORK_MAX_BYTES)},
        .random = 1,
        .every = 1,
        .addresses = {"house numbers", 0, 0},
        .intersections = {"intersections", 0, 0},
        .spellings = {"spellings", 0, 0},
    };
    struct layers *layers = NULL;
    struct gazetteer *gazetteer = NULL;
    const char *spellings = NULL;
    bool is_good;

    if (!options_read(&run, argc, argv, &spellings)) {
        fputs("usage: place-conformance LAYERSDIR [--seed N] [--every N] [--failures] "
              "[--spellings FILE]\n",
              stderr);
        return 2;
    }
    if (!run.ctx.arena || gazetteer_ready(&run.ctx, argv[1], &layers, &gazetteer) != RC_OK) {
        fprintf(stderr, "place-conformance: %.*s\n", STR_ARG(run.ctx.err.detail));
        return 2;
    }
    run.gazetteer = gazetteer;
    is_good = all_run(&run, spellings);
    gazetteer_free(gazetteer);
    layers_free(layers);
    arena_free(run.ctx.arena);
    return is_good ? 0 : 1;
}
