/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/base64.h"
#include "unit/pixels.h"
#include "util/alloc.h"

/* RFC 4648, section 10, and what uses the whole alphabet. */
static void test_is_as_the_standard_has_it(void **state)
{
    static const char *const samples[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xef\xfe\xfb", "/+/++w=="},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct bytes b = {0};
        bytes_text(&b, ">");
        base64_add(&b, samples[i][0], strlen(samples[i][0]));
        bytes_add(&b, "", 1);
        assert_string_equal((char *)b.at + 1, samples[i][1]);
        bytes_fini(&b);
    }
}

static void test_every_byte_comes_back(void **state)
{
    uint8_t all[256 * 3];
    for (unsigned i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)(i % 256 * 37 + i / 256);
    }
    for (size_t len = 0; len <= sizeof all; len++) {
        struct bytes b = {0};
        size_t back_len;
        base64_add(&b, all, len);
        assert_int_equal(b.len, (len + 2) / 3 * 4);
        uint8_t *back = pixels_unbase64(b.at, b.len, &back_len);
        assert_int_equal(back_len, len);
        assert_memory_equal(back, all, len);
        free(back);
        bytes_fini(&b);
    }
}

static void test_lack_of_memory_is_kept(void **state)
{
    struct bytes b = {0};
    mem_fail_at(1);
    base64_add(&b, "foo", 3);
    mem_fail_at(0);
    assert_true(b.failed);
    assert_int_equal(b.len, 0);
    bytes_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_as_the_standard_has_it),
        cmocka_unit_test(test_every_byte_comes_back),
        cmocka_unit_test(test_lack_of_memory_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
