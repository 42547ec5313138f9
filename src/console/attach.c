/* SPDX-License-Identifier: MIT */
/* Signals are read from a descriptor. The wall takes and gives back the terminal itself; this
 * process makes sure of it at the end. */
#include "console/attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/complain.h"
#include "console/control_peer.h"
#include "console/ctl.h"
#include "console/lend.h"
#include "tui/tui.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum { RESUMES_MOST = 100 };
#define GIVE_BACK_NS (2 * NS_PER_S) /* most that a wall may take to give the terminal back */

struct attach {
    struct control_peer peer;
    struct lend lend;
    int signal_fd;
    pid_t child;         /* the wall that we started; 0: somebody else's */
    bool shown;          /* the wall has the terminal */
    bool left;           /* we asked for it back */
    bool over;           /* the end was told */
    uint64_t give_up_ns; /* mono_ns(): then it is over anyhow */
    int status;
};

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};

static int take_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

static int lend_terminal(struct attach *a)
{
    struct control_msg m = {.kind = CONTROL_ATTACH};
    const int fd[2] = {STDIN_FILENO, STDOUT_FILENO};
    struct tui_terminal t;

    tui_terminal_from_environment(&t, fd[0], fd[1]);
    text_copy(m.terminal.term, sizeof(m.terminal.term), t.term);
    text_copy(m.terminal.charset, sizeof(m.terminal.charset), t.charset);
    text_copy(m.terminal.colorterm, sizeof(m.terminal.colorterm), t.colorterm);
    m.terminal.no_color = t.no_color;
    m.terminal.inside_tmux = t.inside_tmux;
    return control_peer_send(&a->peer, &m, fd, 2);
}

static void leave(struct attach *a, enum control_leave how)
{
    a->over = a->left; /* asked twice: do not wait any longer */
    a->left = true;
    if (how != LEAVE_QUIT) /* that may have many files to finish */
        a->give_up_ns = mono_ns() + GIVE_BACK_NS;
    control_peer_send(&a->peer, &(struct control_msg){.kind = CONTROL_LEAVE, .leave = how}, NULL,
                      0);
}

static void end_lending(struct attach *a)
{
    if (a->shown)
        lend_end(&a->lend);
    a->shown = false;
}

static void on_end(struct attach *a, const struct control_msg *m)
{
    a->over = true;
    a->status = m->end == END_REFUSED ? 1 : m->end == END_ENDED ? m->status : 0;
    end_lending(a);
    if (m->text_len > 0)
        fprintf(stderr, "camwall: %.*s\n", (int)m->text_len, m->text);
}

static void on_message(struct attach *a, const struct control_msg *m)
{
    switch (m->kind) {
    case CONTROL_SHOWN:
        a->shown = true;
        break;
    case CONTROL_END:
        on_end(a, m);
        break;
    case CONTROL_TOO_OLD:
        a->status = ctl_complain_release(m->text, m->text_len);
        a->over = true;
        break;
    default: /* a SUSPENDED that nobody waits for */
        break;
    }
}

/* The exit status of the wall that we started; it has just closed its end. */
static int child_status(const struct attach *a)
{
    int how;

    while (waitpid(a->child, &how, 0) < 0)
        if (errno != EINTR)
            return 1;
    if (WIFEXITED(how))
        return WEXITSTATUS(how);
    fprintf(stderr, _("camwall: the wall was ended by signal %d (%s)\n"), WTERMSIG(how),
            strsignal(WTERMSIG(how)));
    return 1;
}

/* The wall went without a word. */
static void on_death(struct attach *a)
{
    a->over = true;
    end_lending(a);
    a->status = a->child ? child_status(a) : 1;
    if (!a->child)
        complain(_("the wall died"), "");
}

/* Takes every message that is there, waiting for the first until the deadline. */
static void take_messages(struct attach *a, uint64_t deadline_ns, enum control_kind until)
{
    struct control_msg m;

    while (!a->over) {
        int err = control_peer_next(&a->peer, deadline_ns, &m);
        if (err == -EAGAIN)
            return;
        if (err < 0) {
            on_death(a);
            return;
        }
        on_message(a, &m);
        if (m.kind == until)
            return;
    }
}

