/* Test builds only: tries from inside the lock what an intruder would. Layer: image. */
#ifndef IMAGE_PROBE_H
#define IMAGE_PROBE_H

#include "base/str.h"
#include "image/confine.h"

/* Locks as the program does, then tries `what`: open, create, stat, socket, exec, fork, signal,
 * exec-memory, thread (as for HEIC), no-thread (as for all else), allocate, spin (for ever). With
 * "landlock-" before it only Landlock is set, with "unlocked-" nothing. The exit code to leave
 * with: 0 it worked, 1 it was refused, 2 no such probe. Some never return, because the attempt is
 * answered by a signal. */
int probe_run(struct confinement *confinement, struct str what);

#endif
