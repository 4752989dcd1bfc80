/* Scores of text whose words turned into any others. The network says what a word was, and its score follows
 * from that: how far a score is from 0 depends on the time by many orders of magnitude, which a network whose
 * head is its embedding takes long to learn, while what a word was hardly does. */
#include "model/train/line_scores.h"

static void *open(const struct line_ground *ground, struct lacuna_error *error)
{
    return line_scores_open(ground, "uniform", "logits", error);
}

const struct line_loss line_loss_uniform = { .process = "uniform",
                                             .help = "words turn into any others; their scores are learnt",
                                             .noise = "log_linear",
                                             .shape = line_scores_shape,
                                             .open = open,
                                             .close = line_scores_close,
                                             .run = line_scores_run,
                                             .describe = line_scores_describe };
