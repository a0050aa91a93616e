#include "disk_vfs.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX    8
#define SECTOR_BYTES 512

/* A write that is not yet on the platter; a truncation when `bytes` is NULL. */
struct pending {
    struct pending *next;
    sqlite3_int64 offset;
    size_t n;
    unsigned char *bytes;
};

/* What the disk knows of one file. */
struct platter {
    char path[300];
    unsigned char *durable;
    size_t size, room;
    struct pending *first, **last;
};

struct shim_file {
    sqlite3_file base;
    struct platter *platter; /* NULL: a file whose loss does not matter */
    sqlite3_file *real;      /* behind this struct */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all that follows */
static struct platter platters[FILES_MAX];               /* of the store */
static struct platter elsewhere;                         /* of all others, which only fail */
static int64_t operations, cut_at, fail_at;
static int fail_code;
static bool is_cut;

static sqlite3_vfs *usual(void)
{
    static sqlite3_vfs *vfs;

    if (!vfs)
        vfs = sqlite3_vfs_find("unix");
    return vfs;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim_file *)file)->real;
}

/* One more operation: what it has to return, SQLITE_OK to go on. Called with the lock. */
static int next_operation(bool is_write)
{
    operations++;
    if (cut_at && operations >= cut_at)
        is_cut = true;
    if (is_cut)
        return is_write ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC;
    if (fail_at && operations >= fail_at)
        return fail_code;
    return SQLITE_OK;
}

static void grow(struct platter *platter, size_t size)
{
    if (size > platter->room) {
        size_t room = size * 2;

        platter->durable = realloc(platter->durable, room);
        assert(platter->durable);
        platter->room = room;
    }
    if (size > platter->size)
        memset(platter->durable + platter->size, 0, size - platter->size);
    platter->size = size;
}

static void put(struct platter *platter, size_t offset, const unsigned char *bytes, size_t n)
{
    if (offset + n > platter->size)
        grow(platter, offset + n);
    memcpy(platter->durable + offset, bytes, n);
}

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void put_torn(struct platter *platter, const struct pending *write, uint64_t *seed)
{
    for (size_t at = 0; at < write->n;) {
        size_t in_sector = SECTOR_BYTES - ((size_t)write->offset + at) % SECTOR_BYTES;
        size_t n = in_sector < write->n - at ? in_sector : write->n - at;

        if (random_next(seed) & 1)
            put(platter, (size_t)write->offset + at, write->bytes + at, n);
        at += n;
    }
}

/* Applies what is pending: all of it after a sync, by chance after a cut (seed not NULL). */
static void settle(struct platter *platter, uint64_t *seed)
{
    struct pending *write = platter->first, *next;

    for (; write; write = next) {
        unsigned chance = seed ? (unsigned)(random_next(seed) % 3) : 0;

        next = write->next;
        if (!write->bytes && chance != 1)
            grow(platter, (size_t)write->offset);
        else if (write->bytes && chance == 0)
            put(platter, (size_t)write->offset, write->bytes, write->n);
        else if (write->bytes && chance == 2)
            put_torn(platter, write, seed);
        free(write->bytes);
        free(write);
    }
    platter->first = NULL;
    platter->last = &platter->first;
}

static void note(struct platter *platter, const void *bytes, size_t n, sqlite3_int64 offset)
{
    struct pending *write;

    if (platter == &elsewhere)
        return;
    write = calloc(1, sizeof *write);
    assert(write);
    write->offset = offset;
    write->n = n;
    if (bytes) {
        write->bytes = malloc(n);
        assert(write->bytes);
        memcpy(write->bytes, bytes, n);
    }
    *platter->last = write;
    platter->last = &write->next;
}

static int shim_close(sqlite3_file *file)
{
    int code = real_of(file)->pMethods->xClose(real_of(file));

    file->pMethods = NULL;
    return code;
}

static int shim_read(sqlite3_file *file, void *to, int n, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, n, offset);
}

static int shim_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 offset)
{
    struct shim_file *shim = (struct shim_file *)file;
    int code = SQLITE_OK;

    pthread_mutex_lock(&lock);
    if (shim->platter) {
        code = next_operation(true);
        if (code == SQLITE_OK)
            note(shim->platter, from, (size_t)n, offset);
    }
    pthread_mutex_unlock(&lock);
    return code ? code : shim->real->pMethods->xWrite(shim->real, from, n, offset);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct shim_file *shim = (struct shim_file *)file;
    int code = SQLITE_OK;

    pthread_mutex_lock(&lock);
    if (shim->platter) {
        code = next_operation(true);
        if (code == SQLITE_OK)
            note(shim->platter, NULL, 0, size);
    }
    pthread_mutex_unlock(&lock);
    return code ? code : shim->real->pMethods->xTruncate(shim->real, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    struct shim_file *shim = (struct shim_file *)file;
    int code = SQLITE_OK;

    (void)flags; /* the kernel's own disk need not be waited for */
    pthread_mutex_lock(&lock);
    if (shim->platter) {
        code = next_operation(false);
        if (code == SQLITE_OK)
            settle(shim->platter, NULL);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), ret);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_check_lock(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
    /* SIZE_HINT would write behind our back. */
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE)
        return SQLITE_NOTFOUND;
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_shm_unmap(sqlite3_file *file, int must_delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), must_delete);
}

