#include "model/network/pair.h"

int pair_canvas(int source, int begin)
{
    int canvas = source + source / 4 + 12;
    return canvas < begin ? canvas : begin;
}
