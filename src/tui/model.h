/* SPDX-License-Identifier: MIT */
#ifndef TUI_MODEL_H
#define TUI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Everything the screen shows, as plain values. Whoever owns the live objects fills it when asked
 * (tui_source.snapshot, on the UI thread); views read it and nothing else. What is not known is
 * NAN for reals and 0 for the rest. */

enum {
    TUI_NAME_MAX = 65 * 4, /* 64 characters of UTF-8 */
    TUI_TEXT_MAX = 384,
    TUI_EVENTS = 1000, /* the newest that are kept */
    TUI_HISTORY = 300, /* samples of a graph, one a second */
    TUI_FINGERPRINT_MAX = 64,
    TUI_CATALOGUE = 64,
};

enum tui_state {
    TUI_CONNECTING,
    TUI_LIVE,
    TUI_STALE,   /* connected, no picture for a while */
    TUI_OFFLINE, /* the server is there, its camera is not */
    TUI_REFUSED,
    TUI_LOST, /* no connection; next_try_us says when it is tried again */
    TUI_STATES
};

struct tui_stream {
    uint64_t id; /* never 0, never used again for another stream */
    char name[TUI_NAME_MAX];
    char url[TUI_TEXT_MAX];
    enum tui_state state;
    char why[TUI_TEXT_MAX]; /* a sentence without full stop when not live; "" if nothing to say */
    uint64_t next_try_us;   /* mono_us() of the next try; 0: none planned */
    uint64_t frame_us;      /* mono_us() when the newest frame was whole; 0: none yet */
    bool legacy;            /* unencrypted legacy protocol */

    unsigned width, height; /* pixels of the camera's picture */
    double fps, bits_per_second;
    double loss_raw, loss; /* 0 … 1 before and after repair, over the last seconds */
    uint64_t packets_lost, packets_repaired, frames, frames_incomplete, reconnects;
    double jitter_ms, rtt_ms, latency_ms; /* latency: capture to complete here */

    bool recording;
    uint64_t recorded_s, recorded_bytes; /* this recording */
    unsigned every_nth;  /* 1: every frame comes; 3: every third, because the path is narrow */
    unsigned tiers_down; /* the picture is that much smaller than asked for, likewise */
    uint64_t recorder_dropped;
    double recorder_latency_ms;      /* from arrival to the file, of the last frame */
    char recorder_why[TUI_TEXT_MAX]; /* "disk full, resumes by itself"; "" when all is well */
};

enum tui_level { TUI_NOTE, TUI_WARNING, TUI_ERROR };

struct tui_event {
    int64_t wall_us;
    enum tui_level level;
    char text[TUI_TEXT_MAX];
};

/* A ring; the filler adds only what is newer than last_seq. */
struct tui_events {
    struct tui_event *ring; /* TUI_EVENTS of them */
    size_t first, n;
    uint64_t last_seq; /* the filler's number of the newest event added; 0: none */
};

/* A server whose key nobody knows, or whose key changed: the UI asks, or explains. */
struct tui_trust {
    uint64_t id; /* of the question; 0: none open */
    char host_port[TUI_NAME_MAX];
    char fingerprint[TUI_FINGERPRINT_MAX];
    bool changed; /* the key differs from the remembered one: refused, not asked */
    char remembered[TUI_FINGERPRINT_MAX];
    char file[TUI_TEXT_MAX]; /* known_servers, and the line in it, when changed */
    unsigned line;
};

/* The cameras of a host that actions.catalogue asked for. */
struct tui_camera {
    char name[TUI_NAME_MAX];
    unsigned width, height;
    double fps;
    bool offline;
};
struct tui_catalogue {
    char host[TUI_NAME_MAX]; /* as asked; "" when nothing was asked */
    bool done;               /* false: still asking */
    char why[TUI_TEXT_MAX];  /* done and failed */
    size_t n;
    struct tui_camera camera[TUI_CATALOGUE];
};

struct tui_model {
    struct tui_stream *stream;
    size_t n, cap;
    char wall_name[TUI_NAME_MAX];
    bool can_detach;          /* there is a wall that goes on without a screen */
    uint64_t disk_free_bytes; /* 0 with disk_known false */
    bool disk_known;
    double record_bytes_per_second; /* of all recordings together */
    uint64_t recorded_bytes;        /* since the program started */
    double cpu;                     /* 0 … cores, of the whole program */
    struct tui_events events;
    struct tui_trust trust;
    struct tui_catalogue catalogue;
};

/* Seconds of graphs of one stream, oldest first; NAN where nothing was known. */
struct tui_history {
    size_t n;
    float bits_per_second[TUI_HISTORY], fps[TUI_HISTORY], loss[TUI_HISTORY],
        latency_ms[TUI_HISTORY];
};

int tui_model_init(struct tui_model *m); /* 0 or -ENOMEM */
void tui_model_fini(struct tui_model *m);

/* Makes room for n streams and sets m->n; new ones are zeroed, reals NAN. 0 or -ENOMEM. */
int tui_model_resize(struct tui_model *m, size_t n);

/* Facts that are unknown become NAN, numbers 0, text "". */
void tui_stream_init(struct tui_stream *s);

/* Adds as number seq, dropping the oldest when full. */
void tui_events_add(struct tui_events *e, uint64_t seq, int64_t wall_us, enum tui_level level,
                    const char *text);
/* i = 0 is the oldest; i < e->n. */
const struct tui_event *tui_events_at(const struct tui_events *e, size_t i);

#endif