static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_lock,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static void load(struct platter *platter, const char *path)
{
    FILE *file = fopen(path, "rb");
    unsigned char block[4096];
    size_t n;

    snprintf(platter->path, sizeof platter->path, "%s", path);
    platter->size = 0;
    platter->first = NULL;
    platter->last = &platter->first;
    while (file && (n = fread(block, 1, sizeof block, file)))
        put(platter, platter->size, block, n);
    if (file)
        fclose(file);
}

/* The file's platter; a file not known yet is on it as it is. The first one is the store, and the
 * others that begin with its name are its own. Called with the lock. */
static struct platter *platter_of(const char *path)
{
    if (platters[0].path[0] && strncmp(path, platters[0].path, strlen(platters[0].path)) != 0)
        return &elsewhere;
    for (int i = 0; i < FILES_MAX; i++) {
        if (strcmp(platters[i].path, path) == 0)
            return &platters[i];
        if (!platters[i].path[0]) {
            load(&platters[i], path);
            return &platters[i];
        }
    }
    abort();
}

static int shim_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    struct shim_file *shim = (struct shim_file *)file;
    int tracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
    int code;

    (void)vfs;
    *shim = (struct shim_file){.real = (sqlite3_file *)(shim + 1)};
    code = usual()->xOpen(usual(), path, shim->real, flags, ret_flags);
    if (code != SQLITE_OK)
        return code;
    shim->base.pMethods = &shim_methods;
    pthread_mutex_lock(&lock);
    if (path && flags & tracked)
        shim->platter = platter_of(path);
    pthread_mutex_unlock(&lock);
    return SQLITE_OK;
}

/* Names go and come without delay: SQLite syncs the folder where it matters. */
static int shim_delete(sqlite3_vfs *vfs, const char *path, int must_sync)
{
    int code = SQLITE_OK;

    (void)vfs;
    pthread_mutex_lock(&lock);
    if (is_cut)
        code = SQLITE_IOERR_DELETE;
    for (int i = 0; code == SQLITE_OK && i < FILES_MAX; i++)
        if (strcmp(platters[i].path, path) == 0) {
            settle(&platters[i], NULL);
            platters[i].size = 0;
        }
    pthread_mutex_unlock(&lock);
    return code ? code : usual()->xDelete(usual(), path, must_sync);
}

void disk_vfs_register(void)
{
    static sqlite3_vfs vfs;

    vfs = *usual();
    vfs.zName = DISK_VFS;
    vfs.szOsFile = (int)sizeof(struct shim_file) + usual()->szOsFile;
    vfs.xOpen = shim_open;
    vfs.xDelete = shim_delete;
    vfs.pNext = NULL;
    sqlite3_vfs_register(&vfs, 0);
}

void disk_cut_after(int64_t n)
{
    pthread_mutex_lock(&lock);
    operations = 0;
    cut_at = n;
    pthread_mutex_unlock(&lock);
}

bool disk_is_cut(void)
{
    bool was_cut;

    pthread_mutex_lock(&lock);
    was_cut = is_cut;
    pthread_mutex_unlock(&lock);
    return was_cut;
}

static void write_back(struct platter *platter)
{
    FILE *file = fopen(platter->path, "wb");
    size_t written = file ? fwrite(platter->durable, 1, platter->size, file) : 0;
    bool is_closed = file && fclose(file) == 0;

    assert(written == platter->size && is_closed);
}

void disk_restart(uint64_t seed)
{
    char shm[320];

    pthread_mutex_lock(&lock);
    for (int i = 0; i < FILES_MAX && platters[i].path[0]; i++) {
        settle(&platters[i], &seed);
        if (platters[i].size)
            write_back(&platters[i]);
        else
            unlink(platters[i].path);
        snprintf(shm, sizeof shm, "%s-shm", platters[i].path);
        unlink(shm); /* memory does not outlive the power */
    }
    is_cut = false;
    cut_at = 0;
    pthread_mutex_unlock(&lock);
}

void disk_forget(void)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < FILES_MAX && platters[i].path[0]; i++) {
        settle(&platters[i], NULL);
        free(platters[i].durable);
        platters[i] = (struct platter){0};
    }
    pthread_mutex_unlock(&lock);
}

void disk_fail_after(int64_t n, int code)
{
    pthread_mutex_lock(&lock);
    operations = 0;
    fail_at = n;
    fail_code = code;
    pthread_mutex_unlock(&lock);
}

int64_t disk_operations(void)
{
    int64_t n;

    pthread_mutex_lock(&lock);
    n = operations;
    pthread_mutex_unlock(&lock);
    return n;
}
