/* SPDX-License-Identifier: MIT */
#include "console/settings.h"

#include "console/settings_section.h"
#include "tui/tui.h"
#include "util/text.h"

#define AT(field) offsetof(struct settings, field)
enum { MINUTE_MS = 60 * 1000 };

const char *const settings_codecs[] = {"copy", "h264", "mpeg4", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const trusts[] = {"ask", "first", "known", NULL};

static const struct option_def defs[] = {
    {'d', "directory", "DIR", OPTION_STRING, AT(directory),
     N_("Where recordings and snapshots go (default: recordings).")},
    {'t', "segment", "DURATION", OPTION_DURATION, AT(segment_ms),
     N_("Length of one file, cut at multiples since local midnight: 60, 90s, 10m, 1h, from 2s to "
        "24h (default: 10m)."),
     SETTINGS_SEGMENT_LEAST_MS, SETTINGS_SEGMENT_MOST_MS},
    {'R', "record", NULL, OPTION_FLAG, AT(record), N_("Start recording every stream at once.")},
    {0, "codec", "CODEC", OPTION_CHOICE, AT(codec),
     N_("What recordings hold: copy (the camera's JPEGs as they are), h264 or mpeg4 (default: "
        "copy)."),
     .choices = settings_codecs},
    {0, "prerecord", "DURATION", OPTION_DURATION, AT(prerecord_ms),
     N_("A recording begins that long before it was asked for, as far as the server remembers; 0 "
        "to 1m (default: 5s)."),
     0, MINUTE_MS},
    {0, "name-template", "TEMPLATE", OPTION_STRING, AT(name_template),
     N_("Names of files, without .mp4: {stream} and %Y %m %d %H %M %S %z and the like are filled "
        "in (default: recording_%Y%m%d_%H%M%S%z).")},
    {0, "on-segment", "PROGRAM", OPTION_STRING, AT(on_segment),
     N_("Run PROGRAM, without a shell, for every finished file; CAMWALL_FILE and others in its "
        "environment say which.")},
    {0, "keep-age", "DURATION", OPTION_DURATION, AT(keep_age_ms),
     N_("Delete recordings that ended longer ago, such as 30d (default: keep all).")},
    {0, "keep-size", "BYTES", OPTION_BYTES, AT(keep_size),
     N_("Delete the oldest recordings when all together are larger, such as 500G (default: keep "
        "all).")},
    {0, "keep-free", "BYTES", OPTION_BYTES, AT(keep_free),
     N_("Delete the oldest recordings when less is free on the disk (default: keep all). "
        "Recording pauses below half of it, at most 512M; without it below 1 % of the disk, at "
        "most 512M.")},
    {'H', "headless", NULL, OPTION_FLAG, AT(headless),
     N_("No screen: stay in the foreground and log to standard error; for services.")},
    {0, "summary", NULL, OPTION_FLAG, AT(summary),
     N_("Without a screen: a line a second on standard error also when that is not a terminal.")},
    {0, "log", "FILE", OPTION_STRING, AT(log),
     N_("Also write the log to FILE, reopened on SIGHUP.")},
    {0, "log-format", "FORMAT", OPTION_CHOICE, AT(log_format),
     N_("Form of the log: text or json (default: text)."), .choices = log_formats},
    {'n', "name", "NAME", OPTION_STRING, AT(name),
     N_("Name of this wall, for --attach and --ctl. A second wall of a name is an error; one "
        "without this option takes the next free of main, main-2, ... (default: main)."),
     .given_offset = AT(name_given)},
    {0, "attach", NULL, OPTION_ACTION, AT(action),
     N_("Show a running wall on this terminal; the operand, if any, is its name."),
     .action = ACTION_ATTACH},
    {0, "ctl", NULL, OPTION_ACTION, AT(action),
     N_("Have a running wall do something; the operands are the command: status, record on|off "
        "[STREAM], snapshot [STREAM], add URL, remove STREAM, detach or quit."),
     .action = ACTION_CTL},
    {0, "stay", NULL, OPTION_FLAG, AT(stay),
     N_("Go on without a screen when the terminal goes away, even if nothing records.")},
    {0, "duration", "DURATION", OPTION_DURATION, AT(duration_ms),
     N_("Stop that long after the first frame received (with --record: recorded), or after the "
        "start if none comes; exit status 1 if a stream was never live (default: never)."),
     1, INT64_MAX},
    {0, "stats", "FILE", OPTION_STRING, AT(stats),
     N_("Write a JSON object a stream a second, one a line, and a last one at the end; - is "
        "standard output.")},
    {0, "trust", "HOW", OPTION_CHOICE, AT(trust),
     N_("What to do about a server whose key is not known: ask (on the screen), first (accept and "
        "remember it) or known (refuse) (default: ask; known without a screen)."),
     .choices = trusts},
    {'p', "preview", "MODE", OPTION_CHOICE, AT(preview),
     N_("How pictures are shown: auto, kitty, iterm2, sixel, truecolor, 256, 16, ascii or off "
        "(default: auto)."),
     .choices = tui_mode_names},
    {0, "symbols", "SET", OPTION_CHOICE, AT(symbols),
     N_("What pictures are drawn with: half, quad, block, sextant, braille or ascii (default: "
        "half, "
        "the steadiest and cheapest)."),
     .choices = tui_symbols_names},
    {0, "fps", "N", OPTION_INT, AT(fps),
     N_("Most preview pictures a second and panel, 1 to 60 (default: 10)."), 1, 60},
    {0, "theme", "THEME", OPTION_CHOICE, AT(theme),
     N_("Colours: dark, light, contrast or mono (default: dark)."), .choices = tui_theme_names},
    {0, "key", "ACTION=KEYS", OPTION_STRINGS, AT(keys),
     N_("Give an action other keys, such as record=r,F5 or detach=none; may repeat. The help view "
        "(?) and the manual name the actions.")},
    {0, "state-dir", "DIR", OPTION_STRING, AT(state_dir),
     N_("Where client.key, known_servers and run are (default: $XDG_STATE_HOME/camwall, that is "
        "~/.local/state/camwall).")},
    {0, "list", "HOST[:PORT]", OPTION_STRING, AT(list),
     N_("Print a server's cameras, one a line: name, size, rate and state, separated by tabs."),
     .not_in_file = true},
    {0, "recover", "DIR", OPTION_STRING, AT(recover),
     N_("Finish the recordings in DIR that a crash left unfinished, and exit; files that somebody "
        "still writes are not touched."),
     .not_in_file = true},
    {0, "identity", NULL, OPTION_ACTION, AT(action),
     N_("Print this console's key as a line for a server's authorized_clients and exit."),
     .action = ACTION_IDENTITY},
    {0, "terminal", NULL, OPTION_ACTION, AT(action),
     N_("Ask the terminal what it can do, print each fact and the preview mode it led to, and "
        "exit."),
     .action = ACTION_TERMINAL, .not_in_file = true},
    {'c', "config", "FILE", OPTION_STRING, AT(config), N_("Read settings from FILE first."),
     .not_in_file = true},
    {'C', "check-config", NULL, OPTION_ACTION, AT(action),
     N_("Check the configuration and the arguments and exit."), .action = ACTION_CHECK},
    {0, "completion", NULL, OPTION_ACTION, AT(action), N_("Print completions for bash and exit."),
     .action = ACTION_COMPLETION, .not_in_file = true},
    {'h', "help", NULL, OPTION_ACTION, AT(action), N_("Show this help and exit."),
     .action = ACTION_HELP},
    {'V', "version", NULL, OPTION_ACTION, AT(action), N_("Show the version and exit."),
     .action = ACTION_VERSION},
};

const struct option_table settings_table = {
    .program = "camwall",
    .usage = "[OPTION]... [NAME=]URL...\n       camwall --attach [NAME]\n       camwall [-n NAME] "
             "--ctl COMMAND...",
    .intro = N_("Receives, shows and records many cameras. A URL is "
                "camwall://HOST[:PORT]/CAMERA or shorter HOST[:PORT]/CAMERA; HOST[:PORT] alone is "
                "every camera of that server; legacy://HOST:PORT speaks the legacy protocol."),
    .defs = defs,
    .n = sizeof(defs) / sizeof(defs[0]),
    .section = "stream",
    .on_section = settings_on_section,
};
