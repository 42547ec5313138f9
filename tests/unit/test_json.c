/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "util/alloc.h"
#include "util/json.h"

static void nests_and_separates(void **state)
{
    struct json j;
    size_t len;
    json_init(&j);
    json_object(&j, NULL);
    json_str(&j, "stream", "front");
    json_str(&j, "segment", NULL);
    json_int(&j, "least", INT64_MIN);
    json_uint(&j, "most", UINT64_MAX);
    json_bool(&j, "recording", true);
    json_bool(&j, "shown", false);
    json_null(&j, "rtt_ms");
    json_array(&j, "empty");
    json_end_array(&j);
    json_array(&j, "list");
    json_int(&j, NULL, 1);
    json_object(&j, NULL);
    json_end_object(&j);
    json_str(&j, NULL, "x");
    json_end_array(&j);
    json_object(&j, "in");
    json_int(&j, "a", 0);
    json_end_object(&j);
    json_int(&j, "last", -1);
    json_end_object(&j);
    const char *expected = "{\"stream\":\"front\",\"segment\":null,\"least\":-9223372036854775808,"
                           "\"most\":18446744073709551615,\"recording\":true,\"shown\":false,"
                           "\"rtt_ms\":null,\"empty\":[],\"list\":[1,{},\"x\"],\"in\":{\"a\":0},"
                           "\"last\":-1}";
    assert_string_equal(json_text(&j, &len), expected);
    assert_int_equal(len, strlen(expected));
    json_fini(&j);
}

static void quotes_what_needs_it(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"\xe5\x89\x8d\xe9\x97\xa8", "\"\xe5\x89\x8d\xe9\x97\xa8\""},
        {"a\xff", "\"a\xef\xbf\xbd\""},
        {"\xe5\x89", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json j;
        json_init(&j);
        json_str(&j, NULL, cases[i].in);
        assert_string_equal(json_text(&j, NULL), cases[i].out);
        json_fini(&j);
    }
}

static void writes_numbers_that_json_has(void **state)
{
    static const struct {
        double v;
        int decimals;
        const char *out;
    } cases[] = {
        {1.25, 2, "1.25"}, {1.0, 0, "1"},         {-0.5, 1, "-0.5"},
        {NAN, 3, "null"},  {INFINITY, 3, "null"}, {2.0, -1, "2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json j;
        json_init(&j);
        json_real(&j, NULL, cases[i].v, cases[i].decimals);
        assert_string_equal(json_text(&j, NULL), cases[i].out);
        json_fini(&j);
    }
    struct json j;
    json_init(&j);
    json_real(&j, NULL, 1.7976931348623157e308, 17);
    assert_int_equal(strlen(json_text(&j, NULL)), 309 + 1 + 17);
    json_fini(&j);
}

static void grows_and_remembers_a_failure(void **state)
{
    struct json j;
    json_init(&j);
    json_array(&j, NULL);
    for (int i = 0; i < 1000; i++)
        json_int(&j, NULL, 123456789);
    json_end_array(&j);
    size_t len;
    assert_non_null(json_text(&j, &len));
    assert_int_equal(len, 1000 * 10 + 1);
    json_fini(&j);

    json_init(&j);
    mem_fail_at(2);
    for (int i = 0; i < 1000; i++)
        json_int(&j, NULL, 123456789);
    assert_null(json_text(&j, &len));
    assert_int_equal(j.err, -ENOMEM);
    json_fini(&j);
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nests_and_separates),
        cmocka_unit_test(quotes_what_needs_it),
        cmocka_unit_test(writes_numbers_that_json_has),
        cmocka_unit_test(grows_and_remembers_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
