/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/rundir.h"

static char top[64];

static int set_up(void **state)
{
    snprintf(top, sizeof(top), "/tmp/camwall-rundir-XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[96];

    snprintf(command, sizeof(command), "rm -rf %s", top);
    return system(command);
}

static int open_dir(void)
{
    int fd = rundir_open(top, true);

    assert_true(fd >= 0);
    return fd;
}

static void list_is(const char *expected)
{
    char list[512];
    int fd = open_dir();

    rundir_list(fd, list, sizeof(list));
    assert_string_equal(list, expected);
    close(fd);
}

static void modes(void **state)
{
    struct rundir_claim c;
    struct stat st;
    int fd = open_dir();

    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(rundir_claim(fd, "main", &c), 0);
    assert_int_equal(fstatat(fd, "main.sock", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(fstatat(fd, "main.lock", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    fchmod(fd, 0755); /* as somebody else might have left it */
    close(open_dir());
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    rundir_release(&c);
    assert_int_equal(rundir_open("/tmp/camwall-nowhere", false), -ENOENT);
}

static void a_name_is_had_by_one(void **state)
{
    struct rundir_claim a, b, c;
    int second = open_dir(), third = open_dir();

    assert_int_equal(rundir_claim(open_dir(), "main", &a), 0);
    assert_int_equal(rundir_claim(second, "main", &b), -EEXIST);
    assert_int_equal(rundir_connect(second, "other"), -ENOENT);
    int fd = rundir_connect(second, "main"); /* the failed claim has not touched its socket */
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(rundir_claim_free(second, "main", &b), 0);
    assert_string_equal(b.name, "main-2");
    assert_int_equal(rundir_claim_free(third, "main", &c), 0);
    assert_string_equal(c.name, "main-3");
    rundir_release(&b);
    int fourth = open_dir();
    assert_int_equal(rundir_claim_free(fourth, "main", &b), 0);
    assert_string_equal(b.name, "main-2");
    rundir_release(&a);
    rundir_release(&b);
    rundir_release(&c);
    list_is("");
}

static void names_are_files(void **state)
{
    struct rundir_claim a, b;
    char name[RUNDIR_NAME + 1];
    int fd = open_dir();

    memset(name, 'n', sizeof(name));
    name[RUNDIR_NAME] = '\0';
    assert_int_equal(rundir_claim(fd, name, &a), -ENAMETOOLONG);
    name[RUNDIR_NAME - 1] = '\0';
    assert_int_equal(rundir_claim(fd, name, &a), 0);
    rundir_release(&a);
    assert_int_equal(rundir_claim(open_dir(), "../up", &a), 0);
    list_is(".._up");
    int other = open_dir();
    assert_int_equal(rundir_claim(other, ".._up", &b), -EEXIST);
    close(other);
    rundir_release(&a);
}

/* A process that dies leaves a socket and a lock's file, which nobody holds. */
static void dead_walls_are_replaced(void **state)
{
    struct rundir_claim a, b;
    int how, fd = open_dir();
    pid_t pid = fork();

    if (pid == 0)
        _exit(rundir_claim(open_dir(), "main", &a) == 0 ? 0 : 1);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    assert_int_equal(faccessat(fd, "main.sock", F_OK, 0), 0);
    assert_int_equal(rundir_connect(fd, "main"), -ENOENT);
    list_is("");
    assert_int_equal(rundir_claim(fd, "main", &b), 0);
    list_is("main");
    rundir_release(&b);
}

/* The name belongs to whoever is left of those that had it: the wall, not what started it. */
static void a_name_outlives_its_parent(void **state)
{
    struct rundir_claim a, b;
    int go[2], how, fd = open_dir(), other = open_dir();
    char byte;

    assert_int_equal(pipe(go), 0);
    assert_int_equal(rundir_claim(fd, "main", &a), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(go[1]);
        how = read(go[0], &byte, 1) == 0;
        rundir_release(&a);
        _exit(how ? 0 : 1);
    }
    close(go[0]);
    rundir_forget(&a);
    assert_int_equal(rundir_claim(other, "main", &b), -EEXIST);
    close(go[1]);
    assert_int_equal(waitpid(pid, &how, 0), pid);
    assert_int_equal(how, 0);
    assert_int_equal(rundir_claim(other, "main", &b), 0);
    rundir_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes),
        cmocka_unit_test(a_name_is_had_by_one),
        cmocka_unit_test(names_are_files),
        cmocka_unit_test(dead_walls_are_replaced),
        cmocka_unit_test(a_name_outlives_its_parent),
    };
    return cmocka_run_group_tests_name("rundir", tests, set_up, tear_down);
}
