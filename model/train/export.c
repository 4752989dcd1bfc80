#include "model/train/export.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/network/pair.h"
#include "model/train/corpus.h"
#include "model/train/rows.h"

#include <stdlib.h>
#include <string.h>

static const char *type_name(enum dtype type)
{
    return type == DTYPE_BF16 ? "bfloat16" : type == DTYPE_F16 ? "float16" : "float32";
}

static void *converted(const float *from, size_t count, enum dtype type)
{
    if (type == DTYPE_F32)
        return memcpy(memory_new(count, sizeof *from), from, count * sizeof *from);
    uint16_t *out = memory_new(count, sizeof *out);
    for (size_t i = 0; i < count; i++)
        out[i] = type == DTYPE_BF16 ? bf16_from_f32(from[i]) : f16_from_f32(from[i]);
    return out;
}

bool export_weights(const struct parameters *p, const float *weights, enum dtype type, const char *path,
                    struct lacuna_error *error)
{
    struct tensor *tensors = memory_new((size_t)p->count, sizeof *tensors);
    for (int i = 0; i < p->count; i++) {
        const struct parameter *one = &p->at[i];
        size_t count = (size_t)one->rows * (size_t)one->cols;
        bool vector = one->rows == 1;
        tensors[i] = (struct tensor){ .name = one->name,
                                      .type = type,
                                      .rank = vector ? 1 : 2,
                                      .data = converted(weights + one->offset, count, type),
                                      .size = dtype_bytes(type, (int64_t)count) };
        for (int k = 0; k < TENSOR_RANK_MAX; k++)
            tensors[i].shape[k] = 1;
        tensors[i].shape[0] = vector ? one->cols : one->rows;
        tensors[i].shape[1] = vector ? 1 : one->cols;
    }
    bool fine = safetensors_write(path, tensors, (size_t)p->count, NULL, error);
    for (int i = 0; i < p->count; i++)
        free((void *)tensors[i].data);
    free(tensors);
    return fine;
}

static json_t *configuration(const struct export *e)
{
    const struct shape *s = &e->parameters->shape;
    json_t *config = json_pack(
        "{s:[s], s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:i, s:f, s:f, s:b, s:i, s:s, s:s}", "architectures",
        "LacunaForMaskedDiffusion", "model_type", "lacuna", "hidden_size", s->width, "num_hidden_layers",
        s->layers, "num_attention_heads", s->heads, "num_key_value_heads", s->heads, "head_dim",
        s->width / s->heads, "intermediate_size", s->inner, "hidden_act", "silu", "vocab_size", s->vocabulary,
        "rms_norm_eps", 1e-5, "rope_theta", 10000.0, "tie_word_embeddings", 1, "max_position_embeddings",
        e->positions, "torch_dtype", type_name(e->type), "attention", "context_apart");
    json_t *buckets = json_array(), *weights = json_array();
    for (int i = 0; i < BUCKET_COUNT; i++) {
        json_array_append_new(buckets, json_integer(bucket_sizes[i]));
        json_array_append_new(weights, json_real(bucket_weights[i]));
    }
    json_t *attributes = json_object_get(e->meta, "attributes");
    json_int_t begin = json_whole(e->meta, "target_position", 0);
    json_t *more =
        json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:O?, s:o, s:o, s:O?}", "pad_token_id", TOKEN_PAD,
                  "mask_token_id", TOKEN_MASK, "null_token_id", TOKEN_NULL, "none_token_id", TOKEN_NONE,
                  "bos_token_id", TOKEN_BOS, "eos_token_id", TOKEN_EOS, "attribute_slots",
                  begin ? (int)PAIR_SLOTS : (int)ATTRIBUTE_SLOTS, "attributes", attributes, "buckets",
                  buckets, "bucket_weights", weights, "training", (json_t *)e->training);
    json_object_update(config, more);
    json_decref(more);
    if (begin)
        json_object_set_new(config, "target_position", json_integer(begin));
    if (e->process) {
        more =
            json_pack("{s:s, s:s, s:s, s:s, s:i}", "process", e->process, "noise_schedule", e->noise_schedule,
                      "prediction", e->prediction, "attention", "full", "time_levels", s->time_levels);
        json_object_update(config, more);
        json_object_del(config, "null_token_id");
        json_decref(more);
    }
    return config;
}

static bool write_config(const struct export *e, const char *path, struct lacuna_error *error)
{
    json_t *config = configuration(e);
    char *text = json_dumps(config, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    json_decref(config);
    if (!text)
        return fail(error, LACUNA_MODEL, "%s: out of memory", path);
    bool fine = file_write(path, text, strlen(text), error);
    free(text);
    return fine;
}

static bool copy_file(const char *from, const char *to, struct lacuna_error *error)
{
    struct mapping mapping;
    if (!mapping_open(&mapping, from, error))
        return false;
    bool fine = file_write(to, mapping.at, mapping.size, error);
    mapping_close(&mapping);
    return fine;
}

bool export_model(const struct export *e, struct lacuna_error *error)
{
    if (!folder_make(e->folder, error))
        return false;
    char *weights = path_join(e->folder, "model.safetensors"), *config = path_join(e->folder, "config.json");
    char *tokenizer = path_join(e->folder, "tokenizer.json");
    bool fine = copy_file(e->tokenizer, tokenizer, error) && write_config(e, config, error) &&
                export_weights(e->parameters, e->weights, e->type, weights, error);
    free(weights);
    free(config);
    free(tokenizer);
    return fine;
}
