/* Places where a test can make the program fail (after curl's torture tests).
 *
 * Every wrapper of something fallible (a block of memory, a statement, a file operation) asks
 * fault_here() first. In builds with meson -Dfaults=true a test counts the calls of a scenario,
 * then runs it again once for every n with the n-th call failing. In all other builds the
 * question costs nothing. Layer: base. Counting is per thread group: one scenario at a time.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef CITYHALL_FAULTS
/* Counts one fallible call; true when it is the one that has to fail. */
bool fault_here(void);

/* Starts counting from zero; the n-th call from now on fails, none for 0. */
void fault_arm(int64_t n);

/* How many fallible calls there were since fault_arm. */
int64_t fault_count(void);

/* Where a change of the store begins, told to the test that asks for all of them (NULL: no more):
 * `function` of `file`, both constants. On the thread that changes. */
typedef void fault_begun_fn(const char *file, const char *function);
void fault_watch(fault_begun_fn *told);
void fault_begin(const char *file, const char *function);
#else
static inline bool fault_here(void)
{
    return false;
}
#endif

#endif
