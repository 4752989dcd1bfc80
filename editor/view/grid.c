#include "editor/view/grid.h"

#include "editor/text/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { INLINE_SIZE = 4 };

void grid_free(struct grid *grid)
{
    free(grid->cells);
    free(grid->pool);
    *grid = (struct grid){ 0 };
}

void grid_reset(struct grid *grid, int rows, int columns)
{
    if (rows != grid->rows || columns != grid->columns) {
        free(grid->cells);
        grid->cells = calloc((size_t)rows * (size_t)columns + 1, sizeof *grid->cells);
        if (!grid->cells)
            abort();
        grid->rows = rows;
        grid->columns = columns;
    }
    grid->pool_size = 0;
    struct cell blank = { .size = 1, .width = 1 };
    memcpy(&blank.text, " ", 1);
    size_t count = (size_t)rows * (size_t)columns;
    for (size_t i = 0; i < count; i++)
        grid->cells[i] = blank;
}

struct cell *grid_cell(const struct grid *grid, int row, int column)
{
    return &grid->cells[(size_t)row * (size_t)grid->columns + (size_t)column];
}

const char *grid_cell_text(const struct grid *grid, const struct cell *cell)
{
    return cell->size <= INLINE_SIZE ? (const char *)&cell->text : grid->pool + cell->text;
}

bool grid_cell_equal(const struct grid *a, const struct cell *x, const struct grid *b, const struct cell *y)
{
    return x->size == y->size && x->width == y->width && x->style.foreground == y->style.foreground &&
           x->style.background == y->style.background && x->style.attributes == y->style.attributes &&
           memcmp(grid_cell_text(a, x), grid_cell_text(b, y), x->size) == 0;
}

static uint32_t pool_add(struct grid *grid, const char *bytes, size_t size)
{
    if (grid->pool_room - grid->pool_size < size) {
        grid->pool_room = (grid->pool_room + size) * 2;
        grid->pool = realloc(grid->pool, grid->pool_room);
        if (!grid->pool)
            abort();
    }
    size_t at = grid->pool_size;
    memcpy(grid->pool + at, bytes, size);
    grid->pool_size += size;
    return (uint32_t)at;
}

static void set_cell(struct grid *grid, struct cell *cell, const char *bytes, size_t size, int width,
                     struct style style)
{
    *cell = (struct cell){ .style = style, .size = (uint16_t)size, .width = (uint8_t)width };
    if (size <= INLINE_SIZE)
        memcpy(&cell->text, bytes, size);
    else
        cell->text = pool_add(grid, bytes, size);
}

/* A wide cluster loses its other half when one half is written over: blank what is left of it. */
static void break_wide(struct grid *grid, int row, int column)
{
    struct cell *cell = grid_cell(grid, row, column);
    if (cell->width == 0 && column > 0)
        set_cell(grid, cell - 1, " ", 1, 1, cell[-1].style);
    if (cell->width == 2 && column + 1 < grid->columns)
        set_cell(grid, cell + 1, " ", 1, 1, cell[1].style);
}

void grid_put(struct grid *grid, int row, int column, const char *bytes, size_t size, int width,
              struct style style)
{
    if (row < 0 || row >= grid->rows || column < 0 || column >= grid->columns || width < 1)
        return;
    if (size > UINT16_MAX)
        size = cluster_size(bytes, 4);
    break_wide(grid, row, column);
    if (width == 2 && column + 1 >= grid->columns) {
        bytes = " ";
        size = 1;
        width = 1;
    }
    if (width == 2)
        break_wide(grid, row, column + 1);
    struct cell *cell = grid_cell(grid, row, column);
    set_cell(grid, cell, bytes, size, width, style);
    if (width == 2)
        set_cell(grid, cell + 1, "", 0, 0, style);
}

/* The part of [column, column + count) that lies in the row, free of halves of wide clusters. */
static struct cell *open_cells(struct grid *grid, int row, int *column, int *count)
{
    if (*column < 0) {
        *count += *column;
        *column = 0;
    }
    if (*count > grid->columns - *column)
        *count = grid->columns - *column;
    if (row < 0 || row >= grid->rows || *count <= 0)
        return NULL;
    break_wide(grid, row, *column);
    break_wide(grid, row, *column + *count - 1);
    return grid_cell(grid, row, *column);
}

void grid_put_plain(struct grid *grid, int row, int column, const char *bytes, int count, struct style style)
{
    int first = column;
    struct cell *cells = open_cells(grid, row, &column, &count);
    const struct cell blank = { .style = style, .size = 1, .width = 1 };
    for (int i = 0; cells && i < count; i++) {
        cells[i] = blank;
        memcpy(&cells[i].text, &bytes[i + column - first], 1);
    }
}

void grid_fill(struct grid *grid, int row, int column, int count, char byte, struct style style)
{
    struct cell *cells = open_cells(grid, row, &column, &count);
    struct cell cell = { .style = style, .size = 1, .width = 1 };
    memcpy(&cell.text, &byte, 1);
    for (int i = 0; cells && i < count; i++)
        cells[i] = cell;
}

bool grid_row_same(const struct grid *a, const struct grid *b, int row)
{
    if (a->pool_size || b->pool_size || a->columns != b->columns)
        return false;
    size_t size = (size_t)a->columns * sizeof *a->cells;
    return size && memcmp(grid_cell(a, row, 0), grid_cell(b, row, 0), size) == 0;
}

#define PLAIN                                                                                                \
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

int grid_write(struct grid *grid, int row, int column, int room, const char *text, struct style style)
{
    size_t plain = strspn(text, PLAIN);
    int used = plain && !text[plain] ? (int)plain : plain > 1 ? (int)plain - 1 : 0;
    used = used < room ? used : room > 0 ? room : 0;
    grid_put_plain(grid, row, column, text, used, style);
    text += used;
    for (size_t left = strlen(text); left > 0;) {
        size_t size = cluster_size(text, left);
        int width = cluster_width(text, size) > 0 ? cluster_width(text, size) : 1;
        if (used + width > room)
            break;
        grid_put(grid, row, column + used, text, size, width, style);
        used += width;
        text += size;
        left -= size;
    }
    return used;
}

void grid_copy_row(struct grid *to, const struct grid *from, int row)
{
    memcpy(grid_cell(to, row, 0), grid_cell(from, row, 0), (size_t)from->columns * sizeof *from->cells);
}

void grid_copy(struct grid *to, const struct grid *from)
{
    size_t count = (size_t)from->rows * (size_t)from->columns;
    if (to->rows != from->rows || to->columns != from->columns)
        grid_reset(to, from->rows, from->columns);
    memcpy(to->cells, from->cells, count * sizeof *to->cells);
    to->pool_size = 0;
    if (from->pool_size)
        pool_add(to, from->pool, from->pool_size);
}
