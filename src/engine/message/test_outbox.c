#include "engine/cases/cases.h"
#include "engine/message/outbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/message/mail_settings.h"
#include "engine/message/mailbox.h"
#include "engine/message/notice.h"
#include "engine/record/people_record.h"
#include "engine/test_town.h"
#include "people/people.h"

#define MAX_LINE  2000
#define MAX_MAILS 120
#define MAX_MAIL  100000
#define DROP      "drop"     /* instead of a reply: the connection is closed */
#define HANG      "hang"     /* no reply until the other side goes */
#define TRUNCATE  "truncate" /* closed in the middle of the text */

/* A relay that keeps what it is given and answers as the test says. */
struct sink {
    int listener, port;
    pthread_t thread;
    _Atomic(const char *) greeting, mail, rcpt, data, done, auth;
    atomic_bool has_auth, is_stopping;
    atomic_int connections, mails;
    char from[MAX_MAILS][MAX_LINE], to[MAX_MAILS][MAX_LINE], secret[MAX_LINE];
    char *text[MAX_MAILS];
};

/* One line without its CRLF, read byte by byte; false at the end. */
static bool read_line(struct sink *sink, int fd, char line[MAX_LINE])
{
    size_t n = 0;

    while (n < MAX_LINE - 1) {
        struct timeval wait = {0, 50000};
        ssize_t got;

        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        got = recv(fd, line + n, 1, 0);
        if (got < 0 && errno == EAGAIN && !sink->is_stopping)
            continue;
        if (got <= 0)
            return false;
        if (line[n] == '\n') {
            line[n && line[n - 1] == '\r' ? n - 1 : n] = '\0';
            return true;
        }
        n++;
    }
    return false;
}

