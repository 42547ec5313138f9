/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/stats.h"
#include "console/stream_log.h"

static void expect(const char *text, const char *fact)
{
    if (!strstr(text, fact))
        fail_msg("no %s in %s", fact, text);
}

static struct wall_row sample(void)
{
    struct wall_row row = {.name = "front \"1\"", .url = "camwall://h:9999/front"};

    row.rx.state = RECEIVER_LIVE;
    row.rx.encrypted = true;
    row.rx.width = 640;
    row.rx.height = 480;
    row.rx.fps = 24.96;
    row.rx.bitrate = 7900000;
    row.rx.frames = 100;
    row.rx.frames_incomplete = 2;
    row.rx.packets = 2997;
    row.rx.packets_lost = 3;
    row.rx.packets_repaired = 4;
    row.rx.reconnects = 5;
    row.rx.jitter_ms = 0.25;
    row.rx.rtt_ms = 1.5;
    row.rx.latency_ms = 38.125;
    row.recorded_frames = 99;
    row.recorder_dropped = 1;
    row.recording = true;
    row.rec.state = RECORDER_DISK_FULL;
    row.rec.frames = 99;
    row.rec.latency_us = 1500;
    row.rec.queued_frames = 7;
    row.rec.queued_bytes = 70000;
    row.recorder_latency_worst_us = 40250;
    snprintf(row.rec.error, sizeof(row.rec.error), "no room");
    snprintf(row.rec.segment, sizeof(row.rec.segment), "rec/front/x.mp4.part");
    return row;
}

static void test_known_facts(void **state)
{
    static const char *const facts[] = {
        "\"time\":\"20",
        "\"stream\":\"front \\\"1\\\"\"",
        "\"state\":\"live\"",
        "\"width\":640",
        "\"height\":480",
        "\"fps\":24.96",
        "\"bitrate\":7900000",
        "\"frames\":100",
        "\"frames_incomplete\":2",
        "\"packets\":2997",
        "\"packets_lost\":3",
        "\"packets_repaired\":4",
        "\"recorded_frames\":99",
        "\"recorder_dropped\":1",
        "\"reconnects\":5",
        "\"jitter_ms\":0.250",
        "\"rtt_ms\":1.500",
        "\"latency_ms\":38.125",
        "\"recording\":true",
        "\"segment\":\"rec/front/x.mp4.part\"",
        "\"recorder\":\"disk-full\"",
        "\"recorder_error\":\"no room\"",
        "\"recorder_latency_ms\":1.500",
        "\"recorder_latency_worst_ms\":40.250",
        "\"recorder_queued_frames\":7",
        "\"recorder_queued_bytes\":70000",
    };
    struct wall_row row = sample();
    struct json j;

    json_init(&j);
    stats_row(&j, &row, INT64_C(1780000000123456));
    const char *text = json_text(&j, NULL);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        expect(text, facts[i]);
    expect(text, ".123");
    assert_null(strchr(text, '\n'));
    json_fini(&j);
}

static void test_unknown_facts_are_null(void **state)
{
    static const char *const facts[] = {"\"jitter_ms\":null",
                                        "\"rtt_ms\":null",
                                        "\"latency_ms\":null",
                                        "\"segment\":null",
                                        "\"recorder_error\":null",
                                        "\"recorder_latency_ms\":null",
                                        "\"recorder_latency_worst_ms\":null",
                                        "\"recording\":false",
                                        "\"state\":\"connecting\""};
    struct wall_row row = {.name = "x"};
    struct json j;

    row.rx.jitter_ms = row.rx.rtt_ms = row.rx.latency_ms = NAN;
    json_init(&j);
    stats_row(&j, &row, 0);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        expect(json_text(&j, NULL), facts[i]);
    json_fini(&j);
}

static void test_a_line_a_stream(void **state)
{
    char path[] = "/tmp/camwall-test-XXXXXX", text[8192];
    struct wall_row rows[2] = {sample(), sample()};
    struct wall_view v = {.row = rows, .n = 2};
    struct stats s;
    unsigned lines = 0;

    close(mkstemp(path));
    assert_int_equal(stats_open(&s, path), 0);
    stats_write(&s, &v, 0);
    stats_write(&s, &v, 1000000);
    FILE *f = fopen(path, "r"); /* before it is closed: every tick is pushed out */
    while (fgets(text, sizeof(text), f)) {
        lines++;
        assert_true(text[0] == '{' && strcmp(text + strlen(text) - 2, "}\n") == 0);
    }
    assert_int_equal(lines, 4);
    fclose(f);
    stats_close(&s);
    unlink(path);
    assert_true(stats_open(&s, "/nonexistent/file") < 0);
    assert_int_equal(stats_open(&s, NULL), 0);
    stats_write(&s, &v, 0);
}

static void test_full_disk_ends_statistics(void **state)
{
    struct wall_row row = sample();
    struct wall_view v = {.row = &row, .n = 1};
    struct stats s;

    assert_int_equal(stats_open(&s, "/dev/full"), 0);
    stats_write(&s, &v, 0);
    assert_null(s.out);
}

static void test_summary(void **state)
{
    struct wall_row rows[2] = {sample(), sample()};
    struct wall_view v = {.row = rows, .n = 2};
    char line[STATS_SUMMARY];

    rows[1].rx.state = RECEIVER_LOST;
    rows[1].recording = false;
    rows[1].rx.bitrate = 0;
    stats_summary(&v, line);
    assert_string_equal(line, "2 streams: 1 live, 1 recording; 198 frames recorded, 0.10 % lost, "
                              "7.9 Mb/s");
    v.n = 0;
    stats_summary(&v, line);
    expect(line, "0.00 % lost");
}

static void test_log_lines_are_news(void **state)
{
    static const struct {
        enum receiver_state state;
        const char *why;
        bool news;
    } steps[] = {
        {RECEIVER_CONNECTING, "", false},
        {RECEIVER_LOST, "nothing answers", true},
        {RECEIVER_CONNECTING, "nothing answers", false},
        {RECEIVER_LOST, "nothing answers", false},
        {RECEIVER_LOST, "no answer", true},
        {RECEIVER_LIVE, "", true},
        {RECEIVER_LIVE, "", false},
        {RECEIVER_LOST, "no answer", true},
        {RECEIVER_REFUSED, "no answer", true},
    };
    struct stream_log l;

    stream_log_init(&l);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct receiver_status st = {.state = steps[i].state};
        snprintf(st.why, sizeof(st.why), "%s", steps[i].why);
        assert_int_equal(stream_log_is_news(&l, &st), steps[i].news);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_facts),     cmocka_unit_test(test_unknown_facts_are_null),
        cmocka_unit_test(test_a_line_a_stream), cmocka_unit_test(test_full_disk_ends_statistics),
        cmocka_unit_test(test_summary),         cmocka_unit_test(test_log_lines_are_news),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
