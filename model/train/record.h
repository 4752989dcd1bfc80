/* record.h - the rows of a run as lines of JSON, one a step, so that another trainer can be given the same
 * ones:
 * {"start": […], "ids": […], "positions": […], "kinds": […], "at": […], "wanted": […], "weight": […], "rate":
 * x} as in struct batch. */
#ifndef MODEL_TRAIN_RECORD_H
#define MODEL_TRAIN_RECORD_H

#include "model/train/batch.h"

#include <stdio.h>

void record_batch(FILE *out, const struct batch *batch, double rate);

#endif
