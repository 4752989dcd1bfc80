/* What a step of a model costs: opening, the first and the best of some steps, and memory.
 *
 *     bench_model_step MODEL [ROWS [WANTED [STEPS [THREADS]]]]      128, 16, 3, 1 by default */
#include "model/base/memory.h"
#include "model/format/checkpoint.h"
#include "model/network/denoiser.h"
#include "model/tensor/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static double resident_mb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;
    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static bool run(const struct denoiser *denoiser, int count, int wanted_count, int steps,
                struct lacuna_error *error)
{
    int vocabulary = denoiser_framing(denoiser)->vocabulary;
    int32_t *ids = memory_new((size_t)count, sizeof *ids),
            *positions = memory_new((size_t)count, sizeof *positions);
    int *wanted = memory_new((size_t)wanted_count, sizeof *wanted);
    float *logits = memory_new((size_t)wanted_count * (size_t)vocabulary, sizeof *logits);
    for (int k = 0; k < count; k++) {
        ids[k] = k * 7 % (vocabulary < 200 ? vocabulary : 200);
        positions[k] = k;
    }
    for (int k = 0; k < wanted_count; k++)
        wanted[k] = (count - wanted_count) / 2 + k;
    struct rows rows = {
        .ids = ids, .positions = positions, .count = count, .wanted = wanted, .wanted_count = wanted_count
    };
    struct denoiser_session *session = denoiser_session_new(denoiser, error);
    double first = 0, best = 1e30, best_used = 1e30;
    bool fine = session;
    for (int step = 0; fine && step < steps; step++) {
        double from = now_ms(CLOCK_MONOTONIC), used = now_ms(CLOCK_PROCESS_CPUTIME_ID);
        fine = denoiser_forward(session, &rows, NULL, logits, NULL, error);
        double spent = now_ms(CLOCK_MONOTONIC) - from;
        used = now_ms(CLOCK_PROCESS_CPUTIME_ID) - used;
        first = step ? first : spent;
        best = spent < best ? spent : best;
        best_used = used < best_used ? used : best_used;
    }
    if (fine)
        printf("%d rows, %d wanted: first step %.0f ms, best %.0f ms (%.0f ms of processors), %.0f MB "
               "resident\n",
               count, wanted_count, first, best, best_used, resident_mb());
    denoiser_session_free(session);
    free(ids);
    free(positions);
    free(wanted);
    free(logits);
    return fine;
}

int main(int count, char **arguments)
{
    int numbers[] = { 128, 16, 3, 1 };
    for (int k = 2; k < count && k < 6; k++)
        numbers[k - 2] = atoi(arguments[k]);
    if (count < 2 || numbers[0] < 1 || numbers[1] < 1 || numbers[1] > numbers[0])
        return 1;
    struct lacuna_error error = { 0 };
    double from = now_ms(CLOCK_MONOTONIC);
    struct engine *engine = engine_new(numbers[3], &error);
    struct checkpoint *checkpoint = engine ? checkpoint_open(arguments[1], &error) : NULL;
    struct denoiser *denoiser = checkpoint ? denoiser_open(checkpoint, engine, &error) : NULL;
    if (denoiser)
        printf("opened in %.0f ms, %s\n", now_ms(CLOCK_MONOTONIC) - from, engine_describe(engine));
    bool fine = denoiser && run(denoiser, numbers[0], numbers[1], numbers[2], &error);
    if (!fine)
        fprintf(stderr, "%s\n", error.message);
    denoiser_close(denoiser);
    checkpoint_close(checkpoint);
    engine_free(engine);
    return fine ? 0 : 2;
}
