/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"
#include "util/thread.h"

static char dir[] = "/tmp/test_log.XXXXXX";
static char path[64], moved[64];
static char content[1 << 20];

static const char *read_log(const char *name)
{
    FILE *f = fopen(name, "r");
    assert_non_null(f);
    content[fread(content, 1, sizeof content - 1, f)] = '\0';
    fclose(f);
    return content;
}

static void open_log(enum log_format format, enum log_level least)
{
    unlink(path);
    assert_int_equal(log_open(&(struct log_settings){path, format, false, least}), 0);
}

/* The line without its time, whose form is "YYYY-MM-DD HH:MM:SS+HH:MM ". */
static const char *after_time(const char *line)
{
    static const char form[] = "0000-00-00 00:00:00+00:00 ";
    for (size_t i = 0; form[i]; i++) {
        if (form[i] == '0')
            assert_in_range(line[i], '0', '9');
        else if (form[i] == '+')
            assert_true(line[i] == '+' || line[i] == '-');
        else
            assert_int_equal(line[i], form[i]);
    }
    return line + strlen(form);
}

static void writes_one_line_an_event(void **state)
{
    static const struct {
        enum log_level level;
        const char *message, *line;
    } cases[] = {
        {LOG_LEVEL_INFO, "client left", "client left\n"},
        {LOG_LEVEL_WARNING, "no IPv6", "warning: no IPv6\n"},
        {LOG_LEVEL_ERROR, "disk full", "error: disk full\n"},
        {LOG_LEVEL_DEBUG, "not wanted", NULL},
        {LOG_LEVEL_INFO, "two\nlines\x1b[2J", "two lines [2J\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_log(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
        log_event(cases[i].level, "event", NULL, 0, "%s", cases[i].message);
        if (cases[i].line)
            assert_string_equal(after_time(read_log(path)), cases[i].line);
        else
            assert_string_equal(read_log(path), "");
    }
    log_close();
}

static void writes_facts_as_json(void **state)
{
    struct log_field fields[] = {LOG_STR("client", "a\"b"), LOG_NUM("frames", 15050),
                                 LOG_REAL("lost", 0.02)};
    open_log(LOG_FORMAT_JSON, LOG_LEVEL_DEBUG);
    log_event(LOG_LEVEL_INFO, "left", fields, 3, "client %s left", "a");
    log_debug("plain");
    const char *text = read_log(path);
    assert_int_equal(strncmp(text, "{\"time\":\"20", 11), 0);
    assert_non_null(strstr(text,
                           "\",\"level\":\"info\",\"event\":\"left\",\"message\":\"client a left\","
                           "\"client\":\"a\\\"b\",\"frames\":15050,\"lost\":0.020}\n{\"time\""));
    assert_non_null(
        strstr(text, "\"level\":\"debug\",\"event\":\"message\",\"message\":\"plain\"}\n"));
    log_close();
}

static void cuts_what_is_too_long(void **state)
{
    static char big[5000];
    for (size_t i = 0; i + 3 < sizeof big; i += 2)
        memcpy(big + i, "\xc3\xa4", 2);
    open_log(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
    log_info("x%s", big);
    log_info("y%s", big + 1);
    const char *text = after_time(read_log(path));
    const char *end = strchr(text, '\n');
    assert_true(end - text > 1000 && end - text < 3000);
    assert_memory_equal(end - 2, "\xc3\xa4", 2);
    assert_int_equal(strncmp(after_time(end + 1), "y", 1), 0);
    log_close();
}

static void follows_rotation_and_other_settings(void **state)
{
    open_log(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
    log_info("one");
    assert_int_equal(rename(path, moved), 0);
    log_info("two");
    assert_int_equal(log_reopen(), 0);
    log_info("three");
    assert_non_null(strstr(read_log(moved), "two\n"));
    assert_string_equal(after_time(read_log(path)), "three\n");
    char other[] = "/nonexistent/log";
    struct log_settings bad = {other, LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO};
    assert_int_equal(log_open(&bad), -ENOENT);
    log_info("four"); /* what was open stays open */
    assert_non_null(strstr(read_log(path), "four\n"));
    log_close();
    log_info("to standard error only");
    assert_null(strstr(read_log(path), "only"));
    assert_int_equal(log_reopen(), 0);
}

static void speaks_to_standard_error(void **state)
{
    int saved = dup(STDERR_FILENO);
    int fd = open(moved, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDERR_FILENO);
    unlink(path);
    log_open(&(struct log_settings){path, LOG_FORMAT_TEXT, true, LOG_LEVEL_INFO});
    log_info("both");
    log_open(&(struct log_settings){NULL, LOG_FORMAT_TEXT, false, LOG_LEVEL_INFO});
    log_info("none");
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(fd);
    assert_string_equal(after_time(read_log(moved)), "both\n");
    assert_string_equal(after_time(read_log(path)), "both\n");
    log_close();
}

struct heard {
    int lines;
    enum log_level level;
    char message[64];
};

static void hear(void *ctx, enum log_level level, int64_t wall_us, const char *message)
{
    struct heard *heard = ctx;
    heard->lines++;
    heard->level = level;
    assert_true(wall_us > 0);
    snprintf(heard->message, sizeof heard->message, "%s", message);
}

static void tells_the_hook(void **state)
{
    struct heard heard = {0};
    open_log(LOG_FORMAT_JSON, LOG_LEVEL_INFO);
    log_set_hook(hear, &heard);
    log_warning("disk %d %%", 95);
    log_debug("below");
    log_set_hook(NULL, NULL);
    log_info("after");
    assert_int_equal(heard.lines, 1);
    assert_int_equal(heard.level, LOG_LEVEL_WARNING);
    assert_string_equal(heard.message, "disk 95 %");
    log_close();
}

enum { LINES = 400, WRITERS = 4 };

static void write_many(void *arg)
{
    for (int i = 0; i < LINES; i++)
        log_info("%s %04d the quick brown fox", (const char *)arg, i);
}

static void lines_of_threads_do_not_mix(void **state)
{
    static char letters[WRITERS][2] = {"a", "b", "c", "d"};
    struct thread t[WRITERS];
    int next[WRITERS] = {0}, n = 0;
    open_log(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(thread_start(&t[i], "w", THREAD_STACK, write_many, letters[i]), 0);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(log_reopen(), 0);
        thread_join(&t[i]);
    }
    read_log(path);
    for (char *save, *s = strtok_r(content, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
        const char *line = after_time(s);
        char expected[64];
        assert_in_range(line[0], 'a', 'd');
        snprintf(expected, sizeof expected, "%c %04d the quick brown fox", line[0],
                 next[line[0] - 'a']++);
        assert_string_equal(line, expected);
        n++;
    }
    assert_int_equal(n, WRITERS * LINES);
    log_close();
}

static int make_dir(void **state)
{
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/log", dir);
    snprintf(moved, sizeof moved, "%s/log.1", dir);
    return 0;
}

static int remove_dir(void **state)
{
    unlink(path);
    unlink(moved);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_one_line_an_event),
        cmocka_unit_test(writes_facts_as_json),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(follows_rotation_and_other_settings),
        cmocka_unit_test(speaks_to_standard_error),
        cmocka_unit_test(tells_the_hook),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
