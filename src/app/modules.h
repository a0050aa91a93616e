/* The one list of what this program is made of. Layer: app. */
#ifndef APP_MODULES_H
#define APP_MODULES_H

#include "base/module.h"

/* Ended by NULL. */
extern const struct module *const modules[];

#endif
