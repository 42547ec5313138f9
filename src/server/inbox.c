/* SPDX-License-Identifier: MIT */
#include "server/inbox.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "util/mono.h"

int inbox_init(struct inbox *b)
{
    memset(b, 0, sizeof *b);
    int rc = pthread_mutex_init(&b->lock, NULL);
    if (rc != 0)
        return -rc;
    sem_init(&b->bell, 0, 0);
    return 0;
}

void inbox_fini(struct inbox *b)
{
    inbox_drop_frames(b);
    sem_destroy(&b->bell);
    pthread_mutex_destroy(&b->lock);
}

static bool is_ready(const struct inbox *b)
{
    return b->used > 0 || b->words != 0 || (b->wants_frames && b->n_frames > 0);
}

/* Unlocks before it rings: whoever wakes would only wait for the lock again. Nobody is woken twice,
 * or by what he does not wait for. A semaphore because the mutex of a condition variable costs
 * everybody who was woken one more system call. */
static void unlock_and_ring(struct inbox *b)
{
    bool ring = b->waiting && is_ready(b);
    if (ring)
        b->waiting = false;
    pthread_mutex_unlock(&b->lock);
    if (ring)
        sem_post(&b->bell);
}

static void ring_copy_in(struct inbox *b, const uint8_t *bytes, size_t len)
{
    size_t at = (b->head + b->used) % INBOX_BYTES;
    size_t first = len < INBOX_BYTES - at ? len : INBOX_BYTES - at;
    memcpy(b->bytes + at, bytes, first);
    memcpy(b->bytes, bytes + first, len - first);
    b->used += len;
}

static void ring_copy_out(struct inbox *b, uint8_t *buf, size_t len)
{
    size_t first = len < INBOX_BYTES - b->head ? len : INBOX_BYTES - b->head;
    memcpy(buf, b->bytes + b->head, first);
    memcpy(buf + first, b->bytes, len - first);
    b->head = (b->head + len) % INBOX_BYTES;
    b->used -= len;
}

void inbox_put_dgram(struct inbox *b, const uint8_t *bytes, size_t len)
{
    const uint8_t size[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    pthread_mutex_lock(&b->lock);
    if (len == 0 || len > INBOX_DGRAM_MAX || b->used + sizeof size + len > INBOX_BYTES) {
        b->dgrams_dropped++;
        pthread_mutex_unlock(&b->lock);
        return;
    }
    ring_copy_in(b, size, sizeof size);
    ring_copy_in(b, bytes, len);
    unlock_and_ring(b);
}

size_t inbox_take_dgram(struct inbox *b, uint8_t *buf, size_t cap)
{
    size_t len = 0;
    pthread_mutex_lock(&b->lock);
    if (b->used > 0 && cap >= INBOX_DGRAM_MAX) {
        uint8_t size[2];
        ring_copy_out(b, size, sizeof size);
        len = (size_t)size[0] << 8 | size[1];
        ring_copy_out(b, buf, len);
    }
    pthread_mutex_unlock(&b->lock);
    return len;
}

void inbox_put_frame(struct inbox *b, struct frame *f)
{
    struct frame *oldest = NULL;
    pthread_mutex_lock(&b->lock);
    if (b->n_frames == INBOX_FRAMES) {
        oldest = b->frames[b->first_frame];
        b->first_frame = (b->first_frame + 1) % INBOX_FRAMES;
        b->n_frames--;
        b->frames_dropped++;
    }
    b->frames[(b->first_frame + b->n_frames++) % INBOX_FRAMES] = frame_ref(f);
    unlock_and_ring(b);
    frame_unref(&oldest);
}

struct frame *inbox_take_frame(struct inbox *b)
{
    struct frame *f = NULL;
    pthread_mutex_lock(&b->lock);
    if (b->n_frames > 0) {
        f = b->frames[b->first_frame];
        b->first_frame = (b->first_frame + 1) % INBOX_FRAMES;
        b->n_frames--;
    }
    pthread_mutex_unlock(&b->lock);
    return f;
}

void inbox_drop_frames(struct inbox *b)
{
    for (struct frame *f; (f = inbox_take_frame(b));)
        frame_unref(&f);
}

uint64_t inbox_frames_dropped(struct inbox *b)
{
    pthread_mutex_lock(&b->lock);
    uint64_t n = b->frames_dropped;
    pthread_mutex_unlock(&b->lock);
    return n;
}

void inbox_say(struct inbox *b, enum inbox_word word)
{
    pthread_mutex_lock(&b->lock);
    b->words |= word;
    unlock_and_ring(b);
}

void inbox_end(struct inbox *b, int reason)
{
    pthread_mutex_lock(&b->lock);
    if (!b->ended)
        b->reason = reason;
    b->ended = true;
    b->words |= INBOX_END;
    unlock_and_ring(b);
}

unsigned inbox_take_words(struct inbox *b)
{
    pthread_mutex_lock(&b->lock);
    unsigned words = b->words;
    b->words = 0;
    pthread_mutex_unlock(&b->lock);
    return words;
}

/* False when it is too late. */
static bool wait_bell(struct inbox *b, uint64_t deadline_ns)
{
    const struct timespec t = {(time_t)(deadline_ns / NS_PER_S), (long)(deadline_ns % NS_PER_S)};
    if (deadline_ns == UINT64_MAX)
        sem_wait(&b->bell);
    else if (sem_clockwait(&b->bell, CLOCK_MONOTONIC, &t) != 0)
        return errno != ETIMEDOUT;
    return true;
}

/* A bell that comes too late to be heard is heard by the next wait, which then looks once more. */
void inbox_wait(struct inbox *b, bool frames, uint64_t deadline_ns)
{
    bool late = false;
    pthread_mutex_lock(&b->lock);
    b->wants_frames = frames;
    while (!is_ready(b) && !late) {
        b->waiting = true;
        pthread_mutex_unlock(&b->lock);
        late = !wait_bell(b, deadline_ns);
        pthread_mutex_lock(&b->lock);
    }
    b->waiting = false;
    pthread_mutex_unlock(&b->lock);
}
