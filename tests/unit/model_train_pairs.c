/* Ten pairs of lines in two styles, learnt by both trainers, and what the models then make of lines. */
#include "training_text.h"

#include "model/base/utf8.h"
#include "model/infill/translate.h"
#include "model/train/carry.h"
#include "model/train/line_trainer.h"
#include "model/train/parameters.h"
#include "model/train/prepare_pairs.h"
#include "model/train/state.h"
#include "model/train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { PAIRS = 5, STYLES = 2 };
static const char *const names[STYLES] = { "old", "loud" };
static const char *const sources[PAIRS] = {
    "The mill stands by the river.", "She sold bread near the station.", "Rain fell on the empty square.",
    "Two dogs slept under the table.", "We never saw that ship again."
};
static const char *const targets[STYLES][PAIRS] = {
    { "By the river standeth a mill.", "Bread sold she, hard by the station.", "Upon the square fell rain.",
      "Under the table slept two hounds.", "That ship saw we never more." },
    { "The mill! It stands by the river!", "Bread! She sold bread!", "Rain fell, and fell, and fell!",
      "Two dogs! Under the table!", "That ship is gone for ever!" },
};

struct fixture {
    char *folder, *data, *paths[STYLES];
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    f->folder = training_folder();
    f->data = path_join(f->folder, "data");
    struct pair_file files[STYLES];
    for (int s = 0; s < STYLES; s++) {
        struct buffer text = { 0 };
        for (int i = 0; i < PAIRS; i++)
            buffer_print(&text, "%s\t%s\n", sources[i], targets[s][i]);
        f->paths[s] = path_join(f->folder, names[s]);
        files[s] = (struct pair_file){ f->paths[s], names[s] };
        if (!file_write(f->paths[s], text.at, text.size, NULL))
            return -1;
        buffer_free(&text);
    }
    struct pair_preparation preparation = {
        .files = files, .file_count = STYLES, .vocabulary = 384, .begin = 64, .folder = f->data
    };
    struct pair_counts counts;
    return prepare_pairs(&preparation, &counts, NULL) && counts.pairs == 10 ? 0 : -1;
}

static int end(void **state)
{
    struct fixture *f = *state;
    for (int s = 0; s < STYLES; s++)
        free(f->paths[s]);
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
    t.shape = (struct shape){ .width = 64, .layers = 2, .heads = 2, .inner = 128 };
    t.places = 1024;
    t.part = 512;
    t.schedule = (struct leg_schedule){
        .steps = steps, .rate = 5e-3, .warmup = 10, .decay = DECAY_LINEAR, .decay_share = 0.5
    };
    t.optimizer.average = 0.95f;
    t.threads = 1;
    t.validate = 0;
    t.report = 100;
    t.type = DTYPE_F32;
    return t;
}

struct model {
    struct infill *infill;
    struct denoiser_session *session;
};

static struct model model_open(const char *path)
{
    struct lacuna_error error = { 0 };
    struct lacuna_options options = { .threads = 1 };
    struct model model = { .infill = infill_open(path, &options, &error) };
    if (!model.infill)
        fail_msg("%s", error.message);
    model.session = denoiser_session_new(infill_denoiser(model.infill), &error);
    return model;
}

static void model_close(struct model *model)
{
    denoiser_session_free(model->session);
    infill_close(model->infill);
}

static char *turn(const struct model *model, const char *style, const char *line, size_t size)
{
    struct lacuna_error error = { 0 };
    struct translate_options options = { .attribute = style };
    char *text = translate_line(model->infill, model->session, &options, line, size, 0, NULL, NULL, &error);
    if (!text)
        fail_msg("%s", error.message);
    return text;
}

static void pairs_come_back(const struct model *model)
{
    for (int s = 0; s < STYLES; s++)
        for (int i = 0; i < PAIRS; i++) {
            char *text = turn(model, names[s], sources[i], strlen(sources[i]));
            assert_string_equal(text, targets[s][i]);
            free(text);
        }
}

/* Whatever the line, what comes is one line of UTF-8 text. */
static void any_line_becomes_one_line(const struct model *model)
{
    struct buffer longest = { 0 };
    for (int i = 0; i < 60; i++)
        buffer_print(&longest, "%s ", sources[i % PAIRS]);
    struct {
        const char *at;
        size_t size;
    } lines[] = { { "", 0 },
                  { " \t \r", 4 },
                  { "a\tb\0c\rd", 7 },
                  { "\xff\xfe The \xc3", 9 },
                  { "\u2028Rain\xc2\x85", 9 },
                  { "<mask> <old>", 12 },
                  { longest.at, longest.size } };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *text = turn(model, names[0], lines[i].at, lines[i].size);
        assert_int_equal(utf8_valid(text, strlen(text)), strlen(text));
        for (const char *at = text; *at; at++)
            assert_true((unsigned char)*at >= ' ');
        assert_true(i > 1 || !*text);
        free(text);
    }
    buffer_free(&longest);
}

