/* stub_engine.c - a stand-in for liblacuna: the same door, deterministic words, no weights. What it fills
 * depends on the seed, the alternative and the hole alone; each step reveals one more word. For tests of the
 * editor.
 *
 * LACUNA_STUB_DELAY (milliseconds a step, default 10) makes it slow; LACUNA_STUB_MODEL=missing makes
 * lacuna_open fail, =broken each job. */
#include "model/lacuna.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WORDS = 3, HOLES = 64, ALTERNATIVES = 8, FILL = 256 };

static const char *const vocabulary[] = { "quay",  "and",   "waited", "water", "as",     "before",
                                          "shore", "stood", "there",  "moon",  "slowly", "walked",
                                          "home",  "under", "stars",  "late" };

struct lacuna_model {
    struct lacuna_description description;
    pthread_mutex_t turn; /* jobs run one after another */
};

struct stub_alternative {
    char fills[HOLES][FILL];
    struct lacuna_fill fill[HOLES];
    struct lacuna_confidence confidence[HOLES];
    char *text;
};

struct lacuna_job {
    struct lacuna_model *model;
    struct lacuna_request request;
    struct lacuna_span spans[HOLES];
    char *text, *attribute;
    char keep[FILL];
    lacuna_observe *observe;
    void *user;
    pthread_t thread;
    atomic_bool cancelled, stopped, ended;
    bool joined;
    struct stub_alternative made[ALTERNATIVES];
    struct lacuna_alternative alternatives[ALTERNATIVES];
    struct lacuna_answer answer;
    struct lacuna_edit edit;
};

static bool refuse(struct lacuna_error *error, enum lacuna_code code, const char *message)
{
    if (error) {
        error->code = code;
        snprintf(error->message, sizeof error->message, "%s", message);
    }
    return false;
}

void lacuna_models(const char *data_folder, void (*visit)(void *user, const char *name, const char *path),
                   void *user)
{
    (void)data_folder;
    visit(user, "default", "/models/default");
    visit(user, "dream-7b", "/models/dream-7b.gguf");
}

void lacuna_samplers(void (*visit)(void *user, const char *name, const char *help), void *user)
{
    visit(user, "confidence", "the surest first");
    visit(user, "threshold", "all sure ones");
}

static bool environment_is(const char *value)
{
    const char *set = getenv("LACUNA_STUB_MODEL");
    return set && strcmp(set, value) == 0;
}

struct lacuna_model *lacuna_open(const char *name, const struct lacuna_options *options,
                                 struct lacuna_error *error)
{
    static const struct lacuna_attribute attributes[] = { { "register", "formal" },
                                                          { "register", "informal" },
                                                          { "tense", "past" },
                                                          { "tense", "present" },
                                                          { "person", "first person" } };
    (void)options;
    if (environment_is("missing") || strcmp(name, "nowhere") == 0) {
        refuse(error, LACUNA_MODEL, "no model of that name; see lacuna-model info");
        return NULL;
    }
    struct lacuna_model *model = calloc(1, sizeof *model);
    pthread_mutex_init(&model->turn, NULL);
    model->description = (struct lacuna_description){
        .name = "default",
        .path = "stub",
        .architecture = "stub",
        .process = "absorbing",
        .tokenizer = "words",
        .parameters = 38000000,
        .context_length = 256,
        .verified = true,
        .attributes = attributes,
        .attribute_count = sizeof attributes / sizeof *attributes,
    };
    return model;
}

void lacuna_close(struct lacuna_model *model)
{
    free(model);
}

const struct lacuna_description *lacuna_describe(const struct lacuna_model *model)
{
    return &model->description;
}

bool lacuna_check(const struct lacuna_model *model, const struct lacuna_request *request,
                  struct lacuna_error *error)
{
    (void)model;
    if (request->attribute && strstr(request->attribute, "frmal"))
        return refuse(error, LACUNA_ATTRIBUTE, "unknown attribute \"frmal\"; did you mean \"formal\"?");
    if (request->span_count == 0 || request->span_count > HOLES)
        return refuse(error, LACUNA_BAD_SPAN, "between 1 and 64 spans");
    for (size_t i = 0; i < request->span_count; i++)
        if (request->spans[i].start > request->spans[i].end || request->spans[i].end > request->size)
            return refuse(error, LACUNA_BAD_SPAN, "span out of the text");
    return true;
}

static const char *choose(const struct lacuna_job *job, size_t alternative, size_t hole, int word)
{
    size_t index = job->request.seed * 5 + alternative * 3 + hole * 7 + (size_t)word;
    return vocabulary[index % (sizeof vocabulary / sizeof *vocabulary)];
}

/* The hole's text with `revealed` of its words decided. */
static void write_fill(const struct lacuna_job *job, size_t alternative, size_t hole, int revealed, char *out)
{
    bool blank = job->spans[hole].start == job->spans[hole].end;
    int words = job->request.length.unit == LACUNA_WORDS ? job->request.length.low : WORDS;
    *out = 0;
    for (int word = 0; word < words && strlen(out) < FILL / 2; word++) {
        if (word > 0)
            strcat(out, " ");
        if (word >= revealed)
            strcat(out, "·");
        else if (word == 0 && hole == 0 && job->keep[0])
            strcat(out, job->keep);
        else
            strcat(out, choose(job, alternative, hole, word));
    }
    if (blank && revealed >= words)
        strcat(out, " ");
}

