/* The audit of the installation's own security settings. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/file.h"
#include "base/msg.h"
#include "console/admin_health.h"
#include "console/admin_page.ct.h"
#include "console/queries.h"
#include "engine/definition/setting.h"
#include "engine/message/smtp.h"
#include "people/account.h"
#include "people/api_key.h"
#include "people/people.h"
#include "people/session.h"

#define FIRST_PASSWORD_US    (7 * US_PER_DAY)
#define BACKUP_BAD_US        (7 * US_PER_DAY)
#define BACKUP_LOOK_US       (26 * US_PER_H)
#define VERIFIED_LATE_US     (31 * US_PER_DAY)
#define KEY_IDLE_US          (90 * US_PER_DAY)
#define ADMINISTRATORS_LEAST 2
#define ADMINISTRATORS_MOST  5

/* The value is a name of the machine's. */
static struct finding named(enum finding_state state, enum msg_id what, enum msg_id advice,
                            struct str value)
{
    struct finding finding = admin_finding(state, what, advice, value);

    finding.is_name = true;
    return finding;
}

static struct str yes_no(const struct ctx *ctx, bool is)
{
    return msg_text(ctx->lang, is ? MSG_form_yes : MSG_form_no);
}

static struct str number(struct ctx *ctx, int64_t n)
{
    return admin_numbers(ctx, &n, 1);
}

static void look_at_address(struct ctx *ctx, const struct installation *installation,
                            struct findings *findings)
{
    struct str url = str_of(installation->base_url), listen = str_of(installation->listen);
    bool is_https = str_starts_with(url, S("https://"));
    bool is_local = address_is_loopback(address_host(listen));
    enum finding_state open = installation->is_demonstration ? FINDING_LOOK : FINDING_BAD;

    admin_finding_add(
        findings, named(is_https ? FINDING_GOOD : open, MSG_admin_s_url, MSG_admin_s_url_do, url));
    admin_finding_add(findings,
                      admin_finding(is_https ? FINDING_GOOD : open, MSG_admin_s_cookies,
                                    MSG_admin_s_cookies_do,
                                    msg_text(ctx->lang, is_https ? MSG_admin_cookies_https
                                                                 : MSG_admin_cookies_open)));
    admin_finding_add(findings, named(is_local ? FINDING_GOOD : FINDING_LOOK, MSG_admin_s_listen,
                                      MSG_admin_s_listen_do, listen));
    admin_finding_add(findings,
                      admin_finding(installation->is_demonstration ? FINDING_LOOK : FINDING_GOOD,
                                    MSG_admin_s_demo, MSG_admin_s_demo_do,
                                    yes_no(ctx, installation->is_demonstration)));
    if (str_find(installation->proxies, S("/0")) >= 0)
        admin_finding_add(findings, named(FINDING_BAD, MSG_admin_s_proxies, MSG_admin_s_proxies_all,
                                          installation->proxies));
    else
        admin_finding_add(
            findings,
            admin_finding(is_https && !installation->proxies.n ? FINDING_LOOK : FINDING_GOOD,
                          MSG_admin_s_proxies, MSG_admin_s_proxies_do,
                          installation->proxies.n ? installation->proxies
                                                  : msg_text(ctx->lang, MSG_admin_none)));
}

struct staff_sums {
    int64_t without_code, administrators_without_code, old_first_passwords;
    int64_t administrators, with_both, disabled_with_grants, active, city_wide;
};

static void add_account(const struct ctx *ctx, const struct account *account,
                        struct staff_sums *sums)
{
    bool is_administrator = false, works = false, is_wide = false;

    for (size_t i = 0; i < account->grant_n; i++) {
        const struct grant *grant = &account->grants[i].grant;

        is_administrator |= grant->role == ROLE_ADMINISTRATOR;
        works |= grant->role <= ROLE_SUPERVISOR;
        is_wide |= grant->role <= ROLE_SUPERVISOR && grant->scope_kind == SCOPE_CITY;
    }
    if (account->is_disabled) {
        sums->disabled_with_grants += account->grant_n > 0;
        return;
    }
    sums->active++;
    sums->administrators += is_administrator;
    sums->with_both += is_administrator && works;
    sums->city_wide += is_wide;
    sums->without_code += !account->has_totp;
    sums->administrators_without_code += !account->has_totp && is_administrator;
    sums->old_first_passwords +=
        account->must_change && ctx->now.us_utc - account->created.us_utc > FIRST_PASSWORD_US;
}

