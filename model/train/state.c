#include "model/train/state.h"

#include "model/base/file.h"

#include <string.h>

enum { RUNS = 4, COUNTERS = 6, CLOCKS = 2 };
static const char *const run_names[RUNS] = { "weights", "average", "first", "second" };

char *state_path(const char *folder)
{
    return path_join(folder, "state.safetensors");
}

static struct tensor flat(const char *name, enum dtype type, size_t count, const void *data)
{
    struct tensor tensor = {
        .name = name, .type = type, .rank = 1, .data = data, .size = dtype_bytes(type, (int64_t)count)
    };
    tensor.shape[0] = (int64_t)count;
    for (int i = 1; i < TENSOR_RANK_MAX; i++)
        tensor.shape[i] = 1;
    return tensor;
}

bool state_save(const char *path, const struct progress_state *progress, const struct optimizer *o,
                const float *weights, struct lacuna_error *error)
{
    size_t size = o->parameters->size;
    const float *const runs[RUNS] = { weights, o->average, o->first, o->second };
    int64_t counters[COUNTERS] = { progress->steps,    progress->seen, progress->leg_steps,
                                   progress->leg_seen, (int64_t)size,  (int64_t)progress->seed };
    double clocks[CLOCKS] = { progress->spent, progress->leg_spent };
    struct tensor tensors[RUNS + 2] = { flat("counters", DTYPE_I64, COUNTERS, counters),
                                        flat("clock", DTYPE_F64, CLOCKS, clocks) };
    for (int i = 0; i < RUNS; i++)
        tensors[i + 2] = flat(run_names[i], DTYPE_F32, size, runs[i]);
    return safetensors_write(path, tensors, RUNS + 2, NULL, error);
}

static bool read_counters(const struct checkpoint *file, struct progress_state *progress, size_t size,
                          struct lacuna_error *error)
{
    const struct tensor *counters = checkpoint_need(file, "counters", COUNTERS, 0, error);
    const struct tensor *clock = counters ? checkpoint_need(file, "clock", CLOCKS, 0, error) : NULL;
    if (!clock)
        return false;
    if (counters->type != DTYPE_I64 || clock->type != DTYPE_F64)
        return fail(error, LACUNA_MODEL, "%s: counters or clock have another type", checkpoint_path(file));
    int64_t n[COUNTERS];
    double seconds[CLOCKS];
    memcpy(n, counters->data, sizeof n);
    memcpy(seconds, clock->data, sizeof seconds);
    if (n[4] != (int64_t)size || n[0] < 0 || n[1] < 0)
        return fail(error, LACUNA_MODEL, "%s: the state of another network (%lld weights, here %zu)",
                    checkpoint_path(file), (long long)n[4], size);
    *progress = (struct progress_state){ .steps = n[0],
                                         .seen = n[1],
                                         .leg_steps = n[2],
                                         .leg_seen = n[3],
                                         .seed = (uint64_t)n[5],
                                         .spent = seconds[0],
                                         .leg_spent = seconds[1] };
    return true;
}

bool state_load(const char *path, struct progress_state *progress, struct optimizer *o, float *weights,
                struct lacuna_error *error)
{
    struct checkpoint *file = checkpoint_open(path, error);
    if (!file)
        return false;
    size_t size = o->parameters->size;
    float *const runs[RUNS] = { weights, o->average, o->first, o->second };
    bool fine = read_counters(file, progress, size, error);
    for (int i = 0; fine && i < RUNS; i++) {
        const struct tensor *run = checkpoint_need(file, run_names[i], (int64_t)size, 0, error);
        fine = run != NULL;
        if (fine)
            tensor_to_f32(run, 0, (int64_t)size, runs[i]);
    }
    checkpoint_close(file);
    o->steps = fine ? (uint64_t)progress->steps : 0;
    return fine;
}
