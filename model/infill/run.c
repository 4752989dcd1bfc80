#include "model/infill/correct.h"
#include "model/infill/fill.h"

#include <time.h>

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

struct lacuna_answer *infill_run(const struct infill *infill, struct denoiser_session *session,
                                 const struct lacuna_request *request, const struct infill_watch *watch,
                                 struct lacuna_error *error)
{
    static const struct infill_watch nobody = { 0 };
    double start = now_ms();
    struct wish wish;
    if (!wish_new(&wish, infill, request, error))
        return NULL;
    struct answer *answer = (wish.task == LACUNA_CORRECT ? correct_run : fill_run)(
        infill, session, &wish, watch ? watch : &nobody, error);
    wish_free(&wish);
    if (!answer)
        return NULL;
    answer_public(answer)->ms = now_ms() - start;
    return answer_public(answer);
}
