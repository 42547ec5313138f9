/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "record/segment.h"
#include "record/snapshot.h"
#include "unit/film.h"

#define NOON (INT64_C(1795348800) * 1000000)

static char dir[256];

static int make(void **state)
{
    scratch_make(dir, sizeof dir);
    return 0;
}

static int clear(void **state)
{
    scratch_remove(dir);
    return 0;
}

static void it_is_bit_for_bit_and_never_replaces_one(void **state)
{
    static const char *const names[] = {"snapshot_20261122_120000+0000.jpg",
                                        "snapshot_20261122_120000+0000_2.jpg"};
    struct camera *camera = camera_new(FILM_WIDTH, FILM_HEIGHT);
    for (uint32_t k = 0; k < 2; k++) {
        struct frame *f = camera_frame(camera, k, 0, NOON);
        char path[SEGMENT_PATH_MAX], want[SEGMENT_PATH_MAX];
        size_t len;
        assert_int_equal(
            snapshot_write(NULL, dir, "front", f->data, f->len, NOON, path, sizeof path), 0);
        snprintf(want, sizeof want, "%s/front/%s", dir, names[k]);
        assert_string_equal(path, want);
        uint8_t *bytes = file_read(path, &len);
        assert_int_equal(len, f->len);
        assert_memory_equal(bytes, f->data, len);
        free(bytes);
        frame_unref(&f);
    }
    camera_free(camera);
    char **left = scratch_list(dir, "front");
    assert_string_equal(left[0], names[0]);
    assert_string_equal(left[1], names[1]);
    assert_null(left[2]);
    scratch_list_free(left);
}

static int full_write(int fd, const void *bytes, size_t len)
{
    disk_real.write(fd, bytes, len / 2);
    return -ENOSPC;
}

static int failing_sync(int fd)
{
    return -EIO;
}

static void a_failed_one_leaves_nothing_behind(void **state)
{
    struct disk full = disk_real, broken = disk_real;
    char path[SEGMENT_PATH_MAX];
    full.write = full_write;
    broken.sync = failing_sync;
    assert_int_equal(
        snapshot_write(&full, dir, "front", (const uint8_t *)"jpeg", 4, NOON, path, sizeof path),
        -ENOSPC);
    assert_int_equal(
        snapshot_write(&broken, dir, "front", (const uint8_t *)"jpeg", 4, NOON, path, sizeof path),
        -EIO);
    char **left = scratch_list(dir, "front");
    assert_null(left[0]);
    scratch_list_free(left);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_bit_for_bit_and_never_replaces_one, make, clear),
        cmocka_unit_test_setup_teardown(a_failed_one_leaves_nothing_behind, make, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
