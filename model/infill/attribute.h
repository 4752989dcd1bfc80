/* attribute.h - the attribute prompt: "formal past with: moon" -> tokens of the model and words to keep.
 *
 * Known names are the model's own values (config.json: "attributes"), "slot=value" where two slots have the
 * same value, and synonyms in attributes.yaml; blanks or commas separate them, some are of several words
 * ("first person"), upper and lower case are the same. `with:` takes the rest as keywords. */
#ifndef MODEL_INFILL_ATTRIBUTE_H
#define MODEL_INFILL_ATTRIBUTE_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>

struct attribute {
    char *slot, *value;
    int32_t token; /* -1: the model has no token of it */
};

struct attributes {
    struct attribute *at;
    size_t count;
    struct {
        char *name;
        size_t index; /* of at */
    } * also;         /* synonyms */
    size_t also_count;
};

/* From a model's configuration; `names_path` (attributes.yaml, may be NULL) adds synonyms and, where the
 * model has no attributes at all, the values that may be written in front of the text. A file that is not
 * there adds nothing; a bad one is an error. */
bool attributes_open(struct attributes *attributes, const json_t *config, int32_t vocabulary,
                     const char *names_path, struct lacuna_error *error);
void attributes_free(struct attributes *attributes);
/* Adds a value or a synonym; for readers. */
size_t attributes_add(struct attributes *attributes, const char *slot, const char *value, int32_t token);
void attributes_also(struct attributes *attributes, const char *name, size_t index);
/* Of that slot and value; SIZE_MAX where there is none. */
size_t attributes_find(const struct attributes *attributes, const char *slot, const char *value);
/* attributes.yaml, `slot: { value: [synonym, …] }`. */
bool attributes_read_names(struct attributes *attributes, const char *path, bool values_too,
                           struct lacuna_error *error);

/* What an attribute text asks for. */
struct wanted_attributes {
    size_t *indexes; /* of attributes.at, in order, each once */
    size_t count;
    char **words; /* after with: */
    size_t word_count;
};
bool attributes_parse(const struct attributes *attributes, const char *text, struct wanted_attributes *out,
                      struct lacuna_error *error);
void wanted_attributes_free(struct wanted_attributes *wanted);

#endif
