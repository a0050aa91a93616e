/* A row of the page that bench_page.c builds. */
#ifndef TOOLS_BENCH_PAGE_ROW_H
#define TOOLS_BENCH_PAGE_ROW_H

#include "base/str.h"

struct bench_row {
    struct str number, service, place;
    int64_t days;
};

#endif
