#include "model/format/gguf_write.h"

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"
#include "model/format/gguf_keys_write.h"
#include "model/format/gguf_names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 32 };

/* One tensor on its way into the file. */
struct outgoing {
    const struct tensor *source, *scale; /* scale: of int8 rows, or NULL */
    char *name;
    enum dtype type;
    int64_t rows, columns;
    int64_t heads; /* rows of q and k are laid in rotary pairs per head; 0: as they are */
    size_t size, offset;
};

struct output {
    const struct checkpoint *checkpoint;
    const struct gguf_architecture *architecture; /* NULL: own names */
    struct outgoing *tensors;
    size_t count;
    double squares, differences;
    struct gguf_report report;
};

/* ---- what is written */

static bool is_scale(const struct checkpoint *checkpoint, const char *name)
{
    struct buffer whole = { 0 };
    bool scale = text_ends_with(name, ".scale");
    if (scale) {
        buffer_add(&whole, name, strlen(name) - strlen("scale"));
        buffer_add_text(&whole, "weight");
        const struct tensor *weight = checkpoint_find(checkpoint, whole.at);
        scale = weight && weight->type == DTYPE_I8;
    }
    buffer_free(&whole);
    return scale;
}

static const struct tensor *scale_of(const struct checkpoint *checkpoint, const struct tensor *tensor)
{
    if (tensor->type != DTYPE_I8 || !text_ends_with(tensor->name, ".weight"))
        return NULL;
    struct buffer whole = { 0 };
    buffer_add(&whole, tensor->name, strlen(tensor->name) - strlen("weight"));
    buffer_add_text(&whole, "scale");
    const struct tensor *scale = checkpoint_find(checkpoint, whole.at);
    buffer_free(&whole);
    return scale && tensor_elements(scale) == tensor->shape[0] ? scale : NULL;
}

static enum dtype type_for(const struct tensor *tensor, enum dtype type)
{
    bool matrix = tensor->rank == 2 && text_ends_with(tensor->name, ".weight");
    if (!matrix)
        return DTYPE_F32;
    return tensor->shape[1] % dtype_block(type) ? DTYPE_F16 : type;
}

/* Heads whose rows are to be laid in pairs: those of q and k in an architecture that wants it, unless they
 * lie so already. */
static int64_t heads_of(const struct output *output, const struct outgoing *tensor)
{
    const json_t *config = checkpoint_config(output->checkpoint);
    if (!output->architecture || !output->architecture->rotary_interleaved ||
        json_flag(config, "rope_interleaved", false))
        return 0;
    int64_t heads = json_whole(config, "n_heads", 0);
    if (strstr(tensor->name, ".attn_q."))
        return heads;
    return strstr(tensor->name, ".attn_k.") ? json_whole(config, "n_kv_heads", heads) : 0;
}

static bool outgoing_fill(struct output *output, struct outgoing *out, const struct tensor *tensor,
                          enum dtype type, struct lacuna_error *error)
{
    if (tensor->rank < 1 || tensor->rank > 4 || !tensor->size)
        return fail(error, LACUNA_MODEL, "tensor %.100s of rank %d cannot be written to GGUF", tensor->name,
                    tensor->rank);
    char *name = output->architecture ? gguf_name_of(output->architecture, tensor->name) : NULL;
    *out = (struct outgoing){ .source = tensor,
                              .scale = scale_of(output->checkpoint, tensor),
                              .name = name ? name : memory_text(tensor->name, strlen(tensor->name)),
                              .type = type_for(tensor, type) };
    out->heads = heads_of(output, out);
    out->columns = out->heads && tensor->rank == 1 ? 1 : tensor->shape[tensor->rank - 1];
    out->rows = tensor_elements(tensor) / out->columns;
    out->size = dtype_bytes(out->type, out->rows * out->columns);
    if (out->heads && (out->rows % out->heads || out->rows / out->heads % 2))
        return fail(error, LACUNA_MODEL, "tensor %.100s has no whole heads", tensor->name);
    return true;
}

