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

struct lesson {
    int from, to, steps;
    int width; /* of the student; 0: as the teacher */
    bool resume;
};

static void learn(const char *teacher, const char *out, struct lesson lesson)
{
    struct lacuna_error error = { 0 };
    char *file = write_text();
    const char *files[] = { file };
    struct distillation d = distillation_default();
    set_size(&d.training);
    d.training.shape.width = lesson.width;
    d.teacher = teacher;
    d.from = lesson.from;
    d.to = lesson.to;
    d.tokens = 24 * LENGTH;
    d.training.files = files;
    d.training.file_count = 1;
    d.training.out = out;
    d.training.resume = lesson.resume;
    d.training.schedule =
        (struct leg_schedule){ .steps = lesson.steps, .rate = 2e-3, .warmup = 10, .decay = DECAY_NONE };
    if (!distill(&d, &error))
        fail_msg("%s", error.message);
    free(file);
}

/* ---- how far probabilities are from each other */

static void check_divergence(float (*diverge)(float *z, const float *p, int count, float weight))
{
    enum { COUNT = 19 };
    const float step = 1e-2f;
    float z[COUNT], p[COUNT], room[COUNT], gradient[COUNT], sum = 0;
    for (int i = 0; i < COUNT; i++) {
        z[i] = sinf(3.0f * (float)i);
        sum += p[i] = 0.1f + (float)(i % 5);
    }
    for (int i = 0; i < COUNT; i++)
        p[i] /= sum;
    memcpy(gradient, z, sizeof z);
    assert_true(diverge(gradient, p, COUNT, 1) > 0.1f);
    for (int i = 0; i < COUNT; i++) {
        float sides[2];
        for (int side = 0; side < 2; side++) {
            memcpy(room, z, sizeof z);
            room[i] += side ? step : -step;
            sides[side] = diverge(room, p, COUNT, 1);
        }
        assert_float_equal((sides[1] - sides[0]) / (2 * step), gradient[i], 1e-3);
    }
    for (int i = 0; i < COUNT; i++)
        room[i] = logf(p[i]) + 3;
    assert_float_equal(diverge(room, p, COUNT, 2), 0, 1e-5);
    for (int i = 0; i < COUNT; i++)
        assert_float_equal(room[i], 0, 1e-5);
}

static void divergences_have_true_gradients(void **state)
{
    (void)state;
    check_divergence(vector_divergence);
    check_divergence(vector_divergence_back);
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

static bool has_pair(const struct word_rows *rows, int32_t left, int32_t right)
{
    for (size_t i = 0; i + 1 < rows->count * LENGTH; i++)
        if (rows->ids[i] == left && rows->ids[i + 1] == right)
            return true;
    return false;
}

/* How many neighbours stand side by side in the text too, in lines that a model writes; of a thousand. */
static int count_pairs(const char *folder, int steps)
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
    int known = 0, all = 0;
    for (size_t k = 0; k < rows.count * SEEDS; k++) {
        struct canvas canvas;
        write_line(&model, rows.ids + k % rows.count * LENGTH, &rows, steps, k, &canvas);
        for (int i = rows.front; i + 1 < LENGTH && canvas.ids[i] != rows.end; i++, all++)
            known += has_pair(&rows, canvas.ids[i], canvas.ids[i + 1]);
        canvas_free(&canvas);
    }
    model_close(&model);
    word_rows_free(&rows);
    json_decref(tokenizer);
    free(path);
    free(file);
    return 1000 * known / all;
}

static void few_steps_suffice(const char *process, int teaching, int learning)
{
    char name[64];
    snprintf(name, sizeof name, "%s-student", process);
    char *teacher = teach(process, teaching), *out = path_of(name);
    learn(teacher, out, (struct lesson){ .from = FROM, .to = TO, .steps = learning });
    int many = count_pairs(teacher, FROM), few = count_pairs(teacher, TO), student = count_pairs(out, TO);
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
    few_steps_suffice("gaussian", 700, 250);
}

static void a_student_of_masks_writes_in_few_steps(void **state)
{
    (void)state;
    few_steps_suffice("absorbing", 700, 250);
}

/* ---- runs */

/* Mean of the first and of the last two losses that a run reported. */
static void read_losses(const char *folder, double *first, double *last)
{
    char *path = path_join(folder, "log.jsonl");
    FILE *file = fopen(path, "r");
    double losses[256] = { 0 };
    int count = 0;
    char line[1024];
    while (file && count < 256 && fgets(line, sizeof line, file)) {
        const char *at = strstr(line, "\"loss\":");
        if (at)
            losses[count++] = strtod(at + 7, NULL);
    }
    assert_true(count >= 4);
    fclose(file);
    free(path);
    *first = (losses[0] + losses[1]) / 2;
    *last = (losses[count - 1] + losses[count - 2]) / 2;
}

/* A student that is smaller than its teacher comes to say the same. */
static void the_loss_of_a_small_student_falls(void **state)
{
    (void)state;
    static const char *const processes[] = { "gaussian", "absorbing" };
    for (size_t i = 0; i < 2; i++) {
        char *teacher = teach(processes[i], 200), *out = path_of(processes[i] + 1);
        double first, last;
        learn(teacher, out, (struct lesson){ .from = FROM, .to = FROM, .steps = 150, .width = 32 });
        read_losses(out, &first, &last);
        assert_true(last < 0.7 * first);
        free(teacher);
        free(out);
    }
}

static void assert_same_file(const char *a, const char *b, const char *name)
{
    struct mapping first, second;
    char *paths[] = { path_join(a, name), path_join(b, name) };
    assert_true(mapping_open(&first, paths[0], NULL) && mapping_open(&second, paths[1], NULL));
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.at, second.at, first.size);
    mapping_close(&first);
    mapping_close(&second);
    free(paths[0]);
    free(paths[1]);
}

static void a_run_goes_on_as_if_it_had_not_ended(void **state)
{
    (void)state;
    static const char *const processes[] = { "gaussian", "absorbing" };
    for (size_t i = 0; i < 2; i++) {
        char *teacher = teach(processes[i], 5), *once = path_of("once"), *twice = path_of("twice");
        struct lesson lesson = { .from = FROM, .to = FROM / 2, .steps = 8 };
        learn(teacher, once, lesson);
        lesson.steps = 5;
        learn(teacher, twice, lesson);
        lesson.steps = 8;
        lesson.resume = true;
        learn(teacher, twice, lesson);
        assert_same_file(once, twice, "model.safetensors");
        free(teacher);
        free(once);
        free(twice);
    }
}

static void steps_that_do_not_halve_are_refused(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    struct distillation d = distillation_default();
    d.teacher = "nowhere";
    d.training.out = "nowhere-either";
    d.from = 12;
    d.to = 5;
    assert_false(distill(&d, &error));
    assert_int_equal(error.code, LACUNA_BAD_REQUEST);
    assert_non_null(strstr(error.message, "12"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divergences_have_true_gradients),
        cmocka_unit_test(steps_that_do_not_halve_are_refused),
        cmocka_unit_test(a_run_goes_on_as_if_it_had_not_ended),
        cmocka_unit_test(the_loss_of_a_small_student_falls),
        cmocka_unit_test(a_student_of_vectors_writes_in_few_steps),
        cmocka_unit_test(a_student_of_masks_writes_in_few_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
