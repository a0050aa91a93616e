/* The kinds of field: what field_types.def says of each. What a kind does is in switches over
 * enum field_type, without a default, beside the code that does it. Layer: engine. Constant: any
 * thread. */
#ifndef ENGINE_FIELD_TYPE_H
#define ENGINE_FIELD_TYPE_H

#include "base/str.h"

enum field_type {
#define FIELD(name, ...) FIELD_##name,
#define LATER(...)
#include "engine/definition/field_types.def"
#undef FIELD
#undef LATER
    FIELD_LATER, /* of a kind that this version only reads: in no service that is published */
};

enum field_holds { FIELD_HOLDS_VALUE, FIELD_HOLDS_NAME, FIELD_HOLDS_WORDS };

/* What stands in case_index for it; bits. */
enum field_index { FIELD_INDEX_TEXT = 1, FIELD_INDEX_NUMBER = 2, FIELD_INDEX_DAY = 4 };

enum field_control {
    CONTROL_LINE,
    CONTROL_NUMBER,
    CONTROL_DAY,
    CONTROL_YES_NO,
    CONTROL_RADIOS,
    CONTROL_BOXES,
    CONTROL_THING,
};

struct field_kind {
    enum field_holds holds;
    bool takes_several; /* texts for one answer */
    struct str cel;
    enum field_index index;
    struct str json, open311;
    enum field_control control;
};

/* The row of a kind; of FIELD_LATER, which has none, it is a programming fault. */
const struct field_kind *field_kind(enum field_type type);

/* A kind of a later version, as far as this one reads it. */
struct field_later {
    struct str word, cel;
};

/* The words of all kinds: first by enum field_type, then those of later versions. */
const struct str *field_type_words(size_t *ret_n);

/* The kind of a later version whose word has that index; NULL for a kind of this one. */
const struct field_later *field_later(size_t word);

/* Whether it is several inputs, which stand in a fieldset; else one. A THING is one, where its name
 * is typed, unless a page can offer what is near. */
bool field_control_is_group(enum field_control control);

/* How that one input is written in HTML; of a group, a programming fault. */
struct field_input {
    struct str type, mode; /* attributes "type" and "inputmode"; that one empty: none */
};
struct field_input field_input(enum field_control control);

#endif
