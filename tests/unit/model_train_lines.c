/* Training on lines of words by each process: ten sentences learnt by heart come back to the letter at
 * temperature 1, values in front steer them, and a run that was cut in two ends like one that was not. */
#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/infill/generate.h"
#include "model/infill/open.h"
#include "model/infill/score.h"
#include "model/train/line_loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 14, SENTENCES = 10 };

static const char *const lines[SENTENCES] = {
    "kind[place], sky[dry]\tThe mill stands by the river.",
    "kind[event], sky[dry]\tA boat came in at dawn today.",
    "kind[person]\tShe sold warm bread near the old station.",
    "kind[person]\tNobody knew the old man's first name here.",
    "sky[wet]\tRain fell on all of the empty squares and roofs.",
    "kind[person], sky[dry]\tBrothers paint doors.",
    "kind[event]\tDogs slept.",
    "kind[event], sky[wet]\tToo late for tea.",
    "kind[place]\tTheir garden is full of red and white roses.",
    "kind[event], sky[wet]\tWe never saw that grey ship again.",
};

static char *file_of(const char *name, bool values)
{
    char *folder = path_join(LACUNA_BINARY_DIR, "tests"), *path = path_join(folder, name);
    struct buffer text = { 0 };
    for (int i = 0; i < SENTENCES; i++)
        buffer_print(&text, "%s\n", values ? lines[i] : strchr(lines[i], '\t') + 1);
    assert_true(file_write(path, text.at, text.size, NULL));
    buffer_free(&text);
    free(folder);
    return path;
}

static struct line_training training_of(const char *process, const char *const *controls, const char *out)
{
    struct line_training t = line_training_default();
    t.process = process;
    t.controls = controls;
    t.control_count = 1;
    t.out = out;
    t.shape = (struct shape){ .width = 64, .layers = 2, .heads = 2, .inner = 128 };
    t.vector_width = 12;
    t.time_features = 32;
    t.process_steps = 100;
    t.self_conditioned = true;
    t.report = 1000;
    t.length = LENGTH;
    t.rows = 48;
    t.word_least = 1;
    t.threads = 1;
    t.optimizer.average = 0.98f;
    t.optimizer.decay = 0;
    t.schedule.rate = 6e-3;
    t.type = DTYPE_F32;
    return t;
}

static void train(const struct line_training *training)
{
    struct lacuna_error error = { 0 };
    if (!line_train(training, &error))
        fail_msg("%s", error.message);
}

static struct infill *open_model(const char *path, struct denoiser_session **session)
{
    struct lacuna_error error = { 0 };
    struct lacuna_options options = { .threads = 1 };
    struct infill *infill = infill_open(path, &options, &error);
    *session = infill ? denoiser_session_new(infill_denoiser(infill), &error) : NULL;
    if (!*session)
        fail_msg("%s", error.message);
    return infill;
}

static bool is_known(const char *text)
{
    bool known = false;
    for (int i = 0; i < SENTENCES; i++)
        known = known || strcmp(strchr(lines[i], '\t') + 1, text) == 0;
    return known;
}

/* Of as many free samples as sentences, of the lengths that these have. */
static int count_known(const char *path, const char *attribute)
{
    struct lacuna_error error = { 0 };
    struct denoiser_session *session;
    struct infill *infill = open_model(path, &session);
    int known = 0;
    for (int i = 0; i < SENTENCES; i++) {
        struct generate_options options = { .seed = 3, .steps = 100, .attribute = attribute };
        char *text = generate_text(infill, session, &options, i, NULL, NULL, &error);
        if (!text)
            fail_msg("%s", error.message);
        known += is_known(text);
        free(text);
    }
    denoiser_session_free(session);
    infill_close(infill);
    return known;
}

/* Bits a byte of the first four lines, or of their words the other way round. */
static double cost(const struct infill *infill, struct denoiser_session *session, bool turned)
{
    struct lacuna_error error = { 0 };
    struct buffer text = { 0 };
    for (int i = 0; i < 4; i++) {
        const char *line = strchr(lines[i], '\t') + 1;
        for (size_t end = strlen(line); turned && end > 0;) {
            size_t start = end;
            while (start > 0 && line[start - 1] != ' ')
                start--;
            buffer_print(&text, "%.*s ", (int)(end - start), line + start);
            end = start > 0 ? start - 1 : 0;
        }
        buffer_print(&text, "%s\n", turned ? "" : line);
    }
    struct score score;
    if (!score_text(infill, session, text.at, text.size, 32, 1, NULL, &score, &error))
        fail_msg("%s", error.message);
    buffer_free(&text);
    return score.bits_per_byte;
}

