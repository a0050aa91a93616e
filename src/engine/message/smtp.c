#include "engine/message/smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/utf8.h"

#define CONNECT_MS 15000L
#define ANSWER_MS  20000
#define SEND_MS    120000L
#define POLL_MS    100
#define STEP_US    5000
#define GRACE_MS   400 /* for a mail under way when the program stops */
#define MAX_REPLY  200

struct smtp {
    CURL *easy;
    CURLM *multi;
    atomic_bool is_stopping, is_busy;
    pthread_mutex_t lock; /* of `open` */
    curl_socket_t open;   /* the newest connection */
};

/* How far one mail has come. */
struct sending {
    struct str rest; /* of the message */
    bool has_envelope, has_quit;
    bool is_sent; /* libcurl has asked for more text and there was none */
    int code;     /* of the last reply; 0 when there was none since the text */
    char reply[MAX_REPLY];
    size_t reply_n;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

enum rc smtp_new(struct ctx *ctx, struct smtp **ret)
{
    struct smtp *smtp = calloc(1, sizeof *smtp);

    pthread_once(&once, start_curl);
    if (smtp) {
        smtp->open = CURL_SOCKET_BAD;
        pthread_mutex_init(&smtp->lock, NULL);
        smtp->easy = curl_easy_init();
        smtp->multi = curl_multi_init();
    }
    if (!smtp || !smtp->easy || !smtp->multi) {
        smtp_free(smtp);
        return FAIL(ctx, ERR_MEMORY);
    }
    *ret = smtp;
    return RC_OK;
}

/* libcurl waits inside itself for the reply to the text, and for the one to QUIT when it lets go of
 * a connection, minutes if need be. What ends that is the end of the connection. */
static void cut_off(struct smtp *smtp)
{
    pthread_mutex_lock(&smtp->lock);
    if (smtp->open != CURL_SOCKET_BAD)
        shutdown(smtp->open, SHUT_RDWR);
    pthread_mutex_unlock(&smtp->lock);
}

void smtp_free(struct smtp *smtp)
{
    if (!smtp)
        return;
    cut_off(smtp);
    curl_easy_cleanup(smtp->easy);
    if (smtp->multi)
        curl_multi_cleanup(smtp->multi);
    pthread_mutex_destroy(&smtp->lock);
    free(smtp);
}

void smtp_stop(struct smtp *smtp)
{
    int64_t until_ms = clock_monotonic_ms() + GRACE_MS;

    atomic_store(&smtp->is_stopping, true);
    while (atomic_load(&smtp->is_busy) && clock_monotonic_ms() < until_ms)
        usleep(STEP_US);
    cut_off(smtp);
}

static struct str host_of(struct str url)
{
    ptrdiff_t from = str_find(url, S("://"));

    return from < 0 ? STR_NONE : address_host(str_slice(url, (size_t)from + 3, url.n));
}

bool smtp_url_is_good(struct str url)
{
    struct str host = host_of(url), port;
    int64_t number;

    if (!str_starts_with(url, S("smtp://")) && !str_starts_with(url, S("smtps://")))
        return false;
    for (size_t i = 0; i < host.n; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-",
                    host.p[i]) ||
            !host.p[i])
            return false;
    if (!host.n || host.n > 253)
        return false;
    port = str_slice(url, (size_t)(host.p - url.p) + host.n, url.n);
    return !port.n ||
           (str_to_i64(str_slice(port, 1, port.n), &number) && number > 0 && number < 65536);
}

bool smtp_url_is_local(struct str url)
{
    return address_is_loopback(host_of(url));
}

static size_t give_text(char *to, size_t size, size_t count, void *arg)
{
    struct sending *sending = arg;
    size_t n = size * count < sending->rest.n ? size * count : sending->rest.n;

    if (n) {
        memcpy(to, sending->rest.p, n);
    } else {
        sending->is_sent = true;
        sending->code = 0;
    }
    sending->rest = str_slice(sending->rest, n, sending->rest.n);
    return n;
}

