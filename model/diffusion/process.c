#include "model/diffusion/process.h"

#include <math.h>
#include <string.h>

const struct process *process_find(const char *name)
{
    for (const struct process *const *row = process_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}

const struct sampler *process_sampler(const struct process *process)
{
    return sampler_find(process->sampler ? process->sampler : "confidence");
}

bool process_suits(const struct process *process, const struct sampler *sampler, struct lacuna_error *error)
{
    bool of_tokens =
        !sampler->straight && (!sampler->masked || !process->moves) && (!sampler->scores || process->stagger);
    if (process->open ? sampler->vectors : of_tokens)
        return true;
    return fail(error, LACUNA_BAD_REQUEST,
                "sampler '%s' does not go with the %s process of this model; take %s", sampler->name,
                process->name, process_sampler(process)->name);
}

void process_posterior(const struct process *process, const struct process_noise *noise,
                       const float *log_score, int32_t id, double dsigma, float *weights, float *room)
{
    for (int32_t v = 0; v < noise->vocabulary; v++)
        weights[v] = expf(log_score[v]);
    process->stagger(noise, dsigma, weights);
    process->transition_into(noise, id, dsigma, room);
    for (int32_t v = 0; v < noise->vocabulary; v++)
        weights[v] *= room[v];
}

void reverse_posterior(const struct reverse *reverse, int k, double dsigma, float *weights)
{
    process_posterior(reverse->process, reverse->noise, reverse->scores[k],
                      reverse->canvas->ids[reverse->places[k]], dsigma, weights, reverse->room);
}

void process_reverse_rate(const struct process *process, const struct process_noise *noise,
                          const float *log_score, int32_t id, float *row)
{
    double out = 0;
    process->rate_into(noise, id, row);
    row[id] = 0;
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        row[v] *= v == id ? 0 : expf(log_score[v]);
        out += (double)row[v];
    }
    row[id] = (float)-out;
}
