/* replay.h - runs of the denoising loop on the prompts of a case and the numbers that the original drew,
 * state by state. */
#ifndef MODEL_VERIFY_REPLAY_H
#define MODEL_VERIFY_REPLAY_H

#include "model/diffusion/denoise.h"
#include "model/verify/forward.h"

/* One row of a batch: prompt, then places to generate. */
struct replay_row {
    struct sequence sequence; /* its canvas: all tokens that are no padding and not in the condition */
    int *at;                  /* [canvas.size] where they stand in the row */
    int32_t *with, *without, *positions; /* [condition_count] */
    int condition_count;
    struct draws_tape tape;
    struct draws draws;
};

struct replay {
    const struct verify_network *network;
    const struct verify_file *file;
    const json_t *one;
    struct denoise denoise; /* of the family; the caller sets sampler, settings, steps, guidance.scale */
    struct workspace workspace;
    struct replay_row *rows; /* [batch] */
    int batch, prompt, length;
    struct verify_values prompts, mask, ranks, pieces; /* of the case's inputs */
    struct draws_tape shared;                          /* where the numbers have no place of their own */
    int32_t *state;                                    /* [batch, length] */
    int32_t *states; /* [state_count, batch, length] each that differs from the one before it */
    size_t state_count, state_room;
    int steps; /* that the network took for the first row */
};

/* inputs.`key` [batch, prompt] (or [prompt]), `generated` masks behind each, inputs.attention_mask where rows
 * are padded. Tokens of the prompt that are masks are open too, if `masks_are_open`. */
bool replay_open(struct replay *replay, const struct verify_network *network, const struct verify_file *file,
                 const json_t *one, const char *key, int generated, bool masks_are_open,
                 struct lacuna_error *error);
void replay_close(struct replay *replay);

/* The prompt becomes the condition, masks in its stead the other branch. */
void replay_guide(struct replay *replay, double scale);
/* Numbers of inputs.`key` for a use: [steps, batch, length] or [steps, batch, length, vocabulary], or lists
 * of a step each, in the order of drawing. */
bool replay_draws(struct replay *replay, enum draw_use use, const char *key, struct lacuna_error *error);

bool replay_run(struct replay *replay, struct lacuna_error *error);
/* outputs.x_steps, without states that repeat the one before them; and outputs.final where it is given. */
bool replay_states(const struct replay *replay, struct lacuna_error *error);
bool replay_final(const struct replay *replay, struct lacuna_error *error);

#endif
