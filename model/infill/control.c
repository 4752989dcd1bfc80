#include "model/infill/control.h"

#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/base/nearest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 100000 };

bool controls_open(struct controls *controls, const struct infill *infill, struct lacuna_error *error)
{
    *controls = (struct controls){ .infill = infill, .steering = steering_default() };
    const struct rounding *rounding = denoiser_rounding(infill_denoiser(infill));
    const char *folder = checkpoint_path(infill_checkpoint(infill));
    if (!rounding || infill_framing(infill)->vectors.steps < 1 || !file_is_folder(folder))
        return true;
    for (const struct guide *const *row = guide_table; *row; row++) {
        struct classifier *classifier = classifier_open(folder, *row, rounding, error);
        if (!classifier && error->code != LACUNA_OK)
            return false;
        if (classifier && controls->classifier_count < STEERS_MOST)
            controls->classifiers[controls->classifier_count++] = classifier;
        else
            classifier_free(classifier);
    }
    return true;
}

void controls_free(struct controls *controls)
{
    steering_free(&controls->steering);
    for (int k = 0; k < controls->classifier_count; k++)
        classifier_free(controls->classifiers[k]);
    buffer_free(&controls->attribute);
}

/* ---- names that come near */

struct nearest {
    const char *wanted, *name;
    int distance;
};

static void nearest_see(struct nearest *nearest, const char *name)
{
    int distance = name_distance(nearest->wanted, name);
    if (name[0] && distance < nearest->distance) {
        nearest->distance = distance;
        nearest->name = name;
    }
}

static bool refuse_key(const struct controls *controls, const char *key, const char *value,
                       struct lacuna_error *error)
{
    const struct lacuna_description *model = infill_describe(controls->infill);
    struct nearest nearest = { .wanted = key, .distance = INT_MAX };
    nearest_see(&nearest, "length");
    for (int k = 0; k < controls->classifier_count; k++)
        for (int g = 0; g < controls->classifiers[k]->labels.group_count; g++)
            nearest_see(&nearest, controls->classifiers[k]->labels.groups[g].name);
    for (size_t i = 0; i < model->attribute_count; i++)
        nearest_see(&nearest, model->attributes[i].slot);
    return fail(error, LACUNA_ATTRIBUTE, "the model '%s' knows no control %s=%s; the nearest key is '%s'",
                model->name, key, value, nearest.name);
}

static bool refuse_value(const struct nearest *nearest, const char *key, struct lacuna_error *error)
{
    return fail(error, LACUNA_ATTRIBUTE, "the control '%s' has no value '%s'; the nearest is '%s'", key,
                nearest->wanted, nearest->name ? nearest->name : "");
}

/* ---- guides */

/* What this guide is asked; made where nothing was asked yet. */
static struct steer *steer_of(struct controls *controls, const struct classifier *classifier)
{
    struct steering *steering = &controls->steering;
    for (int k = 0; k < steering->count; k++)
        if (steering->at[k].classifier == classifier)
            return &steering->at[k];
    struct steer *steer = &steering->at[steering->count++];
    int groups = classifier->guide->by_place ? 0 : classifier->labels.group_count;
    *steer = (struct steer){ .classifier = classifier,
                             .wanted = memory_new((size_t)groups, sizeof *steer->wanted),
                             .wanted_count = groups };
    for (int g = 0; g < groups; g++)
        steer->wanted[g] = -1;
    return steer;
}

static int find_value(const struct label_group *group, const char *value, struct nearest *nearest)
{
    *nearest = (struct nearest){ .wanted = value, .distance = INT_MAX };
    for (int v = 0; v < group->count; v++)
        nearest_see(nearest, group->values[v]);
    return value[0] ? group_value(group, value) : -1;
}

