/* LLaDA: logits and the residual stream of the original network, with and without padding. */
#include "model/base/json.h"
#include "model/verify/forward.h"

#include <string.h>

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "llada");
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, 2e-4, error);
}

static const struct verify_kind kinds[] = {
    { "forward", forward },
    { "forward_padded", forward },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_llada = { .name = "llada", .knows = knows, .run = run };
