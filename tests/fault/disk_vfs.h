/* A disk that fails: an SQLite VFS around the usual one.
 *
 * Two ways to fail. A power cut: from the chosen operation on nothing works any more, and what
 * the next start finds is what was synced, plus a random part of what was written since, torn at
 * sectors. An error: from the chosen write on every write returns the given code, until told
 * otherwise. One store at a time, the first that is opened, and all its threads; other files know
 * errors alone.
 */
#ifndef FAULT_DISK_VFS_H
#define FAULT_DISK_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_VFS "cityhall-test-disk"

/* Once, before the first use. */
void disk_vfs_register(void);

/* Cuts the power at the n-th write, truncation or sync from now; 0: never. */
void disk_cut_after(int64_t n);
bool disk_is_cut(void);

/* Puts the files as the next start would find them, and gives power again. All connections must
 * have been closed. `seed` decides what of the unsynced remains. */
void disk_restart(uint64_t seed);

/* Forgets the store, all of whose connections have been closed, before the next. */
void disk_forget(void);

/* From the n-th write from now every write and sync gives `code` (SQLITE_FULL, SQLITE_IOERR_...);
 * 0: none any more. */
void disk_fail_after(int64_t n, int code);

/* Writes, truncations and syncs since disk_cut_after or disk_fail_after. */
int64_t disk_operations(void);

#endif
