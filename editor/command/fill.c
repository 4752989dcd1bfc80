#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"
#include "editor/command/editor_inside.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_STATE = 15 };

struct fill *fill_of(struct editor *editor)
{
    if (!editor->fill)
        fill_configure(editor, &(struct fill_setup){ 0 });
    return editor->fill;
}

void fill_configure(struct editor *editor, const struct fill_setup *setup)
{
    fill_free(editor->fill);
    editor->fill = memory_new_zero(sizeof *editor->fill);
    editor->fill->editor = editor;
    editor->fill->engine = fill_engine_new(setup->library);
    if (setup->model)
        fill_engine_choose(editor->fill->engine, setup->model);
}

void fill_free(struct fill *fill)
{
    if (!fill)
        return;
    while (fill->hole_count)
        hole_remove(fill, fill->holes[fill->hole_count - 1]);
    for (size_t i = 0; i < fill->job_count; i++)
        job_free(fill->jobs[i]);
    for (size_t i = 0; i < fill->listener_count; i++) {
        document_unlisten(fill->watched[i], fill->listeners[i]);
        free(fill->listeners[i]);
    }
    trace_begin(fill);
    free(fill->trace);
    free(fill->accepted);
    free(fill->listeners);
    free(fill->watched);
    free(fill->holes);
    free(fill->jobs);
    settings_free(&fill->settings);
    fill_engine_free(fill->engine);
    free(fill);
}

void fill_forget(struct editor *editor, const struct document *document)
{
    struct fill *fill = editor->fill;
    if (!fill)
        return;
    for (size_t i = fill->hole_count; i-- > 0;)
        if (fill->holes[i]->document == document)
            hole_remove(fill, fill->holes[i]);
    fill_forget_accepted(fill, document);
    for (size_t i = fill->listener_count; i-- > 0;) {
        if (fill->watched[i] != document)
            continue;
        document_unlisten(fill->watched[i], fill->listeners[i]);
        free(fill->listeners[i]);
        fill->listener_count--;
        fill->listeners[i] = fill->listeners[fill->listener_count];
        fill->watched[i] = fill->watched[fill->listener_count];
    }
}

void fill_mask(struct editor *editor, struct span span)
{
    hole_add(fill_of(editor), editor_document(editor), span);
}

/* ---- between the keys */

int fill_descriptor(const struct editor *editor)
{
    return editor->fill ? fill_engine_descriptor(editor->fill->engine) : -1;
}

bool fill_update(struct editor *editor)
{
    struct fill *fill = editor->fill;
    bool changed = false;
    if (!fill)
        return false;
    fill_engine_settle(fill->engine);
    for (size_t i = 0; i < fill->job_count; i++)
        changed = job_update(fill->jobs[i]) || changed;
    size_t kept = 0;
    for (size_t i = 0; i < fill->job_count; i++) {
        if (job_is_over(fill->jobs[i]))
            job_free(fill->jobs[i]);
        else
            fill->jobs[kept++] = fill->jobs[i];
    }
    fill->job_count = kept;
    return changed;
}

bool fill_is_running(const struct editor *editor)
{
    for (size_t i = 0; editor->fill && i < editor->fill->job_count; i++)
        if (!editor->fill->jobs[i]->abandoned)
            return true;
    return false;
}

bool fill_is_loading(const struct editor *editor)
{
    return editor->fill && fill_engine_state(editor->fill->engine, NULL) == FILL_ENGINE_LOADING;
}

void fill_wait(struct editor *editor)
{
    fill_update(editor);
    while (fill_is_running(editor)) {
        struct pollfd ready = { .fd = fill_descriptor(editor), .events = POLLIN };
        poll(&ready, 1, -1);
        fill_update(editor);
    }
}

void fill_reject_all(struct editor *editor)
{
    struct fill *fill = editor->fill;
    for (size_t i = 0; fill && i < fill->hole_count; i++)
        hole_reset(fill, fill->holes[i]);
}

/* Whether a key has a meaning in a mode of the keymap that lies over the others. */
static bool overlay_takes(const struct editor *editor, const char *overlay, struct key key)
{
    const struct binding *binding;
    return keymap_mode(editor->keymap, overlay) &&
           keymap_match(editor->keymap, overlay, &key, 1, &binding) != MATCH_NONE;
}

/* No hole reaches beyond its text, whatever became of it. */
static void keep_inside(struct hole *hole)
{
    size_t size = text_size(hole->document->text);
    hole->span.end = hole->span.end < size ? hole->span.end : size;
    hole->span.start = hole->span.start < hole->span.end ? hole->span.start : hole->span.end;
}

void fill_before_key(struct editor *editor, struct key key)
{
    struct fill *fill = editor->fill;
    if (!fill)
        return;
    for (size_t i = 0; i < fill->hole_count; i++)
        keep_inside(fill->holes[i]);
    for (size_t i = 0; i < fill->hole_count; i++)
        fill->holes[i]->follow = false;
    bool idle = editor->mode == editor->inside->base && !editor->prompt.active;
    bool counting = key.code >= '0' && key.code <= '9';
    if (fill->listed && (!idle || !(counting || overlay_takes(editor, "alternatives", key))))
        fill_close_list(fill);
    if (!fill->listed)
        editor->overlay = idle && fill_is_running(editor) && !editor->pending.shown.count ? "filling" : NULL;
}

