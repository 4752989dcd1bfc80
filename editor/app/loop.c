#include "editor/app/loop.h"

#include "editor/app/journals.h"
#include "editor/command/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { READ_SIZE = 65536, INTERRUPT = 3 };

/* ---- signals */

static void crash(int signal)
{
    static const char line[] = "lacuna crashed; lacuna --recover FILE brings back what was typed\n";
    int descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (descriptor < 0)
        descriptor = STDOUT_FILENO;
    terminal_rescue(descriptor);
    if (write(STDERR_FILENO, line, sizeof line - 1) < 0)
        descriptor = -1;
    raise(signal);
}

static void catch_crashes(void)
{
    static const int signals[] = { SIGSEGV, SIGABRT, SIGFPE, SIGILL };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction old, action = { .sa_handler = crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}

bool loop_prepare(struct loop *loop, struct error *error)
{
    static const int signals[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT };
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return fail(error, "signals cannot be blocked: %s", strerror(errno));
    loop->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (loop->signals < 0)
        return fail(error, "signals cannot be read: %s", strerror(errno));
    signal(SIGPIPE, SIG_IGN);
    catch_crashes();
    return true;
}

static void resume(struct loop *loop)
{
    terminal_leave(loop->terminal);
    if (!terminal_enter(loop->terminal, NULL))
        loop->lost = true;
}

/* The whole group stops, so that a program which called the editor gives the shell its terminal back too. */
static void suspend(void *user)
{
    struct loop *loop = user;
    terminal_leave(loop->terminal);
    kill(0, SIGTSTP);
    kill(getpid(), SIGSTOP);
    resume(loop);
}

static void handle_signals(struct loop *loop)
{
    struct signalfd_siginfo info;
    while (read(loop->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGTERM:
        case SIGHUP:
            loop->lost = true;
            break;
        case SIGTSTP:
            suspend(loop);
            break;
        case SIGCONT:
            resume(loop);
            break;
        default: /* a new size is asked for with every paint */
            break;
        }
    }
}

/* ---- keys */

/* True while there may be more at once. */
static bool read_keys(struct loop *loop)
{
    char bytes[READ_SIZE];
    ssize_t count = read(loop->keys, bytes, sizeof bytes);
    if (count > 0) {
        input_feed(&loop->input, bytes, (size_t)count);
        return true;
    }
    if (count == 0 || (errno != EINTR && errno != EAGAIN))
        loop->lost = true;
    return false;
}

static bool keys_are_there(const struct loop *loop)
{
    struct pollfd ready = { .fd = loop->keys, .events = POLLIN };
    return poll(&ready, 1, 0) == 1;
}

/* During long work: Ctrl-C ends it. What else was typed waits its turn. */
static bool is_interrupted(void *user)
{
    struct loop *loop = user;
    size_t from = loop->input.waiting.size;
    if (!keys_are_there(loop) || !read_keys(loop))
        return loop->lost;
    if (from > loop->input.waiting.size)
        from = 0;
    return memchr(loop->input.waiting.data + from, INTERRUPT, loop->input.waiting.size - from) != NULL;
}

static bool has_meaning(const struct keymap *keymap, struct key key)
{
    const struct binding *binding;
    for (size_t i = 0; i < keymap->mode_count; i++)
        if (keymap_match(keymap, keymap->modes[i].name, &key, 1, &binding) != MATCH_NONE)
            return true;
    return false;
}

/* Escape and a key that came together are one key with Alt only where the keymap knows such a key. */
static void handle_key(struct loop *loop, struct key key)
{
    struct editor *editor = loop->editor;
    if (key.modifiers & KEY_META && !has_meaning(editor->keymap, key)) {
        editor_key(editor, (struct key){ KEY_ESCAPE, 0 });
        key.modifiers &= ~(uint32_t)KEY_META;
    }
    if (!editor->quit)
        editor_key(editor, key);
}

static void handle_input(struct loop *loop)
{
    struct editor *editor = loop->editor;
    while (!editor->quit) {
        struct input_event event = input_next(&loop->input);
        switch (event.kind) {
        case INPUT_NOTHING:
            return;
        case INPUT_KEY:
            handle_key(loop, event.key);
            break;
        case INPUT_MOUSE:
            editor->pointed = view_place_at(&loop->view, editor, event.row, event.column);
            editor_key(editor, event.key);
            break;
        case INPUT_PASTE:
            editor_paste(editor, event.bytes, event.size);
            break;
        case INPUT_FOCUS:
            editor_notice_disk(editor);
            break;
        case INPUT_BLUR:
            break;
        }
    }
}

static void draw(struct loop *loop)
{
    struct cursor cursor;
    int rows, columns;
    terminal_size(loop->terminal, &rows, &columns);
    grid_reset(&loop->grid, rows, columns);
    view_draw(&loop->view, loop->editor, &loop->grid, &cursor);
    terminal_paint(loop->terminal, &loop->grid, &cursor);
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The terminal's clipboard: OSC 52. */
static void copy_out(void *user, const char *bytes, size_t size)
{
    struct loop *loop = user;
    struct bytes out = { 0 };
    bytes_append_text(&out, "\033]52;c;");
    for (size_t i = 0; i < size; i += 3) {
        unsigned char three[3] = { 0 };
        size_t count = size - i < 3 ? size - i : 3;
        memcpy(three, bytes + i, count);
        char four[4] = { base64[three[0] >> 2], base64[(three[0] & 3) << 4 | three[1] >> 4],
                         count > 1 ? base64[(three[1] & 15) << 2 | three[2] >> 6] : '=',
                         count > 2 ? base64[three[2] & 63] : '=' };
        bytes_append(&out, four, 4);
    }
    bytes_append_text(&out, "\a");
    terminal_send(loop->terminal, out.data, out.size);
    bytes_free(&out);
}

/* Waits for anything to happen. True: the time of an unfinished key is up. */
static bool wait_for_work(struct loop *loop, struct pollfd *ready)
{
    ready[0] = (struct pollfd){ .fd = loop->keys, .events = POLLIN };
    ready[1] = (struct pollfd){ .fd = loop->signals, .events = POLLIN };
    ready[2] = (struct pollfd){ .fd = fill_descriptor(loop->editor), .events = POLLIN };
    return poll(ready, 3, input_waits(&loop->input) ? INPUT_PATIENCE : -1) == 0;
}

void loop_run(struct loop *loop)
{
    struct editor *editor = loop->editor;
    editor->suspend = suspend;
    editor->suspend_user = loop;
    editor->interrupted = is_interrupted;
    editor->interrupted_user = loop;
    editor->registers.clipboard_written = copy_out;
    editor->registers.user = loop;
    terminal_use_mouse(loop->terminal, has_meaning(editor->keymap, (struct key){ KEY_MOUSE_PRESS, 0 }));
    loop->journals = journals_new(editor);
    journals_update(loop->journals);
    draw(loop);
    while (!editor->quit && !loop->lost) {
        struct pollfd ready[3];
        if (wait_for_work(loop, ready))
            input_hurry(&loop->input);
        if (ready[1].revents)
            handle_signals(loop);
        if (ready[0].revents)
            for (int i = 0; i < 64 && read_keys(loop) && keys_are_there(loop); i++)
                ;
        handle_input(loop);
        if (ready[2].revents)
            fill_update(editor);
        journals_update(loop->journals);
        if (!editor->quit && !loop->lost)
            draw(loop);
    }
    journals_close(loop->journals, loop->lost);
    loop->journals = NULL;
}

void loop_free(struct loop *loop)
{
    input_free(&loop->input);
    grid_free(&loop->grid);
    if (loop->signals > 0)
        close(loop->signals);
}
