#include "editor/view/colour.h"

#include "editor/view/grid.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };

/* xterm's palette: 16 named colours, a cube of 6·6·6, 24 greys. */
static const uint32_t palette[16] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
                                      0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
                                      0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };

static bool parse_name(const char *text, uint32_t *colour)
{
    static const char bright[] = "bright-";
    uint32_t add = 0;
    if (strncmp(text, bright, sizeof bright - 1) == 0) {
        add = 8;
        text += sizeof bright - 1;
    }
    for (uint32_t i = 0; i < 8; i++) {
        if (strcmp(text, names[i]) == 0) {
            *colour = COLOUR_INDEX | (i + add);
            return true;
        }
    }
    return false;
}

bool colour_parse(const char *text, uint32_t *colour)
{
    char *end;
    if (strcmp(text, "default") == 0) {
        *colour = 0;
        return true;
    }
    if (*text == '#') {
        *colour = COLOUR_RGB | (uint32_t)strtoul(text + 1, &end, 16);
        return strlen(text) == 7 && strspn(text + 1, "0123456789abcdefABCDEF") == 6;
    }
    if (*text >= '0' && *text <= '9') {
        unsigned long index = strtoul(text, &end, 10);
        *colour = COLOUR_INDEX | (uint32_t)(index & 0xff);
        return *end == 0 && index < 256;
    }
    return parse_name(text, colour);
}

static uint32_t palette_rgb(uint32_t index)
{
    static const uint32_t steps[6] = { 0, 95, 135, 175, 215, 255 };
    if (index < 16)
        return palette[index];
    if (index >= 232) {
        uint32_t grey = 8 + 10 * (index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    index -= 16;
    return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
}

static int distance(uint32_t a, uint32_t b)
{
    int red = (int)(a >> 16 & 0xff) - (int)(b >> 16 & 0xff);
    int green = (int)(a >> 8 & 0xff) - (int)(b >> 8 & 0xff);
    int blue = (int)(a & 0xff) - (int)(b & 0xff);
    return 2 * red * red + 4 * green * green + 3 * blue * blue;
}

/* The first sixteen differ from terminal to terminal, so the 256 are searched without them. */
static uint32_t nearest(uint32_t rgb, uint32_t from, uint32_t to)
{
    uint32_t best = from;
    for (uint32_t i = from; i < to; i++)
        if (distance(rgb, palette_rgb(i)) < distance(rgb, palette_rgb(best)))
            best = i;
    return COLOUR_INDEX | best;
}

uint32_t colour_reduce(uint32_t colour, int colours)
{
    if (!colour || colours >= 1 << 24)
        return colour;
    if (colour & COLOUR_RGB)
        return colours >= 256 ? nearest(colour & 0xffffff, 16, 256)
                              : nearest(colour & 0xffffff, 0, (uint32_t)colours);
    uint32_t index = colour & 0xff;
    if (index < (uint32_t)colours)
        return colour;
    return index < 16 ? COLOUR_INDEX | (index & 7) : nearest(palette_rgb(index), 0, (uint32_t)colours);
}
