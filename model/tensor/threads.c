#include "model/tensor/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICE = 5, LOOKS = 500 }; /* LOOKS: some microseconds */

struct threads {
    int count;
    pthread_t *workers;   /* [count - 1] */
    pthread_mutex_t turn; /* held by the caller whose job runs */

    /* The number of the job in the high half, the next tile to take in the low half. A tile is taken by
     * raising a ticket that has not changed since the job's fields were read; so a worker that comes late can
     * take none of another job. */
    _Atomic uint64_t ticket;
    atomic_int tiles, left; /* left: not yet computed */
    void (*_Atomic run)(void *user, int tile);
    void *_Atomic user;

    pthread_mutex_t lock; /* guards what follows, and sleeping */
    pthread_cond_t begin, end;
    int asleep;
    bool quit;
};

static uint32_t job_of(uint64_t ticket)
{
    return (uint32_t)(ticket >> 32);
}

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void threads_lower_priority(void)
{
    pid_t thread = (pid_t)syscall(SYS_gettid);
    int now = getpriority(PRIO_PROCESS, (id_t)thread);
    if (now < NICE)
        setpriority(PRIO_PROCESS, (id_t)thread, NICE);
}

static bool take_tile(struct threads *threads, uint32_t job)
{
    uint64_t ticket = atomic_load(&threads->ticket);
    void (*run)(void *, int) = atomic_load(&threads->run);
    void *user = atomic_load(&threads->user);
    uint32_t tile = (uint32_t)ticket;
    if (job_of(ticket) != job || tile >= (uint32_t)atomic_load(&threads->tiles))
        return false;
    if (!atomic_compare_exchange_strong(&threads->ticket, &ticket, ticket + 1))
        return true;
    run(user, (int)tile);
    if (atomic_fetch_sub(&threads->left, 1) == 1) {
        pthread_mutex_lock(&threads->lock);
        pthread_cond_signal(&threads->end);
        pthread_mutex_unlock(&threads->lock);
    }
    return true;
}

/* The next job after `seen`: most follow one another within microseconds, so it looks a little while before
 * it sleeps. */
static uint32_t next_job(struct threads *threads, uint32_t seen)
{
    for (int look = 0; look < LOOKS; look++, relax())
        if (job_of(atomic_load(&threads->ticket)) != seen)
            return job_of(atomic_load(&threads->ticket));
    pthread_mutex_lock(&threads->lock);
    threads->asleep++;
    while (!threads->quit && job_of(atomic_load(&threads->ticket)) == seen)
        pthread_cond_wait(&threads->begin, &threads->lock);
    threads->asleep--;
    pthread_mutex_unlock(&threads->lock);
    return job_of(atomic_load(&threads->ticket));
}

static void *work(void *user)
{
    struct threads *threads = user;
    threads_lower_priority();
    for (uint32_t job = 0, seen = 0;; seen = job) {
        job = next_job(threads, seen);
        if (job == seen)
            return NULL;
        while (take_tile(threads, job))
            ;
    }
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
    uint32_t job = job_of(atomic_load(&threads->ticket)) + 1;
    atomic_store(&threads->ticket, (uint64_t)job << 32 | UINT32_MAX);
    atomic_store(&threads->tiles, tiles);
    atomic_store(&threads->left, tiles);
    atomic_store(&threads->run, run);
    atomic_store(&threads->user, user);
    pthread_mutex_lock(&threads->lock);
    atomic_store(&threads->ticket, (uint64_t)(job + 1) << 32);
    if (threads->asleep)
        pthread_cond_broadcast(&threads->begin);
    pthread_mutex_unlock(&threads->lock);

    while (take_tile(threads, job + 1))
        ;
    for (int look = 0; look < LOOKS && atomic_load(&threads->left); look++)
        relax();
    pthread_mutex_lock(&threads->lock);
    while (atomic_load(&threads->left))
        pthread_cond_wait(&threads->end, &threads->lock);
    pthread_mutex_unlock(&threads->lock);
    pthread_mutex_unlock(&threads->turn);
}
