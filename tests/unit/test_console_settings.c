/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/settings.h"
#include "record/recorder.h"
#include "util/err.h"
#include "util/log.h"

enum { ARGS_MAX = 32 };

/* Splits at spaces; getopt may permute, so every case gets its own array. */
static int load(struct settings *s, const char *line, char *error)
{
    static char text[2048], program[] = "camwall";
    char *argv[ARGS_MAX + 1] = {program};
    int argc = 1;

    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok(text, " "); word && argc < ARGS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    return settings_load(s, argc, argv, error);
}

static void test_defaults(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;

    assert_int_equal(load(&s, "host/front", error), 0);
    assert_string_equal(s.directory, "recordings");
    assert_string_equal(s.name, "main");
    assert_int_equal(s.segment_ms, 600000);
    assert_int_equal(s.prerecord_ms, 5000);
    assert_int_equal(s.codec, RECORDER_COPY);
    assert_int_equal(s.trust, TRUST_ASK);
    assert_int_equal(s.action, ACTION_RUN);
    assert_int_equal(s.duration_ms, 0);
    assert_false(s.record || s.headless || s.summary || settings_records(&s));
    assert_null(s.stats);
    assert_null(s.log);
    assert_null(s.list);
    assert_int_equal(s.streams, 1);
    settings_fini(&s);
}

static void test_options(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;

    assert_int_equal(
        load(&s,
             "-d rec -t 2s -R --prerecord 0 --codec h264 -H --log l --log-format json -n west "
             "--duration 90s --stats - --trust first --state-dir st a=h/x",
             error),
        0);
    assert_string_equal(s.directory, "rec");
    assert_int_equal(s.segment_ms, 2000);
    assert_int_equal(s.prerecord_ms, 0);
    assert_int_equal(s.codec, RECORDER_H264);
    assert_true(s.record && s.headless && settings_records(&s));
    assert_string_equal(s.log, "l");
    assert_int_equal(s.log_format, LOG_FORMAT_JSON);
    assert_string_equal(s.name, "west");
    assert_int_equal(s.duration_ms, 90000);
    assert_string_equal(s.stats, "-");
    assert_int_equal(s.trust, TRUST_FIRST);
    assert_string_equal(s.state_dir, "st");
    assert_string_equal(s.stream[0].url.name, "a");
    settings_fini(&s);
}

static void test_options_of_recordings(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct settings s;

    assert_int_equal(load(&s, "h/x", error), 0);
    assert_null(s.name_template);
    assert_null(s.on_segment);
    assert_null(s.recover);
    assert_int_equal(s.keep_age_ms + s.keep_size + s.keep_free, 0);
    settings_fini(&s);
    assert_int_equal(load(&s,
                          "--keep-age 30d --keep-size 500G --keep-free 1.5G --on-segment up "
                          "--name-template {stream}_%s -H --recover rec",
                          error),
                     0);
    assert_int_equal(s.keep_age_ms, INT64_C(30) * 24 * 3600 * 1000);
    assert_int_equal(s.keep_size, INT64_C(500) << 30);
    assert_int_equal(s.keep_free, INT64_C(3) << 29);
    assert_string_equal(s.on_segment, "up");
    assert_string_equal(s.name_template, "{stream}_%s");
    assert_string_equal(s.recover, "rec");
    settings_fini(&s);
}

static void test_actions(void **state)
{
    static const struct {
        const char *line;
        enum settings_action action;
    } cases[] = {{"-h", ACTION_HELP},       {"--help", ACTION_HELP},
                 {"-V", ACTION_VERSION},    {"--identity", ACTION_IDENTITY},
                 {"-C", ACTION_CHECK},      {"--check-config h/c", ACTION_CHECK},
                 {"--list h:1", ACTION_RUN}};
    char error[OPTIONS_ERROR_MAX];
    struct settings s;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (load(&s, cases[i].line, error) != 0)
            fail_msg("%s: %s", cases[i].line, error);
        assert_int_equal(s.action, cases[i].action);
        settings_fini(&s);
    }
}

