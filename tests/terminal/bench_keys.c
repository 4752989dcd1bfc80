/* bench_keys - milliseconds from a key to its letter on the screen: still, and while a fill runs with the
 * machine busy.
 *
 *     bench_keys [KEYS]       prints p50, p99 and worst of each; a bound of 20 ms at p99 is what the editor
 * promises */
#include "tests/terminal/session.h"

#include <stdio.h>
#include <stdlib.h>

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void measure(struct session *session, const char *name, int count, const char *again)
{
    double *times = calloc((size_t)count, sizeof *times);
    int known = 0;
    for (int i = 0; i < count; i++) {
        char key[2] = { (char)('a' + i % 26), 0 }, expected[32];
        if (again && i % 20 == 0) {
            session_type(session, again);
            session_settle(session, 5);
        }
        snprintf(expected, sizeof expected, "%c<", key[0]);
        double time = session_time(session, key, expected);
        if (time >= 0)
            times[known++] = time;
    }
    qsort(times, (size_t)known, sizeof *times, by_size);
    if (known)
        printf("%-22s %4d keys  p50 %6.2f ms  p99 %6.2f ms  worst %6.2f ms\n", name, known, times[known / 2],
               times[known * 99 / 100], times[known - 1]);
    free(times);
}

int main(int argument_count, char **arguments)
{
    static const char *const tutor[] = { "--tutor", NULL };
    int count = argument_count > 1 ? atoi(arguments[1]) : 500;
    struct session *session = session_start(24, 80, "xterm-256color", tutor, NULL);
    if (!session_sees(session, "lesson"))
        return 2;
    session_type(session, "O<\033i");
    session_settle(session, 100);
    measure(session, "still", count, NULL);
    session_type(session, "\033:length 64\r:steps 64\r");
    session_settle(session, 100);
    measure(session, "while a fill runs", count, "\033:fill\r0f<i");
    session_free(session);
    return 0;
}
