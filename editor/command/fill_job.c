#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* ---- the request's text */

/* Bytes that are no UTF-8 become U+FFFD: only what lies between the spans comes from here, and the engine's
 * answer is read by span. */
static void append_clean(struct bytes *out, const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)bytes + at, (utf8proc_ssize_t)(size - at), &code);
        if (used > 0 && code != 0) {
            bytes_append(out, bytes + at, (size_t)used);
            at += (size_t)used;
        } else {
            bytes_append_text(out, "\uFFFD");
            at++;
        }
    }
}

static void append_text(struct job *job, const struct text *text, struct span span)
{
    while (span.start < span.end && (text_byte(text, span.start) & 0xc0) == 0x80)
        span.start++;
    char *bytes = text_copy(text, span);
    append_clean(&job->text, bytes, span.end - span.start);
    free(bytes);
}

static void append_part(struct job *job, const struct part *part)
{
    size_t at = 0;
    for (size_t i = 0; i < part->cut_count; i++) {
        append_clean(&job->text, part->base.text + at, part->cuts[i].start - at);
        size_t start = job->text.size;
        append_clean(&job->text, part->base.text + part->cuts[i].start,
                     part->cuts[i].end - part->cuts[i].start);
        job->spans[job->span_count++] = (struct lacuna_span){ start, job->text.size };
        at = part->cuts[i].end;
    }
    append_clean(&job->text, part->base.text + at, part->base.size - at);
}

/* What stands around and between the parts, and the parts' own bases. */
static void compose_request(struct job *job)
{
    const struct hole *first = job->parts[0].hole, *last = job->parts[job->part_count - 1].hole;
    const struct text *text = first->document->text;
    size_t cuts = 0, at = first->span.start > FILL_CONTEXT ? first->span.start - FILL_CONTEXT : 0;
    for (size_t i = 0; i < job->part_count; i++)
        cuts += job->parts[i].cut_count;
    job->spans = memory_new((cuts + 1) * sizeof *job->spans);
    for (size_t i = 0; i < job->part_count; i++) {
        const struct span *span = &job->parts[i].hole->span;
        append_text(job, text, (struct span){ at, span->start });
        append_part(job, &job->parts[i]);
        at = span->end;
    }
    size_t size = text_size(text),
           end = size - last->span.end > FILL_CONTEXT ? last->span.end + FILL_CONTEXT : size;
    append_text(job, text, (struct span){ at, end });
}

/* ---- the engine's thread */

static struct proposal proposal_of_hole(const struct lacuna_hole *hole)
{
    struct proposal proposal = proposal_of(hole->text, hole->size);
    proposal.shades = memory_new(hole->confidence_count * sizeof *proposal.shades);
    proposal.shade_count = hole->confidence_count;
    for (size_t i = 0; i < hole->confidence_count; i++)
        proposal.shades[i] = (struct shade){ hole->confidence[i].start, hole->confidence[i].end,
                                             hole->confidence[i].probability, false };
    return proposal;
}

static void free_live(struct proposal *live, size_t count)
{
    for (size_t i = 0; live && i < count; i++)
        proposal_free(&live[i]);
    free(live);
}

static void observe(void *user, const struct lacuna_step *step)
{
    struct job *job = user;
    struct proposal *live = NULL;
    if (step && step->hole_count == job->span_count) {
        live = memory_new_zero(step->hole_count * sizeof *live);
        for (size_t i = 0; i < step->hole_count; i++)
            live[i] = proposal_of_hole(&step->holes[i]);
    }
    pthread_mutex_lock(&job->lock);
    if (live) {
        struct proposal *old = job->live;
        job->live = live;
        live = old;
        job->step = step->step;
        job->steps = step->steps;
    }
    if (!step)
        job->ended = true;
    pthread_mutex_unlock(&job->lock);
    free_live(live, job->span_count);
    fill_engine_signal(job->fill->engine);
}

/* ---- the editor's thread */

static bool start_running(struct job *job, struct error *error)
{
    const struct fill_settings *settings = &job->settings;
    struct lacuna_request request = {
        .task = job->ask.task,
        .text = job->text.data ? job->text.data : "",
        .size = job->text.size,
        .spans = job->spans,
        .span_count = job->span_count,
        .attribute = settings->attribute,
        .guidance_set = settings->guidance_set,
        .guidance = settings->guidance,
        .strength_set = job->ask.task == LACUNA_REWRITE,
        .strength = job->ask.strength,
        .steps = settings->steps,
        .seed = job->ask.seed,
        .length = settings->length,
        .keep = (const char *const *)settings->keep,
        .keep_count = settings->keep_count,
        .count = FILL_ALTERNATIVES,
    };
    sampling_ask(&settings->sampling, &request);
    struct lacuna_error reason = { 0 };
    struct fill_engine *engine = job->fill->engine;
    job->running =
        fill_engine_door(engine)->start(fill_engine_model(engine), &request, observe, job, &reason);
    return job->running ? true : fail(error, "%s", reason.message);
}