/* False when the connection is to end. */
static bool say(struct sink *sink, int fd, const char *reply)
{
    char line[MAX_LINE];
    int n;

    while (strcmp(reply, HANG) == 0 && !sink->is_stopping) {
        usleep(10000);
        if (recv(fd, line, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
            return false;
    }
    if (strcmp(reply, DROP) == 0 || sink->is_stopping)
        return false;
    n = snprintf(line, sizeof line, "%s\r\n", reply);
    return send(fd, line, (size_t)n, MSG_NOSIGNAL) == n;
}

/* The text up to the lone dot, dots unstuffed. */
static bool take_text(struct sink *sink, int fd, char *text)
{
    char line[MAX_LINE];
    size_t n = 0;

    while (read_line(sink, fd, line)) {
        const char *from = line[0] == '.' ? line + 1 : line;

        if (strcmp(line, ".") == 0)
            return true;
        if (strcmp(sink->data, TRUNCATE) == 0)
            return false;
        n += (size_t)snprintf(text + n, MAX_MAIL - n, "%s\r\n", from);
    }
    return false;
}

static bool serve_data(struct sink *sink, int fd)
{
    int i = sink->mails;
    const char *reply = sink->data;

    if (!say(sink, fd, strcmp(reply, TRUNCATE) == 0 ? "354 go on" : reply))
        return false;
    if (strncmp(reply, "354", 3) != 0 && strcmp(reply, TRUNCATE) != 0)
        return true;
    free(sink->text[i]);
    sink->text[i] = calloc(1, MAX_MAIL);
    if (!sink->text[i] || !take_text(sink, fd, sink->text[i]))
        return false;
    sink->mails++;
    return say(sink, fd, sink->done);
}

static bool serve_line(struct sink *sink, int fd, const char *line)
{
    int i = sink->mails;

    if (strncmp(line, "EHLO ", 5) == 0)
        return say(sink, fd, sink->has_auth ? "250-sink\r\n250 AUTH PLAIN" : "250 sink");
    if (strcmp(line, "AUTH PLAIN") == 0)
        return say(sink, fd, "334 ") && read_line(sink, fd, sink->secret) &&
               say(sink, fd, sink->auth);
    if (strncmp(line, "MAIL ", 5) == 0) {
        snprintf(sink->from[i], MAX_LINE, "%s", line);
        return say(sink, fd, sink->mail);
    }
    if (strncmp(line, "RCPT ", 5) == 0) {
        snprintf(sink->to[i], MAX_LINE, "%s", line);
        return say(sink, fd, sink->rcpt);
    }
    if (strcmp(line, "DATA") == 0)
        return serve_data(sink, fd);
    return say(sink, fd, "250 ok") && strcmp(line, "QUIT") != 0;
}

static void *run_sink(void *arg)
{
    struct sink *sink = arg;

    while (!sink->is_stopping) {
        char line[MAX_LINE];
        int fd = accept(sink->listener, NULL, NULL);

        if (fd < 0)
            continue;
        sink->connections++;
        if (say(sink, fd, sink->greeting))
            while (read_line(sink, fd, line) && serve_line(sink, fd, line))
                ;
        close(fd);
    }
    return NULL;
}

static struct sink *sink_start(void)
{
    struct sink *sink = calloc(1, sizeof *sink);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval wait = {0, 50000};
    socklen_t n = sizeof at;

    assert_non_null(sink);
    sink->greeting = "220 sink";
    sink->mail = sink->rcpt = sink->done = "250 ok";
    sink->auth = "235 welcome";
    sink->data = "354 go on";
    sink->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(sink->listener, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(bind(sink->listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(sink->listener, 8), 0);
    assert_int_equal(getsockname(sink->listener, (struct sockaddr *)&at, &n), 0);
    sink->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&sink->thread, NULL, run_sink, sink), 0);
    return sink;
}

static void sink_stop(struct sink *sink)
{
    sink->is_stopping = true;
    pthread_join(sink->thread, NULL);
    close(sink->listener);
    for (size_t i = 0; i < MAX_MAILS; i++)
        free(sink->text[i]);
    free(sink);
}

static struct sink *sink;
static struct outbox *outbox;

static int set_up(void **state)
{
    struct test_town *town;
    int failed = test_town_open(state);

    if (failed)
        return failed;
    town = *state;
    sink = sink_start();
    test_town_set(
        town, str_z(town->ctx.arena, str_fmt(town->ctx.arena,
                                             "INSERT INTO setting (name, value) VALUES ('smtp', "
                                             "'smtp://127.0.0.1:%d')",
                                             sink->port)));
    test_ok(&town->ctx, outbox_new(&town->ctx, town->folder, &outbox));
    return 0;
}

static int tear_down(void **state)
{
    outbox_free(outbox);
    sink_stop(sink);
    return test_town_close(state);
}

/* Sends one if it is due; what went wrong with it, "sent" for nothing, NULL when none was due. */
static const char *send_one(struct test_town *town)
{
    struct outbox_result result;

    test_ok(&town->ctx, outbox_send_next(&town->ctx, outbox, &result));
    if (!result.was_there)
        return NULL;
    return result.trouble ? result.trouble : "sent";
}

static void assert_row(struct test_town *town, const char *expected)
{
    struct str row = test_town_text(town, "SELECT state || ' ' || attempts || ' ' || trouble FROM "
                                          "message ORDER BY id LIMIT 1");

    assert_string_equal(str_z(town->ctx.arena, row), expected);
}

static void test_arrives(void **state)
{
    struct test_town *town = *state;
    struct filed filed = test_town_file(town);
    struct str subject = str_fmt(town->ctx.arena, "We received your request %.*s: Broken bench",
                                 STR_ARG(filed.number));

    assert_string_equal(send_one(town), "sent");
    assert_row(town, "sent 1 ");
    assert_int_equal(sink->mails, 1);
    assert_string_equal(sink->from[0], "MAIL FROM:<311@portazalea.example>");
    assert_string_equal(sink->to[0], "RCPT TO:<minh@example.org>");
    assert_non_null(
        strstr(sink->text[0], "From: City of Port Azalea <311@portazalea.example>\r\n"));
    assert_non_null(strstr(sink->text[0], str_z(town->ctx.arena, subject)));
    assert_non_null(strstr(sink->text[0], "--=_cityhall_alternative--\r\n"));
    assert_null(send_one(town));
}

static void test_one_connection_for_many(void **state)
{
    struct test_town *town = *state;

    for (int i = 0; i < 3; i++)
        test_town_file(town);
    for (int i = 0; i < 3; i++)
        assert_string_equal(send_one(town), "sent");
    assert_int_equal(sink->mails, 3);
    assert_int_equal(sink->connections, 1);
}

static enum rc ask_tx(struct ctx *ctx, void *arg)
{
    (void)arg;
    return notice_queue_plain(ctx, &(struct plain_mail){
                                       .notice = S("sign-in"),
                                       .email = S("rosa@example.org"),
                                       .subject = S("Your link"),
                                       .body = S("It is below."),
                                       .trust = MAILBOX_PROVEN,
                                       .is_waited_for = true,
                                   });
}

/* Mail has been stuck for a while: who asks for a link at a screen does not wait for all of it. */
static void test_waited_for_goes_first(void **state)
{
    struct test_town *town = *state;

    for (int i = 0; i < 3; i++)
        test_town_file(town);
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    test_ok(&town->ctx, db_tx(&town->ctx, ask_tx, NULL));
    for (int i = 0; i < 4; i++)
        assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->to[0], "RCPT TO:<rosa@example.org>");
    assert_string_equal(sink->to[1], "RCPT TO:<minh@example.org>");
    assert_null(send_one(town));
}

/* One that could not go waits its minutes, and the others go meanwhile. */
static void test_waited_for_holds_nothing_up(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    test_ok(&town->ctx, db_tx(&town->ctx, ask_tx, NULL));
    sink->rcpt = "451 later";
    assert_string_equal(send_one(town), "mail.later");
    assert_string_equal(sink->to[0], "RCPT TO:<rosa@example.org>");
    sink->rcpt = "250 ok";
    assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->to[0], "RCPT TO:<minh@example.org>");
    assert_null(send_one(town));
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->to[1], "RCPT TO:<rosa@example.org>");
}

