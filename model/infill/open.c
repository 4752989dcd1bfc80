#include "model/infill/open.h"

#include "model/base/file.h"
#include "model/base/find_model.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/infill/wish.h"
#include "model/tensor/engine.h"

#include <stdlib.h>
#include <string.h>

struct infill {
    char *path, *name;
    struct engine *engine;
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct tokenizer *tokenizer;
    struct pieces *pieces;
    struct attributes attributes;
    struct lacuna_attribute *listed; /* of attributes, for the description */
    struct buckets buckets;
    struct length_bias bias;
    const struct chat *chat;
    bool bare;
    struct lacuna_description description;
};

static void read_buckets(struct buckets *buckets, const json_t *config)
{
    static const int sizes[] = { 4, 8, 16, 32, 64, 128 };
    const json_t *list = json_object_get(config, "buckets"),
                 *weights = json_object_get(config, "bucket_weights"), *row;
    size_t index;
    int before = 0;
    json_array_foreach(list, index, row)
    {
        json_int_t size = json_integer_value(row);
        const json_t *weight = json_array_get(weights, index);
        double w = json_is_number(weight) ? json_number_value(weight) : 1;
        if (size <= before || size > 4096 || !(w > 0 && w < 1e6) || buckets->count == BUCKETS_MOST)
            break;
        buckets->size[buckets->count] = before = (int)size;
        buckets->weight[buckets->count++] = w;
    }
    for (size_t i = 0; !list && i < sizeof sizes / sizeof *sizes; i++) {
        buckets->size[buckets->count] = sizes[i];
        buckets->weight[buckets->count++] = 1;
    }
}

/* As measured, "length_confidence"; nothing where a number is not in (0, 1]. */
static struct length_bias read_measured(const json_t *list)
{
    struct length_bias bias = { 0 };
    const json_t *value;
    size_t n;
    json_array_foreach(list, n, value)
    {
        double confidence = json_number_value(value);
        if (n == LENGTHS_MOST)
            break;
        if (!(confidence > 0 && confidence <= 1))
            return (struct length_bias){ 0 };
        bias.measured[bias.count++] = confidence;
    }
    return bias;
}

/* The published one where the configuration's would not be above 0 at every length. */
static struct length_bias read_bias(const json_t *config)
{
    struct length_bias measured = read_measured(json_object_get(config, "length_confidence"));
    if (measured.count)
        return measured;
    double values[5] = { 0 };
    const json_t *list = json_object_get(config, "length_bias");
    bool fine = json_array_size(list) == 5;
    for (size_t i = 0; fine && i < 5; i++) {
        values[i] = json_number_value(json_array_get(list, i));
        fine = values[i] >= 0 && values[i] < 1e3;
    }
    if (!fine || !(values[4] > 0))
        return length_bias_published();
    return (
        struct length_bias){ .a = values[0], .b = values[1], .c = values[2], .d = values[3], .e = values[4] };
}

static void describe(struct infill *infill)
{
    const struct framing *framing = infill_framing(infill);
    size_t count = 0;
    infill->listed = memory_new(infill->attributes.count + 1, sizeof *infill->listed);
    for (size_t i = 0; i < infill->attributes.count; i++)
        infill->listed[count++] = (struct lacuna_attribute){ .slot = infill->attributes.at[i].slot,
                                                             .value = infill->attributes.at[i].value };
    infill->description = (struct lacuna_description){
        .name = infill->name,
        .path = infill->path,
        .architecture = framing->architecture,
        .process = framing->process,
        .tokenizer = tokenizer_describe(infill->tokenizer),
        .parameters = framing->parameters,
        .context_length = framing->context_length,
        .verified = framing->verified,
        .attributes = infill->listed,
        .attribute_count = count,
    };
}

static int32_t find_token(const void *tokenizer, const char *spelling)
{
    return tokenizer_id(tokenizer, spelling);
}

static bool open_tokenizer(struct infill *infill, bool may_be_bare, struct lacuna_error *error)
{
    infill->bare = may_be_bare && !tokenizer_is_there(infill->path);
    infill->tokenizer = infill->bare ? tokenizer_of_numbers(infill_framing(infill)->vocabulary, error)
                                     : tokenizer_open(infill->path, error);
    return infill->tokenizer;
}

