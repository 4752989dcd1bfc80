#include "model/command/info.h"

#include "model/command/clean.h"
#include "model/infill/control.h"
#include "model/infill/open.h"
#include "model/tensor/engine.h"

#include <inttypes.h>
#include <stdio.h>

/* The tokens a sampler has to know, by what they are for. */
static const struct role {
    const char *name;
    size_t offset;
} roles[] = {
    { "mask", offsetof(struct framing, mask) },     { "null", offsetof(struct framing, null) },
    { "none", offsetof(struct framing, none) },     { "bos", offsetof(struct framing, bos) },
    { "eos", offsetof(struct framing, eos) },       { "pad", offsetof(struct framing, pad) },
    { "expand", offsetof(struct framing, expand) }, { "delete", offsetof(struct framing, remove) },
};
enum { ROLES = sizeof roles / sizeof *roles };

static const char *const time_kinds[] = { [TIME_KIND_NONE] = "none",
                                          [TIME_KIND_SIGMA] = "sigma",
                                          [TIME_KIND_STEP] = "step",
                                          [TIME_KIND_LEVEL] = "level of t",
                                          [TIME_KIND_PROCESS] = "time of the process" };

static int32_t role_token(const struct framing *framing, const struct role *role)
{
    int32_t token;
    memcpy(&token, (const char *)framing + role->offset, sizeof token);
    return token;
}

static const char *yes_no(bool value)
{
    return value ? "yes" : "no";
}

static const char *proof_of(const struct framing *framing)
{
    return !framing->verified ? "" : framing->proof ? framing->proof : "reference cases";
}

static void print_types(const struct checkpoint *checkpoint)
{
    size_t counts[DTYPE_COUNT] = { 0 }, bytes = 0;
    for (size_t i = 0; i < checkpoint_count(checkpoint); i++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, i);
        counts[tensor->type]++;
        bytes += tensor->size;
    }
    printf("tensors        %zu, %.1f MB", checkpoint_count(checkpoint), (double)bytes / 1e6);
    for (int type = 0; type < DTYPE_COUNT; type++)
        if (counts[type])
            printf(", %zu %s", counts[type], dtype_name((enum dtype)type));
    putchar('\n');
}

static void print_tensors(const struct checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint_count(checkpoint); i++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, i);
        printf("  %-8s [", dtype_name(tensor->type));
        for (int axis = 0; axis < tensor->rank; axis++)
            printf(axis ? ", %" PRId64 : "%" PRId64, tensor->shape[axis]);
        printf("] %s\n", tensor->name);
    }
}

static void print_tokens(const struct infill *infill)
{
    for (size_t i = 0; i < ROLES; i++) {
        int32_t token = role_token(infill_framing(infill), &roles[i]);
        const char *spelling = token < 0 ? NULL : tokenizer_spelling(infill_tokenizer(infill), token);
        char label[24];
        snprintf(label, sizeof label, "%s token", roles[i].name);
        if (token >= 0)
            printf("%-14s %d %s\n", label, (int)token, spelling ? spelling : "");
        else if (i == 0)
            printf("mask token     none\n");
    }
}

/* What stands around a text. */
static const char *framing_text(const struct framing *framing)
{
    bool front = framing->bos >= 0 && framing->attribute_slots == 0,
         back = framing->closed && framing->eos >= 0;
    if (framing->attribute_slots)
        return "attribute slots in front of the text";
    return front && back ? "bos, text, eos" : front ? "bos, text" : back ? "text, eos" : "text alone";
}

/* How attributes reach the model. */
static const char *asked_text(const struct framing *framing, const struct chat *chat)
{
    return framing->attribute_slots ? "by slots" : chat ? "as an instruction, " : "by text in front";
}

static int count_special(const struct infill *infill)
{
    const struct tokenizer *tokenizer = infill_tokenizer(infill);
    int count = 0;
    for (int32_t id = 0; id < tokenizer_size(tokenizer); id++)
        count += tokenizer_is_special(tokenizer, id);
    return count;
}

/* Ordinary pieces that no hole may hold: no text of their own, signs that begin a special token's spelling.
 */
