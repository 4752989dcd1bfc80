/* Learning scores (SEDD): gradients against central differences for both processes and both schedules, rows
 * noised as their times say, and ten sentences learnt by heart, from the trainer to what the engine writes.
 */
#include "training_text.h"

#include "model/infill/generate.h"
#include "model/infill/score.h"
#include "model/tensor/engine.h"
#include "model/train/draw.h"
#include "model/train/graph.h"
#include "model/train/trainer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 4, LENGTH = 11, LEVELS = 6 };

static const struct {
    const char *process, *schedule, *prediction;
} noises[] = { { "absorbing", "log_linear", "scaled_score" }, { "absorbing", "geometric", "scaled_score" },
               { "uniform", "log_linear", "score" },          { "uniform", "geometric", "score" },
               { "uniform", "log_linear", "logits" },         { "uniform", "geometric", "logits" } };
enum { NOISES = sizeof noises / sizeof *noises };

static struct scores scores_of(int n, int vocabulary)
{
    const struct process *process = process_find(noises[n].process);
    bool moves = process->moves;
    return (struct scores){ .process = process,
                            .prediction = prediction_find(noises[n].prediction),
                            .noise = { .mask = moves ? -1 : 1, .vocabulary = vocabulary } };
}

static void add_rows(struct batch *batch, const struct scores *scores, const struct noise_schedule *schedule)
{
    struct random random = random_new(3, 1);
    for (int r = 0; r < ROWS; r++) {
        int32_t ids[LENGTH], wanted[LENGTH], positions[LENGTH];
        uint8_t kinds[LENGTH];
        float weight[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bool noisy = random_below(&random, 2);
            wanted[i] = 2 + (int32_t)random_below(&random, (uint32_t)scores->noise.vocabulary - 2);
            ids[i] = !noisy ? wanted[i]
                     : scores->process->moves
                         ? (int32_t)random_below(&random, (uint32_t)scores->noise.vocabulary)
                         : scores->noise.mask;
            positions[i] = i;
            kinds[i] = KIND_HOLE;
            weight[i] = scores->process->moves || noisy ? 0.1f : 0.0f;
        }
        struct row row = { .count = LENGTH,
                           .ids = ids,
                           .wanted = wanted,
                           .positions = positions,
                           .kinds = kinds,
                           .weight = weight,
                           .level = r % LEVELS,
                           .sigma = schedule_sigma(schedule, 0.4 + 0.15 * r) };
        batch_add_row(batch, &row);
    }
}

/* Along its own direction a tensor's gradient must give its squared length. */
static void check_tensors(struct graph *graph, const struct parameters *parameters, const struct batch *batch,
                          const struct scores *scores, float *weights)
{
    float *gradient = parameters_run(parameters), *held = parameters_run(parameters);
    struct pass pass = { .weights = weights, .scores = scores, .gradient = gradient };
    graph_run(graph, batch, &pass);
    pass.gradient = NULL;
    memcpy(held, weights, sizeof *held * parameters->size);
    for (int n = 0; n < parameters->count; n++) {
        const struct parameter *p = &parameters->at[n];
        size_t count = (size_t)p->rows * (size_t)p->cols;
        double square = 0, difference = 0;
        for (size_t i = 0; i < count; i++)
            square += (double)gradient[p->offset + i] * (double)gradient[p->offset + i];
        assert_true(square > 0);
        double step = 2e-3 / sqrt(square);
        for (int side = -1; side <= 1; side += 2) {
            for (size_t i = 0; i < count; i++)
                weights[p->offset + i] =
                    held[p->offset + i] + (float)(side * step * (double)gradient[p->offset + i]);
            difference += side * graph_run(graph, batch, &pass);
        }
        memcpy(weights, held, sizeof *held * parameters->size);
        double ratio = difference / (2 * step) / square;
        if (fabs(ratio - 1) > 0.01)
            fail_msg("%s: %g of the difference quotient", p->name, ratio);
    }
    free(gradient);
    free(held);
}

static void scores_have_true_gradients(void **state)
{
    (void)state;
    const struct shape shape = {
        .vocabulary = 24, .width = 16, .layers = 2, .heads = 2, .inner = 20, .time_levels = LEVELS
    };
    for (int n = 0; n < NOISES; n++) {
        struct engine *engine = engine_new(1, NULL);
        struct products *products = products_new(engine, PRECISION_F32, NULL);
        struct parameters *parameters = parameters_new(&shape);
        float *weights = parameters_run(parameters);
        parameters_initialise(parameters, weights, 3);
        for (size_t i = 0; i < parameters->size; i++)
            weights[i] *= weights[i] == 1 ? 1 : 6;
        struct graph *graph = graph_new(parameters, engine, products,
                                        (struct graph_limits){ ROWS * LENGTH, LENGTH, LENGTH, false }, NULL);
        struct scores scores = scores_of(n, shape.vocabulary);
        const struct noise_schedule schedule = { .kind = schedule_find(noises[n].schedule) };
        struct batch batch = { 0 };
        add_rows(&batch, &scores, &schedule);
        check_tensors(graph, parameters, &batch, &scores, weights);
        batch_free(&batch);
        graph_free(graph);
        free(weights);
        parameters_free(parameters);
        products_free(products);
        engine_free(engine);
    }
}

