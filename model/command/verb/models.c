#include "model/base/find_model.h"
#include "model/command/verb.h"

#include <jansson.h>
#include <stdio.h>

static void print_model(void *user, const char *name, const char *path)
{
    (void)user;
    printf("%-20s %s\n", name, path);
}

static void add_model(void *user, const char *name, const char *path)
{
    json_array_append_new(user, json_pack("{s:s, s:s}", "name", name, "path", path));
}

static enum verb_status models_run(const struct call *call)
{
    if (!call->json) {
        find_models(NULL, print_model, NULL);
        return VERB_DONE;
    }
    json_t *list = json_array();
    find_models(NULL, add_model, list);
    json_dumpf(list, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(list);
    return VERB_DONE;
}

const struct verb verb_models = {
    .name = "models",
    .summary = "list the models that --model NAME finds, in the order of search",
    .usage = "",
    .run = models_run,
};
