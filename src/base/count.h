/* A number of things as people write it: its thousands apart. Layer: base. Pure. */
#ifndef BASE_COUNT_H
#define BASE_COUNT_H

#include "base/buf.h"
#include "base/lang.h"

/* "1,136" in English; "1136" and "25,000" in the Spanish of the Americas, which leaves four figures
 * together; "1.136" in Vietnamese. */
void count_write(struct buf *out, enum lang lang, int64_t number);

#endif
