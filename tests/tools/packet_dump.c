/* SPDX-License-Identifier: MIT */
/* What check_protocol.py holds against doc/protocol.md. Without an argument: every constant and
 * every sample, "message NAME HEX" and its fields. With --judge: a verdict for each line of hex on
 * standard input. With --corpus DIR: every sample as a file, for the fuzzer. */
#include <stdlib.h>
#include <string.h>

#include "tools/packet_samples.h"
#include "util/err.h"

#define CONSTANT(name)                                                                             \
    {                                                                                              \
#name, name                                                                                \
    }
static const struct {
    const char *name;
    long value;
} constants[] = {
    CONSTANT(PROTO_PORT),
    CONSTANT(PROTO_VERSION),
    CONSTANT(PROTO_UDP_PAYLOAD),
    CONSTANT(PROTO_UDP_PAYLOAD_MIN),
    CONSTANT(PROTO_UDP_PAYLOAD_MAX),
    CONSTANT(PROTO_DTLS_OVERHEAD),
    CONSTANT(PROTO_FRAGMENT_HEADER),
    CONSTANT(PROTO_STRIDE_MIN),
    CONSTANT(PROTO_STRIDE_MAX),
    CONSTANT(PROTO_FRAME_BYTES_MAX),
    CONSTANT(PROTO_FRAGMENTS_MAX),
    CONSTANT(PROTO_REASM_FRAMES),
    CONSTANT(PROTO_REASM_BYTES),
    CONSTANT(PROTO_FRAME_WINDOW),
    CONSTANT(PROTO_NAME_MAX),
    CONSTANT(PROTO_TEXT_MAX),
    CONSTANT(PROTO_CAMERAS_MAX),
    CONSTANT(PACKET_CAMERAS),
    CONSTANT(PROTO_SIDE_MAX),
    CONSTANT(PROTO_TIERS),
    CONSTANT(PROTO_FETCH_MAX),
    CONSTANT(PROTO_NACK_BITMAP_MAX),
    CONSTANT(PROTO_REPORT_MS),
    CONSTANT(PROTO_PAUSE_MS),
    CONSTANT(PROTO_LEASE_MS),
    CONSTANT(PROTO_QUIET_MS),
    CONSTANT(PROTO_SILENCE_MS),
    CONSTANT(LEGACY_DATAGRAM_MAX),
    CONSTANT(LEGACY_SILENCE_MS),
    CONSTANT(CAMERA_LIVE),
    CONSTANT(CAMERA_IDLE),
    CONSTANT(CAMERA_OFFLINE),
    CONSTANT(SUBSCRIBE_REACH_BACK),
    CONSTANT(SUBSCRIBE_PAUSE),
    CONSTANT(FRAGMENT_REPAIR),
    CONSTANT(FRAGMENT_HISTORY),
    CONSTANT(FRAGMENT_FIRST),
    CONSTANT(REASON_CLOSED),
    CONSTANT(REASON_STOPPING),
    CONSTANT(REASON_REPLACED),
    CONSTANT(REASON_KICKED),
    CONSTANT(REASON_TIMED_OUT),
    CONSTANT(REASON_NOT_AUTHORIZED),
    CONSTANT(REASON_NO_CAMERA),
    CONSTANT(REASON_FULL),
    CONSTANT(REASON_VERSION),
    CONSTANT(REASON_BAD_MESSAGE),
};

static int dump(void)
{
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        printf("constant %s %ld\n", constants[i].name, constants[i].value);
    for (size_t i = 0; i < packet_samples_n; i++) {
        const struct packet *p = &packet_samples[i];
        uint8_t bytes[PACKET_SAMPLE_BYTES];
        size_t len = packet_encode(p, bytes, sizeof bytes);
        if (len == 0)
            return EXIT_FAILURE;
        printf("message %s ", packet_type_name(p->type));
        for (size_t k = 0; k < len; k++)
            printf("%02x", bytes[k]);
        putchar('\n');
        packet_print(p, stdout);
    }
    return EXIT_SUCCESS;
}

/* The bytes stand in a buffer of exactly that size for the sanitizers. */
static const char *judge_line(const char *hex)
{
    size_t len = strspn(hex, "0123456789abcdef") / 2;
    uint8_t *bytes = malloc(len > 0 ? len : 1);
    if (!bytes)
        return "no memory";
    for (size_t i = 0; i < len; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    struct packet p;
    int r = packet_decode(bytes, len, &p);
    free(bytes);
    return r == 0 ? "ok" : r == ERR_FORMAT ? "format" : r == ERR_UNKNOWN ? "unknown" : "other";
}

static int judge(void)
{
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, stdin) > 0)
        puts(judge_line(line));
    free(line);
    return EXIT_SUCCESS;
}

static int corpus(const char *dir)
{
    for (size_t i = 0; i < packet_samples_n; i++) {
        uint8_t bytes[PACKET_SAMPLE_BYTES];
        size_t len = packet_encode(&packet_samples[i], bytes, sizeof bytes);
        char path[4096];
        snprintf(path, sizeof path, "%s/message-%02zu", dir, i);
        FILE *f = fopen(path, "wb");
        if (!f)
            return EXIT_FAILURE;
        bool wrote = fwrite(bytes, 1, len, f) == len;
        if (fclose(f) != 0 || !wrote)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--corpus") == 0)
        return corpus(argv[2]);
    return argc > 1 && strcmp(argv[1], "--judge") == 0 ? judge() : dump();
}
