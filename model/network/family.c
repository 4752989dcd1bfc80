#include "model/network/family.h"

#include <stdio.h>
#include <string.h>

extern const struct family *const family_table[];

static bool owns(const struct family *family, const char *model_type)
{
    for (const char *const *type = family->model_types; *type; type++)
        if (strcmp(*type, model_type) == 0)
            return true;
    return false;
}

const struct family *family_find(const struct checkpoint *checkpoint, struct lacuna_error *error)
{
    const char *type = json_string_value(json_object_get(checkpoint_config(checkpoint), "model_type"));
    char known[256] = "";
    for (const struct family *const *family = family_table; *family; family++) {
        if (type ? owns(*family, type) : (*family)->owns && (*family)->owns(checkpoint_config(checkpoint)))
            return *family;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "", (*family)->name);
    }
    fail(error, LACUNA_MODEL, "%s: a model of type \"%s\"; known are %s", checkpoint_path(checkpoint),
         type ? type : "", known);
    return NULL;
}
