#include "base/err.h"

#include <assert.h>

static const struct {
    const char *name;
    enum rc rc;
    int status;
    const char *hint;
} registry[ERR__N] = {
    [ERR_NONE] = {"NONE", RC_OK, 200, ""},
#define ERROR(id, rc, status, hint) [ERR_##id] = {#id, rc, status, hint},
#include "base/errors.def"
#undef ERROR
};

enum rc err_rc(enum err_id id)
{
    assert(id < ERR__N);
    return registry[id].rc;
}

int err_status(enum err_id id)
{
    assert(id < ERR__N);
    return registry[id].status;
}

const char *err_name(enum err_id id)
{
    assert(id < ERR__N);
    return registry[id].name;
}

const char *err_hint(enum err_id id)
{
    assert(id < ERR__N);
    return registry[id].hint;
}

const char *rc_name(enum rc rc)
{
    static const char *const names[RC__N] = {
        "ok",   "not found", "invalid", "denied",      "conflict",
        "gone", "limit",     "retry",   "unavailable", "internal",
    };

    assert(rc < RC__N);
    return names[rc];
}
