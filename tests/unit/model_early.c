/* Early exit: which runs end before their last step, and that the others are the same. The network is a stub
 * whose answers are known. */
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = 12, PIECES = 40, MASK = 39, STEPS = 6 };

/* How much the favoured piece of each place stands out, and whether it changes with what is decided. */
struct oracle {
    float lead;
    bool restless;
    int looks;
};

static int decided(const struct rows *rows)
{
    int count = 0;
    for (int i = 0; i < rows->count; i++)
        count += rows->ids[i] != MASK;
    return count;
}

static bool predict(void *user, const struct rows *branches, int branch_count, float *logits)
{
    struct oracle *oracle = user;
    oracle->looks++;
    for (int b = 0; b < branch_count; b++)
        for (int k = 0; k < branches[b].wanted_count; k++, logits += PIECES) {
            int place = branches[b].wanted[k], turn = oracle->restless ? decided(&branches[b]) : 0;
            memset(logits, 0, PIECES * sizeof *logits);
            logits[(3 * place + turn) % MASK] = oracle->lead + 0.01f * (float)place;
            logits[MASK] = -50;
        }
    return true;
}

/* Steps of one run; the text comes into ids. */
static int run(struct oracle oracle, const char *sampler, double early_exit, double heat, int32_t *ids)
{
    struct workspace workspace = { 0 };
    struct framing framing = { .vocabulary = PIECES,
                               .mask = MASK,
                               .process = "absorbing",
                               .schedule = "linear",
                               .prediction = "logits" };
    struct denoise denoise = denoise_of(&framing);
    denoise.predict = predict;
    denoise.sampler = sampler_find(sampler);
    denoise.settings = (struct sampler_settings){ .early_exit = early_exit };
    denoise.steps = STEPS;
    denoise.workspace = &workspace;
    denoise.user = &oracle;
    struct sequence sequence = { .canvas = canvas_new(PLACES, 0), .heat = heat, .random = random_new(1, 1) };
    struct sequence *sequences[] = { &sequence };
    struct process_noise noise = denoise_noise(&denoise);
    denoise.process->begin(&sequence.canvas, &noise, NULL);
    assert_true(denoise_run(&denoise, sequences, 1, NULL));
    assert_int_equal(canvas_open(&sequence.canvas), 0);
    memcpy(ids, sequence.canvas.ids, PLACES * sizeof *ids);
    assert_int_equal(oracle.looks, sequence.steps);
    canvas_free(&sequence.canvas);
    workspace_free(&workspace);
    return sequence.steps;
}

static void what_no_longer_changes_ends_a_run_with_the_same_text(void **state)
{
    (void)state;
    static const char *const samplers[] = { "confidence", "margin", "entropy", "low_confidence" };
    int32_t whole[PLACES], early[PLACES];
    for (size_t s = 0; s < sizeof samplers / sizeof *samplers; s++) {
        assert_int_equal(run((struct oracle){ .lead = 1 }, samplers[s], 0, 0, whole), STEPS);
        assert_int_equal(run((struct oracle){ .lead = 1 }, samplers[s], 1, 0, early), 2);
        assert_memory_equal(whole, early, sizeof whole);
    }
}

static void sure_pieces_need_one_look(void **state)
{
    (void)state;
    int32_t whole[PLACES], early[PLACES];
    run((struct oracle){ .lead = 9 }, "confidence", 0, 0, whole);
    assert_int_equal(run((struct oracle){ .lead = 9 }, "confidence", 1, 0, early), 1);
    assert_memory_equal(whole, early, sizeof whole);
    assert_int_equal(run((struct oracle){ .lead = 9 }, "ancestral", 1, 1, early), 1);
}

static void a_text_that_changes_takes_every_step(void **state)
{
    (void)state;
    int32_t whole[PLACES], early[PLACES];
    struct oracle restless = { .lead = 1, .restless = true };
    assert_int_equal(run(restless, "confidence", 0, 0, whole), STEPS);
    assert_int_equal(run(restless, "confidence", 1, 0, early), STEPS);
    assert_memory_equal(whole, early, sizeof whole);
    int some = run(restless, "confidence", 0.6, 0, early), most = run(restless, "confidence", 0.4, 0, early);
    assert_true(most < some && some < STEPS);
}

/* What is drawn is settled by its probability, not by being drawn twice. */
static void improbable_draws_take_every_step(void **state)
{
    (void)state;
    int32_t whole[PLACES], early[PLACES];
    int steps = run((struct oracle){ .lead = 1 }, "ancestral", 0, 1, whole);
    assert_int_equal(run((struct oracle){ .lead = 1 }, "ancestral", 1, 1, early), steps);
    assert_memory_equal(whole, early, sizeof whole);
}

static const float pair[2] = { -1, 1 };

static bool predict_vector(void *user, const struct rows *branches, int branch_count, float *logits)
{
    struct oracle *oracle = user;
    (void)logits;
    oracle->looks++;
    for (int i = 0; i < branch_count; i++)
        for (int k = 0; k < branches[i].wanted_count; k++)
            branches[i].predicted[k] =
                oracle->restless ? oracle->lead * (oracle->looks % 2 ? 1.0f : -1.0f) : oracle->lead;
    return true;
}

static int run_vectors(struct oracle oracle, double early_exit, int32_t *ids)
{
    struct workspace workspace = { 0 };
    struct rounding rounding = rounding_new(pair, NULL, 2, 1, true);
    struct framing framing = { .vocabulary = 2,
                               .mask = -1,
                               .process = "gaussian",
                               .schedule = "linear",
                               .prediction = "logits",
                               .vectors = { .width = 1, .noise = "sqrt", .steps = 160, .rescaled = true } };
    struct vectors vectors;
    assert_true(vectors_prepare(&vectors, &framing, &rounding, 40, NULL));
    vectors.ddim = vectors.rounds = true;
    struct denoise denoise = denoise_of(&framing);
    denoise.predict = predict_vector;
    denoise.sampler = sampler_find("ddim");
    denoise.settings.early_exit = early_exit;
    denoise.vectors = &vectors;
    denoise.steps = vectors.steps;
    denoise.workspace = &workspace;
    denoise.user = &oracle;
    struct sequence sequence = { .canvas = canvas_new(PLACES, 0), .random = random_new(1, 1) };
    struct sequence *sequences[] = { &sequence };
    assert_true(denoise_run(&denoise, sequences, 1, NULL));
    assert_int_equal(canvas_open(&sequence.canvas), 0);
    memcpy(ids, sequence.canvas.ids, PLACES * sizeof *ids);
    canvas_free(&sequence.canvas);
    vectors_free(&vectors);
    rounding_free(&rounding);
    workspace_free(&workspace);
    return sequence.steps;
}

static void vectors_must_stay_an_eighth_of_the_steps(void **state)
{
    (void)state;
    int32_t whole[PLACES], early[PLACES];
    assert_int_equal(run_vectors((struct oracle){ .lead = 0.5f }, 0, whole), 40);
    assert_int_equal(run_vectors((struct oracle){ .lead = 0.5f }, 1, early), 6);
    assert_memory_equal(whole, early, sizeof whole);
    assert_int_equal(run_vectors((struct oracle){ .lead = 0.5f, .restless = true }, 1, early), 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_longer_changes_ends_a_run_with_the_same_text),
        cmocka_unit_test(sure_pieces_need_one_look),
        cmocka_unit_test(a_text_that_changes_takes_every_step),
        cmocka_unit_test(improbable_draws_take_every_step),
        cmocka_unit_test(vectors_must_stay_an_eighth_of_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
