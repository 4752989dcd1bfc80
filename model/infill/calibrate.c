#include "model/infill/calibrate.h"

#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/infill/length.h"
#include "model/infill/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_LEAST = 4, HOLE_WORDS = 6 };

struct sums {
    double *sum;
    int *count; /* [most] texts that had a hole of that length */
    int most;
};

/* One to six words of the text, anywhere; false: it has too few. */
static bool choose_span(const char *text, struct random *random, struct lacuna_span *span)
{
    size_t size = strlen(text), at = 0, start, end, count = 0;
    while (text_next_word(text, size, &at, &start, &end))
        count++;
    if (count < WORDS_LEAST)
        return false;
    size_t first = random_below(random, (uint32_t)count - 1), words = 1 + random_below(random, HOLE_WORDS);
    at = 0;
    for (size_t k = 0; k < first + words && text_next_word(text, size, &at, &start, &end); k++) {
        span->start = k <= first ? start : span->start;
        span->end = end;
    }
    return true;
}

static bool look_at_lengths(struct group *group, struct sums *sums, struct lacuna_error *error)
{
    struct ends ends = ends_keep(group);
    int length = 1 + group->holes[0].plans.count;
    bool fine = length_look(group, &length, error);
    free(group->holes[0].chance); /* of that room alone */
    group->holes[0].chance = NULL;
    for (int n = 1; fine && n <= sums->most; n++) {
        double confidence;
        fine = length_confidence(group, &ends, 0, n, &length, &confidence, error);
        if (fine && confidence > 0) {
            sums->sum[n - 1] += confidence;
            sums->count[n - 1]++;
        }
    }
    ends_free(&ends);
    return fine;
}

static bool add_text(const struct infill *infill, struct denoiser_session *session, const char *text,
                     struct lacuna_span span, struct sums *sums, struct lacuna_error *error)
{
    struct lacuna_request request = { .text = text, .size = strlen(text), .spans = &span, .span_count = 1 };
    struct wish wish;
    if (!wish_new(&wish, infill, &request, error))
        return false;
    struct workspace workspace = { 0 };
    struct infill_watch watch = { 0 };
    struct text_part texts[] = { { text, span.start }, { text + span.end, request.size - span.end } };
    struct group group = { .infill = infill,
                           .wish = &wish,
                           .session = session,
                           .watch = &watch,
                           .workspace = &workspace,
                           .hole_count = 1 };
    struct lacuna_error reason = { 0 };
    bool fine = group_start(&group, texts, &reason) && look_at_lengths(&group, sums, &reason);
    fine = fine || reason.code == LACUNA_TOO_LONG || reason.code == LACUNA_LENGTH ||
           fail(error, reason.code, "%s", reason.message);
    group_free(&group);
    workspace_free(&workspace);
    wish_free(&wish);
    return fine;
}

bool calibrate_lengths(const struct infill *infill, struct denoiser_session *session,
                       const char *const *texts, size_t count, uint64_t seed, double *means, int most,
                       struct lacuna_error *error)
{
    struct sums sums = { .sum = memory_new((size_t)most, sizeof *sums.sum),
                         .count = memory_new((size_t)most, sizeof *sums.count),
                         .most = most };
    bool fine = true;
    for (size_t k = 0; k < count && fine; k++) {
        struct random random = random_new(seed, k);
        struct lacuna_span span = { 0 };
        fine =
            !choose_span(texts[k], &random, &span) || add_text(infill, session, texts[k], span, &sums, error);
    }
    for (int n = 0; n < most; n++)
        means[n] = sums.count[n] ? sums.sum[n] / sums.count[n] : 0;
    free(sums.sum);
    free(sums.count);
    return fine;
}