static int count_refused(const struct infill *infill)
{
    const struct pieces *pieces = infill_pieces(infill);
    int count = 0;
    for (int32_t id = 0; id < pieces->count; id++)
        count += !(pieces->traits[id] & PIECE_PLAIN) && !tokenizer_is_special(pieces->tokenizer, id);
    return count;
}

static void print_attributes(const struct lacuna_description *model)
{
    const char *slot = NULL;
    for (size_t i = 0; i < model->attribute_count; i++) {
        const struct lacuna_attribute *one = &model->attributes[i];
        if (!slot || strcmp(slot, one->slot) != 0)
            printf("%s%-12s %s", slot ? "\n  " : "attributes\n  ", one->slot, one->value);
        else
            printf(", %s", one->value);
        slot = one->slot;
    }
    puts(slot ? "" : "attributes     none");
}

static const char *products_of(const struct infill *infill)
{
    return denoiser_rounds(infill_denoiser(infill)) ? "int8, activations rounded; float32 with --exact"
                                                    : "float32";
}

static void print_group(const struct label_group *group)
{
    const char *comma = "";
    printf("  %-12s ", group->name);
    for (int v = 0; v < group->count; v++)
        if (group->values[v][0]) {
            printf("%s%s", comma, group->values[v]);
            comma = ", ";
        }
    putchar('\n');
}

/* What generate --control takes beside attributes. */
static void print_controls(const struct infill *infill)
{
    struct lacuna_error error;
    struct controls controls;
    puts("controls\n  length       words");
    if (!controls_open(&controls, infill, &error))
        printf("  spoilt       %s\n", error.message);
    for (int k = 0; k < controls.classifier_count; k++)
        for (int g = 0; g < controls.classifiers[k]->labels.group_count; g++)
            print_group(&controls.classifiers[k]->labels.groups[g]);
    controls_free(&controls);
}

void info_print_text(const struct infill *infill, bool tensors)
{
    const struct lacuna_description *model = infill_describe(infill);
    const struct framing *framing = infill_framing(infill);
    const struct chat *chat = infill_chat(infill);
    printf("model          %s\npath           %s\n", model->name, model->path);
    printf("architecture   %s\n", framing->architecture);
    printf("verified       %s%s\n", framing->verified ? "yes, against " : "no", proof_of(framing));
    printf("process        %s\nschedule       %s\noutput         %s\n", model->process, framing->schedule,
           framing->prediction);
    printf("parameters     %.1fM (%" PRIu64 ")\n", (double)framing->parameters / 1e6, framing->parameters);
    print_types(infill_checkpoint(infill));
    printf("tokenizer      %s\n",
           infill_is_bare(infill) ? "none, tokens are called by number" : model->tokenizer);
    printf("vocabulary     %d\ncontext        %d tokens\n", (int)framing->vocabulary,
           (int)framing->context_length);
    print_tokens(infill);
    printf("shifted        %s\n", yes_no(framing->shifted));
    printf("framing        %s\n", framing_text(framing));
    printf("asked          %s%s\n", asked_text(framing, chat), chat ? chat->name : "");
    printf("suppressed     %d special tokens and %d pieces never stand in a hole\n", count_special(infill),
           count_refused(infill));
    printf("context apart  %s\n", yes_no(framing->context_apart));
    printf("causal         %s\n", yes_no(framing->causal));
    printf("time input     %s\n", time_kinds[framing->time]);
    printf("slots          %d\n", framing->attribute_slots);
    print_attributes(model);
    print_controls(infill);
    printf("products       %s\n", products_of(infill));
    printf("engine         %s\n", engine_describe(infill_engine(infill)));
    if (tensors)
        print_tensors(infill_checkpoint(infill));
}

