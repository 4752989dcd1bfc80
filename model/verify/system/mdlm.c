/* MDLM: raw logits of the original network. */
#include "model/base/json.h"
#include "model/verify/forward.h"

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

static const struct verify_kind kinds[] = {
    { "backbone_logits", forward },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_mdlm = { .name = "mdlm", .knows = knows, .run = run };
