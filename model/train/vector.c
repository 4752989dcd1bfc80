#include "model/train/vector.h"

#include <math.h>
#include <string.h>

/* The versions that the loader chooses from. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && defined(__GNUC__) && !defined(__clang__)
#define VERSIONS __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define VERSIONS
#endif
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };
typedef float lanes __attribute__((vector_size(64)));
typedef int32_t lanes_int __attribute__((vector_size(64)));

INLINE lanes load(const float *at)
{
    lanes v;
    memcpy(&v, at, sizeof v);
    return v;
}

INLINE void store(float *at, lanes v)
{
    memcpy(at, &v, sizeof v);
}

/* The first `count` floats at `at`, 16 at most, the rest `fill`. */
INLINE lanes load_some(const float *at, int count, float fill)
{
    if (count >= LANES)
        return load(at);
    float all[LANES];
    for (int i = 0; i < LANES; i++)
        all[i] = fill;
    memcpy(all, at, (size_t)count * sizeof *at);
    return load(all);
}

INLINE void store_some(float *at, lanes v, int count)
{
    if (count >= LANES)
        store(at, v);
    else
        memcpy(at, &v, (size_t)count * sizeof *at);
}

INLINE lanes all(float x)
{
    return (lanes){ x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x };
}

INLINE lanes choose(lanes_int mask, lanes a, lanes b)
{
    return (lanes)((mask & (lanes_int)a) | (~mask & (lanes_int)b));
}

INLINE float sum(lanes v)
{
    float half = 0.0f;
    for (int i = 0; i < LANES / 2; i++)
        half += v[i] + v[i + LANES / 2];
    return half;
}

INLINE float greatest(lanes v)
{
    float best = v[0];
    for (int i = 1; i < LANES; i++)
        best = v[i] > best ? v[i] : best;
    return best;
}

