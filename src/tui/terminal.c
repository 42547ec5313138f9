/* SPDX-License-Identifier: MIT */
#include "tui/terminal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tui/caps.h"
#include "tui/screen.h"
#include "tui/tty.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum { FACTS = 32, WRITE_MS = 500 };

/* A fact and the mode that was best once it was known. */
struct fact {
    char text[160];
    enum tui_mode mode;
};

struct asking {
    struct tty tty;
    struct screen screen;
    struct charset charset;
    struct input input;
    struct caps caps;
    struct fact fact[FACTS];
    unsigned facts;
};

static void add_fact(struct asking *a, const char *text)
{
    if (a->facts < FACTS) {
        struct fact *f = &a->fact[a->facts++];
        text_copy(f->text, sizeof f->text, text);
        f->mode = caps_mode(&a->caps, TUI_MODE_AUTO);
    }
}

static void add_environment(struct asking *a, const struct tui_terminal *t)
{
    char text[160];
    text_format(text, sizeof text, _("TERM is %s: %d colours"), t->term, a->screen.colors);
    add_fact(a, text);
    text_format(text, sizeof text, _("COLORTERM is %s"), t->colorterm[0] ? t->colorterm : "-");
    add_fact(a, text);
    text_format(text, sizeof text, _("character set is %s"), t->charset);
    add_fact(a, text);
    if (a->caps.cell_w) {
        text_format(text, sizeof text, _("the device has cells of %u x %u pixels"), a->caps.cell_w,
                    a->caps.cell_h);
        add_fact(a, text);
    }
    if (t->no_color) {
        add_fact(a, _("NO_COLOR is set"));
    }
    if (t->inside_tmux) {
        add_fact(a, _("inside tmux: fewer bytes a second"));
    }
    if (a->caps.multiplexer) {
        add_fact(a, _("in a multiplexer: no kitty, no iterm2"));
    }
}

static void tell_sixel(const struct input_event *e, char *text, size_t cap)
{
    if (e->arg[1] != 0) {
        text_format(text, cap, _("sixel: question %d not answered"), e->arg[0]);
    } else if (e->arg[0] == 1) {
        text_format(text, cap, _("sixel: %d colours"), e->arg[2]);
    } else {
        text_format(text, cap, _("sixel: at most %d x %d pixels"), e->arg[2], e->arg[3]);
    }
}

static void on_report(struct asking *a, const struct input_event *e)
{
    char text[160] = "";
    caps_on_report(&a->caps, e);
    switch (e->report) {
    case REPORT_VERSION:
        text_format(text, sizeof text, _("it calls itself %s"), a->caps.version);
        break;
    case REPORT_CURSOR:
        text_copy(text, sizeof text,
                  a->caps.wide_lines ? _("lines and blocks take two columns")
                                     : _("lines and blocks take one column"));
        break;
    case REPORT_CELL_SIZE:
        text_format(text, sizeof text, _("a cell is %d x %d pixels"), e->arg[2], e->arg[1]);
        break;
    case REPORT_AREA_SIZE:
        text_format(text, sizeof text, _("the screen is %d x %d pixels"), e->arg[2], e->arg[1]);
        break;
    case REPORT_SIXEL:
        tell_sixel(e, text, sizeof text);
        break;
    case REPORT_GRAPHICS:
        text_copy(text, sizeof text, a->caps.kitty ? _("kitty graphics") : _("no kitty graphics"));
        break;
    case REPORT_MODE:
        text_copy(text, sizeof text,
                  a->caps.synchronized_output ? _("synchronized updates")
                                              : _("no synchronized updates"));
        break;
    case REPORT_DEVICE:
        text_copy(text, sizeof text,
                  a->caps.sixel ? _("it answers: sixel") : _("it answers: no sixel"));
        break;
    case REPORT_STATUS:
        return;
    }
    add_fact(a, text);
}

static void wait_answers(struct asking *a, unsigned timeout_ms)
{
    uint64_t end = mono_ns() + timeout_ms * NS_PER_MS, now;
    struct input_event e;
    uint8_t buf[256];
    input_answers_until(&a->input, end);
    while (!a->caps.answered && (now = mono_ns()) < end) {
        struct pollfd p = {.fd = a->tty.in, .events = POLLIN};
        if (poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) <= 0) {
            continue;
        }
        ssize_t n = read(a->tty.in, buf, sizeof buf);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            return;
        }
        for (size_t at = 0; n > 0 && at < (size_t)n;) {
            at += input_feed(&a->input, buf + at, (size_t)n - at, mono_ns());
            while (input_next(&a->input, mono_ns(), &e)) {
                if (e.kind == INPUT_REPORT) {
                    on_report(a, &e);
                }
            }
        }
    }
}

/* On the other screen, where what a terminal prints of a question is not seen. */
static void ask(struct asking *a, const struct tui_terminal *t, unsigned timeout_ms)
{
    struct bytes questions = {0};
    bytes_text(&questions, a->screen.begin);
    caps_ask(&a->caps, t->term, &questions);
    tty_write_bounded(&a->tty, questions.at, questions.len, WRITE_MS);
    bytes_fini(&questions);
    wait_answers(a, timeout_ms);
    tty_write_bounded(&a->tty, a->screen.leave, strlen(a->screen.leave), WRITE_MS);
}

static void print(const struct asking *a, FILE *to)
{
    for (unsigned i = 0; i < a->facts; i++) {
        fprintf(to, "%-44s %s\n", a->fact[i].text, tui_mode_names[a->fact[i].mode]);
    }
    if (!a->caps.answered) {
        fprintf(to, "%s\n", _("it has not answered"));
    }
    fprintf(to, _("pictures: %s\n"), tui_mode_names[caps_mode(&a->caps, TUI_MODE_AUTO)]);
}

int terminal_report(const struct tui_terminal *t, unsigned timeout_ms, FILE *to, char *error)
{
    struct asking a = {0};
    struct tty_size size = {80, 24, 0, 0};
    int err = tty_open(&a.tty, t->in, t->out);
    if (err) {
        text_format(error, TUI_TEXT_MAX, _("no terminal: %s"), err_str(err));
        return err;
    }
    tty_size(&a.tty, &size);
    err = screen_open(&a.screen, t->term, a.tty.in, size.cols, size.rows, error, TUI_TEXT_MAX);
    if (!err) {
        charset_init(&a.charset, t->charset);
        input_init(&a.input, &a.charset);
        caps_init(&a.caps, t, t->charset, a.screen.colors);
        caps_on_size(&a.caps, &size);
        add_environment(&a, t);
        err = tty_raw(&a.tty);
        if (!err) {
            ask(&a, t, timeout_ms);
            tty_restore(&a.tty);
            print(&a, to);
        } else {
            text_format(error, TUI_TEXT_MAX, _("no terminal: %s"), err_str(err));
        }
        screen_close(&a.screen);
    }
    tty_close(&a.tty);
    return err;
}
