/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/tuidemo_world.h"
#include "tui/keymap.h"
#include "tui/stderr_tap.h"
#include "util/mono.h"

/* The whole screen on streams that are not there, on the terminal it is started in: for looking at
 * and for tests. Prints how it ended on standard output, behind the screen. */

struct demo {
    struct world_settings world;
    struct tui_settings screen;
    struct keymap keymap;
    long times; /* start and end the screen that often first */
};

static int choice(const char *name, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        if (!strcmp(name, names[i])) {
            return i;
        }
    }
    fprintf(stderr, "tuidemo: unknown choice %s\n", name);
    exit(2);
}

static void usage(void)
{
    puts("usage: tuidemo [-n STREAMS] [-p MODE] [-y SYMBOLS] [-c THEME] [-f FPS] [-t new|changed]\n"
         "               [-k ACTION=KEYS] [-l LOG] [-x TIMES] [-s states] [-d detach] [-q still]\n"
         "               [-R record] [-w long names] [-b bars]");
    exit(2);
}

static void remap(struct keymap *k, char *arg)
{
    char *eq = strchr(arg, '=');
    if (!eq) {
        usage();
    }
    *eq = 0;
    if (keymap_remap(k, arg, eq + 1, NULL)) {
        fprintf(stderr, "tuidemo: cannot map %s to %s\n", arg, eq + 1);
        exit(2);
    }
}

static void parse(struct demo *d, int argc, char **argv)
{
    int c;
    while ((c = getopt(argc, argv, "n:p:y:c:f:t:k:l:x:sdqRwb")) != -1) {
        switch (c) {
        case 'n':
            d->world.streams = (size_t)atol(optarg);
            break;
        case 'p':
            d->screen.mode = (enum tui_mode)choice(optarg, tui_mode_names);
            break;
        case 'y':
            d->screen.symbols = (enum tui_symbols)choice(optarg, tui_symbols_names);
            break;
        case 'c':
            d->screen.theme = (enum tui_theme)choice(optarg, tui_theme_names);
            break;
        case 'f':
            d->screen.fps = (unsigned)atoi(optarg);
            break;
        case 't':
            d->world.trust = strcmp(optarg, "changed") ? 1 : 2;
            break;
        case 'k':
            remap(&d->keymap, optarg);
            break;
        case 'l':
            d->world.log = optarg;
            break;
        case 'x':
            d->times = atol(optarg);
            break;
        case 's':
            d->world.states = true;
            break;
        case 'd':
            d->world.detach = true;
            break;
        case 'q':
            d->world.still = true;
            break;
        case 'R':
            d->world.record = true;
            break;
        case 'w':
            d->world.long_names = true;
            break;
        case 'b':
            d->world.bars = true;
            break;
        default:
            usage();
        }
    }
}

static void print_line(void *ctx, const char *text)
{
    world_event(ctx, TUI_WARNING, "%s", text);
}

/* The handlers of an ordinary program: nothing but sigwait. */
static const int signals[] = {SIGINT,  SIGTERM,  SIGHUP,  SIGTSTP,
                              SIGCONT, SIGWINCH, SIGUSR1, SIGUSR2};

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaddset(set, signals[i]);
    }
}

static void suspend(struct tui *t)
{
    tui_suspend(t);
    kill(getpid(), SIGSTOP);
    tui_resume(t);
}

/* True when the signal ends the program. */
static bool on_signal(struct tui *t, int sig)
{
    switch (sig) {
    case SIGWINCH:
        tui_resize(t);
        return false;
    case SIGTSTP:
        suspend(t);
        return false;
    case SIGUSR1: /* crash */
        raise(SIGSEGV);
        return true;
    case SIGUSR2: /* a library that complains */
        fprintf(stderr, "[mjpeg @ 0x55d] \033[31moverread 8\033[0m\n");
        return false;
    default:
        return sig != SIGCONT;
    }
}

static enum tui_end watch(struct world *w, struct tui *t)
{
    enum tui_end how = TUI_END_STOPPED;
    sigset_t set;
    signal_set(&set);
    while (!world_wait_end(w, mono_ns() + 1, &how)) {
        struct timespec tick = {.tv_nsec = 20000000};
        int sig = sigtimedwait(&set, NULL, &tick);
        if (sig > 0 && on_signal(t, sig)) {
            break;
        }
    }
    return how;
}

static int show(struct demo *d, struct world *w, bool briefly, enum tui_end *how, char *error)
{
    struct tui_terminal terminal;
    struct tui_source source = world_source(w);
    struct tui_actions actions = world_actions(w);
    struct tui *t;
    tui_terminal_from_environment(&terminal, STDIN_FILENO, STDOUT_FILENO);
    d->screen.keymap = &d->keymap;
    int err = tui_new(&t, &d->screen, &terminal, &source, &actions, error);
    if (err) {
        return 1;
    }
    if (briefly) {
        world_wait_end(w, mono_ns() + 30 * NS_PER_MS, how);
    } else {
        *how = watch(w, t);
    }
    tui_free(t);
    world_wait_end(w, mono_ns() + 1, how);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const words[] = {"quit", "detached", "gone", "stopped"};
    struct demo d = {.world = {.streams = 4}};
    struct world *w;
    struct stderr_tap tap;
    enum tui_end how = TUI_END_STOPPED;
    char error[TUI_TEXT_MAX] = "";
    sigset_t set;
    setlocale(LC_ALL, "");
    keymap_init(&d.keymap);
    parse(&d, argc, argv);
    signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (world_new(&w, &d.world) || stderr_tap_open(&tap, print_line, w)) {
        fprintf(stderr, "tuidemo: cannot start\n");
        return 1;
    }
    int err = 0;
    for (long i = 0; i < d.times && !err; i++) {
        err = show(&d, w, true, &how, error);
    }
    if (!err) {
        err = show(&d, w, false, &how, error);
    }
    stderr_tap_close(&tap);
    world_free(w);
    printf("tuidemo: %s\n", err ? error : words[how]);
    return err;
}
