/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/keys.h"
#include "net/secure.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/state_dir.h"
#include "util/thread.h"

/* A P-256 key of these tests alone, and its fingerprint, both made with openssl. */
static const char known_key[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpgxYAWiy88KYranh\n"
                                "6MIw9fFIg/WAF/9Cq0YepHbbVD2hRANCAARN4ohRPOFwyC+7QbXhZonKB+Jpp1rN\n"
                                "w4DuzR+GXNG0yHtGHtiphDv/QO7xGLhHuzELuIcZlhDVL6qFdMzEY+r8\n"
                                "-----END PRIVATE KEY-----\n";
static const char known_fingerprint[] = "SHA256:2FRAGuhQWiX5q+jj+Paf3ClN0eLn1gJDmqKEr5juf44";

static char dir[64], path[128];

static int setup(void **state)
{
    strcpy(dir, "/tmp/test_keys.XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    snprintf(path, sizeof path, "%s/a/b/server.key", dir);
    return 0;
}

static int teardown(void **state)
{
    char sub[128];
    unlink(path);
    snprintf(sub, sizeof sub, "%s/a/b", dir);
    rmdir(sub);
    snprintf(sub, sizeof sub, "%s/a", dir);
    rmdir(sub);
    return rmdir(dir);
}

static int mode_of(const char *name)
{
    struct stat st;
    assert_int_equal(stat(name, &st), 0);
    return st.st_mode & 07777;
}

static void write_key(const char *text, size_t len, int mode)
{
    char sub[128];
    snprintf(sub, sizeof sub, "%s/a", dir);
    mkdir(sub, 0700);
    snprintf(sub, sizeof sub, "%s/a/b", dir);
    mkdir(sub, 0700);
    unlink(path); /* the one before may be read-only */
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
    assert_int_equal(chmod(path, (mode_t)mode), 0);
}

static void test_made_once(void **state)
{
    struct keys *k, *again;
    char error[256] = "", sub[128];
    assert_int_equal(keys_open(path, &k, error, sizeof error), 0);
    assert_int_equal(strlen(keys_fingerprint(k)), 50);
    assert_memory_equal(keys_fingerprint(k), "SHA256:", 7);
    assert_int_equal(mode_of(path), 0600);
    snprintf(sub, sizeof sub, "%s/a/b", dir);
    assert_int_equal(mode_of(sub), 0700);
    assert_int_equal(keys_open(path, &again, error, sizeof error), 0);
    assert_string_equal(keys_fingerprint(k), keys_fingerprint(again));
    assert_string_equal(error, "");
    keys_free(k);
    keys_free(again);
}

static void test_known_key(void **state)
{
    struct keys *k;
    char error[256];
    write_key(known_key, strlen(known_key), 0600);
    assert_int_equal(keys_open(path, &k, error, sizeof error), 0);
    assert_string_equal(keys_fingerprint(k), known_fingerprint);
    keys_free(k);
}

static void test_modes(void **state)
{
    static const struct {
        int mode, expected;
    } cases[] = {
        {0600, 0},          {0400, 0},          {0640, ERR_DENIED}, {0604, ERR_DENIED},
        {0620, ERR_DENIED}, {0601, ERR_DENIED}, {0644, ERR_DENIED}, {0666, ERR_DENIED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keys *k = NULL;
        char error[512] = "", advice[160];
        write_key(known_key, strlen(known_key), cases[i].mode);
        assert_int_equal(keys_open(path, &k, error, sizeof error), cases[i].expected);
        snprintf(advice, sizeof advice, "chmod 600 %s", path);
        assert_int_equal(strstr(error, advice) != NULL, cases[i].expected != 0);
        keys_free(k);
    }
}

static void test_not_a_key(void **state)
{
    static char large[20000];
    static const char *const cases[] = {
        "",
        "rubbish\n",
        "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMIGH\n",
        large,
        /* Ed25519: a key, of the wrong kind */
        "-----BEGIN PRIVATE KEY-----\n"
        "MC4CAQAwBQYDK2VwBCIEICIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIi\n"
        "-----END PRIVATE KEY-----\n",
    };
    memset(large, 'x', sizeof large - 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct keys *k;
        char error[512] = "";
        write_key(cases[i], strlen(cases[i]), 0600);
        assert_int_equal(keys_open(path, &k, error, sizeof error), ERR_FORMAT);
        assert_non_null(strstr(error, path));
        assert_non_null(strstr(error, "P-256"));
    }
}

static void test_torn_keys(void **state)
{
    size_t whole = (size_t)(strstr(known_key, "-----END") - known_key);
    for (size_t len = 0; len < whole; len += 7) {
        struct keys *k;
        char error[512];
        write_key(known_key, len, 0600);
        assert_int_equal(keys_open(path, &k, error, sizeof error), ERR_FORMAT);
    }
}

static void test_unusable_paths(void **state)
{
    struct keys *k;
    char error[512], sub[160];
    assert_int_equal(keys_open(dir, &k, error, sizeof error), ERR_FORMAT);
    assert_non_null(strstr(error, dir));
    assert_int_equal(keys_open("/proc/no/such.key", &k, error, sizeof error), -ENOENT);
    assert_non_null(strstr(error, "/proc/no/such.key"));
    write_key("x", 1, 0600);
    snprintf(sub, sizeof sub, "%s/below", path);
    assert_int_equal(keys_open(sub, &k, error, sizeof error), -ENOTDIR);
    assert_non_null(strstr(error, sub));
}

static void test_no_memory(void **state)
{
    write_key(known_key, strlen(known_key), 0600);
    for (unsigned n = 1; n <= 2; n++) {
        struct keys *k;
        char error[512] = "";
        mem_fail_at(n);
        assert_int_equal(keys_open(path, &k, error, sizeof error), -ENOMEM);
        mem_fail_at(0);
        assert_string_not_equal(error, "");
    }
}

struct opener {
    struct keys *k;
    int result;
};

static void open_key(void *arg)
{
    struct opener *o = arg;
    char error[256];
    o->result = keys_open(path, &o->k, error, sizeof error);
}

/* Programs that start at once end with one key, and leave nothing beside it. */
static void test_made_by_several_at_once(void **state)
{
    enum { MANY = 6 };
    for (int round = 0; round < 10; round++) {
        struct opener o[MANY] = {{0}};
        struct thread t[MANY] = {{0}};
        unlink(path);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(thread_start(&t[i], "opener", THREAD_STACK, open_key, &o[i]), 0);
        for (int i = 0; i < MANY; i++)
            thread_join(&t[i]);
        for (int i = 0; i < MANY; i++) {
            assert_int_equal(o[i].result, 0);
            assert_string_equal(keys_fingerprint(o[i].k), keys_fingerprint(o[0].k));
        }
        for (int i = 0; i < MANY; i++)
            keys_free(o[i].k);
    }
    char sub[128];
    int files = 0;
    snprintf(sub, sizeof sub, "%s/a/b", dir);
    DIR *d = opendir(sub);
    for (struct dirent *e; (e = readdir(d));)
        files += e->d_name[0] != '.';
    closedir(d);
    assert_int_equal(files, 1);
}

static void test_fingerprint_of(void **state)
{
    char text[KEYS_FINGERPRINT];
    assert_int_equal(keys_fingerprint_of((const uint8_t *)"", 0, text), 0);
    assert_string_equal(text, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
    assert_int_equal(keys_fingerprint_of((const uint8_t *)"abc", 3, text), 0);
    assert_string_equal(text, "SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0");
}

static void test_state_dir(void **state)
{
    char buf[64];
    const bool root = geteuid() == 0;
    setenv("HOME", "/home/anna", 1);
    unsetenv("XDG_STATE_HOME");
    assert_int_equal(state_dir("given", false, buf, sizeof buf), 0);
    assert_string_equal(buf, "given");
    assert_int_equal(state_dir(NULL, false, buf, sizeof buf), 0);
    assert_string_equal(buf, "/home/anna/.local/state/camwall");
    assert_int_equal(state_dir(NULL, true, buf, sizeof buf), 0);
    assert_string_equal(buf, root ? "/var/lib/camwall" : "/home/anna/.local/state/camwall");
    setenv("XDG_STATE_HOME", "/state", 1);
    assert_int_equal(state_dir(NULL, false, buf, sizeof buf), 0);
    assert_string_equal(buf, "/state/camwall");
    assert_int_equal(state_dir(NULL, false, buf, strlen("/state/camwall")), -ENAMETOOLONG);
    assert_int_equal(state_dir(NULL, false, buf, strlen("/state/camwall") + 1), 0);
    setenv("XDG_STATE_HOME", "relative", 1); /* to be ignored, says the standard of it */
    assert_int_equal(state_dir(NULL, false, buf, sizeof buf), 0);
    assert_string_equal(buf, "/home/anna/.local/state/camwall");
    unsetenv("HOME");
    assert_int_equal(state_dir(NULL, false, buf, sizeof buf), -ENOENT);
}

static int global(void **state)
{
    return secure_global_init();
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DIR(test_made_once),
        IN_DIR(test_known_key),
        IN_DIR(test_modes),
        IN_DIR(test_not_a_key),
        IN_DIR(test_torn_keys),
        IN_DIR(test_unusable_paths),
        IN_DIR(test_no_memory),
        IN_DIR(test_made_by_several_at_once),
        cmocka_unit_test(test_fingerprint_of),
        cmocka_unit_test(test_state_dir),
    };
    return cmocka_run_group_tests(tests, global, NULL);
}
