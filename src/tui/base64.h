/* SPDX-License-Identifier: MIT */
#ifndef TUI_BASE64_H
#define TUI_BASE64_H

#include "tui/bytes.h"

/* Appends len bytes as base64 (RFC 4648 section 4), padded, in one line. */
void base64_add(struct bytes *to, const void *p, size_t len);

#endif
