/* Students of small teachers: what they learn, that a run goes on exactly, and that few steps then suffice.
 */
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/tensor/engine.h"
#include "model/train/distill.h"
#include "model/train/vector.h"
#include "model/train/word_rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 14, SEEDS = 8, FROM = 8, TO = 2 };

static const char text[] = "The mill stands by the river.\n"
                           "The boat came in at dawn.\n"
                           "She sold bread near the station.\n"
                           "Nobody knew the old man here.\n"
                           "Rain fell on the empty square.\n"
                           "My brother paints doors and boats.\n"
                           "Two dogs slept under the table.\n"
                           "Nobody was too late for tea.\n"
                           "The garden is full of roses.\n"
                           "She never saw that ship again.\n";

/* The caller's; all files of the tests are in one folder. */
static char *path_of(const char *name)
{
    char *folder = path_join(LACUNA_BINARY_DIR, "tests/distill"), *path = path_join(folder, name);
    assert_true(folder_make(folder, NULL));
    free(folder);
    return path;
}

static char *write_text(void)
{
    char *path = path_of("text.txt");
    assert_true(file_write(path, text, strlen(text), NULL));
    return path;
}

static void set_size(struct line_training *training)
{
    training->shape = (struct shape){ .width = 48, .layers = 2, .heads = 2, .inner = 96 };
    training->report = 10;
    training->threads = 1;
    training->optimizer.average = 0.98f;
    training->type = DTYPE_F32;
}

/* The folder of a model of `process`; the caller's. */
static char *teach(const char *process, int steps)
{
    struct lacuna_error error = { 0 };
    char *file = write_text(), *out = path_of(process);
    const char *files[] = { file };
    struct line_training training = line_training_default();
    set_size(&training);
    training.files = files;
    training.file_count = 1;
    training.out = out;
    training.process = process;
    training.vector_width = 12;
    training.time_features = 16;
    training.process_steps = 100;
    training.length = LENGTH;
    training.rows = 40;
    training.word_least = 1;
    training.schedule.rate = 5e-3;
    training.schedule.steps = steps;
    if (!line_train(&training, &error))
        fail_msg("%s", error.message);
    free(file);
    return out;
}

static void learn(const char *teacher, const char *out, int from, int to, int steps, bool resume)
{
    struct lacuna_error error = { 0 };
    char *file = write_text();
    const char *files[] = { file };
    struct distillation d = distillation_default();
    set_size(&d.training);
    d.teacher = teacher;
    d.from = from;
    d.to = to;
    d.tokens = 24 * LENGTH;
    d.training.files = files;
    d.training.file_count = 1;
    d.training.out = out;
    d.training.resume = resume;
    d.training.schedule =
        (struct leg_schedule){ .steps = steps, .rate = 2e-3, .warmup = 10, .decay = DECAY_NONE };
    if (!distill(&d, &error))
        fail_msg("%s", error.message);
    free(file);
}

/* ---- writing */

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

/* A line as long as `row`, all of it written in so many steps, into canvas. */
static void write_line(const struct model *model, const int32_t *row, const struct word_rows *rows, int steps,
                       uint64_t seed, struct canvas *canvas)
{
    const struct framing *framing = denoiser_framing(model->denoiser);
    const struct rounding *rounding = denoiser_rounding(model->denoiser);
    struct vectors vectors = { 0 };
    struct workspace workspace = { 0 };
    struct denoise denoise = denoise_of(framing);
    denoise.session = model->session;
    denoise.steps = steps;
    denoise.sampler = sampler_find(rounding ? "ddim" : "ancestral");
    if (rounding) {
        assert_true(vectors_prepare(&vectors, framing, rounding, steps, NULL));
        vectors.rounds = vectors.ddim = true;
        denoise.vectors = &vectors;
    }
    denoise.workspace = &workspace;
    struct sequence sequence = { .canvas = canvas_new(LENGTH, 0),
                                 .heat = rounding ? 0 : 1,
                                 .random = random_new(seed, 1) };
    struct sequence *sequences[] = { &sequence };
    struct process_noise noise = denoise_noise(&denoise);
    struct draws draws = draws_random(&sequence.random);
    for (int i = 0, behind = 0; i < LENGTH; i++) {
        behind |= row[i] == rows->end;
        sequence.canvas.open[i] = i >= rows->front && !behind;
        sequence.canvas.ids[i] = row[i];
    }
    denoise.process->begin(&sequence.canvas, &noise, &draws);
    assert_true(denoise_run(&denoise, sequences, 1, NULL));
    *canvas = sequence.canvas;
    vectors_free(&vectors);
    workspace_free(&workspace);
}

/* How many of the lines that a model writes are lines of the text. */
static int count_known(const char *folder, int steps)
{
    struct lacuna_error error = { 0 };
    char *file = write_text(), *path = path_join(folder, "tokenizer.json");
    const char *files[] = { file };
    json_t *tokenizer = json_load_file(path, 0, NULL);
    struct word_rows rows;
    assert_true(word_rows_read(
        &rows,
        &(struct word_source){ .files = files, .file_count = 1, .length = LENGTH, .tokenizer = tokenizer },
        &error));
    struct model model = model_open(folder);
    int known = 0;
    for (size_t k = 0; k < rows.count * SEEDS; k++) {
        struct canvas canvas;
        write_line(&model, rows.ids + k % rows.count * LENGTH, &rows, steps, k, &canvas);
        for (size_t line = 0; line < rows.count; line++)
            known += memcmp(canvas.ids, rows.ids + line * LENGTH, sizeof *canvas.ids * LENGTH) == 0;
        canvas_free(&canvas);
    }
    model_close(&model);
    word_rows_free(&rows);
    json_decref(tokenizer);
    free(path);
    free(file);
    return known;
}

static void few_steps_suffice(const char *process, int teaching, int learning)
{
    char name[64];
    snprintf(name, sizeof name, "%s-student", process);
    char *teacher = teach(process, teaching), *out = path_of(name);
    learn(teacher, out, FROM, TO, learning, false);
    int many = count_known(teacher, FROM), few = count_known(teacher, TO), student = count_known(out, TO);
    if (getenv("SHOW"))
        print_message("%s: teacher %d %d student %d\n", process, many, few, student);
    assert_true(few < many);
    assert_true(student > few);
    free(teacher);
    free(out);
}

static void a_student_of_vectors_writes_in_few_steps(void **state)
{
    (void)state;
    few_steps_suffice("gaussian", 1000, 500);
}

static void a_student_of_masks_writes_in_few_steps(void **state)
{
    (void)state;
    few_steps_suffice("absorbing", 1000, 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_student_of_vectors_writes_in_few_steps),
        cmocka_unit_test(a_student_of_masks_writes_in_few_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
