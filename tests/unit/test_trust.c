/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/trust.h"
#include "util/alloc.h"
#include "util/err.h"

#define N(a)    (sizeof(a) / sizeof *(a))
#define KEY_A   "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_B   "SHA256:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB+"
#define NAME_64 "n123456789012345678901234567890123456789012345678901234567890123"

static char dir[64], path[128];

static int setup(void **state)
{
    strcpy(dir, "/tmp/test_trust.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/state/list", dir);
    return 0;
}

static int teardown(void **state)
{
    char sub[80];
    snprintf(sub, sizeof sub, "%s/state", dir);
    unlink(path);
    rmdir(sub);
    return rmdir(dir);
}

static void write_list(const char *text)
{
    char sub[80];
    snprintf(sub, sizeof sub, "%s/state", dir);
    mkdir(sub, 0700);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

struct bad {
    unsigned n, line;
    char why[128];
};

static void on_bad(void *ctx, unsigned line, const char *why)
{
    struct bad *b = ctx;
    b->n++;
    b->line = line;
    snprintf(b->why, sizeof b->why, "%s", why);
}

static void test_client_lines(void **state)
{
    static const struct {
        const char *text;
        unsigned n, bad_line; /* good lines; the last bad one, 0: none */
        const char *name, *cameras;
    } cases[] = {
        {"", 0, 0, NULL, NULL},
        {"\n\n# only words\n   \t\r\n", 0, 0, NULL, NULL},
        {KEY_A " anna@desk", 1, 0, "anna@desk", NULL},
        {KEY_A " anna@desk\n", 1, 0, "anna@desk", NULL},
        {"\t" KEY_A "\t anna \r\n", 1, 0, "anna", NULL},
        {KEY_A " anna # the one upstairs\n", 1, 0, "anna", NULL},
        {KEY_A " anna cameras=hall,gate-2\n", 1, 0, "anna", "hall,gate-2"},
        {KEY_A " anna cameras=hall # door\n", 1, 0, "anna", "hall"},
        {KEY_A " " NAME_64 "\n", 1, 0, NAME_64, NULL},
        {KEY_A " " NAME_64 "4\n", 0, 1, NULL, NULL},
        {KEY_A "\n", 0, 1, NULL, NULL},
        {KEY_A "A anna\n", 0, 1, NULL, NULL},
        {"SHA256:AAAA anna\n", 0, 1, NULL, NULL},
        {"sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA anna\n", 0, 1, NULL, NULL},
        {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= anna\n", 0, 1, NULL, NULL},
        {KEY_A " an\x01na\n", 0, 1, NULL, NULL},
        {KEY_A " an\xffna\n", 0, 1, NULL, NULL},
        {KEY_A " \xe5\xae\x89\xe5\xa8\x9c\n", 1, 0, "\xe5\xae\x89\xe5\xa8\x9c", NULL},
        {KEY_A " anna cameras=\n", 0, 1, NULL, NULL},
        {KEY_A " anna cameras=a,\n", 0, 1, NULL, NULL},
        {KEY_A " anna cameras=a,,b\n", 0, 1, NULL, NULL},
        {KEY_A " anna cameras=A\n", 0, 1, NULL, NULL},
        {KEY_A " anna camera=a\n", 0, 1, NULL, NULL},
        {KEY_A " anna cameras=a b\n", 0, 1, NULL, NULL},
        {KEY_A " anna\n" KEY_A " berta\n", 1, 2, "anna", NULL},
        {"rubbish\n\n" KEY_A " anna\n# x\nmore\n", 1, 5, "anna", NULL},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct trust_clients c;
        struct bad bad = {0};
        assert_int_equal(
            trust_clients_parse(cases[i].text, strlen(cases[i].text), &c, on_bad, &bad), 0);
        print_message("# case %zu\n", i);
        assert_int_equal(c.n, cases[i].n);
        assert_int_equal(bad.line, cases[i].bad_line);
        const struct trust_client *a = trust_clients_find(&c, KEY_A);
        assert_int_equal(a != NULL, cases[i].n == 1);
        if (a) {
            assert_string_equal(a->name, cases[i].name);
            assert_int_equal(a->cameras != NULL, cases[i].cameras != NULL);
            if (a->cameras)
                assert_string_equal(a->cameras, cases[i].cameras);
        }
        assert_null(trust_clients_find(&c, KEY_B));
        trust_clients_free(&c);
    }
}

static void test_client_bytes(void **state)
{
    static const char nul_in_name[] = KEY_A " an\0na\n" KEY_B " berta";
    struct trust_clients c;
    struct bad bad = {0};
    trust_clients_parse(nul_in_name, sizeof nul_in_name - 1, &c, on_bad, &bad);
    assert_int_equal(bad.line, 1);
    assert_int_equal(c.n, 1);
    assert_non_null(trust_clients_find(&c, KEY_B));
    trust_clients_free(&c);

    static char longest[5000];
    memset(longest, ' ', sizeof longest);
    memcpy(longest, KEY_A " anna", strlen(KEY_A " anna"));
    trust_clients_parse(longest, 4096, &c, NULL, NULL);
    assert_int_equal(c.n, 1);
    trust_clients_free(&c);
    trust_clients_parse(longest, 4097, &c, NULL, NULL);
    assert_int_equal(c.n, 0);
    trust_clients_free(&c);
}

static void test_client_memory(void **state)
{
    static const char text[] = KEY_A " anna cameras=a\n" KEY_B " berta\n";
    for (unsigned n = 1; n <= 3; n++) {
        struct trust_clients c;
        struct bad bad = {0};
        mem_fail_at(n);
        trust_clients_parse(text, sizeof text - 1, &c, on_bad, &bad);
        mem_fail_at(0);
        assert_int_equal(bad.n, 1);
        assert_int_equal(c.n, 1);
        trust_clients_free(&c);
    }
}

static void test_cameras(void **state)
{
    static const struct {
        const char *cameras, *camera;
        bool may;
    } cases[] = {
        {NULL, "hall", true},       {"hall", "hall", true},   {"hall", "hal", false},
        {"hall", "halls", false},   {"a,hall", "hall", true}, {"hall,a", "hall", true},
        {"a,hall,b", "hall", true}, {"a,hall,b", "c", false}, {"a,b", "a,b", false},
        {"hall", "", false},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct trust_client c = {.cameras = (char *)cases[i].cameras};
        assert_int_equal(trust_client_may_see(&c, cases[i].camera), cases[i].may);
    }
}

static void test_client_file(void **state)
{
    struct trust_clients c;
    assert_int_equal(trust_clients_load(path, &c, NULL, NULL), 0);
    assert_int_equal(c.n, 0);
    write_list("# mine\n" KEY_A " anna\n" KEY_B " berta");
    assert_int_equal(trust_clients_load(path, &c, NULL, NULL), 0);
    assert_int_equal(c.n, 2);
    assert_string_equal(c.first->name, "anna");
    trust_clients_free(&c);
    assert_int_equal(trust_clients_load(dir, &c, NULL, NULL), -EISDIR);
}

static void test_known_servers(void **state)
{
    static const struct {
        const char *text, *host_port;
        enum trust_verdict verdict;
        unsigned line;
    } cases[] = {
        {"", "host:1", TRUST_NEW, 0},
        {"host:1 " KEY_A "\n", "host:1", TRUST_KNOWN, 1},
        {"host:1 " KEY_A, "host:1", TRUST_KNOWN, 1},
        {"host:1 " KEY_A " since May\r\n", "host:1", TRUST_KNOWN, 1},
        {"host:1 " KEY_B "\n", "host:1", TRUST_CHANGED, 1},
        {"# a\n\nother:1 " KEY_A "\nhost:1 " KEY_B "\n", "host:1", TRUST_CHANGED, 4},
        {"host:2 " KEY_B "\n", "host:1", TRUST_NEW, 0},
        {"host:1 " KEY_B "\nhost:1 " KEY_A "\n", "host:1", TRUST_KNOWN, 2},
        {"host:1 " KEY_A "\nhost:1 " KEY_B "\n", "host:1", TRUST_KNOWN, 1},
        {"host:1 " KEY_B "\nhost:1 " KEY_B "\n", "host:1", TRUST_CHANGED, 1},
        {"HOST:1 " KEY_A "\n", "Host:1", TRUST_KNOWN, 1},
        {"host " KEY_A "\n", "host:9999", TRUST_KNOWN, 1},
        {"host:9999 " KEY_A "\n", "host", TRUST_KNOWN, 1},
        {"[::1]:9999 " KEY_A "\n", "::1", TRUST_KNOWN, 1},
        {"[2001:DB8:0:0::1]:5 " KEY_A "\n", "[2001:db8::1]:5", TRUST_KNOWN, 1},
        {"[2001:db8::1]:5 " KEY_B "\n", "[2001:DB8::0:1]:5", TRUST_CHANGED, 1},
        {"host:1 SHA256:short\n", "host:1", TRUST_NEW, 0},
        {"host:1\n", "host:1", TRUST_NEW, 0},
        {"#host:1 " KEY_B "\n", "host:1", TRUST_NEW, 0},
    };
    for (size_t i = 0; i < N(cases); i++) {
        struct trust_answer a;
        print_message("# case %zu\n", i);
        assert_int_equal(
            trust_servers_find(cases[i].text, strlen(cases[i].text), cases[i].host_port, KEY_A, &a),
            0);
        assert_int_equal(a.verdict, cases[i].verdict);
        assert_int_equal(a.line, cases[i].line);
        if (a.verdict == TRUST_CHANGED)
            assert_string_equal(a.remembered, KEY_B);
    }
    struct trust_answer a;
    assert_int_equal(trust_servers_find("", 0, "host:65536", KEY_A, &a), ERR_FORMAT);
    assert_int_equal(trust_servers_find("", 0, "", KEY_A, &a), ERR_FORMAT);
}

static void assert_list(const char *expected)
{
    char text[1024] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    assert_string_equal(text, expected);
}

static void test_remember(void **state)
{
    struct trust_answer a;
    struct stat st;
    assert_int_equal(trust_server_check(path, "Host", KEY_A, &a), 0);
    assert_int_equal(a.verdict, TRUST_NEW);
    assert_int_equal(trust_server_remember(path, "Host", KEY_A), 0);
    assert_int_equal(trust_server_remember(path, "host:9999", KEY_A), 0);
    assert_list("host:9999 " KEY_A "\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(trust_server_check(path, "host", KEY_A, &a), 0);
    assert_int_equal(a.verdict, TRUST_KNOWN);
    assert_int_equal(trust_server_remember(path, "host", KEY_B), ERR_CHANGED);
    assert_int_equal(trust_server_remember(path, "host:65536", KEY_B), ERR_FORMAT);
    assert_int_equal(trust_server_remember(path, "::1", "SHA256:" KEY_B), ERR_FORMAT);
    assert_list("host:9999 " KEY_A "\n");
    write_list("a:1 " KEY_A);
    assert_int_equal(trust_server_remember(path, "::1", KEY_B), 0);
    assert_list("a:1 " KEY_A "\n[::1]:9999 " KEY_B "\n");
}

static void *remember_one(void *key)
{
    return (void *)(intptr_t)trust_server_remember(path, "host:1", key);
}

/* Two consoles at once: one line, and the one that came second with another key is told. */
static void test_remember_together(void **state)
{
    static char key_a[] = KEY_A, key_b[] = KEY_B;
    for (int round = 0; round < 20; round++) {
        pthread_t t[4];
        unlink(path);
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&t[i], NULL, remember_one, i % 2 ? key_a : key_b), 0);
        int kept[2] = {0}, refused[2] = {0};
        for (int i = 0; i < 4; i++) {
            void *e;
            pthread_join(t[i], &e);
            kept[i % 2] += (intptr_t)e == 0;
            refused[i % 2] += (intptr_t)e == ERR_CHANGED;
        }
        assert_int_equal(kept[0] + kept[1], 2);
        assert_int_equal(refused[0] * kept[0] + refused[1] * kept[1], 0);
        assert_list(kept[1] ? "host:1 " KEY_A "\n" : "host:1 " KEY_B "\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_lines),
        cmocka_unit_test(test_client_bytes),
        cmocka_unit_test(test_client_memory),
        cmocka_unit_test(test_cameras),
        cmocka_unit_test_setup_teardown(test_client_file, setup, teardown),
        cmocka_unit_test(test_known_servers),
        cmocka_unit_test_setup_teardown(test_remember, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remember_together, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
