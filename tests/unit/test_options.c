/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit/options_sample.h"
#include "util/alloc.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { ARGS_MAX = 8 };

/* Splits "a b c" into arguments after the program's name. */
static int split(char *line, char **argv)
{
    int argc = 0;
    argv[argc++] = (char *)"sample";
    for (char *save, *s = strtok_r(line, " ", &save); s; s = strtok_r(NULL, " ", &save))
        argv[argc++] = s;
    argv[argc] = NULL;
    return argc;
}

static int run_args(struct sample *s, const char *line, char *error)
{
    char copy[128], *argv[ARGS_MAX + 2];
    int operand;
    snprintf(copy, sizeof copy, "%s", line);
    int argc = split(copy, argv);
    return options_args(&sample_table, s, argc, argv, &operand, error);
}

static int run_text(struct sample *s, const char *text, char *error)
{
    return options_text(&sample_table, s, text, strlen(text), "x.conf", error);
}

static void check_values(const struct sample *s)
{
    assert_true(s->always);
    assert_string_equal(s->dir, "rec");
    assert_int_equal(s->listen.n, 2);
    assert_string_equal(s->listen.at[0], "[::]:1");
    assert_string_equal(s->listen.at[1], "0.0.0.0");
    assert_int_equal(s->quality, 50);
    assert_true(s->quality_given);
    assert_int_equal(s->segment_ms, 90000);
    assert_int_equal(s->cache_bytes, 65536);
    assert_int_equal(s->size.width, 640);
    assert_int_equal(s->size.height, 480);
    assert_int_equal(s->rate, 12500);
    assert_int_equal(s->codec, 1);
    assert_true(s->legacy.given);
    assert_string_equal(s->legacy.value, "10.0.0.0/8");
}

static void arguments_set_every_type(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    char line[] =
        "-a -d rec one -l[::]:1 --listen=0.0.0.0 --quality 50 -t 90s --cache 64k -s 640x480 "
        "-r 12.5 --codec h264 two --legacy=10.0.0.0/8 --help -- -x";
    char *argv[32];
    int operand, argc = split(line, argv);
    struct sample s = {0};
    assert_int_equal(options_args(&sample_table, &s, argc, argv, &operand, error), 0);
    check_values(&s);
    assert_int_equal(s.action, 7);
    assert_int_equal(argc - operand, 3);
    assert_string_equal(argv[operand], "one");
    assert_string_equal(argv[operand + 1], "two");
    assert_string_equal(argv[operand + 2], "-x");
    options_free(&sample_table, &s);
    assert_null(s.dir);
    assert_int_equal(s.listen.n, 0);
}

static void text_sets_every_type(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct sample s = {0};
    const char *text = "# comment\n\nalways = yes\n  directory = rec ; and more\nlisten=[::]:1\n"
                       "\tlisten = 0.0.0.0\r\nquality: 50\nsegment = 90s\ncache = 64k\n"
                       "size = 640x480\nrate = 12.5\ncodec = h264\nlegacy = 10.0.0.0/8\n"
                       "[camera front]\nsource = v4l2:/dev/video0\n  size = 1x1\n"
                       "[camera  back door]\nsource = pattern";
    assert_int_equal(run_text(&s, text, error), 0);
    check_values(&s);
    assert_string_equal(s.section,
                        "front.source=v4l2:/dev/video0;front.size=1x1;back door.source=pattern;");
    options_free(&sample_table, &s);
}

static void arguments_win_over_the_file(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct sample s = {0};
    assert_int_equal(run_text(&s, "listen = a\nlisten = b\nquality = 3\nlegacy = x\n", error), 0);
    assert_int_equal(s.listen.n, 2);
    assert_int_equal(run_args(&s, "-l c -q 4 -l d --legacy", error), 0);
    assert_int_equal(s.listen.n, 2);
    assert_string_equal(s.listen.at[0], "c");
    assert_string_equal(s.listen.at[1], "d");
    assert_int_equal(s.quality, 4);
    assert_true(s.legacy.given);
    assert_null(s.legacy.value);
    options_free(&sample_table, &s);
}

static void switches_in_a_file(void **state)
{
    static const struct {
        const char *word;
        bool on;
    } cases[] = {
        {"yes", true}, {"true", true},   {"on", true},   {"1", true},
        {"no", false}, {"false", false}, {"off", false}, {"0", false},
    };
    char error[OPTIONS_ERROR_MAX], text[64];
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sample s = {.always = !cases[i].on};
        snprintf(text, sizeof text, "always = %s\nlegacy = %s\n", cases[i].word, cases[i].word);
        assert_int_equal(run_text(&s, text, error), 0);
        assert_int_equal(s.always, cases[i].on);
        assert_int_equal(s.legacy.given, cases[i].on);
        assert_null(s.legacy.value);
    }
}

