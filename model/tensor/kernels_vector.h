/* kernels_vector.h - the kernels written once for vectors of WIDTH floats (a power of two that the compiler
 * maps to registers); kernels_base.c, kernels_avx2.c and kernels_avx512.c each include it after defining
 *     WIDTH    floats in a vector
 *     ROWS     rows of x that the multiplication holds in registers at once
 *     VECTORS  vectors of a panel's columns that it holds, a divisor of PANEL / WIDTH
 *     INT8_PANEL, BLOCK_PANEL  its products of panels of int8 and of blocks
 *     DECODER, LEVELLER        its functions of decode.h
 *     TABLE    the name of the table, NAME its spelling
 * A row's remainder of under WIDTH elements goes through a padded copy, so it has the same arithmetic as the
 * rest. */
#include "model/tensor/kernels.h"

#include <math.h>
#include <string.h>

typedef float vector __attribute__((vector_size(WIDTH * sizeof(float))));
typedef uint8_t bytes __attribute__((vector_size(WIDTH)));
typedef int8_t signed_bytes __attribute__((vector_size(WIDTH)));
typedef int32_t lanes __attribute__((vector_size(WIDTH * sizeof(int32_t))));

#if WIDTH == 4
#define INTERLEAVE_LOW 0, 4, 1, 5
#define INTERLEAVE_HIGH 2, 6, 3, 7
#elif WIDTH == 8
#define INTERLEAVE_LOW 0, 8, 1, 9, 2, 10, 3, 11
#define INTERLEAVE_HIGH 4, 12, 5, 13, 6, 14, 7, 15
#else
#define INTERLEAVE_LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define INTERLEAVE_HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

#define INLINE static inline __attribute__((always_inline))

