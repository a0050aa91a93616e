/* What fills the demonstration: accounts with printed passwords, and thousands of cases with
 * histories. Everything goes through the engine, as if residents and staff had done it; a fixed
 * seed makes it the same each time, relative to the day it is made. Layer: app. */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include "app/home.h"

#define DEMO_CASES 5000

/* Makes the staff and writes their logins to `demo-logins.txt` in the folder (mode 600). */
enum rc demo_staff(struct ctx *ctx, const struct home *home) MUST_CHECK;

/* Files `n` cases of the last months and takes them through their workflow. Shows progress on
 * standard error when `is_shown`. */
enum rc demo_cases(struct ctx *ctx, const struct home *home, int n, bool is_shown) MUST_CHECK;

#endif
