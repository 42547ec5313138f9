/* SPDX-License-Identifier: MIT */
#ifndef CAPTURE_SOURCE_CARD_H
#define CAPTURE_SOURCE_CARD_H

#include "capture/source.h"

/* The test card at a steady pace. Numbers never skip: after a hiccup it catches up with the times
 * that were due, after more than a second it starts its schedule anew. */
int source_card_open(const struct source_spec *spec, struct stop *stop, struct source **out,
                     char *error, size_t cap);

#endif
