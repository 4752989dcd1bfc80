#include "model/verify/forward.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { HIDDEN_MAX = 64 };

bool verify_network_open(struct verify_network *network, const char *path, struct engine *engine,
                         struct lacuna_error *error)
{
    *network = (struct verify_network){ 0 };
    network->checkpoint = checkpoint_open(path, error);
    network->denoiser =
        network->checkpoint ? denoiser_open_float32(network->checkpoint, engine, error) : NULL;
    network->session = network->denoiser ? denoiser_session_new(network->denoiser, error) : NULL;
    if (network->session)
        return true;
    verify_network_close(network);
    return false;
}

void verify_network_close(struct verify_network *network)
{
    if (network->session)
        denoiser_session_free(network->session);
    if (network->denoiser)
        denoiser_close(network->denoiser);
    checkpoint_close(network->checkpoint);
    *network = (struct verify_network){ 0 };
}

/* The numbers of a case, read: zero where the case has none. */
struct numbers {
    struct verify_values x, mask, time, expected;
    int64_t batch, length, width, stride; /* stride: of the positions whose logits are given */
    bool shifted;
};

static bool read_first(struct verify_values *values, const struct verify_file *file, const json_t *from,
                       const char *const *keys, struct lacuna_error *error)
{
    for (; *keys; keys++)
        if (json_object_get(from, *keys))
            return verify_values_read(values, file, json_object_get(from, *keys), error);
    return true;
}

static void numbers_free(struct numbers *numbers)
{
    verify_values_free(&numbers->x);
    verify_values_free(&numbers->mask);
    verify_values_free(&numbers->time);
    verify_values_free(&numbers->expected);
}

static bool numbers_check(struct numbers *numbers, struct lacuna_error *error)
{
    if (numbers->x.rank != 2 || !numbers->x.count)
        return fail(error, LACUNA_MODEL, "x is no batch of rows");
    numbers->batch = numbers->x.shape[0];
    numbers->length = numbers->x.shape[1];
    size_t rows = (size_t)(numbers->batch * ((numbers->length + numbers->stride - 1) / numbers->stride));
    if (numbers->expected.count != rows * (size_t)numbers->width)
        return fail(error, LACUNA_MODEL, "the shapes of x and logits do not go with a vocabulary of %d",
                    (int)numbers->width);
    if (numbers->mask.count && numbers->mask.count != numbers->x.count)
        return fail(error, LACUNA_MODEL, "attention_mask has not the shape of x");
    if (numbers->time.count && numbers->time.count != (size_t)numbers->batch)
        return fail(error, LACUNA_MODEL, "there must be one time for each row of the batch");
    return true;
}

static bool numbers_read(struct numbers *numbers, const struct verify_file *file, const json_t *one,
                         struct lacuna_error *error)
{
    static const char *const x[] = { "x", NULL }, *const mask[] = { "attention_mask", NULL },
                             *const time[] = { "sigma", "t", NULL },
                             *const logits[] = { "logits", "log_score", NULL };
    const json_t *inputs = json_object_get(one, "inputs"), *outputs = json_object_get(one, "outputs");
    const char *positions = json_text(json_object_get(one, "params"), "logits_positions", "all");
    numbers->stride = strncmp(positions, "every 8th", 9) ? 1 : 8;
    return read_first(&numbers->x, file, inputs, x, error) &&
           read_first(&numbers->mask, file, inputs, mask, error) &&
           read_first(&numbers->time, file, inputs, time, error) &&
           read_first(&numbers->expected, file, outputs, logits, error) && numbers_check(numbers, error);
}

/* Ids, positions 0…, wanted rows and kinds of one row of the batch. */
struct sequence {
    int32_t *ids, *positions;
    int *wanted, wanted_count;
    uint8_t *kinds;
};

static struct sequence sequence_new(const struct numbers *numbers, int64_t row)
{
    size_t length = (size_t)numbers->length;
    struct sequence sequence = { memory_new(length, 4), memory_new(length, 4),
                                 memory_new(length, sizeof(int)), 0, memory_new(length, 1) };
    for (int64_t k = 0; k < numbers->length; k++) {
        int64_t at = row * numbers->length + k;
        sequence.ids[k] = (int32_t)numbers->x.at[at];
        sequence.positions[k] = (int32_t)k;
        sequence.kinds[k] = numbers->mask.count && numbers->mask.at[at] == 0 ? 2 : 1;
        if (k % numbers->stride == 0)
            sequence.wanted[sequence.wanted_count++] = (int)k;
    }
    return sequence;
}

static void sequence_free(struct sequence *sequence)
{
    free(sequence->ids);
    free(sequence->positions);
    free(sequence->wanted);
    free(sequence->kinds);
}

