/* A GGUF file of the size of a real model with random weights, to measure loading, memory and steps with.
 *
 *     bench_large_model FILE.gguf 300m|1b|8b TYPE      TYPE: F16, BF16, Q8_0, Q4_0, Q4_K, … */
#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/format/dtype.h"
#include "model/format/gguf_keys_write.h"
#include "model/tokenizer/letters.h"
#include "model/base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL = 1 << 20, ALIGNMENT = 32, TENSORS_MAX = 400, NAME_ROOM = 64 };

static const struct size {
    const char *name;
    int width, inner, layers, heads, vocabulary;
} sizes[] = { { "300m", 1024, 2816, 16, 16, 32000 },
              { "1b", 2048, 5632, 18, 16, 32000 },
              { "8b", 4096, 12288, 32, 32, 126464 } };

struct entry {
    char name[NAME_ROOM];
    int64_t rows, cols; /* rows 0: a vector of ones */
    uint64_t offset;
};

struct model {
    const struct size *size;
    enum dtype type;
    struct entry entries[TENSORS_MAX];
    size_t count;
    uint64_t bytes;
};

static enum dtype type_of(const struct model *model, const struct entry *entry)
{
    return entry->rows ? model->type : DTYPE_F32;
}

static size_t bytes_of(const struct model *model, const struct entry *entry)
{
    return dtype_bytes(type_of(model, entry), (entry->rows ? entry->rows : 1) * entry->cols);
}

