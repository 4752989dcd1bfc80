/* config.h - values of a configuration, checked as they are read. A reader collects the first mistake, so a
 * family reads all its values and asks once whether they were good. */
#ifndef MODEL_NETWORK_CONFIG_H
#define MODEL_NETWORK_CONFIG_H

#include "model/base/error.h"
#include "model/format/checkpoint.h"

struct config {
    const json_t *values;
    const char *path;
    struct lacuna_error *error;
    bool bad;
};

struct config config_of(const struct checkpoint *checkpoint, struct lacuna_error *error);
/* A whole number in [low, high]; it must be there. */
int config_int(struct config *config, const char *key, int low, int high);
/* The same, or `otherwise` where the key is missing or null. */
int config_int_or(struct config *config, const char *key, int low, int high, int otherwise);
/* A token id below `vocabulary`, or -1 where there is none. */
int32_t config_token(struct config *config, const char *key, int vocabulary);
double config_number_or(struct config *config, const char *key, double otherwise);
bool config_bool_or(struct config *config, const char *key, bool otherwise);
/* Borrowed from the configuration. */
const char *config_text_or(struct config *config, const char *key, const char *otherwise);
/* One of `names`, which NULL ends; the first where the key is missing. */
const char *config_name(struct config *config, const char *key, const char *const *names);
/* Records that the value of `key` cannot be had: `what` says what is accepted. */
void config_refuse(struct config *config, const char *key, const char *what);

#endif
