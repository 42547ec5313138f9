/* SPDX-License-Identifier: MIT */
#include "tui/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tui/curses.h"
#include <term.h>

#include "tui/kitty.h"
#include "tui/theme.h"
#include "util/alloc.h"
#include "util/err.h"
#include "util/text.h"

/* newterm() installs handlers for these unless others are there. */
static const int stolen[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
enum { STOLEN = sizeof stolen / sizeof stolen[0] };

#define ABORT "\030\033\\" /* of a sequence that was written in part */

static SCREEN *newterm_quietly(const char *term, FILE *to, FILE *from)
{
    struct sigaction before[STOLEN];
    for (int i = 0; i < STOLEN; i++) {
        sigaction(stolen[i], NULL, &before[i]);
    }
    char *name =
        mem_strdup(term); /* LINES, COLUMNS and terminfo's size do not matter: see resize */
    SCREEN *sp = name ? newterm(name, to, from) : NULL;
    mem_free(name);
    for (int i = 0; i < STOLEN; i++) {
        sigaction(stolen[i], &before[i], NULL);
    }
    return sp;
}

static const char *capability(const char *name)
{
    char copy[8];
    text_copy(copy, sizeof copy, name);
    const char *s = tigetstr(copy);
    return s == NULL || s == (const char *)-1 ? NULL : s;
}

/* Padding ("$<5>") is for terminals slower than any that is left. */
static void add_capability(char *to, size_t cap, const char *name)
{
    const char *s = capability(name);
    size_t n = strlen(to);
    for (; s && *s && n + 1 < cap; s++) {
        if (s[0] == '$' && s[1] == '<' && strchr(s, '>')) {
            s = strchr(s, '>');
            continue;
        }
        to[n++] = *s;
    }
    to[n] = 0;
}

static void add_text(char *to, size_t cap, const char *s)
{
    size_t n = strlen(to);
    text_copy(to + n, cap - n, s);
}

static void make_endings(struct screen *s)
{
    bool ansi = capability("cup") && !strncmp(capability("cup"), "\033[", 2);
    bool mouse = capability("kmous") != NULL;
    s->leave[0] = s->enter[0] = s->begin[0] = 0;
    add_capability(s->begin, sizeof s->begin, "smcup");
    if (ansi) {
        add_text(s->leave, sizeof s->leave, ABORT);
    }
    if (ansi && capability("csr")) { /* curses sets one of as many lines as terminfo names */
        add_text(s->enter, sizeof s->enter, "\0337\033[r\0338");
        add_text(s->leave, sizeof s->leave, "\033[r");
    }
    if (mouse) {
        add_text(s->enter, sizeof s->enter, "\033[?1000h\033[?1006h\033[?2004h");
        add_text(s->leave, sizeof s->leave, "\033[?2026l\033[?2004l\033[?1006l\033[?1000l");
    }
    add_capability(s->leave, sizeof s->leave, "rmacs");
    add_capability(s->leave, sizeof s->leave, "sgr0");
    add_capability(s->leave, sizeof s->leave, "op");
    if (capability("rmcup")) {
        add_capability(s->leave, sizeof s->leave, "rmcup");
    } else {
        add_capability(s->leave, sizeof s->leave, "clear");
    }
    add_capability(s->leave, sizeof s->leave, "rmkx");
    add_capability(s->leave, sizeof s->leave, "cnorm");
}

static bool starts_abort(const char *s)
{
    return !strncmp(s, ABORT, strlen(ABORT));
}

/* Behind the end of what may be under way, on the screen where they are. */
void screen_keeps_images(struct screen *s)
{
    static const char first[] = ABORT KITTY_ABORT KITTY_DELETE_ALL;
    char rest[sizeof s->leave];
    if (!s->images) {
        text_copy(rest, sizeof rest, s->leave + (starts_abort(s->leave) ? strlen(ABORT) : 0));
        text_format(s->leave, sizeof s->leave, "%s%s", first, rest);
        s->images = true;
    }
}

static int open_files(struct screen *s, int in_fd)
{
    s->memory = memfd_create("screen", MFD_CLOEXEC);
    int out = s->memory < 0 ? -1 : fcntl(s->memory, F_DUPFD_CLOEXEC, 3);
    int in = fcntl(in_fd, F_DUPFD_CLOEXEC, 3);
    s->to = out < 0 ? NULL : fdopen(out, "w");
    s->from = in < 0 ? NULL : fdopen(in, "r");
    if (!s->to && out >= 0) {
        close(out);
    }
    if (!s->from && in >= 0) {
        close(in);
    }
    return s->to && s->from ? 0 : -errno;
}

/* Asks terminfo first: a newterm() that fails keeps memory for ever. */
static const char *known_term(struct screen *s, const char *term, char *error, size_t cap)
{
    static const char *const fallback = "xterm-256color";
    int found = 0;
    if (setupterm(term, s->memory, &found) != OK) {
        if (found == 1 || setupterm(fallback, s->memory, &found) != OK) {
            text_format(error, cap, _("TERM=%s is not known here, nor is %s"), term, fallback);
            return NULL;
        }
        term = fallback;
    }
    bool able = capability("cup") != NULL;
    del_curterm(cur_term);
    if (!able) {
        text_format(error, cap, _("TERM=%s cannot place its cursor; use --headless"), term);
        return NULL;
    }
    return term;
}

static int start_curses(struct screen *s, const char *term, char *error, size_t cap)
{
    const char *known = known_term(s, term, error, cap);
    s->sp = known ? newterm_quietly(known, s->to, s->from) : NULL;
    if (!s->sp) {
        if (known) {
            text_format(error, cap, _("curses cannot use TERM=%s"), known);
        }
        return ERR_LIBRARY;
    }
    s->colors = start_color() == OK && has_colors() ? COLORS : 0;
    use_default_colors(); /* what has no pair keeps the terminal's own colours */
    nonl();
    idlok(stdscr, FALSE); /* neither lines nor characters are shifted: pictures lie there */
    idcok(stdscr, FALSE);
    leaveok(stdscr, TRUE);
    curs_set(0);
    return 0;
}

int screen_open(struct screen *s, const char *term, int in_fd, unsigned cols, unsigned rows,
                char *error, size_t cap)
{
    *s = (struct screen){.memory = -1};
    s->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (s->utf8 == (locale_t)0) {
        text_format(error, cap, _("the locale C.UTF-8 is missing on this machine"));
        return ERR_LIBRARY;
    }
    s->before = uselocale(s->utf8);
    int err = open_files(s, in_fd);
    if (err) {
        text_format(error, cap, _("no memory file for the screen: %s"), err_str(err));
    } else {
        err = start_curses(s, term, error, cap);
    }
    if (err) {
        screen_close(s);
        return err;
    }
    make_endings(s);
    screen_resize(s, cols, rows);
    return 0;
}

void screen_close(struct screen *s)
{
    if (s->sp) {
        endwin();
        delscreen(s->sp);
    }
    if (s->to) {
        fclose(s->to);
    }
    if (s->from) {
        fclose(s->from);
    }
    if (s->memory >= 0) {
        close(s->memory);
    }
    if (s->utf8 != (locale_t)0) {
        uselocale(s->before);
        freelocale(s->utf8);
    }
    *s = (struct screen){.memory = -1};
}

void screen_resize(struct screen *s, unsigned cols, unsigned rows)
{
    s->cols = cols;
    s->rows = rows;
    resize_term((int)rows, (int)cols);
    clearok(curscr, TRUE);
}

void screen_redraw(struct screen *s)
{
    clearok(curscr, TRUE);
}

/* Whether a scroll region is set: idlok() does not keep curses from moving lines that way. */
static bool moves_lines(const char *at, size_t len)
{
    const char *end = at + len;
    while ((at = memmem(at, (size_t)(end - at), "\033[", 2))) {
        for (at += 2; at < end && ((*at >= '0' && *at <= '9') || *at == ';'); at++) {
        }
        if (at < end && *at == 'r') {
            return true;
        }
    }
    return false;
}

bool screen_flush(struct screen *s, const struct charset *charset, struct bytes *to)
{
    bool moved = false;
    wnoutrefresh(stdscr);
    doupdate();
    fflush(s->to);
    off_t size = lseek(s->memory, 0, SEEK_END);
    if (size <= 0) {
        return false;
    }
    void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, s->memory, 0);
    if (map != MAP_FAILED) {
        charset_encode(charset, map, (size_t)size, to);
        moved = moves_lines(map, (size_t)size);
        munmap(map, (size_t)size);
    }
    if (ftruncate(s->memory, 0) == 0) {
        lseek(s->memory, 0, SEEK_SET);
    }
    return moved;
}

