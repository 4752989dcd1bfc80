#include "model/network/quantise.h"

#include "model/tensor/floats.h"
#include "model/tensor/int8.h"
#include "model/tensor/weight.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    const struct checkpoint *checkpoint;
    enum dtype type;
    struct tensor *tensors; /* room for two of each */
    size_t count;
    struct quantise_report report;
    double squares, error_squares;
};

static bool ends_with(const struct tensor *tensor, const char *ending)
{
    size_t length = strlen(tensor->name), cut = strlen(ending);
    return length > cut && strcmp(tensor->name + length - cut, ending) == 0;
}

static void append(struct writing *writing, const char *name, enum dtype type, const struct tensor *shape,
                   int rank, const void *data)
{
    struct tensor *tensor = &writing->tensors[writing->count++];
    *tensor = *shape;
    tensor->name = strdup(name);
    tensor->type = type;
    tensor->rank = rank;
    for (int i = rank; i < TENSOR_RANK_MAX; i++)
        tensor->shape[i] = 1;
    tensor->data = data;
    tensor->size = dtype_bytes(type, tensor_elements(tensor));
}

static void append_float(struct writing *writing, const struct tensor *tensor)
{
    int64_t elements = tensor_elements(tensor);
    float *values = floats_new((size_t)elements);
    tensor_to_f32(tensor, 0, elements, values);
    append(writing, tensor->name, DTYPE_F32, tensor, tensor->rank, values);
}

/* One row in the new type; returns its scale. `back` gets the values that it stands for. */
static float convert_row(enum dtype type, const float *row, int cols, void *out, float *back)
{
    float scale = type == DTYPE_I8 ? int8_weights(row, cols, out) : 1;
    for (int i = 0; i < cols; i++) {
        switch (type) {
        case DTYPE_I8:
            back[i] = scale * ((const int8_t *)out)[i];
            break;
        case DTYPE_F16:
            ((uint16_t *)out)[i] = f16_from_f32(row[i]);
            back[i] = f32_from_f16(((const uint16_t *)out)[i]);
            break;
        case DTYPE_BF16:
            ((uint16_t *)out)[i] = bf16_from_f32(row[i]);
            back[i] = f32_from_bf16(((const uint16_t *)out)[i]);
            break;
        default:
            ((float *)out)[i] = back[i] = row[i];
        }
    }
    return scale;
}

static void measure(struct writing *writing, const float *row, const float *back, int cols)
{
    double largest = 0, most = 0;
    for (int i = 0; i < cols; i++) {
        double error = (double)row[i] - back[i];
        writing->squares += (double)row[i] * row[i];
        writing->error_squares += error * error;
        largest = fmax(largest, fabs(error));
        most = fmax(most, fabs((double)row[i]));
    }
    if (most > 0)
        writing->report.largest_error = fmax(writing->report.largest_error, largest / most);
}

static bool append_matrix(struct writing *writing, const struct tensor *tensor, struct lacuna_error *error)
{
    struct weight weight;
    int rows = (int)tensor->shape[0], cols = (int)tensor->shape[1];
    if (!weight_find(&weight, writing->checkpoint, tensor->name, rows, cols, error))
        return false;
    float *scales = floats_new((size_t)rows), *row = floats_new(2 * (size_t)cols), *back = row + cols;
    size_t stride = dtype_bytes(writing->type, cols);
    char *values = aligned_new((size_t)rows * stride), name[512];
    for (int i = 0; i < rows; i++) {
        weight_read(&weight, i, 1, row);
        scales[i] = convert_row(writing->type, row, cols, values + (size_t)i * stride, back);
        measure(writing, row, back, cols);
    }
    free(row);
    name_with(tensor->name, "scale", name, sizeof name);
    if (writing->type == DTYPE_I8)
        append(writing, name, DTYPE_F32, tensor, 1, scales);
    else
        free(scales);
    append(writing, tensor->name, writing->type, tensor, 2, values);
    writing->report.matrices++;
    writing->report.values += (uint64_t)rows * (uint64_t)cols;
    return true;
}

static bool append_all(struct writing *writing, struct lacuna_error *error)
{
    for (size_t i = 0; i < checkpoint_count(writing->checkpoint); i++) {
        const struct tensor *tensor = checkpoint_at(writing->checkpoint, i);
        bool fits = tensor->rank == 2 && tensor->shape[0] <= INT_MAX && tensor->shape[1] <= INT_MAX;
        if (fits && ends_with(tensor, ".weight")) {
            if (!append_matrix(writing, tensor, error))
                return false;
        } else if (!ends_with(tensor, ".scale")) {
            append_float(writing, tensor);
        }
    }
    return true;
}

/* Wider types first, so that all are aligned. */
static int by_type(const void *a, const void *b)
{
    const struct tensor *left = a, *right = b;
    if (left->type != right->type)
        return left->type == DTYPE_F32 ? -1 : 1;
    return strcmp(left->name, right->name);
}

bool quantise_write(const struct checkpoint *checkpoint, enum dtype type, const char *path,
                    struct quantise_report *report, struct lacuna_error *error)
{
    size_t count = checkpoint_count(checkpoint);
    struct writing writing = { .checkpoint = checkpoint,
                               .type = type,
                               .tensors = aligned_new(2 * count * sizeof *writing.tensors) };
    bool done = append_all(&writing, error);
    qsort(writing.tensors, writing.count, sizeof *writing.tensors, by_type);
    done = done && safetensors_write(path, writing.tensors, writing.count, NULL, error);
    for (size_t i = 0; i < writing.count; i++) {
        free((void *)writing.tensors[i].name);
        free((void *)writing.tensors[i].data);
    }
    free(writing.tensors);
    writing.report.mean_error = writing.squares > 0 ? sqrt(writing.error_squares / writing.squares) : 0;
    if (report)
        *report = writing.report;
    return done;
}
