#include "model/tensor/kernels.h"

#include <math.h>

static void panel(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                  size_t out_stride, int m, int k, int columns, bool accumulate)
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < columns; j++) {
            float sum = 0;
            for (int p = 0; p < k; p++)
                sum += x[(size_t)i * x_stride + (size_t)p] * panel[(size_t)p * panel_stride + (size_t)j];
            float *to = &out[(size_t)i * out_stride + (size_t)j];
            *to = accumulate ? *to + sum : sum;
        }
    }
}

void decode_base(enum dtype type, const void *data, int64_t count, float *out)
{
    const struct tensor tensor = { .type = type, .data = data };
    tensor_to_f32(&tensor, 0, count, out);
}

static void transpose(const float *rows, size_t stride, float *out, int n)
{
    for (int p = 0; p < n; p++)
        for (int j = 0; j < PANEL; j++)
            out[p * PANEL + j] = rows[(size_t)j * stride + (size_t)p];
}

static void rms_norm(const float *x, const float *weight, float *out, int n, float epsilon)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] * x[i];
    float scale = 1 / sqrtf(sum / (float)n + epsilon);
    for (int i = 0; i < n; i++)
        out[i] = x[i] * scale * (weight ? weight[i] : 1);
}

static void layer_norm(const float *x, const float *weight, const float *bias, float *out, int n,
                       float epsilon)
{
    float sum = 0, squares = 0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    float mean = sum / (float)n;
    for (int i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    float scale = 1 / sqrtf(squares / (float)n + epsilon);
    for (int i = 0; i < n; i++)
        out[i] = (x[i] - mean) * scale * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
}

static void softmax(float *x, int n)
{
    float max = -INFINITY, sum = 0;
    for (int i = 0; i < n; i++)
        max = fmaxf(max, x[i]);
    for (int i = 0; i < n; i++) {
        x[i] = expf(x[i] - max);
        sum += x[i];
    }
    for (int i = 0; i < n; i++)
        x[i] /= sum;
}

static float largest(const float *x, int n)
{
    float max = -INFINITY;
    for (int i = 0; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

static bool finite_row(const float *x, int n)
{
    for (int i = 0; i < n; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

static float log_sum_exp(const float *x, int n)
{
    float max = largest(x, n), sum = 0;
    if (!isfinite(max))
        return max;
    for (int i = 0; i < n; i++)
        sum += expf(x[i] - max);
    return max + logf(sum);
}

static float entropy(const float *x, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        if (x[i] > -87)
            sum -= x[i] * expf(x[i]);
    return sum;
}

static void add(float *x, const float *y, int n)
{
    for (int i = 0; i < n; i++)
        x[i] += y[i];
}

static void silu(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = x[i] / (1 + expf(-x[i]));
}

static void silu_multiply(float *gate, const float *up, int n)
{
    silu(gate, n);
    for (int i = 0; i < n; i++)
        gate[i] *= up[i];
}

static void gelu_tanh(float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = 0.5f * x[i] * (1 + tanhf(0.7978845608f * (x[i] + 0.044715f * x[i] * x[i] * x[i])));
}

static void rotate(float *x, const float *cosines, const float *sines, int half)
{
    for (int i = 0; i < half; i++) {
        float a = x[i], b = x[i + half];
        x[i] = a * cosines[i] - b * sines[i];
        x[i + half] = b * cosines[i] + a * sines[i];
    }
}

const struct kernels kernels_scalar = {
    .name = "scalar",
    .panel = panel,
    .decode = decode_base,
    .transpose = transpose,
    .panel_int8 = int8_panel_scalar,
    .activations_int8 = int8_activations,
    .levels = levels_scalar,
    .panel_blocks = block_panel_scalar,
    .activations_blocks = block_activations,
    .rms_norm = rms_norm,
    .layer_norm = layer_norm,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .entropy = entropy,
    .largest = largest,
    .finite = finite_row,
    .add = add,
    .silu_multiply = silu_multiply,
    .silu = silu,
    .gelu_tanh = gelu_tanh,
    .rotate = rotate,
};