INLINE vector load(const float *from)
{
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

INLINE void store(float *to, vector v)
{
    memcpy(to, &v, sizeof v);
}

INLINE vector splat(float x)
{
    return x - (vector){ 0 };
}

INLINE vector load_part(const float *from, int count, float rest)
{
    vector v = splat(rest);
    memcpy(&v, from, (size_t)count * sizeof *from);
    return v;
}

INLINE vector at(const float *x, int i, int n, float rest)
{
    return i + WIDTH <= n ? load(x + i) : load_part(x + i, n - i, rest);
}

INLINE void put(float *x, int i, int n, vector v)
{
    memcpy(x + i, &v, (size_t)(i + WIDTH <= n ? WIDTH : n - i) * sizeof *x);
}

INLINE vector choose(lanes mask, vector yes, vector no)
{
    return (vector)((mask & (lanes)yes) | (~mask & (lanes)no));
}

INLINE float sum_lanes(vector v)
{
    float lane[WIDTH];
    store(lane, v);
    for (int step = WIDTH / 2; step > 0; step /= 2)
        for (int i = 0; i < step; i++)
            lane[i] += lane[i + step];
    return lane[0];
}

/* e^x to about 1 unit in the last place for x in [-87, 88]; 0 below and at -INFINITY. x = n ln 2 + r, e^r by
 * its series. */
INLINE vector exponential(vector x)
{
    const vector magic =
        splat(12582912.0f); /* 1.5 · 2^23: adding it rounds to a whole number in the low bits */
    lanes alive = x > splat(-87.0f);
    x = choose(x > splat(88.0f), splat(88.0f), x);
    x = choose(alive, x, splat(0));
    vector whole = x * splat(1.44269504f) + magic;
    lanes n = (lanes)whole - (lanes)magic;
    whole = whole - magic;
    vector r = x - whole * splat(0.693359375f);
    r = r + whole * splat(2.12194440e-4f);
    vector y = splat(1.9875691500e-4f);
    y = y * r + splat(1.3981999507e-3f);
    y = y * r + splat(8.3334519073e-3f);
    y = y * r + splat(4.1665795894e-2f);
    y = y * r + splat(1.6666665459e-1f);
    y = y * r + splat(5.0000001201e-1f);
    y = y * r * r + r + splat(1);
    vector scale = (vector)((n + 127) << 23);
    return choose(alive, y * scale, splat(0));
}

/* `rows` rows times `VECTORS` vectors of columns in registers; rows is a constant after inlining. */
INLINE void block(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                  size_t out_stride, int k, bool accumulate, const int rows)
{
    vector sum[ROWS][VECTORS];
    for (int i = 0; i < rows; i++)
        for (int v = 0; v < VECTORS; v++)
            sum[i][v] = splat(0);
    for (int p = 0; p < k; p++) {
        vector column[VECTORS];
        for (int v = 0; v < VECTORS; v++)
            column[v] = load(panel + (size_t)p * panel_stride + v * WIDTH);
        for (int i = 0; i < rows; i++) {
            vector value = splat(x[(size_t)i * x_stride + (size_t)p]);
            for (int v = 0; v < VECTORS; v++)
                sum[i][v] += value * column[v];
        }
    }
    for (int i = 0; i < rows; i++) {
        for (int v = 0; v < VECTORS; v++) {
            float *to = out + (size_t)i * out_stride + v * WIDTH;
            store(to, accumulate ? load(to) + sum[i][v] : sum[i][v]);
        }
    }
}

static void block_of(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                     size_t out_stride, int k, bool accumulate, int rows)
{
#define CASE(count)                                                                                          \
    case count:                                                                                              \
        block(x, x_stride, panel, panel_stride, out, out_stride, k, accumulate, count);                      \
        break
    switch (rows) {
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
#if ROWS > 4
        CASE(5);
        CASE(6);
#endif
#if ROWS > 6
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
#endif
    }
#undef CASE
}

static void panel_whole(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                        size_t out_stride, int m, int k, bool accumulate)
{
    int blocks = (m + ROWS - 1) / ROWS;
    for (int i = 0, left = blocks; i < m; left--) {
        int rows = (m - i + left - 1) / left;
        for (int v = 0; v < PANEL; v += VECTORS * WIDTH)
            block_of(x + (size_t)i * x_stride, x_stride, panel + v, panel_stride,
                     out + (size_t)i * out_stride + v, out_stride, k, accumulate, rows);
        i += rows;
    }
}

static void panel(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                  size_t out_stride, int m, int k, int columns, bool accumulate)
{
    if (columns == PANEL) {
        panel_whole(x, x_stride, panel, panel_stride, out, out_stride, m, k, accumulate);
        return;
    }
    float whole[ROWS][PANEL];
    for (int i = 0; i < m; i += ROWS) {
        int rows = m - i < ROWS ? m - i : ROWS;
        panel_whole(x + (size_t)i * x_stride, x_stride, panel, panel_stride, whole[0], PANEL, rows, k, false);
        for (int r = 0; r < rows; r++)
            for (int j = 0; j < columns; j++) {
                float *to = out + (size_t)(i + r) * out_stride + j;
                *to = accumulate ? *to + whole[r][j] : whole[r][j];
            }
    }
}

/* WIDTH rows of WIDTH become columns: log2(WIDTH) times, a row is interleaved with the one half of all
 * further on. */
INLINE void turn(const float *rows, size_t stride, float *out)
{
    vector even[WIDTH], odd[WIDTH];
    for (int i = 0; i < WIDTH; i++)
        even[i] = load(rows + (size_t)i * stride);
    for (int step = 1; step < WIDTH; step *= 2) {
        for (int i = 0; i < WIDTH / 2; i++) {
            odd[2 * i] = __builtin_shufflevector(even[i], even[i + WIDTH / 2], INTERLEAVE_LOW);
            odd[2 * i + 1] = __builtin_shufflevector(even[i], even[i + WIDTH / 2], INTERLEAVE_HIGH);
        }
        memcpy(even, odd, sizeof even);
    }
    for (int i = 0; i < WIDTH; i++)
        store(out + (size_t)i * PANEL, even[i]);
}

static void transpose(const float *rows, size_t stride, float *out, int n)
{
    int p = 0;
    for (; p + WIDTH <= n; p += WIDTH)
        for (int j = 0; j < PANEL; j += WIDTH)
            turn(rows + (size_t)j * stride + p, stride, out + (size_t)p * PANEL + j);
    for (; p < n; p++)
        for (int j = 0; j < PANEL; j++)
            out[p * PANEL + j] = rows[(size_t)j * stride + (size_t)p];
}

static void rms_norm(const float *x, const float *weight, float *out, int n, float epsilon)
{
    vector sum = splat(0);
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, 0);
        sum += v * v;
    }
    vector scale = splat(1 / sqrtf(sum_lanes(sum) / (float)n + epsilon));
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, 0) * scale;
        put(out, i, n, weight ? v * at(weight, i, n, 0) : v);
    }
}

