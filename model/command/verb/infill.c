#include "model/command/fill.h"

static const struct verb_option options[] = {
    { .name = "requests",
      .kind = OPTION_TEXT,
      .value = "FILE",
      .help = "one JSON request a line (-: standard input), one JSON answer a line" },
    { 0 },
};

static enum verb_status infill_run(const struct call *call)
{
    const char *requests = call_text(call, "requests");
    if (!requests)
        return fill_text(call, LACUNA_INFILL);
    if (call->operand_count)
        return call_misused(call, "unexpected argument '%s': --requests names the file", call->operands[0]);
    const struct verb_option *const groups[] = { request_options, request_sampling };
    for (int i = 0; i < 2; i++)
        for (const struct verb_option *row = groups[i]; row->name; row++)
            if (call_has(call, row->name))
                return call_misused(call, "--%s does not go with --requests: each request says so itself",
                                    row->name);
    return fill_stream(call, requests);
}

const struct verb verb_infill = {
    .name = "infill",
    .summary = "fill holes of a text",
    .usage = "[FILE] --span A:B …  |  --requests FILE",
    .about = "The bytes A to B of FILE (or of standard input) are replaced by a fill; an empty span inserts. "
             "The whole text is\n"
             "printed, or the answer as JSON. All other bytes stay as they are, and those in the span have "
             "no influence.",
    .options = options,
    .shared = request_options,
    .sampling = request_sampling,
    .more = request_samplers,
    .operand_high = 1,
    .run = infill_run,
};
