/* bench_keys - milliseconds that a person waits: from the start to the first screen, from a key to its letter
 * on the screen (still, and while a fill keeps the machine busy), from Escape to the end of a fill.
 *
 *     bench_keys [TIMES [ARGUMENT…]]      the arguments go to the editor: --engine PATH, --model DIR
 *
 * The editor promises 20 ms at the 99th percentile for keys during a fill, and 50 ms for a cancel. */
#include "tests/terminal/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct times {
    double *at; /* owned */
    int count;
};

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void add(struct times *times, double time)
{
    times->at = realloc(times->at, (size_t)(times->count + 1) * sizeof *times->at);
    times->at[times->count++] = time;
}

static void report(const char *name, struct times *times, int missed)
{
    int count = times->count;
    qsort(times->at, (size_t)count, sizeof *times->at, by_size);
    if (count)
        printf("%-18s %4d times  p50 %7.2f ms  p99 %7.2f ms  worst %7.2f ms", name, count,
               times->at[count / 2], times->at[count * 99 / 100], times->at[count - 1]);
    printf(missed ? "  %d never came\n" : "\n", missed);
    free(times->at);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void measure_start(int count, const char *const *arguments)
{
    struct times times = { 0 };
    int missed = 0;
    for (int i = 0; i < count; i++) {
        double start = now();
        struct session *session = session_start(24, 80, "xterm-256color", arguments, NULL);
        if (session_sees(session, "lesson"))
            add(&times, now() - start);
        else
            missed++;
        session_free(session);
    }
    report("start", &times, missed);
}

/* Letters typed before a `<`; with `fill` a fill is begun again whenever the last one may have ended. */
static void measure_keys(struct session *session, const char *name, int count, const char *fill)
{
    struct times times = { 0 };
    int missed = 0;
    for (int i = 0; i < count; i++) {
        char key[2] = { (char)('a' + i % 26), 0 }, expected[3] = { key[0], '<', 0 };
        if (fill && i % 15 == 0) {
            session_type(session, fill);
            session_sees(session, "step");
        }
        double time = session_time(session, key, expected);
        if (time >= 0)
            add(&times, time);
        else
            missed++;
    }
    report(name, &times, missed);
}

static void measure_cancel(struct session *session, int count)
{
    struct times times = { 0 };
    int missed = 0;
    for (int i = 0; i < count; i++) {
        session_type(session, ":reject\r:fill\r");
        session_sees(session, "FILL  step");
        double time = session_time(session, "\033", "fill cancelled");
        if (time >= 0)
            add(&times, time - 25); /* an Escape alone is known after 25 ms */
        else
            missed++;
        session_type(session, "0");
        session_settle(session, 30);
    }
    report("cancel", &times, missed);
}

int main(int argument_count, char **values)
{
    const char *arguments[16] = { "--tutor" };
    int count = argument_count > 1 ? atoi(values[1]) : 300;
    for (int i = 2; i < argument_count && i < 14; i++)
        arguments[i - 1] = values[i];
    setvbuf(stdout, NULL, _IOLBF, 0);
    measure_start(20, arguments);
    struct session *session = session_start(24, 80, "xterm-256color", arguments, NULL);
    if (!session_sees(session, "lesson"))
        return 2;
    session_type(session, "O<\033i");
    session_settle(session, 200);
    measure_keys(session, "key", count, NULL);
    session_type(session, "\033:steps 64\r:length 64\r");
    session_settle(session, 200);
    measure_keys(session, "key during a fill", count, "\033:reject\r:fill\rgg0f<i");
    session_type(session, "\033:reject\r");
    session_settle(session, 300);
    measure_cancel(session, 20);
    session_free(session);
    return 0;
}