static void test_same_message_id_again(void **state)
{
    struct test_town *town = *state;
    char first[200];
    const char *id;

    test_town_file(town);
    sink->done = "451 try later";
    assert_string_equal(send_one(town), "mail.later");
    id = strstr(sink->text[0], "Message-ID: ");
    assert_non_null(id);
    snprintf(first, sizeof first, "%.*s", (int)strcspn(id, "\r"), id);
    sink->done = "250 ok";
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    assert_string_equal(send_one(town), "sent");
    assert_non_null(strstr(sink->text[1], first));
}

static void test_without_relay(void **state)
{
    struct test_town *town = *state;
    bool has_relay = true;

    test_town_file(town);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, outbox_has_relay(&town->ctx, &has_relay));
    db_reader_release(&town->ctx);
    assert_true(has_relay);
    test_town_set(town, "DELETE FROM setting WHERE name = 'smtp'");
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, outbox_has_relay(&town->ctx, &has_relay));
    db_reader_release(&town->ctx);
    assert_false(has_relay);
    assert_null(send_one(town));
    assert_row(town, "queued 0 ");
    assert_int_equal(sink->connections, 0);
}

/* Each way a relay can say no, and whether the mail may be tried again. */
static void test_refusals(void **state)
{
    static const struct {
        const char *greeting, *mail, *rcpt, *data, *done, *outcome, *row;
    } cases[] = {
        {"421 busy", "", "", "", "", "mail.later", "queued 1 421 busy"},
        {"554 go away", "", "", "", "", "mail.later", "queued 1 554 go away"},
        {DROP, "", "", "", "", "mail.later", NULL},
        {"220 a", "451 later", "", "", "", "mail.later", "queued 1 451 later"},
        {"220 a", "550 not you", "", "", "", "mail.refused", "failed 1 550 not you"},
        {"220 a", DROP, "", "", "", "mail.later", NULL},
        {"220 a", "250 a", "450 full", "", "", "mail.later", "queued 1 450 full"},
        {"220 a", "250 a", "550 nobody", "", "", "mail.refused", "failed 1 550 nobody"},
        {"220 a", "250 a", DROP, "", "", "mail.later", NULL},
        {"220 a", "250 a", "250 a", "451 no", "", "mail.later", "queued 1 451 no"},
        {"220 a", "250 a", "250 a", "554 no", "", "mail.refused", "failed 1 554 no"},
        {"220 a", "250 a", "250 a", DROP, "", "mail.later", NULL},
        {"220 a", "250 a", "250 a", "354 a", "451 no", "mail.later", "queued 1 451 no"},
        {"220 a", "250 a", "250 a", "354 a", "550 spam", "mail.refused", "failed 1 550 spam"},
        {"220 a", "250 a", "250 a", "354 a", DROP, "mail.uncertain", NULL},
    };
    struct test_town *town = *state;

    test_town_file(town);
    for (size_t i = 0; i < COUNT(cases); i++) {
        test_town_set(town, "UPDATE message SET state = 'queued', attempts = 0, next_try = 0");
        sink->greeting = cases[i].greeting;
        sink->mail = cases[i].mail;
        sink->rcpt = cases[i].rcpt;
        sink->data = cases[i].data;
        sink->done = cases[i].done;
        assert_string_equal(send_one(town), cases[i].outcome);
        if (cases[i].row)
            assert_row(town, cases[i].row);
        outbox_free(outbox);
        test_ok(&town->ctx, outbox_new(&town->ctx, town->folder, &outbox));
    }
    assert_row(town, str_z(town->ctx.arena,
                           str_fmt(town->ctx.arena, "uncertain 1 %.*s",
                                   STR_ARG(test_town_text(town, "SELECT trouble FROM message")))));
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY);
    assert_null(send_one(town)); /* never again by itself */
}

