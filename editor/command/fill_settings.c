#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    return text ? memory_copy(text, strlen(text)) : NULL;
}

static void free_keep(struct fill_settings *settings)
{
    for (size_t i = 0; i < settings->keep_count; i++)
        free(settings->keep[i]);
    free(settings->keep);
    settings->keep = NULL;
    settings->keep_count = 0;
}

void settings_free(struct fill_settings *settings)
{
    free_keep(settings);
    free(settings->attribute);
    sampling_free(&settings->sampling);
    *settings = (struct fill_settings){ 0 };
}

struct fill_settings settings_copy(const struct fill_settings *from)
{
    struct fill_settings to = *from;
    to.attribute = copy(from->attribute);
    to.sampling = sampling_copy(&from->sampling);
    to.keep = memory_new_zero((from->keep_count + 1) * sizeof *to.keep);
    for (size_t i = 0; i < from->keep_count; i++)
        to.keep[i] = copy(from->keep[i]);
    return to;
}

static void describe_length(const struct lacuna_length *length, struct bytes *out)
{
    const char *unit = length->unit == LACUNA_WORDS ? "words:" : "";
    if (length->unit == LACUNA_AUTO)
        bytes_append_text(out, "auto");
    else if (length->low == length->high)
        bytes_format(out, "%s%d", unit, length->low);
    else
        bytes_format(out, "%s%d:%d", unit, length->low, length->high);
}

static double guidance_of(const struct fill_settings *settings)
{
    return settings->guidance_set ? settings->guidance : 2.0;
}

static int steps_of(const struct fill_settings *settings)
{
    return settings->steps ? settings->steps : 8;
}

void settings_describe(const struct fill_settings *settings, struct bytes *out)
{
    describe_length(&settings->length, out);
    if (settings->attribute)
        bytes_format(out, " · %s ×%.1f", settings->attribute, guidance_of(settings));
    for (size_t i = 0; i < settings->keep_count; i++)
        bytes_format(out, "%s%s", i ? " " : " · keep ", settings->keep[i]);
    bytes_format(out, " · %d steps", steps_of(settings));
    if (settings->sampling.name)
        bytes_format(out, " · %s", settings->sampling.name);
    if (settings->seed)
        bytes_format(out, " · seed %llu", (unsigned long long)settings->seed);
}

static bool is_none(const struct call *call)
{
    return strcmp(call->argument, "none") == 0;
}

static bool is_shown(const struct call *call)
{
    return !*call->argument;
}

/* Only a model that is open already is asked, so that naming an attribute loads nothing. */
static bool attribute_is_known(struct fill *fill, const char *attribute, struct lacuna_error *reason)
{
    if (fill_engine_state(fill->engine, NULL) != FILL_ENGINE_READY)
        return true;
    const struct lacuna_span place = { 0, 0 };
    const struct lacuna_request request = {
        .text = "", .spans = &place, .span_count = 1, .attribute = attribute
    };
    return fill_engine_door(fill->engine)->check(fill_engine_model(fill->engine), &request, reason) ||
           reason->code != LACUNA_ATTRIBUTE;
}

bool settings_attribute(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    struct lacuna_error reason = { 0 };
    if (is_shown(call))
        return editor_message(editor, "attribute %s",
                              fill->settings.attribute ? fill->settings.attribute : "none");
    if (!is_none(call) && !attribute_is_known(fill, call->argument, &reason))
        return editor_error(editor, "%s", reason.message);
    free(fill->settings.attribute);
    fill->settings.attribute = is_none(call) ? NULL : copy(call->argument);
    return true;
}

bool settings_guidance(struct editor *editor, const struct call *call)
{
    struct fill_settings *settings = &fill_of(editor)->settings;
    char *end;
    if (is_shown(call))
        return editor_message(editor, "guidance %.2f", guidance_of(settings));
    double value = strtod(call->argument, &end);
    if (!is_none(call) && (*end || end == call->argument || !(value >= 0 && value <= 100)))
        return editor_error(editor, "guidance is a number from 0 to 100, or none");
    settings->guidance_set = !is_none(call);
    settings->guidance = value;
    return true;
}