static void add(struct model *model, const char *name, int64_t rows, int64_t cols)
{
    struct entry *entry = &model->entries[model->count++];
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->rows = rows;
    entry->cols = cols;
    entry->offset = model->bytes;
    model->bytes += (bytes_of(model, entry) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void add_layer(struct model *model, int layer)
{
    int width = model->size->width, inner = model->size->inner;
    const struct {
        const char *name;
        int rows, cols;
    } parts[] = {
        { "attn_norm", 0, width },    { "attn_q", width, width },      { "attn_k", width, width },
        { "attn_v", width, width },   { "attn_output", width, width }, { "ffn_norm", 0, width },
        { "ffn_gate", inner, width }, { "ffn_up", inner, width },      { "ffn_down", width, inner }
    };
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        char name[NAME_ROOM];
        snprintf(name, sizeof name, "blk.%d.%s.weight", layer, parts[k].name);
        add(model, name, parts[k].rows, parts[k].cols);
    }
}

/* ---- keys */

static void key(struct buffer *out, const char *name, uint32_t type, size_t *count)
{
    gguf_put_text(out, name, strlen(name));
    gguf_put_u32(out, type);
    ++*count;
}

static void key_number(struct buffer *out, const char *name, uint32_t number, size_t *count)
{
    key(out, name, GGUF_U32, count);
    gguf_put_u32(out, number);
}

static void key_real(struct buffer *out, const char *name, float number, size_t *count)
{
    key(out, name, GGUF_F32, count);
    buffer_add(out, &number, sizeof number);
}

static void key_text(struct buffer *out, const char *name, const char *text, size_t *count)
{
    key(out, name, GGUF_STRING, count);
    gguf_put_text(out, text, strlen(text));
}

/* 256 bytes, the mask, and fillers. */
static void put_vocabulary(struct buffer *out, int size, size_t *count)
{
    key_text(out, "tokenizer.ggml.model", "gpt2", count);
    key(out, "tokenizer.ggml.tokens", GGUF_ARRAY, count);
    gguf_put_u32(out, GGUF_STRING);
    gguf_put_u64(out, (uint64_t)size);
    for (int k = 0; k < size; k++) {
        char text[32];
        size_t length = k < 256 ? utf8_encode(byte_letter((uint8_t)k), text)
                                : (size_t)snprintf(text, sizeof text, k == 256 ? "<mask>" : "[PAD%d]", k);
        gguf_put_text(out, text, length);
    }
    key(out, "tokenizer.ggml.merges", GGUF_ARRAY, count);
    gguf_put_u32(out, GGUF_STRING);
    gguf_put_u64(out, 0);
    key(out, "tokenizer.ggml.token_type", GGUF_ARRAY, count);
    gguf_put_u32(out, GGUF_I32);
    gguf_put_u64(out, (uint64_t)size);
    for (int k = 0; k < size; k++)
        gguf_put_u32(out, k < 256 ? 1 : k == 256 ? 3 : 5);
}

static size_t put_keys(struct buffer *out, const struct size *size)
{
    size_t count = 0;
    key_text(out, "general.architecture", "llada", &count);
    key_number(out, "llada.block_count", (uint32_t)size->layers, &count);
    key_number(out, "llada.context_length", 4096, &count);
    key_number(out, "llada.embedding_length", (uint32_t)size->width, &count);
    key_number(out, "llada.feed_forward_length", (uint32_t)size->inner, &count);
    key_number(out, "llada.attention.head_count", (uint32_t)size->heads, &count);
    key_number(out, "llada.attention.head_count_kv", (uint32_t)size->heads, &count);
    key_real(out, "llada.rope.freq_base", 500000, &count);
    key_real(out, "llada.attention.layer_norm_rms_epsilon", 1e-5f, &count);
    key_number(out, "tokenizer.ggml.mask_token_id", 256, &count);
    key(out, "diffusion.shift_logits", GGUF_BOOL, &count);
    buffer_add_byte(out, 0);
    put_vocabulary(out, size->vocabulary, &count);
    return count;
}

/* ---- weights: POOL random values, of which each row takes some others */

/* Where a block of a type without an encoder has its scale, and the minimum's scale (0: none). */
static const struct scale {
    enum dtype type;
    int scale, least;
    float least_share; /* of the scale, so that values are around 0 */
} scales[] = { { DTYPE_Q2_K, 80, 82, 1.5f }, { DTYPE_Q3_K, 108, 0, 0 }, { DTYPE_Q4_K, 0, 2, 7.5f },
               { DTYPE_Q5_K, 0, 2, 15.5f },  { DTYPE_Q6_K, 208, 0, 0 }, { DTYPE_IQ4_NL, 0, 0, 0 },
               { DTYPE_IQ4_XS, 0, 0, 0 },    { DTYPE_TQ1_0, 52, 0, 0 }, { DTYPE_TQ2_0, 64, 0, 0 } };

static void put_half(uint8_t *at, float value)
{
    uint16_t half = f16_from_f32(value);
    memcpy(at, &half, sizeof half);
}

static void set_scales(uint8_t *blocks, enum dtype type, const struct scale *scale, float value)
{
    size_t bytes = dtype_bytes(type, dtype_block(type));
    for (int k = 0; k < POOL / dtype_block(type); k++, blocks += bytes) {
        put_half(blocks + scale->scale, value);
        if (scale->least)
            put_half(blocks + scale->least, value * scale->least_share);
    }
}

static void make_blocks(uint8_t *blocks, enum dtype type, float deviation, struct random *random)
{
    const struct scale *scale = scales;
    while (scale->type != type)
        scale++;
    for (size_t k = 0; k < dtype_bytes(type, POOL); k++)
        blocks[k] = (uint8_t)random_below(random, 256);
    set_scales(blocks, type, scale, 1);
    float *values = memory_new(POOL, sizeof *values);
    double squares = 0;
    dtype_row(type)->decode(blocks, POOL, values);
    for (int k = 0; k < POOL; k++)
        squares += (double)values[k] * values[k];
    set_scales(blocks, type, scale, deviation / (float)sqrt(squares / POOL));
    free(values);
}

static uint8_t *make_pool(enum dtype type, float deviation)
{
    struct random random = random_new(11, 0);
    uint8_t *pool = memory_new(dtype_bytes(type, POOL), 1);
    const struct dtype_row *row = dtype_row(type);
    if (!row->encode) {
        make_blocks(pool, type, deviation, &random);
        return pool;
    }
    float *values = memory_new(POOL, sizeof *values);
    for (int k = 0; k < POOL; k++)
        values[k] = deviation * random_normal(&random);
    row->encode(values, POOL, pool);
    free(values);
    return pool;
}

static void put_tensor(FILE *file, const struct model *model, const struct entry *entry, const uint8_t *pool,
                       struct random *random)
{
    if (!entry->rows) {
        for (int64_t k = 0; k < entry->cols; k++)
            fwrite(&(float){ 1 }, sizeof(float), 1, file);
        return;
    }
    int block = dtype_block(model->type);
    size_t row = dtype_bytes(model->type, entry->cols);
    for (int64_t k = 0; k < entry->rows; k++) {
        int64_t first = (int64_t)random_below(random, (uint32_t)((POOL - entry->cols) / block)) * block;
        fwrite(pool + dtype_bytes(model->type, first), 1, row, file);
    }
}

static bool put_file(FILE *file, const struct model *model)
{
    struct buffer head = { 0 }, keys = { 0 };
    struct random random = random_new(12, 0);
    size_t key_count = put_keys(&keys, model->size);
    buffer_add(&head, "GGUF", 4);
    gguf_put_u32(&head, 3);
    gguf_put_u64(&head, model->count);
    gguf_put_u64(&head, key_count);
    buffer_add(&head, keys.at, keys.size);
    for (size_t k = 0; k < model->count; k++) {
        const struct entry *entry = &model->entries[k];
        gguf_put_text(&head, entry->name, strlen(entry->name));
        gguf_put_u32(&head, entry->rows ? 2 : 1);
        gguf_put_u64(&head, (uint64_t)entry->cols);
        if (entry->rows)
            gguf_put_u64(&head, (uint64_t)entry->rows);
        gguf_put_u32(&head, gguf_type_code(type_of(model, entry)));
        gguf_put_u64(&head, entry->offset);
    }
    while (head.size % ALIGNMENT)
        buffer_add_byte(&head, 0);
    fwrite(head.at, 1, head.size, file);
    uint8_t *pool = make_pool(model->type, 1 / sqrtf((float)model->size->width));
    for (size_t k = 0; k < model->count; k++) {
        put_tensor(file, model, &model->entries[k], pool, &random);
        for (size_t size = bytes_of(model, &model->entries[k]); size % ALIGNMENT; size++)
            fputc(0, file);
    }
    free(pool);
    buffer_free(&head);
    buffer_free(&keys);
    return !ferror(file);
}

int main(int count, char **arguments)
{
    struct model model = { .bytes = 0 };
    for (size_t k = 0; count == 4 && k < sizeof sizes / sizeof *sizes; k++)
        if (!strcmp(sizes[k].name, arguments[2]))
            model.size = &sizes[k];
    if (!model.size || !dtype_find(arguments[3], &model.type)) {
        fputs("usage: bench_large_model FILE.gguf 300m|1b|8b TYPE\n", stderr);
        return 1;
    }
    add(&model, "token_embd.weight", model.size->vocabulary, model.size->width);
    for (int layer = 0; layer < model.size->layers; layer++)
        add_layer(&model, layer);
    add(&model, "output_norm.weight", 0, model.size->width);
    add(&model, "output.weight", model.size->vocabulary, model.size->width);
    FILE *file = fopen(arguments[1], "wb");
    bool fine = file && put_file(file, &model);
    fine = file && !fclose(file) && fine;
    if (!fine)
        perror(arguments[1]);
    return fine ? 0 : 2;
}
