#include "model/command/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, LINE_WIDTH = 80 };

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool locale_is_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

struct progress progress_start(const char *label)
{
    const char *terminal = getenv("TERM");
    bool dumb = !terminal || !*terminal || strcmp(terminal, "dumb") == 0;
    return (struct progress){ .shown = isatty(STDERR_FILENO) && !dumb,
                              .unicode = locale_is_utf8(),
                              .label = label };
}

static int line_room(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col - 1;
    return LINE_WIDTH - 1;
}

static void draw_bar(const struct progress *progress, uint64_t done, uint64_t total)
{
    uint64_t full = done >= total ? BAR_WIDTH : (uint64_t)((double)done / (double)total * BAR_WIDTH);
    for (uint64_t i = 0; i < BAR_WIDTH; i++)
        fputs(i < full ? (progress->unicode ? "━" : "#") : (progress->unicode ? "─" : "-"), stderr);
    fputs("  ", stderr);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *note)
{
    double now = seconds_now();
    if (!progress->shown || (now - progress->drawn < 0.05 && done != total))
        return;
    progress->drawn = now;
    char numbers[160];
    int size = total ? snprintf(numbers, sizeof numbers, "%llu/%llu", (unsigned long long)done,
                                (unsigned long long)total)
                     : snprintf(numbers, sizeof numbers, "%llu", (unsigned long long)done);
    if (note)
        snprintf(numbers + size, sizeof numbers - (size_t)size, "  %s", note);
    int room = line_room();
    int used = (int)strlen(progress->label) + 2;
    fprintf(stderr, "\r%s  ", progress->label);
    if (total && used + BAR_WIDTH + 2 + (int)strlen(numbers) <= room) {
        draw_bar(progress, done, total);
        used += BAR_WIDTH + 2;
    }
    int left = room > used ? room - used : 0;
    used += fprintf(stderr, "%.*s", left, numbers);
    fprintf(stderr, "%*s", progress->width > used ? progress->width - used : 0, "");
    progress->width = used;
    fflush(stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->width > 0)
        fprintf(stderr, "\r%*s\r", progress->width, "");
    progress->width = 0;
}
