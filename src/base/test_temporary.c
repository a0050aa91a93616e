#include "base/test_temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>

#define MAX_OPEN_FOLDERS 8

static char made[16][TEST_TEMPORARY_MAX]; /* "": a free place */
static pid_t maker;

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static void remove_tree(const char *folder)
{
    nftw(folder, remove_entry, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

static void remove_the_rest(void)
{
    if (getpid() != maker)
        return;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (*made[i])
            remove_tree(made[i]);
}

/* The place of a folder, or with "" the first free one. */
static char *place_of(const char *folder)
{
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(made[i], folder) == 0)
            return made[i];
    return NULL;
}

void test_temporary(char ret[TEST_TEMPORARY_MAX], const char *name)
{
    const char *in = getenv("TMPDIR");
    char *place;
    int n = snprintf(ret, TEST_TEMPORARY_MAX, "%s/cityhall-%s-XXXXXX", in ? in : "/tmp", name);

    if (!maker)
        assert_int_equal(atexit(remove_the_rest), 0);
    if (maker != getpid())
        memset(made, 0, sizeof made); /* those of a parent are the parent's */
    maker = getpid();
    place = place_of("");
    assert_in_range(n, 1, TEST_TEMPORARY_MAX - 1);
    assert_non_null(place);
    assert_non_null(mkdtemp(ret));
    memcpy(place, ret, (size_t)n + 1);
}

void test_temporary_remove(const char *folder)
{
    char *place = place_of(folder);

    assert_non_null(place);
    remove_tree(folder);
    *place = 0;
}
