/* SPDX-License-Identifier: MIT */
#ifndef SIM_WORLD_ROWS_H
#define SIM_WORLD_ROWS_H

#include "sim/seeds.h"
#include "sim/world.h"

/* A test program whose rows are each played over many seeds, every one a network of its own. The
 * first of them is played once more at the end: the same seed gives the same trace. */
struct world_row { /* the first member of a test's own row */
    const char *name;
    unsigned seeds; /* 0: those of the suite; few where a row takes long */
};

struct world_suite {
    const char *title;
    const void *rows;
    size_t row_bytes;
    unsigned n, seeds;
    uint64_t base; /* of the seeds */
    /* From world_new() to the last check; world_free() follows. */
    void (*play)(struct world *w, const void *row, uint64_t seed);
};

/* For main(): "program" runs all, "program ROW SEED" one network of the row with that number. */
int world_rows_main(const struct world_suite *suite, int argc, char **argv);

/* A network of any kind that talks can live with, from a seed: the more of rng is used, the worse
 * nothing gets. */
struct netmodel_settings world_draw_net(struct netmodel *rng);
struct world_settings world_draw_camera(struct netmodel *rng);
uint64_t world_draw(struct netmodel *rng, uint64_t least, uint64_t most); /* both included */

#endif
