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

#include "server/admission.h"
#include "server/watchfile.h"
#include "util/alloc.h"
#include "util/mono.h"

#define A "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "SHA256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct fixture {
    char dir[64], path[96];
    struct server_settings settings;
    struct admission admission;
};

static void write_list(struct fixture *x, const char *text)
{
    FILE *f = fopen(x->path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int setup(void **state)
{
    struct fixture *x = mem_zero(1, sizeof *x);
    snprintf(x->dir, sizeof x->dir, "/tmp/camwall-test-XXXXXX");
    if (!mkdtemp(x->dir))
        return -1;
    snprintf(x->path, sizeof x->path, "%s/authorized_clients", x->dir);
    snprintf(x->settings.authorized_path, sizeof x->settings.authorized_path, "%s", x->path);
    *state = x;
    return admission_init(&x->admission);
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    unlink(x->path);
    rmdir(x->dir);
    admission_fini(&x->admission);
    mem_free(x);
    return 0;
}

static bool admitted(struct fixture *x, const char *fingerprint, const char *name)
{
    struct admission_verdict v;
    admission_judge(&x->admission, fingerprint, &v);
    if (name)
        assert_string_equal(v.name, name);
    return v.admitted;
}

static void the_list_decides(void **state)
{
    struct fixture *x = *state;
    write_list(x, "# people\n" A " alice\n" B " bob cameras=front,yard\n");
    admission_configure(&x->admission, &x->settings);
    assert_true(admitted(x, A, "alice"));
    assert_true(admitted(x, B, "bob"));
    assert_true(admission_may_see(&x->admission, A, "anything"));
    assert_true(admission_may_see(&x->admission, B, "yard"));
    assert_false(admission_may_see(&x->admission, B, "anything"));
    write_list(x, A " alice\n");
    admission_reload(&x->admission);
    assert_false(admitted(x, B, "unknown"));
    assert_false(admission_may_see(&x->admission, B, "yard"));
}

static void open_admits_but_does_not_widen_a_named_client(void **state)
{
    struct fixture *x = *state;
    write_list(x, B " bob cameras=front\n");
    x->settings.open = true;
    admission_configure(&x->admission, &x->settings);
    assert_true(admitted(x, A, "unknown"));
    assert_true(admission_may_see(&x->admission, A, "yard"));
    assert_false(admission_may_see(&x->admission, B, "yard"));
}

static void no_list_admits_nobody(void **state)
{
    struct fixture *x = *state;
    admission_configure(&x->admission, &x->settings);
    assert_false(admitted(x, A, NULL));
}

static void legacy_networks(void **state)
{
    struct fixture *x = *state;
    struct addr in, out;
    assert_int_equal(addr_resolve("10.1.2.3:1", 1, &in, NULL), 0);
    assert_int_equal(addr_resolve("11.1.2.3:1", 1, &out, NULL), 0);
    admission_configure(&x->admission, &x->settings);
    assert_false(admission_legacy(&x->admission, &in));
    assert_int_equal(addr_net_parse("10.0.0.0/8", &x->settings.legacy[0]), 0);
    x->settings.n_legacy = 1;
    admission_configure(&x->admission, &x->settings);
    assert_true(admission_legacy(&x->admission, &in));
    assert_false(admission_legacy(&x->admission, &out));
}

static void the_gate_lets_a_burst_and_then_a_rate_through(void **state)
{
    static struct gate g;
    struct addr a, b;
    unsigned passed = 0;
    uint64_t now = 5 * NS_PER_S;
    memset(&g, 0, sizeof g);
    assert_int_equal(addr_resolve("10.1.2.3:1", 1, &a, NULL), 0);
    assert_int_equal(addr_resolve("10.1.2.3:2", 1, &b, NULL), 0);
    for (unsigned i = 0; i < 3 * GATE_BURST; i++)
        passed += gate_pass(&g, i % 2 ? &a : &b, now); /* ports make no difference */
    assert_int_equal(passed, GATE_BURST);
    now += NS_PER_S;
    for (passed = 0; gate_pass(&g, &a, now); passed++)
        continue;
    assert_in_range(passed, GATE_PER_S - 1, GATE_PER_S + 1);
    now += 3600 * NS_PER_S;
    for (passed = 0; gate_pass(&g, &a, now); passed++)
        continue;
    assert_int_equal(passed, GATE_BURST); /* never saved up beyond that */
}

static bool changed_soon(struct watchfile *w)
{
    uint64_t end = mono_ns() + 10 * NS_PER_S;
    while (mono_ns() < end)
        if (watchfile_changed(w))
            return true;
    return false;
}

static void a_changed_list_is_noticed(void **state)
{
    struct fixture *x = *state;
    struct watchfile w;
    char other[128];
    assert_int_equal(watchfile_open(&w, x->path), 0);
    assert_false(watchfile_changed(&w));
    write_list(x, "# one\n");
    assert_true(changed_soon(&w));
    snprintf(other, sizeof other, "%s/other", x->dir);
    FILE *f = fopen(other, "w");
    assert_non_null(f);
    fclose(f);
    assert_false(watchfile_changed(&w)); /* events of one directory come in order */
    assert_int_equal(rename(other, x->path), 0);
    assert_true(changed_soon(&w));
    watchfile_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_list_decides, setup, teardown),
        cmocka_unit_test_setup_teardown(open_admits_but_does_not_widen_a_named_client, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(no_list_admits_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(legacy_networks, setup, teardown),
        cmocka_unit_test(the_gate_lets_a_burst_and_then_a_rate_through),
        cmocka_unit_test_setup_teardown(a_changed_list_is_noticed, setup, teardown),
    };
    return cmocka_run_group_tests_name("admission", tests, NULL, NULL);
}
