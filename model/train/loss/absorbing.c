/* Scores of masked text. They are learnt with the noise taken out, as they grow without end towards t = 0
 * (Lou et al. 2024, appendix C.2). */
#include "model/train/line_scores.h"

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    return line_scores_open(ground, "absorbing", "scaled_score", error);
}

const struct line_loss line_loss_absorbing = { .process = "absorbing",
                                               .help = "words turn into masks; their scores are learnt",
                                               .noise = "log_linear",
                                               .masks = true,
                                               .shape = line_scores_shape,
                                               .open = open,
                                               .close = line_scores_close,
                                               .run = line_scores_run,
                                               .describe = line_scores_describe };
