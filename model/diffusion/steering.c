#include "model/diffusion/steering.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the way back to the mean that one round may go. */
static const double PULL_MOST = 0.5;

struct steering_room {
    struct classifier_room *rooms[STEERS_MOST];
    int places, width;
    float *slope, *squares; /* [places][width] */
};

struct steering steering_default(void)
{
    return (struct steering){ .rounds = 3, .fluency = 1e-4, .alpha_bar_most = 0.95 };
}

void steering_free(struct steering *steering)
{
    for (int k = 0; k < steering->count; k++)
        free(steering->at[k].wanted);
    *steering = (struct steering){ 0 };
}

struct steering_room *steering_room_new(const struct steering *steering, int places, int width)
{
    struct steering_room *room = memory_new(1, sizeof *room);
    size_t count = (size_t)places * (size_t)width;
    *room = (struct steering_room){ .places = places,
                                    .width = width,
                                    .slope = memory_new(count, sizeof *room->slope),
                                    .squares = memory_new(count, sizeof *room->squares) };
    for (int k = 0; k < steering->count; k++)
        room->rooms[k] = classifier_room_new(steering->at[k].classifier, places);
    return room;
}

void steering_room_free(struct steering_room *room)
{
    if (!room)
        return;
    for (int k = 0; k < STEERS_MOST; k++)
        classifier_room_free(room->rooms[k]);
    free(room->slope);
    free(room->squares);
    free(room);
}

static void add_slopes(const struct steering *steering, struct steering_room *room,
                       const struct steered *steered)
{
    for (int k = 0; k < steering->count; k++) {
        const struct steer *steer = &steering->at[k];
        if (!steer->classifier->guide->by_place || steer->wanted_count == room->places)
            classifier_loss(steer->classifier, room->rooms[k], steered->x, room->places, steered->alpha_bar,
                            steer->wanted, room->slope, NULL);
    }
}

static double rate_of(const struct steering *steering)
{
    double least = steering->rate;
    for (int k = 0; k < steering->count && steering->rate <= 0; k++) {
        double rate = steering->at[k].classifier->guide->rate;
        least = k == 0 || rate < least ? rate : least;
    }
    return least;
}

void steering_apply(const struct steering *steering, struct steering_room *room,
                    const struct steered *steered)
{
    size_t width = (size_t)room->width, count = (size_t)room->places * width;
    double variance = steered->variance > 0 ? steered->variance : 1;
    double stiff = 2 * steering->fluency / variance, step = rate_of(steering);
    float hold = (float)fmin(stiff, PULL_MOST / step), rate = (float)step;
    if (steered->alpha_bar > steering->alpha_bar_most)
        return;
    for (size_t k = 0; k < count; k++)
        room->squares[k] = 1;
    for (int round = 0; round < steering->rounds; round++) {
        memset(room->slope, 0, count * sizeof *room->slope);
        add_slopes(steering, room, steered);
        for (size_t k = 0; k < count; k++) {
            if (!steered->open[k / width])
                continue;
            float slope = room->slope[k] + hold * (steered->x[k] - steered->mean[k]);
            room->squares[k] += slope * slope;
            steered->x[k] -= rate * slope / sqrtf(room->squares[k]);
        }
    }
}
