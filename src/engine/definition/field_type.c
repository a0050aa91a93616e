#include "engine/definition/field_type.h"

#include <assert.h>

enum { ONE, MANY };

static const struct field_kind kinds[] = {
#define FIELD(name, word, whose, texts, type, where, schema, asked_by, georeport) \
    {                                                                             \
        .holds = FIELD_HOLDS_##whose,                                             \
        .takes_several = texts,                                                   \
        .cel = STR(type),                                                         \
        .index = FIELD_INDEX_##where,                                             \
        .json = STR(schema),                                                      \
        .open311 = STR(georeport),                                                \
        .control = CONTROL_##asked_by,                                            \
    },
#define LATER(...)
#include "engine/definition/field_types.def"
#undef FIELD
#undef LATER
};

static const struct field_later later[] = {
#define FIELD(...)
#define LATER(word, cel) {STR(word), STR(cel)},
#include "engine/definition/field_types.def"
#undef FIELD
#undef LATER
};

static const struct str words[] = {
#define FIELD(name, word, ...) STR(word),
#define LATER(...)
#include "engine/definition/field_types.def"
#undef FIELD
#undef LATER
#define FIELD(...)
#define LATER(word, cel) STR(word),
#include "engine/definition/field_types.def"
#undef FIELD
#undef LATER
};

const struct field_kind *field_kind(enum field_type type)
{
    assert(type < FIELD_LATER);
    return &kinds[type];
}

const struct str *field_type_words(size_t *ret_n)
{
    *ret_n = COUNT(words);
    return words;
}

const struct field_later *field_later(size_t word)
{
    assert(word < COUNT(words));
    return word < FIELD_LATER ? NULL : &later[word - FIELD_LATER];
}

bool field_control_is_group(enum field_control control)
{
    switch (control) {
    case CONTROL_YES_NO:
    case CONTROL_RADIOS:
    case CONTROL_BOXES: return true;
    case CONTROL_LINE:
    case CONTROL_NUMBER:
    case CONTROL_DAY:
    case CONTROL_THING: break;
    }
    return false;
}

struct field_input field_input(enum field_control control)
{
    switch (control) {
    case CONTROL_DAY: return (struct field_input){.type = S("date")};
    case CONTROL_NUMBER: return (struct field_input){S("text"), S("decimal")};
    case CONTROL_LINE:
    case CONTROL_THING: return (struct field_input){.type = S("text")};
    case CONTROL_YES_NO:
    case CONTROL_RADIOS:
    case CONTROL_BOXES: break;
    }
    assert(!"nothing is typed into a group");
    return (struct field_input){0};
}
