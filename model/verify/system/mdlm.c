/* MDLM: raw logits of the original network, its noise, what its parameterisations make of them, its steps and
 * its whole samplers. */
#include "model/base/json.h"
#include "model/verify/rates.h"

#include <string.h>

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "mdlm");
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, 2e-4, error);
}

static bool subs(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                 struct lacuna_error *error)
{
    return verify_prediction(network, file, one, (struct verify_reading){ "subs", "log_p_x0", false }, error);
}

static bool sedd(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                 struct lacuna_error *error)
{
    return verify_prediction(network, file, one,
                             (struct verify_reading){ "scaled_score", "log_score", false }, error);
}

static bool d3pm(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                 struct lacuna_error *error)
{
    bool masking = json_is_true(json_object_get(json_object_get(one, "params"), "subs_masking"));
    return verify_prediction(network, file, one,
                             (struct verify_reading){ masking ? "subs" : "logits", "log_p_x0", true }, error);
}

static bool analytic(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "analytic", false }, error);
}

static bool ddpm(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                 struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "ddpm", false }, error);
}

static bool ddpm_cache(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct lacuna_error *error)
{
    return verify_rates_step(network, file, one, (struct verify_step){ "ddpm_cache", false }, error);
}

static const struct verify_kind kinds[] = {
    { "backbone_logits", forward },
    { "noise_table", verify_noise_table },
    { "forward_subs", subs },
    { "forward_sedd", sedd },
    { "forward_d3pm", d3pm },
    { "analytic_step", analytic },
    { "ddpm_step", ddpm },
    { "ddpm_cache_step", ddpm_cache },
    { "sample", verify_rates_run },
    { "semi_ar", verify_strides },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_mdlm = { .name = "mdlm", .knows = knows, .run = run };
