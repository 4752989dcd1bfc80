#include "model/diffusion/block.h"

struct sampler_settings settings_of(const struct denoise *denoise)
{
    struct sampler_settings asked = denoise->settings, own = denoise->sampler->settings;
    asked.threshold = asked.threshold != 0 ? asked.threshold : own.threshold;
    asked.block_length = asked.block_length > 0 ? asked.block_length : own.block_length;
    asked.reveals = asked.reveals > 0 ? asked.reveals : own.reveals;
    return asked;
}

static int count_open(const struct canvas *canvas, int first, int end)
{
    int count = 0;
    for (int i = first; i < end; i++)
        count += canvas->open[i];
    return count;
}

static void enter(struct block *block, const struct denoise *denoise, const struct canvas *canvas, int number,
                  int first)
{
    int size = canvas->size - denoise->block_first, length = settings_of(denoise).block_length;
    if (length <= 0 || length > size || denoise->sampler->weigh)
        length = size > 0 ? size : 1;
    int count = size > 0 ? (size + length - 1) / length : 1;
    *block = (struct block){ .number = number,
                             .first = first,
                             .end = first + length < canvas->size ? first + length : canvas->size,
                             .size = canvas->size,
                             .steps = denoise->steps > count ? denoise->steps / count : 1 };
    block->total = count_open(canvas, number ? first : 0, block->end);
}

static void follow_growth(struct block *block, const struct canvas *canvas)
{
    int grown = canvas->size - block->size;
    block->grown = grown != 0;
    block->size = canvas->size;
    block->end = block->end + grown > block->first ? block->end + grown : block->first;
    int open = count_open(canvas, block->number ? block->first : 0, block->end);
    block->total = open > block->total ? open : block->total;
}

static bool is_done(const struct block *block, const struct denoise *denoise, const struct canvas *canvas)
{
    return !count_open(canvas, block->first, block->end) ||
           (block->step >= block->steps && !denoise->sampler->patient);
}

void block_advance(struct block *block, const struct denoise *denoise, const struct canvas *canvas)
{
    if (!block->steps)
        enter(block, denoise, canvas, 0, denoise->block_first);
    follow_growth(block, canvas);
    while (block->end < canvas->size && is_done(block, denoise, canvas))
        enter(block, denoise, canvas, block->number + 1, block->end);
    block->step++;
}

struct time_step block_time(const struct block *block, const struct denoise *denoise)
{
    const struct sampler *sampler = denoise->sampler;
    double end = denoise->end != 0 ? denoise->end : sampler->end;
    int after = sampler->weigh ? 1 : sampler->exact ? block->total : 0;
    struct time_step time = { .t = 1 - (1 - end) * (block->step - 1) / block->steps,
                              .s = 1 - (1 - end) * block->step / block->steps,
                              .step = block->step,
                              .steps = block->steps,
                              .number = block->number * block->steps + block->step,
                              .last = block->step >= block->steps + after };
    time.s = block->step > block->steps ? end : time.s;
    time.t = block->step > block->steps ? end : time.t;
    return time;
}

/* Positions whose keys and values are computed in every step of the block. */
static void set_window(const struct block *block, enum caching caching, struct sequence *sequence)
{
    const struct canvas *canvas = &sequence->canvas;
    sequence->window_first = canvas->positions[block->first];
    sequence->window_end = caching == CACHE_PREFIX ? INT32_MAX : canvas->positions[block->end - 1] + 1;
}

void block_look(const struct block *block, const struct denoise *denoise, struct sequence *sequence)
{
    sequence->from = sequence->to = 0;
    if (!sequence->caches[0])
        return;
    enum caching caching = denoise->sampler->caching;
    set_window(block, caching, sequence);
    bool whole = block->step == 1 || block->grown;
    for (int side = 0; side < 2 && whole; side++)
        if (sequence->caches[side])
            denoiser_cache_drop(sequence->caches[side]);
    if (whole)
        return;
    sequence->from = block->first;
    sequence->to = caching == CACHE_PREFIX ? sequence->canvas.size : block->end;
}
