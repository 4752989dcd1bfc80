/* state.h - what a training run is at the moment, and its file: state.safetensors in the run's folder,
 * replaced at once.
 *
 *     weights, average, first, second   F32 [size]
 *     counters                          I64 [6]: steps, seen, leg steps, leg seen, size, seed
 *     clock                             F64 [2]: seconds spent, seconds spent before this leg
 *
 * Rows and dropout depend on seed and step alone, so this is all that an exact resume needs. */
#ifndef MODEL_TRAIN_STATE_H
#define MODEL_TRAIN_STATE_H

#include "model/train/optimizer.h"

/* A leg is a stretch of training with a schedule of its own; steps and places count over all legs. */
struct progress_state {
    int64_t steps, seen;         /* seen: places of rows so far */
    int64_t leg_steps, leg_seen; /* what they were when the leg began */
    double spent, leg_spent;     /* seconds */
    uint64_t seed;
};

/* The state's path inside a run's folder; the caller's. */
char *state_path(const char *folder);
bool state_save(const char *path, const struct progress_state *progress, const struct optimizer *optimizer,
                const float *weights, struct lacuna_error *error);
bool state_load(const char *path, struct progress_state *progress, struct optimizer *optimizer,
                float *weights, struct lacuna_error *error);

#endif
