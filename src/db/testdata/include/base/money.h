/* An amount in cents, as the tests of src/db need it. */
#pragma once

#include <stdint.h>

struct money {
    int64_t cents;
};
