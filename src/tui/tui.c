/* SPDX-License-Identifier: MIT */
#include "tui/tui.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tui/output.h"
#include "tui/rescue.h"
#include "tui/screen.h"
#include "tui/session.h"
#include "tui/stage.h"
#include "tui/tty.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"
#include "util/thread.h"

/* The UI thread's life: take the terminal, turn (session.c), and give it back, for as often as it
 * is suspended and resumed. What other threads want of it is said through `want` and the eventfd.
 */

enum want { WANT_RUN, WANT_PARK, WANT_STOP };

struct tui {
    struct session session;
    struct thread thread;
    int wake_fd;
    pthread_mutex_t lock; /* want, parked */
    pthread_cond_t changed;
    enum want want;
    bool parked; /* the terminal is not ours, or no longer */
};

static void poke(const struct tui *t)
{
    uint64_t one = 1;
    ssize_t n = write(t->wake_fd, &one, sizeof one);
    (void)n; /* full: it wakes anyway */
}

static enum want wanted(struct tui *t)
{
    pthread_mutex_lock(&t->lock);
    enum want w = t->want;
    pthread_mutex_unlock(&t->lock);
    return w;
}

static void set_parked(struct tui *t, bool parked)
{
    pthread_mutex_lock(&t->lock);
    t->parked = parked;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static bool keep_running(void *ctx)
{
    return wanted(ctx) == WANT_RUN;
}

/* Waits until the terminal is wanted again; false: it never will be. */
static bool wait_parked(struct tui *t)
{
    pthread_mutex_lock(&t->lock);
    t->parked = true;
    pthread_cond_broadcast(&t->changed);
    while (t->want == WANT_PARK) {
        pthread_cond_wait(&t->changed, &t->lock);
    }
    t->parked = false;
    bool again = t->want == WANT_RUN;
    pthread_mutex_unlock(&t->lock);
    return again;
}

static void run(void *arg)
{
    struct tui *t = arg;
    void *stack = rescue_stack_new();
    char error[TUI_TEXT_MAX];
    enum tui_end end = TUI_END_STOPPED;
    for (;;) {
        if (session_enter(&t->session, error) != 0) {
            end = TUI_END_GONE;
            break;
        }
        end = session_run(&t->session, keep_running, t);
        session_leave(&t->session);
        if (end != TUI_END_STOPPED || !wait_parked(t)) {
            break;
        }
    }
    session_fini(&t->session);
    set_parked(t, true);
    struct tui_actions actions = t->session.ui.actions;
    rescue_stack_free(stack);
    actions.ended(actions.ctx, end);
}

int tui_new(struct tui **out, const struct tui_settings *settings,
            const struct tui_terminal *terminal, const struct tui_source *source,
            const struct tui_actions *actions, char *error)
{
    struct tui *t = mem_zero(1, sizeof *t);
    if (!t) {
        return -ENOMEM;
    }
    error[0] = 0;
    pthread_mutex_init(&t->lock, NULL);
    thread_cond_init(&t->changed);
    t->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = t->wake_fd < 0 ? -errno : 0;
    if (!err) {
        err = session_init(&t->session, settings, terminal, source, actions, t->wake_fd);
    }
    if (!err) {
        err = session_try(&t->session, error); /* here, so that the reason can be told */
    }
    if (!err) {
        err = thread_start(&t->thread, "ui", THREAD_STACK, run, t);
    }
    if (err) {
        if (!error[0]) {
            text_copy(error, TUI_TEXT_MAX, err_str(err));
        }
        session_fini(&t->session);
        tui_free(t);
        return err;
    }
    *out = t;
    return 0;
}

static void want(struct tui *t, enum want w)
{
    pthread_mutex_lock(&t->lock);
    if (t->want != WANT_STOP) {
        t->want = w;
    }
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    poke(t);
}

void tui_free(struct tui *t)
{
    if (!t) {
        return;
    }
    if (t->wake_fd >= 0) {
        want(t, WANT_STOP);
        thread_join(&t->thread);
        close(t->wake_fd);
    }
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    mem_free(t);
}

void tui_resize(struct tui *t)
{
    poke(t); /* the size is asked in every turn that was woken */
}

void tui_suspend(struct tui *t)
{
    want(t, WANT_PARK);
    pthread_mutex_lock(&t->lock);
    while (!t->parked) {
        pthread_cond_wait(&t->changed, &t->lock);
    }
    pthread_mutex_unlock(&t->lock);
}

void tui_resume(struct tui *t)
{
    want(t, WANT_RUN);
}
