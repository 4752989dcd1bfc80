#include "model/diffusion/early.h"

#include "model/base/memory.h"

#include <stdlib.h>

enum { WINDOWS = 8 };
static const double SURE = 0.9, LIKELY = 0.5;

static void begin(struct early *early, int size)
{
    early->size = size;
    early->tokens = memory_resize(early->tokens, (size_t)size, sizeof *early->tokens);
    early->steps = memory_resize(early->steps, (size_t)size, sizeof *early->steps);
    for (int i = 0; i < size; i++)
        early->tokens[i] = -1;
}

static void take_in(struct early *early, const struct guess *guess)
{
    int place = guess->place;
    early->steps[place] = guess->token == early->tokens[place] ? early->steps[place] + 1 : 0;
    early->tokens[place] = guess->token;
}

static bool is_settled(const struct early *early, const struct turn *turn, const struct guess *guess)
{
    bool moves = turn->denoise->process->moves, drawn = turn->view->sequence->heat > 0;
    int window = turn->block->steps / WINDOWS > 1 ? turn->block->steps / WINDOWS : 1;
    if (!moves && guess->shown >= SURE)
        return true;
    return early->steps[guess->place] >= window && ((!moves && !drawn) || guess->shown >= LIKELY);
}

bool early_exit(struct early *early, const struct turn *turn)
{
    int size = turn->reverse.canvas->size, unsettled = 0, open = 0;
    if (size != early->size)
        begin(early, size);
    for (int k = 0; k < turn->view->count; k++) {
        const struct guess *guess = &turn->guesses[k];
        take_in(early, guess);
        if (guess->place >= turn->block->end)
            continue;
        open++;
        unsettled += !is_settled(early, turn, guess);
    }
    int total = turn->block->total > open ? turn->block->total : open;
    return !turn->reverse.last && unsettled <= (1 - turn->settings.early_exit) * total + 1e-9;
}

void early_free(struct early *early)
{
    free(early->tokens);
    free(early->steps);
    *early = (struct early){ 0 };
}
