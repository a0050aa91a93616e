#include "api/api.h"
#include "web/route.h"

static const struct route routes[] = {{0}};

const struct module api_module = {
    .name = "api",
    .title = "The interface for programs",
    .routes = routes,
};
