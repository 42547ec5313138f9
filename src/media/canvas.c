/* SPDX-License-Identifier: MIT */
#include "media/canvas.h"

#include <math.h>
#include <string.h>

#include "media/glyphs.h"

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

struct colour colour_rgb(unsigned r, unsigned g, unsigned b)
{
    float red = (float)r, green = (float)g, blue = (float)b;
    /* Half a unit rounds; the strongest blue and red would be 255.5. */
    return (struct colour){
        .y = (uint8_t)(0.299f * red + 0.587f * green + 0.114f * blue + 0.5f),
        .u = (uint8_t)fminf(128.5f - 0.168736f * red - 0.331264f * green + 0.5f * blue, 255),
        .v = (uint8_t)fminf(128.5f + 0.5f * red - 0.418688f * green - 0.081312f * blue, 255),
    };
}

/* The part [x, end) of line y of one plane. */
static void span(const struct canvas *c, int plane, int y, int x, int end, uint8_t value)
{
    int width = plane ? (c->width + 1) / 2 : c->width;
    int height = plane ? (c->height + 1) / 2 : c->height;
    x = most(x, 0);
    end = least(end, width);
    if (y >= 0 && y < height && x < end)
        memset(c->plane[plane] + (size_t)y * (size_t)c->stride[plane] + x, value,
               (size_t)(end - x));
}

void canvas_rect(const struct canvas *c, int x, int y, int width, int height, struct colour colour)
{
    int top = most(y, 0), bottom = least(y + height, c->height);
    for (int at = top; at < bottom; at++)
        span(c, 0, at, x, x + width, colour.y);
    for (int at = top / 2; at < (bottom + 1) / 2; at++) {
        span(c, 1, at, x / 2, (x + width + 1) / 2, colour.u);
        span(c, 2, at, x / 2, (x + width + 1) / 2, colour.v);
    }
}

void canvas_disc(const struct canvas *c, int x, int y, int radius, struct colour colour)
{
    for (int dy = -radius; dy <= radius; dy++) {
        int half = (int)(sqrtf((float)(radius * radius - dy * dy)) + 0.5f);
        span(c, 0, y + dy, x - half, x + half + 1, colour.y);
        if ((y + dy) % 2 != 0)
            continue;
        span(c, 1, (y + dy) / 2, (x - half) / 2, (x + half) / 2 + 1, colour.u);
        span(c, 2, (y + dy) / 2, (x - half) / 2, (x + half) / 2 + 1, colour.v);
    }
}

void canvas_stroke(const struct canvas *c, float x0, float y0, float x1, float y1, float thickness,
                   uint8_t luma)
{
    float half = thickness / 2, dx = x1 - x0, dy = y1 - y0;
    float length2 = dx * dx + dy * dy > 0 ? dx * dx + dy * dy : 1;
    int left = most((int)(fminf(x0, x1) - half) - 1, 0);
    int right = least((int)(fmaxf(x0, x1) + half) + 2, c->width);
    int top = most((int)(fminf(y0, y1) - half) - 1, 0);
    int bottom = least((int)(fmaxf(y0, y1) + half) + 2, c->height);
    for (int y = top; y < bottom; y++) {
        uint8_t *line = c->plane[0] + (size_t)y * (size_t)c->stride[0];
        for (int x = left; x < right; x++) {
            float px = (float)x - x0, py = (float)y - y0;
            float along = fminf(fmaxf((px * dx + py * dy) / length2, 0), 1);
            float ox = px - along * dx, oy = py - along * dy;
            float cover = half + 0.5f - sqrtf(ox * ox + oy * oy);
            if (cover > 0)
                line[x] =
                    (uint8_t)((float)line[x] + ((float)luma - (float)line[x]) * fminf(cover, 1));
        }
    }
}

static void draw_glyph(const struct canvas *c, int x, int y, int scale, uint8_t luma,
                       const uint8_t *rows)
{
    for (int line = 0; line < GLYPH_HEIGHT * scale; line++)
        for (int point = 0; point < GLYPH_WIDTH; point++)
            if (rows[line / scale] >> (GLYPH_WIDTH - 1 - point) & 1)
                span(c, 0, y + line, x + point * scale, x + (point + 1) * scale, luma);
}

int canvas_text(const struct canvas *c, int x, int y, int scale, uint8_t luma, const char *text)
{
    for (const char *at = text; *at; at++, x += GLYPH_ADVANCE * scale)
        draw_glyph(c, x, y, scale, luma, glyph_rows(*at));
    return canvas_text_width(scale, text);
}

int canvas_text_width(int scale, const char *text)
{
    return (int)strlen(text) * GLYPH_ADVANCE * scale;
}
