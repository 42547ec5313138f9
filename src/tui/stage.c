/* SPDX-License-Identifier: MIT */
#include "tui/stage.h"

#include "tui/picture.h"
#include "tui/theme.h"

enum { ASK_ANYWAY = 4 }; /* every so many times */

static struct frame *newest(void *ctx, uint64_t stream)
{
    struct ui *ui = ctx;
    struct frame *held = freezer_frame(&ui->freezer, stream);
    return held ? held : ui->source.newest(ui->source.ctx, stream);
}

int stage_init(struct stage *s, struct ui *ui, int wake_fd)
{
    *s = (struct stage){.ui = ui};
    rate_init(&s->shown);
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        raster_init(&s->slot[i].raster);
    }
    return preview_new(&s->preview, newest, ui, wake_fd);
}

static void tell_size(struct stage *s, struct stage_slot *slot, uint64_t stream, unsigned w,
                      unsigned h, unsigned fps)
{
    if (stream && (slot->want_w != w || slot->want_h != h || slot->want_fps != fps)) {
        s->ui->actions.want_size(s->ui->actions.ctx, stream, w, h, fps);
        slot->want_w = w;
        slot->want_h = h;
        slot->want_fps = fps;
    }
}

static void vacate(struct stage *s, unsigned i)
{
    struct stage_slot *slot = &s->slot[i];
    tell_size(s, slot, slot->stream, 0, 0, 0);
    slot->stream = 0;
    slot->raster.filled = false;
    slot->raster.box = (struct box){0};
    preview_set(s->preview, i, 0, NULL);
}

void stage_fini(struct stage *s)
{
    for (unsigned i = 0; s->preview && i < PREVIEW_SLOTS; i++) {
        if (s->slot[i].stream) {
            vacate(s, i);
        }
    }
    preview_free(s->preview);
    s->preview = NULL;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        raster_fini(&s->slot[i].raster);
    }
    cells_fini(&s->spare);
}

static struct picture_spec spec_for(const struct ui *ui, struct box b)
{
    enum cell_colors colors = caps_colors(&ui->caps, ui->mode_now);
    uint32_t ground = colors == CELL_MONO ? CELL_PLAIN : CELL_PALETTE | theme_ground();
    return (struct picture_spec){
        .cols = (unsigned)b.w,
        .rows = (unsigned)b.h,
        .colors = colors,
        .symbols = caps_symbols(&ui->caps, ui->mode_now, ui->settings.symbols),
        .cell_aspect = ui->caps.cell_aspect,
        .ground = ground,
    };
}

static int slot_of(const struct stage *s, uint64_t stream)
{
    for (int i = 0; i < PREVIEW_SLOTS; i++) {
        if (s->slot[i].stream == stream) {
            return i;
        }
    }
    return -1;
}

static void occupy(struct stage *s, const struct place *p)
{
    int i = slot_of(s, p->stream);
    bool same = i >= 0;
    i = same ? i : slot_of(s, 0);
    if (i < 0) {
        return;
    }
    struct stage_slot *slot = &s->slot[i];
    struct picture_spec spec = spec_for(s->ui, p->box);
    unsigned w, h;
    slot->keep = true;
    if (!same || !raster_fits(&slot->raster, p->box, &spec)) {
        if (raster_place(&slot->raster, p->box, &spec) != 0) {
            return;
        }
        raster_blank(&slot->raster);
        preview_set(s->preview, (unsigned)i, p->stream, &spec);
        slot->stream = p->stream;
        preview_ask(s->preview, (unsigned)i);
    }
    picture_pixels(&spec, &w, &h);
    tell_size(s, slot, p->stream, w, h, s->ui->settings.fps);
}

static void uncover(struct stage *s, struct box *was, struct box now)
{
    if (!box_equal(*was, now)) {
        for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
            raster_dirty(&s->slot[i].raster, *was);
        }
        *was = now;
    }
}

void stage_follow(struct stage *s, bool everything)
{
    struct ui *ui = s->ui;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        s->slot[i].keep = false;
    }
    for (size_t i = 0; i < ui->places; i++) {
        int at = slot_of(s, ui->place[i].stream);
        if (at >= 0) {
            s->slot[at].keep = true;
        }
    }
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        if (s->slot[i].stream && !s->slot[i].keep) {
            vacate(s, i);
        }
    }
    for (size_t i = 0; i < ui->places; i++) {
        occupy(s, &ui->place[i]);
    }
    uncover(s, &s->toast, ui->toast_box);
    uncover(s, &s->dialog, ui->dialog_box);
    for (unsigned i = 0; everything && i < PREVIEW_SLOTS; i++) {
        raster_dirty(&s->slot[i].raster, ui->whole);
    }
}

/* A picture that has not left yet need not be followed by another at once: on a slow link most
 * would be drawn for nothing. */
void stage_ask(struct stage *s)
{
    bool all = s->asks++ % ASK_ANYWAY == 0;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        if (s->slot[i].stream && (all || !s->slot[i].raster.left)) {
            preview_ask(s->preview, i);
        }
    }
}

bool stage_collect(struct stage *s, uint64_t now_ns)
{
    bool any = false;
    s->now_ns = now_ns;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        struct stage_slot *slot = &s->slot[i];
        if (slot->stream && preview_take(s->preview, i, &s->spare)) {
            raster_set(&slot->raster, &s->spare);
            any = true;
        }
    }
    return any;
}

bool stage_slice(void *ctx, struct bytes *to, size_t most)
{
    struct stage *s = ctx;
    const struct box mask[] = {s->toast, s->dialog};
    const struct raster_screen screen = {s->ui->whole.w, s->ui->whole.h, mask,
                                         sizeof mask / sizeof mask[0], s->ui->caps.repeats};
    size_t start = to->len;
    bool more = false;
    for (unsigned turn = 0; turn < PREVIEW_SLOTS; turn++) {
        struct stage_slot *slot = &s->slot[s->next];
        if (to->len - start >= most) {
            return true;
        }
        s->next = (s->next + 1) % PREVIEW_SLOTS;
        if (!slot->stream || !slot->raster.left) {
            continue;
        }
        if (raster_slice(&slot->raster, to, most - (to->len - start), &screen)) {
            more = true;
        } else {
            rate_add(&s->shown, s->now_ns, 1);
        }
    }
    return more;
}
