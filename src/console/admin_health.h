/* How the installation is doing, and how safely it is set up: two lists of findings. Layer:
 * console, private.
 *
 * Both are made anew for each look; nothing is stored. What no statement can answer (files, disk,
 * addresses) comes from the struct installation. */
#ifndef CONSOLE_ADMIN_HEALTH_H
#define CONSOLE_ADMIN_HEALTH_H

#include "console/admin_page.h"
#include "console/installation.h"

/* What `cityhall audit verify` and a backup leave in the data folder when they went well: the
 * instant, as text. */
#define HEALTH_VERIFIED_FILE "last-verified"
#define HEALTH_BACKUP_FILE   "last-backup"

/* The instant that a file of the data folder holds; false without one. */
bool admin_health_instant(struct ctx *ctx, const struct installation *installation,
                          const char *name, struct instant *ret);

/* What cityhall-image said of its locks, on one line. */
struct str admin_health_locks(struct ctx *ctx, const struct installation *installation);

enum rc admin_health_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc admin_security_show(struct ctx *ctx, struct request *request, struct reply *reply);

/* What is found in the store and on the machine; and in the settings, among the accounts and in the
 * data folder. */
enum rc admin_health_findings(struct ctx *ctx, const struct installation *installation,
                              struct findings *ret) MUST_CHECK;
enum rc admin_security_findings(struct ctx *ctx, const struct installation *installation,
                                struct findings *ret) MUST_CHECK;

#endif