/* e^x, 2 ulp: x = n·ln 2 + r, a polynomial in r, then n into the exponent; below -87 it gives about 1e-38. */
INLINE lanes exp_lanes(lanes x)
{
    x = choose(x < -87.0f, all(-87.0f), x);
    x = choose(x > 88.0f, all(88.0f), x);
    const lanes magic = all(12582912.0f);
    lanes shifted = x * 1.44269504088896341f + magic;
    lanes n = shifted - magic;
    lanes r = x - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    lanes p = all(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    lanes_int power = ((lanes_int)shifted - (lanes_int)magic) << 23;
    return (lanes)((lanes_int)p + power);
}

VERSIONS void vector_norm(const float *x, const float *gain, float *y, float *inverse, int rows, int width)
{
    for (int r = 0; r < rows; r++, x += width, y += width) {
        lanes squares = all(0.0f);
        int i = 0;
        for (; i + LANES <= width; i += LANES)
            squares += load(x + i) * load(x + i);
        float total = sum(squares);
        for (; i < width; i++)
            total += x[i] * x[i];
        float scale = 1.0f / sqrtf(total / (float)width + 1e-5f);
        inverse[r] = scale;
        for (i = 0; i < width; i++)
            y[i] = x[i] * scale * gain[i];
    }
}

/* With n = x·s: dx = s·(dy·g - n·mean(dy·g·n)). */
VERSIONS void vector_norm_back(const float *x, const float *gain, const float *inverse, const float *dy,
                               float *dx, float *dgain, int rows, int width)
{
    for (int r = 0; r < rows; r++, x += width, dy += width, dx += width) {
        float scale = inverse[r];
        lanes products = all(0.0f);
        int i = 0;
        for (; i + LANES <= width; i += LANES)
            products += load(dy + i) * load(gain + i) * load(x + i);
        float total = sum(products);
        for (; i < width; i++)
            total += dy[i] * gain[i] * x[i];
        float pull = total * scale * scale * scale / (float)width;
        for (i = 0; i < width; i++) {
            dgain[i] += dy[i] * x[i] * scale;
            dx[i] += scale * dy[i] * gain[i] - pull * x[i];
        }
    }
}

VERSIONS void vector_turn(float *head, const float *cosine, const float *sine, int half, float sign)
{
    for (int i = 0; i < half; i++) {
        float a = head[i], b = head[i + half], s = sign * sine[i];
        head[i] = a * cosine[i] - b * s;
        head[i + half] = b * cosine[i] + a * s;
    }
}

VERSIONS void vector_softmax(float *s, const float *mask, int count, float scale)
{
    lanes top = all(-INFINITY), total = all(0.0f);
    for (int i = 0; i < count; i += LANES) {
        int some = count - i;
        lanes v = load_some(s + i, some, -INFINITY);
        v = v * scale;
        if (mask)
            v += load_some(mask + i, some, 0.0f);
        store_some(s + i, v, some);
        top = choose(v > top, v, top);
    }
    float most = greatest(top);
    for (int i = 0; i < count; i += LANES) {
        int some = count - i;
        lanes v = load_some(s + i, some, -INFINITY);
        lanes e = choose(v > -INFINITY, exp_lanes(v - most), all(0.0f));
        total += e;
        store_some(s + i, e, some);
    }
    float factor = 1.0f / sum(total);
    for (int i = 0; i < count; i++)
        s[i] *= factor;
}

VERSIONS void vector_softmax_back(const float *p, float *ds, int count, float scale)
{
    lanes products = all(0.0f);
    int i = 0;
    for (; i + LANES <= count; i += LANES)
        products += load(p + i) * load(ds + i);
    float mean = sum(products);
    for (; i < count; i++)
        mean += p[i] * ds[i];
    for (i = 0; i < count; i++)
        ds[i] = scale * p[i] * (ds[i] - mean);
}

VERSIONS void vector_swiglu(const float *both, float *h, int rows, int inner)
{
    for (int r = 0; r < rows; r++, both += 2 * inner, h += inner)
        for (int i = 0; i < inner; i += LANES) {
            int some = inner - i;
            lanes gate = load_some(both + i, some, 0.0f), up = load_some(both + inner + i, some, 0.0f);
            store_some(h + i, gate / (1.0f + exp_lanes(-gate)) * up, some);
        }
}

/* silu'(g) = σ(g)·(1 + g·(1 - σ(g))) */
VERSIONS void vector_swiglu_back(float *both, const float *dh, int rows, int inner)
{
    for (int r = 0; r < rows; r++, both += 2 * inner, dh += inner)
        for (int i = 0; i < inner; i += LANES) {
            int some = inner - i;
            lanes gate = load_some(both + i, some, 0.0f), up = load_some(both + inner + i, some, 0.0f);
            lanes d = load_some(dh + i, some, 0.0f), sigmoid = 1.0f / (1.0f + exp_lanes(-gate));
            store_some(both + i, d * up * sigmoid * (1.0f + gate * (1.0f - sigmoid)), some);
            store_some(both + inner + i, d * gate * sigmoid, some);
        }
}

VERSIONS float vector_cross_entropy(float *z, int count, int target, float weight)
{
    lanes top = all(-INFINITY), total = all(0.0f);
    for (int i = 0; i < count; i += LANES) {
        int some = count - i;
        lanes v = load_some(z + i, some, -INFINITY);
        top = choose(v > top, v, top);
    }
    float most = greatest(top), wanted = z[target];
    for (int i = 0; i < count; i += LANES) {
        int some = count - i;
        lanes v = load_some(z + i, some, -INFINITY);
        lanes e = exp_lanes(v - most);
        if (some < LANES)
            e = load_some((const float *)&e, some, 0.0f);
        total += e;
        store_some(z + i, e, some);
    }
    float whole = sum(total), factor = weight / whole;
    for (int i = 0; i < count; i++)
        z[i] *= factor;
    z[target] -= weight;
    return logf(whole) + most - wanted;
}

/* Of a probability that a logarithm is taken of. */
static const float LEAST = 1e-8f;

float vector_divergence(float *z, const float *p, int count, float weight)
{
    double known = 0, shared = 0;
    for (int i = 0; i < count; i++)
        if (p[i] > 0) {
            known += (double)p[i] * (double)logf(p[i]);
            shared += (double)p[i] * (double)z[i];
        }
    float first = z[0], whole = vector_cross_entropy(z, count, 0, weight) + first;
    z[0] += weight;
    for (int i = 0; i < count; i++)
        z[i] -= weight * p[i];
    return (float)(known - shared) + whole;
}

float vector_divergence_back(float *z, const float *p, int count, float weight)
{
    double sum = 0;
    vector_cross_entropy(z, count, 0, 1.0f);
    z[0] += 1.0f;
    for (int i = 0; i < count; i++)
        sum += (double)(z[i] * (logf(fmaxf(z[i], LEAST)) - logf(fmaxf(p[i], LEAST))));
    for (int i = 0; i < count; i++)
        z[i] *= weight * (logf(fmaxf(z[i], LEAST)) - logf(fmaxf(p[i], LEAST)) - (float)sum);
    return (float)sum;
}

VERSIONS void vector_add(float *out, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] += x[i];
}

VERSIONS void vector_scale(float *out, float factor, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] *= factor;
}

VERSIONS void vector_lerp(float *out, const float *x, float factor, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] += factor * (x[i] - out[i]);
}

double vector_square_sum(const float *x, size_t count)
{
    double lane[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int j = 0; j < 4; j++)
            lane[j] += (double)x[i + (size_t)j] * x[i + (size_t)j];
    for (; i < count; i++)
        lane[0] += (double)x[i] * x[i];
    return lane[0] + lane[1] + lane[2] + lane[3];
}

VERSIONS void vector_adam(float *weights, const float *gradient, float *first, float *second, size_t count,
                          const struct adam_step *step)
{
    const struct adam_step s = *step;
    for (size_t i = 0; i < count; i++) {
        float g = gradient[i];
        first[i] = s.beta1 * first[i] + (1.0f - s.beta1) * g;
        second[i] = s.beta2 * second[i] + (1.0f - s.beta2) * g * g;
        float m = first[i] * s.correction1, v = second[i] * s.correction2;
        weights[i] -= s.rate * (m / (sqrtf(v) + 1e-8f) + s.decay * weights[i]);
    }
}
