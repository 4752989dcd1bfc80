/* fill_engine.h - the engine behind the editor: its library is loaded and its model opened on a thread, at
 * first need, so that the editor starts without it and never waits for it.
 *
 *     ASLEEP --wake--> LOADING --> READY
 *                         `------> FAILED --wake--> LOADING
 *
 * All functions belong to the editor's thread. `descriptor` becomes readable when something has happened: a
 * model is open or refused, a job has taken a step or ended. */
#ifndef EDITOR_COMMAND_FILL_ENGINE_H
#define EDITOR_COMMAND_FILL_ENGINE_H

#include "editor/base/error.h"
#include "model/lacuna.h"

struct fill_engine;

/* The functions of lacuna.h that the editor calls. */
struct fill_door {
    struct lacuna_model *(*open)(const char *name, const struct lacuna_options *options,
                                 struct lacuna_error *error);
    void (*close)(struct lacuna_model *model);
    const struct lacuna_description *(*describe)(const struct lacuna_model *model);
    bool (*check)(const struct lacuna_model *model, const struct lacuna_request *request,
                  struct lacuna_error *error);
    struct lacuna_job *(*start)(struct lacuna_model *model, const struct lacuna_request *request,
                                lacuna_observe *observe, void *user, struct lacuna_error *error);
    bool (*ended)(const struct lacuna_job *job);
    const struct lacuna_answer *(*wait)(struct lacuna_job *job, struct lacuna_error *error);
    void (*cancel)(struct lacuna_job *job);
    void (*stop)(struct lacuna_job *job);
    void (*job_free)(struct lacuna_job *job);
};

enum fill_engine_state { FILL_ENGINE_ASLEEP, FILL_ENGINE_LOADING, FILL_ENGINE_READY, FILL_ENGINE_FAILED };

/* `library`: path of liblacuna.so, or NULL to look beside the program and in ../lib. */
struct fill_engine *fill_engine_new(const char *library);
/* Every job must have been freed. Does not wait for a model that is still being opened. */
void fill_engine_free(struct fill_engine *engine);

/* The model for the jobs that follow: name, folder or file. */
void fill_engine_choose(struct fill_engine *engine, const char *model);
const char *fill_engine_chosen(const struct fill_engine *engine);

/* Starts to load what was chosen unless it is loaded or loading. False: the system gives no thread. */
bool fill_engine_wake(struct fill_engine *engine, struct error *error);
/* FAILED fills *error. */
enum fill_engine_state fill_engine_state(struct fill_engine *engine, struct error *error);
/* READY only. A model that is no longer chosen stays open until the engine is freed. */
struct lacuna_model *fill_engine_model(struct fill_engine *engine);
const struct fill_door *fill_engine_door(const struct fill_engine *engine);

/* Calls visit for each model that a name reaches. The library is loaded for this, no model is opened. */
bool fill_engine_models(const struct fill_engine *engine,
                        void (*visit)(void *user, const char *name, const char *path), void *user,
                        struct error *error);

/* The same for each sampler; visit gets its name and a line of help. */
bool fill_engine_samplers(const struct fill_engine *engine,
                          void (*visit)(void *user, const char *name, const char *help), void *user,
                          struct error *error);

int fill_engine_descriptor(const struct fill_engine *engine);
/* Makes the descriptor readable; from any thread. */
void fill_engine_signal(const struct fill_engine *engine);
/* Makes it unreadable until the next signal. */
void fill_engine_settle(const struct fill_engine *engine);

#endif
