#include "model/diffusion/process.h"

/* Noise is one token, the mask; what is decided stays (Austin et al. 2021; Sahoo et al. 2024). */
static void begin(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws)
{
    (void)draws;
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            canvas->ids[i] = noise->mask;
}

static void advance(struct canvas *canvas, const struct guess *guesses, const int *order, int take,
                    const struct process_noise *noise, const struct draws *draws)
{
    (void)noise;
    (void)draws;
    for (int k = 0; k < take; k++) {
        const struct guess *guess = &guesses[order[k]];
        canvas_put(canvas, guess->place, guess->token, (float)guess->probability);
    }
}

const struct process process_absorbing = { .name = "absorbing",
                                           .help = "pieces turn into masks, and back one by one",
                                           .begin = begin,
                                           .advance = advance };
