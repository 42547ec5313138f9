/* SPDX-License-Identifier: MIT */
/* A datagram from an address that nobody knows: what it is, and what it is answered. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/secure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int answer(void *ctx, const uint8_t *dgram, size_t len)
{
    size_t question = *(size_t *)ctx;
    if (len > question || secure_peek(dgram, len) == SECURE_FOREIGN)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct secure_cookies cookies;
    uint8_t prestate[SECURE_PRESTATE_BYTES];
    if (cookies.key_len[0] == 0 && (secure_global_init() < 0 || secure_cookies_init(&cookies, 1)))
        abort();
    const uint8_t *random = secure_hello_random(data, size);
    if (random &&
        (secure_peek(data, size) != SECURE_HELLO || random < data || random + 32 > data + size))
        abort();
    int e = secure_cookie_check(&cookies, 1, "a", 1, data, size, prestate, answer, &size);
    if (e == 0 && !random) /* nothing but a whole hello gets an answer */
        abort();
    return 0;
}
