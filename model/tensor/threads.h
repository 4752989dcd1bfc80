/* threads.h - a few sleeping worker threads that share the tiles of one job at a time.
 *
 *     caller: threads_run(tiles, run, user) -- wakes the workers, takes tiles itself, returns when all are
 * done worker: sleeps on a condition until there is a job; takes the next tile by an atomic counter
 *
 * Who computes a tile is left to chance, so a tile may read and write nothing that another tile of the same
 * job writes. Calls from several threads take turns; a tile must not start a job. */
#ifndef MODEL_TENSOR_THREADS_H
#define MODEL_TENSOR_THREADS_H

#include "model/base/error.h"

struct threads;

/* `count` threads in all: the caller and count - 1 workers, which run below the priority of the process (nice
 * +5). */
struct threads *threads_new(int count, struct lacuna_error *error);
void threads_free(struct threads *threads);
int threads_count(const struct threads *threads);
void threads_run(struct threads *threads, int tiles, void (*run)(void *user, int tile), void *user);
/* Puts the calling thread as far below the process as the workers are. */
void threads_lower_priority(void);

#endif
