#include "tests/terminal/session.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

enum { PATIENCE = 5000, READ_SIZE = 65536 };

struct session {
    pid_t process;
    int terminal;
    int rows, columns;
    bool alternate, hung_up;
    VTerm *vterm;
    VTermScreen *screen;
    char *text; /* [rows * (columns * 24 + 1) + 1] */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

const char *session_folder(void)
{
    static const char folder[] = LACUNA_BINARY_DIR "/tests/session";
    mkdir(folder, 0755);
    return folder;
}

static int set_property(VTermProp property, VTermValue *value, void *user)
{
    if (property == VTERM_PROP_ALTSCREEN)
        ((struct session *)user)->alternate = value->boolean;
    return 1;
}

static void open_screen(struct session *session)
{
    static const VTermScreenCallbacks callbacks = { .settermprop = set_property };
    session->vterm = vterm_new(session->rows, session->columns);
    vterm_set_utf8(session->vterm, 1);
    session->screen = vterm_obtain_screen(session->vterm);
    vterm_screen_enable_altscreen(session->screen, 1);
    vterm_screen_set_callbacks(session->screen, &callbacks, session);
    vterm_screen_reset(session->screen, 1);
}

static void become_editor(const char *term, const char *const *arguments, const char *const *variables)
{
    const char *values[32] = { LACUNA_PROGRAM, "--engine", LACUNA_STUB_ENGINE };
    size_t count = 3;
    for (; *arguments && count < 31; arguments++)
        values[count++] = *arguments;
    setenv("TERM", term, 1);
    setenv("HOME", session_folder(), 1);
    setenv("XDG_CONFIG_HOME", session_folder(), 1);
    setenv("XDG_STATE_HOME", session_folder(), 1);
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
    for (; variables && *variables; variables++)
        putenv((char *)*variables);
    if (chdir(session_folder()) == 0)
        execv(LACUNA_PROGRAM, (char *const *)values);
    _exit(127);
}

struct session *session_start(int rows, int columns, const char *term, const char *const *arguments,
                              const char *const *variables)
{
    struct session *session = calloc(1, sizeof *session);
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
    session->rows = rows;
    session->columns = columns;
    session->process = forkpty(&session->terminal, NULL, NULL, &size);
    if (session->process == 0)
        become_editor(term, arguments, variables);
    open_screen(session);
    return session;
}

/* Feeds libvterm what came within `milliseconds`; false when nothing did. */
static bool read_some(struct session *session, int milliseconds)
{
    char bytes[READ_SIZE];
    struct pollfd ready = { .fd = session->terminal, .events = POLLIN };
    if (session->hung_up || poll(&ready, 1, milliseconds) <= 0)
        return false;
    ssize_t count = read(session->terminal, bytes, sizeof bytes);
    if (count <= 0) {
        session->hung_up = true;
        return false;
    }
    vterm_input_write(session->vterm, bytes, (size_t)count);
    return true;
}

void session_send(struct session *session, const char *bytes, size_t size)
{
    while (size > 0) {
        struct pollfd ready = { .fd = session->terminal, .events = POLLIN | POLLOUT };
        if (poll(&ready, 1, PATIENCE) <= 0)
            return;
        if (ready.revents & POLLIN)
            read_some(session, 0);
        if (!(ready.revents & POLLOUT))
            continue;
        ssize_t count = write(session->terminal, bytes, size < 1024 ? size : 1024);
        if (count < 0)
            return;
        bytes += count;
        size -= (size_t)count;
    }
}

void session_type(struct session *session, const char *bytes)
{
    session_send(session, bytes, strlen(bytes));
}

void session_resize(struct session *session, int rows, int columns)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };
    session->rows = rows;
    session->columns = columns;
    vterm_set_size(session->vterm, rows, columns);
    ioctl(session->terminal, TIOCSWINSZ, &size);
}

void session_signal(struct session *session, int signal)
{
    kill(session->process, signal);
}

static size_t put_code(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    *out = (char)((size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0) | code);
    return size;
}

const char *session_screen(struct session *session)
{
    size_t at = 0;
    session->text = realloc(session->text, (size_t)session->rows * ((size_t)session->columns * 24 + 1) + 1);
    for (int row = 0; row < session->rows; row++) {
        size_t end = at;
        for (int column = 0; column < session->columns; column++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(session->screen, (VTermPos){ row, column }, &cell);
            if (cell.chars[0] == (uint32_t)-1)
                continue;
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                at += put_code(session->text + at, cell.chars[i]);
            if (cell.chars[0] && cell.chars[0] != ' ')
                end = at;
            else if (!cell.chars[0])
                session->text[at++] = ' ';
        }
        at = end;
        session->text[at++] = '\n';
    }
    session->text[at] = 0;
    return session->text;
}

static bool wait_for(struct session *session, const char *text, bool there)
{
    double end = now() + PATIENCE;
    for (;;) {
        if ((strstr(session_screen(session), text) != NULL) == there)
            return true;
        if (now() > end || (!read_some(session, 100) && session->hung_up))
            return false;
    }
}

bool session_sees(struct session *session, const char *text)
{
    if (wait_for(session, text, true))
        return true;
    fprintf(stderr, "expected on the screen: %s\n%s", text, session_screen(session));
    return false;
}

bool session_misses(struct session *session, const char *text)
{
    if (wait_for(session, text, false))
        return true;
    fprintf(stderr, "not expected on the screen: %s\n%s", text, session_screen(session));
    return false;
}

void session_settle(struct session *session, int milliseconds)
{
    while (read_some(session, milliseconds))
        ;
}

void session_cursor(struct session *session, int *row, int *column)
{
    VTermPos position;
    vterm_state_get_cursorpos(vterm_obtain_state(session->vterm), &position);
    *row = position.row;
    *column = position.col;
}

bool session_is_styled(struct session *session, int row, int column)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(session->screen, (VTermPos){ row, column }, &cell);
    return cell.attrs.bold || cell.attrs.underline || cell.attrs.reverse ||
           !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg) || !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
}

bool session_is_alternate(struct session *session)
{
    return session->alternate;
}

double session_time(struct session *session, const char *bytes, const char *text)
{
    double start = now(), end = start + PATIENCE;
    session_type(session, bytes);
    while (now() < end) {
        if (!read_some(session, 1))
            continue;
        if (strstr(session_screen(session), text))
            return now() - start;
    }
    return -1;
}

int session_end(struct session *session)
{
    double end = now() + PATIENCE;
    while (now() < end) {
        int status;
        read_some(session, 10);
        if (waitpid(session->process, &status, WNOHANG) == session->process) {
            session->process = 0;
            session_settle(session, 10);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    return -1;
}

void session_free(struct session *session)
{
    if (session->process > 0) {
        kill(session->process, SIGKILL);
        waitpid(session->process, NULL, 0);
    }
    close(session->terminal);
    vterm_free(session->vterm);
    free(session->text);
    free(session);
}
