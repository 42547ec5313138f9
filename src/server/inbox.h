/* SPDX-License-Identifier: MIT */
#ifndef SERVER_INBOX_H
#define SERVER_INBOX_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/frame.h"

/* Everything that a client's thread waits for, behind one lock and one bell: datagrams from the
 * listener, frames from the encoder, and words from either. Bounded: datagrams that do not fit are
 * dropped (newest), of frames the oldest goes. Both are counted. */
enum { INBOX_BYTES = 8192, INBOX_DGRAM_MAX = 2048, INBOX_FRAMES = 8 };

enum inbox_word {
    INBOX_FACTS = 1, /* the camera's facts changed */
    INBOX_ICMP = 2,  /* the peer's port or host is unreachable, somebody says */
    INBOX_END = 4,   /* end the conversation: inbox.reason */
    INBOX_JUDGE = 8, /* the list of authorized clients changed */
};

struct inbox {
    pthread_mutex_t lock;
    sem_t bell;
    bool waiting, wants_frames; /* the client's thread; what inbox_wait() was told */
    uint8_t bytes[INBOX_BYTES]; /* a ring: u16 length, then the datagram */
    size_t head, used;
    struct frame *frames[INBOX_FRAMES];
    unsigned first_frame, n_frames;
    unsigned words; /* said and not taken yet */
    bool ended;
    int reason; /* of the first inbox_end() */
    uint64_t dgrams_dropped, frames_dropped;
};

int inbox_init(struct inbox *b);
void inbox_fini(struct inbox *b);

/* Any thread. */
void inbox_put_dgram(struct inbox *b, const uint8_t *bytes, size_t len);
void inbox_put_frame(struct inbox *b, struct frame *f); /* takes a reference of its own */
void inbox_say(struct inbox *b, enum inbox_word word);
void inbox_end(struct inbox *b, int reason); /* the first reason stays */

/* The client's thread. */
size_t inbox_take_dgram(struct inbox *b, uint8_t *buf, size_t cap); /* 0: none */
struct frame *inbox_take_frame(struct inbox *b);                    /* NULL: none */
void inbox_drop_frames(struct inbox *b);
uint64_t inbox_frames_dropped(struct inbox *b); /* because there was no room for them */
unsigned inbox_take_words(struct inbox *b);
/* Waits until there is a datagram or a word, or a frame if frames are wanted, or the deadline. */
void inbox_wait(struct inbox *b, bool frames, uint64_t deadline_ns);

#endif
