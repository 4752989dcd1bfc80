#include "model/network/denoiser.h"

#include "model/network/quantise.h"
#include "model/tensor/engine.h"
#include "model/tensor/int8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* A tiny model of the default family, its weights kept as they were written so that plain_forward can compute
 * with them. */
enum {
    WIDTH = 48,
    LAYERS = 3,
    HEADS = 4,
    KV_HEADS = 2,
    HEAD = 12,
    INNER = 70,
    VOCABULARY = 101,
    TENSORS = 2 + 9 * LAYERS
};

struct model {
    char folder[64];
    struct tensor tensors[TENSORS];
    char names[TENSORS][80];
    int count;
    struct engine *engine;
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct denoiser_session *session;
};

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (float)(1 << 23) - 1;
}

static void add_tensor(struct model *model, int rows, int cols, const char *part, int layer)
{
    char *name = model->names[model->count];
    if (layer < 0)
        snprintf(name, sizeof model->names[0], "model.%s.weight", part);
    else
        snprintf(name, sizeof model->names[0], "model.layers.%d.%s.weight", layer, part);
    int elements = rows * (cols ? cols : 1);
    float *values = calloc((size_t)elements, sizeof *values);
    uint32_t seed = (uint32_t)model->count * 7919u + 1;
    for (int i = 0; i < elements; i++)
        values[i] = cols ? noise(&seed) * 0.3f : 1 + 0.2f * noise(&seed);
    model->tensors[model->count++] = (struct tensor){
        .name = name,
        .type = DTYPE_F32,
        .rank = cols ? 2 : 1,
        .shape = { rows, cols ? cols : 1, 1, 1 },
        .data = values,
        .size = (size_t)elements * sizeof *values,
    };
}

