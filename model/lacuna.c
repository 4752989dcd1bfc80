/* The public door: a model with one worker thread, and a queue of jobs that it runs in order. */
#include "model/lacuna.h"

#include "model/base/find_model.h"
#include "model/base/memory.h"
#include "model/diffusion/sampler.h"
#include "model/infill/infill.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The worker's niceness: an editor that shares the machine stays quick. */
enum { WORKER_NICE = 5 };

struct lacuna_model {
    struct infill *infill;
    struct denoiser_session *session; /* the worker's */
    pthread_t worker;
    pthread_mutex_t lock; /* over everything below, and the state of every job */
    pthread_cond_t changed;
    struct lacuna_job *first, *last; /* waiting, in order */
    bool closing, started;
};

/* The request's own copies of what it pointed at. */
struct held {
    struct lacuna_request request;
    char *text, *attribute, *sampler;
    struct lacuna_span *spans;
    char **keep;
};

struct lacuna_job {
    struct lacuna_model *model;
    struct held held;
    lacuna_observe *observe;
    void *user;
    atomic_bool cancel, stop;
    atomic_bool ended; /* the answer is there; the last call of observe may still be running */
    bool left;         /* the worker has done with the job */
    struct lacuna_answer *answer;
    struct lacuna_error error;
    struct lacuna_job *next;
};

const char *lacuna_version(void)
{
    return LACUNA_VERSION;
}

const char *lacuna_code_name(enum lacuna_code code)
{
    static const char *const names[] = { "ok",     "bad_json", "bad_request", "bad_span", "attribute",
                                         "length", "keep",     "too_long",    "model",    "cancelled" };
    return (size_t)code < sizeof names / sizeof *names ? names[code] : "unknown";
}

void lacuna_models(const char *data_folder, void (*visit)(void *user, const char *name, const char *path),
                   void *user)
{
    find_models(data_folder, visit, user);
}

void lacuna_samplers(void (*visit)(void *user, const char *name, const char *help), void *user)
{
    for (const struct sampler *const *row = sampler_table; *row; row++)
        visit(user, (*row)->name, (*row)->help);
}

static char *copy_text(const char *text)
{
    return text ? memory_text(text, strlen(text)) : NULL;
}

static struct held held_new(const struct lacuna_request *request)
{
    struct held held = { .request = *request,
                         .text = memory_text(request->text ? request->text : "", request->size),
                         .attribute = copy_text(request->attribute),
                         .sampler = copy_text(request->sampler),
                         .spans = memory_new(request->span_count, sizeof *held.spans),
                         .keep = memory_new(request->keep_count, sizeof *held.keep) };
    if (request->span_count)
        memcpy(held.spans, request->spans, request->span_count * sizeof *held.spans);
    for (size_t i = 0; i < request->keep_count; i++)
        held.keep[i] = copy_text(request->keep[i]);
    held.request.text = held.text;
    held.request.attribute = held.attribute;
    held.request.sampler = held.sampler;
    held.request.spans = held.spans;
    held.request.keep = (const char *const *)held.keep;
    return held;
}

static void held_free(struct held *held)
{
    for (size_t i = 0; i < held->request.keep_count; i++)
        free(held->keep[i]);
    free(held->keep);
    free(held->spans);
    free(held->sampler);
    free(held->attribute);
    free(held->text);
}

static void job_run(struct lacuna_job *job)
{
    struct infill_watch watch = {
        .cancel = &job->cancel, .stop = &job->stop, .observe = job->observe, .user = job->user
    };
    struct lacuna_model *model = job->model;
    if (atomic_load(&job->cancel))
        fail(&job->error, LACUNA_CANCELLED, "cancelled");
    else
        job->answer = infill_run(model->infill, model->session, &job->held.request, &watch, &job->error);
    atomic_store(&job->ended, true);
    if (job->observe)
        job->observe(job->user, NULL);
    pthread_mutex_lock(&model->lock);
    job->left = true;
    pthread_cond_broadcast(&model->changed);
    pthread_mutex_unlock(&model->lock);
}

