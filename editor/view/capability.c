#include "editor/view/capability.h"

#include "editor/view/colour.h"

#define NCURSES_NOMACROS
#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        abort();
    return copy;
}

/* A copy without terminfo's padding, "$<5/>". */
static char *without_padding(const char *text)
{
    char *copy = copy_text(text);
    char *out = copy;
    for (const char *in = text; *in;) {
        const char *end = in[0] == '$' && in[1] == '<' ? strchr(in, '>') : NULL;
        if (end)
            in = end + 1;
        else
            *out++ = *in++;
    }
    *out = 0;
    return copy;
}

static char *read_string(const char *name)
{
    const char *text = tigetstr(name);
    return text && text != (char *)-1 && *text ? without_padding(text) : NULL;
}

static char *join(const char *const *parts, size_t count)
{
    size_t size = 1;
    for (size_t i = 0; i < count; i++)
        size += parts[i] ? strlen(parts[i]) : 0;
    char *joined = calloc(1, size);
    if (!joined)
        abort();
    for (size_t i = 0; i < count; i++)
        if (parts[i])
            strcat(joined, parts[i]);
    return joined;
}

/* Terminals known to ignore a private sequence that they do not have: only they are sent what terminfo has no
 * word for. */
static bool takes_extensions(const char *name)
{
    static const char *const families[] = { "xterm",   "tmux",    "alacritty", "foot",    "kitty", "wezterm",
                                            "ghostty", "konsole", "vte",       "contour", "st-" };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strncmp(name, families[i], strlen(families[i])) == 0)
            return true;
    return false;
}

static int count_colours(void)
{
    const char *none = getenv("NO_COLOR");
    if (none && *none)
        return 0;
    const char *wish = getenv("COLORTERM");
    if (wish && (strcmp(wish, "truecolor") == 0 || strcmp(wish, "24bit") == 0))
        return 1 << 24;
    if (tigetflag("RGB") > 0 || tigetflag("Tc") > 0)
        return 1 << 24;
    int count = tigetnum("colors");
    return count >= 256 ? 256 : count >= 16 ? 16 : count >= 8 ? 8 : 0;
}

/* Bracketed paste, focus, modified keys in xterm's and kitty's ways. */
static void load_session(struct capabilities *can, bool extended)
{
    char *alternate = read_string("smcup"), *back = read_string("rmcup");
    char *keypad = read_string("smkx"), *keypad_off = read_string("rmkx");
    char *show = read_string("cnorm");
    const char *enter[] = { alternate, keypad, extended ? "\033[?2004h\033[?1004h\033[>4;1m\033[>1u" : NULL };
    const char *leave[] = { extended ? "\033[<u\033[>4m\033[?1004l\033[?2004l" : NULL, show, keypad_off,
                            back };
    can->enter = join(enter, 3);
    can->leave = join(leave, 4);
    free(alternate);
    free(back);
    free(keypad);
    free(keypad_off);
    free(show);
}

static void load_extensions(struct capabilities *can, bool extended)
{
    if (!extended)
        return;
    can->shapes[0] = copy_text("\033[2 q");
    can->shapes[1] = copy_text("\033[6 q");
    can->shapes[2] = copy_text("\033[4 q");
    can->shape_reset = copy_text("\033[0 q");
    can->update_begin = copy_text("\033[?2026h");
    can->update_end = copy_text("\033[?2026l");
    can->mouse_on = copy_text("\033[?1002h\033[?1006h");
    can->mouse_off = copy_text("\033[?1006l\033[?1002l");
}

static void load_strings(struct capabilities *can)
{
    can->move = read_string("cup");
    can->plain = read_string("sgr0");
    can->bold = read_string("bold");
    can->dim = read_string("dim");
    can->italic = read_string("sitm");
    can->underline = read_string("smul");
    can->reverse = read_string("rev");
    can->foreground = can->colours ? read_string("setaf") : NULL;
    can->background = can->colours ? read_string("setab") : NULL;
    can->clear = read_string("clear");
    can->clear_to_end = read_string("el");
    can->cursor_hide = read_string("civis");
    can->cursor_show = read_string("cnorm");
}

bool capabilities_load(struct capabilities *can, int descriptor, struct error *error)
{
    const char *name = getenv("TERM");
    int found = 0;
    *can = (struct capabilities){ 0 };
    if (!name || !*name || setupterm(name, descriptor, &found) != OK)
        return fail(error,
                    "TERM=%s is not in the terminfo database; set TERM to your terminal's name, such as "
                    "xterm-256color",
                    name ? name : "");
    can->colours = count_colours();
    can->scrolls_at_end = tigetflag("am") > 0 && tigetflag("xenl") <= 0;
    load_strings(can);
    load_session(can, takes_extensions(name));
    load_extensions(can, takes_extensions(name));
    if (can->move && can->clear)
        return true;
    capabilities_free(can);
    return fail(
        error,
        "the terminal %s cannot place its cursor; set TERM to your terminal's name, such as xterm-256color",
        name);
}

void capabilities_free(struct capabilities *can)
{
    char *owned[] = { can->enter,      can->leave,     can->plain,        can->bold,        can->dim,
                      can->italic,     can->underline, can->reverse,      can->move,        can->foreground,
                      can->background, can->clear,     can->clear_to_end, can->cursor_hide, can->cursor_show,
                      can->shapes[0],  can->shapes[1], can->shapes[2],    can->shape_reset, can->update_begin,
                      can->update_end, can->mouse_on,  can->mouse_off };
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    if (cur_term)
        del_curterm(cur_term);
    *can = (struct capabilities){ 0 };
}

void capabilities_move(const struct capabilities *can, struct bytes *output, int row, int column)
{
    bytes_append_text(output, tparm(can->move, (long)row, (long)column, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
}

static void put_colour(const struct capabilities *can, struct bytes *output, uint32_t colour, bool background)
{
    const char *set = background ? can->background : can->foreground;
    if (!colour || !set)
        return;
    colour = colour_reduce(colour, can->colours);
    if (colour & COLOUR_RGB) {
        char text[40];
        snprintf(text, sizeof text, "\033[%d;2;%u;%u;%um", background ? 48 : 38,
                 (unsigned)(colour >> 16 & 0xff), (unsigned)(colour >> 8 & 0xff), (unsigned)(colour & 0xff));
        bytes_append_text(output, text);
        return;
    }
    bytes_append_text(output, tparm(set, (long)(colour & 0xff), 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L));
}

static void put_attribute(struct bytes *output, struct style style, enum attribute attribute,
                          const char *string)
{
    if (style.attributes & attribute && string)
        bytes_append_text(output, string);
}

void capabilities_style(const struct capabilities *can, struct bytes *output, struct style style)
{
    if (can->plain)
        bytes_append_text(output, can->plain);
    put_attribute(output, style, ATTRIBUTE_BOLD, can->bold);
    put_attribute(output, style, ATTRIBUTE_DIM, can->dim);
    put_attribute(output, style, ATTRIBUTE_ITALIC, can->italic);
    put_attribute(output, style, ATTRIBUTE_UNDERLINE, can->underline);
    put_attribute(output, style, ATTRIBUTE_REVERSE, can->reverse);
    put_colour(can, output, style.foreground, false);
    put_colour(can, output, style.background, true);
}