static void look_at_sums(struct ctx *ctx, const struct staff_sums *sums, struct findings *findings)
{
    bool has_few = sums->administrators < ADMINISTRATORS_LEAST;
    bool has_many = sums->administrators > ADMINISTRATORS_MOST;

    admin_finding_add(findings, admin_finding(sums->administrators_without_code ? FINDING_BAD
                                              : sums->without_code              ? FINDING_LOOK
                                                                                : FINDING_GOOD,
                                              MSG_admin_s_codes, MSG_admin_s_codes_do,
                                              number(ctx, sums->without_code)));
    admin_finding_add(findings,
                      admin_finding(sums->old_first_passwords ? FINDING_LOOK : FINDING_GOOD,
                                    MSG_admin_s_first, MSG_admin_s_first_do,
                                    number(ctx, sums->old_first_passwords)));
    admin_finding_add(
        findings,
        admin_finding(has_few || has_many ? FINDING_LOOK : FINDING_GOOD, MSG_admin_s_administrators,
                      has_few ? MSG_admin_s_administrators_few : MSG_admin_s_administrators_many,
                      number(ctx, sums->administrators)));
    admin_finding_add(findings,
                      admin_finding(sums->with_both ? FINDING_LOOK : FINDING_GOOD, MSG_admin_s_both,
                                    MSG_admin_s_both_do, number(ctx, sums->with_both)));
    admin_finding_add(
        findings,
        admin_finding(sums->active > 4 && 2 * sums->city_wide > sums->active ? FINDING_LOOK
                                                                             : FINDING_GOOD,
                      MSG_admin_s_wide, MSG_admin_s_wide_do,
                      admin_numbers(ctx, (int64_t[]){sums->city_wide, sums->active}, 2)));
    admin_finding_add(findings,
                      admin_finding(sums->disabled_with_grants ? FINDING_LOOK : FINDING_GOOD,
                                    MSG_admin_s_disabled, MSG_admin_s_disabled_do,
                                    number(ctx, sums->disabled_with_grants)));
}

static enum rc look_at_staff(struct ctx *ctx, struct findings *findings)
{
    struct staff_sums sums = {0};
    struct sessions_about_row sessions;
    struct accounts all;
    bool is_old;
    enum rc rc = account_list(ctx, &all);

    if (!rc)
        rc = sessions_about(ctx, ctx->now, &sessions);
    if (rc)
        return rc;
    for (size_t i = 0; i < all.n; i++)
        add_account(ctx, &all.items[i], &sums);
    look_at_sums(ctx, &sums, findings);
    is_old =
        !sessions.oldest_is_null && ctx->now.us_utc - sessions.oldest.us_utc > SESSION_ABSOLUTE_US;
    admin_finding_add(findings,
                      admin_finding(is_old ? FINDING_BAD : FINDING_GOOD, MSG_admin_s_sessions,
                                    MSG_admin_s_sessions_do, number(ctx, sessions.alive)));
    return RC_OK;
}

