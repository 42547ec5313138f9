/* SPDX-License-Identifier: MIT */
/* Leftovers of any content: finishing takes them or leaves them untouched, and what was finished
 * once is finished for good. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/finish.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t length(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct finish_report first, second;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || disk_real.write(fd, data, size) < 0)
        abort();
    finish_is_ours(fd);
    if (finish_file(&disk_real, fd, &first) == 0) {
        uint64_t len = length(fd);
        if (finish_file(&disk_real, fd, &second) < 0 || second.frames != first.frames ||
            length(fd) != len)
            abort();
    } else if (length(fd) != size) {
        abort();
    }
    close(fd);
    return 0;
}
