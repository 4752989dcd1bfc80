#include "model/base/random.h"

#include <math.h>

static void philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4])
{
    uint32_t a = counter[0], b = counter[1], c = counter[2], d = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t left = 0xD2511F53ull * a, right = 0xCD9E8D57ull * c;
        a = (uint32_t)(right >> 32) ^ b ^ k0;
        c = (uint32_t)(left >> 32) ^ d ^ k1;
        b = (uint32_t)right;
        d = (uint32_t)left;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
}

struct random random_new(uint64_t seed, uint64_t stream)
{
    return (struct random){ .seed = seed, .stream = stream, .used = 4 };
}

uint32_t random_u32(struct random *random)
{
    if (random->used == 4) {
        uint32_t key[2] = { (uint32_t)random->seed, (uint32_t)(random->seed >> 32) };
        uint32_t counter[4] = { (uint32_t)random->place, (uint32_t)(random->place >> 32),
                                (uint32_t)random->stream, (uint32_t)(random->stream >> 32) };
        philox(key, counter, random->words);
        random->place++;
        random->used = 0;
    }
    return random->words[random->used++];
}

uint64_t random_u64(struct random *random)
{
    uint64_t low = random_u32(random);
    return low | (uint64_t)random_u32(random) << 32;
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    uint32_t threshold = -bound % bound;
    for (;;) {
        uint64_t product = (uint64_t)random_u32(random) * bound;
        if ((uint32_t)product >= threshold)
            return (uint32_t)(product >> 32);
    }
}

float random_uniform(struct random *random)
{
    return (float)(random_u32(random) >> 8) * 0x1p-24f;
}

double random_uniform_double(struct random *random)
{
    return (double)(random_u64(random) >> 11) * 0x1p-53;
}

static double ratio(const double *above, const double *below, double r)
{
    double top = above[7], bottom = below[7];
    for (int k = 6; k >= 0; k--) {
        top = top * r + above[k];
        bottom = bottom * r + below[k];
    }
    return top / bottom;
}

double normal_quantile(double p)
{
    static const double a[8] = { 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                                 1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                                 3.3430575583588128105e4, 2.5090809287301226727e3 };
    static const double b[8] = { 1.0,
                                 4.2313330701600911252e1,
                                 6.8718700749205790830e2,
                                 5.3941960214247511077e3,
                                 2.1213794301586595867e4,
                                 3.9307895800092710610e4,
                                 2.8729085735721942674e4,
                                 5.2264952788528545610e3 };
    static const double c[8] = { 1.42343711074968357734e0,  4.63033784615654529590e0,
                                 5.76949722146069140550e0,  3.64784832476320460504e0,
                                 1.27045825245236838258e0,  2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4 };
    static const double d[8] = { 1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9 };
    static const double e[8] = { 6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7 };
    static const double f[8] = { 1.0,
                                 5.99832206555887937690e-1,
                                 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15 };
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * ratio(a, b, 0.180625 - q * q);
    double r = sqrt(-log(q < 0 ? p : 1 - p));
    double size = r <= 5 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5);
    return q < 0 ? -size : size;
}

float random_normal(struct random *random)
{
    uint64_t word = random_u64(random);
    return (float)normal_quantile(((double)(word >> 12) + 0.5) * 0x1p-52);
}
