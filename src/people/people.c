#include "people/people.h"

#include <assert.h>

#include "base/json.h"
#include "db/db.h"

#define MAX_PAYLOAD_BYTES 8000

static struct people_setup current;

void people_use(const struct people_setup *setup)
{
    assert(setup->record);
    current = *setup;
}

const struct people_setup *people_setup(void)
{
    assert(current.record);
    return &current;
}

enum rc people_note(struct ctx *ctx, const char *kind, const struct people_fact *facts, size_t n)
{
    struct buf out = buf_in(ctx->arena, MAX_PAYLOAD_BYTES);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    for (size_t i = 0; i < n; i++)
        json_put_member(&json, facts[i].name, facts[i].value);
    json_end_object(&json);
    return people_setup()->record(ctx, kind, buf_str(&out));
}

enum rc people_reader(struct ctx *ctx)
{
    return ctx->conn ? RC_OK : db_reader_acquire(ctx);
}
