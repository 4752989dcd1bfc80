/* log_snr.h - noise in continuous time as the logarithm of the ratio of signal to noise: one file
 * log_snr/NAME.c, one `const struct log_snr log_snr_NAME`.
 *
 * alpha² = sigmoid(log_snr), sigma² = sigmoid(-log_snr), x_t = alpha x_0 + sigma noise (Kingma et al. 2021;
 * Chen et al. 2022). t runs from 1 (noise) to 0. Counted in float32, as networks were trained that are told
 * log_snr: at both ends it is the rounding that decides how large it gets. */
#ifndef MODEL_DIFFUSION_LOG_SNR_H
#define MODEL_DIFFUSION_LOG_SNR_H

struct log_snr {
    const char *name, *help;
    float (*at)(float t);
};

/* Ended by NULL, in order of name (generated from the folder log_snr/). */
extern const struct log_snr *const log_snr_table[];

/* NULL where there is none of that name. */
const struct log_snr *log_snr_find(const char *name);
float log_snr_alpha(float log_snr);
float log_snr_sigma(float log_snr);

#endif
