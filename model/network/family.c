#include "model/network/family.h"

#include "model/base/nearest.h"

#include <stdio.h>
#include <string.h>

extern const struct family *const family_table[];

static bool is_of(const struct family *family, const json_t *config, const char *model_type)
{
    bool listed = !model_type && family->owns;
    for (const char *const *type = family->model_types; model_type && *type; type++)
        listed = listed || strcmp(*type, model_type) == 0;
    return listed && (!family->owns || family->owns(config));
}

/* Names every family, and the one whose model_type is most like `type`. */
static bool refuse(const struct checkpoint *checkpoint, const char *type, struct lacuna_error *error)
{
    char known[256] = "";
    const char *nearest = NULL;
    int least = 0;
    for (const struct family *const *family = family_table; *family; family++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", (*family)->name);
        for (const char *const *one = (*family)->model_types; type && *one; one++) {
            int far = name_distance(type, *one);
            if (!nearest || far < least) {
                nearest = (*family)->name;
                least = far;
            }
        }
    }
    if (!type)
        return fail(
            error, LACUNA_MODEL,
            "%s: the configuration has no \"model_type\", so nobody knows what the model is; known are %s",
            checkpoint_path(checkpoint), known);
    return fail(error, LACUNA_MODEL,
                "%s: a model of type \"%.80s\" cannot be opened; the nearest is %s, known are %s",
                checkpoint_path(checkpoint), type, nearest ? nearest : "none", known);
}

const struct family *family_find(const struct checkpoint *checkpoint, struct lacuna_error *error)
{
    const json_t *config = checkpoint_config(checkpoint);
    const char *type = json_string_value(json_object_get(config, "model_type"));
    for (const struct family *const *family = family_table; *family; family++)
        if (is_of(*family, config, type))
            return *family;
    refuse(checkpoint, type, error);
    return NULL;
}
