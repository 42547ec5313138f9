/* SPDX-License-Identifier: MIT */
#include "tui/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "tui/rescue.h"
#include "util/err.h"
#include "util/mono.h"
#include "util/text.h"

enum {
    UPDATE_MS = 200,    /* figures and clocks */
    SHARED_CHUNK = 256, /* see tty.h */
    SIZE_MOST = 1000,   /* cells either way; larger claims are cut */
    ANSWERS_MS = 10000, /* how long answers of the terminal may take */
    /* A multiplexer answers for itself, whatever link is behind it. */
    MULTIPLEXER_BYTES_PER_SECOND = 200 * 1000,
};

int session_init(struct session *s, const struct tui_settings *settings,
                 const struct tui_terminal *terminal, const struct tui_source *source,
                 const struct tui_actions *actions, int wake_fd)
{
    memset(s, 0, sizeof *s);
    s->terminal = *terminal;
    s->wake_fd = wake_fd;
    s->tty = (struct tty){.in = -1, .out = -1};
    int err = ui_init(&s->ui, settings, source, actions);
    if (!err) {
        err = stage_init(&s->stage, &s->ui, wake_fd);
    }
    s->initialized = true;
    return err;
}

void session_fini(struct session *s)
{
    if (s->initialized) {
        stage_fini(&s->stage);
        ui_fini(&s->ui);
        output_fini(&s->output);
        s->initialized = false;
    }
}

static struct tty_size size_now(const struct session *s)
{
    struct tty_size size = {s->terminal.cols, s->terminal.rows, 0, 0};
    if (!tty_size(&s->tty, &size) && (!size.cols || !size.rows)) {
        size = (struct tty_size){80, 24, 0, 0};
    }
    size.cols = size.cols > SIZE_MOST ? SIZE_MOST : size.cols;
    size.rows = size.rows > SIZE_MOST ? SIZE_MOST : size.rows;
    return size;
}

/* Curses' first bytes switch to the other screen; the questions come right behind that, so that
 * what a terminal prints of them is drawn over. */
static void first_bytes(struct session *s)
{
    struct bytes curses = {0}, *to = &s->output.text;
    size_t enter = strlen(s->screen.begin), at = 0;
    screen_flush(&s->screen, &s->charset, &curses);
    void *found = enter ? memmem(curses.at, curses.len, s->screen.begin, enter) : NULL;
    if (found) {
        at = (size_t)((uint8_t *)found - curses.at) + enter;
    }
    bytes_add(to, curses.at, at);
    caps_ask(&s->ui.caps, s->terminal.term, to);
    bytes_add(to, curses.at + at, curses.len - at);
    bytes_text(to, s->screen.enter);
    bytes_fini(&curses);
}

/* Kitty's pictures outlive the cells they are on. */
static void follow_mode(struct session *s)
{
    if (s->ui.mode_now == TUI_MODE_KITTY && !s->screen.images) {
        screen_keeps_images(&s->screen);
        rescue_bytes(s->screen.leave, strlen(s->screen.leave));
    }
}

static void set_up(struct session *s, const struct tty_size *size)
{
    struct ui *ui = &s->ui;
    const struct output_pictures pictures = {&s->stage, stage_slice};
    output_fini(&s->output);
    output_init(&s->output, s->tty.out, &pictures,
                s->terminal.inside_tmux ? MULTIPLEXER_BYTES_PER_SECOND : 0);
    s->output.chunk = s->tty.shared ? SHARED_CHUNK : 0;
    caps_init(&ui->caps, &s->terminal, s->terminal.charset, s->screen.colors);
    caps_on_size(&ui->caps, size);
    ui->caps.insisted = ui->settings.mode;
    input_init(&s->input, &s->charset);
    input_answers_until(&s->input, mono_ns() + ANSWERS_MS * NS_PER_MS);
    screen_keys(&s->screen, &s->input);
    theme_set(ui->settings.theme, ui->caps.no_color ? 0 : s->screen.colors);
    ui_set_mode(ui);
    s->entered = s->everything = true;
    s->draw = false;
    follow_mode(s);
    ui_update(ui, mono_us(), wall_us());
    ui_draw(ui, s->screen.cols, s->screen.rows);
    first_bytes(s);
    if (ui->caps.answered) { /* not even asked */
        flow_set_mode(&s->output.flow, FLOW_SILENT);
    }
    stage_follow(&s->stage, true, &s->output.text);
    s->next_update_ns = s->next_picture_ns = 0;
    s->answers_until_ns = mono_ns() + ANSWERS_MS * NS_PER_MS;
}