/* The connection ends inside the text: without the closing dot nothing was handed over. */
static void test_cut_in_the_text(void **state)
{
    struct test_town *town = *state;
    struct str body;
    char *long_text = calloc(1, 18001);

    assert_non_null(long_text);
    test_town_file(town);
    memset(long_text, 'x', 18000);
    body = str_fmt(town->ctx.arena, "UPDATE message SET body = '%s'", long_text);
    test_town_set(town, str_z(town->ctx.arena, body));
    free(long_text);
    sink->data = TRUNCATE;
    assert_non_null(send_one(town)); /* later, or uncertain when all of it was in the socket */
    assert_int_equal(sink->mails, 0);
}

static void test_pauses_and_giving_up(void **state)
{
    static const int64_t pauses_min[] = {1, 5, 15, 60, 240, 240, 240};
    struct test_town *town = *state;

    test_town_file(town);
    sink->rcpt = "451 later";
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(send_one(town), "mail.later");
        town->ctx.now = instant_plus_us(town->ctx.now, pauses_min[i] * US_PER_MIN - 1);
        assert_null(send_one(town));
        town->ctx.now = instant_plus_us(town->ctx.now, 1);
    }
    assert_string_equal(send_one(town), "mail.later");
    assert_row(town, "failed 8 451 later");
    town->ctx.now = instant_plus_us(town->ctx.now, 30 * US_PER_DAY);
    assert_null(send_one(town));
}

static void test_nobody_listens(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    test_town_set(town, "UPDATE setting SET value = 'smtp://127.0.0.1:1' WHERE name = 'smtp'");
    assert_string_equal(send_one(town), "mail.later");
    assert_row(town, "queued 1 Couldn't connect to server");
}

static void test_what_is_this_machine(void **state)
{
    static const char *const local[] = {"smtp://localhost", "smtp://LocalHost:25",
                                        "smtp://127.0.0.1:2525", "smtps://127.1.2.3"};
    static const char *const others[] = {"smtp://127.evil.example",
                                         "smtp://127.0.0.1.evil.example:25",
                                         "smtp://127",
                                         "smtp://127.1",
                                         "smtp://localhost.evil.example",
                                         "smtp://10.0.0.1",
                                         "smtp://1270.0.0.1",
                                         "smtp://127.0.0.1000000000000000"};

    (void)state;
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        assert_true(smtp_url_is_local(str_of(local[i])));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(smtp_url_is_local(str_of(others[i])));
}

/* Some server that is none of mail takes the connection and says nothing. */
static void test_silent_relay(void **state)
{
    struct test_town *town = *state;
    struct smtp_relay relay = {.answer_ms = 200};
    const struct smtp_letter letter = {S("311@city.example"), S("a@b.example"), S("Hello\r\n")};
    int64_t began_ms = clock_monotonic_ms();
    struct smtp *smtp;
    struct str reply;

    relay.url = str_fmt(town->ctx.arena, "smtp://127.0.0.1:%d", sink->port);
    test_ok(&town->ctx, smtp_new(&town->ctx, &smtp));
    sink->greeting = HANG;
    assert_int_equal(smtp_send(&town->ctx, smtp, &relay, &letter, &reply), SMTP_AWAY);
    assert_true(clock_monotonic_ms() - began_ms < 5000);
    assert_true(reply.n > 0);
    smtp_free(smtp);
}

