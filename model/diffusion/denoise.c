#include "model/diffusion/denoise.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Logits of one batch, in floats: sequences are looked at in groups so that wide vocabularies stay within
 * memory. */
static const int64_t BATCH_LOGITS = 16 << 20;

struct batch {
    struct rows *rows;      /* [2 * count]: conditional branches, then unconditional ones */
    int32_t *ids, *places;  /* canvas rows behind condition rows, for each branch */
    int *wanted, *open;     /* open: places in the canvas; wanted: rows of the branch */
    float *logits;          /* the workspace's */
    float **choice, **with; /* [open places of one sequence] */
};

void workspace_free(struct workspace *workspace)
{
    free(workspace->logits);
    free(workspace->heated);
    *workspace = (struct workspace){ 0 };
}

static void batch_free(struct batch *batch)
{
    free(batch->rows);
    free(batch->ids);
    free(batch->places);
    free(batch->wanted);
    free(batch->open);
    free(batch->choice);
    free(batch->with);
}

/* How many sequences from `first` on go into one batch: at least one. */
static int batch_extent(const struct denoise *denoise, struct sequence *const *sequences, int count,
                        int first)
{
    int64_t floats = 0;
    int last = first;
    for (; last < count; last++) {
        floats += (int64_t)canvas_open(&sequences[last]->canvas) * denoise->framing->vocabulary *
                  (denoise->guidance.active ? 2 : 1);
        if (last > first && floats > BATCH_LOGITS)
            break;
    }
    return last;
}

static struct batch batch_new(const struct denoise *denoise, struct sequence *const *sequences, int first,
                              int last)
{
    size_t rows = 0, open = 0, branches = denoise->guidance.active ? 2 : 1;
    for (int i = first; i < last; i++) {
        rows += (size_t)(denoise->guidance.condition.count + sequences[i]->canvas.size);
        open += (size_t)canvas_open(&sequences[i]->canvas);
    }
    struct workspace *work = denoise->workspace;
    size_t floats = branches * open * (size_t)denoise->framing->vocabulary;
    if (work->logits_room < floats)
        work->logits = memory_grow(work->logits, &work->logits_room, floats, sizeof *work->logits);
    return (struct batch){
        .rows = memory_new(branches * (size_t)(last - first), sizeof(struct rows)),
        .ids = memory_new(branches * rows, sizeof(int32_t)),
        .places = memory_new(branches * rows, sizeof(int32_t)),
        .wanted = memory_new(branches * open, sizeof(int)),
        .open = memory_new(open, sizeof(int)),
        .logits = work->logits,
        .choice = memory_new(open, sizeof(float *)),
        .with = memory_new(open, sizeof(float *)),
    };
}

/* One branch: condition rows, then the canvas; its open places are wanted. */
static struct rows lay_branch(const struct denoise *denoise, const struct canvas *canvas,
                              const int32_t *front, int32_t *ids, int32_t *positions, int *wanted)
{
    int k = denoise->guidance.condition.count, wanted_count = 0;
    if (k) {
        memcpy(ids, front, (size_t)k * sizeof *ids);
        memcpy(positions, denoise->guidance.condition.positions, (size_t)k * sizeof *positions);
    }
    for (int i = 0; i < canvas->size; i++) {
        ids[k + i] = canvas->ids[i];
        positions[k + i] = canvas->positions[i];
        if (canvas->open[i])
            wanted[wanted_count++] = k + i;
    }
    return (struct rows){ .ids = ids,
                          .positions = positions,
                          .count = k + canvas->size,
                          .wanted = wanted,
                          .wanted_count = wanted_count };
}

static int batch_fill(struct batch *batch, const struct denoise *denoise, struct sequence *const *sequences,
                      int first, int last)
{
    int branches = 0, row = 0, want = 0;
    for (int side = 0; side < (denoise->guidance.active ? 2 : 1); side++) {
        const int32_t *front = side ? denoise->guidance.condition.without : denoise->guidance.condition.with;
        for (int i = first; i < last; i++) {
            struct rows *rows = &batch->rows[branches++];
            *rows = lay_branch(denoise, &sequences[i]->canvas, front, batch->ids + row, batch->places + row,
                               batch->wanted + want);
            row += rows->count;
            want += rows->wanted_count;
        }
    }
    return branches;
}

/* Rows of one sequence: normalises, mixes the branches, adds heat. `with` and `without` point at its first
 * logits. */
static struct view make_view(const struct denoise *denoise, struct batch *batch, struct sequence *sequence,
                             float *with, float *without)
{
    int32_t vocabulary = denoise->framing->vocabulary;
    const struct canvas *canvas = &sequence->canvas;
    int count = 0;
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            batch->open[count++] = i;
    for (int k = 0; k < count; k++) {
        float *row = with + (int64_t)k * vocabulary;
        log_softmax(row, vocabulary);
        batch->with[k] = batch->choice[k] = row;
        if (without) {
            batch->choice[k] = without + (int64_t)k * vocabulary;
            log_softmax(batch->choice[k], vocabulary);
            guidance_mix(&denoise->guidance, batch->choice[k], row, batch->choice[k], vocabulary);
        }
    }
    return (struct view){ .sequence = sequence,
                          .places = batch->open,
                          .count = count,
                          .vocabulary = vocabulary,
                          .choice = (const float *const *)batch->choice,
                          .with = (const float *const *)batch->with };
}

bool denoise_look(const struct denoise *denoise, struct sequence *const *sequences, int count,
                  void (*look)(void *user, int index, const struct view *view), void *user,
                  struct lacuna_error *error)
{
    bool fine = true;
    int64_t vocabulary = denoise->framing->vocabulary;
    for (int first = 0, last; first < count && fine; first = last) {
        last = batch_extent(denoise, sequences, count, first);
        struct batch batch = batch_new(denoise, sequences, first, last);
        int branches = batch_fill(&batch, denoise, sequences, first, last);
        fine = denoiser_step(denoise->session, batch.rows, branches, batch.logits, denoise->cancel, error);
        int64_t half = 0, at = 0;
        for (int i = first; i < last; i++)
            half += canvas_open(&sequences[i]->canvas);
        for (int i = first; i < last && fine; i++) {
            int open = canvas_open(&sequences[i]->canvas);
            float *with = batch.logits + at * vocabulary;
            struct view view = make_view(denoise, &batch, sequences[i], with,
                                         denoise->guidance.active ? with + half * vocabulary : NULL);
            if (open)
                look(user, i, &view);
            at += open;
            if (denoise->cancel && atomic_load(denoise->cancel))
                fine = fail(error, LACUNA_CANCELLED, "cancelled");
        }
        batch_free(&batch);
    }
    return fine;
}
