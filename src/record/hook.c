/* SPDX-License-Identifier: MIT */
/* HOOK_AT_ONCE workers take segments from one queue; each waits for its own child by a pidfd, so
 * that the stop token can end the waiting. */
#include "record/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/queue.h"
#include "util/stop.h"
#include "util/text.h"
#include "util/thread.h"

enum { VARIABLES = 6, VARIABLE_MAX = 1200 };

extern char **environ;

struct job {
    char variables[VARIABLES][VARIABLE_MAX];
    const char *file; /* into the first of them */
};

struct hook {
    char *command;
    struct queue *jobs;
    struct stop stop;
    struct thread workers[HOOK_AT_ONCE];
};

static void log_failure(const struct hook *h, const struct job *job, const char *how)
{
    const struct log_field fields[] = {LOG_STR("command", h->command), LOG_STR("file", job->file),
                                       LOG_STR("reason", how)};
    log_event(LOG_LEVEL_WARNING, "segment-command-failed", fields, 3,
              _("command %s failed for %s: %s"), h->command, job->file, how);
}

static void log_status(const struct hook *h, const struct job *job, const siginfo_t *info)
{
    char how[64];
    if (info->si_code == CLD_EXITED && info->si_status == 0)
        return;
    if (info->si_code == CLD_EXITED)
        text_format(how, sizeof how, _("exit status %d"), info->si_status);
    else
        text_format(how, sizeof how, _("ended by signal %d"), info->si_status);
    log_failure(h, job, how);
}

static bool is_ours(const char *variable)
{
    return strncmp(variable, "CAMWALL_", strlen("CAMWALL_")) == 0;
}

/* Our environment without CAMWALL_*, and then the job's. The array is the caller's. */
static char **make_environment(struct job *job)
{
    size_t n = 0, used = 0;
    while (environ[n])
        n++;
    char **env = mem_zero(n + VARIABLES + 1, sizeof *env);
    if (!env)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (!is_ours(environ[i]))
            env[used++] = environ[i];
    for (int i = 0; i < VARIABLES; i++)
        env[used++] = job->variables[i];
    return env;
}

/* Our threads block all signals; the command must not inherit that, nor our descriptors. */
static int configure(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *files)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    int rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETSID);
    for (int fd = 0; fd < 3 && rc == 0; fd++)
        rc = posix_spawn_file_actions_addopen(files, fd, "/dev/null", fd ? O_WRONLY : O_RDONLY, 0);
    return rc == 0 ? posix_spawn_file_actions_addclosefrom_np(files, 3) : rc;
}

static int spawn(struct hook *h, struct job *job, pid_t *pid)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    char **env = make_environment(job);
    if (!env)
        return -ENOMEM;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&files);
    char *argv[] = {h->command, NULL};
    int rc = configure(&attributes, &files);
    if (rc == 0)
        rc = posix_spawnp(pid, h->command, &files, &attributes, argv, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    mem_free(env);
    return -rc;
}

/* Until the child ends or everything does. */
static void wait_for(struct hook *h, const struct job *job, pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd polled[2] = {{.fd = fd, .events = POLLIN}, {.fd = h->stop.fd, .events = POLLIN}};
    if (fd >= 0) {
        while (poll(polled, 2, -1) < 0 && errno == EINTR)
            ;
        close(fd);
    }
    siginfo_t info = {0};
    int flags = WEXITED | (fd < 0 || polled[0].revents ? 0 : WNOHANG);
    if (waitid(P_PID, (id_t)pid, &info, flags) == 0 && info.si_pid == pid)
        log_status(h, job, &info);
}

static void run(void *arg)
{
    struct hook *h = arg;
    void *item;
    while (queue_pop(h->jobs, UINT64_MAX, &item) == 0) {
        struct job *job = item;
        pid_t pid;
        int rc = spawn(h, job, &pid);
        if (rc < 0)
            log_failure(h, job, err_str(rc));
        else
            wait_for(h, job, pid);
        mem_free(job);
    }
}

int hook_start(const char *command, struct hook **out)
{
    struct hook *h = mem_zero(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    int rc = stop_init(&h->stop);
    if (rc < 0) {
        mem_free(h);
        return rc;
    }
    h->command = mem_strdup(command);
    rc = h->command ? 0 : -ENOMEM;
    if (rc == 0)
        rc = queue_new(&h->jobs, HOOK_WAITING, SIZE_MAX, QUEUE_DROP_OLDEST, mem_free);
    for (int i = 0; i < HOOK_AT_ONCE && rc == 0; i++)
        rc = thread_start(&h->workers[i], "hook", THREAD_STACK, run, h);
    if (rc < 0) {
        hook_stop(h);
        return rc;
    }
    *out = h;
    return 0;
}

static struct job *make_job(const struct hook_segment *s)
{
    struct job *job = mem_alloc(sizeof *job);
    if (!job)
        return NULL;
    char(*v)[VARIABLE_MAX] = job->variables;
    snprintf(v[0], VARIABLE_MAX, "CAMWALL_FILE=%s", s->file);
    snprintf(v[1], VARIABLE_MAX, "CAMWALL_STREAM=%s", s->stream);
    snprintf(v[2], VARIABLE_MAX, "CAMWALL_START=%s", s->start);
    snprintf(v[3], VARIABLE_MAX, "CAMWALL_SECONDS=%.3f", s->seconds);
    snprintf(v[4], VARIABLE_MAX, "CAMWALL_FRAMES=%llu", (unsigned long long)s->frames);
    snprintf(v[5], VARIABLE_MAX, "CAMWALL_BYTES=%llu", (unsigned long long)s->bytes);
    job->file = v[0] + strlen("CAMWALL_FILE=");
    return job;
}

void hook_submit(struct hook *h, const struct hook_segment *s)
{
    if (!h)
        return;
    struct job *job = make_job(s);
    if (!job || queue_push(h->jobs, job, 1) == 1)
        log_warning(_("command %s falls behind; a segment is given up"), h->command);
}

void hook_stop(struct hook *h)
{
    if (!h)
        return;
    stop_raise(&h->stop);
    if (h->jobs)
        queue_close(h->jobs);
    for (int i = 0; i < HOOK_AT_ONCE; i++)
        thread_join(&h->workers[i]);
    if (h->jobs)
        queue_free(h->jobs);
    stop_fini(&h->stop);
    mem_free(h->command);
    mem_free(h);
}
