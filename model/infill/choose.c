/* The two hooks of the denoising loop. */
#include "model/infill/group.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <stdlib.h>

/* Where not even the lattice finds a way (it is asked only where there is one), the best plain piece of each
 * place is taken. */
static void choose_alone(const struct group *group, const float *scores, int32_t *token)
{
    *token = -1;
    for (int32_t id = 0; id < group->pieces->count; id++)
        if ((group->pieces->traits[id] & (PIECE_PLAIN | PIECE_BREAK)) == PIECE_PLAIN &&
            (*token < 0 || scores[id] > scores[*token]))
            *token = id;
    if (*token < 0)
        *token = argmax(scores, group->pieces->count);
}

void group_choose(void *user, const struct view *view, int32_t *tokens)
{
    const struct group *group = user;
    const struct draft *draft = (const struct draft *)view->sequence;
    size_t size = (size_t)draft->sequence.canvas.size;
    const float **scores = memory_new(size, sizeof *scores);
    int32_t *chosen = memory_new(size, sizeof *chosen);
    for (int k = 0; k < view->count; k++)
        scores[view->places[k]] = view->choice[k];
    for (int h = 0; h < group->hole_count; h++) {
        struct stretch stretch = draft_stretch(group, draft, h);
        int at = draft->starts[h + 1] - stretch.size;
        if (!lattice_solve(&group->holes[h].rule, &stretch, scores + at, chosen + at))
            for (int i = 0; i < stretch.size; i++)
                if (stretch.open[i])
                    choose_alone(group, scores[at + i], &chosen[at + i]);
    }
    for (int k = 0; k < view->count; k++)
        tokens[k] = chosen[view->places[k]];
    free(chosen);
    free(scores);
}

void group_observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    const struct group *group = user;
    if (!count || !group->board)
        return;
    const struct draft *draft = (const struct draft *)sequences[0];
    for (int h = 0; h < group->hole_count; h++)
        board_set(group->board, group->owners[h], group->pieces, &draft->sequence.canvas, draft->starts[h],
                  draft->starts[h + 1], group->holes[h].rule.strip);
    board_show(group->board, step, steps);
}