static void wrong_arguments_are_named(void **state)
{
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"-q 0", "--quality: '0' is not accepted; it takes a number from 1 to 100"},
        {"--quality=101", "--quality: '101' is not accepted; it takes a number from 1 to 100"},
        {"--any x", "--any: 'x' is not accepted; it takes a whole number"},
        {"-t 999ms", "--segment: '999ms' is not accepted; it takes a duration from 1s to 24h, "
                     "such as 90s or 10m"},
        {"-t 25h", "--segment: '25h' is not accepted; it takes a duration from 1s to 24h, "
                   "such as 90s or 10m"},
        {"--cache 1q", "--cache: '1q' is not accepted; it takes bytes such as 80k, 512M or 1.5G"},
        {"-s 640", "--size: '640' is not accepted; it takes WIDTHxHEIGHT such as 640x480, each "
                   "from 1 to 16384"},
        {"-r 0", "--rate: '0' is not accepted; it takes frames a second up to 1000, such as 25, "
                 "29.97 or 30000/1001"},
        {"--codec vp9", "--codec: 'vp9' is not accepted; it takes copy, h264 or mpeg4"},
        {"--bogus", "unknown or ambiguous option '--bogus'; see sample --help"},
        {"--c x", "unknown or ambiguous option '--c'; see sample --help"},
        {"-az", "unknown option '-z'; see sample --help"},
        {"--always=yes", "--always takes no argument: '--always=yes'"},
        {"-d", "--directory needs an argument: DIR"},
        {"--listen", "--listen needs an argument: ADDR[:PORT]"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[OPTIONS_ERROR_MAX] = "";
        struct sample s = {0};
        assert_int_equal(run_args(&s, cases[i].line, error), ERR_FORMAT);
        assert_string_equal(error, cases[i].error);
        assert_false(s.quality_given);
        options_free(&sample_table, &s);
    }
}

#define TEN   "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

static void wrong_text_is_named_with_its_line(void **state)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"quality = 0", "x.conf:1: quality: '0' is not accepted; it takes a number from 1 to 100"},
        {"\n# c\n\n  quality = x\nbogus = 1\n",
         "x.conf:4: quality: 'x' is not accepted; it takes a number from 1 to 100"},
        {"bogus = 1", "x.conf:1: unknown setting 'bogus'; see sample --help"},
        {"config = y", "x.conf:1: unknown setting 'config'; see sample --help"},
        {"help = yes", "x.conf:1: unknown setting 'help'; see sample --help"},
        {"always = maybe", "x.conf:1: always: 'maybe' is not accepted; it takes yes or no"},
        {"always", "x.conf:1: expected 'name = value' or '[section]'"},
        {"any = 1\n 2\n", "x.conf:2: expected 'name = value' or '[section]'"},
        {"[camera x\nsource = y\n", "x.conf:1: expected 'name = value' or '[section]'"},
        {"junk\nquality = 0\n", "x.conf:1: expected 'name = value' or '[section]'"},
        {"any = 1\n[cam x]\na = 1", "x.conf:2: unknown section [cam x]; it takes [camera NAME]"},
        {"[camera]\na = 1", "x.conf:1: unknown section [camera]; it takes [camera NAME]"},
        {"[camera x]\ncolour = 1",
         "x.conf:2: unknown setting 'colour' in [camera x]; it takes source or size"},
        {"[camera x]\nsource =", "x.conf:2: source: '' is not accepted; it takes something"},
        {"any = 1\n[zoo]\n", "x.conf:2: unknown section [zoo]; it takes [camera NAME]"},
        {FIFTY " = 1\n", "x.conf:1: name of a setting too long"},
        {"\ndirectory = " FIFTY FIFTY FIFTY FIFTY "\n",
         "x.conf:2: line too long: at most 198 bytes fit"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[OPTIONS_ERROR_MAX] = "";
        struct sample s = {0};
        assert_int_equal(run_text(&s, cases[i].text, error), ERR_FORMAT);
        assert_string_equal(error, cases[i].error);
        options_free(&sample_table, &s);
    }
    char error[OPTIONS_ERROR_MAX];
    struct sample s = {0};
    assert_int_equal(options_text(&sample_table, &s, "any=\0001", 6, "x.conf", error), ERR_FORMAT);
    assert_string_equal(error, "x.conf:1: not a text file");
}

/* A section's name may be longer than what libinih keeps of it. */
static void long_section_names_are_kept(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    struct sample s = {0};
    assert_int_equal(run_text(&s, "[camera " FIFTY FIFTY "]\nsource = y\n", error), 0);
    assert_string_equal(s.section, FIFTY FIFTY ".source=y;");
}

static void files_are_read_or_named(void **state)
{
    char path[] = "/tmp/test_options.XXXXXX", error[OPTIONS_ERROR_MAX], expected[128];
    struct sample s = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    dprintf(fd, "quality = 7\n");
    for (int i = 0; i < 3000; i++)
        dprintf(fd, "# filling line %d\n", i);
    dprintf(fd, "any = x\n");
    close(fd);
    assert_int_equal(options_file(&sample_table, &s, path, error), ERR_FORMAT);
    snprintf(expected, sizeof expected,
             "%s:3002: any: 'x' is not accepted; it takes a whole number", path);
    assert_string_equal(error, expected);
    assert_int_equal(s.quality, 7);
    unlink(path);
    assert_int_equal(options_file(&sample_table, &s, path, error), -ENOENT);
    snprintf(expected, sizeof expected, "%s: no such file or directory", path);
    assert_string_equal(error, expected);
    assert_int_equal(options_file(&sample_table, &s, "/tmp", error), -EISDIR);
    assert_int_equal(options_file(&sample_table, &s, "/dev/zero", error), -EFBIG);
}

