/* The JSON API of any case, for other programs. Layer: api. */
#ifndef API_API_H
#define API_API_H

#include "base/module.h"

extern const struct module api_module;

#endif
