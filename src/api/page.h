/* The page that tells people about the interface. Layer: api. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "base/html.h"
#include "engine/definition/city.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/route.h"

struct api_page {
    struct view view;
    struct ctx *ctx;
    const struct request *request;
    const struct route *routes;
};

/* "GET", and the statuses that a route answers: "200, 401, 404". */
struct str api_page_method(const struct route *route);
struct str api_page_statuses(const struct api_page *page, const struct route *route);

/* The failures that have a sentence, from 1 up; the empty string past the last. */
bool api_page_error(const struct api_page *page, int id, struct str *ret_name,
                    struct str *ret_sentence);

#endif
