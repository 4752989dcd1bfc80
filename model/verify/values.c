#include "model/base/memory.h"
#include "model/verify/verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1 << 28 };

static bool list_shape(struct verify_values *values, const json_t *value)
{
    values->count = 1;
    for (; json_is_array(value); value = json_array_get(value, 0)) {
        if (values->rank == TENSOR_RANK_MAX)
            return false;
        values->shape[values->rank++] = (int64_t)json_array_size(value);
        values->count *= json_array_size(value);
        if (!json_array_size(value) || values->count > COUNT_MAX)
            return !values->count;
    }
    return json_is_number(value);
}

static bool list_fill(const struct verify_values *values, const json_t *value, int depth, double **at)
{
    if (depth == values->rank) {
        *(*at)++ = json_number_value(value);
        return json_is_number(value);
    }
    if (!json_is_array(value) || (int64_t)json_array_size(value) != values->shape[depth])
        return false;
    for (size_t k = 0; k < json_array_size(value); k++)
        if (!list_fill(values, json_array_get(value, k), depth + 1, at))
            return false;
    return true;
}

/* F64 and whole numbers keep their precision. */
static void tensor_fill(struct verify_values *values, const struct tensor *tensor)
{
    const char *data = tensor->data;
    float single;
    int64_t whole;
    for (size_t k = 0; k < values->count; k++) {
        if (tensor->type == DTYPE_F64) {
            memcpy(&values->at[k], data + 8 * k, 8);
        } else if (tensor->type == DTYPE_I64) {
            memcpy(&whole, data + 8 * k, 8);
            values->at[k] = (double)whole;
        } else {
            tensor_to_f32(tensor, (int64_t)k, 1, &single);
            values->at[k] = single;
        }
    }
}

static bool tensor_read(struct verify_values *values, const struct verify_file *file, const char *name,
                        struct lacuna_error *error)
{
    const struct tensor *tensor = file->arrays ? checkpoint_find(file->arrays, name) : NULL;
    if (!tensor || dtype_block(tensor->type) > 1)
        return fail(error, LACUNA_MODEL, "array %s is not in the file beside the cases", name);
    values->rank = tensor->rank;
    memcpy(values->shape, tensor->shape, sizeof values->shape);
    values->count = (size_t)tensor_elements(tensor);
    values->at = memory_new(values->count, sizeof *values->at);
    tensor_fill(values, tensor);
    return true;
}

bool verify_values_read(struct verify_values *values, const struct verify_file *file, const json_t *value,
                        struct lacuna_error *error)
{
    *values = (struct verify_values){ 0 };
    const char *name = json_string_value(json_object_get(value, "tensor"));
    if (name)
        return tensor_read(values, file, name, error);
    if (!list_shape(values, value))
        return fail(error, LACUNA_MODEL, "a value is no number, list of numbers or array");
    values->at = memory_new(values->count, sizeof *values->at);
    double *at = values->at;
    if (!values->count || list_fill(values, value, 0, &at))
        return true;
    verify_values_free(values);
    return fail(error, LACUNA_MODEL, "a list of numbers is not rectangular");
}

void verify_values_free(struct verify_values *values)
{
    free(values->at);
    *values = (struct verify_values){ 0 };
}

bool verify_close(const float *got, const struct verify_values *expected, double absolute, double relative,
                  struct lacuna_error *error)
{
    size_t worst = 0;
    double most = 0;
    for (size_t k = 0; k < expected->count; k++) {
        double difference = fabs((double)got[k] - expected->at[k]),
               bound = absolute + relative * fabs(expected->at[k]);
        bool same = (double)got[k] == expected->at[k];
        double excess = same ? 0 : isnan(difference) ? INFINITY : difference / bound;
        if (excess > most) {
            most = excess;
            worst = k;
        }
    }
    return most <= 1 || fail(error, LACUNA_MODEL, "number %zu is %.9g, expected %.9g", worst,
                             (double)got[worst], expected->at[worst]);
}

bool verify_output(const struct verify_file *file, const json_t *one, const char *key, const float *got,
                   size_t count, double absolute, double relative, struct lacuna_error *error)
{
    struct verify_values expected;
    const json_t *value = json_object_get(json_object_get(one, "outputs"), key);
    if (!verify_values_read(&expected, file, value, error)) {
        fail_in(error, "%s", key);
        return false;
    }
    bool fine = expected.count == count ||
                fail(error, LACUNA_MODEL, "there are %zu numbers, expected %zu", count, expected.count);
    fine = fine && verify_close(got, &expected, absolute, relative, error);
    if (!fine)
        fail_in(error, "%s", key);
    verify_values_free(&expected);
    return fine;
}