static int open_terminal(struct session *s, struct tty_size *size, char *error)
{
    int err = tty_open(&s->tty, s->terminal.in, s->terminal.out);
    if (err) {
        text_format(error, TUI_TEXT_MAX, _("no terminal: %s"), err_str(err));
        return err;
    }
    *size = size_now(s);
    charset_init(&s->charset, s->terminal.charset);
    err = screen_open(&s->screen, s->terminal.term, s->tty.in, size->cols, size->rows, error,
                      TUI_TEXT_MAX);
    if (err) {
        tty_close(&s->tty);
    }
    return err;
}

int session_try(struct session *s, char *error)
{
    struct tty_size size;
    int err = open_terminal(s, &size, error);
    if (!err) {
        screen_close(&s->screen);
        tty_close(&s->tty);
    }
    return err;
}

int session_enter(struct session *s, char *error)
{
    struct tty_size size;
    int err = open_terminal(s, &size, error);
    if (!err) {
        err = tty_raw(&s->tty);
        if (err) {
            screen_close(&s->screen);
            tty_close(&s->tty);
        }
    }
    if (err) {
        return err;
    }
    rescue_arm(s->tty.out, &s->tty.saved, s->screen.leave, strlen(s->screen.leave));
    set_up(s, &size);
    return 0;
}

static void on_event(struct session *s, const struct input_event *e)
{
    switch (e->kind) {
    case INPUT_KEY:
        ui_key(&s->ui, e->key, e->pasted);
        break;
    case INPUT_MOUSE:
        ui_mouse(&s->ui, e);
        break;
    case INPUT_REPORT:
        if (e->report == REPORT_STATUS) {
            output_on_status(&s->output, mono_ns());
            return; /* nothing to draw */
        }
        ui_report(&s->ui, e);
        s->output.synchronized_output = s->ui.caps.synchronized_output;
        if (s->ui.caps.answered) {
            input_answers_until(&s->input, 0);
        }
        break;
    }
    s->draw = true;
}

static void take_events(struct session *s, uint64_t now_ns)
{
    struct input_event e;
    while (!s->ui.ended && input_next(&s->input, now_ns, &e)) {
        on_event(s, &e);
    }
}

/* 0, or negative: the terminal is gone. */
static int read_keys(struct session *s)
{
    uint8_t buf[256];
    for (int turn = 0; turn < 16; turn++) {
        ssize_t n = read(s->tty.in, buf, sizeof buf);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return 0;
        }
        if (n <= 0) {
            return -EIO;
        }
        for (size_t at = 0; at < (size_t)n;) {
            at += input_feed(&s->input, buf + at, (size_t)n - at, mono_ns());
            take_events(s, mono_ns());
        }
        if (s->tty.shared) {
            return 0; /* a second read might wait */
        }
    }
    return 0;
}

static void follow_size(struct session *s)
{
    struct tty_size size = size_now(s);
    if (size.cols != s->screen.cols || size.rows != s->screen.rows) {
        if (caps_on_size(&s->ui.caps, &size)) {
            ui_set_mode(&s->ui);
        }
        s->ask_size = true;
        screen_resize(&s->screen, size.cols, size.rows);
        s->draw = s->everything = true;
    }
}

static void follow_wishes(struct session *s)
{
    struct ui *ui = &s->ui;
    if (ui->theme_changed) {
        theme_set(ui->settings.theme, ui->caps.no_color ? 0 : s->screen.colors);
        ui->theme_changed = false;
    }
    if (ui->redraw) {
        screen_redraw(&s->screen);
        s->everything = true;
        ui->redraw = false;
    }
}

/* While earlier text has not left, nothing more is drawn: a terminal that does not read must not
 * gather text, and gets the newest when it reads again. */
