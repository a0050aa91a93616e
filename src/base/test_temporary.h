/* For tests of every layer: folders in TMPDIR (without one, in /tmp) that do not outlive the test
 * program, whatever failed in it. For one thread. */
#ifndef BASE_TEST_TEMPORARY_H
#define BASE_TEST_TEMPORARY_H

#define TEST_TEMPORARY_MAX 200

/* Makes an empty folder, "/tmp/cityhall-NAME-k3Fq9a", and writes its path; fails the test if it
 * cannot. What is still there when the program exits is removed then, so a set-up that fails, or a
 * test without a tear-down, leaves nothing behind; a child process that exits removes nothing. */
void test_temporary(char ret[TEST_TEMPORARY_MAX], const char *name);

/* Removes it with all that is in it. */
void test_temporary_remove(const char *folder);

#endif
