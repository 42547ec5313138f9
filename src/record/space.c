/* SPDX-License-Identifier: MIT */
#include "record/space.h"

static const uint64_t most_reserve = UINT64_C(512) * 1024 * 1024;

uint64_t space_reserve(uint64_t wanted, uint64_t total)
{
    if (wanted > 0)
        return wanted;
    return total / 100 < most_reserve ? total / 100 : most_reserve;
}

bool space_suffices(const struct disk *disk, const char *path, uint64_t wanted, bool running,
                    uint64_t *available)
{
    uint64_t total;
    *available = UINT64_MAX;
    if (disk->space(path, available, &total) < 0)
        return true;
    uint64_t reserve = space_reserve(wanted, total);
    return *available >= (running ? reserve : reserve + reserve / 8);
}
