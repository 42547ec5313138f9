/* SPDX-License-Identifier: MIT */
#ifndef TUI_FLOW_H
#define TUI_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much may be on its way to the terminal. Behind what is sent goes a request that every
 * terminal answers (CSI 5 n); the answers tell how fast the far end takes bytes and how long the
 * way there and back is. What is on its way is kept to what the way itself holds and FLOW_QUEUE_MS
 * more: enough to keep a slow link busy, too little to delay a key; and it is sent at the pace at
 * which it arrives. Now and then the way is left to drain and measured anew. A while in which the
 * terminal took nothing does not count, and answers that seem lost are waited for before others
 * count. Pure: time comes in. */

enum {
    FLOW_QUEUE_MS = 40,
    FLOW_FIRST_BYTES = 4096, /* on their way while nothing is known */
    FLOW_LEAST_BYTES = 1536,
    FLOW_MOST_BYTES = 256 * 1024,
    FLOW_REQUESTS = 64,
    FLOW_SAMPLES = 8,
};

enum flow_mode {
    FLOW_WAITING, /* not known yet whether the terminal answers */
    FLOW_ANSWERS,
    FLOW_SILENT, /* it does not: a full terminal is the only sign */
};

struct flow_request {
    uint64_t at_ns;
    uint64_t sent; /* bytes sent up to it */
    bool alone;    /* nothing else was on its way */
};

/* Bytes and the time they took at the far end. */
struct flow_sample {
    double bytes, seconds;
};

struct flow {
    enum flow_mode mode;
    struct flow_request request[FLOW_REQUESTS]; /* ring */
    unsigned first, requests;
    uint64_t sent, delivered;            /* bytes */
    uint64_t last_at_ns, last_answer_ns; /* of the request that was answered last */
    bool put_off;                        /* an answer that counts with the next */
    bool stood_still;                    /* so it seemed at the last answer */
    bool strays;                         /* answers may be lost or just late */
    uint64_t counted;                    /* bytes up to which samples go */
    uint64_t way_ns;   /* there and back with nothing else on the way; 0: not known */
    uint64_t probe_ns; /* when it is to be measured anew */
    struct flow_sample sample[FLOW_SAMPLES];
    unsigned samples;
    struct flow_sample more; /* said last that the link takes more … */
    uint64_t more_ns;        /* … and when */
    size_t window;
    uint64_t free_ns; /* when the link will have taken all, as far as is known */
    size_t cap;       /* bytes a second at most; 0: none */
    double tokens;
    uint64_t tokens_ns;
};

void flow_init(struct flow *f, size_t cap);

/* What became known about the terminal. */
void flow_set_mode(struct flow *f, enum flow_mode mode);

void flow_on_sent(struct flow *f, size_t bytes, uint64_t now_ns);
void flow_on_request(struct flow *f, uint64_t now_ns);
void flow_on_answer(struct flow *f, uint64_t now_ns);

/* Bytes of pictures that may be sent now; 0: wait for an answer or until flow_deadline(). */
size_t flow_room(struct flow *f, uint64_t now_ns);
/* A request of its own is due: the way is empty. */
bool flow_wants_probe(const struct flow *f, uint64_t now_ns);
/* Whether requests are sent at all, and there is room to remember one. */
bool flow_asks(const struct flow *f);
/* More than the link takes in a moment is on its way: what can wait should. */
bool flow_behind(const struct flow *f);
/* Bytes a second that the far end takes, or that are allowed; 0: not known. */
double flow_rate(const struct flow *f);
/* When to look again although no answer came; UINT64_MAX: never. */
uint64_t flow_deadline(const struct flow *f, uint64_t now_ns);

#endif