/* Parts end where sentences do, so that each is one that was learnt. */
static void a_long_line_is_turned_in_parts(const struct model *model)
{
    struct buffer line = { 0 };
    for (int i = 0; i < 4 * PAIRS; i++)
        buffer_print(&line, "%s ", sources[i % PAIRS]);
    char *text = turn(model, names[0], line.at, line.size);
    for (int i = 0; i < PAIRS; i++)
        assert_non_null(strstr(text, targets[0][i]));
    free(text);
    buffer_free(&line);
}

static void a_style_must_be_known(const struct model *model)
{
    struct lacuna_error error = { 0 };
    assert_true(translate_check(model->infill, &(struct translate_options){ .attribute = "loud" }, &error));
    assert_false(translate_check(model->infill, &(struct translate_options){ 0 }, &error));
    assert_non_null(strstr(error.message, "old, loud"));
    assert_false(translate_check(model->infill, &(struct translate_options){ .attribute = "lout" }, &error));
    assert_int_equal(error.code, LACUNA_ATTRIBUTE);
    assert_non_null(strstr(error.message, "'loud'"));
    assert_false(
        translate_check(model->infill, &(struct translate_options){ .attribute = "old loud" }, &error));
}

static void ten_pairs_are_learnt_by_a_model_of_holes(void **state)
{
    struct fixture *f = *state;
    struct lacuna_error error = { 0 };
    char *out = path_join(f->folder, "holes");
    struct training t = recipe(f, out, 400);
    if (!train(&t, &error))
        fail_msg("%s", error.message);
    struct model model = model_open(out);
    pairs_come_back(&model);
    any_line_becomes_one_line(&model);
    a_style_must_be_known(&model);
    model_close(&model);
    free(out);
}

static void ten_pairs_are_learnt_by_a_model_of_vectors(void **state)
{
    struct fixture *f = *state;
    struct lacuna_error error = { 0 };
    struct buffer text = { 0 };
    for (int s = 0; s < STYLES; s++)
        for (int i = 0; i < PAIRS; i++)
            buffer_print(&text, "style[%s]\t%s\t%s\n", names[s], sources[i], targets[s][i]);
    char *path = path_join(f->folder, "controls"), *out = path_join(f->folder, "vectors");
    assert_true(file_write(path, text.at, text.size, NULL));
    buffer_free(&text);
    struct line_training t = line_training_default();
    const char *files[] = { path };
    t.process = "gaussian";
    t.controls = files;
    t.control_count = 1;
    t.out = out;
    t.shape = (struct shape){ .width = 64, .layers = 2, .heads = 2, .inner = 128 };
    t.vector_width = 16;
    t.time_features = 16;
    t.process_steps = 100;
    t.self_conditioned = true;
    t.length = 32;
    t.rows = 30;
    t.word_least = 1;
    t.threads = 1;
    t.report = 500;
    t.optimizer.average = 0.98f;
    t.schedule = (struct leg_schedule){
        .steps = 1500, .rate = 5e-3, .warmup = 20, .decay = DECAY_COSINE, .decay_share = 1
    };
    t.type = DTYPE_F32;
    if (!line_train(&t, &error))
        fail_msg("%s", error.message);
    struct model model = model_open(out);
    pairs_come_back(&model);
    a_long_line_is_turned_in_parts(&model);
    any_line_becomes_one_line(&model);
    a_style_must_be_known(&model);
    model_close(&model);
    free(path);
    free(out);
}

static void an_unknown_word_is_copied(void **state)
{
    struct fixture *f = *state;
    char *out = path_join(f->folder, "vectors");
    struct model model = model_open(out);
    char *text = turn(&model, "old", "Zebulun", 7);
    assert_true(!strstr(text, "UNK"));
    free(text);
    model_close(&model);
    free(out);
}

static void same_states(const char *one, const char *other)
{
    static const char *const runs[] = { "weights", "average", "first", "second", "counters" };
    char *left = state_path(one), *right = state_path(other);
    struct checkpoint *a = checkpoint_open(left, NULL), *b = checkpoint_open(right, NULL);
    assert_true(a && b);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        const struct tensor *x = checkpoint_find(a, runs[i]), *y = checkpoint_find(b, runs[i]);
        assert_int_equal(x->size, y->size);
        assert_memory_equal(x->data, y->data, x->size);
    }
    checkpoint_close(a);
    checkpoint_close(b);
    free(left);
    free(right);
}

