/* Who may send files while others do, and how slowly. */
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/test_site.h"
#include "web/upload_places.h"

#define LINE       " HTTP/1.1\r\nHost: h\r\n"
#define MULTIPART  "Content-Type: multipart/form-data; boundary=B\r\n"
#define PART(name) "--B\r\nContent-Disposition: form-data; name=\"" name "\""
#define FILE_PART  PART("photo") "; filename=\"a\"\r\n\r\n"
#define TEXT_PART  PART("text") "\r\n\r\nhello\r\n"
#define PAUSE_MS   600

static struct site site;

/* Two for all, one of an address, two beside them for staff, one of a person. */
static void start(int64_t pause_ms)
{
    site_prepare(&site);
    site.options.max_uploads_under_way = 2;
    site.options.max_uploads_of_address = 1;
    site.options.max_uploads_of_staff = 2;
    site.options.max_uploads_of_person = 1;
    site.options.upload_pause_ms = pause_ms;
    site.options.body_deadline_ms = 6 * pause_ms;
    site.options.proxies = S("127.0.0.1");
    site_start(&site);
}

/* Nobody is late. */
static int start_patient(void **state)
{
    (void)state;
    start(20000);
    return 0;
}

static int start_hasty(void **state)
{
    (void)state;
    start(PAUSE_MS);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    site_stop(&site);
    return 0;
}

/* Begins an upload from that address and leaves it there; `more` are further header lines. */
static int begin(const char *address, const char *more, const char *body)
{
    int fd = site_connect(&site);

    site_send(fd, str_fmt(site.ctx.arena,
                          "POST /upload" LINE MULTIPART
                          "X-Forwarded-For: %s\r\n%sContent-Length: 100000\r\n\r\n%s",
                          address, more, body));
    poll(NULL, 0, 30);
    return fd;
}