static void *work(void *user)
{
    struct lacuna_model *model = user;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), WORKER_NICE);
    pthread_mutex_lock(&model->lock);
    for (;;) {
        struct lacuna_job *job = model->first;
        if (!job && model->closing)
            break;
        if (!job) {
            pthread_cond_wait(&model->changed, &model->lock);
            continue;
        }
        model->first = job->next;
        if (!model->first)
            model->last = NULL;
        pthread_mutex_unlock(&model->lock);
        job_run(job);
        pthread_mutex_lock(&model->lock);
    }
    pthread_mutex_unlock(&model->lock);
    return NULL;
}

static bool model_start(struct lacuna_model *model, struct lacuna_error *error)
{
    model->session = denoiser_session_new(infill_denoiser(model->infill), error);
    if (!model->session)
        return false;
    pthread_mutex_init(&model->lock, NULL);
    pthread_cond_init(&model->changed, NULL);
    model->started = pthread_create(&model->worker, NULL, work, model) == 0;
    return model->started || fail(error, LACUNA_MODEL, "no thread could be started for the model");
}

struct lacuna_model *lacuna_open(const char *name_or_path, const struct lacuna_options *options,
                                 struct lacuna_error *error)
{
    struct infill *infill = infill_open(name_or_path, options, error);
    if (!infill)
        return NULL;
    struct lacuna_model *model = memory_new(1, sizeof *model);
    model->infill = infill;
    if (!model_start(model, error)) {
        lacuna_close(model);
        return NULL;
    }
    return model;
}

void lacuna_close(struct lacuna_model *model)
{
    if (!model)
        return;
    if (model->started) {
        pthread_mutex_lock(&model->lock);
        model->closing = true;
        pthread_cond_broadcast(&model->changed);
        pthread_mutex_unlock(&model->lock);
        pthread_join(model->worker, NULL);
    }
    if (model->session) {
        pthread_cond_destroy(&model->changed);
        pthread_mutex_destroy(&model->lock);
        denoiser_session_free(model->session);
    }
    infill_close(model->infill);
    free(model);
}

const struct lacuna_description *lacuna_describe(const struct lacuna_model *model)
{
    return infill_describe(model->infill);
}

bool lacuna_check(const struct lacuna_model *model, const struct lacuna_request *request,
                  struct lacuna_error *error)
{
    return infill_check(model->infill, request, error);
}

struct lacuna_job *lacuna_start(struct lacuna_model *model, const struct lacuna_request *request,
                                lacuna_observe *observe, void *user, struct lacuna_error *error)
{
    if (!infill_check(model->infill, request, error))
        return NULL;
    struct lacuna_job *job = memory_new(1, sizeof *job);
    job->model = model;
    job->held = held_new(request);
    job->observe = observe;
    job->user = user;
    pthread_mutex_lock(&model->lock);
    if (model->last)
        model->last->next = job;
    else
        model->first = job;
    model->last = job;
    pthread_cond_broadcast(&model->changed);
    pthread_mutex_unlock(&model->lock);
    return job;
}

bool lacuna_ended(const struct lacuna_job *job)
{
    return atomic_load(&job->ended);
}

const struct lacuna_answer *lacuna_wait(struct lacuna_job *job, struct lacuna_error *error)
{
    struct lacuna_model *model = job->model;
    pthread_mutex_lock(&model->lock);
    while (!job->left)
        pthread_cond_wait(&model->changed, &model->lock);
    pthread_mutex_unlock(&model->lock);
    if (!job->answer && error)
        *error = job->error;
    return job->answer;
}

void lacuna_cancel(struct lacuna_job *job)
{
    atomic_store(&job->cancel, true);
}

void lacuna_stop(struct lacuna_job *job)
{
    atomic_store(&job->stop, true);
}

/* Takes a job that still waits out of the queue, so that giving it back does not wait for those in front of
 * it. */
static void leave_queue(struct lacuna_job *job)
{
    struct lacuna_model *model = job->model;
    struct lacuna_job *before = NULL;
    pthread_mutex_lock(&model->lock);
    for (struct lacuna_job *at = model->first; at; before = at, at = at->next) {
        if (at != job)
            continue;
        if (before)
            before->next = job->next;
        else
            model->first = job->next;
        if (model->last == job)
            model->last = before;
        job->left = true;
        break;
    }
    pthread_mutex_unlock(&model->lock);
}

void lacuna_job_free(struct lacuna_job *job)
{
    if (!job)
        return;
    lacuna_cancel(job);
    leave_queue(job);
    lacuna_wait(job, NULL);
    infill_answer_free(job->answer);
    held_free(&job->held);
    free(job);
}
