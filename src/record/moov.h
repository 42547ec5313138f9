/* SPDX-License-Identifier: MIT */
#ifndef RECORD_MOOV_H
#define RECORD_MOOV_H

#include "record/box.h"
#include "record/fragments.h"

/* Writes the complete moov of what the fragments hold: the one at their beginning with the sample
 * tables filled in, times exact, everything else as it was. Offsets over 4 GiB get co64, durations
 * over 32 bits (13 hours) the version-1 headers. 0, ERR_FORMAT or out->err. Pure. */
int moov_write(const struct fragments *f, struct box_out *out);

#endif
