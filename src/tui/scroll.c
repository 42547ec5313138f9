/* SPDX-License-Identifier: MIT */
#include "tui/scroll.h"

static long steps(const struct ui *ui, enum action a)
{
    long page = ui->area.h > 1 ? ui->area.h - 1 : 1;
    switch (a) {
    case ACT_UP:
        return -1;
    case ACT_DOWN:
        return 1;
    case ACT_PAGE_UP:
        return -page;
    case ACT_PAGE_DOWN:
        return page;
    case ACT_FIRST:
        return -(long)ui->scroll_most - 1;
    case ACT_LAST:
        return (long)ui->scroll_most + 1;
    default:
        return 0;
    }
}

bool scroll_act(struct ui *ui, enum action a, bool from_end)
{
    long by = steps(ui, a);
    if (!by) {
        return false;
    }
    long at = (long)ui->scroll + (from_end ? -by : by);
    ui->scroll = at < 0 ? 0 : (size_t)at > ui->scroll_most ? ui->scroll_most : (size_t)at;
    return true;
}
