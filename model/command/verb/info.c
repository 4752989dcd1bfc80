#include "model/command/info.h"

#include <stdio.h>

static const struct verb_option options[] = {
    { .name = "tensors", .kind = OPTION_FLAG, .help = "list every tensor with its type and shape" },
    { 0 },
};

static enum verb_status info_run(const struct call *call)
{
    struct inner inner;
    if (!inner_open_bare(&inner, call, call->exact))
        return VERB_FAILED;
    if (call->json)
        info_print_json(inner.infill);
    else
        info_print_text(inner.infill, call_has(call, "tensors"));
    inner_close(&inner);
    return VERB_DONE;
}

const struct verb verb_info = {
    .name = "info",
    .summary = "what a model is: architecture, tensors, tokenizer, process, framing, attributes",
    .usage = "",
    .options = options,
    .run = info_run,
};