/* ---- for the screen and the other commands */

size_t fill_hole_count(const struct editor *editor, const struct document *document)
{
    size_t count = 0;
    for (size_t i = 0; editor->fill && i < editor->fill->hole_count; i++)
        count += editor->fill->holes[i]->document == document;
    return count;
}

const struct hole *fill_hole_at(const struct editor *editor, const struct document *document, size_t index)
{
    for (size_t i = 0; editor->fill && i < editor->fill->hole_count; i++)
        if (editor->fill->holes[i]->document == document && index-- == 0)
            return editor->fill->holes[i];
    return NULL;
}

void fill_note_written(struct editor *editor, const struct document *document)
{
    size_t count = fill_hole_count(editor, document);
    if (count == 0)
        return;
    char before[256];
    memcpy(before, editor->message, sizeof before);
    before[sizeof before - 1] = 0;
    editor_message(editor, "%s%s%zu open %s written as the original text", before, *before ? "; " : "", count,
                   count == 1 ? "hole was" : "holes were");
}

const struct proposal *hole_shown(const struct hole *hole)
{
    if (hole->state == HOLE_PROPOSED)
        return &hole->alternatives[hole->chosen];
    return hole->state == HOLE_FILLING && hole->live.text ? &hole->live : NULL;
}

bool hole_word(const struct hole *hole, struct span *word)
{
    return hole->state == HOLE_PROPOSED &&
           proposal_word_at(&hole->alternatives[hole->chosen], hole->word, word);
}

const struct hole *fill_list_hole(const struct editor *editor)
{
    return editor->fill ? editor->fill->listed : NULL;
}

bool fill_shows_confidence(const struct editor *editor)
{
    return !editor->fill || !editor->fill->hides_confidence;
}

/* "hole 1/2": the one under the cursor or the next. */
static void describe_place(struct fill *fill, struct bytes *out)
{
    const struct document *document = fill->editor->window.document;
    size_t count = fill_hole_count(fill->editor, document);
    const struct hole *target = hole_target(fill, EVERY_STATE);
    for (size_t i = 0; i < count; i++)
        if (fill_hole_at(fill->editor, document, i) == target)
            bytes_format(out, "hole %zu/%zu · ", i + 1, count);
}

static void describe_model(struct fill *fill, struct bytes *out)
{
    struct lacuna_model *model = fill_engine_model(fill->engine);
    if (!model) {
        bytes_append_text(out, fill_engine_chosen(fill->engine));
        return;
    }
    const struct lacuna_description *description = fill_engine_door(fill->engine)->describe(model);
    double size = (double)description->parameters;
    bytes_append_text(out, description->name);
    if (size >= 1e9)
        bytes_format(out, " %.1fB", size / 1e9);
    else if (size >= 1e6)
        bytes_format(out, " %.0fM", size / 1e6);
    else
        bytes_format(out, " %.0fk", size / 1e3);
}

void fill_status(const struct editor *editor, struct bytes *middle, struct bytes *right, int *step,
                 int *steps)
{
    struct fill *fill = editor->fill;
    *step = *steps = 0;
    if (!fill || !fill_hole_count(editor, editor->window.document))
        return;
    describe_place(fill, middle);
    settings_describe(&fill->settings, middle);
    describe_model(fill, right);
    const struct hole *running = hole_target(fill, 1u << HOLE_FILLING | 1u << HOLE_WAITING);
    if (!running)
        return;
    *step = running->step;
    *steps = running->steps ? running->steps : fill->settings.steps ? fill->settings.steps : 8;
}

static void add_name(void *user, const char *name, const char *more)
{
    (void)more;
    bytes_format(user, "%s\n", name);
}

static bool complete_names(struct editor *editor, const char *command, struct bytes *out)
{
    struct error error;
    const struct fill_engine *engine = fill_of(editor)->engine;
    bool models = strcmp(command, "model") == 0;
    if (!(models ? fill_engine_models : fill_engine_samplers)(engine, add_name, out, &error))
        editor_message(editor, "%s", error.text);
    return true;
}

bool fill_complete(struct editor *editor, const char *command, struct bytes *out)
{
    if (strcmp(command, "model") == 0 || strcmp(command, "sampler") == 0)
        return complete_names(editor, command, out);
    if (strcmp(command, "attribute") != 0)
        return false;
    struct fill *fill = fill_of(editor);
    struct lacuna_model *model = fill_engine_model(fill->engine);
    if (!model) {
        fill_engine_wake(fill->engine, NULL);
        editor_message(editor, "the model is being opened for its attributes: Tab again in a moment");
        return true;
    }
    const struct lacuna_description *description = fill_engine_door(fill->engine)->describe(model);
    for (size_t i = 0; i < description->attribute_count; i++)
        bytes_format(out, "%s\n", description->attributes[i].value);
    return true;
}
