/* SPDX-License-Identifier: MIT */
#include "console/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "util/log.h"
#include "util/mono.h"
#include "util/text.h"

int stats_open(struct stats *s, const char *path)
{
    s->out = NULL;
    if (!path)
        return 0;
    s->out = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    return s->out ? 0 : -errno;
}

void stats_close(struct stats *s)
{
    if (s->out && s->out != stdout)
        fclose(s->out);
    s->out = NULL;
}

/* 0 × 0 is a size nobody knows yet. */
static void put_picture(struct json *j, const struct receiver_status *rx)
{
    json_uint(j, "width", rx->width);
    json_uint(j, "height", rx->height);
    json_uint(j, "tier", rx->tier);
    json_uint(j, "every_nth", rx->left_out + 1u);
    json_real(j, "fps", rx->fps, 2);
    json_real(j, "bitrate", rx->bitrate, 0);
}

static void put_counters(struct json *j, const struct wall_row *row)
{
    const struct receiver_status *rx = &row->rx;

    json_uint(j, "frames", rx->frames);
    json_uint(j, "frames_incomplete", rx->frames_incomplete);
    json_uint(j, "frames_late", rx->frames_late);
    json_uint(j, "frames_rejected", rx->frames_rejected);
    json_uint(j, "packets", rx->packets);
    json_uint(j, "packets_lost", rx->packets_lost);
    json_uint(j, "packets_repaired", rx->packets_repaired);
    json_uint(j, "recorded_frames", row->recorded_frames);
    json_uint(j, "recorded_bytes", row->recorded_bytes);
    json_uint(j, "recorder_dropped", row->recorder_dropped);
    json_uint(j, "reconnects", rx->reconnects);
}

static const char *recorder_state(const struct wall_row *row)
{
    static const char *const names[] = {
        [RECORDER_IDLE] = "idle",
        [RECORDER_RUNNING] = "running",
        [RECORDER_DISK_FULL] = "disk-full",
        [RECORDER_FAILED] = "failed",
    };
    return names[row->rec.state];
}

/* Latency is from the arrival of a frame to its being in the file. */
static void put_recorder(struct json *j, const struct wall_row *row)
{
    const struct recorder_status *rec = &row->rec;

    json_bool(j, "recording", row->recording);
    json_str(j, "segment", rec->segment[0] ? rec->segment : NULL);
    json_str(j, "recorder", recorder_state(row));
    json_str(j, "recorder_error", rec->error[0] ? rec->error : NULL);
    json_real(j, "recorder_latency_ms", rec->frames ? (double)rec->latency_us / 1000 : NAN, 3);
    json_real(j, "recorder_latency_worst_ms",
              row->recorded_frames ? (double)row->recorder_latency_worst_us / 1000 : NAN, 3);
    json_uint(j, "recorder_queued_frames", rec->queued_frames);
    json_uint(j, "recorder_queued_bytes", rec->queued_bytes);
}

void stats_row(struct json *j, const struct wall_row *row, int64_t now_wall_us)
{
    const struct receiver_status *rx = &row->rx;
    char time[40];

    json_object(j, NULL);
    json_str(j, "time", wall_rfc3339(now_wall_us, time, sizeof(time)));
    json_str(j, "stream", row->name);
    json_str(j, "url", row->url);
    json_str(j, "state", receiver_state_name(rx->state));
    json_str(j, "why", rx->why[0] ? rx->why : NULL);
    json_bool(j, "encrypted", rx->encrypted);
    json_str(j, "server", rx->server[0] ? rx->server : NULL);
    put_picture(j, rx);
    put_counters(j, row);
    json_real(j, "jitter_ms", rx->jitter_ms, 3);
    json_real(j, "rtt_ms", rx->rtt_ms, 3);
    json_real(j, "latency_ms", rx->latency_ms, 3);
    put_recorder(j, row);
    json_end_object(j);
}

static int put_line(FILE *out, const struct wall_row *row, int64_t now_wall_us)
{
    struct json j;
    size_t len;

    json_init(&j);
    stats_row(&j, row, now_wall_us);
    const char *text = json_text(&j, &len);
    int err = text && fprintf(out, "%s\n", text) < 0 ? -errno : 0;
    json_fini(&j);
    return err;
}

/* A reader who went away is told of once; the streams go on. */
void stats_write(struct stats *s, const struct wall_view *v, int64_t now_wall_us)
{
    int err = 0;

    if (!s->out)
        return;
    for (size_t i = 0; i < v->n && err == 0; i++)
        err = put_line(s->out, &v->row[i], now_wall_us);
    if (err == 0 && fflush(s->out) != 0)
        err = -errno;
    if (err == 0)
        return;
    log_warning(_("statistics end here: %s"), strerror(-err));
    stats_close(s);
}

void stats_summary(const struct wall_view *v, char buf[STATS_SUMMARY])
{
    unsigned live = 0, recording = 0;
    uint64_t recorded = 0, packets = 0, lost = 0;
    double bits = 0;
    char rate[24];

    for (size_t i = 0; i < v->n; i++) {
        const struct wall_row *row = &v->row[i];
        live += row->rx.state == RECEIVER_LIVE;
        recording += row->recording;
        recorded += row->recorded_frames;
        packets += row->rx.packets + row->rx.packets_lost;
        lost += row->rx.packets_lost;
        bits += row->rx.bitrate;
    }
    text_format(
        buf, STATS_SUMMARY,
        _("%zu streams: %u live, %u recording; %" PRIu64 " frames recorded, %.2f %% lost, %s"),
        v->n, live, recording, recorded, packets ? 100.0 * (double)lost / (double)packets : 0.0,
        text_bits_per_second(bits, rate));
}
