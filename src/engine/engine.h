/* What the engine does by itself, for any service. Layer: engine. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/module.h"

extern const struct module engine_module;

#endif
