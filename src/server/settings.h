/* SPDX-License-Identifier: MIT */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/source.h"
#include "net/addr.h"
#include "util/options.h"

enum { SETTINGS_CAMERAS = 64, SETTINGS_LISTEN = 16, SETTINGS_NETS = 32 };

/* What camwalld was told. Read by main, never changed while threads run; a reload makes a new one.
 */
struct camera_settings {
    struct source_spec source;
    int quality; /* 1 … 100 */
    uint64_t history_ms;
    bool from_file; /* a section of the configuration file */
    bool has_source;
};

struct server_settings {
    /* the options table writes here */
    struct option_strings listen_texts;
    struct option_size size;
    uint32_t millihertz;
    int64_t quality;
    bool always;
    uint64_t history_ms;
    int64_t mtu;
    char *state_dir_text, *authorized_text;
    bool open;
    struct option_maybe legacy_text;
    int64_t max_clients, max_clients_per_address;
    char *log_file;
    int log_format;
    char *config_path;
    int action;

    /* made from it by settings_finish() */
    struct camera_settings cameras[SETTINGS_CAMERAS];
    unsigned n_cameras;
    struct {
        struct addr addr;
        bool optional; /* a default that may be missing */
    } listen[SETTINGS_LISTEN];
    unsigned n_listen;
    struct addr_net legacy[SETTINGS_NETS];
    unsigned n_legacy; /* 0: the legacy protocol is off */
    char state_dir[512], key_path[600], authorized_path[600];
};

enum settings_action {
    SETTINGS_RUN,
    SETTINGS_HELP,
    SETTINGS_VERSION,
    SETTINGS_CHECK,
    SETTINGS_FINGERPRINT,
    SETTINGS_COMPLETION,
};

extern const struct option_table server_options;

/* Arguments and the configuration file they name, checked. 0 or a negative code with a sentence in
 * error (OPTIONS_ERROR_MAX bytes). settings_free() in either case. */
int settings_load(struct server_settings *s, int argc, char **argv, char *error);
void settings_free(struct server_settings *s);

#endif
