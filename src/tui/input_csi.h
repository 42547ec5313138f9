/* SPDX-License-Identifier: MIT */
#ifndef TUI_INPUT_CSI_H
#define TUI_INPUT_CSI_H

#include "tui/input.h"

/* Sequences that begin with ESC [ or ESC O (ECMA-48 5.4; xterm's ctlseqs for mouse and reports). */

/* Length of the sequence at the start of bytes, 0 while it is not complete. */
size_t input_csi_length(const uint8_t *bytes, size_t len);

/* Decodes a whole one; false: nothing that means anything (it is dropped). */
bool input_csi_decode(const uint8_t *bytes, size_t len, bool *pasting, struct input_event *out);

#endif
