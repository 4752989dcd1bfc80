#include "editor/command/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { FILTER_OUTPUT_LIMIT = 1 << 28, FILTER_SECONDS = 60 };

struct pipes {
    int to, from;
};

/* A program starts with no signal blocked or ignored, whatever the editor does with its own. */
static void spawn_plain(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attributes);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static bool start(const char *shell, const char *command, struct pipes *pipes, pid_t *child,
                  struct error *error)
{
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0)
        return fail(error, "%s: no pipe: %s", command, strerror(errno));
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return fail(error, "%s: no pipe: %s", command, strerror(errno));
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, out[1], 2);
    char *arguments[] = { (char *)shell, "-c", (char *)command, 0 };
    posix_spawnattr_t attributes;
    spawn_plain(&attributes);
    int failed = posix_spawn(child, shell, &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    *pipes = (struct pipes){ in[1], out[0] };
    if (!failed)
        return true;
    close(in[1]);
    close(out[0]);
    return fail(error, "cannot run %s: %s", shell, strerror(failed));
}

/* Writes and reads by turns until the program closes its end. */
static bool exchange(struct pipes *pipes, const char *input, size_t size, struct bytes *out,
                     struct error *error)
{
    size_t written = 0;
    fcntl(pipes->to, F_SETFL, O_NONBLOCK);
    for (;;) {
        if (pipes->to >= 0 && written == size) {
            close(pipes->to);
            pipes->to = -1;
        }
        struct pollfd polled[2] = { { pipes->from, POLLIN, 0 }, { pipes->to, POLLOUT, 0 } };
        int ready = poll(polled, pipes->to >= 0 ? 2 : 1, FILTER_SECONDS * 1000);
        if (ready == 0)
            return fail(error, "the program wrote nothing for %d seconds", FILTER_SECONDS);
        if (ready < 0 && errno != EINTR)
            return fail(error, "poll: %s", strerror(errno));
        if (pipes->to >= 0 && polled[1].revents) {
            ssize_t sent = write(pipes->to, input + written, size - written);
            written = sent > 0 ? written + (size_t)sent : errno == EAGAIN || errno == EINTR ? written : size;
        }
        if (!polled[0].revents)
            continue;
        bytes_reserve(out, 65536);
        ssize_t got = read(pipes->from, out->data + out->size, 65535);
        if (got == 0)
            return true;
        if (got > 0)
            out->size += (size_t)got;
        if (out->size > FILTER_OUTPUT_LIMIT)
            return fail(error, "the program wrote more than %d MiB", FILTER_OUTPUT_LIMIT >> 20);
    }
}

bool filter_run(const char *shell, const char *command, const char *input, size_t size, struct bytes *out,
                struct error *error)
{
    struct pipes pipes = { -1, -1 };
    pid_t child = 0;
    struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, &old);
    bool good = start(shell, command, &pipes, &child, error);
    if (good) {
        good = exchange(&pipes, input, size, out, error);
        if (pipes.to >= 0)
            close(pipes.to);
        close(pipes.from);
        if (!good)
            kill(child, SIGKILL);
        int status;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        if (out->data)
            out->data[out->size] = 0;
    }
    sigaction(SIGPIPE, &old, 0);
    return good;
}
