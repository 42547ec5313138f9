/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "server/settings.h"
#include "util/alloc.h"

static struct server_settings *settings;
static char error[OPTIONS_ERROR_MAX];

static int load(const char *a, const char *b, const char *c, const char *d)
{
    static char words[5][64];
    const char *from[] = {"camwalld", a, b, c, d};
    char *argv[6] = {0};
    int argc = 0;
    for (int i = 0; i < 5 && from[i]; i++) {
        strncpy(words[i], from[i], sizeof words[i] - 1);
        words[i][sizeof words[i] - 1] = '\0';
        argv[argc++] = words[i];
    }
    return settings_load(settings, argc, argv, error);
}

static int setup(void **state)
{
    settings = mem_zero(1, sizeof *settings);
    setenv("HOME", "/nonexistent", 1);
    return settings ? 0 : -1;
}

static int teardown(void **state)
{
    settings_free(settings);
    mem_free(settings);
    return 0;
}

static void defaults(void **state)
{
    assert_int_equal(load(NULL, NULL, NULL, NULL), 0);
    assert_int_equal(settings->n_cameras, 1);
    assert_string_equal(settings->cameras[0].source.name, "pattern");
    assert_int_equal(settings->cameras[0].quality, 85);
    assert_int_equal(settings->n_listen, 2);
    assert_true(settings->listen[0].optional);
    assert_int_equal(addr_port(&settings->listen[0].addr), 9999);
    assert_false(settings->listen[1].optional);
    assert_int_equal(settings->n_legacy, 0);
    assert_int_equal(settings->mtu, 1200);
    assert_int_equal(settings->max_clients, 512);
}

static void automatic_names_are_numbered(void **state)
{
    assert_int_equal(load("pattern", "pattern-2=pattern", "pattern", "./pattern.mp4"), 0);
    assert_string_equal(settings->cameras[0].source.name, "pattern");
    assert_string_equal(settings->cameras[1].source.name, "pattern-2");
    assert_string_equal(settings->cameras[2].source.name, "pattern-3");
    assert_string_equal(settings->cameras[3].source.name, "pattern-4");
}

static void explicit_names_may_not_collide(void **state)
{
    assert_true(load("a=pattern", "a=pattern", NULL, NULL) < 0);
    assert_non_null(strstr(error, "'a'"));
}

static void options_reach_every_camera(void **state)
{
    assert_int_equal(load("-s320x240", "-r12.5", "-q50", "pattern"), 0);
    assert_int_equal(settings->cameras[0].source.width, 320);
    assert_int_equal(settings->cameras[0].source.millihertz, 12500);
    assert_int_equal(settings->cameras[0].quality, 50);
}

static void legacy_networks(void **state)
{
    assert_int_equal(load("--legacy", NULL, NULL, NULL), 0);
    assert_int_equal(settings->n_legacy, 1);
    settings_free(settings);
    assert_int_equal(load("--legacy=10.0.0.0/8,fd00::/8", NULL, NULL, NULL), 0);
    assert_int_equal(settings->n_legacy, 2);
    settings_free(settings);
    assert_true(load("--legacy=nonsense", NULL, NULL, NULL) < 0);
    assert_non_null(strstr(error, "nonsense"));
}

static void listen_addresses(void **state)
{
    assert_int_equal(load("-l127.0.0.1:7000", "-l[::1]", NULL, NULL), 0);
    assert_int_equal(settings->n_listen, 2);
    assert_int_equal(addr_port(&settings->listen[0].addr), 7000);
    assert_int_equal(addr_port(&settings->listen[1].addr), 9999);
    assert_false(settings->listen[0].optional);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(automatic_names_are_numbered, setup, teardown),
        cmocka_unit_test_setup_teardown(explicit_names_may_not_collide, setup, teardown),
        cmocka_unit_test_setup_teardown(options_reach_every_camera, setup, teardown),
        cmocka_unit_test_setup_teardown(legacy_networks, setup, teardown),
        cmocka_unit_test_setup_teardown(listen_addresses, setup, teardown),
    };
    return cmocka_run_group_tests_name("server_settings", tests, NULL, NULL);
}