/* A whole number and nothing else. */
static bool read_number(const char *text, long least, long most, long *value)
{
    char *end;
    errno = 0;
    *value = strtol(text, &end, 10);
    return end != text && !*end && !errno && *value >= least && *value <= most;
}

bool settings_steps(struct editor *editor, const struct call *call)
{
    struct fill_settings *settings = &fill_of(editor)->settings;
    long value = 0;
    if (is_shown(call))
        return editor_message(editor, "steps %d", steps_of(settings));
    if (!is_none(call) && !read_number(call->argument, 1, 1024, &value))
        return editor_error(editor, "steps is a number from 1 to 1024, or none");
    settings->steps = (int)value;
    return true;
}

static bool read_length(const char *text, struct lacuna_length *length)
{
    static const char words[] = "words:";
    *length = (struct lacuna_length){ .unit = LACUNA_TOKENS };
    if (strcmp(text, "auto") == 0 || strcmp(text, "none") == 0) {
        length->unit = LACUNA_AUTO;
        return true;
    }
    if (strncmp(text, words, sizeof words - 1) == 0) {
        length->unit = LACUNA_WORDS;
        text += sizeof words - 1;
    }
    char low[16];
    const char *colon = strchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : strlen(text);
    long least, most;
    if (size >= sizeof low)
        return false;
    memcpy(low, text, size);
    low[size] = 0;
    if (!read_number(low, 0, 4096, &least) || !read_number(colon ? colon + 1 : low, least, 4096, &most))
        return false;
    length->low = (int)least;
    length->high = (int)most;
    return true;
}

bool settings_length(struct editor *editor, const struct call *call)
{
    struct fill_settings *settings = &fill_of(editor)->settings;
    struct lacuna_length length;
    if (is_shown(call)) {
        struct bytes text = { 0 };
        describe_length(&settings->length, &text);
        editor_message(editor, "length %s", text.data);
        bytes_free(&text);
        return true;
    }
    if (!read_length(call->argument, &length))
        return editor_error(editor, "length is auto, N, A:B, words:N or words:A:B");
    settings->length = length;
    return true;
}

static void show_keep(struct editor *editor, const struct fill_settings *settings)
{
    struct bytes text = { 0 };
    bytes_append_text(&text, "keep");
    for (size_t i = 0; i < settings->keep_count; i++)
        bytes_format(&text, " %s", settings->keep[i]);
    editor_message(editor, "%s%s", text.data, settings->keep_count ? "" : " none");
    bytes_free(&text);
}

bool settings_keep(struct editor *editor, const struct call *call)
{
    struct fill_settings *settings = &fill_of(editor)->settings;
    if (is_shown(call)) {
        show_keep(editor, settings);
        return true;
    }
    free_keep(settings);
    for (const char *at = call->argument; !is_none(call) && *at;) {
        size_t size = strcspn(at, " \t,");
        if (size > 0) {
            settings->keep =
                memory_resize(settings->keep, (settings->keep_count + 1) * sizeof *settings->keep);
            settings->keep[settings->keep_count++] = memory_copy(at, size);
        }
        at += size + strspn(at + size, " \t,");
    }
    return true;
}

bool settings_seed(struct editor *editor, const struct call *call)
{
    struct fill_settings *settings = &fill_of(editor)->settings;
    char *end;
    if (is_shown(call))
        return editor_message(editor, "seed %llu", (unsigned long long)settings->seed);
    errno = 0;
    unsigned long long value = is_none(call) ? 0 : strtoull(call->argument, &end, 10);
    if (!is_none(call) && (*end || errno || call->argument[0] < '0' || call->argument[0] > '9'))
        return editor_error(editor, "seed is a number from 0 on, or none");
    settings->seed = value;
    return true;
}

/* Loads at once, so that a model that is missing or broken says so here. */
bool settings_model(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    struct error error = { 0 };
    if (is_shown(call))
        return editor_message(editor, "model %s", fill_engine_chosen(fill->engine));
    fill_engine_choose(fill->engine, is_none(call) ? "default" : call->argument);
    if (!fill_engine_wake(fill->engine, &error))
        return editor_error(editor, "%s", error.text);
    return editor_message(editor, "model %s is being opened", fill_engine_chosen(fill->engine));
}