static bool register_job(struct fill *fill, struct job *job, struct error *error)
{
    if (!fill_engine_wake(fill->engine, error)) {
        job_free(job);
        return false;
    }
    if (fill->job_count == fill->job_room) {
        fill->job_room = fill->job_room * 2 + 4;
        fill->jobs = memory_resize(fill->jobs, fill->job_room * sizeof *fill->jobs);
    }
    fill->jobs[fill->job_count++] = job;
    trace_begin(fill);
    fill_engine_signal(fill->engine);
    return true;
}

static struct job *job_new(struct fill *fill, const struct ask *ask)
{
    struct job *job = memory_new_zero(sizeof *job);
    pthread_mutex_init(&job->lock, NULL);
    job->fill = fill;
    job->ask = *ask;
    job->settings = settings_copy(&fill->settings);
    return job;
}

static void hole_asked(struct hole *hole, const struct ask *ask)
{
    if (!hole->ask)
        hole->ask = memory_new(sizeof *hole->ask);
    *hole->ask = *ask;
    hole->state = HOLE_WAITING;
}

bool job_begin(struct fill *fill, struct hole **holes, size_t count, const struct ask *ask,
               struct error *error)
{
    struct job *job = job_new(fill, ask);
    job->parts = memory_new_zero(count * sizeof *job->parts);
    job->part_count = count;
    for (size_t i = 0; i < count; i++) {
        struct part *part = &job->parts[i];
        size_t size = holes[i]->span.end - holes[i]->span.start;
        hole_reset(fill, holes[i]);
        part->hole = holes[i];
        part->base =
            (struct proposal){ .text = text_copy(holes[i]->document->text, holes[i]->span), .size = size };
        part->cuts = memory_new(sizeof *part->cuts);
        part->cuts[0] = (struct span){ 0, size };
        part->cut_count = 1;
    }
    compose_request(job);
    if (!register_job(fill, job, error))
        return false;
    for (size_t i = 0; i < count; i++)
        hole_asked(holes[i], ask);
    return true;
}

bool job_begin_again(struct fill *fill, struct hole *hole, struct span *cuts, size_t count,
                     const struct ask *ask, struct error *error)
{
    struct job *job = job_new(fill, ask);
    job->parts = memory_new_zero(sizeof *job->parts);
    job->part_count = 1;
    job->parts[0] = (struct part){ .base = proposal_copy(&hole->alternatives[hole->chosen]),
                                   .cuts = cuts,
                                   .cut_count = count };
    hole_reset(fill, hole);
    job->parts[0].hole = hole;
    compose_request(job);
    if (!register_job(fill, job, error))
        return false;
    hole_asked(hole, ask);
    return true;
}

void job_cancel(struct job *job)
{
    job->abandoned = true;
    if (job->running)
        fill_engine_door(job->fill->engine)->cancel(job->running);
    fill_engine_signal(job->fill->engine);
}

void job_stop(struct job *job)
{
    if (job->running)
        fill_engine_door(job->fill->engine)->stop(job->running);
    else
        job_cancel(job);
}

void job_free(struct job *job)
{
    if (job->running)
        fill_engine_door(job->fill->engine)->job_free(job->running);
    for (size_t i = 0; i < job->part_count; i++) {
        proposal_free(&job->parts[i].base);
        free(job->parts[i].cuts);
    }
    free_live(job->live, job->span_count);
    pthread_mutex_destroy(&job->lock);
    settings_free(&job->settings);
    bytes_free(&job->text);
    free(job->spans);
    free(job->parts);
    free(job);
}

/* Each part's holes back to masked: the fill failed or was cancelled. */
static void give_up(struct job *job)
{
    for (size_t i = 0; i < job->part_count; i++)
        if (job->parts[i].hole)
            job->parts[i].hole->state = HOLE_MASKED;
    job->abandoned = true;
}

static void take_step(struct job *job, const struct proposal *live, int step, int steps)
{
    for (size_t i = 0, span = 0; i < job->part_count; span += job->parts[i].cut_count, i++) {
        struct part *part = &job->parts[i];
        if (!part->hole)
            continue;
        proposal_free(&part->hole->live);
        part->hole->live = proposal_compose(&part->base, part->cuts, part->cut_count, &live[span]);
        part->hole->state = HOLE_FILLING;
        part->hole->step = step;
        part->hole->steps = steps;
        if (i == 0)
            trace_add(job->fill, step, steps, &part->hole->live);
    }
}

/* The confidence ranges of an alternative count in its whole text; those of one fill, which begins at
 * `start`, in the fill. */