/* "DET,NOUN": one label a place. */
static bool take_places(struct controls *controls, const struct classifier *classifier, const char *values,
                        struct lacuna_error *error)
{
    const struct label_group *group = &classifier->labels.groups[0];
    struct steer *steer = steer_of(controls, classifier);
    int most = infill_framing(controls->infill)->context_length;
    steer->wanted_count = 0;
    for (const char *at = values;; at++) {
        size_t size = strcspn(at, ",");
        char *value = memory_text(at, size);
        struct nearest nearest;
        int found = find_value(group, value, &nearest);
        bool fine = found >= 0 || refuse_value(&nearest, group->name, error);
        free(value);
        if (!fine)
            return false;
        if (steer->wanted_count == most)
            return fail(error, LACUNA_TOO_LONG, "the model's texts have %d tokens at most", most);
        steer->wanted = memory_resize(steer->wanted, (size_t)steer->wanted_count + 1, sizeof(int));
        steer->wanted[steer->wanted_count++] = found;
        at += size;
        if (!*at)
            break;
    }
    controls->tokens = steer->wanted_count;
    return true;
}

/* Whether a guide knows the key; *fine: and the value. */
static bool take_guided(struct controls *controls, const char *key, const char *value, bool *fine,
                        struct lacuna_error *error)
{
    for (int k = 0; k < controls->classifier_count; k++) {
        const struct classifier *classifier = controls->classifiers[k];
        int g = labels_group(&classifier->labels, key);
        struct nearest nearest;
        if (g < 0)
            continue;
        if (classifier->guide->by_place) {
            *fine = take_places(controls, classifier, value, error);
            return true;
        }
        int found = find_value(&classifier->labels.groups[g], value, &nearest);
        *fine = found >= 0 || refuse_value(&nearest, key, error);
        if (*fine)
            steer_of(controls, classifier)->wanted[g] = found;
        return true;
    }
    return false;
}

/* ---- attributes */

static bool take_attribute(struct controls *controls, const char *key, const char *value,
                           struct lacuna_error *error)
{
    const struct lacuna_description *model = infill_describe(controls->infill);
    struct nearest nearest = { .wanted = value, .distance = INT_MAX };
    for (size_t i = 0; i < model->attribute_count; i++) {
        if (strcmp(model->attributes[i].slot, key) != 0)
            continue;
        nearest_see(&nearest, model->attributes[i].value);
        if (strcmp(model->attributes[i].value, value) != 0)
            continue;
        buffer_print(&controls->attribute, "%s%s=%s", controls->attribute.size ? ", " : "", key, value);
        return true;
    }
    return nearest.name ? refuse_value(&nearest, key, error) : refuse_key(controls, key, value, error);
}

static bool take_length(struct controls *controls, const char *value)
{
    char *end;
    long words = value[0] >= '0' && value[0] <= '9' ? strtol(value, &end, 10) : 0;
    if (words < 1 || words > WORDS_MOST || *end)
        return false;
    controls->words = (int)words;
    return true;
}

bool controls_take(struct controls *controls, const char *control, struct lacuna_error *error)
{
    const char *equals = strchr(control, '=');
    if (!equals || equals == control)
        return fail(error, LACUNA_BAD_REQUEST, "control '%s' is not KEY=VALUE", control);
    char *key = memory_text(control, (size_t)(equals - control));
    const char *value = equals + 1;
    bool fine = true;
    if (!(strcmp(key, "length") == 0 && take_length(controls, value)) &&
        !take_guided(controls, key, value, &fine, error))
        fine = take_attribute(controls, key, value, error);
    free(key);
    return fine;
}

/* Tags of signs are no words. */
static int count_words(const struct steer *steer)
{
    const struct label_group *group = &steer->classifier->labels.groups[0];
    int words = 0;
    for (int i = 0; i < steer->wanted_count; i++)
        words += strcmp(group->values[steer->wanted[i]], "PUNCT") != 0;
    return words;
}

bool controls_agree(const struct controls *controls, struct lacuna_error *error)
{
    for (int k = 0; k < controls->steering.count; k++) {
        const struct steer *steer = &controls->steering.at[k];
        if (!controls->words || !steer->classifier->guide->by_place)
            continue;
        int words = count_words(steer);
        if (controls->words != words && controls->words != steer->wanted_count)
            return fail(error, LACUNA_LENGTH, "length=%d and the %d words that pos= describes do not agree",
                        controls->words, words);
    }
    return true;
}
