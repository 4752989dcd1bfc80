/* Processes of vectors in the loop, with closed forms in place of a network. */
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/infill/consensus.h"
#include "model/network/codes.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 10000 };

/* Two tokens at -1 and +1, of which the second comes by chance SHARE: E[x_0 | x_t] is known. */
static const double SHARE = 0.3;
static const float pair[] = { -1, 1 };

static double expected(double x, double alpha, double sigma)
{
    double odds = log(SHARE / (1 - SHARE)) + 2 * alpha * x / (sigma * sigma);
    return tanh(odds / 2);
}

static bool predict_pair(void *user, const struct rows *branches, int branch_count, float *logits)
{
    (void)logits;
    const struct vectors *vectors = user;
    for (int i = 0; i < branch_count; i++) {
        const struct rows *rows = &branches[i];
        double alpha, sigma;
        if (vectors->log_snr) {
            alpha = (double)log_snr_alpha(rows->time);
            sigma = (double)log_snr_sigma(rows->time);
        } else {
            const struct gaussian *gaussian = &vectors->gaussian;
            int t = 0;
            while (t + 1 < gaussian->count && gaussian_time(gaussian, t, true) < rows->time - 1e-3f)
                t++;
            alpha = sqrt(gaussian->alpha_bar[t]);
            sigma = sqrt(1 - gaussian->alpha_bar[t]);
        }
        for (int k = 0; k < rows->wanted_count; k++)
            rows->predicted[k] = (float)expected((double)rows->vectors[rows->wanted[k]], alpha, sigma);
    }
    return true;
}

/* Pearson's statistic of one degree of freedom; 10.8 is exceeded once in a thousand. */
static double chi_square(int seen)
{
    double a = DRAWS * SHARE, b = DRAWS - a;
    return (seen - a) * (seen - a) / a + (seen - a) * (seen - a) / b;
}

static int draw_pairs(const struct framing *framing, struct vectors *vectors, uint64_t seed)
{
    enum { PLACES = 100 };
    struct workspace workspace = { 0 };
    struct denoise denoise = denoise_of(framing);
    denoise.predict = predict_pair;
    denoise.sampler = sampler_find("ancestral");
    denoise.vectors = vectors;
    denoise.steps = vectors->steps;
    denoise.workspace = &workspace;
    denoise.user = vectors;
    int seen = 0;
    for (int run = 0; run < DRAWS / PLACES; run++) {
        struct sequence sequence = { .canvas = canvas_new(PLACES, 0),
                                     .random = random_new(seed, (uint64_t)run) };
        struct sequence *sequences[] = { &sequence };
        assert_true(denoise_run(&denoise, sequences, 1, NULL));
        assert_int_equal(canvas_open(&sequence.canvas), 0);
        for (int i = 0; i < PLACES; i++)
            seen += sequence.canvas.ids[i];
        canvas_free(&sequence.canvas);
    }
    workspace_free(&workspace);
    return seen;
}

static void samples_of_embeddings_have_the_known_distribution(void **state)
{
    (void)state;
    static const char *const noises[] = { "sqrt", "cosine" };
    struct rounding rounding = rounding_new(pair, NULL, 2, 1, true);
    for (size_t k = 0; k < 2; k++) {
        struct framing framing = { .vocabulary = 2,
                                   .mask = -1,
                                   .process = "gaussian",
                                   .schedule = "linear",
                                   .prediction = "logits",
                                   .vectors = { .width = 1,
                                                .noise = noises[k],
                                                .steps = 300,
                                                .rescaled = true,
                                                .small_variance = true } };
        struct vectors vectors;
        assert_true(vectors_prepare(&vectors, &framing, &rounding, 0, NULL));
        assert_true(chi_square(draw_pairs(&framing, &vectors, 5)) < 10.8);
        vectors_free(&vectors);
    }
    rounding_free(&rounding);
}

static void samples_of_bits_have_the_known_distribution(void **state)
{
    (void)state;
    struct rounding rounding = rounding_new(pair, NULL, 2, 1, true);
    struct framing framing = { .vocabulary = 2,
                               .mask = -1,
                               .process = "analog_bits",
                               .schedule = "linear",
                               .prediction = "logits",
                               .vectors = { .width = 1, .noise = "cosine", .scale = 1 } };
    for (int ddim = 0; ddim < 2; ddim++) {
        struct vectors vectors;
        assert_true(vectors_prepare(&vectors, &framing, &rounding, 300, NULL));
        vectors.ddim = ddim;
        assert_true(chi_square(draw_pairs(&framing, &vectors, 6)) < 10.8);
        vectors_free(&vectors);
    }
    rounding_free(&rounding);
}

