#include "editor/text/journal.h"
#include "editor/base/memory.h"
#include "editor/text/difference.h"
#include "editor/text/file_target.h"
#include "editor/text/journal_file.h"
#include "editor/text/text_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { RECENT = 32, DETACH_LIMIT = 1 << 30 };

/* A state that the journal holds, so that going back to it takes one short record. */
struct known {
    struct text *text; /* owned; NULL: none */
    uint64_t number;
};

struct journal {
    char *path, *real; /* owned: of the journal, and of the file */
    int descriptor;    /* owned, locked */

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    pthread_t thread;
    bool started, stopping;
    struct text *pending; /* owned; NULL: nothing to write */
    struct bytes holes;   /* payload of RECORD_HOLES */
    bool holes_pending, has_failed;
    struct error error;

    pthread_mutex_t writing; /* of what follows; taken before `lock` */
    off_t size;              /* of whole records */
    bool has_base;           /* the base record knows the fingerprint */
    struct text *base;       /* owned: state 0 */
    struct known last, recent[RECENT];
    uint64_t states;
    unsigned oldest;
};

/* Appends a record; a part of one is taken back. */
static bool put(struct journal *journal, enum record_kind kind, const struct bytes *payload,
                const struct text *text, const struct span *spans, size_t count)
{
    if (lseek(journal->descriptor, journal->size, SEEK_SET) >= 0 &&
        record_write(journal->descriptor, kind, payload, text, spans, count)) {
        journal->size = lseek(journal->descriptor, 0, SEEK_CUR);
        return true;
    }
    int reason = errno;
    if (ftruncate(journal->descriptor, journal->size) == 0)
        errno = reason;
    return false;
}

static bool put_base(struct journal *journal, bool with_fingerprint)
{
    struct bytes payload = { 0 };
    struct record_base base = { .owner = (uint64_t)getpid(), .size = text_size(journal->base) };
    if (with_fingerprint)
        base.fingerprint = text_fingerprint(journal->base);
    bytes_append(&payload, &base, sizeof base);
    bytes_append_text(&payload, journal->real);
    journal->size = 0;
    bool done = put(journal, RECORD_BASE, &payload, NULL, NULL, 0);
    journal->has_base = done && with_fingerprint;
    bytes_free(&payload);
    return done;
}

static void know(struct journal *journal, struct text *text, uint64_t number)
{
    struct known *slot = &journal->recent[journal->oldest++ % RECENT];
    text_free(slot->text);
    *slot = (struct known){ text_keep(text), number };
    text_free(journal->last.text);
    journal->last = (struct known){ text_keep(text), number };
}

static bool put_edit(struct journal *journal, struct text *text)
{
    size_t count;
    struct difference *differences = text_differences(journal->last.text, text, &count);
    struct span *spans = memory_new(count * sizeof *spans);
    struct bytes payload = { 0 };
    record_put_number(&payload, count);
    for (size_t i = 0; i < count; i++) {
        struct span removed = differences[i].removed, inserted = differences[i].inserted;
        record_put_number(&payload, inserted.start);
        record_put_number(&payload, removed.end - removed.start);
        record_put_number(&payload, inserted.end - inserted.start);
        spans[i] = inserted;
    }
    bool done = !count || put(journal, RECORD_EDIT, &payload, text, spans, count);
    if (done && count)
        know(journal, text, ++journal->states);
    bytes_free(&payload);
    free(differences);
    free(spans);
    return done;
}

static bool put_state(struct journal *journal, struct text *text)
{
    if (text->root == journal->last.text->root)
        return true;
    for (unsigned i = 0; i < RECENT; i++) {
        struct known known = journal->recent[i];
        if (!known.text || known.text->root != text->root)
            continue;
        struct bytes payload = { 0 };
        record_put_number(&payload, known.number);
        bool done = put(journal, RECORD_GOTO, &payload, NULL, NULL, 0);
        if (done)
            know(journal, text, known.number);
        bytes_free(&payload);
        return done;
    }
    return put_edit(journal, text);
}

/* Writes what is pending; what could not be written stays pending. */
static bool write_pending(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    struct text *text = journal->pending;
    bool with_holes = journal->holes_pending;
    struct bytes holes = { 0 };
    bytes_append(&holes, journal->holes.data, journal->holes.size);
    journal->pending = NULL;
    journal->holes_pending = false;
    pthread_mutex_unlock(&journal->lock);
    bool needed = text || with_holes;
    bool done = !needed || journal->has_base || put_base(journal, true);
    done = done && (!text || put_state(journal, text)) &&
           (!with_holes || put(journal, RECORD_HOLES, &holes, NULL, NULL, 0)) &&
           (!needed || fdatasync(journal->descriptor) == 0 || errno == EINVAL);
    int reason = errno;
    pthread_mutex_lock(&journal->lock);
    if (!done) {
        journal->has_failed = true;
        errno = reason;
        fail(&journal->error, "the recovery journal %s cannot be written: %m", journal->path);
        if (!journal->pending && text)
            journal->pending = text_keep(text);
        journal->holes_pending = journal->holes_pending || with_holes;
    }
    pthread_mutex_unlock(&journal->lock);
    text_free(text);
    bytes_free(&holes);
    return done;
}

