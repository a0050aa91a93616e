#include "console/installation.h"

#include <stdatomic.h>
#include <stddef.h>

static struct installation current;
static atomic_bool is_known; /* set after `current`, which then stays as it is */

void installation_use(const struct installation *installation)
{
    current = *installation;
    is_known = true;
}

const struct installation *installation_of(void)
{
    return is_known ? &current : NULL;
}
