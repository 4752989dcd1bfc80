#include "model/train/denoising.h"

#include "model/base/memory.h"
#include "model/train/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct denoising {
    const struct parameters *parameters;
    const struct products *products;
    struct denoising_process process;
    struct ends ends;
    const struct denoising_draw *draw;
    const float *weights;
    float *gradient;
    float *start, *input;        /* [places, vector width], [places, vector in] */
    float *up, *down;            /* [places, width] behind the tanh of both projections */
    float *predicted, *d_start;  /* [places, vector width] */
    float *d_predicted, *d_wide; /* [places, vector width], [places, width] scratch */
    float *logits;               /* [places, vocabulary] */
    float *features, *time_inner, *time_active,
        *time; /* [places, F | 4F | 4F | width], a row of the batch each */
};

static struct matrix rows_of(const float *at, int stride)
{
    return (struct matrix){ at, stride };
}

static float *grown(size_t places, int width)
{
    return memory_new(places * (size_t)width, sizeof(float));
}

static void enter(void *user, int first, int count, float *x);
static double leave(void *user, const float *normed, float *d_normed);
static void back(void *user, const float *d_x);

struct denoising *denoising_new(const struct parameters *parameters, const struct products *products,
                                struct denoising_process process, int places)
{
    const struct shape *s = &parameters->shape;
    struct denoising *d = memory_new(1, sizeof *d);
    size_t most = (size_t)places;
    *d = (struct denoising){ .parameters = parameters,
                             .products = products,
                             .process = process,
                             .ends = { d, enter, leave, back },
                             .start = grown(most, s->vector_width),
                             .input = grown(most, s->vector_in),
                             .up = grown(most, s->width),
                             .down = grown(most, s->width),
                             .predicted = grown(most, s->vector_width),
                             .d_start = grown(most, s->vector_width),
                             .d_predicted = grown(most, s->vector_in),
                             .d_wide = grown(most, s->width),
                             .logits = grown(most, s->vocabulary),
                             .features = grown(most, s->time_features),
                             .time_inner = grown(most, 4 * s->time_features),
                             .time_active = grown(most, 4 * s->time_features),
                             .time = grown(most, s->width) };
    return d;
}

void denoising_free(struct denoising *d)
{
    if (!d)
        return;
    float *buffers[] = { d->start,      d->input,       d->up,     d->down,   d->predicted,
                         d->d_start,    d->d_predicted, d->d_wide, d->logits, d->features,
                         d->time_inner, d->time_active, d->time };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        free(buffers[i]);
    free(d);
}

/* out [rows, outputs] = x · weightᵀ + bias */
static void linear(const struct denoising *d, struct linear_offsets at, const float *x, int inputs,
                   int outputs, int rows, float *out)
{
    for (int i = 0; i < rows; i++)
        memcpy(out + (size_t)i * (size_t)outputs, d->weights + at.bias, (size_t)outputs * sizeof *out);
    product_nt(d->products, rows_of(x, inputs), rows_of(d->weights + at.weight, inputs), out, outputs, rows,
               outputs, inputs, 1.0f);
}

/* Adds the gradients of weight and bias; d_x (may be NULL) = d_out · weight. */
static void linear_back(const struct denoising *d, struct linear_offsets at, const float *x, int inputs,
                        int outputs, int rows, const float *d_out, float *d_x)
{
    product_tn(d->products, rows_of(d_out, outputs), rows_of(x, inputs), d->gradient + at.weight, inputs,
               outputs, inputs, rows, 1.0f);
    for (int i = 0; i < rows; i++)
        vector_add(d->gradient + at.bias, d_out + (size_t)i * (size_t)outputs, (size_t)outputs);
    if (d_x)
        product_nn(d->products, rows_of(d_out, outputs), rows_of(d->weights + at.weight, inputs), d_x, inputs,
                   rows, inputs, outputs, 0.0f);
}

static void tanh_all(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = tanhf(x[i]);
}

static void tanh_back(const float *y, float *d, size_t count)
{
    for (size_t i = 0; i < count; i++)
        d[i] *= 1.0f - y[i] * y[i];
}