/* A file of secrets is its owner's alone, and the owner is who runs the program. */
static void look_at_secret(struct ctx *ctx, const struct installation *installation,
                           const char *name, struct findings *findings)
{
    struct stat st;
    enum finding_state state = FINDING_GOOD;

    if (stat(str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", installation->folder, name)), &st) != 0)
        return;
    if ((st.st_mode & 077) || st.st_uid != geteuid())
        state = FINDING_BAD;
    admin_finding_add(findings,
                      named(state, MSG_admin_s_key, MSG_admin_s_key_do,
                            str_fmt(ctx->arena, "%s: %03o", name, (unsigned)st.st_mode & 0777U)));
}

static void look_at_files(struct ctx *ctx, const struct installation *installation,
                          struct findings *findings)
{
    static const char *const secrets[] = {"secret.key", "record.key", "smtp-password", "store"};
    const char *logins =
        str_z(ctx->arena, str_fmt(ctx->arena, "%s/demo-logins.txt", installation->folder));
    struct stat st;

    for (size_t i = 0; i < COUNT(secrets); i++)
        look_at_secret(ctx, installation, secrets[i], findings);
    if (stat(installation->folder, &st) == 0)
        admin_finding_add(findings, named(st.st_mode & 07    ? FINDING_BAD
                                          : st.st_mode & 020 ? FINDING_LOOK
                                                             : FINDING_GOOD,
                                          MSG_admin_s_folder, MSG_admin_s_folder_do,
                                          str_fmt(ctx->arena, "%s: %03o", installation->folder,
                                                  (unsigned)st.st_mode & 0777U)));
    if (!installation->is_demonstration && file_exists(logins))
        admin_finding_add(findings, named(FINDING_BAD, MSG_admin_s_logins, MSG_admin_s_logins_do,
                                          S("demo-logins.txt")));
    admin_finding_add(findings,
                      admin_finding(geteuid() == 0 ? FINDING_BAD : FINDING_GOOD, MSG_admin_s_root,
                                    MSG_admin_s_root_do, yes_no(ctx, geteuid() == 0)));
}

/* Keys of programs: one that sees the whole city or changes cases is looked at, and one that nobody
 * has used for long. */
static enum rc look_at_keys(struct ctx *ctx, struct findings *findings)
{
    int64_t alive = 0, wide = 0, idle = 0;
    struct api_keys keys;
    enum rc rc = api_key_list(ctx, &keys);

    for (size_t i = 0; !rc && i < keys.n; i++) {
        const struct api_key *key = &keys.items[i];
        struct instant used = key->was_used ? key->used : key->created;
        bool is_wide = false;

        if (key->is_revoked || instant_cmp(key->expires, ctx->now) <= 0)
            continue;
        for (size_t j = 0; j < key->scope_n; j++)
            is_wide |= key->scopes[j].scope_kind == SCOPE_CITY;
        alive++;
        wide += is_wide;
        idle += ctx->now.us_utc - used.us_utc > KEY_IDLE_US;
    }
    if (!rc)
        admin_finding_add(findings,
                          admin_finding(wide || idle ? FINDING_LOOK : FINDING_GOOD,
                                        MSG_admin_s_api_keys, MSG_admin_s_api_keys_do,
                                        admin_numbers(ctx, (int64_t[]){alive, wide, idle}, 3)));
    return rc;
}

static bool is_relay_safe(struct str url)
{
    return str_starts_with(url, S("smtps://")) || smtp_url_is_local(url);
}

static enum rc look_at_settings(struct ctx *ctx, struct findings *findings)
{
    struct str relay, witnesses;
    enum rc rc = setting_read(ctx, S("smtp"), &relay);

    if (rc)
        return rc;
    admin_finding_add(findings,
                      admin_finding(is_relay_safe(relay) ? FINDING_GOOD : FINDING_LOOK,
                                    MSG_admin_s_relay,
                                    relay.n ? MSG_admin_s_relay_do : MSG_admin_h_mail_none,
                                    relay.n ? relay : msg_text(ctx->lang, MSG_admin_none)));
    rc = setting_read(ctx, S("witnesses"), &witnesses);
    if (!rc)
        admin_finding_add(
            findings, admin_finding(witnesses.n ? FINDING_GOOD : FINDING_LOOK,
                                    MSG_admin_s_witnesses, MSG_admin_s_witnesses_do,
                                    witnesses.n ? witnesses : msg_text(ctx->lang, MSG_admin_none)));
    return rc;
}

/* Older than `bad_us` is bad; there may be none. */
static void look_at_age(struct ctx *ctx, const struct installation *installation, const char *name,
                        struct finding as_found, struct findings *findings)
{
    struct instant at;
    bool is_there = admin_health_instant(ctx, installation, name, &at);
    int64_t age_us = is_there ? ctx->now.us_utc - at.us_utc : 0;
    bool is_backup = strcmp(name, HEALTH_BACKUP_FILE) == 0;
    enum finding_state state = FINDING_GOOD;

    if (!is_there || age_us > (is_backup ? BACKUP_LOOK_US : VERIFIED_LATE_US))
        state = FINDING_LOOK;
    if (is_backup && is_there && age_us > BACKUP_BAD_US)
        state = FINDING_BAD;
    admin_finding_add(findings, admin_finding(state, as_found.what, as_found.advice,
                                              is_there ? admin_ago(ctx, at)
                                                       : msg_text(ctx->lang, MSG_admin_never)));
}

static void look_at_build(struct ctx *ctx, struct findings *findings)
{
#ifdef CITYHALL_TEST_CLOCK
    bool is_test = true;
#else
    bool is_test = false;
#endif

    admin_finding_add(findings,
                      admin_finding(is_test ? FINDING_LOOK : FINDING_GOOD, MSG_admin_s_build,
                                    MSG_admin_s_build_do, yes_no(ctx, is_test)));
}

/* What is found in the settings, among the accounts and in the data folder. */
enum rc admin_security_findings(struct ctx *ctx, const struct installation *installation,
                                struct findings *ret)
{
    enum rc rc;

    if (installation) {
        bool is_locked = str_find(installation->image_status, S("seccomp: active")) >= 0;

        look_at_address(ctx, installation, ret);
        look_at_files(ctx, installation, ret);
        admin_finding_add(
            ret, admin_finding(is_locked || !installation->image ? FINDING_GOOD : FINDING_BAD,
                               MSG_admin_h_image, MSG_admin_h_image_do,
                               admin_health_locks(ctx, installation)));
        look_at_age(ctx, installation, HEALTH_BACKUP_FILE,
                    (struct finding){.what = MSG_admin_s_backup, .advice = MSG_admin_s_backup_do},
                    ret);
        look_at_age(
            ctx, installation, HEALTH_VERIFIED_FILE,
            (struct finding){.what = MSG_admin_h_verified, .advice = MSG_admin_h_verified_do}, ret);
    }
    look_at_build(ctx, ret);
    rc = look_at_staff(ctx, ret);
    if (!rc)
        rc = look_at_keys(ctx, ret);
    return rc ? rc : look_at_settings(ctx, ret);
}

enum rc admin_security_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    static const struct admin_findings_page page = {MSG_admin_security, MSG_admin_security_says,
                                                    "/staff/admin/security",
                                                    admin_security_findings};

    return admin_findings_show(ctx, request, reply, &page);
}
