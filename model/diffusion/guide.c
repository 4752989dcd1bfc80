#include "model/diffusion/guide.h"

#include <stdlib.h>
#include <string.h>

const struct guide *guide_find(const char *name)
{
    const struct guide *const *row = guide_table;
    while (*row && strcmp((*row)->name, name) != 0)
        row++;
    return *row;
}

void labels_free(struct labels *labels)
{
    for (int g = 0; g < labels->group_count; g++) {
        struct label_group *group = &labels->groups[g];
        for (int v = 0; v < group->count; v++)
            free(group->values[v]);
        free(group->values);
        free(group->name);
    }
    free(labels->groups);
    *labels = (struct labels){ 0 };
}

int labels_group(const struct labels *labels, const char *name)
{
    for (int g = 0; g < labels->group_count; g++)
        if (strcmp(labels->groups[g].name, name) == 0)
            return g;
    return -1;
}

int group_value(const struct label_group *group, const char *value)
{
    for (int v = 0; v < group->count; v++)
        if (strcmp(group->values[v], value) == 0)
            return v;
    return -1;
}
