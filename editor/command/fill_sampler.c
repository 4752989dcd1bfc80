/* How fills are sampled: the command `sampler NAME [KEY=VALUE …]`. */
#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What may stand behind the name. */
static const struct knob {
    const char *name;
    double most;
    bool whole;
    size_t offset; /* in struct sampling */
} knobs[] = {
    { "temperature", 100, false, offsetof(struct sampling, temperature) },
    { "threshold", 1, false, offsetof(struct sampling, threshold) },
    { "top_p", 1, false, offsetof(struct sampling, top_p) },
    { "top_k", 1 << 20, true, offsetof(struct sampling, top_k) },
    { "block", 1 << 20, true, offsetof(struct sampling, block) },
    { "reveals", 1 << 20, true, offsetof(struct sampling, reveals) },
    { "alg_temp", 100, false, offsetof(struct sampling, alg_temp) },
};
enum { KNOBS = sizeof knobs / sizeof *knobs };

static double *value_of(struct sampling *sampling, const struct knob *knob)
{
    return (double *)(void *)((char *)sampling + knob->offset);
}

void sampling_free(struct sampling *sampling)
{
    free(sampling->name);
    *sampling = (struct sampling){ 0 };
}

struct sampling sampling_copy(const struct sampling *from)
{
    struct sampling to = *from;
    to.name = from->name ? memory_copy(from->name, strlen(from->name)) : NULL;
    return to;
}

void sampling_describe(const struct sampling *sampling, struct bytes *out)
{
    struct sampling copy = *sampling;
    bytes_append_text(out, sampling->name ? sampling->name : "none");
    for (size_t i = 0; i < KNOBS; i++)
        if (*value_of(&copy, &knobs[i]) > 0)
            bytes_format(out, " %s=%g", knobs[i].name, *value_of(&copy, &knobs[i]));
}

void sampling_ask(const struct sampling *sampling, struct lacuna_request *request)
{
    request->sampler = sampling->name;
    request->temperature = sampling->temperature;
    request->threshold = sampling->threshold;
    request->top_p = sampling->top_p;
    request->top_k = (int)sampling->top_k;
    request->block_length = (int)sampling->block;
    request->reveals = (int)sampling->reveals;
    request->alg_temp = sampling->alg_temp;
}

static bool read_knob(struct editor *editor, struct sampling *sampling, const char *word, size_t size)
{
    for (size_t i = 0; i < KNOBS; i++) {
        size_t name = strlen(knobs[i].name);
        if (size <= name + 1 || word[name] != '=' || memcmp(word, knobs[i].name, name) != 0)
            continue;
        char *end;
        double value = strtod(word + name + 1, &end);
        if (end != word + size || !(value >= 0 && value <= knobs[i].most) ||
            (knobs[i].whole && value != (double)(long)value))
            return editor_error(editor, "%s is a %snumber from 0 to %g", knobs[i].name,
                                knobs[i].whole ? "whole " : "", knobs[i].most);
        *value_of(sampling, &knobs[i]) = value;
        return true;
    }
    return editor_error(
        editor, "unknown setting %.*s; temperature, threshold, top_p, top_k, block, reveals or alg_temp",
        (int)(size < 60 ? size : 60), word);
}

/* The first word without a '=' is the name. */
static bool read_sampling(struct editor *editor, const char *text, struct sampling *sampling)
{
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, " \t");
        if (size && memchr(at, '=', size)) {
            if (!read_knob(editor, sampling, at, size))
                return false;
        } else if (size && sampling->name) {
            return editor_error(editor, "one sampler at a time: %s or %.*s", sampling->name, (int)size, at);
        } else if (size) {
            sampling->name = memory_copy(at, size);
        }
        at += size + strspn(at + size, " \t");
    }
    return true;
}

/* Only a model that is open already is asked, so that naming a sampler loads nothing. */
static bool is_known(struct fill *fill, const struct sampling *sampling, struct lacuna_error *reason)
{
    if (fill_engine_state(fill->engine, NULL) != FILL_ENGINE_READY)
        return true;
    const struct lacuna_span place = { 0, 0 };
    struct lacuna_request request = { .text = "", .spans = &place, .span_count = 1 };
    sampling_ask(sampling, &request);
    return fill_engine_door(fill->engine)->check(fill_engine_model(fill->engine), &request, reason);
}

bool settings_sampler(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    struct sampling sampling = { 0 };
    struct lacuna_error reason = { 0 };
    struct bytes text = { 0 };
    if (!*call->argument) {
        sampling_describe(&fill->settings.sampling, &text);
        editor_message(editor, "sampler %s", text.data);
        bytes_free(&text);
        return true;
    }
    bool none = strcmp(call->argument, "none") == 0;
    if (!none && !read_sampling(editor, call->argument, &sampling)) {
        sampling_free(&sampling);
        return false;
    }
    if (!is_known(fill, &sampling, &reason)) {
        sampling_free(&sampling);
        return editor_error(editor, "%s", reason.message);
    }
    sampling_free(&fill->settings.sampling);
    fill->settings.sampling = sampling;
    return true;
}
