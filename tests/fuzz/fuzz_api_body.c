/* JSON bodies of the interface: any bytes, compared with every schema that is read or written. What
 * fits once fits again after it was written anew, and each fault has a pointer that can stand in a
 * URI and leads into the document. */
#include <assert.h>
#include <stdlib.h>

#include "api/openapi.h"
#include "api/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static void check_pointer(struct str pointer)
{
    assert(pointer.n >= 1 && pointer.p[0] == '#');
    assert(pointer.n == 1 || pointer.p[1] == '/');
    for (size_t i = 1; i < pointer.n; i++) {
        assert(pointer.p[i] > ' ' && pointer.p[i] < 0x7f);
        assert(!strchr("\"<>\\^`{|}#", pointer.p[i]));
        if (pointer.p[i] == '%')
            assert(i + 2 < pointer.n && is_hex(pointer.p[i + 1]) && is_hex(pointer.p[i + 2]));
    }
}

static size_t faults_of(struct ctx *ctx, const struct schema *schema, json_t *value)
{
    struct schema_faults *faults = ARENA_NEW(ctx->arena, struct schema_faults);

    assert(faults);
    schema_check(ctx, schema, value, faults);
    assert(faults->n <= SCHEMA_MAX_FAULTS);
    for (size_t i = 0; i < faults->n; i++) {
        check_pointer(faults->of[i].pointer);
        assert(faults->of[i].id != ERR_NONE);
    }
    return faults->n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    json_t *value, *again;
    enum rc rc;

    if (!ctx.arena || size > 65536)
        return 0;
    rc = json_parse(&ctx, (struct str){(const char *)data, size}, size, &value);
    if (!rc) {
        char *text = json_dumps(value, JSON_ENCODE_ANY);

        assert(text);
        again = json_loads(text, JSON_DECODE_ANY, NULL);
        for (size_t i = 0; again && api_schemas[i]; i++)
            assert(faults_of(&ctx, api_schemas[i], value) ==
                   faults_of(&ctx, api_schemas[i], again));
        json_decref(again);
        free(text);
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
