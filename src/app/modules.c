#include "app/modules.h"

#include <stddef.h>

#include "api/api.h"
#include "console/console.h"
#include "engine/engine.h"
#include "portal/portal.h"
#include "svc/requests/requests.h"

const struct module *const modules[] = {
    &engine_module, &portal_module, &console_module, &api_module, &requests_module, NULL,
};
