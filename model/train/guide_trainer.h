/* guide_trainer.h - learning of a guide's classifier on lines "labels TAB text" (Li et al. 2022,
 * section 5.1).
 *
 *     content   food[Italian], area[city centre] TAB The Vaults serves Italian food in the city centre.
 *     pos       DET PROPN VERB ADJ … TAB …        one tag a token of the text
 *
 * Each step draws lines, and for each a time of the process, early ones more often since they say more, and
 * the noise that belongs to it; the model's vectors stay as they are. Every twentieth line is held out. */
#ifndef MODEL_TRAIN_GUIDE_TRAINER_H
#define MODEL_TRAIN_GUIDE_TRAINER_H

#include "model/diffusion/classifier.h"
#include "model/network/denoiser.h"
#include "model/tokenizer/tokenizer.h"

struct guide_training {
    const struct guide *guide;
    const char *const *files; /* [file_count] */
    size_t file_count;
    const char *out; /* the model's folder */
    const struct tokenizer *tokenizer;
    const struct framing *framing; /* of a Gaussian process */
    const struct rounding *rounding;
    int inner; /* width of the classifier's layers */
    int rows;  /* lines of a step */
    int64_t steps;
    double rate;
    uint64_t seed;
    /* After each step, with the mean loss of lines since the last call; held_out: that of held-out lines, at
     * even times, where it was just measured, else below 0. */
    void (*tell)(void *user, int64_t step, double loss, double held_out);
    void *user;
};
struct guide_training guide_training_default(void);

/* Writes the guide into `out` at the end. false: error. */
bool guide_train(const struct guide_training *training, struct lacuna_error *error);

#endif
