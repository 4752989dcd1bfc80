#include "model/train/report.h"

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 720, HEIGHT = 360, MARGIN = 48 };

/* Points of one line, in millions of places and nats a piece (or bits a byte). */
struct line {
    double (*at)[2];
    size_t count, room;
};

static void add_point(struct line *line, double x, double y)
{
    if (!isfinite(x) || !isfinite(y))
        return;
    line->at = memory_grow(line->at, &line->room, line->count + 1, sizeof *line->at);
    line->at[line->count][0] = x;
    line->at[line->count++][1] = y;
}

static void read_log(const struct mapping *log, struct line *loss, struct line *bits)
{
    const char *at = (const char *)log->at, *end = at ? at + log->size : at;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        json_t *entry = json_loadb(at, (size_t)(stop - at), 0, NULL);
        double seen = (double)json_whole(entry, "seen", 0) / 1e6;
        if (json_object_get(entry, "loss"))
            add_point(loss, seen, json_real_or(entry, "loss", NAN));
        if (json_object_get(entry, "valid"))
            add_point(bits, seen, json_real_or(json_object_get(entry, "valid"), "bpb", NAN));
        json_decref(entry);
        at = stop + 1;
    }
}

struct scale {
    double right, low, high;
};

static void stretch(struct scale *scale, const struct line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        scale->right = fmax(scale->right, line->at[i][0]);
        scale->low = fmin(scale->low, line->at[i][1]);
        scale->high = fmax(scale->high, line->at[i][1]);
    }
}

static double across(const struct scale *scale, double x)
{
    return MARGIN + x / scale->right * (WIDTH - 2 * MARGIN);
}

static double down(const struct scale *scale, double y)
{
    return HEIGHT - MARGIN - (y - scale->low) / (scale->high - scale->low) * (HEIGHT - 2 * MARGIN);
}

static void draw_line(struct buffer *out, const struct scale *scale, const struct line *line,
                      const char *colour, const char *name, int row)
{
    buffer_print(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", colour);
    for (size_t i = 0; i < line->count; i++)
        buffer_print(out, "%.1f,%.1f ", across(scale, line->at[i][0]), down(scale, line->at[i][1]));
    buffer_print(out, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\" text-anchor=\"end\">%s</text>\n",
                 WIDTH - MARGIN, MARGIN + 16 * row, colour, name);
}

static void draw_axes(struct buffer *out, const struct scale *scale)
{
    enum { TICKS = 5 };
    for (int i = 0; i <= TICKS; i++) {
        double x = scale->right * i / TICKS, y = scale->low + (scale->high - scale->low) * i / TICKS;
        buffer_print(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.3g</text>\n", across(scale, x),
                     HEIGHT - MARGIN + 16, x);
        buffer_print(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.2f</text>\n", MARGIN - 6,
                     down(scale, y), y);
        buffer_print(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", MARGIN,
                     WIDTH - MARGIN, down(scale, y), down(scale, y));
    }
    buffer_print(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">million tokens</text>\n", WIDTH / 2,
                 HEIGHT - 12);
}

bool report_curve(const char *folder, struct lacuna_error *error)
{
    char *log_path = path_join(folder, "log.jsonl"), *path = path_join(folder, "curve.svg");
    struct mapping log = { 0 };
    struct line loss = { 0 }, bits = { 0 };
    struct scale scale = { .right = 1e-6, .low = INFINITY, .high = -INFINITY };
    struct buffer out = { 0 };
    bool fine = mapping_open(&log, log_path, error);
    if (fine) {
        read_log(&log, &loss, &bits);
        stretch(&scale, &loss);
        stretch(&scale, &bits);
        mapping_close(&log);
    }
    if (fine && scale.high > scale.low) {
        buffer_print(
            &out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" "
            "font-size=\"11\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH, HEIGHT);
        draw_axes(&out, &scale);
        draw_line(&out, &scale, &loss, "#36c", "training loss, nats a piece", 0);
        draw_line(&out, &scale, &bits, "#c33", "validation, bits a byte", 1);
        buffer_add_text(&out, "</svg>\n");
        fine = file_write(path, out.at, out.size, error);
    }
    buffer_free(&out);
    free(loss.at);
    free(bits.at);
    free(log_path);
    free(path);
    return fine;
}