/* ---- rows */

static void rows_hold_as_much_noise_as_their_time_says(void **state)
{
    (void)state;
    char *folder = training_folder(), *data = training_data(folder);
    struct corpus *corpus = corpus_open(data, "train", NULL);
    assert_non_null(corpus);
    for (int n = 0; n < NOISES; n++) {
        struct scores scores = scores_of(n, corpus->vocabulary);
        struct row_noise noise = { .process = scores.process,
                                   .schedule = { .kind = schedule_find(noises[n].schedule) },
                                   .noise = scores.noise,
                                   .levels = LEVELS };
        struct row_recipe recipe = row_recipe_default(64);
        recipe.noise = &noise;
        struct row_maker *maker = row_maker_new(corpus, recipe);
        struct random random = random_new(1, (uint64_t)n);
        double expected = 0, noised = 0, places = 0;
        for (int r = 0; r < 400; r++) {
            double share = r / 400.0;
            const struct row *row = row_maker_make(maker, &random, share);
            assert_in_range(row->level, 0, LEVELS - 1);
            for (int i = ATTRIBUTE_SLOTS; i < row->count; i++) {
                noised += row->ids[i] != row->wanted[i];
                expected += -expm1(-row->sigma) * (scores.process->moves ? 1 - 1.0 / corpus->vocabulary : 1);
                places++;
                assert_true(scores.process->moves || (row->weight[i] > 0) == (row->ids[i] == TOKEN_MASK));
            }
        }
        assert_float_equal(noised / places, expected / places, 0.02);
        row_maker_free(maker);
    }
    corpus_close(corpus);
    free(data);
    training_remove(folder);
}

/* ---- by heart */

static const char *const sentences[] = {
    "The old man went down to the sea.",   "Nobody spoke to him that day.",
    "A light burned in the tower.",        "Seven ships lay in the harbour.",
    "She wrote a letter to her sister.",   "The winter was long and cold.",
    "They ate bread and drank black tea.", "His dog slept under the old table.",
    "Rain fell on the roofs all night.",   "We walked home along the silent road.",
};
enum { SENTENCES = sizeof sentences / sizeof *sentences };

static void write_array(const char *folder, const char *name, const struct buffer *from)
{
    char *path = path_join(folder, name);
    assert_true(file_write(path, from->at, from->size, NULL));
    free(path);
}

/* Each sentence is a document of its own. */
static void write_documents(const char *data)
{
    struct buffer tokens = { 0 }, documents = { 0 }, starts = { 0 };
    struct tokenizer *tokenizer = tokenizer_open(data, NULL);
    assert_non_null(tokenizer);
    for (int i = 0; i < SENTENCES; i++) {
        struct ids ids = { 0 };
        struct document document = { .start = (uint32_t)(tokens.size / 2) };
        assert_true(tokenizer_encode(tokenizer, sentences[i], strlen(sentences[i]), false, &ids, NULL));
        for (size_t k = 0; k < ids.count; k++)
            buffer_add(&tokens, &(uint16_t){ (uint16_t)ids.at[k] }, 2);
        document.end = (uint32_t)(tokens.size / 2);
        struct sentence sentence = { .start = document.start, .end = document.end };
        buffer_add(&documents, &document, sizeof document);
        buffer_add(&starts, &sentence, sizeof sentence);
        ids_free(&ids);
    }
    write_array(data, "train.tokens.bin", &tokens);
    write_array(data, "train.docs.bin", &documents);
    write_array(data, "train.sents.bin", &starts);
    buffer_free(&tokens);
    buffer_free(&documents);
    buffer_free(&starts);
    tokenizer_close(tokenizer);
}

static char *write_sentences(const char *folder)
{
    struct buffer text = { 0 };
    for (int copy = 0; copy < 100; copy++)
        for (int i = 0; i < SENTENCES; i++)
            buffer_print(&text, "%s\n", sentences[(i * 7 + copy) % SENTENCES]);
    char *file = path_join(folder, "text.txt"), *data = path_join(folder, "data");
    struct preparation preparation = {
        .files = (const char *const[]){ file }, .file_count = 1, .vocabulary = 640, .folder = data
    };
    assert_true(file_write(file, text.at, text.size, NULL) && prepare_text(&preparation, NULL, NULL));
    write_documents(data);
    buffer_free(&text);
    free(file);
    return data;
}

