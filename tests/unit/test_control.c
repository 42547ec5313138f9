/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/control.h"
#include "console/control_peer.h"
#include "net/unixsock.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

enum { PATIENCE_S = 60, BIG = 3 << 20 };

/* A wall that notes what was asked of it. */
struct rig {
    struct control *control;
    int dir_fd, listen_fd;
    char dir[64];
    unsigned commands, attached, gone, leaves;
    uint64_t client, waiting;
    char term[CONTROL_NAME];
    bool big;
};

static int on_command(void *ctx, uint64_t client, const struct control_msg *m, struct json *j)
{
    struct rig *r = ctx;
    char *text;

    r->commands++;
    if (m->n > 0 && strcmp(m->words, "later") == 0) {
        r->waiting = client;
        return CONTROL_LATER;
    }
    if (r->big) {
        text = malloc(BIG + 1);
        memset(text, 'b', BIG);
        text[BIG] = '\0';
        json_str(j, NULL, text);
        free(text);
    } else {
        json_str(j, NULL, m->n > 0 ? m->words : "nothing");
    }
    return 7;
}

static void on_attach(void *ctx, uint64_t client, const struct control_terminal *t, const int fd[2])
{
    struct rig *r = ctx;

    r->attached++;
    r->client = client;
    text_copy(r->term, sizeof(r->term), t->term);
    assert_true(fcntl(fd[0], F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(fd[1], F_GETFD) & FD_CLOEXEC);
    close(fd[0]);
    close(fd[1]);
}

static void on_terminal(void *ctx, uint64_t client, const struct control_msg *m)
{
    struct rig *r = ctx;

    assert_int_equal(client, r->client);
    r->leaves += m->kind == CONTROL_LEAVE;
}

static void on_gone(void *ctx, uint64_t client)
{
    struct rig *r = ctx;

    r->gone++;
}

static void rig_init(struct rig *r)
{
    const struct control_handler h = {r, on_command, on_attach, on_terminal, on_gone};

    memset(r, 0, sizeof(*r));
    snprintf(r->dir, sizeof(r->dir), "/tmp/camwall-control-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    r->dir_fd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    r->listen_fd = unixsock_listen(r->dir_fd, "s", 100);
    assert_true(r->listen_fd >= 0);
    assert_int_equal(control_new(r->listen_fd, &h, &r->control), 0);
}

static void rig_fini(struct rig *r)
{
    control_free(r->control);
    close(r->listen_fd);
    unlinkat(r->dir_fd, "s", 0);
    close(r->dir_fd);
    rmdir(r->dir);
}

static void connect_peer(struct rig *r, struct control_peer *p)
{
    int fd = unixsock_connect(r->dir_fd, "s");

    assert_true(fd >= 0);
    control_peer_init(p, fd);
}

/* Lets the wall work for as long as it has something to do. */
static void turn(struct rig *r, int wait_ms)
{
    struct pollfd p = {.fd = control_fd(r->control), .events = POLLIN};

    if (poll(&p, 1, wait_ms) > 0)
        control_tend(r->control);
}

static int next(struct rig *r, struct control_peer *p, struct control_msg *m)
{
    uint64_t end = mono_ns() + PATIENCE_S * NS_PER_S;
    int err;

    while ((err = control_peer_next(p, 0, m)) == -EAGAIN && mono_ns() < end)
        turn(r, 10);
    return err;
}

static struct control_msg words(const char *word)
{
    struct control_msg m = {.kind = CONTROL_COMMAND};

    assert_int_equal(control_msg_word(&m, word), 0);
    return m;
}

static void ask(struct rig *r, struct control_peer *p, const char *word)
{
    struct control_msg m = words(word);

    connect_peer(r, p);
    assert_int_equal(control_peer_send(p, &m, NULL, 0), 0);
}

static void commands_are_answered_and_closed(void **state)
{
    struct control_peer p[3];
    struct control_msg m;
    struct rig r;

    rig_init(&r);
    for (int i = 0; i < 3; i++)
        ask(&r, &p[i], "hello");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(next(&r, &p[i], &m), 0);
        assert_int_equal(m.kind, CONTROL_REPLY);
        assert_int_equal(m.status, 7);
        assert_int_equal(m.text_len, 7);
        assert_memory_equal(m.text, "\"hello\"", 7);
        assert_int_equal(next(&r, &p[i], &m), ERR_CLOSED);
        control_peer_fini(&p[i]);
    }
    assert_int_equal(r.commands, 3);
    assert_int_equal(r.gone, 0);
    rig_fini(&r);
}

/* An answer that does not fit into a socket's buffer waits for its reader, nobody else does. */
static void large_answers_do_not_block(void **state)
{
    struct control_peer slow, quick;
    struct control_msg m;
    struct rig r;

    rig_init(&r);
    r.big = true;
    ask(&r, &slow, "big");
    for (int i = 0; r.commands == 0 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    r.big = false;
    ask(&r, &quick, "small");
    assert_int_equal(next(&r, &quick, &m), 0);
    assert_int_equal(m.text_len, 7);
    assert_int_equal(next(&r, &slow, &m), 0);
    assert_int_equal(m.text_len, BIG + 2);
    assert_int_equal(next(&r, &slow, &m), ERR_CLOSED);
    control_peer_fini(&slow);
    control_peer_fini(&quick);
    rig_fini(&r);
}

static void answer(void *arg)
{
    struct rig *r = arg;

    control_answer(r->control, r->waiting, 3, "{\"late\":true}");
}

static void answers_may_come_later(void **state)
{
    struct control_peer p, impatient;
    struct control_msg m;
    struct thread t = {0};
    struct rig r;

    rig_init(&r);
    ask(&r, &impatient, "later");
    for (int i = 0; r.commands < 1 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    control_peer_fini(&impatient);
    for (int i = 0; r.gone < 1 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    control_answer(r.control, r.waiting, 0, "{}"); /* to nobody */
    ask(&r, &p, "later");
    for (int i = 0; r.commands < 2 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    assert_int_equal(control_peer_next(&p, 0, &m), -EAGAIN);
    assert_int_equal(thread_start(&t, "answer", THREAD_STACK_SMALL, answer, &r), 0);
    assert_int_equal(next(&r, &p, &m), 0);
    assert_int_equal(m.status, 3);
    assert_memory_equal(m.text, "{\"late\":true}", m.text_len);
    thread_join(&t);
    control_peer_fini(&p);
    rig_fini(&r);
}

static void lend(struct control_peer *p, unsigned n)
{
    const struct control_msg m = {.kind = CONTROL_ATTACH, .terminal = {.term = "vt100"}};
    int fd[2];

    assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
    assert_int_equal(control_peer_send(p, &m, fd, n), 0);
    close(fd[0]);
    close(fd[1]);
}

static void terminals_come_and_go(void **state)
{
    struct control_peer p;
    struct control_msg m;
    struct rig r;

    rig_init(&r);
    connect_peer(&r, &p);
    lend(&p, 2);
    control_peer_say(&p, CONTROL_RESIZE);
    control_peer_say(&p, CONTROL_LEAVE);
    for (int i = 0; r.leaves < 1 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    assert_int_equal(r.attached, 1);
    assert_string_equal(r.term, "vt100");
    control_send(r.control, r.client, &(struct control_msg){.kind = CONTROL_SHOWN, .text = ""});
    control_send(r.control, r.client, &(struct control_msg){.kind = CONTROL_END, .text = ""});
    control_send(r.control, r.client, &(struct control_msg){.kind = CONTROL_SHOWN, .text = ""});
    assert_int_equal(next(&r, &p, &m), 0);
    assert_int_equal(m.kind, CONTROL_SHOWN);
    assert_int_equal(next(&r, &p, &m), 0);
    assert_int_equal(m.kind, CONTROL_END);
    assert_int_equal(next(&r, &p, &m), ERR_CLOSED);
    assert_int_equal(r.gone, 0);
    control_peer_fini(&p);
    connect_peer(&r, &p);
    lend(&p, 2);
    for (int i = 0; r.attached < 2 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    control_peer_fini(&p); /* dies */
    for (int i = 0; r.gone < 1 && i < PATIENCE_S * 100; i++)
        turn(&r, 10);
    assert_int_equal(r.gone, 1);
    rig_fini(&r);
}

static void terminals_without_descriptors_are_refused(void **state)
{
    struct control_peer p;
    struct control_msg m;
    struct rig r;

    rig_init(&r);
    for (unsigned n = 0; n < 2; n++) {
        connect_peer(&r, &p);
        lend(&p, n);
        assert_int_equal(next(&r, &p, &m), ERR_CLOSED);
        control_peer_fini(&p);
    }
    assert_int_equal(r.attached, 0);
    rig_fini(&r);
}

/* All places are taken by clients that say nothing; who does say something is heard. */
static void places_are_bounded(void **state)
{
    struct control_peer idle[3 * CONTROL_CLIENTS], p;
    struct control_msg m;
    unsigned closed = 0;
    struct rig r;

    rig_init(&r);
    for (int i = 0; i < 3 * CONTROL_CLIENTS; i++)
        connect_peer(&r, &idle[i]);
    ask(&r, &p, "hello");
    assert_int_equal(next(&r, &p, &m), 0);
    assert_int_equal(m.kind, CONTROL_REPLY);
    for (int i = 0; i < 3 * CONTROL_CLIENTS; i++)
        closed += control_peer_next(&idle[i], 0, &m) == ERR_CLOSED;
    assert_true(closed >= 2 * CONTROL_CLIENTS);
    /* And those that are left lose their places for saying nothing. */
    for (int i = 0; i < 3 * CONTROL_CLIENTS; i++) {
        assert_int_equal(next(&r, &idle[i], &m), ERR_CLOSED);
        control_peer_fini(&idle[i]);
    }
    control_peer_fini(&p);
    rig_fini(&r);
}

static void other_releases_are_told(void **state)
{
    static const uint8_t bytes[CONTROL_HEADER] = {0, 0, 0, 0, CONTROL_VERSION + 1, 1, 0, 0};
    struct control_peer p;
    struct control_msg m;
    struct rig r;

    rig_init(&r);
    connect_peer(&r, &p);
    assert_int_equal(unixsock_send(p.fd, bytes, sizeof(bytes), NULL, 0), sizeof(bytes));
    assert_int_equal(next(&r, &p, &m), 0);
    assert_int_equal(m.kind, CONTROL_TOO_OLD);
    assert_memory_equal(m.text, PACKAGE_VERSION, m.text_len);
    assert_int_equal(r.commands, 0);
    control_peer_fini(&p);
    rig_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_answered_and_closed),
        cmocka_unit_test(large_answers_do_not_block),
        cmocka_unit_test(answers_may_come_later),
        cmocka_unit_test(terminals_come_and_go),
        cmocka_unit_test(terminals_without_descriptors_are_refused),
        cmocka_unit_test(places_are_bounded),
        cmocka_unit_test(other_releases_are_told),
    };
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
