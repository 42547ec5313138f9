/* SPDX-License-Identifier: MIT */
#include "tui/theme.h"

#include "tui/curses.h"
#include "util/text.h"

const char *const tui_theme_names[] = {"dark", "light", "contrast", "mono", NULL};

struct style {
    short fg, bg;   /* with 256 colours */
    short fg8, bg8; /* with 8 or 16 */
    attr_t attr;
};

enum { K = 0, R = 1, G = 2, Y = 3, B = 4, M = 5, C = 6, W = 7 };

static const struct style dark[ROLES] = {
    [ROLE_TEXT] = {252, 234, W, K, 0},
    [ROLE_DIM] = {245, 234, W, K, 0},
    [ROLE_BAR] = {250, 237, W, B, 0},
    [ROLE_BAR_NAME] = {231, 25, W, B, A_BOLD},
    [ROLE_KEY] = {117, 237, Y, B, A_BOLD},
    [ROLE_BORDER] = {240, 234, W, K, 0},
    [ROLE_FOCUS] = {75, 234, C, K, A_BOLD},
    [ROLE_TITLE] = {254, 234, W, K, A_BOLD},
    [ROLE_GOOD] = {114, 234, G, K, 0},
    [ROLE_WARN] = {221, 234, Y, K, 0},
    [ROLE_BAD] = {210, 234, R, K, A_BOLD},
    [ROLE_REC] = {203, 234, R, K, A_BOLD},
    [ROLE_ROW] = {231, 24, W, B, A_BOLD},
    [ROLE_HEAD] = {117, 234, C, K, A_BOLD},
    [ROLE_DIALOG] = {254, 236, W, B, 0},
    [ROLE_DIALOG_DIM] = {248, 236, C, B, 0},
    [ROLE_DIALOG_KEY] = {117, 236, Y, B, A_BOLD},
    [ROLE_INPUT] = {231, 239, K, C, 0},
    [ROLE_GRAPH] = {79, 234, G, K, 0},
    [ROLE_TOAST] = {234, 117, K, C, 0},
    [ROLE_TOAST_BAD] = {231, 160, W, R, A_BOLD},
};

static const struct style light[ROLES] = {
    [ROLE_TEXT] = {236, 255, K, W, 0},
    [ROLE_DIM] = {243, 255, K, W, 0},
    [ROLE_BAR] = {238, 252, K, C, 0},
    [ROLE_BAR_NAME] = {231, 25, W, B, A_BOLD},
    [ROLE_KEY] = {25, 252, B, C, A_BOLD},
    [ROLE_BORDER] = {248, 255, K, W, 0},
    [ROLE_FOCUS] = {26, 255, B, W, A_BOLD},
    [ROLE_TITLE] = {234, 255, K, W, A_BOLD},
    [ROLE_GOOD] = {28, 255, G, W, 0},
    [ROLE_WARN] = {130, 255, M, W, 0},
    [ROLE_BAD] = {160, 255, R, W, A_BOLD},
    [ROLE_REC] = {160, 255, R, W, A_BOLD},
    [ROLE_ROW] = {231, 26, W, B, A_BOLD},
    [ROLE_HEAD] = {25, 255, B, W, A_BOLD},
    [ROLE_DIALOG] = {235, 253, K, C, 0},
    [ROLE_DIALOG_DIM] = {242, 253, K, C, 0},
    [ROLE_DIALOG_KEY] = {25, 253, B, C, A_BOLD},
    [ROLE_INPUT] = {234, 231, W, B, 0},
    [ROLE_GRAPH] = {29, 255, G, W, 0},
    [ROLE_TOAST] = {231, 26, W, B, 0},
    [ROLE_TOAST_BAD] = {231, 160, W, R, A_BOLD},
};

