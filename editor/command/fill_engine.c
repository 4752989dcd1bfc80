#include "editor/command/fill_engine.h"

#include "editor/base/memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One model, open or to be opened. It outlives the engine while its thread is opening it. */
struct loading {
    pthread_mutex_t lock;
    pthread_t thread;
    int owners; /* the engine, and the thread while it runs */
    bool done;
    char *library, *name;
    int descriptor;
    struct fill_door door;
    struct lacuna_model *model;
    struct error error;
    struct loading *older; /* models chosen before, whose jobs may still run */
};

struct fill_engine {
    char *library, *chosen;
    int descriptor;
    struct loading *loading;
    struct fill_door door;
};

static char *copy(const char *text)
{
    return text ? memory_copy(text, strlen(text)) : NULL;
}

struct fill_engine *fill_engine_new(const char *library)
{
    struct fill_engine *engine = memory_new_zero(sizeof *engine);
    engine->library = copy(library);
    engine->chosen = copy("default");
    engine->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return engine;
}

/* One owner fewer. The thread's copy of the descriptor is its own, since the engine may be gone before it. */
static void loading_release(struct loading *loading)
{
    pthread_mutex_lock(&loading->lock);
    bool last = --loading->owners == 0;
    pthread_mutex_unlock(&loading->lock);
    if (!last)
        return;
    if (loading->model)
        loading->door.close(loading->model);
    pthread_mutex_destroy(&loading->lock);
    close(loading->descriptor);
    free(loading->library);
    free(loading->name);
    free(loading);
}

static bool loading_done(struct loading *loading)
{
    pthread_mutex_lock(&loading->lock);
    bool done = loading->done;
    pthread_mutex_unlock(&loading->lock);
    return done;
}

/* The engine's share is given back. A thread that has opened its model is waited for, one that still works is
 * left alone. */
static void loading_leave(struct loading *loading)
{
    if (loading_done(loading))
        pthread_join(loading->thread, NULL);
    else
        pthread_detach(loading->thread);
    loading_release(loading);
}

void fill_engine_free(struct fill_engine *engine)
{
    if (!engine)
        return;
    while (engine->loading) {
        struct loading *older = engine->loading->older;
        loading_leave(engine->loading);
        engine->loading = older;
    }
    close(engine->descriptor);
    free(engine->library);
    free(engine->chosen);
    free(engine);
}

void fill_engine_choose(struct fill_engine *engine, const char *model)
{
    char *chosen = copy(model);
    free(engine->chosen);
    engine->chosen = chosen;
}

const char *fill_engine_chosen(const struct fill_engine *engine)
{
    return engine->chosen;
}

static void *find_library(const char *given, struct error *error)
{
    static const char *const places[] = { "liblacuna.so.0", "../lib/liblacuna.so.0",
                                          "../lib/x86_64-linux-gnu/liblacuna.so.0",
                                          "../lib/aarch64-linux-gnu/liblacuna.so.0",
                                          "../model/liblacuna.so.0" };
    char program[PATH_MAX], path[PATH_MAX + 64];
    if (given) {
        void *library = dlopen(given, RTLD_NOW | RTLD_LOCAL);
        if (!library)
            fail(error, "the engine cannot be loaded: %s", dlerror());
        return library;
    }
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = 0;
    char *slash = strrchr(program, '/');
    if (slash)
        slash[1] = 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s%s", program, places[i]);
        if (access(path, F_OK) != 0)
            continue;
        void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        if (!library)
            fail(error, "the engine cannot be loaded: %s", dlerror());
        return library;
    }
    fail(error,
         "the engine, liblacuna.so.0, is neither beside the program nor in ../lib; install lacuna again");
    return NULL;
}

/* POSIX lets an object pointer of dlsym hold a function; C needs the detour through memory. */
static bool find_function(void *library, const char *name, void *function, struct error *error)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol ? true
                  : fail(error, "the engine lacks %s; editor and engine are of different versions", name);
}