static void finds_the_configuration_only(void **state)
{
    static const struct {
        const char *line, *path;
    } cases[] = {
        {"", NULL},
        {"-c a", "a"},
        {"-ca", "a"},
        {"-ac a", "a"},
        {"x --config=a y", "a"},
        {"--config a --config b", "b"},
        {"--bogus -c a", "a"},
        {"-d -c a", NULL}, /* "-c" is the directory */
        {"-- -c a", NULL},
        {"-c", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char line[64], *argv[ARGS_MAX + 2], *before[ARGS_MAX + 2];
        snprintf(line, sizeof line, "%s", cases[i].line);
        int argc = split(line, argv);
        memcpy(before, argv, sizeof before);
        const char *path = options_config_path(&sample_table, argc, argv);
        assert_int_equal(path != NULL, cases[i].path != NULL);
        if (path)
            assert_string_equal(path, cases[i].path);
        assert_memory_equal(before, argv, (size_t)argc * sizeof *argv);
    }
}

static void survives_want_of_memory(void **state)
{
    char error[OPTIONS_ERROR_MAX];
    unsigned n = 1;
    for (int rc = -ENOMEM; rc != 0; n++) {
        struct sample s = {0};
        mem_fail_at(n);
        rc = run_args(&s, "-d rec -l a -l b --legacy=x", error);
        mem_fail_at(0);
        assert_true(rc == 0 || rc == -ENOMEM);
        options_free(&sample_table, &s);
        mem_fail_at(n);
        int rc2 = run_text(&s, "directory = d\nlisten = a\nlisten = b\nlegacy = x\n", error);
        mem_fail_at(0);
        assert_true(rc2 == 0 || rc2 == -ENOMEM);
        options_free(&sample_table, &s);
    }
    assert_true(n > 6);
}

static char *shown(void (*show)(const struct option_table *, FILE *))
{
    char *text = NULL;
    size_t len;
    FILE *f = open_memstream(&text, &len);
    show(&sample_table, f);
    fclose(f);
    return text;
}

static void help_fits_a_terminal(void **state)
{
    char *text = shown(options_help);
    assert_int_equal(strncmp(text, "Usage: sample [OPTION]... [NAME=]SOURCE...\n", 43), 0);
    assert_non_null(strstr(text, "\n  -q, --quality N             Quality, 85 if not given.\n"));
    assert_non_null(strstr(text, "\n      --legacy[=CIDR,...]     .dotted - help.\n"));
    for (char *save, *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save))
        assert_true(strlen(s) <= 80);
    free(text);
}

static void manual_escapes_what_roff_takes(void **state)
{
    char *text = shown(options_man);
    assert_non_null(
        strstr(text, ".TP\n\\fB\\-q\\fR, \\fB\\-\\-quality\\fR \\fIN\\fR\nQuality, 85"));
    assert_non_null(
        strstr(text, "\\fB\\-\\-legacy\\fR[=\\fICIDR,...\\fR]\n\\&.dotted \\- help.\n"));
    free(text);
}

static void completion_offers_names_and_choices(void **state)
{
    char *text = shown(options_completion);
    assert_non_null(strstr(text, "--codec) COMPREPLY=($(compgen -W 'copy h264 mpeg4' "));
    assert_non_null(strstr(text, "-d|--directory) COMPREPLY=($(compgen -d "));
    for (size_t i = 0; i < COUNT(sample_defs); i++) {
        char name[32];
        snprintf(name, sizeof name, "--%s", sample_defs[i].name);
        assert_non_null(strstr(text, name));
    }
    FILE *bash = popen("bash -c 'source /dev/stdin; COMP_WORDS=(sample --codec m) COMP_CWORD=2; "
                       "_sample; test \"${COMPREPLY[*]}\" = mpeg4'",
                       "w");
    fputs(text, bash);
    assert_int_equal(pclose(bash), 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_set_every_type),
        cmocka_unit_test(text_sets_every_type),
        cmocka_unit_test(arguments_win_over_the_file),
        cmocka_unit_test(switches_in_a_file),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(wrong_text_is_named_with_its_line),
        cmocka_unit_test(long_section_names_are_kept),
        cmocka_unit_test(files_are_read_or_named),
        cmocka_unit_test(finds_the_configuration_only),
        cmocka_unit_test(survives_want_of_memory),
        cmocka_unit_test(help_fits_a_terminal),
        cmocka_unit_test(manual_escapes_what_roff_takes),
        cmocka_unit_test(completion_offers_names_and_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
