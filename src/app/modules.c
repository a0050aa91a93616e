#include "app/modules.h"

#include <stddef.h>

#include "console/console.h"
#include "portal/portal.h"

const struct module *const modules[] = {
    &portal_module,
    &console_module,
    NULL,
};
