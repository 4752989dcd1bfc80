#include "model/diffusion/classifier.h"

#include "model/base/memory.h"
#include "model/tensor/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR = 2 * CLASSIFIER_REACH + 1, WAVES = 4, EXTRA = 2 * WAVES + 1 };

struct classifier_room {
    float *windows, *hidden, *both; /* [places][near], [places][inner], [places][inner + near] */
    float *out, *slopes;            /* [places][columns] */
    float *d_both, *d_windows;      /* [places][inner + near], [places][near] */
    float *d_hidden;                /* [places][inner] */
    float *turned, *panel;          /* [widest inputs][places], [places][widest stride] */
};

static size_t padded(int count)
{
    return ((size_t)count + PANEL - 1) / PANEL * PANEL;
}

static struct classifier_layer layer_new(int inputs, int outputs)
{
    struct classifier_layer layer = {
        .inputs = inputs, .outputs = outputs, .stride = padded(outputs), .turned_stride = padded(inputs)
    };
    layer.weight = memory_new((size_t)inputs * layer.stride, sizeof *layer.weight);
    layer.turned = memory_new((size_t)outputs * layer.turned_stride, sizeof *layer.turned);
    return layer;
}

/* What the hidden layer reads of a place. */
static int near_of(int width)
{
    return NEAR * width + EXTRA;
}

struct classifier *classifier_new(const struct guide *guide, struct labels labels, int width, int inner)
{
    struct classifier *classifier = memory_new(1, sizeof *classifier);
    *classifier = (struct classifier){
        .guide = guide, .kernels = kernels_choose(), .labels = labels, .width = width, .inner = inner
    };
    classifier->layers[0] = layer_new(near_of(width), inner);
    classifier->layers[1] = layer_new(inner + near_of(width), labels.columns);
    for (int k = 0; k < CLASSIFIER_LAYERS; k++)
        classifier->size += (size_t)classifier->layers[k].inputs * (size_t)classifier->layers[k].outputs;
    return classifier;
}

void classifier_free(struct classifier *classifier)
{
    if (!classifier)
        return;
    for (int k = 0; k < CLASSIFIER_LAYERS; k++) {
        free(classifier->layers[k].weight);
        free(classifier->layers[k].turned);
    }
    labels_free(&classifier->labels);
    free(classifier);
}

void classifier_set(struct classifier *classifier, const float *weights)
{
    for (int k = 0; k < CLASSIFIER_LAYERS; k++) {
        struct classifier_layer *layer = &classifier->layers[k];
        for (int i = 0; i < layer->inputs; i++, weights += layer->outputs) {
            memcpy(layer->weight + (size_t)i * layer->stride, weights,
                   (size_t)layer->outputs * sizeof *weights);
            for (int j = 0; j < layer->outputs; j++)
                layer->turned[(size_t)j * layer->turned_stride + (size_t)i] = weights[j];
        }
    }
}

struct classifier_room *classifier_room_new(const struct classifier *classifier, int places)
{
    const struct classifier_layer *hidden = &classifier->layers[0], *out = &classifier->layers[1];
    struct classifier_room *room = memory_new(1, sizeof *room);
    size_t count = (size_t)places, near = (size_t)hidden->inputs, inner = (size_t)classifier->inner;
    size_t both = inner + near, columns = (size_t)classifier->labels.columns;
    size_t widest = hidden->stride > out->stride ? hidden->stride : out->stride;
    *room = (struct classifier_room){ .windows = memory_new(count * near, sizeof(float)),
                                      .hidden = memory_new(count * inner, sizeof(float)),
                                      .both = memory_new(count * both, sizeof(float)),
                                      .out = memory_new(count * columns, sizeof(float)),
                                      .slopes = memory_new(count * columns, sizeof(float)),
                                      .d_both = memory_new(count * both, sizeof(float)),
                                      .d_windows = memory_new(count * near, sizeof(float)),
                                      .d_hidden = memory_new(count * inner, sizeof(float)),
                                      .turned = memory_new(count * both, sizeof(float)),
                                      .panel = memory_new(count * widest, sizeof(float)) };
    return room;
}

void classifier_room_free(struct classifier_room *room)
{
    if (!room)
        return;
    float *parts[] = { room->windows, room->hidden,    room->both,     room->out,    room->slopes,
                       room->d_both,  room->d_windows, room->d_hidden, room->turned, room->panel };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    free(room);
}

/* out [m][n] (+)= x [m][k] · b [k][stride], stride being n in whole panels. */
static void multiply(const struct kernels *kernels, const float *x, const float *b, size_t stride, float *out,
                     int m, int k, int n, bool add)
{
    for (int column = 0; column < n; column += PANEL)
        kernels->panel(x, (size_t)k, b + column, stride, out + column, (size_t)n, m, k,
                       n - column < PANEL ? n - column : PANEL, add);
}

/* Cosines and sines of the noise's share, and 1. */
static void put_noise(float *row, double alpha_bar)
{
    for (int w = 0; w < WAVES; w++) {
        double angle = 3.14159265358979 * sqrt(1 - alpha_bar) * (w + 1);
        row[2 * w] = (float)cos(angle);
        row[2 * w + 1] = (float)sin(angle);
    }
    row[2 * WAVES] = 1;
}

