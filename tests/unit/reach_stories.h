/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_REACH_STORIES_H
#define TESTS_UNIT_REACH_STORIES_H

#include <stdint.h>

/* What comes, what is asked and what is given when frames of the history are reached for, step by
 * step. The round trip is 20 ms, the repair window 200 ms; a frame has three fragments. */
enum what {
    LAST,     /* of a story */
    START,    /* at frame a; live media brings b and newer */
    DECIDED,  /* live media has had its chance before a */
    LIVE,     /* frames a … b come whole, live */
    PAST,     /* … out of the history */
    FIRST,    /* … which begins there */
    REPAIRS,  /* … as repairs */
    PIECE,    /* fragment b of the history's frame a */
    SPARE,    /* … which is of no use */
    DARK,     /* nothing at all is heard of the server, from now on */
    LIGHT,    /* … until now */
    SESSION,  /* another one begins */
    LEFT_OUT, /* of a + 1 live frames one is sent */
    END,      /* a is not wanted any more, nor what is newer */
    FETCHES,  /* asks for a … b */
    NACKS,    /* asks for the rest of a */
    WAITS,    /* asks for no frames */
    WAKES,    /* has nothing to do before a ms */
    GIVES,    /* frames a … b, in order, and no more for now */
    NOTHING,  /* gives none */
    OVER,     /* all is settled; a: or not */
};
struct step {
    unsigned ms;
    enum what what;
    uint32_t a, b;
};
enum { STEPS = 24, YET = 1, NEVER = UINT32_MAX };

struct reach_story {
    const char *name;
    struct step step[STEPS];
};

extern const struct reach_story reach_stories[];
extern const unsigned n_reach_stories;

#endif
