#include "app/demo.h"
#include "base/file.h"
#include "people/account.h"

#define MAX_LOGINS_BYTES 4000

struct demo_account {
    const char *login, *name;
    const struct grant *grants;
    size_t grant_n;
    bool is_printed; /* one of the three that a newcomer signs in with */
};

static const struct grant agent[] = {{ROLE_AGENT, SCOPE_CITY, STR("")}};
static const struct grant supervisor[] = {{ROLE_SUPERVISOR, SCOPE_CITY, STR("")}};
static const struct grant administrator[] = {{ROLE_ADMINISTRATOR, SCOPE_CITY, STR("")},
                                             {ROLE_AUDITOR, SCOPE_CITY, STR("")}};
static const struct grant east[] = {{ROLE_CREW, SCOPE_TEAM, STR("streets-east")}};
static const struct grant west[] = {{ROLE_CREW, SCOPE_TEAM, STR("streets-west")}};
static const struct grant works[] = {{ROLE_SUPERVISOR, SCOPE_DEPARTMENT, STR("public-works")}};

static const struct demo_account accounts[] = {
    {"agent", "Ana Agent", agent, 1, true},
    {"supervisor", "Sam Supervisor", supervisor, 1, true},
    {"administrator", "Ada Administrator", administrator, 2, true},
    {"rosa", "Rosa Diaz", east, 1, false},
    {"minh", "Minh Tran", west, 1, false},
    {"walter", "Walter Brooks", works, 1, false},
};

enum rc demo_staff(struct ctx *ctx, const struct home *home)
{
    struct buf logins = buf_in(ctx->arena, MAX_LOGINS_BYTES);
    struct str path = str_fmt(ctx->arena, "%s/demo-logins.txt", home->folder);

    for (size_t i = 0; i < COUNT(accounts); i++) {
        const struct demo_account *account = &accounts[i];
        struct str password;
        int64_t id;
        enum rc rc =
            account_add(ctx,
                        &(struct account_new){
                            .login = str_of(account->login),
                            .name = str_of(account->name),
                            .email = str_fmt(ctx->arena, "%s@portazalea.example", account->login),
                            .grants = account->grants,
                            .grant_n = account->grant_n,
                        },
                        &password, &id);

        if (rc)
            return rc;
        if (account->is_printed)
            buf_add_fmt(&logins, "%-14s %.*s\n", account->login, STR_ARG(password));
    }
    return file_write(ctx, str_z(ctx->arena, path), buf_str(&logins), 0600);
}