static void a_resumed_run_goes_on_exactly(void **state)
{
    struct fixture *f = *state;
    char *once = path_join(f->folder, "once"), *twice = path_join(f->folder, "twice");
    struct training t = recipe(f, once, 8);
    t.schedule.decay = DECAY_NONE;
    assert_true(train(&t, NULL));
    t.out = twice;
    t.schedule.steps = 5;
    assert_true(train(&t, NULL));
    t.schedule.steps = 8;
    t.resume = true;
    assert_true(train(&t, NULL));
    same_states(once, twice);
    free(once);
    free(twice);
}

static float *weights_of(const char *path, struct parameters **parameters)
{
    struct shape shape = { 0 };
    struct checkpoint *checkpoint = checkpoint_open(path, NULL);
    assert_true(checkpoint && shape_read(&shape, checkpoint, NULL));
    *parameters = parameters_new(&shape);
    float *run = parameters_run(*parameters);
    assert_true(parameters_load(*parameters, run, checkpoint, NULL));
    checkpoint_close(checkpoint);
    return run;
}

/* Layers stay, and a piece that both vocabularies have keeps its vector. */
static void a_vocabulary_is_carried_over(void **state)
{
    struct fixture *f = *state;
    char *from = path_join(f->folder, "holes"), *out = path_join(f->folder, "carried"),
         *data = path_join(f->folder, "other"), *path = path_join(f->folder, "pairs");
    struct buffer text = { 0 };
    for (int i = 0; i < 2 * PAIRS; i++)
        buffer_print(&text, "%s %s\tNo %s\n", sources[i % PAIRS], sources[i * i % PAIRS],
                     targets[1][i % PAIRS]);
    assert_true(file_write(path, text.at, text.size, NULL));
    buffer_free(&text);
    struct pair_file file = { path, "past" };
    struct pair_counts counts;
    assert_true(prepare_pairs(&(struct pair_preparation){ &file, 1, 330, 64, data }, &counts, NULL));
    assert_true(carry_model(from, data, out, NULL));
    struct parameters *before, *after;
    float *old = weights_of(from, &before), *new = weights_of(out, &after);
    struct tokenizer *old_words = tokenizer_open(from, NULL), *new_words = tokenizer_open(out, NULL);
    size_t width = (size_t)before->shape.width, met = 0;
    for (int32_t id = 8; id < tokenizer_size(new_words); id++) {
        int32_t same = tokenizer_id(old_words, tokenizer_spelling(new_words, id));
        if (same < 0)
            continue;
        met++;
        assert_memory_equal(new + after->embedding + (size_t)id *width,
                            old + before->embedding + (size_t)same * width, width * sizeof *old);
    }
    assert_true(met > 200);
    assert_memory_equal(new + after->layers[1].down, old + before->layers[1].down, 64 * 128 * sizeof *old);
    tokenizer_close(old_words);
    tokenizer_close(new_words);
    parameters_free(before);
    parameters_free(after);
    free(old);
    free(new);
    free(from);
    free(out);
    free(data);
    free(path);
}

static void lines_that_are_no_pairs_are_refused(void **state)
{
    struct fixture *f = *state;
    struct lacuna_error error = { 0 };
    struct pair_counts counts;
    char *path = path_join(f->folder, "bad"), *data = path_join(f->folder, "none");
    struct pair_file file = { path, "old" };
    struct pair_preparation preparation = { &file, 1, 384, 64, data };
    assert_true(file_write(path, "one\ttwo\nthree\n", 14, NULL));
    assert_false(prepare_pairs(&preparation, &counts, &error));
    assert_non_null(strstr(error.message, "bad:2"));
    assert_true(file_write(path, "one\t\xff\n", 6, NULL));
    assert_false(prepare_pairs(&preparation, &counts, &error));
    file.attribute = "two words";
    assert_false(prepare_pairs(&preparation, &counts, &error));
    assert_non_null(strstr(error.message, "two words"));
    free(path);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_are_no_pairs_are_refused),
        cmocka_unit_test(ten_pairs_are_learnt_by_a_model_of_holes),
        cmocka_unit_test(ten_pairs_are_learnt_by_a_model_of_vectors),
        cmocka_unit_test(an_unknown_word_is_copied),
        cmocka_unit_test(a_resumed_run_goes_on_exactly),
        cmocka_unit_test(a_vocabulary_is_carried_over),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
