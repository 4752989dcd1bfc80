/* Rows whose keys and values stay from step to step: the context of a model whose context stands apart, and
 * what a sampler keeps of a branch (Fast-dLLM, Wu et al. 2025). */
#include "model/network/parts.h"

#include "model/tensor/floats.h"

#include <stdlib.h>
#include <string.h>

struct key_block cached_keys(const struct graph *graph, const struct context_cache *cache, int layer)
{
    size_t first = (size_t)layer * (size_t)cache->padded * (size_t)graph->kv_heads;
    return (struct key_block){ cache->keys + first * (size_t)graph->head_width,
                               cache->values + first * (size_t)value_width(graph), cache->padded };
}

void cache_reserve(const struct graph *graph, struct context_cache *cache, int count)
{
    cache->count = count;
    cache->padded = (count + PANEL - 1) / PANEL * PANEL;
    if (cache->padded <= cache->room)
        return;
    cache_release(cache);
    cache->room = cache->padded;
    size_t rows = (size_t)cache->room * (size_t)graph->layers * (size_t)graph->kv_heads;
    cache->keys = floats_new(rows * (size_t)graph->head_width);
    cache->values = floats_new(rows * (size_t)value_width(graph));
}

void cache_release(struct context_cache *cache)
{
    free(cache->keys);
    free(cache->values);
    cache->keys = cache->values = NULL;
    cache->room = 0;
}

struct denoiser_cache *denoiser_cache_new(void)
{
    return aligned_new(sizeof(struct denoiser_cache));
}

void denoiser_cache_free(struct denoiser_cache *cache)
{
    if (!cache)
        return;
    cache_release(&cache->rows);
    free(cache);
}

void denoiser_cache_drop(struct denoiser_cache *cache)
{
    cache->filled = false;
}

bool denoiser_cache_filled(const struct denoiser_cache *cache)
{
    return cache->filled;
}

bool denoiser_caches(const struct denoiser_session *session)
{
    const struct graph *graph = &session->denoiser->graph;
    return graph->sight == SIGHT_ALL && !graph->window && !graph->vector_width;
}

/* The rows of the branch's window; with the row that predicts the first of them where the family shifts. */
static void find_window(const struct denoiser_session *session, struct sequence *sequence,
                        const struct rows *branch)
{
    const int32_t *positions = session->positions + sequence->first;
    int first = 0, end = sequence->rows;
    while (first < end && positions[first] < branch->window_first)
        first++;
    while (end > first && positions[end - 1] >= branch->window_end)
        end--;
    sequence->window_first = first - (first > 0 && session->denoiser->framing.shifted);
    sequence->window_end = end;
}

void cache_enter(struct pass *pass, const struct rows *branch)
{
    struct denoiser_session *session = pass->session;
    struct denoiser_cache *cache = branch->cache;
    struct sequence *sequence = &session->sequences[pass->sequence_count - 1];
    find_window(session, sequence, branch);
    int rows = sequence->window_end - sequence->window_first, others = sequence->rows - rows;
    if (!cache->filled || cache->rows.count != others) {
        cache_reserve(&session->denoiser->graph, &cache->rows, others);
        sequence->kept = &cache->rows;
        return;
    }
    int32_t *ids = session->ids + sequence->first, *positions = session->positions + sequence->first;
    memmove(ids, ids + sequence->window_first, (size_t)rows * sizeof *ids);
    memmove(positions, positions + sequence->window_first, (size_t)rows * sizeof *positions);
    for (int i = pass->wanted_count - branch->wanted_count; i < pass->wanted_count; i++)
        session->wanted[i] -= sequence->window_first;
    int padded = (rows + PANEL - 1) / PANEL * PANEL;
    pass->rows = sequence->first + rows;
    pass->padded = sequence->padded_first + padded;
    sequence->rows = sequence->keys = rows;
    sequence->cached = &cache->rows;
}
