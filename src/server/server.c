/* SPDX-License-Identifier: MIT */
#include "server/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/admission.h"
#include "server/camera.h"
#include "server/listener.h"
#include "server/watchfile.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/log.h"
#include "util/text.h"

struct server {
    const struct keys *keys;
    int argc;
    char **argv;
    struct camera *cameras[SETTINGS_CAMERAS];
    unsigned n_cameras;
    struct admission admission;
    struct listener *listener;
    struct watchfile watch; /* the list of authorized clients */
    int signal_fd;
    bool stopping;
};

static void warn_open(const struct server_settings *s)
{
    bool loopback = true;
    for (unsigned i = 0; i < s->n_listen; i++)
        loopback = loopback && addr_is_loopback(&s->listen[i].addr);
    if (s->open && !loopback)
        log_warning("%s", _("--open: anybody who reaches this machine may watch"));
    if (s->n_legacy > 0)
        log_warning("%s", _("--legacy: those networks may watch the first camera, unencrypted"));
}

static void judge(struct server *v)
{
    admission_reload(&v->admission);
    listener_judge(v->listener);
    log_info("%s", _("the list of authorized clients was read again"));
}

/* Cameras and addresses stay as they are: nobody is dropped. The rest of the file counts anew. */
static void reload(struct server *v)
{
    char error[OPTIONS_ERROR_MAX] = "";
    struct server_settings *s = mem_alloc(sizeof *s);
    int rc = log_reopen();
    if (rc != 0)
        log_error(_("the log cannot be opened again: %s"), err_str(rc));
    if (!s)
        return;
    if (settings_load(s, v->argc, v->argv, error) != 0) {
        log_error(_("the configuration stays as it was: %s"), error);
    } else {
        admission_configure(&v->admission, s);
        listener_configure(v->listener, s);
        listener_judge(v->listener);
        watchfile_set(&v->watch, s->authorized_path);
        log_info("%s", _("configuration read again; cameras and addresses as before"));
    }
    settings_free(s);
    mem_free(s);
}

static void take_signals(struct server *v)
{
    struct signalfd_siginfo info;
    while (read(v->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            reload(v);
        else
            v->stopping = true;
    }
}

static void loop(struct server *v)
{
    while (!v->stopping) {
        struct pollfd p[] = {
            {.fd = v->signal_fd, .events = POLLIN},
            {.fd = v->watch.fd, .events = POLLIN},
        };
        if (poll(p, 2, -1) < 0 && errno != EINTR)
            break;
        if (p[0].revents)
            take_signals(v);
        if (p[1].revents && watchfile_changed(&v->watch))
            judge(v);
    }
}

static int open_signals(struct server *v)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    v->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return v->signal_fd < 0 ? -errno : 0;
}

static int start_cameras(struct server *v, const struct server_settings *s)
{
    for (unsigned i = 0; i < s->n_cameras; i++) {
        int rc = camera_start(&s->cameras[i], s->always, &v->cameras[i]);
        if (rc != 0) {
            log_error(_("camera %s: %s"), s->cameras[i].source.name, err_str(rc));
            return rc;
        }
        v->n_cameras++;
    }
    return 0;
}

static int start(struct server *v, const struct server_settings *s)
{
    int rc = open_signals(v);
    if (rc != 0)
        return rc;
    warn_open(s);
    admission_configure(&v->admission, s);
    rc = watchfile_open(&v->watch, s->authorized_path);
    if (rc != 0)
        log_warning(_("%s is not watched for changes: %s"), s->authorized_path, err_str(rc));
    rc = start_cameras(v, s);
    if (rc != 0)
        return rc;
    rc = listener_start(s, v->keys, &v->admission, v->cameras, v->n_cameras, &v->listener);
    if (rc == 0)
        log_info(_("camwalld %s is up with key %s"), PACKAGE_VERSION, keys_fingerprint(v->keys));
    return rc;
}

static void stop(struct server *v)
{
    for (unsigned i = 0; i < v->n_cameras; i++)
        camera_ask_stop(v->cameras[i]);
    listener_stop(v->listener);
    for (unsigned i = 0; i < v->n_cameras; i++)
        camera_stop(v->cameras[i]);
    watchfile_close(&v->watch);
    if (v->signal_fd >= 0)
        close(v->signal_fd);
    admission_fini(&v->admission);
}

int server_run(const struct server_settings *settings, const struct keys *keys, int argc,
               char **argv)
{
    struct server v = {.keys = keys, .argc = argc, .argv = argv, .signal_fd = -1, .watch.fd = -1};
    int rc = admission_init(&v.admission);
    if (rc != 0)
        return rc;
    rc = start(&v, settings);
    if (rc == 0) {
        loop(&v);
        log_info("%s", _("camwalld stops"));
    }
    stop(&v);
    return rc;
}
