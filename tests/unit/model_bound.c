/* Bounds on -log p where everything is known: with the true scores of a distribution they are exactly -log p
 * of each text. */
#include "model/diffusion/bound.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PLACES = 2, STEPS = 4000, ROOM = 3 };

static const double joint[2][2] = { { 0.5, 0.1 }, { 0.15, 0.25 } };

static double chance_at(const struct process *process, const struct process_noise *noise, const int32_t *ids,
                        double sigma)
{
    float column[2][ROOM];
    double sum = 0;
    for (int32_t v = 0; v < 2; v++)
        process->transition(noise, v, sigma, column[v]);
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++)
            sum += joint[a][b] * (double)column[a][ids[0]] * (double)column[b][ids[1]];
    return sum;
}

static void true_scores(const struct process *process, const struct process_noise *noise, const int32_t *ids,
                        int place, double sigma, float *row)
{
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        int32_t other[PLACES] = { ids[0], ids[1] };
        other[place] = v;
        row[v] = (float)log(chance_at(process, noise, other, sigma) / chance_at(process, noise, ids, sigma));
    }
}

/* Expected score entropy of both places at sigma, over all noised texts. */
static double entropy_at(const struct process *process, const struct process_noise *noise,
                         const int32_t *truth, double sigma)
{
    float reach[PLACES][ROOM], row[ROOM], room[2 * ROOM];
    double sum = 0;
    for (int i = 0; i < PLACES; i++)
        process->transition(noise, truth[i], sigma, reach[i]);
    for (int32_t a = 0; a < noise->vocabulary; a++)
        for (int32_t b = 0; b < noise->vocabulary; b++) {
            const int32_t ids[PLACES] = { a, b };
            double chance = (double)reach[0][a] * (double)reach[1][b];
            for (int i = 0; i < PLACES && chance > 0; i++) {
                true_scores(process, noise, ids, i, sigma, row);
                sum += chance * bound_score_entropy(process, noise, row, ids[i], truth[i], sigma, room);
            }
        }
    return sum;
}

/* Even in t, over a schedule on which the integrand is even too. */
static double integral(const struct process *process, const struct process_noise *noise, const int32_t *truth)
{
    const struct noise_schedule schedule = { .kind = schedule_find("geometric") };
    double sum = 0;
    for (int k = 0; k < STEPS; k++) {
        double t = (k + 0.5) / STEPS;
        sum += schedule_noise_rate(&schedule, t) *
               entropy_at(process, noise, truth, schedule_sigma(&schedule, t)) / STEPS;
    }
    return sum;
}

static void the_score_entropy_of_true_scores_is_the_likelihood(void **state)
{
    (void)state;
    const struct process *uniform = process_find("uniform");
    const struct process_noise noise = { .mask = -1, .vocabulary = 2 };
    for (int32_t a = 0; a < 2; a++)
        for (int32_t b = 0; b < 2; b++) {
            const int32_t truth[PLACES] = { a, b };
            float room[ROOM], row[ROOM];
            double bound = integral(uniform, &noise, truth);
            for (int i = 0; i < PLACES; i++) {
                bound += bound_prior(uniform, &noise, truth[i], 20, room);
                true_scores(uniform, &noise, truth, i, 1e-4, row);
                bound += bound_left(uniform, &noise, row, truth[i], truth[i], 1e-4, room);
            }
            assert_float_equal(bound, -log(joint[a][b]), 2e-3);
        }
}

static void absorbing_costs_the_likelihood_too(void **state)
{
    (void)state;
    const struct process *absorbing = process_find("absorbing");
    const struct process_noise noise = { .mask = 2, .vocabulary = 3 };
    const int32_t truth[PLACES] = { 1, 0 };
    assert_float_equal(integral(absorbing, &noise, truth), -log(joint[1][0]), 2e-3);
}

/* Revealing one place after the other, in either order, gives -log p of the whole. */
static void masked_places_cost_the_likelihood(void **state)
{
    (void)state;
    const struct process *absorbing = process_find("absorbing");
    const struct process_noise noise = { .mask = 2, .vocabulary = 3 };
    const struct prediction *scores = prediction_find("score"), *logits = prediction_find("subs");
    const int32_t truth[PLACES] = { 0, 1 };
    double bound = 0, by_logits = 0, sigma = 0.7;
    for (int first = 0; first < PLACES; first++)
        for (int shown = 0; shown < 2; shown++) {
            int place = shown ? !first : first;
            int32_t ids[PLACES] = { 2, 2 };
            float row[ROOM];
            if (shown)
                ids[first] = truth[first];
            true_scores(absorbing, &noise, ids, place, sigma, row);
            bound += bound_masked(scores, &noise, row, truth[place], sigma) / 2;
            for (int v = 0; v < 2; v++)
                row[v] += (float)log(expm1(sigma));
            by_logits += bound_masked(logits, &noise, row, truth[place], sigma) / 2;
        }
    assert_float_equal(bound, -log(joint[0][1]), 1e-5);
    assert_float_equal(by_logits, -log(joint[0][1]), 1e-5);
}

static void scores_of_no_distribution_cost_more(void **state)
{
    (void)state;
    const struct process_noise noise = { .mask = 2, .vocabulary = 3 };
    const struct prediction *scores = prediction_find("score");
    double sigma = log(2);
    const float right[ROOM] = { logf(0.75f), logf(0.25f), 0 }, twice[ROOM] = { logf(1.5f), logf(0.5f), 0 };
    assert_float_equal(bound_masked(scores, &noise, right, 1, sigma), log(4), 1e-6);
    assert_float_equal(bound_masked(scores, &noise, twice, 1, sigma), log(4) + 1 - log(2), 1e-6);
}

static void a_time_is_found_by_what_is_clean(void **state)
{
    (void)state;
    for (const struct schedule *const *row = schedule_table; *row; row++) {
        const struct noise_schedule schedule = { .kind = *row };
        assert_float_equal(schedule_time(&schedule, schedule_alpha_bar(&schedule, 0.3)), 0.3, 1e-6);
        assert_float_equal(schedule_time(&schedule, -1), 1, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_entropy_of_true_scores_is_the_likelihood),
        cmocka_unit_test(absorbing_costs_the_likelihood_too),
        cmocka_unit_test(masked_places_cost_the_likelihood),
        cmocka_unit_test(scores_of_no_distribution_cost_more),
        cmocka_unit_test(a_time_is_found_by_what_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
