#include "model/verify/forward.h"

#include "model/base/memory.h"

#include <stdlib.h>

bool verify_network_open(struct verify_network *network, const char *path, struct engine *engine,
                         struct lacuna_error *error)
{
    *network = (struct verify_network){ 0 };
    network->checkpoint = checkpoint_open(path, error);
    network->denoiser = network->checkpoint ? denoiser_open(network->checkpoint, engine, error) : NULL;
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

/* Ids, positions 0… and wanted rows: all of them. */
struct sequence {
    int32_t *ids, *positions;
    int *wanted;
};

static struct sequence sequence_new(const double *ids, int64_t length)
{
    struct sequence sequence = { memory_new((size_t)length, 4), memory_new((size_t)length, 4),
                                 memory_new((size_t)length, sizeof(int)) };
    for (int64_t k = 0; k < length; k++) {
        sequence.ids[k] = (int32_t)ids[k];
        sequence.positions[k] = sequence.wanted[k] = (int32_t)k;
    }
    return sequence;
}

static void sequence_free(struct sequence *sequence)
{
    free(sequence->ids);
    free(sequence->positions);
    free(sequence->wanted);
}

static bool batch_run(const struct verify_network *network, const struct verify_values *x, float *logits,
                      int64_t width, struct lacuna_error *error)
{
    int64_t length = x->shape[1];
    bool fine = true;
    for (int64_t row = 0; fine && row < x->shape[0]; row++) {
        struct sequence sequence = sequence_new(x->at + row * length, length);
        struct rows rows = { .ids = sequence.ids,
                             .positions = sequence.positions,
                             .count = (int)length,
                             .wanted = sequence.wanted,
                             .wanted_count = (int)length };
        fine = denoiser_forward(network->session, &rows, NULL, logits + row * length * width, NULL, error);
        sequence_free(&sequence);
    }
    return fine;
}

bool verify_logits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   double absolute, struct lacuna_error *error)
{
    const struct framing *framing = denoiser_framing(network->denoiser);
    struct verify_values x = { 0 }, expected = { 0 };
    int64_t width = framing->vocabulary;
    bool fine = verify_values_read(&x, file, json_object_get(json_object_get(one, "inputs"), "x"), error) &&
                verify_values_read(&expected, file,
                                   json_object_get(json_object_get(one, "outputs"), "logits"), error);
    if (fine && (x.rank != 2 || !x.count || expected.count != x.count * (size_t)width))
        fine = fail(error, LACUNA_MODEL, "the shapes of x and logits do not go with a vocabulary of %d",
                    framing->vocabulary);
    if (fine) {
        float *logits = memory_new(expected.count, sizeof *logits);
        fine = batch_run(network, &x, logits, width, error) &&
               verify_close(logits, &expected, absolute, 0, error);
        free(logits);
    }
    verify_values_free(&x);
    verify_values_free(&expected);
    return fine;
}
