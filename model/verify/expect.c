#include "model/verify/expect.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>

static bool input_read(struct verify_values *values, const struct verify_file *file, const json_t *one,
                       const char *name, size_t *count, struct lacuna_error *error)
{
    const json_t *value = json_object_get(json_object_get(one, "inputs"), name);
    if (!value)
        return fail(error, LACUNA_MODEL, "the case has no input %s", name);
    if (!verify_values_read(values, file, value, error))
        return fail_in(error, "%s", name);
    if (*count && values->count != *count) {
        fail(error, LACUNA_MODEL, "input %s has %zu numbers, expected %zu", name, values->count, *count);
        verify_values_free(values);
        return false;
    }
    *count = values->count;
    return true;
}

bool verify_has_input(const json_t *one, const char *name)
{
    return json_object_get(json_object_get(one, "inputs"), name);
}

float *verify_input(const struct verify_file *file, const json_t *one, const char *name, size_t *count,
                    struct lacuna_error *error)
{
    struct verify_values values;
    if (!input_read(&values, file, one, name, count, error))
        return NULL;
    float *out = memory_new(values.count, sizeof *out);
    for (size_t k = 0; k < values.count; k++)
        out[k] = (float)values.at[k];
    verify_values_free(&values);
    return out;
}

double *verify_input_double(const struct verify_file *file, const json_t *one, const char *name,
                            size_t *count, struct lacuna_error *error)
{
    struct verify_values values;
    return input_read(&values, file, one, name, count, error) ? values.at : NULL;
}

int32_t *verify_input_whole(const struct verify_file *file, const json_t *one, const char *name,
                            size_t *count, struct lacuna_error *error)
{
    struct verify_values values;
    if (!input_read(&values, file, one, name, count, error))
        return NULL;
    int32_t *out = memory_new(values.count, sizeof *out);
    for (size_t k = 0; k < values.count; k++)
        out[k] = fabs(values.at[k]) < 1 << 30 ? (int32_t)values.at[k] : -1;
    verify_values_free(&values);
    return out;
}

static bool output_read(struct verify_values *values, const struct verify_file *file, const json_t *one,
                        const char *name, size_t count, struct lacuna_error *error)
{
    const json_t *value = json_object_get(json_object_get(one, "outputs"), name);
    if (!value)
        return fail(error, LACUNA_MODEL, "the case has no output %s", name);
    if (!verify_values_read(values, file, value, error))
        return fail_in(error, "%s", name);
    if (values->count == count)
        return true;
    fail(error, LACUNA_MODEL, "%s: %zu numbers, expected %zu", name, count, values->count);
    verify_values_free(values);
    return false;
}

bool verify_expect(const struct verify_file *file, const json_t *one, const char *name, const float *got,
                   size_t count, double absolute, double relative, struct lacuna_error *error)
{
    struct verify_values expected;
    if (!output_read(&expected, file, one, name, count, error))
        return false;
    bool same = verify_close(got, &expected, absolute, relative, error) || fail_in(error, "%s", name);
    verify_values_free(&expected);
    return same;
}

bool verify_expect_double(const struct verify_file *file, const json_t *one, const char *name,
                          const double *got, size_t count, double absolute, struct lacuna_error *error)
{
    struct verify_values expected;
    if (!output_read(&expected, file, one, name, count, error))
        return false;
    bool same = true;
    for (size_t k = 0; k < count && same; k++)
        same = fabs(got[k] - expected.at[k]) <= absolute ||
               fail(error, LACUNA_MODEL, "%s: number %zu is %.17g, expected %.17g", name, k, got[k],
                    expected.at[k]);
    verify_values_free(&expected);
    return same;
}

bool verify_expect_whole(const struct verify_file *file, const json_t *one, const char *name,
                         const int32_t *got, size_t count, struct lacuna_error *error)
{
    struct verify_values expected;
    if (!output_read(&expected, file, one, name, count, error))
        return false;
    bool same = true;
    for (size_t k = 0; k < count && same; k++)
        same = (double)got[k] == expected.at[k] ||
               fail(error, LACUNA_MODEL, "%s: number %zu is %d, expected %.0f", name, k, (int)got[k],
                    expected.at[k]);
    verify_values_free(&expected);
    return same;
}