static void draw(struct session *s, uint64_t now_ns)
{
    struct ui *ui = &s->ui;
    if (s->output.text.len) {
        return;
    }
    if (now_ns >= s->next_figures_ns) { /* faster, nobody could read them */
        ui->out_bytes_per_second = rate_per_second(&s->output.rate, now_ns);
        ui->pictures_per_second = rate_per_second(&s->stage.shown, now_ns);
        s->next_figures_ns = now_ns + NS_PER_S;
    }
    ui_update(ui, now_ns / NS_PER_US, wall_us());
    follow_wishes(s);
    follow_mode(s);
    ui_draw(ui, s->screen.cols, s->screen.rows);
    if (screen_flush(&s->screen, &s->charset, &s->output.text)) {
        s->everything = true;
    }
    if (s->ask_size) {
        caps_ask_size(&ui->caps, &s->output.text);
        s->ask_size = false;
    }
    stage_follow(&s->stage, s->everything, &s->output.text);
    output_wake(&s->output);
    s->draw = s->everything = false;
    s->next_update_ns = now_ns + UPDATE_MS * NS_PER_MS;
}

static void pictures(struct session *s, uint64_t now_ns)
{
    if (now_ns >= s->next_picture_ns) {
        uint64_t step = NS_PER_S / s->ui.settings.fps;
        s->next_picture_ns += step;
        if (s->next_picture_ns <= now_ns) {
            s->next_picture_ns = now_ns + step;
        }
        stage_ask(&s->stage, flow_rate(&s->output.flow));
    }
    if (stage_collect(&s->stage, now_ns)) {
        output_wake(&s->output);
    }
}

/* A terminal that has answered nothing by now never will. */
static void give_up_answers(struct session *s, uint64_t now_ns)
{
    if (s->output.flow.mode == FLOW_WAITING && now_ns >= s->answers_until_ns) {
        flow_set_mode(&s->output.flow, FLOW_SILENT);
    }
}

static int wait_ms(const struct session *s, uint64_t now_ns, bool blocked)
{
    uint64_t until = s->next_picture_ns;
    uint64_t keys = input_deadline(&s->input);
    uint64_t output = blocked ? UINT64_MAX : output_deadline(&s->output, now_ns);
    bool put_off = (blocked && s->output.text.len) || flow_behind(&s->output.flow);
    if (!put_off && s->next_update_ns < until) {
        until = s->next_update_ns;
    }
    until = keys < until ? keys : until;
    until = output < until ? output : until;
    return until <= now_ns ? 0 : (int)((until - now_ns) / NS_PER_MS) + 1;
}

/* Sleeps until there is something to do; negative: the terminal is gone. */
static int wait_turn(struct session *s, bool blocked)
{
    struct pollfd p[3] = {
        {.fd = s->tty.in, .events = POLLIN},
        {.fd = s->wake_fd, .events = POLLIN},
        {.fd = blocked ? s->tty.out : -1, .events = POLLOUT},
    };
    uint64_t count;
    if (poll(p, 3, wait_ms(s, mono_ns(), blocked)) < 0) {
        return 0;
    }
    if (p[1].revents & POLLIN && read(s->wake_fd, &count, sizeof count) < 0) {
        return 0;
    }
    if (p[0].revents) {
        return read_keys(s);
    }
    return p[2].revents & (POLLERR | POLLHUP) ? -EIO : 0;
}

enum tui_end session_run(struct session *s, bool (*go_on)(void *ctx), void *ctx)
{
    s->ui.ended = false;
    while (go_on(ctx)) {
        uint64_t now_ns = mono_ns();
        take_events(s, now_ns);
        if (s->ui.ended) {
            return s->ui.end;
        }
        follow_size(s);
        if (s->draw || (now_ns >= s->next_update_ns && !flow_behind(&s->output.flow))) {
            draw(s, now_ns);
        }
        pictures(s, now_ns);
        give_up_answers(s, now_ns);
        int left = output_pump(&s->output, now_ns);
        if (left < 0 || wait_turn(s, left > 0) < 0) {
            return TUI_END_GONE;
        }
    }
    return TUI_END_STOPPED;
}
