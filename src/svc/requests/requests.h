/* What a city's requests (311) need beyond their service files: Open311 and the import of other
 * systems' requests. Layer: svc. */
#ifndef SVC_REQUESTS_REQUESTS_H
#define SVC_REQUESTS_REQUESTS_H

#include "base/module.h"

extern const struct module requests_module;

#endif