static int places_of(const struct denoising *d)
{
    return d->draw->rows * d->draw->length;
}

static bool is_open(const struct denoising *d, int place)
{
    return !d->draw->open || d->draw->open[place];
}

static const struct denoising_time *time_of(const struct denoising *d, int place)
{
    return &d->draw->times[place / d->draw->length];
}

/* The vector of the token at a place. */
static const float *row_of(const struct denoising *d, int place)
{
    const float *table = d->process.codes ? d->process.codes : d->weights + d->parameters->embedding;
    return table + (size_t)d->draw->ids[place] * (size_t)d->parameters->shape.vector_width;
}

/* Cosines and sines of the time, as the network that runs it counts them. */
static void set_times(struct denoising *d)
{
    const struct shape *s = &d->parameters->shape;
    const struct vector_offsets *at = &d->parameters->vectors;
    int half = s->time_features / 2, rows = d->draw->rows;
    for (int r = 0; r < rows; r++) {
        float *row = d->features + (size_t)r * (size_t)s->time_features;
        float time = d->draw->times[r].told;
        for (int i = 0; i < half; i++) {
            float angle = time * expf(-9.210340372f * (float)i / (float)half);
            row[i] = cosf(angle);
            row[half + i] = sinf(angle);
        }
    }
    linear(d, at->time[0], d->features, s->time_features, 4 * s->time_features, rows, d->time_inner);
    for (size_t i = 0; i < (size_t)rows * 4 * (size_t)s->time_features; i++)
        d->time_active[i] = d->time_inner[i] / (1.0f + expf(-d->time_inner[i]));
    linear(d, at->time[1], d->time_active, 4 * s->time_features, s->width, rows, d->time);
}

/* x_t and what stands beside it, as they are given. */
static void lay_given(struct denoising *d)
{
    const struct shape *s = &d->parameters->shape;
    size_t width = (size_t)s->vector_width, bytes = width * sizeof *d->input;
    for (int i = 0; i < places_of(d); i++) {
        float *row = d->input + (size_t)i * (size_t)s->vector_in;
        memcpy(row, d->draw->noisy + (size_t)i * width, bytes);
        if (d->draw->condition && s->vector_in > s->vector_width)
            memcpy(row + width, d->draw->condition + (size_t)i * width, bytes);
    }
}

/* x_t from the tokens' vectors. */
static void lay_noised(struct denoising *d)
{
    const struct denoising_draw *draw = d->draw;
    const struct shape *s = &d->parameters->shape;
    size_t width = (size_t)s->vector_width;
    float spread = d->process.codes ? 0 : d->process.spread;
    for (int i = 0; i < places_of(d); i++) {
        const float *row = row_of(d, i);
        float clean = is_open(d, i) ? time_of(d, i)->clean : 1.0f;
        float noisy = is_open(d, i) ? time_of(d, i)->noisy : 0.0f;
        for (size_t k = 0; k < width; k++) {
            size_t at = (size_t)i * width + k;
            d->start[at] = row[k] + (spread ? spread * draw->start_noise[at] : 0);
            d->input[(size_t)i * (size_t)s->vector_in + k] = clean * d->start[at] + noisy * draw->noise[at];
        }
    }
}

void denoising_set(struct denoising *d, const struct denoising_draw *draw, const float *weights,
                   float *gradient)
{
    d->draw = draw;
    d->weights = weights;
    d->gradient = gradient;
    memset(d->input, 0, (size_t)places_of(d) * (size_t)d->parameters->shape.vector_in * sizeof *d->input);
    (draw->noisy ? lay_given : lay_noised)(d);
    set_times(d);
}

void denoising_condition(struct denoising *d)
{
    const struct shape *s = &d->parameters->shape;
    float most = d->process.codes ? fabsf(d->process.codes[0]) : INFINITY;
    if (s->vector_in == s->vector_width)
        return;
    for (int i = 0; i < places_of(d); i++) {
        float *to = d->input + (size_t)i * (size_t)s->vector_in + s->vector_width;
        const float *from = d->predicted + (size_t)i * (size_t)s->vector_width;
        for (int k = 0; k < s->vector_width; k++)
            to[k] = is_open(d, i) ? fminf(fmaxf(from[k], -most), most) : 0;
    }
}

