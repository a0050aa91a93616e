#include "app/modules.h"

#include <stddef.h>

#include "portal/portal.h"

const struct module *const modules[] = {
    &portal_module,
    NULL,
};
