/* Processes with rates in the denoising loop, on a network that knows the answer: two places over two tokens
 * whose joint distribution is given, so that every score has a closed form. It stands where denoiser_step is
 * called (linked with --wrap). */
#include "model/diffusion/denoise.h"

#include "model/base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = 2, RUNS = 10000, TIMES_MOST = 80 };

/* Joint chances of (first, second). */
static const double joint[2][2] = { { 0.5, 0.1 }, { 0.15, 0.25 } };

static struct {
    const struct process *process;
    struct process_noise noise;
    const struct prediction *prediction;
    float times[TIMES_MOST]; /* what the network was told */
    int time_count;
} oracle;

bool __wrap_denoiser_step(struct denoiser_session *session, const struct rows *branches, int branch_count,
                          float *logits, const atomic_bool *cancel, struct lacuna_error *error);

/* p_t of one state of both places. */
static double chance_at(const int32_t *ids, double sigma)
{
    double sum = 0;
    float column[PLACES][2][3];
    for (int i = 0; i < PLACES; i++)
        for (int32_t v = 0; v < 2; v++)
            oracle.process->transition(&oracle.noise, v, sigma, column[i][v]);
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++)
            sum += joint[a][b] * (double)column[0][a][ids[0]] * (double)column[1][b][ids[1]];
    return sum;
}

static void tell_scores(const int32_t *ids, int place, double sigma, float *row)
{
    for (int32_t v = 0; v < oracle.noise.vocabulary; v++) {
        int32_t other[PLACES] = { ids[0], ids[1] };
        other[place] = v;
        row[v] = (float)log(chance_at(other, sigma) / chance_at(ids, sigma));
    }
}

/* log p(x0) at a masked place, whatever stands at the other. */
static void tell_logits(const int32_t *ids, int place, float *row)
{
    for (int32_t v = 0; v < 2; v++) {
        double sum = 0;
        for (int32_t w = 0; w < 2; w++)
            if (ids[!place] == 2 || ids[!place] == w)
                sum += place ? joint[w][v] : joint[v][w];
        row[v] = (float)log(sum);
    }
    if (oracle.noise.mask >= 0)
        row[oracle.noise.mask] = 3;
}

bool __wrap_denoiser_step(struct denoiser_session *session, const struct rows *branches, int branch_count,
                          float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    (void)session;
    (void)cancel;
    (void)error;
    for (int b = 0; b < branch_count; b++) {
        if (b == 0 && oracle.time_count < TIMES_MOST)
            oracle.times[oracle.time_count++] = branches[b].time;
        for (int k = 0; k < branches[b].wanted_count; k++, logits += oracle.noise.vocabulary) {
            if (oracle.prediction->scores)
                tell_scores(branches[b].ids, branches[b].wanted[k], (double)branches[b].time, logits);
            else
                tell_logits(branches[b].ids, branches[b].wanted[k], logits);
        }
    }
    return true;
}

static struct framing framing_of(const char *process, const char *schedule, const char *prediction)
{
    bool absorbing = strcmp(process, "absorbing") == 0;
    return (struct framing){ .vocabulary = 2 + absorbing,
                             .mask = absorbing ? 2 : -1,
                             .process = process,
                             .schedule = schedule,
                             .prediction = prediction,
                             .time = strcmp(prediction, "subs") ? TIME_KIND_SIGMA : TIME_KIND_NONE };
}

static struct denoise denoise_with(const struct framing *framing, const char *sampler, int steps,
                                   struct workspace *workspace)
{
    struct denoise denoise = denoise_of(framing);
    denoise.sampler = sampler_find(sampler);
    denoise.steps = steps;
    denoise.workspace = workspace;
    oracle.process = denoise.process;
    oracle.noise = denoise_noise(&denoise);
    oracle.prediction = denoise.prediction;
    oracle.time_count = 0;
    assert_non_null(denoise.sampler);
    return denoise;
}

static void begin(const struct denoise *denoise, struct sequence *sequence, uint64_t stream)
{
    struct process_noise noise = denoise_noise(denoise);
    *sequence =
        (struct sequence){ .canvas = canvas_new(PLACES, 0), .heat = 1, .random = random_new(7, stream) };
    struct draws draws = draws_random(&sequence->random);
    denoise->process->begin(&sequence->canvas, &noise, &draws);
}

/* Chi-square of the states that RUNS runs end in. */
static double chi_square(const struct denoise *denoise)
{
    struct sequence *sequences = memory_new(RUNS, sizeof *sequences);
    struct sequence **live = memory_new(RUNS, sizeof *live);
    int hits[2][2] = { { 0 } };
    for (int i = 0; i < RUNS; i++) {
        begin(denoise, &sequences[i], (uint64_t)i);
        live[i] = &sequences[i];
    }
    assert_true(denoise_run(denoise, live, RUNS, NULL));
    for (int i = 0; i < RUNS; i++) {
        const int32_t *ids = sequences[i].canvas.ids;
        assert_int_equal(canvas_open(&sequences[i].canvas), 0);
        assert_true(ids[0] < 2 && ids[1] < 2);
        hits[ids[0]][ids[1]]++;
        canvas_free(&sequences[i].canvas);
    }
    double sum = 0;
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            double expected = RUNS * joint[a][b], off = hits[a][b] - expected;
            sum += off * off / expected;
        }
    free(sequences);
    free(live);
    return sum;
}