const struct ends *denoising_ends(struct denoising *d)
{
    return &d->ends;
}

const float *denoising_predicted(const struct denoising *d)
{
    return d->predicted;
}

static void enter(void *user, int first, int count, float *x)
{
    struct denoising *d = user;
    const struct shape *s = &d->parameters->shape;
    const struct vector_offsets *at = &d->parameters->vectors;
    size_t width = (size_t)s->width;
    float *up = d->up + (size_t)first * width;
    linear(d, at->in[0], d->input + (size_t)first * (size_t)s->vector_in, s->vector_in, s->width, count, up);
    tanh_all(up, (size_t)count * width);
    linear(d, at->in[1], up, s->width, s->width, count, x);
    for (int i = 0; i < count; i++)
        vector_add(x + (size_t)i * width, d->time + (size_t)((first + i) / d->draw->length) * width, width);
}

static size_t count_open(const struct denoising *d)
{
    size_t count = 0;
    for (int i = 0; i < places_of(d); i++)
        count += is_open(d, i);
    return count ? count : 1;
}

/* The squared error of an open place; its gradient goes into d_predicted, and that of a target that is learnt
 * as well into d_start, or into the embedding's. */
static double place_error(struct denoising *d, int place, size_t count)
{
    size_t width = (size_t)d->parameters->shape.vector_width;
    const float *row = row_of(d, place);
    const float *given = d->draw->target ? d->draw->target + (size_t)place * width : NULL;
    bool learnt = !given && !d->process.codes && !d->process.predicts_noise, last = time_of(d, place)->last;
    float *d_row = d->gradient && learnt
                       ? d->gradient + d->parameters->embedding + (size_t)d->draw->ids[place] * width
                       : NULL;
    double sum = 0;
    for (size_t k = 0; k < width; k++) {
        size_t at = (size_t)place * width + k;
        float target = given                       ? given[k]
                       : d->process.predicts_noise ? d->draw->noise[at]
                       : last                      ? row[k]
                                                   : d->start[at];
        float off = d->predicted[at] - target, slope = 2.0f * off / (float)count;
        sum += (double)off * (double)off;
        d->d_predicted[at] = slope;
        if (d_row && last)
            d_row[k] -= slope;
        else if (learnt)
            d->d_start[at] -= slope;
    }
    return sum;
}

/* The mean squared error of the prediction at open places. */
static double add_error(struct denoising *d)
{
    int length = d->draw->length;
    size_t width = (size_t)d->parameters->shape.vector_width, count = count_open(d) * width;
    double sum = 0;
    for (int r = 0; r < d->draw->rows; r++) {
        double row = 0;
        int open = 0;
        for (int i = r * length; i < (r + 1) * length; i++) {
            if (is_open(d, i))
                row += place_error(d, i, count);
            else
                memset(d->d_predicted + (size_t)i * width, 0, width * sizeof *d->d_predicted);
            open += is_open(d, i);
        }
        if (d->draw->errors)
            d->draw->errors[r] = open ? (float)(row / ((double)open * (double)width)) : 0;
        sum += row;
    }
    return sum / (double)count;
}

/* -log p(id | x_start), x_start · Eᵀ + bias being the logits. */
static double add_rounding(struct denoising *d)
{
    const struct shape *s = &d->parameters->shape;
    int places = places_of(d), pieces = s->vocabulary, width = s->vector_width;
    struct linear_offsets at = { d->parameters->embedding, d->parameters->vectors.bias };
    linear(d, at, d->start, width, pieces, places, d->logits);
    double sum = 0;
    for (int i = 0; i < places; i++)
        sum += (double)vector_cross_entropy(d->logits + (size_t)i * (size_t)pieces, pieces, d->draw->ids[i],
                                            1.0f / (float)places);
    if (d->gradient) {
        float *d_x = d->d_wide;
        linear_back(d, at, d->start, width, pieces, places, d->logits, NULL);
        product_nn(d->products, rows_of(d->logits, pieces), rows_of(d->weights + at.weight, width), d_x,
                   width, places, width, pieces, 0.0f);
        vector_add(d->d_start, d_x, (size_t)places * (size_t)width);
    }
    return sum / places;
}

