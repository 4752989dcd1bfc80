#include "model/train/parameters.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/train/draw.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSORS_PER_LAYER = 9, TENSORS_OF_VECTORS = 13, ALIGNMENT = 16 };

const struct shape *shape_preset(const char *name)
{
    static const struct {
        const char *name;
        struct shape shape;
    } presets[] = {
        { "tiny", { .width = 64, .layers = 2, .heads = 2, .inner = 176 } },
        { "small", { .width = 192, .layers = 6, .heads = 6, .inner = 512 } },
        { "cpu", { .width = 320, .layers = 6, .heads = 5, .inner = 864 } },
        { "gpu", { .width = 512, .layers = 10, .heads = 8, .inner = 1408 } },
    };
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i].shape;
    return NULL;
}

bool shape_check(const struct shape *s, struct lacuna_error *error)
{
    if (s->vocabulary < 8 || s->vocabulary > 65536)
        return fail(error, LACUNA_MODEL, "a vocabulary of %d pieces: training takes 8 to 65536",
                    s->vocabulary);
    if (s->time_levels < 0 || s->time_levels > 65536 || s->time_levels == 1)
        return fail(error, LACUNA_MODEL, "%d levels of time: training takes 2 to 65536", s->time_levels);
    if (s->width < 2 || s->width > 8192 || s->layers < 1 || s->layers > 256 || s->inner < 1 ||
        s->inner > 65536)
        return fail(error, LACUNA_MODEL, "width %d, %d layers, inner width %d: out of range", s->width,
                    s->layers, s->inner);
    if (s->vector_width &&
        (s->vector_width < 1 || s->vector_width > s->width || s->time_features < 2 ||
         s->time_features > 4096 || (s->vector_in != s->vector_width && s->vector_in != 2 * s->vector_width)))
        return fail(error, LACUNA_MODEL, "vectors of %d numbers, %d sines: out of range", s->vector_width,
                    s->time_features);
    if (s->heads < 1 || s->width % s->heads != 0 || s->width / s->heads % 2 != 0)
        return fail(error, LACUNA_MODEL, "width %d does not divide into %d heads of an even width", s->width,
                    s->heads);
    return true;
}

__attribute__((format(printf, 5, 6))) static size_t add(struct parameters *p, int rows, int cols, bool matrix,
                                                        const char *name, ...)
{
    struct parameter *one = &p->at[p->count++];
    va_list arguments;
    va_start(arguments, name);
    vsnprintf(one->name, sizeof one->name, name, arguments);
    va_end(arguments);
    one->rows = rows;
    one->cols = cols;
    one->matrix = matrix;
    one->first = rows == 1 ? 1.0f : 0.02f;
    one->offset = p->size;
    p->size += (size_t)rows * (size_t)cols;
    return one->offset;
}

static void add_layer(struct parameters *p, int n)
{
    struct layer_offsets *layer = &p->layers[n];
    int width = p->shape.width, inner = p->shape.inner;
    layer->attention_norm = add(p, 1, width, false, "model.layers.%d.input_layernorm.weight", n);
    layer->qkv = add(p, width, width, true, "model.layers.%d.self_attn.q_proj.weight", n);
    add(p, width, width, true, "model.layers.%d.self_attn.k_proj.weight", n);
    add(p, width, width, true, "model.layers.%d.self_attn.v_proj.weight", n);
    layer->out = add(p, width, width, true, "model.layers.%d.self_attn.o_proj.weight", n);
    layer->inner_norm = add(p, 1, width, false, "model.layers.%d.post_attention_layernorm.weight", n);
    layer->both = add(p, inner, width, true, "model.layers.%d.mlp.gate_proj.weight", n);
    add(p, inner, width, true, "model.layers.%d.mlp.up_proj.weight", n);
    layer->down = add(p, width, inner, true, "model.layers.%d.mlp.down_proj.weight", n);
}

/* A matrix that begins so that what it gives is about as large as what it takes, and a bias of 0. */
static struct linear_offsets add_linear(struct parameters *p, int rows, int cols, const char *name)
{
    struct linear_offsets linear = { .weight = add(p, rows, cols, true, "%s.weight", name) };
    p->at[p->count - 1].first = (float)(1.0 / sqrt((double)cols));
    linear.bias = add(p, 1, rows, false, "%s.bias", name);
    p->at[p->count - 1].first = 0.0f;
    return linear;
}

static void add_vectors(struct parameters *p)
{
    const struct shape *s = &p->shape;
    struct vector_offsets *at = &p->vectors;
    if (!s->codes) {
        p->embedding = add(p, s->vocabulary, s->vector_width, false, "word_embedding.weight");
        p->at[p->count - 1].first = 1.0f;
        at->bias = add(p, 1, s->vocabulary, false, "lm_head.bias");
        p->at[p->count - 1].first = 0.0f;
    }
    at->in[0] = add_linear(p, s->width, s->vector_in, "input_up_proj.0");
    at->in[1] = add_linear(p, s->width, s->width, "input_up_proj.2");
    at->time[0] = add_linear(p, 4 * s->time_features, s->time_features, "time_embed.0");
    at->time[1] = add_linear(p, s->width, 4 * s->time_features, "time_embed.2");
    at->out[0] = add_linear(p, s->width, s->width, "output_down_proj.0");
    at->out[1] = add_linear(p, s->vector_width, s->width, "output_down_proj.2");
}

