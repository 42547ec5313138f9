/* SPDX-License-Identifier: MIT */
#include "tui/stage.h"

#include "tui/picture.h"
#include "tui/theme.h"
#include "util/mono.h"

enum {
    ASK_ANYWAY = 4,           /* every so many times */
    IMAGE_LEAST = 1536,       /* bytes of a picture of pixels at least, … */
    PIECE_LEAST = 1024,       /* … of a piece of one that is cut, … */
    IMAGE_MOST = 4096 * 1024, /* … at most, … */
    IMAGE_FIRST = 128 * 1024, /* … and as long as the link is not known */
    WHOLE_MS = 50,            /* of what the link takes: a picture that leaves in one piece, … */
    PIECE_MS = 40,            /* … a piece of one that is cut, … */
    PARTS_MS = 500,           /* … and one that leaves in parts, of all panels */
    REFRESH_MS = 1000,        /* a strip that has not changed is sent anew */
    CELL_W = 8,               /* pixels, where the terminal does not tell */
    CELL_H = 16,
};

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

static void vacate(struct stage *s, unsigned i, struct bytes *to)
{
    struct stage_slot *slot = &s->slot[i];
    tell_size(s, slot, slot->stream, 0, 0, 0);
    slot->stream = 0;
    slot->raster.filled = false;
    slot->raster.box = (struct box){0};
    image_clear(&slot->image, to);
    preview_set(s->preview, i, 0, NULL);
}

void stage_fini(struct stage *s)
{
    struct bytes nowhere = {0}; /* the terminal is given back already */
    for (unsigned i = 0; s->preview && i < PREVIEW_SLOTS; i++) {
        if (s->slot[i].stream) {
            vacate(s, i, &nowhere);
        }
    }
    preview_free(s->preview);
    s->preview = NULL;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        raster_fini(&s->slot[i].raster);
        image_fini(&s->slot[i].image);
    }
    cells_fini(&s->spare);
    bytes_fini(&nowhere);
}

static enum picture_form form_of(enum tui_mode mode)
{
    return mode == TUI_MODE_KITTY    ? PICTURE_KITTY
           : mode == TUI_MODE_ITERM2 ? PICTURE_ITERM2
           : mode == TUI_MODE_SIXEL  ? PICTURE_SIXEL
                                     : PICTURE_CELLS;
}

static struct picture_spec spec_for(const struct ui *ui, struct box b, enum picture_form form)
{
    const struct caps *caps = &ui->caps;
    enum cell_colors colors = caps_colors(caps, ui->mode_now);
    uint32_t ground = colors == CELL_MONO ? CELL_PLAIN : CELL_PALETTE | theme_ground();
    return (struct picture_spec){
        .cols = (unsigned)b.w,
        .rows = (unsigned)b.h,
        .form = form,
        .colors = colors,
        .symbols = caps_symbols(caps, ui->mode_now, ui->settings.symbols),
        .cell_aspect = caps->cell_aspect,
        .ground = ground,
        .cell_w = caps->cell_w ? caps->cell_w : CELL_W,
        .cell_h = caps->cell_h ? caps->cell_h : CELL_H,
        .registers = caps->registers,
        .width_most = form == PICTURE_SIXEL ? caps->sixel_width : 0,
    };
}

/* A sixel that reaches the last row makes the terminal scroll. */
static bool gives_way(const struct stage *s, struct box b, enum picture_form form)
{
    const struct ui *ui = s->ui;
    return box_touch(b, ui->toast_box) || box_touch(b, ui->dialog_box) ||
           (form == PICTURE_SIXEL && b.y + b.h >= ui->whole.h);
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

/* Terminals take an image's end for the end of the one that is under way. */
static void abort_images(struct stage *s, struct bytes *to)
{
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        image_abort(&s->slot[i].image, to);
    }
}

/* Bytes that a picture of pixels may take, so that others and keys need not wait for it, and it is
 * not old when it has left. */
static size_t image_most(const struct stage *s, enum picture_form form)
{
    double ms = WHOLE_MS, least = IMAGE_LEAST;
    if (form == PICTURE_KITTY && s->ui->places) {
        ms = PARTS_MS / (double)s->ui->places;
    } else if (form == PICTURE_SIXEL) {
        ms = PIECE_MS;
        least = PIECE_LEAST;
    }
    double most = s->rate > 0 ? s->rate * ms / 1000 : IMAGE_FIRST;
    most = most > least ? most : least;
    return most > IMAGE_MOST ? IMAGE_MOST : (size_t)most;
}

static void set_up(struct stage *s, unsigned i, const struct place *p,
                   const struct picture_spec *spec, struct bytes *to)
{
    struct stage_slot *slot = &s->slot[i];
    abort_images(s, to);
    image_clear(&slot->image, to);
    slot->image.box = p->box;
    if (raster_place(&slot->raster, p->box, spec) != 0) {
        return;
    }
    raster_blank(&slot->raster);
    preview_set(s->preview, i, p->stream, spec);
    slot->spec = *spec;
    slot->stream = p->stream;
    preview_ask(s->preview, i, image_most(s, spec->form));
}

