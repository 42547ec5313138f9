/* SPDX-License-Identifier: MIT */
#ifndef TUI_SCROLL_H
#define TUI_SCROLL_H

#include "tui/ui.h"

/* Views of text that scroll: ui->scroll lines away from where they start, ui->scroll_most at most.
 * from_end: they start at the end (events). False: not a scrolling action. */
bool scroll_act(struct ui *ui, enum action a, bool from_end);

#endif