static void layer_norm(const float *x, const float *weight, const float *bias, float *out, int n,
                       float epsilon)
{
    vector sum = splat(0), squares = splat(0);
    for (int i = 0; i < n; i += WIDTH)
        sum += at(x, i, n, 0);
    float mean = sum_lanes(sum) / (float)n;
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, mean) - splat(mean);
        squares += v * v;
    }
    vector scale = splat(1 / sqrtf(sum_lanes(squares) / (float)n + epsilon));
    for (int i = 0; i < n; i += WIDTH) {
        vector v = (at(x, i, n, 0) - splat(mean)) * scale;
        if (weight)
            v *= at(weight, i, n, 0);
        put(out, i, n, bias ? v + at(bias, i, n, 0) : v);
    }
}

static float largest(const float *x, int n)
{
    vector most = splat(-INFINITY);
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, -INFINITY);
        most = choose(v > most, v, most);
    }
    float lane[WIDTH], max = -INFINITY;
    store(lane, most);
    for (int i = 0; i < WIDTH; i++)
        max = lane[i] > max ? lane[i] : max;
    return max;
}

/* 0 · x is 0 or not a number. */
static bool finite_row(const float *x, int n)
{
    vector sum = splat(0);
    for (int i = 0; i < n; i += WIDTH)
        sum += at(x, i, n, 0) * splat(0);
    return sum_lanes(sum) == 0;
}

static float log_sum_exp(const float *x, int n)
{
    float max = largest(x, n);
    vector sum = splat(0);
    if (!isfinite(max))
        return max;
    for (int i = 0; i < n; i += WIDTH)
        sum += exponential(at(x, i, n, -INFINITY) - splat(max));
    return max + logf(sum_lanes(sum));
}

static float entropy(const float *x, int n)
{
    vector sum = splat(0);
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, -INFINITY);
        v = choose(v > splat(-87), v, splat(-87));
        sum -= v * exponential(v);
    }
    return sum_lanes(sum);
}

static void softmax(float *x, int n)
{
    vector sum = splat(0);
    float max = largest(x, n);
    for (int i = 0; i < n; i += WIDTH) {
        vector v = exponential(at(x, i, n, -INFINITY) - splat(max));
        sum += v;
        put(x, i, n, v);
    }
    vector scale = splat(1 / sum_lanes(sum));
    for (int i = 0; i < n; i += WIDTH)
        put(x, i, n, at(x, i, n, 0) * scale);
}

static float activations_int8(const float *x, int n, uint8_t *out, size_t stride)
{
    const vector magic = splat(12582912.0f);
    vector most = splat(0), bad = splat(0);
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, 0);
        bad += v * splat(0);
        v = choose(v < splat(0), -v, v);
        most = choose(v > most, v, most);
    }
    float lane[WIDTH], max = 0;
    store(lane, most);
    for (int i = 0; i < WIDTH; i++)
        max = lane[i] > max ? lane[i] : max;
    vector back = splat(max > 0 ? 127 / max : 0);
    for (int i = 0; i < n; i += WIDTH) {
        lanes whole = (lanes)(at(x, i, n, 0) * back + magic) - (lanes)magic + 128;
        bytes q = __builtin_convertvector(whole, bytes);
        for (int j = 0; j < WIDTH && i + j < n; j += INT8_STEP)
            memcpy(out + (size_t)((i + j) / INT8_STEP) * stride * INT8_STEP, (const char *)&q + j, INT8_STEP);
    }
    return max / 127 + sum_lanes(bad);
}