static void occupy(struct stage *s, const struct place *p, struct bytes *to)
{
    const struct ui *ui = s->ui;
    int i = slot_of(s, p->stream);
    bool same = i >= 0;
    i = same ? i : slot_of(s, 0);
    if (i < 0) {
        return;
    }
    struct stage_slot *slot = &s->slot[i];
    enum picture_form form = form_of(ui->mode_now);
    struct picture_spec spec = spec_for(ui, p->box, form);
    unsigned w, h;
    slot->keep = true;
    picture_pixels(&spec, &w, &h);
    if (gives_way(s, p->box, form)) {
        spec.form = PICTURE_CELLS;
    }
    if (!same || !raster_fits(&slot->raster, p->box, &spec)) {
        set_up(s, (unsigned)i, p, &spec, to);
    }
    tell_size(s, slot, p->stream, w, h, ui->settings.fps);
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

static void spoil(struct stage *s, struct bytes *to)
{
    abort_images(s, to);
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        raster_dirty(&s->slot[i].raster, s->ui->whole);
        image_dirty(&s->slot[i].image, to);
    }
}

void stage_follow(struct stage *s, bool everything, struct bytes *to)
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
            abort_images(s, to);
            vacate(s, i, to);
        }
    }
    for (size_t i = 0; i < ui->places; i++) {
        occupy(s, &ui->place[i], to);
    }
    uncover(s, &s->toast, ui->toast_box);
    uncover(s, &s->dialog, ui->dialog_box);
    if (everything) {
        spoil(s, to);
    }
}

static bool is_left(const struct stage_slot *slot)
{
    return slot->raster.left || image_left(&slot->image);
}

/* A picture that has not left yet need not be followed by another at once: on a slow link most
 * would be drawn for nothing. */
void stage_ask(struct stage *s, double rate)
{
    bool all = s->asks++ % ASK_ANYWAY == 0;
    s->rate = rate;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        struct stage_slot *slot = &s->slot[i];
        if (slot->stream && (all || !is_left(slot))) {
            preview_ask(s->preview, i, image_most(s, slot->spec.form));
        }
    }
}

/* True when there is a newer picture. */
static bool take(struct stage *s, unsigned i)
{
    struct stage_slot *slot = &s->slot[i];
    bool other = false;
    if (slot->spec.form == PICTURE_CELLS) {
        bool any = preview_take(s->preview, i, &s->spare);
        if (any) {
            raster_set(&slot->raster, &s->spare);
        }
        return any;
    }
    if (image_begun(&slot->image) ||
        !preview_take_strips(s->preview, i, &slot->image.now, &other)) {
        return false;
    }
    if (other) { /* what is beside it now may show the one before */
        raster_dirty(&slot->raster, slot->raster.box);
    }
    return true;
}

/* Strips of each picture in turn. */
static bool refresh(struct stage *s, uint64_t now_ns)
{
    if (now_ns < s->refresh_ns) {
        return false;
    }
    s->refresh_ns = now_ns + REFRESH_MS * NS_PER_MS;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        struct stage_slot *slot = &s->slot[s->refresh];
        s->refresh = (s->refresh + 1) % PREVIEW_SLOTS;
        if (slot->stream && !is_left(slot) && image_refresh(&slot->image)) {
            return true;
        }
    }
    return false;
}

bool stage_collect(struct stage *s, uint64_t now_ns)
{
    bool any = refresh(s, now_ns);
    s->now_ns = now_ns;
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        any |= s->slot[i].stream && take(s, i);
    }
    return any;
}

/* Whether another's picture is in the middle of leaving. */
static bool taken(const struct stage *s, const struct stage_slot *me)
{
    for (unsigned i = 0; i < PREVIEW_SLOTS; i++) {
        if (&s->slot[i] != me && image_begun(&s->slot[i].image)) {
            return true;
        }
    }
    return false;
}

/* First the ground, then the pixels on it. True if there is more. */
static bool slice(struct stage *s, struct stage_slot *slot, struct bytes *to, size_t most,
                  bool must)
{
    const struct box mask[] = {s->toast, s->dialog};
    const struct raster_screen screen = {s->ui->whole.w, s->ui->whole.h, mask,
                                         sizeof mask / sizeof mask[0], s->ui->caps.repeats};
    size_t start = to->len;
    if (slot->raster.left && raster_slice(&slot->raster, to, most, &screen)) {
        return true;
    }
    if (!image_left(&slot->image)) {
        return false;
    }
    size_t used = to->len - start;
    return used >= most || taken(s, slot) ||
           image_slice(&slot->image, to, most - used, must && !used);
}

/* Whoever does not get on, because what is next does not fit in, is the first next time. */
bool stage_slice(void *ctx, struct bytes *to, size_t most)
{
    struct stage *s = ctx;
    size_t start = to->len;
    bool more = false;
    for (unsigned turn = 0; turn < PREVIEW_SLOTS; turn++) {
        struct stage_slot *slot = &s->slot[s->next];
        size_t before = to->len;
        if (before - start >= most) {
            return true;
        }
        if (slot->stream && is_left(slot)) {
            if (!slice(s, slot, to, most - (before - start), before == start)) {
                rate_add(&s->shown, s->now_ns, 1);
            } else if (to->len == before && !taken(s, slot)) {
                return true;
            } else {
                more = true;
            }
        }
        s->next = (s->next + 1) % PREVIEW_SLOTS;
    }
    return more;
}