static bool open_door(struct fill_door *door, void *library, struct error *error)
{
    return find_function(library, "lacuna_open", &door->open, error) &&
           find_function(library, "lacuna_close", &door->close, error) &&
           find_function(library, "lacuna_describe", &door->describe, error) &&
           find_function(library, "lacuna_check", &door->check, error) &&
           find_function(library, "lacuna_start", &door->start, error) &&
           find_function(library, "lacuna_ended", &door->ended, error) &&
           find_function(library, "lacuna_wait", &door->wait, error) &&
           find_function(library, "lacuna_cancel", &door->cancel, error) &&
           find_function(library, "lacuna_stop", &door->stop, error) &&
           find_function(library, "lacuna_job_free", &door->job_free, error);
}

/* The library stays loaded for good: its threads may outlive the model. */
static void *load(void *argument)
{
    struct loading *loading = argument;
    struct error error = { 0 };
    struct fill_door door = { 0 };
    struct lacuna_model *model = NULL;
    void *library = find_library(loading->library, &error);
    if (library && open_door(&door, library, &error)) {
        struct lacuna_error reason = { 0 };
        model = door.open(loading->name, NULL, &reason);
        if (!model)
            fail(&error, "model %s: %s", loading->name, reason.message);
    }
    pthread_mutex_lock(&loading->lock);
    loading->door = door;
    loading->model = model;
    loading->error = error;
    loading->done = true;
    pthread_mutex_unlock(&loading->lock);
    eventfd_write(loading->descriptor, 1);
    loading_release(loading);
    return NULL;
}

static struct loading *loading_new(const struct fill_engine *engine)
{
    struct loading *loading = memory_new_zero(sizeof *loading);
    pthread_mutex_init(&loading->lock, NULL);
    loading->owners = 2;
    loading->library = copy(engine->library);
    loading->name = copy(engine->chosen);
    loading->descriptor = dup(engine->descriptor);
    return loading;
}

/* The model that was chosen, loading or open; NULL: nobody has asked for it since. */
static struct loading *current(const struct fill_engine *engine)
{
    struct loading *loading = engine->loading;
    return loading && strcmp(loading->name, engine->chosen) == 0 ? loading : NULL;
}

bool fill_engine_wake(struct fill_engine *engine, struct error *error)
{
    struct loading *now = current(engine);
    if (now && (!loading_done(now) || now->model))
        return true;
    struct loading *loading = loading_new(engine);
    if (pthread_create(&loading->thread, NULL, load, loading) != 0) {
        loading->owners = 1;
        loading_release(loading);
        return fail(error, "the engine cannot be loaded: no more threads: %s", strerror(errno));
    }
    loading->older = engine->loading;
    engine->loading = loading;
    return true;
}

enum fill_engine_state fill_engine_state(struct fill_engine *engine, struct error *error)
{
    struct loading *loading = current(engine);
    if (!loading)
        return FILL_ENGINE_ASLEEP;
    if (!loading_done(loading))
        return FILL_ENGINE_LOADING;
    if (loading->model) {
        engine->door = loading->door;
        return FILL_ENGINE_READY;
    }
    if (error)
        *error = loading->error;
    return FILL_ENGINE_FAILED;
}

struct lacuna_model *fill_engine_model(struct fill_engine *engine)
{
    return fill_engine_state(engine, NULL) == FILL_ENGINE_READY ? engine->loading->model : NULL;
}

const struct fill_door *fill_engine_door(const struct fill_engine *engine)
{
    return &engine->door;
}

bool fill_engine_models(const struct fill_engine *engine,
                        void (*visit)(void *user, const char *name, const char *path), void *user,
                        struct error *error)
{
    void (*list)(const char *, void (*)(void *, const char *, const char *), void *);
    void *library = find_library(engine->library, error);
    if (!library || !find_function(library, "lacuna_models", &list, error))
        return false;
    list(NULL, visit, user);
    return true;
}

bool fill_engine_samplers(const struct fill_engine *engine,
                          void (*visit)(void *user, const char *name, const char *help), void *user,
                          struct error *error)
{
    void (*list)(void (*)(void *, const char *, const char *), void *);
    void *library = find_library(engine->library, error);
    if (!library || !find_function(library, "lacuna_samplers", &list, error))
        return false;
    list(visit, user);
    return true;
}

int fill_engine_descriptor(const struct fill_engine *engine)
{
    return engine->descriptor;
}

void fill_engine_signal(const struct fill_engine *engine)
{
    eventfd_write(engine->descriptor, 1);
}

void fill_engine_settle(const struct fill_engine *engine)
{
    eventfd_t count;
    eventfd_read(engine->descriptor, &count);
}
