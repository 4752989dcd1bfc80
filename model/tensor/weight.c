#include "model/tensor/weight.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 256 };

void name_with(const char *name, const char *ending, char *out, size_t size)
{
    static const char old[] = "weight";
    size_t length = strlen(name), cut = sizeof old - 1;
    bool ends = length >= cut && strcmp(name + length - cut, old) == 0;
    snprintf(out, size, "%.*s%s%s", (int)(ends ? length - cut : length), name, ends ? "" : ".", ending);
}

bool weight_find(struct weight *weight, const struct checkpoint *checkpoint, const char *name, int rows,
                 int cols, struct lacuna_error *error)
{
    const struct tensor *tensor = checkpoint_need(checkpoint, name, rows, cols, error);
    if (!tensor)
        return false;
    *weight = (struct weight){ .tensor = tensor, .rows = rows, .cols = cols };
    if (tensor->type != DTYPE_I8)
        return true;
    char scale[NAME_ROOM];
    name_with(name, "scale", scale, sizeof scale);
    weight->scale = checkpoint_need(checkpoint, scale, rows, 0, error);
    if (weight->scale && weight->scale->type != DTYPE_F32)
        return fail(error, LACUNA_MODEL, "tensor %s is %s, but scales must be F32", scale,
                    dtype_name(weight->scale->type));
    return weight->scale;
}

bool weight_find_transposed(struct weight *weight, const struct checkpoint *checkpoint, const char *name,
                            int rows, int cols, struct lacuna_error *error)
{
    if (!weight_find(weight, checkpoint, name, cols, rows, error))
        return false;
    weight->rows = rows;
    weight->cols = cols;
    weight->transposed = true;
    return true;
}

void weight_read(const struct weight *weight, int first, int count, float *out)
{
    int64_t row = (int64_t)weight->first + first, cols = weight->cols;
    tensor_to_f32(weight->tensor, row * cols, count * cols, out);
    if (!weight->scale)
        return;
    for (int i = 0; i < count; i++) {
        float scale;
        tensor_to_f32(weight->scale, row + i, 1, &scale);
        for (int64_t j = 0; j < cols; j++)
            out[i * cols + j] *= scale;
    }
}

float *vector_read(const struct checkpoint *checkpoint, const char *name, int count, struct arena *arena,
                   struct lacuna_error *error)
{
    const struct tensor *tensor = checkpoint_need(checkpoint, name, count, 0, error);
    if (!tensor)
        return NULL;
    float *values = arena_take(arena, (size_t)count * sizeof *values);
    tensor_to_f32(tensor, 0, count, values);
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i])) {
            fail(error, LACUNA_MODEL, "tensor %s: value %d is not a finite number", name, i);
            return NULL;
        }
    return values;
}
