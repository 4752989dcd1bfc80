#include "model/diffusion/beta.h"

#include <string.h>

static const double beta_most = 0.999;

const struct beta_schedule *beta_find(const char *name)
{
    for (const struct beta_schedule *const *row = beta_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}

bool beta_fill(const struct beta_schedule *schedule, double *betas, int count, struct lacuna_error *error)
{
    bool fine = count >= schedule->fewest;
    if (fine)
        schedule->fill(betas, count);
    for (int i = 0; i < count && fine; i++)
        fine = betas[i] > 0 && betas[i] <= 1;
    return fine ||
           fail(error, LACUNA_MODEL, "the noise schedule %s needs more than %d steps", schedule->name, count);
}

void beta_line(double *betas, int count, double first, double last)
{
    double step = count > 1 ? (last - first) / (count - 1) : 0;
    for (int i = 0; i < count; i++)
        betas[i] = first + i * step;
    if (count > 1)
        betas[count - 1] = last;
}

static double between(double (*alpha_bar)(double t), int step, int count)
{
    double beta = 1 - alpha_bar((double)(step + 1) / count) / alpha_bar((double)step / count);
    return beta < beta_most ? beta : beta_most;
}

void beta_from_alpha_bar(double *betas, int count, double (*alpha_bar)(double t))
{
    for (int i = 0; i < count; i++)
        betas[i] = between(alpha_bar, i, count);
}

void beta_from_alpha_bar_later(double *betas, int count, double (*alpha_bar)(double t))
{
    betas[0] = 1 - alpha_bar(0);
    for (int i = 1; i < count; i++)
        betas[i] = between(alpha_bar, i - 1, count);
}
