#include "model/command/inner.h"

bool inner_open(struct inner *inner, const struct call *call)
{
    struct lacuna_error error;
    struct lacuna_options options = { .threads = call->threads };
    inner->infill = infill_open(call->model, &options, &error);
    inner->session = inner->infill ? denoiser_session_new(infill_denoiser(inner->infill), &error) : NULL;
    if (inner->session)
        return true;
    infill_close(inner->infill);
    call_failed(call, "%s", error.message);
    return false;
}

void inner_close(struct inner *inner)
{
    denoiser_session_free(inner->session);
    infill_close(inner->infill);
}
