#include "people/permission.h"
#include "svc/requests/open311.h"
#include "svc/requests/requests.h"

/* A call that changes something brings a key that no foreign page knows: no form token is asked. */
#define KEYED        (ROUTE_API | ROUTE_API_KEY)
#define REQUEST_BODY (256 * 1024)

/* One row in each of the two formats. */
#define READ(path, handler, says)                                                        \
    {HTTP_GET, OPEN311_BASE path ".xml", handler, PERMISSION_PUBLIC, .summary = says},   \
    {                                                                                    \
        HTTP_GET, OPEN311_BASE path ".json", handler, PERMISSION_PUBLIC, .summary = says \
    }
#define SEND(path, handler, says, more)                                              \
    {HTTP_POST,                                                                      \
     OPEN311_BASE path ".xml",                                                       \
     handler,                                                                        \
     PERMISSION_PUBLIC,                                                              \
     .summary = says,                                                                \
     .flags = KEYED | (more),                                                        \
     .max_body_bytes = REQUEST_BODY},                                                \
    {                                                                                \
        HTTP_POST, OPEN311_BASE path ".json", handler, PERMISSION_PUBLIC,            \
            .summary = says, .flags = KEYED | (more), .max_body_bytes = REQUEST_BODY \
    }

static const struct route routes[] = {
    READ("/discovery", open311_discovery, "Open311: where what is spoken"),
    READ("/services", open311_services, "Open311: the services"),
    {HTTP_GET, OPEN311_BASE "/services/{code}", open311_service, PERMISSION_PUBLIC,
     .summary = "Open311: what a service asks (CODE.xml, CODE.json)"},
    READ("/requests", open311_requests, "Open311: service requests by filters"),
    SEND("/requests", open311_request_add, "Open311: file a service request", ROUTE_UPLOAD),
    {HTTP_GET, OPEN311_BASE "/requests/{id}", open311_request, PERMISSION_PUBLIC,
     .summary = "Open311: a service request (ID.xml, ID.json)"},
    {HTTP_GET, OPEN311_BASE "/tokens/{token}", open311_token, PERMISSION_PUBLIC,
     .summary = "Open311: the id of a request by its token"},
    READ("/servicerequestupdates", open311_updates, "Open311: what happened to requests"),
    SEND("/servicerequestupdates", open311_update_add, "Open311: a resident's update", 0),
    {.pattern = NULL},
};

const struct module requests_module = {
    .name = "svc/requests",
    .title = "Requests (311): Open311 and import",
    .routes = routes,
};
