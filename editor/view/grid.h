/* grid.h - a screen in memory: styled cells, each holding one whole grapheme cluster however long. Knows no
 * terminal.
 *
 *     | L | 漢    | ⋅ | ! |        a wide cluster: its cell has width 2, the one after it width 0
 *
 * Clusters of up to four bytes stand in the cell itself, longer ones in the grid's pool; a cleared grid keeps
 * its memory, so drawing frame after frame allocates nothing. What lies outside the grid is clipped. */
#ifndef EDITOR_VIEW_GRID_H
#define EDITOR_VIEW_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A colour: 0 is the terminal's own, else one of the two kinds below with its value in the low bits. */
#define COLOUR_INDEX 0x1000000u /* | 0…255 */
#define COLOUR_RGB 0x2000000u   /* | 0xrrggbb */

enum attribute {
    ATTRIBUTE_BOLD = 1,
    ATTRIBUTE_DIM = 2,
    ATTRIBUTE_ITALIC = 4,
    ATTRIBUTE_UNDERLINE = 8,
    ATTRIBUTE_REVERSE = 16,
};

struct style {
    uint32_t foreground, background;
    uint32_t attributes;
};

struct cell {
    struct style style;
    uint32_t text; /* the bytes themselves up to four, else where they begin in the pool */
    uint16_t size;
    uint8_t width;  /* 1 or 2; 0: covered by the wide cell before it */
    uint8_t unused; /* 0, so that cells without long clusters can be compared byte by byte */
};

struct grid {
    int rows, columns;
    struct cell *cells; /* [rows, columns] */
    char *pool;
    size_t pool_size, pool_room;
};

void grid_free(struct grid *grid);
/* Sets the size and blanks every cell; a zero grid is valid before. */
void grid_reset(struct grid *grid, int rows, int columns);

struct cell *grid_cell(const struct grid *grid, int row, int column);
/* The bytes of a cell that belongs to `grid`; borrowed until the grid changes. */
const char *grid_cell_text(const struct grid *grid, const struct cell *cell);
bool grid_cell_equal(const struct grid *a, const struct cell *x, const struct grid *b, const struct cell *y);

/* Puts one cluster of `width` 1 or 2 columns; one that is cut by the right edge becomes blanks. */
void grid_put(struct grid *grid, int row, int column, const char *bytes, size_t size, int width,
              struct style style);
/* Puts ASCII characters of one column each. */
void grid_put_plain(struct grid *grid, int row, int column, const char *bytes, int count, struct style style);
void grid_fill(struct grid *grid, int row, int column, int count, char byte, struct style style);
/* Puts valid UTF-8 text cluster by cluster, at most `room` columns; returns the columns used. */
int grid_write(struct grid *grid, int row, int column, int room, const char *text, struct style style);
/* Whether a row looks the same in two grids of one size; false where only a closer look can tell. */
bool grid_row_same(const struct grid *a, const struct grid *b, int row);
/* A row becomes that of a grid of the same size; neither holds long clusters. */
void grid_copy_row(struct grid *to, const struct grid *from, int row);
/* The whole of `from` becomes that of `to`. */
void grid_copy(struct grid *to, const struct grid *from);

#endif
