#include "model/network/family.h"

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

const struct family *family_find(const struct checkpoint *checkpoint, struct lacuna_error *error)
{
    const json_t *config = checkpoint_config(checkpoint);
    const char *type = json_string_value(json_object_get(config, "model_type"));
    char known[256] = "";
    for (const struct family *const *family = family_table; *family; family++) {
        if (is_of(*family, config, type))
            return *family;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", (*family)->name);
    }
    fail(error, LACUNA_MODEL, "%s: a model of type \"%s\"; known are %s", checkpoint_path(checkpoint),
         type ? type : "", known);
    return NULL;
}
