#include "base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SENTENCE 1000
#define MAX_WORD     40 /* longer words are not compared */

struct problems problems_in(struct arena *arena)
{
    return (struct problems){.arena = arena};
}

void problem_add(struct problems *problems, enum problem_kind kind, struct problem_at at,
                 const char *format, ...)
{
    int *count = kind == PROBLEM_ERROR ? &problems->error_count : &problems->note_count;
    char sentence[MAX_SENTENCE];
    struct problem *problem;
    va_list args;

    ++*count;
    if (problems->error_count + problems->note_count > PROBLEMS_KEPT)
        return;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    problem = ARENA_NEW(problems->arena, struct problem);
    if (!problem)
        return;
    *problem = (struct problem){
        .kind = kind,
        .file = at.file,
        .line = at.line,
        .column = at.column,
        .sentence = str_copy(problems->arena, str_of(sentence)),
    };
    if (problems->last)
        problems->last->next = problem;
    else
        problems->first = problem;
    problems->last = problem;
}

static int compare_position(const void *a, const void *b)
{
    const struct problem *x = *(const struct problem *const *)a;
    const struct problem *y = *(const struct problem *const *)b;
    int order = str_cmp(x->file, y->file);

    if (order == 0)
        order = (x->line > y->line) - (x->line < y->line);
    return order ? order : (x->column > y->column) - (x->column < y->column);
}

static void write_one(const struct problem *problem, struct buf *out)
{
    buf_add(out, problem->file);
    if (problem->line)
        buf_add_fmt(out, ":%d:%d", problem->line, problem->column);
    buf_add(out, problem->kind == PROBLEM_ERROR ? S(": error: ") : S(": note: "));
    buf_add(out, problem->sentence);
    buf_add_byte(out, '\n');
}

size_t problems_sorted(const struct problems *problems,
                       const struct problem *ret_sorted[PROBLEMS_KEPT])
{
    size_t n = 0;

    for (const struct problem *problem = problems->first; problem; problem = problem->next)
        ret_sorted[n++] = problem;
    qsort(ret_sorted, n, sizeof *ret_sorted, compare_position);
    return n;
}

void problems_write(const struct problems *problems, struct buf *out)
{
    const struct problem *sorted[PROBLEMS_KEPT];
    int total = problems->error_count + problems->note_count;
    size_t n = problems_sorted(problems, sorted);

    for (size_t i = 0; i < n; i++)
        write_one(sorted[i], out);
    if (total > PROBLEMS_KEPT)
        buf_add_fmt(out, "and %d more\n", total - PROBLEMS_KEPT);
}

/* Levenshtein's distance; both words are at most MAX_WORD bytes. */
static size_t edits_between(struct str a, struct str b)
{
    size_t row[MAX_WORD + 1];

    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t replaced = diagonal + (a.p[i - 1] != b.p[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

            diagonal = row[j];
            row[j] = replaced < least ? replaced : least;
        }
    }
    return row[b.n];
}

struct str problem_nearest(struct str word, const struct str *candidates, size_t count)
{
    struct str nearest = STR_NONE;
    size_t least = word.n / 3 + 1;

    if (word.n > MAX_WORD)
        return STR_NONE;
    for (size_t i = 0; i < count; i++) {
        size_t edits;

        if (candidates[i].n > MAX_WORD)
            continue;
        edits = edits_between(word, candidates[i]);
        if (edits < least) {
            least = edits;
            nearest = candidates[i];
        }
    }
    return nearest;
}
