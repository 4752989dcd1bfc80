#include "model/tensor/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICE = 5 };

struct threads {
    int count;
    pthread_t *workers;   /* [count - 1] */
    pthread_mutex_t turn; /* held by the caller whose job runs */
    pthread_mutex_t lock; /* guards what follows, but for next */
    pthread_cond_t begin, end;
    unsigned job; /* number of the job, so that a worker takes part in each once */
    int busy;     /* workers that have not left the job */
    bool quit;
    int tiles;
    void (*run)(void *user, int tile);
    void *user;
    atomic_int next; /* the next tile to take */
};

void threads_lower_priority(void)
{
    pid_t thread = (pid_t)syscall(SYS_gettid);
    int now = getpriority(PRIO_PROCESS, (id_t)thread);
    if (now < NICE)
        setpriority(PRIO_PROCESS, (id_t)thread, NICE);
}

static void take_tiles(struct threads *threads)
{
    for (;;) {
        int tile = atomic_fetch_add_explicit(&threads->next, 1, memory_order_relaxed);
        if (tile >= threads->tiles)
            return;
        threads->run(threads->user, tile);
    }
}

static void *work(void *user)
{
    struct threads *threads = user;
    threads_lower_priority();
    unsigned seen = 0;
    pthread_mutex_lock(&threads->lock);
    for (;;) {
        while (!threads->quit && threads->job == seen)
            pthread_cond_wait(&threads->begin, &threads->lock);
        if (threads->quit)
            break;
        seen = threads->job;
        pthread_mutex_unlock(&threads->lock);
        take_tiles(threads);
        pthread_mutex_lock(&threads->lock);
        if (--threads->busy == 0)
            pthread_cond_signal(&threads->end);
    }
    pthread_mutex_unlock(&threads->lock);
    return NULL;
}

struct threads *threads_new(int count, struct lacuna_error *error)
{
    struct threads *threads = calloc(1, sizeof *threads);
    pthread_t *workers = calloc((size_t)count, sizeof *workers);
    if (!threads || !workers) {
        free(threads);
        free(workers);
        fail(error, LACUNA_MODEL, "no memory for %d threads", count);
        return NULL;
    }
    threads->workers = workers;
    threads->count = 1;
    pthread_mutex_init(&threads->turn, NULL);
    pthread_mutex_init(&threads->lock, NULL);
    pthread_cond_init(&threads->begin, NULL);
    pthread_cond_init(&threads->end, NULL);
    while (threads->count < count) {
        if (pthread_create(&workers[threads->count - 1], NULL, work, threads) != 0) {
            fail(error, LACUNA_MODEL, "thread %d of %d could not be started; ask for fewer",
                 threads->count + 1, count);
            threads_free(threads);
            return NULL;
        }
        threads->count++;
    }
    return threads;
}

void threads_free(struct threads *threads)
{
    if (!threads)
        return;
    pthread_mutex_lock(&threads->lock);
    threads->quit = true;
    pthread_cond_broadcast(&threads->begin);
    pthread_mutex_unlock(&threads->lock);
    for (int i = 0; i + 1 < threads->count; i++)
        pthread_join(threads->workers[i], NULL);
    pthread_cond_destroy(&threads->begin);
    pthread_cond_destroy(&threads->end);
    pthread_mutex_destroy(&threads->lock);
    pthread_mutex_destroy(&threads->turn);
    free(threads->workers);
    free(threads);
}

int threads_count(const struct threads *threads)
{
    return threads->count;
}

void threads_run(struct threads *threads, int tiles, void (*run)(void *user, int tile), void *user)
{
    if (threads->count == 1 || tiles <= 1) {
        for (int tile = 0; tile < tiles; tile++)
            run(user, tile);
        return;
    }
    pthread_mutex_lock(&threads->turn);
    pthread_mutex_lock(&threads->lock);
    threads->tiles = tiles;
    threads->run = run;
    threads->user = user;
    atomic_store_explicit(&threads->next, 0, memory_order_relaxed);
    threads->busy = threads->count - 1;
    threads->job++;
    pthread_cond_broadcast(&threads->begin);
    pthread_mutex_unlock(&threads->lock);

    take_tiles(threads);

    pthread_mutex_lock(&threads->lock);
    while (threads->busy > 0)
        pthread_cond_wait(&threads->end, &threads->lock);
    pthread_mutex_unlock(&threads->lock);
    pthread_mutex_unlock(&threads->turn);
}
