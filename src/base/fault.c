#include "base/fault.h"

#ifdef CITYHALL_FAULTS
#include <stdatomic.h>

static _Atomic int64_t calls;
static _Atomic int64_t failing_call;
static _Atomic(fault_begun_fn *) watcher;

bool fault_here(void)
{
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&failing_call);
}

void fault_arm(int64_t n)
{
    atomic_store(&calls, 0);
    atomic_store(&failing_call, n);
}

int64_t fault_count(void)
{
    return atomic_load(&calls);
}

void fault_watch(fault_begun_fn *told)
{
    atomic_store(&watcher, told);
}

void fault_begin(const char *file, const char *function)
{
    fault_begun_fn *told = atomic_load(&watcher);

    if (told)
        told(file, function);
}
#endif
