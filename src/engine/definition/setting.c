#include "engine/definition/setting.h"

#include "engine/definition/queries.h"

enum rc setting_read(struct ctx *ctx, struct str name, struct str *ret)
{
    struct setting_get_row row;
    bool is_found;
    enum rc rc = setting_get(ctx, name, &is_found, &row);

    if (!rc)
        *ret = is_found ? row.value : STR_NONE;
    return rc;
}

enum rc setting_write(struct ctx *ctx, struct str name, struct str value)
{
    return value.n ? setting_put(ctx, name, value, NULL) : setting_drop(ctx, name, NULL);
}