static struct answer send_all(const char *address, const char *more, const char *body)
{
    return site_ask(&site, str_fmt(site.ctx.arena,
                                   "POST /upload" LINE MULTIPART
                                   "X-Forwarded-For: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                                   address, more, strlen(body), body));
}

/* The whole form with a file, until it is answered so: places come back a moment after. */
static struct answer file_until(int status, const char *address, const char *more)
{
    struct answer answer = {.status = 0};

    for (int tries = 0; tries < 100 && answer.status != status; tries++) {
        if (tries)
            poll(NULL, 0, 20);
        answer = send_all(address, more, TEXT_PART FILE_PART "12345\r\n--B--\r\n");
    }
    if (answer.status != status)
        fail_msg("the last answer was %d", answer.status);
    return answer;
}

static void test_only_files_take_places(void **state)
{
    int fds[6];

    (void)state;
    for (size_t i = 0; i < 3; i++)
        fds[i] = begin("192.0.2.1", "", TEXT_PART PART("note") "\r\n\r\n");
    for (size_t i = 3; i < 6; i++) /* an input that was left empty is no file */
        fds[i] = begin("192.0.2.1", "", PART("photo") "; filename=\"\"\r\n\r\n");
    assert_str(file_until(200, "192.0.2.1", "").body, "text=hello photo=5");
    for (size_t i = 0; i < 6; i++)
        close(fds[i]);
}

static void test_places_of_an_address(void **state)
{
    int first = begin("192.0.2.1", "", FILE_PART "x"), second;
    struct answer answer = file_until(429, "192.0.2.1", "");

    (void)state;
    assert_true(answer_header(&site, &answer, "retry-after").n > 0);
    assert_int_equal(send_all("192.0.2.1", "", TEXT_PART "--B--\r\n").status, 200);
    file_until(200, "192.0.2.2", "");
    second = begin("192.0.2.2", "", FILE_PART "x");
    file_until(503, "192.0.2.3", "");
    close(first);
    close(second);
    file_until(200, "192.0.2.1", "");
}

/* A home has many IPv6 networks, and is counted once. */
static void test_places_of_a_home(void **state)
{
    int fd = begin("2001:db8:1:100::1", "", FILE_PART "x");

    (void)state;
    file_until(429, "2001:db8:1:1ff:8::2", "");
    file_until(200, "2001:db8:1:200::1", "");
    close(fd);
    file_until(200, "2001:db8:1:1ff:8::2", "");
}

/* The site's hooks find any cookie good that begins with "staff", up to a point of one person. */
static void test_the_reserve_of_staff(void **state)
{
    static const char ann[] = "Cookie: session=staff-ann\r\n",
                      bob[] = "Cookie: session=staff-bob\r\n";
    int first, second, third;

    (void)state;
    first = begin("192.0.2.1", "", FILE_PART "x");
    second = begin("192.0.2.2", "", FILE_PART "x");
    file_until(503, "192.0.2.3", ann); /* nobody has seen the session yet */
    site_ask(&site, S("GET /" LINE "Cookie: session=staff-ann\r\n\r\n"));
    site_ask(&site, S("GET /" LINE "Cookie: session=staff-bob\r\n\r\n"));
    site_ask(&site, S("GET /" LINE "Cookie: session=stranger\r\n\r\n"));
    file_until(200, "192.0.2.1", ann); /* from the address of a stranger who holds its place */
    file_until(503, "192.0.2.3", "Cookie: session=stranger\r\n");
    third = begin("192.0.2.3", ann, FILE_PART "x");
    file_until(429, "192.0.2.4", ann);
    file_until(200, "192.0.2.4", bob);
    close(first);
    close(second);
    close(third);
    file_until(200, "192.0.2.3", "");
}

/* Two browsers of one account have the places of one person; signed out, they have none. */
static void test_one_account_twice(void **state)
{
    static const char one[] = "Cookie: session=staff-ann.1\r\n",
                      two[] = "Cookie: session=staff-ann.2\r\n";
    int first, second, third;

    (void)state;
    first = begin("192.0.2.1", "", FILE_PART "x");
    second = begin("192.0.2.2", "", FILE_PART "x");
    site_ask(&site, S("GET /" LINE "Cookie: session=staff-ann.1\r\n\r\n"));
    site_ask(&site, S("GET /" LINE "Cookie: session=staff-ann.2\r\n\r\n"));
    third = begin("192.0.2.3", one, FILE_PART "x");
    file_until(429, "192.0.2.4", two);
    close(third);
    file_until(200, "192.0.2.4", two);
    site_ask(&site, S("GET /out" LINE "Cookie: session=staff-ann.1\r\n\r\n"));
    file_until(503, "192.0.2.4", one);
    file_until(503, "192.0.2.4", two);
    site_ask(&site, S("GET /" LINE "Cookie: session=staff-ann.2\r\n\r\n"));
    file_until(200, "192.0.2.4", two);
    close(first);
    close(second);
}

/* Six hundred milliseconds without a byte, and then at less than 500 bytes a second. */
static void test_slow_files_lose_their_place(void **state)
{
    int silent = begin("192.0.2.1", "", FILE_PART "x");
    int trickling = begin("192.0.2.2", "", FILE_PART "x");
    struct answer answer;

    (void)state;
    for (int i = 0; i < 16; i++) {
        site_send(trickling, S("x"));
        poll(NULL, 0, 100);
    }
    answer = site_read(&site, silent, false);
    assert_int_equal(answer.status, 408);
    assert_true(answer.is_closed);
    assert_str(answer_header(&site, &answer, "content-type"), "text/plain; charset=utf-8");
    assert_int_equal(site_read(&site, trickling, false).status, 408);
    assert_int_equal(server_stats(site.server).late_connections, 2);
    file_until(200, "192.0.2.1", "");
    close(silent);
    close(trickling);
}

/* Slowly, but fast enough; far longer than the pause in all. */
static void test_a_slow_file_that_arrives(void **state)
{
    static const char begin_part[] = TEXT_PART FILE_PART, end_part[] = "\r\n--B--\r\n";
    static const char block[200];
    int fd = site_connect(&site);

    (void)state;
    site_send(fd,
              str_fmt(site.ctx.arena, "POST /upload" LINE MULTIPART "Content-Length: %zu\r\n\r\n%s",
                      strlen(begin_part) + 15 * sizeof block + strlen(end_part), begin_part));
    for (int i = 0; i < 15; i++) {
        poll(NULL, 0, 100);
        site_send(fd, (struct str){block, sizeof block});
    }
    site_send(fd, str_of(end_part));
    assert_str(site_read(&site, fd, false).body, "text=hello photo=3000");
    close(fd);
}

/* A body without a file has the longer patience, and is told as well. */
static void test_a_late_form(void **state)
{
    int fd = begin("192.0.2.1", "", TEXT_PART);

    (void)state;
    poll(NULL, 0, 2 * PAUSE_MS);
    assert_int_equal(recv(fd, &(char){0}, 1, MSG_DONTWAIT), -1);
    assert_int_equal(site_read(&site, fd, false).status, 408);
    close(fd);
}

static void test_trust(void **state)
{
    const struct upload_places_options options = {1, 1, 1, 1};
    struct upload_places *places = upload_places_new(&options);
    struct upload_place place = {.place = 77}, other = {.place = 77};

    (void)state;
    assert_non_null(places);
    upload_places_trust(places, S("ann"), S("1"), 1000);
    upload_places_trust(places, STR_NONE, S("1"), 1000);
    assert_int_equal(upload_places_take(places, S("a"), S("ann"), 2000, &place), CROWD_ENTERED);
    assert_int_equal(upload_places_take(places, S("a"), S("ann"), 2000, &other), CROWD_KEY_FULL);
    assert_int_equal(other.place, 77);
    assert_int_equal(upload_places_take(places, S("a"), STR_NONE, 2000, &other), CROWD_ENTERED);
    upload_places_leave(&other);
    upload_places_leave(&other);
    /* A full reserve is no worse than none. */
    upload_places_trust(places, S("bob"), S("2"), 1000);
    assert_int_equal(upload_places_take(places, S("b"), S("bob"), 2000, &other), CROWD_ENTERED);
    upload_places_leave(&other);
    upload_places_leave(&place);
    /* The trust ends, and whoever was trusted longest ago gives way to others. */
    assert_int_equal(
        upload_places_take(places, S("a"), S("ann"), 1001 + UPLOAD_PLACES_TRUST_MS, &place),
        CROWD_ENTERED);
    assert_int_equal(upload_places_take(places, S("a"), STR_NONE, 2000, &other), CROWD_KEY_FULL);
    for (int i = 0; i < 2000; i++)
        upload_places_trust(places, str_fmt(site.ctx.arena, "s%d", i), S("3"), 3000 + i);
    assert_int_equal(upload_places_take(places, S("a"), S("ann"), 5000, &other), CROWD_KEY_FULL);
    assert_int_equal(upload_places_take(places, S("a"), S("s1999"), 5000, &other), CROWD_ENTERED);
    upload_places_leave(&place);
    upload_places_leave(&other);
    upload_places_free(places);
    upload_places_free(NULL);
}

#define PATIENT(test) cmocka_unit_test_setup_teardown(test, start_patient, stop)
#define HASTY(test)   cmocka_unit_test_setup_teardown(test, start_hasty, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PATIENT(test_only_files_take_places),
        PATIENT(test_places_of_an_address),
        PATIENT(test_places_of_a_home),
        PATIENT(test_the_reserve_of_staff),
        PATIENT(test_one_account_twice),
        HASTY(test_slow_files_lose_their_place),
        HASTY(test_a_slow_file_that_arrives),
        HASTY(test_a_late_form),
        PATIENT(test_trust),
    };

    return cmocka_run_group_tests_name("web/uploads", tests, NULL, NULL);
}