static void test_bad_settings(void **state)
{
    static const char *const bad[] = {
        "http://a",      "smtp://",        "smtp://u:p@a",    "smtp://a/b",
        "smtp://a:0",    "smtp://a:99999", "smtp://a:",       "smtp://a b",
        "smtp://a\r\nb", "file:///etc",    "smtp:a",          "smtp://-:x",
        "smtp://[::1",   "smtp://[::1]",   "smtp://[::1]:25", "smtp://[::1]x"};
    struct test_town *town = *state;
    struct outbox_result result;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(smtp_url_is_good(str_of(bad[i])));
    assert_true(smtp_url_is_good(S("smtp://relay.example")));
    assert_true(smtp_url_is_good(S("smtps://relay.example:465")));
    test_town_set(town, "UPDATE setting SET value = 'http://x' WHERE name = 'smtp'");
    assert_int_equal(outbox_send_next(&town->ctx, outbox, &result), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_CONFIG);
    ctx_clear_error(&town->ctx);
}

static void write_secret(struct test_town *town, const char *text, unsigned mode)
{
    struct str path = str_fmt(town->ctx.arena, "%s/smtp-password", town->folder);

    test_ok(&town->ctx, file_write(&town->ctx, str_z(town->ctx.arena, path), str_of(text), mode));
}

/* As an operator writes it, for the relay that is set. */
static const char *secret_for(struct test_town *town, const char *login)
{
    struct str relay = test_town_text(town, "SELECT value FROM setting WHERE name = 'smtp'");

    return str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s\n%.*s\n", login, STR_ARG(relay)));
}

/* Whoever may say where the mail goes must not get the password that way. */
static void test_password_of_another_relay(void **state)
{
    struct test_town *town = *state;

    sink->has_auth = true;
    test_town_file(town);
    write_secret(town, "clerk\npass word\nsmtp://relay.example:25\n", 0600);
    assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->secret, "");
}

static void test_password(void **state)
{
    struct test_town *town = *state;
    static const char *const wrong[] = {"clerk", "clerk\npass word\n", "clerk\npass word\n \n"};
    struct outbox_result result;

    sink->has_auth = true;
    test_town_file(town);
    write_secret(town, secret_for(town, "clerk\npass word"), 0600);
    assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->secret, "AGNsZXJrAHBhc3Mgd29yZA==");

    test_town_file(town);
    sink->auth = "535 wrong";
    outbox_free(outbox);
    test_ok(&town->ctx, outbox_new(&town->ctx, town->folder, &outbox));
    assert_string_equal(send_one(town), "mail.later");
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM message WHERE trouble LIKE '%pass word%'"), 0);

    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    write_secret(town, secret_for(town, "clerk\npass word"), 0644);
    assert_int_equal(outbox_send_next(&town->ctx, outbox, &result), RC_INVALID);
    ctx_clear_error(&town->ctx);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_secret(town, wrong[i], 0600);
        assert_int_equal(outbox_send_next(&town->ctx, outbox, &result), RC_INVALID);
        assert_int_equal(town->ctx.err.id, ERR_CONFIG);
        ctx_clear_error(&town->ctx);
    }
    assert_int_equal(test_town_count(town, "SELECT attempts FROM message WHERE id = 2"), 1);
}

/* What is set in the store comes before the file, and its password is sealed there. */
static void test_settings(void **state)
{
    struct test_town *town = *state;
    const struct people_setup setup = {.key = "a key of thirty-two bytes, more",
                                       .record = people_record};
    const struct mail_change changes[] = {
        {MAIL_USER, S("desk")},
        {MAIL_PASSWORD, S("pass word")},
        {MAIL_SENDER, S("The Desk <desk@city.example>")},
    };

    people_use(&setup);
    sink->has_auth = true;
    write_secret(town, secret_for(town, "clerk\nother"), 0600);
    test_ok(&town->ctx, mail_settings_change(&town->ctx, changes, 3, S("new relay")));
    test_town_file(town);
    assert_string_equal(send_one(town), "sent");
    assert_string_equal(sink->secret, "AGRlc2sAcGFzcyB3b3Jk");
    assert_string_equal(sink->from[0], "MAIL FROM:<desk@city.example>");
    assert_non_null(strstr(sink->text[0], "From: The Desk <desk@city.example>"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event_payload WHERE "
                                           "CAST(payload AS TEXT) LIKE '%pass word%'"),
                     0);
}

static void test_address_nobody_can_have(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    test_town_set(town, "UPDATE message SET address = 'a@b\r\nDATA'");
    assert_string_equal(send_one(town), "mail.refused");
    assert_row(town, "failed 1 NOT_AN_EMAIL: to");
    assert_int_equal(sink->connections, 0);
}

