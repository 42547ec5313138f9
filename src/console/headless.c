/* SPDX-License-Identifier: MIT */
#include "console/headless.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "console/stats.h"
#include "util/err.h"
#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

#define TICK_NS NS_PER_S

enum run_end { RUN_GOES_ON, RUN_SIGNALLED, RUN_ELAPSED };

struct headless {
    const struct settings *set;
    struct wall *wall;
    struct app *app; /* NULL: never a screen */
    int signal_fd;
    struct stats stats;
    struct wall_view view;
    bool summary;
    uint64_t start_ns, tick_ns;
};

int headless_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGTSTP);
    sigaddset(&set, SIGCONT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Everything stops, as people expect of the key; what is on the screen is put aside meanwhile. */
static void suspend(struct headless *h)
{
    if (h->app)
        app_suspend(h->app);
    raise(SIGSTOP);
    if (h->app)
        app_resume(h->app);
}

static void reopen_log(void)
{
    int err = log_reopen();

    if (err < 0)
        log_error(_("cannot reopen the log: %s"), err_str(err));
}

static enum run_end take_signal(struct headless *h, unsigned number)
{
    switch (number) {
    case SIGHUP:
        reopen_log();
        return RUN_GOES_ON;
    case SIGWINCH:
        if (h->app)
            app_resize(h->app);
        return RUN_GOES_ON;
    case SIGTSTP:
        suspend(h);
        return RUN_GOES_ON;
    case SIGCONT:
        return RUN_GOES_ON;
    default:
        return RUN_SIGNALLED;
    }
}

static enum run_end take_signals(struct headless *h)
{
    struct signalfd_siginfo info;
    enum run_end end = RUN_GOES_ON;

    while (read(h->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        enum run_end e = take_signal(h, info.ssi_signo);
        end = e == RUN_GOES_ON ? end : e;
    }
    return end;
}

static bool records(const struct headless *h)
{
    for (size_t i = 0; i < h->view.n; i++)
        if (h->view.row[i].recording)
            return true;
    return false;
}

/* A terminal that went away ends the program, unless something records: then it goes on. */
static enum run_end take_screen(struct headless *h)
{
    enum tui_end how;

    if (!h->app || !app_ended(h->app, &how))
        return RUN_GOES_ON;
    if (how != TUI_END_GONE || !records(h))
        return RUN_SIGNALLED;
    log_warning("%s", _("the terminal went away; recording goes on without a screen"));
    return RUN_GOES_ON;
}

/* When the first frame was received, with recordings: recorded; 0: not yet. */
static uint64_t first_frame_ns(const struct headless *h)
{
    bool records = settings_records(h->set);
    uint64_t first = 0;

    for (size_t i = 0; i < h->view.n; i++) {
        const struct wall_row *row = &h->view.row[i];
        uint64_t at = records ? row->first_recorded_ns : row->rx.first_frame_ns;
        if (at && (!first || at < first))
            first = at;
    }
    return first;
}

static uint64_t end_ns(const struct headless *h)
{
    if (!h->set->duration_ms)
        return UINT64_MAX;
    uint64_t first = first_frame_ns(h);
    return (first ? first : h->start_ns) + h->set->duration_ms * NS_PER_MS;
}

static void report(struct headless *h)
{
    char line[STATS_SUMMARY];

    stats_write(&h->stats, &h->view, wall_us());
    if (!h->summary)
        return;
    stats_summary(&h->view, line);
    fprintf(stderr, "%s\n", line);
}

static void wait_until(struct headless *h, uint64_t deadline_ns)
{
    struct pollfd p[] = {{.fd = h->signal_fd, .events = POLLIN},
                         {.fd = wall_fd(h->wall), .events = POLLIN},
                         {.fd = h->app ? app_fd(h->app) : -1, .events = POLLIN}};
    uint64_t now = mono_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
    struct timespec t = {.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};

    ppoll(p, 3, &t, NULL);
}

static enum run_end step(struct headless *h)
{
    wall_tend(h->wall);
    if (wall_snapshot(h->wall, &h->view) < 0)
        log_error(_("out of memory for a snapshot of the wall"));
    uint64_t now = mono_ns(), end = end_ns(h);
    if (now >= end)
        return RUN_ELAPSED;
    if (now >= h->tick_ns) {
        report(h);
        /* A tick that comes late is one tick, not several. */
        h->tick_ns += TICK_NS * ((now - h->tick_ns) / TICK_NS + 1);
    }
    wait_until(h, end < h->tick_ns ? end : h->tick_ns);
    enum run_end signalled = take_signals(h), screen = take_screen(h);
    return signalled == RUN_GOES_ON ? screen : signalled;
}

static void say_failed(const struct wall_row *row)
{
    if (row->recorder_failed)
        log_error(_("%s: recording failed: %s"), row->name, row->rec.error);
    else
        log_error(_("%s was never live; at the end: %s%s%s"), row->name,
                  receiver_state_name(row->rx.state), row->rx.why[0] ? ": " : "", row->rx.why);
}

/* With --duration every stream has to have been live; a recording may not have failed ever. */
static int judge(const struct headless *h, enum run_end end)
{
    int status = 0;

    for (size_t i = 0; i < h->view.n; i++) {
        const struct wall_row *row = &h->view.row[i];
        bool never_live = end == RUN_ELAPSED && !row->rx.first_frame_ns;
        if (!never_live && !row->recorder_failed)
            continue;
        say_failed(row);
        status = 1;
    }
    return status;
}

int headless_run(const struct settings *s, struct wall *w, struct app *app, int signal_fd)
{
    struct headless h = {
        .set = s,
        .wall = w,
        .app = app,
        .signal_fd = signal_fd,
        .summary = !app && (s->summary || isatty(STDERR_FILENO)),
        .start_ns = mono_ns(),
    };
    enum run_end end = RUN_GOES_ON;

    h.tick_ns = h.start_ns + TICK_NS;
    int err = stats_open(&h.stats, s->stats);
    if (err < 0) {
        log_error(_("cannot write %s: %s"), s->stats, err_str(err));
        return 1;
    }
    while (end == RUN_GOES_ON)
        end = step(&h);
    if (app)
        app_hide(app);
    wall_stop(w);
    if (wall_snapshot(w, &h.view) == 0)
        report(&h);
    int status = judge(&h, end);
    stats_close(&h.stats);
    wall_view_fini(&h.view);
    return status;
}
