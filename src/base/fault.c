#include "base/fault.h"

#ifdef CITYHALL_FAULTS
#include <stdatomic.h>

static _Atomic int64_t calls;
static _Atomic int64_t failing_call;

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
#endif