/* The program died between taking the message and noting how it went. */
static void test_lost_with_its_worker(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    test_town_set(
        town, str_z(town->ctx.arena, str_fmt(town->ctx.arena,
                                             "UPDATE message SET state = 'sending', attempts = 1, "
                                             "next_try = %lld",
                                             (long long)town->ctx.now.us_utc + 1)));
    test_town_restart(town);
    test_ok(&town->ctx, outbox_find_lost(&town->ctx));
    assert_null(send_one(town));
    assert_row(town, "sending 1 ");
    town->ctx.now = instant_plus_us(town->ctx.now, 1);
    test_ok(&town->ctx, outbox_find_lost(&town->ctx));
    assert_row(town, "uncertain 1 the program ended while it was sent");
    assert_null(send_one(town));
    assert_int_equal(sink->mails, 0);
}

static void *stop_soon(void *arg)
{
    usleep(200000);
    outbox_stop(arg);
    return NULL;
}

/* A relay that says nothing does not keep the program from stopping. */
static void test_stops_at_once(void **state)
{
    struct test_town *town = *state;
    int64_t before_ms = clock_monotonic_ms();
    pthread_t thread;

    test_town_file(town);
    sink->rcpt = HANG;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, outbox), 0);
    assert_string_equal(send_one(town), "sent"); /* no trouble: it is as if never begun */
    pthread_join(thread, NULL);
    outbox_free(outbox);
    assert_in_range(clock_monotonic_ms() - before_ms, 200, 3000);
    assert_row(town, "queued 1 the program stopped meanwhile");

    sink->rcpt = "250 ok";
    sink->done = HANG;
    test_ok(&town->ctx, outbox_new(&town->ctx, town->folder, &outbox));
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, outbox), 0);
    assert_string_equal(send_one(town), "mail.uncertain");
    pthread_join(thread, NULL);
    assert_row(town, "uncertain 2 the program stopped meanwhile");
}

#define WORKERS 3
#define MAILS   30

static void *work(void *arg)
{
    struct test_town *town = arg;
    struct ctx ctx = {
        .arena = arena_new(1U << 25), .now = town->ctx.now, .db = town->db, .city = town->city};
    struct outbox *own;

    test_ok(&ctx, outbox_new(&ctx, town->folder, &own));
    for (int tries = 0; tries < 20 * MAILS && sink->mails < MAILS; tries++) {
        struct outbox_result result;

        test_ok(&ctx, outbox_send_next(&ctx, own, &result));
        arena_reset(ctx.arena);
        if (result.was_there) { /* the sink serves one connection at a time */
            outbox_free(own);
            test_ok(&ctx, outbox_new(&ctx, town->folder, &own));
        }
    }
    outbox_free(own);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return NULL;
}

static void test_workers_send_each_once(void **state)
{
    struct test_town *town = *state;
    pthread_t threads[WORKERS];
    struct instant now = town->ctx.now;

    /* One address gets so many mails of new cases in a day, so they are of several. */
    for (int i = 0; i < MAILS; i++) {
        town->ctx.now =
            instant_plus_us(now, ((i - MAILS + 1) / MAILBOX_MAILS_PER_DAY) * 2 * US_PER_DAY);
        test_town_file(town);
    }
    town->ctx.now = now;
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, town), 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sink->mails, MAILS);
    assert_int_equal(test_town_count(town, "SELECT sum(attempts) FROM message"), MAILS);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM message WHERE state = 'sent'"),
                     MAILS);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_arrives),
        TOWN(test_one_connection_for_many),
        TOWN(test_waited_for_goes_first),
        TOWN(test_waited_for_holds_nothing_up),
        TOWN(test_same_message_id_again),
        TOWN(test_without_relay),
        TOWN(test_refusals),
        TOWN(test_cut_in_the_text),
        TOWN(test_pauses_and_giving_up),
        TOWN(test_nobody_listens),
        TOWN(test_what_is_this_machine),
        TOWN(test_silent_relay),
        TOWN(test_bad_settings),
        TOWN(test_password),
        TOWN(test_password_of_another_relay),
        TOWN(test_settings),
        TOWN(test_address_nobody_can_have),
        TOWN(test_lost_with_its_worker),
        TOWN(test_stops_at_once),
        TOWN(test_workers_send_each_once),
    };

    return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