static json_t *tensors_of(const struct checkpoint *checkpoint)
{
    json_t *list = json_array();
    for (size_t i = 0; i < checkpoint_count(checkpoint); i++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, i);
        json_t *row = json_object(), *shape = json_array();
        for (int axis = 0; axis < tensor->rank; axis++)
            json_array_append_new(shape, json_integer(tensor->shape[axis]));
        json_object_set_new(row, "name", clean_string(tensor->name, strlen(tensor->name)));
        json_object_set_new(row, "type", json_string(dtype_name(tensor->type)));
        json_object_set_new(row, "shape", shape);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *framing_of(const struct infill *infill)
{
    const struct framing *framing = infill_framing(infill);
    json_t *object = json_object();
    for (size_t i = 0; i < ROLES; i++) {
        int32_t token = role_token(framing, &roles[i]);
        json_object_set_new(object, roles[i].name, token < 0 ? json_null() : json_integer(token));
    }
    const struct chat *chat = infill_chat(infill);
    json_object_set_new(object, "chat", chat ? json_string(chat->name) : json_null());
    json_object_set_new(object, "closed", json_boolean(framing->closed));
    json_object_set_new(object, "suppressed_special", json_integer(count_special(infill)));
    json_object_set_new(object, "suppressed_pieces", json_integer(count_refused(infill)));
    json_object_set_new(object, "attribute_slots", json_integer(framing->attribute_slots));
    json_object_set_new(object, "context_apart", json_boolean(framing->context_apart));
    json_object_set_new(object, "causal", json_boolean(framing->causal));
    json_object_set_new(object, "needs_time", json_boolean(framing->time != TIME_KIND_NONE));
    return object;
}

static json_t *attributes_of(const struct lacuna_description *model)
{
    json_t *object = json_object();
    for (size_t i = 0; i < model->attribute_count; i++) {
        json_t *values = json_object_get(object, model->attributes[i].slot);
        if (!values) {
            values = json_array();
            json_object_set_new(object, model->attributes[i].slot, values);
        }
        json_array_append_new(values, json_string(model->attributes[i].value));
    }
    return object;
}

static json_t *values_of(const struct label_group *group)
{
    json_t *values = json_array();
    for (int v = 0; v < group->count; v++)
        if (group->values[v][0])
            json_array_append_new(values, json_string(group->values[v]));
    return values;
}

static json_t *controls_of(const struct infill *infill)
{
    struct lacuna_error error;
    struct controls controls;
    json_t *object = json_pack("{s:s}", "length", "words");
    if (!controls_open(&controls, infill, &error))
        json_object_set_new(object, "spoilt", clean_string(error.message, strlen(error.message)));
    for (int k = 0; k < controls.classifier_count; k++) {
        const struct labels *labels = &controls.classifiers[k]->labels;
        for (int g = 0; g < labels->group_count; g++)
            json_object_set_new(object, labels->groups[g].name, values_of(&labels->groups[g]));
    }
    controls_free(&controls);
    return object;
}

void info_print_json(const struct infill *infill)
{
    const struct lacuna_description *model = infill_describe(infill);
    const struct framing *framing = infill_framing(infill);
    json_t *object = json_object();
    json_object_set_new(object, "model", clean_string(model->name, strlen(model->name)));
    json_object_set_new(object, "path", clean_string(model->path, strlen(model->path)));
    json_object_set_new(object, "architecture", json_string(framing->architecture));
    json_object_set_new(object, "verified", json_boolean(framing->verified));
    json_object_set_new(object, "process", json_string(model->process));
    json_object_set_new(object, "schedule", json_string(framing->schedule));
    json_object_set_new(object, "output", json_string(framing->prediction));
    json_object_set_new(object, "parameters", json_integer((json_int_t)framing->parameters));
    json_object_set_new(object, "tokenizer",
                        infill_is_bare(infill) ? json_null() : json_string(model->tokenizer));
    json_object_set_new(object, "vocabulary", json_integer(framing->vocabulary));
    json_object_set_new(object, "context_length", json_integer(framing->context_length));
    json_object_set_new(object, "mask_token", framing->mask < 0 ? json_null() : json_integer(framing->mask));
    json_object_set_new(object, "shifted", json_boolean(framing->shifted));
    json_object_set_new(object, "framing", framing_of(infill));
    json_object_set_new(object, "attributes", attributes_of(model));
    json_object_set_new(object, "controls", controls_of(infill));
    json_object_set_new(object, "products", json_string(products_of(infill)));
    json_object_set_new(object, "engine", json_string(engine_describe(infill_engine(infill))));
    json_object_set_new(object, "tensors", tensors_of(infill_checkpoint(infill)));
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}