static bool tensors_choose(struct output *output, enum dtype type, struct lacuna_error *error)
{
    const struct checkpoint *checkpoint = output->checkpoint;
    size_t offset = 0;
    output->tensors = memory_new(checkpoint_count(checkpoint), sizeof *output->tensors);
    for (size_t k = 0; k < checkpoint_count(checkpoint); k++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, k);
        if (is_scale(checkpoint, tensor->name))
            continue;
        struct outgoing *out = &output->tensors[output->count++];
        if (!outgoing_fill(output, out, tensor, type, error))
            return false;
        out->offset = offset;
        offset += (out->size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    return true;
}

/* ---- rows */

/* Row `row` of the file is this row of the source: pairs (i, i + half) of a head become neighbours. */
static int64_t source_row(const struct outgoing *out, int64_t row)
{
    if (!out->heads)
        return row;
    int64_t width = out->rows / out->heads, head = row / width, inside = row % width;
    return head * width + inside % 2 * (width / 2) + inside / 2;
}

static void row_read(const struct outgoing *out, int64_t row, float *values)
{
    int64_t from = source_row(out, row);
    float scale = 1;
    tensor_to_f32(out->source, from * out->columns, out->columns, values);
    if (!out->scale)
        return;
    tensor_to_f32(out->scale, from, 1, &scale);
    for (int64_t k = 0; k < out->columns; k++)
        values[k] *= scale;
}

static void row_compare(struct output *output, const float *values, const float *back, int64_t count)
{
    double most = 0, largest = 0;
    for (int64_t k = 0; k < count; k++) {
        double difference = fabs((double)back[k] - (double)values[k]);
        output->squares += (double)values[k] * (double)values[k];
        output->differences += difference * difference;
        most = fmax(most, difference);
        largest = fmax(largest, fabs((double)values[k]));
    }
    if (largest > 0)
        output->report.largest_error = fmax(output->report.largest_error, most / largest);
}

static void tensor_put(struct output *output, const struct outgoing *out, FILE *stream)
{
    const struct dtype_row *row = dtype_row(out->type);
    size_t bytes = dtype_bytes(out->type, out->columns);
    float *values = memory_new((size_t)out->columns, sizeof *values),
          *back = memory_new((size_t)out->columns, sizeof *back);
    uint8_t *packed = memory_new(bytes, 1);
    for (int64_t k = 0; k < out->rows; k++) {
        row_read(out, k, values);
        row->encode(values, out->columns, packed);
        row->decode(packed, out->columns, back);
        if (out->type != DTYPE_F32)
            row_compare(output, values, back, out->columns);
        fwrite(packed, 1, bytes, stream);
    }
    for (size_t k = out->size; k % ALIGNMENT; k++)
        fputc(0, stream);
    if (out->type != DTYPE_F32) {
        output->report.matrices++;
        output->report.values += (uint64_t)(out->rows * out->columns);
    }
    free(values);
    free(back);
    free(packed);
}

/* ---- the file */

static void directory_put(const struct output *output, struct buffer *out)
{
    for (size_t k = 0; k < output->count; k++) {
        const struct outgoing *tensor = &output->tensors[k];
        const struct tensor *source = tensor->source;
        gguf_put_text(out, tensor->name, strlen(tensor->name));
        gguf_put_u32(out, (uint32_t)source->rank);
        for (int dimension = source->rank - 1; dimension >= 0; dimension--)
            gguf_put_u64(out, (uint64_t)source->shape[dimension]);
        gguf_put_u32(out, gguf_type_code(tensor->type));
        gguf_put_u64(out, tensor->offset);
    }
}

static bool file_put(struct output *output, const json_t *tokenizer, enum dtype type, const char *path,
                     struct lacuna_error *error)
{
    struct buffer keys = { 0 }, head = { 0 };
    size_t key_count = gguf_put_keys(&keys, output->checkpoint, output->architecture, tokenizer, type);
    buffer_add(&head, "GGUF", 4);
    gguf_put_u32(&head, 3);
    gguf_put_u64(&head, output->count);
    gguf_put_u64(&head, key_count);
    buffer_add(&head, keys.at, keys.size);
    directory_put(output, &head);
    while (head.size % ALIGNMENT)
        buffer_add_byte(&head, 0);
    struct replacement file;
    bool fine = file_begin(&file, path, error);
    if (fine) {
        fwrite(head.at, 1, head.size, file.stream);
        for (size_t k = 0; k < output->count; k++)
            tensor_put(output, &output->tensors[k], file.stream);
        fine = file_replace(&file, error);
    }
    buffer_free(&keys);
    buffer_free(&head);
    return fine;
}

bool gguf_write(const struct checkpoint *checkpoint, const json_t *tokenizer, enum dtype type,
                const char *path, struct gguf_report *report, struct lacuna_error *error)
{
    struct output output = { .checkpoint = checkpoint };
    output.architecture =
        gguf_architecture_of_type(json_text(checkpoint_config(checkpoint), "model_type", ""));
    bool fine = tensors_choose(&output, type, error) && file_put(&output, tokenizer, type, path, error);
    output.report.mean_error = output.squares > 0 ? sqrt(output.differences / output.squares) : 0;
    if (report)
        *report = output.report;
    for (size_t k = 0; k < output.count; k++)
        free(output.tensors[k].name);
    free(output.tensors);
    return fine;
}
