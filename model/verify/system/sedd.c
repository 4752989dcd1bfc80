/* SEDD: log scores of the original network, its noise, its steps and its whole samplers. */
#include "model/base/json.h"
#include "model/verify/rates.h"

#include <string.h>

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "sedd");
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, 2e-4, error);
}

static bool analytic(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "analytic", false }, error);
}

static bool euler(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                  struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "euler", false }, error);
}

static bool clean(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                  struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "analytic", true }, error);
}

static const struct verify_kind kinds[] = {
    { "forward", forward },
    { "noise_table", verify_noise_table },
    { "graph_ops", verify_graph },
    { "sample_categorical", verify_categorical },
    { "analytic_step", analytic },
    { "euler_step", euler },
    { "denoise_step", clean },
    { "pc_sampler", verify_rates_run },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_sedd = { .name = "sedd", .knows = knows, .run = run };