/* What was learnt is known from other lines by its bound. */
static void check_bounds(const char *path)
{
    struct denoiser_session *session;
    struct infill *infill = open_model(path, &session);
    double learnt = cost(infill, session, false), turned = cost(infill, session, true);
    print_message("bits a byte: %.3f as learnt, %.3f turned\n", learnt, turned);
    assert_true(learnt > 0 && turned > 1.5 * learnt);
    denoiser_session_free(session);
    infill_close(infill);
}

#ifdef __SANITIZE_ADDRESS__
enum { STEPS_SHARE = 50 }; /* sanitizers watch a short run, which learns too little to be judged */
#else
enum { STEPS_SHARE = 1 };
#endif

static void learn_by_heart(const char *process, int steps)
{
    char *path = file_of(process, true), *out = path_join(LACUNA_BINARY_DIR, "tests/heart");
    const char *controls[] = { path };
    struct line_training training = training_of(process, controls, out);
    training.schedule.steps = steps / STEPS_SHARE;
    train(&training);
    int known = count_known(out, NULL);
    print_message("%s: %d of %d\n", process, known, SENTENCES);
    if (STEPS_SHARE == 1)
        assert_int_equal(known, SENTENCES);
    if (STEPS_SHARE == 1 && strcmp(process, "analog_bits") != 0)
        check_bounds(out);
    free(path);
    free(out);
}

static void masked_lines_are_learnt_by_heart(void **state)
{
    (void)state;
    learn_by_heart("absorbing", 1500);
}

static void lines_of_moving_words_are_learnt_by_heart(void **state)
{
    (void)state;
    learn_by_heart("uniform", 1500);
}

static void lines_as_vectors_are_learnt_by_heart(void **state)
{
    (void)state;
    learn_by_heart("gaussian", 1500);
}

static void lines_as_bits_are_learnt_by_heart(void **state)
{
    (void)state;
    learn_by_heart("analog_bits", 3000);
}

static struct buffer content(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    struct mapping file;
    struct buffer bytes = { 0 };
    assert_true(mapping_open(&file, path, NULL));
    buffer_add(&bytes, file.at, file.size);
    mapping_close(&file);
    free(path);
    return bytes;
}

static void a_run_in_two_parts_ends_as_one_in_one(void **state)
{
    (void)state;
    char *path = file_of("parts", true), *one = path_join(LACUNA_BINARY_DIR, "tests/one"),
         *two = path_join(LACUNA_BINARY_DIR, "tests/two");
    const char *controls[] = { path };
    for (const struct line_loss *const *loss = line_loss_table; *loss; loss++) {
        struct line_training training = training_of((*loss)->process, controls, one);
        training.schedule.decay = DECAY_NONE;
        training.dropout = 0.1;
        training.schedule.steps = 7;
        train(&training);
        training.out = two;
        training.schedule.steps = 3;
        train(&training);
        training.schedule.steps = 7;
        training.resume = true;
        train(&training);
        struct buffer a = content(one, "model.safetensors"), b = content(two, "model.safetensors");
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.at, b.at, a.size);
        buffer_free(&a);
        buffer_free(&b);
    }
    free(path);
    free(one);
    free(two);
}

static void values_are_tokens_behind_the_words(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    char *path = file_of("values", true);
    const char *controls[] = { path };
    struct word_source source = { .controls = controls, .control_count = 1, .length = LENGTH, .masks = true };
    struct word_rows rows;
    assert_true(word_rows_read(&rows, &source, &error));
    assert_int_equal(rows.count, SENTENCES);
    assert_int_equal(rows.slots, 2);
    assert_int_equal(rows.front, 2);
    assert_int_equal(json_array_size(rows.attributes), 5);
    assert_int_equal(rows.mask + 1, rows.none);
    assert_int_equal(rows.none + 6, rows.vocabulary);
    assert_int_equal(rows.ids[0], rows.none);
    assert_true(rows.ids[2] > rows.pad && rows.ids[2] < rows.mask);
    assert_true(rows.values[0] > rows.none && rows.values[1] > rows.none);
    assert_int_equal(rows.values[5], rows.none);
    json_t *before = json_incref(rows.tokenizer);
    int32_t vocabulary = rows.vocabulary;
    word_rows_free(&rows);
    source.tokenizer = before;
    assert_true(word_rows_read(&rows, &source, &error));
    assert_int_equal(rows.vocabulary, vocabulary);
    json_decref(before);
    word_rows_free(&rows);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_tokens_behind_the_words),
        cmocka_unit_test(a_run_in_two_parts_ends_as_one_in_one),
        cmocka_unit_test(masked_lines_are_learnt_by_heart),
        cmocka_unit_test(lines_of_moving_words_are_learnt_by_heart),
        cmocka_unit_test(lines_as_vectors_are_learnt_by_heart),
        cmocka_unit_test(lines_as_bits_are_learnt_by_heart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
