#include "model/network/quantise.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/tensor/floats.h"
#include "model/tensor/int8.h"
#include "model/tensor/weight.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 512 };

/* One tensor on its way into the file. */
struct outgoing {
    struct tensor tensor; /* as it is written; its name is owned, its data are not there */
    struct weight weight; /* where its rows come from */
    bool matrix, scales;  /* scales: of the rows of an int8 matrix */
    int heads;            /* rows lie in rotary pairs per head, which this undoes; 0: as they are */
};

struct writing {
    const struct checkpoint *checkpoint;
    enum dtype type;
    struct outgoing *at; /* room for two of each tensor */
    size_t count;
    struct quantise_report report;
    double squares, error_squares;
};

static bool ends_with(const struct tensor *tensor, const char *ending)
{
    size_t length = strlen(tensor->name), cut = strlen(ending);
    return length > cut && strcmp(tensor->name + length - cut, ending) == 0;
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

/* ---- what is written */

/* Heads whose rows a GGUF file holds in rotary pairs, where safetensors hold the halves one after the other.
 */
static int heads_of(const struct checkpoint *checkpoint, const char *name)
{
    const json_t *config = checkpoint_config(checkpoint);
    int heads = (int)json_whole(config, "n_heads", json_whole(config, "num_attention_heads", 0));
    if (!json_flag(config, "rope_interleaved", false))
        return 0;
    if (strstr(name, ".q_proj."))
        return heads;
    return strstr(name, ".k_proj.")
               ? (int)json_whole(config, "n_kv_heads", json_whole(config, "num_key_value_heads", heads))
               : 0;
}

static void append(struct writing *writing, const char *name, enum dtype type, const struct outgoing *like)
{
    struct outgoing *out = &writing->at[writing->count++];
    *out = *like;
    out->tensor.name = strdup(name);
    out->tensor.type = type;
    if (like->scales) {
        out->tensor.rank = 1;
        out->tensor.shape[1] = 1;
    }
    out->tensor.size = dtype_bytes(type, tensor_elements(&out->tensor));
}

static bool append_tensor(struct writing *writing, const struct tensor *tensor, struct lacuna_error *error)
{
    struct outgoing out = { .tensor = *tensor, .heads = heads_of(writing->checkpoint, tensor->name) };
    int64_t cols = tensor->rank && !(out.heads && tensor->rank == 1) ? tensor->shape[tensor->rank - 1] : 1;
    int64_t rows = cols ? tensor_elements(tensor) / cols : 0;
    if (cols > INT_MAX || rows > INT_MAX)
        return fail(error, LACUNA_MODEL, "tensor %.100s is too large to convert", tensor->name);
    if (out.heads && (rows % out.heads || rows / out.heads % 2))
        return fail(error, LACUNA_MODEL, "tensor %.100s has no whole heads", tensor->name);
    out.matrix = tensor->rank == 2 && ends_with(tensor, ".weight");
    out.weight = (struct weight){ .tensor = tensor, .rows = (int)rows, .cols = (int)cols };
    if (!out.matrix) {
        append(writing, tensor->name, DTYPE_F32, &out);
        return true;
    }
    if (!weight_find(&out.weight, writing->checkpoint, tensor->name, (int)rows, (int)cols, error))
        return false;
    append(writing, tensor->name, writing->type, &out);
    writing->report.matrices++;
    writing->report.values += (uint64_t)(rows * cols);
    if (writing->type != DTYPE_I8)
        return true;
    char name[NAME_ROOM];
    name_with(tensor->name, "scale", name, sizeof name);
    out.scales = true;
    append(writing, name, DTYPE_F32, &out);
    return true;
}

static bool append_all(struct writing *writing, struct lacuna_error *error)
{
    for (size_t i = 0; i < checkpoint_count(writing->checkpoint); i++) {
        const struct tensor *tensor = checkpoint_at(writing->checkpoint, i);
        if (!ends_with(tensor, ".scale") && !append_tensor(writing, tensor, error))
            return false;
    }
    return true;
}

/* Wider types first, so that all are aligned. */
static int by_type(const void *a, const void *b)
{
    const struct tensor *left = &((const struct outgoing *)a)->tensor,
                        *right = &((const struct outgoing *)b)->tensor;
    if (left->type != right->type)
        return left->type == DTYPE_F32 ? -1 : 1;
    return strcmp(left->name, right->name);
}

/* ---- writing */

/* Row `row` of the file is this row of the source: neighbours become pairs (i, i + half) of a head. */
static int source_row(const struct outgoing *out, int row)
{
    if (!out->heads)
        return row;
    int width = out->weight.rows / out->heads, inside = row % width, half = width / 2;
    return row - inside + inside % half * 2 + inside / half;
}

static bool is_finite(const float *row, int cols)
{
    float sum = 0;
    for (int i = 0; i < cols; i++)
        sum += row[i] * 0;
    return sum == 0;
}

/* false: a value is not finite, and no type would hide that. */
static bool put_rows(struct writing *writing, const struct outgoing *out, FILE *stream)
{
    int cols = out->weight.cols;
    enum dtype type = out->scales ? DTYPE_I8 : out->tensor.type;
    float *row = floats_new(2 * (size_t)cols), *back = row + cols;
    void *packed = aligned_new(dtype_bytes(type, cols));
    bool finite = true;
    for (int i = 0; i < out->weight.rows && finite; i++) {
        weight_read(&out->weight, source_row(out, i), 1, row);
        finite = is_finite(row, cols);
        float scale = convert_row(type, row, cols, packed, back);
        if (out->scales) {
            fwrite(&scale, sizeof scale, 1, stream);
            continue;
        }
        if (out->matrix)
            measure(writing, row, back, cols);
        fwrite(packed, 1, dtype_bytes(type, cols), stream);
    }
    free(row);
    free(packed);
    return finite;
}

static bool put_file(struct writing *writing, const char *path, struct lacuna_error *error)
{
    struct replacement file;
    if (!file_begin(&file, path, error))
        return false;
    struct tensor *tensors = aligned_new((writing->count + 1) * sizeof *tensors);
    for (size_t i = 0; i < writing->count; i++)
        tensors[i] = writing->at[i].tensor;
    bool done = safetensors_head(file.stream, path, tensors, writing->count, NULL, error);
    for (size_t i = 0; done && i < writing->count; i++)
        if (!put_rows(writing, &writing->at[i], file.stream))
            done = fail(error, LACUNA_MODEL, "tensor %.100s has values that are not finite numbers",
                        writing->at[i].tensor.name);
    free(tensors);
    if (done)
        return file_replace(&file, error);
    file_abandon(&file);
    return false;
}

bool quantise_write(const struct checkpoint *checkpoint, enum dtype type, const char *path,
                    struct quantise_report *report, struct lacuna_error *error)
{
    size_t room = 2 * checkpoint_count(checkpoint) + 1;
    struct writing writing = { .checkpoint = checkpoint,
                               .type = type,
                               .at = aligned_new(room * sizeof *writing.at) };
    bool done = append_all(&writing, error);
    qsort(writing.at, writing.count, sizeof *writing.at, by_type);
    done = done && put_file(&writing, path, error);
    for (size_t i = 0; i < writing.count; i++)
        free((void *)writing.at[i].tensor.name);
    free(writing.at);
    writing.report.mean_error = writing.squares > 0 ? sqrt(writing.error_squares / writing.squares) : 0;
    if (report)
        *report = writing.report;
    return done;
}