/* One block as QUADs of ROW_GROUP rows; returns its scale. */
INLINE float block_of_activations(const float *x, int8_t *levels, int32_t *sums)
{
    const vector magic = splat(12582912.0f);
    vector most = splat(0), bad = splat(0);
    for (int i = 0; i < BLOCK; i += WIDTH) {
        vector v = load(x + i);
        bad += v * splat(0);
        v = choose(v < splat(0), -v, v);
        most = choose(v > most, v, most);
    }
    float lane[WIDTH], max = 0, off = sum_lanes(bad);
    store(lane, most);
    for (int i = 0; i < WIDTH; i++)
        max = lane[i] > max ? lane[i] : max;
    vector back = splat(max > 0 && off == 0 ? 127 / max : 0);
    lanes sum[2] = { { 0 }, { 0 } };
    for (int i = 0; i < BLOCK; i += WIDTH) {
        vector v = choose(back > splat(0), load(x + i), splat(0));
        lanes whole = (lanes)(v * back + magic) - (lanes)magic;
        signed_bytes q = __builtin_convertvector(whole, signed_bytes);
        sum[i / HALF_BLOCK] += whole;
        for (int j = 0; j < WIDTH; j += QUAD)
            memcpy(levels + (i + j) * ROW_GROUP, (const char *)&q + j, QUAD);
    }
    for (int half = 0; half < 2; half++) {
        int32_t all = 0;
        for (int i = 0; i < WIDTH; i++)
            all += sum[half][i];
        sums[half * ROW_GROUP] = all;
    }
    return max / 127 + off;
}

static void activations_blocks(const float *x, const struct block_rows *rows, int row)
{
    size_t cols = (size_t)rows->cols, group = (size_t)(row - row % ROW_GROUP), at = (size_t)(row % ROW_GROUP);
    int8_t *levels = rows->levels + group * cols + at * QUAD;
    float *scales = rows->scales + group * (cols / BLOCK) + at;
    int32_t *sums = rows->sums + group * (cols / HALF_BLOCK) + at;
    float *weights = rows->weights + (size_t)row * (cols / BLOCK);
    for (size_t b = 0; b < cols / BLOCK; b++, sums += 2 * ROW_GROUP) {
        float scale = block_of_activations(x + b * BLOCK, levels + b * BLOCK * ROW_GROUP, sums);
        scales[b * ROW_GROUP] = scale;
        weights[b] = scale * (float)(sums[0] + sums[ROW_GROUP]);
    }
}

static void add(float *x, const float *y, int n)
{
    for (int i = 0; i < n; i += WIDTH)
        put(x, i, n, at(x, i, n, 0) + at(y, i, n, 0));
}

static void silu_multiply(float *gate, const float *up, int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(gate, i, n, 0);
        put(gate, i, n, v / (splat(1) + exponential(-v)) * at(up, i, n, 0));
    }
}

static void silu(float *x, int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, 0);
        put(x, i, n, v / (splat(1) + exponential(-v)));
    }
}

/* 0.5 (1 + tanh u) is 1 / (1 + e^(-2u)). */
static void gelu_tanh(float *x, int n)
{
    for (int i = 0; i < n; i += WIDTH) {
        vector v = at(x, i, n, 0);
        vector u = splat(0.7978845608f) * (v + splat(0.044715f) * v * v * v);
        put(x, i, n, v / (splat(1) + exponential(splat(-2) * u)));
    }
}

static void rotate(float *x, const float *cosines, const float *sines, int half)
{
    for (int i = 0; i < half; i += WIDTH) {
        vector a = at(x, i, half, 0), b = at(x + half, i, half, 0);
        vector c = at(cosines, i, half, 0), s = at(sines, i, half, 0);
        put(x, i, half, a * c - b * s);
        put(x + half, i, half, b * c + a * s);
    }
}

#define KERNELS(spelling, int8_panel, block_panel)                                                           \
    {                                                                                                        \
        .name = spelling, .panel = panel, .decode = DECODER, .transpose = transpose,                         \
        .panel_int8 = int8_panel, .activations_int8 = activations_int8, .levels = LEVELLER,                  \
        .panel_blocks = block_panel, .activations_blocks = activations_blocks, .rms_norm = rms_norm,         \
        .layer_norm = layer_norm, .softmax = softmax, .log_sum_exp = log_sum_exp, .entropy = entropy,        \
        .largest = largest, .finite = finite_row, .add = add, .silu_multiply = silu_multiply, .silu = silu,  \
        .gelu_tanh = gelu_tanh, .rotate = rotate,                                                            \
    }

const struct kernels TABLE = KERNELS(NAME, INT8_PANEL, BLOCK_PANEL);