/* Each names the option, the value and what would be accepted. */
static void test_usage_errors(void **state)
{
    static const struct {
        const char *line, *names, *value, *accepts;
    } cases[] = {
        {"-H", "stream", "", "URL"},
        {"-t 0 h", "--segment", "'0'", "from 2s to 24h"},
        {"-t 1999ms h", "--segment", "'1999ms'", "from 2s to 24h"},
        {"-t 25h h", "--segment", "'25h'", "24h"},
        {"-t x h", "--segment", "'x'", "24h"},
        {"--prerecord 61s h", "--prerecord", "'61s'", "from 0 to 1m"},
        {"--prerecord 5x h", "--prerecord", "'5x'", "from 0 to 1m"},
        {"--codec vp8 h", "--codec", "'vp8'", "h264"},
        {"--trust all h", "--trust", "'all'", "known"},
        {"--log-format xml h", "--log-format", "'xml'", "json"},
        {"--duration 0 h", "--duration", "'0'", ""},
        {"--list h/c", "--list", "'h/c'", "HOST[:PORT]"},
        {"--list a=h", "--list", "'a=h'", "HOST[:PORT]"},
        {"--list rtsp://h", "--list", "'rtsp://h'", "HOST[:PORT]"},
        {"rtsp://h/c", "rtsp://h/c", "", "camwall://HOST[:PORT]/CAMERA"},
        {"a=h/x a=h/y", "'a'", "", "differ"},
        {"--bogus h", "bogus", "", ""},
        {"--keep-age x h", "--keep-age", "'x'", "10m"},
        {"--keep-size many h", "--keep-size", "'many'", "bytes"},
        {"--keep-free 5% h", "--keep-free", "'5%'", "bytes"},
        {"--name-template a/b h", "--name-template", "'a/b'", "no /"},
        {"--name-template %Q h", "--name-template", "'%Q'", "%Y"},
        {"-c /nonexistent/camwall.conf h", "/nonexistent/camwall.conf", "", ""},
    };
    char error[OPTIONS_ERROR_MAX];
    struct settings s;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (load(&s, cases[i].line, error) >= 0)
            fail_msg("accepted: %s", cases[i].line);
        if (!strstr(error, cases[i].names) || !strstr(error, cases[i].value) ||
            !strstr(error, cases[i].accepts))
            fail_msg("%s: error says: %s", cases[i].line, error);
        settings_fini(&s);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void test_sections(void **state)
{
    char path[] = "/tmp/camwall-test-XXXXXX", line[128], error[OPTIONS_ERROR_MAX];
    struct settings s;

    close(mkstemp(path));
    write_file(
        path,
        "directory = /srv/rec\nsegment = 1h\n"
        "[stream back yard]\nurl = 10.0.0.1/yard\ncodec = mpeg4\nrecord = yes\nsegment = 90s\n"
        "[stream gate]\nurl = legacy://10.0.0.2:9999\n");
    snprintf(line, sizeof(line), "-c %s -t 2h extra=h/c", path);
    assert_int_equal(load(&s, line, error), 0);
    assert_string_equal(s.directory, "/srv/rec");
    assert_int_equal(s.segment_ms, 2 * 3600000);
    assert_int_equal(s.streams, 3);
    assert_string_equal(s.stream[0].url.name, "back yard");
    assert_string_equal(s.stream[0].url.camera, "yard");
    assert_int_equal(s.stream[0].codec, RECORDER_MPEG4);
    assert_int_equal(s.stream[0].record, 1);
    assert_int_equal(s.stream[0].segment_ms, 90000);
    assert_int_equal(s.stream[1].url.kind, URL_LEGACY);
    assert_int_equal(s.stream[1].codec, -1);
    assert_int_equal(s.stream[1].record, -1);
    assert_int_equal(s.stream[1].segment_ms, 0);
    assert_string_equal(s.stream[2].url.name, "extra");
    assert_false(s.record);
    assert_true(settings_records(&s));
    settings_fini(&s);
    unlink(path);
}

static void test_bad_files(void **state)
{
    static const struct {
        const char *text, *says, *where;
    } cases[] = {
        {"bogus = 1\n", "bogus", ":1"},
        {"\nlist = h\n", "list", ":2"},
        {"[stream a]\nurl = h/c\nbogus = 1\n", "'bogus' in [stream a]; it takes url", ":3"},
        {"[stream a]\nurl = rtsp://h\n", "legacy://HOST:PORT", ":2"},
        {"[stream a]\nurl = b=h/c\n", "url", ":2"},
        {"[stream a]\nurl = h/c\ncodec = vp8\n", "copy, h264 or mpeg4", ":3"},
        {"[stream a]\nurl = h/c\nrecord = maybe\n", "yes or no", ":3"},
        {"[stream a]\ncodec = copy\n", "url", ""},
        {"[stream a]\nurl = h/c\nsegment = 1s\n", "from 2s to 24h", ":3"},
        {"[camera a]\nurl = h/c\n", "camera", ":1"},
    };
    char path[] = "/tmp/camwall-test-XXXXXX", line[128], error[OPTIONS_ERROR_MAX];
    struct settings s;

    close(mkstemp(path));
    snprintf(line, sizeof(line), "-c %s h/c", path);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(path, cases[i].text);
        if (load(&s, line, error) >= 0)
            fail_msg("accepted: %s", cases[i].text);
        if (!strstr(error, cases[i].says) || !strstr(error, cases[i].where) || !strstr(error, path))
            fail_msg("%s: error says: %s", cases[i].text, error);
        settings_fini(&s);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_options_of_recordings),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_usage_errors),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