/* What is left of the text in the last step. */
static double add_remains(struct denoising *d)
{
    size_t count = (size_t)places_of(d) * (size_t)d->parameters->shape.vector_width;
    float left = d->process.remains;
    for (size_t i = 0; i < count; i++)
        d->d_start[i] += 2.0f * left * d->start[i] / (float)count;
    return (double)left * vector_square_sum(d->start, count) / (double)count;
}

static double leave(void *user, const float *normed, float *d_normed)
{
    struct denoising *d = user;
    const struct shape *s = &d->parameters->shape;
    const struct vector_offsets *at = &d->parameters->vectors;
    int places = places_of(d);
    size_t wide = (size_t)places * (size_t)s->width;
    linear(d, at->out[0], normed, s->width, s->width, places, d->down);
    tanh_all(d->down, wide);
    linear(d, at->out[1], d->down, s->width, s->vector_width, places, d->predicted);
    memset(d->d_start, 0, (size_t)places * (size_t)s->vector_width * sizeof *d->d_start);
    double loss = add_error(d);
    if (!d->process.codes && !d->draw->target)
        loss += add_rounding(d) + add_remains(d);
    if (!d_normed)
        return loss;
    linear_back(d, at->out[1], d->down, s->width, s->vector_width, places, d->d_predicted, d->d_wide);
    tanh_back(d->down, d->d_wide, wide);
    linear_back(d, at->out[0], normed, s->width, s->width, places, d->d_wide, d_normed);
    return loss;
}

static void back_times(struct denoising *d, const float *d_x)
{
    const struct shape *s = &d->parameters->shape;
    const struct vector_offsets *at = &d->parameters->vectors;
    int rows = d->draw->rows, inner = 4 * s->time_features;
    size_t width = (size_t)s->width;
    float *d_time = d->time, *d_inner = memory_new((size_t)rows * (size_t)inner, sizeof *d_inner);
    memset(d_time, 0, (size_t)rows * width * sizeof *d_time);
    for (int i = 0; i < places_of(d); i++)
        vector_add(d_time + (size_t)(i / d->draw->length) * width, d_x + (size_t)i * width, width);
    linear_back(d, at->time[1], d->time_active, inner, s->width, rows, d_time, d_inner);
    for (size_t i = 0; i < (size_t)rows * (size_t)inner; i++) {
        float gate = 1.0f / (1.0f + expf(-d->time_inner[i]));
        d_inner[i] *= gate * (1.0f + d->time_inner[i] * (1.0f - gate));
    }
    linear_back(d, at->time[0], d->features, s->time_features, inner, rows, d_inner, NULL);
    free(d_inner);
}

static void back(void *user, const float *d_x)
{
    struct denoising *d = user;
    const struct shape *s = &d->parameters->shape;
    const struct vector_offsets *at = &d->parameters->vectors;
    int places = places_of(d);
    size_t width = (size_t)s->vector_width;
    float *d_input = d->d_predicted;
    linear_back(d, at->in[1], d->up, s->width, s->width, places, d_x, d->d_wide);
    tanh_back(d->up, d->d_wide, (size_t)places * (size_t)s->width);
    linear_back(d, at->in[0], d->input, s->vector_in, s->width, places, d->d_wide, d_input);
    for (int i = 0; i < places && !d->process.codes && !d->draw->target; i++) {
        float clean = is_open(d, i) ? time_of(d, i)->clean : 1.0f;
        float *row = d->gradient + d->parameters->embedding + (size_t)d->draw->ids[i] * width;
        for (size_t k = 0; k < width; k++)
            row[k] +=
                d->d_start[(size_t)i * width + k] + clean * d_input[(size_t)i * (size_t)s->vector_in + k];
    }
    back_times(d, d_x);
}
