/* Changing a case's place: what its page knows beside the case. Layer: console, private. */
#ifndef CONSOLE_ACT_PLACE_H
#define CONSOLE_ACT_PLACE_H

#include "console/case_act.h"
#include "engine/cases/case_change.h"

struct place_form {
    struct str typed;
    struct place_choices choices; /* to choose from; none when the place is clear */
    bool has_place;
    struct place place;
    struct str chosen; /* its id */
    struct place_plan plan;
    bool has_map;
    struct html map;
};

#endif