/* Three degrees of freedom: 16.27 is exceeded once in a thousand. */
static const double CHI_SQUARE_MOST = 16.27;

static const struct {
    const char *process, *schedule, *prediction, *sampler;
} ways[] = {
    { "absorbing", "log_linear", "score", "analytic" }, { "absorbing", "geometric", "score", "analytic" },
    { "absorbing", "log_linear", "score", "euler" },    { "absorbing", "log_linear", "subs", "ddpm" },
    { "absorbing", "log_linear", "subs", "analytic" },  { "absorbing", "log_linear", "subs", "ddpm_cache" },
    { "absorbing", "log_linear", "subs", "ancestral" }, { "absorbing", "log_linear", "score", "ancestral" },
    { "uniform", "log_linear", "score", "analytic" },   { "uniform", "geometric", "score", "analytic" },
    { "uniform", "log_linear", "score", "euler" },
};

static void every_way_draws_the_known_distribution(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct workspace workspace = { 0 };
        struct framing framing = framing_of(ways[i].process, ways[i].schedule, ways[i].prediction);
        struct denoise denoise = denoise_with(&framing, ways[i].sampler, 64, &workspace);
        double found = chi_square(&denoise);
        if (found > CHI_SQUARE_MOST)
            fail_msg("%s %s %s %s: chi-square %.1f", ways[i].process, ways[i].schedule, ways[i].prediction,
                     ways[i].sampler, found);
        workspace_free(&workspace);
    }
}

static void run_one(struct denoise *denoise)
{
    struct sequence sequence, *live = &sequence;
    begin(denoise, &sequence, 1);
    assert_true(denoise_run(denoise, &live, 1, NULL));
    canvas_free(&sequence.canvas);
    workspace_free(denoise->workspace);
}

static void the_network_is_told_sigma(void **state)
{
    (void)state;
    struct workspace workspace = { 0 };
    struct framing framing = framing_of("uniform", "log_linear", "score");
    struct denoise denoise = denoise_with(&framing, "analytic", 4, &workspace);
    run_one(&denoise);
    assert_int_equal(oracle.time_count, 5);
    for (int k = 0; k < 5; k++) {
        double t = 1 - (1 - 1e-5) * k / 4;
        assert_float_equal(oracle.times[k], -log(1 - (1 - 1e-3) * t), 1e-5);
    }
    framing.process = "absorbing";
    framing.vocabulary = 3;
    framing.mask = 2;
    denoise = denoise_with(&framing, "confidence", 2, &workspace);
    run_one(&denoise);
    assert_int_equal(oracle.time_count, 2);
    assert_float_equal(oracle.times[1], -log(1 - (1 - 1e-3) * 0.5), 1e-6);
}

static void the_network_is_told_the_number_of_the_step(void **state)
{
    (void)state;
    struct workspace workspace = { 0 };
    struct framing framing = framing_of("absorbing", "linear", "subs");
    framing.time = TIME_KIND_STEP;
    struct denoise denoise = denoise_with(&framing, "confidence", 2, &workspace);
    run_one(&denoise);
    assert_int_equal(oracle.time_count, 2);
    assert_float_equal(oracle.times[0], 0, 0);
    assert_float_equal(oracle.times[1], 1, 0);
}

static void given_places_stay_and_steer_the_others(void **state)
{
    (void)state;
    static const char *const processes[] = { "absorbing", "uniform" };
    for (int p = 0; p < 2; p++) {
        struct workspace workspace = { 0 };
        struct framing framing = framing_of(processes[p], "log_linear", "score");
        struct denoise denoise = denoise_with(&framing, "analytic", 32, &workspace);
        int ones = 0;
        for (int i = 0; i < RUNS / 10; i++) {
            struct sequence sequence, *live = &sequence;
            begin(&denoise, &sequence, (uint64_t)i);
            canvas_put(&sequence.canvas, 1, 1, 1);
            assert_true(denoise_run(&denoise, &live, 1, NULL));
            assert_int_equal(sequence.canvas.ids[1], 1);
            ones += sequence.canvas.ids[0];
            canvas_free(&sequence.canvas);
        }
        workspace_free(&workspace);
        if (p == 0)
            assert_float_equal(ones / (RUNS / 10.0), joint[1][1] / (joint[0][1] + joint[1][1]), 0.05);
    }
}

static void a_canvas_that_did_not_change_is_not_looked_at_again(void **state)
{
    (void)state;
    struct workspace workspace = { 0 };
    struct framing framing = framing_of("absorbing", "log_linear", "subs");
    struct denoise denoise = denoise_with(&framing, "ddpm_cache", 60, &workspace);
    run_one(&denoise);
    assert_true(oracle.time_count <= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_draws_the_known_distribution),
        cmocka_unit_test(the_network_is_told_sigma),
        cmocka_unit_test(the_network_is_told_the_number_of_the_step),
        cmocka_unit_test(given_places_stay_and_steer_the_others),
        cmocka_unit_test(a_canvas_that_did_not_change_is_not_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
