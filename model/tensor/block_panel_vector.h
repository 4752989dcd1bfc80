/* block_panel_vector.h - block_panel_scalar for one instruction set; included after defining
 *     LANES          columns in a vector
 *     ROWS           rows that are held in registers at once, a divisor of ROW_GROUP
 *     PRODUCT        the name of the function
 *     PREPARE(w, o)  levels and the offset as DOT wants them
 *     DOT(s, x, w)   adds to each lane of s the product of four
 *     START(o)       what a sum begins with for each unit of Σ q */
#include "model/tensor/block_panel.h"
#include "model/tensor/kernels.h"

#include <string.h>

typedef int32_t lanes __attribute__((vector_size(LANES * sizeof(int32_t))));
typedef float floats __attribute__((vector_size(LANES * sizeof(float))));

#define INLINE static inline __attribute__((always_inline))

INLINE lanes load_levels(const uint8_t *from)
{
    lanes four;
    memcpy(&four, from, sizeof four);
    return four;
}

INLINE lanes splat_quad(const int8_t *from)
{
    int32_t quad;
    memcpy(&quad, from, sizeof quad);
    return quad - (lanes){ 0 };
}

INLINE void add_scaled(float *out, lanes sum, floats scale, float x_scale)
{
    floats before;
    memcpy(&before, out, sizeof before);
    before += __builtin_convertvector(sum, floats) * scale * x_scale;
    memcpy(out, &before, sizeof before);
}

/* `count` rows, of which `x`, `x_scales` and `x_sums` are the first, times the columns of two vectors;
 * `steps` quads make a group. The sums of all groups are added up in `out`. */
INLINE void pair_of_vectors(const int8_t *x, const float *x_scales, const int32_t *x_sums,
                            const struct block_panel *panel, int column, float *out, const int count,
                            const int steps)
{
    const int halves = steps * QUAD / HALF_BLOCK;
    const uint8_t *w = panel->levels + column * QUAD;
    const float *scales = panel->scales + column;
    int groups = panel->cols / panel->group;
    for (int g = 0; g < groups; g++, scales += PANEL) {
        lanes sum[ROWS][2];
        floats scale[2];
        memcpy(scale, scales, sizeof scale);
        for (int i = 0; i < count; i++) {
            int32_t whole = x_sums[i] + (halves == 2 ? x_sums[ROW_GROUP + i] : 0);
            sum[i][0] = sum[i][1] = START(panel->offset) * whole - (lanes){ 0 };
        }
        for (int s = 0; s < steps; s++, x += ROW_GROUP * QUAD, w += PANEL * QUAD) {
            lanes left = PREPARE(load_levels(w), panel->offset),
                  right = PREPARE(load_levels(w + LANES * QUAD), panel->offset);
            for (int i = 0; i < count; i++) {
                lanes value = splat_quad(x + i * QUAD);
                DOT(sum[i][0], value, left);
                DOT(sum[i][1], value, right);
            }
        }
        for (int i = 0; i < count; i++)
            for (int v = 0; v < 2; v++)
                add_scaled(out + i * PANEL + v * LANES, sum[i][v], scale[v], x_scales[i]);
        x_sums += halves * ROW_GROUP;
        if (halves == 2 || g % 2)
            x_scales += ROW_GROUP;
    }
}

static void part_of_rows(const struct block_rows *rows, size_t row, const struct block_panel *panel,
                         float *out, int count)
{
    size_t cols = (size_t)rows->cols, group = row - row % ROW_GROUP, at = row % ROW_GROUP;
    const int8_t *x = rows->levels + group * cols + at * QUAD;
    const float *x_scales = rows->scales + group * (cols / BLOCK) + at;
    const int32_t *x_sums = rows->sums + group * (cols / HALF_BLOCK) + at;
    memset(out, 0, (size_t)count * PANEL * sizeof *out);
    for (int column = 0; column < PANEL; column += 2 * LANES) {
        float *to = out + column;
#define CASE(rows)                                                                                           \
    case rows:                                                                                               \
        if (panel->group == BLOCK)                                                                           \
            pair_of_vectors(x, x_scales, x_sums, panel, column, to, rows, BLOCK / QUAD);                     \
        else                                                                                                 \
            pair_of_vectors(x, x_scales, x_sums, panel, column, to, rows, HALF_BLOCK / QUAD);                \
        break
        switch (count) {
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
#if ROWS > 4
            CASE(5);
            CASE(6);
            CASE(7);
            CASE(8);
#endif
        }
#undef CASE
    }
}

void PRODUCT(const struct block_rows *rows, int first, int m, const struct block_panel *panel, float *out)
{
    for (int i = 0; i < m; i += ROWS)
        part_of_rows(rows, (size_t)(first + i), panel, out + (size_t)i * PANEL, m - i < ROWS ? m - i : ROWS);
}