void screen_keys(const struct screen *s, struct input *in)
{
    static const struct {
        const char *name;
        uint32_t key;
    } keys[] = {
        {"kcuu1", KEYB_UP},     {"kcud1", KEYB_DOWN},   {"kcub1", KEYB_LEFT},
        {"kcuf1", KEYB_RIGHT},  {"khome", KEYB_HOME},   {"kend", KEYB_END},
        {"kpp", KEYB_PGUP},     {"knp", KEYB_PGDN},     {"kich1", KEYB_INSERT},
        {"kdch1", KEYB_DELETE}, {"kcbt", KEYB_BACKTAB}, {"kent", KEYB_ENTER},
        {"kf1", KEYB_F1},       {"kf2", KEYB_F1 + 1},   {"kf3", KEYB_F1 + 2},
        {"kf4", KEYB_F1 + 3},   {"kf5", KEYB_F1 + 4},   {"kf6", KEYB_F1 + 5},
        {"kf7", KEYB_F1 + 6},   {"kf8", KEYB_F1 + 7},   {"kf9", KEYB_F1 + 8},
        {"kf10", KEYB_F1 + 9},  {"kf11", KEYB_F1 + 10}, {"kf12", KEYB_F12},
    };
    for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        input_string(in, capability(keys[i].name), keys[i].key);
    }
}
