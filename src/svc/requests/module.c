#include "svc/requests/requests.h"
#include "web/route.h"

static const struct route routes[] = {{0}};

const struct module requests_module = {
    .name = "svc/requests",
    .title = "Requests (311): Open311 and import",
    .routes = routes,
};
