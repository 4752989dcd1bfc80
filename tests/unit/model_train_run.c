/* Whole runs: an interrupted one goes on exactly, and the model it writes computes what the trainer computed.
 */
#include "training_text.h"

#include "model/network/denoiser.h"
#include "model/tensor/engine.h"
#include "model/train/graph.h"
#include "model/train/state.h"
#include "model/train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    char *folder, *data;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    f->folder = training_folder();
    f->data = training_data(f->folder);
    return f->data ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    free(f->data);
    training_remove(f->folder);
    free(f);
    return 0;
}

static struct training recipe(const struct fixture *f, const char *out, int steps)
{
    struct training t = training_default();
    t.data = f->data;
    t.out = out;
    t.shape = (struct shape){ .width = 32, .layers = 2, .heads = 2, .inner = 48 };
    t.rows.length = 48;
    t.places = 192;
    t.part = 96;
    t.schedule = (struct leg_schedule){ .steps = steps, .rate = 3e-3, .warmup = 4, .decay = DECAY_NONE };
    t.dropout = 0.1;
    t.threads = 2;
    t.validate = 0;
    t.type = DTYPE_F32;
    return t;
}

static struct mapping state_of(const char *out)
{
    struct mapping mapping;
    char *path = state_path(out);
    assert_true(mapping_open(&mapping, path, NULL));
    free(path);
    return mapping;
}

static void an_interrupted_run_goes_on_exactly(void **state)
{
    struct fixture *f = *state;
    char *whole = path_join(f->folder, "whole"), *halves = path_join(f->folder, "halves");
    struct training once = recipe(f, whole, 12), first = recipe(f, halves, 5), second = recipe(f, halves, 12);
    second.resume = true;
    second.threads = 1;
    assert_true(train(&once, NULL));
    assert_true(train(&first, NULL));
    assert_true(train(&second, NULL));
    struct mapping a = state_of(whole), b = state_of(halves);
    struct checkpoint *left, *right;
    char *left_path = state_path(whole), *right_path = state_path(halves);
    assert_non_null(left = checkpoint_open(left_path, NULL));
    assert_non_null(right = checkpoint_open(right_path, NULL));
    static const char *const runs[] = { "weights", "average", "first", "second", "counters" };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const struct tensor *x = checkpoint_find(left, runs[i]), *y = checkpoint_find(right, runs[i]);
        assert_int_equal(x->size, y->size);
        assert_memory_equal(x->data, y->data, x->size);
    }
    checkpoint_close(left);
    checkpoint_close(right);
    mapping_close(&a);
    mapping_close(&b);
    free(left_path);
    free(right_path);
    free(whole);
    free(halves);
}

static double last_loss(const char *out)
{
    char *path = path_join(out, "log.jsonl");
    struct mapping log;
    double loss = NAN;
    assert_true(mapping_open(&log, path, NULL));
    for (const char *at = (const char *)log.at, *past = at + log.size, *stop; at < past; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(past - at));
        json_t *line = json_loadb(at, (size_t)(stop - at), 0, NULL);
        json_t *value = json_object_get(line, "loss");
        loss = value ? json_number_value(value) : loss;
        json_decref(line);
    }
    mapping_close(&log);
    free(path);
    return loss;
}

static void training_learns(void **state)
{
    struct fixture *f = *state;
    char *out = path_join(f->folder, "learns");
    struct training t = recipe(f, out, 150);
    t.rows.causal = false;
    t.causal = 1.0;
    t.report = 10;
    t.dropout = 0.0;
    t.schedule.rate = 1e-2;
    assert_true(train(&t, NULL));
    assert_true(last_loss(out) < 0.75 * log(384.0));
    free(out);
}

/* Losses of one hole row by the trainer's graph and by the engine's network that has read the written model.
 */
static void the_written_model_computes_the_same(void **state)
{
    struct fixture *f = *state;
    char *out = path_join(f->folder, "written");
    struct training t = recipe(f, out, 8);
    assert_true(train(&t, NULL));
    struct checkpoint *checkpoint = checkpoint_open(out, NULL);
    assert_non_null(checkpoint);
    struct shape shape = { 0 };
    assert_true(shape_read(&shape, checkpoint, NULL));
    struct engine *engine = engine_new(1, NULL);
    struct products *products = products_new(engine, PRECISION_F32, NULL);
    struct parameters *parameters = parameters_new(&shape);
    float *weights = parameters_run(parameters);
    assert_true(parameters_load(parameters, weights, checkpoint, NULL));
    struct corpus *corpus = corpus_open(f->data, "train", NULL);
    struct row_recipe holes = row_recipe_default(48);
    holes.uniform = 0.0;
    struct row_maker *maker = row_maker_new(corpus, holes);
    struct batch batch = { 0 };
    row_maker_fill(maker, 1, 0, 1, 0.0, &batch);
    struct graph *graph =
        graph_new(parameters, engine, products, (struct graph_limits){ 64, 64, 2000, false }, NULL);
    float losses[64];
    graph_run(graph, &batch, &(struct pass){ .weights = weights, .losses = losses });

    struct denoiser *denoiser = denoiser_open(checkpoint, engine, NULL);
    assert_non_null(denoiser);
    struct denoiser_session *session = denoiser_session_new(denoiser, NULL);
    uint8_t kinds[64];
    for (int i = 0; i < batch.count; i++)
        kinds[i] = batch.kinds[i] != KIND_CONTEXT;
    float *logits = calloc((size_t)batch.chosen * (size_t)shape.vocabulary, sizeof *logits);
    struct rows rows = { .ids = batch.ids,
                         .positions = batch.positions,
                         .count = batch.count,
                         .wanted = batch.at,
                         .wanted_count = batch.chosen };
    assert_true(denoiser_forward(session, &rows, kinds, logits, NULL, NULL));
    for (int n = 0; n < batch.chosen; n++) {
        const float *z = logits + (size_t)n * (size_t)shape.vocabulary;
        double sum = 0.0;
        for (int i = 0; i < shape.vocabulary; i++)
            sum += exp((double)z[i]);
        assert_true(fabs(log(sum) - (double)z[batch.wanted[n]] - (double)losses[n]) < 1e-3);
    }
    free(logits);
    denoiser_session_free(session);
    denoiser_close(denoiser);
    graph_free(graph);
    batch_free(&batch);
    row_maker_free(maker);
    corpus_close(corpus);
    free(weights);
    parameters_free(parameters);
    products_free(products);
    engine_free(engine);
    checkpoint_close(checkpoint);
    free(out);
}

static void a_run_without_an_end_is_refused(void **state)
{
    struct fixture *f = *state;
    char *out = path_join(f->folder, "endless");
    struct training t = recipe(f, out, 0);
    struct lacuna_error error = { 0 };
    assert_false(train(&t, &error));
    assert_int_equal(error.code, LACUNA_BAD_REQUEST);
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_interrupted_run_goes_on_exactly),
        cmocka_unit_test(training_learns),
        cmocka_unit_test(the_written_model_computes_the_same),
        cmocka_unit_test(a_run_without_an_end_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
