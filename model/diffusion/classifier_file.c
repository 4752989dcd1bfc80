/* A guide in a model's folder: its labels in guide-NAME.json, its weights in guide-NAME.safetensors. */
#include "model/diffusion/classifier.h"

#include "model/base/file.h"
#include "model/base/hash.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/checkpoint.h"
#include "model/network/rounding.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INNER_MOST = 4096, COLUMNS_MOST = 4096, TEXT_MOST = 256 };

static const char *const layer_names[CLASSIFIER_LAYERS] = { "hidden", "out" };

static char *path_of(const char *folder, const struct guide *guide, const char *ending)
{
    char name[64];
    snprintf(name, sizeof name, "guide-%s.%s", guide->name, ending);
    return path_join(folder, name);
}

/* What the vectors are, so that a guide is not taken for those of another training. */
static void print_vectors(const struct rounding *rounding, char text[17])
{
    size_t bytes = (size_t)rounding->vocabulary * (size_t)rounding->width * sizeof *rounding->rows;
    snprintf(text, 17, "%016" PRIx64, hash_bytes(rounding->rows, bytes));
}

/* ---- reading */

static bool is_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) < TEXT_MOST &&
           strlen(json_string_value(value)) == json_string_length(value) &&
           !strpbrk(json_string_value(value), "\n\r\t");
}

static char *copy_text(const json_t *value)
{
    return memory_text(json_string_value(value), json_string_length(value));
}

static bool read_group(struct labels *labels, const json_t *entry)
{
    const json_t *name = json_object_get(entry, "name"), *values = json_object_get(entry, "values"), *value;
    size_t count = json_array_size(values), index;
    if (!is_text(name) || count < 2 || count > (size_t)(COLUMNS_MOST - labels->columns) ||
        labels_group(labels, json_string_value(name)) >= 0)
        return false;
    json_array_foreach(values, index, value) if (!is_text(value)) return false;
    struct label_group *group = &labels->groups[labels->group_count++];
    *group = (struct label_group){ .name = copy_text(name),
                                   .values = memory_new(count, sizeof *group->values),
                                   .count = (int)count,
                                   .first = labels->columns };
    json_array_foreach(values, index, value) group->values[index] = copy_text(value);
    labels->columns += (int)count;
    return true;
}

static bool read_labels(struct labels *labels, const struct guide *guide, const json_t *file)
{
    const json_t *groups = json_object_get(file, "groups"), *entry;
    size_t count = json_array_size(groups), index;
    bool fine = count > 0 && count <= COLUMNS_MOST && (!guide->by_place || count == 1);
    labels->groups = memory_new(count + 1, sizeof *labels->groups);
    json_array_foreach(groups, index, entry) fine = fine && read_group(labels, entry);
    return fine;
}

static bool read_weights(struct classifier *classifier, const char *path, struct lacuna_error *error)
{
    struct checkpoint *file = checkpoint_open(path, error);
    float *weights = memory_new(classifier->size, sizeof *weights), *at = weights;
    bool fine = file;
    for (int k = 0; fine && k < CLASSIFIER_LAYERS; k++) {
        const struct classifier_layer *layer = &classifier->layers[k];
        const struct tensor *tensor =
            checkpoint_need(file, layer_names[k], layer->inputs, layer->outputs, error);
        fine = tensor;
        if (fine && dtype_block(tensor->type) != 1)
            fine = fail(error, LACUNA_MODEL, "%s: a guide's weights are of a plain type", path);
        if (fine)
            tensor_to_f32(tensor, 0, tensor_elements(tensor), at);
        at += (size_t)layer->inputs * (size_t)layer->outputs;
    }
    for (size_t i = 0; fine && i < classifier->size; i++)
        if (!isfinite(weights[i]))
            fine = fail(error, LACUNA_MODEL, "%s: a weight is no number", path);
    if (fine)
        classifier_set(classifier, weights);
    free(weights);
    checkpoint_close(file);
    return fine;
}