/* Full strength only; black ground. */
static const struct style contrast[ROLES] = {
    [ROLE_TEXT] = {231, 16, W, K, A_BOLD},
    [ROLE_DIM] = {231, 16, W, K, 0},
    [ROLE_BAR] = {16, 231, K, W, 0},
    [ROLE_BAR_NAME] = {16, 226, K, Y, A_BOLD},
    [ROLE_KEY] = {16, 231, K, W, A_BOLD | A_UNDERLINE},
    [ROLE_BORDER] = {231, 16, W, K, 0},
    [ROLE_FOCUS] = {226, 16, Y, K, A_BOLD},
    [ROLE_TITLE] = {231, 16, W, K, A_BOLD},
    [ROLE_GOOD] = {46, 16, G, K, A_BOLD},
    [ROLE_WARN] = {226, 16, Y, K, A_BOLD},
    [ROLE_BAD] = {16, 226, K, Y, A_BOLD},
    [ROLE_REC] = {231, 196, W, R, A_BOLD},
    [ROLE_ROW] = {16, 226, K, Y, A_BOLD},
    [ROLE_HEAD] = {51, 16, C, K, A_BOLD | A_UNDERLINE},
    [ROLE_DIALOG] = {16, 231, K, W, 0},
    [ROLE_DIALOG_DIM] = {16, 231, K, W, 0},
    [ROLE_DIALOG_KEY] = {16, 226, K, Y, A_BOLD},
    [ROLE_INPUT] = {231, 16, W, K, A_BOLD | A_UNDERLINE},
    [ROLE_GRAPH] = {51, 16, C, K, A_BOLD},
    [ROLE_TOAST] = {16, 226, K, Y, A_BOLD},
    [ROLE_TOAST_BAD] = {231, 196, W, R, A_BOLD},
};

/* Attributes alone, for NO_COLOR and terminals without colours. */
static const attr_t mono[ROLES] = {
    [ROLE_BAR] = A_REVERSE,
    [ROLE_BAR_NAME] = A_REVERSE | A_BOLD,
    [ROLE_KEY] = A_REVERSE | A_BOLD,
    [ROLE_FOCUS] = A_BOLD,
    [ROLE_TITLE] = A_BOLD,
    [ROLE_WARN] = A_BOLD,
    [ROLE_BAD] = A_BOLD | A_UNDERLINE,
    [ROLE_REC] = A_BOLD,
    [ROLE_ROW] = A_REVERSE,
    [ROLE_HEAD] = A_BOLD | A_UNDERLINE,
    [ROLE_DIALOG_KEY] = A_BOLD | A_UNDERLINE,
    [ROLE_INPUT] = A_UNDERLINE,
    [ROLE_TOAST] = A_REVERSE,
    [ROLE_TOAST_BAD] = A_REVERSE | A_BOLD,
};

static const struct style *const styles[TUI_THEMES] = {
    [TUI_THEME_DARK] = dark, [TUI_THEME_LIGHT] = light, [TUI_THEME_CONTRAST] = contrast};

/* One screen at a time in a process, as with curses' own pairs. */
static struct {
    const struct style *styles; /* NULL: mono */
    int colors;
} now;

void theme_set(enum tui_theme theme, int colors)
{
    now.styles = colors >= 8 ? styles[theme] : NULL;
    now.colors = colors;
    for (short i = 0; now.styles && i < ROLES; i++) {
        const struct style *s = &now.styles[i];
        init_pair((short)(i + 1), colors >= 256 ? s->fg : s->fg8, colors >= 256 ? s->bg : s->bg8);
    }
}

unsigned long theme_attr(enum role role)
{
    return now.styles ? now.styles[role].attr : mono[role];
}

short theme_pair(enum role role)
{
    return now.styles ? (short)(role + 1) : 0;
}

unsigned theme_ground(void)
{
    if (!now.styles) {
        return 0;
    }
    return (unsigned)(now.colors >= 256 ? now.styles[ROLE_TEXT].bg : now.styles[ROLE_TEXT].bg8);
}