static float scale_of(double alpha_bar)
{
    return (float)(sqrt(alpha_bar) / (1 - alpha_bar + 0.4));
}

/* windows [places][near]: each place's x between its neighbours', scaled, and the noise. */
static void gather(const float *x, int places, int width, double alpha_bar, float *windows)
{
    float scale = scale_of(alpha_bar);
    for (int i = 0; i < places; i++, windows += EXTRA) {
        for (int d = -CLASSIFIER_REACH; d <= CLASSIFIER_REACH; d++, windows += width) {
            bool inside = i + d >= 0 && i + d < places;
            for (int c = 0; c < width; c++)
                windows[c] = inside ? scale * x[(i + d) * width + c] : 0;
        }
        put_noise(windows, alpha_bar);
    }
}

/* The gradient of gather, added to d_x. */
static void scatter(const float *windows, int places, int width, float scale, float *d_x)
{
    for (int i = 0; i < places; i++, windows += EXTRA)
        for (int d = -CLASSIFIER_REACH; d <= CLASSIFIER_REACH; d++, windows += width)
            for (int c = 0; i + d >= 0 && i + d < places && c < width; c++)
                d_x[(i + d) * width + c] += scale * windows[c];
}

static float silu(float x)
{
    return x / (1 + expf(-x));
}

static float silu_slope(float x)
{
    float gate = 1 / (1 + expf(-x));
    return gate * (1 + x * (1 - gate));
}

const float *classifier_read(const struct classifier *classifier, struct classifier_room *room,
                             const float *x, int places, double alpha_bar)
{
    const struct classifier_layer *hidden = &classifier->layers[0], *out = &classifier->layers[1];
    int inner = classifier->inner, near = hidden->inputs;
    gather(x, places, classifier->width, alpha_bar, room->windows);
    multiply(classifier->kernels, room->windows, hidden->weight, hidden->stride, room->hidden, places, near,
             inner, false);
    for (int i = 0; i < places; i++) {
        float *row = room->both + (size_t)i * (size_t)(inner + near);
        for (int c = 0; c < inner; c++)
            row[c] = silu(room->hidden[i * inner + c]);
        memcpy(row + inner, room->windows + i * near, (size_t)near * sizeof *row);
    }
    multiply(classifier->kernels, room->both, out->weight, out->stride, room->out, places, out->inputs,
             out->outputs, false);
    return room->out;
}

/* d_weights [inputs][outputs] += inputsᵀ · d_out */
static void add_weights(const struct classifier *classifier, struct classifier_room *room, int number,
                        const float *inputs, int places, const float *d_out, float *d_weights)
{
    const struct classifier_layer *layer = &classifier->layers[number];
    for (int i = 0; i < places; i++) {
        for (int k = 0; k < layer->inputs; k++)
            room->turned[k * places + i] = inputs[i * layer->inputs + k];
        memcpy(room->panel + (size_t)i * layer->stride, d_out + i * layer->outputs,
               (size_t)layer->outputs * sizeof *d_out);
    }
    multiply(classifier->kernels, room->turned, room->panel, layer->stride, d_weights, layer->inputs, places,
             layer->outputs, true);
}

static void back(const struct classifier *classifier, struct classifier_room *room, int places, float scale,
                 float *d_x, float *d_weights)
{
    const struct classifier_layer *hidden = &classifier->layers[0], *out = &classifier->layers[1];
    int inner = classifier->inner, near = hidden->inputs;
    multiply(classifier->kernels, room->slopes, out->turned, out->turned_stride, room->d_both, places,
             out->outputs, out->inputs, false);
    for (int i = 0; i < places; i++)
        for (int c = 0; c < inner; c++)
            room->d_hidden[i * inner + c] =
                room->d_both[i * (inner + near) + c] * silu_slope(room->hidden[i * inner + c]);
    if (d_weights) {
        size_t first = (size_t)near * (size_t)inner;
        add_weights(classifier, room, 0, room->windows, places, room->d_hidden, d_weights);
        add_weights(classifier, room, 1, room->both, places, room->slopes, d_weights + first);
    }
    if (!d_x)
        return;
    multiply(classifier->kernels, room->d_hidden, hidden->turned, hidden->turned_stride, room->d_windows,
             places, inner, near, false);
    for (int i = 0; i < places; i++)
        for (int c = 0; c < near; c++)
            room->d_windows[i * near + c] += room->d_both[i * (inner + near) + inner + c];
    scatter(room->d_windows, places, classifier->width, scale, d_x);
}

double classifier_loss(const struct classifier *classifier, struct classifier_room *room, const float *x,
                       int places, double alpha_bar, const int *wanted, float *d_x, float *d_weights)
{
    classifier_read(classifier, room, x, places, alpha_bar);
    double loss = classifier->guide->loss(&classifier->labels, wanted, room->out, places, room->slopes);
    if (d_x || d_weights)
        back(classifier, room, places, scale_of(alpha_bar), d_x, d_weights);
    return loss;
}