static void wait_delay(struct journal *journal)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += JOURNAL_DELAY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!journal->stopping && pthread_cond_timedwait(&journal->wake, &journal->lock, &until) == 0)
        ;
}

/* The text was edited, so it is worth its memory: another program may no longer change what a mapping shows
 * of it. */
static void detach_base(struct journal *journal)
{
    if (text_size(journal->base) > DETACH_LIMIT || file_detach(journal->base))
        return;
    pthread_mutex_lock(&journal->lock);
    journal->has_failed = true;
    fail(&journal->error,
         "%s was changed by another program while it was open: parts of the text may be foreign",
         journal->real);
    pthread_mutex_unlock(&journal->lock);
}

static void *run(void *argument)
{
    struct journal *journal = argument;
    bool detached = false;
    pthread_mutex_lock(&journal->lock);
    while (!journal->stopping) {
        if (!journal->pending && !journal->holes_pending) {
            pthread_cond_wait(&journal->wake, &journal->lock);
            continue;
        }
        wait_delay(journal);
        pthread_mutex_unlock(&journal->lock);
        pthread_mutex_lock(&journal->writing);
        write_pending(journal);
        if (!detached)
            detach_base(journal);
        detached = true;
        pthread_mutex_unlock(&journal->writing);
        pthread_mutex_lock(&journal->lock);
    }
    pthread_mutex_unlock(&journal->lock);
    return NULL;
}

/* Wakes the thread, which begins at the first call. It takes no signals. Under `lock`. */
static void wake(struct journal *journal)
{
    sigset_t all, before;
    if (!journal->started) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        journal->started = pthread_create(&journal->thread, NULL, run, journal) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_cond_signal(&journal->wake);
}

void journal_note(struct journal *journal, struct text *text)
{
    pthread_mutex_lock(&journal->lock);
    struct text *before = journal->pending;
    journal->pending = text_keep(text);
    if (!before)
        wake(journal);
    pthread_mutex_unlock(&journal->lock);
    text_free(before);
}

void journal_set_holes(struct journal *journal, const struct journal_hole *holes, size_t count)
{
    pthread_mutex_lock(&journal->lock);
    bytes_clear(&journal->holes);
    record_put_number(&journal->holes, count);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(holes[i].note);
        record_put_number(&journal->holes, holes[i].span.start);
        record_put_number(&journal->holes, holes[i].span.end);
        record_put_number(&journal->holes, size);
        bytes_append(&journal->holes, holes[i].note, size);
    }
    journal->holes_pending = true;
    wake(journal);
    pthread_mutex_unlock(&journal->lock);
}

bool journal_failed(struct journal *journal, struct error *error)
{
    pthread_mutex_lock(&journal->lock);
    bool failed = journal->has_failed;
    journal->has_failed = false;
    if (failed)
        fail(error, "%s", journal->error.text);
    pthread_mutex_unlock(&journal->lock);
    return failed;
}

bool journal_flush(struct journal *journal, struct error *error)
{
    pthread_mutex_lock(&journal->writing);
    bool done = write_pending(journal);
    pthread_mutex_unlock(&journal->writing);
    if (!done)
        journal_failed(journal, error);
    return done;
}

bool journal_saving(struct journal *journal, struct text *text, struct error *error)
{
    struct bytes payload = { 0 };
    journal_note(journal, text);
    if (!journal_flush(journal, error))
        return false;
    pthread_mutex_lock(&journal->writing);
    record_put_number(&payload, journal->last.number);
    record_put_number(&payload, text_size(text));
    record_put_number(&payload, text_fingerprint(text));
    bool done = put(journal, RECORD_SAVING, &payload, NULL, NULL, 0) && fdatasync(journal->descriptor) == 0;
    if (!done)
        fail(error, "the recovery journal %s cannot be written: %m", journal->path);
    pthread_mutex_unlock(&journal->writing);
    bytes_free(&payload);
    return done;
}

static void forget(struct journal *journal)
{
    for (unsigned i = 0; i < RECENT; i++) {
        text_free(journal->recent[i].text);
        journal->recent[i].text = NULL;
    }
    text_free(journal->last.text);
    journal->last.text = NULL;
}

