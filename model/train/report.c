#include "model/train/report.h"

#include "model/base/file.h"
#include "model/base/memory.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BAR = 24 };

struct report {
    FILE *log;
    bool terminal, bar; /* bar: one is on the last line */
    double drawn;       /* minutes spent when it was drawn */
};

struct report *report_open(const char *folder, bool again, struct lacuna_error *error)
{
    struct report *report = memory_new(1, sizeof *report);
    char *path = path_join(folder, "log.jsonl");
    report->log = fopen(path, again ? "a" : "w");
    report->terminal = isatty(STDERR_FILENO);
    if (!report->log) {
        fail(error, LACUNA_MODEL, "%s: %s", path, strerror(errno));
        free(report);
        report = NULL;
    }
    free(path);
    return report;
}

static void clear_bar(struct report *report)
{
    if (report->bar)
        fputs("\r\033[K", stderr);
    report->bar = false;
}

void report_close(struct report *report)
{
    if (!report)
        return;
    clear_bar(report);
    fclose(report->log);
    free(report);
}

static void log_line(struct report *report, const json_t *line)
{
    json_dumpf(line, report->log, JSON_COMPACT | JSON_REAL_PRECISION(9));
    fputc('\n', report->log);
    fflush(report->log);
}

void report_say(struct report *report, json_t *line)
{
    log_line(report, line);
    clear_bar(report);
    const char *key, *separator = "";
    json_t *value;
    json_object_foreach(line, key, value)
    {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        fprintf(stderr, "%s%s %s", separator, key, text ? text : "?");
        free(text);
        separator = " ";
    }
    fputc('\n', stderr);
    json_decref(line);
}

static void draw_bar(struct report *report, const struct report_step *s)
{
    int full = (int)(s->done * BAR);
    fprintf(stderr, "\r\033[K[");
    for (int i = 0; i < BAR; i++)
        fputc(i < full ? '#' : '-', stderr);
    long left = (long)s->seconds_left;
    fprintf(stderr, "] step %lld  loss %.4f  %.0f tokens/s  ", (long long)s->step, s->loss,
            s->places_per_second);
    if (isfinite(s->seconds_left))
        fprintf(stderr, "%ld:%02ld:%02ld left", left / 3600, left / 60 % 60, left % 60);
    fflush(stderr);
    report->bar = true;
    report->drawn = s->minutes;
}

void report_show(struct report *report, const struct report_step *s)
{
    if (report->terminal && s->minutes - report->drawn > 0.1 / 60.0)
        draw_bar(report, s);
}

static json_t *rounded(double value, double places)
{
    return json_real(round(value * places) / places);
}

void report_progress(struct report *report, const struct report_step *s)
{
    json_t *line =
        json_pack("{s:I, s:o, s:o, s:I, s:I, s:o}", "step", (json_int_t)s->step, "loss",
                  rounded(s->loss, 1e4), "lr", rounded(s->rate, 1e7), "seen", (json_int_t)s->seen, "tokens_s",
                  (json_int_t)s->places_per_second, "minutes", rounded(s->minutes, 100.0));
    if (!report->terminal) {
        report_say(report, line);
        return;
    }
    log_line(report, line);
    json_decref(line);
    draw_bar(report, s);
}