static void show_step(struct lacuna_job *job, int step, int steps, int revealed)
{
    char texts[HOLES][FILL];
    struct lacuna_hole holes[HOLES];
    struct lacuna_confidence confidence[HOLES];
    for (size_t i = 0; i < job->request.span_count; i++) {
        write_fill(job, 0, i, revealed, texts[i]);
        confidence[i] = (struct lacuna_confidence){ 0, strlen(texts[i]), .probability = 0.5f };
        holes[i] = (struct lacuna_hole){ texts[i], strlen(texts[i]), &confidence[i], 1 };
    }
    struct lacuna_step shown = { step, steps, holes, job->request.span_count };
    if (job->observe)
        job->observe(job->user, &shown);
}

static void wait_step(void)
{
    const char *set = getenv("LACUNA_STUB_DELAY");
    long delay = set ? atol(set) : 10;
    struct timespec pause = { delay / 1000, delay % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

static void make_alternative(struct lacuna_job *job, size_t index, int revealed)
{
    struct stub_alternative *made = &job->made[index];
    size_t room = job->request.size + HOLES * FILL, size = 0, from = 0;
    made->text = calloc(1, room);
    for (size_t i = 0; i < job->request.span_count; i++) {
        write_fill(job, index, i, revealed, made->fills[i]);
        size_t fill = strlen(made->fills[i]);
        memcpy(made->text + size, job->text + from, job->spans[i].start - from);
        size += job->spans[i].start - from;
        memcpy(made->text + size, made->fills[i], fill);
        made->confidence[i] = (struct lacuna_confidence){ size, size + fill, 0.7f };
        made->fill[i] = (struct lacuna_fill){ made->fills[i], fill, WORDS };
        size += fill;
        from = job->spans[i].end;
    }
    memcpy(made->text + size, job->text + from, job->request.size - from);
    size += job->request.size - from;
    job->alternatives[index] = (struct lacuna_alternative){
        .text = made->text,
        .size = size,
        .fills = made->fill,
        .logprob = -0.41 - 0.25 * (double)index,
        .confidence = made->confidence,
        .confidence_count = job->request.span_count,
    };
    if (job->request.task == LACUNA_CORRECT) {
        job->edit = (struct lacuna_edit){ job->spans[0].start, job->spans[0].end, made->fills[0], 0.8f };
        job->alternatives[index].edits = &job->edit;
        job->alternatives[index].edit_count = 1;
    }
}

static void *run_job(void *argument)
{
    struct lacuna_job *job = argument;
    pthread_mutex_lock(&job->model->turn);
    int steps = job->request.steps ? job->request.steps : 8, step = 0, revealed = 0;
    while (step < steps && !atomic_load(&job->cancelled) && !atomic_load(&job->stopped)) {
        wait_step();
        if (atomic_load(&job->cancelled))
            break;
        revealed = ++step * WORDS / steps;
        show_step(job, step, steps, revealed);
    }
    if (step == steps)
        revealed = 1000;
    int count = job->request.count ? job->request.count : 1;
    job->answer = (struct lacuna_answer){ .alternatives = job->alternatives,
                                          .span_count = job->request.span_count,
                                          .steps = step,
                                          .tokens = WORDS,
                                          .ms = step * 10.0 };
    for (; (int)job->answer.alternative_count < count && job->answer.alternative_count < ALTERNATIVES;
         job->answer.alternative_count++)
        make_alternative(job, job->answer.alternative_count, revealed);
    pthread_mutex_unlock(&job->model->turn);
    atomic_store(&job->ended, true);
    if (job->observe)
        job->observe(job->user, NULL);
    return NULL;
}

struct lacuna_job *lacuna_start(struct lacuna_model *model, const struct lacuna_request *request,
                                lacuna_observe *observe, void *user, struct lacuna_error *error)
{
    if (!lacuna_check(model, request, error))
        return NULL;
    struct lacuna_job *job = calloc(1, sizeof *job);
    job->model = model;
    job->request = *request;
    job->text = malloc(request->size + 1);
    memcpy(job->text, request->text, request->size);
    memcpy(job->spans, request->spans, request->span_count * sizeof *job->spans);
    if (request->keep_count)
        snprintf(job->keep, sizeof job->keep, "%s", request->keep[0]);
    job->observe = observe;
    job->user = user;
    pthread_create(&job->thread, NULL, run_job, job);
    return job;
}

bool lacuna_ended(const struct lacuna_job *job)
{
    return atomic_load(&job->ended);
}

static void join_job(struct lacuna_job *job)
{
    if (!job->joined)
        pthread_join(job->thread, NULL);
    job->joined = true;
}

const struct lacuna_answer *lacuna_wait(struct lacuna_job *job, struct lacuna_error *error)
{
    join_job(job);
    if (atomic_load(&job->cancelled)) {
        refuse(error, LACUNA_CANCELLED, "cancelled");
        return NULL;
    }
    if (environment_is("broken")) {
        refuse(error, LACUNA_MODEL, "tensor layers.0.wq is missing");
        return NULL;
    }
    return &job->answer;
}

void lacuna_cancel(struct lacuna_job *job)
{
    atomic_store(&job->cancelled, true);
}

void lacuna_stop(struct lacuna_job *job)
{
    atomic_store(&job->stopped, true);
}

void lacuna_job_free(struct lacuna_job *job)
{
    if (!job)
        return;
    lacuna_cancel(job);
    join_job(job);
    for (size_t i = 0; i < ALTERNATIVES; i++)
        free(job->made[i].text);
    free(job->text);
    free(job);
}

const char *lacuna_version(void)
{
    return LACUNA_VERSION;
}

const char *lacuna_code_name(enum lacuna_code code)
{
    return code == LACUNA_MODEL ? "model" : code == LACUNA_ATTRIBUTE ? "attribute" : "bad_request";
}
