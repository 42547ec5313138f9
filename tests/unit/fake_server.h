/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAKE_SERVER_H
#define TESTS_FAKE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "net/keys.h"
#include "proto/packet.h"

/* A server on a thread of this process, on a loopback port, that serves one small JPEG again and
 * again under rising numbers, and misbehaves as it is told to. */
enum { FAKE_WIDTH = 160, FAKE_HEIGHT = 120, FAKE_FRAME_MS = 20 };

struct fake_server;

struct fake_orders {  /* may change while it runs */
    bool deaf;        /* drops all that comes from and goes to sessions it has now */
    bool refuse;      /* NOT_AUTHORIZED to every SUBSCRIBE and CATALOGUE? */
    bool lie;         /* announces twice the width */
    bool swap;        /* every second frame's last fragment comes after the next frame */
    bool offline;     /* announces the camera as off, sends no frames */
    unsigned cameras; /* in the catalogue: cam0 … */
};

/* port 0: any. Takes over keys only as a loan. */
struct fake_server *fake_server_start(const struct keys *keys, uint16_t port);
void fake_server_stop(struct fake_server *f);
uint16_t fake_server_port(const struct fake_server *f);
void fake_server_order(struct fake_server *f, const struct fake_orders *o);

unsigned fake_server_messages(struct fake_server *f); /* records that clients sent */
unsigned fake_server_goodbyes(struct fake_server *f); /* of them GOODBYE */
unsigned fake_server_sessions(struct fake_server *f); /* handshakes finished */

#endif