static void write_config(const struct model *model, const char *attention)
{
    char path[128];
    snprintf(path, sizeof path, "%s/config.json", model->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(
        file,
        "{\"model_type\":\"lacuna\",\"hidden_size\":%d,\"num_hidden_layers\":%d,\"num_attention_heads\":%d,"
        "\"num_key_value_heads\":%d,\"head_dim\":%d,\"intermediate_size\":%d,\"vocab_size\":%d,"
        "\"max_position_embeddings\":128,\"rope_theta\":10000.0,\"rms_norm_eps\":1e-5,\"mask_token_id\":1,"
        "\"attention\":\"%s\"}",
        WIDTH, LAYERS, HEADS, KV_HEADS, HEAD, INNER, VOCABULARY, attention);
    fclose(file);
}

static void model_open(struct model *model, const char *attention, int threads)
{
    *model = (struct model){ .folder = "/tmp/lacuna-denoiser-XXXXXX" };
    assert_non_null(mkdtemp(model->folder));
    write_config(model, attention);
    add_tensor(model, VOCABULARY, WIDTH, "embed_tokens", -1);
    add_tensor(model, WIDTH, 0, "norm", -1);
    for (int layer = 0; layer < LAYERS; layer++) {
        add_tensor(model, WIDTH, 0, "input_layernorm", layer);
        add_tensor(model, HEADS * HEAD, WIDTH, "self_attn.q_proj", layer);
        add_tensor(model, KV_HEADS * HEAD, WIDTH, "self_attn.k_proj", layer);
        add_tensor(model, KV_HEADS * HEAD, WIDTH, "self_attn.v_proj", layer);
        add_tensor(model, WIDTH, HEADS * HEAD, "self_attn.o_proj", layer);
        add_tensor(model, WIDTH, 0, "post_attention_layernorm", layer);
        add_tensor(model, INNER, WIDTH, "mlp.gate_proj", layer);
        add_tensor(model, INNER, WIDTH, "mlp.up_proj", layer);
        add_tensor(model, WIDTH, INNER, "mlp.down_proj", layer);
    }
    struct lacuna_error error = { 0 };
    char path[128];
    snprintf(path, sizeof path, "%s/model.safetensors", model->folder);
    assert_true(safetensors_write(path, model->tensors, (size_t)model->count, NULL, &error));
    model->engine = engine_new(threads, &error);
    model->checkpoint = checkpoint_open(model->folder, &error);
    assert_non_null(model->checkpoint);
    model->denoiser = denoiser_open(model->checkpoint, model->engine, &error);
    if (!model->denoiser)
        fail_msg("%s", error.message);
    model->session = denoiser_session_new(model->denoiser, &error);
}

static void model_close(struct model *model)
{
    denoiser_session_free(model->session);
    denoiser_close(model->denoiser);
    checkpoint_close(model->checkpoint);
    engine_free(model->engine);
    char path[128];
    snprintf(path, sizeof path, "%s/model.safetensors", model->folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/config.json", model->folder);
    unlink(path);
    rmdir(model->folder);
    for (int i = 0; i < model->count; i++)
        free((void *)model->tensors[i].data);
}

/* ---- the same network, plainly, in double precision */

enum { ROWS_MAX = 64 };

static void plain_norm(const double *x, const float *weight, double *out)
{
    double sum = 0;
    for (int i = 0; i < WIDTH; i++)
        sum += x[i] * x[i];
    for (int i = 0; i < WIDTH; i++)
        out[i] = x[i] / sqrt(sum / WIDTH + 1e-5) * weight[i];
}

static void plain_linear(const double *x, const float *weight, int rows, int cols, double *out)
{
    for (int i = 0; i < rows; i++) {
        out[i] = 0;
        for (int j = 0; j < cols; j++)
            out[i] += x[j] * weight[i * cols + j];
    }
}

static void plain_rotate(double *x, int heads, int position)
{
    for (int head = 0; head < heads; head++)
        for (int i = 0; i < HEAD / 2; i++) {
            double angle = position * pow(10000, -2.0 * i / HEAD), *at = x + head * HEAD + i;
            double a = at[0], b = at[HEAD / 2];
            at[0] = a * cos(angle) - b * sin(angle);
            at[HEAD / 2] = b * cos(angle) + a * sin(angle);
        }
}

static bool plain_sees(const char *attention, const uint8_t *kinds, int query, int key)
{
    if (kinds[key] == 2)
        return false;
    if (strcmp(attention, "causal") == 0)
        return key <= query;
    return strcmp(attention, "full") == 0 || kinds[query] == 1 || kinds[key] == 0;
}

static void plain_attention(const char *attention, const uint8_t *kinds, int count, double q[][HEADS * HEAD],
                            double k[][KV_HEADS * HEAD], double v[][KV_HEADS * HEAD], int row, double *out)
{
    for (int head = 0; head < HEADS; head++) {
        int kv = head / (HEADS / KV_HEADS) * HEAD;
        double weight[ROWS_MAX], sum = 0;
        for (int key = 0; key < count; key++) {
            double score = 0;
            for (int i = 0; i < HEAD; i++)
                score += q[row][head * HEAD + i] * k[key][kv + i];
            weight[key] = plain_sees(attention, kinds, row, key) ? exp(score / sqrt(HEAD)) : 0;
            sum += weight[key];
        }
        for (int i = 0; i < HEAD; i++) {
            out[head * HEAD + i] = 0;
            for (int key = 0; key < count; key++)
                out[head * HEAD + i] += weight[key] / sum * v[key][kv + i];
        }
    }
}

static void plain_layer(const struct tensor *w, const char *attention, const uint8_t *kinds,
                        const int32_t *positions, int count, double x[][WIDTH])
{
    double q[ROWS_MAX][HEADS * HEAD], k[ROWS_MAX][KV_HEADS * HEAD], v[ROWS_MAX][KV_HEADS * HEAD], y[WIDTH];
    for (int row = 0; row < count; row++) {
        plain_norm(x[row], w[0].data, y);
        plain_linear(y, w[1].data, HEADS * HEAD, WIDTH, q[row]);
        plain_linear(y, w[2].data, KV_HEADS * HEAD, WIDTH, k[row]);
        plain_linear(y, w[3].data, KV_HEADS * HEAD, WIDTH, v[row]);
        plain_rotate(q[row], HEADS, positions[row]);
        plain_rotate(k[row], KV_HEADS, positions[row]);
    }
    for (int row = 0; row < count; row++) {
        double attended[HEADS * HEAD], gate[INNER], up[INNER];
        plain_attention(attention, kinds, count, q, k, v, row, attended);
        plain_linear(attended, w[4].data, WIDTH, HEADS * HEAD, y);
        for (int i = 0; i < WIDTH; i++)
            x[row][i] += y[i];
        plain_norm(x[row], w[5].data, y);
        plain_linear(y, w[6].data, INNER, WIDTH, gate);
        plain_linear(y, w[7].data, INNER, WIDTH, up);
        for (int i = 0; i < INNER; i++)
            gate[i] *= up[i] / (1 + exp(-gate[i]));
        plain_linear(gate, w[8].data, WIDTH, INNER, y);
        for (int i = 0; i < WIDTH; i++)
            x[row][i] += y[i];
    }
}

static void plain_forward(const struct model *model, const char *attention, const int32_t *ids,
                          const int32_t *positions, const uint8_t *kinds, int count,
                          double logits[][VOCABULARY])
{
    double x[ROWS_MAX][WIDTH], y[WIDTH];
    const float *embedding = model->tensors[0].data;
    for (int row = 0; row < count; row++)
        for (int i = 0; i < WIDTH; i++)
            x[row][i] = embedding[ids[row] * WIDTH + i];
    for (int layer = 0; layer < LAYERS; layer++)
        plain_layer(&model->tensors[2 + 9 * layer], attention, kinds, positions, count, x);
    for (int row = 0; row < count; row++) {
        plain_norm(x[row], model->tensors[1].data, y);
        plain_linear(y, embedding, VOCABULARY, WIDTH, logits[row]);
    }
}

/* ---- tests */

enum { COUNT = 45 };

struct text {
    int32_t ids[COUNT], positions[COUNT];
    uint8_t kinds[COUNT];
    int all[COUNT];
};

/* Three attribute rows, context, a hole, context, a hole, context; positions leave a gap after each hole. */
static struct text text_new(void)
{
    struct text text;
    uint32_t seed = 5;
    int position = 0;
    for (int i = 0; i < COUNT; i++) {
        bool hole = (i >= 12 && i < 19) || (i >= 30 && i < 33);
        if (i == 19 || i == 33)
            position += 5;
        text.ids[i] = (int32_t)((noise(&seed) + 1) * 0.5f * VOCABULARY);
        text.positions[i] = position++;
        text.kinds[i] = i < 3 || hole;
        text.all[i] = i;
    }
    return text;
}

static struct rows all_of(const struct text *text)
{
    return (struct rows){ .ids = text->ids,
                          .positions = text->positions,
                          .count = COUNT,
                          .wanted = text->all,
                          .wanted_count = COUNT };
}

static void assert_near(const float *got, double expected[][VOCABULARY], const int *rows, int count)
{
    for (int i = 0; i < count; i++)
        for (int v = 0; v < VOCABULARY; v++)
            if (!(fabs(got[i * VOCABULARY + v] - expected[rows[i]][v]) < 1e-4))
                fail_msg("row %d, token %d: %g, but %g is right", rows[i], v, (double)got[i * VOCABULARY + v],
                         expected[rows[i]][v]);
}

static void a_whole_sequence_gives_the_plain_network_s_logits(void **state)
{
    (void)state;
    static double expected[COUNT][VOCABULARY];
    static float got[COUNT * VOCABULARY];
    const char *const attentions[] = { "full", "context_apart", "causal" };
    struct text text = text_new();
    for (int i = 0; i < 3; i++) {
        struct model model;
        model_open(&model, attentions[i], 2);
        for (int padding = 0; padding < 2; padding++) {
            text.kinds[20] = padding ? 2 : 0;
            plain_forward(&model, attentions[i], text.ids, text.positions, text.kinds, COUNT, expected);
            struct rows rows = all_of(&text);
            if (strcmp(attentions[i], "causal") == 0 && padding)
                continue;
            assert_true(denoiser_forward(model.session, &rows, text.kinds, got, NULL, NULL));
            assert_near(got, expected, text.all, padding ? 20 : COUNT);
        }
        model_close(&model);
    }
}

/* The context, and the other rows as one branch; wanted: every other row of the branch. */
struct parts {
    int32_t ids[2][COUNT], positions[2][COUNT];
    int count[2], wanted[COUNT], wanted_rows[COUNT], wanted_count;
};

static struct parts parts_of(const struct text *text)
{
    struct parts parts = { 0 };
    for (int i = 0; i < COUNT; i++) {
        int part = text->kinds[i], at = parts.count[part]++;
        parts.ids[part][at] = text->ids[i];
        parts.positions[part][at] = text->positions[i];
        if (part && at % 2 == 0) {
            parts.wanted[parts.wanted_count] = at;
            parts.wanted_rows[parts.wanted_count++] = i;
        }
    }
    return parts;
}

static struct rows context_of(const struct parts *parts)
{
    return (struct rows){ .ids = parts->ids[0], .positions = parts->positions[0], .count = parts->count[0] };
}

static struct rows branch_of(const struct parts *parts)
{
    return (struct rows){ .ids = parts->ids[1],
                          .positions = parts->positions[1],
                          .count = parts->count[1],
                          .wanted = parts->wanted,
                          .wanted_count = parts->wanted_count };
}

static void steps_over_a_context_give_the_plain_network_s_logits(void **state)
{
    (void)state;
    static double expected[2][COUNT][VOCABULARY];
    static float got[2 * COUNT * VOCABULARY];
    const char *const attentions[] = { "full", "context_apart", "causal" };
    for (int i = 0; i < 3; i++) {
        struct model model;
        model_open(&model, attentions[i], 2);
        struct text text = text_new(), other = text;
        for (int row = 0; row < COUNT; row++)
            if (other.kinds[row])
                other.ids[row] = (other.ids[row] + 17) % VOCABULARY;
        struct parts first = parts_of(&text), second = parts_of(&other);
        plain_forward(&model, attentions[i], text.ids, text.positions, text.kinds, COUNT, expected[0]);
        plain_forward(&model, attentions[i], other.ids, other.positions, other.kinds, COUNT, expected[1]);
        struct rows context = context_of(&first), branches[2] = { branch_of(&first), branch_of(&second) };
        assert_true(denoiser_context(model.session, &context, NULL));
        for (int round = 0; round < 2; round++) {
            assert_true(denoiser_step(model.session, branches, 2, got, NULL, NULL));
            assert_near(got, expected[0], first.wanted_rows, first.wanted_count);
            assert_near(got + first.wanted_count * VOCABULARY, expected[1], first.wanted_rows,
                        first.wanted_count);
        }
        model_close(&model);
    }
}

static void a_step_does_not_depend_on_threads_or_other_branches(void **state)
{
    (void)state;
    static float one[COUNT * VOCABULARY], many[3 * COUNT * VOCABULARY];
    struct text text = text_new();
    struct parts parts = parts_of(&text);
    struct rows context = context_of(&parts),
                branches[3] = { branch_of(&parts), branch_of(&parts), branch_of(&parts) };
    size_t size = (size_t)parts.wanted_count * VOCABULARY;
    struct model model;
    model_open(&model, "context_apart", 1);
    assert_true(denoiser_context(model.session, &context, NULL));
    assert_true(denoiser_step(model.session, branches, 1, one, NULL, NULL));
    model_close(&model);
    model_open(&model, "context_apart", 3);
    assert_true(denoiser_context(model.session, &context, NULL));
    assert_true(denoiser_step(model.session, branches, 3, many, NULL, NULL));
    model_close(&model);
    for (size_t i = 0; i < 3; i++)
        assert_memory_equal(one, many + i * size, size * sizeof *one);
}

/* The model's weights as int8, and its tensors as the values that those stand for. */
static void model_quantise(struct model *model, bool float32)
{
    struct lacuna_error error = { 0 };
    struct quantise_report report;
    char path[128];
    snprintf(path, sizeof path, "%s/model.safetensors", model->folder);
    struct checkpoint *source = model->checkpoint;
    denoiser_session_free(model->session);
    denoiser_close(model->denoiser);
    assert_true(quantise_write(source, DTYPE_I8, path, &report, &error));
    assert_int_equal(report.matrices, 1 + 7 * LAYERS);
    assert_true(report.mean_error > 0 && report.mean_error < 0.01 && report.largest_error < 0.004);
    checkpoint_close(source);
    model->checkpoint = checkpoint_open(model->folder, &error);
    assert_non_null(model->checkpoint);
    model->denoiser =
        (float32 ? denoiser_open_float32 : denoiser_open)(model->checkpoint, model->engine, &error);
    if (!model->denoiser)
        fail_msg("%s", error.message);
    model->session = denoiser_session_new(model->denoiser, &error);
    for (int i = 0; i < model->count; i++) {
        const struct tensor *tensor = &model->tensors[i];
        for (int64_t row = 0; row < tensor->shape[0] && tensor->rank == 2; row++) {
            float *values = (float *)tensor->data + row * tensor->shape[1];
            int8_t whole[256];
            float scale = int8_weights(values, (int)tensor->shape[1], whole);
            for (int64_t j = 0; j < tensor->shape[1]; j++)
                values[j] = scale * whole[j];
        }
    }
}

static void int8_weights_give_what_they_stand_for(void **state)
{
    (void)state;
    static double expected[COUNT][VOCABULARY];
    static float got[COUNT * VOCABULARY];
    struct text text = text_new();
    struct rows rows = all_of(&text);
    for (int float32 = 0; float32 < 2; float32++) {
        struct model model;
        model_open(&model, "context_apart", 2);
        model_quantise(&model, float32);
        plain_forward(&model, "context_apart", text.ids, text.positions, text.kinds, COUNT, expected);
        assert_true(denoiser_forward(model.session, &rows, text.kinds, got, NULL, NULL));
        double squares = 0, error_squares = 0;
        for (int i = 0; i < COUNT * VOCABULARY; i++) {
            double right = expected[i / VOCABULARY][i % VOCABULARY];
            squares += right * right;
            error_squares += (got[i] - right) * (got[i] - right);
        }
        assert_true(sqrt(error_squares / squares) < (float32 ? 1e-5 : 0.06));
        model_close(&model);
    }
}

/* The linker sends every allocation of this program here (--wrap), but for those inside libraries. */
/* What the network says when value 0 of a tensor is not finite: on opening, or at its first step. */
static void assert_refused(int tensor, float value, const char *message)
{
    static float got[COUNT * VOCABULARY];
    struct text text = text_new();
    struct rows rows = all_of(&text);
    struct lacuna_error error = { 0 };
    struct model model;
    char path[128];
    model_open(&model, "context_apart", 2);
    *(float *)model.tensors[tensor].data = value;
    snprintf(path, sizeof path, "%s/model.safetensors", model.folder);
    denoiser_session_free(model.session);
    denoiser_close(model.denoiser);
    checkpoint_close(model.checkpoint);
    assert_true(safetensors_write(path, model.tensors, (size_t)model.count, NULL, &error));
    model.checkpoint = checkpoint_open(model.folder, &error);
    assert_false(quantise_write(model.checkpoint, DTYPE_I8, path, NULL, &error));
    model.denoiser = denoiser_open(model.checkpoint, model.engine, &error);
    model.session = model.denoiser ? denoiser_session_new(model.denoiser, &error) : NULL;
    assert_false(model.denoiser && denoiser_forward(model.session, &rows, text.kinds, got, NULL, &error));
    if (!strstr(error.message, message))
        fail_msg("%s", error.message);
    model_close(&model);
}

static void weights_that_are_no_numbers_are_an_error(void **state)
{
    (void)state;
    assert_refused(1, NAN, "tensor model.norm.weight: value 0 is not a finite number");
    assert_refused(2, INFINITY, "input_layernorm.weight: value 0 is not a finite number");
    assert_refused(8, NAN, "the network's output is not finite");
    assert_refused(10, -INFINITY, "the network's output is not finite");
}

static atomic_int allocations;

void *__real_aligned_alloc(size_t boundary, size_t size);
void *__wrap_aligned_alloc(size_t boundary, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_aligned_alloc(size_t boundary, size_t size)
{
    allocations++;
    return __real_aligned_alloc(boundary, size);
}

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

static void a_step_allocates_nothing_once_it_has_seen_its_size(void **state)
{
    (void)state;
    static float got[2 * COUNT * VOCABULARY];
    struct text text = text_new();
    struct parts parts = parts_of(&text);
    struct rows context = context_of(&parts), branches[2] = { branch_of(&parts), branch_of(&parts) };
    for (int kind = 0; kind < 3; kind++) {
        struct model model;
        model_open(&model, kind ? "context_apart" : "full", 2);
        if (kind == 2)
            model_quantise(&model, false);
        assert_true(denoiser_context(model.session, &context, NULL));
        assert_true(denoiser_step(model.session, branches, 2, got, NULL, NULL));
        int before = allocations;
        assert_true(before > 0);
        assert_true(denoiser_context(model.session, &context, NULL));
        assert_true(denoiser_step(model.session, branches, 2, got, NULL, NULL));
        assert_true(denoiser_step(model.session, branches, 1, got, NULL, NULL));
        assert_int_equal(allocations, before);
        model_close(&model);
    }
}

static void a_cancelled_step_says_so(void **state)
{
    (void)state;
    static float logits[COUNT * VOCABULARY];
    struct text text = text_new();
    struct model model;
    model_open(&model, "context_apart", 1);
    struct rows rows = all_of(&text);
    atomic_bool cancel = true;
    struct lacuna_error error = { 0 };
    assert_false(denoiser_forward(model.session, &rows, NULL, logits, &cancel, &error));
    assert_int_equal(error.code, LACUNA_CANCELLED);
    cancel = false;
    assert_true(denoiser_forward(model.session, &rows, NULL, logits, &cancel, &error));
    model_close(&model);
}

static void rows_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static float logits[COUNT * VOCABULARY];
    struct text text = text_new();
    struct model model;
    model_open(&model, "context_apart", 1);
    struct lacuna_error error = { 0 };
    struct rows rows = all_of(&text);
    text.ids[7] = VOCABULARY;
    assert_false(denoiser_forward(model.session, &rows, NULL, logits, NULL, &error));
    assert_int_equal(error.code, LACUNA_MODEL);
    text.ids[7] = -1;
    assert_false(denoiser_context(model.session, &rows, &error));
    text.ids[7] = 7;
    text.positions[3] = INT32_MAX;
    assert_false(denoiser_step(model.session, &rows, 1, logits, NULL, &error));
    assert_int_equal(error.code, LACUNA_TOO_LONG);
    text.positions[3] = 3;
    assert_true(denoiser_step(model.session, &rows, 1, logits, NULL, &error));
    model_close(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_sequence_gives_the_plain_network_s_logits),
        cmocka_unit_test(steps_over_a_context_give_the_plain_network_s_logits),
        cmocka_unit_test(a_step_does_not_depend_on_threads_or_other_branches),
        cmocka_unit_test(int8_weights_give_what_they_stand_for),
        cmocka_unit_test(weights_that_are_no_numbers_are_an_error),
        cmocka_unit_test(a_step_allocates_nothing_once_it_has_seen_its_size),
        cmocka_unit_test(a_cancelled_step_says_so),
        cmocka_unit_test(rows_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
