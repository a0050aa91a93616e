#include "engine/cases/service_demand.h"

#include "engine/cases/queries.h"

enum rc services_by_demand(struct ctx *ctx, const struct definition **services, size_t n)
{
    struct services_lately_rows lately;
    size_t placed = 0;
    enum rc rc = services_lately(ctx, SERVICE_DEMAND_CASES, &lately);

    if (rc)
        return rc;
    /* Rows come with the most first. Each moves its service behind those placed already. */
    for (size_t row = 0; row < lately.n; row++) {
        size_t at = placed;

        while (at < n && services[at]->service_id != lately.rows[row].service)
            at++;
        if (at == n)
            continue;

        const struct definition *service = services[at];

        memmove(services + placed + 1, services + placed, (at - placed) * sizeof *services);
        services[placed++] = service;
    }
    return RC_OK;
}
