/* SPDX-License-Identifier: MIT */
#include "console/mainloop.h"

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

enum run_end { RUN_GOES_ON, RUN_ASKED, RUN_ELAPSED };

struct mainloop {
    const struct settings *set;
    struct wall *wall;
    struct host *host;
    int signal_fd;
    struct stats stats;
    struct wall_view view;
    bool summary;
    uint64_t start_ns, tick_ns;
};

int mainloop_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTSTP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

/* Everything stops, as people expect of the key; an attached screen is put aside meanwhile. */
static void suspend(struct mainloop *h)
{
    host_suspend(h->host);
    raise(SIGSTOP);
    host_resume(h->host);
}

static void reopen_log(void)
{
    int err = log_reopen();

    if (err < 0)
        log_error(_("cannot reopen the log: %s"), err_str(err));
}

static enum run_end take_signal(struct mainloop *h, unsigned number)
{
    switch (number) {
    case SIGHUP:
        reopen_log();
        return RUN_GOES_ON;
    case SIGTSTP:
        suspend(h);
        return RUN_GOES_ON;
    default:
        return RUN_ASKED;
    }
}

static enum run_end take_signals(struct mainloop *h)
{
    struct signalfd_siginfo info;
    enum run_end end = RUN_GOES_ON;

    while (read(h->signal_fd, &info, sizeof(info)) == sizeof(info)) {
        enum run_end e = take_signal(h, info.ssi_signo);
        end = e == RUN_GOES_ON ? end : e;
    }
    return end;
}

/* When the first frame was received, with recordings: recorded; 0: not yet. */
static uint64_t first_frame_ns(const struct mainloop *h)
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

static uint64_t end_ns(const struct mainloop *h)
{
    if (!h->set->duration_ms)
        return UINT64_MAX;
    uint64_t first = first_frame_ns(h);
    return (first ? first : h->start_ns) + h->set->duration_ms * NS_PER_MS;
}

static void report(struct mainloop *h)
{
    char line[STATS_SUMMARY];

    stats_write(&h->stats, &h->view, wall_us());
    if (!h->summary)
        return;
    stats_summary(&h->view, line);
    fprintf(stderr, "%s\n", line);
}

static void wait_until(struct mainloop *h, uint64_t deadline_ns)
{
    struct pollfd p[] = {{.fd = h->signal_fd, .events = POLLIN},
                         {.fd = wall_fd(h->wall), .events = POLLIN},
                         {.fd = host_control_fd(h->host), .events = POLLIN},
                         {.fd = host_screen_fd(h->host), .events = POLLIN}};
    uint64_t now = mono_ns();
    uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
    struct timespec t = {.tv_sec = (time_t)(left / NS_PER_S), .tv_nsec = (long)(left % NS_PER_S)};

    ppoll(p, sizeof(p) / sizeof(p[0]), &t, NULL);
}

static enum run_end step(struct mainloop *h)
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
    enum run_end signalled = take_signals(h);
    return host_tend(h->host, &h->view) ? signalled : RUN_ASKED;
}

static void say_failed(const struct wall_row *row, char *why, size_t cap)
{
    if (row->recorder_failed)
        text_format(why, cap, _("%s: recording failed: %s"), row->name, row->rec.error);
    else
        text_format(why, cap, _("%s was never live; at the end: %s%s%s"), row->name,
                    receiver_state_name(row->rx.state), row->rx.why[0] ? ": " : "", row->rx.why);
    log_error("%s", why);
}

/* With --duration every stream has to have been live; a recording may not have failed ever. */
static void judge(const struct mainloop *h, enum run_end end, struct mainloop_end *out)
{
    for (size_t i = 0; i < h->view.n; i++) {
        const struct wall_row *row = &h->view.row[i];
        bool never_live = end == RUN_ELAPSED && !row->rx.first_frame_ns;
        if (!never_live && !row->recorder_failed)
            continue;
        say_failed(row, out->why, sizeof(out->why));
        out->status = 1;
    }
}

/* Pictures that are still on their way to a recording are waited for, unless a second signal says
 * that there is no time for it. */
static void finish(struct mainloop *h)
{
    wall_finish(h->wall, false);
    while (!wall_is_over(h->wall)) {
        struct pollfd p[] = {{.fd = h->signal_fd, .events = POLLIN},
                             {.fd = wall_fd(h->wall), .events = POLLIN}};
        poll(p, sizeof(p) / sizeof(p[0]), -1);
        if (take_signals(h) == RUN_ASKED)
            wall_finish(h->wall, true);
        wall_tend(h->wall);
    }
    wall_stop(h->wall);
}

static void run(struct mainloop *h, struct mainloop_end *out)
{
    enum run_end end = RUN_GOES_ON;

    while (end == RUN_GOES_ON)
        end = step(h);
    host_hide(h->host);
    finish(h);
    if (wall_snapshot(h->wall, &h->view) == 0)
        report(h);
    out->status = host_status(h->host);
    judge(h, end, out);
}

void mainloop(const struct settings *s, struct wall *w, struct host *host, int signal_fd,
              struct mainloop_end *out)
{
    struct mainloop h = {
        .set = s,
        .wall = w,
        .host = host,
        .signal_fd = signal_fd,
        .summary = s->headless && (s->summary || isatty(STDERR_FILENO)),
        .start_ns = mono_ns(),
    };

    h.tick_ns = h.start_ns + TICK_NS;
    *out = (struct mainloop_end){.status = 1};
    int err = stats_open(&h.stats, s->stats);
    if (err < 0) {
        text_format(out->why, sizeof(out->why), _("cannot write %s: %s"), s->stats, err_str(err));
        log_error("%s", out->why);
        return;
    }
    run(&h, out);
    stats_close(&h.stats);
    wall_view_fini(&h.view);
}
