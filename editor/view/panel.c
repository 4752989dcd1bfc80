#include "editor/command/palette.h"
#include "editor/view/view.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_KEEPS = 2, STATUS_ROWS = 2, LIST_MOST = 10, PALETTE_MOST = 512 };

static int count_lines(const struct bytes *listing)
{
    int count = 0;
    for (size_t i = 0; i < listing->size; i++)
        count += listing->data[i] == '\n' || i + 1 == listing->size;
    return count;
}

static int room_for(int rows)
{
    int room = rows - STATUS_ROWS - TEXT_KEEPS;
    return room > 0 ? room : 0;
}

/* A frame takes two rows; a screen too small for it shows the chosen proposal alone. */
static bool has_frame(int height)
{
    return height >= 3;
}

int panel_height(const struct editor *editor, int rows)
{
    const struct hole *hole = fill_list_hole(editor);
    int wanted = 0, room = room_for(rows);
    size_t commands = palette_find(editor, NULL, 0);
    if (editor->listing.size)
        wanted = count_lines(&editor->listing);
    else if (commands)
        wanted = 2 + (int)(commands < LIST_MOST ? commands : LIST_MOST);
    else if (hole)
        wanted = 2 + (int)(hole->alternative_count < LIST_MOST ? hole->alternative_count : LIST_MOST);
    if (wanted > room)
        wanted = room < 3 && room > 0 && !editor->listing.size ? 1 : room;
    return wanted;
}

static void draw_listing(const struct theme *theme, const struct bytes *listing, struct grid *grid, int y,
                         int height)
{
    const char *at = listing->data, *end = at + listing->size;
    for (int row = 0; row < height; row++) {
        char line[1024];
        size_t size = 0;
        grid_fill(grid, y + row, 0, grid->columns, ' ', theme->styles[FACE_LIST]);
        while (at < end && *at != '\n') {
            if (size < sizeof line - 1)
                line[size++] = *at;
            at++;
        }
        at += at < end;
        line[size] = 0;
        grid_write(grid, y + row, 0, grid->columns, line, theme->styles[FACE_LIST]);
    }
}

static void draw_edge(const struct theme *theme, struct grid *grid, int y, const char *left,
                      const char *title, const char *right)
{
    struct style style = theme->styles[FACE_LIST];
    int last = grid->columns - 1;
    for (int x = 0; x < grid->columns; x++)
        grid_put(grid, y, x, "─", 3, 1, style);
    grid_write(grid, y, 0, 1, left, style);
    grid_write(grid, y, 1, last > 1 ? last - 1 : 0, title, style);
    grid_write(grid, y, last, 1, right, style);
}

static void draw_alternative(const struct theme *theme, const struct hole *hole, size_t index,
                             struct grid *grid, int y, bool framed)
{
    const struct proposal *proposal = &hole->alternatives[index];
    bool chosen = index == hole->chosen;
    struct style style = theme->styles[chosen ? FACE_LIST_CHOSEN : FACE_LIST];
    char number[32], score[32];
    int last = grid->columns - framed;
    grid_fill(grid, y, framed, last - framed, ' ', style);
    if (framed) {
        grid_write(grid, y, 0, 1, "│", theme->styles[FACE_LIST]);
        grid_write(grid, y, last, 1, "│", theme->styles[FACE_LIST]);
    }
    snprintf(number, sizeof number, " %s %zu  ", chosen ? "▸" : " ", index + 1);
    snprintf(score, sizeof score, " %.2f  ", proposal->logprob);
    int used = framed + grid_write(grid, y, framed, last, number, style);
    int room = last - used - (int)strlen(score);
    if (room < 8)
        room = last - used;
    else
        grid_write(grid, y, last - (int)strlen(score), (int)strlen(score), score, style);
    grid_write(grid, y, used, room, proposal->text, style);
}

static const char *keys_for(int columns)
{
    if (columns >= 76)
        return " Enter accept  w one word  r again  l low only  p pin  x reject  Esc back ";
    return columns >= 57 ? " Enter accept  w one word  r again  l low only  Esc back "
                         : " Enter w r l p x Esc ";
}

static void draw_alternatives(const struct theme *theme, const struct hole *hole, struct grid *grid, int y,
                              int height)
{
    bool framed = has_frame(height);
    size_t room = (size_t)(framed ? height - 2 : height);
    size_t first = hole->chosen >= room ? hole->chosen - room + 1 : 0;
    if (framed) {
        draw_edge(theme, grid, y, "┌", " alternatives ", "┐");
        draw_edge(theme, grid, y + height - 1, "└", keys_for(grid->columns), "┘");
    }
    for (size_t i = 0; i < room && first + i < hole->alternative_count; i++)
        draw_alternative(theme, hole, first + i, grid, y + framed + (int)i, framed);
}

static void draw_command(const struct theme *theme, const struct editor *editor, const struct command *row,
                         bool chosen, struct grid *grid, int y, bool framed)
{
    struct style style = theme->styles[chosen ? FACE_LIST_CHOSEN : FACE_LIST];
    struct bytes keys = { 0 };
    int last = grid->columns - framed, half = grid->columns / 2 < 26 ? grid->columns / 2 : 26;
    grid_fill(grid, y, framed, last - framed, ' ', style);
    if (framed) {
        grid_write(grid, y, 0, 1, "│", theme->styles[FACE_LIST]);
        grid_write(grid, y, last, 1, "│", theme->styles[FACE_LIST]);
    }
    palette_keys(editor, row, &keys);
    int wide = keys.size && last > 2 * half ? (int)keys.size + 1 : 0;
    grid_write(grid, y, framed, 3, chosen ? " ▸" : "  ", style);
    grid_write(grid, y, framed + 3, half, row->name, style);
    grid_write(grid, y, framed + half + 4, last - framed - half - 5 - wide, row->help, style);
    if (wide)
        grid_write(grid, y, last - wide, wide, keys.data, style);
    bytes_free(&keys);
}

static void draw_palette(const struct theme *theme, const struct editor *editor, struct grid *grid, int y,
                         int height)
{
    const struct command *rows[PALETTE_MOST];
    size_t count = palette_find(editor, rows, PALETTE_MOST);
    bool framed = has_frame(height);
    size_t room = (size_t)(framed ? height - 2 : height), chosen = editor->prompt.chosen;
    size_t first = chosen >= room ? chosen - room + 1 : 0;
    if (framed) {
        draw_edge(theme, grid, y, "┌", " commands ", "┐");
        draw_edge(theme, grid, y + height - 1, "└", " Enter run  Tab add an argument  Esc back ", "┘");
    }
    for (size_t i = 0; i < room && first + i < count; i++)
        draw_command(theme, editor, rows[first + i], first + i == chosen, grid, y + framed + (int)i, framed);
}

void panel_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y, int height)
{
    const struct hole *hole = fill_list_hole(editor);
    if (editor->listing.size)
        draw_listing(theme, &editor->listing, grid, y, height);
    else if (palette_find(editor, NULL, 0))
        draw_palette(theme, editor, grid, y, height);
    else if (hole)
        draw_alternatives(theme, hole, grid, y, height);
}