static struct proposal proposal_of_fill(const struct lacuna_alternative *alternative, size_t index,
                                        size_t start)
{
    const struct lacuna_fill *fill = &alternative->fills[index];
    struct proposal proposal = proposal_of(fill->text, fill->size);
    proposal.shades = memory_new((alternative->confidence_count + 1) * sizeof *proposal.shades);
    for (size_t i = 0; i < alternative->confidence_count; i++) {
        struct lacuna_confidence range = alternative->confidence[i];
        if (range.start < start || range.end > start + fill->size)
            continue;
        proposal.shades[proposal.shade_count++] =
            (struct shade){ range.start - start, range.end - start, range.probability, false };
    }
    return proposal;
}

static void add_alternative(struct hole *hole, struct proposal proposal)
{
    for (size_t i = 0; i < hole->alternative_count; i++) {
        const struct proposal *other = &hole->alternatives[i];
        if (other->size == proposal.size && memcmp(other->text, proposal.text, other->size) == 0) {
            proposal_free(&proposal);
            return;
        }
    }
    hole->alternatives =
        memory_resize(hole->alternatives, (hole->alternative_count + 1) * sizeof *hole->alternatives);
    hole->alternatives[hole->alternative_count++] = proposal;
}

static void take_alternative(struct job *job, const struct lacuna_alternative *alternative)
{
    struct proposal *fills = memory_new_zero((job->span_count + 1) * sizeof *fills);
    size_t start = 0, from = 0;
    for (size_t i = 0; i < job->span_count; i++) {
        start += job->spans[i].start - from;
        fills[i] = proposal_of_fill(alternative, i, start);
        start += fills[i].size;
        from = job->spans[i].end;
    }
    for (size_t i = 0, span = 0; i < job->part_count; span += job->parts[i].cut_count, i++) {
        struct part *part = &job->parts[i];
        if (!part->hole)
            continue;
        struct proposal whole = proposal_compose(&part->base, part->cuts, part->cut_count, &fills[span]);
        whole.logprob = alternative->logprob;
        add_alternative(part->hole, whole);
    }
    free_live(fills, job->span_count);
}

static void take_answer(struct job *job, const struct lacuna_answer *answer)
{
    struct fill *fill = job->fill;
    for (size_t i = 0; i < answer->alternative_count; i++)
        take_alternative(job, &answer->alternatives[i]);
    for (size_t i = 0; i < job->part_count; i++) {
        struct hole *hole = job->parts[i].hole;
        if (!hole)
            continue;
        hole->state = HOLE_PROPOSED;
        proposal_free(&hole->live);
        if (hole->follow && hole->document == fill->editor->window.document)
            fill_open_list(fill, hole);
        hole->follow = false;
    }
    if (answer->note)
        editor_message(fill->editor, "%s", answer->note);
}

static void say_failure(struct job *job, const char *reason)
{
    give_up(job);
    editor_error(job->fill->editor, "fill: %s", reason);
}

/* A fill without a model ends a headless run before anything is written. */
static void say_no_model(struct job *job, const char *reason)
{
    struct editor *editor = job->fill->editor;
    give_up(job);
    editor_error(editor, "fill: %s", reason);
    if (!editor->headless)
        return;
    editor->failed = true;
    editor->quit = true;
    editor->exit_code = 2;
}

static bool update_waiting(struct job *job)
{
    struct error error = { 0 };
    switch (fill_engine_state(job->fill->engine, &error)) {
    case FILL_ENGINE_READY:
        if (!start_running(job, &error))
            say_failure(job, error.text);
        return true;
    case FILL_ENGINE_FAILED:
        say_no_model(job, error.text);
        return true;
    case FILL_ENGINE_ASLEEP: /* another model was chosen since */
        if (!fill_engine_wake(job->fill->engine, &error))
            say_no_model(job, error.text);
        return true;
    case FILL_ENGINE_LOADING:
        break;
    }
    return false;
}

bool job_update(struct job *job)
{
    if (!job->running)
        return job->abandoned ? false : update_waiting(job);
    pthread_mutex_lock(&job->lock);
    struct proposal *live = job->live;
    bool ended = job->ended;
    int step = job->step, steps = job->steps;
    job->live = NULL;
    pthread_mutex_unlock(&job->lock);
    if (live && !job->abandoned)
        take_step(job, live, step, steps);
    free_live(live, job->span_count);
    if (ended && !job->abandoned) {
        struct lacuna_error reason = { 0 };
        const struct lacuna_answer *answer = fill_engine_door(job->fill->engine)->wait(job->running, &reason);
        if (answer)
            take_answer(job, answer);
        else
            say_failure(job, reason.message);
    }
    return live || ended;
}

bool job_is_over(struct job *job)
{
    pthread_mutex_lock(&job->lock);
    bool ended = job->ended;
    pthread_mutex_unlock(&job->lock);
    return job->running ? ended : job->abandoned;
}

struct job *job_of(const struct fill *fill, const struct hole *hole)
{
    for (size_t i = 0; i < fill->job_count; i++)
        for (size_t j = 0; j < fill->jobs[i]->part_count; j++)
            if (fill->jobs[i]->parts[j].hole == hole && !fill->jobs[i]->abandoned)
                return fill->jobs[i];
    return NULL;
}
