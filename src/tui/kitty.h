/* SPDX-License-Identifier: MIT */
#ifndef TUI_KITTY_H
#define TUI_KITTY_H

#include "media/frame.h"
#include "tui/bytes.h"

/* Pictures as the kitty graphics protocol has them (kitty's documentation, "Terminal graphics
 * protocol"): whole APC sequences, at most 4096 characters of payload each. All are quiet (q=2):
 * the terminal answers none of them but the query. The sequences of one image may be written
 * piece by piece, with other output between two of them, but no other graphics command. */
struct kitty; /* one a thread; keeps its compressor, so that pictures allocate nothing */

int kitty_new(struct kitty **out);
void kitty_free(struct kitty *k);

/* Appends an RGBA picture as a PNG file (see tui/pngenc.h for what it loses), drawn with its upper
 * left corner in the cell of the cursor and scaled to cols x rows cells. The cursor stays. The
 * terminal forgets what it had under that id, so a picture is replaced without a gap by taking two
 * ids in turn and deleting the older one behind the newer. ids are not 0. -EINVAL: no picture or no
 * cells; -ENOMEM: see to->failed. */
int kitty_image(struct kitty *k, struct bytes *to, const struct frame *rgba, unsigned id,
                unsigned cols, unsigned rows);

/* Takes the image and its pixels away; nothing happens where there is none. */
void kitty_delete(struct bytes *to, unsigned id);

/* Asks whether the terminal knows the protocol: it answers ESC _ G i=ID ; OK ESC \ and keeps
 * nothing; others swallow the sequence. */
void kitty_query(struct bytes *to, unsigned id);

/* Ends a picture of which only some sequences came: the terminal throws it away. Harmless else. */
#define KITTY_ABORT "\033_Gq=2,m=0;\033\\"

/* Takes all images away: for whoever cannot know which there are. */
#define KITTY_DELETE_ALL "\033_Ga=d,d=A,q=2\033\\"

#endif
