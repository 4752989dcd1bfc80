/* A model's folder with its matrices in another type, and the error that this made. */
#include "model/base/file.h"
#include "model/base/find_model.h"
#include "model/command/verb.h"
#include "model/format/gguf_write.h"
#include "model/network/quantise.h"
#include "model/tokenizer/bpe_train.h"
#include "model/tokenizer/tokenizer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct verb_option options[] = {
    { .name = "to",
      .kind = OPTION_TEXT,
      .value = "TYPE",
      .help =
          "int8 (the default of folders), f16, bf16 or f32; q8_0 (the default of GGUF files), q4_0 or f16" },
    { 0 },
};

static bool find_type(const char *name, enum dtype *type)
{
    static const struct {
        const char *name;
        enum dtype type;
    } types[] = { { "int8", DTYPE_I8 }, { "f16", DTYPE_F16 },   { "bf16", DTYPE_BF16 },
                  { "f32", DTYPE_F32 }, { "q8_0", DTYPE_Q8_0 }, { "q4_0", DTYPE_Q4_0 } };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static bool copy_beside(const char *from, const char *to, const char *name, struct lacuna_error *error)
{
    char *source = path_join(from, name), *target = path_join(to, name);
    struct mapping mapping;
    bool done = !file_exists(source);
    if (!done && mapping_open(&mapping, source, error)) {
        done = file_write(target, mapping.at, mapping.size, error);
        mapping_close(&mapping);
    }
    free(source);
    free(target);
    return done;
}

static bool copy_others(const char *from, const char *to, struct lacuna_error *error)
{
    static const char *const names[] = { "config.json",
                                         "tokenizer.json",
                                         "tokenizer_config.json",
                                         "generation_config.json",
                                         "vocab.json",
                                         "merges.txt",
                                         "vocab.txt",
                                         "README.md",
                                         "model-card.md" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!copy_beside(from, to, names[i], error))
            return false;
    return true;
}

/* What a file states about itself, as the files that a folder has beside its weights. */
static bool put_beside(const struct checkpoint *checkpoint, const char *source, const char *folder,
                       struct lacuna_error *error)
{
    char *config = path_join(folder, "config.json"), *tokenizer = path_join(folder, "tokenizer.json");
    json_t *spec = tokenizer_spec(source, NULL), *stated = json_copy((json_t *)checkpoint_config(checkpoint));
    json_object_del(stated, "rope_interleaved"); /* the rows are written as the family has them */
    bool done = tokenizer_json_write(config, stated, error) &&
                (!spec || tokenizer_json_write(tokenizer, spec, error));
    json_decref(spec);
    json_decref(stated);
    free(config);
    free(tokenizer);
    return done;
}

static bool convert_to_folder(const struct checkpoint *checkpoint, const char *source, enum dtype type,
                              const char *folder, struct quantise_report *report, struct lacuna_error *error)
{
    if (dtype_block(type) > 1)
        return fail(error, LACUNA_BAD_REQUEST, "blocks (q8_0, q4_0) go into a file whose name ends in .gguf");
    char *path = path_join(folder, "model.safetensors");
    bool done = folder_make(folder, error) && quantise_write(checkpoint, type, path, report, error) &&
                (file_is_folder(source) && *checkpoint_format(checkpoint) != 'G'
                     ? copy_others(source, folder, error)
                     : put_beside(checkpoint, source, folder, error));
    free(path);
    return done;
}

static bool convert_to_gguf(const struct checkpoint *checkpoint, const char *source, enum dtype type,
                            const char *path, struct quantise_report *report, struct lacuna_error *error)
{
    if (type != DTYPE_F16 && type != DTYPE_Q8_0 && type != DTYPE_Q4_0)
        return fail(error, LACUNA_BAD_REQUEST, "GGUF files are written as f16, q8_0 or q4_0");
    json_t *tokenizer = tokenizer_spec(source, NULL);
    struct gguf_report made = { 0 };
    bool done = gguf_write(checkpoint, tokenizer, type, path, &made, error);
    *report = (struct quantise_report){ made.matrices, made.values, made.mean_error, made.largest_error };
    json_decref(tokenizer);
    return done;
}

static bool convert(const char *source, enum dtype type, const char *target, struct quantise_report *report,
                    struct lacuna_error *error)
{
    struct checkpoint *checkpoint = checkpoint_open(source, error);
    bool done = checkpoint && (text_ends_with(target, ".gguf")
                                   ? convert_to_gguf(checkpoint, source, type, target, report, error)
                                   : convert_to_folder(checkpoint, source, type, target, report, error));
    checkpoint_close(checkpoint);
    return done;
}

static enum verb_status convert_run(const struct call *call)
{
    enum dtype type = text_ends_with(call->operands[0], ".gguf") ? DTYPE_Q8_0 : DTYPE_I8;
    const char *name = call_text(call, "to");
    if (name && !find_type(name, &type))
        return call_misused(call, "--to %s: the types are int8, f16, bf16, f32, q8_0 and q4_0", name);
    struct lacuna_error error = { 0 };
    struct quantise_report report = { 0 };
    char *source = find_model(call->model, NULL, &error);
    bool done = source && convert(source, type, call->operands[0], &report, &error);
    free(source);
    if (!done)
        return call_failed(call, "%s", error.message);
    printf(call->json ? "{\"matrices\":%zu,\"values\":%" PRIu64
                        ",\"mean_error\":%.3g,\"largest_error\":%.3g}\n"
                      : "%zu matrices, %" PRIu64
                        " values; mean error %.3g of the values, largest %.3g of a row's largest\n",
           report.matrices, report.values, report.mean_error, report.largest_error);
    return VERB_DONE;
}

const struct verb verb_convert = {
    .name = "convert",
    .summary = "write a model with its matrices in another type, with the error that this makes",
    .usage = "FOLDER|FILE.gguf",
    .about = "Writes FOLDER with model.safetensors and what belongs beside it (int8 has one scale a row of a "
             "matrix), or a GGUF file.",
    .options = options,
    .operand_low = 1,
    .operand_high = 1,
    .run = convert_run,
};
