#include "model/command/fill.h"

static const struct verb_option options[] = {
    { .name = "strength",
      .kind = OPTION_REAL,
      .value = "X",
      .low = 0,
      .high = 1,
      .help = "share of the text that is masked (default: 0.3)" },
    { 0 },
};

static enum verb_status rewrite_run(const struct call *call)
{
    return fill_text(call, LACUNA_REWRITE);
}

const struct verb verb_rewrite = {
    .name = "rewrite",
    .summary = "mask a text partly and write that anew",
    .usage = "[FILE]",
    .about =
        "Without --span every line of FILE (or of standard input) is rewritten by itself; line breaks stay.",
    .options = options,
    .shared = request_options,
    .sampling = request_sampling,
    .more = request_samplers,
    .operand_high = 1,
    .run = rewrite_run,
};