static void train_on(const char *data, const char *out, const char *process, const char *schedule, int steps)
{
    struct lacuna_error error = { 0 };
    struct training t = training_default();
    t.data = data;
    t.out = out;
    t.process = process_find(process);
    t.noise = schedule_find(schedule);
    t.shape = (struct shape){ .width = 64, .layers = 2, .heads = 2, .inner = 128 };
    t.rows.length = ROW_PLACES_MIN;
    t.places = t.part = 32 * ROW_PLACES_MIN;
    t.schedule = (struct leg_schedule){
        .steps = steps, .rate = 1e-2, .warmup = 20, .decay = DECAY_LINEAR, .decay_share = 0.7
    };
    t.optimizer.average = 0.98f;
    t.report = 100;
    t.threads = 1;
    t.validate = 0;
    t.type = DTYPE_F32;
    if (!train(&t, &error))
        fail_msg("%s", error.message);
}

static bool is_known(const char *text)
{
    bool known = false;
    for (int i = 0; i < SENTENCES; i++)
        known = known || strcmp(sentences[i], text) == 0;
    return known;
}

/* As many samples as sentences, as long as each; how many are one of them to the letter. */
static double count_known(const struct infill *infill)
{
    struct lacuna_error error = { 0 };
    struct denoiser_session *session = denoiser_session_new(infill_denoiser(infill), &error);
    int known = 0;
    for (int i = 0; i < SENTENCES; i++) {
        struct ids ids = { 0 };
        assert_true(tokenizer_encode(infill_tokenizer(infill), sentences[i], strlen(sentences[i]), false,
                                     &ids, NULL));
        struct generate_options options = {
            .length = (int)ids.count, .steps = 512, .seed = 5, .temperature = 0.3
        };
        char *text = generate_text(infill, session, &options, i, NULL, NULL, &error);
        if (!text)
            fail_msg("%s", error.message);
        known += is_known(text);
        free(text);
        ids_free(&ids);
    }
    denoiser_session_free(session);
    return known;
}

/* A model that learnt the sentences, checked by `check`. */
static double learn(const char *process, const char *schedule, int steps,
                    double (*check)(const struct infill *infill))
{
    struct lacuna_error error = { 0 };
    struct lacuna_options options = { .threads = 1 };
    char *folder = training_folder(), *data = write_sentences(folder), *out = path_join(folder, "model");
    train_on(data, out, process, schedule, steps);
    struct infill *infill = infill_open(out, &options, &error);
    if (!infill)
        fail_msg("%s", error.message);
    assert_string_equal(infill_framing(infill)->process, process);
    double result = check(infill);
    infill_close(infill);
    free(out);
    free(data);
    training_remove(folder);
    return result;
}

static double bits(const struct infill *infill, struct denoiser_session *session, const char *text)
{
    struct lacuna_error error = { 0 };
    struct score score;
    if (!score_text(infill, session, text, strlen(text), 32, 3, NULL, &score, &error))
        fail_msg("%s", error.message);
    return score.bits_per_byte;
}

/* Bits a byte of the sentences cut in half and put together the other way round, over those as learnt. */
static double cost_of_turning(const struct infill *infill)
{
    struct lacuna_error error = { 0 };
    struct denoiser_session *session = denoiser_session_new(infill_denoiser(infill), &error);
    double learnt = 0, turned = 0;
    for (int i = 0; i < SENTENCES; i++) {
        char other[64];
        const char *half = strchr(sentences[i] + strlen(sentences[i]) / 2, ' ') + 1;
        snprintf(other, sizeof other, "%s %.*s", half, (int)(half - 1 - sentences[i]), sentences[i]);
        learnt += bits(infill, session, sentences[i]);
        turned += bits(infill, session, other);
    }
    denoiser_session_free(session);
    print_message("bits a byte: %.3f as learnt, %.3f turned\n", learnt / SENTENCES, turned / SENTENCES);
    return turned / learnt;
}

static void absorbing_scores_learn_ten_sentences_by_heart(void **state)
{
    (void)state;
    assert_true(learn("absorbing", "log_linear", 800, count_known) >= SENTENCES - 1);
}

/* To write them by heart takes uniform noise some times as long: here, that they are known from others. */
static void uniform_scores_know_what_was_learnt(void **state)
{
    (void)state;
    assert_true(learn("uniform", "geometric", 300, cost_of_turning) > 1.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_have_true_gradients),
        cmocka_unit_test(rows_hold_as_much_noise_as_their_time_says),
        cmocka_unit_test(absorbing_scores_learn_ten_sentences_by_heart),
        cmocka_unit_test(uniform_scores_know_what_was_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
