#include "model/command/inner.h"

static bool open_session(struct inner *inner, const struct call *call, struct infill *infill,
                         struct lacuna_error *error)
{
    inner->infill = infill;
    inner->session = infill ? denoiser_session_new(infill_denoiser(infill), error) : NULL;
    if (inner->session)
        return true;
    infill_close(infill);
    call_failed(call, "%s", error->message);
    return false;
}

bool inner_open(struct inner *inner, const struct call *call)
{
    struct lacuna_error error;
    struct lacuna_options options = { .threads = call->threads, .float32 = call->exact };
    return open_session(inner, call, infill_open(call->model, &options, &error), &error);
}

bool inner_open_bare(struct inner *inner, const struct call *call, bool exact)
{
    struct lacuna_error error;
    struct lacuna_options options = { .threads = call->threads, .float32 = exact };
    return open_session(inner, call, infill_open_bare(call->model, &options, &error), &error);
}

void inner_close(struct inner *inner)
{
    denoiser_session_free(inner->session);
    infill_close(inner->infill);
}