static void raise_now(int number)
{
    sigset_t one, pending;

    sigemptyset(&one);
    sigaddset(&one, number);
    raise(number);
    sigprocmask(SIG_UNBLOCK, &one, NULL); /* here it stops; SIGCONT brings it back */
    sigprocmask(SIG_BLOCK, &one, NULL);
    sigemptyset(&pending);
    sigaddset(&pending, SIGCONT);
    sigtimedwait(&pending, NULL, &(struct timespec){0}); /* that one is known */
}

/* Ctrl-Z. Continued in the background it stops again: the terminal is somebody else's. */
static void suspend(struct attach *a)
{
    control_peer_say(&a->peer, CONTROL_SUSPEND);
    take_messages(a, mono_ns() + GIVE_BACK_NS, CONTROL_SUSPENDED);
    if (a->over)
        return;
    for (unsigned i = 0; i < RESUMES_MOST; i++) {
        raise_now(SIGTSTP);
        if (lend_foreground()) {
            control_peer_say(&a->peer, CONTROL_RESUME);
            return;
        }
    }
    leave(a, LEAVE_DETACH); /* nobody is there who could stop us or bring us to the foreground */
}

/* Something stopped us unasked, and the shell has had the terminal: draw everything anew. */
static void resume(struct attach *a)
{
    control_peer_say(&a->peer, CONTROL_SUSPEND);
    control_peer_say(&a->peer, CONTROL_RESUME);
}

static void on_signal(struct attach *a, unsigned number)
{
    switch (number) {
    case SIGWINCH:
        control_peer_say(&a->peer, CONTROL_RESIZE);
        break;
    case SIGTSTP:
        suspend(a);
        break;
    case SIGCONT:
        resume(a);
        break;
    case SIGHUP:
        leave(a, LEAVE_HANG_UP);
        break;
    default:
        leave(a, a->child ? LEAVE_QUIT : LEAVE_DETACH);
        break;
    }
}

static void wait_for_end(struct attach *a)
{
    struct signalfd_siginfo info;

    while (!a->over) {
        struct pollfd p[] = {{.fd = a->peer.fd, .events = POLLIN},
                             {.fd = a->signal_fd, .events = POLLIN}};
        uint64_t now = mono_ns(), left = a->give_up_ns > now ? a->give_up_ns - now : 0;
        poll(p, 2, a->give_up_ns == UINT64_MAX ? -1 : (int)(left / NS_PER_MS) + 1);
        a->over |= mono_ns() >= a->give_up_ns;
        while (!a->over && read(a->signal_fd, &info, sizeof(info)) == sizeof(info))
            on_signal(a, info.ssi_signo);
        take_messages(a, 0, CONTROL_END);
    }
}

static int attach_run(int fd, pid_t child)
{
    struct attach a = {.child = child, .signal_fd = take_signals(), .give_up_ns = UINT64_MAX};
    int err = a.signal_fd < 0 ? a.signal_fd : lend_begin(&a.lend);

    control_peer_init(&a.peer, fd);
    if (err == 0)
        err = lend_terminal(&a);
    if (err == 0)
        wait_for_end(&a);
    else if (err == -EPIPE)
        on_death(&a);
    else
        complain(_("cannot lend this terminal"), err_str(err));
    end_lending(&a); /* it did not answer */
    control_peer_fini(&a.peer);
    if (a.signal_fd >= 0)
        close(a.signal_fd);
    return err < 0 && a.status == 0 ? 1 : a.status;
}

int attach_to_child(int fd, pid_t wall)
{
    return attach_run(fd, wall);
}

int attach_main(const struct settings *s)
{
    const char *name = s->words > 0 ? s->word[0] : s->name;

    if (!lend_possible())
        return complain(_("--attach needs a terminal for standard input and output"), "");
    int fd = ctl_connect(s, name);
    return fd < 0 ? 1 : attach_run(fd, 0);
}
