/* session.h - the real program on a pseudo-terminal, and its screen as libvterm reads it. For terminal tests.
 */
#ifndef TESTS_TERMINAL_SESSION_H
#define TESTS_TERMINAL_SESSION_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/* Starts the editor on a screen of that size with the stub engine. `term` is TERM; `arguments` end with NULL.
 * HOME and the XDG folders are a fresh folder, which is also the working folder. More variables:
 * "NAME=VALUE", ended by NULL; may be NULL. */
struct session *session_start(int rows, int columns, const char *term, const char *const *arguments,
                              const char *const *variables);
/* The folder that the session works in, for files that a test writes before and reads after. */
const char *session_folder(void);

void session_type(struct session *session, const char *bytes);
void session_send(struct session *session, const char *bytes, size_t size);
void session_resize(struct session *session, int rows, int columns);
void session_signal(struct session *session, int signal);

/* Reads what the program paints until the screen holds a text; false after five seconds. */
bool session_sees(struct session *session, const char *text);
/* Until it does not hold it any more. */
bool session_misses(struct session *session, const char *text);
/* Reads until nothing came for so many milliseconds. */
void session_settle(struct session *session, int milliseconds);
/* The screen as lines without trailing blanks; borrowed until the next call. */
const char *session_screen(struct session *session);
void session_cursor(struct session *session, int *row, int *column);
/* Colours or attributes of the cell: whether it differs from a plain one. */
bool session_is_styled(struct session *session, int row, int column);
/* Whether the program shows the alternate screen. */
bool session_is_alternate(struct session *session);
/* Milliseconds from sending bytes until the screen holds the text; negative: it never did. */
double session_time(struct session *session, const char *bytes, const char *text);

/* Waits for the end: the exit code, or 128 + signal; -1 when it does not end within five seconds. Frees
 * nothing. */
int session_end(struct session *session);
/* Ends the program where it still runs. */
void session_free(struct session *session);

#endif