static bool open_parts(struct infill *infill, const struct lacuna_options *options, bool may_be_bare,
                       struct lacuna_error *error)
{
    if (!(infill->checkpoint = checkpoint_open(infill->path, error)) ||
        !(infill->engine = engine_new(options ? options->threads : 0, error)) ||
        !(infill->denoiser = (options && options->float32 ? denoiser_open_float32 : denoiser_open)(
              infill->checkpoint, infill->engine, error)) ||
        !open_tokenizer(infill, may_be_bare, error))
        return false;
    denoiser_name_tokens(infill->denoiser, find_token, infill->tokenizer);
    const struct framing *framing = infill_framing(infill);
    if (strcmp(framing->process, "absorbing") == 0 &&
        (framing->mask < 0 || framing->mask >= framing->vocabulary))
        return fail(error, LACUNA_MODEL, "%s: the model has no mask token, so it cannot fill holes",
                    infill->path);
    if (framing->attribute_slots < 0 || framing->attribute_slots + 8 > framing->context_length)
        return fail(error, LACUNA_MODEL, "%s: a context of %d positions is too short", infill->path,
                    framing->context_length);
    int32_t banned[] = { framing->mask, framing->null, framing->none,   framing->bos,
                         framing->eos,  framing->pad,  framing->expand, framing->remove };
    infill->pieces =
        pieces_new(infill->tokenizer, framing->vocabulary, banned, (int)(sizeof banned / sizeof *banned));
    const json_t *config = checkpoint_config(infill->checkpoint);
    read_buckets(&infill->buckets, config);
    infill->bias = read_bias(config);
    infill->chat = chat_find(&(struct chat_facts){ .name = infill->name,
                                                   .config = config,
                                                   .has_template = chat_has_template(infill->path, config),
                                                   .tokenizer = infill->tokenizer });
    char *names = find_data("attributes.yaml", options ? options->data_folder : NULL);
    bool fine = attributes_open(&infill->attributes, config, framing->vocabulary, names, error);
    free(names);
    return fine;
}

static struct infill *open_as(const char *name_or_path, const struct lacuna_options *options,
                              bool may_be_bare, struct lacuna_error *error)
{
    char *path =
        find_model(name_or_path ? name_or_path : "default", options ? options->data_folder : NULL, error);
    if (!path)
        return NULL;
    struct infill *infill = memory_new(1, sizeof *infill);
    infill->path = path;
    char *whole = realpath(path, NULL);
    const char *last = path_last(whole ? whole : path);
    infill->name = memory_text(last, strlen(last));
    free(whole);
    if (!open_parts(infill, options, may_be_bare, error)) {
        infill_close(infill);
        return NULL;
    }
    describe(infill);
    return infill;
}

struct infill *infill_open(const char *name_or_path, const struct lacuna_options *options,
                           struct lacuna_error *error)
{
    return open_as(name_or_path, options, false, error);
}

struct infill *infill_open_bare(const char *name_or_path, const struct lacuna_options *options,
                                struct lacuna_error *error)
{
    return open_as(name_or_path, options, true, error);
}

bool infill_is_bare(const struct infill *infill)
{
    return infill->bare;
}

void infill_close(struct infill *infill)
{
    if (!infill)
        return;
    attributes_free(&infill->attributes);
    free(infill->listed);
    pieces_release(infill->pieces);
    if (infill->tokenizer)
        tokenizer_close(infill->tokenizer);
    if (infill->denoiser)
        denoiser_close(infill->denoiser);
    if (infill->checkpoint)
        checkpoint_close(infill->checkpoint);
    if (infill->engine)
        engine_free(infill->engine);
    free(infill->path);
    free(infill->name);
    free(infill);
}

const struct lacuna_description *infill_describe(const struct infill *infill)
{
    return &infill->description;
}

const struct checkpoint *infill_checkpoint(const struct infill *infill)
{
    return infill->checkpoint;
}

const struct denoiser *infill_denoiser(const struct infill *infill)
{
    return infill->denoiser;
}

const struct framing *infill_framing(const struct infill *infill)
{
    return denoiser_framing(infill->denoiser);
}

const struct tokenizer *infill_tokenizer(const struct infill *infill)
{
    return infill->tokenizer;
}

struct engine *infill_engine(const struct infill *infill)
{
    return infill->engine;
}

const struct attributes *infill_attributes(const struct infill *infill)
{
    return &infill->attributes;
}

const struct pieces *infill_pieces(const struct infill *infill)
{
    return infill->pieces;
}

const struct buckets *infill_buckets(const struct infill *infill)
{
    return &infill->buckets;
}

const struct length_bias *infill_bias(const struct infill *infill)
{
    return &infill->bias;
}

const struct chat *infill_chat(const struct infill *infill)
{
    return infill->chat;
}

int infill_slots(const struct infill *infill)
{
    return infill->denoiser ? infill_framing(infill)->attribute_slots : 0;
}

bool infill_check(const struct infill *infill, const struct lacuna_request *request,
                  struct lacuna_error *error)
{
    struct wish wish;
    if (!wish_new(&wish, infill, request, error))
        return false;
    wish_free(&wish);
    return true;
}