struct parameters *parameters_new(const struct shape *shape)
{
    struct parameters *p = memory_new(1, sizeof *p);
    p->shape = *shape;
    p->at = memory_new((size_t)shape->layers * TENSORS_PER_LAYER + 3 + TENSORS_OF_VECTORS, sizeof *p->at);
    p->layers = memory_new((size_t)shape->layers, sizeof *p->layers);
    if (shape->vector_width)
        add_vectors(p);
    else
        p->embedding = add(p, shape->vocabulary, shape->width, false, "model.embed_tokens.weight");
    for (int n = 0; n < shape->layers; n++)
        add_layer(p, n);
    p->last_norm = add(p, 1, shape->width, false, "model.norm.weight");
    if (shape->time_levels)
        p->times = add(p, shape->time_levels, shape->width, false, "model.embed_time.weight");
    return p;
}

void parameters_free(struct parameters *p)
{
    if (!p)
        return;
    free(p->at);
    free(p->layers);
    free(p);
}

float *parameters_run(const struct parameters *p)
{
    size_t bytes = (p->size + ALIGNMENT) / ALIGNMENT * ALIGNMENT * sizeof(float);
    float *run = aligned_alloc(ALIGNMENT * sizeof(float), bytes);
    if (run)
        memset(run, 0, bytes);
    return run;
}

void parameters_initialise(const struct parameters *p, float *run, uint64_t seed)
{
    for (int i = 0; i < p->count; i++) {
        const struct parameter *one = &p->at[i];
        size_t count = (size_t)one->rows * (size_t)one->cols;
        bool residual = strstr(one->name, "o_proj") || strstr(one->name, "down_proj");
        double spread = (double)one->first / (residual ? sqrt(2.0 * p->shape.layers) : 1.0);
        struct random random = draw_stream(seed, DRAW_WEIGHTS, (uint64_t)i);
        for (size_t k = 0; k < count; k++)
            run[one->offset + k] = one->rows == 1 ? one->first : (float)(spread * random_normal(&random));
    }
}

/* Rows of int8 times the scales that lie beside them. */
static bool scale_rows(const struct parameter *one, float *matrix, const struct checkpoint *checkpoint,
                       struct lacuna_error *error)
{
    char name[sizeof one->name + 8];
    int stem = (int)(strlen(one->name) - strlen("weight"));
    snprintf(name, sizeof name, "%.*sscale", stem, one->name);
    const struct tensor *found = checkpoint_need(checkpoint, name, one->rows, 0, error);
    if (!found)
        return false;
    float *scales = memory_new((size_t)one->rows, sizeof *scales);
    tensor_to_f32(found, 0, one->rows, scales);
    for (size_t i = 0; i < (size_t)one->rows * (size_t)one->cols; i++)
        matrix[i] *= scales[i / (size_t)one->cols];
    free(scales);
    return true;
}

bool parameters_load(const struct parameters *p, float *run, const struct checkpoint *checkpoint,
                     struct lacuna_error *error)
{
    for (int i = 0; i < p->count; i++) {
        const struct parameter *one = &p->at[i];
        const struct tensor *found =
            checkpoint_need(checkpoint, one->name, one->rows == 1 ? one->cols : one->rows,
                            one->rows == 1 ? 0 : one->cols, error);
        if (!found)
            return false;
        tensor_to_f32(found, 0, tensor_elements(found), run + one->offset);
        if (found->type == DTYPE_I8 && !scale_rows(one, run + one->offset, checkpoint, error))
            return false;
    }
    return true;
}

static bool has_shape(const struct tensor *tensor, const struct parameter *one)
{
    return one->rows == 1
               ? tensor->rank == 1 && tensor->shape[0] == one->cols
               : tensor->rank == 2 && tensor->shape[0] == one->rows && tensor->shape[1] == one->cols;
}

void parameters_adopt(const struct parameters *p, float *run, const struct checkpoint *checkpoint)
{
    for (int i = 0; i < p->count; i++) {
        const struct tensor *found = checkpoint_find(checkpoint, p->at[i].name);
        if (found && has_shape(found, &p->at[i]))
            tensor_to_f32(found, 0, tensor_elements(found), run + p->at[i].offset);
    }
}

/* Sizes of a model whose rows are vectors; another has none. */
static void read_vectors(struct shape *shape, const json_t *config)
{
    const char *process = json_string_value(json_object_get(config, "process"));
    shape->vector_width = (int)json_whole(config, "vector_width", 0);
    shape->vector_in =
        shape->vector_width * (json_is_true(json_object_get(config, "self_conditioning")) ? 2 : 1);
    shape->time_features = (int)json_whole(config, "time_features", 0);
    shape->codes = process && strcmp(process, "analog_bits") == 0;
}

static bool read_number(const json_t *config, const char *key, int *out, struct lacuna_error *error)
{
    const json_t *value = json_object_get(config, key);
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > 1 << 20)
        return fail(error, LACUNA_MODEL, "config.json: \"%s\" is no number between 1 and 1048576", key);
    *out = (int)json_integer_value(value);
    return true;
}

bool shape_read(struct shape *shape, const struct checkpoint *checkpoint, struct lacuna_error *error)
{
    const json_t *config = checkpoint_config(checkpoint);
    const char *type = json_string_value(json_object_get(config, "model_type"));
    if (!type || strcmp(type, "lacuna") != 0)
        return fail(error, LACUNA_MODEL,
                    "%s: a \"%s\" model; training goes on from models of type \"lacuna\" alone",
                    checkpoint_path(checkpoint), type ? type : "?");
    shape->time_levels = (int)json_whole(config, "time_levels", 0);
    read_vectors(shape, config);
    return read_number(config, "vocab_size", &shape->vocabulary, error) &&
           read_number(config, "hidden_size", &shape->width, error) &&
           read_number(config, "num_hidden_layers", &shape->layers, error) &&
           read_number(config, "num_attention_heads", &shape->heads, error) &&
           read_number(config, "intermediate_size", &shape->inner, error) && shape_check(shape, error);
}
