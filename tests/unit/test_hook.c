/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "record/hook.h"
#include "unit/film.h"
#include "util/log.h"
#include "util/mono.h"

static char dir[256], script[300];
static const struct hook_segment segment = {.file = "/a b/c'd.mp4",
                                            .stream = "fr$ont",
                                            .start = "2026-11-22T12:00:00.000+00:00",
                                            .seconds = 599.96,
                                            .frames = 14999,
                                            .bytes = 446000000};

static _Atomic int failures;
static char last_failure[512]; /* written before failures counts it */

static void on_log(void *ctx, enum log_level level, int64_t at_us, const char *message)
{
    if (level != LOG_LEVEL_WARNING)
        return;
    snprintf(last_failure, sizeof last_failure, "%s", message);
    atomic_fetch_add(&failures, 1);
}

static int make(void **state)
{
    setenv("TMPDIR", "/tmp", 0); /* memory may be mounted noexec */
    scratch_make(dir, sizeof dir);
    snprintf(script, sizeof script, "%s/command", dir);
    setenv("OUT", dir, 1);
    setenv("CAMWALL_FILE", "of our own environment", 1);
    atomic_store(&failures, 0);
    log_set_hook(on_log, NULL);
    return 0;
}

static int clear(void **state)
{
    log_set_hook(NULL, NULL);
    scratch_remove(dir);
    return 0;
}

static void write_script(const char *text)
{
    file_write(script, text, strlen(text));
    assert_int_equal(chmod(script, 0700), 0);
}

static bool there(const char *name)
{
    char path[600];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0;
}

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

static void wait_for_file(const char *name)
{
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    while (!there(name) && mono_ns() < deadline)
        pause_briefly();
    assert_true(there(name));
}

static void wait_for_failure(const char *text)
{
    uint64_t deadline = mono_ns() + 60 * NS_PER_S;
    while (atomic_load(&failures) == 0 && mono_ns() < deadline)
        pause_briefly();
    assert_int_equal(atomic_load(&failures), 1);
    assert_non_null(strstr(last_failure, text));
    assert_non_null(strstr(last_failure, segment.file));
}

static void the_environment_tells_what_is_finished(void **state)
{
    static const char *const want[] = {"CAMWALL_FILE=/a b/c'd.mp4\n",
                                       "CAMWALL_STREAM=fr$ont\n",
                                       "CAMWALL_START=2026-11-22T12:00:00.000+00:00\n",
                                       "CAMWALL_SECONDS=599.960\n",
                                       "CAMWALL_FRAMES=14999\n",
                                       "CAMWALL_BYTES=446000000\n"};
    struct hook *h;
    char path[300];
    size_t len;
    write_script("#!/bin/sh\ntr '\\0' '\\n' < /proc/$$/environ > $OUT/env\necho $# > $OUT/count\n"
                 "mv $OUT/env $OUT/done\n");
    assert_int_equal(hook_start(script, &h), 0);
    hook_submit(h, &segment);
    wait_for_file("done");
    hook_stop(h);
    snprintf(path, sizeof path, "%s/done", dir);
    uint8_t *text = file_read(path, &len);
    text[len] = '\0';
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_non_null(strstr((char *)text, want[i]));
    assert_null(strstr((char *)text, "of our own"));
    free(text);
    snprintf(path, sizeof path, "%s/count", dir);
    text = file_read(path, &len);
    assert_int_equal(text[0], '0');
    free(text);
    assert_int_equal(atomic_load(&failures), 0);
}

static void failures_are_logged(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"#!/bin/sh\nexit 3\n", "exit status 3"},
        {"#!/bin/sh\nkill -9 $$\n", "signal 9"},
        {"#!/nowhere/at/all\n", "no such file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hook *h;
        atomic_store(&failures, 0);
        write_script(cases[i].text);
        assert_int_equal(hook_start(script, &h), 0);
        hook_submit(h, &segment);
        wait_for_failure(cases[i].told);
        hook_stop(h);
    }
}

/* Each leaves a trace while it runs and counts those of the others. */
static void no_more_than_a_few_run_at_once(void **state)
{
    struct hook *h;
    write_script("#!/bin/sh\n: > $OUT/run.$$\nls $OUT | grep -c run. >> $OUT/counts\n"
                 "sleep 0.02\nrm $OUT/run.$$\n: > $OUT/done.$$\n");
    assert_int_equal(hook_start(script, &h), 0);
    for (int i = 0; i < 20; i++)
        hook_submit(h, &segment);
    int done = 0;
    for (uint64_t deadline = mono_ns() + 60 * NS_PER_S; done < 20 && mono_ns() < deadline;) {
        char **names = scratch_list(dir, "");
        done = 0;
        for (size_t i = 0; names[i]; i++)
            done += strncmp(names[i], "done.", 5) == 0;
        scratch_list_free(names);
        pause_briefly();
    }
    assert_int_equal(done, 20);
    hook_stop(h);
    char path[300];
    size_t len;
    snprintf(path, sizeof path, "%s/counts", dir);
    uint8_t *counts = file_read(path, &len);
    for (size_t i = 0; i < len; i += 2) {
        assert_in_range(counts[i], '1', '0' + HOOK_AT_ONCE);
        assert_int_equal(counts[i + 1], '\n');
    }
    assert_int_equal(len, 40);
    free(counts);
}

/* One command hangs; stopping waits for none, and what waited is still started. */
static void stopping_does_not_wait_for_commands(void **state)
{
    struct hook *h;
    write_script("#!/bin/sh\n: > $OUT/begun.$$\n"
                 "while ! test -e $OUT/go; do sleep 0.01; done\n: > $OUT/done.$$\n");
    assert_int_equal(hook_start(script, &h), 0);
    for (int i = 0; i < HOOK_AT_ONCE + 3; i++)
        hook_submit(h, &segment);
    hook_stop(h);
    char path[300];
    snprintf(path, sizeof path, "%s/go", dir);
    file_write(path, "", 0);
    int done = 0;
    for (uint64_t deadline = mono_ns() + 60 * NS_PER_S;
         done < HOOK_AT_ONCE + 3 && mono_ns() < deadline;) {
        char **names = scratch_list(dir, "");
        done = 0;
        for (size_t i = 0; names[i]; i++)
            done += strncmp(names[i], "done.", 5) == 0;
        scratch_list_free(names);
        pause_briefly();
    }
    assert_int_equal(done, HOOK_AT_ONCE + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_environment_tells_what_is_finished, make, clear),
        cmocka_unit_test_setup_teardown(failures_are_logged, make, clear),
        cmocka_unit_test_setup_teardown(no_more_than_a_few_run_at_once, make, clear),
        cmocka_unit_test_setup_teardown(stopping_does_not_wait_for_commands, make, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
