/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over its corpus without libFuzzer, as part of make check. TAP out. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The file's bytes in a buffer of exactly its size, so that a sanitizer sees reads past the end. */
static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    uint8_t *bytes = NULL;
    size_t len = 0;
    int c;
    while ((c = getc(f)) != EOF) {
        uint8_t *grown = realloc(bytes, len + 1);
        if (!grown)
            break;
        bytes = grown;
        bytes[len++] = (uint8_t)c;
    }
    fclose(f);
    LLVMFuzzerTestOneInput(bytes ? bytes : (const uint8_t *)"", len);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    const char *top = getenv("srcdir");
    const char *name = strrchr(argv[0], '/');
    name = name ? name + 1 : argv[0];
    char dir[1024];
    if (argc > 1)
        snprintf(dir, sizeof dir, "%s", argv[1]);
    else
        snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", top ? top : ".", name);
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[2048];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        n++;
        printf("%s %d - %s %s\n", replay(path) == 0 ? "ok" : "not ok", n, name, e->d_name);
    }
    if (d)
        closedir(d);
    if (n == 0)
        printf("not ok %d - %s has no corpus in %s\n", ++n, name, dir);
    printf("1..%d\n", n);
    return 0;
}
