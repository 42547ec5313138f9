/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "receive/url.h"
#include "util/err.h"

#define NAME_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CAM_32  "0123456789abcdef0123456789abcdef"

static void test_good(void **state)
{
    static const struct {
        const char *text;
        enum url_kind kind;
        const char *name, *host;
        uint16_t port;
        const char *camera, *host_port, *url;
    } cases[] = {
        {"host", URL_SERVER, "", "host", 9999, "", "host:9999", "camwall://host:9999"},
        {"host/", URL_SERVER, "", "host", 9999, "", "host:9999", "camwall://host:9999"},
        {"host:1", URL_SERVER, "", "host", 1, "", "host:1", "camwall://host:1"},
        {"host:65535/c", URL_CAMERA, "", "host", 65535, "c", "host:65535",
         "camwall://host:65535/c"},
        {"10.0.0.1/front", URL_CAMERA, "", "10.0.0.1", 9999, "front", "10.0.0.1:9999",
         "camwall://10.0.0.1:9999/front"},
        {"camwall://host:7/a-b_9", URL_CAMERA, "", "host", 7, "a-b_9", "host:7",
         "camwall://host:7/a-b_9"},
        {"camwall://host", URL_SERVER, "", "host", 9999, "", "host:9999", "camwall://host:9999"},
        {"camwall://h/" CAM_32, URL_CAMERA, "", "h", 9999, CAM_32, "h:9999",
         "camwall://h:9999/" CAM_32},
        {"[::1]:5/x", URL_CAMERA, "", "::1", 5, "x", "[::1]:5", "camwall://[::1]:5/x"},
        {"[fe80::1]", URL_SERVER, "", "fe80::1", 9999, "", "[fe80::1]:9999",
         "camwall://[fe80::1]:9999"},
        {"legacy://10.1.2.3:9999", URL_LEGACY, "", "10.1.2.3", 9999, "", "10.1.2.3:9999",
         "legacy://10.1.2.3:9999"},
        {"Türe=host/c", URL_CAMERA, "Türe", "host", 9999, "c", "host:9999",
         "camwall://host:9999/c"},
        {"back yard/1=host/c", URL_CAMERA, "back yard/1", "host", 9999, "c", "host:9999",
         "camwall://host:9999/c"},
        {"a=legacy://h:1", URL_LEGACY, "a", "h", 1, "", "h:1", "legacy://h:1"},
        {NAME_64 "=h", URL_SERVER, NAME_64, "h", 9999, "", "h:9999", "camwall://h:9999"},
    };
    char error[512], text[512];
    struct url u;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (url_parse(cases[i].text, &u, error, sizeof(error)) != 0)
            fail_msg("%s: %s", cases[i].text, error);
        assert_int_equal(u.kind, cases[i].kind);
        assert_string_equal(u.name, cases[i].name);
        assert_string_equal(u.host, cases[i].host);
        assert_int_equal(u.port, cases[i].port);
        assert_string_equal(u.camera, cases[i].camera);
        url_host_port(&u, text, sizeof(text));
        assert_string_equal(text, cases[i].host_port);
        url_text(&u, text, sizeof(text));
        assert_string_equal(text, cases[i].url);
    }
}

static void test_bad(void **state)
{
    static const char *const cases[] = {
        "",
        "/",
        "/cam",
        ":1",
        "host:0",
        "host:65536",
        "host:x",
        "host/Front",
        "host/a/b",
        "host/" CAM_32 "0",
        "camwall://",
        "camwall:///c",
        "legacy://h:1/c",
        "legacy://",
        "rtsp://h/s",
        "http://h/?a=b",
        "=host",
        "a\tb=host",
        "a\xff=host",
        NAME_64 "0=h",
        "[::1/c",
        "CAMWALL://h",
    };
    char error[512];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct url u = {.port = 42};
        if (url_parse(cases[i], &u, error, sizeof(error)) != ERR_FORMAT)
            fail_msg("accepted '%s'", cases[i]);
        assert_int_equal(u.port, 42);
        assert_non_null(strstr(error, "legacy://HOST:PORT"));
    }
}

static void test_long_host(void **state)
{
    char text[URL_HOST_MAX + 64], error[512];
    struct url u;

    memset(text, 'h', sizeof(text));
    text[URL_HOST_MAX - 1] = '\0';
    assert_int_equal(url_parse(text, &u, error, sizeof(error)), 0);
    text[URL_HOST_MAX - 1] = 'h';
    text[URL_HOST_MAX] = '\0';
    assert_int_equal(url_parse(text, &u, error, sizeof(error)), ERR_FORMAT);
    text[URL_HOST_MAX] = 'h';
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(url_parse(text, &u, error, sizeof(error)), ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_long_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
