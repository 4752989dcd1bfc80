/* A whole training of the Gaussian process on ten sentences, and what the model that it writes makes of their
 * beginnings. */
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/tensor/engine.h"
#include "model/tokenizer/tokenizer.h"
#include "model/train/line_trainer.h"
#include "model/train/word_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 14, GIVEN = 3 };

static const char text[] = "The mill stands by the river.\n"
                           "A boat came in at dawn.\n"
                           "She sold bread near the station.\n"
                           "Nobody knew the old man's name.\n"
                           "Rain fell on the empty square.\n"
                           "My brother paints doors and boats.\n"
                           "Two dogs slept under the table.\n"
                           "It was far too late for tea.\n"
                           "Their garden is full of roses.\n"
                           "We never saw that ship again.\n";

static char *write_text(const char *name)
{
    char *folder = path_join(LACUNA_BINARY_DIR, "tests"), *path = path_join(folder, name);
    assert_true(file_write(path, text, strlen(text), NULL));
    free(folder);
    return path;
}

static struct line_training training_of(const char *const *files, const char *out)
{
    struct line_training training = line_training_default();
    training.files = files;
    training.file_count = 1;
    training.out = out;
    training.process = "gaussian";
    training.shape = (struct shape){ .width = 48, .layers = 2, .heads = 2, .inner = 96 };
    training.vector_width = 12;
    training.time_features = 16;
    training.process_steps = 100;
    training.report = 500;
    training.length = LENGTH;
    training.rows = 40;
    training.word_least = 1;
    training.threads = 1;
    training.optimizer.average = 0.98f;
    training.schedule.rate = 5e-3;
    training.schedule.steps = 1500;
    training.type = DTYPE_F32;
    return training;
}

struct model {
    struct engine *engine;
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct denoiser_session *session;
};

static struct model model_open(const char *path)
{
    struct lacuna_error error = { 0 };
    struct model model = { .engine = engine_new(1, &error), .checkpoint = checkpoint_open(path, &error) };
    model.denoiser = model.checkpoint ? denoiser_open(model.checkpoint, model.engine, &error) : NULL;
    if (!model.denoiser)
        fail_msg("%s", error.message);
    model.session = denoiser_session_new(model.denoiser, &error);
    return model;
}

static void model_close(struct model *model)
{
    denoiser_session_free(model->session);
    denoiser_close(model->denoiser);
    checkpoint_close(model->checkpoint);
    engine_free(model->engine);
}

/* How many of a row's tokens come back where all but its first words and what is behind its end is written.
 */
static int recovered(const struct model *model, const int32_t *ids, int32_t end, uint64_t seed)
{
    const struct framing *framing = denoiser_framing(model->denoiser);
    struct vectors vectors;
    struct workspace workspace = { 0 };
    assert_true(vectors_prepare(&vectors, framing, denoiser_rounding(model->denoiser), 0, NULL));
    vectors.rounds = true;
    struct denoise denoise = denoise_of(framing);
    denoise.session = model->session;
    denoise.sampler = sampler_find("ancestral");
    denoise.vectors = &vectors;
    denoise.steps = vectors.steps;
    denoise.workspace = &workspace;
    struct sequence sequence = { .canvas = canvas_new(LENGTH, 0), .random = random_new(seed, 1) };
    struct sequence *sequences[] = { &sequence };
    for (int i = 0, behind = 0; i < LENGTH; i++) {
        behind |= ids[i] == end;
        sequence.canvas.open[i] = i >= GIVEN && !behind;
        sequence.canvas.ids[i] = sequence.canvas.open[i] ? 0 : ids[i];
    }
    assert_true(denoise_run(&denoise, sequences, 1, NULL));
    int same = 0;
    for (int i = 0; i < LENGTH; i++)
        same += sequence.canvas.ids[i] == ids[i];
    canvas_free(&sequence.canvas);
    vectors_free(&vectors);
    workspace_free(&workspace);
    return same;
}

static void ten_sentences_come_back_from_their_beginnings(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    char *path = write_text("ten.txt"), *out = path_join(LACUNA_BINARY_DIR, "tests/ten");
    const char *files[] = { path };
    struct line_training training = training_of(files, out);
    if (!line_train(&training, &error))
        fail_msg("%s", error.message);
    struct word_rows rows;
    assert_true(word_rows_read(
        &rows, &(struct word_source){ .files = files, .file_count = 1, .length = LENGTH }, &error));
    assert_int_equal(rows.count, 10);
    struct model model = model_open(out);
    for (size_t k = 0; k < rows.count; k++)
        assert_int_equal(recovered(&model, rows.ids + k * LENGTH, rows.end, k), LENGTH);
    model_close(&model);
    word_rows_free(&rows);
    free(path);
    free(out);
}

static void rows_are_framed_and_padded(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    char *path = write_text("rows.txt");
    const char *files[] = { path };
    struct word_rows rows;
    struct word_source source = { .files = files, .file_count = 1, .length = 10 };
    assert_true(word_rows_read(&rows, &source, &error));
    assert_null(rows.open);
    assert_int_equal(rows.count, 10);
    assert_int_equal(rows.ids[0], rows.start);
    assert_int_equal(rows.ids[8], rows.end);
    assert_int_equal(rows.ids[9], rows.pad);
    word_rows_free(&rows);
    source.length = 4;
    assert_false(word_rows_read(&rows, &source, &error));
    assert_non_null(strstr(error.message, "4 tokens"));
    assert_true(file_write(path, "old text\tnew text here\n", 23, NULL));
    source.length = 10;
    assert_true(word_rows_read(&rows, &source, &error));
    assert_memory_equal(rows.open, ((uint8_t[]){ 0, 0, 0, 0, 0, 1, 1, 1, 1, 1 }), 10);
    assert_int_equal(rows.ids[3], rows.end);
    assert_int_equal(rows.ids[4], rows.pad);
    assert_int_equal(rows.ids[8], rows.end);
    word_rows_free(&rows);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_framed_and_padded),
        cmocka_unit_test(ten_sentences_come_back_from_their_beginnings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
