#include "model/train/carry.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/tokenizer/tokenizer.h"
#include "model/train/corpus.h"
#include "model/train/export.h"

#include <stdlib.h>
#include <string.h>

struct side {
    struct tokenizer *tokenizer;
    struct parameters *parameters;
    float *run;
};

static void side_free(struct side *side)
{
    if (side->tokenizer)
        tokenizer_close(side->tokenizer);
    parameters_free(side->parameters);
    free(side->run);
}

/* row += share · the old vector */
static void add_vector(const struct side *from, int32_t id, float share, float *row)
{
    int width = from->parameters->shape.width;
    const float *vector = from->run + from->parameters->embedding + (size_t)id * (size_t)width;
    for (int i = 0; i < width; i++)
        row[i] += share * vector[i];
}

static bool carry_piece(const struct side *from, const struct side *to, int32_t id, struct ids *cut,
                        float *row, struct lacuna_error *error)
{
    size_t size = 0;
    int32_t most = from->parameters->shape.vocabulary;
    const char *bytes = id < tokenizer_size(to->tokenizer) ? tokenizer_piece(to->tokenizer, id, &size) : NULL;
    const char *spelled = bytes ? tokenizer_spelling(to->tokenizer, id) : NULL;
    int32_t same = id <= TOKEN_EOS ? id : spelled ? tokenizer_id(from->tokenizer, spelled) : -1;
    cut->count = 0;
    if (same < 0 && bytes && size && !tokenizer_is_special(to->tokenizer, id) &&
        !tokenizer_encode(from->tokenizer, bytes, size, false, cut, error))
        return false;
    if (same >= 0 || !cut->count) {
        add_vector(from, same >= 0 && same < most ? same : TOKEN_NONE, 1.0f, row);
        return true;
    }
    for (size_t i = 0; i < cut->count; i++)
        add_vector(from, cut->at[i] < most ? cut->at[i] : TOKEN_NONE, 1.0f / (float)cut->count, row);
    return true;
}

static bool carry_all(const struct side *from, const struct side *to, struct lacuna_error *error)
{
    size_t width = (size_t)from->parameters->shape.width;
    struct ids cut = { 0 };
    bool fine = true;
    memset(to->run + to->parameters->embedding, 0,
           (size_t)to->parameters->shape.vocabulary * width * sizeof *to->run);
    for (int32_t id = 0; fine && id < to->parameters->shape.vocabulary; id++)
        fine =
            carry_piece(from, to, id, &cut, to->run + to->parameters->embedding + (size_t)id * width, error);
    ids_free(&cut);
    for (int i = 0; i < to->parameters->count; i++) {
        const struct parameter *one = &to->parameters->at[i];
        if (one->offset != to->parameters->embedding)
            memcpy(to->run + one->offset, from->run + from->parameters->at[i].offset,
                   (size_t)one->rows * (size_t)one->cols * sizeof *to->run);
    }
    return fine;
}

static bool read_from(struct side *from, const char *model, struct shape *shape, struct lacuna_error *error)
{
    struct checkpoint *checkpoint = checkpoint_open(model, error);
    bool fine = checkpoint && shape_read(shape, checkpoint, error);
    if (fine) {
        from->parameters = parameters_new(shape);
        from->run = parameters_run(from->parameters);
        fine = parameters_load(from->parameters, from->run, checkpoint, error) &&
               (from->tokenizer = tokenizer_open(model, error));
    }
    checkpoint_close(checkpoint);
    return fine;
}

static bool write_to(const struct side *to, const json_t *meta, const char *data, const char *folder,
                     struct lacuna_error *error)
{
    char *tokenizer = path_join(data, "tokenizer.json");
    struct export export = { .parameters = to->parameters,
                             .weights = to->run,
                             .type = DTYPE_F32,
                             .positions = 2 * (int)json_whole(meta, "target_position", 128),
                             .meta = meta,
                             .tokenizer = tokenizer,
                             .folder = folder };
    bool fine = export_model(&export, error);
    free(tokenizer);
    return fine;
}

bool carry_model(const char *model, const char *data, const char *folder, struct lacuna_error *error)
{
    struct side from = { 0 }, to = { 0 };
    struct shape shape = { 0 };
    char *path = path_join(data, "meta.json");
    json_t *meta = json_from_file(path, error);
    bool fine =
        meta && read_from(&from, model, &shape, error) && (to.tokenizer = tokenizer_open(data, error));
    if (fine) {
        shape.vocabulary = (int)json_whole(meta, "vocab_size", 0);
        to.parameters = parameters_new(&shape);
        to.run = parameters_run(to.parameters);
        fine = carry_all(&from, &to, error) && write_to(&to, meta, data, folder, error);
    }
    json_decref(meta);
    free(path);
    side_free(&from);
    side_free(&to);
    return fine;
}