/* Begins again with the text as state 0, holes kept. */
static bool restart(struct journal *journal, struct text *text, bool with_fingerprint)
{
    forget(journal);
    text_keep(text);
    text_free(journal->base);
    journal->base = text;
    journal->states = 0;
    know(journal, text, 0);
    return ftruncate(journal->descriptor, 0) == 0 && put_base(journal, with_fingerprint) &&
           (!journal->holes.size || put(journal, RECORD_HOLES, &journal->holes, NULL, NULL, 0));
}

bool journal_saved(struct journal *journal, struct text *text, struct error *error)
{
    pthread_mutex_lock(&journal->writing);
    pthread_mutex_lock(&journal->lock);
    bool done = restart(journal, text, true) && fdatasync(journal->descriptor) == 0;
    if (!done)
        fail(error, "the recovery journal %s cannot be written: %m", journal->path);
    pthread_mutex_unlock(&journal->lock);
    pthread_mutex_unlock(&journal->writing);
    return done;
}

/* An open, locked journal in this slot, unless one lies there that must stay; *holes are those of one taken
 * over. */
static int open_slot(const char *path, struct bytes *holes)
{
    struct stat status;
    struct summary summary;
    int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return -1;
    if (flock(descriptor, LOCK_EX | LOCK_NB) < 0 || fstat(descriptor, &status) < 0 || !status.st_nlink ||
        !summary_read(&summary, descriptor)) {
        close(descriptor);
        errno = EWOULDBLOCK;
        return -1;
    }
    enum journal_state state = summary_state(&summary);
    if (state == JOURNAL_HOLES)
        bytes_append(holes, summary.holes.payload, summary.holes.size);
    summary_free(&summary);
    if (state != JOURNAL_UNSAVED)
        return descriptor;
    close(descriptor);
    errno = EWOULDBLOCK;
    return -1;
}

static bool make_folder(const char *folder)
{
    char *path = memory_copy(folder, strlen(folder));
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    free(path);
    return made;
}

static struct journal *journal_new(char *path, char *real, int descriptor)
{
    struct journal *journal = memory_new_zero(sizeof *journal);
    pthread_condattr_t attributes;
    journal->path = path;
    journal->real = real;
    journal->descriptor = descriptor;
    pthread_mutex_init(&journal->lock, NULL);
    pthread_mutex_init(&journal->writing, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&journal->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    return journal;
}

static void journal_free(struct journal *journal)
{
    forget(journal);
    text_free(journal->base);
    text_free(journal->pending);
    bytes_free(&journal->holes);
    close(journal->descriptor);
    pthread_cond_destroy(&journal->wake);
    pthread_mutex_destroy(&journal->lock);
    pthread_mutex_destroy(&journal->writing);
    free(journal->path);
    free(journal->real);
    free(journal);
}

struct journal *journal_open(const char *folder, const char *path, struct text *text, struct error *error)
{
    struct bytes holes = { 0 };
    if (!make_folder(folder)) {
        fail(error, "no recovery journal: cannot make %s: %m", folder);
        return NULL;
    }
    for (unsigned slot = 0; slot < JOURNAL_SLOTS; slot++) {
        char *real = NULL, *name = journal_path(folder, path, slot, &real);
        int descriptor = name ? open_slot(name, &holes) : -1;
        if (descriptor >= 0) {
            struct journal *journal = journal_new(name, real, descriptor);
            journal->holes = holes;
            if (!restart(journal, text, holes.size > 0))
                fail(&journal->error, "the recovery journal %s cannot be written: %m", journal->path);
            journal->has_failed = journal->error.text[0];
            folder_sync(folder);
            return journal;
        }
        int reason = errno;
        free(name);
        free(real);
        if (reason != EWOULDBLOCK) {
            errno = reason;
            fail(error, "no recovery journal for %s in %s: %m", path, folder);
            return NULL;
        }
    }
    fail(error, "no recovery journal for %s: %d of them wait in %s", path, JOURNAL_SLOTS, folder);
    return NULL;
}

void journal_close(struct journal *journal, bool keep)
{
    if (!journal)
        return;
    pthread_mutex_lock(&journal->lock);
    journal->stopping = true;
    pthread_cond_signal(&journal->wake);
    pthread_mutex_unlock(&journal->lock);
    if (journal->started)
        pthread_join(journal->thread, NULL);
    uint64_t holes = 0;
    struct record record = { RECORD_HOLES, journal->holes.data, journal->holes.size };
    record_number(&record, &holes);
    if (keep) {
        write_pending(journal);
    } else if (holes) {
        struct text *base = text_keep(journal->base);
        restart(journal, base, true);
        fdatasync(journal->descriptor);
        text_free(base);
    } else {
        unlink(journal->path);
    }
    journal_free(journal);
}