static void note_reply(struct sending *sending, struct str line)
{
    line = utf8_cut(str_trim(line), MAX_REPLY);
    if (line.n < 3 || !text_is_clean(line))
        return;
    for (size_t i = 0; i < 3; i++)
        if (line.p[i] < '0' || line.p[i] > '9')
            return;
    sending->code = (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + line.p[2] - '0';
    memcpy(sending->reply, line.p, line.n);
    sending->reply_n = line.n;
}

/* The dialogue as libcurl shows it: the relay's lines, and the commands so far as that the mail
 * itself is being spoken of. Nothing of it is kept but the last reply. */
static int overhear(CURL *easy, curl_infotype type, char *bytes, size_t n, void *arg)
{
    struct sending *sending = arg;
    struct str line = {bytes, n};

    (void)easy;
    if (type == CURLINFO_HEADER_IN && !sending->has_quit)
        note_reply(sending, line);
    else if (type == CURLINFO_HEADER_OUT && str_starts_with(line, S("MAIL ")))
        sending->has_envelope = true;
    else if (type == CURLINFO_HEADER_OUT && str_starts_with(line, S("QUIT")))
        sending->has_quit = true;
    return 0;
}

static int note_open(void *arg, curl_socket_t open, curlsocktype purpose)
{
    struct smtp *smtp = arg;

    (void)purpose;
    pthread_mutex_lock(&smtp->lock);
    smtp->open = open;
    pthread_mutex_unlock(&smtp->lock);
    return CURL_SOCKOPT_OK;
}

static int note_close(void *arg, curl_socket_t socket)
{
    struct smtp *smtp = arg;

    pthread_mutex_lock(&smtp->lock);
    if (smtp->open == socket)
        smtp->open = CURL_SOCKET_BAD;
    pthread_mutex_unlock(&smtp->lock);
    return close(socket);
}

static void prepare(struct ctx *ctx, struct smtp *smtp, const struct smtp_relay *relay,
                    const struct smtp_letter *letter, struct sending *sending)
{
    CURL *easy = smtp->easy;
    ptrdiff_t at = str_find_byte(letter->from, '@');
    struct str domain = str_slice(letter->from, (size_t)(at + 1), letter->from.n);
    long encryption = smtp_url_is_local(relay->url) ? CURLUSESSL_NONE
                      : relay->user.n               ? CURLUSESSL_ALL
                                                    : CURLUSESSL_TRY;

    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    /* What stands behind the host is the name that EHLO gives. */
    curl_easy_setopt(
        easy, CURLOPT_URL,
        str_z(ctx->arena, str_fmt(ctx->arena, "%.*s/%.*s", STR_ARG(relay->url), STR_ARG(domain))));
    curl_easy_setopt(easy, CURLOPT_USE_SSL, encryption);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, SEND_MS);
    if (relay->user.n) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, str_z(ctx->arena, relay->user));
        curl_easy_setopt(easy, CURLOPT_PASSWORD, str_z(ctx->arena, relay->password));
    }
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM,
                     str_z(ctx->arena, str_fmt(ctx->arena, "<%.*s>", STR_ARG(letter->from))));
    curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, note_open);
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, smtp);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, note_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, smtp);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_text);
    curl_easy_setopt(easy, CURLOPT_READDATA, sending);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, overhear);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, sending);
}

/* Runs the transfer to its end, or to that of the program or of our patience. */
static CURLcode perform(struct smtp *smtp, const struct sending *sending, int64_t answer_ms)
{
    int64_t stop_ms = 0, late_ms = clock_monotonic_ms() + answer_ms;
    int running = 1, left;
    CURLcode code = CURLE_ABORTED_BY_CALLBACK;
    CURLMsg *message;

    while (curl_multi_perform(smtp->multi, &running) == CURLM_OK && running) {
        if (atomic_load(&smtp->is_stopping) && !stop_ms)
            stop_ms = clock_monotonic_ms() + GRACE_MS;
        if (stop_ms && clock_monotonic_ms() >= stop_ms)
            break;
        if (!sending->has_envelope && clock_monotonic_ms() >= late_ms) {
            code = CURLE_OPERATION_TIMEDOUT;
            cut_off(smtp);
            break;
        }
        curl_multi_poll(smtp->multi, NULL, 0, POLL_MS, NULL);
    }
    while ((message = curl_multi_info_read(smtp->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            code = message->data.result;
    if (atomic_load(&smtp->is_stopping))
        cut_off(smtp);
    return code;
}

static enum smtp_outcome outcome_of(const struct sending *sending, CURLcode code, bool is_stopping)
{
    if (code == CURLE_OK)
        return SMTP_SENT;
    if (sending->is_sent && sending->code == 0)
        return SMTP_UNCERTAIN;
    if (sending->has_envelope && sending->code >= 500 && sending->code < 600)
        return SMTP_REFUSED;
    if (is_stopping)
        return SMTP_STOPPED;
    return sending->has_envelope ? SMTP_LATER : SMTP_AWAY;
}

static struct str reply_of(struct ctx *ctx, const struct sending *sending, CURLcode code,
                           bool is_stopping)
{
    if (sending->code >= 400)
        return str_copy(ctx->arena, (struct str){sending->reply, sending->reply_n});
    if (is_stopping)
        return S("the program stopped meanwhile");
    return str_of(curl_easy_strerror(code));
}

enum smtp_outcome smtp_send(struct ctx *ctx, struct smtp *smtp, const struct smtp_relay *relay,
                            const struct smtp_letter *letter, struct str *ret_reply)
{
    struct sending sending = {.rest = letter->message};
    const char *address = str_z(ctx->arena, str_fmt(ctx->arena, "<%.*s>", STR_ARG(letter->to)));
    struct curl_slist *to = curl_slist_append(NULL, address);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    bool is_stopping;

    atomic_store(&smtp->is_busy, true);
    prepare(ctx, smtp, relay, letter, &sending);
    curl_easy_setopt(smtp->easy, CURLOPT_MAIL_RCPT, to);
    if (to && !arena_has_failed(ctx->arena) && !atomic_load(&smtp->is_stopping) &&
        !curl_multi_add_handle(smtp->multi, smtp->easy)) {
        code = perform(smtp, &sending, relay->answer_ms ? relay->answer_ms : ANSWER_MS);
        curl_multi_remove_handle(smtp->multi, smtp->easy);
    }
    is_stopping = atomic_load(&smtp->is_stopping);
    *ret_reply = reply_of(ctx, &sending, code, is_stopping);
    curl_easy_setopt(smtp->easy, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(to);
    atomic_store(&smtp->is_busy, false);
    return outcome_of(&sending, code, is_stopping);
}
