/* Locks the program in before it looks at a stranger's file.
 *
 * Three walls, each on its own: resource limits (always), a seccomp allow-list of system calls
 * and a Landlock rule set that grants no file and no port (where the kernel has them). A call
 * outside the list fails with EPERM; those that only an intruder would make end the process.
 * Inside cityhall-image alone; cannot be undone. Layer: image, on base alone.
 */
#ifndef IMAGE_CONFINE_H
#define IMAGE_CONFINE_H

#include <stdbool.h>

#define CONFINE_MEMORY_MB 512
#define CONFINE_CPU_S     6 /* a telephone's 48 megapixels of HEIC: four */
#define CONFINE_NICENESS  5
#define CONFINE_WALL_S    30 /* the program's own alarm, should its parent be gone */

struct confinement {
    bool has_memory_limit; /* false in builds with the address or thread sanitizer, which map
                              terabytes */
    bool has_seccomp;
    int landlock_abi; /* 0: none */
};

/* Closes all descriptors but 0 to 2, sets the limits and steps behind the server's own work. First
 * thing in main. */
void confine_limits(struct confinement *confinement);

/* Landlock: no file can be opened, made or run, no port bound or connected from here on. */
void confine_files(struct confinement *confinement);

/* seccomp, after confine_files: only the calls that decoding needs. `may_thread`: HEIC is decoded
 * on one worker thread; nothing else may start one. */
void confine_calls(struct confinement *confinement, bool may_thread);

#endif
