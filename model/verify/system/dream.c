/* Dream: plain and shifted logits and the residual stream of the original network. */
#include "model/base/json.h"
#include "model/verify/forward.h"

#include <string.h>

static const double absolute = 2e-4;

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "dream");
}

/* Row i of the shifted logits is row i - 1 of the plain ones, and the first is the first: what
 * denoiser_forward gives. */
static bool shifted(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    json_t *outputs = json_object_get(one, "outputs"), *shift = json_object_get(outputs, "shifted_logits");
    if (!shift)
        return true;
    json_t *as_logits =
        json_pack("{s:O, s:{s:O}}", "inputs", json_object_get(one, "inputs"), "outputs", "logits", shift);
    bool fine = verify_logits_shifted(network, file, as_logits, absolute, error);
    json_decref(as_logits);
    return fine;
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, absolute, error) && shifted(network, file, one, error);
}

static const struct verify_kind kinds[] = {
    { "forward", forward },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_dream = { .name = "dream", .knows = knows, .run = run };