/* Few steps of a process, with a network that always sees the third token. */
static bool predict_third(void *user, const struct rows *branches, int branch_count, float *logits)
{
    (void)logits;
    const struct vectors *vectors = user;
    for (int i = 0; i < branch_count; i++)
        for (int k = 0; k < branches[i].wanted_count; k++)
            memcpy(branches[i].predicted + k * vectors->framing.width, rounding_row(vectors->rounding, 2),
                   (size_t)vectors->framing.width * sizeof(float));
    return true;
}

static void given_places_stay_as_they_are(void **state)
{
    (void)state;
    float rows[4 * 3];
    for (int32_t id = 0; id < 4; id++)
        bits_write(id, 3, 1, rows + 3 * id);
    struct rounding rounding = rounding_new(rows, NULL, 4, 3, true);
    struct framing framing = { .vocabulary = 4,
                               .mask = -1,
                               .process = "gaussian",
                               .schedule = "linear",
                               .prediction = "logits",
                               .vectors = {
                                   .width = 3, .noise = "sqrt", .steps = 50, .self_conditioned = true } };
    struct vectors vectors;
    struct workspace workspace = { 0 };
    assert_true(vectors_prepare(&vectors, &framing, &rounding, 5, NULL));
    assert_int_equal(vectors.steps, 5);
    vectors.ddim = vectors.rounds = true;
    struct denoise denoise = denoise_of(&framing);
    denoise.predict = predict_third;
    denoise.sampler = sampler_find("ddim");
    denoise.vectors = &vectors;
    denoise.steps = vectors.steps;
    denoise.workspace = &workspace;
    denoise.user = &vectors;
    struct sequence sequence = { .canvas = canvas_new(4, 0), .random = random_new(1, 1) };
    struct sequence *sequences[] = { &sequence };
    sequence.canvas.open[1] = sequence.canvas.open[3] = 0;
    sequence.canvas.ids[1] = 3;
    assert_true(denoise_run(&denoise, sequences, 1, NULL));
    assert_memory_equal(sequence.canvas.ids, ((int32_t[]){ 2, 3, 2, 0 }), 4 * sizeof(int32_t));
    assert_int_equal(sequence.steps, 5);
    assert_null(sequence.state);
    canvas_free(&sequence.canvas);
    vectors_free(&vectors);
    workspace_free(&workspace);
    rounding_free(&rounding);
}

static void unknown_noise_is_refused(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    struct rounding rounding = rounding_new(pair, NULL, 2, 1, true);
    struct framing framing = { .vectors = { .width = 1, .noise = "none", .steps = 50 } };
    struct vectors vectors;
    assert_false(vectors_prepare(&vectors, &framing, &rounding, 5, &error));
    assert_non_null(strstr(error.message, "none"));
    framing.vectors.steps = 0;
    assert_false(vectors_prepare(&vectors, &framing, &rounding, 5, &error));
    rounding_free(&rounding);
}

static void the_sample_most_like_the_others_is_taken(void **state)
{
    (void)state;
    int32_t a[] = { 1, 2, 3, 4 }, b[] = { 1, 2, 3, 5 }, c[] = { 9, 8, 7 }, d[] = { 0, 2, 3, 5 };
    struct ids samples[] = { { c, 3, 3 }, { a, 4, 4 }, { b, 4, 4 }, { d, 4, 4 } };
    assert_int_equal(consensus_best(samples, 4), 2);
    assert_float_equal(consensus_likeness(&samples[1], &samples[1]), 1, 1e-12);
    assert_float_equal(consensus_likeness(&samples[0], &samples[1]), 0, 1e-12);
    assert_float_equal(consensus_likeness(&samples[1], &samples[2]),
                       consensus_likeness(&samples[2], &samples[1]), 1e-12);
    assert_int_equal(consensus_best(samples, 1), 0);
    struct ids nothing = { 0 };
    assert_float_equal(consensus_likeness(&nothing, &nothing), 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_of_embeddings_have_the_known_distribution),
        cmocka_unit_test(samples_of_bits_have_the_known_distribution),
        cmocka_unit_test(given_places_stay_as_they_are),
        cmocka_unit_test(unknown_noise_is_refused),
        cmocka_unit_test(the_sample_most_like_the_others_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
