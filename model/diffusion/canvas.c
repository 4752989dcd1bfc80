#include "model/diffusion/canvas.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct canvas canvas_new(int size, int first)
{
    size_t count = (size_t)size;
    struct canvas canvas = { .ids = memory_new(count, sizeof *canvas.ids),
                             .positions = memory_new(count, sizeof *canvas.positions),
                             .open = memory_new(count, sizeof *canvas.open),
                             .probability = memory_new(count, sizeof *canvas.probability),
                             .size = size };
    for (int i = 0; i < size; i++) {
        canvas.positions[i] = first + i;
        canvas.open[i] = 1;
        canvas.probability[i] = 1;
    }
    return canvas;
}

struct canvas canvas_copy(const struct canvas *from)
{
    struct canvas canvas = canvas_new(from->size, 0);
    size_t count = (size_t)from->size;
    if (count) {
        memcpy(canvas.ids, from->ids, count * sizeof *canvas.ids);
        memcpy(canvas.positions, from->positions, count * sizeof *canvas.positions);
        memcpy(canvas.open, from->open, count * sizeof *canvas.open);
        memcpy(canvas.probability, from->probability, count * sizeof *canvas.probability);
    }
    return canvas;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->ids);
    free(canvas->positions);
    free(canvas->open);
    free(canvas->probability);
    *canvas = (struct canvas){ 0 };
}

static void shift(struct canvas *canvas, int from, int to)
{
    size_t count = (size_t)(canvas->size - (from > to ? from : to));
    memmove(canvas->ids + to, canvas->ids + from, count * sizeof *canvas->ids);
    memmove(canvas->positions + to, canvas->positions + from, count * sizeof *canvas->positions);
    memmove(canvas->open + to, canvas->open + from, count * sizeof *canvas->open);
    memmove(canvas->probability + to, canvas->probability + from, count * sizeof *canvas->probability);
}

void canvas_insert(struct canvas *canvas, int place)
{
    size_t count = (size_t)++canvas->size;
    canvas->ids = memory_resize(canvas->ids, count, sizeof *canvas->ids);
    canvas->positions = memory_resize(canvas->positions, count, sizeof *canvas->positions);
    canvas->open = memory_resize(canvas->open, count, sizeof *canvas->open);
    canvas->probability = memory_resize(canvas->probability, count, sizeof *canvas->probability);
    shift(canvas, place, place + 1);
    canvas->ids[place] = canvas->positions[place] = 0;
    canvas->open[place] = 1;
    canvas->probability[place] = 1;
}

void canvas_remove(struct canvas *canvas, int place)
{
    shift(canvas, place + 1, place);
    canvas->size--;
}

int canvas_open(const struct canvas *canvas)
{
    int count = 0;
    for (int i = 0; i < canvas->size; i++)
        count += canvas->open[i];
    return count;
}

void canvas_put(struct canvas *canvas, int place, int32_t id, float probability)
{
    canvas->ids[place] = id;
    canvas->open[place] = 0;
    canvas->probability[place] = probability;
}
