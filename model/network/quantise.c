#include "model/network/quantise.h"

#include "model/tensor/floats.h"
#include "model/tensor/int8.h"
#include "model/tensor/weight.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    struct tensor *tensors; /* room for two of each */
    size_t count;
    struct quantise_report report;
    double squares, error_squares;
};

static bool is_matrix(const struct tensor *tensor)
{
    static const char ending[] = ".weight";
    size_t length = strlen(tensor->name), cut = sizeof ending - 1;
    bool plain = tensor->type == DTYPE_F32 || tensor->type == DTYPE_F64 || tensor->type == DTYPE_F16 ||
                 tensor->type == DTYPE_BF16;
    return tensor->rank == 2 && plain && length > cut && strcmp(tensor->name + length - cut, ending) == 0;
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

static void measure(struct writing *writing, const float *row, const int8_t *whole, float scale, int64_t cols)
{
    double largest = 0;
    for (int64_t i = 0; i < cols; i++) {
        double error = row[i] - (double)scale * whole[i];
        writing->squares += (double)row[i] * row[i];
        writing->error_squares += error * error;
        largest = fmax(largest, fabs(error));
    }
    if (scale > 0)
        writing->report.largest_error = fmax(writing->report.largest_error, largest / (127.0 * scale));
}

static void append_int8(struct writing *writing, const struct tensor *tensor)
{
    int64_t rows = tensor->shape[0], cols = tensor->shape[1];
    float *scales = floats_new((size_t)rows), *row = floats_new((size_t)cols);
    int8_t *values = aligned_new((size_t)(rows * cols));
    for (int64_t i = 0; i < rows; i++) {
        tensor_to_f32(tensor, i * cols, cols, row);
        scales[i] = int8_weights(row, (int)cols, values + i * cols);
        measure(writing, row, values + i * cols, scales[i], cols);
    }
    free(row);
    char name[512];
    name_with(tensor->name, "scale", name, sizeof name);
    append(writing, name, DTYPE_F32, tensor, 1, scales);
    append(writing, tensor->name, DTYPE_I8, tensor, 2, values);
    writing->report.matrices++;
    writing->report.values += (uint64_t)(rows * cols);
}

/* Wider types first, so that all are aligned. */
static int by_type(const void *a, const void *b)
{
    const struct tensor *left = a, *right = b;
    if (left->type != right->type)
        return left->type == DTYPE_F32 ? -1 : 1;
    return strcmp(left->name, right->name);
}

bool quantise_write(const struct checkpoint *checkpoint, const char *path, struct quantise_report *report,
                    struct lacuna_error *error)
{
    size_t count = checkpoint_count(checkpoint);
    struct writing writing = { .tensors = aligned_new(2 * count * sizeof *writing.tensors) };
    for (size_t i = 0; i < count; i++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, i);
        if (is_matrix(tensor))
            append_int8(&writing, tensor);
        else
            append_float(&writing, tensor);
    }
    qsort(writing.tensors, writing.count, sizeof *writing.tensors, by_type);
    bool done = safetensors_write(path, writing.tensors, writing.count, NULL, error);
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