/* What the network gives and what is expected of the rows of one sequence; nothing is expected of padding. */
static bool sequence_run(const struct verify_network *network, struct numbers *numbers, int64_t row,
                         float *logits, struct lacuna_error *error)
{
    struct sequence sequence = sequence_new(numbers, row);
    int64_t first = row * sequence.wanted_count * numbers->width;
    struct rows rows = { .ids = sequence.ids,
                         .positions = sequence.positions,
                         .count = (int)numbers->length,
                         .wanted = sequence.wanted,
                         .wanted_count = sequence.wanted_count,
                         .time = numbers->time.count ? (float)numbers->time.at[row] : 0 };
    bool fine = (numbers->shifted ? denoiser_forward : denoiser_forward_raw)(
        network->session, &rows, sequence.kinds, logits + first, NULL, error);
    for (int i = 0; fine && i < sequence.wanted_count; i++)
        for (int64_t v = 0; sequence.kinds[sequence.wanted[i]] == 2 && v < numbers->width; v++)
            numbers->expected.at[first + i * numbers->width + v] =
                (double)logits[first + i * numbers->width + v];
    sequence_free(&sequence);
    return fine;
}

/* Compares the residual stream with the case's hiddenN as it passes. */
struct watch {
    const struct verify_file *file;
    const json_t *outputs;
    int64_t size;
    double absolute;
    struct lacuna_error error;
    bool bad;
};

static void watch_hidden(void *user, int layer, const float *hidden)
{
    struct watch *watch = user;
    struct verify_values expected = { 0 };
    char name[24];
    snprintf(name, sizeof name, "hidden%d", layer);
    const json_t *value = json_object_get(watch->outputs, name);
    if (!value || watch->bad)
        return;
    watch->bad = !verify_values_read(&expected, watch->file, value, &watch->error);
    if (!watch->bad && expected.count != (size_t)watch->size)
        watch->bad = !fail(&watch->error, LACUNA_MODEL, "it has not the shape of x");
    watch->bad = watch->bad || !verify_close(hidden, &expected, watch->absolute, 0, &watch->error);
    if (watch->bad)
        fail_in(&watch->error, "%s", name);
    verify_values_free(&expected);
}

static bool logits_check(const struct verify_network *network, const struct verify_file *file,
                         const json_t *one, double absolute, bool shifted, struct lacuna_error *error)
{
    struct numbers numbers = { .shifted = shifted, .width = denoiser_framing(network->denoiser)->vocabulary };
    bool fine = numbers_read(&numbers, file, one, error);
    struct watch watch = { .file = file,
                           .outputs = json_object_get(one, "outputs"),
                           .size = numbers.length * denoiser_width(network->denoiser),
                           .absolute = absolute };
    float *logits = memory_new(numbers.expected.count, sizeof *logits);
    if (fine && numbers.batch == 1 && json_object_get(watch.outputs, "hidden0"))
        denoiser_watch(network->session, watch_hidden, &watch);
    for (int64_t row = 0; fine && row < numbers.batch; row++)
        fine = sequence_run(network, &numbers, row, logits, error);
    denoiser_watch(network->session, NULL, NULL);
    if (fine && watch.bad) {
        *error = watch.error;
        fine = false;
    }
    fine = fine && verify_close(logits, &numbers.expected, absolute, 0, error);
    free(logits);
    numbers_free(&numbers);
    return fine;
}

bool verify_logits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   double absolute, struct lacuna_error *error)
{
    return logits_check(network, file, one, absolute, false, error);
}

bool verify_logits_shifted(const struct verify_network *network, const struct verify_file *file,
                           const json_t *one, double absolute, struct lacuna_error *error)
{
    return logits_check(network, file, one, absolute, true, error);
}

static const struct verify_kind *kind_find(const struct verify_kind *kinds, const char *name)
{
    for (; kinds->name; kinds++)
        if (!strcmp(kinds->name, name))
            return kinds;
    return NULL;
}

/* network NULL: none is needed, or `error` says why there is none. */
static void run_kinds(struct verify_file *file, const struct verify_kind *kinds,
                      const struct verify_network *network, bool ready, struct lacuna_error *error)
{
    const json_t *one;
    size_t k;
    json_array_foreach(json_object_get(file->content, "cases"), k, one)
    {
        const char *name = json_text(one, "name", "?"), *kind = json_text(one, "kind", "?");
        const struct verify_kind *row = kind_find(kinds, kind);
        if (!row)
            verify_skipped(file, name, "cases of kind %s are not known", kind);
        else
            verify_outcome(file, name, ready && row->run(network, file, one, error), error);
    }
}

void verify_run_kinds(struct verify_file *file, const struct verify_kind *kinds)
{
    struct lacuna_error error = { 0 };
    struct verify_network network;
    bool open = verify_network_open(&network, file->folder, file->engine, &error);
    run_kinds(file, kinds, &network, open, &error);
    if (open)
        verify_network_close(&network);
}

void verify_run_kinds_alone(struct verify_file *file, const struct verify_kind *kinds)
{
    struct lacuna_error error = { 0 };
    run_kinds(file, kinds, NULL, true, &error);
}
