/* What `cityhall COMMAND --help` says beyond the usage line. */
#include <string.h>

#include "app/command.h"

static const struct {
    const char *name, *text;
} helps[] = {
    {"init",
     "\n"
     "  DIR              the data folder to make; it must not exist\n"
     "  --city CITYDIR   the city folder: services, workflows, teams, calendars, layers\n"
     "  --store URL      postgresql://...: keep the data there; without it, SQLite in DIR\n"
     "  --owner URL      the same database as the role that makes the tables; the role of\n"
     "                   --store, which serves, then changes no table and only adds to the\n"
     "                   record\n"
     "\n"
     "Either all of it is made or nothing. DIR then holds secret.key and record.key: keep\n"
     "copies of them apart from the backups.\n"
     "\n"
     "Examples:\n"
     "  cityhall init /var/lib/cityhall --city cities/port-azalea\n"
     "  cityhall init /var/lib/cityhall --city mycity --store postgresql:///cityhall\n"},
    {"demo", "\n"
             "  DIR              the data folder to make; it must not exist\n"
             "  --city CITYDIR   another city folder than Port Azalea\n"
             "  --cases N        so many seeded cases (5000)\n"
             "  --store URL, --owner URL   as for init\n"
             "\n"
             "A demonstration stays one for ever: it asks for no codes, keeps its passwords in\n"
             "DIR/demo-logins.txt, and is served on this machine only.\n"
             "\n"
             "Example:\n"
             "  cityhall demo var/demo --cases 500\n"},
    {"serve",
     "\n"
     "  DIR                    the data folder\n"
     "  --listen ADDRESS:PORT  where to listen (127.0.0.1:8080)\n"
     "  --base-url URL         the site's address, as links in mail have it; https:// makes\n"
     "                         cookies Secure\n"
     "  --proxy ADDRESS,...    web servers in front whose X-Forwarded-For is believed\n"
     "  --image PROGRAM        where cityhall-image is, if not beside this program\n"
     "\n"
     "Prints \"ready URL\" when it accepts. SIGTERM finishes what is under way and ends.\n"
     "\n"
     "Example:\n"
     "  cityhall serve /var/lib/cityhall --base-url https://311.city.example\n"},
    {"check",
     "\n"
     "  CITYDIR      the city folder\n"
     "  --coverage   also say which routes, clock branches and holidays no example reaches\n"
     "\n"
     "Prints file:line:column and a sentence for everything that is wrong. Ends with 1 when\n"
     "there are errors; notes do not count.\n"
     "\n"
     "Example:\n"
     "  cityhall check cities/port-azalea --coverage\n"},
    {"publish",
     "\n"
     "  DIR        the data folder\n"
     "  CITYDIR    the city folder\n"
     "  --dry-run  say what would change, and change nothing\n"
     "\n"
     "Services that changed get a new version; cases stay on theirs. A folder with errors\n"
     "changes nothing. A running server shows it after a restart.\n"
     "\n"
     "Example:\n"
     "  cityhall publish /var/lib/cityhall cities/port-azalea --dry-run\n"},
    {"import", "\n"
               "  cases           the only thing to take over\n"
               "  DIR             the data folder\n"
               "  --map MAP.yaml  which column means what; a service, a state, a place\n"
               "  FILE.csv        the table\n"
               "  --rejects FILE  rows that cannot be used, with line and reason\n"
               "  --json          the result as one object\n"
               "\n"
               "Run twice it changes nothing: rows are known by their outside number.\n"
               "\n"
               "Example:\n"
               "  cityhall import cases /var/lib/cityhall --map la.yaml la-2017.csv \\\n"
               "      --rejects rejected.csv\n"},
    {"rebuild", "\n"
                "  DIR      the data folder\n"
                "  --check  recompute due dates and counts, and compare; nothing is changed\n"
                "  --json   the result as one object\n"
                "\n"
                "Ends with 1 when something stored is not what follows from the cases.\n"
                "\n"
                "Example:\n"
                "  cityhall rebuild /var/lib/cityhall --check\n"},
    {"audit",
     "\n"
     "  verify       recompute every hash and check every signature\n"
     "  DIR          the data folder\n"
     "  --head FILE  a head saved earlier (from /record/head): the record must continue it\n"
     "  --key FILE   the public key to trust, if not DIR/record.pub\n"
     "  --json       the result as one object\n"
     "\n"
     "Ends with 1 when the record is wrong, and says where. When it is whole, DIR notes the\n"
     "day for the page Health.\n"
     "\n"
     "Example:\n"
     "  cityhall audit verify /var/lib/cityhall --head /media/usb/head-2026-06-30\n"},
    {"user",
     "\n"
     "  list DIR [--json]       everybody, with grants\n"
     "  add DIR LOGIN --name NAME --role ROLE [--scope SCOPE] [--email MAIL] [--lang LANG]\n"
     "                          prints a first password, once\n"
     "  disable DIR LOGIN       ends all sessions and refuses new ones\n"
     "  enable DIR LOGIN        lets in again\n"
     "  reset DIR LOGIN         a new first password; no second factor, no sessions\n"
     "\n"
     "  ROLE        agent, crew, supervisor, administrator, auditor\n"
     "  --scope     city (the default), department:CODE, team:CODE or service:CODE\n"
     "  --team CODE the same as --scope team:CODE\n"
     "  --why TEXT  the reason that the record keeps; without it, who ran the command\n"
     "\n"
     "Examples:\n"
     "  cityhall user add /var/lib/cityhall rdiaz --name \"Rosa Diaz\" --role crew \\\n"
     "      --scope team:streets-west --why \"new in the west crew\"\n"
     "  cityhall user list /var/lib/cityhall --json\n"},
    {"key",
     "\n"
     "  add DIR --name NAME [--scope RIGHT[@KIND:CODE]]... [--days N] [--burst N]\n"
     "          [--per-minute N]   make a key; it is shown once\n"
     "  list DIR [--json]          all keys, their scopes, and when each was last used\n"
     "  revoke DIR PREFIX          end a key, named by the eight characters after cityhall_\n"
     "\n"
     "Rights are read (cases as staff see them), file, work and supervise; kinds are city,\n"
     "department, team and service. A key without scopes sees what the public sees. Keys expire\n"
     "after a year unless --days says otherwise.\n"
     "\n"
     "Examples:\n"
     "  cityhall key add var/demo --name \"Work orders\" --scope work@team:streets-east\n"
     "  cityhall key add var/demo --name \"City app\" --scope file --days 90\n"},
    {"webhook",
     "\n"
     "  add DIR URL --key PREFIX [--kind KIND]... [--service CODE]...\n"
     "                             tell a server what the key may see; its secret is shown once\n"
     "  list DIR [--json]          all webhooks, and how many events wait for each\n"
     "  remove DIR ID              tell it no more\n"
     "  test DIR ID                send it an event webhook.test now\n"
     "\n"
     "Kinds are those of the record: case.opened, case.step, note.added and so on; without any,\n"
     "all. The URL is https. Requests are signed as Standard Webhooks has it, and tried again for\n"
     "days; a server that takes nothing for five days is told no more.\n"
     "\n"
     "Example:\n"
     "  cityhall webhook add var/demo https://example.org/hook --key PTVBGTX5 --kind case.step\n"},
    {"closure",
     "\n"
     "  add            the only thing to do\n"
     "  DIR            the data folder\n"
     "  DATE           the day without work: 2026-12-24\n"
     "  --reason TEXT  what residents read under \"Why\"\n"
     "  --dry-run      say how many deadlines would move, and move none\n"
     "\n"
     "Example:\n"
     "  cityhall closure add /var/lib/cityhall 2026-09-14 --reason \"Hurricane\" --dry-run\n"},
    {"backup",
     "\n"
     "  DIR      the data folder; it may be served meanwhile\n"
     "  FOLDER   what is made: a new folder with the store, the photos and the keys\n"
     "  --json   say what was made as JSON\n"
     "\n"
     "Everything is as it was at one moment. FOLDER takes its name when all of it is on the disk.\n"
     "It holds secret keys and personal data: keep it where nobody else reads.\n"
     "\n"
     "Example:\n"
     "  cityhall backup /var/lib/cityhall /backups/2026-11-23\n"},
    {"restore",
     "\n"
     "  FOLDER       a backup\n"
     "  DIR          the data folder to make; it must not exist\n"
     "  --store URL  postgresql://...: put the data there, whatever the backup was made of;\n"
     "               the database must be empty. Without it, SQLite in DIR\n"
     "  --owner URL  the same database as the role that makes the tables\n"
     "  --json       say what was restored as JSON\n"
     "\n"
     "The record is checked before DIR takes its name; a damaged backup leaves nothing behind.\n"
     "\n"
     "Examples:\n"
     "  cityhall restore /backups/2026-11-23 /var/lib/cityhall\n"
     "  cityhall restore /backups/2026-11-23 /var/lib/cityhall --store postgresql:///cityhall\n"},
    {"export",
     "\n"
     "  DIR      the data folder; it may be served meanwhile\n"
     "  FOLDER   what is made: every table as JSON lines, the photos, and a README.txt\n"
     "  --json   say what was made as JSON\n"
     "\n"
     "For a city that goes elsewhere, or an archive. It holds all personal data and no keys.\n"
     "\n"
     "Example:\n"
     "  cityhall export /var/lib/cityhall /tmp/all-of-it\n"},
    {"upgrade",
     "\n"
     "  DIR          the data folder; make a backup first\n"
     "  --owner URL  on PostgreSQL: the role that makes the tables, where it is another\n"
     "\n"
     "Applies the migrations that are missing, each in a transaction of its own. There is\n"
     "no way back but restoring.\n"
     "\n"
     "Example:\n"
     "  cityhall upgrade /var/lib/cityhall\n"},
    {"jobs", "\n"
             "  DIR           the data folder\n"
             "  list          what is asked when nothing is (needs attention first)\n"
             "  retry JOB     make it due now, with all its tries before it\n"
             "  drop JOB      end it undone\n"
             "  --state WORD  list one state alone: waiting, running, troubled, given-up, ended\n"
             "  --why TEXT    the reason that the record keeps; without it, who ran the command\n"
             "  --json        the list as one array\n"
             "\n"
             "Ends with 1 when a job is given up or its worker has stopped, so that a monitor may\n"
             "call it.\n"
             "\n"
             "Examples:\n"
             "  cityhall jobs /var/lib/cityhall\n"
             "  cityhall jobs /var/lib/cityhall retry 4711 --why \"the relay is back\"\n"},
    {"routes", "\n"
               "One line a route: method, path, permission, what it is for.\n"
               "\n"
               "Example:\n"
               "  cityhall routes | grep staff.administer\n"},
    {"permissions", "\n"
                    "One line a permission: its word, and what it allows.\n"
                    "\n"
                    "Example:\n"
                    "  cityhall permissions\n"},
    {"version", "\n"
                "Example:\n"
                "  cityhall version\n"},
};

const char *command_help(const char *name)
{
    for (size_t i = 0; i < sizeof helps / sizeof *helps; i++)
        if (strcmp(helps[i].name, name) == 0)
            return helps[i].text;
    return "";
}
