#include "model/network/config.h"

#include <stdio.h>
#include <string.h>

struct config config_of(const struct checkpoint *checkpoint, struct lacuna_error *error)
{
    return (struct config){ checkpoint_config(checkpoint), checkpoint_path(checkpoint), error, false };
}

void config_refuse(struct config *config, const char *key, const char *what)
{
    if (!config->bad)
        fail(config->error, LACUNA_MODEL, "%s: \"%s\" in the configuration must be %s", config->path, key,
             what);
    config->bad = true;
}

static const json_t *value_of(const struct config *config, const char *key)
{
    const json_t *value = json_object_get(config->values, key);
    return json_is_null(value) ? NULL : value;
}

static int whole(struct config *config, const char *key, const json_t *value, int low, int high)
{
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= low && number <= high)
        return (int)number;
    char what[80];
    snprintf(what, sizeof what, "a whole number from %d to %d", low, high);
    config_refuse(config, key, what);
    return low;
}

int config_int(struct config *config, const char *key, int low, int high)
{
    return whole(config, key, value_of(config, key), low, high);
}

int config_int_or(struct config *config, const char *key, int low, int high, int otherwise)
{
    const json_t *value = value_of(config, key);
    return value ? whole(config, key, value, low, high) : otherwise;
}

int32_t config_token(struct config *config, const char *key, int vocabulary)
{
    const json_t *value = value_of(config, key);
    if (json_is_array(value))
        value = json_array_get(value, 0);
    return value ? whole(config, key, value, -1, vocabulary - 1) : -1;
}

double config_number_or(struct config *config, const char *key, double otherwise)
{
    const json_t *value = value_of(config, key);
    if (!value)
        return otherwise;
    if (!json_is_number(value))
        config_refuse(config, key, "a number");
    return json_number_value(value);
}

bool config_bool_or(struct config *config, const char *key, bool otherwise)
{
    const json_t *value = value_of(config, key);
    if (!value)
        return otherwise;
    if (!json_is_boolean(value))
        config_refuse(config, key, "true or false");
    return json_is_true(value);
}

const char *config_text_or(struct config *config, const char *key, const char *otherwise)
{
    const json_t *value = value_of(config, key);
    if (!value)
        return otherwise;
    if (!json_is_string(value)) {
        config_refuse(config, key, "a text");
        return otherwise;
    }
    return json_string_value(value);
}

const char *config_name(struct config *config, const char *key, const char *const *names)
{
    const char *value = config_text_or(config, key, names[0]);
    char known[128] = "one of";
    for (const char *const *name = names; *name; name++) {
        if (strcmp(*name, value) == 0)
            return *name;
        if (strlen(known) + strlen(*name) + 3 < sizeof known)
            strcat(strcat(known, name == names ? " " : ", "), *name);
    }
    config_refuse(config, key, known);
    return names[0];
}