static struct classifier *read_file(const char *folder, const char *path, const struct guide *guide,
                                    const struct rounding *rounding, struct lacuna_error *error)
{
    json_t *file = json_from_file(path, error);
    struct labels labels = { 0 };
    char vectors[17];
    print_vectors(rounding, vectors);
    int64_t inner = json_whole(file, "inner", 0);
    bool fine = file;
    if (fine && strcmp(json_text(file, "vectors", ""), vectors) != 0)
        fine = fail(error, LACUNA_MODEL,
                    "%s: the guide was trained for other vectors than this model's: train it again", path);
    if (fine && (inner < 1 || inner > INNER_MOST))
        fine = fail(error, LACUNA_MODEL, "%s: inner must be a whole number from 1 to %d", path, INNER_MOST);
    if (fine && !read_labels(&labels, guide, file))
        fine =
            fail(error, LACUNA_MODEL,
                 "%s: groups must be a list of different names, with two values or more each and %d in all "
                 "at most",
                 path, COLUMNS_MOST);
    json_decref(file);
    if (!fine) {
        labels_free(&labels);
        return NULL;
    }
    struct classifier *classifier = classifier_new(guide, labels, rounding->width, (int)inner);
    char *weights = path_of(folder, guide, "safetensors");
    if (!read_weights(classifier, weights, error)) {
        classifier_free(classifier);
        classifier = NULL;
    }
    free(weights);
    return classifier;
}

struct classifier *classifier_open(const char *folder, const struct guide *guide,
                                   const struct rounding *rounding, struct lacuna_error *error)
{
    char *path = path_of(folder, guide, "json");
    error->code = LACUNA_OK;
    struct classifier *classifier =
        file_exists(path) ? read_file(folder, path, guide, rounding, error) : NULL;
    free(path);
    return classifier;
}

/* ---- writing */

static json_t *describe(const struct classifier *classifier, const struct rounding *rounding)
{
    char vectors[17];
    print_vectors(rounding, vectors);
    json_t *groups = json_array();
    for (int g = 0; g < classifier->labels.group_count; g++) {
        const struct label_group *group = &classifier->labels.groups[g];
        json_t *values = json_array();
        for (int v = 0; v < group->count; v++)
            json_array_append_new(values, json_string(group->values[v]));
        json_array_append_new(groups, json_pack("{s:s, s:o}", "name", group->name, "values", values));
    }
    return json_pack("{s:s, s:i, s:s, s:o}", "guide", classifier->guide->name, "inner", classifier->inner,
                     "vectors", vectors, "groups", groups);
}

static bool write_weights(const struct classifier *classifier, const float *weights, const char *path,
                          struct lacuna_error *error)
{
    uint16_t *brains = memory_new(classifier->size, sizeof *brains), *at = brains;
    struct tensor tensors[CLASSIFIER_LAYERS];
    for (size_t i = 0; i < classifier->size; i++)
        brains[i] = bf16_from_f32(weights[i]);
    for (int k = 0; k < CLASSIFIER_LAYERS; k++) {
        const struct classifier_layer *layer = &classifier->layers[k];
        size_t count = (size_t)layer->inputs * (size_t)layer->outputs;
        tensors[k] = (struct tensor){ .name = layer_names[k],
                                      .type = DTYPE_BF16,
                                      .rank = 2,
                                      .shape = { layer->inputs, layer->outputs, 1, 1, 1, 1, 1, 1 },
                                      .data = at,
                                      .size = count * sizeof *at };
        at += count;
    }
    bool fine = safetensors_write(path, tensors, CLASSIFIER_LAYERS, NULL, error);
    free(brains);
    return fine;
}

bool classifier_save(const struct classifier *classifier, const float *weights,
                     const struct rounding *rounding, const char *folder, struct lacuna_error *error)
{
    char *path = path_of(folder, classifier->guide, "json"),
         *data = path_of(folder, classifier->guide, "safetensors");
    json_t *about = describe(classifier, rounding);
    char *text = about ? json_dumps(about, JSON_COMPACT) : NULL;
    bool fine =
        text ? write_weights(classifier, weights, data, error) && file_write(path, text, strlen(text), error)
             : fail(error, LACUNA_MODEL, "the labels are no UTF-8");
    json_decref(about);
    free(text);
    free(path);
    free(data);
    return fine;
}
